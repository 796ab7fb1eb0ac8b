"""What a policy would have brought, told from a log that followed other policies.

For each row and arm a doubly robust score (Robins, Rotnitzky and Zhao 1994) says what the arm would have changed
against nobody, unbiased because chances are known. A row scores only arms that it could have drawn beside nobody;
past campaigns offered different arms, so a policy's worth is put together arm by arm.
"""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import Estimate
from liftloop.plan.effect_fit import Log
from liftloop.plan.study_inputs import Flags, Floats, Integers


class Scores(Struct, frozen=True, kw_only=True, eq=False):
    """`effect` [rows, arms] predicted, `surprise` [rows] outcome minus what was expected of the arm drawn."""

    effect: Floats
    surprise: Floats


def scores(log: Log, effect: Floats) -> Scores:
    """Return the parts of doubly robust scores under predicted effects [rows, arms] made without the row."""
    rows = np.arange(log.contacts.count)
    expected = log.anyway + effect[rows, log.contacts.arm] - (log.contacts.chance * effect).sum(axis=1)
    return Scores(effect=effect, surprise=log.contacts.outcome - expected)


class Told(Struct, frozen=True, kw_only=True, eq=False):
    """A value and each row's contribution to its error; both in units of the outcome per person."""

    value: float
    influence: Floats

    def minus(self, other: "Told") -> "Told":
        return Told(value=self.value - other.value, influence=self.influence - other.influence)

    def lowered(self, by: float) -> "Told":
        """Return the value less something known, such as a priced cost."""
        return Told(value=self.value - by, influence=self.influence)

    def estimate(self, people: Integers) -> Estimate:
        """Return value and standard error, rows of one person moving together (`people` are codes from 0)."""
        sums = np.bincount(people, weights=self.influence)
        return Estimate(value=self.value, error=math.sqrt(float(np.square(sums).sum())), units=sums.size)


def shown(log: Log, choice: Integers) -> Flags:
    """Return which rows say something of their choice: it could be drawn there, and so could nobody."""
    rows = np.arange(log.contacts.count)
    return (log.contacts.chance[rows, choice] > 0) & (log.contacts.chance[:, 0] > 0)


def row_scores(log: Log, given: Scores, choice: Integers) -> Floats:
    """Return what each row's choice would have changed against nobody; only rows that are `shown` mean anything."""
    rows = np.arange(log.contacts.count)
    return given.effect[rows, choice] + given.surprise * _weights(log, choice)


def _weights(log: Log, choice: Integers) -> Floats:
    rows = np.arange(log.contacts.count)
    arm, chance = log.contacts.arm, log.contacts.chance
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = np.where(arm == choice, 1.0 / chance[rows, choice], 0.0)
        alone = np.where(arm == 0, 1.0 / chance[:, 0], 0.0)
    return np.where(choice == 0, 0.0, taken - alone)


def worth_in_log(log: Log, given: Scores, choice: Integers, inside: Flags) -> Told:
    """Return the worth of a choice [rows] per person, over the rows `inside`, weighing arms as it chooses them."""
    shares = np.bincount(choice[inside], minlength=log.contacts.chance.shape[1]) / max(int(inside.sum()), 1)
    score = row_scores(log, given, choice)
    return _by_arm(log, choice, inside & shown(log, choice), score, shares)


def worth_now(log: Log, given: Scores, choice: Integers, now: "Chosen") -> Told:
    """Return the worth per person of now of a policy that chose `choice` [rows] in the log by the same rules.

    The model's effects averaged over the people of now, corrected arm by arm by what the log shows the model to be
    wrong about (the doubly robust transport of Dahabreh et al. 2020).
    """
    rows = np.arange(log.contacts.count)
    wrong = row_scores(log, given, choice) - given.effect[rows, choice]
    correction = _by_arm(log, choice, shown(log, choice), wrong, now.shares)
    return Told(value=float(now.shares @ now.effects) + correction.value, influence=correction.influence)


class Chosen(Struct, frozen=True, kw_only=True, eq=False):
    """What a policy does now: the share of people given each arm [arms], and their mean predicted effect [arms]."""

    shares: Floats
    effects: Floats


def chosen_now(effect: Floats, arm: Integers) -> Chosen:
    """Return shares and mean effects of arms [people] under predicted effects [people, arms]."""
    arms = effect.shape[1]
    counts = np.bincount(arm, minlength=arms)
    sums = np.bincount(arm, weights=effect[np.arange(arm.size), arm], minlength=arms)
    return Chosen(shares=counts / max(arm.size, 1), effects=sums / np.maximum(counts, 1))


def _by_arm(log: Log, choice: Integers, used: Flags, score: Floats, shares: Floats) -> Told:
    arms = shares.size
    picked = choice[used]
    counts = np.bincount(picked, minlength=arms).astype(np.float64)
    means = np.bincount(picked, weights=score[used], minlength=arms) / np.maximum(counts, 1)
    known = (counts > 0) & (np.arange(arms) > 0)
    influence = np.zeros(choice.size)
    influence[used] = np.where(known, shares / np.maximum(counts, 1), 0.0)[picked] * (score[used] - means[picked])
    return Told(value=float((shares * means)[known].sum()), influence=influence)


def effective_rows(log: Log, choice: Integers, arm: int) -> float:
    """Return Kish's effective number of rows that show what the policy's use of an arm does."""
    mask = (choice == arm) & (log.contacts.arm == arm) & shown(log, choice)
    weights = 1.0 / log.contacts.chance[mask, arm]
    return float(weights.sum() ** 2 / np.square(weights).sum()) if weights.size else 0.0
