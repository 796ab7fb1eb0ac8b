"""Dashboards that are there from the first day; whoever changes one saves it as their own."""

from collections.abc import Mapping

from msgspec import Struct

from liftloop.app.words import Said
from liftloop.measure.dashboards import Dashboard, FieldAsked, Tile


class Ready(Struct, frozen=True, kw_only=True):
    """A dashboard with its name in both languages."""

    name: Said
    dashboard: Dashboard


def _by(name: str) -> FieldAsked:
    return FieldAsked(kind="column", name=name)


_SALES = (
    Tile(id="revenue", chart="number", dataset="sales", measure="revenue", x=0, y=0, w=3, h=2),
    Tile(id="orders", chart="number", dataset="sales", measure="count", x=3, y=0, w=3, h=2),
    Tile(id="buyers", chart="number", dataset="sales", measure="people", x=6, y=0, w=3, h=2),
    Tile(id="average", chart="number", dataset="sales", measure="average", x=9, y=0, w=3, h=2),
    Tile(
        id="course",
        chart="line",
        dataset="sales",
        measure="revenue",
        by=_by("buyer"),
        grain="week",
        days=180,
        x=0,
        y=2,
        w=12,
        h=4,
    ),
    Tile(id="categories", chart="bars", dataset="items", measure="amount", by=_by("category"), x=0, y=6, w=6, h=5),
    Tile(id="goods", chart="table", dataset="items", measure="quantity", by=_by("product"), x=6, y=6, w=6, h=5),
)
_REACH = (
    Tile(id="sent", chart="number", dataset="sends", measure="sent", x=0, y=0, w=3, h=2),
    Tile(id="opened", chart="number", dataset="sends", measure="open_rate", x=3, y=0, w=3, h=2),
    Tile(id="clicked", chart="number", dataset="sends", measure="click_rate", x=6, y=0, w=3, h=2),
    Tile(id="cost", chart="number", dataset="sends", measure="cost", x=9, y=0, w=3, h=2),
    Tile(
        id="daily", chart="line", dataset="sends", measure="sent", by=_by("channel"), grain="day", x=0, y=2, w=12, h=4
    ),
    Tile(id="became", chart="bars", dataset="sends", measure="count", by=_by("state"), days=90, x=0, y=6, w=6, h=5),
    Tile(
        id="actions", chart="bars", dataset="decisions", measure="people", by=_by("action"), days=90, x=6, y=6, w=6, h=5
    ),
)
_CUSTOMERS = (
    Tile(id="all", chart="number", dataset="customers", measure="people", days=0, x=0, y=0, w=3, h=2),
    Tile(id="new", chart="number", dataset="customers", measure="new", x=3, y=0, w=3, h=2),
    Tile(id="active", chart="number", dataset="events", measure="people", x=6, y=0, w=3, h=2),
    Tile(id="events", chart="number", dataset="events", measure="count", x=9, y=0, w=3, h=2),
    Tile(
        id="came",
        chart="line",
        dataset="customers",
        measure="new",
        grain="month",
        days=730,
        x=0,
        y=2,
        w=12,
        h=4,
    ),
    Tile(
        id="stages",
        chart="bars",
        dataset="customers",
        measure="people",
        by=FieldAsked(kind="trait", name="lifecycle_stage"),
        days=0,
        x=0,
        y=6,
        w=6,
        h=5,
    ),
    Tile(id="did", chart="bars", dataset="events", measure="count", by=_by("name"), x=6, y=6, w=6, h=5),
)


def _ready(zh: str, en: str, tiles: tuple[Tile, ...]) -> Ready:
    return Ready(name=Said(zh, en), dashboard=Dashboard(name=zh, tiles=tiles))


READY: Mapping[str, Ready] = {
    "ready-sales": _ready("销售", "Sales", _SALES),
    "ready-reach": _ready("触达", "Messages", _REACH),
    "ready-customers": _ready("客户", "Customers", _CUSTOMERS),
}
