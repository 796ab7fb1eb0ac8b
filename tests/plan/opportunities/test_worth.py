"""What an opportunity is worth: never a confident number, and learned only where contacts were drawn at random."""

import numpy as np
import pytest
from msgspec.structs import replace

from liftloop.plan.exploration import LIFT_ASSUMED
from liftloop.plan.opportunities.response import ASSUMED, Contacted, Lift, lift_of_all, lift_of_group
from liftloop.plan.opportunities.worth import Seen, stake_of

_LEARNED = Lift(value=0.2, error=0.05, basis="learned", sampled=0.02)


def _seen(people: float = 1_000, rate: float = 0.1, windows: int = 6) -> Seen:
    each = np.full(windows, people)
    return Seen(people=each, buyers=rate * each, spent_fen=rate * each * 10_000)


def _contacts(count: int, lift: float, seed: int = 1) -> Contacted:
    """Return a log in which a fifth is left alone, and of whom a tenth buys."""
    dice = np.random.default_rng(seed)
    nobody = np.full(count, 0.2)
    treated = dice.random(count) >= nobody
    bought = dice.random(count) < np.where(treated, 0.1 * (1 + lift), 0.1)
    return Contacted(
        person=np.arange(count, dtype=np.int64), treated=treated, nobody=nobody, bought=bought.astype(np.float64)
    )


def test_without_an_experiment_the_range_is_the_assumed_one() -> None:
    """A thousand people of whom a tenth spends ¥100 bring ¥10,000; four percent of that is ¥400, from 0 to 800."""
    stake = stake_of(1_000, _seen(), ASSUMED, 10_000)
    assert stake is not None
    assert stake.basis == "assumed"
    assert stake.usual_fen == pytest.approx(1_000_000)
    assert stake.point_fen == pytest.approx(1_000_000 * LIFT_ASSUMED)
    assert 0 <= stake.low_fen < 5_000
    assert 75_000 < stake.high_fen < 85_000


@pytest.mark.parametrize(("people", "seen"), [(49, _seen()), (1_000, _seen(people=10)), (1_000, _seen(rate=0.001))])
def test_too_few_people_are_no_opportunity(people: int, seen: Seen) -> None:
    """Whom nobody could plan for, or of whom the past says nothing, gets no amount at all."""
    assert stake_of(people, seen, ASSUMED, 10_000) is None


def test_windows_that_differ_widen_the_range() -> None:
    """Where past windows disagree, the coming one may as well: the range grows, the point stays."""
    steady = stake_of(1_000, _seen(), _LEARNED, 10_000)
    people = np.full(6, 1_000.0)
    rates = np.array([0.02, 0.18] * 3)
    wild = Seen(people=people, buyers=rates * people, spent_fen=rates * people * 10_000)
    shaky = stake_of(1_000, wild, _LEARNED, 10_000)
    assert steady is not None
    assert shaky is not None
    assert shaky.point_fen == pytest.approx(steady.point_fen)
    assert shaky.high_fen - shaky.low_fen > 1.5 * (steady.high_fen - steady.low_fen)


def test_a_large_log_teaches_and_a_small_one_does_not() -> None:
    """With 60,000 random contacts the lift is learned and covers the truth; with a few hundred it stays assumed."""
    learned = lift_of_all(_contacts(60_000, 0.3))
    assert learned.basis == "learned_all"
    assert abs(learned.value - 0.3) < 2 * learned.error
    assert lift_of_all(_contacts(600, 0.3)) == ASSUMED
    assert lift_of_all(None) == ASSUMED


def test_a_group_is_drawn_towards_everybody_by_what_it_tells() -> None:
    """A group with many contacts of its own is taken at its word, one with few stands where everybody stands."""
    of_all = lift_of_all(_contacts(60_000, 0.3))
    own = lift_of_group(_contacts(60_000, 0.8, seed=2), of_all)
    assert own.basis == "learned"
    assert 0.5 < own.value < 0.85
    few = lift_of_group(_contacts(300, 0.8, seed=3), of_all)
    assert few.basis == "learned_all"
    assert few.value == pytest.approx(of_all.value)
    assert few.error > of_all.error


def test_harm_is_no_opportunity() -> None:
    """Where contact was seen to drive people away, nothing is offered."""
    lift = lift_of_group(_contacts(80_000, -0.5, seed=4), ASSUMED)
    assert lift.value < 0.04
    assert stake_of(1_000, _seen(), replace(_LEARNED, value=-0.1), 10_000) is None
