"""Looking more than once without fooling oneself: planned looks, and a band that holds at every look."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.special import ndtr, ndtri

from liftloop.inference.arrays import Floats

GRID_POINTS = 801  # The boundaries of ldbounds are met to three decimals.
HALVINGS = 50  # 20 standard errors halved 50 times: 2e-14.
LIMIT_MAX = 20.0  # Beyond 20 standard errors a double holds no probability.


def spent_alpha(fraction: float, alpha: float) -> float:
    """Return the two-sided error spent by an information fraction: O'Brien-Fleming-like, alpha/2 to each side.

    Lan and DeMets (1983), alpha_1*, at alpha / 2, twice; the convention of ldbounds and gsDesign.
    """
    if fraction <= 0:
        return 0.0
    return float(4 * ndtr(ndtri(alpha / 4) / math.sqrt(min(fraction, 1.0))))


def planned_boundaries(fractions: Sequence[float], alpha: float) -> tuple[float, ...]:
    """Return the |z| to exceed at each planned look, for increasing information fractions in (0, 1].

    The two-sided false-positive rate over all the looks together is `alpha`.
    Recursive integration of the surviving density (Armitage, McPherson and Rowe 1969) on a grid of the
    score process S = z * sqrt(t), whose increments are independent normal.
    """
    assert all(later > earlier for earlier, later in pairwise(fractions))
    assert fractions
    assert 0 < fractions[0] <= fractions[-1] <= 1
    limits: list[float] = []
    grid, mass = np.zeros(1), np.ones(1)
    before = 0.0
    for index, fraction in enumerate(fractions):
        step = math.sqrt(fraction - before)
        spend = spent_alpha(fraction, alpha) - (spent_alpha(before, alpha) if index else 0.0)
        limit = _limit_that_spends(spend, grid, mass, step)
        limits.append(limit / math.sqrt(fraction))
        grid, mass = _surviving(limit, grid, mass, step)
        before = fraction
    return tuple(limits)


def _crossing(limit: float, grid: Floats, mass: Floats, step: float) -> float:
    outside = ndtr((-limit - grid) / step) + ndtr((grid - limit) / step)
    return float((mass * outside).sum())


def _limit_that_spends(spend: float, grid: Floats, mass: Floats, step: float) -> float:
    def excess(limit: float) -> float:
        return _crossing(limit, grid, mass, step) - spend

    if excess(LIMIT_MAX * step) >= 0:
        return LIMIT_MAX * step
    low, high = 0.0, LIMIT_MAX * step
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def _surviving(limit: float, grid: Floats, mass: Floats, step: float) -> tuple[Floats, Floats]:
    points = np.linspace(-limit, limit, GRID_POINTS)
    width = points[1] - points[0]
    weights = np.full(GRID_POINTS, width)
    weights[[0, -1]] = width / 2
    distances = (points[:, None] - grid[None, :]) / step
    density = (np.exp(-0.5 * np.square(distances)) / (step * math.sqrt(2 * math.pi))) @ mass
    return points, density * weights


def sequence_scale(units: float, alpha: float) -> float:
    """Return the rho that makes the confidence sequence narrowest near `units` (Waudby-Smith et al., eq. 24)."""
    return math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / units)


def sequence_reach(units: float, deviation: float, *, alpha: float, rho: float) -> float:
    """Return the half-width of the asymptotic confidence sequence for a mean after `units` observations.

    It holds at all times together (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, theorem 2.2).
    For a difference of two groups take `deviation` = standard error * sqrt(units).
    """
    grown = units * rho**2 + 1
    return deviation * math.sqrt(2 * grown / (units**2 * rho**2) * math.log(math.sqrt(grown) / alpha))
