"""What a plan must keep to beside its budget: stock, capacity, a return, least shares, and what a group must get.

Each limit becomes one row of the allocation. Rows that only bound are met by doing less; least shares ask for more and
may not be met.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.allocation import Constraint
from liftloop.inference.allocation_rows import at_least, return_floor
from liftloop.plan.inputs import Flags, Floats, Integers
from liftloop.plan.options import Option
from liftloop.plan.terms import Terms

STOCK, CAPACITY, RETURN, LEAST, FAIR = "stock:", "capacity:", "return", "least:", "fair:"
"""How the names of rows begin; what follows says of what."""
FAIR_RATIO_MIN = 0.8
"""A group gets a price-like offer at no less than four fifths of everybody's rate (the rule of the EEOC, 1978)."""


class Group(Struct, frozen=True, kw_only=True, eq=False):
    """People who must not be priced out: `inside` [people] of the group `name`, told apart by something sensitive."""

    name: str
    inside: Flags


class Rows(Struct, frozen=True, kw_only=True, eq=False):
    """What rows are made from: the treated people's effects and costs [people, options], and their groups.

    `share` is the part of every stock and capacity that these people have a claim to.
    """

    options: tuple[Option, ...]
    effect: Floats
    cost_fen: Floats
    groups: tuple[Group, ...]
    share: float


def bounding(terms: Terms, rows: Rows) -> tuple[Constraint, ...]:
    """Return stock and capacity: what every person's message uses one of."""
    limits = {STOCK + name: float(count) for name, count in stocks(rows.options).items()}
    limits |= {CAPACITY + channel: count for channel, count in terms.capacity.items()}
    return tuple(
        Constraint(name=name, limit=limit * rows.share, use=use_of(name, rows.options))
        for name, limit in limits.items()
    )


def use_of(name: str, options: Sequence[Option]) -> Floats:
    """Return what one message of each option uses of a stock or a capacity: [options]."""
    kind, _, thing = name.partition(":")
    return np.array([float(thing in _things(option, kind + ":")) for option in options])


def _things(option: Option, kind: str) -> tuple[str, ...]:
    if kind == CAPACITY:
        return (option.channel.id,)
    return tuple(each.id for each in (option.offer, option.item) if each is not None)


def stocks(options: Sequence[Option]) -> dict[str, int]:
    """Return what of an offer or item is left, by its id, where that is known."""
    things = [thing for option in options for thing in (option.offer, option.item) if thing is not None]
    return {thing.id: thing.stock for thing in things if thing.stock is not None}


def asking(terms: Terms, rows: Rows) -> tuple[Constraint, ...]:
    """Return the return floor, the least shares and what groups must get."""
    found: list[Constraint] = []
    if terms.return_min is not None:
        worth = np.maximum(rows.effect, 0.0) * terms.unit_fen
        found.append(return_floor(RETURN, worth, np.maximum(rows.cost_fen, 0.0), terms.return_min))
    people = rows.effect.shape[0]
    for place, option in enumerate(rows.options):
        if option.id in terms.least:
            use = np.eye(len(rows.options))[place]
            found.append(at_least(LEAST + option.id, float(int(terms.least[option.id] * people)), use))
    return (*found, *(_fair(group, rows) for group in rows.groups if group.inside.any()))


def _fair(group: Group, rows: Rows) -> Constraint:
    """Return the row that a group's rate of price-like offers is at least its share of everybody's rate."""
    inside = group.inside / group.inside.sum()
    excess = inside - FAIR_RATIO_MIN / group.inside.size
    # In people rather than in shares, so that the row is of the size of the others.
    return at_least(FAIR + group.name, 0.0, excess[:, None] * price_like(rows.options)[None, :] * group.inside.sum())


def price_like(options: Sequence[Option]) -> Floats:
    """Return [options] 1 where an option changes what the person pays, else 0."""
    return np.array([float(option.face_fen > 0) for option in options])


class GroupRate(Struct, frozen=True, kw_only=True):
    """How often a group is given a price-like offer, and what it is worth to one of them, beside everybody."""

    name: str
    people: int
    rate: float
    face_fen: float
    rate_all: float
    face_all_fen: float

    @property
    def ratio(self) -> float:
        return self.rate / self.rate_all if self.rate_all > 0 else 1.0


def rates(groups: Sequence[Group], arm: Integers, options: Sequence[Option]) -> tuple[GroupRate, ...]:
    """Return each group's rate of price-like offers and their mean face value a person; `arm` [people]."""
    priced = np.append(0.0, price_like(options))[arm]
    face = np.array([0.0, *(float(option.face_fen) for option in options)])[arm]
    return tuple(
        GroupRate(
            name=group.name,
            people=int(group.inside.sum()),
            rate=float(priced[group.inside].mean()),
            face_fen=float(face[group.inside].mean()),
            rate_all=float(priced.mean()),
            face_all_fen=float(face.mean()),
        )
        for group in groups
        if group.inside.any()
    )
