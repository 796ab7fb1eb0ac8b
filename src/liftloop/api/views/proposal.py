"""Proposals as the API shows them: what falls short, why, what would change, what its trial says."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Share, Text, View


class ProposalLine(View):
    """One field of the journey's definition; null where it was not, or will not be there."""

    path: str
    before: str | None
    after: str | None


class Proposal(View):
    """A change from numbers alone. `settled`: its trial has a verdict, or its time is over."""

    id: str
    status: Literal["waits", "declined", "running", "kept", "rolled_back"]
    settled: bool
    made_at: AwareDatetime
    actor: str = Field(description="Who took the last step.")
    journey: str
    journey_name: str
    node: str
    sent: Count
    rate: Share
    expected: Share
    headline: Text
    findings: list[Text] = Field(description="Where answers are lost, corrected for all that was looked at.")
    change: Text
    because: Text
    trial: Text = Field(description="What the trial takes, or took.")
    diff: list[ProposalLine]
    experiment: str | None = Field(description="The experiment of the trial while it runs.")
    ends_at: AwareDatetime | None
    verdict: Literal["better", "worse", "unclear", "too_early"]
    verdict_sentence: Text | None


class ProposalPage(View):
    proposals: list[Proposal]
