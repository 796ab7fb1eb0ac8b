"""Everything that becomes visible between two instants, in order of time.

History and the live market read the same function, so the future is of one piece with the past.
Reading [a, b) and then [b, c) gives what reading [a, c) gives.
"""

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import NONE, Flags, Ints
from liftloop.simulate.baskets import Lines, Orders, fill, is_online
from liftloop.simulate.browsing import LOOK_BACK_MS, SESSION_S, before_orders, idle_views, idle_visits
from liftloop.simulate.chance import Stream, keys
from liftloop.simulate.contacts import Replies, State
from liftloop.simulate.frames import joined, taken
from liftloop.simulate.purchases import rows_between
from liftloop.simulate.rows import Kind, Rows, in_order, rows_of, within
from liftloop.simulate.truth import Truth


class Happenings(Struct, frozen=True, kw_only=True):
    """`rows` in order of time, and what the orders among them hold.

    `rows.order` is a row of `orders` for Order Completed and Coupon Redeemed, `lines.order` likewise.
    """

    rows: Rows
    orders: Orders
    online: Flags
    public_coupon: Flags
    lines: Lines


def between(truth: Truth, state: State, from_ms: int, to_ms: int) -> Happenings:
    """Return what becomes visible in [from_ms, to_ms); raise ValueError beyond the horizon."""
    if to_ms > truth.horizon_ms:
        raise ValueError("the market is not prepared that far; draw it with more days ahead")
    orders = orders_between(truth, state, from_ms, to_ms)
    online = is_online(truth, orders)
    lines, public = fill(truth, orders)
    parts = [
        *_order_rows(truth, orders, online),
        *_sessions(truth, state, from_ms, to_ms),
        *idle_views(truth, rows_between(truth.browses, from_ms, to_ms + SESSION_S * 1000)),
        *idle_visits(truth, rows_between(truth.visits, from_ms, to_ms + 2 * SESSION_S * 1000)),
        *_receipts(truth, state.replies(), from_ms, to_ms),
    ]
    rows = in_order(joined([within(part, from_ms, to_ms) for part in parts]))
    return Happenings(rows=rows, orders=orders, online=online, public_coupon=public, lines=lines)


def order_times(truth: Truth, state: State) -> tuple[Ints, Ints]:
    """Return (member, time) of all orders that stand, own and extra, past and due."""
    own = ~state.suppressed
    replies = state.replies()
    member = replies.contacts.member[replies.pulled]
    return (
        np.concatenate([truth.orders.member[own], member]),
        np.concatenate([truth.orders.at_ms[own], replies.extra_ms[replies.pulled]]),
    )


def orders_between(truth: Truth, state: State, from_ms: int, to_ms: int) -> Orders:
    """Return the orders of [from_ms, to_ms) that stand, in order of time."""
    rows = rows_between(truth.orders, from_ms, to_ms)
    own = _own_orders(truth, state, rows[~state.suppressed[rows]])
    extra, _ = _extra_orders(state.replies(), from_ms, to_ms)
    orders = joined([own, extra])
    return taken(orders, np.lexsort((orders.key, orders.at_ms)))


def _own_orders(truth: Truth, state: State, rows: Ints) -> Orders:
    own = truth.orders
    coupon = state.coupon[rows]
    offer = np.full(rows.size, NONE, dtype=np.int64)
    offer[coupon != NONE] = state.replies().contacts.offer[coupon[coupon != NONE]]
    return Orders(
        member=own.member[rows],
        at_ms=own.at_ms[rows],
        key=keys(truth.key, Stream.ORDER_KEY, own.member[rows], own.number[rows]),
        contact=coupon,
        offer=offer,
        item=np.full(rows.size, NONE, dtype=np.int64),
    )


def _extra_orders(replies: Replies, from_ms: int, to_ms: int) -> tuple[Orders, Ints]:
    """Return the extra orders of [from_ms, to_ms) and when each one's contact was."""
    rows = np.flatnonzero(replies.pulled & (replies.extra_ms >= from_ms) & (replies.extra_ms < to_ms))
    orders = Orders(
        member=replies.contacts.member[rows],
        at_ms=replies.extra_ms[rows],
        key=replies.extra_key[rows],
        contact=replies.number[rows],
        offer=np.where(replies.extra_redeems[rows], replies.contacts.offer[rows], NONE),
        item=replies.contacts.item[rows],
    )
    return orders, replies.contacts.at_ms[rows]


def _order_rows(truth: Truth, orders: Orders, online: Flags) -> list[Rows]:
    """Return a row an order, and one a coupon of a contact that was redeemed in it."""
    order = np.arange(orders.key.size, dtype=np.int64)
    parts: list[Rows] = []
    for kind, rows in (
        (Kind.ORDER_COMPLETED, order),
        (Kind.COUPON_REDEEMED, order[orders.offer != NONE]),
    ):
        key = keys(truth.key, Stream.EVENT_KEY, orders.key[rows], np.array([20 + kind]))
        store = np.where(online[rows], NONE, truth.people.store[orders.member[rows]])
        known = {"store": store, "contact": orders.contact[rows], "order": rows}
        parts.append(rows_of(orders.at_ms[rows], orders.member[rows], kind, key, **known))
    return parts


def _sessions(truth: Truth, state: State, from_ms: int, to_ms: int) -> list[Rows]:
    """Return what precedes orders; a suppressed order keeps its sessions: she looked, and left."""
    own = _own_orders(truth, state, rows_between(truth.orders, from_ms, to_ms + LOOK_BACK_MS))
    extra, contact_ms = _extra_orders(state.replies(), from_ms, to_ms + LOOK_BACK_MS)
    return [
        *before_orders(truth, own, truth.people.registered_ms[own.member]),
        *before_orders(truth, extra, contact_ms + 1000),
    ]


def _receipts(truth: Truth, reply: Replies, from_ms: int, to_ms: int) -> list[Rows]:
    parts: list[Rows] = []
    for kind, at_ms in (
        (Kind.MESSAGE_DELIVERED, reply.delivered_ms),
        (Kind.MESSAGE_OPENED, reply.opened_ms),
        (Kind.MESSAGE_CLICKED, reply.clicked_ms),
        (Kind.UNSUBSCRIBED, reply.unsubscribed_ms),
        (Kind.COMPLAINED, reply.complained_ms),
    ):
        rows = np.flatnonzero((at_ms >= from_ms) & (at_ms < to_ms))
        key = keys(truth.key, Stream.CONTACT_KEY, reply.extra_key[rows], np.array([int(kind)]))
        member, number = reply.contacts.member[rows], reply.number[rows]
        parts.append(rows_of(at_ms[rows], member, kind, key, contact=number))
    return parts
