"""The review of a campaign and the forecast ledger, as the API shows them."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, CountedAt, Finite, Interval, LiftKind, MetricUnit, Share, Text, View

Tone = Literal["good", "decide", "harm", "plain"]


class ReviewFact(View):
    label: Text
    value: Text
    under: Text | None


class ReviewNote(View):
    tone: Tone
    text: Text


class ReviewBar(View):
    label: Text
    value: Finite
    text: Text = Field(description="The value written out.")
    tone: Tone
    low: Finite | None
    high: Finite | None = Field(description="Null with a low: the range has no upper end that could be told.")
    state: str = Field(default="", description="Of a row of the ledger, with `reason`: whose people it counts.")
    reason: str = ""


class ReviewChart(View):
    """`intervals` has a zero line, `bars` starts at zero; `mark` is a line to reach."""

    kind: Literal["intervals", "bars"]
    title: Text
    unit: Literal["lift", "points", "fen", "number", "people"]
    bars: list[ReviewBar]
    mark: ReviewBar | None


class ReviewTable(View):
    columns: list[Text]
    rows: list[list[Text]]


class ReviewSection(View):
    """One question with its answer in a sentence, and what stands behind it."""

    id: Literal["result", "did", "groups", "money", "steering", "trust", "ledger", "next", "looks", "guards"]
    title: Text
    lead: Text
    facts: list[ReviewFact]
    chart: ReviewChart | None
    table: ReviewTable | None
    notes: list[ReviewNote]
    points: list[Text]


class Review(View):
    """The review of one campaign: the same document as its PDF and its slides."""

    counted: CountedAt | None = None
    campaign_id: str
    plan_id: str
    title: str
    status: Literal["too_early", "running", "final"]
    verdict: Literal["better", "worse", "unclear", "too_early"]
    headline: Text
    as_of: AwareDatetime
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    facts: list[ReviewFact]
    sections: list[ReviewSection]
    method: Text


class ReviewHanded(View):
    """What became of one review for one recipient."""

    campaign_id: str
    channel: str
    outcome: str = Field(description="Empty while it is not known; `later` where nothing left and it is tried again.")
    reason: str
    at: AwareDatetime


class ReviewsHanded(View):
    handed: list[ReviewHanded]


class ForecastRow(View):
    """A forecast that was launched beside what was measured; all lifts are of `kind`."""

    campaign_id: str
    plan_id: str
    goal: str
    kind: LiftKind
    started_at: AwareDatetime
    ended_at: AwareDatetime
    assumed: bool = Field(description="An assumed range, made before anything could be learned; not scored.")
    forecast: Finite
    i50: Interval
    i80: Interval
    i90: Interval
    measured: Finite
    measured_range: list[Finite | None] = Field(
        min_length=2, max_length=2, description="[low, high]; high is null where only the least can be told."
    )
    inside: bool = Field(description="Whether the measured lift lies within the 90% interval.")
    metric_unit: MetricUnit


class ForecastScores(View):
    """How the ledger did, of relative lifts; a figure is null where the rows do not allow one."""

    campaigns: Count
    coverage_50: Share | None
    coverage_80: Share | None
    coverage_90: Share | None
    bias: Finite | None = Field(description="Summed forecast over summed measured, minus one; signed.")
    slope: Finite | None = Field(description="Of measured on forecast; 1 is wanted.")
    wrong_sign: Share | None
    winkler: Finite | None = Field(description="Mean interval score of the 90% range, in its own errors.")


class Scorecard(View):
    """The forecast ledger, newest first, and what it says."""

    standing: Literal["empty", "too_few", "kept", "wrong"]
    sentence: Text
    next: Text | None
    scores: ForecastScores
    alarm: bool
    stretch_90: Finite | None = Field(
        description="Errors that a 90% range reaches by this ledger; null while too short."
    )
    rows: list[ForecastRow]
