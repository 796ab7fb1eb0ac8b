"""As how many messages an SMS is billed: before it has its person's words, and after."""

import re

from liftloop.compose.contract import Carrier
from liftloop.compose.law.writing import Writing, whole_sms
from liftloop.compose.sms_length import Counting, sms_length

MAINLAND = frozenset({"aliyun_sms", "tencent_sms"})
VALUE_CHARACTERS = 12
"""What a value is taken for that nobody knows yet: Chinese names have two to four, names in Latin letters up to so
many, names of goods mostly fewer."""

LINK_CHARACTERS = 60
"""What a link is taken for, the person's own or one that is tracked: an address of a shop with a token."""
_LINK = re.compile(r"\{\{[^{}]*(?:\b(?:forms|pages|assets)\.|_url\b)[^{}]*\}\}|https?://[^\s{}]+", re.IGNORECASE)


def with_links(body: str) -> str:
    """Return words with the places of links filled as far as links take.

    >>> len(with_links("{{ forms.survey }}")), len(with_links("https://a.cn"))
    (60, 60)
    """
    return _LINK.sub(lambda found: "/" * max(LINK_CHARACTERS, 0 if "{" in found[0] else len(found[0])), body)


def counting(kind: str) -> Counting:
    """Return how a channel's provider counts: mainland ones by characters, others by what a phone takes."""
    return "mainland" if kind in MAINLAND else "gsm"


def parts_taken(writing: Writing) -> int:
    """Return as how many parts an SMS with its values in it is billed, one where the provider's text is not known."""
    return parts_of(whole_sms(writing), writing.carrier)


def parts_of(text: str, carrier: Carrier) -> int:
    """Return as how many parts a whole text is billed."""
    return sms_length(text, counting(carrier.kind)).segments
