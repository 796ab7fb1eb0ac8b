"""Curves that never fall: the nearest rows that do not, each column counting by how precisely it is known."""

import numpy as np

from liftloop.inference.arrays import Floats


def never_falling(values: Floats, weight: Floats) -> Floats:
    """Return the rows nearest to `values` [rows, k] whose numbers never fall from one column to the next.

    Nearest by squares weighted with `weight` [k], positive. Weighted isotonic regression by its max-min formula
    (Barlow, Bartholomew, Bremner and Brunk 1972): column j is the largest, over all starts at or before it, of the
    least mean of a run from that start that reaches j. A row's weighted mean stays; rows that do not fall come back.
    """
    falls = (values[:, 1:] < values[:, :-1]).any(axis=1)
    if not falls.any():
        return values
    rows, columns = np.flatnonzero(falls), values.shape[1]
    sums = np.cumsum(np.column_stack([np.zeros(rows.size), values[rows] * weight]), axis=1)
    mass = np.concatenate([[0.0], np.cumsum(weight)])
    nearest = np.full((rows.size, columns), -np.inf)
    for start in range(columns):
        least = np.full(rows.size, np.inf)
        for last in range(columns - 1, start - 1, -1):
            run = (sums[:, last + 1] - sums[:, start]) / (mass[last + 1] - mass[start])
            least = np.minimum(least, run)
            nearest[:, last] = np.maximum(nearest[:, last], least)
    found = values.copy()
    # Sums of floats round: what must not fall by proof must not fall by a last digit either.
    found[rows] = np.maximum.accumulate(nearest, axis=1)
    return found
