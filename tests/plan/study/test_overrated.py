"""What looks best is chosen and so looks better than it is: those who drew it tell by how much."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from liftloop.plan.policy.selection import View, overrated

ROWS, ARMS, EFFECT = 6_000, 8, 0.08


def _seen(seed: int, blur: float) -> tuple[View, float]:
    """Return a log of eight arms that all add the same, told with errors of `blur`, and what is told of the best."""
    rng = np.random.default_rng(seed)
    told = np.concatenate([[0.0], EFFECT + blur * rng.standard_normal(ARMS)])
    chance = np.full((ROWS, 1 + ARMS), 1 / (1 + ARMS))
    arm = rng.integers(0, 1 + ARMS, ROWS)
    best = int(told.argmax())
    surprise = EFFECT * ((arm > 0) - ARMS / (1 + ARMS)) + 0.3 * rng.standard_normal(ROWS)
    expected, parts = np.zeros((ROWS, 4)), np.zeros((ROWS, 4))
    expected[:, 1], parts[:, 1] = told[arm] - told.mean(), told[best]
    log: Any = SimpleNamespace(contacts=SimpleNamespace(arm=arm, chance=chance), surprise=surprise)
    choice = np.full(ROWS, best)
    return (
        View(
            log=log,
            expected=expected,
            slopes=np.array([0.0, 1.0, 0.0, 0.0]),
            choice={"personal": choice, "nobody": np.zeros(ROWS, dtype=np.int64)},
            parts={"personal": parts, "nobody": np.zeros((ROWS, 4))},
            cost={},
        ),
        float(told[best]),
    )


def test_half_of_what_choosing_made_up_is_taken_back() -> None:
    """Where the best of eight is told at a half too much, half of that is seen by those who drew it, or more."""
    found = [_seen(seed, 0.03) for seed in range(40)]
    told = np.array([each for _, each in found])
    kept = np.array([each * (1 - overrated(seen, "personal")) for seen, each in found])
    assert told.mean() > 1.4 * EFFECT
    assert kept.mean() - EFFECT < 0.5 * (told.mean() - EFFECT)
    assert np.square(kept - EFFECT).mean() < 0.5 * np.square(told - EFFECT).mean()


def test_what_is_told_rightly_stays() -> None:
    """Where all is told as it is, little is taken back, by chance; nothing is ever added, and nobody has no effect."""
    taken = [overrated(_seen(seed, 0.0)[0], "personal") for seed in range(40)]
    assert min(taken) >= 0
    assert np.mean(taken) < 0.08
    assert overrated(_seen(1, 0.03)[0], "nobody") == 0
