"""What another budget would lead to: the plan solved anew on a sample at a ladder of budgets, kept beside the plan.

Between two rungs everything is read off a straight line. What a budget buys is concave in it, so a line is never above
the truth and, at rungs this near, hardly below it.
"""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.plan.inputs import Integers
from liftloop.plan.optimise import Allotment, Menu, affordable_exploration, allot, expected_people, part_of

LADDER = (0.0, 0.05, 0.12, 0.22, 0.35, 0.5, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.0)
"""Budgets as multiples of what the plan may spend: nearer together where the curve bends most."""
SAMPLE_PEOPLE = 6_000
"""Drawn evenly along each option's effects, so many people give the plan's own figures to a percent."""


class Told(Struct, frozen=True, kw_only=True):
    """What is foretold of a choice of arms: the lift with its 90% interval, and the two verdicts."""

    point: float
    low: float
    high: float
    probability: float
    power: float


class BudgetPoint(Struct, frozen=True, kw_only=True):
    """What a budget leads to. `people` are contacted; `by_action` [1 + options] splits everybody treated by arm.

    `price` is what one more fen would bring, in outcome of the metric; 0 where money is not what binds.
    """

    budget_fen: int
    cost_fen: int
    people: int
    by_action: tuple[int, ...]
    told: Told
    price: float


Foretell = Callable[[Integers, Integers, Menu], Told]
"""From rows of the eligible people, the best arm of each and the menu that these were chosen from, to what is told."""


def budget_curve(menu: Menu, allotment: Allotment, foretell: Foretell) -> tuple[BudgetPoint, ...]:
    """Return the ladder of budgets around the plan's own, cheapest first; empty where nothing costs anything."""
    top_fen = float(menu.budget_fen) if menu.budget_fen is not None else allotment.spend_fen
    if top_fen <= 0:
        return ()
    rows = _sample(menu, allotment)
    part = part_of(menu, rows)
    share = rows.size / menu.held.size
    factors = LADDER if menu.budget_fen is not None else [factor for factor in LADDER if factor <= 1]
    points: list[BudgetPoint] = []
    for factor in factors:
        budget_fen = round(top_fen * factor)
        there = replace(part, budget_fen=round(budget_fen * share))
        there = replace(there, exploration=affordable_exploration(there))
        found = allot(there, allotment)
        points.append(_point(there, found, (budget_fen, share), foretell(rows, found.arm, there)))
    return tuple(points)


def at_budget(curve: Sequence[BudgetPoint], budget_fen: int) -> BudgetPoint:
    """Return what a budget leads to, between the two rungs around it; the ends where it lies beyond them."""
    budgets = [point.budget_fen for point in curve]
    above = int(np.clip(np.searchsorted(budgets, budget_fen), 1, len(curve) - 1))
    low, high = curve[above - 1], curve[above]
    width = max(high.budget_fen - low.budget_fen, 1)
    return _between(low, high, float(np.clip((budget_fen - low.budget_fen) / width, 0.0, 1.0)))


def _between(low: BudgetPoint, high: BudgetPoint, share: float) -> BudgetPoint:
    def mixed(one: float, other: float) -> float:
        return one + share * (other - one)

    fields = {name: mixed(getattr(low.told, name), getattr(high.told, name)) for name in Told.__struct_fields__}
    return BudgetPoint(
        budget_fen=round(mixed(low.budget_fen, high.budget_fen)),
        cost_fen=round(mixed(low.cost_fen, high.cost_fen)),
        people=round(mixed(low.people, high.people)),
        by_action=tuple(round(mixed(*pair)) for pair in zip(low.by_action, high.by_action, strict=True)),
        told=Told(**fields),
        price=mixed(low.price, high.price),
    )


def _sample(menu: Menu, allotment: Allotment) -> Integers:
    """Return every so many-th row in order of holdout, arm and effect: a sample stratified by what matters here."""
    people = menu.held.size
    effect = menu.effect[np.arange(people), allotment.arm]
    order = np.lexsort((effect, allotment.arm, menu.held))
    count = min(people, SAMPLE_PEOPLE)
    return order[((np.arange(count) + 0.5) * (people / count)).astype(np.int64)]


def _point(there: Menu, found: Allotment, scale: tuple[int, float], told: Told) -> BudgetPoint:
    """Return the rung of a budget, with what was found for a share of the people told of all."""
    budget_fen, share = scale
    expected = expected_people(there, found.arm) / share
    return BudgetPoint(
        budget_fen=budget_fen,
        cost_fen=round(found.spend_fen / share),
        people=round(float(expected[1:].sum())),
        by_action=tuple(round(each) for each in expected.tolist()),
        told=told,
        price=max(found.price - there.floor, 0.0),
    )
