"""Divides conversions among the touches before them, by seven models beside each other.

Attribution divides, it does not measure: shares are shares. Touches count for the conversion that follows them within
the lookback, and once; after it a new way begins.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.credit_markov import removal_effects
from liftloop.inference.credit_rules import disagreement, rule_shares
from liftloop.inference.credit_shapley import EXACT_MAX, shapley_contributions
from liftloop.inference.touch_paths import Paths, select
from liftloop.kernel.clock import DAY_MS

RuleModel: TypeAlias = Literal["first", "last", "last_non_direct", "linear", "time_decay", "position"]
Model: TypeAlias = RuleModel | Literal["markov", "shapley"]
RULE_MODELS: tuple[RuleModel, ...] = ("first", "last", "last_non_direct", "linear", "time_decay", "position")
MODELS: tuple[Model, ...] = (*RULE_MODELS, "markov", "shapley")
"""Six rules and what the data say, for which there are two ways."""
HALF_LIFE_DAYS = 7.0
ORDERS = 400
"""Random orders of Shapley above twelve channels, each with its reverse: errors of a few thousandths of a share."""
DISAGREE_SHARE = 0.2
"""Models that give more than a fifth of the whole to others say that the data do not settle it."""


class Touches(Struct, frozen=True, kw_only=True, eq=False):
    """Touches, each array [touches], in any order; `channel` are codes from 0."""

    profile: Integers
    at_ms: Integers
    channel: Integers


class Conversions(Struct, frozen=True, kw_only=True, eq=False):
    """What touches may have led to, each array [conversions], in any order."""

    profile: Integers
    at_ms: Integers
    value: Floats


class Ways(Struct, frozen=True, kw_only=True, eq=False):
    """Paths of all conversions, those without a touch too, in the order of `conversion` (rows of `Conversions`),
    and behind them one path a person of touches in the period that led to nothing.
    """

    paths: Paths
    conversion: Integers


class Shares(Struct, frozen=True, kw_only=True, eq=False):
    """The shares [channels] of one model; they sum to one, or are all zero where no touch led to anything."""

    model: Model
    share: Floats


class Attributed(Struct, frozen=True, kw_only=True, eq=False):
    """All models; `disagreement` is how much of the whole the two that differ most give to different channels."""

    shares: tuple[Shares, ...]
    disagreement: float
    exact: bool
    """Whether Shapley's values were summed over all sets of channels, not sampled."""


def ways_of(touches: Touches, conversions: Conversions, channels: int, *, lookback_ms: int, from_ms: int) -> Ways:
    """Return the ways to each conversion, and those of touches since `from_ms` that led to none.

    A touch belongs to the person's next conversion at its instant or later, if that comes within the lookback.
    """
    count = conversions.profile.size
    order = np.lexsort((conversions.at_ms, conversions.profile))
    following = _next_conversion(touches, conversions, order)
    there = following >= 0
    gap = np.where(there, conversions.at_ms[order[np.maximum(following, 0)]] - touches.at_ms, 0) if count else None
    led = there & (gap <= lookback_ms) if gap is not None else there
    lost = ~led & (touches.at_ms >= from_ms)
    people = np.unique(touches.profile[lost])
    path = np.where(led, following, count + np.searchsorted(people, touches.profile))
    kept = np.flatnonzero(led | lost)
    kept = kept[np.lexsort((touches.at_ms[kept], path[kept]))]
    lengths = np.bincount(path[kept], minlength=count + people.size)
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    ends = np.concatenate([conversions.at_ms[order], _last_instants(touches, kept, start, count)])
    return Ways(
        paths=Paths(
            channels=channels,
            start=start,
            touch=touches.channel[kept],
            age=(ends[path[kept]] - touches.at_ms[kept]) / DAY_MS,
            converted=np.concatenate([np.ones(count), np.zeros(people.size)]),
            lost=np.concatenate([np.zeros(count), np.ones(people.size)]),
            value=np.concatenate([np.maximum(conversions.value[order], 0.0), np.zeros(people.size)]),
        ),
        conversion=order,
    )


def model_shares(paths: Paths, model: Model, *, direct: int | None, order: int, dice: np.random.Generator) -> Floats:
    """Return the shares [channels] by a model; `direct` is the channel that `last_non_direct` passes over.

    Data-driven models count conversions, not what they are worth: they ask whether one would have come. Conversions
    without a touch tell them nothing, for people who neither were touched nor converted are not among the ways.
    """
    match model:
        case "last_non_direct":
            chosen = paths if direct is None else without_direct(paths, direct)
            return rule_shares(chosen, "last", half_life=HALF_LIFE_DAYS)
        case "markov":
            return removal_effects(paths, order).share
        case "shapley":
            return shapley_contributions(touched(paths), orders=ORDERS, dice=dice).share
        case rule:
            return rule_shares(paths, rule, half_life=HALF_LIFE_DAYS)


def attributed(paths: Paths, *, direct: int | None, order: int, dice: np.random.Generator) -> Attributed:
    """Return the shares by every model, and how far they are from each other."""
    shares = tuple(
        Shares(model=model, share=model_shares(paths, model, direct=direct, order=order, dice=dice)) for model in MODELS
    )
    told = tuple(each.share for each in shares if each.share.sum() > 0)
    return Attributed(
        shares=shares, disagreement=disagreement(told) if told else 0.0, exact=np.unique(paths.touch).size <= EXACT_MAX
    )


def without_direct(paths: Paths, direct: int) -> Paths:
    """Return the paths without direct touches, but for those that have no others."""
    path = paths.path_of()
    others = np.bincount(path[paths.touch != direct], minlength=paths.count) > 0
    keep: Flags = (paths.touch != direct) | ~others[path]
    lengths = np.bincount(path[keep], minlength=paths.count)
    return Paths(
        channels=paths.channels,
        start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        touch=paths.touch[keep],
        age=paths.age[keep],
        converted=paths.converted,
        lost=paths.lost,
        value=paths.value,
    )


def touched(paths: Paths) -> Paths:
    """Return the paths with at least one touch."""
    return select(paths, paths.lengths() > 0)


def last_touch(touches: Touches, profile: Integers, at_ms: Integers, lookback_ms: int) -> Integers:
    """Return the channel [rows] of each person's last touch at her instant or before it, -1 without one in reach."""
    count, rows = touches.profile.size, profile.size
    who = np.concatenate([touches.profile, profile])
    when = np.concatenate([touches.at_ms, at_ms])
    asks = np.arange(count + rows) >= count
    order = np.lexsort((asks, when, who))
    place = np.arange(order.size)
    latest = np.maximum.accumulate(np.where(asks[order], -1, place))
    found = np.full(rows, -1, dtype=np.int64)
    asking = asks[order]
    touch = np.where(latest >= 0, order[latest], 0)[asking]
    mine = order[asking] - count
    if count:
        near = (who[touch] == profile[mine]) & (at_ms[mine] - when[touch] <= lookback_ms) & (latest[asking] >= 0)
        found[mine] = np.where(near, touches.channel[np.minimum(touch, count - 1)], -1)
    return found


def far_apart(found: Attributed) -> bool:
    """Say whether the models differ so much that none should be believed alone."""
    return found.disagreement > DISAGREE_SHARE


def between_models(found: Attributed, channel: int) -> tuple[float, float]:
    """Return the least and the largest share that any model gives to a channel."""
    shares: Sequence[float] = [float(each.share[channel]) for each in found.shares]
    return min(shares), max(shares)


def _next_conversion(touches: Touches, conversions: Conversions, order: Integers) -> Integers:
    """Return for each touch the place in `order` of the person's first conversion at or after it, -1 without one."""
    count = order.size
    if count == 0:
        return np.full(touches.profile.size, -1)
    profile = np.concatenate([touches.profile, conversions.profile[order]])
    at_ms = np.concatenate([touches.at_ms, conversions.at_ms[order]])
    place = np.concatenate([np.full(touches.profile.size, count), np.arange(count)])
    # At one instant the touch comes first: a click that is an order led to it.
    sorted_rows = np.lexsort((place < count, at_ms, profile))
    following = np.minimum.accumulate(place[sorted_rows][::-1])[::-1]
    found = np.empty(place.size, dtype=np.int64)
    found[sorted_rows] = following
    mine = found[: touches.profile.size]
    same = (mine < count) & (conversions.profile[order[np.minimum(mine, count - 1)]] == touches.profile)
    return np.where(same, mine, -1)


def _last_instants(touches: Touches, kept: Integers, start: Integers, count: int) -> Integers:
    """Return when each way that led to nothing was touched last."""
    last = start[count + 1 :] - 1
    return touches.at_ms[kept[last]] if last.size else np.zeros(0, dtype=np.int64)
