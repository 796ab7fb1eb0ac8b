"""Opportunities: the last scan, a new one, and the plan that one of them becomes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.errors import language_of
from liftloop.api.patience import Patience
from liftloop.api.present.opportunities import opportunities_view
from liftloop.api.present.plan import plan_view
from liftloop.api.views.opportunity import Opportunities, OpportunityScan
from liftloop.api.views.plan import Plan

router = APIRouter()


@router.get("/opportunities")
async def found(
    desk: OnDesk, caller: Annotated[Caller, Depends(may("opportunity.read"))], patience_s: Patience
) -> Opportunities:
    """Return the last scan; where there is none, or it is old or many orders came since, scan first.

    Whoever has little patience gets an old one, and it is scanned meanwhile.
    """
    scan, newer_soon = await desk.opportunities.kept(patience_s)
    return opportunities_view(scan, newer_soon=newer_soon)


@router.get("/opportunities/progress")
async def progress(desk: OnDesk, caller: Annotated[Caller, Depends(may("opportunity.read"))]) -> OpportunityScan:
    """Return how far the scan under way is, at once."""
    looking = desk.opportunities.looking
    return OpportunityScan(step=looking.step, done=looking.done, of=looking.of)


@router.post("/opportunities")
async def scan(desk: OnDesk, caller: Annotated[Caller, Depends(may("opportunity.scan"))]) -> Opportunities:
    """Scan now."""
    return opportunities_view(await desk.opportunities.found(again=True))


@router.post("/opportunities/{opportunity_id}/plan")
async def plan(
    opportunity_id: str, http: Request, desk: OnDesk, caller: Annotated[Caller, Depends(may("goal.plan"))]
) -> Plan:
    """Make the plan for its goal, with its people as scope."""
    return plan_view(await desk.opportunities.plan(opportunity_id, language_of(http), caller.actor), None)
