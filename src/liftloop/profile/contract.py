"""What profile keeps in memory of people, and in which words conditions ask for it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NewType

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

SourceId = NewType("SourceId", str)

Aggregate = Literal["count", "sum", "avg", "min", "max", "first_ms", "last_ms"]

Truth = NDArray[np.bool_]
FlipTimes = NDArray[np.int64]


class Comparison(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a value must be; all given parts must hold."""

    gte: float | None = None
    gt: float | None = None
    lte: float | None = None
    lt: float | None = None
    eq: float | None = None


class PropertyIs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A filter on a property of an event."""

    property: str
    is_: str | float | bool | Sequence[str | float] | None = None
    gte: float | None = None
    lte: float | None = None


class Source(Struct, frozen=True, kw_only=True):
    """One stream of events kept per person: an event name, the property whose value counts, and filters."""

    id: SourceId
    event: str
    property: str
    where: tuple[Mapping[str, Any], ...]


class Need(Struct, frozen=True, kw_only=True):
    """How one condition or trait uses a source."""

    source: Source
    span_ms: int
    """Length of the window; 0 for the whole life."""


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


NO_CONSENT, GRANTED, WITHDRAWN = 0, 1, 2
