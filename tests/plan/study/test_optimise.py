"""Who gets what: chances are true, limits hold, the held-out are those whom the gate holds out."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from small_world import options

from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.optimise import (
    Menu,
    affordable_exploration,
    allot,
    draw,
    drawn,
    exploration_chances,
    exploration_cost,
    held_out,
)

PEOPLE = 60_000


def _menu(seed: int, budget_fen: int | None, people: int = 4_000) -> Menu:
    rng = np.random.default_rng(seed)
    shape = (people, 7)
    effect = rng.normal(0.01, 0.02, shape)
    cost = np.abs(rng.normal(100, 80, shape))
    effect[:, 0] = cost[:, 0] = 0
    return Menu(
        options=options(),
        effect=effect,
        cost_fen=cost,
        reach=rng.random((people, 6)) < 0.7,
        held=rng.random(people) < 0.1,
        budget_fen=budget_fen,
        floor=0.0,
        exploration=0.1,
    )


def test_the_vector_of_a_cell_is_the_chance_of_each_arm() -> None:
    """Over many people the share that draws each arm is its chance in the cell, within sampling error."""
    rng = np.random.default_rng(1)
    open_ = np.column_stack([np.ones(PEOPLE, dtype=bool), rng.random((PEOPLE, 4)) < 0.6])
    best = np.where(open_[:, 2], 2, 0)
    found = draw(np.arange(PEOPLE) * 64, best, open_, 0.3, "salt")
    assert np.allclose(found.cells.sum(axis=1), 1)
    for cell in range(len(found.cells)):
        mine = found.cell == cell
        count = int(mine.sum())
        seen = np.bincount(found.arm[mine], minlength=5) / count
        error = np.sqrt(found.cells[cell] * (1 - found.cells[cell]) / count)
        assert (np.abs(seen - found.cells[cell]) <= 5 * error + 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4).filter(any), min_size=1, max_size=5), st.text())
def test_nobody_draws_what_has_no_chance(weights: list[list[int]], salt: str) -> None:
    """Whatever the vectors and the salt, an arm without a chance is never drawn, rounding or not."""
    table = np.array(weights, dtype=np.float64)
    cells = table / table.sum(axis=1, keepdims=True)
    cell = np.arange(2_000) % len(cells)
    arm = drawn(np.arange(2_000), cells, cell, salt)
    assert (cells[cell, arm] > 0).all()


def test_the_held_out_are_those_whom_the_gate_holds_out() -> None:
    """Plan and gate hash person and salt alike; were they to differ, treated people would be counted as held out."""
    profile = np.arange(10_000) * 64 + 3
    gate = uniform(profile.astype(np.uint64), hash_text("holdout", "plan-1")) < 0.13
    assert (held_out(profile, 0.13, "plan-1") == gate).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000), st.integers(0, 400_000))
def test_money_is_never_overspent(seed: int, budget_fen: int) -> None:
    """What treated people are expected to cost, exploration included, stays within any budget."""
    menu = _menu(seed, budget_fen)
    menu = replace(menu, exploration=affordable_exploration(menu))
    assert allot(menu).spend_fen <= budget_fen + 1


def test_exploration_shrinks_before_it_eats_the_budget() -> None:
    """With plenty of money a twentieth explores; with little, what a fifth of it pays for."""
    rich, poor = _menu(2, 10_000_000), _menu(2, 5_000)
    assert affordable_exploration(rich) == 0.05
    share = affordable_exploration(poor)
    assert 0 < share < 0.05
    assert abs(exploration_cost(replace(poor, exploration=share)) - 1_000) < 1


def test_dear_options_are_explored_less_but_never_forgotten() -> None:
    """With 50 fen a person, what costs 1,000 keeps a quarter of the odds of what is free; a trial is even."""
    menu = _menu(3, 200_000)
    cost = np.tile([0.0, 0.0, 0.0, 0.0, 50.0, 1_000.0, 1_000.0], (4_000, 1))
    menu = replace(menu, cost_fen=cost, reach=np.ones_like(menu.reach), held=np.zeros(4_000, dtype=bool))
    odds = exploration_chances(menu)[0] / exploration_chances(menu)[0, 0]
    assert np.allclose(odds, [1, 1, 1, 1, 0.5, 0.25, 0.25])
    assert np.allclose(exploration_chances(replace(menu, exploration=1.0)), 1 / 7)


def test_people_only_get_what_reaches_them() -> None:
    """Treated or held out, nobody's best arm is one that does not reach her."""
    menu = _menu(4, 100_000)
    found = allot(menu)
    chosen = found.arm > 0
    assert menu.reach[np.flatnonzero(chosen), found.arm[chosen] - 1].all()


def test_held_out_people_follow_the_same_prices() -> None:
    """The shadow plan of the held-out spends per head what the treated plan does."""
    menu = _menu(5, 400_000, people=20_000)
    found = allot(menu)
    rows = np.arange(found.arm.size)
    spent = menu.cost_fen[rows, found.arm]
    assert abs(spent[menu.held].mean() / spent[~menu.held].mean() - 1) < 0.15
