"""What profile keeps in memory of people, and in which words conditions ask for it."""

from collections.abc import Mapping
from typing import Any, Literal, NewType

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

SourceId = NewType("SourceId", str)

Aggregate = Literal[
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "distinct",
    "first",
    "last",
    "first_ms",
    "last_ms",
    "days_since_first",
    "days_since_last",
]

Truth = NDArray[np.bool_]
FlipTimes = NDArray[np.int64]


class Source(Struct, frozen=True, kw_only=True):
    """One stream of events kept per person: an event name, the property whose value counts, and filters."""

    id: SourceId
    """The stream and its class of horizon."""
    event: str
    property: str
    where: tuple[Mapping[str, Any], ...]
    words: bool = False
    """Whether the property is told apart as a word, hashed, and not added up as a number."""


class SourceFilled(Struct, frozen=True, kw_only=True, array_like=True):
    """Body of the fact `source.filled`: what the lake holds of a source between two offsets of the log.

    The offsets say what it is: a part that was folded before, or that is not the next one, changes nothing.
    """

    since: int
    """The offset from which the source was folded live; its past ends there."""
    after: int
    until: int
    """Events of offsets `after` to before `until`; the past is complete once `until` is `since`."""
    columns: bytes
    """Packed columns {profile, at_ms, value}."""


class SourceProgress(Struct, frozen=True, kw_only=True):
    """How far a source's past has come."""

    since: int
    until: int
    complete: bool


class UnknownCondition(LiftloopError):
    """A definition says something the engine does not know."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "unknown_condition",
            zh=zh,
            en=en,
            next_zh="按文档 docs/reference/audience.md 改写这个条件",
            next_en="rewrite the condition as docs/reference/audience.md says",
            status=422,
            exit_code=EXIT_USAGE,
        )


class Consent(Struct, frozen=True, kw_only=True):
    """One entry of the append-only consent list, as messages bring it."""

    channel: str
    purpose: str = "marketing"
    topic: str = ""
    status: Literal["granted", "withdrawn"] = "granted"
    source: str = ""
    text_version: str = ""
    at: str | int | None = None


class RestoredSource(Struct, frozen=True, kw_only=True, array_like=True):
    """What two people have of a source once they are two."""

    since: int
    """The offset from which it was folded live: should memory begin anew meanwhile, this is worthless."""
    columns: bytes
    """Packed columns, person 0 before person 1: of a window {person, at_ms, value}, of a life {count, sum, first_ms,
    last_ms} with two rows."""


class RestoredValue(Struct, frozen=True, array_like=True):
    """The newest value of an attribute."""

    at_ms: int
    value: Any


class RestoredConsent(Struct, frozen=True, array_like=True):
    """One entry of a person's consents."""

    channel: str
    purpose: str
    topic: str
    at_ms: int
    status: str
    source: str
    text_version: str
    of_other: bool
    """Whether it is the other one's, said while both were one person."""


class PeopleRestored(Struct, frozen=True, kw_only=True):
    """What is known of two people who had been merged: the one that stays first, then the one that goes."""

    sources: Mapping[SourceId, RestoredSource]
    attributes: Mapping[str, tuple[RestoredValue | None, RestoredValue | None]]
    consents: tuple[tuple[RestoredConsent, ...], tuple[RestoredConsent, ...]]


GIVEN = "person.given"
"""Transient: what a journey changes of what is known of people, as a list of `Given`; carried out in the same tick."""


class Given(Struct, frozen=True, kw_only=True):
    """One change of the same kind for several people: a trait set or added to, or points."""

    change: Literal["set", "add", "tag", "points"]
    name: str
    """Of the trait, or of the tag."""
    value: Any
    """Of a tag the instant until which it is on, None to take it off."""
    slots: NDArray[np.int64]
    source: str
    """Who says so, as attributes keep it and the ledger of points names it."""
    until_ms: int | None = None
    """Of points that are given: when they run out; None: as the rules say."""


NO_CONSENT, GRANTED, WITHDRAWN = 0, 1, 2
