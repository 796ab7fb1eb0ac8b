"""Order lines become one `Order Completed` an order, and `Order Refunded` for what came back.

A line is a refund where the mapping says so, or where its quantity or amount is negative.
Amounts of refunds are positive: they say how much went back.
"""

import math
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.collect.mapping_bulk import Instant
from liftloop.collect.mapping_people import Identify
from liftloop.collect.mapping_rows import MONEY_MAX, QUANTITY_MAX, People, Rows

AMOUNT_DECIMALS = 4  # Finer than any currency; removes what adding floats leaves behind.

_PRODUCT_FIELDS = (
    ("product_id", "product_id"),
    ("product_name", "name"),
    ("category", "category"),
    ("brand", "brand"),
    ("discount", "discount"),
    ("coupon_discount", "coupon_discount"),
)
_ORDER_FIELDS = ("coupon", "store_id", "channel")

_NO_PURCHASE_WORDS = (
    *("待付款", "未付款", "已取消", "交易取消", "交易关闭", "已关闭", "已退款", "退款成功", "全额退款", "已退货"),
    *("cancel", "unpaid", "pending payment", "closed", "void", "refund", "returned"),
)
"""Order statuses after which nothing was bought. A refunded order is not a refund of its own: its sum is nought."""
_PARTLY_WORDS = ("部分", "partial")


class _Order:
    """The lines of one order that go the same way (bought or brought back)."""

    __slots__ = ("amounts", "first", "instant", "products")

    def __init__(self, first: int, instant: Instant) -> None:
        self.first = first
        self.instant = instant
        self.products: list[dict[str, Any]] = []
        self.amounts: list[float] = []


def order_records(rows: Rows, people: People) -> list[dict[str, Any]]:
    """Return the identifies and orders of a batch that cuts no order apart, in the order of the file."""
    _reject_unreadable(rows)
    _reject_unpaid(rows)
    orders = _collect_lines(rows)
    make_id = rows.id_maker("orders")
    identify, heads = Identify(rows, people), _Heads(rows)
    records: list[dict[str, Any]] = []
    for (order_id, refunded), order in orders.items():
        if not identify.silent:
            records += identify.records(order.first, order.instant)
        who, person = people.of(order.first)
        event = "Order Refunded" if refunded else "Order Completed"
        records.append(
            {
                "type": "track",
                "event": event,
                who: person,
                "messageId": make_id(f"{event}={order_id}".encode()),
                "timestamp": order.instant[0],
                "properties": heads.properties(order_id, order, partly=(order_id, not refunded) in orders),
            }
        )
    return records


def _reject_unreadable(rows: Rows) -> None:
    """Reject lines whose numbers cannot be read: a quantity in doubt is not one piece."""
    for name in ("quantity", "price", "amount", "order_amount"):
        for index in rows.cells[name].unusable if name in rows.cells else ():
            rows.reject(index, "unreadable_value", name, rows.raw(name, index))


def _reject_unpaid(rows: Rows) -> None:
    for index, status in enumerate(rows.values("status") or ()):
        if status is not None and _says_no_purchase(status.casefold()):
            rows.reject(index, "not_a_purchase", "status", status)


def _says_no_purchase(status: str) -> bool:
    partly = any(word in status for word in _PARTLY_WORDS)
    return not partly and any(word in status for word in _NO_PURCHASE_WORDS)


class _Money(Struct, frozen=True, kw_only=True):
    """Lines as lists: what was bought at what price, what it came to (None: not said), and whether it came back."""

    quantities: list[float]
    prices: list[float | None]
    amounts: list[float | None]
    refunded: list[bool]


def _collect_lines(rows: Rows) -> dict[tuple[str, bool], _Order]:
    """Return the orders by (id, refunded), with their products and line amounts."""
    order_ids, instants = rows.column("order_id"), rows.column("ordered_at")
    money = _line_money(rows)
    parts = [(key, rows.cells[name].values) for name, key in _PRODUCT_FIELDS if name in rows.cells]
    if any(price is not None for price in money.prices):
        parts.append(("price", money.prices))
    repeated = _repeated_lines(rows) if rows.mapping.duplicates == "drop" else frozenset[int]()
    orders: dict[tuple[str, bool], _Order] = {}
    for index in rows.kept():
        if index in repeated:
            continue
        key, instant = (order_ids[index], money.refunded[index]), instants[index]
        order = orders.get(key)
        if order is None:
            order = orders[key] = _Order(index, instant)
        elif instant[1] < order.instant[1]:
            order.instant = instant
        product = {name: values[index] for name, values in parts if values[index] is not None}
        if product:
            product["quantity"] = money.quantities[index]
            order.products.append(product)
        amount = money.amounts[index]
        if amount is not None:
            order.amounts.append(amount)
    return orders


def _line_money(rows: Rows) -> _Money:
    """Return quantity, unit price and amount of each line; of price and amount, each is made from the other."""
    quantity, price, amount = (np.array(rows.column(name), dtype=float) for name in ("quantity", "price", "amount"))
    quantity = np.where(np.isnan(quantity), 1.0, quantity)
    amount = np.where(np.isnan(amount), np.round(price * quantity, AMOUNT_DECIMALS), amount)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_piece = np.round(amount / quantity, AMOUNT_DECIMALS)
    price = np.where(np.isnan(price) & np.isfinite(per_piece), per_piece, price)
    rows.out_of_range["quantity"] += int(np.sum(np.abs(quantity) > QUANTITY_MAX))
    rows.out_of_range["amount"] += int(np.sum(np.abs(amount) > MONEY_MAX))
    refunded = (quantity < 0) | (amount < 0)
    said = rows.values("refund")
    if said is not None:
        refunded |= np.array([bool(flag) for flag in said], dtype=bool)
    whole = np.all(quantity == np.floor(quantity))
    return _Money(
        quantities=np.abs(quantity).astype(np.int64 if whole else float).tolist(),
        prices=_with_none(np.abs(price)),
        amounts=_with_none(np.abs(amount)),
        refunded=refunded.tolist(),
    )


def _with_none(numbers: NDArray[np.float64]) -> list[float | None]:
    values = numbers.astype(object)
    values[np.isnan(numbers)] = None
    return values.tolist()


def _repeated_lines(rows: Rows) -> frozenset[int]:
    """Return the lines that equal an earlier line of the batch in every column, hence of the same order."""
    seen: set[int] = set()
    repeated: list[int] = []
    for index, row_hash in enumerate(rows.batch.hashes.tolist()):
        if row_hash in seen:
            repeated.append(index)
        seen.add(row_hash)
    return frozenset(repeated)


class _Heads:
    """What is said of orders as a whole: on the first line of each."""

    def __init__(self, rows: Rows) -> None:
        self._currency = rows.mapping.currency
        self._currencies = rows.column("currency")
        self._totals = rows.column("order_amount")
        named = [(name, rows.cells[name].values) for name in _ORDER_FIELDS if name in rows.cells]
        self._others = [*named, *rows.extras.items()]

    def properties(self, order_id: str, order: _Order, *, partly: bool) -> dict[str, Any]:
        """Return the properties of one order; its own total counts, unless only a part of it is meant."""
        first = order.first
        total = None if partly else self._totals[first]
        revenue = abs(math.fsum(order.amounts) if total is None else total)
        properties: dict[str, Any] = {
            "order_id": order_id,
            "revenue": round(revenue, AMOUNT_DECIMALS),
            "currency": self._currencies[first] or self._currency,
            "products": order.products,
        }
        for name, values in self._others:
            if values[first] is not None:
                properties[name] = values[first]
        return properties


def revenue_of(records: list[dict[str, Any]]) -> float:
    """Return what the orders brought in, less what went back."""
    sign = {"Order Completed": 1.0, "Order Refunded": -1.0}
    orders = (record for record in records if record["type"] == "track")
    return math.fsum(sign[record["event"]] * record["properties"]["revenue"] for record in orders)
