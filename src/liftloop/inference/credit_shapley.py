"""Shapley attribution: a channel's mean contribution to the conversion rate over all orders of letting channels in.

The worth of a set of channels is the conversion rate of the paths that met no other channel. Exact for up to twelve
channels that occur, from random orders above.
"""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.credit_rules import normalised
from liftloop.inference.touch_paths import Paths, check_paths, summed

EXACT_MAX = 12  # 4,096 sets are summed in a blink; each channel more doubles them.
CHANNELS_MAX = 62  # Sets of channels are bits of a 64-bit integer.


class Contribution(Struct, frozen=True, kw_only=True, eq=False):
    """`contribution` [channels] is signed and sums to the rate of all paths minus that of untouched ones.

    `share` [channels] divides the positive part, sums to one; `error` [channels] is the standard error of a sampled
    contribution, zeros where it is exact.
    """

    contribution: Floats
    share: Floats
    error: Floats


class _Sets(Struct, frozen=True, kw_only=True, eq=False):
    """Distinct sets of channels that paths met: bit masks over `present`, how many converted, how many there were."""

    present: Integers
    mask: Integers
    converted: Floats
    seen: Floats


def shapley_contributions(paths: Paths, *, orders: int, dice: np.random.Generator) -> Contribution:
    """Return each channel's Shapley value (Shapley 1953; exact, or over `orders` random orders and their reverses).

    Sets that no path was confined to count as untouched. Dice are rolled only for more than twelve channels.
    """
    check_paths(paths)
    sets = _sets_of(paths)
    count = sets.present.size
    contribution: Floats = np.zeros(paths.channels)
    error: Floats = np.zeros(paths.channels)
    if count:
        value, spread = _exact(sets) if count <= EXACT_MAX else _sampled(sets, orders, dice)
        contribution[sets.present], error[sets.present] = value, spread
    return Contribution(contribution=contribution, share=normalised(np.maximum(contribution, 0.0)), error=error)


def _sets_of(paths: Paths) -> _Sets:
    present = np.unique(paths.touch)
    assert present.size <= CHANNELS_MAX, "more channels than a set of bits holds"
    bit = np.int64(1) << np.searchsorted(present, paths.touch).astype(np.int64)
    filled = paths.lengths() > 0
    met = np.zeros(paths.count, dtype=np.int64)
    if filled.any():
        met[filled] = np.bitwise_or.reduceat(bit, paths.start[:-1][filled])
    mask, place = np.unique(met, return_inverse=True)
    converted = summed(place, paths.converted, mask.size)
    seen = converted + summed(place, paths.lost, mask.size)
    return _Sets(present=present, mask=mask, converted=converted, seen=seen)


def _rates(converted: Floats, seen: Floats) -> Floats:
    """Return the rates of sets, the empty one first [sets]; where nothing was seen, that of the empty one."""
    bare = np.divide(converted[:1], seen[:1], out=np.zeros_like(seen[:1]), where=seen[:1] > 0)
    return np.where(seen > 0, np.divide(converted, seen, out=np.zeros_like(seen), where=seen > 0), bare)


def _exact(sets: _Sets) -> tuple[Floats, Floats]:
    """Sum over all sets, after one sweep a channel that adds to each set those of its subsets (Yates 1937)."""
    count = sets.present.size
    converted, seen = np.zeros(1 << count), np.zeros(1 << count)
    converted[sets.mask], seen[sets.mask] = sets.converted, sets.seen
    for channel in range(count):
        for sums in (converted, seen):
            halves = sums.reshape(-1, 2, 1 << channel)
            halves[:, 1] += halves[:, 0]
    rate = _rates(converted, seen)
    mask = np.arange(1 << count)
    size = np.array([int(each).bit_count() for each in mask])
    weight = np.array([1 / (count * math.comb(count - 1, k)) for k in range(count)])
    value = np.zeros(count)
    for channel in range(count):
        without = mask[(mask >> channel) & 1 == 0]
        gain = rate[without | (1 << channel)] - rate[without]
        value[channel] = float((weight[size[without]] * gain).sum())
    return value, np.zeros(count)


def _sampled(sets: _Sets, orders: int, dice: np.random.Generator) -> tuple[Floats, Floats]:
    """Average over random orders, each with its reverse (antithetic; Mitchell, Cooper, Frank and Holmes 2022)."""
    assert orders >= 2
    count = sets.present.size
    member = (sets.mask[:, None] >> np.arange(count)) & 1 == 1
    total, squares = np.zeros(count), np.zeros(count)
    for _ in range(orders):
        rank = dice.permutation(count)
        gain = (_gains(sets, member, rank) + _gains(sets, member, count - 1 - rank)) / 2
        total += gain
        squares += np.square(gain)
    mean = total / orders
    return mean, np.sqrt(np.maximum(squares / orders - np.square(mean), 0.0) / (orders - 1))


def _gains(sets: _Sets, member: Flags, rank: Integers) -> Floats:
    """Return what each channel adds to the rate when let in at its `rank` [channels]."""
    complete = np.where(member, rank + 1, 0).max(axis=1)  # A path counts from when its last channel is let in.
    converted = summed(complete, sets.converted, rank.size + 1).cumsum()
    seen = summed(complete, sets.seen, rank.size + 1).cumsum()
    return np.diff(_rates(converted, seen))[rank]
