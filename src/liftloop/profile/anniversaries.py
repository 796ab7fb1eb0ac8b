"""How many days it is until people's days come round again, by the shop's calendar: birthdays, days of joining.

A day without a year has one every year; one that is yet to come for the first time is told only where that is its
next anniversary. Days of the Chinese calendar alone have none here: journeys know them.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS
from liftloop.kernel.days import SHOP_MS, next_anniversary
from liftloop.profile.comparing import passing
from liftloop.profile.contract import FlipTimes, Truth

Comparisons = Sequence[tuple[str, float]]

_YEAR = 10_000
_EPOCH = date(1970, 1, 1)
_AHEAD_DAYS = 400
"""After so many days everything has come round at least once."""


class Coming(Struct, frozen=True, kw_only=True):
    """What a comparison says of each day of the year, by month and day as digits; shape [1,300]."""

    holds: Truth
    year: NDArray[np.int32]
    """In which the next anniversary is; 0 for what is no day."""
    flips_ms: FlipTimes
    """When the answer changes by time alone."""


@lru_cache(maxsize=256)
def coming(today: int, comparisons: Comparisons) -> Coming:
    """Return the answers on a day, told as days since 1970 by the shop's clock."""
    holds, year = np.zeros(1_300, dtype=np.bool_), np.zeros(1_300, dtype=np.int32)
    flips_ms = np.full(1_300, FAR_FUTURE_MS, dtype=np.int64)
    ahead = np.arange(_AHEAD_DAYS)
    for number in _days_of_the_year():
        next_days, year[number] = _next_of(number, today)
        passes = passing(next_days[np.searchsorted(next_days, ahead)] - ahead, comparisons)
        holds[number] = passes[0]
        changed = np.flatnonzero(passes != passes[0])
        if changed.size:
            flips_ms[number] = midnight_ms(today + int(changed[0]))
    return Coming(holds=holds, year=year, flips_ms=flips_ms)


def before_anniversary(days: NDArray[np.int32], now_ms: int, comparisons: Comparisons) -> tuple[Truth, FlipTimes]:
    """Return for whom the days until their next anniversary pass all comparisons, and when that may change."""
    today = shop_day(now_ms)
    table = coming(today, tuple(comparisons))
    number = np.where(days > 0, days % _YEAR, 0)
    yet_to_come = days // _YEAR > table.year[number]
    flips_ms = np.where(yet_to_come & (table.year[number] > 0), midnight_ms(today + 1), table.flips_ms[number])
    return table.holds[number] & ~yet_to_come, flips_ms


def wanted_days(now_ms: int, comparisons: Comparisons) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the days of the year for which the comparisons hold, by the year of their next anniversary."""
    table = coming(shop_day(now_ms), tuple(comparisons))
    years = np.unique(table.year[table.holds]).tolist()
    return tuple((year, tuple(np.flatnonzero(table.holds & (table.year == year)).tolist())) for year in years)


def shop_day(at_ms: int) -> int:
    """Return the day of an instant by the shop's clock, in days since 1970."""
    return (at_ms + SHOP_MS) // DAY_MS


def midnight_ms(day: int) -> int:
    """Return the instant at which a day begins by the shop's clock."""
    return day * DAY_MS - SHOP_MS


def _next_of(number: int, today: int) -> tuple[NDArray[np.int64], int]:
    """Return the next anniversaries, as many as come in the days that are looked at, and the year of the first."""
    since, until = (_EPOCH + timedelta(days=today + ahead) for ahead in (0, _AHEAD_DAYS))
    found: list[date] = []
    while not found or found[-1] < until:
        day = next_anniversary(number, "solar", found[-1] + timedelta(days=1) if found else since)
        assert day is not None
        found.append(day)
    return np.array([(day - since).days for day in found]), found[0].year


@lru_cache(maxsize=1)
def _days_of_the_year() -> Sequence[int]:
    leap = [date(2024, 1, 1) + timedelta(days=each) for each in range(366)]
    return [100 * day.month + day.day for day in leap]
