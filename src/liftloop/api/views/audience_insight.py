"""What can be asked of an audience, or of one that is only drafted: overlap, sample, trend, who can be reached."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from liftloop.api.views.audience import ChannelReach, Node, TrendPoint
from liftloop.api.views.values import SAMPLE_MAX, Count, PersonRow, Text, View
from liftloop.app.audiences.overlap import GROUPS_MAX


class AskedAudience(View):
    """An audience by its id, or the definition of one that is not published."""

    audience_id: str | None = None
    definition: Node | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> "AskedAudience":
        if (self.audience_id is None) == (self.definition is None):
            raise ValueError("Name an audience_id, or send a definition.")
        return self


class OverlapRequest(AskedAudience):
    others: list[str] = Field(default=[], description="Audiences to compare with; none: those changed last.")
    campaigns: bool = Field(default=True, description="Compare with the people of running campaigns too.")


class OverlapRow(View):
    kind: Literal["audience", "campaign"]
    id: str
    name: str
    count: Count = Field(description="People in the other group.")
    both: Count
    only_this: Count
    only_other: Count


class OverlapView(View):
    count: Count = Field(description="People in the audience asked about.")
    rows: list[OverlapRow] = Field(description="The largest overlap first.")
    left_out: Count = Field(description="Groups that were not compared, where none was named.")


class MatrixRequest(View):
    audiences: Annotated[list[str], Field(min_length=2, max_length=GROUPS_MAX)]


class MatrixGroup(View):
    audience_id: str
    name: str
    count: Count


class MatrixView(View):
    audiences: list[MatrixGroup]
    both: list[list[Count]] = Field(description="People in the row's and the column's audience.")


class SampleView(View):
    """Ten people of an audience, masked: the same ten as long as nobody comes or goes."""

    count: Count
    people: list[PersonRow] = Field(max_length=SAMPLE_MAX)


class ReachView(View):
    count: Count
    reachable: list[ChannelReach] = Field(description="After consent and suppression.")


class TrendView(View):
    audience_id: str
    name: str
    sentence: Text
    points: list[TrendPoint] = Field(description="Members by day, oldest first, since the newest version.")


class ExplainRequest(AskedAudience):
    profile_id: str = Field(default="", description="A profile id, customer number or anonymous id: why in or out.")


class ConditionView(View):
    """One condition of the tree; `holds` and `flips_at` are about the person asked for."""

    path: str = Field(description="The way to it from the root, for example `all.0.not`.")
    sentence: Text
    origin: Literal["events", "sequence", "attribute", "trait", "study", "tag", "audience", "chance"]
    flips: Text = Field(description="When the answer changes, in words.")
    in_memory: bool = Field(description="Answered from memory; otherwise the lake is read.")
    events: Count = Field(description="Events of its names in the lake.")
    holds: bool | None
    flips_at: AwareDatetime | None = Field(description="When time alone may change the answer for this person.")


class ExplainView(View):
    sentence: Text
    conditions: list[ConditionView]
    profile_id: str
    inside: bool | None


class ExportRequest(View):
    destination: str = Field(default="file", min_length=1, max_length=128, description="Who confirms what it received.")
    changes: bool = Field(default=False, description="Only who came and went since its last confirmed export.")
    columns: list[str] = Field(default=[], description="Attributes to write beside profile and customer id.")
    channel: str = Field(default="", description="Only who may be sent marketing on this medium.")


class ExportView(View):
    """An export as it was made; read its rows, then confirm it."""

    export_id: str
    audience_id: str
    destination: str
    changes: bool
    base: str = Field(description="The export that changes are counted from; empty for none.")
    count: Count = Field(description="Members when it was made.")
    entered: Count = Field(description="Rows of people who came, or of all members in a whole export.")
    left: Count
    at: AwareDatetime
