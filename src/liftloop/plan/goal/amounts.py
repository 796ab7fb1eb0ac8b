"""Amounts: numbers in digits, Chinese numerals or English words, with the unit that makes them mean something."""

import math
import re
from decimal import Decimal
from typing import Final

from liftloop.kernel.number_words import SCALES, WORD_VALUES, english_number, han_number
from liftloop.plan.goal.tokens import (
    COUNT,
    DURATION,
    FOREIGN,
    MONEY,
    NUMBER,
    PERCENT,
    POINTS,
    TIMES,
    Token,
)

_END = r"(?![a-z0-9])"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,6})?"
_HAN = r"[〇零一二两三四五六七八九十百千万亿]{1,12}"
_WORDS = "|".join(sorted((*WORD_VALUES, *SCALES), key=len, reverse=True))
_ENGLISH = rf"(?:{_WORDS})(?: (?:{_WORDS}))*{_END}"
_MAGNITUDES = {
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "千": 10**3,
    "百": 10**2,
    "billion": 10**9,
    "bn": 10**9,
    "million": 10**6,
    "mn": 10**6,
    "m": 10**6,
    "thousand": 10**3,
    "hundred": 10**2,
    "k": 10**3,
    "w": 10**4,
}
_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})(?: ?(?P<magnitude>万亿|千亿|百亿|亿|千万|百万|十万|万|千|百)"
    r"(?P<half>[1-9]千?(?![0-9.%天日周个月年次条点折小]|,[0-9]))?"
    rf"|(?P<suffix>k|w|m|mn|bn){_END}| (?P<scale>billion|million|thousand|hundred){_END})?"
    rf"|(?P<han>{_HAN})|(?P<english>{_ENGLISH})"
)
NUMBER_PATTERN: Final = rf"(?:{_DIGITS}|{_HAN}|{_ENGLISH})"
"""A number without magnitude letters or unit, for patterns that hold one; `number_of` reads what matched."""
_FRACTION = re.compile(rf"(?P<base>百|千|万|{_HAN})分之(?P<share>{_HAN}|{_DIGITS})")
_CURRENCY = re.compile(rf"(?:rmb|cny|cn¥|¥|人民币) ?(?={_DIGITS}|{_HAN})")
_FOREIGN = re.compile(rf"(?:us\$|hk\$|\$|€|£|usd|eur|hkd) ?{_DIGITS}(?: ?(?:万|亿|k|m|million|thousand))?{_END}")
_HALF = re.compile(
    r"半个?(?P<zh>百分点|点|成|月|年|季度|小时)"
    rf"|half (?:an? |of an? )?(?P<en>percentage points?|points?|percent|per cent|months?|years?|quarters?){_END}"
    rf"|(?P<bare>一半|half){_END}"
)
_HALF_OF = re.compile(rf"half a (?P<scale>billion|million|thousand|hundred){_END}")
_AND_A_HALF = re.compile(r"个?半(?P<unit>月|年|星期|小时|成)|(?P<tenth>成)半")
_UNIT = re.compile(
    rf" ?(?:(?P<points>个?百分点|个点|点(?![钟前半击])|个?pp{_END}|% ?points?{_END}"
    rf"|(?:ppts?|pts?|percentage points?|points?){_END})"
    rf"|(?P<basis>个?基点|(?:bps|basis points?){_END})"
    rf"|(?P<percent>%|(?:percent|per cent|pct){_END})"
    r"|(?P<permille>‰)|(?P<tenth>成(?!交|为|功|本|员))|(?P<times>倍|x" + _END + ")"
    rf"|(?P<money>元|块钱|块|圆|人民币|(?:rmb|cny|yuan){_END})"
    rf"|(?P<foreign>美元|美金|港币|港元|欧元|日元|英镑|(?:usd|dollars?|euros?|pounds?|hkd|eur){_END})"
    rf"|(?P<day>个?自然日|天|日|(?:days?|d){_END})"
    rf"|(?P<week>个?星期|个?礼拜|周|(?:weeks?|wks?|w){_END})"
    rf"|(?P<month>个?自然月|个月|months?{_END})"
    rf"|(?P<quarter>个?季度|个季|quarters?{_END})"
    rf"|(?P<year>年|years?{_END})"
    rf"|(?P<hour>个?小时|hours?{_END})"
    r"|(?P<count>[次条封通遍单笔人位名张件个家回款份]))"
)
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
_HAN_UNITS = {"月": "month", "年": "year", "季度": "quarter", "星期": "week"}
# A number of years beyond this is a calendar year (2026年), which the dates read.
_YEARS_MAX = 10


def amount_at(text: str, start: int) -> Token | None:
    """Return the longest amount that begins at `start` of a plain text, or None."""
    if (foreign := _FOREIGN.match(text, start)) is not None:
        return Token(kind=FOREIGN, start=start, end=foreign.end())
    if (million := _HALF_OF.match(text, start)) is not None:
        return _with_unit(text, million, Decimal(_MAGNITUDES[million.group("scale")]) / 2)
    if (half := _HALF.match(text, start)) is not None:
        return _half(half)
    if (fraction := _FRACTION.match(text, start)) is not None:
        return _fraction(fraction)
    currency = _CURRENCY.match(text, start)
    found = _NUMBER.match(text, currency.end() if currency else start)
    value = _value(found) if found else None
    if found is None or value is None:
        return None
    if currency is not None:
        unit = _UNIT.match(text, found.end())
        end = unit.end() if unit and unit.group("money") else found.end()
        return Token(kind=MONEY, start=start, end=end, amount=float(round(value * 100)))
    return _with_unit(text, found, value)


def number_of(text: str) -> float | None:
    """Return the value of what `NUMBER_PATTERN` matched; None where its numerals make no number."""
    found = _NUMBER.fullmatch(text)
    value = _value(found) if found else None
    return None if value is None else float(value)


def _value(found: re.Match[str]) -> Decimal | None:
    if (han := found.group("han")) is not None:
        number = han_number(han)
        return None if number is None else Decimal(number)
    if (english := found.group("english")) is not None:
        return Decimal(english_number(english))
    value = Decimal(found.group("digits").replace(",", ""))
    magnitude = found.group("magnitude") or found.group("suffix") or found.group("scale")
    if not magnitude:
        return value
    # 3万5 and 3万5千 are 35,000.
    half = Decimal((found.group("half") or "0")[0]) / 10
    return (value + half) * _MAGNITUDES[magnitude]


def _with_unit(text: str, found: re.Match[str], value: Decimal) -> Token:
    start, end = found.start(), found.end()
    more = _AND_A_HALF.match(text, end)
    if more is not None:
        return _and_a_half(start, more, value)
    unit = _UNIT.match(text, end)
    if unit is None or (unit.lastgroup == "year" and value > _YEARS_MAX):
        return Token(kind=NUMBER, start=start, end=end, amount=float(value))
    return _united(start, unit, value)


def _united(start: int, unit: re.Match[str], value: Decimal) -> Token:
    name, end = unit.lastgroup or "", unit.end()
    if name in _UNIT_DAYS:
        days = math.ceil(value * _UNIT_DAYS[name])
        return Token(kind=DURATION, start=start, end=end, amount=days, word=name if value == 1 else "")
    if name == "hour":
        return Token(kind=DURATION, start=start, end=end, amount=math.ceil(value / 24))
    match name:
        case "points":
            return Token(kind=POINTS, start=start, end=end, amount=float(value / 100))
        case "basis":
            return Token(kind=POINTS, start=start, end=end, amount=float(value / 10_000))
        case "percent":
            return Token(kind=PERCENT, start=start, end=end, amount=float(value / 100))
        case "permille":
            return Token(kind=PERCENT, start=start, end=end, amount=float(value / 1000))
        case "tenth":
            return Token(kind=PERCENT, start=start, end=end, amount=float(value / 10))
        case "times":
            return Token(kind=TIMES, start=start, end=end, amount=float(value))
        case "money":
            return Token(kind=MONEY, start=start, end=end, amount=float(round(value * 100)))
        case "foreign":
            return Token(kind=FOREIGN, start=start, end=end)
        case _:
            return Token(kind=COUNT, start=start, end=end, amount=float(value), word=unit.group("count"))


def _and_a_half(start: int, more: re.Match[str], value: Decimal) -> Token:
    value += Decimal("0.5")
    unit = more.group("unit") or more.group("tenth")
    if unit == "成":
        return Token(kind=PERCENT, start=start, end=more.end(), amount=float(value / 10))
    if unit == "小时":
        return Token(kind=DURATION, start=start, end=more.end(), amount=math.ceil(value / 24))
    days = math.ceil(value * _UNIT_DAYS[_HAN_UNITS[unit]])
    return Token(kind=DURATION, start=start, end=more.end(), amount=days)


def _half(half: re.Match[str]) -> Token:
    start, end = half.start(), half.end()
    unit = half.group("zh") or (half.group("en") or "").rstrip("s")
    match unit:
        case "":
            return Token(kind=PERCENT, start=start, end=end, amount=0.5)
        case "百分点" | "点" | "percentage point" | "point":
            return Token(kind=POINTS, start=start, end=end, amount=0.005)
        case "percent" | "per cent":
            return Token(kind=PERCENT, start=start, end=end, amount=0.005)
        case "成":
            return Token(kind=PERCENT, start=start, end=end, amount=0.05)
        case "月" | "month":
            return Token(kind=DURATION, start=start, end=end, amount=15)
        case "年" | "year":
            return Token(kind=DURATION, start=start, end=end, amount=180)
        case "季度" | "quarter":
            return Token(kind=DURATION, start=start, end=end, amount=45)
        case _:
            return Token(kind=DURATION, start=start, end=end, amount=1)


def _fraction(fraction: re.Match[str]) -> Token | None:
    base, share = fraction.group("base"), fraction.group("share")
    whole = {"百": 100, "千": 1000, "万": 10_000}.get(base) or han_number(base)
    part = Decimal(share.replace(",", "")) if share[0].isdigit() else han_number(share)
    if not whole or part is None:
        return None
    amount = float(Decimal(part) / Decimal(whole))
    return Token(kind=PERCENT, start=fraction.start(), end=fraction.end(), amount=amount)
