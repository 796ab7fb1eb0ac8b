"""Give each person at most one action, for the most value, under shared limits.

Linear relaxation by its dual: prices make every person a problem of her own. The duals come from cutting planes,
the plan from mixing the few answers that the optimal prices tie between, then a repair makes it feasible.
The dual bound certifies how much any other plan could add.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.dual_prices import Prices, Region, anywhere, solve_dual

NO_ACTION = -1
CHUNK = 8_192  # People reduced at once: 8,192 x 20 doubles stay in the cache, which halves the time.
REPAIR_ROUNDS_MAX = 50  # Each round fills or is the last; more than a dozen were never seen.
MIXING_STRIDE = 0.6180339887498949  # The golden ratio spreads any share evenly over consecutive people.
SAMPLE_PEOPLE = 50_000  # Prices from this many people miss the full ones by about a percent.
SAMPLE_PART = 16  # Of ten million people 625,000 are sampled, and of these 50,000: each pass settles what it can.
LARGE_FROM_PEOPLE = 100_000
UNSURE_SHARE = 0.04  # How far the prices of the smallest sample may be off; errors shrink with the root of its size.
WIDENING, WIDENINGS_MAX = 2.0, 4
TOLERANCE_LARGE = 2e-5  # A fiftieth of a tenth of a percent; each further digit costs ten passes over everybody.
MENDED_LARGE = 1e-4  # A hundredth of a percent; the last rounds of repair gain a tenth of that for most of its time.
TOLERANCE_SAMPLE = 1e-6
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
    """Return a feasible plan and the proof of how good it is; the same problem gives the same plan.

    Tables may be of single precision; sums are of double.
    """
    _check(problem)
    problem = _without_forbidden(problem)
    settled = _settled(problem, _tolerance(problem.value.shape[0]))
    prices, action = settled.prices, settled.action
    rest = _subset(problem, settled.rest, settled.used)
    chosen = _dropped_to_fit(rest, prices.best, _mixed(rest, prices))
    enough = prices.bound * (1 - _gap_worth_mending(action.size)) - settled.value
    action[settled.rest] = _filled(rest, prices.best, chosen, enough)
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
    # The largest is NaN where any is.
    assert float(problem.value.max(initial=-np.inf)) < np.inf, "a value is infinite or not a number"
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


class Settled(Struct, frozen=True, kw_only=True, eq=False):
    """The best prices, and what they leave open: `action` of everybody but the people of `rest`, who are undecided.

    `value` and `used` [constraints] are of the decided.
    """

    prices: Prices
    action: Integers
    rest: Integers
    value: float
    used: Floats


def _settled(problem: Problem, tolerance: float) -> Settled:
    """Return the best prices: at once where people are few, else near those of a sample, which settle most people.

    The sample is settled the same way, to a finer tolerance: the dual is so flat at its minimum that prices within
    2e-5 of the value may be off by percents. Where the prices turn out to lie beyond what the sample's size made
    likely, the region is widened around them.
    """
    people = problem.value.shape[0]
    limits = np.array([constraint.limit for constraint in problem.constraints])
    limits[limits == 0] = 1.0  # Nobody can use these any more: any positive limit gives price zero.
    if people <= LARGE_FROM_PEOPLE:
        prices = solve_dual(lambda at: _answer(problem, at), limits, anywhere(limits.size, tolerance))
        return _all_open(problem, prices)
    size = max(SAMPLE_PEOPLE, people // SAMPLE_PART)
    rows = (np.arange(size) * (people / size)).astype(np.int64)
    sample = _subset(problem, rows, np.zeros(limits.size), size / people)
    start = _settled(sample, TOLERANCE_SAMPLE).prices.best
    unsure = UNSURE_SHARE * float(np.sqrt(SAMPLE_PEOPLE / size))
    for _ in range(WIDENINGS_MAX):
        # A price may be off by a share of itself, and, where it is small, of what the limits are worth on average.
        margin = unsure * (start + float((start * limits).mean()) / limits)
        region = Region(start=start, low=np.maximum(start - margin, 0), high=start + margin, tolerance=tolerance)
        found = _decided(problem, region, limits)
        if found.prices.inside:
            return found
        start, unsure = found.prices.best, unsure * WIDENING
    free = Region(start=start, low=start * 0, high=start + np.inf, tolerance=tolerance)
    return _all_open(problem, solve_dual(lambda at: _answer(problem, at), limits, free))


def _all_open(problem: Problem, prices: Prices) -> Settled:
    people = problem.value.shape[0]
    return Settled(
        prices=prices,
        action=np.full(people, NO_ACTION, dtype=np.int64),
        rest=np.arange(people),
        value=0.0,
        used=np.zeros(len(problem.constraints)),
    )


def _decided(problem: Problem, region: Region, limits: Floats) -> Settled:
    """Return the best prices of the region, computed from those people alone whose choice may vary there.

    With low prices every action looks its best and with high ones its worst; whoever's best action at its worst beats
    every other at its best takes it at all prices of the region.
    """
    people = problem.value.shape[0]
    action = np.full(people, NO_ACTION, dtype=np.int64)
    undecided: list[Integers] = []
    value, used = 0.0, np.zeros(limits.size)
    for part in _chunks(people):
        reduced = _reduced(problem, region.low, part)
        rows = np.arange(reduced.shape[0])
        choice = reduced.argmax(axis=1)
        best = reduced[rows, choice]
        reduced[rows, choice] = 0.0  # The rival to beat is the second best, or nothing.
        second = np.maximum(reduced.max(axis=1), 0.0)
        taken = np.flatnonzero(best > 0)
        worst = _reduced_of(problem, region.high, taken + part.start, choice[taken])
        sure = worst >= second[taken]
        decided, theirs = taken[sure] + part.start, choice[taken[sure]]
        action[decided] = theirs
        undecided.append(taken[~sure] + part.start)
        value += float(problem.value[decided, theirs].sum(dtype=np.float64))
        used += _used(problem, theirs, decided)
    rows = np.concatenate(undecided)
    rest = _subset(problem, rows)

    def answer(prices: Floats) -> tuple[float, Floats]:
        total, more = _answer(rest, prices)
        return total + value - float(prices @ used), more + used

    prices = solve_dual(answer, limits, region)
    return Settled(prices=prices, action=action, rest=rows, value=value, used=used)


def _tolerance(people: int) -> float:
    return TOLERANCE_LARGE if people > LARGE_FROM_PEOPLE else TOLERANCE_SMALL


def _gap_worth_mending(people: int) -> float:
    return MENDED_LARGE if people > LARGE_FROM_PEOPLE else TOLERANCE_SMALL


def _subset(problem: Problem, rows: Integers, taken: Floats | None = None, share: float = 1.0) -> Problem:
    """Return the problem of some people, with what is left of each limit once `taken` [constraints] is gone."""
    gone = np.zeros(len(problem.constraints)) if taken is None else taken
    constraints = [
        Constraint(
            name=item.name,
            limit=max(0.0, item.limit - float(less)) * share,
            use=item.use if item.use.ndim == 1 else item.use[rows],
        )
        for item, less in zip(problem.constraints, gone, strict=True)
    ]
    return Problem(value=problem.value[rows], constraints=tuple(constraints))


def _answer(problem: Problem, prices: Floats) -> tuple[float, Floats]:
    """Return the sum of best reduced values, and what those choices would use of each constraint."""
    total, used = 0.0, np.zeros(prices.size)
    for part in _chunks(problem.value.shape[0]):
        reduced = _reduced(problem, prices, part)
        choice = _best(reduced)
        taken = choice != NO_ACTION
        total += float(reduced[taken, choice[taken]].sum(dtype=np.float64))
        used += _used(problem, choice, np.arange(part.start, part.stop))
    return total, used


def _chunks(people: int) -> Iterator[slice]:
    return (slice(first, min(first + CHUNK, people)) for first in range(0, people, CHUNK))


def _reduced(problem: Problem, prices: Floats, part: slice | Integers) -> Floats:
    """Return value minus priced use [people of the part, actions], as a fresh array of the values' precision."""
    precision = problem.value.dtype
    shared = np.zeros(problem.value.shape[1])
    for price, constraint in zip(prices, problem.constraints, strict=True):
        if constraint.use.ndim == 1:
            shared += price * constraint.use
    reduced = problem.value[part] - shared.astype(precision)
    for price, constraint in zip(prices, problem.constraints, strict=True):
        if constraint.use.ndim == 2 and price > 0:
            reduced -= constraint.use[part] * precision.type(price)
    return reduced


def _best(reduced: Floats) -> Integers:
    if reduced.shape[1] == 0:
        return np.full(reduced.shape[0], NO_ACTION, dtype=np.int64)
    choice = reduced.argmax(axis=1).astype(np.int64)
    worth = np.take_along_axis(reduced, choice[:, None], axis=1)[:, 0] > 0
    return np.where(worth, choice, NO_ACTION)


def _uses_of(constraint: Constraint, action: Integers, people: Integers | None = None) -> Floats:
    """Return what each person's action uses, nothing for `NO_ACTION`; `people` [actions] says whose they are."""
    taken = np.flatnonzero(action != NO_ACTION)
    rows = taken if people is None else people[taken]
    used = np.zeros(action.size)
    used[taken] = constraint.use[action[taken]] if constraint.use.ndim == 1 else constraint.use[rows, action[taken]]
    return used


def _used(problem: Problem, action: Integers, people: Integers | None = None) -> Floats:
    return np.array([float(_uses_of(item, action, people).sum()) for item in problem.constraints])


def _total(value: Floats, action: Integers) -> float:
    taken = np.flatnonzero(action != NO_ACTION)
    return float(value[taken, action[taken]].sum(dtype=np.float64))


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
        mine = np.flatnonzero((spot >= start) & (spot < end))
        for part in _chunks(mine.size):
            action[mine[part]] = _best(_reduced(problem, at, mine[part]))
    return action


def _dropped_to_fit(problem: Problem, prices: Floats, action: Integers) -> Integers:
    """Take actions back, least reduced value first, until every limit holds."""
    action = action.copy()
    for constraint in problem.constraints:
        uses = _uses_of(constraint, action)
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


def _filled(problem: Problem, prices: Floats, action: Integers, enough: float) -> Integers:
    """Spend what is left until the plan is worth `enough`: move people to better actions, best reduced gain first."""
    action = action.copy()
    for _ in range(REPAIR_ROUNDS_MAX):
        if _total(problem.value, action) >= enough or not _improve(problem, prices, action):
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
