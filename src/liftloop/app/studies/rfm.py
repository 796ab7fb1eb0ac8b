"""How lately, how often and for how much somebody buys, and where that stands among everybody who does."""

import asyncio
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.following import Follower
from liftloop.kernel.clock import DAY_MS

_BOUGHT = """
SELECT max(at_ms) FILTER (NOT refunded) AS last_ms, count(*) FILTER (NOT refunded) AS orders,
    coalesce(sum(CASE WHEN refunded THEN -revenue ELSE revenue END) FILTER (NOT isnan(revenue)), 0) AS spent
"""
_EVERYBODY = f"{_BOUGHT} FROM order_now GROUP BY profile HAVING count(*) FILTER (NOT refunded) > 0"
_ONE = f"{_BOUGHT} FROM order_head WHERE profile IN (SELECT unnest($1::BIGINT[]))"
MEASURES = ("last_ms", "orders", "spent")
SCORES = 5
CHEAP_S = 0.01
"""Where reading everybody takes no longer, it is done whenever something has changed."""
RESTS = 100
"""Else that many times as long as it took: fifths of all buyers move slowly, and pages of people are opened often."""


class Rfm(Struct, frozen=True, kw_only=True):
    """A buyer's recency, frequency and monetary value (Hughes 1994), refunds taken off; scores 1 to 5, 5 is best.

    A score says in which fifth of all buyers somebody is; equal buyers have equal scores.
    """

    recency_days: int
    orders: int
    spent_fen: int
    scores: tuple[int, int, int]


class _Everybody(Struct, frozen=True, kw_only=True, eq=False):
    """All buyers as of a position of the lake, each measure sorted by itself: 24 bytes a buyer."""

    offset: int
    read_s: float
    took_s: float
    columns: Sequence[NDArray[np.float64]]
    """In the order of `MEASURES`."""


class Buyers:
    """Says where a buyer stands among all, who are read again when enough time has passed since they changed."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._everybody: _Everybody | None = None

    async def rfm(self, numbers: Sequence[int], now_ms: int) -> Rfm | None:
        """Return what the orders of a person come to, by all their numbers; None for somebody who has never bought."""
        own = {name: column[0] for name, column in (await self._follower.select(_ONE, [list(numbers)])).items()}
        if not own["orders"]:
            return None
        everybody = await self._among()
        standing = zip(MEASURES, everybody.columns, strict=True)
        below = np.array([np.searchsorted(column, own[name]) / max(len(column), 1) for name, column in standing])
        recency, frequency, monetary = (1 + np.minimum(np.floor(below * SCORES), SCORES - 1)).astype(int).tolist()
        return Rfm(
            recency_days=max(now_ms - int(own["last_ms"]), 0) // DAY_MS,
            orders=int(own["orders"]),
            spent_fen=round(float(own["spent"]) * 100),
            scores=(recency, frequency, monetary),
        )

    async def _among(self) -> _Everybody:
        known = self._everybody
        offset = (await asyncio.to_thread(self._follower.lake.position)).offset
        began_s = asyncio.get_running_loop().time()
        if known is not None:
            rest_s = RESTS * known.took_s if known.took_s > CHEAP_S else 0.0
            if known.offset == offset or began_s - known.read_s < rest_s:
                return known
        found = await self._follower.select(_EVERYBODY)
        read_s = asyncio.get_running_loop().time()
        columns = await asyncio.to_thread(_sorted, [found[name] for name in MEASURES])
        self._everybody = _Everybody(offset=offset, read_s=read_s, took_s=read_s - began_s, columns=columns)
        return self._everybody


def _sorted(columns: Sequence[NDArray[np.generic]]) -> list[NDArray[np.float64]]:
    return [np.sort(column.astype(np.float64)) for column in columns]
