"""A randomised log: who could get what with which chance, what she got, and what came of it.

Arm 0 is always "nobody": being left alone.
"""

from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.encoding import Features

NOBODY = 0
WHALE_QUANTILE = 0.999
POSITIVE_QUANTILE = 0.95  # Where outcomes are rarer than 1 in 1,000 the first quantile would cut them all.


class Trial(Struct, frozen=True, kw_only=True, eq=False):
    """`propensity` [rows, arms] is the chance with which each arm was to be drawn, 0 where it was impossible.

    `outcome` [rows]; `value` is what one unit of it is worth; `cost` [rows, arms] or [arms] is paid per assignment.
    `unit` codes who is independent of whom; all rows of a unit share a `fold`.
    """

    features: Features
    arm: Integers
    outcome: Floats
    propensity: Floats
    unit: Integers
    fold: Integers
    value: float
    cost: Floats

    @property
    def rows(self) -> int:
        return self.arm.size

    @property
    def arms(self) -> int:
        return self.propensity.shape[1]

    @property
    def folds(self) -> tuple[int, ...]:
        return tuple(range(int(self.fold.max()) + 1))

    def costs(self) -> Floats:
        return np.broadcast_to(self.cost, self.propensity.shape)

    def with_outcome(self, outcome: Floats) -> "Trial":
        return Trial(
            features=self.features,
            arm=self.arm,
            outcome=outcome,
            propensity=self.propensity,
            unit=self.unit,
            fold=self.fold,
            value=self.value,
            cost=self.cost,
        )

    def select(self, chosen: Any) -> "Trial":
        """Return the trial of some rows (a mask or indices); unit codes and folds stay as they are."""
        return Trial(
            features=self.features.rows(chosen),
            arm=self.arm[chosen],
            outcome=self.outcome[chosen],
            propensity=self.propensity[chosen],
            unit=self.unit[chosen],
            fold=self.fold[chosen],
            value=self.value,
            cost=self.cost if self.cost.ndim == 1 else self.cost[chosen],
        )


def without_whales(outcome: Floats) -> Floats:
    """Return the outcome cut, on both sides of zero, at its 99.9th percentile of size.

    One buyer in a thousand otherwise decides which policy looks best. Yes/no outcomes are unchanged.
    """
    size = np.abs(outcome)
    positive = size[size > 0]
    if positive.size == 0:
        return outcome
    limit = max(float(np.quantile(size, WHALE_QUANTILE)), float(np.quantile(positive, POSITIVE_QUANTILE)))
    return np.clip(outcome, -limit, limit)
