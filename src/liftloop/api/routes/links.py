"""Links as QR codes."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from liftloop.api.access import Caller, may
from liftloop.app.qr_codes import qr_code

router = APIRouter()

TYPES = {"png": "image/png", "svg": "image/svg+xml"}


@router.get("/links/qr", response_class=Response)
def qr(
    caller: Annotated[Caller, Depends(may("link.draw"))],
    url: Annotated[str, Query(max_length=2_000)],
    place: Annotated[str, Query(max_length=80, description="Where it hangs, said as utm_campaign.")] = "",
    kind: Annotated[Literal["png", "svg"], Query(alias="format")] = "png",
) -> Response:
    """Return a link as a QR code."""
    return Response(qr_code(url, place, as_svg=kind == "svg"), media_type=TYPES[kind])
