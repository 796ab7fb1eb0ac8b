"""Looking often without crying wolf: published boundaries, and simulated streams."""

import math

import numpy as np
import pytest

from liftloop.inference.sequential import (
    planned_boundaries,
    sequence_reach,
    sequence_scale,
    spent_alpha,
)


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


def test_the_confidence_sequence_holds_at_every_look() -> None:
    """At most 5% of null streams of 2,000 observations ever leave the band, looked at after each from the 50th."""
    values = np.random.default_rng(2).normal(size=(4_000, 2_000))
    means = values.cumsum(axis=1) / np.arange(1, 2_001)
    rho = sequence_scale(1_000, 0.05)
    reach = np.array([sequence_reach(n, 1.0, alpha=0.05, rho=rho) for n in range(1, 2_001)])
    assert (np.abs(means) > reach)[:, 49:].any(axis=1).mean() <= 0.05


def test_the_sequence_is_narrowest_where_it_was_tuned() -> None:
    """At the tuned size no other rho is narrower by more than a percent."""
    tuned = sequence_reach(1_000, 1.0, alpha=0.05, rho=sequence_scale(1_000, 0.05))
    others = [sequence_reach(1_000, 1.0, alpha=0.05, rho=sequence_scale(1_000 * f, 0.05)) for f in (0.3, 0.7, 1.5, 3)]
    assert tuned <= min(others) * 1.01
    assert tuned > 1.96 / math.sqrt(1_000)
