"""Attribution: rules on paths counted by hand, Markov against simulation, Shapley against all orders, and bad input."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.inference import credit_markov, credit_shapley
from liftloop.inference.credit_markov import removal_effects, walk_of
from liftloop.inference.credit_rules import RULES, disagreement, rule_shares, scaled_to_lift
from liftloop.inference.credit_shapley import shapley_contributions
from liftloop.inference.intervals import Estimate
from liftloop.inference.touch_paths import Paths, check_paths, paths_of, select

WAYS = [[0, 1, 2], [1], [], [2, 2, 0, 1]]


def shares(rule: str, ways: list[list[int]], value: list[float]) -> list[float]:
    paths = paths_of(3, ways, converted=[float(v > 0) for v in value], value=value)
    return rule_shares(paths, rule, half_life=1.0).tolist()  # type: ignore[arg-type]


def test_rules_divide_as_they_say() -> None:
    """Three paths worth 10, 20 and 40, counted by hand; the empty path, worth 5, divides nothing."""
    value = [10.0, 20.0, 5.0, 40.0]
    assert shares("first", WAYS, value) == pytest.approx([10 / 70, 20 / 70, 40 / 70])
    assert shares("last", WAYS, value) == pytest.approx([0, 60 / 70, 10 / 70])
    thirds = 10 / 3
    assert shares("linear", WAYS, value) == pytest.approx(
        [(thirds + 10) / 70, (thirds + 20 + 10) / 70, (thirds + 20) / 70]
    )
    assert shares("position", WAYS, value) == pytest.approx([(4 + 4) / 70, (2 + 20 + 16) / 70, (4 + 16 + 4) / 70])
    # Ages 2, 1, 0: weights 1/4, 1/2, 1 of 7/4; the path of four has 1/8, 1/4, 1/2, 1 of 15/8.
    assert shares("time_decay", WAYS, value) == pytest.approx(
        [(10 / 7 + 40 * 4 / 15) / 70, (20 / 7 + 20 + 40 * 8 / 15) / 70, (40 / 7 + 40 * 3 / 15) / 70]
    )


def test_very_old_paths_still_count() -> None:
    """A path whose touches are a million half-lives old divides its value, the newest touch taking all."""
    paths = Paths(
        channels=2,
        start=np.array([0, 2]),
        touch=np.array([0, 1]),
        age=np.array([2e6, 1e6]),
        converted=np.ones(1),
        lost=np.zeros(1),
        value=np.ones(1),
    )
    assert rule_shares(paths, "time_decay", half_life=1.0).tolist() == [0.0, 1.0]


WAY_LISTS = st.lists(st.lists(st.integers(0, 4), max_size=6), min_size=1, max_size=12)


@given(WAY_LISTS, st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_shares_sum_to_one_or_to_nothing(ways: list[list[int]], seed: int) -> None:
    """Whatever the paths, every model gives non-negative shares of one, or zeros when there is nothing to divide."""
    ends = np.random.default_rng(seed).integers(0, 2, len(ways)).astype(float)
    paths = paths_of(5, ways, converted=ends.tolist())
    check_paths(paths)
    found = [rule_shares(paths, rule, half_life=2.0) for rule in RULES]
    found += [removal_effects(paths, order).share for order in (1, 2, 3)]
    found.append(shapley_contributions(paths, orders=10, dice=np.random.default_rng(0)).share)
    for each in found:
        assert (each >= 0).all()
        assert each.sum() == pytest.approx(1) or not each.any()
    touched = any(way and end for way, end in zip(ways, ends, strict=True))
    assert all(bool(each.any()) == touched for each in found[:8])


def simulated(paths: Paths, order: int, removed: int, walks: int) -> float:
    """Return the share of simulated walks of the chain that convert without a channel."""
    walk, dice = walk_of(paths, order), np.random.default_rng(order)
    step = walk.step.toarray()
    ends = np.cumsum(np.column_stack([step, walk.converts]), axis=1)
    state = dice.choice(walk.channel.size, walks, p=walk.begins / walk.begins.sum())
    alive, converted = np.ones(walks, dtype=bool), 0
    for _ in range(400):
        alive &= walk.channel[state] != removed
        if not alive.any():
            break
        go = (dice.random(walks)[:, None] >= ends[state]).sum(axis=1)
        converted += int((alive & (go == walk.channel.size)).sum())
        alive &= go < walk.channel.size
        state = np.where(alive, np.minimum(go, walk.channel.size - 1), state)
    return converted / walks


@pytest.mark.parametrize("order", [1, 2, 3])
def test_removal_effects_equal_simulated_walks(order: int) -> None:
    """Taking a channel out loses what 40,000 walks of the same chain lose, loops included."""
    dice = np.random.default_rng(1)
    ways = [dice.integers(0, 3, dice.integers(1, 6)).tolist() for _ in range(60)]
    paths = paths_of(3, ways, converted=dice.integers(0, 2, 60).tolist())
    found = removal_effects(paths, order)
    assert found.conversion == pytest.approx(paths.converted.mean(), abs=1e-12)  # The chain keeps the rate.
    for channel in range(3):
        left = simulated(paths, order, channel, 40_000)
        assert 1 - left / found.conversion == pytest.approx(found.effect[channel], abs=0.02)


def test_large_chains_are_solved_as_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps instead of a dense solve give the same effects to ten digits, with a loop that nearly never ends too."""
    dice = np.random.default_rng(6)
    ways = [dice.integers(0, 6, dice.integers(1, 9)).tolist() for _ in range(500)] + [[2] * 500]
    paths = paths_of(6, ways, converted=dice.integers(0, 2, 501).tolist())
    dense = removal_effects(paths, 2).effect
    monkeypatch.setattr(credit_markov, "STATES_DENSE", 0)
    assert removal_effects(paths, 2).effect == pytest.approx(dense, abs=1e-10)


def test_a_chain_solved_by_hand() -> None:
    """Three ways, c1-c2-c3 converted, c1 and c2-c3 lost: effects 1/2, 1 and 1."""
    paths = paths_of(3, [[0, 1, 2], [0], [1, 2]], converted=[1, 0, 0])
    found = removal_effects(paths, 1)
    # By hand: c1 -> c2 1/2, c1 lost 1/2; c2 -> c3 1; c3 converts 1/2. From the start 2/3 c1, 1/3 c2.
    assert found.conversion == pytest.approx(2 / 3 * 1 / 2 * 1 / 2 + 1 / 3 * 1 / 2)
    assert found.effect == pytest.approx([0.5, 1.0, 1.0])
    assert found.share == pytest.approx([0.2, 0.4, 0.4])


def rate_of(ways: list[list[int]], ends: list[int], inside: set[int]) -> float:
    """Return the worth of a set, from its definition."""
    own = [end for way, end in zip(ways, ends, strict=True) if set(way) <= inside]
    bare = [end for way, end in zip(ways, ends, strict=True) if not way]
    chosen = own or bare
    return sum(chosen) / len(chosen) if chosen else 0.0


def test_shapley_equals_the_mean_over_all_orders() -> None:
    """Exact values are those of 120 written-out orders; sampling agrees within four of its own errors."""
    dice = np.random.default_rng(2)
    ways = [dice.choice(5, dice.integers(0, 5), replace=True).tolist() for _ in range(80)]
    ends = dice.integers(0, 2, 80).tolist()
    expected = np.zeros(5)
    for order in permutations(range(5)):
        for place, channel in enumerate(order):
            before = set(order[:place])
            expected[channel] += rate_of(ways, ends, before | {channel}) - rate_of(ways, ends, before)
    paths = paths_of(5, ways, converted=ends)
    found = shapley_contributions(paths, orders=0, dice=dice)
    assert found.contribution == pytest.approx(expected / 120, abs=1e-12)
    assert not found.error.any()
    value, error = credit_shapley._sampled(credit_shapley._sets_of(paths), 2_000, dice)
    assert (np.abs(value - found.contribution) < 4 * error + 1e-12).all()
    assert float(error.max()) < 0.01


def test_many_channels_are_sampled_with_their_error() -> None:
    """Twenty channels, of which one alone converts: it gets nearly all, the sum is exact, errors are told."""
    dice = np.random.default_rng(3)
    ways = [dice.choice(20, dice.integers(1, 4), replace=False).tolist() for _ in range(4_000)]
    paths = paths_of(20, ways, converted=[float(7 in way) for way in ways])
    found = shapley_contributions(paths, orders=300, dice=dice)
    assert found.contribution.sum() == pytest.approx(paths.converted.mean())
    assert found.contribution.argmax() == 7
    assert found.contribution[7] > 5 * np.delete(found.contribution, 7).max()
    assert (found.error > 0).all()


def test_one_channel_takes_all_and_nothing_takes_nothing() -> None:
    """One channel, loops, empty paths, no conversion, no path: shares of one, or zeros, never an error."""
    loop = paths_of(1, [[0, 0, 0, 0], [0], []], converted=[1, 0, 1])
    for order in (1, 2, 3):
        assert removal_effects(loop, order).share.tolist() == [1.0]
    for ways, ends in (([[0, 0]], [0]), ([[], []], [1, 1]), ([], [])):
        paths = paths_of(1, ways, converted=ends)
        assert all(rule_shares(paths, rule, half_life=1.0).tolist() == [0.0] for rule in RULES)
        assert removal_effects(paths, 3).share.tolist() == [0.0]
        assert shapley_contributions(paths, orders=2, dice=np.random.default_rng(0)).share.tolist() == [0.0]


def test_choosing_paths_keeps_their_touches() -> None:
    """The selection of paths has their touches, ages and ends, and divides as they alone would."""
    paths = paths_of(3, WAYS, converted=[1, 1, 1, 1])
    kept = select(paths, np.array([True, False, True, True]))
    check_paths(kept)
    assert kept.touch.tolist() == [0, 1, 2, 2, 2, 0, 1]
    alone = paths_of(3, [WAYS[0], WAYS[2], WAYS[3]], converted=[1, 1, 1])
    assert rule_shares(kept, "linear", half_life=1).tolist() == rule_shares(alone, "linear", half_life=1).tolist()


def test_only_a_proven_lift_is_divided() -> None:
    """An interval that holds zero gives zeros; a proven lift is divided whole, its ends with it."""
    lift = Estimate(value=100.0, error=30.0, units=9)
    part = np.array([0.25, 0.75])
    proven = scaled_to_lift(part, lift, lift.interval(0.9))
    assert (proven.proven, proven.amount.tolist()) == (True, [25.0, 75.0])
    assert (proven.low < proven.amount).all()
    assert (proven.high > proven.amount).all()
    unproven = scaled_to_lift(part, lift, lift.interval(0.9999))
    assert (unproven.proven, unproven.amount.tolist()) == (False, [0.0, 0.0])
    assert disagreement((np.array([1.0, 0.0]), np.array([0.6, 0.4]), np.array([0.7, 0.3]))) == pytest.approx(0.4)
