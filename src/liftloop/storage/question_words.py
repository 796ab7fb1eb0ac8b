"""The words in which engines differ: how a field of a JSON text is read, whose value is latest, how chance is drawn.

Importing this module loads Ibis, which takes a third of a second: only who asks the lake does so, when it asks.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

import ibis
from ibis import udf

Expression = Any
"""An expression of Ibis: its methods come by the type it turns out to have, which no checker can follow."""


class Words(Protocol):
    """One engine's way to say what Ibis has no word for."""

    def field(self, text: Expression, name: str) -> Expression:
        """Return a field of a JSON object as JSON, NULL where there is none or where the text is no JSON."""
        ...

    def text(self, value: Expression) -> Expression:
        """Return JSON that is a text as that text, other JSON as it is written."""
        ...

    def any_line(self, value: Expression, met: Callable[[Expression], Expression]) -> Expression:
        """Return whether JSON is a list in which there is an object that is `met`."""
        ...

    def attempted(self, value: Expression) -> Expression:
        """Return a truth, a number or a text, or NULL where computing it fails: some texts hold lone surrogates."""
        ...

    def first(self, value: Expression, by: Sequence[Expression]) -> Expression:
        """Return the value of the row that is least by these, rows without the value left out; an aggregate."""
        ...

    def last(self, value: Expression, by: Sequence[Expression]) -> Expression: ...

    def different(self, value: Expression) -> Expression:
        """Return how many different values there are, exactly; an aggregate."""
        ...

    def lower(self, text: Expression) -> Expression: ...

    def bucket(self, number: Expression, salt: int) -> Expression:
        """Return `100 * liftloop.kernel.dice.uniform(number, salt)`."""
        ...


def is_text(value: Expression) -> Expression:
    """Return whether JSON is a text; looking at how it is written spares another reading of it."""
    return value.startswith('"')


def is_truth(value: Expression) -> Expression:
    return value.isin(["true", "false"])


def is_null(value: Expression) -> Expression:
    return value == "null"


def is_object(value: Expression) -> Expression:
    return value.startswith("{")


def number(value: Expression) -> Expression:
    """Return JSON that is a number as a number, NULL for all else."""
    return value.try_cast("float64")


def _of_one(value: Any) -> None: ...


def _of_two(value: Any, by: Any) -> None: ...


def _function(name: str, takes: tuple[str | None, ...], returns: str) -> Any:
    """Return a function of the engine's own; None takes JSON as well as text."""
    shape = _of_one if len(takes) == 1 else _of_two
    return cast(Any, udf.scalar.builtin)(shape, name=name, signature=(takes, returns))


def _aggregated(name: str, value: Expression, *by: Expression) -> Expression:
    """Return an aggregate function of the engine's own: of one value how many, of two the first of them."""
    shape = _of_two if by else _of_one
    types = tuple(argument.type() for argument in (value, *by))
    made = cast(Any, udf.agg.builtin)(shape, name=name, signature=(types, types[0] if by else "int64"))
    return made(value, *by)


json_extract = _function("json_extract", ("string", "string"), "json")
json_extract_string = _function("json_extract_string", ("string", "string"), "string")
try_json = _function("TRY", ("json",), "json")
try_text = _function("TRY", ("string",), "string")
try_truth = _function("TRY", ("boolean",), "boolean")
try_number = _function("TRY", ("float64",), "float64")
bucket = _function("bucket", ("int64", "int64"), "float64")


class DuckWords:
    """DuckDB; a field is found by its JSON pointer (RFC 6901), whatever its name."""

    def field(self, text: Expression, name: str) -> Expression:
        return try_json(json_extract(text, _pointer(name))).cast("string")

    def text(self, value: Expression) -> Expression:
        return json_extract_string(value, "$")

    def any_line(self, value: Expression, met: Callable[[Expression], Expression]) -> Expression:
        lines = value.cast("json").try_cast("array<json>")
        return (lines.filter(lambda line: met(line.cast("string"))).length() > 0).coalesce(False)

    def attempted(self, value: Expression) -> Expression:
        if value.type().is_boolean():
            return try_truth(value)
        return try_number(value) if value.type().is_numeric() else try_text(value)

    def first(self, value: Expression, by: Sequence[Expression]) -> Expression:
        return _aggregated("arg_min", value, _key(by))

    def last(self, value: Expression, by: Sequence[Expression]) -> Expression:
        return _aggregated("arg_max", value, _key(by))

    def different(self, value: Expression) -> Expression:
        return value.nunique()

    def lower(self, text: Expression) -> Expression:
        return text.lower()

    def bucket(self, number: Expression, salt: int) -> Expression:
        return bucket(number.cast("uint64"), ibis.literal(salt, type="uint64"))


clickhouse_has = _function("JSONHas", ("string", "string"), "boolean")
clickhouse_raw = _function("JSONExtractRaw", ("string", "string"), "string")
clickhouse_lines = _function("JSONExtractArrayRaw", ("string",), "array<string>")
clickhouse_text = _function("JSONExtractString", ("string",), "string")
clickhouse_lower = _function("lowerUTF8", ("string",), "string")

_GOLDEN, _MIX_ONE, _MIX_TWO = 11400714819323198485, 13787848793156543929, 10723151780598845931
"""The numbers of `liftloop.kernel.dice.mix`; sums and products of UInt64 wrap around in ClickHouse as in C."""


class ClickHouseWords:
    """ClickHouse, run with `join_use_nulls = 1`; a field is found by its name."""

    def field(self, text: Expression, name: str) -> Expression:
        return ibis.cases((clickhouse_has(text, name), clickhouse_raw(text, name)))

    def text(self, value: Expression) -> Expression:
        return ibis.cases((is_text(value), clickhouse_text(value)), else_=value)

    def any_line(self, value: Expression, met: Callable[[Expression], Expression]) -> Expression:
        return clickhouse_lines(value.coalesce("")).filter(met).length() > 0

    def attempted(self, value: Expression) -> Expression:
        return value  # Its functions of JSON answer nothing where a text is none.

    def first(self, value: Expression, by: Sequence[Expression]) -> Expression:
        return _aggregated("argMin", value, _key(by))

    def last(self, value: Expression, by: Sequence[Expression]) -> Expression:
        return _aggregated("argMax", value, _key(by))

    def different(self, value: Expression) -> Expression:
        return _aggregated("uniqExact", value)

    def lower(self, text: Expression) -> Expression:
        return clickhouse_lower(text)

    def bucket(self, number: Expression, salt: int) -> Expression:
        mixed = (number.cast("uint64") ^ _unsigned(salt)) + _unsigned(_GOLDEN)
        mixed = (mixed ^ _shifted(mixed, 30)) * _unsigned(_MIX_ONE)
        mixed = (mixed ^ _shifted(mixed, 27)) * _unsigned(_MIX_TWO)
        return _shifted(mixed ^ _shifted(mixed, 31), 11).cast("float64") * (100.0 / 2**53)


def _unsigned(value: int) -> Expression:
    return ibis.literal(value, type="uint64")


def _shifted(value: Expression, bits: int) -> Expression:
    return value >> _unsigned(bits)


def _key(by: Sequence[Expression]) -> Expression:
    return by[0] if len(by) == 1 else ibis.struct({f"by_{place}": value for place, value in enumerate(by)})


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")
