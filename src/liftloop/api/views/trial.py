"""A journey tried on a copy of people's state: one person's way, and what becomes of a group."""

from typing import Any

from pydantic import AwareDatetime, Field

from liftloop.api.views.content import PreviewAnswer
from liftloop.api.views.values import Count, Text, View


class AssumedEvent(View):
    """What the person is assumed to do, so long after the trial begins."""

    name: str = Field(min_length=1, max_length=200)
    after_s: int = Field(ge=0, le=400 * 86_400)
    properties: dict[str, Any] = Field(default_factory=dict)


class TrialRequest(View):
    """A published journey by its id, or one as it is being written."""

    id: str = Field(default="draft", min_length=1, max_length=200)
    body: dict[str, Any] | None = Field(default=None, description="Without one the newest published version.")
    person: str = Field(description="A user id, an anonymous id or a profile id.")
    fresh: bool = Field(default=False, description="As if the person had never been in it.")
    days: float = Field(default=90, gt=0, le=400, description="How far the clock is moved at most.")
    properties: dict[str, Any] = Field(
        default_factory=dict, description="With what the person enters, as the trigger's event would say it."
    )
    happens: list[AssumedEvent] = Field(default_factory=list, max_length=20)


class GroupTrialRequest(View):
    id: str = Field(default="draft", min_length=1, max_length=200)
    body: dict[str, Any] | None = Field(default=None, description="Without one the newest published version.")
    audience: str = Field(default="", description="Without one whom the journey's trigger names.")
    fresh: bool = Field(default=False, description="As if nobody had ever been in it.")
    days: float = Field(default=90, gt=0, le=400)


class TrialStepView(View):
    """One node that the person comes to."""

    at: AwareDatetime
    node: str
    kind: str
    way: str = Field(description="What leads on: `yes`, a case, an arm; empty where there is one way.")
    until: AwareDatetime | None = Field(description="Until when the person stays there.")


class TrialMessageView(View):
    """What the gate says of one message."""

    at: AwareDatetime
    node: str
    channel: str
    content: str
    purpose: str
    state: str
    reason: str
    said: Text = Field(description="State and reason in one sentence.")
    leaves: AwareDatetime | None = Field(description="When it would leave; null where it would not.")
    shown: PreviewAnswer | None = Field(description="As the person would see it; null where there is nothing to show.")


class TrialAnswer(View):
    """One person's way through a journey from now on; nothing was written or sent."""

    profile_id: str
    began: AwareDatetime
    standing: bool = Field(description="The person is inside already and goes on from there.")
    refused: str = Field(description="Why the person may not enter; empty where they may.")
    refused_said: Text | None
    steps: list[TrialStepView]
    messages: list[TrialMessageView]
    end: str = Field(description="`done`, the reason for leaving, or `inside`; empty where nobody entered.")
    end_said: Text | None
    ended: AwareDatetime | None


class GateCount(View):
    state: str
    reason: str
    said: Text
    people: Count


class Onward(View):
    node: str
    people: Count


class NodeTrialView(View):
    id: str
    kind: str
    came: Count = Field(description="Visits: who comes twice counts twice.")
    onward: list[Onward]
    gate: list[GateCount]


class ReasonCount(View):
    reason: str
    said: Text
    people: Count


class GroupTrialAnswer(View):
    """What becomes of a group that enters now, counted over everybody; `tried` of them stood for the others."""

    began: AwareDatetime
    people: Count
    tried: Count
    entered: Count
    refused: list[ReasonCount]
    ends: list[ReasonCount]
    nodes: list[NodeTrialView]
