"""Compiles the tree of an audience to one query over the lake, so that what memory does not hold can be asked too.

The same tree gives the same people as `liftloop.audience.reading.holds`; a differential test holds the two equal.
A window in memory keeps the last 256 events of a person, the lake all of them: beyond that the lake is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.audience.reading import check
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_text
from liftloop.profile.contract import Source, UnknownCondition
from liftloop.profile.elapsed import DAYS_SINCE, elapsed_bounds
from liftloop.profile.reading import AGGREGATES, COMPARISONS
from liftloop.profile.sources import source_of, span_of, steps_of
from liftloop.profile.studied import STUDIED
from liftloop.profile.tags import TAG
from liftloop.profile.values import LINES

Tree = Mapping[str, Any]

_SIGN = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "="}
_IN_WINDOW = {
    "count": "coalesce({0}.n, 0)",
    "sum": "coalesce({0}.total, 0)",
    "avg": "{0}.total / {0}.n",
    "min": "{0}.low",
    "max": "{0}.high",
    "distinct": "coalesce({0}.words, 0)",
    "first": "{0}.first_value",
    "last": "{0}.last_value",
}
_IN_LIFE = {
    "count": _IN_WINDOW["count"],
    "sum": _IN_WINDOW["sum"],
    "avg": _IN_WINDOW["avg"],
    "first_ms": "{0}.first_ms",
    "last_ms": "{0}.last_ms",
}
"""What each aggregate is in the columns of an event's table; NULL where there is none."""

_EVENTS = """{name} AS (
    SELECT profile, count(*) AS n, sum(value) AS total, min(value) AS low, max(value) AS high,
        min(at_ms) AS first_ms, max(at_ms) AS last_ms
    FROM (
        SELECT profile, at_ms, {value} AS value FROM event_now
        WHERE kind = 'track' AND name = {event} AND at_ms > {after} AND {passes}
    )
    GROUP BY profile
)"""
_ENDS = """{name} AS (
    SELECT profile, arg_min(value, (at_ms, -value)) AS first_value, arg_max(value, (at_ms, value)) AS last_value
    FROM (
        SELECT profile, at_ms, {value} AS value FROM event_now
        WHERE kind = 'track' AND name = {event} AND at_ms > {after} AND {passes}
    )
    GROUP BY profile
)"""
_WORDS = """{name} AS (
    SELECT profile, count(DISTINCT {value}) AS words FROM event_now
    WHERE kind = 'track' AND name = {event} AND at_ms > {after} AND {passes} GROUP BY profile
)"""
_STEP = """(
        SELECT profile, at_ms FROM event_now
        WHERE kind = 'track' AND name = {event} AND at_ms > {after} AND {passes}
    )"""
_SEQUENCE = """{name} AS (
    SELECT one.profile, bool_or(coalesce({good}, FALSE)) AS held
    FROM {first} AS one
    ASOF JOIN {then} AS two ON two.profile = one.profile AND two.at_ms > one.at_ms
    {without}
    GROUP BY one.profile
)"""
"""The nearest later event decides, as in `liftloop.profile.reading.People`."""
_ATTRIBUTE = """{name} AS (
    SELECT profile, json_type(value) AS type, json_extract_string(value, '$') AS text,
        CASE WHEN json_type(value) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN CAST(value AS DOUBLE) END AS number
    FROM (
        SELECT profile, arg_max(TRY(json_extract(properties, {path})), (at_ms, "offset")) AS value
        FROM event_now WHERE kind = 'identify' GROUP BY profile
    )
)"""
_STUDIED = """{name} AS (
    SELECT profile, CASE WHEN word IS NULL THEN 'NULL' ELSE 'VARCHAR' END AS type, word AS text, number
    FROM trait_now WHERE name = {trait}
)"""
_PEOPLE = """WITH {tables}
SELECT person.profile FROM person {joins}
WHERE {condition} ORDER BY person.profile"""
_PERSON = """person AS (
    SELECT profile, profile AS number
    FROM (SELECT profile FROM event_now UNION SELECT profile FROM exposure_now WHERE profile IS NOT NULL)
)"""
_AT_MOMENTS = (
    """moment AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY source, id, at_ms) - 1 AS place, profile, at_ms FROM ({moments})
)""",
    """event_now AS (
    SELECT e.* REPLACE (
        moment.place AS profile,
        CASE WHEN e.at_ms < moment.at_ms THEN e.at_ms - moment.at_ms + {now_ms} ELSE -e.at_ms END AS at_ms
    )
    FROM moment JOIN main.event_now AS e ON e.profile = moment.profile
    WHERE e.at_ms < moment.at_ms OR e.kind = 'identify'
)""",
    """trait_now AS (
    SELECT moment.place AS profile, s.name, arg_max({{'is': s.word}}, (s.at_ms, s."offset"))."is" AS word,
        arg_max({{'is': s.number}}, (s.at_ms, s."offset"))."is" AS number
    FROM trait_studied AS s LEFT JOIN canonical ON canonical.forwarded = s.profile
    JOIN moment ON moment.profile = coalesce(canonical.kept, s.profile)
    WHERE s.at_ms <= moment.at_ms GROUP BY moment.place, s.name
)""",
    "person AS (SELECT place AS profile, profile AS number, at_ms FROM moment)",
)
"""Tables in place of those of now: every moment is a person of its own, whose past is moved so that it ends now.

What was said of oneself after a moment stands before everything else, the first of it last.
"""
_MOMENT_MS = 2**43
"""Where the past of every moment ends once it is moved: any instant will do, this one is in the year 2248."""
_INSTANTS = frozenset({"first_ms", "last_ms"})
_WRAP = "18446744073709551616::UHUGEINT"  # 2^64: DuckDB raises where C wraps around.
_MIX_STEPS = (
    "{0}::UHUGEINT + 11400714819323198485::UHUGEINT",
    "xor({0}, {0} >> 30)::UHUGEINT * 13787848793156543929::UHUGEINT",
    "xor({0}, {0} >> 27)::UHUGEINT * 10723151780598845931::UHUGEINT",
)
"""`liftloop.kernel.dice.mix` in SQL."""


class Meanings(Struct, frozen=True, kw_only=True):
    """What names in a tree stand for."""

    traits: Mapping[str, Mapping[str, Any]]
    """Bodies of computed traits by id; every other trait is an attribute."""
    audiences: Mapping[str, Tree]
    """Trees of the audiences that others may refer to."""


class Selection(Struct, frozen=True, kw_only=True):
    """One query over the lake with its parameters; its only column is `profile`, ascending."""

    query: str
    parameters: Sequence[Any]


def selection(tree: Tree, meanings: Meanings, now_ms: int) -> Selection:
    """Return the query for everybody who satisfies a tree at `now_ms`.

    Raises `BadAudience` and `UnknownCondition` where the tree cannot be read.
    """
    return _selection(tree, _Writing(meanings, now_ms, ()), (_PERSON,))


def selection_at(tree: Tree, meanings: Meanings, moments: str, given: Sequence[Any]) -> Selection:
    """Return the query for the moments at which a tree held, by what had happened before each.

    `moments` is a query for (source, id, profile, at_ms) with the parameters `given`; the answer's `profile` is the
    place of a moment in the order of (source, id, at_ms), from 0. An attribute that was first said later counts as
    said before, a studied trait is unknown before its study. Raises as `selection` does, and where the tree compares
    with instants of the calendar.
    """
    if _INSTANTS & set(_words_of(tree, meanings)):
        raise UnknownCondition(
            "过去的时刻不能按首次或末次的日期来判断", "past moments cannot be asked by dates of first and last"
        )
    tables = [table.format(moments=moments, now_ms=_MOMENT_MS) for table in _AT_MOMENTS]
    return _selection(tree, _Writing(meanings, _MOMENT_MS, given, "person.at_ms"), tables)


def _words_of(tree: Any, meanings: Meanings) -> Iterator[str]:
    """Yield every word of a tree and of the audiences and traits that it names."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        named = (meanings.audiences.get(str(tree.get("audience"))), meanings.traits.get(str(tree.get("trait"))))
        for part in (*tree, *tree.values(), *named):
            yield from _words_of(part, meanings)
    elif isinstance(tree, list | tuple):
        for part in tree:
            yield from _words_of(part, meanings)


def _selection(tree: Tree, writing: "_Writing", tables: Sequence[str]) -> Selection:
    check(tree)
    condition = writing.condition(tree)
    query = _PEOPLE.format(
        tables=",\n".join([*tables, *writing.tables.values()]),
        joins=" ".join(f"LEFT JOIN {name} ON {name}.profile = person.profile" for name in writing.names.values()),
        condition=condition,
    )
    return Selection(query=query, parameters=writing.parameters)


class _Writing:
    """The query while it is written: its tables by what they hold, and its parameters in order."""

    def __init__(self, meanings: Meanings, now_ms: int, given: Sequence[Any], today: str = "") -> None:
        self._meanings = meanings
        self._now_ms = now_ms
        self._today = today
        """What instants of the calendar are held against, where that is not `now_ms`."""
        self.parameters: list[Any] = list(given)
        self.names: dict[tuple[Any, ...], str] = {}
        self.tables: dict[tuple[Any, ...], str] = {}

    def condition(self, tree: Tree) -> str:
        match tree:
            case {"all": parts}:
                return _joined(" AND ", [self.condition(part) for part in parts])
            case {"any": parts}:
                return _joined(" OR ", [self.condition(part) for part in parts])
            case {"not": part}:
                return f"NOT {self.condition(part)}"
            case {"percent": [low, high]}:
                return self._percent(low, high, str(tree.get("salt", "")))
            case {"audience": identity}:
                other = self._meanings.audiences.get(str(identity))
                return self.condition(other) if other is not None else "FALSE"
            case {"tag": identity}:
                tag = self._meanings.audiences.get(TAG + str(identity))
                return self.condition(tag) if tag is not None else "FALSE"
            case {"sequence": _}:
                return self._sequence(tree)
            case {"event": _}:
                return self._event(tree)
            case _:
                return self._trait(tree)

    def _event(self, leaf: Tree) -> str:
        asked = sorted(AGGREGATES & set(leaf)) or ["count"]
        return _joined(" AND ", [self._asked(leaf, name, leaf.get(name, {"gte": 1})) for name in asked])

    def _asked(self, leaf: Tree, aggregate: str, comparison: Any) -> str:
        if aggregate not in DAYS_SINCE:
            return self._compared(self._aggregate(leaf, aggregate), comparison)
        when = self._aggregate(leaf, "first_ms" if aggregate == "days_since_first" else "last_ms")
        elapsed = f"({self._given(self._now_ms)}::BIGINT - {when})"
        bounds = [elapsed_bounds(word, float(days)) for word, days in comparison.items()]
        parts = [f"{elapsed} >= {self._given(low)} AND {elapsed} < {self._given(high)}" for low, high in bounds]
        return f"coalesce({_joined(' AND ', parts)}, FALSE)"

    def _sequence(self, leaf: Tree) -> str:
        key = ("sequence", canonical_json(leaf))
        if key not in self.names:
            name = self._new_name(key)
            first, then, *rest = (self._step(source_of(step), span_of(step)) for step in steps_of(leaf))
            gap_ms = self._given(round(leaf["gap_days"] * DAY_MS))
            good = f"two.at_ms - one.at_ms <= {gap_ms}"
            without = ""
            if rest:
                good += " AND (three.at_ms IS NULL OR three.at_ms >= two.at_ms)"
                without = (
                    f"ASOF LEFT JOIN {rest[0]} AS three ON three.profile = one.profile AND three.at_ms > one.at_ms"
                )
            self.tables[key] = _SEQUENCE.format(name=name, good=good, first=first, then=then, without=without)
        return f"coalesce({self.names[key]}.held, FALSE)"

    def _step(self, source: Source, span_ms: int) -> str:
        return _STEP.format(**self._events_of(source, span_ms))

    def _trait(self, leaf: Tree) -> str:
        name = str(leaf["trait"])
        test = {key: value for key, value in leaf.items() if key != "trait"}
        body = self._meanings.traits.get(name)
        if body is not None:
            return self._asked(body, str(body.get("aggregate", "count")), test)
        table = self._attribute(name)
        parts = [self._attribute_test(table, word, value) for word, value in test.items()]
        return _joined(" AND ", parts) if parts else "TRUE"

    def _attribute_test(self, table: str, word: str, value: Any) -> str:
        match word:
            case "is":
                return self._equals(table, value)
            case "is_not":
                return f"NOT {self._equals(table, value)}"
            case "in":
                return _joined(" OR ", [self._equals(table, each) for each in value]) if value else "FALSE"
            case "exists":
                there = f"coalesce({table}.type <> 'NULL', FALSE)"
                return there if value else f"NOT {there}"
            case "days_since":
                number = f"CASE WHEN NOT isnan({table}.number) THEN {table}.number END"
                elapsed = f"({self._today or self._given(self._now_ms)}::BIGINT - {number})"
                bounds = [elapsed_bounds(each, float(days)) for each, days in value.items()]
                parts = [f"{elapsed} >= {self._given(low)} AND {elapsed} < {self._given(high)}" for low, high in bounds]
                return f"coalesce({_joined(' AND ', parts)}, FALSE)"
            case _:
                return self._compared(f"{table}.number", {word: value})

    def _equals(self, table: str, value: Any) -> str:
        """Return whether an attribute has a value: numbers equal numbers, truths truths, texts texts."""
        if isinstance(value, bool):
            return f"coalesce({table}.type = 'BOOLEAN' AND {table}.text = {self._given(str(value).lower())}, FALSE)"
        if isinstance(value, int | float):
            return f"coalesce({table}.number = {self._given(float(value))}, FALSE)"
        return f"coalesce({table}.type = 'VARCHAR' AND {table}.text = {self._given(str(value))}, FALSE)"

    def _compared(self, value: str, comparison: Any) -> str:
        known = isinstance(comparison, Mapping) and comparison and set(comparison) <= COMPARISONS
        if not known or any(isinstance(v, bool) or not isinstance(v, int | float) for v in comparison.values()):
            raise UnknownCondition(f"看不懂的比较：{comparison!r}", f"not a comparison: {comparison!r}")
        parts = [f"{value} {_SIGN[word]} {self._given(float(bound))}" for word, bound in comparison.items()]
        return f"coalesce({_joined(' AND ', parts)}, FALSE)"

    def _aggregate(self, leaf: Tree, aggregate: str) -> str:
        span_ms = span_of(leaf)
        columns = _IN_WINDOW if span_ms else _IN_LIFE
        if aggregate not in columns:
            raise UnknownCondition(f"不认识的统计方式：{aggregate}", f"unknown aggregate: {aggregate}")
        source = source_of(leaf)
        table = _WORDS if source.words else _ENDS if aggregate in ("first", "last") else _EVENTS
        key = ("event", source.id, span_ms, table)
        if key not in self.names:
            name = self._new_name(key)
            value = self._word(source.property) if source.words else "1.0"
            if source.property and not source.words:
                value = self._property(source.property)
            self.tables[key] = table.format(name=name, value=value, **self._events_of(source, span_ms))
        return columns[aggregate].format(self.names[key])

    def _events_of(self, source: Source, span_ms: int) -> dict[str, str]:
        return {
            "event": self._given(source.event),
            "after": self._given(max(self._now_ms - span_ms, 0) if span_ms else -(2**62)),
            "passes": _joined(" AND ", [self._passes(test) for test in source.where]) if source.where else "TRUE",
        }

    def _word(self, name: str) -> str:
        """Return a property as what tells words apart: 1 and 1.0 are one, 1 and "1" are two, lists are none."""
        path = self._given(_pointer(name))
        kind, text = f"json_type(properties, {path})", f"json_extract_string(properties, {path})"
        number = f"CAST(CAST(json_extract(properties, {path}) AS DOUBLE) AS VARCHAR)"
        return (
            f"TRY(CASE WHEN {kind} = 'VARCHAR' THEN 't' || {text} WHEN {kind} = 'BOOLEAN' THEN 'b' || {text}"
            f" WHEN {_is_number(path)} THEN 'n' || {number} END)"
        )

    def _attribute(self, attribute: str) -> str:
        key = ("attribute", attribute)
        if key not in self.names:
            name = self._new_name(key)
            if attribute in STUDIED:
                self.tables[key] = _STUDIED.format(name=name, trait=self._given(attribute))
            else:
                self.tables[key] = _ATTRIBUTE.format(name=name, path=self._given(_pointer(attribute)))
        return self.names[key]

    def _new_name(self, key: tuple[Any, ...]) -> str:
        self.names[key] = f"t{len(self.names)}"
        return self.names[key]

    def _property(self, name: str) -> str:
        """Return a property as a number, 0 where it is none: an event without a price still counts."""
        path = self._given(_pointer(name))
        number = f"CAST(json_extract(properties, {path}) AS DOUBLE)"
        return f"coalesce(TRY(CASE WHEN {_is_number(path)} THEN {number} END), 0.0)"

    def _passes(self, test: Mapping[str, Any]) -> str:
        """Return a filter on a property of an event, as `liftloop.profile.values.event_value` applies it."""
        name = str(test.get("property", ""))
        if not name.startswith(LINES):
            return self._met(test, "properties", _pointer(name))
        lines = f"TRY_CAST(TRY(json_extract(properties, '{_pointer(LINES[:-1])}')) AS JSON[])"
        met = f"TRY(json_type(line) = 'OBJECT') AND {self._met(test, 'line', _pointer(name[len(LINES) :]))}"
        return f"coalesce(len(list_filter({lines}, lambda line: {met})) > 0, FALSE)"

    def _met(self, test: Mapping[str, Any], json: str, pointer: str) -> str:
        parts = ["TRUE"]
        if "is" in test:
            parts.append(self._property_is(json, pointer, test["is"]))
        if "in" in test:
            parts.append(_joined(" OR ", ["FALSE", *(self._property_is(json, pointer, each) for each in test["in"])]))
        if "contains" in test:
            path = self._given(pointer)
            text = f"lower(json_extract_string({json}, {path}))"
            any_of = _joined(" OR ", [f"contains({text}, {self._given(word.lower())})" for word in test["contains"]])
            parts.append(f"coalesce(TRY(json_type({json}, {path}) = 'VARCHAR' AND {any_of}), FALSE)")
        bounds = [(word, test[word]) for word in ("gte", "lte") if word in test]
        if bounds:
            path = self._given(pointer)
            number = f"CAST(json_extract({json}, {path}) AS DOUBLE)"
            compared = [f"{number} {_SIGN[word]} {self._given(float(bound))}" for word, bound in bounds]
            parts.append(f"coalesce(TRY({_is_number(path, json)} AND {_joined(' AND ', compared)}), FALSE)")
        return _joined(" AND ", parts)

    def _property_is(self, json: str, pointer: str, value: Any) -> str:
        """Return whether a property equals a value; as in Python, true equals 1."""
        path = self._given(pointer)
        found, kind = f"json_extract({json}, {path})", f"json_type({json}, {path})"
        if value is None:
            return f"coalesce(TRY({kind} = 'NULL'), TRUE)"
        if isinstance(value, str):
            text = f"json_extract_string({json}, {path})"
            return f"coalesce(TRY({kind} = 'VARCHAR' AND {text} = {self._given(value)}), FALSE)"
        numbers = "('BIGINT', 'UBIGINT', 'DOUBLE', 'BOOLEAN')"
        return f"coalesce(TRY({kind} IN {numbers} AND CAST({found} AS DOUBLE) = {self._given(float(value))}), FALSE)"

    def _percent(self, low: float, high: float, salt: str) -> str:
        mixed = f"xor(person.number::UBIGINT, {self._given(hash_text('percent', salt))}::UBIGINT)"
        for step in _MIX_STEPS:
            mixed = f"(({step.format(mixed)}) % {_WRAP})::UBIGINT"
        bucket = f"(100 * ((xor({mixed}, {mixed} >> 31) >> 11)::DOUBLE * {1.0 / 2**53!r}))"
        return f"({bucket} >= {self._given(float(low))} AND {bucket} < {self._given(float(high))})"

    def _given(self, value: Any) -> str:
        """Return the placeholder of a value: nothing that a person wrote ever stands in the query itself."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"


def _is_number(path: str, json: str = "properties") -> str:
    return f"json_type({json}, {path}) IN ('BIGINT', 'UBIGINT', 'DOUBLE')"


def _joined(word: str, parts: Sequence[str]) -> str:
    return f"({word.join(parts)})"


def _pointer(name: str) -> str:
    """Return the JSON pointer (RFC 6901) of a field of the outermost object, whatever its name."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
