"""Journeys as the API shows them: what became of everybody, by version and node."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field, JsonValue

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
    moved: Count = Field(description="How many came from earlier versions; they count as having entered this one.")
    left: dict[str, Count] = Field(description="Who left, by reason: `goal`, `done` and others.")
    nodes: list[JourneyNode]


class ShareMove(View):
    """A move of the shares of a bandit; `batch` counts them."""

    batch: Count
    at: AwareDatetime
    shares: list[float]
    zh: str = Field(description="Why, in Chinese.")
    en: str = Field(description="Why, in English.")


class BanditWay(View):
    id: str
    share: float = Field(description="In force, among the nine tenths who are steered.")
    people: Count = Field(description="Who came first in the last 90 days and has had the whole window since.")
    won: Count
    best: float = Field(description="Chance of being the best way.")


class JourneyBandit(View):
    node: str
    zh: str = Field(description="How it stands, in Chinese.")
    en: str = Field(description="How it stands, in English.")
    ways: list[BanditWay]
    moves: list[ShareMove] = Field(description="The latest first.")


class JourneyReport(View):
    """A journey, the newest version first."""

    id: str
    name: str
    versions: list[JourneyVersion]
    bandits: list[JourneyBandit] = Field(description="Splits of the newest version whose shares move by results.")


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
    properties: dict[str, JsonValue] = Field(
        default_factory=dict, description="With what they enter: for conditions on entries, and `{{ entry.… }}`."
    )


class EnrolOutcome(View):
    people: Count = Field(description="How many were found; who of them may enter is for the journey to say.")
    unknown: list[str]


class JourneyDraft(View):
    """A journey as somebody is writing it."""

    id: str = Field(default="", description="Its id where it has one: other journeys may lead into it.")
    body: dict[str, Any]


class PatchStep(View):
    op: Literal["add", "replace", "remove"]
    path: str = Field(description="A JSON pointer into the definition.")
    value: JsonValue = None


class JourneyFix(View):
    """What would mend a problem."""

    zh: str
    en: str
    patch: list[PatchStep] = Field(description="A JSON Patch of the definition as it was sent.")


class JourneyProblem(View):
    code: str
    node: str = Field(description="Empty where it is about the whole journey.")
    severity: Literal["error", "warning"] = Field(description="An error keeps it from being published.")
    zh: str
    en: str
    fix: JourneyFix | None


class JourneyProblems(View):
    """What is wrong, errors first; `mended` is the definition after all fixes that there are, null where none is."""

    problems: list[JourneyProblem]
    mended: dict[str, Any] | None
