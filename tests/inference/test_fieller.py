"""The range of a ratio agrees with the test of the difference, covers as it says, and leaves open what is open."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from liftloop.inference.difference import Measured, difference
from liftloop.inference.fieller import ratio_range
from liftloop.inference.intervals import Estimate, z_two_sided

LIMIT = z_two_sided(0.9)


def _of(value: float, error: float) -> Estimate:
    return Estimate(value=value, error=error, units=100)


@settings(max_examples=500, deadline=None)
@given(
    some.floats(-1, 1),
    some.floats(1e-6, 1),
    some.floats(1e-6, 1),
    some.floats(1e-6, 1),
    some.floats(0.5, 5),
)
@example(top=1.0, top_error=0.25, bottom=0.375, bottom_error=0.375, limit=0.9999999999999999)
def test_it_leaves_one_out_exactly_where_the_difference_leaves_zero_out(
    top: float, top_error: float, bottom: float, bottom_error: float, limit: float
) -> None:
    """Whatever the sides, both say higher, both say lower, or both leave it open; the ratio lies within its range."""
    found = ratio_range(_of(top, top_error), _of(bottom, bottom_error), limit)
    distance = (top - bottom) / math.hypot(top_error, bottom_error)
    if found is None or abs(abs(distance) - limit) < 1e-6:
        return
    low, high = found
    assert (low > 1) == (distance > limit)
    assert (high < 1) == (distance < -limit)
    assert low <= top / bottom + 1e-9
    assert high >= top / bottom - 1e-9


@settings(max_examples=300, deadline=None)
@given(some.floats(0, 1), some.floats(1e-3, 1), some.floats(1e-3, 1), some.floats(1e-3, 1))
def test_without_a_range_nothing_is_clear(top: float, top_error: float, bottom: float, bottom_error: float) -> None:
    """Where both sides could be nothing there is no ratio to tell, and the difference is not clear of zero either."""
    if ratio_range(_of(top, top_error), _of(bottom, bottom_error), LIMIT) is None:
        assert abs(top - bottom) <= LIMIT * math.hypot(top_error, bottom_error)


def test_few_of_few_leave_the_upper_end_open() -> None:
    """Where the lower side could be nothing, so much at least is told and no more; two exact sides give their ratio."""
    found = ratio_range(_of(0.03, 0.002), _of(0.008, 0.006), LIMIT)
    assert found is not None
    assert 1 < found[0] < 0.03 / 0.008
    assert found[1] == math.inf
    assert ratio_range(_of(0.03, 0.002), _of(0.0, 0.001), LIMIT) is None
    assert ratio_range(_of(0.3, 0.0), _of(0.2, 0.0), LIMIT) == pytest.approx((1.5, 1.5))


@pytest.mark.parametrize(("held", "rate", "lift"), [(300, 0.02, 0.5), (500, 0.016, 0.875), (2_000, 0.1, 0.2)])
def test_it_covers_where_few_of_the_held_out_did_it(held: int, rate: float, lift: float) -> None:
    """In 4,000 trials of a large side against a small one the true ratio lies within in 86 to 94%."""
    rng, runs, many = np.random.default_rng(held), 4_000, 19 * held
    above = rng.binomial(many, rate * (1 + lift), runs) / many
    below = rng.binomial(held, rate, runs) / held
    inside = 0
    for top, bottom in zip(above.tolist(), below.tolist(), strict=True):
        errors = (math.sqrt(top * (1 - top) / many), math.sqrt(bottom * (1 - bottom) / held))
        found = ratio_range(_of(top, errors[0]), _of(bottom, errors[1]), LIMIT)
        inside += found is None or found[0] <= 1 + lift <= found[1]
    assert 0.86 <= inside / runs <= 0.94


def test_a_side_on_which_nothing_happened_is_not_taken_for_certain() -> None:
    """Nobody of 500 held out, and ten of 9,500: that is no proof; 285 of them are."""
    for bought, clear in ((10, False), (285, True)):
        outcome = np.zeros(10_000)
        outcome[:bought] = 1.0
        treated = np.arange(10_000) < 9_500
        found = difference(Measured(outcome=outcome, treated=treated, cluster=np.arange(10_000)))
        assert found.control.value == 0
        assert found.control.error > 0
        assert (found.effect.value > LIMIT * found.effect.error) == clear
