"""Messages whose answer was lost and whose provider can be asked: kept in the dispatch process' own file until known.

A row enters in the commit that settles its message as `uncertain`, and goes once the tick was told what became of it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from msgspec import Struct

from liftloop.deliver.contract import Purpose
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS
from liftloop.storage.contract import Row

ASKED_AFTER_MS = (2 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS)
"""How long after its answer was lost a message is asked for, time and again; after the last it stays uncertain."""

CREATE = """
CREATE TABLE IF NOT EXISTS doubt (
    message_key TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    profile INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    cost_fen INTEGER NOT NULL,
    reason TEXT NOT NULL,                  -- Under which it stands in the ledger.
    since_ms INTEGER NOT NULL,             -- When it became uncertain, on our clock.
    left_ms INTEGER NOT NULL,              -- When it left, on the clock that providers go by.
    asked INTEGER NOT NULL,                -- How often.
    next_ms INTEGER NOT NULL               -- When it is asked for next, on our clock.
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS doubt_next ON doubt (channel, next_ms);
"""
_NAMES = "message_key, channel, profile, purpose, decided_ms, cost_fen, reason, since_ms, left_ms, asked, next_ms"
PUT = f"INSERT OR REPLACE INTO doubt ({_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DUE = f"SELECT {_NAMES} FROM doubt WHERE channel = ? AND next_ms <= ? ORDER BY next_ms LIMIT ?"
_LATER = "UPDATE doubt SET asked = ?, next_ms = ? WHERE message_key = ?"
_FORGET = "DELETE FROM doubt WHERE message_key = ?"
_COUNTS = "SELECT channel, count(*), min(next_ms) FROM doubt GROUP BY channel"

Commit = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Doubted(Struct, frozen=True, kw_only=True):
    """One message in doubt."""

    key: str
    channel: str
    profile: int
    purpose: Purpose
    decided_ms: int
    cost_fen: int
    reason: str
    since_ms: int
    left_ms: int
    asked: int = 0
    next_ms: int

    def row(self) -> Row:
        return (
            self.key,
            self.channel,
            self.profile,
            self.purpose,
            self.decided_ms,
            self.cost_fen,
            self.reason,
            self.since_ms,
            self.left_ms,
            self.asked,
            self.next_ms,
        )


class Waiting(Struct, frozen=True, kw_only=True):
    """How many messages of a channel are still to be asked for."""

    channel: str
    count: int
    next_ms: int


class Doubts:
    """The table. Every write is one durable commit, or raises `DiskFull` and changes nothing. Any thread may call."""

    def __init__(self, commit: Commit, rows: Callable[[str, Sequence[object]], list[Row]]) -> None:
        self._commit = commit
        self._rows = rows

    def due(self, channel: str, now_ms: int, limit: int) -> list[Doubted]:
        """Return what is to be asked for now."""
        names = Doubted.__struct_fields__
        return [Doubted(**dict(zip(names, row, strict=True))) for row in self._rows(_DUE, (channel, now_ms, limit))]

    def waiting(self) -> list[Waiting]:
        """Return how many wait, by channel."""
        return [Waiting(channel=name, count=count, next_ms=at) for name, count, at in self._rows(_COUNTS, ())]

    def asked(self, later: Iterable[Doubted], known: Iterable[str]) -> None:
        """Note what was asked for in vain and comes again, and forget what is known."""
        with self._commit() as connection:
            connection.executemany(_LATER, [(each.asked, each.next_ms, each.key) for each in later])
            connection.executemany(_FORGET, [(key,) for key in known])


def next_ms(doubted: Doubted, now_ms: int) -> int | None:
    """Return when a message is asked for again after it was in vain; None where that was the last time."""
    later = [doubted.since_ms + after for after in ASKED_AFTER_MS if doubted.since_ms + after > now_ms]
    return min(later, default=None)
