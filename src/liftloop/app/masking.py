"""Hides what is personal and leaves its shape; which part of a value tells least depends on its kind."""

import re

_NAMES = frozenset({"name", "姓名", "first_name", "last_name", "firstName", "lastName"})
_PHONES = frozenset({"phone", "mobile", "手机", "手机号", "电话"})
PERSONAL_WORDS = (
    *("birthday", "birthdate", "birth_date", "date_of_birth", "dob", "phone", "mobile", "email", "id_card", "passport"),
    *("生日", "出生日期", "手机", "电话", "邮箱", "身份证", "护照", "住址"),
)
"""Words that make a name personal wherever they stand in it: baby_birthday, 宝宝生日, contact-phone."""
_WORD_ENDS = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_ADDRESS = re.compile(r"[^@]+@([^@]+)")
_DAY = re.compile(r"((?:19|20)\d\d)([-/.年]?)(\d{1,2})([-/.月]?)(\d{1,2})(日?)(?:[T ].*)?")
_NETWORK = re.compile(r"(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}")
_NUMBER = re.compile(r"\+?[\d\s()-]{7,20}")
_PHONE_DIGITS_MAX = 14
_CHINESE_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}")


def sounds_personal(name: str) -> bool:
    """Say whether an attribute's name has one of PERSONAL_WORDS in it; English ones stand by themselves.

    >>> sounds_personal("baby_birthday"), sounds_personal("babyBirthday"), sounds_personal("宝宝生日")
    (True, True, True)
    >>> sounds_personal("headphones"), sounds_personal("email_opens_30d"), sounds_personal("city")
    (False, False, False)
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    plain = f"_{_WORD_ENDS.sub('_', apart)}_"
    return any(plain.endswith(f"_{word}_") if word.isascii() else word in plain for word in PERSONAL_WORDS)


def masked(name: str, value: str) -> str:
    """Return a personal value with what tells who it is hidden.

    Of a phone number the middle, of a mail address the name, of a person all but the first character, of a day the
    year (its month and day greet, the year tells the age), of other numbers and texts all but the ends.

    >>> masked("phone", "+8613800138046"), masked("email", "anna@example.test"), masked("name", "王小明")
    ('+86138****8046', 'a***@example.test', '王**')
    >>> masked("birthday", "2000-02-19"), masked("birthday", "2000年2月19日"), masked("ip", "203.0.113.7")
    ('****-02-19', '****年2月19日', '203.0.*.*')
    >>> masked("id_card", "110101199003071234"), masked("address", "上海市徐汇区漕溪北路100号")
    ('110***********1234', '上海市***')
    """
    text = value.strip()
    if len(text) < 2:
        return "***"
    if address := _ADDRESS.fullmatch(text):
        return f"{text[:1]}***@{address[1]}"
    if name in _NAMES or (name not in _PHONES and _CHINESE_NAME.fullmatch(text)):
        return text[:1] + "*" * max(len(text) - 1, 1)
    if name not in _PHONES and (day := _day(text)):
        return day
    if network := _NETWORK.fullmatch(text):
        return f"{network[1]}.*.*"
    if name in _PHONES or _NUMBER.fullmatch(text):
        return _number(text)
    return _text(text)


def _day(text: str) -> str:
    """Return a day without its year, empty where it is none."""
    found = _DAY.fullmatch(text)
    if found is None:
        return ""
    _, first, month, second, day, end = found.groups()
    whole = first == second or (first, second) == ("年", "月")
    compact = not first and len(month) == len(day) == 2
    real = 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    return f"****{first}{month}{second}{day}{end}" if real and whole and (first or compact) else ""


def _number(text: str) -> str:
    """Return a phone number without its middle, of a longer one all but three digits and four."""
    digits = sum(each.isdigit() for each in text)
    if digits > _PHONE_DIGITS_MAX:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    if len(text) > 11:
        return f"{text[:-8]}****{text[-4:]}"
    return f"{text[:3]}****{text[-4:]}" if len(text) > 8 else f"{text[:1]}***"


def _text(text: str) -> str:
    if re.fullmatch(r"[0-9A-Za-z]{12,}", text):
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    return f"{text[:3]}***" if len(text) > 8 else f"{text[:1]}***"
