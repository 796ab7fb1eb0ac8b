"""Models of what each arm does to each person, compared with being left alone, as plain data.

Every model predicts effects [rows, arms] whose first column is zero.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, assert_never

import numpy as np
from msgspec import Struct

from liftloop.inference.arm_scores import FoldSums, can_compare, scores_within
from liftloop.inference.arrays import Flags, Floats, SingleFloats
from liftloop.inference.boosting import Trees, fit_trees, predict_trees
from liftloop.inference.encoding import Features
from liftloop.inference.ridge import Sums, cross_of, fit_ridge, predict_linear
from liftloop.inference.trial import NOBODY, Trial

Single: TypeAlias = Literal["linear", "robust_linear", "trees", "robust_trees"]
Learner: TypeAlias = Single | Literal["blend"]

# Simple to complex; the blend last.
SINGLES: tuple[Single, ...] = ("linear", "robust_linear", "trees", "robust_trees")
LEARNERS: tuple[Learner, ...] = (*SINGLES, "blend")
BLENDED: tuple[Single, ...] = ("robust_linear", "trees", "robust_trees")
# 50 trees at 0.1 earned on six splits of a real log what 100 at 0.05 did (20.6 against 20.8), in half the time.
OUTCOME_TREES = Trees(count=50, leaves=8, rate=0.1)
EFFECT_TREES = Trees(count=50, leaves=4, rate=0.1)


class LinearEffects(Struct, frozen=True, kw_only=True, tag="linear"):
    """`coefficients` of the treated arms, arm by arm: intercept and slopes on the linear design."""

    coefficients: tuple[tuple[float, ...], ...]


class OutcomeTrees(Struct, frozen=True, kw_only=True, tag="outcome_trees"):
    """One model of the outcome with the arm as its last, categorical column (an S-learner)."""

    text: str
    arms: int


class EffectTrees(Struct, frozen=True, kw_only=True, tag="effect_trees"):
    """One model of the effect for each treated arm."""

    texts: tuple[str, ...]


SingleModel: TypeAlias = LinearEffects | OutcomeTrees | EffectTrees


class Blend(Struct, frozen=True, kw_only=True, tag="blend"):
    """The mean of several models; errors that they do not share cancel."""

    parts: tuple[SingleModel, ...]


EffectModel: TypeAlias = SingleModel | Blend


class Material(Struct, frozen=True, kw_only=True, eq=False):
    """The folds to learn from, with their sums and doubly robust scores [rows, arms] made within them."""

    trial: Trial
    sums: FoldSums
    training: tuple[int, ...]
    scores: Floats

    def mask(self) -> Flags:
        return np.isin(self.trial.fold, self.training)


def material(trial: Trial, sums: FoldSums, training: Sequence[int]) -> Material:
    """Return what the learners need from these folds; nothing of other folds enters."""
    scores = scores_within(trial, sums, training)
    return Material(trial=trial, sums=sums, training=tuple(training), scores=scores)


def fit_effects(learner: Learner, given: Material) -> EffectModel:
    """Return the learner's model of the material; the same material gives the same model."""
    if learner == "blend":
        return Blend(parts=tuple(fit_single(part, given) for part in BLENDED))
    return fit_single(learner, given)


def fit_single(learner: Single, given: Material) -> SingleModel:
    """Return the model of one learner that is no blend."""
    match learner:
        case "linear":
            lines = given.sums.lines_of(given.training)
            return _linear([lines[:, arm] - lines[:, NOBODY] for arm in range(1, given.trial.arms)])
        case "robust_linear":
            return _linear([_robust_line(given, arm) for arm in range(1, given.trial.arms)])
        case "trees":
            return _outcome_trees(given)
        case "robust_trees":
            return EffectTrees(texts=tuple(_effect_trees(given, arm) for arm in range(1, given.trial.arms)))
        case _:
            assert_never(learner)


def _linear(lines: Sequence[Floats]) -> LinearEffects:
    return LinearEffects(coefficients=tuple(tuple(float(c) for c in line) for line in lines))


def _robust_line(given: Material, arm: int) -> Floats:
    """Regress the difference of scores on the design: a DR-learner (Kennedy 2023) with ridge as its second step."""
    mask = given.mask() & can_compare(given.trial, arm)
    target = given.scores[mask, arm] - given.scores[mask, NOBODY]
    gram = np.sum([given.sums.eligible[fold][arm] for fold in given.training], axis=0)
    cross = cross_of(given.trial.features.design[mask], target)
    return fit_ridge(Sums(gram=gram, cross=cross, square=float(target @ target)))


def _effect_trees(given: Material, arm: int) -> str:
    mask = given.mask() & can_compare(given.trial, arm)
    target = given.scores[mask, arm] - given.scores[mask, NOBODY]
    features = given.trial.features
    return fit_trees(features.raw[mask], target, EFFECT_TREES, features.categorical)


def _outcome_trees(given: Material) -> OutcomeTrees:
    mask, trial = given.mask(), given.trial
    raw = _with_arm(trial.features.raw[mask], trial.arm[mask].astype(np.float32))
    categorical = (*trial.features.categorical, raw.shape[1] - 1)
    text = fit_trees(raw, trial.outcome[mask], OUTCOME_TREES, categorical)
    return OutcomeTrees(text=text, arms=trial.arms)


def _with_arm(raw: SingleFloats, arm: SingleFloats) -> SingleFloats:
    return np.column_stack([raw, arm]).astype(np.float32)


def predict_effects(model: EffectModel, features: Features) -> Floats:
    """Return effects [rows, arms] in units of the outcome; column 0 (nobody) is zero."""
    match model:
        case LinearEffects():
            lines = np.array(model.coefficients).T
            treated = predict_linear(features.design, lines)
        case OutcomeTrees():
            return _outcome_tree_effects(model, features)
        case EffectTrees():
            treated = np.column_stack([predict_trees(text, features.raw) for text in model.texts])
        case Blend():
            return np.mean([predict_effects(part, features) for part in model.parts], axis=0)
        case _:
            assert_never(model)
    return np.column_stack([np.zeros(treated.shape[0]), treated])


def _outcome_tree_effects(model: OutcomeTrees, features: Features) -> Floats:
    rows = features.raw.shape[0]
    outcomes = [
        predict_trees(model.text, _with_arm(features.raw, np.full(rows, arm, dtype=np.float32)))
        for arm in range(model.arms)
    ]
    return np.column_stack([outcome - outcomes[NOBODY] for outcome in outcomes])
