"""Make a plan of the prices' answers, and make it whole: within every limit, and nothing left that could be had."""

from collections.abc import Sequence

import numpy as np

from liftloop.inference.allocation_rows import (
    NO_ACTION,
    Constraint,
    Problem,
    best_actions,
    chunks,
    forces,
    reduced_of,
    reduced_values,
    total_value,
    use_at,
    used_of,
    uses_of,
)
from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.dual_prices import Prices

REPAIR_ROUNDS_MAX = 50  # Each round fills or is the last; more than a dozen were never seen.
MIXING_STRIDE = 0.6180339887498949  # The golden ratio spreads any share evenly over consecutive people.


def mixed(problem: Problem, prices: Prices) -> Integers:
    """Follow each of the tied optimal answers for its share of the people.

    The cutting planes' weights are the optimal primal mixture; people on whom all answers agree, nearly everyone,
    are not touched by the mixing.
    """
    people = problem.value.shape[0]
    action = np.full(people, NO_ACTION, dtype=np.int64)
    ends = np.cumsum([weight for _, weight in prices.mixture])
    starts = np.concatenate([[0.0], ends[:-1]])
    ends[-1] = np.inf
    spot = np.modf(np.arange(people) * MIXING_STRIDE)[0]
    for (at, _), start, end in zip(prices.mixture, starts, ends, strict=True):
        mine = np.flatnonzero((spot >= start) & (spot < end))
        for part in chunks(mine.size):
            action[mine[part]] = best_actions(reduced_values(problem, at, mine[part]))
    return action


def dropped_to_fit(problem: Problem, prices: Floats, action: Integers) -> Integers:
    """Take actions back, least reduced value first, until every limit holds."""
    action = action.copy()
    for constraint in problem.constraints:
        uses = uses_of(constraint, action)
        while (excess := float(uses.sum()) - constraint.limit) > 0 and (uses > 0).any():
            users = np.flatnonzero(uses > 0)
            loss = reduced_of(problem, prices, users, action[users])
            order = users[np.argsort(loss, kind="stable")]
            count = int(np.searchsorted(np.cumsum(uses[order]), excess, side="left")) + 1
            action[order[:count]] = NO_ACTION
            uses[order[:count]] = 0.0
    return action


def raised_to_fit(problem: Problem, prices: Floats, action: Integers) -> Integers:
    """Meet rows that ask for more: move people to what helps, least loss of reduced value first.

    A move never breaks a row that holds. What stays unmet after all moves is for the caller to see.
    """
    action = action.copy()
    if not any(forces(item) for item in problem.constraints):
        return action
    for _ in range(REPAIR_ROUNDS_MAX):
        slack = np.array([item.limit for item in problem.constraints]) - used_of(problem, action)
        short = np.flatnonzero(slack < 0)
        if not any(_raise(problem, prices, action, (int(row), slack)) for row in short):
            break
    return action


def _raise(problem: Problem, prices: Floats, action: Integers, short: tuple[int, Floats]) -> bool:
    """Apply moves for one short row in place; say whether any was made."""
    row, slack = short
    people = np.arange(action.size)
    now = np.where(action == NO_ACTION, problem.value.shape[1], action)
    change = [_changes(item, people, now) for item in problem.constraints]
    reduced = np.column_stack([reduced_values(problem, prices, slice(None)), np.zeros(action.size)])
    loss = np.maximum(reduced[people, now][:, None] - reduced, 0.0)
    helps = (change[row] < 0) & np.isfinite(loss)
    for other, room in enumerate(slack):
        if other != row:
            helps &= (change[other] <= 0) | (change[other] <= room)
    price = np.where(helps, loss / np.where(helps, -change[row], 1.0), np.inf)
    target = price.argmin(axis=1)
    order = np.argsort(price[people, target], kind="stable")
    order = order[np.isfinite(price[order, target[order]])]
    gained = np.cumsum(-change[row][order, target[order]])
    order = order[: int(np.searchsorted(gained, -slack[row], side="left")) + 1]
    fits = np.ones(order.size, dtype=np.bool_)
    for other, room in enumerate(slack):
        more = change[other][order, target[order]]
        if other != row:
            fits &= (more <= 0) | (np.cumsum(np.maximum(more, 0.0)) <= room)
    moved = order[fits]
    action[moved] = np.where(target[moved] == problem.value.shape[1], NO_ACTION, target[moved])
    return moved.size > 0


def _changes(constraint: Constraint, people: Integers, now: Integers) -> Floats:
    """Return [people, actions + 1] how the use changes when a person moves from `now`; the last column is nothing."""
    use = np.broadcast_to(constraint.use, (people.size, constraint.use.shape[-1]))
    whole = np.column_stack([use, np.zeros(people.size)])
    return whole - whole[people, now][:, None]


def filled(problem: Problem, prices: Floats, action: Integers, enough: float) -> Integers:
    """Spend what is left until the plan is worth `enough`: move people to better actions, best reduced gain first."""
    action = action.copy()
    for _ in range(REPAIR_ROUNDS_MAX):
        if total_value(problem.value, action) >= enough or not _improve(problem, prices, action):
            break
    return action


def _improve(problem: Problem, prices: Floats, action: Integers) -> bool:
    """Apply one round of moves in place; say whether any was made."""
    slack = np.array([item.limit for item in problem.constraints]) - used_of(problem, action)
    people, targets, gains = _moves(problem, prices, action, slack)
    if people.size == 0:
        return False
    order = np.argsort(-gains, kind="stable")
    people, targets = people[order], targets[order]
    fits = np.ones(people.size, dtype=bool)
    for constraint, room in zip(problem.constraints, slack, strict=True):
        more = use_at(constraint, people, targets) - use_at(constraint, people, action[people])
        fits &= (np.cumsum(np.maximum(more, 0.0)) <= room) | (more <= 0)
    fits[0] = True  # Each move was checked to fit alone, so a round that has a move makes one.
    action[people[fits]] = targets[fits]
    return True


def _moves(problem: Problem, prices: Floats, action: Integers, slack: Floats) -> tuple[Integers, Integers, Floats]:
    """Return people, the better action that fits alone, and its gain in reduced value (most gain per person)."""
    found: list[tuple[Integers, Integers, Floats]] = []
    for part in chunks(action.size):
        rows = np.arange(action.size)[part]
        now = action[part]
        reduced = reduced_values(problem, prices, part)
        current_value = np.where(now == NO_ACTION, 0.0, problem.value[rows, now])
        allowed = problem.value[part] > current_value[:, None]
        for constraint, room in zip(problem.constraints, slack, strict=True):
            use = constraint.use if constraint.use.ndim == 1 else constraint.use[part]
            allowed &= use - use_at(constraint, rows, now)[:, None] <= room
        reduced[~allowed] = -np.inf
        if reduced.shape[1] == 0:
            continue
        target = reduced.argmax(axis=1).astype(np.int64)
        best = np.take_along_axis(reduced, target[:, None], axis=1)[:, 0]
        movable = np.flatnonzero(np.isfinite(best))
        now_reduced = np.where(now[movable] == NO_ACTION, 0.0, reduced_of(problem, prices, rows[movable], now[movable]))
        found.append((rows[movable], target[movable], best[movable] - now_reduced))
    return _joined(found)


def _joined(found: Sequence[tuple[Integers, Integers, Floats]]) -> tuple[Integers, Integers, Floats]:
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    people, targets, gains = zip(*found, strict=True)
    return np.concatenate(people), np.concatenate(targets), np.concatenate(gains)
