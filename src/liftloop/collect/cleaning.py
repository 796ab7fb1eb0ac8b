"""Cleaning rules: what people type becomes one form, or None where it cannot be told what they meant.

Every rule is idempotent: cleaning a clean value changes nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal

import phonenumbers
from msgspec import Struct

TEXT_CHARACTERS_MAX = 4_000  # A note or an address fits; a pasted document does not belong into a profile.
EMAIL_CHARACTERS_MAX = 254  # RFC 5321, 4.5.3.1.3.
MASKED_MIDDLE_FROM = 10  # Numbers keep three digits in front and four behind; shorter texts only their first letter.
PHONE_CHARACTERS_MAX = 40  # E.164 has 15 digits; the rest is room for spaces, brackets and an extension.

BLOCKED_PHONES = frozenset(
    # Numbers that tills and testers type when there is none: the first is in every manual.
    {"+8613800000000", "+8613800138000", "+8613888888888", "+8613999999999", "+8613900000000", "+8613666666666"}
)
BLOCKED_MAILBOXES = frozenset({"test", "noreply", "no-reply", "none", "null", "nobody", "donotreply"})

_MOBILE_CN = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
_PHONE_NOISE = str.maketrans("", "", " \t\u00a0-()（）.·")
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.ASCII,
)
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE_FLOAT = re.compile(r"\d+\.0+", re.ASCII)
_LOST_DIGITS = re.compile(r"[+-]?\d(?:\.\d+)?E\+\d{2,3}", re.ASCII)
_AS_TEXT = re.compile(r'="([^"]*)"|\'(\d.*)', re.ASCII | re.DOTALL)
"""How exports keep a spreadsheet from taking an identifier for a number: `="00123"`, `'00123`."""
_SPREADSHEET_ERRORS = frozenset({"#div/0!", "#ref!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!"})
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Problem = Literal["", "unrecognised", "blocked"]


class Cleaned(Struct, frozen=True):
    """A value in its one form; where `value` is None, `problem` says why."""

    value: str | None
    problem: Problem = ""


class CleaningRules(Struct, frozen=True, kw_only=True):
    """What one installation may set: the region that numbers without a country code belong to, and what to block."""

    region: str = "CN"
    blocked_phones: frozenset[str] = BLOCKED_PHONES
    blocked_mailboxes: frozenset[str] = BLOCKED_MAILBOXES


def clean_text(text: str) -> str | None:
    """Return the text without outer space and control characters, or None where nothing is left.

    A leading apostrophe that `neutralise_formula` put there is taken away again.

    >>> clean_text("  A\\u3000 "), clean_text("'=1+1"), clean_text("\\u200b")
    ('A', '=1+1', None)
    """
    if not text.isprintable():
        text = "".join(
            letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf") or letter in "\n\t"
        )
    text = text.strip()
    if text[:1] == "'" and text[1:2] in _FORMULA_STARTS:
        text = text[1:].strip()
    return text[:TEXT_CHARACTERS_MAX].rstrip() or None


def has_lost_digits(text: str) -> bool:
    """Tell whether a spreadsheet has rewritten a long number so that its last digits are gone.

    Also where all digits seem to be there: whether `1.38E+10` was 13800000000 or a phone number nobody can tell.
    Programs write a small `e`, and all digits that there are: R has `1e+05` for 100000.

    >>> has_lost_digits("1.38E+10"), has_lost_digits("1e+05"), has_lost_digits("12E5-7")
    (True, False, False)
    """
    return _LOST_DIGITS.fullmatch(text.strip()) is not None


def is_spreadsheet_error(text: str) -> bool:
    """Tell whether a spreadsheet wrote that it had no value: `#REF!`, or a column too narrow for it.

    `#N/A` is not among them: it says that there is nothing.

    >>> is_spreadsheet_error(" #REF! "), is_spreadsheet_error("#####"), is_spreadsheet_error("#7")
    (True, True, False)
    """
    word = text.strip()
    return word.casefold() in _SPREADSHEET_ERRORS or (len(word) > 1 and not word.strip("#"))


def unwrapped(text: str) -> str:
    """Return what stands in the marks by which exports make a text of a number.

    >>> unwrapped('="00123"'), unwrapped("'00123"), unwrapped("'tis")
    ('00123', '00123', "'tis")
    """
    found = _AS_TEXT.fullmatch(text.strip())
    return text if found is None else found[1] if found[1] is not None else found[2]


def clean_id(text: str) -> str | None:
    """Return an identifier without outer space, full-width letters and the `.0` of a number read as a float.

    None where a spreadsheet has cut off its digits. Leading zeros that are gone are not put back: how many there were
    nobody can tell.

    >>> clean_id(" １７８５０ "), clean_id("17850.0"), clean_id('="00123"'), clean_id("4.20115E+17")
    ('17850', '17850', '00123', None)
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if has_lost_digits(text):
        return None
    cleaned = clean_text(unwrapped(text))
    if cleaned is not None and _WHOLE_FLOAT.fullmatch(cleaned):
        return cleaned.partition(".")[0]
    return cleaned


def clean_phone(text: str, rules: CleaningRules) -> Cleaned:
    """Return a phone number as E.164; a Chinese mobile number needs no country code.

    >>> clean_phone("1.38E+10", CleaningRules()).value, clean_phone("0086-138-1234-5678", CleaningRules()).value
    (None, '+8613812345678')
    """
    if len(text) > PHONE_CHARACTERS_MAX:
        return Cleaned(None, "unrecognised")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = unwrapped(text)
    digits = text.strip().lstrip("'").translate(_PHONE_NOISE)
    if _WHOLE_FLOAT.fullmatch(text.strip()):
        digits = text.strip().partition(".")[0]
    mobile = _MOBILE_CN.fullmatch(digits)
    number = f"+86{mobile[1]}" if mobile and rules.region == "CN" else _any_phone(digits, rules.region)
    if number is None:
        return Cleaned(None, "unrecognised")
    if number in rules.blocked_phones:
        return Cleaned(None, "blocked")
    return Cleaned(number)


def _any_phone(digits: str, region: str) -> str | None:
    if not digits.lstrip("+").isdigit():
        return None  # Extensions, words and 1.39E+10 (whose last digits the spreadsheet lost) are no numbers.
    try:
        number = phonenumbers.parse("+" + digits[2:] if digits.startswith("00") else digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_email(text: str, rules: CleaningRules) -> Cleaned:
    """Return an address in lower case; mailboxes that stand for "none" are blocked.

    >>> clean_email(" Li.Wei＠Example.COM", CleaningRules()).value, clean_email("test@a.cn", CleaningRules()).problem
    ('li.wei@example.com', 'blocked')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    address = text.strip().lower().removeprefix("mailto:")
    if len(address) > EMAIL_CHARACTERS_MAX or not _EMAIL.fullmatch(address):
        return Cleaned(None, "unrecognised")
    if address.partition("@")[0] in rules.blocked_mailboxes:
        return Cleaned(None, "blocked")
    return Cleaned(address)


def apply_value_map(text: str, values: Mapping[str, str]) -> str:
    """Return what the map says for `text`, else `text`; case and outer space do not count.

    >>> apply_value_map(" 男 ", {"男": "male"})
    'male'
    """
    return values.get(text.strip().casefold(), text)


def mask(text: str) -> str:
    """Return a personal value so that its owner recognises it and nobody else can use it.

    >>> mask("13812345678"), mask("li.wei@example.com"), mask("张三丰")
    ('138****5678', 'l***@example.com', '张**')
    """
    name, at, domain = text.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    if len(text) >= MASKED_MIDDLE_FROM:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    return text[:1] + "*" * (len(text) - 1)


def neutralise_formula(text: str) -> str:
    """Return `text` so that a spreadsheet shows it and does not run it.

    Every text cell of every file that Liftloop writes goes through here.
    A plain number is no formula: it stays, or `-0.03` could not be read back.

    >>> neutralise_formula("=1+1"), neutralise_formula("@SUM(A1)"), neutralise_formula("-0.03")
    ("'=1+1", "'@SUM(A1)", '-0.03')
    """
    if text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text
