"""Days as people and shops tell them: dates in the words of a profile, the Chinese calendar, days at work and off.

A day is a number: year, month and day as digits, the year 0 where it is not known. A day of the Chinese calendar alone
(month and day) is that number below zero. 0 is no day.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from borax.calendars.lunardate import LunarDate
from chinese_calendar import get_holiday_detail, is_workday

from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS

NO_DAY = 0
_YEAR, _MONTH = 10_000, 100
WHOLE_DAY_MIN = _YEAR
"""From here on a day is one of a known year."""
_EPOCH = date(1970, 1, 1)
_LUNAR_YEARS = (1901, 2099)
INSTANT_MS_MIN = 10_000_000_000
"""A smaller number is a day as eight digits; a larger one is an instant in milliseconds, from April 1970 on."""
INSTANT_MS_MAX = 253_402_000_000_000
"""In the last days of the year 9999."""
SHOP_MS = 8 * HOUR_MS
"""How far the shop's clock is ahead of UTC."""
WHOLE_DAY = r"[ \t\r\n]*([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[T ][^\n]*)?[ \t\r\n]*"
DIGITS_DAY = r"[ \t\r\n]*([0-9]{4})([0-9]{2})([0-9]{2})[ \t\r\n]*"
PART_DAY = r"[ \t\r\n]*([0-9]{1,2})[-/.月]([0-9]{1,2})日?[ \t\r\n]*"
ZONED_DAY = (
    r"[ \t\r\n]*[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9](?:[.,][0-9]+)?)?"
    r"(?:Z|([-+])([01][0-9]|2[0-3]):?([0-5][0-9]))[ \t\r\n]*"
)
"""Texts that tell a day, in expressions that Python and the engines of the lake read alike. The groups are year, month
and day; of an instant with a zone hour, minute, sign of the zone, its hours and minutes."""
_WHOLE, _DIGITS, _PART, _ZONED = (re.compile(text) for text in (WHOLE_DAY, DIGITS_DAY, PART_DAY, ZONED_DAY))
_LUNAR = re.compile(r"(?:农历|阴历|旧历)\s*(?:\d{4}年)?\s*(.+)")
_LUNAR_WORDS = re.compile(r"闰?(.{1,2})月(.{1,3}?)日?")
_MONTHS = {
    name: place
    for place, names in enumerate(("正一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"), start=1)
    for name in names
} | {"十一": 11, "十二": 12}
_FIGURES = dict(zip("一二三四五六七八九十", range(1, 11), strict=True))


def day_number(value: Any) -> int:
    """Return the day that a value of a profile tells, NO_DAY where it tells none; a time of day is left out.

    >>> [day_number(each) for each in ("1990-02-14", "1990年2月14日", "02-29", "农历八月十五", "soon")]
    [19900214, 19900214, 229, -815, 0]
    """
    if isinstance(value, bool) or value is None:
        return NO_DAY
    if isinstance(value, int | float):
        return _of_number(value)
    text = str(value)
    if found := _WHOLE.fullmatch(text) or _DIGITS.fullmatch(text):
        number = _checked(int(found[1]), int(found[2]), int(found[3]))
        zoned = _ZONED.fullmatch(text) if number else None
        return number if zoned is None else _moved(number, days_to_shop(zoned.groups()))
    if found := _PART.fullmatch(text):
        return _checked(0, int(found[1]), int(found[2]))
    found = _LUNAR.fullmatch(text.strip())
    return _of_lunar(found[1] if found else text.strip())


def begins_ms(number: int) -> int:
    """Return the instant at which a day whose year is known begins in the shop."""
    return (day_of_number(number) - _EPOCH).days * DAY_MS - SHOP_MS


def number_of_day(day: date) -> int:
    return day.year * _YEAR + day.month * _MONTH + day.day


def day_of_number(number: int) -> date:
    """Return the date of a day whose year is known."""
    year, rest = divmod(number, _YEAR)
    return date(year, *divmod(rest, _MONTH))


def has_year(number: int) -> bool:
    return number >= _YEAR


def anniversaries(day: date, calendar: str) -> frozenset[int]:
    """Return the days, as numbers, that have their anniversary on a date: with and without a year, and lunar ones.

    By the sun, who was born on 29 February has it on 28 February of a common year. By the moon (`lunar`), birthdays
    are moved to the Chinese calendar; one of a leap month is kept in the month of that name, and that of a thirtieth
    on the last day of a shorter month; a month and day without a year are of the Chinese calendar. A day that is told
    by the Chinese calendar alone is kept by it either way.
    """
    kept = [month * _MONTH + each for month, each in _lunar_days(day)]
    if calendar == "lunar":
        return _by_moon(day) | frozenset((*kept, *(-each for each in kept)))
    return _by_sun(day) | frozenset(-each for each in kept)


@lru_cache(maxsize=65_536)
def next_anniversary(number: int, calendar: str, since: date) -> date | None:
    """Return the first anniversary of a day on or after a date, None where it has none."""
    lunar = _month_and_day_by_moon(number) if number < 0 or calendar == "lunar" else None
    # A lunar year begins in the year before, or ends in the one after.
    years = range(since.year - 1, since.year + 3)
    coming = [_kept_by_moon(year, *lunar) if lunar else _kept_by_sun(year, number) for year in years]
    born = day_of_number(number) if has_year(number) else date.min
    return min((day for day in coming if day is not None and day >= max(since, born)), default=None)


def _month_and_day_by_moon(number: int) -> tuple[int, int] | None:
    if not has_year(number):
        month, day = divmod(abs(number), _MONTH)
        return month, day
    lunar = _lunar(day_of_number(number))
    return (lunar.month, lunar.day) if lunar is not None else None


@lru_cache(maxsize=4096)
def _kept_by_moon(year: int, month: int, day: int) -> date | None:
    """Return when a day of the Chinese calendar is kept in a lunar year: a thirtieth on the last of a shorter month."""
    for last in (day, day - 1):
        try:
            return LunarDate(year, month, last, 0).to_solar_date()
        except ValueError:
            continue
    return None


def _kept_by_sun(year: int, number: int) -> date:
    month, day = divmod(number % _YEAR, _MONTH)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)


@lru_cache(maxsize=1024)
def is_working_day(day: date) -> bool:
    """Return whether people in mainland China work on a day, moved days included.

    For years that the State Council has not announced yet: Monday to Friday but for the statutory days off, none moved.
    """
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.isoweekday() <= 5 and not _is_statutory(day)


@lru_cache(maxsize=1024)
def is_day_off(day: date, *, weekends: bool = True) -> bool:
    """Return whether people in mainland China are off: on a holiday as announced, and on weekends if asked.

    >>> [is_day_off(date(2026, 10, each), weekends=False) for each in (1, 7, 8, 11)]
    [True, True, False, False]
    """
    if is_working_day(day):
        return False
    if weekends:
        return True
    try:
        return get_holiday_detail(day)[1] is not None
    except NotImplementedError:
        return _is_statutory(day)


def is_moved_workday(day: date) -> bool:
    """Return whether people work on a weekend, for days off that were moved together.

    >>> is_moved_workday(date(2026, 9, 20)), is_moved_workday(date(2026, 9, 27))
    (True, False)
    """
    return day.isoweekday() > 5 and is_working_day(day)


def lunar_said(day: date) -> tuple[str, str]:
    """Return the day of the Chinese calendar in Chinese and in English, empty outside the years that are known.

    The first day of a month is called by its month, and a solar term by its name, as wall calendars do.

    >>> lunar_said(date(2026, 9, 25)), lunar_said(date(2026, 12, 22))[0], lunar_said(date(2026, 2, 17))[0]
    (('十五', '8/15'), '冬至', '正月')
    """
    lunar = _lunar(day)
    if lunar is None:
        return "", ""
    month = f"{'闰' if lunar.leap else ''}{lunar.cn_month}月"
    zh = lunar.term or (month if lunar.day == 1 else lunar.cn_day)
    return zh, f"{lunar.month}/{lunar.day}"


def _is_statutory(day: date) -> bool:
    """Return whether a day is one of the thirteen days off of the rules of 2025."""
    if (day.month, day.day) in {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}:
        return True
    lunar = _lunar(day)
    tomorrow = _lunar(day + timedelta(days=1))
    if lunar is None or tomorrow is None:
        return False
    is_eve = (tomorrow.month, tomorrow.day, tomorrow.leap) == (1, 1, 0)
    festivals = {(1, 1), (1, 2), (1, 3), (5, 5), (8, 15)}
    return is_eve or (not lunar.leap and (lunar.month, lunar.day) in festivals) or lunar.term == "清明"


@lru_cache(maxsize=64)
def _by_sun(day: date) -> frozenset[int]:
    days = {day.month * _MONTH + day.day}
    if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
        days.add(229)
    return frozenset(days | {year * _YEAR + each for year in range(1900, day.year + 1) for each in days})


@lru_cache(maxsize=64)
def _by_moon(day: date) -> frozenset[int]:
    wanted = _lunar_days(day)
    born: set[int] = set()
    for year in range(_LUNAR_YEARS[0], day.year + 1):
        for month, each in wanted:
            for leap in (0, 1):
                try:
                    born.add(number_of_day(LunarDate(year, month, each, leap).to_solar_date()))
                except ValueError:  # That year has no such day.
                    continue
    return frozenset(born)


def _lunar_days(day: date) -> list[tuple[int, int]]:
    """Return the months and days of the Chinese calendar that are kept on a date; none of a leap month."""
    lunar = _lunar(day)
    if lunar is None or lunar.leap:
        return []
    tomorrow = _lunar(day + timedelta(days=1))
    last = tomorrow is not None and tomorrow.day == 1 and lunar.day == 29
    return [(lunar.month, lunar.day), *([(lunar.month, 30)] if last else [])]


def _lunar(day: date) -> LunarDate | None:
    if not _LUNAR_YEARS[0] <= day.year <= _LUNAR_YEARS[1]:
        return None
    return LunarDate.from_solar(day)


def _of_number(value: float) -> int:
    if value >= INSTANT_MS_MIN:
        if value > INSTANT_MS_MAX:
            return NO_DAY
        return number_of_day(_EPOCH + timedelta(days=(value + SHOP_MS) // DAY_MS))
    whole = int(value) if value == value and abs(value) < INSTANT_MS_MIN else 0
    return _checked(whole // _YEAR, whole // _MONTH % 100, whole % _MONTH) if whole >= _YEAR else NO_DAY


def days_to_shop(told: Sequence[str | None]) -> int:
    """Return by how many days the shop's day of an instant is another than the one written; see `ZONED_DAY`."""
    hours, minutes, sign, ahead_hours, ahead_minutes = told
    at = 60 * int(hours or 0) + int(minutes or 0)
    ahead = 60 * int(ahead_hours or 0) + int(ahead_minutes or 0)
    return (at - (-ahead if sign == "-" else ahead) + SHOP_MS // MINUTE_MS) // (DAY_MS // MINUTE_MS)


def _moved(number: int, days: int) -> int:
    if not days:
        return number
    try:
        return number_of_day(day_of_number(number) + timedelta(days=days))
    except (OverflowError, ValueError):  # Before the first year, or after the last.
        return NO_DAY


def _of_lunar(text: str) -> int:
    """Return the day of words such as 八月十五 or 闰六月初三, or of 8-15 after 农历; NO_DAY for others."""
    if found := _PART.fullmatch(text):
        month, day = int(found[1]), int(found[2])
    else:
        found = _LUNAR_WORDS.fullmatch(text)
        month = _MONTHS.get(found[1], 0) if found else 0
        day = _lunar_figure(found[2]) if found else 0
    return -month * _MONTH - day if 1 <= month <= 12 and 1 <= day <= 30 else NO_DAY


def _lunar_figure(text: str) -> int:
    """Return the number of 初三, 十五, 二十, 廿九 or 三十; 0 for others."""
    text = text.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    tens, _, ones = text.partition("十")
    if "十" not in text:
        return _FIGURES.get(text, 0)
    return (_FIGURES.get(tens, 0) if tens else 1) * 10 + (_FIGURES.get(ones, 0) if ones else 0)


def _checked(year: int, month: int, day: int) -> int:
    try:
        date(year or 2000, month, day)  # 2000 has a 29 February.
    except ValueError:
        return NO_DAY
    return year * _YEAR + month * _MONTH + day
