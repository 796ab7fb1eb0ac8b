"""Outcomes beside the goal's own: what harms them is not used, or told, and what does not is left alone."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from small_world import Floats, inputs

from liftloop.plan.finding import Finding
from liftloop.plan.goal.contract import Understood
from liftloop.plan.inputs import Guarded, Integers, StudyInputs
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.study.whole import study
from liftloop.plan.writing.guarded import guarded_told
from liftloop.plan.writing.planned import Head, record_of
from liftloop.plan.writing.remarks import remarks_of
from liftloop.plan.writing.sentences import plan_sentence

PROFIT = BUILT_IN_CATALOGUE.by_id["gross_profit"]
MAIN = {0: 0.03, 1: 0.05, 2: 0.08, 3: 0.03, 4: 0.05, 5: 0.08}
"""The dearer the offer the more buy; places 2 and 5 are the coupon of 20 yuan."""


def gains(trait: Floats, place: int) -> Floats:
    return np.full(trait.size, MAIN[place])


def world(lost: Callable[[Integers], Floats], named: bool, seed: int = 5) -> StudyInputs:
    """Return a world whose options move the guarded profit a person by `lost` of the arm, in fen."""
    given = inputs(seed, gains, people=5_000, rows=30_000, budget_fen=5_000 * 1_500)
    assert given.contacts is not None
    noise = np.random.default_rng(seed).normal(1_000, 800, given.contacts.count)
    contacts = replace(given.contacts, guarded=(noise + lost(given.contacts.arm))[:, None])
    guarded = (Guarded(metric=PROFIT, comparison="no_drop", named=named),)
    return replace(given, contacts=contacts, guarded=guarded)


def dear_loses(arm: Integers) -> Floats:
    return np.where(np.isin(arm, [3, 6]), -300.0, 0.0)


def share_of_dear(found: Finding) -> float:
    """Return which share of the treated get the coupon of 20 yuan, by choice or to explore."""
    assert found.plan is not None
    people = found.plan.arm_people
    return float(people[[3, 6]].sum() / people.sum())


def test_an_option_that_harms_what_the_goal_guards_is_not_used() -> None:
    """The coupon brings most buyers and costs profit: without the limit it is chosen, with it it is given up."""
    free = study(replace(world(dear_loses, named=True), guarded=()))
    assert share_of_dear(free) > 0.5
    asked = world(dear_loses, named=True)
    found = study(asked)
    assert found.status == "ready"
    assert {each.option for each in found.given_up} == {2, 5}
    assert share_of_dear(found) == 0
    assert all(each.low < -300 < each.high for each in found.given_up)
    assert [each.standing for each in found.guarded] != ["harmed"]
    said = " ".join(remark.en for remark in remarks_of(asked, found))
    assert "is not used: it harms gross profit" in said


def test_harm_that_nobody_forbade_is_told_with_its_interval() -> None:
    asked = world(dear_loses, named=False)
    found = study(asked)
    assert found.status == "ready"
    assert not found.given_up
    assert share_of_dear(found) > 0.5
    (effect,) = found.guarded
    assert effect.standing == "harmed"
    assert effect.low < effect.effect < effect.high < 0
    assert "会伤到毛利额" in guarded_told(effect).zh


def test_a_goal_whose_every_option_harms_what_it_guards_is_refused() -> None:
    asked = world(lambda arm: np.where(arm > 0, -300.0, 0.0), named=True)
    found = study(asked)
    assert (found.status, found.reason) == ("refused", "harms_guarded")
    assert "gross profit" in plan_sentence(asked, found).en


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_nothing_is_harmed_nothing_is_given_up(seed: int) -> None:
    found = study(world(lambda arm: np.zeros(arm.size), named=True, seed=seed))
    assert found.status == "ready"
    assert not found.given_up
    assert [each.standing for each in found.guarded] != ["harmed"]


def test_a_rise_that_is_forbidden_is_harm_too() -> None:
    asked = world(lambda arm: -dear_loses(arm), named=True)
    refunds = replace(asked.guarded[0], comparison="no_rise")
    found = study(replace(asked, guarded=(refunds,)))
    assert {each.option for each in found.given_up} == {2, 5}


def test_a_plan_keeps_what_it_does_to_what_is_guarded() -> None:
    asked = world(dear_loses, named=False)
    found = study(asked)
    understood = Understood(goal=asked.goal, said_zh="", said_en="")
    record = record_of(Head(plan_id="p", created_ms=0, understood=understood), asked, found)
    (kept,) = record.guarded
    (told,) = found.guarded
    assert (kept.standing, kept.named, kept.low, kept.high) == ("harmed", False, told.low, told.high)
    assert not any("毛利额" in remark.zh and "每人变动" in remark.zh for remark in record.remarks)
