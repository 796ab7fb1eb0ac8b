"""Who is most like a given group? Scores by small trees, judged on people the trees have not seen.

Areas under the curve are compared after DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988), with the fast ranks
of Sun and Xu (IEEE Signal Processing Letters 21, 2014).
"""

from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers, SingleFloats
from liftloop.inference.boosting import Trees, fit_trees, predict_trees

POSITIVES_MIN = 50
"""Fewer members than this in the group, or outside it, and the accuracy itself is too vague to be shown."""
TREES = Trees(count=120, leaves=8, rate=0.08)
CURVE_SHARES = (0.01, 0.02, 0.05, 0.10, 0.20, 0.30, 0.50)
"""Of the candidates, the most alike first: the sizes at which precision is told."""
_Z = 1.645
"""One-sided 95%."""

Verdict = Literal["usable", "too_few", "no_signal", "simple_is_enough"]


class Compared(Struct, frozen=True, kw_only=True):
    """Two scores held against one label: areas under the curve, each with its lower bound, and of their difference."""

    area: float
    area_low: float
    simple_area: float
    gain: float
    gain_low: float


class CurvePoint(Struct, frozen=True, kw_only=True):
    """What taking the most alike `share` of people finds: by the trees, by the simple score, and by chance."""

    share: float
    precision: float
    simple_precision: float
    random_precision: float
    recall: float


class Judged(Struct, frozen=True, kw_only=True):
    """How well a group can be told apart, on people held out."""

    verdict: Verdict
    people: int
    positives: int
    compared: Compared | None
    curve: tuple[CurvePoint, ...]


def judge(features: SingleFloats, simple: Floats, label: Flags, fold: Integers) -> Judged:
    """Return how well `features` [people, columns] (NaN: missing) tell `label` [people], each fold by the others.

    `simple` [people, columns] is the plain baseline, fitted as a line over its ranks on the same folds.
    """
    people, positives = len(label), int(label.sum())
    if positives < POSITIVES_MIN or people - positives < POSITIVES_MIN:
        return Judged(verdict="too_few", people=people, positives=positives, compared=None, curve=())
    score = held_out(features, label, fold)
    plain = _line_held_out(_ranks(simple), label, fold)
    compared = compare(score, plain, label)
    verdict: Verdict = "usable"
    if compared.area_low <= 0.5:
        verdict = "no_signal"
    elif compared.gain_low <= 0:
        verdict = "simple_is_enough"
    curve = tuple(_point(score, plain, label, share) for share in CURVE_SHARES)
    return Judged(verdict=verdict, people=people, positives=positives, compared=compared, curve=curve)


def fitted(features: SingleFloats, label: Flags) -> str:
    """Return the model over everybody, as text."""
    return fit_trees(features, label.astype(np.float64), TREES, ())


def held_out(features: SingleFloats, label: Flags, fold: Integers) -> Floats:
    """Return everybody's score by trees that were fitted without their fold; shape [people]."""
    score = np.zeros(len(label))
    for number in np.unique(fold):
        inside = fold == number
        score[inside] = predict_trees(fitted(features[~inside], label[~inside]), features[inside])
    return score


def compare(score: Floats, simple: Floats, label: Flags) -> Compared:
    """Return both areas under the curve with bounds; the difference is paired, person by person."""
    of_positives, of_negatives = _components(score, label)
    simple_positives, simple_negatives = _components(simple, label)
    area, simple_area = float(of_positives.mean()), float(simple_positives.mean())
    error = _error(of_positives, of_negatives)
    gain_error = _error(of_positives - simple_positives, of_negatives - simple_negatives)
    return Compared(
        area=area,
        area_low=area - _Z * error,
        simple_area=simple_area,
        gain=area - simple_area,
        gain_low=area - simple_area - _Z * gain_error,
    )


def _components(score: Floats, label: Flags) -> tuple[Floats, Floats]:
    """Return DeLong's structural components: for each positive and each negative the share it is rightly ordered to."""
    together, positive, negative = midranks(score), score[label], score[~label]
    above = (together[label] - midranks(positive)) / len(negative)
    below = 1 - (together[~label] - midranks(negative)) / len(positive)
    return above, below


def _error(of_positives: Floats, of_negatives: Floats) -> float:
    variance = of_positives.var(ddof=1) / len(of_positives) + of_negatives.var(ddof=1) / len(of_negatives)
    return float(np.sqrt(variance))


def midranks(values: Floats) -> Floats:
    """Return ranks from 1; equals share the mean of theirs.

    >>> midranks(np.array([3.0, 1.0, 3.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def _ranks(simple: Floats) -> Floats:
    """Return each column as ranks between 0 and 1, missing values below all others."""
    filled = np.where(np.isnan(simple), -np.inf, simple)
    return np.column_stack([midranks(column) / max(len(column), 1) for column in filled.T])


def _line_held_out(ranks: Floats, label: Flags, fold: Integers) -> Floats:
    design = np.column_stack([np.ones(len(ranks)), ranks])
    score = np.zeros(len(label))
    for number in np.unique(fold):
        inside = fold == number
        weights, *_ = np.linalg.lstsq(design[~inside], label[~inside].astype(np.float64), rcond=None)
        score[inside] = design[inside] @ weights
    return score


def _point(score: Floats, simple: Floats, label: Flags, share: float) -> CurvePoint:
    count = max(round(share * len(label)), 1)
    found = label[np.argsort(-score, kind="stable")[:count]]
    plainly = label[np.argsort(-simple, kind="stable")[:count]]
    return CurvePoint(
        share=share,
        precision=float(found.mean()),
        simple_precision=float(plainly.mean()),
        random_precision=float(label.mean()),
        recall=float(found.sum() / label.sum()),
    )
