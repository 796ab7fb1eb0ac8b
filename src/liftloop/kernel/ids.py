"""Branded identifiers. All are text outside the engine; inside it a profile is the number of its row."""

from typing import NewType

ProfileId = NewType("ProfileId", str)
"""`p` and the profile number in base 32; the number's low six bits are its partition, for ever."""
MessageKey = NewType("MessageKey", str)
"""(origin, node, enrolment, visit): the same key means the same message, whoever retries it."""
AttemptId = NewType("AttemptId", str)
CampaignId = NewType("CampaignId", str)
Offset = NewType("Offset", int)
"""How many facts of the ingest log come before; also the number of the next fact."""
TickNumber = NewType("TickNumber", int)

PARTITIONS = 64
"""Virtual partitions of people, fixed for ever: a profile's partition is written into its id."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread.
_VALUE_OF = {letter: value for value, letter in enumerate(_ALPHABET)}


def profile_id(number: int) -> ProfileId:
    """Return the text form of a profile number.

    >>> profile_id(0), profile_id(1023)
    ('p0', 'pzz')
    """
    letters = ""
    while True:
        number, digit = divmod(number, 32)
        letters = _ALPHABET[digit] + letters
        if not number:
            return ProfileId("p" + letters)


def profile_number(text: str) -> int | None:
    """Return the number behind a profile id, or None where the text is not one.

    >>> profile_number("pzz"), profile_number("zz")
    (1023, None)
    """
    if len(text) < 2 or len(text) > 14 or text[0] != "p" or any(letter not in _VALUE_OF for letter in text[1:]):
        return None
    number = 0
    for letter in text[1:]:
        number = number * 32 + _VALUE_OF[letter]
    return number
