"""What the lake keeps of the ingest log: events of known people, their orders, and imported facts, as columns."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from liftloop.kernel.codec import Json, parse_json
from liftloop.storage.contract import Array, Record
from liftloop.storage.embedded.lake_columns import (
    bytes_column,
    json_text,
    number_column,
    number_of,
    text_column,
    text_of,
)
from liftloop.storage.embedded.lake_columns import whole_column as whole

ORDER_COMPLETED = "Order Completed"
ORDER_REFUNDED = "Order Refunded"
NOBODY = -1
"""Stands for the profile of a record that the tick folded without a person, or dropped as a duplicate."""

LakeColumns = dict[str, Array]


class Row(NamedTuple):
    """A record with where it stands and whose it is."""

    offset: int
    profile: int
    record: Record


def tables_of(rows: Sequence[Row]) -> Mapping[str, LakeColumns]:
    """Return what to append to which table; tables without rows are left out."""
    events: list[Row] = []
    orders: list[Row] = []
    system: dict[str, list[Row]] = {}
    for row in rows:
        kind = row.record.kind
        if "." in kind:
            system.setdefault(kind if kind in _IMPORTED else "", []).append(row)
        elif row.profile != NOBODY:
            events.append(row)
            if kind == "track" and row.record.name in (ORDER_COMPLETED, ORDER_REFUNDED):
                orders.append(row)
    tables: dict[str, LakeColumns] = {}
    if events:
        tables["event"] = _events(events)
    if orders:
        tables |= _orders(orders)
    for kind, those in system.items():
        table, columns = _IMPORTED[kind]
        tables[table] = columns(those)
    return tables


def _events(rows: Sequence[Row]) -> LakeColumns:
    return _whose(rows) | {
        "received_ms": whole(row.record.received_ms for row in rows),
        "name": text_column(row.record.name for row in rows),
        "kind": text_column(row.record.kind for row in rows),
        "message_id": text_column(row.record.message_id for row in rows),
        "properties": _bodies(rows),
        "imported": whole(row.record.imported for row in rows),
    }


class _Line(NamedTuple):
    row: Row
    order_id: str | None
    product: dict[str, Json]


def _orders(rows: Sequence[Row]) -> Mapping[str, LakeColumns]:
    orders = [_object(row.record.body) for row in rows]
    lines = [
        _Line(row, text_of(order.get("order_id")), product)
        for row, order in zip(rows, orders, strict=True)
        for product in _products(order)
    ]
    heads = _whose(rows) | {
        "order_id": text_column(text_of(order.get("order_id")) for order in orders),
        "revenue": number_column(_revenue(order) for order in orders),
        "currency": text_column(text_of(order.get("currency")) for order in orders),
        "coupon": text_column(text_of(order.get("coupon")) for order in orders),
        "refunded": whole(row.record.name == ORDER_REFUNDED for row in rows),
    }
    return {"order_head": heads, "order_line": _order_lines(lines)} if lines else {"order_head": heads}


def _order_lines(lines: Sequence[_Line]) -> LakeColumns:
    rows = [line.row for line in lines]
    products = [line.product for line in lines]
    return _whose(rows) | {
        "order_id": text_column(line.order_id for line in lines),
        "product_id": text_column(text_of(_first(product, "product_id", "sku")) for product in products),
        "name": text_column(text_of(product.get("name")) for product in products),
        "category": text_column(text_of(product.get("category")) for product in products),
        "price": number_column(number_of(product.get("price")) for product in products),
        "quantity": number_column(_quantity(product) for product in products),
        "refunded": whole(row.record.name == ORDER_REFUNDED for row in rows),
    }


def _products(order: dict[str, Json]) -> list[dict[str, Json]]:
    products = order.get("products")
    return [product for product in products if isinstance(product, dict)] if isinstance(products, list) else []


def _quantity(product: dict[str, Json]) -> float:
    """Return how many; Segment's default is one."""
    return number_of(product["quantity"]) if product.get("quantity") is not None else 1.0


def _revenue(order: dict[str, Json]) -> float:
    """Return `revenue`, else `total`, else what the lines add up to; NaN where none is known."""
    said = number_of(_first(order, "revenue", "total"))
    if not math.isnan(said):
        return said
    products = _products(order)
    return sum(number_of(each.get("price")) * _quantity(each) for each in products) if products else math.nan


def _items(rows: Sequence[Row]) -> LakeColumns:
    texts = ("item_id", "name", "category", "series", "brand", "successor", "currency")
    return _imported(rows, texts, ("price", "cost", "margin", "stock")) | {"body": _bodies(rows)}


def _spend(rows: Sequence[Row]) -> LakeColumns:
    texts = ("date", "channel", "campaign", "ad_group", "keyword", "currency")
    columns = _imported(rows, texts, ("cost", "impressions", "clicks"))
    return columns | {"message_id": text_column(row.record.message_id for row in rows), "body": _bodies(rows)}


def _imported(rows: Sequence[Row], texts: Sequence[str], numbers: Sequence[str]) -> LakeColumns:
    bodies = [_object(row.record.body) for row in rows]
    columns = {name: text_column(text_of(body.get(name)) for body in bodies) for name in texts}
    columns |= {name: number_column(number_of(body.get(name)) for body in bodies) for name in numbers}
    return columns | {
        "offset": whole(row.offset for row in rows),
        "at_ms": whole(row.record.at_ms for row in rows),
    }


def _exposures(rows: Sequence[Row]) -> LakeColumns:
    bodies = [_object(row.record.body) for row in rows]
    pairs = list(zip(rows, bodies, strict=True))
    columns = {
        "offset": whole(row.offset for row in rows),
        "message_id": text_column(row.record.message_id for row in rows),
        "profile": text_column(None if row.profile == NOBODY else str(row.profile) for row in rows),
        "customer_id": text_column(text_of(body.get("customer_id")) or row.record.user_id for row, body in pairs),
        "decided_at_ms": whole(_decided_ms(row.record, body) for row, body in pairs),
        "holdout": text_column(_truth(body.get("holdout")) for body in bodies),
    }
    for name in ("decision_id", "campaign", "action"):
        columns[name] = text_column(text_of(body.get(name)) for body in bodies)
    for name in ("eligible", "propensities", "features"):
        columns[name] = text_column(json_text(body.get(name)) for body in bodies)
    return columns


def _decided_ms(record: Record, body: dict[str, Json]) -> int:
    """Return when it was decided; a text without a zone, or none at all, leaves the record's own instant."""
    said = body.get("decided_at_ms", body.get("decided_at"))
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    try:
        instant = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        instant = None
    return record.at_ms if instant is None or instant.tzinfo is None else round(instant.timestamp() * 1_000)


def _truth(value: Json) -> str | None:
    """Return true or false in whichever of the common ways it was written, else NULL."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | str():
            word = str(value).strip().lower()
            return "true" if word in _TRUE else "false" if word in _FALSE else None
        case _:
            return None


_TRUE = frozenset({"1", "1.0", "true", "t", "yes", "y", "是"})
_FALSE = frozenset({"0", "0.0", "false", "f", "no", "n", "否"})


def _system(rows: Sequence[Row]) -> LakeColumns:
    return {
        "offset": whole(row.offset for row in rows),
        "at_ms": whole(row.record.at_ms for row in rows),
        "received_ms": whole(row.record.received_ms for row in rows),
        "kind": text_column(row.record.kind for row in rows),
        "name": text_column(row.record.name for row in rows),
        "actor": text_column(row.record.actor for row in rows),
        "message_id": text_column(row.record.message_id for row in rows),
        "body": text_column(row.record.body.decode() if _is_text(row.record.body) else "" for row in rows),
        "packed": bytes_column(None if _is_text(row.record.body) else row.record.body for row in rows),
    }


def _is_text(body: bytes) -> bool:
    """Tell JSON objects from MessagePack, whose first byte is another and which is hardly ever UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return body.startswith(b"{")


_IMPORTED: Mapping[str, tuple[str, Callable[[Sequence[Row]], LakeColumns]]] = {
    "item.imported": ("item_version", _items),
    "exposure.imported": ("exposure", _exposures),
    "spend.imported": ("ad_spend", _spend),
    "": ("system_record", _system),
}
"""Table and columns of each kind of fact that the system itself sends; the empty kind stands for all others."""


def _whose(rows: Sequence[Row]) -> LakeColumns:
    return {
        "offset": whole(row.offset for row in rows),
        "profile": whole(row.profile for row in rows),
        "at_ms": whole(row.record.at_ms for row in rows),
    }


def _bodies(rows: Sequence[Row]) -> Array:
    return text_column(row.record.body.decode("utf-8", "replace") for row in rows)


def _object(body: bytes) -> dict[str, Json]:
    """Return the JSON object; anything else counts as empty, since one bad body must not stop the lake."""
    try:
        value: Any = parse_json(body)
    except msgspec.DecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _first(body: dict[str, Json], *names: str) -> Json:
    return next((body[name] for name in names if body.get(name) is not None), None)
