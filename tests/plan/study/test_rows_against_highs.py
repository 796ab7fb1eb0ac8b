"""Every kind of row that a plan keeps to, against HiGHS on the same terms written down anew."""

from collections.abc import Iterator

import numpy as np
import pytest
from msgspec.structs import replace
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from small_world import Floats, options

from liftloop.plan.optimise import Menu, allot
from liftloop.plan.options import Option
from liftloop.plan.resources import Group
from liftloop.plan.terms import Terms

OPTIONS: tuple[Option, ...] = tuple(
    replace(option, offer=replace(option.offer, stock=60)) if option.offer and option.face_fen == 2_000 else option
    for option in options()
)
FACE = np.array([float(option.face_fen) for option in OPTIONS])
TERMS = Terms(capacity={"sms": 90.0, "email": 120.0}, return_min=1.5, unit_fen=4_000.0, least={OPTIONS[4].id: 0.05})


def menu_of(seed: int, people: int, terms: Terms = TERMS) -> Menu:
    """Return people of whom the women answer coupons better, with money, things and rules all short."""
    chance = np.random.default_rng(seed)
    women = chance.random(people) < 0.45
    effect = chance.normal(0.03, 0.05, (people, 7)) * np.where(women, 1.8, 1.0)[:, None]
    cost = chance.uniform(0.8, 1.2, (people, 7)) * np.array([0.0, *(5 + 0.2 * FACE)])
    effect[:, 0] = 0
    scale = people / 400
    return Menu(
        options=tuple(
            replace(o, offer=replace(o.offer, stock=int(60 * scale))) if o.offer and o.offer.stock else o
            for o in OPTIONS
        ),
        effect=effect,
        cost_fen=cost,
        reach=chance.random((people, 6)) < 0.8,
        held=np.zeros(people, dtype=np.bool_),
        budget_fen=round(people * 25),
        floor=0.0,
        exploration=0.0,
        terms=replace(terms, capacity={name: limit * scale for name, limit in terms.capacity.items()}),
        groups=(Group(name="f", inside=women), Group(name="m", inside=~women)),
    )


def written_anew(menu: Menu, behind: str) -> Iterator[tuple[Floats, float]]:
    """Yield (use [people x options], limit) of every row, from what the rows mean; `behind` is the group held up."""
    people = menu.held.size
    everyone, options_ = np.ones((people, 1)), menu.options
    yield menu.cost_fen[:, 1:], float(menu.budget_fen or 0)
    yield everyone * (FACE == 2_000), float(options_[2].offer.stock or 0) if options_[2].offer else 0.0
    for channel, limit in menu.terms.capacity.items():
        yield everyone * np.array([float(option.channel.id == channel) for option in options_]), limit
    worth = np.maximum(menu.effect[:, 1:], 0) * menu.terms.unit_fen
    yield (menu.terms.return_min or 0.0) * menu.cost_fen[:, 1:] - worth, 0.0
    yield -everyone * np.array([float(option.id in menu.terms.least) for option in options_]), -int(0.05 * people)
    if behind:
        inside = next(group.inside for group in menu.groups if group.name == behind)
        rate = 0.8 * everyone[:, 0] / people - inside / inside.sum()
        yield rate[:, None] * (FACE > 0), 0.0


def highs(menu: Menu, behind: str, *, whole: bool) -> float:
    """Return the optimum of HiGHS: of whole people, or of the linear relaxation."""
    people, count = menu.reach.shape
    rows = list(written_anew(menu, behind))
    one_each = sparse.kron(sparse.eye(people), np.ones((1, count)))
    table = sparse.csr_array(sparse.vstack([one_each, *(sparse.csr_array(use.reshape(1, -1)) for use, _ in rows)]))
    limits = np.array([1.0] * people + [limit for _, limit in rows])
    value, most = menu.effect[:, 1:].ravel(), menu.reach.ravel().astype(np.float64)
    if not whole:
        bounds = np.column_stack([np.zeros(most.size), most])
        return -float(linprog(-value, A_ub=table, b_ub=limits, bounds=bounds, method="highs").fun)
    found = milp(
        -value,
        constraints=LinearConstraint(table, -np.inf, limits),
        integrality=np.ones(value.size),
        bounds=Bounds(0, most),
        options={"mip_rel_gap": 2e-3},
    )
    return -float(found.fun)


def behind_of(menu: Menu) -> str:
    """Return the group that the plan had to hold up, if any."""
    names = [use.name for use in allot(menu).certificate.uses if use.name.startswith("fair:")]
    assert len(names) <= 1
    return names[0].removeprefix("fair:") if names else ""


@pytest.mark.parametrize(("seed", "people"), [(0, 300), pytest.param(2, 1_000, marks=pytest.mark.long)])
def test_all_rows_together_are_solved_to_the_exact_bound(seed: int, people: int) -> None:
    """Budget, stock, capacity, return, least share and fairness at once: bound equals HiGHS, the plan keeps all."""
    menu = menu_of(seed, people)
    plan, behind = allot(menu), behind_of(menu)
    assert behind == "m"  # Women answer coupons better: without a row of their own men would get too few.
    assert plan.certificate.bound == pytest.approx(highs(menu, behind, whole=False), rel=1e-6)
    taken = np.flatnonzero(plan.arm > 0)
    assert menu.reach[taken, plan.arm[taken] - 1].all()
    for use, limit in written_anew(menu, behind):
        assert use[taken, plan.arm[taken] - 1].sum() <= limit + 1e-6 * people
    value = menu.effect[taken, plan.arm[taken]].sum()
    assert value == pytest.approx(plan.certificate.value)
    assert plan.certificate.gap < 0.01


@pytest.mark.parametrize("seed", [4])
def test_no_whole_plan_of_highs_is_better_than_ours_by_more_than_the_certificate_says(seed: int) -> None:
    """The best plan of whole people lies between ours and our bound, and ours near it."""
    menu = menu_of(seed, 80)
    plan = allot(menu)
    best = highs(menu, behind_of(menu), whole=True)
    assert plan.certificate.value <= best * (1 + 2e-3)
    assert best <= plan.certificate.bound + 1e-9
    assert plan.certificate.value > 0.95 * best


def test_a_plan_like_another_is_as_good_as_one_made_anew() -> None:
    """Beside half of the budget, groups that needed a row get theirs at once: one solution, with the same bound."""
    menu = menu_of(0, 300)
    assert menu.budget_fen is not None
    less = replace(menu, budget_fen=menu.budget_fen // 2)
    anew, beside = allot(less), allot(less, allot(menu))
    assert {use.name for use in anew.certificate.uses} <= {use.name for use in beside.certificate.uses}
    assert beside.certificate.bound == pytest.approx(anew.certificate.bound, rel=1e-6)
    assert beside.certificate.gap < 0.01


def test_actions_that_nobody_may_have_change_nothing() -> None:
    """A column that is closed to everybody is left out before solving, and actions keep their numbers."""
    menu = menu_of(0, 300)
    closed = menu.reach.copy()
    closed[:, [1, 4]] = False
    plan = allot(replace(menu, reach=closed))
    assert plan.certificate.bound < allot(menu).certificate.bound
    taken = np.flatnonzero(plan.arm > 0)
    assert closed[taken, plan.arm[taken] - 1].all()
    value = menu.effect[taken, plan.arm[taken]].sum()
    assert value == pytest.approx(plan.certificate.value), "each person has the action that she was given"


def test_least_shares_that_leave_no_room_are_given_up_and_named() -> None:
    """Half of the people by a channel that carries a tenth: the plan does without that share and says which."""
    terms = Terms(capacity={"sms": 40.0}, least={OPTIONS[0].id: 0.5})
    plan = allot(menu_of(6, 400, terms))
    assert plan.unmet == (f"least:{OPTIONS[0].id}",)
    assert plan.certificate.value > 0


def test_what_is_scarce_is_not_explored() -> None:
    """An offer with ten left is drawn by nobody by chance; with plenty it is."""
    menu = replace(menu_of(7, 1_000), exploration=0.1, terms=Terms(), groups=())
    few = tuple(replace(o, offer=replace(o.offer, stock=10)) if o.offer and o.offer.stock else o for o in menu.options)
    allotted = allot(replace(menu, options=few))
    assert (FACE[allotted.arm[allotted.arm > 0] - 1] == 2_000).sum() <= 10
