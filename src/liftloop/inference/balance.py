"""Was the arm drawn by chance, and does a column know more than it could have known before?

A randomised arm says nothing about any column fixed before it. A column that differs between the arms beyond chance
was therefore written afterwards, or the arm was not drawn at random.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers, SingleFloats
from liftloop.inference.boosting import ROWS_PER_LEAF_MIN, Trees, fit_trees, predict_trees
from liftloop.inference.encoding import Features
from liftloop.inference.late import chdtrc, fdtrc, ndtr

EXPECTED_MIN = 5.0  # Pearson's statistic follows chi-square when every cell expects five (Cochran 1954).
DETERMINED_SHARE = 0.9  # No column known beforehand explains nine tenths of what people do next.
FUNNEL_SHARE = 0.25
FUNNEL_OUTCOMES_MIN = 100
CERTAIN_SHARE = 0.995
CERTAIN_ROWS_MIN = 100
GUESSING = Trees(count=20, leaves=8, rate=0.2)  # Enough for a rule of two or three columns, a second for 80,000 rows.

GUESSED_ROWS_MIN = 2 * ROWS_PER_LEAF_MIN  # Fewer make no tree.


class Draw(Struct, frozen=True, kw_only=True, eq=False):
    """How arms were drawn: `arm` [rows], `chance` [rows, arms] each had, `fold` [rows] of rows that hang together.

    `told` says that the chances were given with the data; otherwise they are the arms' shares, alike for all.
    """

    arm: Integers
    chance: Floats
    fold: Integers
    told: bool


def column_p_value(cells: Integers, draw: Draw) -> float:
    """Return the chance that one column's `cells` [rows] depart this much from the draw by luck."""
    if not draw.told:
        return difference_p_value(cells, draw.arm)
    _, places = np.unique(cells, return_inverse=True)
    counts = np.bincount(places)
    rare = counts[places] * draw.chance.mean(axis=0).min() < EXPECTED_MIN
    places = np.where(rare, counts.size, places)
    return _departure_p_value(np.column_stack([places == place for place in np.unique(places)]), draw)


def together_p_value(features: Features, draw: Draw) -> float:
    """Return the chance that all columns together foretell the arm this well by luck.

    Looked at twice, as a line and by trees that were grown on other folds: a rule such as "the young in Shanghai
    and the old elsewhere" leaves every line flat.
    """
    if features.raw.shape[1] == 0:
        return 1.0
    design = features.design
    line = _departure_p_value(design, draw) if draw.told else prediction_p_value(design, draw.arm)
    return min(1.0, 2 * min(line, _guessed_p_value(features, draw)))


def _departure_p_value(design: SingleFloats | Flags, draw: Draw) -> float:
    """Score test of "drawn by these chances" against "the arm leans on `design`", corrected for the number of arms."""
    centered = (design - design.mean(axis=0)).astype(np.float64)
    smallest = 1.0
    for arm in range(draw.chance.shape[1]):
        chance = draw.chance[:, arm]
        score = centered.T @ ((draw.arm == arm) - chance)
        spread = (centered * (chance * (1 - chance))[:, None]).T @ centered
        rank = int(np.linalg.matrix_rank(spread, hermitian=True))
        if rank:
            statistic = float(score @ np.linalg.lstsq(spread, score, rcond=None)[0])
            smallest = min(smallest, float(chdtrc(rank, statistic)))
    return min(1.0, smallest * draw.chance.shape[1])


def _guessed_p_value(features: Features, draw: Draw) -> float:
    """Return how rarely trees that never saw a row guess its arm this well by luck (one-sided normal)."""
    smallest, arms = 1.0, draw.chance.shape[1]
    if draw.arm.size < GUESSED_ROWS_MIN:
        return smallest
    looked_at = range(1, arms) if arms == 2 else range(arms)  # Of two arms each mirrors the other.
    for arm in looked_at:
        chance = draw.chance[:, arm]
        surprise = (draw.arm == arm) - chance
        together, spread = 0.0, 0.0
        for fold in np.unique(draw.fold):
            out = draw.fold == fold
            text = fit_trees(features.raw[~out], surprise[~out], GUESSING, features.categorical)
            guess = predict_trees(text, features.raw[out])
            guess -= guess.mean()
            together += float(guess @ surprise[out])
            spread += float(np.square(guess) @ (chance[out] * (1 - chance[out])))
        if spread > 0:
            smallest = min(smallest, float(ndtr(-together / np.sqrt(spread))))
    return min(1.0, smallest * len(looked_at))


def difference_p_value(cells: Integers, arm: Integers) -> float:
    """Return the chance that a column's `cells` [rows] differ this much between the arms by luck (chi-square).

    Cells too rare for the test are pooled.
    """
    _, places = np.unique(cells, return_inverse=True)
    _, arms = np.unique(arm, return_inverse=True)
    table = np.zeros((int(places.max()) + 1, int(arms.max()) + 1))
    np.add.at(table, (places, arms), 1.0)
    shares = table.sum(axis=0) / table.sum()
    rare = table.sum(axis=1) * shares.min() < EXPECTED_MIN
    if rare.any():
        table = np.vstack([table[~rare], table[rare].sum(axis=0, keepdims=True)])
    if table.shape[0] < 2 or table.shape[1] < 2:
        return 1.0
    expected = np.outer(table.sum(axis=1), shares)
    statistic = float((np.square(table - expected) / expected).sum())
    return float(chdtrc((table.shape[0] - 1) * (table.shape[1] - 1), statistic))


def prediction_p_value(design: SingleFloats, arm: Integers) -> float:
    """Return the chance that all columns together foretell the arm this well by luck.

    F-test of the regression of each arm's indicator on `design` [rows, p], corrected for the number of arms.
    """
    arms = np.unique(arm)
    centered = (design - design.mean(axis=0)).astype(np.float64)
    gram = centered.T @ centered
    rank = int(np.linalg.matrix_rank(gram, hermitian=True))
    left = arm.size - rank - 1
    if rank == 0 or left <= 0:
        return 1.0
    smallest = min(_f_p_value(centered, gram, (arm == value).astype(np.float64), rank) for value in arms)
    return min(1.0, smallest * arms.size)


def _f_p_value(centered: Floats, gram: Floats, drawn: Floats, rank: int) -> float:
    target = drawn - drawn.mean()
    cross = centered.T @ target
    explained = float(cross @ np.linalg.lstsq(gram, cross, rcond=None)[0])
    total = float(target @ target)
    left = target.size - rank - 1
    if explained >= total:
        return 0.0
    return float(fdtrc(rank, left, explained / rank / ((total - explained) / left)))


def determines(cells: Integers, outcome: Floats) -> bool:
    """Say whether the cells all but fix the outcome, or whether it is zero: nine tenths of the variance."""
    happened = (outcome != 0).astype(np.float64)
    return max(_explained(cells, outcome), _explained(cells, happened)) >= DETERMINED_SHARE


def _explained(cells: Integers, target: Floats) -> float:
    total = float(target.var())
    if total == 0:
        return 0.0
    _, places = np.unique(cells, return_inverse=True)
    counts = np.bincount(places)
    means = np.bincount(places, weights=target) / counts
    return float((counts * np.square(means - target.mean())).sum()) / target.size / total


def is_funnel(cells: Integers, outcome: Floats) -> bool:
    """Say whether all outcomes lie in a few cells that hold under a quarter of the rows.

    A step on the way to the outcome (visited, clicked, put into the cart) looks like that.
    """
    happened: Flags = outcome != 0
    if int(happened.sum()) < FUNNEL_OUTCOMES_MIN:
        return False
    return bool(np.isin(cells, np.unique(cells[happened])).mean() < FUNNEL_SHARE)


def is_consequence(cells: Integers, outcome: Floats) -> bool:
    """Say whether some cell of a hundred rows or more is certain of an outcome that fewer than half have.

    What follows from the outcome (paid, when the outcome is a visit) looks like that.
    """
    happened = (outcome != 0).astype(np.float64)
    if happened.mean() > 0.5:
        return False
    _, places = np.unique(cells, return_inverse=True)
    counts = np.bincount(places)
    shares = np.bincount(places, weights=happened) / counts
    return bool(((counts >= CERTAIN_ROWS_MIN) & (shares >= CERTAIN_SHARE)).any())
