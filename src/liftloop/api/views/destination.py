"""Views of destinations and their runs."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Text, View


class RunRequest(View):
    whole: bool = Field(default=False, description="Tell everybody again, whatever the destination has.")


class RunView(View):
    """One run: how many came, left and were told, and what stopped it."""

    run_id: str = Field(description="Empty in what earlier versions kept.")
    look_at: str = Field(description="The path that tells how it goes and how it ended; empty where it has no id.")
    export_id: str = Field(description="Empty where it did not come so far.")
    whole: bool
    at: AwareDatetime
    status: Literal["running", "done", "failed"]
    count: Count = Field(description="Members when the export was made.")
    entered: Count = Field(description="Who came since the run before, or all members in a whole one.")
    left: Count
    resumed_at: Count = Field(description="How many of them earlier runs had handed over.")
    sent: Count = Field(description="People this run told of; who was erased is not among them.")
    error: Text | None


class RunsView(View):
    runs: list[RunView] = Field(description="Newest first.")


class DestinationView(View):
    """Where an audience is handed to; its secret is never shown."""

    destination_id: str
    name: str
    audience_id: str
    kind: Literal["webhook", "database"]
    place: str = Field(description="The address of a webhook, the table of a database.")
    changes: bool
    identifiers: list[str]
    columns: list[str]
    channel: str
    every_hours: int | None
    daily_at: str | None
    due_at: AwareDatetime | None = Field(description="Null: when somebody asks.")
    last: RunView | None


class DestinationList(View):
    destinations: list[DestinationView]
