"""Looking more than once without fooling oneself: planned looks, and a band that holds at every look."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from liftloop.inference.arrays import Floats
from liftloop.inference.late import ndtr, ndtri

GRID_POINTS = 801  # The boundaries of ldbounds are met to three decimals.
HALVINGS = 50  # 20 standard errors halved 50 times: 2e-14.
LAMBERT_ROUNDS = 60  # Each round at alpha 0.3 shrinks the error fourfold, at 0.05 ninefold.
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
        limit = _limit_that_spends(spend, (grid, mass), step, LIMIT_MAX * math.sqrt(fraction))
        limits.append(limit / math.sqrt(fraction))
        grid, mass = _surviving(limit, grid, mass, step)
        before = fraction
    return tuple(limits)


@lru_cache(maxsize=16)  # A page asks again and again about the same few looks.
def surviving_mass(fractions: tuple[float, ...], limits: tuple[float, ...]) -> tuple[tuple[Floats, Floats], ...]:
    """Return, before each look, where the score process is without an effect and has not crossed: points and mass.

    The first entry is all mass at zero; one more entry than looks.
    """
    found = [(np.zeros(1), np.ones(1))]
    before = 0.0
    for fraction, limit in zip(fractions, limits, strict=True):
        grid, mass = found[-1]
        found.append(_surviving(limit * math.sqrt(fraction), grid, mass, math.sqrt(fraction - before)))
        before = fraction
    return tuple(found)


def _crossing(limit: float, grid: Floats, mass: Floats, step: float) -> float:
    outside = ndtr((-limit - grid) / step) + ndtr((grid - limit) / step)
    return float((mass * outside).sum())


def _limit_that_spends(spend: float, before: tuple[Floats, Floats], step: float, most: float) -> float:
    """Return the limit in score units beyond which `spend` of the mass falls; `most` where less falls even there."""

    def excess(limit: float) -> float:
        return _crossing(limit, *before, step) - spend

    if excess(most) >= 0:
        return most
    low, high = 0.0, most
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


def sequence_limit(fraction: float, alpha: float) -> float:
    """Return how many standard errors the band reaches that holds at all times together, at an information fraction.

    `fraction` is the information so far over that at which the band is to be narrowest (the planned end), and may
    pass 1. The normal mixture: sqrt(2 (t r + 1) / (t r) log(sqrt(t r + 1) / alpha)) of the present standard error
    (Robbins 1970; Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, theorem 2.2), where r = rho^2 is exactly the
    best for fraction 1 (Howard, Ramdas, McAuliffe and Sekhon 2021, proposition 3a).
    """
    assert fraction > 0
    grown = fraction * _narrowest_at_one(alpha)
    return math.sqrt(2 * (grown + 1) / grown * math.log(math.sqrt(grown + 1) / alpha))


def _narrowest_at_one(alpha: float) -> float:
    """Return rho^2: -W(-alpha^2 / e) - 1 on the lower branch of Lambert's function, by its fixed point."""
    root = 1.0 - 2 * math.log(alpha)
    for _ in range(LAMBERT_ROUNDS):
        root = 1.0 - 2 * math.log(alpha) + math.log(root)
    return root - 1.0
