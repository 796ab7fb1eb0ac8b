"""Days as profiles tell them, anniversaries by sun and moon, and days at work, held against the table of festivals."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.kernel.days import anniversaries, day_number, is_working_day, next_anniversary, number_of_day
from liftloop.plan.goal.festivals import FESTIVALS

LUNAR = {"spring_festival": -101, "lantern": -115, "dragon_boat": -505, "qixi": -707, "mid_autumn": -815}
BY_ID = {each.id: each for each in FESTIVALS}


@pytest.mark.parametrize(
    ("value", "day"),
    [
        *((text, 19_900_214) for text in ("1990-02-14", "1990/2/14", "1990.2.14", "1990年2月14日", "19900214")),
        ("1990-02-14 08:00:00", 19_900_214),
        ("2026-11-30T16:30:00Z", 20_261_201),
        (1_795_219_200_000, 20_261_121),
        (19_900_214, 19_900_214),
        ("02-29", 229),
        ("2月29日", 229),
        ("农历八月十五", -815),
        ("腊月廿九", -1_229),
        ("闰六月初三", -603),
        ("十二月三十", -1_230),
        ("农历8-15", -815),
        *((wrong, 0) for wrong in ("", "soon", "1990-02-30", "13-01", "农历十三月初一", True, None, float("nan"), 7)),
    ],
)
def test_a_value_tells_a_day(value: object, day: int) -> None:
    """Whatever way a profile writes a day it is the same day, and what is no day is none."""
    assert day_number(value) == day


@pytest.mark.parametrize("name", LUNAR)
def test_lunar_days_fall_on_the_festivals(name: str) -> None:
    """The days of the Chinese calendar are where the table of festivals has them."""
    for day in BY_ID[name].days:
        assert LUNAR[name] in anniversaries(day, "solar")
        assert next_anniversary(LUNAR[name], "solar", day - timedelta(days=40)) == day
        assert next_anniversary(-LUNAR[name], "lunar", day - timedelta(days=40)) == day
        assert -LUNAR[name] in anniversaries(day, "lunar")


@settings(deadline=None, max_examples=40)
@given(st.dates(date(1920, 1, 1), date(2020, 12, 31)), st.sampled_from(["solar", "lunar"]), st.integers(2022, 2090))
def test_every_birthday_comes_once_a_year(born: date, calendar: str, year: int) -> None:
    """Within any thirteen months there is a birthday, at most 30 days from the same day of the year before."""
    first = next_anniversary(number_of_day(born), calendar, date(year, 1, 1))
    assert first is not None
    second = next_anniversary(number_of_day(born), calendar, first + timedelta(days=1))
    assert second is not None
    assert number_of_day(born) in anniversaries(first, calendar)
    assert not any(
        number_of_day(born) in anniversaries(first + timedelta(days=days), calendar) for days in (-29, -1, 1, 30)
    )
    days = (second - first).days
    assert days in ((365, 366) if calendar == "solar" else range(353, 386))


def test_days_at_work_are_those_that_were_announced() -> None:
    """In the days off of 2026 nobody works, on a Saturday that was moved people do; 2028 has its statutory days off."""
    for first, last in (span for each in FESTIVALS for span in each.official):
        assert not any(is_working_day(first + timedelta(days=n)) for n in range((last - first).days + 1))
    assert is_working_day(date(2026, 10, 10))
    days = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    weekdays = [day for day in days if day.isoweekday() <= 5]
    assert 5 <= len(weekdays) - sum(map(is_working_day, days)) <= 13
