"""What the lake keeps of orders: heads and lines as columns, read from the bodies of order events."""

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.kernel.codec import Json, parse_object
from liftloop.storage.contract import Array
from liftloop.storage.embedded.lake_columns import number_of, numbers_of, text_column, texts_of

LakeColumns = dict[str, Array]


class _Product(Struct, frozen=True, gc=False):
    product_id: Json = None
    sku: Json = None
    name: Json = None
    category: Json = None
    price: Json = None
    quantity: Json = None


class _Order(Struct, frozen=True, gc=False):
    order_id: Json = None
    revenue: Json = None
    total: Json = None
    currency: Json = None
    coupon: Json = None
    products: list[_Product] | None = None


_ORDERS = msgspec.json.Decoder(list[_Order])


def order_tables(bodies: Sequence[bytes], whose: LakeColumns, refunded: Array) -> dict[str, LakeColumns]:
    """Return heads and lines of orders; `whose` are the columns that both share, one row an order."""
    orders = _read(bodies)
    ids = text_column(texts_of([order.order_id for order in orders]))
    heads = whose | {
        "order_id": ids,
        "revenue": _revenues(orders),
        "currency": text_column(texts_of([order.currency for order in orders])),
        "coupon": text_column(texts_of([order.coupon for order in orders])),
        "refunded": refunded,
    }
    counts = [len(order.products or ()) for order in orders]
    if not any(counts):
        return {"order_head": heads}
    shared = {name: np.repeat(column, counts) for name, column in {**whose, "refunded": refunded}.items()}
    lines = shared | {"order_id": np.repeat(ids, counts)} | _lines([p for o in orders for p in o.products or ()])
    return {"order_head": heads, "order_line": lines}


def _lines(products: Sequence[_Product]) -> LakeColumns:
    ids = [each.sku if each.product_id is None else each.product_id for each in products]
    return {
        "product_id": text_column(texts_of(ids)),
        "name": text_column(texts_of([each.name for each in products])),
        "category": text_column(texts_of([each.category for each in products])),
        "price": numbers_of([each.price for each in products]),
        "quantity": numbers_of([_quantity(each) for each in products]),
    }


def _read(bodies: Sequence[bytes]) -> list[_Order]:
    """Return the orders, all at once where each is as it should be, else one by one."""
    try:
        orders = _ORDERS.decode(b"[" + b",".join(bodies) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        orders = []
    return orders if len(orders) == len(bodies) else [_careful(body) for body in bodies]


def _careful(body: bytes) -> _Order:
    """Return what can be read of an order: one bad body must not stop the lake."""
    said = parse_object(body)
    products = said.get("products")
    lines = [each for each in products if isinstance(each, dict)] if isinstance(products, list) else []
    return _Order(
        **{name: said.get(name) for name in ("order_id", "revenue", "total", "currency", "coupon")},
        products=[_Product(**{name: each.get(name) for name in _Product.__struct_fields__}) for each in lines],
    )


def _quantity(product: _Product) -> Json:
    """Return how many; Segment's default is one."""
    return 1.0 if product.quantity is None else product.quantity


def _revenues(orders: Sequence[_Order]) -> Array:
    """Return `revenue`, else `total`, else what the lines add up to; NaN where none is known."""
    said = numbers_of([order.total if order.revenue is None else order.revenue for order in orders])
    for place in np.flatnonzero(np.isnan(said)).tolist():
        products = orders[place].products
        if products:
            said[place] = sum(number_of(each.price) * number_of(_quantity(each)) for each in products)
    return said
