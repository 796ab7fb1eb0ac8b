"""What a policy would have brought, told from a log that followed other policies with known chances.

The predicted effects of options are held against what happened, by models that never saw the person: the best linear
predictor of true effects from predicted ones (Chernozhukov, Demirer, Duflo and Fernandez-Val 2018), by residuals on
residuals, so that known chances protect it from every error of the outcome model. What a policy is worth follows from
the calibrated predictions of what it chooses. Scoring arm by arm with inverse chances instead is unbiased for each
arm, but with twenty arms twice as wide, and a gate on it lets mostly lucky policies through.
"""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import Estimate
from liftloop.plan.effects.fit import Log
from liftloop.plan.inputs import Flags, Floats, Integers

PARTS = 3
"""Being contacted at all; the predicted average effect of the option; what is predicted of the person beyond it."""


class Predicted(Struct, frozen=True, kw_only=True, eq=False):
    """Effects predicted for some people, each [people, arms]: by the option alone, and by the person too."""

    simple: Floats
    personal: Floats

    def parts(self, choice: Integers) -> Floats:
        """Return the three parts of the choice's effect for each person: [people, 3]."""
        rows = np.arange(choice.size)
        simple = self.simple[rows, choice]
        return np.column_stack([(choice > 0).astype(np.float64), simple, self.personal[rows, choice] - simple])


class Calibration(Struct, frozen=True, kw_only=True, eq=False):
    """How true effects follow the three predicted parts: `slopes` [3] and their covariance [3, 3]."""

    slopes: Floats
    covariance: Floats

    def worth(self, parts: Floats) -> Estimate:
        """Return the effect per person of a policy whose mean parts are given [3]."""
        variance = float(parts @ self.covariance @ parts)
        return Estimate(value=float(parts @ self.slopes), error=math.sqrt(max(variance, 0.0)), units=0)


def calibrate(log: Log, expected: Floats, inside: Flags) -> Calibration:
    """Return the calibration on the rows `inside`, errors robust to one person's rows moving together.

    `expected` [rows, 3] are the `expected_parts` of the log.
    """
    columns = expected[inside]
    target = (log.contacts.outcome - log.anyway)[inside]
    gram = np.linalg.pinv(columns.T @ columns)
    slopes = gram @ (columns.T @ target)
    left = columns * (target - columns @ slopes)[:, None]
    person = log.person[inside]
    sums = np.column_stack([np.bincount(person, weights=left[:, part]) for part in range(PARTS)])
    return Calibration(slopes=slopes, covariance=gram @ (sums.T @ sums) @ gram)


def expected_parts(log: Log, predicted: Predicted) -> Floats:
    """Return the parts of the option drawn minus what was to be expected from the row's chances: [rows, 3]."""
    chance = log.contacts.chance
    drawn = predicted.parts(log.contacts.arm)
    treated = 1.0 - chance[:, 0]
    simple = (chance * predicted.simple).sum(axis=1)
    personal = (chance * predicted.personal).sum(axis=1) - simple
    return drawn - np.column_stack([treated, simple, personal])


def effective_rows(log: Log, arm: int) -> float:
    """Return Kish's effective number of rows that show what an arm does."""
    weights = 1.0 / log.contacts.chance[log.contacts.arm == arm, arm]
    return float(weights.sum() ** 2 / np.square(weights).sum()) if weights.size else 0.0


def thin_share(log: Log, arm: int, least: float) -> float:
    """Return the share of rows open to an arm in which it had a chance below `least`."""
    chance = log.contacts.chance[:, arm]
    possible = chance > 0
    return float((chance[possible] < least).mean()) if possible.any() else 1.0
