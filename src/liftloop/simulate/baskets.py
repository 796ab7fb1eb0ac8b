"""What an order holds: which articles, how many, at what price, addressed by the order's own key."""

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import NONE, Flags, Floats, Ints, Keys
from liftloop.simulate.chance import Stream, uniforms
from liftloop.simulate.people import baby_months
from liftloop.simulate.truth import Truth

LINES_MAX = 6  # A basket's tail is cut there; the mean is near 1.4 lines.
LOYAL_SHARE = 0.75  # Of picks fall on the series, and the item in it, that the person is used to.
PUBLIC_COUPON_FEN = 300  # A shop coupon that lies around without any campaign; the thrifty use it.
PUBLIC_COUPON = "SHOP3"


class Orders(Struct, frozen=True, kw_only=True):
    """Orders to fill: `item` is the promoted first line or NONE, `offer` the coupon used or NONE."""

    member: Ints
    at_ms: Ints
    key: Keys
    contact: Ints
    offer: Ints
    item: Ints


class Lines(Struct, frozen=True, kw_only=True):
    """One row an article; `order` is the row of its order, rows of one order are neighbours."""

    order: Ints
    item: Ints
    quantity: Ints
    price_fen: Ints
    discount_fen: Ints
    amount_fen: Ints


def is_online(truth: Truth, orders: Orders) -> Flags:
    return _luck(truth, Stream.ONLINE, orders.key) < truth.people.online[orders.member]


def first_items(truth: Truth, orders: Orders) -> Ints:
    """Return the article that each order is about: the promoted one, else the first pick."""
    own = pick_items(truth, orders.member, orders.at_ms, orders.key, np.zeros(orders.key.size, np.int64))
    return np.where(orders.item == NONE, own, orders.item)


def fill(truth: Truth, orders: Orders) -> tuple[Lines, Flags]:
    """Return the lines of all orders, and which orders used the shop's public coupon."""
    share = truth.world.habits.extra_line_share
    extra = np.log(_luck(truth, Stream.LINES, orders.key)) / np.log(share)
    count = 1 + np.minimum(extra.astype(np.int64), LINES_MAX - 1)
    order = np.repeat(np.arange(orders.key.size, dtype=np.int64), count)
    position = np.arange(order.size, dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    key = orders.key[order]
    item = pick_items(truth, orders.member[order], orders.at_ms[order], key, position)
    item = np.where((position == 0) & (orders.item[order] != NONE), orders.item[order], item)
    many = uniforms(truth.key, Stream.QUANTITY, key, position)
    quantity = 1 + (many > 0.78).astype(np.int64) + (many > 0.95)
    price = truth.catalogue.item_price[item]
    thrift = truth.people.thrift[orders.member]
    public = (orders.offer == NONE) & (_luck(truth, Stream.PUBLIC_COUPON, orders.key) < 0.03 + 0.8 * thrift**2)
    face = np.where(orders.offer == NONE, 0, truth.catalogue.offer_face[np.maximum(orders.offer, 0)])
    face = np.where(public, PUBLIC_COUPON_FEN, face)
    full = price * quantity
    discount = np.where(position == 0, np.minimum(face[order], full), 0)
    lines = Lines(
        order=order,
        item=item,
        quantity=quantity,
        price_fen=price,
        discount_fen=discount,
        amount_fen=full - discount,
    )
    return lines, public


def pick_items(truth: Truth, member: Ints, at_ms: Ints, key: Keys, position: Ints) -> Ints:
    """Return the article of each pick: a shelf by taste, a series by habit, the item by the child's age."""
    lists, people = truth.catalogue, truth.people
    shelf = _pick(people.taste[member], uniforms(truth.key, Stream.CATEGORY, key, position))
    months = baby_months(people, member, at_ms)
    item = _item_of_shelf(truth, member, shelf, months, (key, position))
    # Before birth and after the last stage, shelves that go by age have nothing: take the next shelf.
    missing = item == NONE
    if missing.any():
        free = np.flatnonzero(~lists.category_staged)
        other = free[(key[missing] % np.uint64(free.size)).astype(np.int64)]
        address = (key[missing], position[missing])
        item[missing] = _item_of_shelf(truth, member[missing], other, months[missing], address)
    return item


def _item_of_shelf(truth: Truth, member: Ints, shelf: Ints, months: Ints, address: tuple[Keys, Ints]) -> Ints:
    lists = truth.catalogue
    habit = uniforms(truth.key, Stream.LOYAL_SERIES, member, shelf)
    roll = uniforms(truth.key, Stream.SERIES, *address)
    # One roll decides whether to follow habit and, stretched, what to take if not.
    roll = np.where(roll < LOYAL_SHARE, habit, (roll - LOYAL_SHARE) / (1.0 - LOYAL_SHARE))
    series = lists.series_of[shelf, (roll * lists.series_count[shelf]).astype(np.int64)]
    habit = uniforms(truth.key, Stream.LOYAL_ITEM, member, series)
    roll = uniforms(truth.key, Stream.ITEM, *address)
    roll = np.where(roll < LOYAL_SHARE, habit, (roll - LOYAL_SHARE) / (1.0 - LOYAL_SHARE))
    item = lists.items_of[series, (roll * lists.items_count[series]).astype(np.int64)]
    at_month = lists.item_at_month[series, np.clip(months, 0, lists.item_at_month.shape[1] - 1)]
    inside = (months >= 0) & (months < lists.item_at_month.shape[1])
    return np.where(lists.staged[series], np.where(inside, at_month, NONE), item)


def _pick(cumulative: Floats, roll: Floats) -> Ints:
    return (cumulative < roll[:, None]).sum(axis=1).astype(np.int64)


def _luck(truth: Truth, stream: Stream, key: Keys) -> Floats:
    return uniforms(truth.key, stream, key)
