"""What the rules say of a message as its person would read it: of what values bring into words judged before.

The gate judges words as they are written, once for everybody. A product's name, an offer or a field of a person may
still say what the words do not, or be longer than a provider takes; that is seen only once they stand in their place.
"""

import re
from collections.abc import Collection, Iterable

from msgspec.structs import replace

from liftloop.compose.contract import Carrier, ContentRules, Exemption
from liftloop.compose.law.writing import HOLE, Writing
from liftloop.compose.reading import barred, binding, hits_of, severity_of

CLAIMS = frozenset({"CN-SUPERLATIVE", "CN-PROMISE", "CN-PRICE", "WX-SHARE"})
"""Rules of what is said to a reader; nobody's own name, address or code says anything."""
SHAPES = frozenset({"SMS-VALUE-LONG", "SMS-LINK", "SMS-SIGN-TWICE", "SMS-TOO-LONG", "WX-FIELDS"})
"""Rules of what a provider takes, whoever's value it is."""
KEPT_MAX = 4_096  # Texts alike but for people's own values and numbers; a batch has few.
_ADDRESSES = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_NUMBERS = re.compile(r"\d{2,}(?!\d*%)")
"""What no claim turns on: 第1 and 100% stay."""


class ReadLaw:
    """Judges messages of one channel in words."""

    def __init__(self, carrier: Carrier, rules: ContentRules) -> None:
        self.carrier = carrier
        self._rules = rules
        self._bound: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._told: dict[tuple[object, ...], str] = {}

    def claims(self, purpose: str) -> bool:
        """Tell whether any rule about claims keeps a message of a purpose from leaving here."""
        return bool(self._blocking(purpose)[0])

    def broken(self, writing: Writing, own: Iterable[str], exemptions: Collection[Exemption]) -> str:
        """Return the rule that keeps a message from leaving, empty where none does; `own` are its person's values."""
        claims, shapes = self._blocking(writing.purpose)
        rule = barred(list(hits_of(writing, self._rules, (), "send", shapes))) if shapes else ""
        return rule or (self._claimed(_without(writing, own), claims, tuple(exemptions)) if claims else "")

    def _claimed(self, writing: Writing, claims: frozenset[str], exemptions: tuple[Exemption, ...]) -> str:
        key = (writing.purpose, writing.subject, writing.preheader, writing.body, exemptions)
        told = self._told.get(key)
        if told is None:
            if len(self._told) >= KEPT_MAX:
                self._told.clear()
            told = self._told[key] = barred(list(hits_of(writing, self._rules, exemptions, "send", claims)))
        return told

    def _blocking(self, purpose: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return which claims and which shapes block a message of a purpose."""
        found = self._bound.get(purpose)
        if found is None:
            bound = binding(self.carrier, purpose, self._rules, "send")
            blocking = {rule.id for rule in bound if severity_of(rule, self._rules) == "block"}
            found = self._bound[purpose] = (CLAIMS & blocking, SHAPES & blocking)
        return found


def _without(writing: Writing, own: Iterable[str]) -> Writing:
    """Return words with holes for addresses and the person's own values, the longest first, and for numbers a 00."""
    parts = [_ADDRESSES.sub(HOLE, part) for part in (writing.subject, writing.preheader, writing.body)]
    for value in sorted({each for each in own if each}, key=len, reverse=True):
        parts = [part.replace(value, HOLE) for part in parts]
    subject, preheader, body = (_NUMBERS.sub("00", part) for part in parts)
    return replace(writing, subject=subject, preheader=preheader, body=body)
