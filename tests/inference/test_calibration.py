"""The ledger of forecasts: scores counted by hand, intervals that the ledger stretches, an alarm that seldom errs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.inference.calibration import Foretold, coverage_alarm, recalibrated, score, stretch, winkler
from liftloop.inference.intervals import Interval, forecast_intervals


def row(forecast: float, measured: float, error: float = 1.0) -> Foretold:
    return Foretold(
        forecast=forecast, error=error, measured=measured, intervals=forecast_intervals(forecast, errors=(error,))
    )


def ledger_of(count: int, *, inflation: float, seed: int) -> list[Foretold]:
    """Return campaigns whose measured lifts stray `inflation` times as far as their errors say."""
    dice = np.random.default_rng(seed)
    forecast, error = dice.normal(5, 3, count), dice.uniform(0.5, 2, count)
    measured = dice.normal(forecast, inflation * error)
    return [row(*map(float, each)) for each in zip(forecast, measured, error, strict=True)]


def test_scores_counted_by_hand() -> None:
    """Three campaigns: inside all, inside 80 and 90, wrong sign and outside."""
    found = score([row(2.0, 2.5), row(1.0, 2.2), row(1.0, -3.0)])
    assert found.coverage == pytest.approx((1 / 3, 2 / 3, 2 / 3))
    assert found.bias == pytest.approx(4.0 / 1.7 - 1)
    assert found.wrong_sign == pytest.approx(1 / 3)
    forecast, measured = np.array([2.0, 1.0, 1.0]), np.array([2.5, 2.2, -3.0])
    assert found.slope == pytest.approx(np.polyfit(forecast, measured, 1)[0])
    width = 2 * 1.6448536
    assert found.winkler == pytest.approx((3 * width + 20 * (1 - 1.6448536 + 3.0)) / 3, rel=1e-6)
    assert math.isnan(score([]).bias)


def test_the_interval_score_rewards_the_true_interval() -> None:
    """On normal outcomes the true 90% interval scores better than any shorter or longer one."""
    drawn = np.random.default_rng(1).normal(size=40_000)

    def mean_score(half: float) -> float:
        return float(np.mean([winkler(Interval(confidence=0.9, low=-half, high=half), x) for x in drawn]))

    scores = [mean_score(half) for half in (1.2, 1.645, 2.1)]
    assert scores[1] == min(scores)


def test_perfect_forecasts_score_perfectly() -> None:
    """Thousands of honest forecasts: coverage as said, slope 1, no bias."""
    found = score(ledger_of(4_000, inflation=1.0, seed=2))
    assert found.coverage == pytest.approx((0.5, 0.8, 0.9), abs=0.02)
    assert (found.slope, found.bias) == pytest.approx((1.0, 0.0), abs=0.03)


@pytest.mark.parametrize("inflation", [0.5, 1.0, 2.5])
def test_the_ledger_stretches_intervals_to_what_they_promise(inflation: float) -> None:
    """Whether errors were told half or two and a half times too small, the next interval holds at its confidence."""
    held = np.zeros(3)
    for seed in range(600):
        *past, coming = ledger_of(51, inflation=inflation, seed=seed)
        told = recalibrated(past, coming.forecast, coming.error, coming.intervals)
        held += [each.low <= coming.measured <= each.high for each in told]
    assert held / 600 == pytest.approx([0.5, 0.8, 0.9], abs=0.05)


def test_a_short_ledger_changes_nothing() -> None:
    """With nineteen campaigns the intervals stay; and fifty cannot promise 99%."""
    past = ledger_of(19, inflation=3.0, seed=3)
    given = forecast_intervals(4.0, errors=(1.0,))
    for mine, theirs in zip(recalibrated(past, 4.0, 1.0, given), given, strict=True):
        assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high))
    assert stretch(ledger_of(60, inflation=1.0, seed=4), 0.99) is None


@given(st.integers(0, 10**6), st.integers(20, 80))
@settings(max_examples=30, deadline=None)
def test_wider_confidence_is_never_narrower(seed: int, count: int) -> None:
    """Recalibrated intervals are nested around the forecast."""
    dice = np.random.default_rng(seed)
    past = ledger_of(count, inflation=float(dice.uniform(0.2, 4)), seed=seed)
    first, second, third = recalibrated(past, 1.0, 0.7, forecast_intervals(1.0, errors=(0.7,)))
    assert third.low <= second.low <= first.low <= 1.0 <= first.high <= second.high <= third.high


def test_the_alarm_seldom_errs_and_finds_what_is_wrong() -> None:
    """Coverage of 85, 90 or 95% over 200 campaigns: at most 10% alarms; of 65%, or never a miss: 90% or more."""
    dice = np.random.default_rng(5)

    def alarms(coverage: float, rows: int) -> float:
        return float(np.mean([coverage_alarm(dice.random(rows) < coverage).wrong for _ in range(40)]))

    assert max(alarms(coverage, 200) for coverage in (0.85, 0.9, 0.95)) <= 0.1
    assert alarms(0.65, 60) >= 0.9
    assert alarms(1.0, 200) >= 0.9


def test_a_late_fault_is_found() -> None:
    """After 60 honest campaigns coverage falls to 50%: the alarm sounds within 50 more in nine of ten ledgers."""
    dice = np.random.default_rng(6)
    found = [coverage_alarm(np.concatenate([dice.random(60) < 0.9, dice.random(50) < 0.5])).wrong for _ in range(100)]
    assert np.mean(found) >= 0.9
    assert not coverage_alarm(np.zeros(0, dtype=bool)).wrong
