"""What forbids or weakens a claim: too little data where the policy acts, no overlap, rare or enormous outcomes."""

from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.trial import Trial

EFFECTIVE_ROWS_MIN = 200.0  # Below, the normal interval of a weighted mean is too narrow.
OUTCOMES_MIN = 50  # Fewer buyers than that show neither who responds nor whether anybody does.
PROPENSITY_MIN = 0.005
THIN_SHARE_MAX = 0.05
ZERO_SHARE_WARNED = 0.99
WHALE_ROWS_SHARE = 0.001
WHALE_SHARE_WARNED = 0.2

DoubtCode = Literal[
    "one_arm", "few_rows", "few_outcomes", "few_effective_rows", "thin_overlap", "mostly_zero", "whales"
]


class Doubt(Struct, frozen=True, kw_only=True):
    """`fatal`: no claim may be made. `figure` is what was found, `limit` what is asked; `arm` if it is of one."""

    code: DoubtCode
    fatal: bool
    figure: float
    limit: float
    arm: int | None = None


def doubts_of_trial(trial: Trial) -> tuple[Doubt, ...]:
    """Return what can be said against the data before anything is fitted."""
    found: list[Doubt] = []
    if trial.arms < 2 or np.unique(trial.arm).size < 2:
        return (Doubt(code="one_arm", fatal=True, figure=1.0, limit=2.0),)
    for arm, rows in enumerate(np.bincount(trial.arm, minlength=trial.arms)):
        if rows < EFFECTIVE_ROWS_MIN:
            found.append(Doubt(code="few_rows", fatal=True, figure=float(rows), limit=EFFECTIVE_ROWS_MIN, arm=arm))
    happened = int(np.count_nonzero(trial.outcome))
    if happened < OUTCOMES_MIN or float(trial.outcome.std()) == 0:
        found.append(Doubt(code="few_outcomes", fatal=True, figure=float(happened), limit=float(OUTCOMES_MIN)))
        return tuple(found)
    zeros = 1 - happened / trial.rows
    if zeros >= ZERO_SHARE_WARNED:
        found.append(Doubt(code="mostly_zero", fatal=False, figure=zeros, limit=ZERO_SHARE_WARNED))
    whales = whale_share(trial.outcome)
    if whales > WHALE_SHARE_WARNED and np.unique(trial.outcome).size > 2:
        found.append(Doubt(code="whales", fatal=False, figure=whales, limit=WHALE_SHARE_WARNED))
    return tuple(found)


def whale_share(outcome: Floats) -> float:
    """Return the share of the total (in absolute size) that the largest thousandth of the rows carries."""
    size = np.sort(np.abs(outcome))[::-1]
    count = max(1, int(size.size * WHALE_ROWS_SHARE))
    total = float(size.sum())
    return float(size[:count].sum()) / total if total > 0 else 0.0


def effective_rows(trial: Trial, choice: Integers, arm: int) -> float:
    """Return Kish's effective number of rows that show what the policy's use of an arm does."""
    shown = (choice == arm) & (trial.arm == arm)
    weights = 1.0 / trial.propensity[shown, arm]
    return float(weights.sum() ** 2 / np.square(weights).sum()) if weights.size else 0.0


def doubts_of_choice(trial: Trial, choice: Integers) -> tuple[Doubt, ...]:
    """Return what forbids judging this choice [rows] on this trial: few effective rows, or hardly any chance.

    An arm given to a twentieth of the people or fewer cannot spoil the mean and is not asked for its rows.
    """
    found: list[Doubt] = []
    for arm in np.unique(choice).tolist():
        rows, mass = effective_rows(trial, choice, arm), float((choice == arm).mean())
        if rows < EFFECTIVE_ROWS_MIN and mass > THIN_SHARE_MAX:
            found.append(Doubt(code="few_effective_rows", fatal=True, figure=rows, limit=EFFECTIVE_ROWS_MIN, arm=arm))
    chance = trial.propensity[np.arange(trial.rows), choice]
    thin = float((chance < PROPENSITY_MIN).mean())
    if thin > THIN_SHARE_MAX:
        found.append(Doubt(code="thin_overlap", fatal=True, figure=thin, limit=THIN_SHARE_MAX))
    return tuple(found)
