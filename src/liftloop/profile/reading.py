"""What later stages may ask profile: conditions on events and traits, answered for many people at once, and consent.

Each answer comes with the instant at which it may change by time alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_object
from liftloop.kernel.dice import hash_text
from liftloop.profile.contract import NO_CONSENT, FlipTimes, Truth, UnknownCondition
from liftloop.profile.sources import attribute_array, life_array, source_of, span_of, windows_of
from liftloop.runtime.contract import Slots, StateView
from liftloop.runtime.windows import LIVE_MAX, Recent

AGGREGATES = frozenset({"count", "sum", "avg", "min", "max"})
COMPARISONS = frozenset({"gte", "gt", "lte", "lt", "eq"})


class People:
    """Some people at one instant: what was read of them is read once, however many conditions ask."""

    def __init__(self, state: StateView, slots: Slots, now_ms: int, traits: Mapping[str, Mapping[str, Any]]) -> None:
        self.state = state
        self.slots = slots
        self.now_ms = now_ms
        self.next_flip_ms: FlipTimes = np.full(len(slots), FAR_FUTURE_MS, dtype=np.int64)
        """Earliest instant at which any condition evaluated so far may change by time alone."""
        self._traits = traits
        self._recent: dict[str, Recent] = {}
        self._values: dict[tuple[str, str, int], NDArray[np.float64]] = {}

    def holds(self, leaf: Mapping[str, Any]) -> Truth:
        """Return whether a condition on an event or a trait holds; shape [people]."""
        if "event" in leaf:
            return self._event(leaf)
        return self._trait(leaf)

    def trait(self, name: str) -> NDArray[np.float64]:
        """Return the value of a computed trait; NaN where there is none."""
        body = self._traits[name]
        return self._aggregate(body, str(body.get("aggregate", "count")))

    def _event(self, leaf: Mapping[str, Any]) -> Truth:
        asked = [name for name in AGGREGATES if name in leaf] or ["count"]
        truth = np.ones(len(self.slots), dtype=np.bool_)
        for name in asked:
            comparison = leaf.get(name, {"gte": 1})
            _check_comparison(comparison)
            if name == "count" and max(comparison.values()) > LIVE_MAX and span_of(leaf):
                raise UnknownCondition(
                    f"时间窗内的次数最多可以比较到 {LIVE_MAX}", f"counts inside a window compare up to {LIVE_MAX}"
                )
            truth &= _compare(self._aggregate(leaf, name), comparison)
        return truth

    def _trait(self, leaf: Mapping[str, Any]) -> Truth:
        name = str(leaf["trait"])
        test = {key: value for key, value in leaf.items() if key != "trait"}
        if name in self._traits:
            _check_comparison(test)
            return _compare(self.trait(name), test)
        return self._attribute(name, test)

    def _attribute(self, name: str, test: Mapping[str, Any]) -> Truth:
        if not self.state.has(attribute_array(name, "text")):
            return np.full(len(self.slots), test.get("exists") is False)
        text = self.state[attribute_array(name, "text")][self.slots]
        number = self.state[attribute_array(name, "number")][self.slots]
        truth = np.ones(len(self.slots), dtype=np.bool_)
        for word, value in test.items():
            match word:
                case "is":
                    truth &= text == np.uint64(value_hash(value))
                case "is_not":
                    truth &= text != np.uint64(value_hash(value))
                case "in":
                    truth &= np.isin(text, np.array([value_hash(each) for each in value], dtype=np.uint64))
                case "exists":
                    truth &= (text != 0) == bool(value)
                case _:
                    _check_comparison({word: value})
                    truth &= _compare(number, {word: value})
        return truth

    def _aggregate(self, leaf: Mapping[str, Any], aggregate: str) -> NDArray[np.float64]:
        source, span_ms = source_of(leaf).id, span_of(leaf)
        key = (source, aggregate, span_ms)
        if key not in self._values:
            self._values[key] = (
                self._in_window(source, aggregate, span_ms) if span_ms else self._in_life(source, aggregate)
            )
        return self._values[key]

    def _in_window(self, source: Any, aggregate: str, span_ms: int) -> NDArray[np.float64]:
        recent = self._recent_of(source)
        inside = recent.inside(self.now_ms, span_ms)
        self.next_flip_ms = np.minimum(self.next_flip_ms, recent.next_expiry_ms(self.now_ms, span_ms))
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

    def _in_life(self, source: Any, aggregate: str) -> NDArray[np.float64]:
        if not self.state.has(life_array(source, "count")):
            return np.zeros(len(self.slots))
        count = self.state[life_array(source, "count")][self.slots].astype(np.float64)
        match aggregate:
            case "count":
                return count
            case "sum":
                return self.state[life_array(source, "sum")][self.slots]
            case "avg":
                total = self.state[life_array(source, "sum")][self.slots]
                return np.where(count == 0, np.nan, total / np.maximum(count, 1))
            case "first_ms" | "last_ms":
                when = self.state[life_array(source, aggregate)][self.slots].astype(np.float64)
                return np.where(count == 0, np.nan, when)
            case _:
                raise UnknownCondition(
                    f"{aggregate} 需要时间窗（within_days）", f"{aggregate} needs a window (within_days)"
                )

    def _recent_of(self, source: Any) -> Recent:
        if source not in self._recent:
            windows = windows_of(source)
            if windows.exists(self.state):
                self._recent[source] = windows.recent(self.state, self.slots)
            else:
                nothing = np.zeros((len(self.slots), 0))
                self._recent[source] = Recent(nothing.astype(np.int64), nothing)
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
        return hash_text("number", repr(float(value)))
    return hash_text("text", str(value))


def _check_comparison(comparison: Any) -> None:
    known = isinstance(comparison, Mapping) and comparison and set(comparison) <= COMPARISONS
    if not known or any(isinstance(v, bool) or not isinstance(v, int | float) for v in comparison.values()):
        raise UnknownCondition(f"看不懂的比较：{comparison!r}", f"not a comparison: {comparison!r}")


def _compare(values: NDArray[np.float64], comparison: Mapping[str, float]) -> Truth:
    truth = np.ones(len(values), dtype=np.bool_)
    for word, bound in comparison.items():
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
    value = properties.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value)


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
