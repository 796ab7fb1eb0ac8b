"""Claims shown together are corrected together: many metrics, many arms, many segments."""

from collections.abc import Sequence

import numpy as np

from liftloop.inference.arrays import Flags, Floats
from liftloop.inference.intervals import Estimate, Interval
from liftloop.inference.late import ndtr, ndtri

GRID_REACH, GRID_POINTS = 8.0, 321  # The smooth integrand is met to 1e-8.
HALVINGS = 30


def p_value(estimate: Estimate) -> float:
    """Return the two-sided chance of an estimate this far from zero without an effect; 1 without a finite error."""
    if not np.isfinite(estimate.error) or not np.isfinite(estimate.value):
        return 1.0
    if estimate.error == 0:
        return float(estimate.value == 0)
    return float(2 * ndtr(-abs(estimate.value) / estimate.error))


def holm(p_values: Sequence[float]) -> Floats:
    """Return adjusted p-values [n]: below alpha for some true null in at most alpha of the cases (Holm 1979).

    For the few claims on which something is decided.
    """
    found = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(found, kind="stable")
    stepped = np.maximum.accumulate(found[order] * (found.size - np.arange(found.size)))
    adjusted = np.empty_like(found)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> Floats:
    """Return adjusted p-values [n]: of those below q at most a share q is false (Benjamini and Hochberg 1995).

    For the many that are read through: metrics, segments.
    """
    found = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(found, kind="stable")[::-1]
    stepped = np.minimum.accumulate(found[order] * found.size / np.arange(found.size, 0, -1))
    adjusted = np.empty_like(found)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def selected_confidence(selected: Flags, rate: float) -> float:
    """Return the confidence of the intervals to show of the selected claims, so that a share `rate` of them misses.

    1 - rate * selected / all (false coverage rate; Benjamini and Yekutieli 2005). With nothing selected 1 - rate.
    """
    share = float(selected.mean()) if selected.any() else 1.0
    return 1.0 - rate * share


class _Control:
    """The chance that all of several arms lie within a limit of one control, when none differs from it."""

    def __init__(self, arms: Sequence[Estimate], control: Estimate) -> None:
        """Take loadings from the errors: two contrasts share the control's noise."""
        loading = np.array([control.error / np.hypot(arm.error, control.error) for arm in arms])
        self.loading = np.minimum(loading, 1 - 1e-9)
        self.at = np.linspace(-GRID_REACH, GRID_REACH, GRID_POINTS)
        density = np.exp(-0.5 * np.square(self.at))
        self.mass = density / density.sum()

    def within(self, limit: float) -> float:
        own = np.sqrt(1 - np.square(self.loading))[:, None]
        shift = self.loading[:, None] * self.at
        inside = ndtr((limit - shift) / own) - ndtr((-limit - shift) / own)
        return float((self.mass * inside.prod(axis=0)).sum())


def against_control(
    arms: Sequence[Estimate], control: Estimate, confidence: float
) -> tuple[tuple[Estimate, Interval, float], ...]:
    """Return each arm's difference from the control, with an interval and p-value that allow for all arms together.

    In `confidence` of the cases all intervals hold at once (Dunnett 1955, with known variances). Estimates are
    independent means with finite, positive errors.
    """
    assert arms
    family = _Control(arms, control)
    limit = _limit(family, len(arms), confidence)
    found: list[tuple[Estimate, Interval, float]] = []
    for arm in arms:
        error = float(np.hypot(arm.error, control.error))
        effect = Estimate(value=arm.value - control.value, error=error, units=arm.units + control.units)
        interval = Interval(confidence=confidence, low=effect.value - limit * error, high=effect.value + limit * error)
        found.append((effect, interval, max(0.0, 1.0 - family.within(abs(effect.value) / error))))
    return tuple(found)


def _limit(family: _Control, arms: int, confidence: float) -> float:
    low = float(ndtri(0.5 + confidence / 2))
    high = float(ndtri(1 - (1 - confidence) / (2 * arms)))  # Bonferroni's, which no correlation passes.
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if family.within(middle) < confidence else (low, middle)
    return (low + high) / 2
