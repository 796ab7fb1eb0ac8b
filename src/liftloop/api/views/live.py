"""A campaign while it runs: variants and where people go, guardrails, money, and what the system did by itself."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Fen, Finite, Share, Text, View


class LiveVariant(View):
    """One way of saying it. `share` is that of the people who are steered; `best` the chance that it is the best."""

    id: str
    content: str
    share: Share
    best: Share
    people: Count = Field(description="Matured so far: everybody here had the same time to respond.")
    responses: Count


class LiveMove(View):
    """Shares that came into force; the first are equal ones, at the start."""

    at: AwareDatetime
    shares: list[Share]
    by_system: bool


class RiverPoint(View):
    """How many people were given each variant within the hour from `at`, matured or not."""

    at: AwareDatetime
    people: list[Count]


class LiveTest(View):
    """The variants of one action, told in words first."""

    action: str
    variants: list[LiveVariant]
    standing: Text
    claim: Text = Field(description="What may be said of the variants, whenever one looks; never by pooled means.")
    gain: Text = Field(description="What moving people brought, apart from what the campaign changed.")
    second_opinion: list[Finite] = Field(description="The claims' differences by the other method, for the analyst.")
    held: bool = Field(description="A person has set the shares, and the system leaves them alone.")
    moves: list[LiveMove]
    river: list[RiverPoint]


class LiveGuardrail(View):
    """`fill` is from 0 to 1 how much of the evidence for an alarm is there."""

    metric: str
    name: Text
    gauge: Literal["quiet", "near", "crossed", "unknown"]
    value: Finite | None
    limit: Finite | None
    fill: Share
    sentence: Text


class LiveEntry(View):
    """One thing that happened to the campaign; `undo` says what undoing it would do, where it can be undone."""

    number: Count
    at: AwareDatetime
    kind: Literal["launched", "steered", "paused", "continued", "stopped", "canary_passed"]
    by_system: bool
    sentence: Text
    why: Text | None
    undo: Text | None


class SpendPoint(View):
    """Money spent on messages by the end of the hour from `at`, and what was planned by then."""

    at: AwareDatetime
    spent: Fen
    planned: Fen


class CanarySign(View):
    """One thing that is looked at: how many of the first messages, beside the limit as a rate."""

    name: Text
    count: Count
    limit: Share


class LiveCanary(View):
    """What comes of the first messages, for which all others wait."""

    standing: Literal["waits", "passes", "stops", "passed"]
    sent: Count = Field(description="Of the share that goes first: messages that left.")
    behind: Count = Field(description="Messages that wait.")
    decides_at: AwareDatetime | None = Field(description="The earliest; null before the first message.")
    signs: list[CanarySign]


class CampaignLive(View):
    campaign_id: str
    as_of: AwareDatetime
    state: Literal["running", "paused", "stopped", "done"]
    paused: Text | None = Field(description="Why nothing leaves, and how to go on.")
    started: Share = Field(description="Share of the people whose turn has come.")
    next_look_at: AwareDatetime | None
    tests: list[LiveTest]
    guardrails: list[LiveGuardrail]
    canary: LiveCanary | None
    log: list[LiveEntry] = Field(description="The newest first.")
    spend: list[SpendPoint]
    pace: Literal["early", "even", "ahead", "behind"] = Field(
        description="Money for messages beside what the plan had for those whose turn has come, a tenth apart or more; "
        "nobody is late before half a day."
    )
    pace_words: Text | None = Field(description="The same in words, with what to do; null without a plan.")


class CampaignOrder(View):
    """What a running campaign is to do."""

    order: Literal["pause", "continue", "stop"]


class CampaignOrdered(View):
    """`changed` is false where the campaign did so already."""

    campaign_id: str
    state: Literal["running", "paused", "stopped", "done"]
    changed: bool
