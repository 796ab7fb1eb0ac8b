"""What comes of asking a language model, and what is kept of it."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from liftloop.app.words import Said
from liftloop.compose.drafting.brief import Spoken

Outcome = Literal[
    "drafted", "late", "unreachable", "refused", "unusable", "over_budget", "personal", "busy", "missing", "locked"
]
CallState = Literal["drafted", "late", "unreachable", "refused", "unusable", "asked"]
"""Of a call that was made; `asked` where no answer was ever kept."""
Purpose = Literal["draft", "trial"]


class Worded(Struct, frozen=True, kw_only=True):
    """What a model answered."""

    outcome: Outcome
    words: Sequence[Spoken] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    why: str = ""
    """The kind of failure; never what the server said, which may quote the key."""
    sure: bool = True
    """Whether the tokens are all there were; else the most that is possible is counted."""


class Asked(Struct, frozen=True, kw_only=True):
    """What came of wanting words."""

    outcome: Outcome
    says: Said
    words: Sequence[Spoken] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    cost_fen: int = 0
    """Rounded up."""
    took_ms: int = 0


class Usage(Struct, frozen=True, kw_only=True):
    """What one month came to; what is still being asked counts as the most it may cost."""

    month: str
    calls: int
    drafted: int
    tokens_in: int
    tokens_out: int
    spent_fen: int


class Call(Struct, frozen=True, kw_only=True):
    """One call, as it is kept."""

    id: str
    at_ms: int
    actor: str
    purpose: Purpose
    model: str
    outcome: CallState
    why: str
    tokens_in: int
    tokens_out: int
    cost_fen: int
    took_ms: int
    fingerprint: str
    """SHA-256 of what was asked."""
    asked: str
    """Empty where texts are not kept, or no longer."""
    answered: str
