"""What can be counted in the lake, as data: of which rows, what, apart by what, within which time.

Times are milliseconds. Nothing of an engine is known here: `liftloop.storage.tally_sql` turns a tally into a query.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Dataset = Literal["events", "decisions", "sends", "sales", "items", "customers"]
Grain = Literal["hour", "day", "week", "month"]
FieldKind = Literal["column", "property", "trait", "attribute"]
Aggregate = Literal["rows", "people", "sum", "mean", "share"]


class Field(Struct, frozen=True):
    """What rows are told apart by: a column, a property of an event, a studied trait, or what people said last."""

    kind: FieldKind
    name: str


class Measure(Struct, frozen=True):
    """What is counted; `of` is what is added up or averaged, or for `share` the truth of which the share is asked."""

    aggregate: Aggregate
    of: Field | None = None
    among: Field | None = None
    """Of `rows` and `share` only rows of which this is true count."""


class Only(Struct, frozen=True):
    """Rows of which a field has one of these values, or with `unless` none of them; "" is for what says nothing."""

    field: Field
    values: tuple[str, ...]
    unless: bool = False


class Tally(Struct, frozen=True, kw_only=True):
    """One question: a number, or one for each group and each piece of time.

    Groups beyond the first `groups_max` are one together. Pieces of time are numbered by the clock `zone_ms` ahead of
    UTC: hours, days and weeks since 1970 (weeks begin on Monday), months as year × 12 + month − 1.
    """

    dataset: Dataset
    measure: Measure
    by: Field | None
    only: tuple[Only, ...]
    grain: Grain | None
    from_ms: int
    to_ms: int
    zone_ms: int
    groups_max: int


COLUMNS: Mapping[Dataset, tuple[str, ...]] = {
    "events": ("name", "source"),
    "decisions": ("campaign", "action", "arm", "variant", "held_out"),
    "sends": ("channel", "campaign", "journey", "action", "state", "reason"),
    "sales": ("coupon", "buyer"),
    "items": ("category", "product"),
    "customers": (),
}
"""The columns by which rows of each may be told apart."""
AMOUNTS: Mapping[Dataset, tuple[str, ...]] = {
    "events": (),
    "decisions": (),
    "sends": ("cost",),
    "sales": ("amount",),
    "items": ("amount", "quantity"),
    "customers": (),
}
"""Those that may be added up, in yuan but for `quantity`; `cost` is in fen."""
TRUTHS: Mapping[Dataset, tuple[str, ...]] = {
    "events": (),
    "decisions": ("held_out",),
    "sends": ("sent", "opened", "clicked"),
    "sales": (),
    "items": (),
    "customers": (),
}
"""Those of which a share may be asked."""
