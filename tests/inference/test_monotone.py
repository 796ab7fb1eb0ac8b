"""Curves that never fall, beside pooling neighbours that fall one pair at a time."""

import numpy as np
import pytest

from liftloop.inference.monotone import never_falling


def pooled(values: list[float], weights: list[float]) -> list[float]:
    """Return the isotonic regression by pooling adjacent violators (Ayer et al. 1955)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, mass, count = blocks.pop()
            whole = mass + block[1]
            block = ((mean * mass + block[0] * block[1]) / whole, whole, count + block[2])
        blocks.append(block)
    return [mean for mean, _, count in blocks for _ in range(count)]


@pytest.mark.parametrize("columns", [1, 2, 5])
def test_each_row_is_the_weighted_isotonic_regression_of_its_numbers(columns: int) -> None:
    """Whatever the numbers and weights, the rows equal what pooling adjacent violators gives, and never fall."""
    dice = np.random.default_rng(columns)
    values, weight = dice.normal(size=(60, columns)).round(1), dice.uniform(0.01, 5, columns)
    found = never_falling(values, weight)
    assert (np.diff(found, axis=1) >= 0).all()
    np.testing.assert_allclose((found * weight).sum(axis=1), (values * weight).sum(axis=1))
    for row, mine in zip(values, found, strict=True):
        np.testing.assert_allclose(mine, pooled(row.tolist(), weight.tolist()), atol=1e-9)


def test_what_does_not_fall_comes_back_as_it_is() -> None:
    """Rows that rise are returned untouched, to the last bit."""
    rising = np.sort(np.random.default_rng(1).normal(size=(20, 4)), axis=1)
    assert never_falling(rising, np.ones(4)) is rising
