"""The first letters of Chinese words as people type them: 双十一回馈 by `ssyhk`.

GB 2312 lays its common characters out by how they are read, so that the letter follows from where a character stands;
of those with several readings only one is known.
"""

from bisect import bisect_right

_BEGINS = (
    (0xB0A1, "a"),
    (0xB0C5, "b"),
    (0xB2C1, "c"),
    (0xB4EE, "d"),
    (0xB6EA, "e"),
    (0xB7A2, "f"),
    (0xB8C1, "g"),
    (0xB9FE, "h"),
    (0xBBF7, "j"),
    (0xBFA6, "k"),
    (0xC0AC, "l"),
    (0xC2E8, "m"),
    (0xC4C3, "n"),
    (0xC5B6, "o"),
    (0xC5BE, "p"),
    (0xC6DA, "q"),
    (0xC8BB, "r"),
    (0xC8F6, "s"),
    (0xCBFA, "t"),
    (0xCDDA, "w"),
    (0xCEF4, "x"),
    (0xD1B9, "y"),
    (0xD4D1, "z"),
)
_END = 0xD7F9
_CODES = [code for code, _ in _BEGINS]


def initials(words: str) -> str:
    """Return the first letter of each common Chinese character, other letters and digits as they are, in lower case.

    >>> initials("双十一回馈"), initials("618 会员日"), initials("VIP 生日礼")
    ('ssyhk', '618hyr', 'vipsrl')
    """
    return "".join(_initial(letter) for letter in words.lower())


def _initial(letter: str) -> str:
    if letter.isascii():
        return letter if letter.isalnum() else ""
    try:
        code = int.from_bytes(letter.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    if not _CODES[0] <= code <= _END:
        return ""
    return _BEGINS[bisect_right(_CODES, code) - 1][1]
