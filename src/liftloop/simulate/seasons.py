"""The shop's calendar as a change of time: a busy day is a long one.

Demand runs evenly in operational days; festivals, months, weekdays and hours stretch them.
Both directions are monotone, so order is kept.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import DAY_MS, Floats, Ints
from liftloop.simulate.world import Festival, Season

WEEKDAY_OF_EPOCH = 3  # 1970-01-01 was a Thursday; Monday is 0.
WEEKEND_FROM = 5


class Calendar(Struct, frozen=True, kw_only=True):
    """Local days `first_day`.. with their weights; `until` holds the operational day at each start."""

    first_day: int
    offset_ms: int
    weights: Floats
    until: Floats
    weekend: Ints
    hours: Floats  # [2, 25] cumulative share of a day's demand at each hour; weekday, weekend.


def calendar(season: Season, utc_offset_minutes: int, first_ms: int, last_ms: int) -> Calendar:
    """Return the calendar that covers [first_ms, last_ms] with a day to spare at both ends."""
    offset_ms = utc_offset_minutes * 60_000
    first_day = (first_ms + offset_ms) // DAY_MS - 1
    days = np.arange(first_day, (last_ms + offset_ms) // DAY_MS + 2, dtype=np.int64)
    weekday = (days + WEEKDAY_OF_EPOCH) % 7
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    weights = np.asarray(season.months)[month] * np.asarray(season.weekdays)[weekday]
    for festival in season.festivals:
        weights = weights * _festival_weights(festival, days)
    return Calendar(
        first_day=first_day,
        offset_ms=offset_ms,
        weights=weights,
        until=np.concatenate([[0.0], np.cumsum(weights)]),
        weekend=(weekday >= WEEKEND_FROM).astype(np.int64),
        hours=np.stack([_cumulative(season.hours_weekday), _cumulative(season.hours_weekend)]),
    )


def to_operational(calendar: Calendar, at_ms: Ints) -> Floats:
    """Return operational days since the calendar's start; raise ValueError outside the calendar."""
    local = at_ms + calendar.offset_ms
    day = local // DAY_MS - calendar.first_day
    if day.size and (day.min() < 0 or day.max() >= calendar.weights.size):
        raise ValueError("an instant lies outside the simulated calendar")
    hour = (local % DAY_MS) / 3_600_000.0
    share = _by_kind_of_day(calendar, day, hour, np.arange(25.0), calendar.hours)
    return calendar.until[day] + calendar.weights[day] * share


def to_ms(calendar: Calendar, operational: Floats) -> Ints:
    """Return instants, whole seconds, of operational days; the inverse of `to_operational`."""
    day = np.searchsorted(calendar.until, operational, side="right") - 1
    day = np.clip(day, 0, calendar.weights.size - 1)
    share = np.clip((operational - calendar.until[day]) / calendar.weights[day], 0.0, 1.0)
    return day_start_ms(calendar, day + calendar.first_day) + time_of_day_ms(calendar, day, share)


def day_start_ms(calendar: Calendar, local_day: Ints) -> Ints:
    return local_day * DAY_MS - calendar.offset_ms


def time_of_day_ms(calendar: Calendar, day: Ints, share: Floats) -> Ints:
    """Return the instant within calendar row `day` before which `share` of its demand falls."""
    hour = np.empty_like(share)
    for kind in (0, 1):
        rows = calendar.weekend[day] == kind
        hour[rows] = np.interp(share[rows], calendar.hours[kind], np.arange(25.0))
    # A thousandth of a second keeps whole seconds whole on their way there and back.
    return np.minimum((hour * 3600.0 + 1e-3).astype(np.int64), 86_399) * 1000


def calendar_row(calendar: Calendar, at_ms: Ints) -> Ints:
    return (at_ms + calendar.offset_ms) // DAY_MS - calendar.first_day


def _by_kind_of_day(calendar: Calendar, day: Ints, value: Floats, known: Floats, result: Floats) -> Floats:
    out = np.empty_like(value)
    for kind in (0, 1):
        rows = calendar.weekend[day] == kind
        out[rows] = np.interp(value[rows], known, result[kind])
    return out


def _festival_weights(festival: Festival, days: Ints) -> Floats:
    weights = np.ones(days.size)
    length = festival.days_before + festival.days_after + 1
    for day in festival.dates:
        since = days - (day - date(1970, 1, 1)).days
        weights[(since >= -festival.days_before) & (since <= festival.days_after)] = festival.peak
        weights[(since > festival.days_after) & (since <= festival.days_after + length)] = festival.dip
    return weights


def _cumulative(hours: Sequence[float]) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(np.asarray(hours, dtype=np.float64))])
    return total / total[-1]
