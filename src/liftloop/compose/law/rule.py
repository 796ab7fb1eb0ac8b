"""What a rule is: data, with whom it binds, how hard, why, and when somebody last read its source."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

Severity = Literal["block", "warn"]
Judged = Literal["writing", "launch", "send"]
Jurisdiction = Literal["CN", "US", "provider"]

ALWAYS: tuple[Judged, ...] = ("writing", "launch", "send")


class Rule(Struct, frozen=True, kw_only=True):
    """One rule of the table."""

    id: str
    jurisdiction: Jurisdiction
    """Rules of a provider hold wherever its channel is used."""
    severity: Severity
    zh: str
    en: str
    next_zh: str
    next_en: str
    source: str
    checked_at: str
    """The day on which somebody last held this row against its source."""
    media: Collection[str] = ()
    """What consent is asked for: `sms`, `email`; empty for all."""
    kinds: Collection[str] = ()
    """Kinds of channels, where a rule is of a provider; empty for all of `media`."""
    purposes: Collection[str] = ()
    """Empty for all."""
    judged: tuple[Judged, ...] = ALWAYS
    excusable: bool = False
    """Whether a recorded exception with evidence lifts it."""
    excuses_zh: str = ""
    excuses_en: str = ""
    """What such an exception may rest on."""
