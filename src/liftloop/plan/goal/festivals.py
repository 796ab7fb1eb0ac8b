"""Festivals and shopping days with their dates, 2025 to 2029; the first year serves to look back on.

How each date is known (`derived`), and a test derives all of them again: `fixed` is the same day each year;
`weekday` counts weekdays of a month; `lunar` is the day of the Chinese calendar (new moons and the winter
solstice in UTC+8, checked against two published tables); `solar_term` is the sun at a multiple of 15 degrees.

`during` counts from the first to the last day of the period. It is a convention of shops, not the official
calendar; where the State Council has announced the days off (2026, notice of 4 November 2025), those stand.
"""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

FIRST_YEAR = 2025
YEARS = 5


class Festival(Struct, frozen=True, kw_only=True):
    """One festival: `days[i]` is its day in FIRST_YEAR + i, `around` the offsets of its period's two ends."""

    id: str
    zh: str
    en: str
    more: tuple[str, ...]
    derived: Literal["fixed", "weekday", "lunar", "solar_term"]
    days: tuple[date, ...]
    around: tuple[int, int]
    official: tuple[tuple[date, date], ...] = ()

    def period(self, day: date) -> tuple[date, date]:
        """Return the first and last day of the period whose festival day is `day`."""
        for first, last in self.official:
            if first <= day <= last:
                return first, last
        return day + timedelta(days=self.around[0]), day + timedelta(days=self.around[1])


Derived = Literal["fixed", "weekday", "lunar", "solar_term"]


def _festival(id_: str, names: str, derived: Derived, days: str, around: tuple[int, int]) -> Festival:
    """Build one from `names` (zh | en | more…) and `days` (month-day of each year, or one for all)."""
    zh, en, *more = (name.strip() for name in names.split("|"))
    given = days.split()
    if len(given) == 1:
        given = given * YEARS
    dates = tuple(date.fromisoformat(f"{FIRST_YEAR + index}-{day}") for index, day in enumerate(given))
    official = _OFFICIAL.get(id_)
    spans = ((date.fromisoformat(official[0]), date.fromisoformat(official[1])),) if official else ()
    return Festival(id=id_, zh=zh, en=en, more=tuple(more), derived=derived, days=dates, around=around, official=spans)


_OFFICIAL = {
    "new_year": ("2026-01-01", "2026-01-03"),
    "spring_festival": ("2026-02-15", "2026-02-23"),
    "qingming": ("2026-04-04", "2026-04-06"),
    "labour_day": ("2026-05-01", "2026-05-05"),
    "dragon_boat": ("2026-06-19", "2026-06-21"),
    "mid_autumn": ("2026-09-25", "2026-09-27"),
    "national_day": ("2026-10-01", "2026-10-07"),
}

# The day itself with the one before and after it: what is meant by "around" a single day.
AROUND = (-1, 1)

FESTIVALS: tuple[Festival, ...] = (
    _festival("new_year", "元旦|New Year's Day|元旦节|new year", "fixed", "01-01", (0, 2)),
    _festival(
        "spring_festival",
        "春节|Spring Festival|过年|新春|农历新年|chinese new year|lunar new year|cny holiday",
        "lunar",
        "01-29 02-17 02-06 01-26 02-13",
        (-1, 6),  # New Year's Eve to the seventh day, eight days off by law since 2025.
    ),
    _festival("valentines", "情人节|Valentine's Day|valentines day|valentine's", "fixed", "02-14", AROUND),
    _festival("lantern", "元宵节|Lantern Festival|元宵", "lunar", "02-12 03-03 02-20 02-09 02-27", AROUND),
    _festival(
        "womens_day",
        "妇女节|Women's Day|三八|38节|三八节|女神节|女王节|womens day",
        "fixed",
        "03-08",
        AROUND,
    ),
    _festival(
        "qingming", "清明|Qingming|清明节|tomb sweeping day", "solar_term", "04-04 04-05 04-05 04-04 04-04", AROUND
    ),
    _festival("labour_day", "五一|May Day|劳动节|五一劳动节|五一节|五一黄金周", "fixed", "05-01", (0, 4)),
    _festival("mothers_day", "母亲节|Mother's Day|mothers day", "weekday", "05-11 05-10 05-09 05-14 05-13", AROUND),
    _festival("day_520", "520|520 Day|五二零|五二〇", "fixed", "05-20", AROUND),
    _festival("childrens_day", "儿童节|Children's Day|六一|六一儿童节|childrens day", "fixed", "06-01", AROUND),
    _festival(
        "dragon_boat",
        "端午|Dragon Boat Festival|端午节|dragon boat",
        "lunar",
        "05-31 06-19 06-09 05-28 06-16",
        AROUND,
    ),
    # The sale begins on the first of the month and ends on the eighteenth.
    _festival("sale_618", "618|618 sale|六一八|618大促|6.18|618 festival", "fixed", "06-18", (-17, 0)),
    _festival("fathers_day", "父亲节|Father's Day|fathers day", "weekday", "06-15 06-21 06-20 06-18 06-17", AROUND),
    _festival("qixi", "七夕|Qixi|七夕节|qixi festival", "lunar", "08-29 08-19 08-08 08-26 08-16", AROUND),
    _festival("teachers_day", "教师节|Teachers' Day|teachers day|teacher's day", "fixed", "09-10", AROUND),
    _festival(
        "mid_autumn",
        "中秋|Mid-Autumn Festival|中秋节|mid-autumn|mid autumn|moon festival",
        "lunar",
        "10-06 09-25 09-15 10-03 09-22",
        AROUND,
    ),
    _festival(
        "national_day",
        "国庆|National Day|国庆节|十一|国庆黄金周|十一黄金周|黄金周|national day holiday|golden week",
        "fixed",
        "10-01",
        (0, 6),
    ),
    _festival(
        "double_ninth",
        "重阳|Double Ninth Festival|重阳节|double ninth",
        "lunar",
        "10-29 10-18 10-08 10-26 10-16",
        AROUND,
    ),
    _festival("halloween", "万圣节|Halloween|万圣夜", "fixed", "10-31", AROUND),
    # The sale begins on the first of the month and ends on the eleventh.
    _festival(
        "double_11",
        "双11|Double 11|双十一|双11大促|11.11|singles' day|singles day|double eleven|double 11 sale",
        "fixed",
        "11-11",
        (-10, 0),
    ),
    _festival(
        "thanksgiving", "感恩节|Thanksgiving|thanksgiving day", "weekday", "11-27 11-26 11-25 11-23 11-22", AROUND
    ),
    # Friday to Cyber Monday.
    _festival(
        "black_friday",
        "黑色星期五|Black Friday|黑五|black friday sale",
        "weekday",
        "11-28 11-27 11-26 11-24 11-23",
        (0, 3),
    ),
    _festival("double_12", "双12|Double 12|双十二|12.12|double twelve", "fixed", "12-12", (-11, 0)),
    _festival(
        "winter_solstice",
        "冬至|Winter Solstice|冬至节|dongzhi",
        "solar_term",
        "12-21 12-22 12-22 12-21 12-21",
        AROUND,
    ),
    _festival("christmas_eve", "平安夜|Christmas Eve", "fixed", "12-24", (0, 0)),
    _festival("christmas", "圣诞|Christmas|圣诞节|xmas|christmas day", "fixed", "12-25", AROUND),
)

FESTIVAL_BY_ID = {festival.id: festival for festival in FESTIVALS}


def festival_day(festival: Festival, today: date, year: int | None) -> date | None:
    """Return its day in `year`, or else the next one whose period is not over; None when no such date is kept."""
    for day in festival.days:
        if year is not None:
            if day.year == year:
                return day
        elif max(day, festival.period(day)[1]) >= today:
            return day
    return None
