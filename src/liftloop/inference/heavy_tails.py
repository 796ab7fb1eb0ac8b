"""Means of amounts that are mostly zero and sometimes enormous: warn of them, and give intervals that still hold."""

import math
from typing import Literal, TypeAlias

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.intervals import Interval
from liftloop.inference.trial import without_whales

SkewWarning: TypeAlias = Literal["none_paid", "few_paid", "whale", "skewed"]

PAID_MIN = 50  # With fewer amounts the tail has not been seen yet.
WHALE_SHARE = 0.1  # One of thousands with a tenth of the total decides every mean.
SKEW_MAX = 25.0  # Cochran's rule: the normal interval of a mean needs 25 times the squared skewness in units.
CELLS_LARGEST, CELLS_REST = 1_024, 512  # The largest amounts one by one, the rest as quantile groups.
PAID_TO_RESAMPLE = 5


class Skew(Struct, frozen=True, kw_only=True):
    """How the outcome is spread; `warnings` say why its mean is not to be trusted on its own.

    `largest_share`: of the total, what the largest unit holds; `units_needed`: how many units a normal interval
    would need for this skewness.
    """

    units: int
    zeros: float
    paid: int
    largest_share: float
    units_needed: int
    warnings: tuple[SkewWarning, ...]


def skew_of(values: Floats) -> Skew:
    """Return what to warn of before the mean of `values` [units] is told."""
    assert values.size > 0
    size = np.abs(values)
    paid, total = int((size > 0).sum()), float(size.sum())
    largest = float(size.max()) / total if total > 0 else 0.0
    deviation = float(values.std())
    skewness = float(np.mean(((values - values.mean()) / deviation) ** 3)) if deviation > 0 else 0.0
    needed = math.ceil(SKEW_MAX * skewness**2)
    warnings: list[SkewWarning] = []
    if paid == 0:
        warnings.append("none_paid")
    elif paid < PAID_MIN:
        warnings.append("few_paid")
    if paid > 1 and largest >= WHALE_SHARE:
        warnings.append("whale")
    if needed > values.size:
        warnings.append("skewed")
    return Skew(
        units=values.size,
        zeros=1 - paid / values.size,
        paid=paid,
        largest_share=largest,
        units_needed=needed,
        warnings=tuple(warnings),
    )


def tamed_bootstrap_t(
    treated: Floats, control: Floats, *, confidence: float, draws: int, dice: np.random.Generator
) -> Interval:
    """Return the interval of the difference once both sides are cut at the same amount (`without_whales`).

    For deciding: it answers for the difference of the cut means, and is much narrower. Show it beside `bootstrap_t`.
    """
    cut = without_whales(np.concatenate([treated, control]))
    return bootstrap_t(cut[: treated.size], cut[treated.size :], confidence=confidence, draws=draws, dice=dice)


class _Cells(Struct, frozen=True, kw_only=True, eq=False):
    """Values and how many units have each; the sample, small enough to draw from a thousand times."""

    value: Floats
    count: Floats

    @property
    def units(self) -> float:
        return float(self.count.sum())

    def moments(self, count: Floats) -> tuple[Floats, Floats]:
        """Return mean and squared standard error of samples with these counts [..., cells]."""
        mean = count @ self.value / self.units
        variance = count @ np.square(self.value) / self.units - np.square(mean)
        return mean, np.maximum(variance, 0.0) / (self.units - 1)


def bootstrap_t(
    treated: Floats, control: Floats, *, confidence: float, draws: int, dice: np.random.Generator
) -> Interval:
    """Return the interval of mean(treated) - mean(control) that allows for skewness, by studentised resampling.

    Each resample's difference is divided by its own standard error, and the quantiles of that replace the normal's
    (Efron 1979; Hall 1988: second-order correct). Infinite where a group has fewer than five amounts, for then no
    resample can show what a sixth might be. Units are independent.
    """
    sides = (_cells(treated), _cells(control))
    if any(int(side.count[side.value != 0].sum()) < PAID_TO_RESAMPLE for side in sides):
        return Interval(confidence=confidence, low=-math.inf, high=math.inf)
    (top, top_square), (bottom, bottom_square) = (side.moments(side.count) for side in sides)
    value, error = float(top - bottom), math.sqrt(float(top_square + bottom_square))
    if error == 0:
        return Interval(confidence=confidence, low=value, high=value)
    resampled = [
        side.moments(dice.multinomial(int(side.units), side.count / side.units, draws).astype(np.float64))
        for side in sides
    ]
    difference = resampled[0][0] - resampled[1][0] - value
    errors = np.sqrt(resampled[0][1] + resampled[1][1])
    standard = np.divide(difference, errors, out=np.copysign(np.full(draws, np.inf), difference), where=errors > 0)
    tail = (1 - confidence) / 2
    low, high = np.quantile(standard, [tail, 1 - tail], method="nearest")
    return Interval(confidence=confidence, low=value - float(high) * error, high=value - float(low) * error)


def _cells(values: Floats) -> _Cells:
    """Return distinct values with counts; of more than 1,536 the smaller ones are joined to groups of near equals."""
    value, count = np.unique(values, return_counts=True)
    if value.size <= CELLS_LARGEST + CELLS_REST:
        return _Cells(value=value, count=count.astype(np.float64))
    order = np.argsort(np.abs(value), kind="stable")
    rest, large = order[:-CELLS_LARGEST], order[-CELLS_LARGEST:]
    zero = rest[value[rest] == 0]
    rest = np.sort(rest[value[rest] != 0])
    group = (np.cumsum(count[rest]) - 1) * CELLS_REST // int(count[rest].sum())
    sums = np.bincount(group, weights=count[rest] * value[rest], minlength=CELLS_REST)
    sizes = np.bincount(group, weights=count[rest], minlength=CELLS_REST)
    kept = sizes > 0
    return _Cells(
        value=np.concatenate([value[zero], sums[kept] / sizes[kept], value[large]]),
        count=np.concatenate([count[zero], sizes[kept], count[large]]).astype(np.float64),
    )
