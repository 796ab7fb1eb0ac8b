"""The study against worlds whose truth is known."""

import numpy as np
import pytest
from msgspec.structs import replace
from small_world import FACES, Floats, inputs, true_effect

from liftloop.plan.finding import Finding
from liftloop.plan.study.whole import study

SEEDS = range(12)


def nothing(trait: Floats, place: int) -> Floats:
    return np.zeros(trait.size)


def weak(trait: Floats, place: int) -> Floats:
    return np.full(trait.size, 0.008)


def by_money(trait: Floats, place: int) -> Floats:
    """More money does more, mail half of what a short message does, and the better the higher the trait."""
    face = FACES[place % len(FACES)]
    return (0.012 + 0.00001 * face) * (1.0 if place < len(FACES) else 0.5) * (1 + 0.6 * trait)


def by_much_money(trait: Floats, place: int) -> Floats:
    """The same, half as strong again, so that no log of the test's size leaves it unclear."""
    return 1.5 * by_money(trait, place)


def opposite(trait: Floats, place: int) -> Floats:
    """What pleases one half annoys the other: no channel for everybody does anything."""
    return 0.06 * trait * (1.0 if place < len(FACES) else -1.0)


def _truth(found: Finding, effect: object) -> float:
    plan = found.plan
    assert plan is not None
    return true_effect(effect, plan.people.features["trait"], plan.draw.arm)  # pyright: ignore[reportArgumentType]


@pytest.mark.long
def test_forecasts_are_neither_too_high_nor_too_low() -> None:
    """Over seeds the forecast's errors are centered and as large as the forecast says they are."""
    errors: list[float] = []
    for seed in SEEDS:
        found = study(inputs(seed, by_much_money, people=10_000, rows=60_000))
        assert found.status == "ready"
        assert found.forecast is not None
        assert found.lifts is not None
        truth = _truth(found, by_much_money) / found.lifts.unit
        errors.append((found.forecast.point - truth) / found.forecast.evaluation)
    assert abs(np.mean(errors)) < 2.6 / np.sqrt(len(errors))  # One chance in a hundred if it is centered.
    assert np.mean(np.square(errors)) < 2.2  # Chi-square of twelve: one chance in a hundred.
    assert np.mean(np.square(errors)) > 0.25


def test_where_nothing_works_nothing_is_claimed() -> None:
    """In a world without effects no plan is called ready but by rare bad luck."""
    ready = [study(inputs(seed, nothing)).status == "ready" for seed in SEEDS]
    assert sum(ready) <= 2  # A gate of 5% lets three of twelve through once in fifty runs.


def test_choosing_by_person_is_found_where_it_is_everything() -> None:
    """Where an option helps one half and harms the other, the plan chooses by person and gets most of what there is."""
    found = study(inputs(3, opposite))
    assert found.status == "ready"
    assert found.judged is not None
    assert found.judged.selected.rule == "personal"
    # By the best channel 0.06 |trait|, where it reaches: 0.03 x 0.75, and a tenth of the draws explores.
    assert _truth(found, opposite) > 0.8 * 0.03 * 0.75 * 0.9


@pytest.mark.long
def test_dear_coupons_give_way_to_cheap_ones() -> None:
    """The same effects at five times the cost of the largest coupon leave it to fewer people within the same budget."""
    cheap, dear = (study(inputs(5, by_money, costs=costs)) for costs in ({2_000: 2_000}, {2_000: 10_000}))
    assert cheap.plan is not None
    assert dear.plan is not None
    largest = [1 + place for place in range(6) if FACES[place % 3] == 2_000]
    assert dear.plan.arm_people[largest].sum() < 0.5 * cheap.plan.arm_people[largest].sum()
    for found in (cheap, dear):
        assert found.plan is not None
        assert found.plan.arm_cost_fen.sum() <= 20_000 * 100


def test_without_a_budget_no_coupon_may_cost_more_than_it_brings() -> None:
    """Left free, a plan at a margin of 40 yuan does not hand out coupons that bring an order for 100."""
    found = study(inputs(6, by_money, rows=80_000, costs={500: 20_000, 2_000: 50_000}, budget_fen=None))
    assert found.plan is not None
    assert found.plan.allotment is not None
    chosen = np.bincount(found.plan.allotment.arm, minlength=7)
    paid = [1 + place for place in range(6) if FACES[place % 3] > 0]
    assert chosen[paid].sum() < 0.05 * chosen.sum()
    assert found.plan.arm_people[paid].sum() == 0  # Nor to learn more of what can never pay.


def test_without_a_budget_an_unclear_log_leads_to_a_trial_of_what_may_pay() -> None:
    """A short log settles nothing of reminders, and says enough of coupons for 200 yuan to leave them out."""
    found = study(inputs(18, weak, rows=4_000, costs={500: 500, 2_000: 20_000}, budget_fen=None))
    assert found.status == "exploration"
    assert found.plan is not None
    dear = [1 + place for place in range(6) if FACES[place % 3] == 2_000]
    assert found.plan.arm_people[dear].sum() == 0
    assert found.plan.arm_people[1] > 0
    assert found.plan.arm_people[4] > 0


def test_a_goal_beyond_reach_is_refused_with_the_forecast() -> None:
    """A goal with less than one chance in a hundred is refused, and what can be had is told."""
    world = inputs(7, by_money)
    found = study(replace(world, goal=replace(world.goal, size=0.9)))
    assert found.status == "refused"
    assert found.reason == "out_of_reach"
    assert found.forecast is not None
    assert found.probability is not None
    assert found.probability < 0.01


@pytest.mark.long
def test_a_goal_downwards_is_the_mirror() -> None:
    """To lower a rate is planned as raising its opposite: signs of goal, forecast and effects turn, sizes stay."""
    up = study(inputs(8, by_money))
    world = inputs(8, lambda trait, place: -by_money(trait, place))
    assert world.contacts is not None
    down = study(replace(world, goal=replace(world.goal, direction="down")))
    assert up.forecast is not None
    assert down.forecast is not None
    assert down.lifts is not None
    assert down.lifts.goal < 0
    assert down.forecast.point < 0
    assert down.forecast.point == pytest.approx(-up.forecast.point, rel=0.5)
    assert down.forecast.i90[0] < down.forecast.i90[1]


@pytest.mark.long
def test_scarce_stock_is_not_promised_twice() -> None:
    """An offer with a stock of 300 is given to at most 300 treated people beside the exploration floor."""
    world = inputs(9, by_money)
    few = tuple(
        replace(option, offer=replace(option.offer, stock=300)) if option.face_fen == 2_000 and option.offer else option
        for option in world.options
    )
    found = study(replace(world, options=few))
    assert found.plan is not None
    assert found.plan.allotment is not None
    treated = ~found.plan.menu.held
    largest = [1 + place for place, option in enumerate(few) if option.face_fen == 2_000]
    assert np.isin(found.plan.allotment.arm[treated], largest).sum() <= 300
