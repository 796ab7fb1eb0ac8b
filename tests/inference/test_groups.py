"""Groups in behaviour: found where they were planted, and none where there are none."""

import numpy as np
import pytest

from liftloop.inference.groups import PEOPLE_MIN, SHARE_MIN, agreement, find_groups

PEOPLE = 1_000


@pytest.mark.parametrize("count", [2, 3, pytest.param(4, marks=pytest.mark.long)])
def test_planted_groups_are_found_again(count: int) -> None:
    """As many groups as were planted come back, with nearly everybody in their own."""
    dice = np.random.default_rng(count)
    planted = dice.integers(count, size=PEOPLE)
    centers = 4.0 * np.eye(6)[:count]
    found = find_groups(dice.normal(size=(PEOPLE, 6)) + centers[planted], np.random.default_rng(1))
    assert found.count == count
    assert agreement(planted, found.group) > 0.85
    shares = np.bincount(found.group) / PEOPLE
    assert (np.diff(shares) <= 0).all(), "the largest first"
    assert shares.min() >= SHARE_MIN


@pytest.mark.parametrize(
    "kind", ["independent", pytest.param("correlated", marks=pytest.mark.long), "skewed", "counts"]
)
def test_data_without_groups_give_none(kind: str) -> None:
    """One cloud, however stretched, skewed or full of equal counts, is not cut into groups."""
    dice = np.random.default_rng(5)
    rows = dice.normal(size=(PEOPLE, 6))
    if kind in ("correlated", "skewed"):
        rows = rows @ dice.normal(size=(6, 6))
    if kind == "skewed":
        rows = np.exp(rows / 2)
    if kind == "counts":
        rows = dice.poisson(1.0, size=(PEOPLE, 6)).astype(np.float64)
    found = find_groups(rows, np.random.default_rng(1))
    assert found.count == 0
    assert (found.group == -1).all()


def test_the_same_dice_give_the_same_groups_and_few_people_none() -> None:
    """Nothing depends on anything but the rows and the dice; a handful of people is not grouped."""
    dice = np.random.default_rng(2)
    rows = dice.normal(size=(PEOPLE, 4)) + 5.0 * (np.arange(PEOPLE)[:, None] % 2)
    one, other = (find_groups(rows, np.random.default_rng(9)) for _ in range(2))
    assert (one.group == other.group).all()
    assert find_groups(rows[: PEOPLE_MIN - 1], np.random.default_rng(9)).count == 0
