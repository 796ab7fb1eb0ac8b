"""Move the shares of the arms while a campaign runs: slowly, smoothly, never below a floor, with logged chances.

A fixed part of the people, drawn by hash, is always assigned uniformly and never steered.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.thompson import Beliefs, best_chances

HALVINGS = 60  # Of a factor between 2^-300 and 2^300: chances of 1e-12, raised to the sixth power, come back to one.
FACTOR_LOG2_MAX = 300.0


class Steering(Struct, frozen=True, kw_only=True):
    """How boldly shares may move.

    `floor`: the least share of an arm among the steered people (2% where only reward counts, 10% while a claim about
    arms is wanted); `uniform`: the part of all people never steered; `change_max`: how much a share may be multiplied
    or divided by in one batch; nothing moves before `conversions_min` in all arms together, unless some arm is the
    best with chance `sure`. Chances of being best are raised to `sharpness` + `sharpen` * elapsed share, so that late
    batches exploit what early ones learned.
    """

    floor: float = 0.1
    uniform: float = 0.1
    change_max: float = 2.0
    conversions_min: float = 100.0
    sure: float = 0.9
    sharpness: float = 2.0
    sharpen: float = 4.0


PAST_TESTS_NEEDED = 8  # With fewer, the spread of arms in past tests is itself a guess.


def patience(past_tests: int) -> float:
    """Return how many conversions to wait for before anything moves, given how many tests the prior comes from.

    A prior learned from past tests already doubts what the first hours say, and waiting for 100 conversions on top
    costs a third of what steering gains (26.7% against 16%, 41% against 25% at floors of 10 and 2% on headline-like
    tests). Without a past the wait is what keeps noise from steering.
    """
    return 0.0 if past_tests >= PAST_TESTS_NEEDED else 100.0


class Move(Struct, frozen=True, kw_only=True, eq=False):
    """The next batch's shares of steered people, and the evidence for them, all [..., arms]; `moved` [...]."""

    share: Floats
    best: Floats
    moved: Flags


def next_shares(steering: Steering, beliefs: Beliefs, share: Floats, conversions: Floats, elapsed: float) -> Move:
    """Return the shares that follow `share` [..., arms] (sums to one), given matured `conversions` [...].

    `elapsed` is the share of the campaign's people that have been assigned. Where nothing may move yet, the shares
    stay; the same beliefs give the same shares.
    """
    best = best_chances(beliefs)
    moved = (conversions >= steering.conversions_min) | (best.max(axis=-1) > steering.sure)
    wanted = np.power(np.maximum(best, 1e-12), steering.sharpness + steering.sharpen * elapsed)
    low = np.maximum(share / steering.change_max, floor_of(steering, share.shape[-1]))
    scaled = scaled_between(wanted, low, np.maximum(share * steering.change_max, low))
    return Move(share=np.where(moved[..., None], scaled, share), best=best, moved=moved)


def floor_of(steering: Steering, arms: int) -> float:
    """Return the floor, or an equal share where so many arms leave less room than that."""
    return min(steering.floor, 1.0 / arms)


def scaled_between(wanted: Floats, low: Floats, high: Floats) -> Floats:
    """Return shares [..., arms] that sum to one: `wanted` times a common factor, cut to lie in [low, high].

    The projection in relative entropy. Where the limits do not allow a sum of one, the nearer limits are scaled.
    """
    below, above = np.full(wanted.shape[:-1], -FACTOR_LOG2_MAX), np.full(wanted.shape[:-1], FACTOR_LOG2_MAX)
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        over = np.clip(wanted * np.exp2(middle)[..., None], low, high).sum(axis=-1) > 1
        below, above = np.where(over, below, middle), np.where(over, middle, above)
    shares = np.clip(wanted * np.exp2((below + above) / 2)[..., None], low, high)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def propensities(steering: Steering, share: Floats) -> Floats:
    """Return the chance [..., arms] that somebody of whom it is not yet known whether she is steered gets each arm."""
    return steering.uniform / share.shape[-1] + (1 - steering.uniform) * share


def matured(closed_ms: Integers, now_ms: int, maturity_ms: int) -> Flags:
    """Return which batches [batches] have been closed for at least `maturity_ms`.

    Late conversions come sooner from old batches. Only batches that all had the same time to convert may be compared,
    counting of each only what came within `maturity_ms` of its assignment.
    """
    return closed_ms + maturity_ms <= now_ms
