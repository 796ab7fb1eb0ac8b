"""How long an SMS is and as how many it is counted: by mainland providers in characters, elsewhere by GSM 03.38."""

from math import ceil
from typing import Literal

from msgspec import Struct

MAINLAND_ONE, MAINLAND_EACH = 70, 67
"""Characters of whatever script: 70 in one message, 67 in each part of a longer one (Alibaba Cloud, Tencent Cloud)."""
GSM_ONE, GSM_EACH = 160, 153
UCS2_ONE, UCS2_EACH = 70, 67

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
"""Each takes two places."""

Counting = Literal["mainland", "gsm"]


class SmsLength(Struct, frozen=True, kw_only=True):
    """What a text takes."""

    characters: int
    """Places as they are counted, not letters as they are seen."""
    segments: int
    encoding: Literal["mainland", "gsm7", "ucs2"]
    left: int
    """How many more places the last part has."""


def sms_length(text: str, counting: Counting) -> SmsLength:
    """Return what a whole text takes, signature and opt-out included.

    >>> sms_length("字" * 70, "mainland").segments, sms_length("字" * 71, "mainland").segments
    (1, 2)
    >>> sms_length("a" * 160, "gsm").segments, sms_length("a€" * 80, "gsm").segments, sms_length("好", "gsm").encoding
    (1, 2, 'ucs2')
    """
    if counting == "mainland":
        return _length(_units(text), "mainland", MAINLAND_ONE, MAINLAND_EACH)
    if all(letter in _GSM or letter in _GSM_EXTENDED for letter in text):
        places = len(text) + sum(letter in _GSM_EXTENDED for letter in text)
        return _length(places, "gsm7", GSM_ONE, GSM_EACH)
    return _length(_units(text), "ucs2", UCS2_ONE, UCS2_EACH)


def _units(text: str) -> int:
    """Return how many 16-bit units a text has: an emoji takes two places."""
    return len(text.encode("utf-16-le", "replace")) // 2


def _length(places: int, encoding: Literal["mainland", "gsm7", "ucs2"], one: int, each: int) -> SmsLength:
    segments = 1 if places <= one else ceil(places / each)
    room = one if segments == 1 else segments * each
    return SmsLength(characters=places, segments=segments, encoding=encoding, left=room - places)
