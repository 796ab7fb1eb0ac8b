"""A funnel: how far people come through steps within a window of time, and where each is lost.

Everybody counts once, by the start from which they came furthest; of several the first. A step is always another
event than the one before it; what happens at one instant counts in the order of the steps.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers

STEPS_MAX = 12
"""More steps than anybody reads on a page, and their bits fit beside each other in a small integer."""
NOT_REACHED = -1


class Happenings(Struct, frozen=True, kw_only=True, eq=False):
    """Events that are steps, each array [events]: sorted by person, instant and the first step that they are.

    Bit k of `mask` says that the event is step k.
    """

    profile: Integers
    at_ms: Integers
    mask: Integers


class FunnelRule(Struct, frozen=True, kw_only=True):
    """What counts: starts in [from_ms, to_ms), and of each what follows within `window_ms`, up to `now_ms`."""

    steps: int
    window_ms: int
    ordered: bool
    from_ms: int
    to_ms: int
    now_ms: int


class Walks(Struct, frozen=True, kw_only=True, eq=False):
    """Everybody who started, ascending, each array [people].

    `depth` is the number of steps reached, `at_ms` [people, steps] when (NOT_REACHED else), `start` the row of the
    first event, `open` whether the window is not over for somebody who has not reached all.
    """

    profile: Integers
    depth: Integers
    at_ms: Integers
    start: Integers
    open: Flags


def walks(happenings: Happenings, rule: FunnelRule) -> Walks:
    """Return how far everybody came who took the first step in time; without an order any step may be the first.

    From each start the next of each step is taken as early as it comes: no later choice reaches further (the chain
    that ends first leaves the most room). Without an order the k-th instant is that at which k steps were there.
    """
    assert 1 <= rule.steps <= STEPS_MAX
    assert bool(np.all(np.diff(happenings.profile) >= 0)), "sorted by person"
    inside = (happenings.at_ms >= rule.from_ms) & (happenings.at_ms < rule.to_ms)
    begins = happenings.mask & 1 if rule.ordered else happenings.mask
    starts = np.flatnonzero((begins != 0) & inside)
    after = [_next_of(happenings, step) for step in range(rule.steps)]
    depth = (_in_order if rule.ordered else _in_any)(happenings, after, starts, rule)
    chosen = _furthest(happenings.profile[starts], (depth > NOT_REACHED).sum(axis=1))
    at_ms, start = depth[chosen], starts[chosen]
    reached = (at_ms > NOT_REACHED).sum(axis=1)
    over = rule.now_ms - happenings.at_ms[start] > rule.window_ms
    return Walks(
        profile=happenings.profile[start],
        depth=reached,
        at_ms=at_ms,
        start=start,
        open=(reached < rule.steps) & ~over,
    )


def gaps_s(found: Walks, step: int) -> Floats:
    """Return the seconds between a step (0 the first) and the one before it, of those who reached it."""
    reached = found.depth > step
    return (found.at_ms[reached, step] - found.at_ms[reached, step - 1]) / 1000.0


def _next_of(happenings: Happenings, step: int) -> Integers:
    """Return for each row, and one beyond, the first row from there on that is the step; as many as rows if none."""
    rows = happenings.mask.size
    place = np.where((happenings.mask >> step) & 1 == 1, np.arange(rows), rows)
    following = np.minimum.accumulate(place[::-1])[::-1]
    return np.append(following, rows)


def _in_order(happenings: Happenings, after: list[Integers], starts: Integers, rule: FunnelRule) -> Integers:
    """Return when each start [starts, steps] reached each step."""
    reached = np.full((starts.size, rule.steps), NOT_REACHED, dtype=np.int64)
    if starts.size == 0:
        return reached
    reached[:, 0] = happenings.at_ms[starts]
    place, alive = starts, np.ones(starts.size, dtype=np.bool_)
    for step in range(1, rule.steps):
        found = after[step][np.minimum(place + 1, happenings.mask.size)]
        alive = alive & _within(happenings, starts, found, rule)
        place = np.where(alive, found, place)
        reached[alive, step] = happenings.at_ms[place[alive]]
    return reached


def _in_any(happenings: Happenings, after: list[Integers], starts: Integers, rule: FunnelRule) -> Integers:
    """Return when each start [starts, steps] had one, two, ... different steps, itself the first."""
    never = np.iinfo(np.int64).max
    reached = np.full((starts.size, rule.steps), never, dtype=np.int64)
    for step in range(rule.steps):
        found = after[step][starts]
        near = _within(happenings, starts, found, rule)
        reached[near, step] = happenings.at_ms[found[near]]
    reached.sort(axis=1)
    return np.where(reached == never, NOT_REACHED, reached)


def _within(happenings: Happenings, starts: Integers, found: Integers, rule: FunnelRule) -> Flags:
    rows = happenings.mask.size
    there = np.minimum(found, rows - 1)
    near = happenings.at_ms[there] - happenings.at_ms[starts] <= rule.window_ms
    return (found < rows) & (happenings.profile[there] == happenings.profile[starts]) & near


def _furthest(profile: Integers, depth: Integers) -> Integers:
    """Return of each person's starts the row of the first that came furthest."""
    if profile.size == 0:
        return np.zeros(0, dtype=np.int64)
    first = np.flatnonzero(np.append(True, profile[1:] != profile[:-1]))
    most = np.repeat(np.maximum.reduceat(depth, first), np.diff(np.append(first, profile.size)))
    best = np.flatnonzero(depth == most)
    return best[np.append(True, profile[best][1:] != profile[best][:-1])]
