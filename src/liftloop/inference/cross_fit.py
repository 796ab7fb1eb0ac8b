"""Every learner's choices for every row, made by models that never saw the row's unit.

Twice nested: `choices[learner][k]` are made without fold k altogether, so that what is concluded from them can be
judged on fold k; `choices[learner][WHOLE]` use all folds.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct

from liftloop.inference.arm_scores import fold_sums, scores_within
from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.effects import (
    BLENDED,
    LEARNERS,
    SINGLES,
    Learner,
    Material,
    Single,
    fit_single,
    material,
    predict_effects,
)
from liftloop.inference.trial import Trial

WHOLE = -1  # The name of "no fold left out".


class CrossFit(Struct, frozen=True, kw_only=True, eq=False):
    """`choices[learner][left out]` [rows] arm chosen; `scores[left out]` [rows, arms] doubly robust scores.

    Rows of the fold left out are meaningless there. `effects[learner]` [rows, arms] are the out-of-fold effects.
    """

    choices: Mapping[Learner, Mapping[int, Integers]]
    scores: Mapping[int, Floats]
    effects: Mapping[Learner, Floats]


def cross_fit(trial: Trial, learners: Sequence[Learner] = LEARNERS) -> CrossFit:
    """Fit every learner on all folds but one and on all but two: K (K + 1) / 2 fits each for K folds."""
    sums = fold_sums(trial)
    lefts = (WHOLE, *trial.folds)
    choices: dict[Learner, dict[int, Integers]] = {
        name: {left: np.zeros(trial.rows, dtype=np.int64) for left in lefts} for name in learners
    }
    scores = {WHOLE: scores_within(trial, sums, trial.folds)}
    effects: dict[Learner, Floats] = {name: np.zeros(trial.propensity.shape) for name in learners}
    for left_out in [*combinations(trial.folds, 1), *combinations(trial.folds, 2)]:
        rows = np.flatnonzero(np.isin(trial.fold, left_out))
        part = trial.select(rows)
        given = material(trial, sums, [fold for fold in trial.folds if fold not in left_out])
        if len(left_out) == 1:
            scores[left_out[0]] = given.scores
        for name, predicted in _predicted(given, part, learners).items():
            chosen = best_arms(predicted, part)
            for fold in left_out:
                mine = part.fold == fold
                left = WHOLE if len(left_out) == 1 else sum(left_out) - fold
                choices[name][left][rows[mine]] = chosen[mine]
            if len(left_out) == 1:
                effects[name][rows] = predicted
    return CrossFit(choices=choices, scores=scores, effects=effects)


def _predicted(given: Material, part: Trial, learners: Sequence[Learner]) -> dict[Learner, Floats]:
    """Return each learner's effects for the part; the blend reuses the fits of its members."""
    wanted = set(learners) | (set(BLENDED) if "blend" in learners else set())
    singles: dict[Single, Floats] = {
        name: predict_effects(fit_single(name, given), part.features) for name in SINGLES if name in wanted
    }

    def effects_of(name: Learner) -> Floats:
        return np.mean([singles[part] for part in BLENDED], axis=0) if name == "blend" else singles[name]

    return {name: effects_of(name) for name in learners}


def best_arms(effects: Floats, trial: Trial) -> Integers:
    """Return the arm [rows] of the largest expected profit among those the row could draw; ties go to nobody."""
    profit = trial.value * effects - trial.costs()
    return np.where(trial.propensity > 0, profit, -np.inf).argmax(axis=1).astype(np.int64)
