"""Thompson sampling without dice: the chance that each arm is the best one, and beliefs that start from past tests.

Arrays are [..., arms]; leading axes are independent tests. Nothing here decides; `steering` does.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.late import ndtr

GRID_POINTS = 97  # Steps of an eighth of a standard error: chances are right to about 0.001.
REACH = 6.0  # Standard errors beyond which nothing is left to integrate.
DRIFT_ROUNDS = 4  # The alternation below settles to 1e-4 in two or three.
SPREAD_UNKNOWN = 0.15  # Copies of one message differ by about 15% in their rate (headline tests); used before any past.
SPREAD_MIN, SPREAD_MAX = 0.02, 1.0  # A spread of nothing would never move, one of everything believes the first hour.


class Beliefs(Struct, frozen=True, kw_only=True, eq=False):
    """What is believed of each arm: independent normals [..., arms] on a scale that rises with the outcome.

    `rate` is the expected outcome itself, for display.
    """

    mean: Floats
    error: Floats
    rate: Floats


class Batches(Struct, frozen=True, kw_only=True, eq=False):
    """Matured batches [..., batches, arms]: how many were assigned, and the sum of their outcomes."""

    people: Floats
    total: Floats


def best_chances(beliefs: Beliefs) -> Floats:
    """Return the chance [..., arms] that each arm has the highest mean; sums to one.

    The integral of density times the other arms' distribution functions, on a grid; smooth in the beliefs, so that
    it can be logged as a propensity (Thompson 1933; probability matching, Scott 2010).
    """
    low = (beliefs.mean - REACH * beliefs.error).min(axis=-1)
    high = (beliefs.mean + REACH * beliefs.error).max(axis=-1)
    at = low[..., None] + (high - low)[..., None] * np.linspace(0.0, 1.0, _points(beliefs, high - low))
    below = ndtr((at[..., None, :] - beliefs.mean[..., None]) / beliefs.error[..., None])
    middle = np.maximum((below[..., 1:] + below[..., :-1]) / 2, 1e-300)
    rivals = np.exp(np.log(middle).sum(axis=-2, keepdims=True) - np.log(middle))
    chance = (np.diff(below, axis=-1) * rivals).sum(axis=-1)
    return np.asarray(chance / chance.sum(axis=-1, keepdims=True))


def _points(beliefs: Beliefs, width: Floats) -> int:
    """Return enough points that even the surest arm has a few to each standard error; at most eight times the usual."""
    finest = float(np.max(width / beliefs.error.min(axis=-1))) / (2 * REACH)
    return 1 + (GRID_POINTS - 1) * min(8, max(1, round(finest)))


def steady_people(batches: Batches) -> Floats:
    """Return [..., arms] how many people at the average batch's rate each arm's assignments are worth.

    Where the share of an arm changes while the rate drifts with the hour, pooled rates favour whichever arm got the
    good hours. The product of an hour factor and an arm factor is fitted by alternation (a Poisson regression with
    batch effects); the hour factors weigh the people.
    """
    whole = batches.people.sum(axis=(-1, -2))
    level = batches.total.sum(axis=(-1, -2)) / np.maximum(whole, 1.0)
    weight = np.ones((*batches.people.shape[:-1], 1))
    arm = np.ones((*batches.people.shape[:-2], 1, batches.people.shape[-1]))
    gain = batches.total.sum(axis=-2, keepdims=True)
    for _ in range(DRIFT_ROUNDS):
        expected = (batches.people * arm).sum(axis=-1, keepdims=True) * level[..., None, None]
        weight = np.where(
            expected > 0, batches.total.sum(axis=-1, keepdims=True) / np.where(expected > 0, expected, 1), 0
        )
        exposure = (batches.people * weight).sum(axis=-2, keepdims=True)
        # One imagined average success an arm keeps an arm without any from stopping the alternation at zero.
        arm = (gain + 1.0) / (exposure * level[..., None, None] + 1.0)
    return np.asarray((batches.people * weight).sum(axis=-2))


def past_spread(rates: list[Floats], people: list[Floats]) -> float:
    """Return the relative spread of the true rates within past tests, by the method of moments.

    `rates` and `people`: one [arms] each a test. Sampling noise (Bernoulli) is subtracted. Without a past 0.15.
    """
    seen, noise, freedom = 0.0, 0.0, 0.0
    for rate, count in zip(rates, people, strict=True):
        level = float((rate * count).sum() / count.sum()) if count.sum() else 0.0
        if level <= 0 or rate.size < 2:
            continue
        weight = count / count.sum()
        seen += float(np.square(rate / level - 1).sum())
        noise += float(((1 - level) / (level * count) * (1 - weight)).sum())
        freedom += rate.size - 1
    if freedom == 0:
        return SPREAD_UNKNOWN
    return float(np.clip(np.sqrt(max(0.0, seen - noise) / freedom), SPREAD_MIN, SPREAD_MAX))


def beta_beliefs(batches: Batches, spread: float) -> Beliefs:
    """Return beliefs of yes/no outcomes: Beta posteriors around the test's own rate, on the arcsine scale.

    The prior has the relative standard deviation `spread` (empirical Bayes, from `past_spread`); on the scale
    asin(sqrt(rate)) a Beta of n observations is normal with error 1 / (2 sqrt(n + 1)) whatever its mean.
    """
    people = steady_people(batches)
    total = batches.total.sum(axis=-2)
    rate = (total.sum(axis=-1, keepdims=True) + 0.5) / (people.sum(axis=-1, keepdims=True) + 1.0)
    rate = np.clip(rate, 1e-9, 1 - 1e-9)
    prior = np.maximum((1 - rate) / (rate * spread**2) - 1, 1.0)
    size = np.maximum(prior + people, prior + total)
    mean = (prior * rate + total) / size
    return Beliefs(mean=np.arcsin(np.sqrt(mean)), error=0.5 / np.sqrt(size + 1), rate=mean)


def normal_beliefs(batches: Batches, deviation: float, spread: float) -> Beliefs:
    """Return beliefs of amounts with standard deviation `deviation` a person: normal, around the mean of all arms.

    `spread` is the prior's relative standard deviation. Batch effects are taken out by least squares.
    """
    people, total = batches.people, batches.total
    size = np.maximum(people.sum(axis=-1, keepdims=True), 1.0)
    level = total.sum(axis=(-1, -2)) / np.maximum(people.sum(axis=(-1, -2)), 1.0)
    share = people / size
    within = np.einsum("...tk,...tj->...kj", people, share)
    gram = np.eye(people.shape[-1]) * people.sum(axis=-2)[..., None] - within
    cross = (total - people * total.sum(axis=-1, keepdims=True) / size).sum(axis=-2)
    prior = 1.0 / np.square(np.maximum(np.abs(level) * spread, 1e-9 * deviation + 1e-300))
    precision = gram / deviation**2 + prior[..., None, None] * np.eye(people.shape[-1])
    covariance = np.linalg.inv(precision)
    mean = level[..., None] + (covariance @ (cross / deviation**2)[..., None])[..., 0]
    error = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return Beliefs(mean=mean, error=error, rate=mean)
