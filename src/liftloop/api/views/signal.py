"""Signals to begin with, and those that a shop writes."""

from typing import Annotated, Any, Literal

from pydantic import Field

from liftloop.api.views.audience import NAME_CHARACTERS_MAX, Node
from liftloop.api.views.profile import SignalEvidence
from liftloop.api.views.values import Count, PersonRow, Text, View

Word = Annotated[str, Field(min_length=1, max_length=100)]


class SignalField(View):
    """A number of a template that may be changed."""

    id: str
    name: Text
    unit: Literal["times", "days", "share"]
    usual: float
    low: float
    high: float


class SignalUse(View):
    """A live definition that asks for a signal, and would lose it."""

    kind: Literal["audience", "signal", "tag", "level", "journey", "campaign", "destination"]
    id: str
    name: str


class OwnSignal(View):
    """A live signal as a tree of conditions: one of a shop's own, or of a template that was changed by hand."""

    id: str
    name: str
    people: Count
    sentence: Text
    definition: Node
    half_life_days: float
    used_in: list[SignalUse]


class SignalInUse(View):
    """A template that is published."""

    version: Count
    people: Count = Field(description="Who gives the signal now.")
    sentence: Text = Field(description="The definition read aloud.")
    words: list[str] = Field(description="Words of one's own; empty where the definition was changed by hand.")
    unless: list[str]
    values: dict[str, float]
    changed_by_hand: bool = Field(description="Whether it is no longer what the template makes of any fields.")
    by_hand: OwnSignal | None = Field(default=None, description="The definition as it is, where it was changed so.")
    used_in: list[SignalUse] = Field(description="What has to let go of it before it can be retired.")


class SignalTemplate(View):
    """A signal that may be published as it is, or with further words where it listens for some."""

    id: str
    name: Text
    meaning: Text
    body: dict[str, Any] = Field(description="The definition of kind signal.")
    words: list[str] = Field(description="What it listens for; empty where it listens for no words.")
    unless: list[str] = Field(description="Phrases in which such a word means nothing.")
    fields: list[SignalField]
    published: bool
    in_use: SignalInUse | None


class OwnSignalRequest(View):
    """A signal of the shop's own, or with `signal_id` its next version."""

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    definition: Node
    half_life_days: float = Field(
        default=3.0, gt=0, le=365, description="After how long without new evidence it is half as strong."
    )
    signal_id: str | None = None


class SignalTemplates(View):
    templates: list[SignalTemplate]
    own: list[OwnSignal] = Field(description="Those that somebody wrote.")


class SignalTemplateRequest(View):
    words: list[Word] = Field(default_factory=list, max_length=100)
    unless: list[Word] = Field(default_factory=list, max_length=100)
    values: dict[str, float] = Field(default_factory=dict, description="By field; left out, as usual.")


class SignalGiver(View):
    person: PersonRow
    evidence: list[SignalEvidence] = Field(description="The newest events that the signal counts.")


class SignalPreview(View):
    count: Count
    of: Count = Field(description="All people known.")
    sentence: Text
    people: list[SignalGiver] = Field(description="At most ten.")
