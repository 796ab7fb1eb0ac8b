"""Where a metric stands when nothing is done: past windows ending now, their trend and season handled plainly."""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import z_two_sided
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.inputs import Floats, Window

CONFIDENCE = 0.9
RECENT = 3  # The level is the mean of so many windows: fewer are noisy, more are old.
SEASON_TRUST = 0.5  # One year tells a season and its own luck alike, so half of its difference is believed.
YEAR_DAYS = 365.25


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


def baseline_of(windows: tuple[Window, ...], people: int, now_ms: int, window_days: int) -> Baseline | None:
    """Return the baseline from windows in any order, or None where no window has people and outcomes.

    Level of the last three windows, times half of what last year's season did to its own level. The error joins
    sampling and how far earlier windows were missed by the same rule.
    """
    known = sorted((window for window in windows if window.people > 0), key=lambda window: window.starts_ms)
    if not known or sum(window.total for window in known) == 0:
        return None
    rates = np.array([window.total / window.people for window in known])
    starts = np.array([window.starts_ms for window in known], dtype=np.int64)
    value = _foreseen(rates, starts, now_ms, window_days)
    missed = _missed(rates, starts, window_days)
    recent = known[-1]
    mean = recent.total / recent.people
    deviation = math.sqrt(max(recent.squares / recent.people - mean**2, 1e-12))
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


def _foreseen(rates: Floats, starts: np.ndarray[tuple[int], np.dtype[np.int64]], at_ms: int, window_days: int) -> float:
    """Return what the window starting at `at_ms` should be, from windows that ended before it."""
    level = float(rates[-RECENT:].mean())
    year_ago = at_ms - YEAR_DAYS * DAY_MS
    near = np.abs(starts - year_ago) <= window_days * DAY_MS / 2
    before = (starts < year_ago - window_days * DAY_MS / 2) & (starts > year_ago - (RECENT + 1) * window_days * DAY_MS)
    if not near.any() or before.sum() < 2:
        return level
    season = float(rates[near].mean() / rates[before].mean()) if rates[before].mean() else 1.0
    return level * (1 + SEASON_TRUST * (season - 1))


def _missed(rates: Floats, starts: np.ndarray[tuple[int], np.dtype[np.int64]], window_days: int) -> float:
    """Return how far, as a standard deviation, the same rule missed the windows that are already known."""
    misses = [
        rates[place] - _foreseen(rates[:place], starts[:place], int(starts[place]), window_days)
        for place in range(RECENT, rates.size)
    ]
    if len(misses) < 2:
        return float(rates.std()) if rates.size > 1 else 0.05 * abs(float(rates[-1]))
    return float(np.sqrt(np.mean(np.square(misses))))
