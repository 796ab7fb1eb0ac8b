"""Small randomised trials with a known truth, for tests of policies."""

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.encoding import Features, encode, fit_encoding
from liftloop.inference.folds import assign_folds
from liftloop.inference.trial import Trial

Effect = Callable[[np.ndarray], np.ndarray]  # Traits [rows, 4] to effects [rows, treated arms].


class Simulated(Struct, frozen=True, kw_only=True, eq=False):
    """A trial and the true profit [rows, arms] of each arm over nobody, per row."""

    trial: Trial
    profit: Floats


def features_of_traits(traits: np.ndarray) -> Features:
    columns = {f"x{place}": traits[:, place] for place in range(traits.shape[1])}
    return encode(fit_encoding(columns), columns, traits.shape[0])


def simulate(seed: int, rows: int, effect: Effect, *, cost: float = 0.0, tail: bool = False) -> Simulated:
    """Draw a trial with unequal known chances, baseline outcomes that the traits explain in part, and this effect.

    `tail`: spending that is zero for nine in ten and heavy-tailed for the rest.
    """
    chance = np.random.default_rng(seed)
    traits = chance.normal(size=(rows, 4))
    effects = np.column_stack([np.zeros(rows), effect(traits)])
    arms = effects.shape[1]
    raw = np.column_stack([np.ones(rows) * 2, *(1 + (traits[:, 0] > 0) * arm for arm in range(1, arms))])
    propensity = raw / raw.sum(axis=1, keepdims=True)
    arm = (chance.random(rows)[:, None] > propensity.cumsum(axis=1)).sum(axis=1).astype(np.int64)
    noise = chance.normal(size=rows)
    if tail:
        noise = np.where(chance.random(rows) < 0.1, chance.lognormal(1.5, 1.0, rows), 0.0)
    outcome = 0.8 * traits[:, 1] + effects[np.arange(rows), arm] + noise
    trial = Trial(
        features=features_of_traits(traits),
        arm=arm,
        outcome=outcome,
        propensity=propensity,
        unit=np.arange(rows),
        fold=assign_folds([f"{seed}-{row}" for row in range(rows)], count=4, salt="test"),
        value=1.0,
        cost=np.array([0.0] + [cost] * (arms - 1)),
    )
    return Simulated(trial=trial, profit=effects - trial.costs())


def nothing(arms: int) -> Effect:
    return lambda traits: np.zeros((traits.shape[0], arms - 1))
