"""Journeys as the API shows them: what became of everybody, by version and node."""

from typing import Any

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, View


class JourneyNode(View):
    """One node. `arrived` counts visits: who comes twice counts twice."""

    id: str
    kind: str
    arrived: Count
    waiting: Count = Field(description="Who rests there now.")
    sent: Count
    opened: Count
    clicked: Count


class JourneyVersion(View):
    version: int
    status: str
    entered: Count
    inside: Count
    left: dict[str, Count] = Field(description="Who left, by reason: `goal`, `done` and others.")
    nodes: list[JourneyNode]


class JourneyReport(View):
    """A journey, the newest version first."""

    id: str
    name: str
    versions: list[JourneyVersion]


class JourneyRow(View):
    id: str
    name: str
    version: int
    status: str = Field(description="`live`, or `filling` while the past of a new version is being computed.")
    inside: Count = Field(description="Who is in it now, in any version.")
    entered: Count = Field(description="Who has ever entered, in any version.")
    nodes: Count
    trigger: dict[str, Any] = Field(description="Who enters and when, as in the definition.")
    campaign: str = Field(description="Id of the campaign that it belongs to, empty for one of its own.")
    published_at: AwareDatetime = Field(description="When the newest version was published.")


class JourneyPage(View):
    journeys: list[JourneyRow]


class EnrolRequest(View):
    """People to let into a journey whose trigger is `api`."""

    people: list[str] = Field(min_length=1, description="Profile ids or identifiers, at most 1,000.")
    id: str = Field(default="", max_length=128, description="The same id said twice counts once.")


class EnrolOutcome(View):
    people: Count = Field(description="How many were found; who of them may enter is for the journey to say.")
    unknown: list[str]
