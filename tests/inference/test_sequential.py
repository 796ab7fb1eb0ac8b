"""Looking often without crying wolf: published boundaries, and simulated streams."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from liftloop.inference.intervals import Estimate
from liftloop.inference.sequential import planned_boundaries, sequence_limit, spent_alpha
from liftloop.inference.stopped import Stopped, stopped_estimate


def test_boundaries_equal_the_published_ones() -> None:
    """Five even looks at 5%: 4.877, 3.357, 2.680, 2.290, 2.031 (ldbounds, Lan-DeMets O'Brien-Fleming)."""
    limits = planned_boundaries([0.2, 0.4, 0.6, 0.8, 1.0], 0.05)
    assert limits == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=2e-3)


def test_one_look_is_the_plain_test() -> None:
    """A single look at the end has the limit 1.96, and all of alpha is spent by then."""
    assert planned_boundaries([1.0], 0.05) == pytest.approx([1.95996], abs=1e-4)
    assert spent_alpha(1.0, 0.05) == pytest.approx(0.05)
    assert spent_alpha(0.0, 0.05) == 0.0


def stream_z(streams: int, looks: int, seed: int) -> np.ndarray:
    """Return z [streams, looks] of null streams at even looks."""
    walk = np.random.default_rng(seed).normal(size=(streams, looks)).cumsum(axis=1)
    return walk / np.sqrt(np.arange(1, looks + 1))


def test_planned_looks_hold_their_error() -> None:
    """Under no effect 5% of 20,000 streams cross somewhere in 24 looks; the plain test would in over 25%."""
    z = np.abs(stream_z(20_000, 24, seed=1))
    crossed = (z > np.array(planned_boundaries([(i + 1) / 24 for i in range(24)], 0.05))).any(axis=1).mean()
    assert 0.045 <= crossed <= 0.055
    assert (z > 1.96).any(axis=1).mean() > 0.25


def test_uneven_looks_hold_their_error() -> None:
    """Where looks come thick after thin (night after day) the error is 5% as well: the last step sets no ceiling."""
    steps = np.array([3.0] * 8 + [0.3] * 10 + [4.0] * 5)
    t = np.minimum(steps.cumsum() / steps.sum(), 1.0)
    limits = planned_boundaries(t.tolist(), 0.05)
    walk = (np.random.default_rng(4).normal(size=(20_000, t.size)) * np.sqrt(np.diff(t, prepend=0))).cumsum(axis=1)
    assert 0.045 <= (np.abs(walk) / np.sqrt(t) > np.array(limits)).any(axis=1).mean() <= 0.055
    assert limits[-1] > 1.96


def test_the_confidence_sequence_holds_at_every_look() -> None:
    """At most 5% of null streams of 2,000 observations ever leave the band, looked at after each from the 20th."""
    values = np.random.default_rng(2).normal(size=(4_000, 2_000))
    z = np.abs(values.cumsum(axis=1)) / np.sqrt(np.arange(1, 2_001))
    limit = np.array([sequence_limit(n / 1_000, 0.05) for n in range(1, 2_001)])
    assert (z > limit)[:, 19:].any(axis=1).mean() <= 0.05


def published_radius(units: int, tuned: int, alpha: float) -> float:
    """Return the published half-width for unit deviation, by a plain minimisation over rho."""

    def radius(rho: float, n: int) -> float:
        return math.sqrt(2 * (n * rho**2 + 1) / (n**2 * rho**2) * math.log(math.sqrt(n * rho**2 + 1) / alpha))

    best = minimize_scalar(
        lambda log: radius(math.exp(log), tuned), bounds=(-12, 2), method="bounded", options={"xatol": 1e-10}
    )
    return radius(math.exp(best.x), units)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1, 0.3])
def test_the_band_is_the_published_one_and_narrowest_at_the_end(alpha: float) -> None:
    """At any size the band is the published formula with the rho that a numerical search finds best for the end."""
    for units in (50, 400, 1_000, 5_000):
        ours = sequence_limit(units / 1_000, alpha) / math.sqrt(units)
        assert ours == pytest.approx(published_radius(units, 1_000, alpha), rel=1e-6)


def stopped_at(z: np.ndarray, fractions: list[float], limits: tuple[float, ...], confidence: float) -> Stopped:
    """Return the estimate of one stream [looks], in units of the error at full information."""
    last = int(np.argmax(np.abs(z) > limits)) if (np.abs(z) > limits).any() else len(limits) - 1
    seen = Estimate(value=z[last] / math.sqrt(fractions[last]), error=1 / math.sqrt(fractions[last]), units=1)
    return stopped_estimate(fractions[: last + 1], limits[: last + 1], seen, confidence)


@pytest.mark.long
def test_a_stopped_estimate_is_as_often_too_high_as_too_low() -> None:
    """With a true effect of 2.5 errors: plain estimates at the stop overstate, the median one does not, 90% cover."""
    fractions = [0.25, 0.5, 0.75, 1.0]
    limits = planned_boundaries(fractions, 0.05)
    t = np.array(fractions)
    walk = np.random.default_rng(3).normal(size=(400, 4)).cumsum(axis=1) / math.sqrt(4)
    z = (walk + 2.5 * t) / np.sqrt(t)
    found = [stopped_at(row, fractions, limits, 0.9) for row in z]
    assert np.mean([each.median > 2.5 for each in found]) == pytest.approx(0.5, abs=0.06)
    assert np.mean([each.low <= 2.5 <= each.high for each in found]) == pytest.approx(0.9, abs=0.04)
    crossed = np.abs(z) > limits
    last = np.where(crossed.any(axis=1), crossed.argmax(axis=1), 3)
    plain = z[np.arange(400), last] / np.sqrt(t[last])
    assert plain.mean() > 2.5 * 1.05


def test_one_look_leaves_the_plain_estimate() -> None:
    """Without an earlier look the median is the estimate itself and the interval the normal one."""
    seen = Estimate(value=2.0, error=0.5, units=10)
    found = stopped_estimate([1.0], [1.96], seen, 0.9)
    assert (found.median, found.low) == pytest.approx((2.0, seen.interval(0.9).low), abs=1e-6)


def test_the_stagewise_chance_equals_simulation() -> None:
    """At the solved median, half of 200,000 simulated trials end more extremely upwards than the one seen."""
    fractions = [0.3, 0.6, 1.0]
    limits = planned_boundaries(fractions, 0.05)
    seen = Estimate(value=2.9 / math.sqrt(0.6), error=1 / math.sqrt(0.6), units=1)
    drift = stopped_estimate(fractions[:2], limits[:2], seen, 0.9).median
    dice = np.random.default_rng(5)
    first = dice.normal(drift * 0.3, math.sqrt(0.3), 200_000)
    second = first + dice.normal(drift * 0.3, math.sqrt(0.3), 200_000)
    early = np.abs(first) / math.sqrt(0.3) > limits[0]
    higher = np.where(early, first > 0, second / math.sqrt(0.6) > 2.9)
    assert higher.mean() == pytest.approx(0.5, abs=0.004)
