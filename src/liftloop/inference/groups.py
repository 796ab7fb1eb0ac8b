"""Groups that are really there: k-means over normal scores, kept only where a structureless twin has none.

The twin has the same columns and the same correlations, but no groups (a Gaussian copula with the empirical margins).
How many groups there are is decided by stability under subsampling (Ben-Hur, Elisseeff and Guyon, 2002; adjusted Rand
index of Hubert and Arabie, 1985); the comparison with a reference is that of Tibshirani, Walther and Hastie (2001).
"""

from statistics import NormalDist

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.likeness import midranks

GROUPS_MAX = 8
"""More groups than this nobody remembers."""
SHARE_MIN, SHARE_MAX = 0.03, 0.75
"""A smaller group is an exception, a larger one is everybody."""
STABLE = 0.80
"""Adjusted Rand index of two halves' groups, in the mean: four in five pairs of people stay together."""
ROWS_MAX = 2_000
"""People from whom groups are found; everybody is then put to the nearest."""
PEOPLE_MIN = 300
_STARTS, _STEPS, _TWINS, _PAIRS = 3, 40, 10, 5
_CLEARLY = 3.0
"""Standard deviations by which the groups must be tighter than those of the twins."""


class Groups(Struct, frozen=True, kw_only=True, eq=False):
    """Everybody's group, 0 for the largest; none of them where there is no structure."""

    group: Integers
    """Shape [people]; -1 for all where `count` is 0."""
    count: int
    stability: float
    """Mean adjusted Rand index of the groups that were chosen, or of the best that were not."""
    tightness: float
    """Standard deviations below the inertia of structureless twins."""


def find_groups(features: Floats, dice: np.random.Generator) -> Groups:
    """Return the groups in `features` [people, columns] (NaN: missing), the same for the same dice."""
    people = len(features)
    nobody = np.full(people, -1, dtype=np.int64)
    if people < PEOPLE_MIN:
        return Groups(group=nobody, count=0, stability=0.0, tightness=0.0)
    scores = normal_scores(features)
    scores = scores[:, scores.std(axis=0) > 0]  # What is the same for everybody tells nobody apart.
    if not scores.shape[1]:
        return Groups(group=nobody, count=0, stability=0.0, tightness=0.0)
    rows = scores[dice.choice(people, ROWS_MAX, replace=False)] if people > ROWS_MAX else scores
    twins = [_twin(rows, dice) for _ in range(_TWINS)]
    best = Groups(group=nobody, count=0, stability=0.0, tightness=0.0)
    for count in range(2, GROUPS_MAX + 1):
        centers, inertia = cluster(rows, count, dice)
        group = nearest(scores, centers)
        shares = np.bincount(group, minlength=count) / people
        stability, tightness = _stability(rows, count, dice), _tightness(inertia, twins, count, dice)
        sound = shares.min() >= SHARE_MIN and shares.max() <= SHARE_MAX
        if sound and stability >= STABLE and tightness >= _CLEARLY and stability + 0.02 * count >= best.stability:
            order = np.argsort(-shares, kind="stable")
            place = np.argsort(order)
            best = Groups(group=place[group], count=count, stability=stability, tightness=tightness)
    return best


def normal_scores(features: Floats) -> Floats:
    """Return each column by the normal quantile of its rank: no unit and no outlier outweighs the others."""
    filled = np.where(np.isnan(features), -np.inf, features)
    table = NormalDist()
    columns: list[Floats] = []
    for column in filled.T:
        share = (midranks(column) - 0.5) / len(column)
        values, inverse = np.unique(share, return_inverse=True)
        columns.append(np.array([table.inv_cdf(value) for value in values.tolist()])[inverse])
    return np.column_stack(columns)


def cluster(rows: Floats, count: int, dice: np.random.Generator) -> tuple[Floats, float]:
    """Return centers [count, columns] and inertia of the best of some starts (k-means++, Arthur and Vassilvitskii)."""
    found = [_one_start(rows, count, dice) for _ in range(_STARTS)]
    return min(found, key=lambda each: each[1])


def nearest(rows: Floats, centers: Floats) -> Integers:
    return np.argmin(_distances(rows, centers), axis=1)


def agreement(one: Integers, other: Integers) -> float:
    """Return the adjusted Rand index of two groupings: 1 where equal, 0 by chance."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    together, of_one, of_other = (_pairs(each) for each in (table.ravel(), table.sum(axis=1), table.sum(axis=0)))
    expected = of_one * of_other / _pairs(np.array([len(one)]))
    most = (of_one + of_other) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _distances(rows: Floats, centers: Floats) -> Floats:
    squares = (rows**2).sum(axis=1)[:, None] - 2 * rows @ centers.T + (centers**2).sum(axis=1)
    return np.maximum(squares, 0.0)


def _one_start(rows: Floats, count: int, dice: np.random.Generator) -> tuple[Floats, float]:
    centers = rows[[int(dice.integers(len(rows)))]]
    while len(centers) < count:
        chance = _distances(rows, centers).min(axis=1)
        total = chance.sum()
        place = int(dice.choice(len(rows), p=chance / total)) if total > 0 else int(dice.integers(len(rows)))
        centers = np.vstack([centers, rows[place]])
    group = nearest(rows, centers)
    for _ in range(_STEPS):
        members = np.bincount(group, minlength=count)
        sums = np.eye(count)[group].T @ rows
        centers = np.where(members[:, None] > 0, sums / np.maximum(members, 1)[:, None], centers)
        moved = nearest(rows, centers)
        if (moved == group).all():
            break
        group = moved
    return centers, float(_distances(rows, centers).min(axis=1).sum())


def _stability(rows: Floats, count: int, dice: np.random.Generator) -> float:
    """Return how far groups of two random samples agree about everybody, in the mean of some pairs."""
    size = int(len(rows) * 0.7)
    found: list[float] = []
    for _ in range(_PAIRS):
        one, other = (
            nearest(rows, cluster(rows[dice.choice(len(rows), size, replace=False)], count, dice)[0]) for _ in range(2)
        )
        found.append(agreement(one, other))
    return float(np.mean(found))


def _tightness(inertia: float, twins: list[Floats], count: int, dice: np.random.Generator) -> float:
    logs = np.log([max(cluster(twin, count, dice)[1], 1e-12) for twin in twins])
    spread = max(float(logs.std(ddof=1)), 1e-3)
    return float((logs.mean() - np.log(max(inertia, 1e-12))) / spread)


def _twin(rows: Floats, dice: np.random.Generator) -> Floats:
    """Return rows with the same margins and about the same correlations, drawn from one Gaussian copula."""
    correlation = np.asarray(np.nan_to_num(np.corrcoef(rows, rowvar=False), nan=0.0))
    np.fill_diagonal(correlation, 1.0)
    drawn = dice.multivariate_normal(np.zeros(rows.shape[1]), correlation, size=len(rows), method="eigh")
    order = np.argsort(np.argsort(drawn, axis=0), axis=0)
    return np.take_along_axis(np.sort(rows, axis=0), order, axis=0)
