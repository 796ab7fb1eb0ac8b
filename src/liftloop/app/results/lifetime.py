"""Asks what buyers are worth: read from the lake by purchase, forecast by the models of worth, beside what ads cost."""

import asyncio
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.audiences.directory import Audiences
from liftloop.app.desk import Desk
from liftloop.app.results.asking import ZONE_MS, BadQuestion, Period, shop_day, span_of
from liftloop.app.results.groups import OF_MOMENTS, Group, Grouped, Grouping, grouped
from liftloop.app.results.platforms import platform_key
from liftloop.app.results.spend import ReturnOnSpend, SpendDay
from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.repeat_purchases import Histories, expected_repeats
from liftloop.inference.spend import expected_value
from liftloop.kernel.clock import DAY_MS
from liftloop.measure.cohorts import bucket_of, first_day
from liftloop.measure.lifetime_value import (
    Buying,
    CurvePoint,
    Worth,
    ahead_days,
    curve,
    forecast_error,
    payback_days,
    realised,
    worth,
)
from liftloop.profile.studies.purchases import Buyers, Purchases, buyers_of
from liftloop.profile.studies.worth import WorthModel, fit_worth

HORIZONS = (90, 180, 365)
BACKTEST_PEOPLE_MIN = 100
"""With fewer buyers a back-test says more about chance than about the model."""

_REVENUE = f"""
SELECT profile, min(at_ms) AS at_ms, coalesce(sum(CASE WHEN NOT isnan(revenue) THEN revenue - back END), 0) * 100
    AS value_fen
FROM order_sold WHERE void_ms IS NULL AND at_ms <= $1
GROUP BY profile, (at_ms + {ZONE_MS}) // {DAY_MS} ORDER BY profile, min(at_ms)
"""
_MARGIN = f"""
SELECT l.profile, min(l.at_ms) AS at_ms, coalesce(sum(l.quantity * item.margin_fen), 0)::DOUBLE AS value_fen
FROM order_line_sold AS l LEFT JOIN item ON item.item_id = l.product_id
WHERE l.void_ms IS NULL AND l.at_ms <= $1
GROUP BY l.profile, (l.at_ms + {ZONE_MS}) // {DAY_MS} ORDER BY l.profile, min(l.at_ms)
"""
_KNOWN = """
SELECT coalesce(sum(l.price * l.quantity) FILTER (item.margin_fen IS NOT NULL)
    / nullif(sum(l.price * l.quantity), 0), 0)::DOUBLE AS known
FROM order_line_sold AS l LEFT JOIN item ON item.item_id = l.product_id WHERE l.void_ms IS NULL
"""


class LifetimeAsked(Struct, frozen=True, kw_only=True):
    """A question about those who first bought in the period."""

    period: Period
    horizon_days: int = 365
    margin: bool = False
    grouping: Grouping | None = None


class LifetimeGroup(Struct, frozen=True, kw_only=True):
    """One group; `cac_fen` is what ads of its channel cost for each of its buyers, where that is known."""

    place: int
    group: Group
    worth: Worth
    cac_fen: float | None = None
    payback_days: int | None = None


class Backtest(Struct, frozen=True, kw_only=True):
    """What the same model would have said `days` ago of the days since, and what came."""

    days: int
    people: int
    forecast_fen: float
    came_fen: float


class LifetimeFound(Struct, frozen=True, kw_only=True):
    """Worth of all, by month of the first order, and by group; `model` says if what lies ahead is forecast at all."""

    whole: LifetimeGroup
    months: tuple[LifetimeGroup, ...]
    groups: tuple[LifetimeGroup, ...]
    curve: tuple[CurvePoint, ...]
    model: bool
    backtest: Backtest | None
    margin_known: float | None
    spend_fen: float
    known_until_ms: int


class _Book(Struct, frozen=True, kw_only=True, eq=False):
    """Buyers in the period with what they are worth, each [buyers]."""

    profile: Integers
    buying: Buying
    so_far: Floats
    expected: Floats
    variance: Floats
    chosen: Flags


class Lifetime:
    """The use cases of lifetime value."""

    def __init__(self, desk: Desk, audiences: Audiences, spend: ReturnOnSpend) -> None:
        self._desk = desk
        self._audiences = audiences
        self._spend = spend

    async def ask(self, asked: LifetimeAsked) -> LifetimeFound:
        """Return what buyers are worth; raises `BadQuestion`, `NotFound`."""
        if asked.horizon_days not in HORIZONS:
            raise BadQuestion(
                f"期限可以选 {'、'.join(map(str, HORIZONS))} 天",
                f"the horizon is one of {', '.join(map(str, HORIZONS))} days",
                "选其中一个",
                "choose one of them",
            )
        if asked.grouping is not None and asked.grouping.kind in OF_MOMENTS:
            raise BadQuestion(
                "最后一次触点和事件属性只能给漏斗分组",
                "the last touch and properties of events group a funnel only",
                "换成首次来源渠道、属性、人群或活动",
                "choose the channel they first came by, a trait, an audience or a campaign",
            )
        purchases, until_ms = await self._purchases(margin=asked.margin)
        by = await grouped(self._desk, self._audiences, asked.grouping)
        known = (await self._desk.follower.select(_KNOWN))["known"] if asked.margin else [None]
        spend = await self._spend.days(asked.period)
        found = await asyncio.to_thread(_told, asked, purchases, by, (spend, until_ms))
        return _with_known(found, known[0])

    async def people(self, asked: LifetimeAsked, month: int | None, group: int | None) -> Integers:
        """Return who first bought in the period, in a month of it, or in a group, ascending."""
        purchases, _ = await self._purchases(margin=False)
        buyers = buyers_of(purchases)
        chosen = (buyers.first_ms >= asked.period.from_ms) & (buyers.first_ms < asked.period.to_ms)
        if month is not None:
            chosen &= _months(buyers.first_ms) == month
        if group is not None:
            by = await grouped(self._desk, self._audiences, asked.grouping)
            chosen &= by.of(buyers.profile) == group
        return buyers.profile[chosen]

    async def _purchases(self, *, margin: bool) -> tuple[Purchases, int]:
        span, now_ms = await span_of(self._desk.follower), self._desk.clock.now_ms()
        until_ms = min(span.last_ms, now_ms) if span else now_ms
        found = await self._desk.follower.select(_MARGIN if margin else _REVENUE, [until_ms])
        return _columns(found), until_ms


def _columns(found: Mapping[str, Any]) -> Purchases:
    return Purchases(
        profile=found["profile"].astype(np.int64),
        at_ms=found["at_ms"].astype(np.int64),
        value_fen=found["value_fen"].astype(np.float64),
    )


def _told(asked: LifetimeAsked, purchases: Purchases, by: Grouped, beside: tuple[list[SpendDay], int]) -> LifetimeFound:
    spend, until_ms = beside
    buyers = buyers_of(purchases)
    model = fit_worth(buyers, until_ms) if buyers.profile.size else None
    test = _backtest(purchases, until_ms, asked.horizon_days) if model else None
    error = forecast_error(test.forecast_fen, test.came_fen) if test else 1.0
    book = _book(asked, purchases, buyers, (model, until_ms))
    cost_fen = sum(row.cost_fen for row in spend)
    points = curve(book.buying, book.chosen, asked.horizon_days, until_ms)
    whole = _group(book, book.chosen, (0, Group(value="")), error)
    months = [
        _group(book, book.chosen & (_months(buyers.first_ms) == month), (month, _month_group(month)), error)
        for month in np.unique(_months(buyers.first_ms[book.chosen])).tolist()
    ]
    groups = _groups(asked, book, by, (spend, error, until_ms)) if asked.grouping else ()
    return LifetimeFound(
        whole=_with_cost(whole, cost_fen, points),
        months=tuple(months),
        groups=tuple(groups),
        curve=points,
        model=model is not None,
        backtest=test,
        margin_known=None,
        spend_fen=cost_fen,
        known_until_ms=until_ms,
    )


def _book(asked: LifetimeAsked, purchases: Purchases, buyers: Buyers, known: tuple[WorthModel | None, int]) -> _Book:
    model, until_ms = known
    buying = Buying(
        buyer=np.repeat(np.arange(buyers.profile.size), buyers.count),
        at_ms=purchases.at_ms,
        value_fen=purchases.value_fen,
        first_ms=buyers.first_ms,
    )
    ahead = ahead_days(buying, asked.horizon_days, until_ms)
    expected = np.zeros(buyers.profile.size)
    value = np.zeros(buyers.profile.size)
    if model is not None:
        value = expected_value(model.spend, buyers.count.astype(np.float64), buyers.mean_fen)
        expected = np.where(ahead > 0, expected_repeats(model.repeats, _histories(buyers, until_ms), ahead), 0.0)
    return _Book(
        profile=buyers.profile,
        buying=buying,
        so_far=realised(buying, asked.horizon_days),
        expected=expected * value,
        # Purchases to come as a Poisson count of values that differ about as much as they are large.
        variance=2 * expected * value**2,
        chosen=(buyers.first_ms >= asked.period.from_ms) & (buyers.first_ms < asked.period.to_ms),
    )


def _backtest(purchases: Purchases, until_ms: int, horizon_days: int) -> Backtest | None:
    """Return what the model would have said at the middle of what is known, at most a horizon ago; None if too few."""
    days = min(horizon_days, int((until_ms - int(purchases.at_ms.min())) / DAY_MS / 2))
    then_ms = until_ms - days * DAY_MS
    before = purchases.at_ms <= then_ms
    past = Purchases(
        profile=purchases.profile[before], at_ms=purchases.at_ms[before], value_fen=purchases.value_fen[before]
    )
    buyers = buyers_of(past)
    model = fit_worth(buyers, then_ms) if buyers.profile.size >= BACKTEST_PEOPLE_MIN else None
    if model is None or days < 1:
        return None
    value = expected_value(model.spend, buyers.count.astype(np.float64), buyers.mean_fen)
    expected = expected_repeats(model.repeats, _histories(buyers, then_ms), float(days))
    came = ~before & np.isin(purchases.profile, buyers.profile)
    return Backtest(
        days=days,
        people=buyers.profile.size,
        forecast_fen=float(expected @ value),
        came_fen=float(purchases.value_fen[came].sum()),
    )


def _histories(buyers: Buyers, now_ms: int) -> Histories:
    """Return buyers as BG/NBD sees them, in days."""
    return Histories(
        repeats=(buyers.count - 1).astype(np.float64),
        recency=(buyers.last_ms - buyers.first_ms) / DAY_MS,
        age=np.maximum(now_ms - buyers.first_ms, buyers.last_ms - buyers.first_ms) / DAY_MS,
    )


def _group(book: _Book, chosen: Flags, named: tuple[int, Group], error: float) -> LifetimeGroup:
    place, group = named
    found = worth(book.so_far[chosen], book.expected[chosen], book.variance[chosen], error)
    return LifetimeGroup(place=place, group=group, worth=found)


def _groups(
    asked: LifetimeAsked, book: _Book, by: Grouped, beside: tuple[list[SpendDay], float, int]
) -> list[LifetimeGroup]:
    spend, error, until_ms = beside
    places = by.of(book.profile)
    channels = asked.grouping is not None and asked.grouping.kind == "channel"
    found: list[LifetimeGroup] = []
    for place, group in enumerate(by.groups):
        chosen = book.chosen & (places == place)
        if not chosen.any():
            continue
        line = _group(book, chosen, (place, group), error)
        if channels and group.value:
            cost_fen = sum(row.cost_fen for row in spend if row.key[0] == platform_key(group.value))
            line = _with_cost(line, cost_fen, curve(book.buying, chosen, asked.horizon_days, until_ms))
        found.append(line)
    return sorted(found, key=lambda each: -each.worth.people)


def _with_cost(line: LifetimeGroup, cost_fen: float, points: tuple[CurvePoint, ...]) -> LifetimeGroup:
    if cost_fen <= 0 or line.worth.people == 0:
        return line
    cac_fen = cost_fen / line.worth.people
    return LifetimeGroup(
        place=line.place,
        group=line.group,
        worth=line.worth,
        cac_fen=cac_fen,
        payback_days=payback_days(points, cac_fen),
    )


def _with_known(found: LifetimeFound, known: Any) -> LifetimeFound:
    return found if known is None else replace(found, margin_known=float(known))


def _months(at_ms: Integers) -> Integers:
    """Return the month that each instant lies in, by the shop's clock."""
    days = (at_ms + ZONE_MS) // DAY_MS
    months: Integers = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months + bucket_of(shop_day(0), "month")


def _month_group(month: int) -> Group:
    return Group(value=first_day(month, "month").strftime("%Y-%m"))
