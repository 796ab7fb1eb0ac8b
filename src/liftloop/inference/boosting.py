"""Small boosted trees, one thread and deterministic: the same rows give the same model text anywhere."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, SingleFloats
from liftloop.inference.late import Booster, Dataset, train

if TYPE_CHECKING:
    import lightgbm

ROWS_PER_LEAF_SHARE = 1 / 400  # A leaf holds a quarter percent of the rows: 200 of 84,000.
ROWS_PER_LEAF_MIN = 100
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
