"""Which groups of a funnel lose more than the others, and at which step: only what chance does not explain is named."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.intervals import Estimate, z_two_sided
from liftloop.inference.together import benjamini_hochberg, p_value, selected_confidence

FALSE_SHARE = 0.1
"""Of the groups that are named, so many are named by chance alone."""
CONFIDENCE = 0.9
PEOPLE_MIN = 50  # With fewer at a step a share says little, and the normal law less.
NAMED_MAX = 3


class Reached(Struct, frozen=True, kw_only=True):
    """How many people of a group reached each step, and how many who did not reach the next one still may."""

    place: int
    reached: tuple[int, ...]
    open: tuple[int, ...]


class Behind(Struct, frozen=True, kw_only=True):
    """A group of whom fewer take the step after `step` than of all others.

    `low` and `high` bound the difference of the shares, allowing for everything compared; `more` is how many people
    would go on if the group were as the others.
    """

    place: int
    step: int
    share: float
    rest: float
    low: float
    high: float
    more: float


class Lag(Struct, frozen=True, kw_only=True):
    """The groups that lag, those first who cost most people; `looked` is how many comparisons were made for it."""

    behind: tuple[Behind, ...]
    looked: int


def lagging(groups: Sequence[Reached]) -> Lag:
    """Return for each lagging group the step that costs it most; people who may still go on count nowhere.

    A share of at most FALSE_SHARE of what is named is by chance (Benjamini and Hochberg 1995).
    """
    steps = len(groups[0].reached) if groups else 0
    compared = [found for step in range(steps - 1) for group in groups if (found := _compared(groups, group, step))]
    if not compared:
        return Lag(behind=(), looked=0)
    likely = benjamini_hochberg([p_value(difference) for _, difference in compared])
    worse = np.array([difference.value < 0 for _, difference in compared])
    chosen = (likely <= FALSE_SHARE) & worse
    reach = z_two_sided(selected_confidence(chosen, 1 - CONFIDENCE))
    named = [_bounded(*each, reach) for each, named in zip(compared, chosen.tolist(), strict=True) if named]
    worst: dict[int, Behind] = {}
    for each in sorted(named, key=lambda each: -each.more):
        worst.setdefault(each.place, each)
    return Lag(behind=tuple(worst.values())[:NAMED_MAX], looked=len(compared))


def _compared(groups: Sequence[Reached], group: Reached, step: int) -> tuple[Behind, Estimate] | None:
    """Return a group beside all others at a step, None where either has too few people."""
    mine, went = _settled(group, step)
    sums = [_settled(other, step) for other in groups if other.place != group.place]
    others, theirs = sum(people for people, _ in sums), sum(gone for _, gone in sums)
    if min(mine, others) < PEOPLE_MIN:
        return None
    share, rest = went / mine, theirs / others
    both = (went + theirs) / (mine + others)
    # Of no difference both have one share: shares of 0 or 1 alone would look certain.
    error = math.sqrt(both * (1 - both) * (1 / mine + 1 / others))
    found = Behind(place=group.place, step=step, share=share, rest=rest, low=0.0, high=0.0, more=(rest - share) * mine)
    return found, Estimate(value=share - rest, error=error, units=mine + others)


def _settled(group: Reached, step: int) -> tuple[int, int]:
    """Return of how many it is known whether they went on from a step, and how many did."""
    return group.reached[step] - group.open[step], group.reached[step + 1]


def _bounded(found: Behind, difference: Estimate, reach: float) -> Behind:
    low, high = (difference.value + sign * reach * difference.error for sign in (-1, 1))
    return replace(found, low=low, high=high)
