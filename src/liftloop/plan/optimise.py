"""Who gets what: the plan of most worth under budget and stock, an exploration floor, and chances that are true.

Held-out people are taken out first and follow the same prices in shadow.
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.allocation import NO_ACTION, Certificate, Constraint, Problem, allocate
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.effects.design import best_arm
from liftloop.plan.inputs import Flags, Floats, Integers
from liftloop.plan.options import Option

EXPLORATION_SHARE = 0.10
"""A tenth is drawn uniformly: with 20 actions each keeps a chance of 0.5%, the least that can be learned from."""
EXPLORATION_MONEY_MAX = 0.2
"""Of the budget; a shop that can pay for little explores less rather than spend its money on it."""
DRAW_MARGIN = 3.0
"""Standard deviations of what the draw may cost beyond its expectation: one plan in 700 would pass its budget."""
BUDGET = "budget"


class Menu(Struct, frozen=True, kw_only=True, eq=False):
    """Everybody eligible: predicted effects and expected cost [people, 1 + options], who is reached and held out.

    `floor` is the price of a fen in outcome below which nothing is bought even if the budget would allow it.
    """

    options: tuple[Option, ...]
    effect: Floats
    cost_fen: Floats
    reach: Flags
    held: Flags
    budget_fen: int | None
    floor: float
    exploration: float


class Allotment(Struct, frozen=True, kw_only=True, eq=False):
    """The arm that is best for each person, the proof, and the price of a fen in outcome at which it was bought.

    `spend_fen` is expected, exploration included.
    """

    arm: Integers
    certificate: Certificate
    price: float
    spend_fen: float


def allot(menu: Menu) -> Allotment:
    """Return the best arms; treated people share the budget, held-out people get what they would have got."""
    treated = np.flatnonzero(~menu.held)
    reserve = exploration_cost(menu)
    limits = _limits(menu, treated, reserve)
    value = menu.effect[treated, 1:] - menu.floor * menu.cost_fen[treated, 1:]
    reach = open_arms(menu)[:, 1:]
    value = np.where(reach[treated], value, -np.inf)
    solved = allocate(Problem(value=value, constraints=limits))
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
    )


def exploration_cost(menu: Menu) -> float:
    """Return the expected fen of the exploration floor over treated people."""
    if menu.exploration == 0:
        return 0.0
    open_ = open_arms(menu)[~menu.held]
    mean = (menu.cost_fen[~menu.held] * open_).sum(axis=1) / open_.sum(axis=1)
    return menu.exploration * float(mean.sum())


def _draw_margin(menu: Menu) -> float:
    """Return how much dearer than expected the draw may turn out; a bound on its variance by the mean squared cost."""
    open_ = open_arms(menu)[~menu.held]
    squares = (np.square(menu.cost_fen[~menu.held]) * open_).sum(axis=1) / open_.sum(axis=1)
    return DRAW_MARGIN * math.sqrt(menu.exploration * float(squares.sum()))


def affordable_exploration(menu: Menu) -> float:
    """Return the share of draws that explore: a tenth, or what a fifth of the budget pays for."""
    whole = exploration_cost(replace(menu, exploration=1.0))
    if menu.budget_fen is None or whole <= 0:
        return EXPLORATION_SHARE
    return min(EXPLORATION_SHARE, EXPLORATION_MONEY_MAX * menu.budget_fen / whole)


def open_arms(menu: Menu) -> Flags:
    """Return [people, 1 + options] what may be drawn at all: nobody, and what reaches; nothing paid on no budget."""
    reach = menu.reach
    if menu.budget_fen == 0:
        reach = reach & (menu.cost_fen[:, 1:] <= 0)
    return np.column_stack([np.ones(reach.shape[0], dtype=np.bool_), reach])


def _limits(menu: Menu, treated: Integers, reserve: float) -> tuple[Constraint, ...]:
    """Return budget and stock; what exploration takes is set aside, the rest is spent on the other draws."""
    limits: list[Constraint] = []
    if menu.budget_fen is not None:
        left = max(menu.budget_fen - reserve - _draw_margin(menu), 0.0) / (1 - menu.exploration)
        limits.append(Constraint(name=BUDGET, limit=left, use=np.maximum(menu.cost_fen[treated, 1:], 0.0)))
    for name, stock in _stocks(menu.options):
        use = np.array(
            [
                float(name in (f"stock:{o.item.id if o.item else ''}", f"stock:{o.offer.id if o.offer else ''}"))
                for o in menu.options
            ]
        )
        limits.append(Constraint(name=name, limit=float(stock), use=use))
    return tuple(limits)


def _stocks(options: Sequence[Option]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for option in options:
        for thing in (option.offer, option.item):
            if thing is not None and thing.stock is not None:
                found[f"stock:{thing.id}"] = thing.stock
    return list(found.items())


class Draw(Struct, frozen=True, kw_only=True, eq=False):
    """Propensity vectors `cells` [cells, arms], and each person's cell and the arm that her number drew from it."""

    cells: Floats
    cell: Integers
    arm: Integers


def draw(profile: Integers, best: Integers, open_: Flags, exploration: float, salt: str) -> Draw:
    """Return who is assigned what: the best arm, or with the floor's chance any open one, by the person's own number.

    The number is a hash of person and salt, so that the vector of a cell is the chance of each arm, and the same
    plan assigns the same people.
    """
    arms = open_.shape[1]
    packed = open_.astype(np.uint64) @ (np.uint64(1) << np.arange(arms, dtype=np.uint64))
    keys = np.stack([packed, best.astype(np.uint64)], axis=1)
    kinds, first, cell = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    cells = exploration * open_[first] / open_[first].sum(axis=1, keepdims=True)
    cells[np.arange(len(kinds)), best[first]] += 1 - exploration
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
