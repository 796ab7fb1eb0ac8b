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
from msgspec.structs import replace

from liftloop.inference.intervals import Estimate
from liftloop.inference.strength import MULTIPLE_MIN, StrengthNow
from liftloop.plan.effects.doses import UNGRADED, Doses
from liftloop.plan.effects.fit import Log
from liftloop.plan.inputs import Flags, Floats, Integers

PARTS = 4
"""Being contacted at all; the predicted average effect of the option; what is predicted of the person beyond it, by
lines for each trait of the option, and by trees for how strongly she answers to anything."""
PERSONAL = slice(2, 4)


BELIEVED = np.array([0.0, 1.0, 0.5, 1.0])
BELIEVED_SPREAD = 0.5
"""Slopes of the parts before a log is seen, and their standard deviation (of the level: times the average effect)."""

LASTING, LASTING_SPREAD = 0.9, 0.3
"""Before a log is seen: of what comes at once a tenth would have come later, give or take three tenths."""
LASTING_MIN = 0.1

LEVEL_MIN = 0.02  # Of the answer's spread: where no average effect was found, there may still be a small one.


class Predicted(Struct, frozen=True, kw_only=True, eq=False):
    """Effects predicted for some people: by the option alone and by the person too, each [people, arms], and how much
    stronger than average a person answers to anything, `keen` [people], 0 for the average.
    """

    simple: Floats
    personal: Floats
    keen: Floats
    doses: Doses = UNGRADED

    def parts(self, choice: Integers) -> Floats:
        """Return the parts of the choice's effect for each person: [people, PARTS]."""
        rows = np.arange(choice.size)
        simple = self.simple[rows, choice]
        personal = self.personal[rows, choice] - simple
        return np.column_stack([(choice > 0).astype(np.float64), simple, personal, simple * self.keen])

    def mean_parts(self, weight: Floats) -> Floats:
        """Return the parts [people, PARTS] to be expected where each arm has a weight [people, arms]."""
        simple = (weight * self.simple).sum(axis=1)
        personal = (weight * self.personal).sum(axis=1) - simple
        return np.column_stack([weight[:, 1:].sum(axis=1), simple, personal, simple * self.keen])

    def without(self, unprofiled: Flags | None) -> "Predicted":
        """Return the same with nothing of the person for those who must not be decided on by what is known of them."""
        if unprofiled is None:
            return self
        personal = np.where(unprofiled[:, None], self.simple, self.personal)
        return replace(self, personal=personal, keen=np.where(unprofiled, 0.0, self.keen))

    def at(self, rows: Integers) -> "Predicted":
        return replace(self, simple=self.simple[rows], personal=self.personal[rows], keen=self.keen[rows])

    def effects(self, slopes: Floats, *, personal: bool) -> Floats:
        """Return the calibrated effect of every arm [people, arms], with or without what is of the person.

        A larger dose of one thing is never said to move anybody less than a smaller one.
        """
        level, usual, by_lines, by_trees = slopes.tolist()
        found = usual * self.simple
        if personal:
            found += by_lines * (self.personal - self.simple) + by_trees * self.simple * self.keen[:, None]
        found[:, 1:] += level
        found[:, 0] = 0.0
        return self.doses.raised(found)


class Calibration(Struct, frozen=True, kw_only=True, eq=False):
    """How true effects follow the predicted parts: `slopes` [PARTS] and their covariance.

    `lasting` is how many times what comes in the first days the whole effect is, and is in the slopes already.
    `unsure` is what it is not known how strong effects are now, as a part of them.
    """

    slopes: Floats
    covariance: Floats
    lasting: float = 1.0
    unsure: float = 0.0

    def worth(self, parts: Floats) -> Estimate:
        """Return the effect per person of a policy whose mean parts are given [PARTS]."""
        value = float(parts @ self.slopes)
        sampled = max(float(parts @ self.covariance @ parts), 0.0)
        return Estimate(value=value, error=math.hypot(math.sqrt(sampled), self.unsure * value), units=0)

    def now(self, strength: StrengthNow) -> "Calibration":
        """Return the calibration for effects of now, where this one is of the log's whole time."""
        by = strength.multiple
        unsure = math.hypot(self.unsure, strength.error / max(by, MULTIPLE_MIN))
        return replace(self, slopes=by * self.slopes, covariance=by**2 * self.covariance, unsure=unsure)


def calibrate(log: Log, expected: Floats, inside: Flags) -> Calibration:
    """Return the calibration on the rows `inside`, errors robust to one person's rows moving together.

    `expected` [rows, PARTS] are the `expected_parts` of the log. Nothing is believed beforehand: gates ask this.
    """
    return _calibrated(log, expected, inside, np.zeros(PARTS))


def believed(log: Log, expected: Floats) -> Calibration:
    """Return the calibration of all rows with what is believed of such predictions beforehand; plans are made by it.

    Models that are shrunk already should be right on average, what they say of single people rather too much, and an
    option of which nothing is predicted does nothing. With few rows the four slopes alone would undo all of that.
    """
    everybody = np.ones(log.contacts.count, dtype=np.bool_)
    average = float(np.abs(expected[:, 1]).mean()) / max(float(np.abs(expected[:, 0]).mean()), 1e-12)
    level = max(average, LEVEL_MIN * float(log.answer.std()), 1e-9)
    return _calibrated(log, expected, everybody, 1 / np.square(BELIEVED_SPREAD * np.array([level, 1.0, 1.0, 1.0])))


def _calibrated(log: Log, expected: Floats, inside: Flags, trust: Floats) -> Calibration:
    """Return Bayesian least squares with prior precision `trust` [PARTS] around BELIEVED, and a robust covariance."""
    columns = expected[inside]
    target = log.surprise[inside]
    noise = max(float(np.square(target).mean()), 1e-12)
    prior = np.diag(noise * trust)
    inverse = np.linalg.pinv(columns.T @ columns + prior, hermitian=True)
    slopes = inverse @ (columns.T @ target + prior @ BELIEVED)
    left = columns * (target - columns @ slopes)[:, None]
    person = log.person[inside]
    sums = np.column_stack([np.bincount(person, weights=left[:, part]) for part in range(PARTS)])
    lasting, error = _lasting(log, columns @ slopes, inside)
    return Calibration(
        slopes=lasting * slopes,
        covariance=lasting**2 * (inverse @ (sums.T @ sums + noise * prior) @ inverse),
        lasting=lasting,
        unsure=error / lasting,
    )


def _lasting(log: Log, expected: Floats, inside: Flags) -> tuple[float, float]:
    """Return how many times the `expected` [inside] effects on the answer the whole effects are, and the error of it.

    More where answers go on coming, less where what came soon would have come later (bought forward).
    """
    if log.late is None:
        return 1.0, 0.0
    late = log.late[inside]
    noise = max(float(np.square(late).mean()), 1e-12)
    precision = float(expected @ expected) / noise + 1 / LASTING_SPREAD**2
    found = (float(expected @ (late + expected)) / noise + LASTING / LASTING_SPREAD**2) / precision
    return max(found, LASTING_MIN), 1 / math.sqrt(precision)


def expected_parts(log: Log, predicted: Predicted) -> Floats:
    """Return the parts of the option drawn minus what was to be expected from the row's chances: [rows, PARTS]."""
    return predicted.parts(log.contacts.arm) - predicted.mean_parts(log.contacts.chance)


def doses_of(log: Log) -> Doses:
    """Return what is graded among the log's options, each arm counting by how much of the log tells of it."""
    return Doses(chains=log.traits.chains, weight=overlap_rows(log))


def overlap_rows(log: Log) -> Floats:
    """Return how many rows tell of each arm, [arms]: a row as much as its draw was open, chance * (1 - chance).

    The weights by which residuals on residuals learn (Li, Morgan and Zaslavsky 2018, overlap weights). Kish's number by
    inverse chances would call an arm unknown that most got by plan and few by exploration.
    """
    return (log.contacts.chance * (1.0 - log.contacts.chance)).sum(axis=0)
