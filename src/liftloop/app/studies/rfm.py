"""How lately, how often and for how much somebody buys, and where that stands among everybody who does."""

import numpy as np
from msgspec import Struct

from liftloop.app.following import Follower
from liftloop.kernel.clock import DAY_MS

_RFM = """
WITH buyer AS (
    SELECT profile, max(at_ms) FILTER (NOT refunded) AS last_ms, count(*) FILTER (NOT refunded) AS orders,
        sum(CASE WHEN refunded THEN -revenue ELSE revenue END) FILTER (NOT isnan(revenue)) AS spent
    FROM order_now GROUP BY profile HAVING count(*) FILTER (NOT refunded) > 0
),
mine AS (SELECT last_ms, orders, coalesce(spent, 0) AS spent FROM buyer WHERE profile = $1)
SELECT mine.last_ms, mine.orders, mine.spent,
    count(*) FILTER (buyer.last_ms < mine.last_ms) / count(*) AS earlier,
    count(*) FILTER (buyer.orders < mine.orders) / count(*) AS rarer,
    count(*) FILTER (coalesce(buyer.spent, 0) < mine.spent) / count(*) AS smaller
FROM mine, buyer GROUP BY ALL
"""
SCORES = 5


class Rfm(Struct, frozen=True, kw_only=True):
    """A buyer's recency, frequency and monetary value (Hughes 1994), refunds taken off; scores 1 to 5, 5 is best.

    A score says in which fifth of all buyers somebody is; equal buyers have equal scores.
    """

    recency_days: int
    orders: int
    spent_fen: int
    scores: tuple[int, int, int]


async def rfm_of(follower: Follower, number: int, now_ms: int) -> Rfm | None:
    """Return what a person's orders come to, None for somebody who has never bought."""
    found = {name: column.tolist() for name, column in (await follower.select(_RFM, [number])).items()}
    if not found["orders"]:
        return None
    shares = np.array([found[name][0] for name in ("earlier", "rarer", "smaller")])
    recency, frequency, monetary = (1 + np.minimum(np.floor(shares * SCORES), SCORES - 1)).astype(int).tolist()
    return Rfm(
        recency_days=max(now_ms - int(found["last_ms"][0]), 0) // DAY_MS,
        orders=int(found["orders"][0]),
        spent_fen=round(float(found["spent"][0]) * 100),
        scores=(recency, frequency, monetary),
    )
