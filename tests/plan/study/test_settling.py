"""What a trial says of itself: how many more people and days settle it, and that this number is true."""

import numpy as np
import pytest
from msgspec.structs import replace
from small_world import RATE, Floats, inputs

from liftloop.inference.intervals import Estimate
from liftloop.plan.finding import lifts_of
from liftloop.plan.policy.selection import Evidence
from liftloop.plan.study.whole import study
from liftloop.plan.writing.settling import contacts_needed, settling_remark

CONTACTS, GOAL = 5_000, 0.02
SPREAD = 0.4


def hint(value: float, contacts: int) -> Evidence:
    estimate = Estimate(value=value, error=2 * SPREAD / contacts**0.5, units=contacts)
    nothing = Estimate(value=0.0, error=0.0, units=contacts)
    return Evidence(
        rule="simple", effect=estimate, net=value, improvement=nothing, claim_bound=-1.0, improvement_bound=0.0
    )


def test_so_many_more_contacts_show_an_effect_of_the_goals_size_four_times_in_five() -> None:
    """With the contacts asked for, the gate's bound lies above zero in four of five draws of such an effect."""
    more, size = contacts_needed(hint(0.01, CONTACTS), CONTACTS, GOAL)
    assert size == GOAL
    whole = CONTACTS + more
    drawn = np.random.default_rng(1).normal(GOAL, 2 * SPREAD / whole**0.5, 4_000)
    shown = np.mean([replace(hint(0.0, whole).effect, value=each).lower_bound(0.975) > 0 for each in drawn])
    assert shown == pytest.approx(0.8, abs=0.03)


def test_where_the_goal_would_have_been_seen_the_hint_is_in_doubt() -> None:
    """A log large enough to show the goal asks for what shows the smaller effect; a plain one asks for nothing."""
    large = 40_000
    more, size = contacts_needed(hint(0.008, large), large, GOAL)
    assert (more > 0, size) == (True, 0.008)
    assert contacts_needed(hint(0.03, large), large, GOAL) == (0, GOAL)
    assert contacts_needed(hint(-0.01, large), large, GOAL) == (0, GOAL)


def test_an_unclear_log_says_how_many_people_and_days_would_settle_it() -> None:
    """A hint too weak to claim leads to a trial that names the range, the people still lacking and the days."""

    def weak(trait: Floats, place: int) -> Floats:
        return np.full(trait.size, 0.012)

    world = inputs(2, weak, people=3_000, rows=3_000)
    found = study(world)
    assert found.baseline is not None
    assert (found.status, found.reason) == ("exploration", "unclear_log")
    said = settling_remark(world, found)
    assert said is not None
    assert "十次里有九次" in said.zh
    assert "要看清 +5.0% 这么大的作用，大约还差" in said.zh
    assert "很难有结论" in said.zh, "three thousand people a month never see half a point"
    large = replace(world, goal=replace(world.goal, size=0.16))
    told = settling_remark(large, replace(found, lifts=lifts_of(large, found.baseline, RATE)))
    assert told is not None
    assert "要看清 +16.0%" in told.zh
    assert "照这样试 2 次、约 60 天才有结论" in told.zh
    assert "days" in told.en
    assert settling_remark(world, replace(found, status="refused")) is None
