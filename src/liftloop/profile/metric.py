"""The Metric noun: what is counted, over whom, and within which days, as data that a compiler can compute.

A metric says nothing about how it is computed; it is closed under `Condition` and the three measures,
so that memory, lake and report read the same definition and cannot disagree.
"""

from typing import Literal

from msgspec import Struct

MetricKind = Literal["share", "mean", "sum", "ratio"]
MetricUnit = Literal["share", "fen", "count"]
Side = Literal["before", "after"]


class Condition(Struct, frozen=True, kw_only=True):
    """One of `events` happened to the person at least `times_min` and at most `times_max` times.

    `side` is before or after the instant of assignment. `days` counts from that instant; without it
    `before` means all kept history and `after` means the window of the goal.
    """

    events: tuple[str, ...]
    side: Side
    days: int | None = None
    times_min: int = 1
    times_max: int | None = None


class People(Struct, frozen=True, kw_only=True, tag="people"):
    """The number of assigned people who meet every condition; no condition means all of them."""

    where: tuple[Condition, ...] = ()


class Occurrences(Struct, frozen=True, kw_only=True, tag="occurrences"):
    """The number of `events` of the assigned people within the window of the goal."""

    events: tuple[str, ...]


class Total(Struct, frozen=True, kw_only=True, tag="total"):
    """The sum of `property` over `event` of the assigned people within the window of the goal.

    `products[].quantity` adds up over the lines of an order; money is in fen.
    `margin` is not sent with the event: it is price minus cost of the items on it.
    """

    event: str
    property: str


Measure = People | Occurrences | Total


class Metric(Struct, frozen=True, kw_only=True):
    """A number that people care about, defined so that it can be computed and compared.

    share: people over people, between 0 and 1. mean: a quantity per person of a fixed population.
    sum: `numerator` alone, `denominator` is None. ratio: a quantity over one that is no fixed population.
    `movable` says whether treatment can move the denominator; then effects are claimed per eligible
    person and the ratio is shown decomposed. `tail_days` is how long outcomes are awaited after the
    window; None means one median purchase cycle of the shop. Aliases may be shared by several metrics,
    which makes a sentence that uses one ambiguous.
    """

    id: str
    name_zh: str
    name_en: str
    meaning_zh: str
    meaning_en: str
    aliases_zh: tuple[str, ...] = ()
    aliases_en: tuple[str, ...] = ()
    kind: MetricKind
    numerator: Measure
    denominator: Measure | None
    movable: bool
    unit: MetricUnit = "share"
    good: Literal["up", "down"] = "up"
    unit_of_analysis: Literal["person", "order", "message", "coupon", "lesson"] = "person"
    window_days: int = 30
    tail_days: int | None = None
    sources: tuple[str, ...] = ("orders",)
