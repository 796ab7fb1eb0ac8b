"""Pulls of database sources."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import Field

from liftloop.api.access import Caller, may
from liftloop.api.errors import language_of
from liftloop.api.views.values import Count, View
from liftloop.app.sources.pulls import Pulls


class PullDone(View):
    """What one pull brought."""

    rows: Count
    import_id: str | None = Field(description="The import that took the rows in; null where there was nothing new.")
    since: str | int | float
    watermark: str | int | float = Field(description="Where the next pull goes on.")
    whole: bool = Field(description="False where there is more: pull again.")


class ResetRequest(View):
    """Where the next pull is to begin."""

    watermark: str | int | float | None = Field(
        default=None, description="The watermark to go on from; null begins where the definition starts."
    )


class ResetDone(View):
    watermark: str | int | float = Field(description="Where the next pull begins.")


@asynccontextmanager
async def _with_pulls(app: FastAPI) -> AsyncGenerator[None]:
    app.state.pulls = Pulls(app.state.desk, app.state.imports)
    app.state.desk.timed.append(app.state.pulls)
    due = asyncio.create_task(app.state.pulls.pull_when_due())
    yield
    due.cancel()


def pulls_of(request: Request) -> Pulls:
    return request.app.state.pulls


router = APIRouter(lifespan=_with_pulls)


@router.post("/sources/{source_id}/pull")
async def pull(
    source_id: str,
    request: Request,
    pulls: Annotated[Pulls, Depends(pulls_of)],
    caller: Annotated[Caller, Depends(may("source.pull"))],
) -> PullDone:
    done = await pulls.pull(source_id, caller.actor, language_of(request))
    return PullDone(
        rows=done.rows, import_id=done.import_id, since=done.since, watermark=done.watermark, whole=done.whole
    )


@router.post("/sources/{source_id}/watermark")
async def reset(
    source_id: str,
    request: ResetRequest,
    pulls: Annotated[Pulls, Depends(pulls_of)],
    caller: Annotated[Caller, Depends(may("source.pull"))],
) -> ResetDone:
    return ResetDone(watermark=pulls.reset(source_id, request.watermark))
