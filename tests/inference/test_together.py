"""Corrections over what is shown together, several arms beside one control, and outcomes with a whale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from liftloop.inference.difference import Measured, arm_means, difference
from liftloop.inference.heavy_tails import bootstrap_t, skew_of
from liftloop.inference.intervals import Estimate
from liftloop.inference.together import against_control, benjamini_hochberg, holm, p_value, selected_confidence

PS = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(PS)
@settings(deadline=None)
def test_benjamini_hochberg_equals_scipy(p_values: list[float]) -> None:
    """Adjusted p-values are those of scipy, in the order given."""
    assert benjamini_hochberg(p_values) == pytest.approx(false_discovery_control(p_values), abs=1e-12)


def rejected_by_steps(p_values: list[float], alpha: float) -> list[bool]:
    """Return Holm's rejections as his paper has them: step down until the first that fails."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    rejected = [False] * len(p_values)
    for step, i in enumerate(order):
        if p_values[i] * (len(p_values) - step) > alpha:
            break
        rejected[i] = True
    return rejected


@given(PS, st.floats(0.001, 0.3))
@settings(deadline=None)
def test_holm_rejects_what_his_procedure_rejects(p_values: list[float], alpha: float) -> None:
    """An adjusted p-value at most alpha is a rejection of the step-down procedure, and nothing else is."""
    assert (holm(p_values) <= alpha).tolist() == rejected_by_steps(p_values, alpha)


@pytest.mark.parametrize(("arms", "limit"), [(1, 1.960), (2, 2.212), (3, 2.349), (4, 2.442), (5, 2.511)])
def test_limits_are_those_of_dunnett(arms: int, limit: float) -> None:
    """Two-sided 5% limits for arms of the control's size, infinite freedom (Dunnett 1964: 2.21, 2.35, 2.44, 2.51)."""
    same = Estimate(value=0.0, error=1.0, units=100)
    _, interval, _ = against_control([same] * arms, same, 0.95)[0]
    assert interval.high / np.sqrt(2) == pytest.approx(limit, abs=1.5e-3)


def test_all_intervals_hold_at_once() -> None:
    """With unequal arms all four differences lie in their intervals 95% of the time, and p-values fit intervals."""
    dice = np.random.default_rng(1)
    errors, truth = np.array([1.0, 0.4, 0.7, 1.5, 0.9]), np.array([0.0, 0.3, -0.2, 1.0, 0.0])
    held = 0
    for _ in range(400):
        drawn = [
            Estimate(value=float(v), error=float(e), units=9)
            for v, e in zip(dice.normal(truth, errors), errors, strict=True)
        ]
        found = against_control(drawn[1:], drawn[0], 0.95)
        held += all(i.low <= t <= i.high for (_, i, _), t in zip(found, truth[1:], strict=True))
        assert all((p < 0.05) == (i.low > 0 or i.high < 0) for _, i, p in found)
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_the_share_of_false_intervals_among_the_selected() -> None:
    """Two of twenty selected at a rate of 10% are shown with 99% intervals; p-values of no information are 1."""
    selected = np.zeros(20, dtype=bool)
    selected[:2] = True
    assert selected_confidence(selected, 0.1) == pytest.approx(0.99)
    assert p_value(Estimate(value=1.0, error=np.inf, units=0)) == 1.0
    assert p_value(Estimate(value=1.96, error=1.0, units=9)) == pytest.approx(0.05, abs=1e-4)


def test_two_arms_are_the_difference() -> None:
    """Arm means of two arms differ by what `difference` says, with its error, covariates and ratio included."""
    dice = np.random.default_rng(2)
    arm = dice.integers(0, 2, 600)
    measured = Measured(
        outcome=dice.gamma(1, 2, 600),
        treated=arm == 1,
        cluster=dice.integers(0, 200, 600) * 2 + arm,
        denominator=dice.integers(1, 4, 600).astype(float),
        covariates=dice.normal(size=(600, 2)),
    )
    bottom, top = arm_means(measured, arm)
    whole = difference(measured).effect
    assert top.value - bottom.value == pytest.approx(whole.value)
    assert np.hypot(top.error, bottom.error) == pytest.approx(whole.error)


def test_a_ratio_of_clustered_rows_is_covered() -> None:
    """Revenue per visit with visits clustered by person: the 90% interval of the difference holds in 87 to 93%."""
    dice = np.random.default_rng(3)
    held = 0
    for _ in range(500):
        visits = dice.geometric(0.4, 800)
        person = np.repeat(np.arange(800), visits)
        habit = dice.gamma(2, 1, 800)
        outcome = dice.poisson(habit[person]).astype(float)
        found = difference(
            Measured(outcome=outcome, treated=person % 2 == 0, cluster=person, denominator=np.ones(person.size))
        )
        interval = found.effect.interval(0.9)
        held += interval.low <= 0 <= interval.high
    assert 0.87 <= held / 500 <= 0.93


def spend(units: int, dice: np.random.Generator) -> np.ndarray:
    """Return 98% zeros and log-normal amounts whose largest is far beyond the rest."""
    return np.where(dice.random(units) < 0.02, np.exp(dice.normal(3, 1.5, units)), 0.0)


def test_a_whale_is_warned_of() -> None:
    """99% zeros and one whale: every reason is told; a tame outcome has none; no payment at all is its own."""
    dice = np.random.default_rng(4)
    values = np.where(dice.random(2_000) < 0.01, 50.0, 0.0)
    values[7] = 20_000.0
    skew = skew_of(values)
    assert skew.warnings == ("few_paid", "whale", "skewed")
    assert skew.zeros == pytest.approx(0.99, abs=0.005)
    assert skew.largest_share > 0.9
    assert skew_of(dice.random(2_000)).warnings == ()
    assert skew_of(np.zeros(10)).warnings == ("none_paid",)


def test_bootstrap_t_covers_where_the_normal_interval_does_not() -> None:
    """Twenty log-normal payments against many, at 90%: normal covers under 82%, resampled no less, cut at 100 over 86%.

    What a handful of payments do not show of the tail no resampling can; that is what the warnings are for.
    """
    dice = np.random.default_rng(5)
    control = spend(20_000, dice)
    control *= 0.02 * np.exp(3 + 1.5**2 / 2) / control.mean()  # So that the truth is no difference.
    held, tamed, plain = 0, 0, 0
    for _ in range(120):
        treated = spend(1_000, dice)
        error = np.sqrt(treated.var() / 999 + control.var() / 19_999)
        plain += abs(treated.mean() - control.mean()) <= 1.645 * error
        interval = bootstrap_t(treated, control, confidence=0.9, draws=399, dice=dice)
        held += interval.low <= 0 <= interval.high
        cut = bootstrap_t(np.minimum(treated, 100), np.minimum(control, 100), confidence=0.9, draws=399, dice=dice)
        tamed += cut.low <= 0 <= cut.high
    assert plain / 120 < 0.82
    assert held >= plain
    assert tamed / 120 >= 0.86


def test_bootstrap_t_of_a_tame_mean_is_the_normal_interval() -> None:
    """With 20,000 even amounts the interval is the normal one within a twentieth, though they are grouped."""
    dice = np.random.default_rng(6)
    treated, control = dice.normal(5, 1, 20_000), dice.normal(4, 2, 20_000)
    found = bootstrap_t(treated, control, confidence=0.9, draws=1_999, dice=dice)
    error = np.sqrt(treated.var() / 20_000 + control.var() / 20_000)
    expected = treated.mean() - control.mean() + np.array([-1.645, 1.645]) * error
    assert np.array([found.low, found.high]) == pytest.approx(expected, abs=0.05 * 1.645 * error * 2)


def test_too_few_amounts_have_no_interval() -> None:
    """Four payments in a group: the interval is everything."""
    dice, few = np.random.default_rng(7), np.zeros(1_000)
    few[:4] = 9.0
    found = bootstrap_t(few, spend(1_000, dice), confidence=0.9, draws=99, dice=dice)
    assert (found.low, found.high) == (-np.inf, np.inf)
