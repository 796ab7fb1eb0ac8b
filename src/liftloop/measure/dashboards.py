"""Dashboards as people define them: tiles on a grid, each one question to the lake; kind `dashboard`."""

from typing import Literal

from msgspec import Struct

from liftloop.plan.record import Words
from liftloop.storage.tally import Dataset, Field, FieldKind, Grain, Only

KIND = "dashboard"
TILES_MAX = 24
"""More do not fit a screen that anybody reads, and each asks the lake."""
COLUMNS_MAX, ROWS_MAX = 12, 200
"""The grid that tiles are laid on."""
NAME_MAX = 80
ONLY_MAX, VALUES_MAX = 6, 50
DAYS_MAX = 3_660
PIECES_MAX = {"hour": 14, "day": 400, "week": 2_000, "month": DAYS_MAX}
"""How many days may be asked about by each grain: more pieces than these are no chart."""

Chart = Literal["number", "line", "bars", "table"]
Shared = Literal["me", "viewer", "operator", "approver", "admin"]


class FieldAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: FieldKind
    name: str

    def field(self) -> Field:
        return Field(self.kind, self.name)


class OnlyAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    field: FieldAsked
    values: tuple[str, ...]
    unless: bool = False

    def only(self) -> Only:
        return Only(self.field.field(), tuple(self.values), self.unless)


class Tile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One number or chart: of which rows what is counted, apart by what, of the last `days` days, and its place."""

    id: str
    title: str = ""
    """Empty is told by what it counts."""
    chart: Chart = "number"
    dataset: Dataset
    measure: str
    """One of the vocabulary."""
    property: str = ""
    """What is added up or averaged of events."""
    by: FieldAsked | None = None
    only: tuple[OnlyAsked, ...] = ()
    grain: Grain | None = None
    days: int = 30
    x: int = 0
    y: int = 0
    w: int = 4
    h: int = 3


class Dashboard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tiles on a grid of twelve columns; `shared` is the least role that sees it, `me` its owner alone."""

    name: str
    tiles: tuple[Tile, ...]
    shared: Shared = "viewer"
    owner: str = ""


def dashboard_problem(dashboard: Dashboard) -> Words | None:
    """Return what is wrong with the shape of a dashboard in words for its author, None where nothing is."""
    if not dashboard.name.strip() or len(dashboard.name) > NAME_MAX:
        return Words(zh=f"名称要有 1 到 {NAME_MAX} 个字", en=f"the name has 1 to {NAME_MAX} characters")
    if len(dashboard.tiles) > TILES_MAX:
        return Words(zh=f"最多 {TILES_MAX} 块", en=f"at most {TILES_MAX} tiles")
    if len({each.id for each in dashboard.tiles}) < len(dashboard.tiles):
        return Words(zh="每一块的 id 要不同", en="tiles have ids of their own")
    for tile in dashboard.tiles:
        inside = tile.x >= 0 and tile.w >= 1 and tile.x + tile.w <= COLUMNS_MAX and 0 <= tile.y <= ROWS_MAX
        if not inside or not 1 <= tile.h <= COLUMNS_MAX:
            return Words(zh=f"{tile.id} 放在了格子外面", en=f"{tile.id} lies outside the grid")
    return None
