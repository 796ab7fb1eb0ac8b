"""What is asked of history and what it answers: funnel, retention, lifetime value, attribution, return on spend."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from liftloop.api.views.values import Count, Finite, Text, View

GroupKind = Literal["channel", "last_touch", "trait", "property", "audience", "campaign"]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Grouping(View):
    kind: GroupKind = Field(
        description="`channel`: where somebody first came from; `last_touch`: what touched her last in the 30 days "
        "before the first step; `property`: of the first event. The last two group funnels only."
    )
    name: str = Field(default="", max_length=200, description="The trait, property, audience id or campaign id.")

    @model_validator(mode="after")
    def named(self) -> "Grouping":
        if self.kind not in ("channel", "last_touch") and not self.name:
            raise ValueError("Name the trait, property, audience or campaign.")
        return self


class DaysAsked(View):
    """Days by the shop's clock; without them the last thirty."""

    from_: date | None = Field(default=None, alias="from", description="First day.")
    to: date | None = Field(default=None, description="Last day, included.")


class PropertyTest(View):
    property: Name
    one_of: list[str] = Field(default=[], max_length=50)
    gte: Finite | None = None
    lte: Finite | None = None


class StepAsked(View):
    event: Name = Field(
        description="An event's name, `any` (whatever somebody does), or `message.opened` and its like."
    )
    where: list[PropertyTest] = Field(default=[], max_length=5, description="All of them hold.")


class FunnelRequest(DaysAsked):
    steps: list[StepAsked]
    window_days: float = Field(default=7, description="How long after the first step the last one may come.")
    ordered: bool = True
    group: Grouping | None = None


class GroupName(View):
    value: str = Field(description="As the data say it; empty where only `name` says it.")
    name: Text | None = Field(default=None, description="In words, for groups that are not values of the data.")


class FunnelStep(View):
    """One step: who reached it, whom of them the next one lost, and who may still get there."""

    event: str
    people: Count
    lost: Count = Field(description="People who came here and no further; 0 at the last step.")
    open: Count = Field(description="Of those lost, how many still have time.")
    share_of_first: float
    share_of_previous: float
    seconds: list[Finite] | None = Field(
        description="From the step before: a quarter, half, three quarters and nine tenths took at most so long."
    )


class FunnelGroupView(View):
    place: Count = Field(description="Its number, by which its people are asked for.")
    group: GroupName
    people: list[Count] = Field(description="By step.")
    share: float = Field(description="Of those who started, who reached the last step.")


class FunnelBehind(View):
    """A group of whom fewer go on from a step than of all others, beyond chance."""

    place: Count = Field(description="The group's number.")
    step: Count = Field(description="After which they are lost, from 0.")
    share: float = Field(description="Of the group, who took the next step.")
    rest: float = Field(description="Of all others.")
    low: float = Field(description="Of the difference, allowing for all comparisons.")
    high: float
    more: float = Field(description="How many people would go on if the group were as the others.")
    sentence: Text


class FunnelView(View):
    from_: date = Field(alias="from")
    to: date
    ordered: bool
    window_days: float
    events: Count = Field(description="Events read for the answer.")
    steps: list[FunnelStep]
    worst: int | None = Field(description="The step after which the largest share is lost; null where none is.")
    sentence: Text
    groups: list[FunnelGroupView]
    behind: list[FunnelBehind] = Field(description="At most three groups, those first who cost most people.")
    told: Text | None = Field(description="What the groups tell in a sentence; null without groups.")


class FunnelPeopleRequest(FunnelRequest):
    step: int = Field(ge=0)
    lost: bool = Field(default=False, description="Who came to this step and no further.")
    of_group: int | None = Field(default=None, description="The `place` of a group.")
    after: Annotated[str, Field(pattern=r"^\d{0,12}$")] = ""


class EventSeenName(View):
    event: str
    name: Text
    times: Count


class ResultsVocabulary(View):
    """What there is to ask about; `from` and `to` are null where nothing ever happened."""

    from_: date | None = Field(alias="from")
    to: date | None
    events: list[EventSeenName] = Field(description="The commonest first; then those that stand for our messages.")
