"""Destinations of audiences: listed, run, and how their runs went."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response

from liftloop.api.access import Caller, may
from liftloop.api.present.words import at
from liftloop.api.views.destination import DestinationList, DestinationView, RunRequest, RunsView, RunView
from liftloop.api.views.values import Text
from liftloop.app.audiences.destinations import DestinationLine, Destinations, Run
from liftloop.app.audiences.export import Exports
from liftloop.audience.destinations import WebhookReceiver


@asynccontextmanager
async def _with_destinations(app: FastAPI) -> AsyncGenerator[None]:
    desk = app.state.desk
    app.state.destinations = Destinations(desk, Exports(desk, app.state.audiences))
    desk.timed.append(app.state.destinations)
    due = asyncio.create_task(app.state.destinations.run_when_due())
    yield
    due.cancel()
    await app.state.destinations.close()


def destinations_of(request: Request) -> Destinations:
    return request.app.state.destinations


router = APIRouter(lifespan=_with_destinations)

OnDestinations = Annotated[Destinations, Depends(destinations_of)]
Reads = Annotated[Caller, Depends(may("definition.read"))]


@router.get("/destinations")
async def listed(
    destinations: OnDestinations,
    caller: Reads,
    audience_id: Annotated[str, Query(description="Only those of this audience; empty for all.")] = "",
) -> DestinationList:
    return DestinationList(destinations=[_line(line) for line in await destinations.listed(audience_id)])


@router.get("/destinations/{destination_id}/runs")
async def runs(destination_id: str, destinations: OnDestinations, caller: Reads) -> RunsView:
    return RunsView(runs=[_run(run) for run in await destinations.runs(destination_id)])


@router.post("/destinations/{destination_id}/runs", status_code=202)
async def start(
    destination_id: str,
    request: RunRequest,
    response: Response,
    destinations: OnDestinations,
    caller: Annotated[Caller, Depends(may("audience.hand_over"))],
) -> RunView:
    """Begin a run; where to look for its end stands in `Location` and in `look_at`."""
    begun = _run(destinations.start(destination_id, caller.actor, whole=request.whole))
    response.headers["location"] = begun.look_at
    return begun


@router.get("/destinations/{destination_id}/runs/{run_id}")
async def one_run(destination_id: str, run_id: str, destinations: OnDestinations, caller: Reads) -> RunView:
    return _run(await destinations.find(destination_id, run_id))


@router.post("/destinations/{destination_id}/run")
async def run(
    destination_id: str,
    request: RunRequest,
    destinations: OnDestinations,
    caller: Annotated[Caller, Depends(may("audience.hand_over"))],
) -> RunView:
    return _run(await destinations.run(destination_id, caller.actor, whole=request.whole))


def _line(line: DestinationLine) -> DestinationView:
    destination = line.destination
    to = destination.to
    return DestinationView(
        destination_id=line.id,
        name=destination.name,
        audience_id=destination.audience,
        kind="webhook" if isinstance(to, WebhookReceiver) else "database",
        place=to.url if isinstance(to, WebhookReceiver) else to.table,
        changes=destination.changes,
        identifiers=list(destination.identifiers),
        columns=list(destination.columns),
        channel=destination.channel,
        every_hours=destination.every_hours,
        daily_at=destination.daily_at,
        due_at=None if line.due_ms is None else at(line.due_ms),
        last=None if line.last is None else _run(line.last),
    )


def _run(run: Run) -> RunView:
    return RunView(
        run_id=run.id,
        look_at=f"/api/destinations/{quote(run.destination, safe='')}/runs/{run.id}" if run.id else "",
        export_id=run.export,
        whole=run.whole,
        at=at(run.began_ms),
        status=run.status,
        count=run.count,
        entered=run.entered,
        left=run.left,
        resumed_at=run.resumed_at,
        sent=run.sent,
        error=None if run.error is None else Text(zh=run.error.zh, en=run.error.en),
    )
