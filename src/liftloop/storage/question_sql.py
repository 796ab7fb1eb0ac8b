"""Turns a question about people into one query of an engine, through Ibis; only the words of `Words` differ by engine.

The query reads `event_now`, `exposure_now` and `trait_now`, as the lake has them: merges followed, and what became of
an attribute as if it had been said, whoever changed it.
Each stream of events becomes one table with a row a person, and these are joined; only where nothing that must have
happened narrows people down is everybody read.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import and_, or_
from typing import Any, assert_never

import ibis
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import ClickHouseCompiler, DuckDBCompiler

from liftloop.storage.question import (
    AllOf,
    AnyLine,
    AnyOf,
    Attribute,
    AttributeComesRound,
    AttributeCompared,
    AttributeElapsed,
    AttributeOneOf,
    AttributeTest,
    AttributeThere,
    Bound,
    Contains,
    Elapsed,
    Filter,
    Followed,
    Happened,
    Leaf,
    NotOf,
    OneOf,
    Query,
    Question,
    Slice,
    Stream,
    Value,
    Within,
)
from liftloop.storage.question_days import day, instant
from liftloop.storage.question_tables import Joined, asks, found_in, leaves, required
from liftloop.storage.question_words import (
    ClickHouseWords,
    DuckWords,
    Expression,
    Words,
    is_null,
    is_object,
    is_text,
    is_truth,
    number,
)

_EVENTS: Expression = ibis.table(
    {
        "offset": "int64",
        "profile": "int64",
        "at_ms": "!int64",
        "kind": "!string",
        "name": "!string",
        "properties": "!string",
    },
    name="event_now",
)
_EXPOSED: Expression = ibis.table({"profile": "int64", "decided_at_ms": "int64"}, name="exposure_now")
_STUDIED: Expression = ibis.table(
    {"profile": "!int64", "name": "!string", "number": "float64", "word": "string"}, name="trait_now"
)
_MOMENTS: Expression = ibis.table({"profile": "!int64", "number": "!int64", "at_ms": "!int64"}, name="person")


APART_MAX = 8
"""More streams, or attributes, than these are read in one go: joining a hundred tables takes seconds to plan."""


def duckdb_query(question: Question, now_ms: int) -> Query:
    """Return the query for everybody of whom a question holds at `now_ms`.

    Every text stands among the parameters: nothing that a person wrote is part of the query itself.
    """
    found = _Asking(question, DuckWords(), now_ms).found(None)
    return with_parameters(DuckDBCompiler().to_sqlglot(found), 0)


def duckdb_query_of_moments(question: Question, now_ms: int, given: int) -> Query:
    """Return the query over `person(profile, number, at_ms)`, each a moment whose past is moved so that it ends now.

    Instants that attributes tell are held against `at_ms`. The first `given` parameters are the asker's own.
    """
    found = _Asking(question, DuckWords(), now_ms).found(_MOMENTS)
    return with_parameters(DuckDBCompiler().to_sqlglot(found), given)


def clickhouse_query(question: Question, now_ms: int) -> str:
    """Return the query as text for ClickHouse, to be run with `join_use_nulls = 1`."""
    found = _Asking(question, ClickHouseWords(), now_ms).found(None)
    return ClickHouseCompiler().to_sqlglot(found).sql(dialect="clickhouse")


def with_parameters(query: Expression, given: int) -> Query:
    """Return a query of DuckDB with its texts taken out as parameters, each text once."""
    places: dict[str, int] = {}
    for literal in list(query.find_all(sge.Literal)):
        if literal.is_string:
            place = places.setdefault(literal.this, given + len(places) + 1)
            literal.replace(sge.Parameter(this=sge.Literal.number(place)))
    return Query(query.sql(dialect="duckdb"), tuple(places))


class _Asking:
    """One question on its way to a query."""

    def __init__(self, question: Question, words: Words, now_ms: int) -> None:
        self._question = question
        self._words = words
        self._now: Expression = ibis.literal(now_ms, type="int64")
        self._wanted: dict[Joined, dict[str, None]] = {}
        """The tables in order, each with the columns asked of it."""
        self._places: Mapping[Joined, int] = {}
        self._keys: dict[Joined, str] = {}
        """Under which column each table has the profile."""
        self._row: Any = None
        self._told_from: Expression = self._now
        """What instants that attributes tell are held against: of a moment, whose events are moved, itself."""

    def found(self, people: Expression | None) -> Expression:
        """Return the profiles of whom the question holds, ascending; among `people` where given."""
        for leaf in leaves(self._question):
            for table, column in asks(leaf):
                self._wanted.setdefault(table, {})[column] = None
        self._places = {table: place for place, table in enumerate(self._wanted)}
        self._row = self._joined(self._tables(), people)
        if people is not None:
            self._told_from = people.at_ms
        return self._row.filter(self._holds(self._question)).select("profile").order_by("profile")

    def _tables(self) -> dict[Joined, Expression]:
        """Return the rows of every table; many of a kind are read in one go, and share their rows."""
        measured = [each for each in self._places if isinstance(each.of, Stream)]
        said = [each for each in self._places if isinstance(each.of, Attribute) and not each.of.studied]
        tables: dict[Joined, Expression] = {}
        for those, together in ((measured, self._measured_together), (said, self._said_together)):
            if len(those) > APART_MAX:
                tables |= dict.fromkeys(those, together(those))
                self._keys |= dict.fromkeys(those, f"profile_{self._places[those[0]]}")
        for table, place in self._places.items():
            if table not in tables:
                tables[table], self._keys[table] = self._table(table, place), f"profile_{place}"
        return tables

    def _joined(self, tables: Mapping[Joined, Expression], people: Expression | None) -> Expression:
        """Return one row a person with the columns of all tables: those that everybody sought is in come first."""
        needed = required(self._question) if people is None else frozenset[Joined]()
        order = {self._keys[table]: table for table in sorted(tables, key=lambda table: table in needed)}
        rows = {key: tables[table] for key, table in order.items()}
        inwards = {key for key, table in order.items() if table in needed}
        row: Expression = people
        if people is None and inwards:
            first = next(key for key in rows if key in inwards)
            row = rows[first].mutate(profile=rows[first][first], number=rows[first][first])
            del rows[first]
        elif people is None:
            row = self._candidates(tables)
        for key in sorted(rows, key=lambda key: key not in inwards):
            joined = row.inner_join if key in inwards else row.left_join
            row = joined(rows[key], row.profile == rows[key][key])
        return row

    def _candidates(self, tables: Mapping[Joined, Expression]) -> Expression:
        """Return who may satisfy the question at all: those of some tables, or everybody."""
        among = found_in(self._question)
        if among is None:
            people = _EVENTS.select("profile").union(_EXPOSED.select("profile"), distinct=True)
            return people.filter(people.profile.notnull()).mutate(number=people.profile)
        once = {self._keys[table]: tables[table] for table in self._places if table in among}
        rows = [rows.select(profile=rows[key]) for key, rows in once.items()]
        if not rows:
            rows = [_EVENTS.filter(ibis.literal(value=False)).select("profile")]
        people = rows[0] if len(rows) == 1 else ibis.union(*rows, distinct=True)
        return people.mutate(number=people.profile)

    def _table(self, table: Joined, place: int) -> Expression:
        match table.of:
            case Stream() as stream:
                rows = self._measured(stream, table)
            case Followed() as followed:
                rows = self._followed(followed)
            case Attribute() as attribute:
                rows = self._attribute(attribute)
            case _:
                assert_never(table.of)
        return rows.rename({f"{name}_{place}": name for name in rows.columns})

    def _tests(self, stream: Stream) -> list[Expression]:
        """Return what an event must pass to be of a stream."""
        tests = [_EVENTS.kind == "track", _EVENTS.name == stream.event]
        if stream.after_ms is not None:
            tests.append(_EVENTS.at_ms > stream.after_ms)
        return [*tests, *(self._passes(each, _EVENTS.properties) for each in stream.filters)]

    def _amount(self, table: Joined) -> Expression:
        """Return what is counted of an event: 1, a property as a number, 0 where it is none, or as a word."""
        if not table.property:
            return ibis.literal(1.0)
        found = self._words.field(_EVENTS.properties, table.property)
        return self._word(found) if table.words else number(found).coalesce(0.0)

    def _measured(self, stream: Stream, table: Joined) -> Expression:
        events = _EVENTS.filter(*self._tests(stream))
        rows = events.select("profile", "at_ms", value=self._amount(table))
        columns = {name: self._measure(rows, rows.value, name) for name in self._wanted[table]}
        return rows.group_by("profile").agg(**columns)

    def _measured_together(self, tables: Sequence[Joined]) -> Expression:
        """Return the columns of many streams from one reading of the events."""
        streams = [table.of for table in tables if isinstance(table.of, Stream)]
        names = sorted({stream.event for stream in streams})
        values = {
            f"value_{self._places[table]}": _all(self._tests(stream)).ifelse(self._amount(table), ibis.null())
            for table, stream in zip(tables, streams, strict=True)
        }
        events = _EVENTS.filter(_EVENTS.kind == "track", _EVENTS.name.isin(names))
        rows = events.select("profile", "at_ms", **values)
        columns = {
            f"{name}_{self._places[table]}": self._measure(rows, rows[f"value_{self._places[table]}"], name)
            for table in tables
            for name in self._wanted[table]
        }
        found = rows.group_by("profile").agg(**columns)
        return found.rename({f"profile_{self._places[tables[0]]}": "profile"})

    def _measure(self, rows: Expression, value: Expression, name: str) -> Expression:
        """Return an aggregate over the rows that have a value."""
        match name:
            case "count":
                return value.count()
            case "sum":
                return value.sum()
            case "min":
                return value.min()
            case "max":
                return value.max()
            case "first_ms":
                return rows.at_ms.min(where=value.notnull())
            case "last_ms":
                return rows.at_ms.max(where=value.notnull())
            case "first":
                return self._words.first(value, (rows.at_ms, -value))
            case "last":
                return self._words.last(value, (rows.at_ms, value))
            case _:
                return self._words.different(value)

    def _followed(self, leaf: Followed) -> Expression:
        """Return for whom the nearest later event decided well, as in `liftloop.profile.reading.People`."""
        first = _EVENTS.filter(*self._tests(leaf.first)).select("profile", "at_ms")
        then = _EVENTS.filter(*self._tests(leaf.then)).select(then="profile", then_ms="at_ms")
        rows: Any = first.asof_join(then, on=first.at_ms < then.then_ms, predicates=[first.profile == then.then])
        good = (rows.then_ms - rows.at_ms <= leaf.gap_ms).coalesce(False)
        if leaf.without is not None:
            third = _EVENTS.filter(*self._tests(leaf.without)).select(without="profile", without_ms="at_ms")
            rows = rows.select("profile", "at_ms", "then_ms")
            rows = rows.asof_join(third, on=rows.at_ms < third.without_ms, predicates=[rows.profile == third.without])
            good = (rows.then_ms - rows.at_ms <= leaf.gap_ms).coalesce(False)
            good &= rows.without_ms.isnull() | (rows.without_ms >= rows.then_ms).coalesce(False)
        return rows.filter(good).select("profile").distinct().mutate(there=ibis.literal(value=True))

    def _attribute(self, attribute: Attribute) -> Expression:
        if attribute.studied:
            rows = _STUDIED.filter(_STUDIED.name == attribute.name)
            kind = rows.word.isnull().ifelse("null", "text")
            return rows.select("profile", "number", kind=kind, text=rows.word)
        said = _EVENTS.filter(_EVENTS.kind == "identify")
        said = said.select("profile", "at_ms", "offset", value=self._words.field(said.properties, attribute.name))
        said = said.filter(said.value.notnull())
        latest = said.group_by("profile").agg(value=self._words.last(said.value, (said.at_ms, said.offset)))
        return latest.select("profile", **self._said(latest.value))

    def _said(self, value: Expression) -> dict[str, Expression]:
        kind = ibis.cases((is_text(value), "text"), (is_truth(value), "truth"), (is_null(value), "null"), else_="")
        kind = value.notnull().ifelse(kind, ibis.null())  # Who said something else only has said nothing of this.
        return {"kind": kind, "number": number(value), "text": self._words.text(value)}

    def _said_together(self, tables: Sequence[Joined]) -> Expression:
        """Return what was said last of many attributes from one reading of what people said."""
        said = _EVENTS.filter(_EVENTS.kind == "identify")
        names = {f"value_{self._places[each]}": each.of.name for each in tables if isinstance(each.of, Attribute)}
        fields = {column: self._words.field(said.properties, name) for column, name in names.items()}
        said = said.select("profile", "at_ms", "offset", **fields)
        latest = said.group_by("profile").agg(
            **{column: self._words.last(said[column], (said.at_ms, said.offset)) for column in names}
        )
        columns = {
            f"{name}_{self._places[table]}": column
            for table in tables
            for name, column in self._said(latest[f"value_{self._places[table]}"]).items()
        }
        return latest.select(**{f"profile_{self._places[tables[0]]}": latest.profile}, **columns)

    def _word(self, value: Expression) -> Expression:
        """Return JSON as what tells words apart: 1 and 1.0 are one, 1 and "1" are two, lists are none."""
        return self._words.attempted(
            ibis.cases(
                (is_text(value), ibis.literal("t") + self._words.text(value)),
                (is_truth(value), ibis.literal("b") + value),
                (number(value).notnull(), ibis.literal("n") + number(value).cast("string")),
            )
        )

    def _passes(self, test: Filter, text: Expression) -> Expression:
        words, value = self._words, self._words.field(text, test.property)
        match test:
            case AnyLine():
                return words.any_line(
                    value, lambda line: is_object(line) & _all([self._passes(each, line) for each in test.filters])
                )
            case OneOf():
                return _any([self._is(value, each) for each in test.values])
            case Contains():
                lowered = words.lower(words.text(value))
                for phrase in test.unless:
                    lowered = lowered.replace(phrase.lower(), "\n")
                found = _any([lowered.contains(word.lower()) for word in test.words])
                return words.attempted(is_text(value) & found).coalesce(False)
            case Within():
                return _all([_compared(number(value), bound) for bound in test.bounds]).coalesce(False)
            case _:
                assert_never(test)

    def _is(self, found: Expression, value: Value) -> Expression:
        """Return whether JSON equals a value; as in Python, true equals 1, and what is not there is None."""
        if value is None:
            return is_null(found).coalesce(True)
        if isinstance(value, str):
            return self._words.attempted(is_text(found) & (self._words.text(found) == value)).coalesce(False)
        equal = number(found) == float(value)
        if float(value) in (0.0, 1.0):
            equal = equal.coalesce(False) | (found == ("true" if value else "false"))
        return equal.coalesce(False)

    def _holds(self, question: Question) -> Any:
        match question:
            case AllOf():
                return _all([self._holds(each) for each in question.questions])
            case AnyOf():
                return _any([self._holds(each) for each in question.questions])
            case NotOf():
                return ~self._holds(question.question)
            case Slice():
                bucket = self._words.bucket(self._row.number, question.salt)
                return (bucket >= question.low) & (bucket < question.high)
            case Followed():
                return self._column(question, "there").coalesce(False)
            case Happened():
                value = self._value(question)
                return _all([_compared(value, bound) for bound in question.bounds]).coalesce(False)
            case Elapsed():
                when = self._column(question, question.aggregate)
                return _in_spans(self._now - when, question.spans)
            case _:
                return self._attribute_holds(question)

    def _attribute_holds(self, question: AttributeTest) -> Any:
        value = self._column(question, "number")
        match question:
            case AttributeOneOf():
                return _any([self._attribute_is(question, value) for value in question.values])
            case AttributeThere():
                return (self._column(question, "kind") != "null").coalesce(False)
            case AttributeCompared():
                return _all([_compared(value, bound) for bound in question.bounds]).coalesce(False)
            case AttributeElapsed():
                at_ms = instant(self._column(question, "kind"), value, self._column(question, "text"))
                return _in_spans(self._told_from - at_ms, question.spans)
            case AttributeComesRound():
                told = day(self._column(question, "kind"), value, self._column(question, "text"))
                among = [(told % 10_000).isin(days) & (told // 10_000 <= year) for year, days in question.days]
                return _any(among).coalesce(False)
            case _:
                assert_never(question)

    def _attribute_is(self, question: AttributeOneOf, value: Value) -> Any:
        kind, text = self._column(question, "kind"), self._column(question, "text")
        if isinstance(value, bool):
            return ((kind == "truth") & (text == str(value).lower())).coalesce(False)
        if isinstance(value, int | float):
            return (self._column(question, "number") == float(value)).coalesce(False)
        if isinstance(value, str):
            return ((kind == "text") & (text == value)).coalesce(False)
        return ibis.literal(value=False)

    def _value(self, question: Happened) -> Any:
        match question.aggregate:
            case "count" | "sum" | "distinct":
                return self._column(question, question.aggregate).coalesce(0)
            case "avg":
                return self._column(question, "sum") / self._column(question, "count")
            case _:
                return self._column(question, question.aggregate)

    def _column(self, leaf: Leaf, name: str) -> Any:
        return self._row[f"{name}_{self._places[asks(leaf)[0][0]]}"]


def _compared(value: Any, bound: Bound) -> Any:
    match bound.word:
        case "gte":
            return value >= bound.value
        case "gt":
            return value > bound.value
        case "lte":
            return value <= bound.value
        case "lt":
            return value < bound.value
        case "eq":
            return value == bound.value
        case _:
            assert_never(bound.word)


def _in_spans(elapsed: Any, spans: Sequence[tuple[int, int]]) -> Any:
    return _all([(elapsed >= low) & (elapsed < high) for low, high in spans]).coalesce(False)


def _all(parts: Sequence[Expression]) -> Expression:
    return _balanced(and_, parts) if parts else ibis.literal(value=True)


def _any(parts: Sequence[Expression]) -> Expression:
    return _balanced(or_, parts) if parts else ibis.literal(value=False)


def _balanced(joint: Callable[[Expression, Expression], Expression], parts: Sequence[Expression]) -> Expression:
    """Join parts two by two: five hundred in a row would be nested deeper than a query can be walked."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return joint(_balanced(joint, parts[:middle]), _balanced(joint, parts[middle:]))
