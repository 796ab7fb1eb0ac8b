"""Playbooks: what they ask, what they would make, what was started."""

from typing import Any, Literal

from pydantic import Field

from liftloop.api.views.values import Count, Text, View
from liftloop.app.playbooks.contract import Family, FieldKind, Made


class PlaybookChoice(View):
    """Something that an answer may name."""

    id: str
    name: str


class PlaybookField(View):
    """One thing that a playbook asks."""

    id: str
    name: Text
    kind: FieldKind
    usual: str | float = Field(description="What counts without an answer; empty where there is nothing usual.")
    low: float
    high: float
    optional: bool
    choices: list[PlaybookChoice] = Field(description="Of channels, contents and offers: those that there are.")


class Playbook(View):
    """Something that may be started with at most five answers."""

    id: str
    family: Family
    name: Text
    story: Text
    fields: list[PlaybookField]


class PlaybookList(View):
    playbooks: list[Playbook]


class PlaybookRequest(View):
    """Answers by field; what is left out is as usual. `language` is that of the customers."""

    answers: dict[str, str | float] = Field(default_factory=dict, max_length=20)
    language: Literal["zh-CN", "en"] | None = None


class PlaybookDefinition(View):
    """One definition that a playbook makes; `people` are in the audience now, and do not enter by that."""

    kind: Made
    id: str
    name: str
    people: Count | None
    body: dict[str, Any]


class PlaybookPreview(View):
    """What starting would make: definitions, or the goal of which a plan is made."""

    definitions: list[PlaybookDefinition]
    goal: str


class PlaybookStarted(View):
    """What was published, or the plan that was made."""

    definitions: list[PlaybookDefinition]
    plan_id: str
