"""Where a metric stands when nothing is done: past windows ending now, their trend and season handled plainly."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import z_two_sided
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.goal.festivals import FESTIVAL_BY_ID, Festival
from liftloop.plan.inputs import Floats, Window

CONFIDENCE = 0.9
RECENT = 3  # The level is the mean of so many windows: fewer are noisy, more are old.
WINDOWS = 9  # Six are missed by the level of the three before them: that is how far the next one may be.
SEASON_TRUST = 0.5  # One year tells a season and its own luck alike, so half of its difference is believed.
YEAR_DAYS = 364  # Fifty-two weeks: the same days of the week.
LUNAR = tuple(FESTIVAL_BY_ID[name] for name in ("spring_festival", "mid_autumn", "dragon_boat"))
"""Those that move what shops sell, by how much; a window holds one of them."""
RUN_UP_DAYS = 7  # People buy for a festival in the week before it.
DEVIATION_MIN = 1e-6
CHINA_MS = 8 * 3_600_000  # Festivals are days of China; a few hours more or less do not matter to a window.


class Baseline(Struct, frozen=True, kw_only=True):
    """The metric over the coming window when nothing is done, with its 90% interval.

    `value` is per person; `deviation` the spread of one person's outcome; `last` the window that just ended.
    """

    value: float
    low: float
    high: float
    people: int
    deviation: float
    last: float
    windows: int

    @property
    def error(self) -> float:
        return (self.high - self.low) / 2 / z_two_sided(CONFIDENCE)


def window_starts(now_ms: int, window_days: int) -> tuple[int, ...]:
    """Return when the past windows begin that a baseline is made of, latest first: the recent ones, and last year's.

    Last year's are the one like the coming window, the three before it and the three after it.
    """
    span = window_days * DAY_MS
    recent = [now_ms - back * span for back in range(1, WINDOWS + 1)]
    ago = _year_ago(now_ms, window_days)
    around = (ago + place * span for place in range(-RECENT, RECENT + 1))
    return tuple(sorted({*recent, *(start for start in around if start + span <= now_ms)}, reverse=True))


def _year_ago(now_ms: int, window_days: int) -> int:
    """Return when last year's window like the one from `now_ms` began: as far before the festival, if it holds one.

    Festivals of the lunar calendar move by 11 days, or by 19 the other way; all else comes back after 52 weeks.
    """
    today = _day(now_ms)
    last = today + timedelta(days=window_days + RUN_UP_DAYS)
    for festival in LUNAR:
        moved = _moved(festival, today, last)
        if moved is not None:
            return now_ms - moved * DAY_MS
    return now_ms - YEAR_DAYS * DAY_MS


def _moved(festival: Festival, first: date, last: date) -> int | None:
    """Return the days from the festival's day of the year before to the one in [first, last), None without either."""
    pairs = pairwise(festival.days)
    return next(((day - before).days for before, day in pairs if first <= day < last), None)


def _day(at_ms: int) -> date:
    return date(1970, 1, 1) + timedelta(days=(at_ms + CHINA_MS) // DAY_MS)


def baseline_of(windows: tuple[Window, ...], people: int, now_ms: int, window_days: int) -> Baseline | None:
    """Return the baseline from windows in any order, or None where no recent window has people and outcomes.

    Level of the last three windows, times half of what last year's season did to its own level. The error joins
    sampling and how far earlier windows were missed by their level.
    """
    ordered = sorted((window for window in windows if window.people > 0), key=lambda window: window.starts_ms)
    known = [window for window in ordered if (now_ms - window.starts_ms) % (window_days * DAY_MS) == 0]
    if not known or sum(window.total for window in known) == 0:
        return None
    rates = np.array([window.total / window.people for window in known])
    value = float(rates[-RECENT:].mean()) * (1 + SEASON_TRUST * (_season(ordered, now_ms, window_days) - 1))
    missed = _missed(rates)
    deviation = _deviation(known)
    sampled = deviation / math.sqrt(sum(window.people for window in known[-RECENT:]))
    reach = z_two_sided(CONFIDENCE) * math.hypot(sampled, missed)
    return Baseline(
        value=value,
        low=max(value - reach, 0.0) if value >= 0 else value - reach,
        high=value + reach,
        people=people,
        deviation=deviation,
        last=float(rates[-1]),
        windows=len(known),
    )


def _deviation(known: Sequence[Window]) -> float:
    """Return the spread of one person's outcome in the newest window in which outcomes differ.

    Where nobody ordered lately, that window says nothing of how people differ: it must not seem to be without noise.
    """
    spreads = (
        math.sqrt(max(each.squares / each.people - (each.total / each.people) ** 2, 0.0)) for each in known[::-1]
    )
    return next((spread for spread in spreads if spread > DEVIATION_MIN), DEVIATION_MIN)


def _season(windows: Sequence[Window], now_ms: int, window_days: int) -> float:
    """Return what last year's window was, as a multiple of the level around it; 1 where that is not known.

    Three windows on either side: with those before alone, a shop that was growing would seem to be in season.
    """
    by_start = {window.starts_ms: window.total / window.people for window in windows}
    span, ago = window_days * DAY_MS, _year_ago(now_ms, window_days)
    sides = [by_start.get(ago + place * span, 0.0) for place in range(-RECENT, RECENT + 1) if place]
    like = by_start.get(ago, 0.0)
    if not like > 0 or not min(sides) > 0:
        return 1.0
    return like / math.sqrt(float(np.mean(sides[:RECENT])) * float(np.mean(sides[RECENT:])))


def _missed(rates: Floats) -> float:
    """Return how far, as a standard deviation, the level of three windows missed the next one."""
    misses = [rates[place] - rates[place - RECENT : place].mean() for place in range(RECENT, rates.size)]
    if len(misses) < 2:
        return float(rates.std()) if rates.size > 1 else 0.05 * abs(float(rates[-1]))
    return float(np.sqrt(np.mean(np.square(misses))))
