"""Turns a tally into one query of DuckDB, through Ibis.

The query answers with rows of `bucket`, `label`, `other` and `value`: NULL buckets where no grain was asked, NULL
labels for what says nothing, and one group with `other` for all beyond the first.
"""

from collections.abc import Sequence
from typing import Any, assert_never

import ibis
from ibis.backends.sql.compilers import DuckDBCompiler
from msgspec.structs import replace

from liftloop.storage.question import Query
from liftloop.storage.question_sql import with_parameters
from liftloop.storage.question_words import DuckWords, Expression, is_text, number
from liftloop.storage.tally import AMOUNTS, COLUMNS, TRUTHS, Field, Measure, Only, Tally

ROWS_MAX = 5_000
"""Of an answer: more points than a chart can show."""
PEOPLE_MAX = 5_000_000
"""As many customers as one machine is made for."""
DAY_MS = 86_400_000
_MONDAY_BEFORE = 3
"""1970 began on a Thursday."""
_IN_SIGHT = "WITH in_sight AS (SELECT unnest($1::BIGINT[]) AS profile) SELECT * FROM ({})"

_EVENTS: Expression = ibis.table(
    {
        "offset": "int64",
        "profile": "int64",
        "at_ms": "int64",
        "kind": "string",
        "name": "string",
        "properties": "string",
        "source": "string",
    },
    name="event_now",
)
_TRAITS: Expression = ibis.table(
    {"profile": "int64", "name": "string", "number": "float64", "word": "string"}, name="trait_now"
)
_TABLES: dict[str, Expression] = {
    "decisions": ibis.table(
        {
            "profile": "int64",
            "at_ms": "int64",
            "campaign": "string",
            "action": "string",
            "arm": "string",
            "variant": "string",
            "held_out": "boolean",
        },
        name="decided_now",
    ),
    "sends": ibis.table(
        {
            "profile": "int64",
            "at_ms": "int64",
            "channel": "string",
            "campaign": "string",
            "journey": "string",
            "action": "string",
            "state": "string",
            "reason": "string",
            "cost": "float64",
            "sent": "boolean",
            "opened": "boolean",
            "clicked": "boolean",
        },
        name="message_now",
    ),
    "sales": ibis.table(
        {"profile": "int64", "at_ms": "int64", "coupon": "string", "buyer": "string", "amount": "float64"},
        name="sale_now",
    ),
    "items": ibis.table(
        {
            "profile": "int64",
            "at_ms": "int64",
            "category": "string",
            "product": "string",
            "amount": "float64",
            "quantity": "float64",
        },
        name="item_sold_now",
    ),
}
_PEOPLE: Expression = ibis.table({"profile": "int64"}, name="in_sight")


class Unanswerable(Exception):
    """The tally asks for a field that its rows do not have."""


def duckdb_tally(tally: Tally, people: bool) -> Query:
    """Return the query; with `people` its first parameter is the list of those whose rows count.

    Every text stands among the parameters. Raises `Unanswerable`.
    """
    asked = with_parameters(DuckDBCompiler().to_sqlglot(_Counting(tally).answer(people)), 1 if people else 0)
    return Query(_IN_SIGHT.format(asked.text), asked.parameters) if people else asked


def duckdb_numbers(tally: Tally, measures: Sequence[Measure], people: bool) -> Query:
    """Return the query of several measures over a tally's rows, and over those of as long a time before, in one look.

    It answers with at most two rows: `earlier`, and `value_0`, `value_1`, … as the measures are given. The tally's own
    measure, groups and grain are not asked for; `people` is as for `duckdb_tally`. Raises `Unanswerable`.
    """
    both = replace(tally, from_ms=tally.from_ms - (tally.to_ms - tally.from_ms), by=None, grain=None)
    found = _Counting(both).numbers(measures, tally.from_ms, people)
    asked = with_parameters(DuckDBCompiler().to_sqlglot(found), 1 if people else 0)
    return Query(_IN_SIGHT.format(asked.text), asked.parameters) if people else asked


def duckdb_tally_people(tally: Tally, people: bool) -> Query:
    """Return the query of `profile`: those whose rows a tally counts, each once; `people` as for `duckdb_tally`.

    Raises `Unanswerable`.
    """
    asked = with_parameters(DuckDBCompiler().to_sqlglot(_Counting(tally).people(people)), 1 if people else 0)
    return Query(_IN_SIGHT.format(asked.text), asked.parameters) if people else asked


class _Counting:
    """One tally on its way to a query."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._words = DuckWords()

    def people(self, people: bool) -> Expression:
        rows, measure = self._asked_about(people), self._tally.measure
        if measure.among is not None:
            rows = rows.filter(self._truth(rows, measure.among))
        if measure.aggregate == "share" and measure.of is not None:
            rows = rows.filter(self._truth(rows, measure.of))
        behind = rows.filter(rows.profile.notnull()).select("profile").distinct()
        return behind.order_by("profile").limit(PEOPLE_MAX)

    def _asked_about(self, people: bool) -> Expression:
        rows = self._rows()
        if people:
            rows = rows.semi_join(_PEOPLE, rows.profile == _PEOPLE.profile)
        for only in self._tally.only:
            rows = self._filtered(rows, only)
        return rows

    def answer(self, people: bool) -> Expression:
        rows = self._asked_about(people)
        bucket = self._bucket(rows) if self._tally.grain else ibis.null().cast("int64")
        rows = rows.mutate(bucket=bucket)
        if self._tally.by is None:
            empty = {"label": ibis.null().cast("string"), "other": ibis.literal(value=False)}
            counted = rows.mutate(**empty)
        else:
            counted = self._labelled(rows, self._tally.by)
        found = counted.group_by("bucket", "label", "other").agg(value=self._measured(counted, self._tally.measure))
        return found.order_by("bucket", "other", ibis.desc("value"), "label").limit(ROWS_MAX)

    def numbers(self, measures: Sequence[Measure], from_ms: int, people: bool) -> Expression:
        rows = self._asked_about(people)
        rows = rows.mutate(earlier=rows.at_ms < from_ms)
        values = {f"value_{place}": self._measured(rows, measure) for place, measure in enumerate(measures)}
        return rows.group_by("earlier").agg(**values)

    def _rows(self) -> Expression:
        """Return the rows that lie in the time asked about."""
        tally = self._tally
        if tally.dataset == "events":
            rows = _EVENTS.filter(_EVENTS.kind != "identify")
        elif tally.dataset == "customers":
            rows = _EVENTS.group_by("profile").agg(at_ms=_EVENTS.at_ms.min())
        else:
            rows = _TABLES[tally.dataset]
        return rows.filter(rows.at_ms >= tally.from_ms, rows.at_ms < tally.to_ms)

    def _filtered(self, rows: Expression, only: Only) -> Expression:
        named = self._with(rows, only.field, "tested")
        found = named.tested.fill_null("").isin(only.values)
        return named.filter(~found if only.unless else found).drop("tested")

    def _labelled(self, rows: Expression, by: Field) -> Expression:
        """Return rows with their group, all groups but the largest as one."""
        named = self._with(rows, by, "label")
        mean = self._tally.measure.aggregate in ("mean", "share")  # The largest means are those of few rows.
        totals = named.group_by("label").agg(size=named.count() if mean else self._measured(named, self._tally.measure))
        largest = totals.order_by(ibis.desc("size"), "label").limit(self._tally.groups_max)
        kept = largest.select(kept=largest.label, there=ibis.literal(value=True))
        joined = named.left_join(kept, named.label.identical_to(kept.kept))
        other = joined.there.isnull()
        return joined.mutate(other=other, label=other.ifelse(ibis.null().cast("string"), joined.label))

    def _with(self, rows: Expression, field: Field, column: str) -> Expression:
        """Return rows with a field as a text beside them."""
        match field.kind:
            case "column":
                if field.name not in COLUMNS[self._tally.dataset]:
                    raise Unanswerable(field.name)
                return rows.mutate(**{column: rows[field.name].cast("string").nullif("")})
            case "property":
                return rows.mutate(**{column: self._words.text(self._property(rows, field.name)).nullif("")})
            case "trait":
                said = _TRAITS.filter(_TRAITS.name == field.name)
                text = said.word.coalesce(said.number.cast("string"))
                told = said.select(told_profile=said.profile, told=text)
            case "attribute":
                said = _EVENTS.filter(_EVENTS.kind == "identify")
                said = said.select("profile", "at_ms", "offset", value=self._words.field(said.properties, field.name))
                said = said.filter(said.value.notnull())
                last = self._words.last(said.value, (said.at_ms, said.offset))
                latest = said.group_by("profile").agg(value=last)
                text = is_text(latest.value).ifelse(self._words.text(latest.value), latest.value.nullif("null"))
                told = latest.select(told_profile=latest.profile, told=text)
            case _:
                assert_never(field.kind)
        joined = rows.left_join(told, rows.profile == told.told_profile)
        return joined.mutate(**{column: joined.told.nullif("")}).drop("told", "told_profile")

    def _property(self, rows: Expression, name: str) -> Expression:
        if self._tally.dataset != "events":
            raise Unanswerable(name)
        return self._words.field(rows.properties, name)

    def _measured(self, rows: Expression, measure: Measure) -> Expression:
        match measure.aggregate:
            case "rows":
                among = None if measure.among is None else self._truth(rows, measure.among)
                return rows.count(where=among).cast("float64")
            case "people":
                return rows.profile.nunique().cast("float64")
            case "sum" | "mean":
                amount = self._amount(rows, measure)
                value = amount.sum() if measure.aggregate == "sum" else amount.mean()
                return value.cast("float64")
            case "share":
                if measure.of is None:
                    raise Unanswerable("")
                among = None if measure.among is None else self._truth(rows, measure.among)
                return self._truth(rows, measure.of).cast("int64").mean(where=among)
            case _:
                assert_never(measure.aggregate)

    def _truth(self, rows: Expression, field: Field) -> Expression:
        if field.kind != "column" or field.name not in TRUTHS[self._tally.dataset]:
            raise Unanswerable(field.name)
        return rows[field.name].coalesce(False)

    def _amount(self, rows: Expression, measure: Measure) -> Expression:
        of = measure.of
        if of is not None and of.kind == "column" and of.name in AMOUNTS[self._tally.dataset]:
            return rows[of.name]
        if of is not None and of.kind == "property":
            return number(self._property(rows, of.name))
        raise Unanswerable("" if of is None else of.name)

    def _bucket(self, rows: Expression) -> Any:
        local = rows.at_ms + self._tally.zone_ms
        match self._tally.grain:
            case "hour":
                return local // 3_600_000
            case "day":
                return local // DAY_MS
            case "week":
                return (local // DAY_MS + _MONDAY_BEFORE) // 7
            case "month":
                moment = (local // 1_000).as_timestamp("s")
                return (moment.year() * 12 + moment.month() - 1).cast("int64")
            case None:
                return None
            case _:
                assert_never(self._tally.grain)
