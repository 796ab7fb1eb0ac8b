"""Doubly robust scores: for each row and arm an unbiased guess of the outcome had that arm been drawn.

score = model + [arm drawn] / propensity * (outcome - model): augmented inverse propensity weighting
(Robins, Rotnitzky and Zhao 1994). With known propensities it is unbiased whatever the model says;
a model that was not fitted on the row makes it precise.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats
from liftloop.inference.ridge import Sums, added, fit_ridge, predict_linear, residual, sums_of
from liftloop.inference.trial import NOBODY, Trial


class FoldSums(Struct, frozen=True, kw_only=True, eq=False):
    """What the rows of each fold add up to, and the outcome lines of every set of folds that may be trained on.

    `eligible[fold][arm]`: grams of those who could draw it; `lines[folds in order]`: coefficients [1+p, arms].
    """

    eligible: tuple[tuple[Floats, ...], ...]
    lines: Mapping[tuple[int, ...], Floats]

    def lines_of(self, training: Sequence[int]) -> Floats:
        return self.lines[tuple(sorted(training))]


def fold_sums(trial: Trial) -> FoldSums:
    """Return sums and lines; one pass over the rows, then one small eigenproblem a set of folds and arm.

    The sets leave out at most three folds: one to be judged, one to choose on, one to score. Needs four folds.
    """
    assert len(trial.folds) >= 4
    of_arm: list[tuple[Sums, ...]] = []
    eligible: list[tuple[Floats, ...]] = []
    for fold in trial.folds:
        inside = trial.fold == fold
        drawn = [_sums(trial, inside & (trial.arm == arm)) for arm in range(trial.arms)]
        everybody = np.sum([part.gram for part in drawn], axis=0)
        of_arm.append(tuple(drawn))
        eligible.append(tuple(_eligible_gram(trial, inside, arm, everybody) for arm in range(trial.arms)))
    count = len(trial.folds)
    sets = [part for size in range(max(1, count - 3), count + 1) for part in combinations(trial.folds, size)]
    return FoldSums(eligible=tuple(eligible), lines={part: _arm_lines(of_arm, part) for part in sets})


def _sums(trial: Trial, mask: Flags) -> Sums:
    return sums_of(trial.features.design[mask], trial.outcome[mask])


def _eligible_gram(trial: Trial, inside: Flags, arm: int, everybody: Floats) -> Floats:
    able = inside & can_compare(trial, arm)
    if able.sum() == inside.sum():
        return everybody
    return _sums(trial, able).gram


def can_compare(trial: Trial, arm: int) -> Flags:
    """Return who could have drawn both the arm and nobody."""
    return (trial.propensity[:, arm] > 0) & (trial.propensity[:, NOBODY] > 0)


def _arm_lines(of_arm: Sequence[Sequence[Sums]], training: Sequence[int]) -> Floats:
    """Return linear outcome models [1+p, arms] of these folds: common lines plus each arm's own deviation.

    An S-learner with all interactions, in two ridge steps, so that an arm differs only where its rows say so.
    """
    by_arm = [added([of_arm[fold][arm] for fold in training]) for arm in range(len(of_arm[0]))]
    common = fit_ridge(added(by_arm))
    return np.column_stack([common + fit_ridge(residual(part, common)) for part in by_arm])


def scores_within(trial: Trial, sums: FoldSums, training: Sequence[int]) -> Floats:
    """Return scores [rows, arms] for the rows of the `training` folds, NaN elsewhere.

    Each fold's model is fitted on the other training folds only. Arms that a row could not draw score 0.
    """
    scores = np.full(trial.propensity.shape, np.nan)
    for fold in training:
        lines = sums.lines_of([other for other in training if other != fold])
        mask = trial.fold == fold
        scores[mask] = _scores(trial.select(mask), lines)
    return scores


def _scores(trial: Trial, lines: Floats) -> Floats:
    model = predict_linear(trial.features.design, lines)
    possible = trial.propensity > 0
    scores = np.where(possible, model, 0.0)
    rows = np.arange(trial.rows)
    chance = trial.propensity[rows, trial.arm]
    assert (chance > 0).all(), "an arm was drawn that had no chance"
    scores[rows, trial.arm] += (trial.outcome - model[rows, trial.arm]) / chance
    return scores
