"""For those who watch: whether all processes answer, and the metrics; neither holds personal data."""

from ipaddress import ip_address

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from liftloop.api.access import OnDesk, may
from liftloop.app.health import metrics, processes

router = APIRouter(include_in_schema=False)
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


@router.get("/healthz")
async def healthz(desk: OnDesk) -> JSONResponse:
    up = await processes(desk)
    well = all(up.values())
    return JSONResponse({"status": "ok" if well else "degraded", "processes": up}, status_code=200 if well else 503)


@router.get("/metrics")
async def metrics_text(request: Request, desk: OnDesk) -> PlainTextResponse:
    if not _from_this_machine(request):
        may("metrics.read")(request)
    return PlainTextResponse(await metrics(desk), media_type=METRICS_TYPE)


def _from_this_machine(request: Request) -> bool:
    """Tell whether the caller sits on this machine itself; behind a proxy everybody would seem to."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
