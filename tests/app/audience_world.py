"""Random trees, random histories and the plainest way to say who satisfies a tree: one person at a time, in Python."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy as np
from hypothesis import strategies as st

from liftloop.collect.contract import TRAITS_CHANGED
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_text, uniform
from liftloop.storage.contract import Record

NOW_MS = 1_790_000_000_000
_SHOP = timezone(timedelta(hours=8))
_SHOP_NOW = datetime(2026, 9, 21, 22, 13, 20, tzinfo=_SHOP)
DAY_MS = 86_400_000
PEOPLE = [f"u{number}" for number in range(6)]
EVENTS = ["Order Completed", "Product Viewed"]
AMOUNTS = [-1, 0, 1, 1.5, 2.25, 3, "3", "many", True, None]
"""Sums of them are exact, so that order does not matter."""
CITIES = ["上海", "Bath", "O'Fallon/NJ~1", 1, 1.0, True, None, 0]
AGGREGATES = (
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "distinct",
    "first",
    "last",
    "days_since_first",
    "days_since_last",
)
DAYS = [0.5, 1, 3, 7.25, 30]

_comparison = st.dictionaries(
    st.sampled_from(["gte", "gt", "lte", "lt", "eq"]), st.sampled_from([0, 1, 1.5, 2, 3]), min_size=1, max_size=2
)
_apart_days = st.dictionaries(
    st.sampled_from(["gte", "gt", "lte", "lt", "eq"]),
    st.sampled_from([-200, -3, -2, 0, 1, 2, 2.5, 105, 160, 400]),
    min_size=1,
    max_size=2,
)
_filters = st.lists(
    st.one_of(
        st.fixed_dictionaries({"property": st.just("kind"), "is": st.sampled_from(["a", "b", 1, True, 0])}),
        st.fixed_dictionaries({"property": st.just("kind"), "in": st.lists(st.sampled_from(["a", 2, 1]), max_size=2)}),
        st.fixed_dictionaries(
            {"property": st.just("kind"), "contains": st.just(["A", "x"])}, optional={"unless": st.just(["xa", "B"])}
        ),
        st.fixed_dictionaries({"property": st.just("products.name"), "contains": st.just(["翅", "X"])}),
        st.fixed_dictionaries({"property": st.just("products.kind"), "is": st.sampled_from(["a", 1, True, None])}),
        st.fixed_dictionaries({"property": st.just("products.price"), "gte": st.just(1), "lte": st.just(2.25)}),
        st.fixed_dictionaries({"property": st.just("a/b~c")}, optional={"gte": st.just(1), "lte": st.just(2.25)}),
    ),
    max_size=2,
)


@st.composite
def event_leaves(draw: st.DrawFn) -> dict[str, Any]:
    leaf: dict[str, Any] = {"event": draw(st.sampled_from(EVENTS))}
    windowed = draw(st.booleans())
    if windowed:
        leaf["within_days"] = draw(st.sampled_from(DAYS))
    if draw(st.booleans()):
        leaf["property"] = "a/b~c"
    where = draw(_filters)
    if where:
        leaf["where"] = where
    names = ["count", "sum", "avg", *(["min", "max"] if windowed else ["days_since_first", "days_since_last"])]
    if windowed and "property" in leaf:
        names += ["first", "last"]
        if not draw(st.integers(0, 2)):
            return leaf | {"property": "kind", "distinct": draw(_comparison)}
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=2)):
        leaf[name] = draw(_comparison)
    return leaf


_step = st.fixed_dictionaries(
    {"event": st.sampled_from(EVENTS)},
    optional={"where": st.just([{"property": "kind", "in": ["a", "b", 1]}])},
)
sequence_leaves = st.fixed_dictionaries(
    {
        "sequence": st.tuples(_step, _step).map(list),
        "within_days": st.sampled_from(DAYS),
        "gap_days": st.sampled_from([1 / 24, 1, 7.25]),
    },
    optional={"without": _step},
)
BORN: Mapping[Any, tuple[date | None, tuple[int, int] | None]] = {
    "1990-09-21": (date(1990, 9, 21), (9, 21)),
    "1988/9/20": (date(1988, 9, 20), (9, 20)),
    "2026年9月24日": (date(2026, 9, 24), (9, 24)),
    "2027-01-05": (date(2027, 1, 5), (1, 5)),
    "2031-09-23": (date(2031, 9, 23), (9, 23)),
    "2000-02-29": (date(2000, 2, 29), (2, 29)),
    "19850922": (date(1985, 9, 22), (9, 22)),
    " 9-22 ": (None, (9, 22)),
    "2月29日": (None, (2, 29)),
    "2026-09-21T17:30:00Z": (date(2026, 9, 22), (9, 22)),
    "2026-09-22T01:30+09:00": (date(2026, 9, 22), (9, 22)),
    "2026-01-01 00:30:00.25 ": (date(2026, 1, 1), (1, 1)),
    "2025-12-31T23:30:00-0800": (date(2026, 1, 1), (1, 1)),
    19_950_923: (date(1995, 9, 23), (9, 23)),
    **dict.fromkeys(("2026-02-30", "1900-02-29", "13-01", "soon", "农历八月十五", True, None, 20), (None, None)),
}
"""Values of an attribute, and what they tell: a day, and a day of the year. It is 21 September 2026, late at night."""
_attribute = st.sampled_from(["city", "a/b~c"])
_value = st.sampled_from([value for value in CITIES if value is not None])
trait_leaves = st.one_of(
    st.fixed_dictionaries({"trait": _attribute, "is": _value}),
    st.fixed_dictionaries({"trait": _attribute, "is_not": _value}),
    st.fixed_dictionaries({"trait": _attribute, "in": st.lists(_value, max_size=2)}),
    st.fixed_dictionaries({"trait": _attribute, "exists": st.booleans()}),
    st.builds(lambda name, test: {"trait": name, **test}, _attribute, _comparison),
    st.builds(lambda test: {"trait": "city", "days_since": test}, _comparison),
    st.builds(lambda test: {"trait": "born", "days_since": test}, _apart_days),
    st.builds(lambda test: {"trait": "born", "days_to_anniversary": test}, _apart_days),
    st.builds(
        lambda name, test: {"trait": name, **test},
        st.sampled_from(["spent", "seen_ms", "seen_days", "kinds"]),
        _comparison,
    ),
)
TRAITS: dict[str, dict[str, Any]] = {
    "spent": {"event": "Order Completed", "property": "a/b~c", "aggregate": "sum", "within_days": 30},
    "seen_ms": {"event": "Product Viewed", "aggregate": "last_ms"},
    "seen_days": {"event": "Product Viewed", "aggregate": "days_since_first"},
    "kinds": {"event": "Order Completed", "property": "kind", "aggregate": "distinct", "within_days": 30},
}
_other = st.fixed_dictionaries(
    {"percent": st.sampled_from([[0, 50], [12.5, 90], [0, 100]]), "salt": st.sampled_from(["", "x"])}
)
RULED = {"any": [{"event": "Product Viewed", "within_days": 3}, {"trait": "city", "is": "上海"}]}
TAGS: dict[str, dict[str, Any]] = {"ruled": {"name": "ruled", "where": RULED}, "put": {"name": "put"}}
_reference = st.sampled_from([{"audience": "others"}, {"audience": "nowhere"}, {"tag": "ruled"}, {"tag": "put"}])
UNTIL = [NOW_MS - DAY_MS, NOW_MS, NOW_MS + 1, NOW_MS + 40 * DAY_MS, None]
trees = st.recursive(
    st.one_of(event_leaves(), sequence_leaves, trait_leaves, _other, _reference),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=5,
)

_instant = st.integers(0, 40 * 24).map(lambda hours: NOW_MS - hours * DAY_MS // 24)
_line = st.one_of(
    st.sampled_from([None, "x", 1, []]),
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["鸡翅", "x-ray", 3, None]),
            "kind": st.sampled_from(["a", 1, True, None]),
            "price": st.sampled_from(AMOUNTS),
        },
    ),
)
_properties = st.fixed_dictionaries(
    {},
    optional={
        "products": st.one_of(st.sampled_from([None, "a", {}, 1]), st.lists(_line, max_size=3)),
        "a/b~c": st.sampled_from(AMOUNTS),
        "kind": st.sampled_from(["a", "b", "XA", "XAa", "xBa", 1, 2, True, False, None]),
    },
)
_track = st.tuples(st.just("track"), st.sampled_from(PEOPLE), _instant, st.sampled_from(EVENTS), _properties)
_identify = st.tuples(
    st.just("identify"),
    st.sampled_from(PEOPLE),
    _instant,
    st.just(""),
    st.one_of(
        st.dictionaries(_attribute, st.sampled_from(CITIES)),
        st.fixed_dictionaries({"born": st.sampled_from(list(BORN))}),
        st.fixed_dictionaries({"tag:put": st.sampled_from(UNTIL)}),
    ),
)
_change = st.one_of(
    st.tuples(st.just("once"), st.dictionaries(_attribute, st.sampled_from(CITIES), max_size=2)),
    st.tuples(st.just("once"), st.fixed_dictionaries({"born": st.sampled_from(list(BORN))})),
    st.tuples(st.just("add"), st.dictionaries(_attribute, st.sampled_from([-1, 1, 1.5, 2]), min_size=1)),
    st.tuples(st.just("append"), st.dictionaries(_attribute, st.just(["Bath", 1]), min_size=1)),
    st.tuples(st.just("delete"), st.just(dict[str, Any]())),
)
_changed = st.tuples(st.sampled_from(PEOPLE), _instant, _change).map(
    lambda drawn: (TRAITS_CHANGED, drawn[0], drawn[1], *drawn[2])
)
_alias = st.tuples(
    st.just("alias"), st.sampled_from(PEOPLE), _instant, st.sampled_from(PEOPLE), st.just(dict[str, Any]())
)
Happening = tuple[str, str, int, str, dict[str, Any]]
APART_MS = 100
"""More than the happenings of a history: a change counts as said a millisecond after what it changes."""


def _apart(happenings: list[Happening]) -> list[Happening]:
    """Keep what is said of a person at one instant from being said twice: which holds then is nobody's promise."""
    return [
        (kind, person, at_ms + (APART_MS * number if kind in ("identify", TRAITS_CHANGED) else 0), name, fields)
        for number, (kind, person, at_ms, name, fields) in enumerate(happenings)
    ]


histories = st.lists(st.one_of(_track, _track, _identify, _changed, _alias), min_size=1, max_size=25).map(_apart)


def record(number: int, happening: Happening) -> Record:
    """Return what the log holds of it."""
    kind, person, at_ms, name, fields = happening
    return Record(
        kind=kind,
        at_ms=at_ms,
        received_ms=NOW_MS,
        message_id=f"m{number}",
        actor="key:write",
        user_id=person,
        name=name if kind in ("track", TRAITS_CHANGED) else "",
        body=canonical_json({"previousId": name} if kind == "alias" else fields),
    )


Attributes = dict[str, tuple[int, Any]]
"""What was said last of somebody by name, and when."""


class PlainPerson:
    """What happened to one person, as lists."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.events: list[tuple[str, int, dict[str, Any]]] = []
        self.attributes: Attributes = {}


def _say(known: Attributes, happening: Happening) -> None:
    kind, _, at_ms, operation, fields = happening
    if operation == "delete":
        fields = dict.fromkeys(known)
    for name, given in fields.items():
        before_ms, held = known.get(name, (-1, None))
        if kind == "identify":
            if at_ms >= before_ms:
                known[name] = (at_ms, given)
        elif operation != "once" or held is None:
            known[name] = (max(at_ms, before_ms + 1), _changed_to(operation, held, given))


def _changed_to(operation: str, held: Any, given: Any) -> Any:
    if operation == "add":
        return given + held if isinstance(held, int | float) and not isinstance(held, bool) else given
    if operation == "append":
        items = held if isinstance(held, list) else []
        return items + [each for each in given if each not in items]
    return given


def satisfies(person: PlainPerson, tree: Mapping[str, Any], audiences: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a person satisfies a tree at NOW_MS."""
    match tree:
        case {"all": parts}:
            return all(satisfies(person, part, audiences) for part in parts)
        case {"any": parts}:
            return any(satisfies(person, part, audiences) for part in parts)
        case {"not": part}:
            return not satisfies(person, part, audiences)
        case {"percent": [low, high]}:
            return low <= 100 * _bucket(person.number, tree.get("salt", "")) < high
        case {"audience": identity}:
            return identity in audiences and satisfies(person, audiences[identity], audiences)
        case {"tag": "ruled"}:
            return satisfies(person, RULED, audiences)
        case {"tag": "put"}:
            until_ms = person.attributes.get("tag:put", (0, None))[1]
            return until_ms is not None and until_ms > NOW_MS
        case {"sequence": [first, then]}:
            return _follows(person, (first, then, tree.get("without")), tree)
        case {"event": _}:
            asked = [name for name in AGGREGATES if name in tree] or ["count"]
            return all(_compares(_aggregate(person, tree, name), tree.get(name, {"gte": 1})) for name in asked)
        case _:
            return _trait(person, tree)


def _bucket(number: int, salt: str) -> float:
    return float(uniform(np.array([number], dtype=np.uint64), hash_text("percent", salt))[0])


def _trait(person: PlainPerson, tree: Mapping[str, Any]) -> bool:
    name = tree["trait"]
    test = {word: value for word, value in tree.items() if word != "trait"}
    if name in TRAITS:
        return _compares(_aggregate(person, TRAITS[name], TRAITS[name]["aggregate"]), test)
    value = person.attributes.get(name, (0, None))[1]
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    for word, wanted in test.items():
        match word:
            case "is":
                holds = _equal(value, wanted)
            case "is_not":
                holds = not _equal(value, wanted)
            case "in":
                holds = any(_equal(value, each) for each in wanted)
            case "exists":
                holds = (value is not None) == wanted
            case "days_since" if name == "born":
                holds = _compares(_days_since(value), wanted)
            case "days_since":
                holds = number is not None and _compares((NOW_MS - number) / DAY_MS, wanted)
            case "days_to_anniversary":
                holds = _compares(_days_to_anniversary(value), wanted)
            case _:
                holds = _compares(number, {word: wanted})
        if not holds:
            return False
    return True


def _days_since(value: Any) -> float | None:
    if value == 20 and not isinstance(value, bool):
        return (NOW_MS - 20) / DAY_MS
    told = BORN[value][0]
    return (
        None
        if told is None
        else (_SHOP_NOW - datetime(told.year, told.month, told.day, tzinfo=_SHOP)) / timedelta(days=1)
    )


def _days_to_anniversary(value: Any) -> int | None:
    """Return the days until the first day on which it is kept, None where that day has not been lived through once."""
    told, of_the_year = BORN[value]
    for days in range(400) if of_the_year else ():
        day = _SHOP_NOW.date() + timedelta(days=days)
        kept = {(day.month, day.day)}
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
            kept.add((2, 29))
        if of_the_year in kept:
            return None if told is not None and told.year > day.year else days
    return None


def _equal(value: Any, wanted: Any) -> bool:
    return value is not None and isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def _happened(person: PlainPerson, leaf: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    after = NOW_MS - leaf["within_days"] * DAY_MS if "within_days" in leaf else -1
    return [
        (at_ms, fields)
        for name, at_ms, fields in person.events
        if name == leaf["event"] and at_ms > after and all(_passes(fields, test) for test in leaf.get("where", ()))
    ]


def _follows(person: PlainPerson, steps: tuple[Any, Any, Any], leaf: Mapping[str, Any]) -> bool:
    first, then, without = ([at_ms for at_ms, _ in _happened(person, step)] if step else [] for step in steps)
    return any(
        a > NOW_MS - leaf["within_days"] * DAY_MS
        and a < b <= a + leaf["gap_days"] * DAY_MS
        and not any(a < c < b for c in without)
        for a in first
        for b in then
    )


def _aggregate(person: PlainPerson, leaf: Mapping[str, Any], aggregate: str) -> float | None:
    happened = _happened(person, leaf)
    if aggregate == "distinct":
        words = [fields.get(leaf["property"]) for _, fields in happened]
        return len(
            {(type(word) if isinstance(word, str | bool) else float, word) for word in words if word is not None}
        )
    counted = [
        (at_ms, _number(fields.get(leaf["property"])) if "property" in leaf else 1.0) for at_ms, fields in happened
    ]
    values = [value for _, value in counted]
    match aggregate:
        case "count":
            return len(values)
        case "sum":
            return sum(values)
        case _ if not values:
            return None
        case "avg":
            return sum(values) / len(values)
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "first":
            return min(counted, key=lambda each: (each[0], -each[1]))[1]
        case "last":
            return max(counted)[1]
        case "days_since_first" | "days_since_last":
            times = [at_ms for at_ms, _ in counted]
            return (NOW_MS - (min(times) if aggregate == "days_since_first" else max(times))) / DAY_MS
        case _:
            return max(at_ms for at_ms, _ in counted)


def _passes(fields: Mapping[str, Any], test: Mapping[str, Any]) -> bool:
    if test["property"].startswith("products."):
        lines = fields.get("products")
        of_line = {**test, "property": test["property"].removeprefix("products.")}
        return isinstance(lines, list) and any(_passes(line, of_line) for line in lines if isinstance(line, dict))
    value = fields.get(test["property"])
    if "is" in test and value != test["is"]:
        return False
    if "in" in test and value not in test["in"]:
        return False
    text = str(value).lower() if value == str(value) else ""
    for phrase in test.get("unless", ()):
        text = text.replace(phrase.lower(), "|")
    if "contains" in test and not any(word.lower() in text for word in test["contains"]):
        return False
    if "gte" in test or "lte" in test:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and test.get("gte", value) <= value <= test.get("lte", value)
    return True


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _compares(value: float | None, comparison: Mapping[str, float]) -> bool:
    signs = {
        "gte": lambda a, b: a >= b,
        "gt": lambda a, b: a > b,
        "lte": lambda a, b: a <= b,
        "lt": lambda a, b: a < b,
        "eq": lambda a, b: a == b,
    }
    return value is not None and all(signs[word](value, bound) for word, bound in comparison.items())


def people_of(ticks: Sequence[Sequence[Happening]], number_of: Mapping[str, int]) -> list[PlainPerson]:
    """Return the people behind a history; `number_of` says who turned out to be whom.

    What a tick joins is one person for all that the tick says.
    """
    people = {number: PlainPerson(number) for number in number_of.values()}
    known: dict[str, Attributes] = {who: {} for who in PEOPLE}
    for tick in ticks:
        for _, person, _, other, _ in (happening for happening in tick if happening[0] == "alias"):
            both = [known[person], known[other]]
            joined = dict(sorted((item for each in both for item in each.items()), key=lambda item: item[1][0]))
            known |= {who: joined for who in PEOPLE if any(known[who] is each for each in both)}
        for happening in tick:
            kind, who, at_ms, name, fields = happening
            if kind == "track":
                people[number_of[who]].events.append((name, at_ms, fields))
            elif kind != "alias":
                _say(known[who], happening)
    for who, number in number_of.items():
        people[number].attributes = known[who]
    return list(people.values())
