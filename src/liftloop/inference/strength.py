"""How strong effects are now beside what they were in past campaigns: they drift, wander, and differ by occasion.

Each campaign tells, with its own sampling error, how strong its effect was as a multiple of what all of them together
say. A Gaussian process over time (Rasmussen and Williams 2006, chapter 2) joins them: a trend, a slow wandering and
what is each occasion's own. Few or noisy campaigns leave the multiple at one and its error wide.
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats

TREND_A_YEAR = 0.5
"""One standard deviation of the trend: audiences tire, coupons wear off, channels come into use."""
WANDER, WANDER_YEARS = 0.2, 0.5
OWN = 0.15
"""With WANDER a quarter: how far a campaign's effect strays from the forecast until its own ledger says otherwise."""
LEVEL = 10.0  # Flat: the common level is estimated elsewhere, with its own error.
SCALES = np.array([0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])
SCALE_SPREAD = 0.5
"""How far all of these may be off together, as a standard deviation of the logarithm; what campaigns show decides."""
MULTIPLE_MIN, MULTIPLE_MAX = 0.2, 3.0


class Strength(Struct, frozen=True, kw_only=True):
    """What a campaign of `years` ago was, as a multiple of what all together say, and its sampling error."""

    years: float
    multiple: float
    error: float


class StrengthNow(Struct, frozen=True, kw_only=True):
    """The multiple by which effects of now differ from those of the log, its error, and the next campaign's own."""

    multiple: float
    error: float
    own: float


def strength_now(past: Sequence[Strength]) -> StrengthNow:
    """Return the strength of now; errors must be positive. Without campaigns it is one, give or take a quarter."""
    if not past:
        return StrengthNow(multiple=1.0, error=WANDER, own=OWN)
    years = np.array([one.years for one in past])
    seen = np.array([one.multiple - 1.0 for one in past])
    noise = np.square([one.error for one in past])
    pull = (1 / noise) / (1 / noise).sum()
    told = [_told(years, seen, (noise, pull), float(scale)) for scale in SCALES]
    log_weight = np.array([each[2] for each in told]) - 0.5 * np.square(np.log(SCALES) / SCALE_SPREAD)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    means, variances = (np.array([each[part] for each in told]) for part in (0, 1))
    mean = float(weight @ means)
    variance = float(weight @ (variances + np.square(means - mean)))
    return StrengthNow(
        multiple=float(np.clip(1 + mean, MULTIPLE_MIN, MULTIPLE_MAX)),
        error=math.sqrt(variance),
        own=float(OWN * math.sqrt(weight @ np.square(SCALES))),
    )


def _told(years: Floats, seen: Floats, weights: tuple[Floats, Floats], scale: float) -> tuple[float, float, float]:
    """Return mean and variance of now's multiple less the log's, and the log likelihood, at one scale of change."""
    noise, pull = weights
    moving = scale**2 * _moving(years, years)
    own = scale**2 * OWN**2 * np.eye(years.size)
    covariance = moving + own + np.diag(noise) + LEVEL**2
    # What is asked for is the strength of now minus the mean that the log's common level already holds.
    ahead = scale**2 * _moving(np.zeros(1), years)[0]
    cross = ahead - (moving + own) @ pull
    inverse = np.linalg.inv(covariance)
    before = scale**2 * WANDER**2 - 2 * ahead @ pull + pull @ (moving + own) @ pull
    mean = float(cross @ inverse @ seen)
    variance = max(float(before - cross @ inverse @ cross), 0.0)
    likelihood = -0.5 * (float(seen @ inverse @ seen) + float(np.linalg.slogdet(covariance)[1]))
    return mean, variance, likelihood


def _moving(one: Floats, other: Floats) -> Floats:
    apart = np.abs(one[:, None] - other[None, :])
    return TREND_A_YEAR**2 * np.outer(one, other) + WANDER**2 * np.exp(-apart / WANDER_YEARS)
