"""Reads touches and orders from the lake as columns: what attribution and the return on spend are made from."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from liftloop.app.following import Follower
from liftloop.app.results.platforms import platform_key
from liftloop.app.results.sources import MARKED, SOURCE, field
from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.measure.attribution import Touches

LOOKBACK_DAYS_MAX = 180
VISIT_MS = 30 * MINUTE_MS
"""Pages that follow each other within it are one visit, as web analytics have it."""
Counted = Literal["clicked", "opened", "delivered", "sent"]
_RECEIPTS: Mapping[Counted, tuple[str, ...]] = {
    "clicked": ("clicked", "replied", "redeemed"),
    "opened": ("opened", "clicked", "replied", "redeemed"),
    "delivered": ("delivered", "opened", "clicked", "replied", "redeemed"),
    "sent": ("delivered", "opened", "clicked", "replied", "redeemed"),
}
_EVENTS: Mapping[Counted, tuple[str, ...]] = {
    "clicked": ("Message Clicked",),
    "opened": ("Message Opened", "Message Clicked"),
    "delivered": ("Message Delivered", "Message Opened", "Message Clicked"),
    "sent": ("Message Sent", "Message Delivered", "Message Opened", "Message Clicked"),
}

_FILE = (files("liftloop.app.results") / "touches.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip()
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}


class Source(Struct, frozen=True, kw_only=True):
    """Where a touch came from, down to the keyword; what is not said is empty."""

    channel: str
    campaign: str = ""
    ad_group: str = ""
    keyword: str = ""


class Touched(Struct, frozen=True, kw_only=True, eq=False):
    """Touches whose codes are places in `sources`, the most frequent first."""

    touches: Touches
    sources: tuple[Source, ...]


class Orders(Struct, frozen=True, kw_only=True, eq=False):
    """Orders that stand, each array [orders]; money in fen, refunds taken off.

    `margin_known` says of which the margins of all lines are known, `first` which are the first of their people.
    """

    profile: Integers
    at_ms: Integers
    revenue_fen: Floats
    margin_fen: Floats
    margin_known: Flags
    first: Flags


async def read_touches(follower: Follower, span: tuple[int, int], counted: Counted) -> Touched:
    """Return the touches between two instants; of our own messages those that were at least `counted`."""
    query = SQL["touches"].format(
        source=SOURCE,
        marked=MARKED,
        campaign=field("campaign"),
        ad_group=f"coalesce({field('adgroup')}, {field('content')})",
        keyword=field("term"),
        visit_ms=VISIT_MS,
    )
    given = [*span, list(_RECEIPTS[counted]), counted == "sent", list(_EVENTS[counted])]
    found = await follower.select(query, given)
    return _touched(found)


async def read_orders(follower: Follower, span: tuple[int, int]) -> Orders:
    """Return the orders between two instants, by person and time."""
    found = await follower.select(SQL["orders"], span)
    return Orders(
        profile=found["profile"].astype(np.int64),
        at_ms=found["at_ms"].astype(np.int64),
        revenue_fen=found["revenue_fen"].astype(np.float64),
        margin_fen=found["margin_fen"].astype(np.float64),
        margin_known=found["margin_known"].astype(np.bool_),
        first=found["first_order"].astype(np.bool_),
    )


def lookback_ms(days: float) -> int:
    return round(days * DAY_MS)


def _touched(found: Mapping[str, Any]) -> Touched:
    profile, code = found["profile"].astype(np.int64), found["code"].astype(np.int64)
    names = profile < 0
    rows = sorted(
        zip(
            (-found["at_ms"][names].astype(np.int64)).tolist(),
            *(found[each][names].tolist() for each in ("channel", "campaign", "ad_group", "keyword")),
            code[names].tolist(),
            strict=True,
        )
    )
    codes = np.array([row[-1] for row in rows], dtype=np.int64)
    sources = tuple(
        Source(channel=platform_key(str(channel)), campaign=str(campaign), ad_group=str(group), keyword=str(keyword))
        for _, channel, campaign, group, keyword, _ in rows
    )
    order = np.argsort(codes)
    place = order[np.searchsorted(codes[order], code[~names])] if codes.size else np.zeros(0, dtype=np.int64)
    return Touched(
        touches=Touches(profile=profile[~names], at_ms=found["at_ms"][~names].astype(np.int64), channel=place),
        sources=sources,
    )
