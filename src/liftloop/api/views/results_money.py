"""Who came back, what buyers are worth, what led to conversions, and what ads brought for what they cost."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from liftloop.api.views.results import DaysAsked, Grouping, GroupName, StepAsked
from liftloop.api.views.values import Count, CountedAt, Fen, Finite, Interval, Text, View

Place = Annotated[str, Field(pattern=r"^\d{0,12}$")]
Grain = Literal["day", "week", "month"]
Counted = Literal["clicked", "opened", "delivered", "sent"]
ModelName = Literal["first", "last", "last_non_direct", "linear", "time_decay", "position", "markov", "shapley"]
RuleName = Literal["first", "last", "last_non_direct", "linear", "time_decay", "position"]
_ORDERED = StepAsked(event="Order Completed")


class RetentionRequest(DaysAsked):
    first: StepAsked = Field(default=_ORDERED, description="Whoever does this for the first time begins.")
    back: StepAsked = Field(default=_ORDERED, description="Whoever does this afterwards came back.")
    grain: Grain = Field(default="month", description="Weeks begin on Monday; days by the shop's clock.")


class RetentionPeopleRequest(RetentionRequest):
    cohort: int = Field(description="The `bucket` of a cohort.")
    age: int | None = Field(default=None, ge=0, description="Who came back after so many; null for all who began.")
    after: Place = ""


class RetentionCell(View):
    age: Count
    people: Count
    share: float
    amount: Fen = Field(description="What the cohort paid in it, refunds taken off.")
    running: bool = Field(description="Its days are not over: more may come, and it counts in no average.")


class RetentionCohort(View):
    bucket: int
    first_day: date
    people: Count
    cells: list[RetentionCell] = Field(description="Up to now; what lies ahead is not there.")
    may_be_older: bool = Field(description="The data begin here: some may have begun before.")


class RetentionPoint(View):
    age: Count
    people: Count
    of: Count
    share: float
    interval: Interval = Field(description="Nine times in ten.")
    amount_share: float | None = Field(description="Paid, as a share of what was paid in the first bucket.")


class RetentionView(View):
    counted: CountedAt | None = None
    grain: Grain
    known_until: date = Field(description="The last day of which there are data.")
    sentence: Text
    cohorts: list[RetentionCohort]
    curve: list[RetentionPoint] = Field(description="All whole cells of one age together.")


class LifetimeRequest(DaysAsked):
    """About those who first bought in these days."""

    horizon_days: Literal[90, 180, 365] = 365
    basis: Literal["revenue", "margin"] = "revenue"
    group: Grouping | None = None


class LifetimePeopleRequest(LifetimeRequest):
    month: int | None = Field(default=None, description="The `place` of a month.")
    of_group: int | None = None
    after: Place = ""


class LifetimeRow(View):
    place: int
    group: GroupName
    people: Count
    realised: Fen = Field(description="A buyer's mean so far, within the horizon.")
    expected: Fen = Field(description="A buyer's mean still to come within the horizon; forecast.")
    value: Fen
    interval: Interval = Field(description="Nine times in ten, in fen.")
    whole: bool = Field(description="Everybody is old enough: nothing is forecast.")
    cac: Fen | None = Field(description="Ad spend for each of these buyers.")
    payback_days: int | None = Field(description="By when a buyer had brought that; null where it was not seen.")


class LifetimePoint(View):
    days: Count
    people: Count
    value: Fen


class BacktestView(View):
    days: Count
    people: Count
    forecast: Fen
    came: Fen


class LifetimeView(View):
    counted: CountedAt | None = None
    horizon_days: int
    basis: Literal["revenue", "margin"]
    known_until: date
    sentence: Text
    model: bool = Field(description="Whether what lies ahead is forecast; else too few people came back.")
    backtest: BacktestView | None = Field(description="The same model in the past, beside what came.")
    margin_known: float | None = Field(description="Share of revenue whose margin is known, where margin is asked.")
    spend: Fen = Field(description="Imported ad spend of these days.")
    whole: LifetimeRow
    months: list[LifetimeRow]
    groups: list[LifetimeRow]
    curve: list[LifetimePoint] = Field(description="What a buyer had brought so far by age, of those that old.")


class AttributionRequest(DaysAsked):
    conversion: StepAsked = _ORDERED
    lookback_days: float = 30
    counted: Counted = Field(default="clicked", description="Which of our own messages are touches.")
    level: Literal["channel", "campaign"] = "channel"
    markov_order: int = 1
    campaign: str = Field(default="", description="Only this campaign's messages; its measured lift is divided.")


class AttributionPeopleRequest(AttributionRequest):
    channel: int = Field(ge=0, description="The `place` of a channel.")
    after: Place = ""


class Credit(View):
    model: ModelName
    share: float
    amount: float | None = Field(description="Of the measured lift; null where it was not shown to differ from zero.")
    interval: Interval | None = None


class AttributedChannel(View):
    place: Count
    key: str
    name: Text
    campaign: str
    action: str = Field(description="Of one campaign, its action.")
    others: Count = Field(description="Sources that stand together here.")
    touches: Count
    conversions: Count = Field(description="On whose way it was.")
    credits: list[Credit]
    least: float = Field(description="The least share that any model gives it.")
    most: float


class AttributionView(View):
    counted: CountedAt | None = None
    from_: date = Field(alias="from")
    to: date
    sentence: Text
    conversions: Count
    untouched: Count = Field(description="Conversions without a touch within the lookback: nobody is given these.")
    value: Fen | None = Field(description="What the conversions brought; it is not what the channels brought.")
    disagreement: float = Field(description="How much of the whole the two models that differ most give differently.")
    disagree: bool
    shapley_exact: bool
    unit: Literal["", "share", "fen", "count"] = Field(description="Of the amounts; empty where there are none.")
    total: list[Finite] | None = Field(description="The measured lift with its bounds, where it is divided.")
    why_no_amounts: Text
    channels: list[AttributedChannel]


class SpendRequest(DaysAsked):
    lookback_days: float = 30
    model: RuleName = "last_non_direct"
    counted: Counted = "clicked"
    basis: Literal["revenue", "margin"] = "revenue"


class SpendPeopleRequest(SpendRequest):
    key: list[str] = Field(min_length=1, max_length=4, description="Channel, campaign, ad group, keyword.")
    after: Place = ""


class SpendDaysRequest(DaysAsked):
    key: list[str] = Field(min_length=1, max_length=4)


class SpendAmounts(View):
    cost: Fen
    impressions: float
    clicks: float
    touches: Count
    conversions: float
    newcomers: float = Field(description="Of them first orders.")
    value: Fen = Field(description="Attributed revenue or margin.")
    roi: float | None = Field(description="(value - cost) / cost.")
    cac: Fen | None = Field(description="Cost of a newcomer.")


class SpendNode(View):
    key: list[str]
    name: Text
    amounts: SpendAmounts
    missing_days: list[date] = Field(description="Of a campaign: days between its first and last without spend.")
    below: list["SpendNode"]


class OwnCampaign(View):
    campaign_id: str
    goal: str
    cost: Fen
    unit: Literal["share", "fen", "count"]
    incremental: list[Finite] | None = Field(description="More than in the holdout, with bounds; null where unclear.")
    roi: list[Finite] | None = Field(description="With bounds; only where the lift is money.")
    sentence: Text


class SpendView(View):
    counted: CountedAt | None = None
    from_: date = Field(alias="from")
    to: date
    basis: Literal["revenue", "margin"]
    model: RuleName
    currency: str
    sentence: Text
    warnings: list[Text]
    margin_known: float | None
    nodes: list[SpendNode]
    untouched: SpendAmounts
    total: SpendAmounts = Field(
        description="The sum of the nodes and of what has no touch, all orders of these days: no ROI of the ads."
    )
    own: list[OwnCampaign] = Field(description="Our own campaigns of these days, by what was measured.")


class SpendDayRow(View):
    day: date
    key: list[str]
    cost: Fen
    impressions: float
    clicks: float
    replaced: Count = Field(description="Rows of earlier imports in whose place this one stands.")


class SpendDays(View):
    days: list[SpendDayRow]
