"""Checks of what is issued with messages: coupons."""

from collections.abc import Mapping
from typing import Any

from liftloop.app.definitions.edge import BadDefinition
from liftloop.deliver.coupons import Pool, pool_problem


def check_pool(pool: Pool, others: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise what is wrong with a pool beside the others that are live."""
    problem = pool_problem(pool)
    other = next((other for other, body in others.items() if pool.offer and body.get("offer") == pool.offer), "")
    if other:
        problem = f"优惠 {pool.offer} 已经有券池 {other}", f"the offer {pool.offer} has the pool {other} already"
    if problem:
        raise BadDefinition("pool", problem[1], problem[0])
