"""Sample data for an installation that has none."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.errors import language_of
from liftloop.api.present import imports as present
from liftloop.api.routes.imports import OnImports
from liftloop.api.views.imports import SampleImports
from liftloop.app.sample_shop import lend

router = APIRouter()


@router.post("/sample")
async def sample(
    request: Request, desk: OnDesk, imports: OnImports, caller: Annotated[Caller, Depends(may("import.start"))]
) -> SampleImports:
    """Import a sample shop; refused where there are customers. The last import ends last."""
    started = await lend(desk, imports, language_of(request), caller.actor)
    return SampleImports(imports=[present.shown(each) for each in started])
