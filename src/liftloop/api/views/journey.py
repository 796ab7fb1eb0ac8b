"""Journeys as the API shows them: what became of everybody, by version and node."""

from pydantic import Field

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


class JourneyPage(View):
    journeys: list[JourneyRow]
