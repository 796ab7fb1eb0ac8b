"""What words are to be drafted from, and what comes of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.compose.contract import Carrier
from liftloop.kernel.errors import Language

ToneId = Literal["plain", "warm", "brief", "playbook", "model"]
Purpose = Literal["marketing", "transactional", "service"]

OFFER_CHARACTERS_MAX = 80
MENTION_CHARACTERS_MAX = 200
"""What must be said besides; whoever has more to say writes it."""


class Spoken(Struct, frozen=True, kw_only=True):
    """The heart of a message: its headline, how it greets, what it says."""

    tone: ToneId
    headline: str
    line: str
    greeting: str = ""


class Brief(Struct, frozen=True, kw_only=True):
    """What a message is to say, in one language, through one channel; nothing in it is of a person."""

    language: Language
    purpose: Purpose
    carrier: Carrier
    short: str = ""
    """What it is about, in twenty letters or fewer."""
    phrase: str = ""
    """The same in at most five Chinese characters, whatever the language: some fields take nothing else."""
    brand: str = ""
    offer: str = ""
    """What the offer is called; empty where nothing is promised."""
    item: str = ""
    mention: str = ""
    url: str = ""
    pool: str = ""
    """Where the offer's coupon codes come from."""
    fields: Sequence[str] = ()
    """The fields of a provider's template, where that is to be filled in."""
    template: str = ""
    """Its code; empty for the channel's own, or whichever approved one says most."""
    mjml: bool = False
    """Whether mails may be written in it here."""
    linked: bool = False
    """Whether readers reach their own links of refusal."""

    def said(self, zh: str, en: str) -> str:
        """Return words in the reader's language."""
        return zh if self.language == "zh-CN" else en


class Shaped(Struct, frozen=True, kw_only=True):
    """One draft in the form of its channel."""

    tone: ToneId
    body: Mapping[str, Any]
    """A content without its id."""
    open: Sequence[str] = ()
    """Blanks that no rule can fill in."""
    proposed: str = ""
    """A text to have approved by the provider, where no approved one is known."""
