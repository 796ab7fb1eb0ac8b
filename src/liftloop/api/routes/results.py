"""Questions about results: how far people come, and who is behind each number."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.results import event_names, funnel_view
from liftloop.api.present.words import people_page
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.views.results import (
    DaysAsked,
    FunnelPeopleRequest,
    FunnelRequest,
    FunnelView,
    Grouping,
    ResultsVocabulary,
    StepAsked,
)
from liftloop.api.views.values import PeoplePage
from liftloop.app.desk import Desk
from liftloop.app.people import people_rows
from liftloop.app.results import groups
from liftloop.app.results.asking import Period, events_seen, period, shop_day, span_of
from liftloop.app.results.funnel import FunnelAsked, Funnels
from liftloop.app.results.steps import Step, Test
from liftloop.app.sight import kept
from liftloop.inference.arrays import Integers
from liftloop.kernel.clock import DAY_MS

router = APIRouter()

PEOPLE_A_PAGE = 50

Reads = Annotated[Caller, Depends(may("results.read"))]


def funnels_of(request: Request, desk: OnDesk, audiences: OnAudiences) -> Funnels:
    """Return the one that keeps its answers for the people behind them."""
    state = request.app.state
    if not hasattr(state, "funnels"):
        state.funnels = Funnels(desk, audiences)
    return state.funnels


OnFunnels = Annotated[Funnels, Depends(funnels_of)]


@router.get("/results/vocabulary")
async def vocabulary(desk: OnDesk, caller: Reads) -> ResultsVocabulary:
    span, seen = await span_of(desk.follower), await events_seen(desk.follower)
    return ResultsVocabulary(
        **{"from": shop_day(span.first_ms) if span else None},
        to=shop_day(span.last_ms) if span else None,
        events=event_names(seen),
    )


@router.post("/results/funnel")
async def funnel(request: FunnelRequest, desk: OnDesk, funnels: OnFunnels, caller: Reads) -> FunnelView:
    asked = _funnel(request, desk)
    return funnel_view(asked, await funnels.ask(asked))


@router.post("/results/funnel/people")
async def funnel_people(request: FunnelPeopleRequest, desk: OnDesk, funnels: OnFunnels, caller: Reads) -> PeoplePage:
    asked = _funnel(request, desk)
    numbers = await funnels.people(asked, request.step, lost=request.lost, group=request.of_group)
    return people_of(desk, numbers, request.after)


def people_of(desk: Desk, numbers: Integers, after: str) -> PeoplePage:
    """Return a page of these people."""
    numbers, skipped = kept(numbers), int(after or 0)
    shown = numbers[skipped : skipped + PEOPLE_A_PAGE].tolist()
    return people_page(numbers.size, people_rows(desk.state, desk.vault, shown), skipped, PEOPLE_A_PAGE)


def days_of(request: DaysAsked, desk: Desk) -> Period:
    return period(request.from_, request.to, desk.clock.now_ms())


def grouping_of(group: Grouping | None) -> groups.Grouping | None:
    return None if group is None else groups.Grouping(kind=group.kind, name=group.name)


def step_of(step: StepAsked) -> Step:
    tests = (Test(property=each.property, one_of=tuple(each.one_of), gte=each.gte, lte=each.lte) for each in step.where)
    return Step(event=step.event, where=tuple(tests))


def _funnel(request: FunnelRequest, desk: Desk) -> FunnelAsked:
    return FunnelAsked(
        steps=tuple(step_of(each) for each in request.steps),
        period=days_of(request, desk),
        window_ms=round(request.window_days * DAY_MS),
        ordered=request.ordered,
        grouping=grouping_of(request.group),
    )
