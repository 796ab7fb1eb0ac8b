"""Rules of thumb that divide an outcome among the touches before it; any division scaled to what was proven.

Every function returns shares [channels] that sum to one, or all zeros where no path with a touch led to anything.
"""

from typing import Literal, TypeAlias, assert_never

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.intervals import Estimate, Interval
from liftloop.inference.touch_paths import Paths, check_paths, summed

Rule: TypeAlias = Literal["first", "last", "linear", "time_decay", "position"]
RULES: tuple[Rule, ...] = ("first", "last", "linear", "time_decay", "position")
END_WEIGHT = 0.4  # Position based: 40% each for the first and last touch, the rest for those between, by custom.


def rule_shares(paths: Paths, rule: Rule, *, half_life: float) -> Floats:
    """Return the shares [channels] of the value by a rule; a touch `half_life` older counts half under time decay.

    Paths without a touch divide nothing. A path's weights always sum to one, so a loop earns by its length.
    """
    check_paths(paths)
    assert half_life > 0
    path = paths.path_of()
    weight = _weights(paths, rule, half_life)
    whole = summed(path, weight, paths.count)
    worth = np.divide(paths.value, whole, out=np.zeros(paths.count), where=whole > 0)
    return normalised(summed(paths.touch, weight * worth[path], paths.channels))


def _weights(paths: Paths, rule: Rule, half_life: float) -> Floats:
    """Return the weight [touches] of each touch within its path, up to a factor of the path's own."""
    place, length = paths.place_of(), paths.lengths()[paths.path_of()]
    first, last = place == 0, place == length - 1
    match rule:
        case "first":
            return first.astype(np.float64)
        case "last":
            return last.astype(np.float64)
        case "linear":
            return np.ones(paths.touch.size)
        case "time_decay":
            # Ages count from the path's last touch, or old paths would all underflow to zero.
            return np.exp2(-(paths.age - _age_of_last(paths)) / half_life)
        case "position":
            between = np.divide(1 - 2 * END_WEIGHT, length - 2, out=np.zeros(length.size), where=length > 2)
            return np.where(first | last, np.where(length > 1, END_WEIGHT, 1.0), between)
        case _:
            assert_never(rule)


def _age_of_last(paths: Paths) -> Floats:
    lengths = paths.lengths()
    last = paths.age[paths.start[1:][lengths > 0] - 1]
    return np.repeat(last, lengths[lengths > 0])


def normalised(credit: Floats) -> Floats:
    """Return non-negative credits as shares of their sum; all zeros stay."""
    total = float(credit.sum())
    return credit / total if total > 0 else np.zeros_like(credit)


class Scaled(Struct, frozen=True, kw_only=True, eq=False):
    """What each channel [channels] is given of the measured lift, and its interval's ends; `proven` says if any is.

    Where the lift's interval holds zero there is nothing to divide: amounts are zeros.
    """

    proven: bool
    amount: Floats
    low: Floats
    high: Floats


def scaled_to_lift(shares: Floats, lift: Estimate, interval: Interval) -> Scaled:
    """Return the shares of a lift that was measured against people left alone, if it was shown to differ from zero.

    Attribution divides, it does not measure: without a proven lift no division of it means anything.
    """
    proven = interval.low > 0 or interval.high < 0
    factor = np.array([lift.value, interval.low, interval.high]) if proven else np.zeros(3)
    amount, low, high = factor[:, None] * shares
    return Scaled(proven=proven, amount=amount, low=low, high=high)


def disagreement(shares: tuple[Floats, ...]) -> float:
    """Return how much of the whole is given differently by the two models that differ most, from 0 to 1.

    Half the largest sum of absolute differences (total variation).
    """
    stacked = np.array(shares)
    gaps = np.abs(stacked[:, None, :] - stacked[None, :, :]).sum(axis=2) / 2
    return float(gaps.max(initial=0.0))
