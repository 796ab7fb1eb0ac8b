"""The allocation against the exact linear programme, by HiGHS, on small problems."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import LinearConstraint, linprog, milp

from liftloop.inference import allocation
from liftloop.inference.allocation import (
    NO_ACTION,
    Allocation,
    Constraint,
    Infeasible,
    Problem,
    allocate,
    bound_with,
)
from liftloop.inference.allocation_rows import at_least, return_floor


def problem_of(seed: int, people: int, actions: int, *, tied: bool = False) -> Problem:
    """Return a budget and three channels; `tied`: six kinds of people, so that thousands of plans are equal."""
    chance = np.random.default_rng(seed)
    channel = chance.integers(0, 3, actions)
    if tied:
        kinds = chance.integers(0, 6, people)
        value = chance.integers(-1, 4, (6, actions)).astype(float)[kinds]
        money = np.tile(chance.integers(1, 4, (1, actions)).astype(float), (people, 1))
    else:
        value, money = chance.normal(0.3, 1, (people, actions)), chance.uniform(0.1, 2, (people, actions))
    channels = [
        Constraint(name=f"channel {c}", limit=float(int(people * (0.1 + 0.1 * c))), use=(channel == c) * 1.0)
        for c in range(3)
    ]
    return Problem(value=value, constraints=(Constraint(name="budget", limit=0.2 * people, use=money), *channels))


def rows_of(problem: Problem) -> tuple[sparse.csr_array, np.ndarray]:
    people, actions = problem.value.shape
    shared = [np.broadcast_to(item.use, (people, actions)).reshape(1, -1) for item in problem.constraints]
    rows = sparse.vstack([sparse.kron(sparse.eye(people), np.ones((1, actions))), *map(sparse.csr_array, shared)])
    return sparse.csr_array(rows), np.array([1.0] * people + [item.limit for item in problem.constraints])


def relaxed_optimum(problem: Problem) -> float:
    rows, limits = rows_of(problem)
    return -linprog(-problem.value.ravel(), A_ub=rows, b_ub=limits, bounds=(0, 1), method="highs").fun


def assert_feasible(problem: Problem, plan: Allocation) -> None:
    """Recount value and use from the actions alone."""
    people = np.flatnonzero(plan.action != NO_ACTION)
    taken = plan.action[people]
    assert np.isclose(problem.value[people, taken].sum(), plan.certificate.value)
    for constraint, use in zip(problem.constraints, plan.certificate.uses, strict=True):
        used = np.broadcast_to(constraint.use, problem.value.shape)[people, taken].sum()
        assert used <= constraint.limit * (1 + 1e-12)
        assert np.isclose(used, use.used)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize(("people", "actions"), [(50, 2), (300, 5), (1_000, 6)])
def test_the_bound_is_the_exact_optimum_and_the_plan_comes_near(people: int, actions: int, tied: bool) -> None:
    """The certificate's bound equals HiGHS to 1e-6; the plan misses it by at most a few people's worth."""
    for seed in range(4):
        problem = problem_of(seed, people, actions, tied=tied)
        plan, optimum = allocate(problem), relaxed_optimum(problem)
        assert_feasible(problem, plan)
        assert plan.certificate.bound == pytest.approx(optimum, rel=1e-6)
        # A vertex of the programme splits at most one person a constraint.
        split = len(problem.constraints) * float(problem.value.max())
        assert plan.certificate.value >= optimum - split
        assert plan.certificate.gap == pytest.approx((optimum - plan.certificate.value) / optimum, abs=1e-5)


def test_no_whole_plan_beats_the_bound() -> None:
    """The best integer plan of HiGHS lies between our plan and our bound."""
    problem = problem_of(5, 60, 4)
    rows, limits = rows_of(problem)
    best = milp(
        -problem.value.ravel(),
        constraints=LinearConstraint(rows, -np.inf, limits),
        integrality=np.ones(problem.value.size),
        bounds=(0, 1),
    )
    plan = allocate(problem)
    assert plan.certificate.value <= -best.fun + 1e-9
    assert -best.fun <= plan.certificate.bound + 1e-9


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 4), st.floats(0, 0.5), st.booleans())
def test_every_plan_is_feasible(seed: int, people: int, actions: int, barred: float, tied: bool) -> None:
    """Limits hold whatever is forbidden, however few people there are, with limits of nothing too."""
    chance = np.random.default_rng(seed)
    problem = problem_of(seed, people, actions, tied=tied)
    value = np.where(chance.random(problem.value.shape) < barred, -np.inf, problem.value)
    closed = tuple(
        Constraint(name=item.name, limit=0.0 if chance.random() < 0.2 else item.limit, use=item.use)
        for item in problem.constraints
    )
    problem = Problem(value=value, constraints=closed)
    plan = allocate(problem)
    assert_feasible(problem, plan)
    assert plan.certificate.value <= plan.certificate.bound + 1e-9
    assert np.array_equal(plan.action, allocate(problem).action)


def test_shadow_price_is_what_one_more_unit_buys() -> None:
    """Raising the budget by a little raises the exact optimum by its price."""
    problem = problem_of(3, 1_000, 5)
    budget = problem.constraints[0]
    price = allocate(problem).certificate.uses[0].shadow_price
    more = Constraint(name="budget", limit=budget.limit + 1.0, use=budget.use)
    richer = Problem(value=problem.value, constraints=(more, *problem.constraints[1:]))
    assert relaxed_optimum(richer) - relaxed_optimum(problem) == pytest.approx(price, rel=0.05)


def test_without_limits_everyone_gets_her_best() -> None:
    """No constraint: the best positive action each, at no gap."""
    value = np.array([[1.0, 3.0], [-1.0, -2.0], [2.0, 2.5]])
    plan = allocate(Problem(value=value, constraints=()))
    assert plan.action.tolist() == [1, NO_ACTION, 1]
    assert plan.certificate.gap == 0


def test_prices_from_a_sample_find_the_same_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way for many people (sample first, then the undecided) ends at the exact bound as well."""
    problem = problem_of(11, 1_000, 6)
    monkeypatch.setattr(allocation, "LARGE_FROM_PEOPLE", 500)
    monkeypatch.setattr(allocation, "SAMPLE_PEOPLE", 250)
    plan = allocate(problem)
    assert_feasible(problem, plan)
    assert plan.certificate.bound == pytest.approx(relaxed_optimum(problem), rel=1e-4)
    assert plan.certificate.gap < 0.01


def asking_problem(seed: int, people: int) -> Problem:
    """Return a budget, a slot, a least share of every arm, a return floor and a part that a group must get."""
    chance = np.random.default_rng(seed)
    value, cost = chance.normal(0.2, 1, (people, 4)), chance.uniform(0.2, 2, (people, 4))
    group = (chance.random(people) < 0.3)[:, None] * np.ones((1, 4))
    rows = [
        Constraint(name="budget", limit=0.4 * people, use=cost),
        Constraint(name="slot", limit=float(people // 5), use=np.array([1.0, 1.0, 0.0, 0.0])),
        return_floor("return", np.maximum(value, 0) * 2, cost, 1.8),
        at_least("group", 0.12 * people, group),
    ]
    rows += [at_least(f"arm {arm}", 0.05 * people, np.eye(4)[arm]) for arm in range(4)]
    return Problem(value=value, constraints=tuple(rows))


@pytest.mark.parametrize("people", [200, 1_000])
def test_rows_that_ask_for_more_are_met_at_the_exact_optimum(people: int) -> None:
    """Arm shares, a return floor and a group's part: the bound is HiGHS's optimum, the plan meets all rows near it."""
    for seed in range(4):
        problem = asking_problem(seed, people)
        plan, optimum = allocate(problem), relaxed_optimum(problem)
        assert plan.certificate.bound == pytest.approx(optimum, rel=1e-6)
        taken = np.flatnonzero(plan.action != NO_ACTION)
        for item in problem.constraints:
            used = np.broadcast_to(item.use, problem.value.shape)[taken, plan.action[taken]].sum()
            assert used <= item.limit + 1e-9 * people, item.name
        assert plan.certificate.value >= optimum - len(problem.constraints) * 3.0


def test_many_people_with_rows_that_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way for many people ends at the exact bound with such rows as well."""
    problem = asking_problem(9, 1_000)
    monkeypatch.setattr(allocation, "LARGE_FROM_PEOPLE", 500)
    monkeypatch.setattr(allocation, "SAMPLE_PEOPLE", 250)
    plan = allocate(problem)
    assert plan.certificate.bound == pytest.approx(relaxed_optimum(problem), rel=1e-4)
    assert plan.certificate.gap < 0.02


def test_what_cannot_be_met_is_named() -> None:
    """More of an arm than its slot holds: refused, with the rows that clash."""
    problem = problem_of(1, 100, 3)
    asked = at_least("arm 0", 90.0, np.array([1.0, 0.0, 0.0]))
    tight = Constraint(name="slot", limit=10.0, use=np.ones(3))
    with pytest.raises(Infeasible) as refusal:
        allocate(Problem(value=problem.value, constraints=(asked, tight)))
    assert "arm 0" in refusal.value.names


def test_what_if_is_a_bound_on_the_new_optimum() -> None:
    """Budgets a fifth smaller or larger: the answer from the prices is never below the optimum and within 3% of it."""
    problem = problem_of(3, 1_000, 5)
    budget, *others = problem.constraints
    certificate = allocate(problem).certificate
    for factor in (0.8, 0.95, 1.05, 1.2):
        changed = Constraint(name="budget", limit=factor * budget.limit, use=budget.use)
        optimum = relaxed_optimum(Problem(value=problem.value, constraints=(changed, *others)))
        told = bound_with(certificate, "budget", changed.limit)
        assert optimum <= told + 1e-6
        assert told == pytest.approx(optimum, rel=0.03)
