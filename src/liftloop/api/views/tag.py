"""Tags: the directory with meaning, coverage, use and conflicts, and who has one."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.audience import Node
from liftloop.api.views.values import Count, Share, Text, View


class TagUse(View):
    """A definition that asks for a tag."""

    kind: Literal["audience", "signal", "tag", "journey", "campaign", "plan", "content"]
    id: str
    name: str


class TagConflict(View):
    """Another tag that should not be beside this one, or that says the same."""

    kind: Literal["exclusive", "alike", "same_name"] = Field(
        description="People have both though they exclude each other; nearly the same people; the same name."
    )
    tag_id: str
    name: str
    people: Count = Field(description="How many have both.")
    share: Share = Field(description="Of those who have either, the share that has both.")


class TagRow(View):
    tag_id: str
    name: str
    category: str
    owner: str
    meaning: str
    by: Literal["rule", "hand"] = Field(description="By its rule, or put on people by hand, file, API or study.")
    rule: Text | None = Field(description="The rule in words.")
    where: dict[str, Any] | None = Field(description="The rule as a tree of conditions.")
    expires_days: float | None
    excludes: list[str]
    people: Count
    share: Share = Field(description="Coverage: of everybody known, the share that has it.")
    used_in: list[TagUse]
    conflicts: list[TagConflict]
    unused: bool = Field(description="Nothing names it, and nobody changed it or got it for long.")
    version: int
    updated_at: AwareDatetime
    last_put_at: AwareDatetime | None


class TagDirectory(View):
    of: Count = Field(description="Everybody known.")
    tags: list[TagRow]


class TagDefinition(View):
    """A tag as it is published; with `where` it follows that rule."""

    id: str
    name: str
    category: str = ""
    owner: str = ""
    meaning: str = ""
    where: Node | None = None
    expires_days: float | None = None
    excludes: list[str] = Field(default_factory=list)


class TagPublished(View):
    """What was published, after the tick that folded it."""

    kind: str
    id: str
    version: int


PersonId = Annotated[str, Field(min_length=1, max_length=256)]


class TagPeopleRequest(View):
    """People by profile id, user id or anonymous id, or all members of an audience."""

    people: list[PersonId] = Field(default_factory=list)
    audience_id: str | None = None
    until: AwareDatetime | None = Field(default=None, description="Null: as long as the tag says.")
    take_off: bool = False


class TagPeopleAnswer(View):
    tag_id: str
    people: Count = Field(description="Who have it now, or who have it no more.")
    unknown: list[str] = Field(description="Whom nobody knows by what was given.")
    until: AwareDatetime | None = Field(description="Null: until it is taken off.")
