"""Asks what ads brought for what they cost: imported spend beside what is attributed to its campaigns and keywords."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.desk import Desk
from liftloop.app.results.asking import BadQuestion, Period
from liftloop.app.results.platforms import DIRECT, platform_key
from liftloop.app.results.touches import (
    LOOKBACK_DAYS_MAX,
    SQL,
    Counted,
    Orders,
    Source,
    Touched,
    lookback_ms,
    read_orders,
    read_touches,
)
from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.touch_paths import Paths
from liftloop.measure.attribution import Conversions, RuleModel, Ways, model_shares, ways_of
from liftloop.measure.return_on_spend import Amounts, Key, Node, added, missing_days, placed, prefixes, tree

LINES_MAX = 50_000
"""Keywords of one answer; beyond it a page, and whoever reads it, gives up."""
_SEED = 20

Basis = Literal["revenue", "margin"]


class SpendAsked(Struct, frozen=True, kw_only=True):
    """A question: orders in the period, by touches within the lookback before each, by one of the rules."""

    period: Period
    lookback_days: float
    model: RuleModel = "last_non_direct"
    counted: Counted = "clicked"
    basis: Basis = "revenue"


class SpendDay(Struct, frozen=True, kw_only=True):
    """What was imported for one line and day."""

    key: Key
    day: date
    cost_fen: float
    impressions: float
    clicks: float
    currency: str
    replaced: int
    """Rows of earlier imports that this one replaces."""


class SpendFound(Struct, frozen=True, kw_only=True):
    """The tree of channels, what has no touch, and all together; and what is doubtful about the spend."""

    nodes: tuple[Node, ...]
    untouched: Amounts
    total: Amounts
    currency: str
    spend_rows: int
    replaced: int
    missing: Mapping[tuple[str, str], tuple[date, ...]]
    """By channel and campaign."""
    twofold: tuple[tuple[str, str], ...]
    """Channels and campaigns that have spend both as a whole and by group on one day: perhaps told twice."""
    margin_known: float | None
    """Share of the revenue whose margin is known; None where revenue was asked for."""


class ReturnOnSpend:
    """The use cases of the return on spend."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, asked: SpendAsked) -> SpendFound:
        """Return cost and attributed value by line; raises `BadQuestion`."""
        _check(asked)
        spend = await self.days(asked.period)
        orders, touched = await self._read(asked)
        return await asyncio.to_thread(_told, asked, spend, orders, touched)

    async def days(self, period: Period) -> list[SpendDay]:
        """Return the imported spend of these days; raises `BadQuestion` where it is in several currencies."""
        found = await self._desk.follower.select(SQL["spend"], [period.first, period.last])
        currencies = sorted({str(each) for each in found["currency"]})
        if len(currencies) > 1:
            raise BadQuestion(
                f"花费里有几种货币：{'、'.join(currencies)}，不能相加",
                f"the spend is in several currencies, {', '.join(currencies)}, and cannot be added",
                "换算成一种货币后重新导入，或缩短时间范围",
                "import it in one currency, or choose other days",
            )
        return [_day(found, row) for row in range(found["day"].size)]

    async def people(self, asked: SpendAsked, key: tuple[str, ...]) -> Integers:
        """Return who ordered with a touch of this line, or of one below it, on the way; ascending."""
        spend = _keys(await self.days(asked.period))
        orders, touched = await self._read(asked)
        ways, _, lines = _ways(asked, orders, touched, spend)
        inside = np.array([line[: len(key)] == key for line in lines], dtype=np.bool_)
        paths = ways.paths
        path = paths.path_of()[inside[paths.touch]] if paths.touch.size else np.zeros(0, dtype=np.int64)
        met = np.bincount(path, minlength=paths.count)[: ways.conversion.size] > 0
        return np.unique(orders.profile[ways.conversion[met]])

    async def _read(self, asked: SpendAsked) -> tuple[Orders, Touched]:
        _check(asked)
        until_ms = min(asked.period.to_ms, self._desk.clock.now_ms() + 1)
        orders = await read_orders(self._desk.follower, (asked.period.from_ms, until_ms))
        span = (asked.period.from_ms - lookback_ms(asked.lookback_days), until_ms)
        return orders, await read_touches(self._desk.follower, span, asked.counted)


def _told(asked: SpendAsked, spend: list[SpendDay], orders: Orders, touched: Touched) -> SpendFound:
    ways, counts, lines = _ways(asked, orders, touched, _keys(spend))
    value = orders.revenue_fen if asked.basis == "revenue" else orders.margin_fen
    divided = [
        _credit(asked, ways, lines, weight)
        for weight in (value, np.ones(orders.profile.size), orders.first.astype(np.float64))
    ]
    found: dict[Key, Amounts] = defaultdict(Amounts)
    for row in spend:
        cost = Amounts(cost_fen=row.cost_fen, impressions=row.impressions, clicks=row.clicks)
        found[row.key] = added((found[row.key], cost))
    for place, line in enumerate(lines):
        brought, conversions, newcomers = (float(credit[place]) for credit in divided)
        got = Amounts(touches=int(counts[place]), conversions=conversions, newcomers=newcomers, value_fen=brought)
        found[line] = added((found[line], got))
    if len(found) > LINES_MAX:
        raise BadQuestion(
            f"花费和来源有超过 {LINES_MAX:,} 个关键词",
            f"spend and sources have more than {LINES_MAX:,} keywords",
            "缩短时间范围",
            "choose fewer days",
        )
    alone = ways.paths.lengths()[: ways.conversion.size] == 0
    rest = ways.conversion[alone]
    untouched = Amounts(
        conversions=float(rest.size), newcomers=float(orders.first[rest].sum()), value_fen=float(value[rest].sum())
    )
    nodes = tree(found)
    return SpendFound(
        nodes=nodes,
        untouched=untouched,
        total=added((*(node.amounts for node in nodes), untouched)),
        currency=spend[0].currency if spend else "",
        spend_rows=len(spend),
        replaced=sum(row.replaced for row in spend),
        missing=_missing(spend),
        twofold=_twofold(spend),
        margin_known=_margin_known(orders) if asked.basis == "margin" else None,
    )


def _ways(
    asked: SpendAsked, orders: Orders, touched: Touched, spend: Mapping[tuple[str, ...], tuple[str, ...]]
) -> tuple[Ways, Integers, list[Key]]:
    """Return the ways to the orders by line of spend, the touches of each line, and the lines."""
    keys = [placed(_key_of(source), spend) for source in touched.sources]
    lines = list(dict.fromkeys(keys))
    place = {line: number for number, line in enumerate(lines)}
    code = np.array([place[key] for key in keys], dtype=np.int64)
    touches = touched.touches
    coded = replace(touches, channel=code[touches.channel] if code.size else touches.channel)
    conversions = Conversions(profile=orders.profile, at_ms=orders.at_ms, value=orders.revenue_fen)
    ways = ways_of(
        coded, conversions, len(lines), lookback_ms=lookback_ms(asked.lookback_days), from_ms=asked.period.from_ms
    )
    return ways, np.bincount(coded.channel, minlength=len(lines)), lines


def _credit(asked: SpendAsked, ways: Ways, lines: list[Key], weight: Floats) -> Floats:
    """Return how much of a weight of orders each line is given; together it is that of all orders with a touch.

    Orders below zero, which refunds make, are divided apart and taken off, so that sums stay whole.
    """
    direct = next((place for place, line in enumerate(lines) if line == (DIRECT, "", "", "")), None)
    inside = weight[ways.conversion]
    credit = np.zeros(len(lines))
    for sign in (1.0, -1.0):
        value = np.concatenate([np.maximum(sign * inside, 0.0), np.zeros(ways.paths.count - inside.size)])
        paths: Paths = replace(ways.paths, value=value)
        share = model_shares(paths, asked.model, direct=direct, order=1, dice=np.random.default_rng(_SEED))
        credit += sign * share * float(value[paths.lengths() > 0].sum())
    return credit


def _key_of(source: Source) -> Key:
    return (source.channel, source.campaign, source.ad_group, source.keyword)


def _keys(spend: list[SpendDay]) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    return prefixes(row.key for row in spend)


def _day(found: Mapping[str, Any], row: int) -> SpendDay:
    campaign, group, keyword = (str(found[name][row]) for name in ("campaign", "ad_group", "keyword"))
    return SpendDay(
        key=(platform_key(str(found["channel"][row])), campaign, group, keyword),
        day=date.fromisoformat(str(found["day"][row])),
        cost_fen=float(found["cost_fen"][row]),
        impressions=float(found["impressions"][row]),
        clicks=float(found["clicks"][row]),
        currency=str(found["currency"][row]),
        replaced=int(found["replaced"][row]),
    )


def _missing(spend: list[SpendDay]) -> dict[tuple[str, str], tuple[date, ...]]:
    days: dict[tuple[str, str], list[date]] = defaultdict(list)
    for row in spend:
        days[row.key[0], row.key[1]].append(row.day)
    found = {campaign: missing_days(those) for campaign, those in days.items()}
    return {campaign: gone for campaign, gone in found.items() if gone}


def _twofold(spend: list[SpendDay]) -> tuple[tuple[str, str], ...]:
    depths: dict[tuple[str, str, date], set[bool]] = defaultdict(set)
    for row in spend:
        depths[row.key[0], row.key[1], row.day].add(bool(row.key[2] or row.key[3]))
    return tuple(sorted({(channel, name) for (channel, name, _), both in depths.items() if len(both) > 1}))


def _margin_known(orders: Orders) -> float:
    revenue = float(orders.revenue_fen.sum())
    return float(orders.revenue_fen[orders.margin_known].sum()) / revenue if revenue > 0 else 0.0


def _check(asked: SpendAsked) -> None:
    if not 0 < asked.lookback_days <= LOOKBACK_DAYS_MAX:
        raise BadQuestion(
            f"回看窗口要大于 0，不超过 {LOOKBACK_DAYS_MAX} 天",
            f"the lookback has to be above 0 and at most {LOOKBACK_DAYS_MAX} days",
            "换一个窗口，例如 30 天",
            "choose another, for example 30 days",
        )
