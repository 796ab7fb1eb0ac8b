"""Numbers with what they measure: days, times, yuan, percent, years of age; digits, numerals and number words."""

import re

from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import QUANTITY
from liftloop.kernel.number_words import SCALES, WORD_VALUES, english_number, han_number

_END = r"(?![a-z0-9])"
_WORDS = "|".join(sorted((*WORD_VALUES, *SCALES), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<minus>-)?(?P<digits>(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,15}})(?:\.\d{{1,6}})?) ?(?P<scale>万|千|k{_END})?"
    rf"|(?P<han>[零一二两三四五六七八九十百千万]{{1,10}})(?P<half>半)?"
    rf"|(?P<english>(?:{_WORDS})(?: (?:{_WORDS}))*{_END})"
    rf"|(?P<bare>半|half an? |an? |one )"
)
_UNIT = re.compile(
    rf" ?(?:(?P<minutes>分钟|(?:minutes?|mins?){_END})|(?P<hours>个?小时|个?钟头|(?:hours?|hrs?|h){_END})"
    rf"|(?P<weeks>个?星期|个?礼拜|周|(?:weeks?|wks?){_END})|(?P<months>个月|个半月|月|months?{_END})"
    rf"|(?P<quarters>个?季度|quarters?{_END})|(?P<age>周?岁|years? old{_END})|(?P<years>年|years?{_END})"
    rf"|(?P<days>天|日|days?{_END})"
    rf"|(?P<times>次|回|遍|笔|单|times?{_END})|(?P<yuan>元|块钱|块|圆|(?:yuan|rmb|cny){_END})"
    rf"|(?P<percent>%|(?:percent|per cent|pct){_END})|(?P<tenths>成)|(?P<points>分))"
)
_DAYS = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1, "weeks": 7, "months": 30, "quarters": 90, "years": 365}
_HALF_DAYS = {"months": 15, "years": 180, "weeks": 3.5}
_WHOLE = {"once": 1, "twice": 2, "thrice": 3}
_TIMES_WORD = re.compile(rf"(?P<word>once|twice|thrice){_END}")
_PER_HUNDRED = re.compile(r"百分之(?P<han>[零一二两三四五六七八九十]{1,5}|\d{1,3})")
_BARE_UNIT = re.compile(rf"(?<=last |past )(?P<unit>day|week|month|quarter|year){_END}")
_CURRENCY = re.compile(r"(?:¥|rmb ?|cny ?)(?=\d)")
_YEAR_MAX = 100


def quantity_at(text: str, start: int) -> Token | None:
    """Return the quantity that begins at `start` of a plain text, None where there is none."""
    if word := _TIMES_WORD.match(text, start):
        return _token(start, word.end(), "times", _WHOLE[word.group("word")])
    if share := _PER_HUNDRED.match(text, start):
        part = share.group("han")
        value = float(part) if part.isdecimal() else han_number(part)
        return None if value is None else _token(start, share.end(), "percent", value)
    if bare := _BARE_UNIT.match(text, start):
        return _token(start, bare.end(), "days", _DAYS[f"{bare.group('unit')}s"])
    currency = _CURRENCY.match(text, start)
    number = _NUMBER.match(text, currency.end() if currency else start)
    value = _value(number) if number else None
    if number is None or value is None:
        return None
    unit = _UNIT.match(text, number.end())
    return _united(text, (start, currency is not None), (number, value), unit)


def _value(number: re.Match[str]) -> float | None:
    if digits := number.group("digits"):
        scale = {"万": 10_000, "千": 1_000, "k": 1_000}.get(number.group("scale") or "", 1)
        return float(digits.replace(",", "")) * scale * (-1 if number.group("minus") else 1)
    if han := number.group("han"):
        found = han_number(han)
        return None if found is None else found + (0.5 if number.group("half") else 0)
    if english := number.group("english"):
        return float(english_number(english))
    return 0.5 if "half" in number.group("bare") or number.group("bare") == "半" else 1.0


def _united(
    text: str, begins: tuple[int, bool], counted: tuple[re.Match[str], float], unit: re.Match[str] | None
) -> Token | None:
    (start, is_money), (number, value) = begins, counted
    name = (unit.lastgroup or "") if unit else ""
    in_words = not number.group("digits") and not number.group("english")
    if is_money:
        return _token(start, unit.end() if unit and name == "yuan" else number.end(), "yuan", value)
    if unit is None or (name == "years" and value > _YEAR_MAX):
        return None if in_words else _token(start, number.end(), "", value)
    if name == "quarters" and number.group("bare") and not text[start:].startswith(("a ", "one ", "半")):
        return None
    end = unit.end()
    if name in _DAYS:
        half = name in _HALF_DAYS and value == 0.5
        if name == "months" and unit.group().strip() == "个半月":
            value += 0.5
        if name in ("years", "months") and text[end : end + 1] == "半" and not number.group("half"):
            end, value = end + 1, value + 0.5
        days = _HALF_DAYS[name] if half else value * _DAYS[name]
        return _token(start, end, "days", days)
    if name == "tenths":
        return _token(start, end, "percent", value * 10)
    return _token(start, end, "" if name == "points" else name, value)


def _token(start: int, end: int, unit: str, value: float) -> Token:
    return Token(kind=QUANTITY, start=start, end=end, word=unit, value=_plain(value))


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() else round(value, 6)
