"""A review as data: sections with a message each, in both languages, with the numbers behind the words."""

from typing import Literal

from msgspec import Struct

from liftloop.measure.report import Status, VerdictName
from liftloop.plan.record import Words

SectionId = Literal["result", "did", "groups", "money", "steering", "trust", "ledger", "next", "looks", "guards"]
Tone = Literal["good", "decide", "harm", "plain"]
"""What a mark says: fine, needs a decision, does harm, or nothing of these."""
Unit = Literal["lift", "points", "fen", "number", "people"]


class Fact(Struct, frozen=True, kw_only=True):
    """One number with its name, written out."""

    label: Words
    value: Words
    under: Words | None = None


class Note(Struct, frozen=True, kw_only=True):
    """A sentence that stands out; colour never alone, so it has a tone with a mark."""

    tone: Tone
    text: Words


class Bar(Struct, frozen=True, kw_only=True):
    """One row of a chart: a value, with its interval where there is one, as a number and written out."""

    label: Words
    value: float
    text: Words
    tone: Tone = "plain"
    low: float | None = None
    high: float | None = None
    state: str = ""
    reason: str = ""
    """Where the row counts people of the ledger: which row of it."""


class Chart(Struct, frozen=True, kw_only=True):
    """One message, said in `title`; `intervals` has a zero line, `bars` starts at zero. `mark` is a line to reach."""

    kind: Literal["intervals", "bars"]
    title: Words
    unit: Unit
    bars: tuple[Bar, ...]
    mark: Bar | None = None


class Table(Struct, frozen=True, kw_only=True):
    columns: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]


class Section(Struct, frozen=True, kw_only=True):
    """One question of the review: its title, the answer in one sentence, and what stands behind it."""

    id: SectionId
    title: Words
    lead: Words
    facts: tuple[Fact, ...] = ()
    chart: Chart | None = None
    table: Table | None = None
    notes: tuple[Note, ...] = ()
    points: tuple[Words, ...] = ()


class Review(Struct, frozen=True, kw_only=True):
    """The review of one campaign as of an instant; final once its window is over."""

    campaign_id: str
    plan_id: str
    title: str
    """The goal as it was said."""
    status: Status
    verdict: VerdictName
    headline: Words
    as_of_ms: int
    starts_ms: int
    ends_ms: int
    facts: tuple[Fact, ...]
    """The three or four numbers that a reader in a hurry takes away."""
    sections: tuple[Section, ...]
    method: Words
