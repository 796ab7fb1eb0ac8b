"""A rehearsal: what a launch now would do, gate by gate and hour by hour; nothing is sent."""

from pydantic import AwareDatetime, Field

from liftloop.api.views.plan import LaunchRequest
from liftloop.api.views.values import Count, Fen, Text, View


class RehearsalRequest(LaunchRequest):
    """What would be chosen at the launch, and how many stand for everybody."""

    whole: bool = Field(default=False, description="Everybody rather than a sample of at most 50,000 people.")


class RehearsalReason(View):
    reason: str
    label: Text
    people: Count


class RehearsalStep(View):
    """One step of the gate: who stops there and why, and how many are left after it."""

    gate: str
    label: Text
    stopped: Count
    left: Count
    reasons: list[RehearsalReason]


class RehearsalHour(View):
    at: AwareDatetime
    messages: Count
    cost: Fen


class RehearsalLimit(View):
    """What runs out, on which day counted from 0, and how many people it concerns."""

    what: str = Field(description="`budget` or `channel:ID`.")
    day: int
    people: Count
    sentence: Text


class Rehearsal(View):
    plan_id: str
    starts_at: AwareDatetime
    rehearsed: Count = Field(description="People who stood for everybody.")
    people: Count = Field(description="Everybody whom the plan assigned an action, held-out people too.")
    sentence: Text
    steps: list[RehearsalStep]
    handed_over: Count
    cost: Fen = Field(description="Messages alone; coupons are spent when they are used.")
    hours: list[RehearsalHour]
    runs_out: list[RehearsalLimit]
