"""What comes in: sources, the tracking plan beside what was seen, and quality."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from msgspec import to_builtins

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present_data import event_row, plan_row, quality_view, source_row
from liftloop.api.routes_pulls import pulls_of
from liftloop.api.views_data import (
    DataQuality,
    PlanProposal,
    SeenAndPlanned,
    SourceCreated,
    SourceList,
    SourceRequest,
)
from liftloop.app.intake import MAIN_PLAN
from liftloop.app.source_creation import create
from liftloop.kernel.clock import MINUTE_MS

router = APIRouter()

Reads = Annotated[Caller, Depends(may("data.read"))]
ZoneMinutes = Annotated[int, Query(ge=-840, le=840, description="Minutes that the reader's days begin before UTC's.")]
CHINA_MINUTES = 480


@router.get("/data/sources")
async def sources(
    desk: OnDesk, request: Request, caller: Reads, zone_minutes: ZoneMinutes = CHINA_MINUTES
) -> SourceList:
    lines = await desk.intake.sources(zone_minutes * MINUTE_MS)
    pulls = pulls_of(request)
    rows = [source_row(line, pulls.mark(line.id) if line.kind == "database" else None) for line in lines]
    return SourceList(sources=rows, write_key=desk.settings.write_key or desk.folder.write_key())


@router.post("/data/sources")
async def create_source(
    request: SourceRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("source.create"))]
) -> SourceCreated:
    made = await create(desk.definitions, request.kind, request.name, request.mappings, caller.actor)
    address = f"/hooks/{made.id}" if request.kind == "webhook" else "/v1"
    return SourceCreated(source_id=made.id, key=made.key, address=address)


@router.get("/data/events")
async def events(desk: OnDesk, caller: Reads, zone_minutes: ZoneMinutes = CHINA_MINUTES) -> SeenAndPlanned:
    found = await desk.intake.events(zone_minutes * MINUTE_MS)
    return SeenAndPlanned(
        events=[event_row(line, found.plans) for line in found.events],
        plans=[plan_row(identity, plan) for identity, plan in found.plans.items()],
    )


@router.get("/data/plan-proposal")
async def proposal(desk: OnDesk, caller: Reads, zone_minutes: ZoneMinutes = CHINA_MINUTES) -> PlanProposal:
    plan = await desk.intake.proposal(zone_minutes * MINUTE_MS)
    named = {event for each in desk.intake.plans().values() for event in each.events}
    return PlanProposal(
        plan_id=MAIN_PLAN, body=to_builtins(plan), added=sorted(event for event in plan.events if event not in named)
    )


@router.get("/data/quality")
async def quality(desk: OnDesk, caller: Reads, zone_minutes: ZoneMinutes = CHINA_MINUTES) -> DataQuality:
    return quality_view(await desk.intake.quality(zone_minutes * MINUTE_MS))
