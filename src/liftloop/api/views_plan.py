"""Goal and plan: from a sentence to two verdicts, as CONTRACTS "Metric, goal, plan" fixes the shape.

Fields beyond that list are words for people (`label`, `sentence`, `why`) and links.
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views import Count, Fen, Finite, Interval, MetricRef, Share, Text, View

GOAL_CHARACTERS_MAX = 500  # A goal is a sentence; a longer text is a document pasted by mistake.

Slot = Literal["metric", "direction", "size", "window", "scope", "budget", "caps"]
SizeKind = Literal["relative", "points"]
PlanStatus = Literal["ready", "needs_answer", "exploration", "refused"]


class GoalRequest(View):
    """A goal in plain words. `answers` holds, by slot, words that win over the text: {"window": "45天"}."""

    text: str = Field(min_length=1, max_length=GOAL_CHARACTERS_MAX)
    answers: dict[Slot, str] = Field(default_factory=dict)


class GoalExample(View):
    text: Text
    why: Text = Field(description="What in the own data makes this a sensible goal.")


class GoalExamples(View):
    examples: list[GoalExample] = Field(max_length=3)


class Cap(View):
    """At most `count` messages a person in `per_days` days."""

    count: Count
    per_days: int = Field(gt=0)


class Understood(View):
    """How the sentence was read; every part can be corrected through `GoalRequest.answers`."""

    text: str
    metric: MetricRef | None
    direction: Literal["up", "down"]
    size: Finite | None = Field(description="Fraction: 0.05 is +5% or 5 points, as `size_kind` says.")
    size_kind: SizeKind
    against: Literal["nobody", "last_period"]
    window_days: int | None
    scope: Text | None = Field(description="Whom the goal is about; null is everybody.")
    budget: Fen | None
    caps: list[Cap]
    answers: dict[Slot, str] = Field(description="The corrections that were given with the sentence.")
    assumed: list[Slot] = Field(description="Slots that were filled by assumption, not by the sentence.")
    readings: list[Text] = Field(description="The goal as relative and as points, both printed.")


class Choice(View):
    value: str = Field(description="What to send in `answers` under the question's slot.")
    label: Text


class Question(View):
    """Asked only where the sentence leaves the goal open."""

    slot: Slot
    text: Text
    choices: list[Choice] = Field(description="May be empty: then the answer is typed.")


class Reading(View):
    """What a sentence means so far; quick enough to ask while it is typed."""

    understood: Understood
    questions: list[Question]


class Baseline(View):
    """Where we are when nothing is done, with its 90% interval, over the people it counts."""

    value: Finite
    low: Finite
    high: Finite
    people: Count
    sentence: Text | None = Field(default=None, description="Where it is lost, in one sentence.")


class Holdout(View):
    """The people left alone so that the lift can be proven; `cost` is the value given up for that."""

    share: Share
    people: Count
    cost: Fen


class PlanAction(View):
    """One offer x item x channel and who gets it. `lift` is what it adds to the metric of those people."""

    id: str
    offer: str | None
    item: str | None
    channel: str
    people: Count
    cost: Fen
    lift: Finite
    label: Text = Field(description="Offer and item in words.")
    who: Text | None = None
    when: Text | None = None
    why: Text | None = None


class Constraint(View):
    """A limit, how much of it the plan uses, and what one more unit of it would bring."""

    name: str
    limit: Finite
    used: Finite
    shadow_price: Finite | None
    unit: Literal["fen", "people", "messages"]
    label: Text
    sentence: Text | None = Field(default=None, description="The shadow price in words; null where it is zero.")


class Certificate(View):
    """Proof of the optimum: nothing can beat `bound`; the plan has `value`; `gap` is their relative distance."""

    bound: Finite
    value: Finite
    gap: Finite


class Forecast(View):
    """Frozen lift forecast over the eligible people, of the kind that the goal's `size_kind` names.

    `assumed` says that no randomised exposure was learned from and the range is an assumption.
    """

    point: Finite
    i50: Interval
    i80: Interval
    i90: Interval
    hash: str
    assumed: bool


class Reachable(View):
    probability: Share
    sentence: Text
    would_need: Text | None


class Provable(View):
    """`detectable` is the smallest lift, of the goal's kind, that this design sees with 80% power."""

    power: Share
    detectable: Finite
    sentence: Text
    would_need: Text | None


class Missing(View):
    """Something outside that must exist before the launch, and how long it usually takes."""

    label: Text
    lead_days: int = Field(ge=0)
    blocks_launch: bool


class Plan(View):
    """What we would do about a goal. Everything after `questions` is null or empty until it is known."""

    plan_id: str
    status: PlanStatus
    understood: Understood
    questions: list[Question]
    baseline: Baseline | None
    holdout: Holdout | None
    actions: list[PlanAction]
    constraints: list[Constraint]
    certificate: Certificate | None
    forecast: Forecast | None
    reachable: Reachable | None
    provable: Provable | None
    sentence: Text = Field(description="The plan, the exploration or the refusal with its reason, in one sentence.")
    next: Text | None = Field(default=None, description="What to do now when the plan cannot be launched.")
    eligible: Count = Field(description="People that the plan may reach or hold out.")
    cost: Fen = Field(description="Expected spend: sends and redemptions.")
    missing: list[Missing]
    created_at: AwareDatetime
    campaign_id: str | None = Field(description="The campaign, once launched.")


class PlanRow(View):
    plan_id: str
    status: PlanStatus
    text: str
    sentence: Text
    created_at: AwareDatetime
    campaign_id: str | None


class PlanList(View):
    plans: list[PlanRow]


class Launched(View):
    campaign_id: str
