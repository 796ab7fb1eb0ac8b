"""A plan as it is kept: everything that is shown, and everything that a launch needs, frozen together."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from liftloop.plan.baseline import Baseline
from liftloop.plan.contract import Action, PhaseName, Spread
from liftloop.plan.diagnosis import Diagnosis
from liftloop.plan.forecast import Forecast
from liftloop.plan.goal.contract import Reading, Understood
from liftloop.plan.options import Words
from liftloop.plan.whatif import BudgetPoint

Status = Literal["ready", "needs_answer", "exploration", "refused"]
LiftKind = Literal["relative", "points"]


class MetricName(Struct, frozen=True, kw_only=True):
    id: str
    name: Words
    unit: Literal["share", "fen", "count"]


class HoldoutPlan(Struct, frozen=True, kw_only=True):
    """Who is left alone for proof; `cost_fen` is what these people would have brought.

    `declined` says that proof was not wanted: then nobody is left alone, and it would have cost `declined_fen`.
    """

    share: float
    people: int
    cost_fen: int
    declined: bool = False
    declined_fen: int = 0


class PlannedAction(Struct, frozen=True, kw_only=True):
    """One option, the treated people assigned to it, what it costs and what it adds to the metric of those people."""

    id: str
    offer: str
    item: str
    channel: str
    people: int
    cost_fen: int
    lift: float
    label: Words
    who: Words | None
    when: Words | None
    why: Words | None
    reasons: tuple[Words, ...] = ()
    """Why these people and not others; empty where the choice was not by person."""
    recommended: Words | None = None
    """The item recommended and why, where the option goes only to those for whom it is."""


class PlannedPhase(Struct, frozen=True, kw_only=True):
    """A part of the plan's time, seconds after the start: whom it reaches, and what leads it."""

    name: PhaseName
    label: Words
    purpose: Words
    from_s: int
    over_s: int
    people: int
    cost_fen: int
    hero: Words | None
    """The item that most of its people are offered."""
    series: Words | None
    format: Words | None


class Limit(Struct, frozen=True, kw_only=True):
    """A limit, its use, and what one more unit of it would bring, in people (or the metric's unit) per unit."""

    name: str
    limit: float
    used: float
    shadow_price: float | None
    unit: Literal["fen", "people", "messages", "days"]
    label: Words
    sentence: Words | None


class Proof(Struct, frozen=True, kw_only=True):
    """The certificate of the optimum, in units of the metric."""

    bound: float
    value: float
    gap: float


class Verdict(Struct, frozen=True, kw_only=True):
    """`value` is a probability (reachable) or a power (provable); `detectable` only for the latter."""

    value: float
    detectable: float
    sentence: Words
    would_need: Words | None


class GuardedOutcome(Struct, frozen=True, kw_only=True):
    """What the plan adds to an outcome beside its goal, per person in the window, in the metric's unit.

    `low` and `high` hold it nine times out of ten, for all of a plan's guarded outcomes together; `named` says that
    the goal asked for it.
    """

    metric: MetricName
    comparison: Literal["no_drop", "no_rise"]
    named: bool
    effect: float
    low: float
    high: float
    standing: Literal["harmed", "spared", "unclear"]
    sentence: Words


class MissingThing(Struct, frozen=True, kw_only=True):
    label: Words
    lead_days: int
    blocks_launch: bool


class BudgetCurve(Struct, frozen=True, kw_only=True):
    """What other budgets would lead to, cheapest first; `by_action` of each point is parallel to `actions`."""

    actions: tuple[str, ...]
    points: tuple[BudgetPoint, ...]


class Assigned(Struct, frozen=True, kw_only=True):
    """Who is assigned what: packed columns {profile, action, cell}, the vectors of the cells, and the actions."""

    columns: bytes
    cells: tuple[tuple[float, ...], ...]
    actions: tuple[Action, ...]
    labels: tuple[Words, ...]
    """What each action says, for drafts; parallel to `actions`."""


class PlanRecord(Struct, frozen=True, kw_only=True):
    """A plan. Everything after `understood` is None or empty until it is known.

    `goal_lift` is signed; every lift is of `lift_kind` over the eligible people. `assigned` is there where the plan
    can be launched. `forecast_hash` freezes forecast, data position and terms.
    """

    plan_id: str
    status: Status
    created_ms: int
    understood: Understood
    group: Mapping[str, Any] | None = None
    """Whom the goal is about, as the tree of an audience; None is everybody."""
    sentence: Words
    next: Words | None = None
    metric: MetricName | None = None
    readings: tuple[Reading, ...] = ()
    remarks: tuple[Words, ...] = ()
    baseline: Baseline | None = None
    diagnosis: Diagnosis | None = None
    diagnosed: tuple[Words, ...] = ()
    """What the diagnosis says, a sentence each; the first is the whole, the others its parts in their order."""
    holdout: HoldoutPlan | None = None
    actions: tuple[PlannedAction, ...] = ()
    lift_kind: LiftKind = "relative"
    goal_lift: float | None = None
    limits: tuple[Limit, ...] = ()
    guarded: tuple[GuardedOutcome, ...] = ()
    """What the plan does to outcomes that must not be harmed, as far as the log can tell."""
    certificate: Proof | None = None
    forecast: Forecast | None = None
    forecast_hash: str = ""
    reachable: Verdict | None = None
    provable: Verdict | None = None
    eligible: int = 0
    cost_fen: int = 0
    budget_fen: int | None = None
    window_days: int = 0
    missing: tuple[MissingThing, ...] = ()
    spread: Spread | None = None
    """Over which time a launch starts its people, unless another is chosen then."""
    schedule: tuple[PlannedPhase, ...] = ()
    tail_days: int | None = None
    """How long outcomes are awaited after the window, for what was only bought earlier."""
    data_offset: int = 0
    """How far the data had come that it was made from; 0 where that was not kept."""
    ask_margin: bool = False
    """Whether to ask for the shop's margin: worth is told in revenue until it is known."""
    curve: BudgetCurve | None = None
    assigned: Assigned | None = None
    campaign_id: str = ""
