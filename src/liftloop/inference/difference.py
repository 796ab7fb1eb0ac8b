"""What treatment changed: a difference in means or in ratios, adjusted by what was known before.

Compares units as assigned. Rows of one cluster move together; a group needs two clusters.
"""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.intervals import Estimate


class Difference(Struct, frozen=True, kw_only=True):
    """Treated minus control, in the outcome's unit and relative to control (there by the delta method).

    `treated` and `control` are the two sides, adjusted; `treated_mean` and `control_mean` as they were counted.
    `explained` is the share of variance that the covariates removed.
    """

    effect: Estimate
    relative: Estimate
    treated: Estimate
    control: Estimate
    treated_mean: float
    control_mean: float
    explained: float


class Group(Struct, frozen=True, kw_only=True, eq=False):
    """Per cluster of one group: the sums of numerator, denominator and covariates [clusters, k]."""

    numerator: Floats
    denominator: Floats
    covariates: Floats

    def ratio(self) -> float:
        return float(self.numerator.sum() / self.denominator.sum())

    def still(self) -> bool:
        """Say whether all clusters are alike, so that they tell nothing of how far they could stray."""
        return bool(np.ptp(self.numerator) == 0 and np.ptp(self.denominator) == 0)

    def influence(self) -> Floats:
        """Return each cluster's linearised contribution to the ratio, times the number of clusters."""
        return (self.numerator - self.ratio() * self.denominator) / self.denominator.mean()


class Measured(Struct, frozen=True, kw_only=True, eq=False):
    """One experiment's rows: outcome [n], treated [n], cluster codes [n].

    `denominator` [n] makes the metric a ratio of sums (None: a mean over rows);
    `covariates` [n, k] are known before the assignment (None: no adjustment).
    """

    outcome: Floats
    treated: Flags
    cluster: Integers
    denominator: Floats | None = None
    covariates: Floats | None = None


def difference(measured: Measured) -> Difference:
    """Return the difference with cluster-robust, delta-method errors.

    CUPED (Deng et al. 2013) on the linearised cluster contributions: the pooled within-group regression on the
    covariates, whose group means are then subtracted; without covariates the plain difference. A group without any
    spread (nobody bought) is taken to stray as everybody together does: its own error of nothing would be no truth.
    """
    treated, control = _group(measured, measured.treated), _group(measured, ~measured.treated)
    slope = _pooled_slope(treated, control)
    center = _covariate_center(treated, control)
    together = _spread_together(treated, control)
    top, bottom = (_believed(group, _adjusted(group, slope, center), together) for group in (treated, control))
    plain = treated.influence().var(ddof=1) / treated.denominator.size
    plain += control.influence().var(ddof=1) / control.denominator.size
    variance = top.error**2 + bottom.error**2
    units = top.units + bottom.units
    return Difference(
        effect=Estimate(value=top.value - bottom.value, error=math.sqrt(variance), units=units),
        relative=_relative(top, bottom),
        treated=top,
        control=bottom,
        treated_mean=treated.ratio(),
        control_mean=control.ratio(),
        explained=float(max(0.0, 1 - variance / plain)) if plain > 0 else 0.0,
    )


def arm_means(measured: Measured, arm: Integers) -> tuple[Estimate, ...]:
    """Return each arm's mean or ratio (arms coded 0, 1, ..; `measured.treated` is not looked at), adjusted alike.

    The regression on the covariates is pooled within all arms and read at their common mean; errors as in
    `difference`. For several arms beside one control.
    """
    groups = [_group(measured, arm == code) for code in range(int(arm.max()) + 1)]
    slope, center = _pooled_slope(*groups), _covariate_center(*groups)
    return tuple(_adjusted(group, slope, center) for group in groups)


def _group(measured: Measured, mask: Flags) -> Group:
    _, codes = np.unique(measured.cluster[mask], return_inverse=True)
    codes = codes.astype(np.int64)
    assert codes.size >= 2
    assert int(codes.max()) >= 1, "a group needs two clusters"
    ones = np.ones(measured.outcome.size) if measured.denominator is None else measured.denominator
    covariates = np.zeros((measured.outcome.size, 0)) if measured.covariates is None else measured.covariates
    sums = [_sums(codes, column[mask]) for column in covariates.T]
    return Group(
        numerator=_sums(codes, measured.outcome[mask]),
        denominator=_sums(codes, ones[mask]),
        covariates=np.column_stack(sums) if sums else np.zeros((int(codes.max()) + 1, 0)),
    )


def _sums(codes: Integers, rows: Floats) -> Floats:
    return np.bincount(codes, weights=rows).astype(np.float64)


def _pooled_slope(*groups: Group) -> Floats:
    centered = np.vstack([group.covariates - group.covariates.mean(axis=0) for group in groups])
    target = np.concatenate([group.influence() for group in groups])
    return np.linalg.lstsq(centered, target, rcond=None)[0].astype(np.float64)


def _covariate_center(*groups: Group) -> Floats:
    return np.vstack([group.covariates for group in groups]).mean(axis=0)


def _adjusted(group: Group, slope: Floats, center: Floats) -> Estimate:
    explained = (group.covariates - center) @ slope
    residual = group.influence() - explained
    clusters = group.denominator.size
    error = math.sqrt(float(residual.var(ddof=1)) / clusters)
    return Estimate(value=group.ratio() - float(explained.mean()), error=error, units=clusters)


def _spread_together(*groups: Group) -> float:
    """Return the variance of a cluster's contribution, had all groups the same ratio."""
    numerator = np.concatenate([group.numerator for group in groups])
    denominator = np.concatenate([group.denominator for group in groups])
    all_of_them = Group(numerator=numerator, denominator=denominator, covariates=np.zeros((numerator.size, 0)))
    return float(all_of_them.influence().var(ddof=1))


def _believed(group: Group, estimate: Estimate, together: float) -> Estimate:
    if not group.still():
        return estimate
    error = math.sqrt(together / group.denominator.size)
    return Estimate(value=estimate.value, error=error, units=estimate.units)


def _relative(top: Estimate, bottom: Estimate) -> Estimate:
    if bottom.value == 0:
        return Estimate(value=math.nan, error=math.inf, units=top.units + bottom.units)
    ratio = top.value / bottom.value
    variance = (top.error**2 + ratio**2 * bottom.error**2) / bottom.value**2
    return Estimate(value=ratio - 1, error=math.sqrt(variance), units=top.units + bottom.units)
