"""The problem of giving each person at most one action: values, limits of every kind, and what choices use of them."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers

NO_ACTION = -1
CHUNK = 8_192  # People reduced at once: 8,192 x 20 doubles stay in the cache, which halves the time.


class Constraint(Struct, frozen=True, kw_only=True, eq=False):
    """A limit on the sum of `use` over the chosen actions.

    `use` is [actions] where every person uses alike (one message of a channel), else [people, actions] (money).
    Both may be negative: see `at_least` and `return_floor`. A row of a group has a use for its people only.
    """

    name: str
    limit: float
    use: Floats


def at_least(name: str, least: float, use: Floats) -> Constraint:
    """Return the row that the sum of `use` reaches `least`: the share of an arm, exploration, a group's part."""
    return Constraint(name=name, limit=-least, use=-use)


def return_floor(name: str, revenue: Floats, cost: Floats, floor: float) -> Constraint:
    """Return the row that revenue is at least `floor` times cost, both [people, actions], over all chosen actions."""
    return Constraint(name=name, limit=0.0, use=floor * cost - revenue)


class Problem(Struct, frozen=True, kw_only=True, eq=False):
    """`value` [people, actions]; -inf where a person may not have an action."""

    value: Floats
    constraints: tuple[Constraint, ...]


def forces(constraint: Constraint) -> bool:
    return constraint.limit < 0 or float(constraint.use.min(initial=0.0)) < 0


def chunks(people: int) -> Iterator[slice]:
    return (slice(first, min(first + CHUNK, people)) for first in range(0, people, CHUNK))


def reduced_values(problem: Problem, prices: Floats, part: slice | Integers, relief: Floats | None = None) -> Floats:
    """Return value minus priced use [people of the part, actions], as a fresh array of the values' precision.

    Negative uses are priced by `relief` where it is given.
    """
    precision = problem.value.dtype
    shared = np.zeros(problem.value.shape[1])
    reliefs = prices if relief is None else relief
    for price, back, constraint in zip(prices, reliefs, problem.constraints, strict=True):
        if constraint.use.ndim == 1:
            shared += price * np.maximum(constraint.use, 0.0) + back * np.minimum(constraint.use, 0.0)
    reduced = problem.value[part] - shared.astype(precision)
    for price, back, constraint in zip(prices, reliefs, problem.constraints, strict=True):
        if constraint.use.ndim == 1:
            continue
        if price != back:
            use = constraint.use[part]
            reduced -= np.maximum(use, 0.0) * precision.type(price) + np.minimum(use, 0.0) * precision.type(back)
        elif price > 0:
            reduced -= constraint.use[part] * precision.type(price)
    return reduced


def reduced_of(
    problem: Problem, prices: Floats, people: Integers, action: Integers, relief: Floats | None = None
) -> Floats:
    reduced = problem.value[people, action].astype(np.float64)
    reliefs = prices if relief is None else relief
    for price, back, constraint in zip(prices, reliefs, problem.constraints, strict=True):
        use = constraint.use[action] if constraint.use.ndim == 1 else constraint.use[people, action]
        reduced -= np.where(use > 0, price, back) * use
    return reduced


def best_actions(reduced: Floats) -> Integers:
    if reduced.shape[1] == 0:
        return np.full(reduced.shape[0], NO_ACTION, dtype=np.int64)
    choice = reduced.argmax(axis=1).astype(np.int64)
    worth = np.take_along_axis(reduced, choice[:, None], axis=1)[:, 0] > 0
    return np.where(worth, choice, NO_ACTION)


def uses_of(constraint: Constraint, action: Integers, people: Integers | None = None) -> Floats:
    """Return what each person's action uses, nothing for `NO_ACTION`; `people` [actions] says whose they are."""
    taken = np.flatnonzero(action != NO_ACTION)
    rows = taken if people is None else people[taken]
    used = np.zeros(action.size)
    used[taken] = constraint.use[action[taken]] if constraint.use.ndim == 1 else constraint.use[rows, action[taken]]
    return used


def used_of(problem: Problem, action: Integers, people: Integers | None = None) -> Floats:
    return np.array([float(uses_of(item, action, people).sum()) for item in problem.constraints])


def use_at(constraint: Constraint, people: Integers, action: Integers) -> Floats:
    if constraint.use.ndim == 1:
        return np.append(constraint.use, 0.0)[action]
    return np.where(action == NO_ACTION, 0.0, constraint.use[people, action])


def total_value(value: Floats, action: Integers) -> float:
    taken = np.flatnonzero(action != NO_ACTION)
    return float(value[taken, action[taken]].sum(dtype=np.float64))
