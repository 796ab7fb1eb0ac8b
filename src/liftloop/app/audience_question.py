"""Says what the tree of an audience asks of the lake; in memory `liftloop.audience.reading` answers the same tree.

A differential test holds the two equal. A window in memory keeps the last 256 events of a person, the lake all of
them: beyond that the lake is right.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from msgspec import Struct

from liftloop.audience.contract import BadAudience
from liftloop.audience.reading import check
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.dice import hash_text
from liftloop.profile.anniversaries import wanted_days
from liftloop.profile.contract import UnknownCondition
from liftloop.profile.elapsed import DAYS_SINCE, elapsed_bounds
from liftloop.profile.reading import AGGREGATES, COMPARISONS
from liftloop.profile.sources import source_of, span_of, steps_of
from liftloop.profile.studied import STUDIED
from liftloop.profile.tags import TAG
from liftloop.profile.values import LINES
from liftloop.storage.question import (
    Aggregate,
    AllOf,
    AnyLine,
    AnyOf,
    Attribute,
    AttributeComesRound,
    AttributeCompared,
    AttributeElapsed,
    AttributeOneOf,
    AttributeThere,
    Bound,
    Contains,
    Elapsed,
    Filter,
    Followed,
    Happened,
    LineFilter,
    NotOf,
    OneOf,
    Question,
    Slice,
    Stream,
    Value,
    Within,
    Word,
)

Tree = Mapping[str, Any]

NOBODY = AnyOf(())
CONDITIONS_MAX_WHOLE = 2_000
"""With the audiences that a tree names: four of the largest; more would be a query of a megabyte."""
_IN_WINDOW = frozenset({"count", "sum", "avg", "min", "max", "distinct", "first", "last"})
_IN_LIFE = frozenset({"count", "sum", "avg", "first_ms", "last_ms"})
_OF_CALENDAR = frozenset({"first_ms", "last_ms", "days_to_anniversary"})
SEQUENCES_MAX = 50
"""Each is two joins of its own: fifty take two seconds to plan and half a gigabyte, whatever the events."""


class Meanings(Struct, frozen=True, kw_only=True):
    """What names in a tree stand for."""

    traits: Mapping[str, Mapping[str, Any]]
    """Bodies of computed traits by id; every other trait is an attribute."""
    audiences: Mapping[str, Tree]
    """Trees of the audiences that others may refer to."""


def question_of(tree: Tree, meanings: Meanings, now_ms: int) -> Question:
    """Return what a tree asks at `now_ms`, the audiences and traits it names put in their places.

    An audience that refers to itself in a circle has no members. Raises `BadAudience` and `UnknownCondition` where
    the tree cannot be read, and where with all that it names it has more than CONDITIONS_MAX_WHOLE conditions.
    """
    check(tree)
    return _Reading(meanings, now_ms).node(tree)


def asks_calendar(tree: Any, meanings: Meanings) -> bool:
    """Return whether a tree, or an audience or a trait that it names, compares with days of the calendar."""
    if isinstance(tree, str):
        return tree in _OF_CALENDAR
    if isinstance(tree, Mapping):
        others = (str(tree.get("audience")), f"{TAG}{tree.get('tag')}")
        named = (*(meanings.audiences.get(each) for each in others), meanings.traits.get(str(tree.get("trait"))))
        return any(asks_calendar(part, meanings) for part in (*tree, *tree.values(), *named))
    return isinstance(tree, list | tuple) and any(asks_calendar(part, meanings) for part in tree)


class _Circle(Exception):
    """An audience refers to itself."""


class _Reading:
    """One reading of a tree: how many conditions came so far, and which audiences are open around the present one."""

    def __init__(self, meanings: Meanings, now_ms: int) -> None:
        self._meanings = meanings
        self._now_ms = now_ms
        self._conditions = 0
        self._sequences = 0
        self._open: list[str] = []

    def node(self, tree: Tree) -> Question:
        self._conditions += 1
        if self._conditions > CONDITIONS_MAX_WHOLE:
            raise BadAudience(
                f"连同引用的人群，条件超过 {CONDITIONS_MAX_WHOLE} 个",
                f"more than {CONDITIONS_MAX_WHOLE} conditions with those of the audiences named",
            )
        if "sequence" in tree:
            self._sequences += 1
        if self._sequences > SEQUENCES_MAX:
            raise BadAudience(
                f"连同引用的人群，先后顺序的条件超过 {SEQUENCES_MAX} 个，历史数据一次查不了这么多",
                f"more than {SEQUENCES_MAX} sequences with those of the audiences named cannot be read from history",
            )
        match tree:
            case {"all": parts}:
                return AllOf(tuple(self.node(part) for part in parts))
            case {"any": parts}:
                return AnyOf(tuple(self.node(part) for part in parts))
            case {"not": part}:
                return NotOf(self.node(part))
            case {"percent": [low, high]}:
                return Slice(float(low), float(high), hash_text("percent", str(tree.get("salt", ""))))
            case {"audience": identity}:
                return self._audience(str(identity))
            case {"tag": identity}:
                return self._audience(TAG + str(identity))
            case _:
                return _leaf(tree, self._meanings, self._now_ms)

    def _audience(self, identity: str) -> Question:
        other = self._meanings.audiences.get(identity)
        if other is None:
            return NOBODY
        if identity in self._open:
            raise _Circle
        self._open.append(identity)
        try:
            return self.node(other)
        except _Circle:  # Nobody is in any audience from which a circle can be reached.
            if len(self._open) > 1:
                raise
            return NOBODY
        finally:
            self._open.pop()


def _leaf(tree: Tree, meanings: Meanings, now_ms: int) -> Question:
    match tree:
        case {"sequence": _}:
            first, then, *rest = (_stream(step, now_ms) for step in steps_of(tree))
            return Followed(first, then, rest[0] if rest else None, round(tree["gap_days"] * DAY_MS))
        case {"event": _}:
            asked = sorted(AGGREGATES & set(tree)) or ["count"]
            return AllOf(tuple(_measured(tree, name, tree.get(name, {"gte": 1}), now_ms) for name in asked))
        case _:
            return _trait(tree, meanings, now_ms)


def _measured(leaf: Tree, aggregate: str, comparison: Any, now_ms: int) -> Question:
    if aggregate in DAYS_SINCE:
        which = "first_ms" if aggregate == "days_since_first" else "last_ms"
        return Elapsed(_stream(leaf, now_ms), which, _spans(comparison))
    if aggregate not in (_IN_WINDOW if span_of(leaf) else _IN_LIFE):
        raise UnknownCondition(f"不认识的统计方式：{aggregate}", f"unknown aggregate: {aggregate}")
    source = source_of(leaf)
    return Happened(_stream(leaf, now_ms), source.property, cast(Aggregate, aggregate), _bounds(comparison))


def _stream(leaf: Tree, now_ms: int) -> Stream:
    source, span_ms = source_of(leaf), span_of(leaf)
    filters = tuple(each for test in source.where for each in _filters(test))
    return Stream(source.event, max(now_ms - span_ms, 0) if span_ms else None, filters)


def _filters(test: Tree) -> tuple[Filter, ...]:
    """Return a filter on a property as `liftloop.profile.values.event_value` applies it."""
    name = str(test.get("property", ""))
    if name.startswith(LINES):
        return (AnyLine(LINES[:-1], tuple(_tests(test, name.removeprefix(LINES)))),)
    return tuple(_tests(test, name))


def _tests(test: Tree, name: str) -> Iterator[LineFilter]:
    if "is" in test:
        yield OneOf(name, _plain([test["is"]]))
    if "in" in test:
        yield OneOf(name, _plain(test["in"]))
    if "contains" in test:
        yield Contains(name, tuple(test["contains"]), tuple(test.get("unless", ())))
    bounds = tuple(Bound(word, float(test[word])) for word in ("gte", "lte") if word in test)
    if bounds:
        yield Within(name, bounds)


def _trait(leaf: Tree, meanings: Meanings, now_ms: int) -> Question:
    name = str(leaf["trait"])
    tests = {word: value for word, value in leaf.items() if word != "trait"}
    body = meanings.traits.get(name)
    if body is not None:
        return _measured(body, str(body.get("aggregate", "count")), tests, now_ms)
    attribute = Attribute(name, name in STUDIED)
    return AllOf(tuple(_attribute_test(attribute, word, value, now_ms) for word, value in tests.items()))


def _attribute_test(attribute: Attribute, word: str, value: Any, now_ms: int) -> Question:
    match word:
        case "is":
            return AttributeOneOf(attribute, _plain([value]))
        case "is_not":
            return NotOf(AttributeOneOf(attribute, _plain([value])))
        case "in":
            return AttributeOneOf(attribute, _plain(value))
        case "exists":
            return AttributeThere(attribute) if value else NotOf(AttributeThere(attribute))
        case "days_since":
            return AttributeElapsed(attribute, _spans(value))
        case "days_to_anniversary":
            comparisons = tuple((each, float(days)) for each, days in sorted(value.items()))
            return AttributeComesRound(attribute, wanted_days(now_ms, comparisons))
        case _:
            return AttributeCompared(attribute, _bounds({word: value}))


def _plain(values: Iterable[Any]) -> tuple[Value, ...]:
    """Return values without lists and objects, which nothing equals."""
    return tuple(value for value in values if value is None or isinstance(value, str | bool | int | float))


def _bounds(comparison: Any) -> tuple[Bound, ...]:
    known = isinstance(comparison, Mapping) and comparison and set(comparison) <= COMPARISONS
    if not known or any(isinstance(v, bool) or not isinstance(v, int | float) for v in comparison.values()):
        raise UnknownCondition(f"看不懂的比较：{comparison!r}", f"not a comparison: {comparison!r}")
    return tuple(Bound(cast(Word, word), float(bound)) for word, bound in comparison.items())


def _spans(comparison: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    return tuple(elapsed_bounds(word, float(days)) for word, days in comparison.items())
