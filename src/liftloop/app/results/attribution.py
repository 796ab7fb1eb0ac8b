"""Asks history what led to conversions: ways of touches, divided by seven models, in money only where measured."""

import asyncio
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.desk import Desk
from liftloop.app.results.asking import ORDER, BadQuestion, Period, check_events, span_of
from liftloop.app.results.platforms import DIRECT, OWN
from liftloop.app.results.steps import Step, read
from liftloop.app.results.touches import (
    LOOKBACK_DAYS_MAX,
    Counted,
    Orders,
    Source,
    Touched,
    lookback_ms,
    read_orders,
    read_touches,
)
from liftloop.app.words import Said
from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.credit_markov import ORDER_MAX
from liftloop.inference.credit_rules import Scaled, scaled_to_lift
from liftloop.inference.intervals import Estimate, Interval
from liftloop.measure.attribution import Attributed, Conversions, Touches, Ways, attributed, ways_of
from liftloop.measure.report import Report

CHANNELS_MAX = 30
"""The most frequent ones stand alone, the rest together: Shapley knows sets of at most 62, a page shows fewer."""
_SEED = 20
_TREATED = """
SELECT DISTINCT coalesce(canonical.kept, decision.profile) AS profile
FROM decision LEFT JOIN canonical ON canonical.forwarded = decision.profile
WHERE campaign = $1 AND NOT holdout ORDER BY 1
"""

Level = Literal["channel", "campaign"]


class AttributionAsked(Struct, frozen=True, kw_only=True):
    """A question; with a `campaign` only its own messages are touches, and its treated people the ones that count."""

    period: Period
    conversion: Step
    lookback_days: float
    counted: Counted = "clicked"
    level: Level = "channel"
    order: int = 1
    campaign: str = ""


class ChannelCredit(Struct, frozen=True, kw_only=True):
    """One channel, or one campaign of a channel: how often it touched, and whose conversions."""

    source: Source
    others: int
    """Sources that stand together here; 0 for one alone."""
    touches: int
    conversions: int
    """Conversions on whose way it was."""


class Money(Struct, frozen=True, kw_only=True, eq=False):
    """A measured lift divided by the models, in the unit of its metric; or why there is nothing to divide."""

    scaled: tuple[Scaled, ...]
    unit: Literal["", "share", "fen", "count"]
    total: tuple[float, float, float] | None
    reason: Said


class AttributionFound(Struct, frozen=True, kw_only=True, eq=False):
    """Channels by touches with what all models say; `untouched` conversions have no touch within the lookback."""

    channels: tuple[ChannelCredit, ...]
    models: Attributed
    conversions: int
    untouched: int
    value_fen: float | None
    """What the conversions brought; None where they are no orders."""
    money: Money


class Pathways(Struct, frozen=True, kw_only=True, eq=False):
    """Ways with the channel codes of a question, and the conversions they lead to."""

    ways: Ways
    conversions: Conversions
    channels: tuple[tuple[Source, int], ...]
    touches: Integers
    """Touches of each channel."""


class Attribution:
    """The use cases of attribution."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, asked: AttributionAsked) -> AttributionFound:
        """Return what the models say; raises `BadQuestion`, `UnknownEvent`, `NotFound`."""
        found = await self._pathways(asked)
        return await asyncio.to_thread(_told, asked, found, await self._report(asked))

    async def people(self, asked: AttributionAsked, channel: int) -> Integers:
        """Return whose conversions had a channel on their way, ascending."""
        found = await self._pathways(asked)
        return np.unique(found.conversions.profile[found.ways.conversion[_met(found, channel)]])

    async def _pathways(self, asked: AttributionAsked) -> Pathways:
        _check(asked)
        if await span_of(self._desk.follower) is None:
            return pathways(asked, _nothing(), conversions_of(None, np.zeros(0, dtype=np.int64)))
        await check_events(self._desk.follower, (asked.conversion.event,))
        until_ms = min(asked.period.to_ms, self._desk.clock.now_ms() + 1)
        span = (asked.period.from_ms - lookback_ms(asked.lookback_days), until_ms)
        touched = await read_touches(self._desk.follower, span, asked.counted)
        conversions = await self._conversions(asked, until_ms)
        if asked.campaign:
            treated = (await self._desk.follower.select(_TREATED, [asked.campaign]))["profile"].astype(np.int64)
            touched, conversions = of_campaign(asked.campaign, treated, touched, conversions)
        return await asyncio.to_thread(pathways, asked, touched, conversions)

    async def _conversions(self, asked: AttributionAsked, until_ms: int) -> Conversions:
        if asked.conversion == Step(event=ORDER):
            return conversions_of(await read_orders(self._desk.follower, (asked.period.from_ms, until_ms)))
        rows = read((asked.conversion,), asked.period.from_ms, until_ms)
        found = await self._desk.follower.select(f"SELECT profile, at_ms FROM ({rows.text})", rows.given)
        return conversions_of(None, found["profile"].astype(np.int64), found["at_ms"].astype(np.int64))

    async def _report(self, asked: AttributionAsked) -> Report | None:
        return await self._desk.plans.report(asked.campaign) if asked.campaign else None


def conversions_of(
    orders: Orders | None, profile: Integers | None = None, at_ms: Integers | None = None
) -> Conversions:
    """Return orders with their revenue as conversions, or other events, each worth one."""
    if orders is not None:
        return Conversions(profile=orders.profile, at_ms=orders.at_ms, value=orders.revenue_fen)
    assert profile is not None
    at = np.zeros(profile.size, dtype=np.int64) if at_ms is None else at_ms
    return Conversions(profile=profile, at_ms=at, value=np.ones(profile.size))


def pathways(asked: AttributionAsked, touched: Touched, conversions: Conversions) -> Pathways:
    """Return the ways by channel, or by campaign of a channel; the rarest sources stand together as the last."""
    labels = [_label(asked, source) for source in touched.sources]
    counts = np.bincount(touched.touches.channel, minlength=len(labels))
    totals: dict[Source, int] = {}
    for label, count in zip(labels, counts.tolist(), strict=True):
        totals[label] = totals.get(label, 0) + count
    ranked = sorted(totals, key=lambda each: (-totals[each], each.channel, each.campaign))
    shown, rest = ranked[:CHANNELS_MAX], ranked[CHANNELS_MAX:]
    place = {label: number for number, label in enumerate(shown)} | dict.fromkeys(rest, len(shown))
    channels = [(label, 0) for label in shown] + ([(Source(channel=""), len(rest))] if rest else [])
    code = np.array([place[label] for label in labels], dtype=np.int64)
    coded = replace(touched.touches, channel=code[touched.touches.channel] if code.size else touched.touches.channel)
    ways = ways_of(
        coded,
        conversions,
        len(channels),
        lookback_ms=lookback_ms(asked.lookback_days),
        from_ms=asked.period.from_ms,
    )
    touches = np.bincount(coded.channel, minlength=len(channels))
    return Pathways(ways=ways, conversions=conversions, channels=tuple(channels), touches=touches)


def _label(asked: AttributionAsked, source: Source) -> Source:
    if asked.campaign:
        return Source(channel=source.channel, campaign=source.campaign, ad_group=source.ad_group)
    return Source(channel=source.channel, campaign=source.campaign if asked.level == "campaign" else "")


def of_campaign(
    campaign: str, treated: Integers, touched: Touched, conversions: Conversions
) -> tuple[Touched, Conversions]:
    """Return what a campaign sent itself, and what those whom it treated did."""
    own = np.array([each.channel.startswith(OWN) and each.campaign == campaign for each in touched.sources])
    touches = touched.touches
    kept = own[touches.channel] & np.isin(touches.profile, treated) if own.size else np.zeros(0, dtype=np.bool_)
    theirs = np.isin(conversions.profile, treated)
    return (
        Touched(
            touches=Touches(profile=touches.profile[kept], at_ms=touches.at_ms[kept], channel=touches.channel[kept]),
            sources=touched.sources,
        ),
        Conversions(
            profile=conversions.profile[theirs], at_ms=conversions.at_ms[theirs], value=conversions.value[theirs]
        ),
    )


def _nothing() -> Touched:
    none = np.zeros(0, dtype=np.int64)
    return Touched(touches=Touches(profile=none, at_ms=none, channel=none), sources=())


def _met(found: Pathways, channel: int) -> Flags:
    """Return which conversions, in the order of the ways, had a channel on their way."""
    paths = found.ways.paths
    path = paths.path_of()[paths.touch == channel]
    met = np.bincount(path, minlength=paths.count) > 0
    return met[: found.ways.conversion.size]


def _told(asked: AttributionAsked, found: Pathways, report: Report | None) -> AttributionFound:
    direct = next((place for place, (each, _) in enumerate(found.channels) if each == Source(channel=DIRECT)), None)
    dice = np.random.default_rng(_SEED)
    models = attributed(found.ways.paths, direct=direct, order=asked.order, dice=dice)
    lengths = found.ways.paths.lengths()[: found.ways.conversion.size]
    orders = asked.conversion == Step(event=ORDER)
    return AttributionFound(
        channels=tuple(
            ChannelCredit(
                source=source,
                others=others,
                touches=int(found.touches[place]),
                conversions=int(_met(found, place).sum()),
            )
            for place, (source, others) in enumerate(found.channels)
        ),
        models=models,
        conversions=lengths.size,
        untouched=int((lengths == 0).sum()),
        value_fen=float(found.conversions.value.sum()) if orders else None,
        money=money_of([each.share for each in models.shares], report),
    )


def money_of(shares: list[Floats], report: Report | None) -> Money:
    """Return the measured lift divided by each model, where its interval excludes zero."""
    if report is None:
        reason = Said(
            "这里只有份额：份额说的是「谁在场」，不是「谁带来的」。选一个留了对照组的活动，才能换算成金额或人数",
            "These are shares: who was there, not who caused it. Choose a campaign with a holdout to see amounts",
        )
        return Money(scaled=(), unit="", total=None, reason=reason)
    lift = report.difference
    if lift is None or lift.low <= 0 <= lift.high:
        reason = Said(f"没有换算：{report.sentence.zh}", f"Not converted: {report.sentence.en}")
        return Money(scaled=(), unit=report.metric.unit, total=None, reason=reason)
    value, low, high = (each * report.treated for each in (lift.value, lift.low, lift.high))
    total = Estimate(value=value, error=0.0, units=report.treated)
    interval = Interval(confidence=lift.level, low=low, high=high)
    scaled = tuple(scaled_to_lift(share, total, interval) for share in shares)
    reason = Said(
        "金额按实测增量分：各渠道加起来等于和对照组比多出来的总数",
        "Amounts divide the measured lift: all channels together are what was more than in the holdout",
    )
    return Money(scaled=scaled, unit=report.metric.unit, total=(value, low, high), reason=reason)


def _check(asked: AttributionAsked) -> None:
    if not 0 < asked.lookback_days <= LOOKBACK_DAYS_MAX:
        raise BadQuestion(
            f"回看窗口要大于 0，不超过 {LOOKBACK_DAYS_MAX} 天",
            f"the lookback has to be above 0 and at most {LOOKBACK_DAYS_MAX} days",
            "换一个窗口，例如 30 天",
            "choose another, for example 30 days",
        )
    if not 1 <= asked.order <= ORDER_MAX:
        raise BadQuestion(
            f"马尔可夫的阶数是 1 到 {ORDER_MAX}",
            f"the Markov order is 1 to {ORDER_MAX}",
            "从 1 阶开始",
            "begin with order 1",
        )
