"""Every date of the festival table is derived again, from the moon, the sun or the calendar."""

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from liftloop.plan.goal.festivals import FESTIVAL_BY_ID, FESTIVALS, FIRST_YEAR, YEARS, festival_day

CHINA = timezone(timedelta(hours=8))
J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
# Terrestrial time runs about 70 s ahead of UTC in these years.
DELTA_T = timedelta(seconds=70)


def to_china_date(julian_day: float) -> date:
    return (J2000 + timedelta(days=julian_day - 2451545.0) - DELTA_T).astimezone(CHINA).date()


def new_moon(k: int) -> float:
    """The instant of new moon number k after 2000-01-06 (Meeus, Astronomical Algorithms, chapter 49, main terms)."""
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    e = 1 - 0.002516 * t
    m = math.radians(2.5534 + 29.10535670 * k)
    mm = math.radians(201.5643 + 385.81693528 * k)
    f = math.radians(160.7108 + 390.67050284 * k)
    omega = math.radians(124.7746 - 1.56375588 * k)
    return (
        jde
        - 0.40720 * math.sin(mm)
        + 0.17241 * e * math.sin(m)
        + 0.01608 * math.sin(2 * mm)
        + 0.01039 * math.sin(2 * f)
        + 0.00739 * e * math.sin(mm - m)
        - 0.00514 * e * math.sin(mm + m)
        + 0.00208 * e * e * math.sin(2 * m)
        - 0.00111 * math.sin(mm - 2 * f)
        - 0.00057 * math.sin(mm + 2 * f)
        + 0.00056 * e * math.sin(2 * mm + m)
        - 0.00042 * math.sin(3 * mm)
        + 0.00042 * e * math.sin(m + 2 * f)
        + 0.00038 * e * math.sin(m - 2 * f)
        - 0.00024 * e * math.sin(2 * mm - m)
        - 0.00017 * math.sin(omega)
    )


def sun_longitude(julian_day: float) -> float:
    """Apparent longitude of the sun in degrees (Meeus, chapter 25, low accuracy: 0.01 degrees)."""
    t = (julian_day - 2451545.0) / 36525
    mean = 280.46646 + 36000.76983 * t
    anomaly = math.radians(357.52911 + 35999.05029 * t)
    centre = (1.914602 - 0.004817 * t) * math.sin(anomaly) + 0.019993 * math.sin(2 * anomaly)
    omega = math.radians(125.04 - 1934.136 * t)
    return (mean + centre - 0.00569 - 0.00478 * math.sin(omega)) % 360


def solar_term(year: int, longitude: float) -> date:
    """The day in China on which the sun reaches `longitude`."""
    at = 2451545.0 + (year - 2000) * 365.2425 + ((longitude - 280) % 360) / 360 * 365.2425 - 5
    for _ in range(50):
        at += ((longitude - sun_longitude(at) + 180) % 360 - 180) * 365.2425 / 360
    return to_china_date(at)


def lunar_months(year: int) -> dict[int, date]:
    """First days of the months 1 to 12 of the Chinese year that begins in `year`; leap months left out."""
    solstice, next_solstice = solar_term(year - 1, 270), solar_term(year, 270)
    first_k = int((year - 1 - 2000) * 12.3685) - 3
    moons = [to_china_date(new_moon(k)) for k in range(first_k, first_k + 45)]
    eleventh = max(day for day in moons if day <= solstice)
    next_eleventh = max(day for day in moons if day <= next_solstice)
    numbers = number_months([m for m in moons if eleventh <= m <= next_eleventh], year - 1)
    third_solstice = solar_term(year + 1, 270)
    following = max(day for day in moons if day <= third_solstice)
    later = number_months([m for m in moons if next_eleventh <= m <= following], year)
    return {n: day for n, day in numbers.items() if n <= 10} | {n: later[n] for n in (11, 12)}


def number_months(moons: list[date], year: int) -> dict[int, date]:
    """Number the months between two eleventh months; with thirteen, the first without a major term is a leap month."""
    terms = [solar_term(year + (1 if step else 0), (270 + 30 * step) % 360) for step in range(12)]
    starts, leap_left = moons[:-1], len(moons) == 14
    numbers: dict[int, date] = {}
    number = 10
    for start, end in zip(starts, moons[1:], strict=True):
        if leap_left and not any(start <= term < end for term in terms):
            leap_left = False
            continue
        number += 1
        numbers[(number - 1) % 12 + 1] = start
    return numbers


LUNAR = {
    "spring_festival": (1, 1),
    "lantern": (1, 15),
    "dragon_boat": (5, 5),
    "qixi": (7, 7),
    "mid_autumn": (8, 15),
    "double_ninth": (9, 9),
}
TERMS = {"qingming": 15, "winter_solstice": 270}


@pytest.mark.parametrize("year", range(FIRST_YEAR, FIRST_YEAR + YEARS))
@pytest.mark.parametrize("name", sorted(LUNAR))
def test_lunar_dates_follow_the_moon(name: str, year: int) -> None:
    """A lunar festival stands on the day that new moons and solstice give."""
    month, day = LUNAR[name]
    expected = lunar_months(year)[month] + timedelta(days=day - 1)
    assert FESTIVAL_BY_ID[name].days[year - FIRST_YEAR] == expected


@pytest.mark.parametrize("year", range(FIRST_YEAR, FIRST_YEAR + YEARS))
@pytest.mark.parametrize("name", sorted(TERMS))
def test_solar_terms_follow_the_sun(name: str, year: int) -> None:
    """A solar term stands on the day on which the sun reaches its longitude in China."""
    assert FESTIVAL_BY_ID[name].days[year - FIRST_YEAR] == solar_term(year, TERMS[name])


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


@pytest.mark.parametrize("year", range(FIRST_YEAR, FIRST_YEAR + YEARS))
def test_weekday_festivals_follow_the_calendar(year: int) -> None:
    """Mother's and Father's Day, Thanksgiving and Black Friday stand on their weekdays."""
    thanksgiving = nth_weekday(year, 11, 3, 4)
    expected = {
        "mothers_day": nth_weekday(year, 5, 6, 2),
        "fathers_day": nth_weekday(year, 6, 6, 3),
        "thanksgiving": thanksgiving,
        "black_friday": thanksgiving + timedelta(days=1),
    }
    weekday = {f.id: f.days[year - FIRST_YEAR] for f in FESTIVALS if f.derived == "weekday"}
    assert weekday == expected


def test_every_derivation_is_covered() -> None:
    """No lunar or solar date stands in the table without being derived above."""
    assert {f.id for f in FESTIVALS if f.derived == "lunar"} == set(LUNAR)
    assert {f.id for f in FESTIVALS if f.derived == "solar_term"} == set(TERMS)
    for festival in FESTIVALS:
        assert [day.year for day in festival.days] == [FIRST_YEAR + i for i in range(YEARS)]
        if festival.derived == "fixed":
            assert len({(day.month, day.day) for day in festival.days}) == 1


def test_no_name_means_two_festivals() -> None:
    """A name belongs to one festival."""
    names = [n.lower() for f in FESTIVALS for n in (f.zh, f.en, *f.more)]
    assert len(names) == len(set(names))


def test_next_one_is_meant_until_its_period_is_over() -> None:
    """On the last day of the holiday 国庆 is this year's, on the day after it is next year's."""
    national = FESTIVAL_BY_ID["national_day"]
    assert festival_day(national, date(2026, 10, 7), None) == date(2026, 10, 1)
    assert festival_day(national, date(2026, 10, 8), None) == date(2027, 10, 1)
    assert festival_day(national, date(2026, 10, 8), 2029) == date(2029, 10, 1)
    assert festival_day(national, date(2026, 10, 8), 2031) is None


def test_announced_holidays_stand() -> None:
    """Where the days off are announced, they are the period."""
    assert FESTIVAL_BY_ID["mid_autumn"].period(date(2026, 9, 25)) == (date(2026, 9, 25), date(2026, 9, 27))
    assert FESTIVAL_BY_ID["mid_autumn"].period(date(2027, 9, 15)) == (date(2027, 9, 14), date(2027, 9, 16))
