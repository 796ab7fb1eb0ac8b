"""Ridge regression from sums of products, its penalty chosen by the evidence.

Sums add over folds, so that a model of any union of folds costs one small eigenproblem and no pass over rows.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, SingleFloats

PENALTIES = np.logspace(-1, 8, 37)  # From no shrinkage to all of it, four to a decade; infinity is tried as well.
ROWS_AT_ONCE = 50_000  # Sums in double precision over blocks: 50,000 x 150 doubles are 60 MB.


class Sums(Struct, frozen=True, kw_only=True, eq=False):
    """Of a design with a leading column of ones: `gram` [1+p, 1+p], `cross` [1+p] with the target, `square` of it."""

    gram: Floats
    cross: Floats
    square: float


def sums_of(design: SingleFloats, target: Floats) -> Sums:
    """Return the sums over all rows given; `design` [rows, p] is without the ones."""
    width = design.shape[1] + 1
    gram, cross = np.zeros((width, width)), np.zeros(width)
    for first in range(0, target.size, ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        block = np.column_stack([np.ones(target[part].size), design[part]])
        gram += block.T @ block
        cross += block.T @ target[part]
    return Sums(gram=gram, cross=cross, square=float(target @ target))


def cross_of(design: SingleFloats, target: Floats) -> Floats:
    """Return only the products with the target [1+p], for a gram that is already known."""
    return np.concatenate([[target.sum()], target.astype(np.float32) @ design]).astype(np.float64)


def added(parts: list[Sums]) -> Sums:
    return Sums(
        gram=np.sum([part.gram for part in parts], axis=0),
        cross=np.sum([part.cross for part in parts], axis=0),
        square=sum(part.square for part in parts),
    )


def residual(sums: Sums, coefficients: Floats) -> Sums:
    """Return the sums of the target minus design @ coefficients."""
    fitted = sums.gram @ coefficients
    square = sums.square - 2 * float(coefficients @ sums.cross) + float(coefficients @ fitted)
    return Sums(gram=sums.gram, cross=sums.cross - fitted, square=max(square, 0.0))


def fit_ridge(sums: Sums) -> Floats:
    """Return intercept and coefficients [1+p] at the penalty of the largest marginal likelihood.

    Gaussian prior on the coefficients, flat on the intercept (MacKay 1992; Bishop 2006, section 3.5), on a grid.
    Where the data show nothing, the penalty is infinite and only the intercept remains. No rows: zeros.
    """
    rows = float(sums.gram[0, 0])
    width = sums.cross.size
    if rows < 2:
        return np.concatenate([[float(sums.cross[0]) / max(rows, 1.0)], np.zeros(width - 1)])
    means, level = sums.gram[0, 1:] / rows, float(sums.cross[0]) / rows
    gram = sums.gram[1:, 1:] - rows * np.outer(means, means)
    spread = max(sums.square - rows * level**2, 1e-12 * max(sums.square, 1e-300))
    values, vectors = np.linalg.eigh(gram)
    values = np.maximum(values, 0.0)
    turned = vectors.T @ (sums.cross[1:] - rows * level * means)
    penalty = _best_penalty(values, turned, spread, rows)
    slope = vectors @ (turned / (values + penalty)) if np.isfinite(penalty) else np.zeros(width - 1)
    return np.concatenate([[level - float(means @ slope)], slope])


def _best_penalty(values: Floats, turned: Floats, spread: float, rows: float) -> float:
    damped = values[None, :] + PENALTIES[:, None]
    left = np.maximum(spread - (np.square(turned)[None, :] / damped).sum(axis=1), 1e-12 * spread)
    evidence = 0.5 * np.log(PENALTIES[:, None] / damped).sum(axis=1) - 0.5 * (rows - 1) * np.log(left)
    best = int(evidence.argmax())
    nothing = -0.5 * (rows - 1) * np.log(spread)
    return float(PENALTIES[best]) if evidence[best] > nothing else float("inf")


def predict_linear(design: SingleFloats, coefficients: Floats) -> Floats:
    """Return [rows] for coefficients [1+p], or [rows, k] for [1+p, k]."""
    return (design @ coefficients[1:].astype(np.float32) + coefficients[0]).astype(np.float64)
