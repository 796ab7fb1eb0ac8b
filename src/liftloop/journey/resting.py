"""Until when people stay at a node that waits for a clock or a day: one instant for all of one zone."""

from collections.abc import Callable
from datetime import date, timedelta, tzinfo
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from liftloop.journey.waits import ByClock, Days, Until, UntilBestHour, UntilDate
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, HOUR_MS, MINUTE_MS
from liftloop.kernel.days import NO_DAY, day_of_number, has_year, is_working_day, next_anniversary, number_of_day
from liftloop.kernel.local_time import at_minute, instant_ms, next_shown_ms, shown, zone_of
from liftloop.profile.reading import told
from liftloop.runtime.contract import Slots, StateView

Instants = NDArray[np.int64]
Truth = NDArray[np.bool_]
WEEK_HOURS = 7 * 24


def clock_ms(state: StateView, node: ByClock, slots: Slots, now_ms: int, strictly: Truth) -> Instants:
    """Return until when each person stays; later than now for those of `strictly`. Shape [len(slots)]."""
    match node:
        case Until():
            return _shown(state, node, slots, now_ms, strictly)
        case UntilBestHour():
            return _best(state, node, slots, now_ms, strictly)


def date_ms(state: StateView, node: UntilDate, slots: Slots, now_ms: int) -> Instants:
    """Return when the day of each person comes, FAR_FUTURE_MS where it is over or none is told; shape [len(slots)]."""
    zones, places = _zones(state, node.zone, slots)
    days = (
        told.days_of(state, node.trait, slots).astype(np.int64)
        if node.trait
        else np.full(len(slots), number_of_day(date.fromisoformat(node.date)), dtype=np.int64)
    )
    pairs, inverse = np.unique(np.stack([days, places]), axis=1, return_inverse=True)
    at_ms = [_date_ms(node, int(day), zones[place], now_ms) for day, place in pairs.T.tolist()]
    return np.array(at_ms, dtype=np.int64)[inverse.reshape(-1)] if len(slots) else np.zeros(0, dtype=np.int64)


def _date_ms(node: UntilDate, number: int, zone: tzinfo, now_ms: int) -> int:
    if number == NO_DAY:
        return FAR_FUTURE_MS
    shift = timedelta(days=node.offset_days)
    if not node.yearly:
        if not has_year(number):
            return FAR_FUTURE_MS
        at_ms = instant_ms(at_minute(day_of_number(number) + shift, node.minute), zone)
        return at_ms if at_ms > now_ms else FAR_FUTURE_MS
    since = shown(now_ms, zone).date() - shift
    for _ in range(2):
        day = next_anniversary(number, node.calendar, since)
        if day is None:
            return FAR_FUTURE_MS
        at_ms = instant_ms(at_minute(day + shift, node.minute), zone)
        if at_ms > now_ms:
            return at_ms
        since = day + timedelta(days=1)
    return FAR_FUTURE_MS


def _shown(state: StateView, node: Until, slots: Slots, now_ms: int, strictly: Truth) -> Instants:
    may_be = allowed_days(tuple(node.weekdays), node.days)
    if not node.zone:
        soon, later = (_fixed_ms(node, now_ms, may_be, strictly=each) for each in (False, True))
        return np.where(strictly, later, soon)
    zones, places = _zones(state, node.zone, slots)
    soon, later = (
        np.array([next_shown_ms(now_ms, node.minute, zone, may_be=may_be, strictly=each) for zone in zones])
        for each in (False, True)
    )
    return np.where(strictly, later[places], soon[places])


def _fixed_ms(node: Until, now_ms: int, may_be: Callable[[date], bool], *, strictly: bool) -> int:
    """Return the next instant at which a clock of a fixed offset shows the minute, on a day that may be."""
    offset_ms = node.offset_minutes * MINUTE_MS
    at_ms = now_ms + (node.minute * MINUTE_MS - offset_ms - now_ms) % DAY_MS
    if strictly and at_ms == now_ms:
        at_ms += DAY_MS
    while not may_be(date(1970, 1, 1) + timedelta(days=(at_ms + offset_ms) // DAY_MS)):
        at_ms += DAY_MS
    return at_ms


def _best(state: StateView, node: UntilBestHour, slots: Slots, now_ms: int, strictly: Truth) -> Instants:
    round_hours = WEEK_HOURS if node.within == "week" else 24
    hours = told.best_hours(state, slots)
    known = ~np.isnan(hours)
    best = np.where(known, hours, 0).astype(np.int64) % round_hours
    now_hour = told.hour_of_week(now_ms) % round_hours
    began_ms = now_ms // HOUR_MS * HOUR_MS  # The shop's zone is whole hours from UTC.
    ahead = (best - int(now_hour)) % round_hours
    at_ms = np.where(ahead == 0, now_ms, began_ms + ahead * HOUR_MS)
    at_ms = np.where((ahead == 0) & strictly, began_ms + round_hours * HOUR_MS, at_ms)
    zone = told.shop_zone()
    soon, later = (
        next_shown_ms(now_ms, node.otherwise_minute, zone, may_be=lambda _: True, strictly=each)
        for each in (False, True)
    )
    return np.where(known, at_ms, np.where(strictly, later, soon))


@lru_cache(maxsize=256)
def allowed_days(weekdays: tuple[int, ...], days: Days) -> Callable[[date], bool]:
    """Return the function that says of a date whether it is one of these weekdays and kinds of day."""

    def may_be(day: date) -> bool:
        if weekdays and day.isoweekday() not in weekdays:
            return False
        return days == "any" or is_working_day(day) == (days == "working")

    return may_be


def comes(weekdays: tuple[int, ...], days: Days) -> bool:
    """Return whether such a day comes within the next year, whichever year it is."""
    may_be = allowed_days(weekdays, days)
    return any(may_be(date(2027, 1, 1) + timedelta(days=ahead)) for ahead in range(365))


def _zones(state: StateView, zone: str, slots: Slots) -> tuple[list[tzinfo], Instants]:
    if zone == told.RECIPIENT:
        zones, places = told.zones_of(state, slots)
        return list(zones), places
    return [(zone_of(zone) if zone else None) or told.shop_zone()], np.zeros(len(slots), dtype=np.int64)
