"""Standing goals: where each is on its path, and what was done about it."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.plan import GOAL_CHARACTERS_MAX, QuestionId
from liftloop.api.views.values import Count, Fen, Finite, MetricRef, Text, View

Autonomy = Literal["suggest", "approve", "autopilot"]


class WeeklyLimits(View):
    """What may be spent, and how many people contacted, in any seven days; null is no limit."""

    budget: Fen | None = None
    people: Count | None = None


class StandingGoalRequest(View):
    """A goal that is to stand; the same id again changes it."""

    text: str = Field(min_length=1, max_length=GOAL_CHARACTERS_MAX)
    name: str = ""
    answers: dict[QuestionId, str] = Field(default_factory=dict)
    autonomy: Autonomy = "suggest"
    limits: WeeklyLimits = Field(default_factory=WeeklyLimits)
    weekday: int = Field(default=1, ge=1, le=7, description="Monday is 1.")
    hour: int = Field(default=9, ge=0, le=23)


class StandingGoalChange(View):
    """What is to be changed; what is left out stays."""

    autonomy: Autonomy | None = None
    limits: WeeklyLimits | None = None
    paused: bool | None = None


class GoalLevel(View):
    """The metric in the window that just ended and what the next will be, each with its 90% interval."""

    now: Finite
    low: Finite
    high: Finite
    foreseen: Finite
    foreseen_low: Finite
    foreseen_high: Finite
    people: Count


class GoalReview(View):
    """One look at a standing goal; facts of the log, never changed afterwards."""

    at: AwareDatetime
    actor: str
    version: int
    status: Literal["on_path", "behind", "over"]
    sure: bool = Field(description="The whole interval of the level says so.")
    sentence: Text
    level: GoalLevel
    base: Finite = Field(description="Where the path began.")
    target: Finite
    path: Finite = Field(description="Where it should be by now.")
    act: Literal["none", "suggested", "waits", "launched", "no_plan", "stopped"]
    reason: Text
    plan_id: str | None
    campaign_id: str | None
    cost: Fen
    people: Count
    used_cost: Fen = Field(description="Of the week's limit, before this.")
    used_people: Count


class StandingGoal(View):
    """A standing goal and its last look; `review` is null before the first."""

    id: str
    version: int
    name: str
    text: str
    answers: dict[QuestionId, str]
    autonomy: Autonomy
    limits: WeeklyLimits
    weekday: int
    hour: int
    paused: bool
    since: AwareDatetime
    ends: AwareDatetime | None = Field(description="When the path ends; null for one that lasts.")
    next_review: AwareDatetime | None
    metric: MetricRef | None
    direction: Literal["up", "down"]
    review: GoalReview | None


class StandingGoalPage(View):
    goals: list[StandingGoal]


class StandingGoalDetail(View):
    goal: StandingGoal
    reviews: list[GoalReview] = Field(description="The latest first.")


class Approval(View):
    plan_id: str


class StopRequest(View):
    campaign_id: str
