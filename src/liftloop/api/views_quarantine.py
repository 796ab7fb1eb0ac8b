"""What waits in quarantine, and what a replay made of it."""

from typing import Any

from pydantic import AwareDatetime, Field

from liftloop.api.views import Count, View


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


class ReplayRequest(View):
    reason: str = Field(default="", description="Only records of this reason.")
    ids: list[int] = Field(default=[], max_length=10_000, description="Only these records.")


class ReplayDone(View):
    taken: Count
    refused: dict[str, Count] = Field(description="Records that stay, by reason.")
