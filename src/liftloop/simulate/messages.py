"""What a live market tells the outside: track messages of the HTTP API and receipts of contacts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import NONE, Ints
from liftloop.simulate.baskets import PUBLIC_COUPON
from liftloop.simulate.columns import Marks, marks
from liftloop.simulate.happenings import Happenings
from liftloop.simulate.rows import EVENT_NAMES, Kind
from liftloop.simulate.tables import customer_ids
from liftloop.simulate.world import World

ReceiptName: TypeAlias = Literal["delivered", "opened", "clicked", "unsubscribed", "complained"]

_RECEIPTS: Final[Mapping[int, ReceiptName]] = {
    Kind.MESSAGE_DELIVERED: "delivered",
    Kind.MESSAGE_OPENED: "opened",
    Kind.MESSAGE_CLICKED: "clicked",
    Kind.UNSUBSCRIBED: "unsubscribed",
    Kind.COMPLAINED: "complained",
}


class Receipt(Struct, frozen=True, kw_only=True):
    """What a channel reports later about one contact; `contact` is the number that `receive` gave."""

    contact: int
    name: ReceiptName
    at: str
    at_ms: int


def receipts(world: World, happened: Happenings) -> list[Receipt]:
    """Return the receipts among what happened, in order of time."""
    rows = np.flatnonzero(np.isin(happened.rows.kind, list(_RECEIPTS)))
    moments = iso_texts(world, happened.rows.at_ms[rows])
    columns = (happened.rows.contact, happened.rows.kind, happened.rows.at_ms)
    told = zip(*(column[rows].tolist() for column in columns), moments, strict=True)
    return [Receipt(contact=contact, name=_RECEIPTS[kind], at=at, at_ms=at_ms) for contact, kind, at_ms, at in told]


def track_messages(world: World, happened: Happenings, coupon_codes: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return orders, redemptions, views, adds and visits as track messages, in order of time.

    `coupon_codes` names the code that a contact carried, by contact number; without one the coupon of an
    order is the offer's id. Money is in yuan, as shops report it.
    """
    chosen = np.flatnonzero(~np.isin(happened.rows.kind, list(_RECEIPTS)))
    rows = happened.rows
    ids = customer_ids(world).astype(str)[rows.member[chosen]].tolist()
    keys = marks(Marks(prefix="E", values=rows.key[chosen])).astype(str).tolist()
    moments = iso_texts(world, rows.at_ms[chosen])
    orders = _order_properties(world, happened, coupon_codes)
    columns = zip(*(column[chosen].tolist() for column in (rows.kind, rows.item, rows.store, rows.order)), strict=True)
    messages: list[dict[str, Any]] = []
    for who, key, at, (kind, item, store, order) in zip(ids, keys, moments, columns, strict=True):
        properties: dict[str, Any] = {}
        if kind == Kind.ORDER_COMPLETED:
            properties = orders[order]
        elif kind == Kind.COUPON_REDEEMED:
            properties = {name: orders[order][name] for name in ("coupon", "order_id")}
        if item != NONE:
            properties = {"product_id": world.items[item].id}
        if store != NONE:
            properties = {**properties, "store_id": world.stores[store].id}
        messages.append(
            {
                "type": "track",
                "event": EVENT_NAMES[kind],
                "userId": who,
                "messageId": key,
                "timestamp": at,
                "properties": properties,
            }
        )
    return messages


def iso_texts(world: World, at_ms: Ints) -> list[str]:
    """Return instants as ISO 8601 in the world's zone."""
    zone = timezone(timedelta(minutes=world.utc_offset_minutes))
    return [datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone).isoformat() for moment in at_ms.tolist()]


def _order_properties(world: World, happened: Happenings, coupon_codes: Mapping[int, str]) -> Sequence[dict[str, Any]]:
    orders, lines = happened.orders, happened.lines
    order_ids = marks(Marks(prefix="O", values=orders.key)).astype(str).tolist()
    products: list[list[dict[str, Any]]] = [[] for _ in order_ids]
    columns = (lines.order, lines.item, lines.quantity, lines.price_fen)
    for order, item, quantity, price in zip(*(column.tolist() for column in columns), strict=True):
        product = {"product_id": world.items[item].id, "quantity": quantity, "price": price / 100}
        products[order].append(product)
    revenue = np.bincount(lines.order, weights=lines.amount_fen, minlength=len(order_ids)).tolist()
    found: list[dict[str, Any]] = []
    told = zip(orders.offer.tolist(), orders.contact.tolist(), happened.public_coupon.tolist(), strict=True)
    for row, (offer, contact, public) in enumerate(told):
        properties: dict[str, Any] = {
            "order_id": order_ids[row],
            "revenue": revenue[row] / 100,
            "currency": "CNY",
            "channel": "online" if happened.online[row] else "store",
            "products": products[row],
        }
        if offer != NONE:
            properties["coupon"] = coupon_codes.get(contact, world.offers[offer].id)
        elif public:
            properties["coupon"] = PUBLIC_COUPON
        found.append(properties)
    return found
