"""How often people buy, what they will need again and when, and what comes next."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.inference.shrinkage import prior_weight, shrunk
from liftloop.kernel.clock import DAY_MS
from liftloop.profile.studied import Studied
from liftloop.profile.studies.purchases import Buyers, Floats, Integers, Purchases, gaps_days

GAP_DAYS_MIN = 1.0 / 24
"""Gaps are compared by their logarithms; two orders around midnight count as an hour apart."""
REPEATS_MIN = 10
REPEATERS_SHARE_MIN = 0.1
"""An item is something that people need again where so many repeats are known and this share of its buyers came back
for it."""
OVERDUE_CYCLES_MAX = 1.0
"""Whoever is later than a whole cycle has bought it elsewhere or needs it no more."""
FOLLOWERS_MIN = 10
"""People who bought one item on the purchase after another until that is a pattern."""


class Bought(Struct, frozen=True, kw_only=True, eq=False):
    """Items that people bought, an item once a purchase day, sorted by person, item and time; shape [rows] each."""

    profile: Integers
    item: Integers
    """Place in `items`."""
    at_ms: Integers
    items: tuple[str, ...]

    def owners(self, rows: NDArray[np.bool_] | None = None) -> Integers:
        """Return how many people bought each item, among some of the rows [items]."""
        profile, item = (self.profile, self.item) if rows is None else (self.profile[rows], self.item[rows])
        return np.bincount(item[changes(profile) | changes(item)], minlength=len(self.items))

    def people(self) -> tuple[Integers, Integers]:
        """Return who bought anything, in order, and of each row whose it is among them [rows]."""
        starts = changes(self.profile)
        return self.profile[starts], np.cumsum(starts) - 1


def changes(values: Integers) -> NDArray[np.bool_]:
    """Return where a value differs from the one before it; the first does."""
    found = np.ones(values.size, dtype=np.bool_)
    found[1:] = values[1:] != values[:-1]
    return found


class ItemCycles(Struct, frozen=True, kw_only=True, eq=False):
    """By item: days until it is bought again, NaN for what is no replenishment; `weight` in gaps of one's own."""

    days: Floats
    weight: float


def interval_traits(purchases: Purchases, buyers: Buyers) -> list[Studied]:
    """Return order_interval_days of buyers: the median gap of each, drawn towards that of all by few gaps.

    Gaps are shrunk as logarithms, for one long pause says less than its length.
    """
    gaps, row = gaps_days(purchases)
    if not len(gaps):
        return []
    owner = np.searchsorted(buyers.profile, purchases.profile[row])
    logs = np.log(np.maximum(gaps, GAP_DAYS_MIN))
    weight = prior_weight(logs, owner, len(buyers.profile))
    own = _medians(logs, owner, len(buyers.profile))
    days = np.exp(shrunk(own, (buyers.count - 1).astype(np.float64), float(np.median(logs)), weight))
    return [
        Studied(trait="order_interval_days", profile=buyers.profile, value=np.asarray(np.round(days, 1), np.float64))
    ]


def item_cycles(bought: Bought) -> ItemCycles:
    """Return each item's usual days until it is bought again by the same person.

    An item's median is drawn towards that of all items by the credibility of its own gaps.
    """
    logs, item, _ = _item_gaps(bought)
    count = np.bincount(item, minlength=len(bought.items)).astype(np.float64)
    buyers, again = bought.owners(), bought.owners(_is_repeat(bought))
    needed = (count >= REPEATS_MIN) & (again >= REPEATERS_SHARE_MIN * np.maximum(buyers, 1))
    if not needed.any():
        return ItemCycles(days=np.full(len(bought.items), np.nan), weight=1.0)
    medians = _medians(logs, item, len(bought.items))
    days = np.exp(shrunk(medians, count, float(np.median(logs)), prior_weight(logs, item, len(bought.items))))
    pair = np.cumsum(~_is_repeat(bought)) - 1  # A number for each person and item.
    within = prior_weight(logs - medians[item], pair[_is_repeat(bought)], int(pair[-1]) + 1)
    return ItemCycles(days=np.where(needed, days, np.nan), weight=within)


def replenishment_traits(bought: Bought, cycles: ItemCycles, now_ms: int) -> list[Studied]:
    """Return replenish_item and replenish_due_ms: of what people need again, what is due next or has just been."""
    logs, _, row = _item_gaps(bought)
    starts = np.flatnonzero(~_is_repeat(bought))
    if not len(starts):
        return []
    pair = np.cumsum(~_is_repeat(bought)) - 1
    count = np.bincount(pair[row], minlength=len(starts)).astype(np.float64)
    own = _medians(logs, pair[row], len(starts))
    item = bought.item[starts]
    with np.errstate(invalid="ignore"):
        days = np.exp(shrunk(own, count, np.log(cycles.days[item]), cycles.weight))
    last_ms = bought.at_ms[np.append(starts[1:], len(bought.item)) - 1]
    due_ms = last_ms + days * DAY_MS
    open_ = ~np.isnan(due_ms) & (now_ms <= due_ms + OVERDUE_CYCLES_MAX * days * DAY_MS)
    person, due_ms, item = bought.profile[starts][open_], due_ms[open_], item[open_]
    order = np.lexsort((item, due_ms, person))
    profile, first = np.unique(person[order], return_index=True)
    chosen = order[first]
    return [
        Studied(trait="replenish_item", profile=profile, value=item[chosen].astype(np.int32), words=bought.items),
        Studied(trait="replenish_due_ms", profile=profile, value=np.asarray(np.round(due_ms[chosen]), np.float64)),
    ]


class Sequences(Struct, frozen=True, kw_only=True, eq=False):
    """How many people bought `after` on the purchase that followed one of `before`; shape [pairs] each."""

    before: Integers
    after: Integers
    people: Integers


def successors(
    items: tuple[str, ...], sequences: Sequences, buyers: Integers, named: Mapping[str, str]
) -> dict[int, tuple[int, float]]:
    """Return for each item what comes next, with the share of its buyers who went on so.

    What the catalog names as successor wins. Else the item that most raises above its usual share: people who
    went on to it over those to expect if order did not matter; seen in FOLLOWERS_MIN people at least. `buyers` is by
    item.
    """
    share = buyers / max(float(buyers.sum()), 1.0)
    raised = sequences.people / np.maximum(buyers[sequences.before] * share[sequences.after], 1e-9)
    strong = np.flatnonzero((sequences.people >= FOLLOWERS_MIN) & (raised > 1) & (sequences.before != sequences.after))
    order = strong[np.lexsort((sequences.after[strong], -raised[strong], sequences.before[strong]))]
    before, first = np.unique(sequences.before[order], return_index=True)
    found = {
        int(item): (int(sequences.after[row]), float(sequences.people[row] / max(buyers[item], 1)))
        for item, row in zip(before.tolist(), order[first].tolist(), strict=True)
    }
    place = {item: number for number, item in enumerate(items)}
    return found | {
        place[item]: (place[after], 1.0) for item, after in named.items() if item in place and after in place
    }


def successor_traits(bought: Bought, following: Mapping[int, tuple[int, float]]) -> list[Studied]:
    """Return successor_item: what comes after the item bought last, unless it was bought since or before."""
    next_item = np.full(len(bought.items), -1)
    strength = np.zeros(len(bought.items))
    for item, (after, share) in following.items():
        next_item[item], strength[item] = after, share
    candidate = next_item[bought.item]
    offered = np.flatnonzero(candidate >= 0)
    if not len(offered):
        return []
    width = len(bought.items)
    _, person = bought.people()
    had = person * width + bought.item
    wanted = person[offered] * width + candidate[offered]
    fresh = offered[had[np.minimum(np.searchsorted(had, wanted), had.size - 1)] != wanted]
    order = fresh[np.lexsort((-strength[bought.item[fresh]], -bought.at_ms[fresh], bought.profile[fresh]))]
    profile, first = np.unique(bought.profile[order], return_index=True)
    chosen = candidate[order[first]].astype(np.int32)
    return [Studied(trait="successor_item", profile=profile, value=chosen, words=bought.items)]


def _is_repeat(bought: Bought) -> NDArray[np.bool_]:
    return ~(changes(bought.profile) | changes(bought.item))


def _item_gaps(bought: Bought) -> tuple[Floats, Integers, Integers]:
    """Return the logarithms of days between purchases of an item by one person, the item, the row of the later one."""
    row = np.flatnonzero(_is_repeat(bought))
    days = (bought.at_ms[row] - bought.at_ms[row - 1]) / DAY_MS
    return np.log(np.maximum(days, GAP_DAYS_MIN)), bought.item[row], row


def _medians(values: Floats, group: Integers, groups: int) -> Floats:
    """Return the median of each group, 0 where it has none."""
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=groups)
    start = np.cumsum(count) - count
    there = count > 0
    low, high = start + (count - 1) // 2, start + count // 2
    medians = np.zeros(groups)
    ranked = values[order]
    medians[there] = (ranked[low[there]] + ranked[high[there]]) / 2
    return medians
