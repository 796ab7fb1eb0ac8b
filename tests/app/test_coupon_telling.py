"""What was issued comes back as an event of the person, once a code."""

import asyncio
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import msgspec

from liftloop.app import coupon_telling
from liftloop.app.coupon_telling import CouponTelling
from liftloop.plan.metric.events import ISSUE
from liftloop.storage.contract import Record


class _Follower:
    def __init__(self) -> None:
        self.lake = duckdb.connect()
        self.lake.execute(
            "CREATE TABLE coupon_issued (tick BIGINT, message_key VARCHAR, profile BIGINT, pool VARCHAR,"
            " code VARCHAR, offer VARCHAR, expires_ms BIGINT, at_ms BIGINT)"
        )
        self.lake.execute("CREATE TABLE canonical (forwarded BIGINT, kept BIGINT)")
        self.lake.execute("CREATE TABLE message (message_key VARCHAR, campaign VARCHAR)")

    async def select(self, query: str, parameters: list[Any]) -> Any:
        return self.lake.execute(query, parameters).fetchnumpy()

    async def catch_up(self) -> None:
        return


class _Tick:
    def __init__(self) -> None:
        self.told: list[Record] = []

    async def facts(self, records: list[Record]) -> None:
        self.told += records


def test_an_issued_code_is_told_once_with_what_it_is_for(tmp_path: Path, monkeypatch: Any) -> None:
    """A code is one event of its holder, with pool, offer and campaign; a reminder and a restart tell nothing new."""
    monkeypatch.setattr(coupon_telling, "senders_of", lambda _, who: {each: {"user_id": f"u{each}"} for each in who})
    monkeypatch.setattr(coupon_telling, "LINES_MAX", 1)
    monkeypatch.setattr(coupon_telling, "PAGE_MAX", 2)
    follower, tick = _Follower(), _Tick()
    desk: Any = SimpleNamespace(data=tmp_path, follower=follower, tick=tick, state=sqlite3.connect(":memory:"))
    for row in ((5, "c/a", 1, "A1"), (5, "c/b", 2, "A2"), (6, "c/c", 3, "A3"), (7, "c/a2", 1, "A1")):
        follower.lake.execute("INSERT INTO coupon_issued VALUES (?, ?, ?, 'autumn', ?, 'off20', 99, 10)", row)
        follower.lake.execute("INSERT INTO message VALUES (?, 'sale')", [row[1]])
    assert asyncio.run(CouponTelling(desk).tell()) == 3
    first = tick.told[0]
    assert (first.name, first.user_id, len(tick.told)) == (ISSUE, "u1", 3)
    assert msgspec.json.decode(first.body) == {
        "code": "A1",
        "pool": "autumn",
        "offer": "off20",
        "campaign": "sale",
        "expires_ms": 99,
    }
    assert asyncio.run(CouponTelling(desk).tell()) == 0
    follower.lake.execute("INSERT INTO canonical VALUES (9, 2)")  # Merged since: her code is still one code.
    follower.lake.execute("INSERT INTO coupon_issued VALUES (8, 'c/b2', 9, 'autumn', 'A2', '', 99, 12)")
    follower.lake.execute("INSERT INTO coupon_issued VALUES (8, 'c/d', 4, 'autumn', 'A4', '', 99, 12)")
    assert asyncio.run(CouponTelling(desk).tell()) == 1
    assert len({each.message_id for each in tick.told}) == 4
