"""Where the shares of variants go next, with what is known of each, and what that knowledge comes to in words."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.steering import Steering, next_shares, patience
from liftloop.inference.thompson import (
    SPREAD_UNKNOWN,
    Batches,
    Beliefs,
    best_chances,
    beta_beliefs,
    normal_beliefs,
    past_spread,
)
from liftloop.measure.steering.counts import Cells
from liftloop.plan.contract import UNIFORM_SHARE, SteeringTerms
from liftloop.plan.record import Words

CHANGE_MIN = 0.005
"""Half a percent of the people more or less is not worth a batch of its own."""


class Past(Struct, frozen=True, kw_only=True):
    """How much variants differed in earlier tests of this installation: relative spread, and of how many."""

    spread: float = SPREAD_UNKNOWN
    tests: int = 0


def past_of(rates: Sequence[Floats], people: Sequence[Floats]) -> Past:
    """Return what earlier tests teach, from each one's rates and people [variants]."""
    return Past(spread=past_spread(list(rates), list(people)), tests=len(rates))


class Position(Struct, frozen=True, kw_only=True):
    """Where a test stands: shares in force, how often they changed, and the share of its people already started."""

    shares: tuple[float, ...]
    batch: int
    elapsed: float


class Standing(Struct, frozen=True, kw_only=True):
    """What is known of the variants from closed, matured batches, one entry each."""

    best: tuple[float, ...]
    """Chance of being the best one."""
    rate: tuple[float, ...]
    people: tuple[int, ...]
    conversions: tuple[int, ...]
    next_shares: tuple[float, ...]
    moves: bool
    batches: int


def standing(cells: Cells, terms: SteeringTerms, past: Past, at: Position) -> Standing:
    """Return where the test stands and where its shares go next; the same counts give the same answer."""
    steering = Steering(floor=terms.floor, uniform=UNIFORM_SHARE, conversions_min=patience(past.tests))
    beliefs = _beliefs(cells, past)
    share = np.array(at.shares)
    if not len(cells.began_ms):
        best, shares, moves = best_chances(beliefs), share, False
    else:
        move = next_shares(steering, beliefs, share, cells.total.sum(axis=(0, 1)), at.elapsed)
        best, shares = move.best, move.share / move.share.sum()
        moves = bool(move.moved) and float(np.abs(shares - share).max()) >= CHANGE_MIN
    return Standing(
        best=tuple(best.tolist()),
        rate=tuple(beliefs.rate.tolist()),
        people=tuple(int(each) for each in cells.people.sum(axis=0)),
        conversions=tuple(int(each) for each in cells.total.sum(axis=0)),
        next_shares=tuple(shares.tolist()),
        moves=moves,
        batches=len(cells.began_ms),
    )


def _beliefs(cells: Cells, past: Past) -> Beliefs:
    """Return beliefs of responses as rates, and of money as means; nothing is known before anybody has paid."""
    deviation = cells.deviation() if cells.amount is not None else 0.0
    if deviation > 0:
        return normal_beliefs(cells.batches(), deviation, past.spread)
    return beta_beliefs(Batches(people=cells.people, total=cells.total), past.spread)


def why_moved(names: Sequence[str], before: Sequence[float], found: Standing) -> Words:
    """Return why shares move, in one sentence."""
    leader = int(np.argmax(found.best))
    best, sure = names[leader], round(found.best[leader] * 100)
    counts_zh = "，".join(
        f"{names[place]} {found.people[place]:,} 人里 {found.conversions[place]:,} 人有回应"
        for place in range(len(names))
    )
    counts_en = ", ".join(
        f"{won:,} of {people:,} responded to {name}"
        for name, people, won in zip(names, found.people, found.conversions, strict=True)
    )
    old, new = round(before[leader] * 100), round(found.next_shares[leader] * 100)
    return Words(
        zh=f"{best} 更好的把握：{sure}%。{counts_zh}。下一批给 {best} 的份额从 {old}% 调到 {new}%。",
        en=f"{best} is the better one with {sure}% certainty: {counts_en}. "
        f"Its share of the next batch goes from {old}% to {new}%.",
    )


def where_it_stands(names: Sequence[str], found: Standing) -> Words:
    """Return the state of a test in one sentence, for whoever looks at it."""
    if not sum(found.conversions):
        return Words(zh="还没有可以比较的回应。", en="There are no responses to compare yet.")
    leader = int(np.argmax(found.best))
    sure = round(found.best[leader] * 100)
    return Words(
        zh=f"{names[leader]} 更好的把握：{sure}%",
        en=f"{names[leader]} is the better one with {sure}% certainty",
    )
