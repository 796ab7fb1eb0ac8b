"""What a study finds: a plan of who gets what, its forecast, and how lifts are told; or why there is none."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from liftloop.kernel.errors import LiftloopError
from liftloop.plan.baseline import Baseline
from liftloop.plan.exploration import Sizing
from liftloop.plan.forecast import Design, Forecast
from liftloop.plan.goal.check import level_after
from liftloop.plan.guarded import GuardedEffect
from liftloop.plan.harm import GroupEffect
from liftloop.plan.inputs import Floats, Integers, People, StudyInputs
from liftloop.plan.optimise import Allotment, Draw, Menu
from liftloop.plan.policy.selection import Judged
from liftloop.plan.reasons import Driver
from liftloop.plan.resources import GroupRate
from liftloop.plan.whatif import BudgetPoint

Status = Literal["ready", "exploration", "refused"]
Reason = Literal[
    "",
    "no_history",
    "no_people",
    "no_options",
    "nobody_reachable",
    "no_money",
    "no_capacity",
    "impossible",
    "out_of_reach",
    "nothing_works",
    "harms_guarded",
    "no_log",
    "no_chances",
    "thin_log",
    "one_arm",
    "no_overlap",
    "unclear_log",
    "not_plannable",
]


class Lifts(Struct, frozen=True, kw_only=True):
    """How lifts are told: `kind`, the goal as one, and what one unit of effect per person is divided by."""

    kind: Literal["relative", "points"]
    goal: float
    unit: float


class Plan(Struct, frozen=True, kw_only=True, eq=False):
    """What is done for whom: the menu of everybody eligible, the best arms, the draw, and the coming experiment.

    `people` are the eligible; `lift_of_arm` [1 + options] is the mean effect on the people drawn, in the metric's unit.
    """

    people: People
    menu: Menu
    allotment: Allotment | None
    draw: Draw
    share: float
    design: Design
    base: float
    effect: float
    arm_people: Integers
    arm_cost_fen: Floats
    arm_effect: Floats


class Finding(Struct, frozen=True, kw_only=True, eq=False):
    """The answer to a goal. `reason` says why it is no ready plan; `error` is a goal that cannot be at all."""

    status: Status
    reason: Reason = ""
    error: LiftloopError | None = None
    baseline: Baseline | None = None
    lifts: Lifts | None = None
    plan: Plan | None = None
    forecast: Forecast | None = None
    probability: float | None = None
    prove: float = 0.0
    """The lift that is to be proven, in the plan's kind."""
    judged: Judged | None = None
    sizing: Sizing | None = None
    eligible: int = 0
    curve: tuple[BudgetPoint, ...] = ()
    """What other budgets would lead to."""
    drivers: Mapping[int, tuple[Driver, ...]] = {}
    """What moved people into each arm, where the choice was by person."""
    worst: GroupEffect | None = None
    """The group that the log says the plan would do worst by."""
    guarded: tuple[GuardedEffect, ...] = ()
    """What the plan does to outcomes that must not be harmed."""
    given_up: tuple[GuardedEffect, ...] = ()
    """Options that are not used because they harm what the goal guards, and by how much."""
    rates: tuple[GroupRate, ...] = ()
    """How sensitive groups fare with offers that change what people pay."""


def level_of(inputs: StudyInputs, baseline: Baseline) -> float:
    """Return the metric's level: a sum over all people, or the value per person."""
    return baseline.value * baseline.people if inputs.metric.kind == "sum" else baseline.value


def lifts_of(inputs: StudyInputs, baseline: Baseline, base: float) -> Lifts:
    """Return how lifts are told; `base` is the eligible people's outcome when nothing is done.

    Points of a share or a mean stay points; everything else is relative to doing nothing. Against an earlier period
    the goal is what it takes from doing nothing now.
    """
    goal = inputs.goal
    assert goal.size is not None
    assert goal.size_kind is not None
    sign = -1.0 if goal.direction == "down" else 1.0
    against_past = goal.against == "last_period"
    if goal.size_kind == "points" and inputs.metric.kind != "sum" and not against_past:
        return Lifts(kind="points", goal=sign * goal.size, unit=1.0)
    if goal.size_kind == "relative" and not against_past:
        return Lifts(kind="relative", goal=sign * goal.size, unit=base)
    level = level_of(inputs, baseline)
    before = level * baseline.last / baseline.value if against_past else level
    return Lifts(kind="relative", goal=level_after(goal, goal.size_kind, before) / level - 1, unit=base)


def people_at(people: People, rows: Integers) -> People:
    return People(
        profile=people.profile[rows],
        features={name: column[rows] for name, column in people.features.items()},
        reach=people.reach[rows],
        unprofiled=None if people.unprofiled is None else people.unprofiled[rows],
        because=None if people.because is None else people.because[rows],
    )


def sign_of(inputs: StudyInputs) -> float:
    return -1.0 if inputs.goal.direction == "down" else 1.0
