"""Give each person at most one action, for the most value, under shared limits.

Linear relaxation by its dual: prices make every person a problem of her own. The duals come from cutting planes,
the plan from mixing the few answers that the optimal prices tie between, then a repair makes it feasible.
The dual bound certifies how much any other plan could add.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.dual_prices import Answer, Prices, Region, anywhere, solve_dual

NO_ACTION = -1
CHUNK = 8_192  # People reduced at once: 8,192 x 20 doubles stay in the cache, which halves the time.
REPAIR_ROUNDS_MAX = 50  # Each round fills or is the last; more than a dozen were never seen.
MIXING_STRIDE = 0.6180339887498949  # The golden ratio spreads any share evenly over consecutive people.
SAMPLE_PEOPLE = 50_000  # Prices from this many people miss the full ones by well under a percent.
LARGE_FROM_PEOPLE = 100_000
UNSURE_SHARE = 0.03  # How far the sample's prices may be off before all people are asked again.
TOLERANCE_LARGE = 2e-5  # A fiftieth of a tenth of a percent; each further digit costs ten passes over everybody.
TOLERANCE_SMALL = 1e-7  # The linear programmes of the cutting planes are exact to about this.


class Constraint(Struct, frozen=True, kw_only=True, eq=False):
    """A limit on the sum of `use` over the chosen actions.

    `use` is [actions] where every person uses alike (one message of a channel), else [people, actions] (money);
    never negative.
    """

    name: str
    limit: float
    use: Floats


class Problem(Struct, frozen=True, kw_only=True, eq=False):
    """`value` [people, actions]; -inf where a person may not have an action."""

    value: Floats
    constraints: tuple[Constraint, ...]


class ConstraintUse(Struct, frozen=True, kw_only=True):
    """`shadow_price` is the value that one more unit of the limit would buy."""

    name: str
    limit: float
    used: float
    shadow_price: float


class Certificate(Struct, frozen=True, kw_only=True):
    """No plan is worth more than `bound`; this one is worth `value`; `gap` is the missing share of the bound."""

    bound: float
    value: float
    gap: float
    uses: tuple[ConstraintUse, ...]


class Allocation(Struct, frozen=True, kw_only=True, eq=False):
    """`action` [people] is the index of the action taken, or `NO_ACTION`. Every constraint holds."""

    action: Integers
    certificate: Certificate


def allocate(problem: Problem) -> Allocation:
    """Return a feasible plan and the proof of how good it is; the same problem gives the same plan."""
    _check(problem)
    problem = _without_forbidden(problem)
    prices = _prices(problem)
    action = _mixed(problem, prices)
    action = _dropped_to_fit(problem, prices.best, action)
    action = _filled(problem, prices, action)
    action = _dropped_to_fit(problem, prices.best, action)  # Sums rounded otherwise may pass a limit by 1e-12.
    value = _total(problem.value, action)
    used = _used(problem, action)
    uses = [
        ConstraintUse(name=limit.name, limit=limit.limit, used=float(amount), shadow_price=float(price))
        for limit, amount, price in zip(problem.constraints, used, prices.best, strict=True)
    ]
    gap = (prices.bound - value) / abs(prices.bound) if prices.bound else 0.0
    certificate = Certificate(bound=prices.bound, value=value, gap=max(0.0, gap), uses=tuple(uses))
    return Allocation(action=action, certificate=certificate)


def _check(problem: Problem) -> None:
    people, actions = problem.value.shape
    assert not np.isnan(problem.value).any()
    assert not np.isposinf(problem.value).any()
    for constraint in problem.constraints:
        assert constraint.use.shape in {(actions,), (people, actions)}, constraint.name
        assert constraint.limit >= 0, constraint.name
        assert float(constraint.use.min(initial=0.0)) >= 0, constraint.name


def _without_forbidden(problem: Problem) -> Problem:
    """Return the problem with what uses a limit of nothing masked, since no finite price would forbid it."""
    value = problem.value
    for constraint in problem.constraints:
        if constraint.limit == 0:
            value = np.where(constraint.use > 0, -np.inf, value)
    return Problem(value=value, constraints=problem.constraints)


def _prices(problem: Problem) -> Prices:
    """Return the best prices: at once where people are few, else from a sample and then from the undecided."""
    people = problem.value.shape[0]
    limits = np.array([constraint.limit for constraint in problem.constraints])
    limits[limits == 0] = 1.0  # Nobody can use these any more: any positive limit gives price zero.
    if people <= LARGE_FROM_PEOPLE:
        return solve_dual(lambda at: _answer(problem, at), limits, anywhere(limits.size, TOLERANCE_SMALL))
    rows = np.unique((np.arange(SAMPLE_PEOPLE) * (people / SAMPLE_PEOPLE)).astype(np.int64))
    sample, share = _subset(problem, rows), rows.size / people
    start = solve_dual(lambda at: _answer(sample, at), limits * share, anywhere(limits.size, TOLERANCE_LARGE)).best
    margin = UNSURE_SHARE * (start + start.mean())
    region = Region(start=start, low=np.maximum(start - margin, 0), high=start + margin, tolerance=TOLERANCE_LARGE)
    prices = solve_dual(_answer_of_undecided(problem, region), limits, region)
    if prices.inside:
        return prices
    free = Region(start=prices.best, low=start * 0, high=start + np.inf, tolerance=TOLERANCE_LARGE)
    return solve_dual(lambda at: _answer(problem, at), limits, free)


def _answer_of_undecided(problem: Problem, region: Region) -> Answer:
    """Return the answer for prices of the region, computed from those people alone whose choice may vary there.

    With low prices every action looks its best and with high ones its worst; whoever prefers one action's worst to
    every other's best takes it at all prices of the region.
    """
    undecided: list[Integers] = []
    value, used = 0.0, np.zeros(region.start.size)
    for part in _chunks(problem.value.shape[0]):
        choice = _best(_reduced(problem, region.start, part))
        rows = np.arange(choice.size)
        looks_best, looks_worst = _reduced(problem, region.low, part), _reduced(problem, region.high, part)
        taken = choice != NO_ACTION
        floor = np.where(taken, looks_worst[rows, choice], 0.0)
        looks_best[rows[taken], choice[taken]] = -np.inf
        rival = np.maximum(looks_best.max(axis=1), np.where(taken, 0.0, -np.inf))
        decided = floor >= rival
        undecided.append(rows[~decided] + part.start)
        choice[~decided] = NO_ACTION
        value += float(problem.value[part][rows, choice][choice != NO_ACTION].sum())
        used += _used(problem, choice, part)
    rest = _subset(problem, np.concatenate(undecided))

    def answer(prices: Floats) -> tuple[float, Floats]:
        total, more = _answer(rest, prices)
        return total + value - float(prices @ used), more + used

    return answer


def _tolerance(people: int) -> float:
    return TOLERANCE_LARGE if people > LARGE_FROM_PEOPLE else TOLERANCE_SMALL


def _subset(problem: Problem, rows: Integers) -> Problem:
    constraints = [
        Constraint(name=item.name, limit=item.limit, use=item.use if item.use.ndim == 1 else item.use[rows])
        for item in problem.constraints
    ]
    return Problem(value=problem.value[rows], constraints=tuple(constraints))


def _answer(problem: Problem, prices: Floats) -> tuple[float, Floats]:
    """Return the sum of best reduced values, and what those choices would use of each constraint."""
    total, used = 0.0, np.zeros(prices.size)
    for part in _chunks(problem.value.shape[0]):
        reduced = _reduced(problem, prices, part)
        choice = _best(reduced)
        taken = choice != NO_ACTION
        total += float(reduced[taken, choice[taken]].sum())
        used += _used(problem, choice, part)
    return total, used


def _chunks(people: int) -> Iterator[slice]:
    return (slice(first, min(first + CHUNK, people)) for first in range(0, people, CHUNK))


def _reduced(problem: Problem, prices: Floats, part: slice) -> Floats:
    """Return value minus priced use [people of the part, actions], as a fresh array."""
    shared = np.zeros(problem.value.shape[1])
    for price, constraint in zip(prices, problem.constraints, strict=True):
        if constraint.use.ndim == 1:
            shared += price * constraint.use
    reduced = problem.value[part] - shared
    for price, constraint in zip(prices, problem.constraints, strict=True):
        if constraint.use.ndim == 2 and price > 0:
            reduced -= price * constraint.use[part]
    return reduced


def _best(reduced: Floats) -> Integers:
    if reduced.shape[1] == 0:
        return np.full(reduced.shape[0], NO_ACTION, dtype=np.int64)
    choice = reduced.argmax(axis=1).astype(np.int64)
    worth = np.take_along_axis(reduced, choice[:, None], axis=1)[:, 0] > 0
    return np.where(worth, choice, NO_ACTION)


def _uses_of(constraint: Constraint, action: Integers, part: slice) -> Floats:
    """Return what each person's action uses; nothing for `NO_ACTION`."""
    taken = action != NO_ACTION
    if constraint.use.ndim == 1:
        return np.where(taken, np.append(constraint.use, 0.0)[action], 0.0)
    use = constraint.use[part]
    used = np.zeros(action.size)
    used[taken] = use[np.flatnonzero(taken), action[taken]]
    return used


def _used(problem: Problem, action: Integers, part: slice = slice(None)) -> Floats:
    return np.array([float(_uses_of(item, action, part).sum()) for item in problem.constraints])


def _total(value: Floats, action: Integers) -> float:
    taken = np.flatnonzero(action != NO_ACTION)
    return float(value[taken, action[taken]].sum())


def _mixed(problem: Problem, prices: Prices) -> Integers:
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
        for part in _chunks(people):
            mine = (spot[part] >= start) & (spot[part] < end)
            action[part][mine] = _best(_reduced(problem, at, part))[mine]
    return action


def _dropped_to_fit(problem: Problem, prices: Floats, action: Integers) -> Integers:
    """Take actions back, least reduced value first, until every limit holds."""
    action = action.copy()
    for constraint in problem.constraints:
        uses = _uses_of(constraint, action, slice(None))
        while (excess := float(uses.sum()) - constraint.limit) > 0:
            users = np.flatnonzero(uses > 0)
            loss = _reduced_of(problem, prices, users, action[users])
            order = users[np.argsort(loss, kind="stable")]
            count = int(np.searchsorted(np.cumsum(uses[order]), excess, side="left")) + 1
            action[order[:count]] = NO_ACTION
            uses[order[:count]] = 0.0
    return action


def _reduced_of(problem: Problem, prices: Floats, people: Integers, action: Integers) -> Floats:
    reduced = problem.value[people, action].astype(np.float64)
    for price, constraint in zip(prices, problem.constraints, strict=True):
        use = constraint.use[action] if constraint.use.ndim == 1 else constraint.use[people, action]
        reduced -= price * use
    return reduced


def _filled(problem: Problem, prices: Prices, action: Integers) -> Integers:
    """Spend what is left: move people to better actions while the limits allow, best reduced gain first."""
    action = action.copy()
    for _ in range(REPAIR_ROUNDS_MAX):
        enough = prices.bound * (1 - _tolerance(action.size))
        if _total(problem.value, action) >= enough or not _improve(problem, prices.best, action):
            break
    return action


def _improve(problem: Problem, prices: Floats, action: Integers) -> bool:
    """Apply one round of moves in place; say whether any was made."""
    slack = np.array([item.limit for item in problem.constraints]) - _used(problem, action)
    people, targets, gains = _moves(problem, prices, action, slack)
    if people.size == 0:
        return False
    order = np.argsort(-gains, kind="stable")
    people, targets = people[order], targets[order]
    fits = np.ones(people.size, dtype=bool)
    for constraint, room in zip(problem.constraints, slack, strict=True):
        more = _use_at(constraint, people, targets) - _use_at(constraint, people, action[people])
        fits &= (np.cumsum(np.maximum(more, 0.0)) <= room) | (more <= 0)
    fits[0] = True  # Each move was checked to fit alone, so a round that has a move makes one.
    action[people[fits]] = targets[fits]
    return True


def _use_at(constraint: Constraint, people: Integers, action: Integers) -> Floats:
    if constraint.use.ndim == 1:
        return np.append(constraint.use, 0.0)[action]
    return np.where(action == NO_ACTION, 0.0, constraint.use[people, action])


def _moves(problem: Problem, prices: Floats, action: Integers, slack: Floats) -> tuple[Integers, Integers, Floats]:
    """Return people, the better action that fits alone, and its gain in reduced value (most gain per person)."""
    found: list[tuple[Integers, Integers, Floats]] = []
    for part in _chunks(action.size):
        rows = np.arange(action.size)[part]
        now = action[part]
        reduced = _reduced(problem, prices, part)
        current_value = np.where(now == NO_ACTION, 0.0, problem.value[rows, now])
        allowed = problem.value[part] > current_value[:, None]
        for constraint, room in zip(problem.constraints, slack, strict=True):
            use = constraint.use if constraint.use.ndim == 1 else constraint.use[part]
            allowed &= use - _use_at(constraint, rows, now)[:, None] <= room
        reduced[~allowed] = -np.inf
        if reduced.shape[1] == 0:
            continue
        target = reduced.argmax(axis=1).astype(np.int64)
        best = np.take_along_axis(reduced, target[:, None], axis=1)[:, 0]
        movable = np.flatnonzero(np.isfinite(best))
        now_reduced = np.where(
            now[movable] == NO_ACTION, 0.0, _reduced_of(problem, prices, rows[movable], now[movable])
        )
        found.append((rows[movable], target[movable], best[movable] - now_reduced))
    return _joined(found)


def _joined(found: Sequence[tuple[Integers, Integers, Floats]]) -> tuple[Integers, Integers, Floats]:
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    people, targets, gains = zip(*found, strict=True)
    return np.concatenate(people), np.concatenate(targets), np.concatenate(gains)
