"""Steering: chances of being best against simulation, shares within their limits, and claims that stay honest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.inference.adaptive import BatchSums, batched_difference, weighted_difference
from liftloop.inference.arrays import Floats
from liftloop.inference.steering import (
    PAST_TESTS_NEEDED,
    Steering,
    matured,
    next_shares,
    patience,
    propensities,
    scaled_between,
)
from liftloop.inference.thompson import (
    SPREAD_UNKNOWN,
    Batches,
    Beliefs,
    best_chances,
    beta_beliefs,
    normal_beliefs,
    past_spread,
    steady_people,
)


def batches_of(people: list[list[float]], total: list[list[float]]) -> Batches:
    return Batches(people=np.array(people), total=np.array(total))


@pytest.mark.parametrize("arms", [2, 4, 7])
def test_chances_of_being_best_equal_a_draw_from_the_beta_posteriors(arms: int) -> None:
    """The smooth chances differ from 400,000 draws of the exact posteriors by less than a percentage point."""
    dice = np.random.default_rng(arms)
    people, total = dice.integers(400, 4_000, arms), dice.integers(10, 60, arms)
    beliefs = beta_beliefs(batches_of([people.tolist()], [total.tolist()]), 0.2)
    size = 0.25 / np.square(beliefs.error) - 1
    drawn = dice.beta(beliefs.rate * size, (1 - beliefs.rate) * size, (400_000, arms)).argmax(axis=1)
    assert best_chances(beliefs) == pytest.approx(np.bincount(drawn, minlength=arms) / 400_000, abs=0.01)


def test_two_normal_arms_have_the_closed_form() -> None:
    """With two arms the chance is the normal distribution of their difference, even where one is far surer."""
    for error in ([1.0, 1.0], [0.05, 2.0], [0.3, 3.0]):
        beliefs = Beliefs(mean=np.array([0.3, 0.0]), error=np.array(error), rate=np.zeros(2))
        from scipy.special import ndtr

        assert best_chances(beliefs)[0] == pytest.approx(float(ndtr(0.3 / np.hypot(*error))), abs=0.002)


@given(st.integers(0, 10**6), st.integers(2, 8), st.floats(0.0, 0.3), st.floats(0, 1))
@settings(max_examples=80, deadline=None)
def test_shares_stay_within_their_limits(seed: int, arms: int, floor: float, elapsed: float) -> None:
    """Shares sum to one, none under the floor, none more than doubled or halved, whatever is believed."""
    dice = np.random.default_rng(seed)
    steering = Steering(floor=floor, conversions_min=0)
    least = min(floor, 1 / arms)
    share = least + (1 - arms * least) * dice.dirichlet(np.ones(arms))
    beliefs = Beliefs(mean=dice.normal(0, 3, arms), error=dice.uniform(0.01, 2, arms), rate=np.zeros(arms))
    after = next_shares(steering, beliefs, share, np.array(10.0), elapsed).share
    assert after.sum() == pytest.approx(1)
    assert (after >= least - 1e-9).all()
    assert (after <= np.maximum(2 * share, least) + 1e-6).all()
    assert (after >= share / 2 - 1e-6).all()
    assert propensities(steering, after).min() >= 0.1 / arms


def test_nothing_moves_before_there_is_a_reason() -> None:
    """Under 100 conversions and no arm surely best, the shares stay; a sure arm or 100 conversions move them."""
    steering, share = Steering(), np.array([0.5, 0.5])
    beliefs = Beliefs(mean=np.array([0.5, 0.0]), error=np.array([1.0, 1.0]), rate=np.zeros(2))
    assert next_shares(steering, beliefs, share, np.array(99.0), 0.5).share.tolist() == [0.5, 0.5]
    assert next_shares(steering, beliefs, share, np.array(100.0), 0.5).share[0] > 0.6
    sure = Beliefs(mean=np.array([3.0, 0.0]), error=np.array([1.0, 1.0]), rate=np.zeros(2))
    assert next_shares(steering, sure, share, np.array(9.0), 0.5).share[0] > 0.7
    assert (patience(PAST_TESTS_NEEDED - 1), patience(PAST_TESTS_NEEDED)) == (100.0, 0.0)


def test_impossible_limits_still_give_shares() -> None:
    """Floors that sum to more than one are scaled to one rather than passed on."""
    assert scaled_between(np.ones(4), np.full(4, 0.4), np.ones(4)).tolist() == [0.25] * 4


def test_an_arm_is_not_praised_for_the_good_hours() -> None:
    """Arm 1 got most people in the doubled hour; at equal rates within each hour neither arm is believed better."""
    batches = batches_of([[1_000, 1_000], [400, 1_600]], [[50, 50], [40, 160]])
    people = steady_people(batches)
    assert 90 / people[0] == pytest.approx(210 / people[1], rel=0.01)
    assert best_chances(beta_beliefs(batches, 0.15)) == pytest.approx([0.5, 0.5], abs=0.02)
    assert best_chances(normal_beliefs(batches, 0.3, 0.15)) == pytest.approx([0.5, 0.5], abs=0.02)
    assert 210 / 2_600 > 1.25 * 90 / 1_400


def test_normal_beliefs_are_the_exact_posterior() -> None:
    """One batch, a wide prior: means are the plain ones and errors those of the mean; a narrow prior draws them in."""
    batches = batches_of([[500, 800, 700]], [[1_000, 1_700, 1_350]])
    wide = normal_beliefs(batches, 4.0, 100.0)
    plain = np.array([2.0, 1_700 / 800, 1_350 / 700])
    assert np.diff(wide.mean) == pytest.approx(np.diff(plain), rel=0.01)
    narrow = normal_beliefs(batches, 4.0, 0.01)
    assert np.ptp(narrow.mean) < 0.1 * np.ptp(plain)


def test_the_spread_of_past_tests_is_recovered() -> None:
    """From 300 small tests whose arms differ by 20% the spread is found within a tenth; from none it is assumed."""
    dice = np.random.default_rng(4)
    people = [np.full(4, 4_000.0) for _ in range(300)]
    rates = [dice.binomial(4_000, 0.03 * np.exp(dice.normal(0, 0.2, 4))) / 4_000 for _ in people]
    assert past_spread(rates, people) == pytest.approx(0.2, rel=0.1)
    assert past_spread([], []) == SPREAD_UNKNOWN


def steered(count: int, seed: int, rate: tuple[float, float], drift: float) -> list[BatchSums]:
    """Return streams of 20 batches of 600 people whose shares follow the chances of being best."""
    dice, steering = np.random.default_rng(seed), Steering(conversions_min=0)
    people, total, chance = (np.zeros((count, 20, 2)) for _ in range(3))
    share: Floats = np.full((count, 2), 0.5)
    for batch in range(20):
        chance[:, batch] = propensities(steering, share)
        people[:, batch] = dice.multinomial(np.full(count, 600), chance[:, batch])
        hour = 1 + drift * np.sin(batch / 3)
        total[:, batch] = dice.binomial(people[:, batch].astype(np.int64), np.array(rate) * hour)
        seen = Batches(people=people[:, : batch + 1], total=total[:, : batch + 1])
        share = next_shares(steering, beta_beliefs(seen, 0.1), share, total.sum(axis=(1, 2)), batch / 20).share
    return [BatchSums(people=people[i], total=total[i], square=total[i], chance=chance[i]) for i in range(count)]


def test_claims_under_steering_and_drift_are_honest() -> None:
    """Equal arms, a rate that swings by half: batched and weighted claims hold 5%, pooled means claim over 15%."""
    streams = steered(3_000, 1, (0.2, 0.2), 0.5)
    batched = np.mean([abs(batched_difference(s, 1, 0).z) > 1.96 for s in streams])
    weighted = np.mean([abs(weighted_difference(s, 1, 0).z) > 1.96 for s in streams])
    assert 0.038 <= batched <= 0.058
    assert 0.038 <= weighted <= 0.068
    pooled = []
    for s in streams:
        size, rate = s.people.sum(axis=0), s.total.sum(axis=0) / s.people.sum(axis=0)
        pooled.append(abs(rate[1] - rate[0]) / np.sqrt((rate * (1 - rate) / size).sum()) > 1.96)
    assert np.mean(pooled) > 0.15


def test_both_estimators_find_the_effect() -> None:
    """With a true difference of 0.03 both average to it, and their 95% intervals hold it 93 to 97% of the time."""
    streams = steered(1_500, 2, (0.2, 0.23), 0.0)
    for estimator in (batched_difference, weighted_difference):
        found = [estimator(s, 1, 0).effect for s in streams]
        assert np.mean([e.value for e in found]) == pytest.approx(0.03, abs=0.001)
        assert 0.93 <= np.mean([e.interval(0.95).low <= 0.03 <= e.interval(0.95).high for e in found]) <= 0.97


def test_one_batch_is_the_plain_difference() -> None:
    """A single batch gives the difference in means and, at equal halves, the score test of two proportions."""
    total = np.array([[40.0, 60.0]])
    sums = BatchSums(people=np.array([[500.0, 500.0]]), total=total, square=total, chance=np.full((1, 2), 0.5))
    claim = batched_difference(sums, 1, 0)
    assert claim.effect.value == pytest.approx(0.04)
    assert claim.z == pytest.approx(0.04 / np.sqrt(0.1 * 0.9 * 2 / 500), rel=1e-3)
    assert weighted_difference(sums, 1, 0).effect.value == pytest.approx(0.04, rel=1e-3)


def test_batches_that_say_nothing_are_left_out() -> None:
    """Nobody in an arm, or no outcome at all: no error, no claim."""
    empty = np.zeros((2, 2))
    sums = BatchSums(people=np.array([[10.0, 0.0], [5.0, 5.0]]), total=empty, square=empty, chance=np.full((2, 2), 0.5))
    assert batched_difference(sums, 1, 0).z == 0
    assert weighted_difference(sums, 1, 0).z == 0


def test_only_batches_of_equal_age_count() -> None:
    """A batch enters once its last assignment is older than the time conversions are given."""
    assert matured(np.array([0, 50, 51]), 150, 100).tolist() == [True, True, False]
