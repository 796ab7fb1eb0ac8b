"""Who gets what: the plan of most worth under budget and stock, an exploration floor, and chances that are true.

Held-out people are taken out first and follow the same prices in shadow.
"""

import math

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.allocation import (
    NO_ACTION,
    Allocation,
    Certificate,
    Constraint,
    Infeasible,
    Problem,
    allocate,
)
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.effects.design import best_arm
from liftloop.plan.inputs import Flags, Floats, Integers
from liftloop.plan.options import Option
from liftloop.plan.resources import FAIR, FAIR_RATIO_MIN, LEAST, Group, Rows, asking, bounding, rates
from liftloop.plan.terms import Terms

EXPLORATION_SHARE = 0.05
"""What is claimed rests on the holdout; draws that only serve to learn need 2 to 5%, and a tenth cost 5 to 10% of what
a plan brings."""
ODDS_MIN = 0.25
"""However dear, an option is explored at a quarter of the odds of a free one: with 20 options about 0.1%."""
EXPLORATION_STOCK_MAX = 0.5
"""Of a stock or a channel's capacity; scarcer things are kept for those whom they move most."""
EXPLORATION_MONEY_MAX = 0.2
"""Of the budget; a shop that can pay for little explores less rather than spend its money on it."""
DRAW_MARGIN = 3.0
"""Standard deviations of what the draw may cost beyond its expectation: one plan in 700 would pass its budget."""
BUDGET = "budget"


class Menu(Struct, frozen=True, kw_only=True, eq=False):
    """Everybody eligible: predicted effects and expected cost [people, 1 + options], who is reached and held out.

    `floor` is the price of a fen in outcome below which nothing is bought even if the budget would allow it.
    `untried` [options] are drawn by the exploration floor alone; what is not `promising` [people, options] is not drawn
    at all; `groups` must not be priced out; `share` is the
    part of every stock and capacity that these people have a claim to.
    """

    options: tuple[Option, ...]
    effect: Floats
    cost_fen: Floats
    reach: Flags
    held: Flags
    budget_fen: int | None
    floor: float
    exploration: float
    terms: Terms = Terms()
    groups: tuple[Group, ...] = ()
    untried: Flags | None = None
    promising: Flags | None = None
    share: float = 1.0


class Allotment(Struct, frozen=True, kw_only=True, eq=False):
    """The arm that is best for each person, the proof, and the price of a fen in outcome at which it was bought.

    `spend_fen` is expected, exploration included; `unmet` are least shares that no plan could give.
    """

    arm: Integers
    certificate: Certificate
    price: float
    spend_fen: float
    unmet: tuple[str, ...] = ()


def allot(menu: Menu, like: Allotment | None = None) -> Allotment:
    """Return the best arms; treated people share all limits, held-out people get what they would have got.

    Groups are held against the four-fifths rule first and get rows of their own only where the plan would break it, or
    where one `like` this had to give them some.
    """
    treated = ~menu.held
    groups = tuple(Group(name=group.name, inside=group.inside[treated]) for group in menu.groups)
    rows = {use.name for use in like.certificate.uses} if like is not None else frozenset()
    given = {group.name for group in groups if FAIR + group.name in rows}
    allotment = _allotted(menu, tuple(group for group in groups if group.name in given))
    behind = {each.name for each in rates(groups, allotment.arm[treated], menu.options) if each.ratio < FAIR_RATIO_MIN}
    if behind <= given:
        return allotment
    return _allotted(menu, tuple(group for group in groups if group.name in given | behind))


def _allotted(menu: Menu, groups: tuple[Group, ...]) -> Allotment:
    treated = np.flatnonzero(~menu.held)
    reserve = exploration_cost(menu)
    value = menu.effect[treated, 1:] - menu.floor * menu.cost_fen[treated, 1:]
    reach = _best_arms(menu)
    value = np.where(reach[treated], value, -np.inf)
    solved, unmet = _solved(value, _limits(menu, treated, reserve), _asked(menu, treated, groups))
    prices = {use.name: use.shadow_price for use in solved.certificate.uses}
    price = menu.floor + prices.get(BUDGET, 0.0)
    arm = best_arm(menu.effect, menu.cost_fen, price, reach)
    arm[treated] = np.where(solved.action == NO_ACTION, 0, solved.action + 1)
    spend = float(menu.cost_fen[treated, arm[treated]].sum())
    return Allotment(
        arm=arm,
        certificate=solved.certificate,
        price=price,
        spend_fen=(1 - menu.exploration) * spend + reserve,
        unmet=unmet,
    )


def _solved(
    value: Floats, limits: tuple[Constraint, ...], asked: tuple[Constraint, ...]
) -> tuple[Allocation, tuple[str, ...]]:
    """Return the allocation, and the least shares that had to be given up because the limits leave no room for them."""
    try:
        return allocate(Problem(value=value, constraints=(*limits, *asked))), ()
    except Infeasible:
        # Doing nothing meets every other row, so only least shares can be impossible.
        least = tuple(row.name for row in asked if row.name.startswith(LEAST))
        kept = tuple(row for row in asked if row.name not in least)
        return allocate(Problem(value=value, constraints=(*limits, *kept))), least


def expected_people(menu: Menu, arm: Integers) -> Floats:
    """Return how many treated people are expected to draw each arm: [1 + options]."""
    best = np.bincount(arm[~menu.held], minlength=menu.effect.shape[1])
    return (1 - menu.exploration) * best + explored_people(menu)


def explored_people(menu: Menu) -> Floats:
    """Return how many treated people the exploration floor is expected to give each arm: [1 + options]."""
    return menu.exploration * exploration_chances(menu)[~menu.held].sum(axis=0)


def part_of(menu: Menu, rows: Integers) -> Menu:
    """Return the menu of some of the people, with their part of every stock and capacity; the budget stays as it is."""
    return replace(
        menu,
        effect=menu.effect[rows],
        cost_fen=menu.cost_fen[rows],
        reach=menu.reach[rows],
        held=menu.held[rows],
        promising=None if menu.promising is None else menu.promising[rows],
        groups=tuple(Group(name=group.name, inside=group.inside[rows]) for group in menu.groups),
        share=menu.share * rows.size / max(menu.held.size, 1),
    )


def sample_of(menu: Menu, people_max: int) -> tuple[Integers, Menu]:
    """Return evenly many of the people, at most so many, and their menu with their part of the budget too."""
    people = menu.held.size
    count = min(people, people_max)
    rows = (np.arange(count) * (people / max(count, 1))).astype(np.int64)
    part = part_of(menu, rows)
    return rows, part if part.budget_fen is None else replace(part, budget_fen=round(part.budget_fen * count / people))


def impersonal(personal: Floats, usual: Floats, unprofiled: Flags | None) -> Floats:
    """Return `personal` [people, arms] with the rows of `unprofiled` people replaced by what is usual."""
    return personal if unprofiled is None else np.where(unprofiled[:, None], usual, personal)


def exploration_cost(menu: Menu) -> float:
    """Return the expected fen of the exploration floor over treated people."""
    if menu.exploration == 0:
        return 0.0
    chance = exploration_chances(menu)[~menu.held]
    return menu.exploration * float((menu.cost_fen[~menu.held] * chance).sum())


def _draw_margin(menu: Menu) -> float:
    """Return how much dearer than expected the draw may turn out; a bound on its variance by the mean squared cost."""
    chance = exploration_chances(menu)[~menu.held]
    squares = float((np.square(menu.cost_fen[~menu.held]) * chance).sum())
    return DRAW_MARGIN * math.sqrt(menu.exploration * squares)


def affordable_exploration(menu: Menu) -> float:
    """Return the share of draws that explore: a twentieth, or what a fifth of the budget pays for."""
    most = exploration_cost(replace(menu, exploration=EXPLORATION_SHARE))
    if menu.budget_fen is None or most <= 0:
        return EXPLORATION_SHARE
    return EXPLORATION_SHARE * min(1.0, EXPLORATION_MONEY_MAX * menu.budget_fen / most)


def open_arms(menu: Menu) -> Flags:
    """Return [people, 1 + options] what exploration may draw: nobody, and what reaches and is not scarce."""
    reach = _reachable(menu)
    scarce = _scarce(menu, reach)
    return np.column_stack([np.ones(reach.shape[0], dtype=np.bool_), reach & ~scarce[None, :]])


def exploration_chances(menu: Menu) -> Floats:
    """Return [people, 1 + options], rows summing to 1: which arm is drawn where exploration decides."""
    odds = exploration_odds(menu)
    return odds / odds.sum(axis=1, keepdims=True)


def exploration_odds(menu: Menu) -> Floats:
    """Return [people, 1 + options] the odds of each arm where exploration decides: 0 what is not open.

    Even odds in a trial. In a plan with a budget the odds of an arm fall with what it costs beside what the plan has
    for a person, so that dear arms do not eat what is there to learn all the others (as bandits with a budget do:
    Tran-Thanh et al. 2012; Badanidiyuru, Kleinberg and Slivkins 2013). A recommended item has the odds of its twin.
    """
    open_ = open_arms(menu)
    treated = ~menu.held
    if menu.exploration == 1 or not menu.budget_fen or not treated.any():
        return open_.astype(np.float64)
    cost = menu.cost_fen[treated].mean(axis=0)[[0, *_plain_arms(menu)]]
    usual = menu.budget_fen / int(treated.sum())
    return open_ * np.maximum(usual / (usual + np.maximum(cost, 0.0)), ODDS_MIN)


def _reachable(menu: Menu) -> Flags:
    """Return [people, options] what may be done at all: what reaches and may pay, and nothing paid on no budget."""
    reach = menu.reach if menu.promising is None else menu.reach & menu.promising
    return reach & (menu.cost_fen[:, 1:] <= 0) if menu.budget_fen == 0 else reach


def _scarce(menu: Menu, reach: Flags) -> Flags:
    """Return [options] of what a uniform draw would use up too much: half of a stock or capacity, all in a trial."""
    treated = reach[~menu.held]
    drawn_of = menu.exploration * (treated / (treated.sum(axis=1, keepdims=True) + 1)).sum(axis=0)
    part = 1.0 if menu.exploration == 1 else EXPLORATION_STOCK_MAX
    scarce = np.zeros(len(menu.options), dtype=np.bool_)
    for row in bounding(menu.terms, _rows(menu, np.zeros(0, dtype=np.int64), ())):
        if float(drawn_of @ row.use) > part * row.limit:
            scarce |= row.use > 0
    return scarce


def _best_arms(menu: Menu) -> Flags:
    """Return [people, options] what may be a person's best: what reaches her and was tried before."""
    reach = _reachable(menu)
    return reach if menu.untried is None else reach & ~menu.untried[None, :]


def _limits(menu: Menu, treated: Integers, reserve: float) -> tuple[Constraint, ...]:
    """Return budget, stock and capacity; what exploration takes is set aside, the rest is for the other draws.

    Money holds in expectation. Things hold even if everybody draws her best: there is no fraction of a coupon.
    """
    limits: list[Constraint] = []
    if menu.budget_fen is not None:
        left = max(menu.budget_fen - reserve - _draw_margin(menu), 0.0) / (1 - menu.exploration)
        limits.append(Constraint(name=BUDGET, limit=left, use=np.maximum(menu.cost_fen[treated, 1:], 0.0)))
    explored = explored_people(menu)
    for row in bounding(menu.terms, _rows(menu, treated, ())):
        taken = float(explored[1:] @ row.use)
        margin = DRAW_MARGIN * math.sqrt(taken)
        limits.append(Constraint(name=row.name, limit=max(row.limit - taken - margin, 0.0), use=row.use))
    return tuple(limits)


def _asked(menu: Menu, treated: Integers, groups: tuple[Group, ...]) -> tuple[Constraint, ...]:
    return asking(menu.terms, _rows(menu, treated, groups))


def _rows(menu: Menu, treated: Integers, groups: tuple[Group, ...]) -> Rows:
    return Rows(
        options=menu.options,
        effect=menu.effect[treated, 1:],
        cost_fen=menu.cost_fen[treated, 1:],
        groups=groups,
        share=menu.share,
    )


def twins(menu: Menu, arm: Integers) -> Integers:
    """Return [people] the arm that shares the best one's chance: the same offer and channel on the item recommended.

    It costs the same, so that whether naming an item helps is learned from half of the people for nothing, as long as
    nothing is known of it. Items of which less is left than people are recommended them are not handed out so.
    """
    found = arm.copy()
    untried = menu.untried if menu.untried is not None else np.zeros(len(menu.options), dtype=np.bool_)
    for (place, option), same in zip(enumerate(menu.options, start=1), _plain_arms(menu), strict=True):
        reached = menu.reach[:, place - 1]
        stock = option.item.stock if option.item is not None else None
        if same == place or not untried[place - 1]:
            continue
        if stock is None or stock * menu.share >= int(reached.sum()):
            found[(arm == same) & reached] = place
    return found


def _plain_arms(menu: Menu) -> list[int]:
    """Return for each option its arm, for a recommended one that of the same offer and channel without an item."""

    def kind(option: Option) -> tuple[str, str]:
        return option.offer.id if option.offer else "", option.channel.id

    plain = {kind(each): place for place, each in enumerate(menu.options, start=1) if each.item is None}
    return [
        plain.get(kind(each), place) if each.recommended else place for place, each in enumerate(menu.options, start=1)
    ]


class Draw(Struct, frozen=True, kw_only=True, eq=False):
    """Propensity vectors `cells` [cells, arms], and each person's cell and the arm that her number drew from it."""

    cells: Floats
    cell: Integers
    arm: Integers


def draw(profile: Integers, best: Integers, odds: Floats | Flags, exploration: float, salt: str) -> Draw:
    """Return who is assigned what: the best arm, or with the floor's chance one by `odds`, by the person's own number.

    `odds` [people, 1 + options] differ between people only in being 0. The number is a hash of person and salt, so
    that the vector of a cell is the chance of each arm, and the same plan assigns the same people. `best` is [people],
    or [people, 2] with an arm that shares the best one's chance evenly; where that is the best arm itself, nothing is
    shared.
    """
    arms = odds.shape[1]
    pair = best if best.ndim == 2 else np.column_stack([best, best])
    packed = (odds > 0).astype(np.uint64) @ (np.uint64(1) << np.arange(arms, dtype=np.uint64))
    _, kind = np.unique(packed, return_inverse=True)
    key = (kind * arms + pair[:, 0]) * arms + pair[:, 1]
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    cells = exploration * odds[first] / odds[first].sum(axis=1, keepdims=True)
    for column in (0, 1):
        cells[np.arange(first.size), pair[first, column]] += (1 - exploration) / 2
    cell = cell.reshape(-1).astype(np.int64)
    return Draw(cells=cells, cell=cell, arm=drawn(profile, cells, cell, salt))


def drawn(profile: Integers, cells: Floats, cell: Integers, salt: str) -> Integers:
    """Return the arm at which each person's number falls in the cumulated chances of her cell."""
    ends = np.cumsum(cells, axis=1)
    last = cells.shape[1] - 1 - np.argmax(cells[:, ::-1] > 0, axis=1)
    ends[np.arange(cells.shape[1])[None, :] >= last[:, None]] = (
        np.inf
    )  # Rounding must not reach an arm without a chance.
    number = uniform(profile.astype(np.uint64), hash_text("assign", salt))
    return (number[:, None] >= ends[cell]).sum(axis=1).astype(np.int64)


def held_out(profile: Integers, share: float, salt: str) -> Flags:
    """Return who is left alone for proof: the same people as the gate holds out, by the same hash."""
    return uniform(profile.astype(np.uint64), hash_text("holdout", salt)) < share
