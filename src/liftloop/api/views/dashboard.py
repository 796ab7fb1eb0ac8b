"""Dashboards: tiles that count, where they lie, and what they show."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import CountedAt, Finite, Text, View
from liftloop.measure.dashboards import COLUMNS_MAX, DAYS_MAX, NAME_MAX, ONLY_MAX, ROWS_MAX, TILES_MAX, VALUES_MAX

DatasetName = Literal["events", "decisions", "sends", "sales", "items", "customers"]
GrainName = Literal["hour", "day", "week", "month"]
FieldName = Annotated[str, Field(min_length=1, max_length=200)]


class FieldView(View):
    kind: Literal["column", "property", "trait", "attribute"] = Field(
        description="`trait`: studied; `attribute`: what people said last."
    )
    name: FieldName


class OnlyView(View):
    field: FieldView
    values: list[str] = Field(max_length=VALUES_MAX, description="One of these; empty text for what says nothing.")
    unless: bool = False


class TileView(View):
    id: str = Field(min_length=1, max_length=64)
    title: str = Field(default="", max_length=NAME_MAX, description="Empty is told by what it counts.")
    chart: Literal["number", "line", "bars", "table"] = "number"
    dataset: DatasetName
    measure: str = Field(max_length=64)
    property: str = Field(default="", max_length=200)
    by: FieldView | None = None
    only: list[OnlyView] = Field(default=[], max_length=ONLY_MAX)
    grain: GrainName | None = None
    days: int = Field(default=30, ge=0, le=DAYS_MAX, description="The last so many days, today included; 0 for all.")
    x: int = Field(default=0, ge=0, lt=COLUMNS_MAX)
    y: int = Field(default=0, ge=0, le=ROWS_MAX)
    w: int = Field(default=4, ge=1, le=COLUMNS_MAX)
    h: int = Field(default=3, ge=1, le=COLUMNS_MAX)


class TilePeopleRequest(View):
    """The people behind a tile, or behind one of its groups or pieces of time."""

    tile: TileView
    group: str | None = Field(default=None, max_length=200, description="A group's value; null for all groups.")
    other_than: list[str] = Field(default=[], max_length=ONLY_MAX * 10, description="All groups but these.")
    at: AwareDatetime | None = Field(default=None, description="Where the piece of time begins; null for all.")
    after: str = Field(default="", pattern=r"^[0-9]{0,9}$")


SharedWith = Literal["me", "viewer", "operator", "approver", "admin"]


class DashboardRequest(View):
    dashboard_id: str | None = Field(default=None, max_length=128, description="null for a new one.")
    version: int | None = Field(default=None, description="The one it was made from; another since is a conflict.")
    name: str = Field(min_length=1, max_length=NAME_MAX)
    shared: SharedWith = Field(default="viewer", description="The least role that sees it; `me` for its owner.")
    tiles: list[TileView] = Field(max_length=TILES_MAX)


class DashboardRow(View):
    dashboard_id: str
    name: Text
    shared: SharedWith
    tiles: int
    mine: bool = Field(description="Whether the caller may change it.")
    ready: bool = Field(description="It comes with Liftloop.")
    changed_at: AwareDatetime | None


class DashboardList(View):
    dashboards: list[DashboardRow]


class DashboardView(View):
    dashboard_id: str
    name: Text
    shared: SharedWith
    version: int
    mine: bool
    ready: bool
    changed_at: AwareDatetime | None
    tiles: list[TileView]


class CountableView(View):
    id: str
    name: Text
    unit: Literal["count", "people", "yuan", "fen", "share", "number"]
    takes_property: bool


class NamedField(View):
    field: FieldView
    name: Text


class DatasetView(View):
    id: DatasetName
    name: Text
    measures: list[CountableView]
    fields: list[NamedField]


class DashboardVocabulary(View):
    datasets: list[DatasetView]


class TileGroup(View):
    value: str
    name: Text
    other: bool = Field(description="It stands for all groups that are not named.")


class TilePoint(View):
    group: int
    at: AwareDatetime | None
    value: Finite | None


class TileAnswer(View):
    counted: CountedAt | None = None
    unit: Literal["count", "people", "yuan", "fen", "share", "number"]
    groups: list[TileGroup]
    points: list[TilePoint]
    before: Finite | None = Field(description="The same of as long a time before; of single numbers only.")
    from_at: AwareDatetime | None = Field(description="null where everything is counted.")
    to_at: AwareDatetime
