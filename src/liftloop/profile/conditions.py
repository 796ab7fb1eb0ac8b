"""What conditions on events and traits may ask, checked before anybody is asked."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from liftloop.profile.contract import UnknownCondition
from liftloop.profile.elapsed import DAYS_SINCE
from liftloop.profile.sources import SPAN_DAYS_MAX, source_of, span_of, steps_of
from liftloop.profile.studied import STUDIED
from liftloop.profile.values import number_of
from liftloop.runtime.windows import LIVE_MAX

AGGREGATES = frozenset(
    {"count", "sum", "avg", "min", "max", "distinct", "first", "last", "days_since_first", "days_since_last"}
)
_WINDOWED = frozenset({"min", "max", "distinct", "first", "last"})
COMPARISONS = frozenset({"gte", "gt", "lte", "lt", "eq"})
_WORDS = frozenset({"is", "is_not", "in", "exists"})
_EVENT_FIELDS = frozenset({"event", "within_days", "property", "where"}) | AGGREGATES
_SEQUENCE_FIELDS = frozenset({"sequence", "within_days", "gap_days", "without"})
_STEP_FIELDS = frozenset({"event", "where"})
_DAYS = frozenset({"days_since", "days_to_anniversary"})
_TRAIT_FIELDS = frozenset({"trait"}) | _DAYS | _WORDS | COMPARISONS


def check_condition(leaf: Mapping[str, Any]) -> None:
    """Raise `UnknownCondition` where a condition on an event or a trait cannot be answered, whatever the people."""
    if "sequence" in leaf:
        _check_sequence(leaf)
    elif "event" in leaf:
        _check_event(leaf)
    else:
        _check_fields(leaf, _TRAIT_FIELDS)
        _check_trait(leaf)


def _check_event(leaf: Mapping[str, Any]) -> None:
    _check_fields(leaf, _EVENT_FIELDS)
    source_of(leaf)
    asked = AGGREGATES & set(leaf)
    for name in asked:
        _check_comparison(leaf[name])
        if name in _WINDOWED and not span_of(leaf):
            raise UnknownCondition(f"{name} 需要时间窗（within_days）", f"{name} needs a window (within_days)")
        if name in DAYS_SINCE and span_of(leaf):
            raise UnknownCondition(f"{name} 不能有时间窗", f"{name} takes no window")
    if "distinct" in asked and len(asked) > 1:
        raise UnknownCondition("distinct 要单独成为一个条件", "distinct stands alone in a condition")
    counted = [*leaf.get("count", {"gte": 1}).values(), *leaf.get("distinct", {"gte": 1}).values()]
    if span_of(leaf) and max(counted) > LIVE_MAX:
        raise UnknownCondition(
            f"时间窗内的次数最多可以比较到 {LIVE_MAX}", f"counts inside a window compare up to {LIVE_MAX}"
        )


def _check_sequence(leaf: Mapping[str, Any]) -> None:
    _check_fields(leaf, _SEQUENCE_FIELDS)
    steps = leaf["sequence"]
    if not isinstance(steps, list | tuple) or len(steps) != 2:
        raise UnknownCondition("sequence 要有先后两个事件", "a sequence takes two events, one and then another")
    for step in (*steps, *([leaf["without"]] if "without" in leaf else [])):
        if not isinstance(step, Mapping) or "event" not in step:
            raise UnknownCondition(f"这里应是一个事件：{step!r}", f"not an event: {step!r}")
        _check_fields(step, _STEP_FIELDS)
    if not span_of(leaf):
        raise UnknownCondition("sequence 需要时间窗（within_days）", "a sequence needs a window (within_days)")
    if not 0 < number_of(leaf.get("gap_days")) <= SPAN_DAYS_MAX:
        raise UnknownCondition("sequence 需要间隔（gap_days）", "a sequence needs a gap (gap_days)")
    for step in steps_of(leaf):
        source_of(step)


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
            case ("days_since" | "days_to_anniversary", _):
                _check_comparison(value)
            case ("gte" | "gt" | "lte" | "lt" | "eq", _):
                _check_comparison({word: value})
            case _:
                raise UnknownCondition(f"看不懂的比较：{word} {value!r}", f"not a comparison: {word} {value!r}")
    studied = STUDIED.get(leaf["trait"])
    fitting = COMPARISONS if studied is not None and studied.type == "number" else _WORDS
    if studied is not None and studied.unit == "instant":
        fitting = COMPARISONS | {"days_since"}
    if studied is not None and not set(tests) <= fitting:
        raise UnknownCondition(
            f"{studied.id} 只能用 {'、'.join(sorted(fitting))} 来比较",
            f"{studied.id} can be compared by {', '.join(sorted(fitting))} only",
        )


def _check_comparison(comparison: Any) -> None:
    known = isinstance(comparison, Mapping) and comparison and set(comparison) <= COMPARISONS
    if not known or not all(isfinite(number_of(bound)) for bound in comparison.values()):
        raise UnknownCondition(f"看不懂的比较：{comparison!r}", f"not a comparison: {comparison!r}")
