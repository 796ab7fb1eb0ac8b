"""Claims about arms whose shares were moved while they ran: estimates that stay honest when pooled means do not.

Sums by batch are all that is needed. Within a batch the shares were fixed before its first outcome.
"""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.intervals import Estimate


class BatchSums(Struct, frozen=True, kw_only=True, eq=False):
    """Of each batch and arm [batches, arms]: people, sum and sum of squares of outcomes, and the chance of the arm."""

    people: Floats
    total: Floats
    square: Floats
    chance: Floats


class Claim(Struct, frozen=True, kw_only=True):
    """Arm minus other arm: `z` is standard normal when they are equal."""

    effect: Estimate
    z: float


def batched_difference(sums: BatchSums, arm: int, other: int) -> Claim:
    """Return the contrast by the batched least-squares estimator (BOLS; Zhang, Janson and Murphy 2020, 2002.03217).

    Each batch's difference in means is divided by its own standard error, and the standardised differences are
    averaged with equal weights: whatever decided the shares, each is standard normal given the past, and a rate that
    drifts from batch to batch cancels within it. The effect is that of constant size which the average shows.
    Batches in which an arm has nobody say nothing; with none left the error is infinite.
    """
    first, second = sums.people[:, arm], sums.people[:, other]
    both = (first > 0) & (second > 0)
    if not both.any():
        return Claim(effect=Estimate(value=math.nan, error=math.inf, units=0), z=0.0)
    first, second = first[both], second[both]
    difference = sums.total[both, arm] / first - sums.total[both, other] / second
    root = np.sqrt(first * second / (first + second))
    deviation = _deviation(sums, arm, other)[both]
    tells = deviation > 0
    if not tells.any():
        return Claim(effect=Estimate(value=0.0, error=math.inf, units=0), z=0.0)
    weight = root[tells] / deviation[tells]
    standard = float((weight * difference[tells]).sum())
    count = math.sqrt(int(tells.sum()))
    value, error = standard / float(weight.sum()), count / float(weight.sum())
    units = int(first.sum() + second.sum())
    return Claim(effect=Estimate(value=value, error=error, units=units), z=standard / count)


def _deviation(sums: BatchSums, arm: int, other: int) -> Floats:
    """Return the standard deviation [batches] of the two arms' outcomes around their common mean.

    That of a permutation of the outcomes over the two arms, so that without an effect each standardised difference
    has variance one exactly, however few successes a batch has.
    """
    pair = [arm, other]
    people = sums.people[:, pair].sum(axis=1)
    total, square = sums.total[:, pair].sum(axis=1), sums.square[:, pair].sum(axis=1)
    around = square - np.square(total) / np.maximum(people, 1.0)
    return np.asarray(np.sqrt(np.maximum(around, 0.0) / np.maximum(people - 1, 1.0)))


def weighted_difference(sums: BatchSums, arm: int, other: int) -> Claim:
    """Return the contrast by adaptively weighted doubly robust scores (Hadad et al. 2021, 1911.02768, section 2).

    The score of a person is the past's guess plus, where she drew one of the two arms, the surprise over its chance.
    Batches weigh by the standard deviation that their chances leave (the paper's constant allocation rate, for the
    contrast itself, so that a drift of both arms together cancels). Needs chances above zero.
    A second opinion: with a handful of successes in a batch and arm, skewness makes it claim 6 to 8% instead of 5%.
    """
    guess = _past_means(sums)
    chance = sums.chance[:, [arm, other]]
    assert (chance > 0).all(), "an arm without a chance cannot be compared"
    sign = np.array([1.0, -1.0])
    people, total, square = (part[:, [arm, other]] for part in (sums.people, sums.total, sums.square))
    ahead = guess[:, [arm, other]]
    base = ahead @ sign
    surprise = total - people * ahead
    first = sums.people.sum(axis=1) * base + (sign * surprise / chance).sum(axis=1)
    squares = (square - 2 * ahead * total + people * np.square(ahead)) / np.square(chance)
    weight = 1.0 / np.sqrt((1.0 / chance).sum(axis=1))
    mass = float((weight * sums.people.sum(axis=1)).sum())
    if mass == 0:
        return Claim(effect=Estimate(value=math.nan, error=math.inf, units=0), z=0.0)
    value = float((weight * first).sum()) / mass
    # Sum over a batch's people of (score - value)^2, from their first two moments.
    off = base - value
    spread = sums.people.sum(axis=1) * np.square(off) + 2 * off * (sign * surprise / chance).sum(axis=1)
    spread += squares.sum(axis=1)
    error = math.sqrt(float((np.square(weight) * spread).sum())) / mass
    units = int(people.sum())
    effect = Estimate(value=value, error=error if error > 0 else math.inf, units=units)
    return Claim(effect=effect, z=value / error if error > 0 else 0.0)


def _past_means(sums: BatchSums) -> Floats:
    """Return each arm's mean [batches, arms] over the batches before, 0 where there is none."""
    people = np.vstack([np.zeros(sums.people.shape[1]), sums.people.cumsum(axis=0)[:-1]])
    total = np.vstack([np.zeros(sums.people.shape[1]), sums.total.cumsum(axis=0)[:-1]])
    return np.asarray(np.divide(total, people, out=np.zeros_like(total), where=people > 0))
