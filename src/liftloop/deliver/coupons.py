"""Coupon pools: where codes come from, and what a code looks like; kind `pool` among the definitions."""

import re
from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from liftloop.journey.contract import COUPON_CHANNEL as COUPON_CHANNEL
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.ids import MessageKey

DIGITS = "0123456789"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Nobody takes one of these for another when reading a code aloud."""
PLACES: Mapping[str, str] = {"#": DIGITS, "@": LETTERS}
"""What stands at a place of a pattern."""
PATTERN_MAX = 40
CODE_MAX = 128
SPARE = 1_000
"""So many times as many codes are possible as are given out: guessing finds one in a thousand at best."""
_PATTERN = re.compile(rf"[A-Za-z0-9#@_-]{{1,{PATTERN_MAX}}}")
_CODE = re.compile(rf"[!-~]{{1,{CODE_MAX}}}")

DrawBelow = Callable[[int], int]
"""Return a number from 0 on, below another, that nobody can foretell."""


class Given(Struct, frozen=True, kw_only=True, tag_field="from", tag="given", forbid_unknown_fields=True):
    """Codes that another system made; they come by a file."""


class Generated(Struct, frozen=True, kw_only=True, tag_field="from", tag="generated", forbid_unknown_fields=True):
    """Codes made when they are needed: `#` stands for a digit, `@` for a letter or digit, all else for itself."""

    pattern: str
    check: bool = False
    """One more character at the end, by which most codes that were typed wrong are told (Luhn, mod 10 or 32)."""
    count_max: int = 1_000_000


class Shared(Struct, frozen=True, kw_only=True, tag_field="from", tag="shared", forbid_unknown_fields=True):
    """One id for everybody, such as a coupon batch of 有赞 or WeChat; each issue is counted."""

    code: str
    count_max: int = 0
    """How often it may be given; 0 for no limit."""


class Pool(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pool of coupons."""

    id: str = ""
    name: str
    codes: Given | Generated | Shared
    offer: str = ""
    """Messages with this offer take their codes here; others where their content names the pool."""
    valid_days: int = 30
    """From the issue on."""
    ends_ms: int = 0
    """No coupon is valid after it; 0 for no end."""
    low: int = 100
    """With fewer left than these, people are warned."""

    def expires_ms(self, now_ms: int, until_ms: int) -> int:
        """Return until when a code is valid that is issued now; `until_ms` is its own end, 0 for none."""
        ends = (now_ms + self.valid_days * DAY_MS, self.ends_ms, until_ms)
        return min(each for each in ends if each)


class Coupon(Struct, frozen=True, kw_only=True, array_like=True):
    """A coupon in the hands of a message."""

    pool: str
    code: str
    expires_ms: int
    offer: str = ""
    external_id: str = ""


class CouponIssued(Struct, frozen=True, kw_only=True):
    """A coupon that may be in its person's hands."""

    key: MessageKey
    profile: int
    pool: str
    code: str
    offer: str
    expires_ms: int


POOL = msgspec.json.Decoder(Pool)


def drawn_code(source: Generated, below: DrawBelow) -> str:
    """Return a code of a pattern; whether it was given before is for the caller to see."""
    code = "".join(PLACES[each][below(len(PLACES[each]))] if each in PLACES else each for each in source.pattern)
    return code + check_character(source.pattern, code) if source.check else code


def check_character(pattern: str, code: str) -> str:
    """Return the character that proves a code, computed from what was drawn: Luhn's, over digits or over LETTERS.

    >>> check_character("##########", "7992739871")
    '3'
    """
    alphabet = LETTERS if "@" in pattern else DIGITS
    size = len(alphabet)
    values = [_value(alphabet, each) for each, place in zip(code, pattern, strict=False) if place in PLACES]
    total = 0
    for place, value in enumerate(reversed(values)):
        doubled = value * 2 if place % 2 == 0 else value
        total += doubled // size + doubled % size
    return alphabet[-total % size]


def mistyped(source: Generated, code: str) -> bool:
    """Tell whether a code cannot be one of this source: wrong length, characters or check."""
    length = len(source.pattern)
    if len(code) != length + source.check:
        return True
    if any(
        each not in PLACES[place] if place in PLACES else each != place
        for each, place in zip(code, source.pattern, strict=False)
    ):
        return True
    return source.check and check_character(source.pattern, code[:length]) != code[length:]


def is_code(text: str) -> bool:
    """Tell whether a text can be a code: printable, no spaces."""
    return _CODE.fullmatch(text) is not None


def pool_problem(pool: Pool) -> tuple[str, str] | None:
    """Return what is wrong with a pool, in Chinese and English."""
    if not pool.name.strip():
        return "券池要有名称", "a pool needs a name"
    if not 1 <= pool.valid_days <= 3_650:
        return "valid_days 要在 1 到 3650 之间", "valid_days must be between 1 and 3650"
    if pool.ends_ms < 0 or pool.low < 0:
        return "ends_ms 和 low 不能是负数", "ends_ms and low cannot be negative"
    match pool.codes:
        case Generated():
            return _pattern_problem(pool.codes)
        case Shared():
            return (
                None if is_code(pool.codes.code) else ("共用券码不能为空，也不能有空格", "the shared code is no code")
            )
        case Given():
            return None


def _pattern_problem(source: Generated) -> tuple[str, str] | None:
    if not _PATTERN.fullmatch(source.pattern):
        return (
            f"pattern 只能用字母、数字、-、_、#（数字）和 @（字母或数字），最多 {PATTERN_MAX} 位",
            f"a pattern is made of letters, digits, -, _, # (a digit) and @ (either), {PATTERN_MAX} at most",
        )
    if source.count_max < 1:
        return "count_max 至少是 1", "count_max must be at least 1"
    possible = 1
    for each in source.pattern:
        possible *= len(PLACES.get(each, " "))
    if possible < source.count_max * SPARE:
        return (
            f"这个 pattern 只有 {possible:,} 种券码，容易被猜中：至少要有 count_max 的 {SPARE:,} 倍，请加长",
            f"the pattern has {possible:,} codes, which can be guessed: make it longer, {SPARE:,} times count_max",
        )
    return None


def _value(alphabet: str, character: str) -> int:
    """Return the number of a character; where digits and letters mix, 0 and 1 count as their own numbers."""
    place = alphabet.find(character)
    return place if place >= 0 else int(character)
