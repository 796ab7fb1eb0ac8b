"""Give each person at most one action, for the most value, under shared limits.

Linear relaxation by its dual: prices make every person a problem of her own. The duals come from cutting planes,
the plan from mixing the few answers that the optimal prices tie between, then a repair makes it feasible.
The dual bound certifies how much any other plan could add.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.allocation_repair import dropped_to_fit, filled, mixed, raised_to_fit
from liftloop.inference.allocation_rows import (
    CHUNK,
    NO_ACTION,
    Constraint,
    Problem,
    best_actions,
    chunks,
    forces,
    reduced_of,
    reduced_values,
    total_value,
    used_of,
)
from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.dual_prices import Prices, Region, Rows, anywhere, solve_dual

ROUNDING = 1e-9
SAMPLE_PEOPLE = 50_000  # Prices from this many people miss the full ones by about a percent.
SAMPLE_PART = 16  # Of ten million people 625,000 are sampled, and of these 50,000: each pass settles what it can.
LARGE_FROM_PEOPLE = 100_000
UNSURE_SHARE = 0.04  # How far the prices of the smallest sample may be off; errors shrink with the root of its size.
WIDENING, WIDENINGS_MAX = 2.0, 4
EXACT_PEOPLE_MAX = 4_000  # So many are solved to the last digit; of more, one person is less than the digits left out.
TOLERANCE_LARGE = 2e-5  # A fiftieth of a tenth of a percent; each further digit costs ten passes over everybody.
MENDED_LARGE = 1e-4  # A hundredth of a percent; the last rounds of repair gain a tenth of that for most of its time.
TOLERANCE_SAMPLE = 1e-6
TOLERANCE_SMALL = 1e-7  # The linear programmes of the cutting planes are exact to about this.


class Infeasible(Exception):
    """No plan that meets these rows was found: their price grew without end, or whole people do not add up to it."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Keep the names."""
        super().__init__(f"no plan meets: {', '.join(names)}")
        self.names = names


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

    Raises `Infeasible` where rows that ask for more cannot be met. Tables may be of single precision;
    sums are of double.
    """
    _check(problem)
    problem = _without_forbidden(problem)
    offered = _offered(problem.value)
    if offered.size < problem.value.shape[1]:
        found = allocate(_of_actions(problem, offered))
        action = np.where(found.action == NO_ACTION, NO_ACTION, offered[found.action])
        return Allocation(action=action, certificate=found.certificate)
    settled = _settled(problem, _tolerance(problem.value.shape[0]))
    prices, action = settled.prices, settled.action
    rest = _subset(problem, settled.rest, settled.used)
    if prices.unmet.any():
        raise Infeasible(_names(problem, prices.unmet))
    chosen = raised_to_fit(rest, prices.best, dropped_to_fit(rest, prices.best, mixed(rest, prices)))
    enough = prices.bound * (1 - _gap_worth_mending(action.size)) - settled.value
    action[settled.rest] = filled(rest, prices.best, chosen, enough)
    action = dropped_to_fit(problem, prices.best, action)  # Sums rounded otherwise may pass a limit by 1e-12.
    value = total_value(problem.value, action)
    used = used_of(problem, action)
    limits = np.array([item.limit for item in problem.constraints])
    broken = used > limits + ROUNDING * np.maximum(np.abs(limits), 1.0)
    if broken.any():
        raise Infeasible(_names(problem, broken))
    uses = [
        ConstraintUse(name=limit.name, limit=limit.limit, used=float(amount), shadow_price=float(price))
        for limit, amount, price in zip(problem.constraints, used, prices.best, strict=True)
    ]
    gap = (prices.bound - value) / abs(prices.bound) if prices.bound else 0.0
    certificate = Certificate(bound=prices.bound, value=value, gap=max(0.0, gap), uses=tuple(uses))
    return Allocation(action=action, certificate=certificate)


def bound_with(certificate: Certificate, name: str, limit: float) -> float:
    """Return what no plan could pass if one limit were another: at once, from the prices.

    The dual at the present prices bounds the problem of any limits; near the present one it is also the forecast.
    """
    use = next(item for item in certificate.uses if item.name == name)
    return certificate.bound + use.shadow_price * (limit - use.limit)


def _names(problem: Problem, which: Flags) -> tuple[str, ...]:
    return tuple(item.name for item, yes in zip(problem.constraints, which, strict=True) if yes)


def _check(problem: Problem) -> None:
    people, actions = problem.value.shape
    # The largest is NaN where any is.
    assert float(problem.value.max(initial=-np.inf)) < np.inf, "a value is infinite or not a number"
    for constraint in problem.constraints:
        assert constraint.use.shape in {(actions,), (people, actions)}, constraint.name


def _without_forbidden(problem: Problem) -> Problem:
    """Return the problem with what uses a limit of nothing masked, since no finite price would forbid it."""
    value = problem.value
    for constraint in problem.constraints:
        if constraint.limit == 0 and not forces(constraint):
            value = np.where(constraint.use > 0, -np.inf, value)
    return Problem(value=value, constraints=problem.constraints)


def _offered(value: Floats) -> Integers:
    """Return the actions that anybody may have; all where nobody may have any, for a table needs a column."""
    offered = np.flatnonzero(value.max(axis=0, initial=-np.inf) > -np.inf)
    return offered if offered.size else np.arange(value.shape[1])


def _of_actions(problem: Problem, actions: Integers) -> Problem:
    constraints = tuple(
        Constraint(name=item.name, limit=item.limit, use=item.use[..., actions]) for item in problem.constraints
    )
    return Problem(value=problem.value[:, actions], constraints=constraints)


def _rows(problem: Problem) -> Rows:
    """Return the limits as the dual wants them; where nobody can use a thing any more, any limit gives price zero."""
    forcing = np.array([forces(item) for item in problem.constraints], dtype=np.bool_)
    limit = np.array([item.limit for item in problem.constraints], dtype=np.float64)
    limit[~forcing & (limit == 0)] = 1.0
    people = problem.value.shape[0]
    usual = [people * max(float(np.abs(item.use[:CHUNK]).mean()), 1e-12) for item in problem.constraints]
    return Rows(limit=limit, size=np.where(limit == 0, np.array(usual), np.abs(limit)), forcing=forcing)


def _worth(value: Floats) -> float:
    """Return the order of what any plan may be worth, from the size of values alone."""
    part = value[:CHUNK]
    return value.shape[0] * float(np.abs(part[np.isfinite(part)]).max(initial=0.0)) + 1e-12


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
    rows, worth = _rows(problem), _worth(problem.value)
    count = rows.limit.size
    if people <= LARGE_FROM_PEOPLE:
        prices = solve_dual(lambda at: _answer(problem, at), rows, anywhere(count, tolerance), worth)
        return _all_open(problem, prices)
    size = max(SAMPLE_PEOPLE, people // SAMPLE_PART)
    sampled = (np.arange(size) * (people / size)).astype(np.int64)
    sample = _subset(problem, sampled, np.zeros(count), size / people)
    start = _settled(sample, TOLERANCE_SAMPLE).prices.best
    unsure = UNSURE_SHARE * float(np.sqrt(SAMPLE_PEOPLE / size))
    for _ in range(WIDENINGS_MAX):
        # A price may be off by a share of itself, and, where it is small, of what the limits are worth on average.
        margin = unsure * (start + float((start * rows.size).mean()) / rows.size)
        region = Region(start=start, low=np.maximum(start - margin, 0), high=start + margin, tolerance=tolerance)
        found = _decided(problem, region, rows)
        if found.prices.inside:
            return found
        start, unsure = found.prices.best, unsure * WIDENING
    free = Region(start=start, low=start * 0, high=start + np.inf, tolerance=tolerance)
    return _all_open(problem, solve_dual(lambda at: _answer(problem, at), rows, free, worth))


def _all_open(problem: Problem, prices: Prices) -> Settled:
    people = problem.value.shape[0]
    return Settled(
        prices=prices,
        action=np.full(people, NO_ACTION, dtype=np.int64),
        rest=np.arange(people),
        value=0.0,
        used=np.zeros(len(problem.constraints)),
    )


def _decided(problem: Problem, region: Region, limits: Rows) -> Settled:
    """Return the best prices of the region, computed from those people alone whose choice may vary there.

    With low prices every action looks its best and with high ones its worst; whoever's best action at its worst beats
    every other at its best takes it at all prices of the region.
    """
    people = problem.value.shape[0]
    action = np.full(people, NO_ACTION, dtype=np.int64)
    undecided: list[Integers] = []
    # Only forcing rows have negative uses; without them one price does for all, which is faster.
    relief = region.high if limits.forcing.any() else None
    value, used = 0.0, np.zeros(limits.limit.size)
    for part in chunks(people):
        reduced = reduced_values(problem, region.low, part, relief)
        rows = np.arange(reduced.shape[0])
        choice = reduced.argmax(axis=1)
        best = reduced[rows, choice]
        reduced[rows, choice] = 0.0  # The rival to beat is the second best, or nothing.
        second = np.maximum(reduced.max(axis=1), 0.0)
        taken = np.flatnonzero(best > 0)
        worst = reduced_of(problem, region.high, taken + part.start, choice[taken], region.low)
        sure = worst >= second[taken]
        decided, theirs = taken[sure] + part.start, choice[taken[sure]]
        action[decided] = theirs
        undecided.append(taken[~sure] + part.start)
        value += float(problem.value[decided, theirs].sum(dtype=np.float64))
        used += used_of(problem, theirs, decided)
    rows = np.concatenate(undecided)
    rest = _subset(problem, rows)

    def answer(prices: Floats) -> tuple[float, Floats]:
        total, more = _answer(rest, prices)
        return total + value - float(prices @ used), more + used

    prices = solve_dual(answer, limits, region, _worth(problem.value))
    return Settled(prices=prices, action=action, rest=rows, value=value, used=used)


def _tolerance(people: int) -> float:
    return TOLERANCE_LARGE if people > EXACT_PEOPLE_MAX else TOLERANCE_SMALL


def _gap_worth_mending(people: int) -> float:
    return MENDED_LARGE if people > EXACT_PEOPLE_MAX else TOLERANCE_SMALL


def _left(constraint: Constraint, taken: float) -> float:
    left = constraint.limit - taken
    # Asked only where it matters: it reads every use, which of ten million people takes half a second.
    return left if left >= 0 or forces(constraint) else 0.0


def _subset(problem: Problem, rows: Integers, taken: Floats | None = None, share: float = 1.0) -> Problem:
    """Return the problem of some people, with what is left of each limit once `taken` [constraints] is gone."""
    gone = np.zeros(len(problem.constraints)) if taken is None else taken
    constraints = [
        Constraint(
            name=item.name,
            limit=_left(item, float(less)) * share,
            use=item.use if item.use.ndim == 1 else item.use[rows],
        )
        for item, less in zip(problem.constraints, gone, strict=True)
    ]
    return Problem(value=problem.value[rows], constraints=tuple(constraints))


def _answer(problem: Problem, prices: Floats) -> tuple[float, Floats]:
    """Return the sum of best reduced values, and what those choices would use of each constraint."""
    total, used = 0.0, np.zeros(prices.size)
    for part in chunks(problem.value.shape[0]):
        reduced = reduced_values(problem, prices, part)
        choice = best_actions(reduced)
        taken = choice != NO_ACTION
        total += float(reduced[taken, choice[taken]].sum(dtype=np.float64))
        used += used_of(problem, choice, np.arange(part.start, part.stop))
    return total, used
