"""Sets of numbers as arrays, by sorting: NumPy's `unique` and `isin` hash, which takes many times as long."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.integer | np.floating)


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Return the distinct values in ascending order; shape [number of distinct values]. NaN is no value to ask for.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values, axis=None)
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def are_among(values: NDArray[Number], others: NDArray[Number]) -> NDArray[np.bool_]:
    """Return which values are among the others, in any order and as often as they come; shape [len(values)].

    >>> are_among(np.array([3, 1, 2]), np.array([2, 3, 3])).tolist()
    [True, False, True]
    """
    if not len(others):
        return np.zeros(len(values), dtype=np.bool_)
    ordered = np.sort(others)
    places = np.searchsorted(ordered, values)
    return ordered[np.minimum(places, len(ordered) - 1)] == values
