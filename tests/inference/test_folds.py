"""Folds are a function of the unit and the salt alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from liftloop.inference.folds import assign_folds, unit_codes


@given(st.lists(st.text(max_size=8), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_a_unit_keeps_its_fold_in_any_company_and_order(units: list[str], shuffler) -> None:
    """Shuffling or extending the rows moves nobody to another fold."""
    folds = dict(zip(units, assign_folds(units, count=5, salt="a").tolist(), strict=True))
    other = [*units, "newcomer"]
    shuffler.shuffle(other)
    again = dict(zip(other, assign_folds(other, count=5, salt="a").tolist(), strict=True))
    assert all(again[unit] == fold for unit, fold in folds.items())


def test_folds_are_even_and_salts_independent() -> None:
    """Over 50,000 units every pair (fold under salt a, fold under salt b) holds its twenty-fifth."""
    units = [str(number) for number in range(50_000)]
    first, second = (assign_folds(units, count=5, salt=salt) for salt in "ab")
    counts = np.bincount(first * 5 + second, minlength=25)
    assert abs(counts - 2_000).max() < 5 * np.sqrt(2_000)


def test_codes_are_equal_exactly_where_units_are() -> None:
    """Unit codes keep identity and lose nothing else."""
    codes = unit_codes(["b", "a", "b", "c"])
    assert codes[0] == codes[2]
    assert len(set(codes.tolist())) == 3
