"""Order lines become one `Order Completed` an order, and `Order Refunded` for what came back.

A line is a refund where the mapping says so, or where its quantity or amount is negative.
Amounts of refunds are positive: they say how much went back.
"""

import math
from collections import Counter
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.collect.mapping_people import Identify
from liftloop.collect.mapping_rows import MONEY_MAX, QUANTITY_MAX, People, Rows, digest
from liftloop.collect.mapping_values import Instant

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
    _reject_unpaid(rows)
    orders = _collect_lines(rows)
    identify = Identify(rows, people)
    records: list[dict[str, Any]] = []
    for (order_id, refunded), order in orders.items():
        records += identify.records(order.first, order.instant)
        who, person = people.of(order.first)
        event = "Order Refunded" if refunded else "Order Completed"
        records.append(
            {
                "type": "track",
                "event": event,
                who: person,
                "messageId": digest(rows.context.identity_key, "orders", rows.mapping.source, event, order_id),
                "timestamp": order.instant[0],
                "properties": _properties(rows, order_id, order, both=(order_id, not refunded) in orders),
            }
        )
    return records


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


def _properties(rows: Rows, order_id: str, order: _Order, *, both: bool) -> dict[str, Any]:
    """Return the properties of one order; the total of the order counts, unless it was partly returned."""
    totals = rows.values("order_amount")
    total = totals[order.first] if totals is not None and not both else None
    revenue = math.fsum(order.amounts) if total is None else total
    currencies = rows.values("currency")
    properties: dict[str, Any] = {
        "order_id": order_id,
        "revenue": round(abs(revenue), AMOUNT_DECIMALS),
        "currency": (currencies[order.first] if currencies else None) or rows.mapping.currency,
        "products": order.products,
    }
    for name in _ORDER_FIELDS:
        values = rows.values(name)
        if values is not None and values[order.first] is not None:
            properties[name] = values[order.first]
    for name, values in rows.extras.items():
        if values[order.first] is not None:
            properties[name] = values[order.first]
    return properties


def revenue_of(records: list[dict[str, Any]]) -> float:
    """Return what the orders brought in, less what went back."""
    sums: Counter[str] = Counter()
    for record in records:
        if record["type"] == "track":
            sums[record["event"]] += record["properties"].get("revenue", 0.0)
    return round(sums["Order Completed"] - sums["Order Refunded"], AMOUNT_DECIMALS)
