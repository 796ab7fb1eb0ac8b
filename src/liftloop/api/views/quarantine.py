"""What waits in quarantine, and what a replay made of it."""

from typing import Any

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Text, View


class Aside(View):
    id: int
    at: AwareDatetime
    reason: str = Field(description="Such as `against_plan` or `bad_timestamp`; see the tracking API.")
    detail: dict[str, Any] = Field(description="What exactly is wrong: names and kinds, never what somebody sent.")
    kind: str
    name: str = Field(description="The event, where one could be read.")
    message_id: str
    sender: str = Field(description="`key:` and the id of the source.")
    replayable: bool = Field(description="False where only the size was kept, or the person has been erased.")


class QuarantinePage(View):
    counts: dict[str, Count] = Field(description="All records that wait, by reason.")
    records: list[Aside] = Field(description="The oldest first.")
    next: int | None = Field(description="Give it as `after` to read on.")


class QuarantineSample(View):
    id: int
    at: AwareDatetime
    text: str = Field(description="JSON as it was sent, personal values masked; empty where it cannot be shown.")
    bytes: Count


class Tally(View):
    name: str
    count: Count


class QuarantineGroup(View):
    reason: str
    meaning: Text = Field(description="The reason in words.")
    sender: str = Field(description="`key:` and the id of the source.")
    records: Count
    first_at: AwareDatetime
    last_at: AwareDatetime
    problems: list[Tally] = Field(description="What exactly is wrong, most frequent first.")
    events: list[Tally]
    samples: list[QuarantineSample] = Field(description="The newest first.")
    mendable: bool = Field(description="False where only more recent rules or nothing can help: nothing was kept.")


class QuarantineGroups(View):
    records: Count
    groups: list[QuarantineGroup]


class MendingRequest(View):
    """What is changed in messages before they are read again; paths are such as `properties.amount`."""

    events: dict[str, str] = Field(default={}, description="Names of events, as they came and as they should be.")
    values: dict[str, dict[str, str | int | float | bool | None]] = Field(default={}, description="Value maps by path.")
    as_numbers: list[str] = Field(default=[], description="Paths whose texts hold one number, which takes their place.")
    without: list[str] = Field(default=[], description="Paths that are left out.")


class ReplayRequest(View):
    reason: str = Field(default="", description="Only records of this reason.")
    sender: str = Field(default="", description="Only records of this source: `key:` and its id.")
    ids: list[int] = Field(default=[], max_length=10_000, description="Only these records.")
    mending: MendingRequest = Field(default_factory=MendingRequest)
    rehearse: bool = Field(default=False, description="Only tell what would become of them.")


class ReplayDone(View):
    taken: Count
    refused: dict[str, Count] = Field(description="Records that stay, by reason.")
    whole: bool = Field(default=True, description="False where there are more: replay again.")
    sentence: Text
