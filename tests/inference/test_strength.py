"""How strong effects are now, told from campaigns of the past."""

import numpy as np

from liftloop.inference.strength import Strength, strength_now

YEARS = np.linspace(0.1, 0.75, 10)


def _seen(truth: np.ndarray, error: float, seed: int) -> list[Strength]:
    dice = np.random.default_rng(seed)
    told = truth / truth.mean() + dice.normal(0, error, truth.size)
    return [Strength(years=float(at), multiple=float(one), error=error) for at, one in zip(YEARS, told, strict=True)]


def test_without_evidence_effects_are_as_they_were() -> None:
    """No campaign, or campaigns that tell nothing, leave the multiple at one, give or take a fifth or more."""
    nothing = strength_now([])
    noisy = strength_now(_seen(np.ones(10), 3.0, 1))
    assert nothing.multiple == 1.0
    assert abs(noisy.multiple - 1) < 0.1
    assert min(nothing.error, noisy.error) > 0.15


def test_a_clear_decline_is_carried_on_to_now() -> None:
    """Where every campaign was weaker than the one before, now is weaker still than the last."""
    truth = np.exp(0.9 * YEARS)
    found = strength_now(_seen(truth, 0.02, 2))
    assert found.multiple < truth.min() / truth.mean() + 0.03
    assert abs(found.multiple - 1 / truth.mean()) < 0.1


def test_steady_effects_stay_and_become_sure() -> None:
    """Many steady campaigns leave the multiple at one and make the error smaller than a handful of noisy ones."""
    steady, few = strength_now(_seen(np.ones(10), 0.05, 3)), strength_now(_seen(np.ones(10), 0.6, 3)[:3])
    assert abs(steady.multiple - 1) < 0.08
    assert steady.error < few.error
    assert steady.own < few.own


def test_its_errors_are_as_large_as_it_says() -> None:
    """Over markets that wander as described, the multiple's errors are centered and as wide as told."""
    dice = np.random.default_rng(5)
    at = np.append(0.0, YEARS)
    moving = 0.25 * np.outer(at, at) + 0.04 * np.exp(-np.abs(at[:, None] - at[None, :]) / 0.5)
    scores = []
    for _ in range(300):
        level = 1 + dice.multivariate_normal(np.zeros(at.size), moving)
        own = dice.normal(0, 0.15, YEARS.size)
        truth = level[1:] + own
        told = truth + dice.normal(0, 0.1, YEARS.size)
        seen = [
            Strength(years=float(when), multiple=float(one - truth.mean() + 1), error=0.1)
            for when, one in zip(YEARS, told, strict=True)
        ]
        found = strength_now(seen)
        scores.append((found.multiple - (level[0] - truth.mean() + 1)) / found.error)
    assert abs(np.mean(scores)) < 0.2
    assert 0.75 < np.std(scores) < 1.25
