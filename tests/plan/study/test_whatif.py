"""The plan at other budgets, against solving it whole at each of them."""

import numpy as np
import pytest
from msgspec.structs import replace
from small_world import Floats, inputs

from liftloop.plan.finding import Finding
from liftloop.plan.study.whole import study
from liftloop.plan.whatif import at_budget


def by_money(trait: Floats, place: int) -> Floats:
    return (0.012 + 0.00001 * (0, 500, 2_000)[place % 3]) * (1.0 if place < 3 else 0.5) * (1 + 0.6 * trait)


@pytest.fixture(scope="module")
def found() -> Finding:
    return study(inputs(2, by_money, people=8_000, rows=40_000))


@pytest.mark.parametrize("factor", [0.3, 1.4, *(pytest.param(each, marks=pytest.mark.long) for each in (0.7, 2.3))])
def test_between_two_rungs_it_tells_what_a_whole_plan_would(found: Finding, factor: float) -> None:
    """Budgets that were never solved: lift, people and both verdicts are those of a plan made for that budget.

    What choosing makes look better than it is, is looked up once, for the plan's own choice: hence a tenth of the lift.
    """
    given = inputs(2, by_money, people=8_000, rows=40_000)
    assert given.budget_fen is not None
    budget_fen = round(given.budget_fen * factor)
    there = at_budget(found.curve, budget_fen)
    whole = study(replace(given, budget_fen=budget_fen))
    assert whole.plan is not None
    assert whole.forecast is not None
    assert whole.probability is not None
    assert there.told.point == pytest.approx(whole.forecast.point, rel=0.1, abs=0.001)
    assert there.told.probability == pytest.approx(whole.probability, abs=0.05)
    assert there.people == pytest.approx(whole.plan.arm_people[1:].sum(), rel=0.06)
    assert there.cost_fen == pytest.approx(whole.plan.arm_cost_fen.sum(), rel=0.06)


def test_the_curve_rises_and_bends(found: Finding) -> None:
    """More money never brings less, each further yuan never more than the one before, and it is never overspent."""
    points = found.curve
    assert [each.budget_fen for each in points] == sorted({each.budget_fen for each in points})
    lift = np.array([each.told.point for each in points])
    money = np.array([each.budget_fen for each in points])
    slopes = np.diff(lift) / np.diff(money)
    assert (np.diff(lift) > -1e-3).all()
    assert (np.diff(slopes) < 0.15 * slopes.max()).all()
    assert all(each.cost_fen <= each.budget_fen + 1 for each in points)
    prices = [each.price for each in points]
    assert prices[1] > prices[-1]


def test_the_plan_lies_on_its_own_curve(found: Finding) -> None:
    """At the plan's own budget the sample says what the plan says."""
    assert found.plan is not None
    assert found.forecast is not None
    own = next(each for each in found.curve if each.budget_fen == found.plan.menu.budget_fen)
    assert own.told.point == pytest.approx(found.forecast.point, rel=0.02)
    assert own.told.probability == pytest.approx(found.probability, abs=0.03)
