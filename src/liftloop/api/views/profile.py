"""One person: who, what was said to be allowed, what happened, what we sent and did not, and why."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.points import PointsAccount
from liftloop.api.views.values import Count, PersonRow, Text, View

Value = str | bool | int | float


class ProfileList(View):
    """People whose identifiers or traits match `q`; the newest first where `q` is empty."""

    total: Count
    profiles: list[PersonRow]


class Identifier(View):
    kind: str = Field(description="user_id, phone, email, anonymous_id, unionid, …")
    value: str = Field(description="Masked by role: 138****2046.")
    since: AwareDatetime


class Trait(View):
    id: str
    name: Text
    value: Value | None
    unit: Literal["fen", "days", "times", "none"]
    at: AwareDatetime | None = None
    how: Text | None = Field(default=None, description="How a studied value came about.")
    words: Text | None = Field(default=None, description="The value as people say it, where it is a code.")


class Consent(View):
    """The latest word for a channel and purpose, with its evidence."""

    words: Text = Field(description="Channel, purpose and status in words.")
    channel: str
    purpose: Literal["marketing", "transactional", "service"]
    topic: str | None
    status: Literal["granted", "denied", "withdrawn"]
    source: str
    given: Text | None = Field(default=None, description="Where it was given, in words.")
    text_version: str | None
    at: AwareDatetime


class Moment(View):
    """Something that happened, in words; `link_id` leads to the campaign or audience behind it."""

    at: AwareDatetime
    kind: Literal["event", "message", "consent", "audience", "identity", "tag", "level", "points", "stage"]
    name: str
    label: Text
    detail: Text | None = None
    codes: str | None = Field(default=None, description="Ids of the items that the detail names.")
    campaign_id: str | None = None
    audience_id: str | None = None


class MessageRow(View):
    """A message, or a deliberate silence, for this person; `sentence` says which and why."""

    message_key: str
    campaign_id: str
    goal: str
    channel: str
    sent: bool
    state: str
    reason: str
    sentence: Text
    at: AwareDatetime


class PersonAudience(View):
    audience_id: str
    name: str
    since: AwareDatetime


class SignalEvidence(View):
    name: str
    label: Text = Field(description="The event in words.")
    at: AwareDatetime


class LevelLack(View):
    """A part of the next level's rule that does not hold yet; both numbers are null where it compares none."""

    sentence: Text
    has: float | None
    needs: float | None


class NextLevel(View):
    level_id: str
    name: str
    benefits: str
    any_of: bool = Field(description="Whether one part of the rule is enough.")
    lacks: list[LevelLack]


class PersonLevel(View):
    """The member level that this person has by its rule."""

    level_id: str
    name: str
    since: AwareDatetime
    benefits: str
    rule: Text
    evidence: list[SignalEvidence] = Field(description="The events that the rule counts, newest first.")


class PersonTag(View):
    """A tag that this person has."""

    tag_id: str
    name: str
    category: str
    meaning: str
    since: AwareDatetime
    until: AwareDatetime | None = Field(description="Null: until it is taken off, or its rule holds no more.")
    by: str = Field(description="rule, or who put it on: person:admin, key:web, …")


class RaisedSignal(View):
    """A signal that this person gives now, with the events behind it."""

    signal_id: str
    name: str
    sentence: Text
    since: AwareDatetime
    strength: float = Field(description="1 while fresh, halved each half-life without new evidence.")
    evidence: list[SignalEvidence] = Field(description="Newest first.")


class Profile(View):
    profile_id: str
    name: str
    first_seen_at: AwareDatetime
    last_seen_at: AwareDatetime | None
    sentence: Text = Field(description="Who this is, in one sentence.")
    identifiers: list[Identifier]
    traits: list[Trait]
    consents: list[Consent]
    audiences: list[PersonAudience]
    level: PersonLevel | None = None
    next_level: NextLevel | None = Field(default=None, description="The level above, with what it still lacks.")
    points: PointsAccount | None = None
    tags: list[PersonTag] = Field(default_factory=list)
    signals: list[RaisedSignal] = Field(default_factory=list)
    messages: list[MessageRow]
    timeline: list[Moment] = Field(description="Newest first.")
    timeline_next: str | None = None


class GateStep(View):
    """One gate in the order of the gate; `passed` is null where an earlier one had already decided."""

    gate: str
    label: Text
    passed: bool | None
    detail: Text | None


class Why(View):
    """Why a person got a campaign's message or did not: one sentence, then each gate."""

    profile_id: str
    campaign_id: str
    goal: str
    sent: bool
    sentence: Text
    decided_at: AwareDatetime | None = Field(description="Null where the person never qualified.")
    action: Text | None = Field(description="What was chosen for this person, or would have been.")
    steps: list[GateStep]
