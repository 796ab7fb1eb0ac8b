"""What a language model is told: of a message alone, nothing of a person, and how many tokens it may come to."""

import re
import unicodedata

from liftloop.compose.drafting.brief import Brief
from liftloop.kernel.codec import canonical_json

ANSWER_TOKENS_MAX = 1_500
REPAIRS = 1
AROUND_TOKENS = 2_000
"""More than instructions, the schema of answers and one round's objections come to."""
_PERSONAL = re.compile(
    r"[^\s@<>\"']+@[^\s@<>\"']+\.\w+"  # A mail address.
    r"|(?<!\d)\d{15}(?:\d{2}[\dXx])?(?!\d)"  # An identity card, old or new.
    r"|(?<!\d)(?:\+|00)?\d(?:[ .()-]{0,2}\d){6,}(?!\d)"  # A phone, a bank card, a member's number, however parted.
)
"""Seven digits in a row or more: what a message says of itself is shorter."""


def told(brief: Brief) -> str:
    """Return all that a model is told: of the message alone, nothing of a person."""
    facts = {
        "language": brief.language,
        "purpose": brief.purpose,
        "channel": brief.carrier.kind,
        "about": brief.short,
        "brand": brief.brand,
        "offer": brief.offer,
        "item": brief.item,
        "also_said": brief.mention,
    }
    return canonical_json({name: text for name, text in facts.items() if text}).decode()


def personal_in(text: str) -> str:
    """Return what in a text looks like somebody's phone, mail address or number, empty where nothing does.

    >>> personal_in("张女士 １３８-１２３４-５６７８ 的会员日"), personal_in("满 1000 减 100，11.11 到 11.30")
    ('138-1234-5678', '')
    """
    found = _PERSONAL.search(unicodedata.normalize("NFKC", text))
    return found.group().strip() if found else ""


def most_tokens(brief: Brief) -> tuple[int, int]:
    """Return how many tokens may be asked and answered at most, all rounds together: no token is less than a byte."""
    once = len(told(brief).encode()) + AROUND_TOKENS
    rounds = 1 + REPAIRS
    return rounds * once + REPAIRS * (ANSWER_TOKENS_MAX + AROUND_TOKENS), rounds * ANSWER_TOKENS_MAX
