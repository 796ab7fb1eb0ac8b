"""A launched plan: its measured lift beside its frozen forecast, and the ledger that adds up."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.plan import Forecast
from liftloop.api.views.values import Count, CountedAt, Fen, Finite, LiftKind, MetricRef, Share, Text, View

CampaignStatus = Literal["running", "measuring", "done", "stopped", "paused"]


class Lift(View):
    """A measured effect with its interval, valid at every planned look; `level` is its coverage (0.9)."""

    value: Finite
    low: Finite
    high: Finite | None = Field(
        description="Null for a relative lift of which only the least can be told, as few of the held out did it."
    )
    level: Share


class Assigned(View):
    """People by assignment. Lift compares assigned with assigned, never sent with held out."""

    treated: Count
    held_out: Count


class Spend(View):
    """`expected` is what the plan foresaw for the whole campaign; `budget` is null where none was set."""

    spent: Fen
    expected: Fen
    budget: Fen | None


class ItemsBeside(View):
    """Who bought the item named to them, and who bought anything of its category; both ranges hold together."""

    assigned: Assigned = Field(description="Of all whose action names an item.")
    item: Lift | None = Field(description="Of the share of people who bought it.")
    category: Lift | None
    sentence: Text = Field(description="Whether the category gained what the item gained, or one replaced another.")


class Campaign(View):
    counted: CountedAt | None = None
    campaign_id: str
    plan_id: str
    goal: str = Field(description="The sentence that the campaign came from.")
    status: CampaignStatus
    sentence: Text = Field(description="Lift in words, or why there is none yet.")
    started_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="End of the measured window.")
    lift: Lift | None
    lift_kind: LiftKind
    assigned: Assigned
    spend: Spend


class Look(View):
    """One look at the data. A planned look that lies ahead has no lift yet, and nobody in it."""

    at: AwareDatetime
    planned: bool
    lift: Lift | None
    treated: Count
    held_out: Count


class CampaignRow(Campaign):
    """A campaign in the list: the course of its lift, and what comes next."""

    looks: list[Look]
    next_look_at: AwareDatetime | None = Field(description="The next planned look; null after the last.")


class CampaignList(View):
    counted: CountedAt | None = Field(default=None, description="Of the report that was counted first.")
    campaigns: list[CampaignRow]


class Outcome(View):
    """The metric of each side, as assigned."""

    treated: Finite
    held_out: Finite


class RatioPart(View):
    """One part of a ratio, per eligible person."""

    name: Text
    treated: Finite
    held_out: Finite


class Ratio(View):
    """A ratio taken apart: it is only shown, what is claimed is per eligible person."""

    treated: Finite | None
    held_out: Finite | None
    numerator: RatioPart
    denominator: RatioPart
    moved: Lift | None = Field(description="Change of the denominator per person; clear of zero, treatment moved it.")


class Report(View):
    """What the campaign changed. `forecast` is the one frozen at launch, `lift` has the same kind.

    A relative `lift` and `difference` have the same sign or leave it open together. Without a `lift` but with a
    `difference`, hardly anybody held out did it, and the verdict is that of the difference.
    """

    campaign_id: str
    plan_id: str
    as_of: AwareDatetime
    counted: CountedAt | None = None
    status: Literal["too_early", "running", "final"]
    verdict: Literal["better", "worse", "unclear", "too_early"]
    sentence: Text
    next: Text | None = Field(default=None, description="What would make it clear, where it is not.")
    warnings: list[Text] = Field(
        default_factory=list[Text], description="What blurs the comparison: unequal sides, coupons in other hands."
    )
    metric: MetricRef
    goal_lift: Finite
    lift_kind: LiftKind
    forecast: Forecast
    lift: Lift | None
    difference: Lift | None = Field(description="The same effect in the metric's own unit, per person.")
    outcome: Outcome | None
    assigned: Assigned
    looks: list[Look]
    spend: Spend
    ratio: Ratio | None = Field(default=None, description="The metric taken apart, where treatment can move its base.")
    method: Text = Field(description="How the lift was measured, for the analyst.")
    variance_removed: Share | None = Field(description="Share of variance that earlier behaviour explained (CUPED).")
    adjusted: Text | None = Field(
        default=None, description="Why the lift is not the plain difference of the sides, where the two differ much."
    )
    after: Text | None = Field(
        default=None, description="What is left after the tail, without what was only bought earlier; or when it shows."
    )
    items: ItemsBeside | None = Field(default=None, description="Where actions name items: they beside their category.")


class LedgerRow(View):
    """People in one state for one reason.

    `kind` orders the way from qualified to answered: blocked by a gate, held out, waiting, lost after
    the hand-over, reached, answered.
    """

    kind: Literal["blocked", "held_out", "waiting", "lost", "reached", "answered"]
    state: str
    reason: str = Field(description="Stable code such as `frequency_cap`; empty where the state says it all.")
    label: Text
    people: Count


class Ledger(View):
    """Every person qualified so far is in exactly one row: the rows' people add up to `qualified`."""

    campaign_id: str
    as_of: AwareDatetime
    qualified: Count
    rows: list[LedgerRow]
