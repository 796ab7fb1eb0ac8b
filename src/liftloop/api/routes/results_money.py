"""Questions about who came back, what buyers are worth, what led to conversions, and what ads brought."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from liftloop.api.access import OnDesk
from liftloop.api.patience import Patience, counted
from liftloop.api.present.results_money import attribution_view, lifetime_view, retention_view
from liftloop.api.present.results_spend import csv_text, days_view, spend_view
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.routes.results import Reads, days_of, grouping_of, people_of, step_of
from liftloop.api.views.results_money import (
    AttributionPeopleRequest,
    AttributionRequest,
    AttributionView,
    LifetimePeopleRequest,
    LifetimeRequest,
    LifetimeView,
    RetentionPeopleRequest,
    RetentionRequest,
    RetentionView,
    SpendDays,
    SpendDaysRequest,
    SpendPeopleRequest,
    SpendRequest,
    SpendView,
)
from liftloop.api.views.values import PeoplePage
from liftloop.app.desk import Desk
from liftloop.app.kept_answers import Kept
from liftloop.app.results.asking import shop_day
from liftloop.app.results.attribution import Attribution, AttributionAsked
from liftloop.app.results.lifetime import Lifetime, LifetimeAsked
from liftloop.app.results.own_campaigns import reports_of
from liftloop.app.results.retention import Retention, RetentionAsked
from liftloop.app.results.spend import ReturnOnSpend, SpendAsked
from liftloop.app.sight import sight_of_caller

router = APIRouter()

T = TypeVar("T")


def lifetime_of(desk: OnDesk, audiences: OnAudiences) -> Lifetime:
    return Lifetime(desk, audiences, ReturnOnSpend(desk))


OnLifetime = Annotated[Lifetime, Depends(lifetime_of)]


@router.post("/results/retention")
async def retention(request: RetentionRequest, desk: OnDesk, caller: Reads, patience_s: Patience) -> RetentionView:
    asked = _retention(request, desk)
    kept = await _kept(desk, asked, lambda: Retention(desk).ask(asked), patience_s)
    return counted(retention_view(kept.answer), kept)


@router.post("/results/retention/people")
async def retention_people(request: RetentionPeopleRequest, desk: OnDesk, caller: Reads) -> PeoplePage:
    numbers = await Retention(desk).people(_retention(request, desk), request.cohort, request.age)
    return people_of(desk, numbers, request.after)


@router.post("/results/lifetime-value")
async def lifetime_value(
    request: LifetimeRequest, desk: OnDesk, lifetime: OnLifetime, caller: Reads, patience_s: Patience
) -> LifetimeView:
    asked = _lifetime(request, desk)
    kept = await _kept(desk, asked, lambda: lifetime.ask(asked), patience_s)
    return counted(lifetime_view(asked, kept.answer), kept)


@router.post("/results/lifetime-value/people")
async def lifetime_people(
    request: LifetimePeopleRequest, desk: OnDesk, lifetime: OnLifetime, caller: Reads
) -> PeoplePage:
    numbers = await lifetime.people(_lifetime(request, desk), request.month, request.of_group)
    return people_of(desk, numbers, request.after)


@router.post("/results/attribution")
async def attribution(
    request: AttributionRequest, desk: OnDesk, caller: Reads, patience_s: Patience
) -> AttributionView:
    asked = _attribution(request, desk)
    kept = await _kept(desk, asked, lambda: Attribution(desk).ask(asked), patience_s)
    return counted(attribution_view(asked, kept.answer), kept)


@router.post("/results/attribution/people")
async def attribution_people(request: AttributionPeopleRequest, desk: OnDesk, caller: Reads) -> PeoplePage:
    numbers = await Attribution(desk).people(_attribution(request, desk), request.channel)
    return people_of(desk, numbers, request.after)


@router.post("/results/return-on-spend")
async def return_on_spend(request: SpendRequest, desk: OnDesk, caller: Reads, patience_s: Patience) -> SpendView:
    asked = _spend(request, desk)
    kept, reports = await asyncio.gather(
        _kept(desk, asked, lambda: ReturnOnSpend(desk).ask(asked), patience_s),
        reports_of(desk, asked.period, patience_s),
    )
    return counted(spend_view(asked, kept.answer, [each.answer for each in reports]), kept, *reports)


@router.post("/results/return-on-spend/file", response_class=Response)
async def spend_file(request: SpendRequest, desk: OnDesk, caller: Reads) -> Response:
    found = await ReturnOnSpend(desk).ask(_spend(request, desk))
    return Response(csv_text(found), media_type="text/csv; charset=utf-8")


@router.post("/results/return-on-spend/days")
async def spend_days(request: SpendDaysRequest, desk: OnDesk, caller: Reads) -> SpendDays:
    return days_view(await ReturnOnSpend(desk).days(days_of(request, desk)), request.key)


@router.post("/results/return-on-spend/people")
async def spend_people(request: SpendPeopleRequest, desk: OnDesk, caller: Reads) -> PeoplePage:
    numbers = await ReturnOnSpend(desk).people(_spend(request, desk), tuple(request.key))
    return people_of(desk, numbers, request.after)


async def _kept(desk: Desk, asked: Struct, count: Callable[[], Awaitable[T]], patience_s: float | None) -> Kept[T]:
    """Return what a question was answered with for whoever sees alike, and today."""
    key = (type(asked).__name__, asked, sight_of_caller(), shop_day(desk.clock.now_ms()))
    return await desk.answers.ask(key, count, patience_s=patience_s)


def _retention(request: RetentionRequest, desk: Desk) -> RetentionAsked:
    return RetentionAsked(
        first=step_of(request.first), back=step_of(request.back), grain=request.grain, period=days_of(request, desk)
    )


def _lifetime(request: LifetimeRequest, desk: Desk) -> LifetimeAsked:
    return LifetimeAsked(
        period=days_of(request, desk),
        horizon_days=request.horizon_days,
        margin=request.basis == "margin",
        grouping=grouping_of(request.group),
    )


def _attribution(request: AttributionRequest, desk: Desk) -> AttributionAsked:
    return AttributionAsked(
        period=days_of(request, desk),
        conversion=step_of(request.conversion),
        lookback_days=request.lookback_days,
        counted=request.counted,
        level=request.level,
        order=request.markov_order,
        campaign=request.campaign,
    )


def _spend(request: SpendRequest, desk: Desk) -> SpendAsked:
    return SpendAsked(
        period=days_of(request, desk),
        lookback_days=request.lookback_days,
        model=request.model,
        counted=request.counted,
        basis=request.basis,
    )
