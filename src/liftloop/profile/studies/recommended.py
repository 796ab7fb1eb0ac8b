"""Which item to recommend to whom: what is due again, what comes next, what goes with the last basket, what is popular.

One item a person and source; which source speaks first is fixed: need goes before habit, habit before fashion.
"""

from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.inference.late import csr_array
from liftloop.kernel.clock import DAY_MS
from liftloop.profile.studied import Studied
from liftloop.profile.studies.cycles import Bought, ItemCycles, changes
from liftloop.profile.studies.purchases import Floats, Integers

SOURCES = ("replenish", "successor", "together", "popular")
"""In the order in which they speak."""
POPULAR_DAYS = 90
"""What people buy now; a year ago was another season."""
POPULAR_MAX = 50
"""Who has lately bought all of so many popular items needs no recommendation by popularity."""
TOGETHER_MIN = 10
"""Baskets that hold both items until that is a pattern."""
TOGETHER_ITEMS_MAX = 5_000
"""Of the items most bought; pairs of more would take gigabytes and are seen too seldom to be patterns."""
RESTED_PART = 0.75
"""Of an item's cycle: who bought it since needs none now."""
RESTED_DAYS = 60
"""The same where an item has no cycle."""
AHEAD_DAYS = 14
"""Before an item is due again: earlier it is still there."""

Flags: TypeAlias = NDArray[np.bool_]


class Partners(Struct, frozen=True, kw_only=True, eq=False):
    """By item: what most raises its share among baskets that hold the item, -1 for none, and by how much."""

    item: Integers
    raised: Floats


class Patterns(Struct, frozen=True, kw_only=True, eq=False):
    """What all purchases teach: replenishment and successor by person, partners and popularity by item.

    `rank` are items by how many people bought them lately, the most first; `rested_ms` [items] is how long after a
    purchase an item is not recommended again.
    """

    replenish: Studied | None
    due: Studied | None
    successor: Studied | None
    partners: Partners
    rank: Integers
    rested_ms: Floats


class Recommendations(Struct, frozen=True, kw_only=True, eq=False):
    """Candidates of some people: places in `items` by source [people, SOURCES], -1 for none."""

    profile: Integers
    item: Integers
    items: tuple[str, ...]

    def first(self, kept: Flags) -> tuple[Integers, Integers]:
        """Return [people] the item of the first source that names one of the kept [items], and the source; -1 none."""
        allowed = (self.item >= 0) & np.append(kept, False)[self.item]
        source = np.where(allowed.any(axis=1), allowed.argmax(axis=1), -1).astype(np.int64)
        item = np.where(source >= 0, self.item[np.arange(source.size), np.maximum(source, 0)], -1)
        return item.astype(np.int64), source


def patterns_of(bought: Bought, cycles: ItemCycles, personal: list[Studied], now_ms: int) -> Patterns:
    """Return what the purchases teach; `personal` are the traits of replenishment and of successors."""
    by_trait = {each.trait: each for each in personal}
    lately = bought.at_ms > now_ms - POPULAR_DAYS * DAY_MS
    buyers = bought.owners(lately)
    rank = np.argsort(-buyers, kind="stable")
    rested = np.where(np.isnan(cycles.days), RESTED_DAYS, cycles.days * RESTED_PART) * DAY_MS
    return Patterns(
        replenish=by_trait.get("replenish_item"),
        due=by_trait.get("replenish_due_ms"),
        successor=by_trait.get("successor_item"),
        partners=partners_of(bought),
        rank=rank[buyers[rank] > 0],
        rested_ms=rested,
    )


def partners_of(bought: Bought) -> Partners:
    """Return for each item the one that most raises its share in common baskets (lift), seen in TOGETHER_MIN of them.

    A basket is what a person bought within a day.
    """
    count = len(bought.items)
    none = Partners(item=np.full(count, -1), raised=np.zeros(count))
    if not len(bought.item):
        return none
    times = np.bincount(bought.item, minlength=count)
    common = np.sort(np.argsort(-times, kind="stable")[:TOGETHER_ITEMS_MAX])
    place = np.full(count, -1)
    place[common] = np.arange(common.size)
    rows = place[bought.item] >= 0
    day = bought.at_ms[rows] // DAY_MS
    day -= int(day.min(initial=0))
    _, basket = np.unique(bought.people()[1][rows] * (int(day.max(initial=0)) + 1) + day, return_inverse=True)
    ones = np.ones(int(rows.sum()), dtype=np.int32)
    column = place[bought.item[rows]]
    baskets = int(basket.max(initial=-1)) + 1
    held = csr_array((ones, (basket.reshape(-1), column)), shape=(baskets, common.size))
    both = (held.T @ held).tocoo()
    seen = np.asarray(held.sum(axis=0)).reshape(-1).astype(np.float64)
    times_both = np.asarray(both.data, dtype=np.float64)
    row, column = np.asarray(both.row, dtype=np.int64), np.asarray(both.col, dtype=np.int64)
    strong = (row != column) & (times_both >= TOGETHER_MIN)
    one, other = row[strong], column[strong]
    raised = times_both[strong] * float(baskets) / (seen[one] * seen[other])
    one, other, raised = one[raised > 1], other[raised > 1], raised[raised > 1]
    order = np.lexsort((other, -raised, one))
    first_of, first = np.unique(one[order], return_index=True)
    none.item[common[first_of]] = common[other[order[first]]]
    none.raised[common[first_of]] = raised[order[first]]
    return none


def recommend(bought: Bought, patterns: Patterns, open_: Flags, people: tuple[Integers, Integers]) -> Recommendations:
    """Return candidates for some people, each as of an instant of hers: (profiles, instants) [people].

    `open_` [items] are those that may be recommended at all: in stock, not sold at a loss, not retired.
    """
    profile, at_ms = people
    had = _Had(bought, patterns.rested_ms)
    found = np.full((profile.size, len(SOURCES)), -1, dtype=np.int64)
    found[:, 0] = _due(patterns, profile, at_ms)
    found[:, 1] = _of(patterns.successor, profile)
    found[:, 2] = _together(bought, patterns.partners, (had, profile, at_ms))
    found[:, 3] = _popular(patterns.rank[open_[patterns.rank]], (had, profile, at_ms))
    for source in (1, 2):
        found[:, source] = np.where(had.lately(profile, found[:, source], at_ms), -1, found[:, source])
    found = np.where(np.append(open_, False)[found], found, -1)
    return Recommendations(profile=profile, item=found, items=bought.items)


class _Had:
    """When each person last bought each item, to be asked for many pairs at once."""

    def __init__(self, bought: Bought, rested_ms: Floats) -> None:
        self._width = len(bought.items)
        self._rested_ms = rested_ms
        self._people, person = bought.people()
        keys = person * self._width + bought.item
        last = np.append(changes(keys)[1:], True) if len(keys) else np.zeros(0, dtype=np.bool_)
        self._keys, self._at_ms = keys[last], bought.at_ms[last]

    def lately(self, profile: Integers, item: Integers, at_ms: Integers) -> Flags:
        """Return [pairs] whether the person bought the item so lately that she needs none now."""
        if not len(self._keys):
            return np.zeros(profile.size, dtype=np.bool_)
        row = np.minimum(np.searchsorted(self._people, profile), len(self._people) - 1)
        key = row * self._width + np.maximum(item, 0)
        place = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        there = (item >= 0) & (self._people[row] == profile) & (self._keys[place] == key)
        return there & (at_ms < self._at_ms[place] + self._rested_ms[np.maximum(item, 0)])


_Asked: TypeAlias = tuple[_Had, Integers, Integers]
"""What people had, who is asked for, and as of when."""


def _of(studied: Studied | None, profile: Integers) -> Integers:
    """Return [people] the value of a trait of items, -1 for none."""
    if studied is None or not len(studied.profile):
        return np.full(profile.size, -1)
    place = np.minimum(np.searchsorted(studied.profile, profile), len(studied.profile) - 1)
    return np.where(studied.profile[place] == profile, studied.value[place].astype(np.int64), -1)


def _due(patterns: Patterns, profile: Integers, at_ms: Integers) -> Integers:
    """Return [people] what is due again by then, or will be soon."""
    if patterns.due is None or not len(patterns.due.profile):
        return np.full(profile.size, -1)
    item = _of(patterns.replenish, profile)
    place = np.minimum(np.searchsorted(patterns.due.profile, profile), len(patterns.due.profile) - 1)
    soon = patterns.due.value[place] <= at_ms + AHEAD_DAYS * DAY_MS
    return np.where((item >= 0) & soon, item, -1)


def _together(bought: Bought, partners: Partners, asked: _Asked) -> Integers:
    """Return [people] what goes best with something of their last basket and was not bought lately."""
    had, profile, at_ms = asked
    found = np.full(profile.size, -1)
    if not len(bought.item) or not profile.size:
        return found
    _, owner = bought.people()
    last_ms = np.maximum.reduceat(bought.at_ms, np.flatnonzero(changes(bought.profile)))
    rows = np.flatnonzero((bought.at_ms > last_ms[owner] - DAY_MS) & (partners.item[bought.item] >= 0))
    order = np.argsort(profile)
    place = order[np.minimum(np.searchsorted(profile[order], bought.profile[rows]), profile.size - 1)]
    rows, place = rows[profile[place] == bought.profile[rows]], place[profile[place] == bought.profile[rows]]
    item = partners.item[bought.item[rows]]
    fresh = ~had.lately(profile[place], item, at_ms[place])
    rows, place, item = rows[fresh], place[fresh], item[fresh]
    best = np.lexsort((item, -partners.raised[bought.item[rows]], place))
    whose, first = np.unique(place[best], return_index=True)
    found[whose] = item[best[first]]
    return found


def _popular(rank: Integers, asked: _Asked) -> Integers:
    """Return [people] the most popular item that they did not buy lately."""
    had, profile, at_ms = asked
    found = np.full(profile.size, -1)
    for item in rank[:POPULAR_MAX].tolist():
        rows = np.flatnonzero(found < 0)
        if not rows.size:
            break
        lately = had.lately(profile[rows], np.full(rows.size, item), at_ms[rows])
        found[rows[~lately]] = item
    return found


def recommended_traits(found: Recommendations) -> list[Studied]:
    """Return recommended_item and recommended_why: what stands first for each person, and the source that said so."""
    item, source = found.first(np.ones(len(found.items), dtype=np.bool_))
    rows = np.flatnonzero(item >= 0)
    return [
        Studied(
            trait="recommended_item", profile=found.profile[rows], value=item[rows].astype(np.int32), words=found.items
        ),
        Studied(
            trait="recommended_why", profile=found.profile[rows], value=source[rows].astype(np.int32), words=SOURCES
        ),
    ]
