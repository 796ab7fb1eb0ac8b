"""Dates and calendar windows, in both languages, as seen from the day on which the goal was typed.

A date without a year is the next one that is not over. Weeks begin on Monday.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from liftloop.kernel.number_words import han_number
from liftloop.plan.goal.tokens import DATE, DURATION, END, UNKNOWN, WINDOW, Token

Unit = Literal["day", "week", "weekend", "month", "quarter", "half", "year"]
Days = tuple[date, date]
_Named = tuple[int | None, int, int]  # year, month, day

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_EN = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_YEAR_ZH = r"(?:(?P<year>20\d\d)年 ?|(?P<told>今年|本年|明年|后年)(?:的)?)?"
_HAN_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_ISO = re.compile(r"(?P<year>20\d\d)(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)")
_MONTH_DAY_ZH = re.compile(
    rf"{_YEAR_ZH}(?P<month>\d{{1,2}}|十[一二]|[一二三四五六七八九十])月 ?"
    rf"(?:(?P<day>{_HAN_DAY})[日号](?: ?[-~至到] ?(?P<until>{_HAN_DAY})[日号])?"
    r"|份?(?P<end>底|末)|(?P<third>初|上旬|中旬|下旬)|份?)"
)
_MONTH_DAY_DOTTED = re.compile(
    r"(?P<month>\d{1,2})(?P<mark>[./])(?P<day>\d{1,2}) ?[-~] ?"
    r"(?P<month2>\d{1,2})(?P=mark)(?P<until>\d{1,2})(?![\d%.])"
)
_QUARTER = re.compile(
    rf"{_YEAR_ZH}(?:第?(?P<zh>[一二三四1-4])季度|q(?P<en>[1-4])(?![a-z0-9])(?: (?P<year2>20\d\d)(?!\d))?"
    r"|(?P<half>[上下])半年)(?P<end>底|末)?"
)
_YEAR = re.compile(r"(?P<year>20\d\d)年(?P<end>底|末)?|(?<=in )(?P<year_en>20[2-4]\d)(?![\d,.%a-z])")
_RELATIVE_ZH = re.compile(
    r"(?P<which>本|这个?|当|下个?|下下个?|今|明|后)?"
    r"(?P<unit>周末|周|星期|礼拜|月|季度|季|年度|年|天|日)(?P<end>底|末)?"
)
_RELATIVE_EN = re.compile(
    r"(?P<rolling>(?:in|over|within|during|for) the next (?P<span>week|month|quarter|year))(?![a-z])"
    r"|(?P<which>this|next) (?P<unit>weekend|week|month|quarter|year)(?![a-z])"
    r"|(?P<day>today|tomorrow)(?![a-z])"
)
_END_EN = re.compile(
    rf"end of (?:the )?(?P<which>this |next )?(?P<unit>week|month|quarter|year|q(?P<quarter>[1-4])|{_MONTH_EN})"
    r"(?: (?P<year>20\d\d))?(?![a-z0-9])"
    r"|(?P<short>month|quarter|year) end(?![a-z])"
)
_MONTH_DAY_EN = re.compile(
    rf"(?P<month>{_MONTH_EN}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d%.])"
    r"(?: ?(?:[-~]|to) ?(?P<until>\d{1,2})(?:st|nd|rd|th)?(?![\d%.]))?(?:,? (?P<year>20\d\d)(?!\d))?"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month2>{_MONTH_EN})(?:,? (?P<year2>20\d\d)(?!\d))?"
)
_MONTH_ONLY_EN = re.compile(rf"(?P<month>{_MONTH_EN})(?: (?P<year>20\d\d)(?!\d))?")
_MAY_IS_A_MONTH = re.compile(r"(?:in|by|of|during|for|before|until|through) may(?![a-z])$")
_STARTS_RELATIVE_ZH = frozenset("本这当下今明后月年季周")
_STARTS_NUMBERED_ZH = frozenset("第上下一二三四五六七八九十今本明后")


def date_at(text: str, start: int, today: date) -> Token | None:
    """Return the date or window that begins at `start` of a plain text, or None.

    A date that does not exist (2月30日) becomes an unknown token, so that no part of it is misread.
    """
    first = text[start]
    if "a" <= first <= "z":
        return _english(text, start, today)
    relative = _relative_zh(text, start, today) if first in _STARTS_RELATIVE_ZH else None
    numbered = _numbered(text, start, today) if first.isdigit() or first in _STARTS_NUMBERED_ZH else None
    if relative is None or (numbered is not None and numbered.end > relative.end):
        return numbered
    return relative


def window_of(unit: Unit, today: date, ahead: int) -> Days:
    """Return the first and last day of the calendar `unit` that is `ahead` units after today's."""
    match unit:
        case "day":
            day = today + timedelta(days=ahead)
            return day, day
        case "week":
            monday = today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)
            return monday, monday + timedelta(days=6)
        case "weekend":
            monday, sunday = window_of("week", today, ahead)
            return monday + timedelta(days=5), sunday
        case "month":
            months = today.year * 12 + today.month - 1 + ahead
            return _months(months // 12, months % 12 + 1, 1)
        case "quarter":
            quarters = today.year * 4 + (today.month - 1) // 3 + ahead
            return _months(quarters // 4, quarters % 4 * 3 + 1, 3)
        case "half":
            halves = today.year * 2 + (today.month - 1) // 6 + ahead
            return _months(halves // 2, halves % 2 * 6 + 1, 6)
        case "year":
            return _months(today.year + ahead, 1, 12)


def _months(year: int, month: int, count: int) -> Days:
    last = month + count - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])


def _numbered(text: str, start: int, today: date) -> Token | None:
    if (iso := _ISO.match(text, start)) is not None:
        return _day_token(iso, (int(iso.group("year")), int(iso.group("month")), int(iso.group("day"))), today)
    if (dotted := _MONTH_DAY_DOTTED.match(text, start)) is not None and (days := _dotted(dotted, today)):
        return days
    if (found := _MONTH_DAY_ZH.match(text, start)) is not None:
        return _month_day_zh(found, today)
    if (found := _QUARTER.match(text, start)) is not None:
        return _quarter(found, today)
    if (found := _YEAR.match(text, start)) is not None:
        year = int(found.group("year") or found.group("year_en"))
        return _window_token(found, _months(year, 1, 12), bool(found.group("end")))
    if text[start].isdigit() and (found := _MONTH_DAY_EN.match(text, start)) is not None:
        return _month_day_en(found, today)
    return None


def _english(text: str, start: int, today: date) -> Token | None:
    if (found := _RELATIVE_EN.match(text, start)) is not None:
        return _relative_en(found, today)
    if (found := _END_EN.match(text, start)) is not None:
        return _end_en(found, today)
    if (found := _QUARTER.match(text, start)) is not None:
        return _quarter(found, today)
    if (found := _MONTH_DAY_EN.match(text, start)) is not None:
        return _month_day_en(found, today)
    if (found := _MONTH_ONLY_EN.match(text, start)) is not None:
        if found.group("month") == "may" and not _MAY_IS_A_MONTH.search(text, 0, start + 3):
            return None
        year = int(found.group("year")) if found.group("year") else None
        return _window_token(found, _month_window(_month_en(found.group("month")), year, today))
    return None


def _relative_zh(text: str, start: int, today: date) -> Token | None:
    found = _RELATIVE_ZH.match(text, start)
    if found is None:
        return None
    which, unit, end = found.group("which"), found.group("unit"), found.group("end")
    if which is None and not (end or unit == "周末"):
        return None
    ahead = {"本": 0, "这": 0, "当": 0, "今": 0, None: 0, "下": 1, "明": 1, "后": 2}.get(
        which and which.removesuffix("个"), 2
    )
    name = _unit_zh(unit)
    if (which in ("今", "明", "后")) != (name in ("day", "year")) and which not in (None, "本", "当"):
        return None
    days = window_of(name, today, ahead)
    return _window_token(found, days, bool(end), DATE if name == "day" else WINDOW)


def _unit_zh(unit: str) -> Unit:
    match unit:
        case "周末":
            return "weekend"
        case "周" | "星期" | "礼拜":
            return "week"
        case "月":
            return "month"
        case "季度" | "季":
            return "quarter"
        case "年度" | "年":
            return "year"
        case _:
            return "day"


def _relative_en(found: re.Match[str], today: date) -> Token:
    if (span := found.group("span")) is not None:
        days = {"week": 7, "month": 30, "quarter": 90, "year": 365}[span]
        return Token(kind=DURATION, start=found.start(), end=found.end(), amount=days, word=span)
    if (day := found.group("day")) is not None:
        return _window_token(found, window_of("day", today, day == "tomorrow"), False, DATE)
    unit: Unit = found.group("unit")  # pyright: ignore[reportAssignmentType] # The pattern allows only units.
    return _window_token(found, window_of(unit, today, found.group("which") == "next"))


def _end_en(found: re.Match[str], today: date) -> Token:
    if (short := found.group("short")) is not None:
        return _window_token(found, window_of(short, today, 0), True)  # pyright: ignore[reportArgumentType]
    unit, year = found.group("unit"), found.group("year")
    given = int(year) if year else None
    if (quarter := found.group("quarter")) is not None:
        return _window_token(found, _quarter_window(int(quarter), given, today), True)
    if unit in ("week", "month", "quarter", "year"):
        return _window_token(found, window_of(unit, today, found.group("which") == "next "), True)
    return _window_token(found, _month_window(_month_en(unit), given, today), True)


def _month_day_zh(found: re.Match[str], today: date) -> Token:
    year = _told_year(found, today)
    month = _number(found.group("month"))
    if not 1 <= month <= 12:
        return _unknown(found)
    if (day := found.group("day")) is not None:
        until = _number(found.group("until")) if found.group("until") else None
        return _day_token(found, (year, month, _number(day)), today, until)
    days = _month_window(month, year, today)
    if (third := found.group("third")) is not None:
        first = {"初": 1, "上旬": 1, "中旬": 11, "下旬": 21}[third]
        last = days[1].day if third == "下旬" else first + 9
        days = days[0].replace(day=first), days[0].replace(day=last)
    return _window_token(found, days, bool(found.group("end")))


def _dotted(found: re.Match[str], today: date) -> Token | None:
    begins = next_day(int(found.group("month")), int(found.group("day")), today)
    if begins is None:
        return None
    ends = next_day(int(found.group("month2")), int(found.group("until")), begins)
    return None if ends is None else _window_token(found, (begins, ends))


def _month_day_en(found: re.Match[str], today: date) -> Token:
    month = _month_en(found.group("month") or found.group("month2"))
    year = found.group("year") or found.group("year2")
    until = found.group("until")
    day = int(found.group("day") or found.group("day2"))
    return _day_token(found, (int(year) if year else None, month, day), today, int(until) if until else None)


def _day_token(found: re.Match[str], named: _Named, today: date, until: int | None = None) -> Token:
    year, month, day = named
    begins = _valid(year, month, day, today)
    if begins is None:
        return _unknown(found)
    if until is None:
        told = "" if year is None else "year"  # A year that was given is never moved.
        return Token(kind=DATE, start=found.start(), end=found.end(), word=told, first=begins, last=begins)
    ends = _valid(begins.year, month, until, today)
    return _unknown(found) if ends is None or ends < begins else _window_token(found, (begins, ends))


def _quarter(found: re.Match[str], today: date) -> Token:
    year = found.group("year2")
    given = int(year) if year else _told_year(found, today)
    if (half := found.group("half")) is not None:
        days = _months(given or today.year, 1 if half == "上" else 7, 6)
        if given is None and days[1] < today:
            days = _months(today.year + 1, days[0].month, 6)
    else:
        days = _quarter_window(_number(found.group("zh") or found.group("en")), given, today)
    return _window_token(found, days, bool(found.group("end")))


def _quarter_window(quarter: int, year: int | None, today: date) -> Days:
    days = _months(year or today.year, quarter * 3 - 2, 3)
    if year is None and days[1] < today:
        return _months(today.year + 1, quarter * 3 - 2, 3)
    return days


def _month_window(month: int, year: int | None, today: date) -> Days:
    days = _months(year or today.year, month, 1)
    if year is None and days[1] < today:
        return _months(today.year + 1, month, 1)
    return days


def _told_year(found: re.Match[str], today: date) -> int | None:
    if (year := found.group("year")) is not None:
        return int(year)
    told = found.group("told")
    return today.year + {"今年": 0, "本年": 0, "明年": 1, "后年": 2}[told] if told else None


def next_day(month: int, day: int, today: date) -> date | None:
    """Return the next such day from `today` on; None where no year has it. Leap days are at most 8 years apart."""
    for year in range(today.year, today.year + 9):
        candidate = _day_in(year, month, day)
        if candidate is not None and candidate >= today:
            return candidate
    return None


def _day_in(year: int, month: int, day: int) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _valid(year: int | None, month: int, day: int, today: date) -> date | None:
    return next_day(month, day, today) if year is None else _day_in(year, month, day)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else han_number(text) or 0


def _month_en(text: str) -> int:
    return _MONTHS.index(text[:3]) + 1


def _window_token(found: re.Match[str], days: Days, end: bool = False, kind: str = WINDOW) -> Token:
    first, last = (days[1], days[1]) if end else days
    return Token(kind=END if end else kind, start=found.start(), end=found.end(), first=first, last=last)


def _unknown(found: re.Match[str]) -> Token:
    return Token(kind=UNKNOWN, start=found.start(), end=found.end())
