"""What comes in: sources, events as seen and planned, quality."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.imports import Kind, MappedField, Rule
from liftloop.api.views.values import Count, Share, Text, View

PlanKind = Literal["text", "number", "whole", "boolean", "list", "object", "instant"]
Measure = Literal["allow", "warn", "block"]


class LastPullView(View):
    """How the last pull of a database went, by hand or by the clock."""

    at: AwareDatetime
    status: Literal["done", "failed"]
    actor: str
    rows: Count
    import_id: str | None = Field(description="The import that took the rows in; null where there was nothing new.")
    error: Text | None


class SourceRow(View):
    source_id: str = Field(description="`write` for the folder's own key, `form:ID` for a form, `import` for files.")
    kind: Literal["tracking", "webhook", "database", "form", "import"]
    name: str = Field(description="Empty where nobody gave it one.")
    defined: bool = Field(description="False for one that has been retired, or that needs no definition.")
    key_hint: str = Field(description="The last characters of its write key; empty where it has none of its own.")
    address: str = Field(description="The path on this server that it is sent to; empty where nothing is sent.")
    events_day: Count = Field(description="Events that came today.")
    events_week: Count
    by_day: list[Count] = Field(description="Events of the last days, the oldest first, the last one today.")
    last_at: AwareDatetime | None
    recognised: Share | None = Field(description="Share of the week's events that say which customer; null if unknown.")
    refused_week: Count
    repeated_week: Count
    waiting: Count = Field(description="Records in quarantine.")
    pulled_at: AwareDatetime | None = Field(default=None, description="When its watermark last moved.")
    watermark: str | None = None
    every_minutes: int | None = None
    last_pull: LastPullView | None = None


class SourceList(View):
    sources: list[SourceRow]
    write_key: str = Field(description="The folder's own write key: no secret, it stands in every page that sends.")


class PersonalFieldView(View):
    id: str
    name: Text


class PersonalFieldsView(View):
    """What of people is sealed, and what is only not shown."""

    sealed: list[str] = Field(description="Names that are sealed wherever they stand.")
    sealed_traits: list[str] = Field(description="Names that are sealed among traits as well.")
    own: list[PersonalFieldView] = Field(description="Fields of one's own, sealed since they were defined.")
    words: list[str] = Field(description="Words in the name of an attribute that hide it on screens.")
    hidden: list[PersonalFieldView] = Field(description="Attributes in the clear on disk, only hidden on screens.")


class DatabaseAsked(View):
    """A database of another system, as far as it is known."""

    url: str = Field(max_length=2_000, description="An address of SQLAlchemy; sealed once the source is made.")
    query: str = Field(default="", max_length=20_000)
    watermark: str = ""
    start: str | int | float | None = Field(default=None, description="null: from the beginning.")
    import_kind: Kind | None = Field(default=None, description="null: guessed.")


class DatabaseTrialRequest(DatabaseAsked):
    table: str = Field(default="", description="A table or view, for which a query is made.")
    source: str = Field(default="", description="A source that is set up; its address is used where url is (set).")


class DatabaseWanted(DatabaseAsked):
    fields: dict[str, Rule] = Field(default_factory=dict, description="Rules by field that differ from the guess.")
    every_minutes: int | None = Field(default=None, ge=1, description="null: pulled when somebody asks.")


class DatabaseColumn(View):
    name: str
    type: str
    grows: bool = Field(description="Whether it could be a watermark: a number or an instant.")


class DatabaseTrial(View):
    """What a database answered; nothing of it is kept."""

    server: str = Field(description="Kind and version, such as mariadb 10.11.")
    tables: list[str]
    columns: list[DatabaseColumn] = Field(description="Of the table that was asked for.")
    query: str
    watermark: str
    start: str | int | float
    rows: Count = Field(description="Rows that were read.")
    kind: Kind | None = Field(description="What they seem to be; null before there are any.")
    names: list[str] = Field(description="The columns that the query gives.")
    fields: list[MappedField] = Field(description="What an import would make of them, personal values masked.")
    sentence: Text | None


class SourceRequest(View):
    name: str
    kind: Literal["tracking", "webhook", "database"]
    database: DatabaseWanted | None = Field(default=None, description="Of a database.")
    mappings: list[dict[str, Any]] = Field(default=[], max_length=50, description="Of a webhook; see definitions.")


class SourceCreated(View):
    source_id: str
    key: str = Field(description="The write key, or the secret that signs, told only now; empty for a database.")
    address: str


class PlannedProperty(View):
    type: PlanKind | None = None
    required: bool = False
    values: list[str | int | float | bool] = Field(default=[])
    at_least: float | None = None
    at_most: float | None = None


class PropertyRow(View):
    name: str
    coverage: Share = Field(description="Share of the sample that has it.")
    type: PlanKind | None = Field(description="The kind of most values seen; null where none was.")
    mixed: bool = Field(description="Whether values are of several kinds.")
    values: list[str] = Field(description="The values there are, where they are few.")
    planned: PlannedProperty | None = Field(description="null where no plan names it.")


class EventRow(View):
    name: str
    events: Count = Field(description="In the last 30 days.")
    sampled: Count
    last_at: AwareDatetime | None
    sources: list[str]
    plan: str | None = Field(description="The plan that names it.")
    others: Measure | None = Field(description="What its plan does about properties that it does not name.")
    breaking: Share = Field(description="Share of the sample that the plan has something against.")
    properties: list[PropertyRow]


class TrackingPlanRow(View):
    plan_id: str
    name: str
    violations: Literal["warn", "block"]
    unknown_events: Measure
    body: dict[str, Any] = Field(description="The definition itself, to be edited and published again.")


class SeenAndPlanned(View):
    events: list[EventRow]
    plans: list[TrackingPlanRow]


class PlanProposal(View):
    plan_id: str
    body: dict[str, Any] = Field(description="A definition of kind tracking_plan, to be looked at and published.")
    added: list[str] = Field(description="Events that no plan names yet.")


class QualityField(View):
    source: str
    event: str
    field: str
    sampled: Count
    missing: Share
    malformed: Share = Field(description="Of another kind than it should be, or none of its values.")
    out_of_range: Share
    by_day: list[Annotated[float, Field(ge=0, le=1)] | None] = Field(
        description="Share with anything wrong in each of the last 30 days, the oldest first; null without events."
    )


class QualitySource(View):
    source: str
    kind: str
    name: str
    events: Count
    recognised: Share | None
    refused: Share = Field(description="Share of all messages that went to quarantine.")
    repeated: Share = Field(description="Share of all messages that had come before.")
    recognised_by_day: list[Annotated[float, Field(ge=0, le=1)] | None]
    refused_by_day: list[Annotated[float, Field(ge=0, le=1)] | None]
    events_by_day: list[Count]


class DataQuality(View):
    days: Count
    sources: list[QualitySource]
    fields: list[QualityField] = Field(description="The worst first, at most 200; fields without faults are left out.")
    fields_checked: Count
