"""Compares arms with the control: one interval each, all of them true together in nine experiments of ten.

Between planned looks the band is the confidence sequence; at planned looks each spends its part of the error
(O'Brien-Fleming-like). Several arms and several metrics share the error equally (Bonferroni), which holds whatever
they have in common.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.difference import Measured, difference
from liftloop.inference.intervals import Estimate
from liftloop.inference.sequential import planned_boundaries, sequence_limit
from liftloop.inference.srm import RatioCheck, check_ratio
from liftloop.measure.lift import ALPHA, GROUP_MIN, LOOKS, LiftEstimate

ROWS_PER_COVARIATE = 20  # Fewer rows a coefficient, and the adjustment adds more noise than it removes.


class Assigned(Struct, frozen=True, kw_only=True, eq=False):
    """People whose days are over, one row each: arm as a place among the arms, what was known before [people, k]."""

    arm: Integers
    before: Floats


class Counted(Struct, frozen=True, kw_only=True, eq=False):
    """A metric of these people: a mean of `amount`, or a ratio of sums where there is a `base`."""

    amount: Floats
    base: Floats | None = None


class Compared(Struct, frozen=True, kw_only=True):
    """One arm beside the control; None where too few people, or nothing that varies, let nothing be told."""

    effect: LiftEstimate | None
    mean: float | None


def ratio_of(arm: Integers, shares: Sequence[float]) -> RatioCheck:
    """Say whether the arms have the sizes that were planned; if not, no verdict is given."""
    return check_ratio(np.bincount(arm, minlength=len(shares)).tolist(), shares)


def limit_at(look: int | None, elapsed: float, claims: int) -> float:
    """Return how many standard errors an interval reaches at a planned look (0 the first), or between looks."""
    alpha = ALPHA / max(claims, 1)
    return sequence_limit(max(elapsed, 1e-3), alpha) if look is None else planned_boundaries(LOOKS, alpha)[look]


def compare(people: Assigned, counted: Counted, arms: int, control: int, limit: float) -> tuple[Compared, ...]:
    """Return each arm beside the control, in the order of the arms; the control's own effect is None."""
    return tuple(_one(people, counted, arm, control, limit) for arm in range(arms))


def _one(people: Assigned, counted: Counted, arm: int, control: int, limit: float) -> Compared:
    mine = people.arm == arm
    mean = _mean(counted, mine)
    both = mine | (people.arm == control)
    base = None if counted.base is None else counted.base[both]
    sizes = [int((people.arm == each).sum()) for each in (arm, control)]
    if arm == control or mean is None or min(sizes) < GROUP_MIN or _mean(counted, people.arm == control) is None:
        return Compared(effect=None, mean=mean)
    before = people.before[both]
    adjusted = base is None and min(sizes) >= ROWS_PER_COVARIATE * max(before.shape[1], 1) and before.shape[1] > 0
    found = difference(
        Measured(
            outcome=counted.amount[both],
            treated=mine[both],
            cluster=np.arange(int(both.sum()), dtype=np.int64),
            denominator=base,
            covariates=before if adjusted else None,
        )
    ).effect
    return Compared(effect=_interval(found, limit), mean=mean)


def _mean(counted: Counted, rows: np.ndarray) -> float | None:
    base = float(rows.sum()) if counted.base is None else float(counted.base[rows].sum())
    return float(counted.amount[rows].sum()) / base if base > 0 else None


def _interval(found: Estimate, limit: float) -> LiftEstimate | None:
    if not found.error > 0:
        return None
    reach = limit * found.error
    return LiftEstimate(value=found.value, low=found.value - reach, high=found.value + reach)
