"""Asks history how far people come: one narrow read of the lake, the walking itself in memory, part by part."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.app.audiences.directory import Audiences
from liftloop.app.desk import Desk
from liftloop.app.results.asking import BadQuestion, Period, check_events, span_of
from liftloop.app.results.groups import UNSAID as UNSAID_VALUE
from liftloop.app.results.groups import Group, Grouped, Grouping, grouped, groups_of, pointer
from liftloop.app.results.last_touch import last_touches
from liftloop.app.results.steps import Read, Step, read
from liftloop.inference.arrays import Floats, Integers
from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.measure.funnel import STEPS_MAX, FunnelRule, Happenings, Walks, gaps_s, walks
from liftloop.measure.funnel_groups import Lag, Reached, lagging

ROWS_AT_ONCE = 8_000_000
"""Events walked through at a time: about a gigabyte with what is made of them."""
WINDOW_DAYS_MAX = 366
KEPT = 4
"""Answers that are kept for the people behind them: a person takes twelve bytes."""
KEPT_MS = 5 * MINUTE_MS
"""So long the people behind a number are those that were counted, whatever came in since."""
QUANTILES = (0.25, 0.5, 0.75, 0.9)

_COUNT = "SELECT count(*) AS rows FROM ({read})"
_ROWS = """
SELECT profile, at_ms, mask::BIGINT AS mask{label} FROM ({read}) WHERE hash(profile) % {parts} = {part}
ORDER BY profile, at_ms, mask & -mask, "offset"
"""
_LABEL = ", (hash(json_extract_string(properties, ${place}::VARCHAR)) >> 1)::BIGINT AS label"
_LABELS = """
SELECT (hash(label) >> 1)::BIGINT AS code, label FROM (
    SELECT json_extract_string(properties, ${place}::VARCHAR) AS label FROM ({read})
) WHERE label IS NOT NULL AND label <> '' GROUP BY label ORDER BY count(*) DESC, label LIMIT 10001
"""


class FunnelAsked(Struct, frozen=True, kw_only=True):
    """A question; `window_ms` is how long after the first step the last one may come."""

    steps: tuple[Step, ...]
    period: Period
    window_ms: int
    ordered: bool = True
    grouping: Grouping | None = None


class Between(Struct, frozen=True, kw_only=True):
    """How long people took from one step to the next, in seconds: quarter, half, three quarters, nine tenths."""

    quantiles: tuple[float, ...]


class FunnelGroup(Struct, frozen=True, kw_only=True):
    """How many people of a group reached each step, and how many who did not reach the next still may."""

    place: int
    """Its number, by which its people are asked for."""
    group: Group
    reached: tuple[int, ...]
    open: tuple[int, ...]


class FunnelFound(Struct, frozen=True, kw_only=True):
    """The whole, how long each step took (None where nobody reached it), and the groups, if any were asked for."""

    whole: FunnelGroup
    between: tuple[Between | None, ...]
    groups: tuple[FunnelGroup, ...]
    lag: Lag
    events: int


class _Kept(Struct, frozen=True, kw_only=True, eq=False):
    """How far each person came, with group."""

    profile: Integers
    depth: Any
    open: Any
    place: Any


class _Answer(Struct, frozen=True, kw_only=True, eq=False):
    made_ms: int
    found: FunnelFound
    kept: _Kept


class Funnels:
    """The use cases of funnels."""

    def __init__(self, desk: Desk, audiences: Audiences) -> None:
        self._desk = desk
        self._audiences = audiences
        self._kept: OrderedDict[FunnelAsked, _Answer] = OrderedDict()

    async def ask(self, asked: FunnelAsked) -> FunnelFound:
        """Return how far people came; raises `BadQuestion`, `UnknownEvent`, `NotFound`."""
        check(asked)
        await check_events(self._desk.follower, (step.event for step in asked.steps))
        answer = self._kept[asked] = await self._asked_anew(asked)
        self._kept.move_to_end(asked)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return answer.found

    async def people(self, asked: FunnelAsked, step: int, *, lost: bool, group: int | None) -> Integers:
        """Return who reached a step (0 the first), or who reached it and not the next, ascending."""
        answer = self._kept.get(asked)
        if answer is None or self._desk.clock.now_ms() - answer.made_ms > KEPT_MS:
            await self.ask(asked)
        kept = self._kept[asked].kept
        chosen = kept.depth == step + 1 if lost else kept.depth > step
        if group is not None:
            chosen &= kept.place == group
        return kept.profile[chosen]

    async def _asked_anew(self, asked: FunnelAsked) -> _Answer:
        span, now_ms = await span_of(self._desk.follower), self._desk.clock.now_ms()
        known_ms = min(now_ms, span.last_ms) if span else now_ms  # Later nothing came in: nobody is lost by then.
        rows = read(asked.steps, asked.period.from_ms, min(asked.period.to_ms + asked.window_ms, now_ms + 1))
        events = int((await self._desk.follower.select(_COUNT.format(read=rows.text), rows.given))["rows"][0])
        by, place = await self._places(asked, rows)
        rule = FunnelRule(
            steps=len(asked.steps),
            window_ms=asked.window_ms,
            ordered=asked.ordered,
            from_ms=asked.period.from_ms,
            to_ms=asked.period.to_ms,
            now_ms=known_ms,
        )
        parts = max(1, -(-events // ROWS_AT_ONCE))
        walked: list[tuple[Walks, Integers]] = []
        for part in range(parts):
            found = await self._desk.follower.select(_part(asked, rows, parts, part), _given(asked, rows))
            walked.append(await asyncio.to_thread(_walked, found, rule, place))
        return await asyncio.to_thread(_told, asked, walked, by, (events, now_ms))

    async def _places(self, asked: FunnelAsked, rows: Read) -> "tuple[Grouped, _Place]":
        """Return the groups, and what tells the group of each walk."""
        kind = asked.grouping.kind if asked.grouping is not None else ""
        if kind == "property":
            codes, by = await self._codes(asked, rows)
            return by, lambda found, walked: _of_property(found["label"][walked.start], codes, by)
        if kind == "last_touch":
            touches = await last_touches(self._desk.follower, asked.period.from_ms, asked.period.to_ms)
            return touches.groups, lambda _, walked: touches.of(walked.profile, walked.at_ms[:, 0])
        by = await grouped(self._desk, self._audiences, asked.grouping)
        return by, lambda _, walked: by.of(walked.profile)

    async def _codes(self, asked: FunnelAsked, rows: Read) -> tuple[Integers, Grouped]:
        """Return the codes of the values that a property has, in the order of the groups, and these groups."""
        query = _LABELS.format(read=rows.text, place=len(rows.given) + 1)
        found = await self._desk.follower.select(query, _given(asked, rows))
        values = [(place + 1, str(label)) for place, label in enumerate(found["label"])]
        nobody = np.zeros(0, dtype=np.int64)
        return found["code"].astype(np.int64), groups_of(nobody, nobody, values, UNSAID_VALUE)


def check(asked: FunnelAsked) -> None:
    """Raise `BadQuestion` where the steps or the window make no funnel."""
    if not 1 < len(asked.steps) <= STEPS_MAX:
        raise BadQuestion(
            f"漏斗要有 2 到 {STEPS_MAX} 步，这次是 {len(asked.steps)} 步",
            f"a funnel has 2 to {STEPS_MAX} steps, this one {len(asked.steps)}",
            "增加或去掉几步",
            "add or remove steps",
        )
    if not 0 < asked.window_ms <= WINDOW_DAYS_MAX * DAY_MS:
        raise BadQuestion(
            f"转化窗口要大于 0，不超过 {WINDOW_DAYS_MAX} 天",
            f"the window has to be above 0 and at most {WINDOW_DAYS_MAX} days",
            "换一个窗口，例如 7 天",
            "choose another window, for example 7 days",
        )
    if not asked.ordered and len(set(asked.steps)) < len(asked.steps):
        raise BadQuestion(
            "不分先后时，同一步不能出现两次",
            "without an order no step can come twice",
            "去掉重复的一步，或改成按顺序",
            "remove the repeated step, or ask in order",
        )


def _part(asked: FunnelAsked, rows: Read, parts: int, part: int) -> str:
    by_property = asked.grouping is not None and asked.grouping.kind == "property"
    label = _LABEL.format(place=len(rows.given) + 1) if by_property else ""
    return _ROWS.format(read=rows.text, parts=parts, part=part, label=label)


def _given(asked: FunnelAsked, rows: Read) -> Sequence[Any]:
    by_property = asked.grouping is not None and asked.grouping.kind == "property"
    return (*rows.given, pointer(asked.grouping.name)) if asked.grouping and by_property else rows.given


_Place = Callable[[dict[str, Any], Walks], Integers]
"""From the columns read and the walks in them to the group of each walk."""


def _walked(found: dict[str, Any], rule: FunnelRule, place: _Place) -> tuple[Walks, Integers]:
    """Return everybody's walk and group."""
    happenings = Happenings(
        profile=found["profile"].astype(np.int64), at_ms=found["at_ms"].astype(np.int64), mask=found["mask"]
    )
    walked = walks(happenings, rule)
    return walked, place(found, walked)


def _of_property(label: Integers, codes: Integers, by: Grouped) -> Integers:
    order = np.argsort(codes)
    at = np.minimum(np.searchsorted(codes[order], label), max(codes.size - 1, 0))
    known = codes[order][at] == label if codes.size else np.zeros(label.size, dtype=np.bool_)
    others = by.rest - 1
    return np.where(known, np.minimum(order[at] if codes.size else 0, others), by.rest)


def _told(asked: FunnelAsked, walked: Sequence[tuple[Walks, Integers]], by: Grouped, when: tuple[int, int]) -> _Answer:
    events, made_ms = when
    count = len(asked.steps)
    profile = np.concatenate([each.profile for each, _ in walked])
    order = np.argsort(profile)
    kept = _Kept(
        profile=profile[order],
        depth=np.concatenate([each.depth for each, _ in walked])[order].astype(np.int8),
        open=np.concatenate([each.open for each, _ in walked])[order],
        place=np.concatenate([place for _, place in walked])[order].astype(np.int16),
    )
    everybody = np.ones(kept.profile.size, dtype=np.bool_)
    groups = tuple(
        _group(kept, (place, group), kept.place == place, count)
        for place, group in enumerate(by.groups)
        if asked.grouping is not None
    )
    between = tuple(_between(np.concatenate([gaps_s(each, step) for each, _ in walked])) for step in range(1, count))
    groups = tuple(each for each in groups if each.reached[0])
    found = FunnelFound(
        whole=_group(kept, (0, Group(value="")), everybody, count),
        between=(None, *between),
        groups=groups,
        lag=lagging([Reached(place=each.place, reached=each.reached, open=each.open) for each in groups]),
        events=events,
    )
    return _Answer(made_ms=made_ms, found=found, kept=kept)


def _group(kept: _Kept, named: tuple[int, Group], chosen: Any, steps: int) -> FunnelGroup:
    ended = np.bincount(kept.depth[chosen], minlength=steps + 1)
    waiting = np.bincount(kept.depth[chosen & kept.open], minlength=steps + 1)
    reached = np.cumsum(ended[::-1])[::-1]
    return FunnelGroup(
        place=named[0], group=named[1], reached=tuple(reached[1:].tolist()), open=tuple(waiting[1:].tolist())
    )


def _between(seconds: Floats) -> Between | None:
    if seconds.size == 0:
        return None
    return Between(quantiles=tuple(float(each) for each in np.quantile(seconds, QUANTILES)))
