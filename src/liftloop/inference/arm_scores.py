"""Doubly robust scores: for each row and arm an unbiased guess of the outcome had that arm been drawn.

score = model + [arm drawn] / propensity * (outcome - model): augmented inverse propensity weighting
(Robins, Rotnitzky and Zhao 1994). With known propensities it is unbiased whatever the model says;
a model that was not fitted on the row makes it precise.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats
from liftloop.inference.ridge import Sums, added, fit_ridge, predict_linear, residual, sums_of
from liftloop.inference.trial import NOBODY, Trial


class FoldSums(Struct, frozen=True, kw_only=True, eq=False):
    """`of_arm[fold][arm]`: the sums of the rows that drew it; `eligible[fold][arm]`: grams of those who could."""

    of_arm: tuple[tuple[Sums, ...], ...]
    eligible: tuple[tuple[Floats, ...], ...]


def fold_sums(trial: Trial) -> FoldSums:
    """Return the sums of every fold and arm, in two passes over the rows."""
    of_arm: list[tuple[Sums, ...]] = []
    eligible: list[tuple[Floats, ...]] = []
    for fold in trial.folds:
        inside = trial.fold == fold
        drawn = [_sums(trial, inside & (trial.arm == arm)) for arm in range(trial.arms)]
        everybody = np.sum([part.gram for part in drawn], axis=0)
        of_arm.append(tuple(drawn))
        eligible.append(tuple(_eligible_gram(trial, inside, arm, everybody) for arm in range(trial.arms)))
    return FoldSums(of_arm=tuple(of_arm), eligible=tuple(eligible))


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


def arm_lines(sums: FoldSums, training: Sequence[int]) -> Floats:
    """Return linear outcome models [1+p, arms] of these folds: common lines plus each arm's own deviation.

    An S-learner with all interactions, in two ridge steps, so that an arm differs only where its rows say so.
    """
    arms = len(sums.of_arm[0])
    by_arm = [added([sums.of_arm[fold][arm] for fold in training]) for arm in range(arms)]
    common = fit_ridge(added(by_arm))
    return np.column_stack([common + fit_ridge(residual(part, common)) for part in by_arm])


def scores_within(trial: Trial, sums: FoldSums, training: Sequence[int]) -> Floats:
    """Return scores [rows, arms] for the rows of the `training` folds, NaN elsewhere.

    Each fold's model is fitted on the other training folds only. Arms that a row could not draw score 0.
    """
    scores = np.full(trial.propensity.shape, np.nan)
    for fold in training:
        lines = arm_lines(sums, [other for other in training if other != fold])
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
