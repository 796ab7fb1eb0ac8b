"""Coupons that were issued go back to the log as events of the customer, so that metrics and journeys see them.

A code is told once a person: a reminder that names it again, or telling twice after a crash, counts once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from liftloop.app.callers import SYSTEM
from liftloop.app.desk import Desk
from liftloop.app.looking import keep_looking
from liftloop.app.tags.holders import senders_of
from liftloop.app.whole_files import write_whole
from liftloop.kernel.codec import canonical_json
from liftloop.plan.metric.events import ISSUE
from liftloop.storage.contract import Record

LINES_MAX = 2_000
"""Events of one call of the tick."""
PAGE_MAX = 10_000
"""Coupons of one look into the lake: a look reads the whole table, so that a big blast takes few of them."""
LOOK_EVERY_S = 2.0
# The lake takes ticks whole and in order: nothing comes before what was read. The key parts the rows of one tick.
_NEXT = """
WITH page AS (
    SELECT * FROM coupon_issued WHERE tick > $1 OR (tick = $1 AND message_key > $2) ORDER BY tick, message_key LIMIT $3
), held AS (
    SELECT page.*, coalesce(canonical.kept, page.profile) AS holder
    FROM page LEFT JOIN canonical ON canonical.forwarded = page.profile
), again AS (
    SELECT DISTINCT held.tick, held.message_key
    FROM coupon_issued AS before
    LEFT JOIN canonical ON canonical.forwarded = before.profile
    JOIN held ON held.pool = before.pool AND held.code = before.code
        AND held.holder = coalesce(canonical.kept, before.profile)
    WHERE before.tick < held.tick OR (before.tick = held.tick AND before.message_key < held.message_key)
), sent AS (
    SELECT message_key, any_value(campaign) AS campaign FROM message
    WHERE message_key IN (SELECT message_key FROM page) GROUP BY message_key
)
SELECT held.tick, held.message_key AS key, holder AS profile, pool, code, offer, expires_ms, at_ms,
    coalesce(sent.campaign, '') AS campaign, again.tick IS NOT NULL AS again
FROM held LEFT JOIN sent ON sent.message_key = held.message_key
LEFT JOIN again ON again.tick = held.tick AND again.message_key = held.message_key
ORDER BY held.tick, held.message_key
"""
_LAST = "SELECT coalesce(max(tick), -1) AS tick FROM coupon_issued"


class CouponTelling:
    """Follows the coupons of the lake from where it stopped."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._file = desk.data / "coupons.json"
        self._alone = asyncio.Lock()
        self._reached = _read(self._file)
        self._seen = -1

    async def run_forever(self) -> None:
        """Tell until cancelled; a tick or a lake that is away is waited for."""
        await keep_looking(self.tell, LOOK_EVERY_S, "issued coupons wait to be told")

    async def at_rest(self) -> None:
        """Tell what the last instant of a manual clock issued, and let the lake know."""
        await self._desk.follower.catch_up()
        if await self.tell():
            await self._desk.follower.catch_up()

    async def tell(self) -> int:
        """Tell every coupon that is untold; returns how many, once they are folded."""
        told = 0
        async with self._alone:
            last = int((await self._desk.follower.select(_LAST, []))["tick"][0])
            while last > self._seen:
                page = _lines(await self._desk.follower.select(_NEXT, [*self._reached, PAGE_MAX]))
                for first in range(0, len(page), LINES_MAX):
                    told += await self._tell(page[first : first + LINES_MAX])
                if len(page) < PAGE_MAX:
                    self._seen = last
        return told

    async def _tell(self, lines: Sequence[Mapping[str, Any]]) -> int:
        """Tell those that were not told before, and keep how far that was; returns how many."""
        new = [line for line in lines if not line["again"]]
        senders = senders_of(self._desk.state, {int(line["profile"]) for line in new})
        records = [_record(line, senders[line["profile"]]) for line in new if line["profile"] in senders]
        if records:
            await self._desk.tick.facts(records)
        self._reached = (int(lines[-1]["tick"]), str(lines[-1]["key"]))
        write_whole(self._file, canonical_json(self._reached))
        return len(records)


def _lines(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns = [found[name].tolist() for name in found]
    return [dict(zip(found, row, strict=True)) for row in zip(*columns, strict=True)]


def _record(line: Mapping[str, Any], sender: Mapping[str, Any]) -> Record:
    body = {name: line[name] for name in ("code", "pool", "offer", "campaign") if line[name]}
    return Record(
        kind="track",
        at_ms=line["at_ms"],
        received_ms=line["at_ms"],
        message_id=f"coupon:issued:{line['key']}",
        actor=SYSTEM.actor,
        name=ISSUE,
        body=canonical_json({**body, "expires_ms": line["expires_ms"]}),
        **sender,
    )


def _read(file: Path) -> tuple[int, str]:
    try:
        tick, key = msgspec.json.decode(file.read_bytes(), type=tuple[int, str])
    except FileNotFoundError:
        return (-1, "")
    return tick, key
