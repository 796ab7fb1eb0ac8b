"""What comes in: sources, the tracking plan beside what was seen, and quality."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from msgspec import to_builtins

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.data import event_row, plan_row, quality_view, source_row, trial_view
from liftloop.api.present.words import text
from liftloop.api.routes.pulls import pulls_of
from liftloop.api.views.data import (
    DatabaseTrial,
    DatabaseTrialRequest,
    DatabaseWanted,
    DataQuality,
    PersonalFieldsView,
    PersonalFieldView,
    PlanProposal,
    SeenAndPlanned,
    SourceCreated,
    SourceList,
    SourceRequest,
)
from liftloop.app.intake import MAIN_PLAN
from liftloop.app.personal_fields import personal_fields
from liftloop.app.sources.creation import Wanted, create
from liftloop.app.sources.trial import Asked, try_database
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
    rows = [
        source_row(line, pulls.mark(line.id), pulls.last(line.id))
        if line.kind == "database"
        else source_row(line, None, None)
        for line in lines
    ]
    return SourceList(sources=rows, write_key=desk.settings.write_key or desk.folder.write_key())


@router.post("/data/sources")
async def create_source(
    request: SourceRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("source.create"))]
) -> SourceCreated:
    wanted = Wanted(
        kind=request.kind,
        name=request.name,
        mappings=request.mappings,
        database={} if request.database is None else _definition(request.database),
    )
    made = await create(desk.definitions, wanted, caller.actor)
    address = {"webhook": f"/hooks/{made.id}", "tracking": "/v1"}.get(request.kind, "")
    return SourceCreated(source_id=made.id, key=made.key, address=address)


@router.post("/data/databases/try")
async def try_one(
    request: DatabaseTrialRequest, desk: OnDesk, caller: Annotated[Caller, Depends(may("source.create"))]
) -> DatabaseTrial:
    return trial_view(await try_database(desk, Asked(**request.model_dump())))


def _definition(wanted: DatabaseWanted) -> dict[str, Any]:
    """Return the body of a definition; without a start it is pulled from the beginning of numbers."""
    body = wanted.model_dump()
    return {**body, "start": 0 if wanted.start is None else wanted.start}


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


@router.get("/data/personal-fields")
async def personal(desk: OnDesk, caller: Reads) -> PersonalFieldsView:
    found = await personal_fields(desk)
    return PersonalFieldsView(
        sealed=list(found.sealed),
        sealed_traits=list(found.sealed_traits),
        own=[PersonalFieldView(id=each.id, name=text(each.name)) for each in found.own],
        words=list(found.words),
        hidden=[PersonalFieldView(id=each.id, name=text(each.name)) for each in found.hidden],
    )


@router.get("/data/quality")
async def quality(desk: OnDesk, caller: Reads, zone_minutes: ZoneMinutes = CHINA_MINUTES) -> DataQuality:
    return quality_view(await desk.intake.quality(zone_minutes * MINUTE_MS))
