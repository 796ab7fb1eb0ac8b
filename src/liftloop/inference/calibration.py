"""Do forecasts keep their word? Scores of a ledger of forecasts, intervals stretched to fit it, and an alarm.

A ledger row is what was said at launch beside what was measured; only launched campaigns have one, so that all of it
is "given launch".
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats
from liftloop.inference.intervals import Interval

LEVELS = (0.5, 0.8, 0.9)
REMEMBERED = 50  # Errors older than the last fifty campaigns say little of today's forecasts.
CONFORMAL_MIN = 20  # With fewer, the 95th of a hundred is an extrapolation.
EVIDENCE = 20.0  # An e-value of 20 is reached by chance in at most a twentieth of all ledgers, however long.
COVERAGE_LOW, COVERAGE_HIGH = 0.85, 0.95

LOWER = np.array([0.3, 0.5, 0.6, 0.7, 0.8])  # Coverages to bet on below; each is best against its own fault.
HIGHER = np.array([0.98, 0.99, 0.999, 1.0])


class Foretold(Struct, frozen=True, kw_only=True):
    """One matured campaign: the forecast with its standard deviation and intervals (50, 80, 90%), and the measured.

    All in one unit. `error` is that of forecast and measurement together, as the intervals were made.
    """

    forecast: float
    error: float
    measured: float
    intervals: tuple[Interval, Interval, Interval]

    def inside(self) -> tuple[bool, bool, bool]:
        first, second, third = (each.low <= self.measured <= each.high for each in self.intervals)
        return first, second, third


class Scores(Struct, frozen=True, kw_only=True):
    """How a ledger did. NaN where the rows do not allow a figure.

    `coverage`: shares of the 50, 80 and 90% intervals that held the measured; `bias`: summed forecast over summed
    measured, minus one (signed); `slope` of measured on forecast (1 wanted); `winkler`: mean interval score of the
    90% interval in units of the forecast's own error (less is better); `wrong_sign`: share with opposite signs.
    """

    campaigns: int
    coverage: tuple[float, float, float]
    bias: float
    slope: float
    winkler: float
    wrong_sign: float


def score(ledger: Sequence[Foretold]) -> Scores:
    """Return the scores of all rows; of an empty ledger NaN throughout."""
    if not ledger:
        nothing = math.nan
        return Scores(
            campaigns=0,
            coverage=(nothing, nothing, nothing),
            bias=nothing,
            slope=nothing,
            winkler=nothing,
            wrong_sign=nothing,
        )
    forecast = np.array([row.forecast for row in ledger])
    measured = np.array([row.measured for row in ledger])
    held = np.array([row.inside() for row in ledger], dtype=np.float64).mean(axis=0)
    total = float(measured.sum())
    return Scores(
        campaigns=len(ledger),
        coverage=(float(held[0]), float(held[1]), float(held[2])),
        bias=float(forecast.sum()) / total - 1 if total != 0 else math.nan,
        slope=_slope(forecast, measured),
        winkler=float(np.mean([winkler(row.intervals[-1], row.measured) / row.error for row in ledger])),
        wrong_sign=float(np.mean(forecast * measured < 0)),
    )


def winkler(interval: Interval, measured: float) -> float:
    """Return the interval score: the width, plus 2 / alpha times the miss (Winkler 1972; Gneiting and Raftery 2007)."""
    alpha = 1 - interval.confidence
    miss = max(interval.low - measured, 0.0) + max(measured - interval.high, 0.0)
    return interval.high - interval.low + 2 / alpha * miss


def _slope(forecast: Floats, measured: Floats) -> float:
    """Return the least-squares slope with an intercept; NaN where all forecasts are alike."""
    centered = forecast - forecast.mean()
    spread = float(centered @ centered)
    return float(centered @ measured) / spread if spread > 0 else math.nan


def stretch(ledger: Sequence[Foretold], confidence: float) -> float | None:
    """Return how many of its own errors a forecast must reach to hold in `confidence` of the cases, from the ledger.

    The split-conformal quantile of the last fifty standardised errors |measured - forecast| / error (Vovk, Gammerman
    and Shafer 2005; Lei et al. 2018): the ceil((n + 1) confidence)-th smallest. None with fewer than twenty rows, or
    where so few cannot promise so much.
    """
    recent = ledger[-REMEMBERED:]
    rank = math.ceil((len(recent) + 1) * confidence)
    if len(recent) < CONFORMAL_MIN or rank > len(recent):
        return None
    standard = np.sort([abs(row.measured - row.forecast) / row.error for row in recent])
    return float(standard[rank - 1])


def recalibrated(
    ledger: Sequence[Foretold], forecast: float, error: float, intervals: tuple[Interval, Interval, Interval]
) -> tuple[Interval, Interval, Interval]:
    """Return the intervals to tell: stretched (or tightened) to what the ledger shows, or as given while it is short.

    A wider confidence never gets the narrower interval.
    """
    told: list[Interval] = []
    reach = 0.0
    for given in intervals:
        factor = stretch(ledger, given.confidence)
        half = (given.high - given.low) / 2 if factor is None else factor * error
        reach = max(reach, half)
        middle = (given.high + given.low) / 2 if factor is None else forecast
        told.append(Interval(confidence=given.confidence, low=middle - reach, high=middle + reach))
    return told[0], told[1], told[2]


class Alarm(Struct, frozen=True, kw_only=True):
    """Evidence that the 90% intervals hold less (`low`) or more (`high`) often than between 85 and 95%.

    Each is a running e-value: bets against the claim that would have grown a stake of one to this. `wrong` says that
    one passed 20 at some time; then intervals are to be recalibrated and people told.
    """

    low: float
    high: float
    wrong: bool


def coverage_alarm(held: Flags) -> Alarm:
    """Return the evidence of a ledger in its order, `held` [campaigns]: did the 90% interval hold the measured?

    Two mixtures over coverages outside 85 to 95%, each a supermartingale while coverage stays inside, so that 20 is
    passed in at most a tenth of all ledgers at any time (Ville 1939; Ramdas et al. 2023, "Game-theoretic statistics
    and safe anytime-valid inference"); bets begin afresh with a part of the stake at each row, so that a drift that
    starts late is found.
    """
    worst = np.zeros(2)
    now = np.ones(2)
    for side, (null, others) in enumerate(((COVERAGE_LOW, LOWER), (COVERAGE_HIGH, HIGHER))):
        stakes = np.zeros((held.size, others.size))
        started = 1.0 / (np.arange(1, held.size + 1) * np.arange(2, held.size + 2))  # Sums to less than one.
        for row, inside in enumerate(held):
            stakes[row] = started[row] / others.size
            stakes[: row + 1] *= others / null if inside else (1 - others) / (1 - null)
            value = float(stakes.sum()) + 1 - float(started[: row + 1].sum())
            worst[side], now[side] = max(worst[side], value), value
    return Alarm(low=float(now[0]), high=float(now[1]), wrong=bool((worst >= EVIDENCE).any()))
