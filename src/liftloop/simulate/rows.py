"""Events as rows: made a kind at a time, cut to a window, put in order."""

from enum import IntEnum, unique

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import NONE, Ints, Keys
from liftloop.simulate.frames import taken


@unique
class Kind(IntEnum):
    """What happened; the names of CONTRACTS are in `EVENT_NAMES`."""

    STORE_VISITED = 0
    MESSAGE_DELIVERED = 1
    MESSAGE_OPENED = 2
    MESSAGE_CLICKED = 3
    PRODUCT_VIEWED = 4
    PRODUCT_ADDED = 5
    ORDER_COMPLETED = 6
    COUPON_REDEEMED = 7
    UNSUBSCRIBED = 8
    COMPLAINED = 9


EVENT_NAMES = (
    "Store Visited",
    "Message Delivered",
    "Message Opened",
    "Message Clicked",
    "Product Viewed",
    "Product Added",
    "Order Completed",
    "Coupon Redeemed",
    "Unsubscribed",
    "Complained",
)


class Rows(Struct, frozen=True, kw_only=True):
    """One row an event; indices into the world's lists, the market's contacts and the orders, or NONE."""

    at_ms: Ints
    member: Ints
    kind: Ints
    key: Keys
    item: Ints
    store: Ints
    contact: Ints
    order: Ints


def rows_of(at_ms: Ints, member: Ints, kind: Kind, key: Keys, **known: Ints) -> Rows:
    """Return rows of one kind; the columns that are not given hold NONE."""
    nothing = np.full(at_ms.size, NONE, dtype=np.int64)
    return Rows(
        at_ms=at_ms,
        member=member,
        kind=np.full(at_ms.size, int(kind), dtype=np.int64),
        key=key,
        item=known.get("item", nothing),
        store=known.get("store", nothing),
        contact=known.get("contact", nothing),
        order=known.get("order", nothing),
    )


def within(rows: Rows, from_ms: int, to_ms: int) -> Rows:
    return taken(rows, np.flatnonzero((rows.at_ms >= from_ms) & (rows.at_ms < to_ms)))


def in_order(rows: Rows) -> Rows:
    """Sort by time, then by kind, so that a view precedes its order, then by key."""
    return taken(rows, np.lexsort((rows.key, rows.kind, rows.at_ms)))
