"""Whom a tree with studied traits would have taken in at past moments, when nobody had studied them yet.

Conditions on events are answered from what had happened by then; traits are told by today's models from the purchases
before each moment. For now `liftloop.audience` answers, and a test holds the two equal.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.app.planning.asof import ALWAYS_MS, Span, Stream, happenings
from liftloop.app.planning.reading import NOW, SQL, Look
from liftloop.app.studies.reading import Past
from liftloop.app.studies.traits import distinct_items
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.inputs import Column, Flags, Floats, Integers
from liftloop.profile.elapsed import elapsed_bounds
from liftloop.profile.studied import ITEM_TRAITS, Studied
from liftloop.profile.studies.cycles import (
    Bought,
    ItemCycles,
    item_cycles,
    replenishment_traits,
    successor_traits,
    successors,
)
from liftloop.profile.studies.purchases import Purchases, buyers_of
from liftloop.profile.studies.worth import WorthModel, fit_worth, rfm_traits, worth_traits
from liftloop.profile.tags import TAG

Tree = Mapping[str, Any]

DEPTH_MAX = 16
WEEK_MS = 7 * DAY_MS
"""Traits of a contact are those of the week before it: known before the draw, and told for a few instants only."""
TOLD = frozenset(
    {
        *("alive_probability", "orders_expected_365d", "clv_fen", "replenish_due_ms", "replenish_item"),
        *("rfm_recency_score", "rfm_frequency_score", "rfm_monetary_score", "successor_item"),
    }
)
"""The traits that can be told of a past moment."""
LINE_FILTERS = ("products.product_id", "products.category")


class Models(Struct, frozen=True, kw_only=True, eq=False):
    """What a study fitted to everything until now, by which past moments are told as well."""

    past: Past
    worth: WorthModel | None
    cycles: ItemCycles
    following: Mapping[int, tuple[int, float]]


def models_of(past: Past, now_ms: int) -> Models:
    owners = np.bincount(distinct_items(past), minlength=len(past.bought.items))
    return Models(
        past=past,
        worth=fit_worth(buyers_of(past.purchases), now_ms),
        cycles=item_cycles(past.bought),
        following=successors(past.bought.items, past.sequences, owners, past.named),
    )


def traits_at(models: Models, people: Integers, at_ms: int) -> dict[str, Floats]:
    """Return studied traits of `people` (ascending) as of an instant; NaN for none, of a text 1 where there is one."""
    past = models.past
    purchases = _until(past.purchases, people, at_ms)
    bought = _bought_until(past.bought, people, at_ms)
    buyers = buyers_of(purchases)
    found: list[Studied] = [
        *(worth_traits(buyers, models.worth, at_ms) if models.worth is not None and len(buyers.profile) else ()),
        *rfm_traits(buyers.profile, buyers.last_ms, buyers.count, buyers.mean_fen * buyers.count),
        *replenishment_traits(bought, models.cycles, at_ms),
        *successor_traits(bought, models.following),
    ]
    return {each.trait: _column(each, people) for each in found}


def _until(purchases: Purchases, people: Integers, at_ms: int) -> Purchases:
    rows = (purchases.at_ms < at_ms) & np.isin(purchases.profile, people)
    return Purchases(profile=purchases.profile[rows], at_ms=purchases.at_ms[rows], value_fen=purchases.value_fen[rows])


def _bought_until(bought: Bought, people: Integers, at_ms: int) -> Bought:
    rows = (bought.at_ms < at_ms) & np.isin(bought.profile, people)
    return Bought(profile=bought.profile[rows], item=bought.item[rows], at_ms=bought.at_ms[rows], items=bought.items)


def _column(studied: Studied, people: Integers) -> Floats:
    value = studied.value.astype(np.float64)
    if studied.words:
        value = np.where(value >= 0, 1.0, np.nan)
    if not studied.profile.size:
        return np.full(people.size, np.nan)
    place = np.minimum(np.searchsorted(studied.profile, people), studied.profile.size - 1)
    return np.where(studied.profile[place] == people, value[place], np.nan)


def spelled_out(tree: Any, audiences: Mapping[str, Tree], depth: int = DEPTH_MAX) -> Any:
    """Return a tree with the audiences and tags that it names put in their places, as deep as audiences may nest."""
    match tree:
        case {"audience": name} | {"tag": name} if depth:
            known = audiences.get(str(name) if "audience" in tree else f"{TAG}{name}")
            return tree if known is None else spelled_out(known, audiences, depth - 1)
        case {"all": parts}:
            return {"all": [spelled_out(part, audiences, depth) for part in parts]}
        case {"any": parts}:
            return {"any": [spelled_out(part, audiences, depth) for part in parts]}
        case {"not": part}:
            return {"not": spelled_out(part, audiences, depth)}
        case _:
            return tree


def told_of_the_past(tree: Any) -> bool:
    """Say whether a tree asks for a trait that nobody knew in the past, and nothing that cannot be answered here."""
    return _asks_told(tree) and _answered(tree)


def _asks_told(tree: Any) -> bool:
    if isinstance(tree, Mapping):
        return tree.get("trait") in TOLD or any(map(_asks_told, tree.values()))
    return isinstance(tree, list | tuple) and any(map(_asks_told, tree))


def _answered(tree: Any) -> bool:
    match tree:
        case {"all": parts} | {"any": parts}:
            return all(map(_answered, parts))
        case {"not": part}:
            return _answered(part)
        case {"event": _, **rest}:
            known = set(rest) <= {"within_days", "count", "days_since_last", "where"}
            return known and all(_filtered(test) for test in rest.get("where", ()))
        case {"trait": name, **rest}:
            numbers = set(rest) <= {*_COMPARE, "days_since"}
            return name in TOLD and (rest == {"exists": True} if name in ITEM_TRAITS else numbers)
        case _:
            return False


def _filtered(test: Any) -> bool:
    return (
        isinstance(test, Mapping)
        and test.get("property") in (*LINE_FILTERS, "coupon")
        and set(test) in ({"property", "is"}, {"property", "in"})
    )


class PastMembership:
    """Moments of people, and for whom of them a tree held; a condition that many trees share is read once."""

    def __init__(self, look: Look, models: Models) -> None:
        self.look = look
        self._traits = _traits_of(look, models)
        self._streams: dict[str, Stream] = {}

    def holds(self, tree: Tree) -> Flags:
        """Return for which moments the tree held."""
        match tree:
            case {"all": parts}:
                return np.logical_and.reduce([self.holds(part) for part in parts])
            case {"any": parts}:
                return np.logical_or.reduce([self.holds(part) for part in parts])
            case {"not": part}:
                return ~self.holds(part)
            case {"event": _}:
                return self._event(tree)
            case {"trait": name}:
                return self._trait(self._traits.get(name), tree)
            case _:
                raise AssertionError(f"not answered of the past: {tree}")

    def _event(self, leaf: Tree) -> Flags:
        stream = self._stream(leaf)
        if "days_since_last" in leaf:
            return _elapsed(stream.since_last(), leaf["days_since_last"])
        days = leaf.get("within_days")
        # The instant itself is in, as it is in the tick: what happens now has happened.
        span = Span(start_ms=-ALWAYS_MS if days is None else 1 - days * DAY_MS, end_ms=1)
        return _compared(stream.count(span), leaf.get("count", {"gte": 1}))

    def _trait(self, column: Floats | None, leaf: Tree) -> Flags:
        if column is None:
            return np.zeros(self.look.count, dtype=np.bool_)
        if "exists" in leaf:
            return ~np.isnan(column)
        if "days_since" in leaf:
            return _elapsed(self.look.at_ms - column, leaf["days_since"])
        return _compared(column, {word: bound for word, bound in leaf.items() if word != "trait"})

    def _stream(self, leaf: Tree) -> Stream:
        where = leaf.get("where", [])
        key = f"{leaf['event']} {where}"
        if key not in self._streams:
            self._streams[key] = self.look.stream(happenings(_happened(self.look, leaf["event"], where)))
        return self._streams[key]


def _happened(look: Look, event: str, where: Any) -> Mapping[str, Column]:
    if not where:
        return look.lake.select(SQL["events_named"], [event])
    (test,) = where
    values = [test["is"]] if "is" in test else list(test["in"])
    if test["property"] == "coupon":
        return look.lake.select(SQL["orders_with_coupon"], [values])
    assert test["property"] in LINE_FILTERS
    given = [values, []] if test["property"] == "products.product_id" else [[], values]
    return look.lake.select(SQL["lines_about"], given)


def _traits_of(look: Look, models: Models) -> dict[str, Floats]:
    """Return the traits of every moment, told from the purchases before it."""
    found: dict[str, Floats] = {}
    told_ms = np.where(look.source == NOW, look.at_ms, look.at_ms - look.at_ms % WEEK_MS)
    for at_ms in np.unique(told_ms).tolist():
        rows = np.flatnonzero(told_ms == at_ms)
        people, place = np.unique(look.profile[rows], return_inverse=True)
        for trait, column in traits_at(models, people, at_ms).items():
            found.setdefault(trait, np.full(look.count, np.nan))[rows] = column[place]
    return found


_COMPARE: Mapping[str, Callable[[Floats, float], Flags]] = {
    "gte": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "lte": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
    "eq": lambda value, bound: value == bound,
}


def _compared(value: Floats, comparison: Mapping[str, float]) -> Flags:
    truth = ~np.isnan(value)
    for word, bound in comparison.items():
        truth &= _COMPARE[word](value, bound)
    return truth


def _elapsed(elapsed_ms: Floats, comparison: Mapping[str, float]) -> Flags:
    truth = ~np.isnan(elapsed_ms)
    for word, days in comparison.items():
        low, high = elapsed_bounds(word, days)
        truth &= (elapsed_ms >= low) & (elapsed_ms < high)
    return truth
