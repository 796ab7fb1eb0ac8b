"""Goal and plan: from a sentence to two verdicts, as CONTRACTS "Metric, goal, plan" fixes the shape.

Fields beyond that list are words for people (`label`, `sentence`, `why`) and links.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue

from liftloop.api.views.values import Count, Fen, Finite, Interval, LiftKind, MetricRef, Share, Text, View

GOAL_CHARACTERS_MAX = 500  # A goal is a sentence; a longer text is a document pasted by mistake.

QuestionId = Literal["metric", "size", "window", "scope"]
PlanStatus = Literal["ready", "needs_answer", "exploration", "refused"]


class GoalRequest(View):
    """A goal in plain words, and the answers to what was asked back: {"window": "45天"}."""

    text: str = Field(min_length=1, max_length=GOAL_CHARACTERS_MAX)
    answers: dict[QuestionId, str] = Field(default_factory=dict)
    phases: bool | None = Field(
        default=None, description="Start people in warm-up, main phase and encore; null goes by the shop's rules."
    )
    proof: bool = Field(
        default=True, description="Leave people alone so that the lift can be proven; false declines it."
    )


class MarginTold(View):
    """Which share of an order is margin; null for a shop that will not say and has worth told in revenue."""

    share: float | None = Field(gt=0, le=1)


class GoalExample(View):
    text: Text
    why: Text = Field(description="What in the own data makes this a sensible goal.")


class GoalExamples(View):
    examples: list[GoalExample] = Field(max_length=3)


class Chip(View):
    """One understood piece of the sentence. Replacing its spans by other words and asking again edits it."""

    field: str
    label: Text
    spans: list[Annotated[list[Count], Field(min_length=2, max_length=2)]] = Field(
        description="Half-open offsets into `text`, counted in characters (code points); none if it was assumed."
    )


class Remark(View):
    """Something that was assumed, or that should be noticed."""

    id: str
    text: Text


class SizeReading(View):
    """What the size would mean for the baseline under one way of reading it; both ways are shown."""

    size_kind: Literal["relative", "points", "absolute"]
    chosen: bool
    sentence: Text


class Understood(View):
    """How the sentence was read, in pieces that a person can trust or correct."""

    text: str
    said: Text = Field(description="The goal restated as one sentence.")
    chips: list[Chip]
    assumed: list[Remark]
    notes: list[Remark]
    unread: list[str] = Field(description="Stretches of the text that were not understood.")
    answers: dict[QuestionId, str]
    metric: MetricRef | None
    direction: Literal["up", "down"] | None
    size: Finite | None = Field(description="0.05 is +5% or 5 points, as `size_kind` says; a level if absolute.")
    size_kind: Literal["relative", "points", "absolute"] | None
    against: Literal["nobody", "last_period"]
    window_days: int | None
    budget: Fen | None
    readings: list[SizeReading] = Field(description="Empty until there is a baseline to read it against.")


class Choice(View):
    value: str = Field(description="What to send in `answers` under the question's id.")
    label: Text


class Question(View):
    """Asked only where the sentence leaves the goal open."""

    id: QuestionId
    text: Text
    choices: list[Choice]
    open: bool = Field(description="Free words are taken as well.")


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


class DiagnosisPart(View):
    """A group that lost: beside its own level before (`fell`) or the rest's now (`below_rest`)."""

    kind: Literal["fell", "below_rest"]
    name: Text
    sentence: Text
    people: Count
    value: Finite
    compared: Finite
    low: Finite = Field(description="Of the difference, allowing for everything that was looked at.")
    high: Finite
    contribution: Finite = Field(description="What the whole would gain if there were no difference.")
    where: JsonValue = Field(description="These people, as the tree of an audience.")


class DiagnosisStep(View):
    """The share of people who took a step, now and in the window before."""

    name: Text
    now: Share
    before: Share


class Diagnosis(View):
    """Where the metric is lost and for whom; what is named passed a correction for `looked` comparisons."""

    sentence: Text
    now: Finite
    before: Finite
    change_low: Finite
    change_high: Finite
    people: Count
    looked: Count
    parts: list[DiagnosisPart]
    steps: list[DiagnosisStep]


class Holdout(View):
    """The people left alone so that the lift can be proven; `cost` is the value given up for that."""

    share: Share
    people: Count
    cost: Fen
    declined: bool = Field(
        default=False, description="Proof was declined: nobody is left alone, nothing can be claimed."
    )
    declined_cost: Fen = Field(default=0, description="What proof would have cost.")


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
    reasons: list[Text] = Field(default_factory=list[Text], description="Why these people and not the others.")
    recommended: Text | None = Field(default=None, description="The item recommended to these people, and why.")


class PlanPhase(View):
    """A part of the plan's time, counted from the launch: whom it reaches and what leads it."""

    name: Literal["warm_up", "main", "encore"]
    label: Text
    purpose: Text
    from_hours: Finite
    hours: Finite
    people: Count
    cost: Fen
    hero: Text | None = Field(description="The item that most of its people are offered.")
    series: Text | None = Field(description="The item's series, or its category.")
    format: Text | None = Field(description="Channel and offer of most of its people.")


class PlanNotice(View):
    """Something that changed since the plan was made; what `stops` a launch must be planned anew."""

    id: str
    stops: bool
    sentence: Text


class Constraint(View):
    """A limit, how much of it the plan uses, and what one more unit of it would bring."""

    name: str
    limit: Finite
    used: Finite
    shadow_price: Finite | None
    unit: Literal["fen", "people", "messages", "days"]
    label: Text
    sentence: Text | None = Field(default=None, description="The shadow price in words; null where it is zero.")


class GuardedOutcome(View):
    """What the plan adds to an outcome that must not be harmed, per person in the window, in the metric's unit."""

    metric: MetricRef
    comparison: Literal["no_drop", "no_rise"] = Field(description="What would be harm is the other way.")
    named: bool = Field(description="Whether the goal itself asked for it: then options that harm it are not used.")
    effect: Finite
    i90: Interval = Field(description="Holds for all guarded outcomes of a plan together.")
    standing: Literal["harmed", "spared", "unclear"]
    sentence: Text


class Certificate(View):
    """Proof of the optimum: nothing can beat `bound`; the plan has `value`; `gap` is their relative distance."""

    bound: Finite
    value: Finite
    gap: Finite


class Forecast(View):
    """Frozen lift forecast over the eligible people, of the plan's `lift_kind`.

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
    """`detectable` is the smallest lift, of the plan's `lift_kind`, that this design sees with 80% power."""

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
    diagnosis: Diagnosis | None = None
    holdout: Holdout | None
    actions: list[PlanAction]
    lift_kind: LiftKind = Field(description="Of every lift in this plan.")
    goal_lift: Finite | None = Field(description="The goal as a lift of that kind, signed.")
    constraints: list[Constraint]
    guarded: list[GuardedOutcome] = Field(
        default_factory=list[GuardedOutcome], description="Outcomes that must not be harmed, as far as the log tells."
    )
    certificate: Certificate | None
    forecast: Forecast | None
    reachable: Reachable | None
    provable: Provable | None
    sentence: Text = Field(description="The plan, the exploration or the refusal with its reason, in one sentence.")
    remarks: list[Text] = Field(default_factory=list[Text], description="What else should be known before the launch.")
    next: Text | None = Field(default=None, description="What to do now when the plan cannot be launched.")
    eligible: Count = Field(description="People that the plan may reach or hold out.")
    cost: Fen = Field(description="Expected spend: sends and redemptions.")
    missing: list[Missing]
    phases: list[PlanPhase] = Field(
        default_factory=list[PlanPhase], description="Empty where everybody starts at once."
    )
    waves: Text | None = Field(default=None, description="How people start in waves, where the goal asks for them.")
    notices: list[PlanNotice] = Field(
        default_factory=list[PlanNotice], description="What has changed since it was made; only on one plan's own page."
    )
    ask_margin: bool = Field(
        default=False, description="Worth is told in revenue until the shop's margin is known: ask for it, once."
    )
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


class BudgetPoint(View):
    """What a budget leads to: people contacted, expected spend, the lift with its 90% interval, both verdicts."""

    budget: Fen
    cost: Fen
    people: Count
    actions: list[Count] = Field(description="People by action, parallel to `actions` of the curve.")
    point: Finite
    i90: Interval
    probability: Share
    power: Share
    shadow_price: Finite = Field(description="What one more fen would bring, in the metric's unit.")


class WhatIf(View):
    """The plan at other budgets, cheapest first; between two of them read off a straight line.

    Empty for plans that were not learned from a log and for those that cost nothing.
    """

    actions: list[str]
    points: list[BudgetPoint]
    at: BudgetPoint | None = Field(description="What `budget_fen` leads to, where it was asked for.")


class LaunchSpread(View):
    """Over how many hours people are started, in how many equal parts; each person's part is drawn by hash."""

    hours: float = Field(gt=0, le=24 * 365)
    waves: int = Field(ge=1, le=1_000)


class LaunchCanary(View):
    """A small share goes first; the others follow by themselves when nothing is wrong, else a person decides."""

    share: float = Field(default=0.01, gt=0, le=0.5)
    people: int = Field(default=0, ge=0, le=10_000_000, description="Instead of a share: about so many people.")
    hours: float = Field(default=1, ge=1 / 6, le=12, description="From the first message to the decision.")


class LaunchRequest(View):
    """What is chosen at the launch; nothing starts everybody at once with the words of the plan."""

    spread: LaunchSpread | None = None
    canary: LaunchCanary | None = None
    variants: dict[str, list[str]] = Field(
        default_factory=dict[str, list[str]], description="Contents to compare by action id; two to eight each."
    )


class Launched(View):
    campaign_id: str
