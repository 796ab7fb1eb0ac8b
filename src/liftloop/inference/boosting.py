"""Small boosted trees, one thread and deterministic: the same rows give the same model text anywhere."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, SingleFloats
from liftloop.inference.late import Booster, Dataset, train

if TYPE_CHECKING:
    import lightgbm

ROWS_PER_LEAF_SHARE = 1 / 400  # A leaf holds a quarter percent of the rows: 200 of 84,000.
ROWS_PER_LEAF_MIN = 100
LOG_MULTIPLE_MIN, LOG_MULTIPLE_MAX = -3.0, 2.0  # From a twentieth of the dose to seven times it.
USUAL_MIN = 0.05  # Where doses do nothing or harm on average there is nothing to take multiples of.
DAMPING = 1e-3  # Of leaves, in rows: a leaf's step is drawn to zero by so many rows of every row of the log.
MODELS_KEPT = 32  # Parsed from text; a nested cross-fit uses each a few times in a row.


class Trees(Struct, frozen=True, kw_only=True):
    """How many trees, of how many leaves, at which learning rate; a leaf holds `leaf_share` of the rows at least.

    Few leaves because effects are weak: 4 leaves hold an interaction of two columns.
    """

    count: int
    leaves: int
    rate: float
    leaf_share: float = ROWS_PER_LEAF_SHARE


def fit_trees(raw: SingleFloats, target: Floats, trees: Trees, categorical: tuple[int, ...]) -> str:
    """Return the text of a squared-error model of `target` [rows] on `raw` [rows, columns] (NaN: missing)."""
    settings = _settings(trees, target.size)
    data = Dataset(raw, target, categorical_feature=list(categorical), params=settings)
    return train(settings, data, num_boost_round=trees.count).model_to_string()


def fit_trees_weighted(raw: SingleFloats, jobs: Sequence[tuple[Floats, Floats]], trees: Trees) -> list[str]:
    """Return a model for each (target, weight), both [rows]; weight 0 leaves a row out.

    The columns are sorted into bins once for all: with six models of 100,000 rows half of the time.
    """
    settings = _settings(trees, raw.shape[0])
    data = Dataset(raw, np.zeros(raw.shape[0]), params=settings, free_raw_data=False)
    found: list[str] = []
    for target, weight in jobs:
        data.set_label(target)
        data.set_weight(weight)
        found.append(train(settings, data, num_boost_round=trees.count).model_to_string())
    return found


class Multiples(Struct, frozen=True, kw_only=True):
    """A model of how many times the usual response a row answers with: exp(trees) / `usual`, 1 on average."""

    text: str
    usual: float


def fit_multiples(
    raw: SingleFloats, target: Floats, jobs: Sequence[tuple[Floats, Flags]], trees: Trees
) -> list[Multiples]:
    """Return a model for each (dose, inside), both [rows]: target = dose * exp(trees) by least squares over `inside`.

    Boosting in the log of the multiple (Friedman 2001, with Gauss-Newton curvature): what moves people comes as a
    product of how reachable, how due and how thrifty they are, which a few small trees add up in logarithms, and no
    multiple is below zero. The columns are sorted into bins once for all jobs.
    """
    settings = _settings(trees, raw.shape[0])
    settings["lambda_l2"] = DAMPING * raw.shape[0]
    settings["min_sum_hessian_in_leaf"] = 0.0
    data = Dataset(raw, np.zeros(raw.shape[0]), params=settings, free_raw_data=False)
    found: list[Multiples] = []
    for dose, inside in jobs:
        objective = _of_multiples(target, dose, inside)
        text = train(settings | {"objective": objective}, data, num_boost_round=trees.count).model_to_string()
        usual = float(np.exp(_log_multiples(text, raw[inside])).mean()) if inside.any() else 1.0
        found.append(Multiples(text=text, usual=usual))
    return found


def _of_multiples(
    target: Floats, dose: Floats, inside: Flags
) -> "Callable[[Floats, lightgbm.Dataset], tuple[Floats, Floats]]":
    square = float(np.square(dose[inside]).sum())
    size = square / max(int(inside.sum()), 1) or 1.0
    usual = max(float(dose[inside] @ target[inside]) / square if square else 0.0, USUAL_MIN)
    given = inside.astype(np.float64)

    def derivatives(at: Floats, data: "lightgbm.Dataset") -> tuple[Floats, Floats]:
        answer = usual * dose * np.exp(np.clip(at, LOG_MULTIPLE_MIN, LOG_MULTIPLE_MAX))
        return given * (answer - target) * answer / size, given * np.square(answer) / size + DAMPING

    return derivatives


def predict_multiples(model: Multiples, raw: SingleFloats) -> Floats:
    """Return each row's multiple of the usual response."""
    return np.exp(_log_multiples(model.text, raw)) / model.usual


def _log_multiples(text: str, raw: SingleFloats) -> Floats:
    return np.clip(predict_trees(text, raw), LOG_MULTIPLE_MIN, LOG_MULTIPLE_MAX)


def _settings(trees: Trees, rows: int) -> dict[str, object]:
    return {
        "objective": "regression",
        "num_leaves": trees.leaves,
        "learning_rate": trees.rate,
        "min_data_in_leaf": max(ROWS_PER_LEAF_MIN, int(rows * trees.leaf_share)),
        "max_bin": 63,  # A quarter of the default: a third faster, no difference in value seen.
        "num_threads": 1,  # On a contended machine two threads were 54 times slower than one.
        "deterministic": True,
        "force_row_wise": True,
        "seed": 1,
        "verbose": -1,
    }


def predict_trees(text: str, raw: SingleFloats) -> Floats:
    """Return the model's prediction for each row."""
    if raw.shape[0] == 0:
        return np.zeros(0)
    return np.asarray(_parsed(text).predict(raw, num_threads=1), dtype=np.float64)


@lru_cache(maxsize=MODELS_KEPT)
def _parsed(text: str) -> "lightgbm.Booster":
    return Booster(model_str=text)
