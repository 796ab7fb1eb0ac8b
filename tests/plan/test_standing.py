"""Standing goals: their path, how they stand on it, when they are due, and what autonomy allows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from liftloop.kernel.clock import DAY_MS
from liftloop.plan.contract import Action
from liftloop.plan.goal.contract import Goal, Understood
from liftloop.plan.options import Words
from liftloop.plan.record import Assigned, PlannedAction, PlanRecord
from liftloop.plan.standing import (
    Level,
    StandingGoal,
    Used,
    WeeklyLimits,
    decide,
    next_due_ms,
    path_of,
    standing_of,
    standing_problem,
)

NOTHING = Words(zh="", en="")
MONDAY_9_MS = round(datetime(2026, 9, 7, 1, tzinfo=UTC).timestamp() * 1_000)  # 09:00 in Shanghai.
GOAL = Goal(text="g", language="zh-CN", direction="up", size=0.1, size_kind="relative", standing="month")
UNUSED = Used(cost_fen=0, people=0)


def level(now: float, reach: float = 0.005) -> Level:
    return Level(
        now=now, low=now - reach, high=now + reach, foreseen=now, foreseen_low=now, foreseen_high=now, people=1
    )


def plan(people: int, cost_fen: int) -> PlanRecord:
    action: dict[str, Any] = {"offer": "", "item": "", "lift": 0.0, "who": None, "when": None, "why": None}
    return PlanRecord(
        plan_id="plan-1",
        status="exploration",
        created_ms=0,
        understood=Understood(goal=GOAL, said_zh="", said_en=""),
        sentence=NOTHING,
        actions=(PlannedAction(id="a", channel="sms", people=people, cost_fen=cost_fen, label=NOTHING, **action),),
        cost_fen=cost_fen,
        assigned=Assigned(columns=b"", cells=(), actions=(Action(id="nobody"),), labels=(NOTHING,)),
    )


def test_a_path_rises_to_its_target_and_stays_there() -> None:
    """Half of the way is due after half of the window; what lasts has no end."""
    path = path_of(GOAL, MONDAY_9_MS, 0.2, 30)
    assert path.at(MONDAY_9_MS - 1) == pytest.approx(0.2)
    assert path.at(MONDAY_9_MS + 15 * DAY_MS) == pytest.approx(0.21)
    assert path.at(MONDAY_9_MS + 300 * DAY_MS) == pytest.approx(0.22)
    assert path.ends_ms is None
    assert path_of(replace(GOAL, standing=None), MONDAY_9_MS, 0.2, 30).ends_ms == MONDAY_9_MS + 30 * DAY_MS


def test_a_level_that_is_reached_is_held() -> None:
    """`at least 25%` at 30% is a floor from the first day, not a way down."""
    path = path_of(replace(GOAL, size=0.25, size_kind="absolute"), 0, 0.3, 30)
    assert path.at(0) == path.at(40 * DAY_MS) == 0.25


@pytest.mark.parametrize("direction", ["up", "down"])
def test_behind_is_worse_than_the_path_and_sure_beyond_the_error(direction: str) -> None:
    """Being behind turns with the direction; it is sure only where the whole interval says so."""
    sign = 1 if direction == "up" else -1
    path = path_of(replace(GOAL, direction=direction), 0, 0.2, 30)  # type: ignore[arg-type]
    due = path.at(15 * DAY_MS)
    for gap, expected in ((-0.02, ("behind", True)), (-0.003, ("behind", False)), (0.003, ("on_path", False))):
        assert standing_of(path, level(due + sign * gap), direction, 15 * DAY_MS) == expected
    over = path_of(replace(GOAL, standing=None), 0, 0.2, 30)
    assert standing_of(over, level(0.1), direction, 30 * DAY_MS) == ("over", True)


def test_a_goal_is_due_at_once_and_then_on_its_weekday() -> None:
    """The look of Monday nine o'clock is followed by that of the next Monday, one of Tuesday by the same."""
    goal = StandingGoal(text="g", since_ms=5)
    assert next_due_ms(goal, None, 480) == 5
    assert next_due_ms(goal, MONDAY_9_MS, 480) == MONDAY_9_MS + 7 * DAY_MS
    assert next_due_ms(goal, MONDAY_9_MS - 1, 480) == MONDAY_9_MS
    assert next_due_ms(goal, MONDAY_9_MS + DAY_MS, 480) == MONDAY_9_MS + 7 * DAY_MS


@pytest.mark.parametrize(
    ("people", "cost_fen", "used", "act"),
    [
        (100, 5_000, UNUSED, "launched"),
        (101, 5_000, UNUSED, "waits"),
        (100, 5_001, UNUSED, "waits"),
        (60, 3_000, Used(cost_fen=0, people=41), "waits"),
        (60, 3_000, Used(cost_fen=2_001, people=0), "waits"),
    ],
)
def test_autopilot_stays_within_its_week(people: int, cost_fen: int, used: Used, act: str) -> None:
    """A plan is launched only if it and the week so far keep both limits; else it waits and says why."""
    goal = StandingGoal(text="g", since_ms=0, autonomy="autopilot", limits=WeeklyLimits(budget_fen=5_000, people=100))
    decided = decide(goal, plan(people, cost_fen), used)
    assert decided.act == act
    assert decided.reason.zh
    assert decided.reason.en


def test_less_autonomy_launches_nothing() -> None:
    """Suggest and approve never launch, and no autonomy launches what cannot be launched."""
    for autonomy, act in (("suggest", "suggested"), ("approve", "waits")):
        goal = StandingGoal(text="g", since_ms=0, autonomy=autonomy)  # type: ignore[arg-type]
        assert decide(goal, plan(1, 1), UNUSED).act == act
    alone = StandingGoal(text="g", since_ms=0, autonomy="autopilot", limits=WeeklyLimits(budget_fen=9, people=9))
    assert decide(alone, replace(plan(1, 1), assigned=None), UNUSED).act == "no_plan"


def test_autopilot_needs_limits() -> None:
    """Without both limits nobody lets go of the wheel."""
    goal = StandingGoal(text="g", since_ms=0, autonomy="autopilot")
    assert standing_problem(goal) is not None
    assert standing_problem(replace(goal, limits=WeeklyLimits(budget_fen=1))) is not None
    assert standing_problem(replace(goal, limits=WeeklyLimits(budget_fen=1, people=1))) is None
    assert standing_problem(replace(goal, autonomy="suggest", weekday=8)) is not None
