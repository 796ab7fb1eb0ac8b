"""What later stages may ask profile: conditions on events and traits, answered for many people at once, and consent.

Each answer comes with the instant at which it may change by time alone.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS
from liftloop.kernel.days import INSTANT_MS_MIN, NO_DAY, WHOLE_DAY_MIN, begins_ms
from liftloop.profile import told as told
from liftloop.profile.anniversaries import before_anniversary
from liftloop.profile.comparing import passing
from liftloop.profile.conditions import AGGREGATES as AGGREGATES
from liftloop.profile.conditions import COMPARISONS as COMPARISONS
from liftloop.profile.conditions import check_condition as check_condition
from liftloop.profile.contract import NO_CONSENT, FlipTimes, SourceId, Truth, UnknownCondition
from liftloop.profile.elapsed import ALWAYS_MS, DAYS_SINCE, elapsed_bounds
from liftloop.profile.sources import (
    attribute_array,
    covering,
    life_array,
    source_of,
    span_of,
    steps_of,
    windows_of,
)
from liftloop.profile.tags import TAG as TAG
from liftloop.profile.tags import put_tags as put_tags
from liftloop.profile.tags import tag_condition as tag_condition
from liftloop.profile.values import value_hash
from liftloop.runtime.contract import Slots, StateView
from liftloop.runtime.windows import NEVER_MS, PAGE, Recent, Times


class Bounds(Struct, frozen=True, kw_only=True):
    """An aggregate over a source of events, compared with numbers; all comparisons must hold."""

    source: SourceId
    span_ms: int
    """The window; 0 for the whole life."""
    aggregate: str
    comparisons: tuple[tuple[str, float], ...]


class Words(Struct, frozen=True, kw_only=True):
    """Tests of an attribute, all of which must hold; values to be equal to are hashed."""

    attribute: str
    tests: tuple[tuple[str, Any], ...]


class Follows(Struct, frozen=True, kw_only=True):
    """An event, then another at most `gap_ms` later, without a third between them."""

    first: SourceId
    then: SourceId
    without: SourceId | None
    span_ms: int
    """The window in which the first must lie."""
    gap_ms: int


Part = Bounds | Words | Follows


def parts_of(leaf: Mapping[str, Any], traits: Mapping[str, Mapping[str, Any]]) -> tuple[Part, ...]:
    """Return what a checked condition asks for; all parts must hold. `traits` are bodies of computed traits by id."""
    if "sequence" in leaf:
        first, then, *rest = (source_of(step).id for step in steps_of(leaf))
        gap_ms = round(leaf["gap_days"] * DAY_MS)
        without = rest[0] if rest else None
        return (Follows(first=first, then=then, without=without, span_ms=span_of(leaf), gap_ms=gap_ms),)
    if "event" in leaf:
        source, span_ms = source_of(leaf).id, span_of(leaf)
        asked = [name for name in sorted(AGGREGATES) if name in leaf] or ["count"]
        return tuple(_bounds(source, span_ms, name, leaf.get(name, {"gte": 1})) for name in asked)
    name = str(leaf["trait"])
    tests = {word: value for word, value in leaf.items() if word != "trait"}
    body = traits.get(name)
    if body is not None and set(tests) <= COMPARISONS:
        return (_bounds(source_of(body).id, span_of(body), str(body.get("aggregate", "count")), tests),)
    return (Words(attribute=name, tests=tuple((word, _hashed(word, value)) for word, value in tests.items())),)


class People:
    """Some people at one instant: what was read of them is read once, however many conditions ask."""

    def __init__(self, state: StateView, slots: Slots, now_ms: int, traits: Mapping[str, Mapping[str, Any]]) -> None:
        self.state = state
        self.slots = slots
        self.now_ms = now_ms
        self.next_flip_ms: FlipTimes = np.full(len(slots), FAR_FUTURE_MS, dtype=np.int64)
        """Earliest instant at which any condition answered so far may change by time alone."""
        self._traits = traits
        self._newest: dict[str, Times] = {}
        self._recent: dict[str, Recent] = {}
        self._columns: dict[str, NDArray[Any]] = {}

    def holds(self, leaf: Mapping[str, Any]) -> Truth:
        """Return whether a condition on an event or a trait holds; shape [people]."""
        truth = np.ones(len(self.slots), dtype=np.bool_)
        for part in parts_of(leaf, self._traits):
            truth &= self.answer(part)
        return truth

    def answer(self, part: Part) -> Truth:
        """Return for whom one part of a condition holds; shape [people]."""
        match part:
            case Words():
                return self._attribute(part)
            case Follows():
                return self._followed(part)
            case Bounds(aggregate="count") if part.span_ms:
                return self._counted(part)
            case Bounds() if part.aggregate in DAYS_SINCE:
                return self._since(part)
            case Bounds():
                return passing(self._aggregate(part.source, part.aggregate, part.span_ms), part.comparisons)

    def number(self, leaf: Mapping[str, Any]) -> NDArray[np.float64] | None:
        """Return what a condition of one comparison compares, NaN for none; None where that is no number."""
        match parts_of(leaf, self._traits):
            case (Bounds() as part,):
                return self._aggregate(part.source, part.aggregate, part.span_ms)
            case (Words() as part,) if {word for word, _ in part.tests} <= COMPARISONS:
                return self._column(attribute_array(part.attribute, "number"), np.nan, np.float64)
            case _:
                return None

    def _attribute(self, part: Words) -> Truth:
        truth = np.ones(len(self.slots), dtype=np.bool_)
        if part.attribute in self._traits:
            return ~truth  # A computed trait took this name after the condition was written: it has numbers only.
        for word, value in part.tests:
            match word:
                case "is":
                    truth &= self._text(part.attribute) == np.uint64(value)
                case "is_not":
                    truth &= self._text(part.attribute) != np.uint64(value)
                case "in":
                    truth &= _among(self._text(part.attribute), value)
                case "exists":
                    truth &= (self._text(part.attribute) != 0) == value
                case "days_since":
                    truth &= self._elapsed(self._instants(part.attribute), value)
                case "days_to_anniversary":
                    holds, flips_ms = before_anniversary(self._days(part.attribute), self.now_ms, value)
                    truth &= holds
                    np.minimum(self.next_flip_ms, flips_ms, out=self.next_flip_ms)
                case _:
                    number = self._column(attribute_array(part.attribute, "number"), np.nan, np.float64)
                    truth &= passing(number, ((word, value),))
        return truth

    def _instants(self, attribute: str) -> NDArray[np.float64]:
        """Return the instants that a trait tells: of a day with a year its beginning, of any other number itself."""
        at_ms = self._column(attribute_array(attribute, "number"), np.nan, np.float64)
        days = self._days(attribute)
        whole = (days >= WHOLE_DAY_MIN) & ~(at_ms >= INSTANT_MS_MIN)
        if not whole.any():
            return at_ms
        at_ms = at_ms.copy()
        told, place = np.unique(days[whole], return_inverse=True)
        at_ms[whole] = np.array([begins_ms(day) for day in told.tolist()], dtype=np.float64)[place]
        return at_ms

    def _days(self, attribute: str) -> NDArray[np.int32]:
        return self._column(attribute_array(attribute, "day"), NO_DAY, np.int32)

    def _elapsed(self, at_ms: NDArray[np.float64], comparisons: Sequence[tuple[str, float]]) -> Truth:
        """Compare the days since an instant that a trait tells, before it negative; nobody without one."""
        truth = ~np.isnan(at_ms)
        elapsed = self.now_ms - at_ms
        for word, days in comparisons:
            low, high = elapsed_bounds(word, days)
            truth &= (elapsed >= low) & (elapsed < high)
            for bound in (low, high):
                if abs(bound) != ALWAYS_MS:
                    # At most ten thousand years ahead, so that it fits; to the millisecond, rounded up.
                    flips_ms = np.clip(np.ceil(at_ms + bound), 0, FAR_FUTURE_MS)
                    later = np.where(elapsed < bound, flips_ms, FAR_FUTURE_MS).astype(np.int64)
                    np.minimum(self.next_flip_ms, later, out=self.next_flip_ms)
        return truth

    def _text(self, attribute: str) -> NDArray[np.uint64]:
        return self._column(attribute_array(attribute, "text"), 0, np.uint64)

    def _column(self, array: str, otherwise: float, dtype: type[np.generic]) -> NDArray[Any]:
        """Return a column of these people, `otherwise` everywhere while nobody keeps it."""
        if array not in self._columns:
            there = self.state.has(array)
            column = self.state[array][self.slots] if there else np.full(len(self.slots), otherwise, dtype=dtype)
            self._columns[array] = column
        return self._columns[array]

    def _counted(self, part: Bounds) -> Truth:
        """Compare a count inside a window by looking at single events: at least m means that the m-th newest is in."""
        truth = np.ones(len(self.slots), dtype=np.bool_)
        for word, bound in part.comparisons:
            match word:
                case "gte":
                    truth &= self._at_least(part, ceil(bound))
                case "lt":
                    truth &= ~self._at_least(part, ceil(bound))
                case "gt":
                    truth &= self._at_least(part, floor(bound) + 1)
                case "lte":
                    truth &= ~self._at_least(part, floor(bound) + 1)
                case _:
                    exact = self._at_least(part, ceil(bound)) & ~self._at_least(part, floor(bound) + 1)
                    truth &= exact if bound == floor(bound) else False
        return truth

    def _at_least(self, part: Bounds, count: int) -> Truth:
        """Return who has so many events inside, and note when the last of them that is needed leaves."""
        if count <= 0:
            return np.ones(len(self.slots), dtype=np.bool_)
        at_ms = self._times(part.source, count)
        inside = at_ms > max(self.now_ms - part.span_ms, NEVER_MS)
        leaves_ms = np.where(inside, at_ms + part.span_ms, FAR_FUTURE_MS)
        np.minimum(self.next_flip_ms, leaves_ms, out=self.next_flip_ms)
        return inside

    def _since(self, part: Bounds) -> Truth:
        """Compare the time since the first or last event of a life, and note when it reaches a bound."""
        there = self._column(life_array(part.source, "count"), 0, np.int32) > 0
        when = self._column(life_array(part.source, _since_part(part.aggregate)), 0, np.int64)
        elapsed = self.now_ms - when
        truth = there.copy()
        for word, days in part.comparisons:
            low, high = elapsed_bounds(word, days)
            truth &= (elapsed >= low) & (elapsed < high)
            for bound in (low, high):
                if abs(bound) != ALWAYS_MS:
                    flips_ms = np.where(there & (elapsed < bound), when + bound, FAR_FUTURE_MS)
                    np.minimum(self.next_flip_ms, flips_ms, out=self.next_flip_ms)
        return truth

    def _followed(self, part: Follows) -> Truth:
        """Return for whom the nearest later event of `then` came in time, with none of `without` before it.

        No later one can do better: it is later, and more lies between. Time alone ends a match when its first event
        leaves the window.
        """
        first = self._times_in(part.first)
        then = _next_after(first, self._times_in(part.then))
        good = (first > max(self.now_ms - part.span_ms, NEVER_MS)) & (then - first <= part.gap_ms)
        if part.without is not None:
            good &= _next_after(first, self._times_in(part.without)) >= then
        leaves_ms = np.where(good, first + part.span_ms, 0).max(axis=1, initial=0)
        np.minimum(self.next_flip_ms, np.where(leaves_ms > 0, leaves_ms, FAR_FUTURE_MS), out=self.next_flip_ms)
        return leaves_ms > 0

    def _times_in(self, source: SourceId) -> Times:
        """Return when the kept events of a source were, newest first; shape [people, depth]."""
        kept = covering(self.state, source)
        return self._recent_of(kept).at_ms if kept is not None else _no_events(len(self.slots)).at_ms

    def _times(self, source: SourceId, count: int) -> Times:
        """Return when the `count`-th newest event of each person was, NEVER_MS where there are fewer."""
        kept = covering(self.state, source)
        if kept is None:
            return np.full(len(self.slots), NEVER_MS, dtype=np.int64)
        if count > PAGE:
            at_ms = self._recent_of(kept).at_ms
            return at_ms[:, count - 1] if count <= at_ms.shape[1] else np.full(len(self.slots), NEVER_MS)
        if kept not in self._newest:
            # Turned round, so that each place is read in one run.
            self._newest[kept] = np.ascontiguousarray(windows_of(kept).newest(self.state, self.slots).T)
        return self._newest[kept][count - 1]

    def _aggregate(self, source: SourceId, aggregate: str, span_ms: int) -> NDArray[np.float64]:
        return self._in_window(source, aggregate, span_ms) if span_ms else self._in_life(source, aggregate)

    def _in_window(self, source: SourceId, aggregate: str, span_ms: int) -> NDArray[np.float64]:
        kept = covering(self.state, source)
        recent = self._recent_of(kept) if kept is not None else _no_events(len(self.slots))
        inside = recent.inside(self.now_ms, span_ms)
        np.minimum(self.next_flip_ms, recent.next_expiry_ms(self.now_ms, span_ms), out=self.next_flip_ms)
        count = inside.sum(axis=1).astype(np.float64)
        empty = count == 0
        match aggregate:
            case "count":
                return count
            case "sum":
                return np.where(inside, recent.value, 0.0).sum(axis=1)
            case "avg":
                total = np.where(inside, recent.value, 0.0).sum(axis=1)
                return np.where(empty, np.nan, total / np.maximum(count, 1))
            case "min":
                return np.where(empty, np.nan, np.where(inside, recent.value, np.inf).min(axis=1, initial=np.inf))
            case "max":
                return np.where(empty, np.nan, np.where(inside, recent.value, -np.inf).max(axis=1, initial=-np.inf))
            case "distinct":
                return _distinct(np.where(inside, recent.value, np.nan))
            case "first" | "last":
                return _at_an_end(recent, inside, aggregate)
            case _:
                raise UnknownCondition(f"不认识的统计方式：{aggregate}", f"unknown aggregate: {aggregate}")

    def _in_life(self, source: SourceId, aggregate: str) -> NDArray[np.float64]:
        count = self._column(life_array(source, "count"), 0, np.int32).astype(np.float64)
        match aggregate:
            case "count":
                return count
            case "sum":
                return self._column(life_array(source, "sum"), 0.0, np.float64)
            case "avg":
                total = self._column(life_array(source, "sum"), 0.0, np.float64)
                return np.where(count == 0, np.nan, total / np.maximum(count, 1))
            case "days_since_first" | "days_since_last":
                when = self._column(life_array(source, _since_part(aggregate)), 0, np.int64)
                return np.where(count == 0, np.nan, (self.now_ms - when) / DAY_MS)
            case _:
                when = self._column(life_array(source, aggregate), 0, np.int64).astype(np.float64)
                return np.where(count == 0, np.nan, when)

    def _recent_of(self, source: SourceId) -> Recent:
        if source not in self._recent:
            self._recent[source] = windows_of(source).recent(self.state, self.slots)
        return self._recent[source]


def consent_array(channel: str, purpose: str, part: str) -> str:
    """Return the array that holds the `status` or `at_ms` of a person's consent."""
    return f"consent.{channel}.{purpose}.{part}"


def consents_of(state: StateView, slots: Slots, channel: str, purpose: str) -> NDArray[np.int8]:
    """Return NO_CONSENT, GRANTED or WITHDRAWN for each person; shape [len(slots)]."""
    name = consent_array(channel, purpose, "status")
    if not state.has(name):
        return np.full(len(slots), NO_CONSENT, dtype=np.int8)
    return state[name][slots]


def _since_part(aggregate: str) -> str:
    return "first_ms" if aggregate == "days_since_first" else "last_ms"


def _next_after(first: Times, times: Times) -> Times:
    """Return for each instant the nearest later one of the same person, FAR_FUTURE_MS for none; shape of `first`."""
    nearest = np.full(first.shape, FAR_FUTURE_MS, dtype=np.int64)
    for column in times.T:  # Newest first: the last that is still later is the nearest.
        later = column[:, None]
        np.copyto(nearest, later, where=later > first)
    return nearest


def _distinct(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many different values each row has, NaN left out."""
    if not values.shape[1]:
        return np.zeros(len(values))
    ranked = np.sort(values, axis=1)
    changes = (ranked[:, 1:] != ranked[:, :-1]) & ~np.isnan(ranked[:, 1:])
    return (~np.isnan(ranked[:, 0])).astype(np.float64) + changes.sum(axis=1)


def _at_an_end(recent: Recent, inside: Truth, which: str) -> NDArray[np.float64]:
    """Return the value of the oldest or newest event inside, NaN for none; of those of one instant the greatest."""
    if which == "last":
        end = np.where(inside, recent.at_ms, NEVER_MS).max(axis=1, initial=NEVER_MS)
    else:
        end = np.where(inside, recent.at_ms, FAR_FUTURE_MS).min(axis=1, initial=FAR_FUTURE_MS)
    here = inside & (recent.at_ms == end[:, None])
    values = np.where(here, recent.value, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(here.any(axis=1), values, np.nan)


def _no_events(people: int) -> Recent:
    nothing = np.zeros((people, 0))
    return Recent(nothing.astype(np.int64), nothing)


def _hashed(word: str, value: Any) -> Any:
    match word:
        case "is" | "is_not":
            return value_hash(value)
        case "in":
            return tuple(value_hash(each) for each in value)
        case "exists":
            return bool(value)
        case "days_since" | "days_to_anniversary":
            return tuple((each, float(days)) for each, days in sorted(value.items()))
        case _:
            return float(value)


def _bounds(source: SourceId, span_ms: int, aggregate: str, comparison: Mapping[str, Any]) -> Bounds:
    comparisons = tuple((word, float(bound)) for word, bound in sorted(comparison.items()))
    return Bounds(source=source, span_ms=span_ms, aggregate=aggregate, comparisons=comparisons)


def _among(values: NDArray[np.uint64], few: Sequence[int]) -> Truth:
    truth = np.zeros(len(values), dtype=np.bool_)
    for one in few:
        truth |= values == np.uint64(one)
    return truth
