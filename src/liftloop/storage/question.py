"""What can be asked of people in the lake, as data: whom such events happened to, of whom such things were said.

Times are milliseconds; spans that end now are given by the instant after which they begin. Nothing of marketing is
known here, and nothing of an engine: `liftloop.storage.question_sql` turns a question into a query.
"""

from typing import Literal

from msgspec import Struct

Value = str | bool | int | float | None
Word = Literal["gte", "gt", "lte", "lt", "eq"]
Aggregate = Literal["count", "sum", "avg", "min", "max", "distinct", "first", "last", "first_ms", "last_ms"]


class Bound(Struct, frozen=True):
    """A comparison with a number; a value that is not there passes none."""

    word: Word
    value: float


class OneOf(Struct, frozen=True):
    """A property equals one of these; as in Python, true equals 1, and what is not there is None."""

    property: str
    values: tuple[Value, ...]


class Contains(Struct, frozen=True):
    """A property is a text in which one of these words is found, whatever the case of letters.

    `unless` are phrases that are cut out first, one after the other: “no complaint” is none.
    """

    property: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()


class Within(Struct, frozen=True):
    """A property is a number that passes all bounds."""

    property: str
    bounds: tuple[Bound, ...]


LineFilter = OneOf | Contains | Within


class AnyLine(Struct, frozen=True):
    """A property is a list, and at least one object in it passes all filters."""

    property: str
    filters: tuple[LineFilter, ...]


Filter = LineFilter | AnyLine


class Stream(Struct, frozen=True):
    """Events of one name later than an instant, or of the whole life, that pass all filters."""

    event: str
    after_ms: int | None
    filters: tuple[Filter, ...]


class Happened(Struct, frozen=True):
    """An aggregate over a person's events passes all bounds; `property` is what is added up, "" for the events."""

    stream: Stream
    property: str
    aggregate: Aggregate
    bounds: tuple[Bound, ...]


class Elapsed(Struct, frozen=True):
    """The time since the first or last event lies in one of [low, high)."""

    stream: Stream
    aggregate: Literal["first_ms", "last_ms"]
    spans: tuple[tuple[int, int], ...]
    """All of them must hold."""


class Followed(Struct, frozen=True):
    """One event, and the nearest later one of another stream at most `gap_ms` after it, none of a third before that."""

    first: Stream
    then: Stream
    without: Stream | None
    gap_ms: int


class Attribute(Struct, frozen=True):
    """What people said of themselves last under a name, or what a study found of them."""

    name: str
    studied: bool


class AttributeOneOf(Struct, frozen=True):
    """An attribute equals one of these: numbers equal numbers, truths truths, texts texts."""

    attribute: Attribute
    values: tuple[Value, ...]


class AttributeThere(Struct, frozen=True):
    """An attribute has a value that is not null."""

    attribute: Attribute


class AttributeCompared(Struct, frozen=True):
    """An attribute is a number that passes all bounds."""

    attribute: Attribute
    bounds: tuple[Bound, ...]


class AttributeElapsed(Struct, frozen=True):
    """An attribute tells an instant, or a day with its year, and the time since lies in all of [low, high)."""

    attribute: Attribute
    spans: tuple[tuple[int, int], ...]


class AttributeComesRound(Struct, frozen=True):
    """An attribute tells a day of the year, month and day as digits, that comes round in a year, first in its own."""

    attribute: Attribute
    days: tuple[tuple[int, tuple[int, ...]], ...]
    """By year the days that come round in it; one of them is enough."""


class Slice(Struct, frozen=True):
    """The bucket of a person, in [0, 100) and fixed for ever by person and salt, lies in [low, high)."""

    low: float
    high: float
    salt: int


class AllOf(Struct, frozen=True):
    """Every one holds; of none, everybody."""

    questions: tuple["Question", ...]


class AnyOf(Struct, frozen=True):
    """At least one holds; of none, nobody."""

    questions: tuple["Question", ...]


class NotOf(Struct, frozen=True):
    question: "Question"


AttributeTest = AttributeOneOf | AttributeThere | AttributeCompared | AttributeElapsed | AttributeComesRound
Leaf = Happened | Elapsed | Followed | AttributeTest | Slice
Question = Leaf | AllOf | AnyOf | NotOf


class Query(Struct, frozen=True):
    """A query of an engine with its parameters, `$1` and on; its only column is `profile`, ascending."""

    text: str
    parameters: tuple[Value, ...]
