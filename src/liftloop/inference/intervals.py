"""A mean with its standard error, and the intervals read from it."""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.late import ndtri


class Interval(Struct, frozen=True, kw_only=True):
    """Where the truth lies in `confidence` of the cases."""

    confidence: float
    low: float
    high: float


class Estimate(Struct, frozen=True, kw_only=True):
    """A value and its standard error over `units` independent units."""

    value: float
    error: float
    units: int

    def interval(self, confidence: float) -> Interval:
        """Return the two-sided normal interval, e.g. `confidence=0.9`."""
        reach = z_two_sided(confidence) * self.error
        return Interval(confidence=confidence, low=self.value - reach, high=self.value + reach)

    def lower_bound(self, confidence: float) -> float:
        """Return the one-sided bound that the truth exceeds in `confidence` of the cases."""
        return self.value - z_one_sided(confidence) * self.error

    def times(self, factor: float) -> "Estimate":
        """Return the estimate in another unit of measure (per 1,000, in money)."""
        return Estimate(value=self.value * factor, error=abs(factor) * self.error, units=self.units)


def z_one_sided(confidence: float) -> float:
    return float(ndtri(confidence))


def z_two_sided(confidence: float) -> float:
    return float(ndtri(0.5 + confidence / 2))


def mean_estimate(rows: Floats, unit: Integers) -> Estimate:
    """Return the mean of `rows` [n] with the standard error that allows for rows of one unit moving together.

    Linearised cluster variance of a mean (Cameron and Miller 2015, section II): residual sums per unit.
    Raises nothing; fewer than two units give an infinite error.
    """
    if rows.size == 0:
        return Estimate(value=math.nan, error=math.inf, units=0)
    mean = float(rows.mean())
    sums = np.bincount(unit, weights=rows - mean)
    units = int(np.count_nonzero(np.bincount(unit)))
    if units < 2:
        return Estimate(value=mean, error=math.inf, units=units)
    variance = float(np.square(sums).sum()) / rows.size**2 * units / (units - 1)
    return Estimate(value=mean, error=math.sqrt(variance), units=units)


def forecast_intervals(value: float, *, errors: tuple[float, ...]) -> tuple[Interval, Interval, Interval]:
    """Return the 50, 80 and 90% intervals of a forecast whose independent errors add up in quadrature.

    `errors` are standard deviations, such as evaluation, the coming measurement, the shift between campaigns.
    """
    total = Estimate(value=value, error=math.sqrt(sum(error**2 for error in errors)), units=0)
    return total.interval(0.5), total.interval(0.8), total.interval(0.9)
