"""What later stages may ask profile: conditions on events and traits, answered for many people at once, and consent.

Each answer comes with the instant at which it may change by time alone.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor, isfinite
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_object
from liftloop.kernel.dice import hash_text
from liftloop.profile.contract import NO_CONSENT, FlipTimes, SourceId, Truth, UnknownCondition
from liftloop.profile.sources import attribute_array, covering, life_array, source_of, span_of, windows_of
from liftloop.profile.studied import STUDIED
from liftloop.runtime.contract import Slots, StateView
from liftloop.runtime.windows import LIVE_MAX, NEVER_MS, PAGE, Recent, Times

AGGREGATES = frozenset({"count", "sum", "avg", "min", "max"})
COMPARISONS = frozenset({"gte", "gt", "lte", "lt", "eq"})
_WORDS = frozenset({"is", "is_not", "in", "exists"})
_EVENT_FIELDS = frozenset({"event", "within_days", "property", "where"}) | AGGREGATES
_TRAIT_FIELDS = frozenset({"trait"}) | _WORDS | COMPARISONS


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


Part = Bounds | Words


def check_condition(leaf: Mapping[str, Any]) -> None:
    """Raise `UnknownCondition` where a condition on an event or a trait cannot be answered, whatever the people."""
    if "event" in leaf:
        _check_fields(leaf, _EVENT_FIELDS)
        source_of(leaf)
        for name in AGGREGATES & set(leaf):
            _check_comparison(leaf[name])
            if name in ("min", "max") and not span_of(leaf):
                raise UnknownCondition(f"{name} 需要时间窗（within_days）", f"{name} needs a window (within_days)")
        if span_of(leaf) and max(leaf.get("count", {"gte": 1}).values()) > LIVE_MAX:
            raise UnknownCondition(
                f"时间窗内的次数最多可以比较到 {LIVE_MAX}", f"counts inside a window compare up to {LIVE_MAX}"
            )
    else:
        _check_fields(leaf, _TRAIT_FIELDS)
        _check_trait(leaf)


def parts_of(leaf: Mapping[str, Any], traits: Mapping[str, Mapping[str, Any]]) -> tuple[Part, ...]:
    """Return what a checked condition asks for; all parts must hold. `traits` are bodies of computed traits by id."""
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
            case Bounds(aggregate="count") if part.span_ms:
                return self._counted(part)
            case Bounds():
                return _compare(self._aggregate(part.source, part.aggregate, part.span_ms), part.comparisons)

    def trait(self, name: str) -> NDArray[np.float64]:
        """Return the value of a computed trait; NaN where there is none."""
        body = self._traits[name]
        return self._aggregate(source_of(body).id, str(body.get("aggregate", "count")), span_of(body))

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
                case _:
                    number = self._column(attribute_array(part.attribute, "number"), np.nan, np.float64)
                    truth &= _compare(number, ((word, value),))
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


def value_hash(value: Any) -> int:
    """Return the hash by which attribute values are compared; 1 and 1.0 are equal, and so are true and true."""
    if isinstance(value, bool):
        return hash_text("bool", str(value))
    if isinstance(value, int | float):
        return hash_text("number", repr(number_of(value)))
    return hash_text("text", str(value))


def number_of(value: Any) -> float:
    """Return a number as a float, the infinite one where it is larger than all; NaN where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


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
        case _:
            return float(value)


def _bounds(source: SourceId, span_ms: int, aggregate: str, comparison: Mapping[str, Any]) -> Bounds:
    comparisons = tuple((word, float(bound)) for word, bound in sorted(comparison.items()))
    return Bounds(source=source, span_ms=span_ms, aggregate=aggregate, comparisons=comparisons)


def _check_fields(leaf: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(leaf) - known)
    if unknown:
        raise UnknownCondition(f"条件里有不认识的字段：{unknown}", f"unknown fields in a condition: {unknown}")


def _check_trait(leaf: Mapping[str, Any]) -> None:
    tests = {word: value for word, value in leaf.items() if word != "trait"}
    if not isinstance(leaf["trait"], str) or not leaf["trait"]:
        raise UnknownCondition(f"条件里的属性名无效：{leaf!r}", f"not the name of a trait: {leaf!r}")
    for word, value in tests.items():
        match word, value:
            case ("is" | "is_not", str() | int() | float()) | ("exists", bool()):
                continue
            case ("in", list() | tuple()) if all(isinstance(each, str | int | float) for each in value):
                continue
            case ("gte" | "gt" | "lte" | "lt" | "eq", _):
                _check_comparison({word: value})
            case _:
                raise UnknownCondition(f"看不懂的比较：{word} {value!r}", f"not a comparison: {word} {value!r}")
    studied = STUDIED.get(leaf["trait"])
    fitting = COMPARISONS if studied is not None and studied.type == "number" else _WORDS
    if studied is not None and not set(tests) <= fitting:
        raise UnknownCondition(
            f"{studied.id} 只能用 {'、'.join(sorted(fitting))} 来比较",
            f"{studied.id} can be compared by {', '.join(sorted(fitting))} only",
        )


def _check_comparison(comparison: Any) -> None:
    known = isinstance(comparison, Mapping) and comparison and set(comparison) <= COMPARISONS
    if not known or not all(isfinite(number_of(bound)) for bound in comparison.values()):
        raise UnknownCondition(f"看不懂的比较：{comparison!r}", f"not a comparison: {comparison!r}")


def _among(values: NDArray[np.uint64], few: Sequence[int]) -> Truth:
    truth = np.zeros(len(values), dtype=np.bool_)
    for one in few:
        truth |= values == np.uint64(one)
    return truth


def _compare(values: NDArray[np.float64], comparisons: Sequence[tuple[str, float]]) -> Truth:
    truth = np.ones(len(values), dtype=np.bool_)
    for word, bound in comparisons:
        match word:
            case "gte":
                truth &= values >= bound
            case "gt":
                truth &= values > bound
            case "lte":
                truth &= values <= bound
            case "lt":
                truth &= values < bound
            case _:
                truth &= values == bound
    return truth


def event_value(name: str, where: Sequence[Mapping[str, Any]], body: bytes) -> float:
    """Return what an event adds to a source: its property, 1 where none is asked for, NaN where a filter is not met."""
    if not name and not where:
        return 1.0
    properties = parse_object(body)
    for test in where:
        if not _passes(properties.get(str(test.get("property", ""))), test):
            return float("nan")
    if not name:
        return 1.0
    value = number_of(properties.get(name))
    return value if isfinite(value) else 0.0


def _passes(value: Any, test: Mapping[str, Any]) -> bool:
    if "is" in test and value != test["is"]:
        return False
    if "in" in test and value not in test["in"]:
        return False
    if "gte" in test or "lte" in test:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return test.get("gte", value) <= value <= test.get("lte", value)
    return True
