"""The dispatch process' own file: a hand-over is on disk before it leaves, its outcome before it is told.

A batch is one row while it is in flight, then its report, and gone once the tick has folded the report.
"""

import sqlite3
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import randbelow

import msgspec
from msgspec import Struct

from liftloop.app.dispatch.coupons import CREATE as CREATE_COUPONS
from liftloop.app.dispatch.coupons import CREATE_HOLD, Coupons, settle_claims
from liftloop.app.dispatch.doubts import CREATE as CREATE_DOUBTS
from liftloop.app.dispatch.doubts import PUT as PUT_DOUBT
from liftloop.app.dispatch.doubts import Doubted, Doubts
from liftloop.app.issued_links import ADD_LINK, ADD_TARGET, FORGET_LINKS, NO_LINKS, NewLinks
from liftloop.app.issued_links import CREATE as CREATE_LINKS
from liftloop.deliver.contract import Purpose
from liftloop.deliver.coupons import Coupon
from liftloop.kernel.ids import MessageKey, Offset
from liftloop.storage.contract import DiskFull, Row
from liftloop.storage.embedded.connections import claim_layout
from liftloop.storage.embedded.crash_points import NO_CRASHES, AttemptPoint, CouponPoint, Crashes

LAYOUT = 1  # Kept in the file's `user_version`.
BUSY_WAIT_S_MAX = 10.0  # The file has one writer; a longer wait means that a second dispatcher runs.

_CREATE = """
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- Never used twice: reports are told apart by it.
    channel TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    started BLOB NOT NULL,                 -- MessagePack of the attempts that left; empty once settled.
    report BLOB,                           -- NULL while in flight, then `AttemptsSettled` as JSON.
    "offset" INTEGER                       -- Where the log goes on after the report; NULL until it was told.
) STRICT;
CREATE TABLE IF NOT EXISTS waiting (       -- Messages that may be handed over again.
    message_key TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    doubt INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pause (         -- Channels that asked for patience.
    channel TEXT PRIMARY KEY,
    until_ms INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
_START = "INSERT INTO batch (channel, started_ms, started) VALUES (?, ?, ?)"
_SETTLE = "UPDATE batch SET started = x'', report = ? WHERE id = ?"
_SETTLE_WHAT_NEVER_LEFT = "INSERT INTO batch (channel, started_ms, started, report) VALUES (?, ?, x'', ?)"
_FORGET = "DELETE FROM batch WHERE id = ?"
_WAIT = "INSERT OR REPLACE INTO waiting (message_key, channel, tries, next_ms, doubt, reason) VALUES (?, ?, ?, ?, ?, ?)"
_WAIT_NO_MORE = "DELETE FROM waiting WHERE message_key = ?"
_DOUBT = "SELECT 1 FROM waiting WHERE message_key = ? AND doubt = 1"
_PAUSE = "INSERT OR REPLACE INTO pause (channel, until_ms, failures, reason) VALUES (?, ?, ?, ?)"
_GO_ON = "DELETE FROM pause WHERE channel = ?"
_REPORTED = 'UPDATE batch SET "offset" = ? WHERE id = ?'
_UNFINISHED = "SELECT id, channel, started_ms, started FROM batch WHERE report IS NULL ORDER BY id"
_REPORTS = 'SELECT id, channel, report, "offset" FROM batch WHERE report IS NOT NULL ORDER BY id'
_WAITING = "SELECT message_key, channel, tries, next_ms, doubt, reason FROM waiting"
_PAUSES = "SELECT channel, until_ms, failures, reason FROM pause"


class Attempt(Struct, frozen=True, kw_only=True, array_like=True):
    """One message of a batch that leaves: what a restart must know of it."""

    key: MessageKey
    attempt: str
    tries: int
    """Counting this one."""
    purpose: Purpose
    decided_ms: int
    cost_fen: int
    doubt: bool
    """An earlier attempt may have arrived."""
    profile: int = -1
    coupon: Coupon | None = None
    """What its text names."""
    ways: bytes = b""
    """Its packed envelope where it has other ways, or had some before this one."""
    spared_fen: int = 0
    """What was set aside for it beyond `cost_fen`."""


class Started(Struct, frozen=True, kw_only=True):
    """A batch that left and of which nothing is known yet."""

    id: int
    channel: str
    started_ms: int
    attempts: list[Attempt]


class Waiting(Struct, frozen=True, kw_only=True):
    """A message that will be handed over again, not before `next_ms`."""

    key: str
    channel: str
    tries: int
    next_ms: int
    doubt: bool
    reason: str


class Pause(Struct, frozen=True, kw_only=True):
    """A channel that takes nothing until `until_ms`."""

    channel: str
    until_ms: int
    failures: int
    reason: str


class Settlement(Struct, frozen=True, kw_only=True):
    """What became of one batch, in one commit."""

    batch: int
    """0 where nothing left the house."""
    channel: str
    at_ms: int
    report: bytes
    """Empty where every message waits."""
    waiting: Sequence[Waiting] = ()
    done: Sequence[str] = ()
    """Keys that waited before and are settled now."""
    pause: Pause | None = None
    outcomes: Mapping[str, int] = msgspec.field(default_factory=dict[str, int])
    """How many messages of the report have each."""
    coupons: Mapping[str, bool] = msgspec.field(default_factory=dict[str, bool])
    """Settled keys whose texts name a coupon, and whether it may have arrived."""
    doubts: Sequence[Doubted] = ()
    """Uncertain messages whose provider can be asked."""


class Report(Struct, frozen=True, kw_only=True):
    """A settled batch as the tick is told of it."""

    id: int
    channel: str
    body: bytes
    offset: Offset | None
    """None until it was told."""


_ATTEMPTS = msgspec.msgpack.Decoder(list[Attempt])


class AttemptFile:
    """The file of one dispatcher. Every write is one durable commit, or raises `DiskFull` and changes nothing.

    Any thread may call.
    """

    def __init__(self, path: Path, crashes: Crashes = NO_CRASHES) -> None:
        self._crashes = crashes
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_WAIT_S_MAX)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_CREATE)
        self._connection.executescript(CREATE_COUPONS + CREATE_HOLD)
        self._connection.executescript(CREATE_LINKS)
        self._connection.executescript(CREATE_DOUBTS)
        claim_layout(self._connection, path, LAYOUT)
        self.coupons = Coupons(self._commit, randbelow, crashes)
        self.doubts = Doubts(self._commit, self.rows)

    def start(self, channel: str, at_ms: int, attempts: Sequence[Attempt], links: NewLinks = NO_LINKS) -> int:
        """Keep attempts and the links in their texts before they leave; return the number of their batch."""
        with self._commit("attempts.start.written") as connection:
            connection.executemany(ADD_TARGET, links.targets)
            connection.executemany(ADD_LINK, links.links)
            cursor = connection.execute(_START, (channel, at_ms, msgspec.msgpack.encode(attempts)))
            assert cursor.lastrowid is not None
            number = cursor.lastrowid
        self._crashes.reach("attempts.start.committed")
        return number

    def settle(self, settlement: Settlement) -> int:
        """Keep what became of a batch; return the number of its report, 0 where there is nothing to tell."""
        with self._commit("attempts.settle.written") as connection:
            number = _settle(connection, settlement)
            settle_claims(connection, settlement.coupons, settlement.at_ms)
            connection.executemany(_WAIT_NO_MORE, [(key,) for key in settlement.done])
            connection.executemany(PUT_DOUBT, [each.row() for each in settlement.doubts])
            connection.executemany(
                _WAIT,
                [(w.key, w.channel, w.tries, w.next_ms, int(w.doubt), w.reason) for w in settlement.waiting],
            )
            pause = settlement.pause
            if pause is None:
                connection.execute(_GO_ON, (settlement.channel,))
            else:
                connection.execute(_PAUSE, (pause.channel, pause.until_ms, pause.failures, pause.reason))
        self._crashes.reach("attempts.settle.committed")
        return number

    def resume(self, channel: str) -> None:
        """Let a channel go on before its pause ends."""
        with self._commit() as connection:
            connection.execute(_GO_ON, (channel,))

    def forget_waiting(self, keys: Sequence[str], now_ms: int) -> None:
        """Forget messages that somebody stopped while they waited; what they name is given back if none arrived."""
        with self._commit() as connection:
            doubts = {key: bool(connection.execute(_DOUBT, (key,)).fetchone()) for key in keys}
            connection.executemany(_WAIT_NO_MORE, [(key,) for key in keys])
            settle_claims(connection, doubts, now_ms)

    def forget_links(self, before_ms: int) -> int:
        """Forget links that were issued before an instant, a part at a time; return how many went."""
        with self._commit() as connection:
            return connection.execute(FORGET_LINKS, (before_ms,)).rowcount

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query over this file."""
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()

    def reported(self, numbers: Sequence[int], offset: Offset, folded: Iterable[int]) -> None:
        """Note that reports were told, and forget those that the tick has folded."""
        with self._commit("attempts.told.written") as connection:
            connection.executemany(_REPORTED, [(offset, number) for number in numbers])
            connection.executemany(_FORGET, [(number,) for number in folded])
        self._crashes.reach("attempts.told.committed")

    def unfinished(self) -> list[Started]:
        """Return batches that left before the process ended, and whose answers it never saw."""
        with self._lock:
            rows = self._connection.execute(_UNFINISHED).fetchall()
        return [
            Started(id=number, channel=channel, started_ms=started_ms, attempts=_ATTEMPTS.decode(started))
            for number, channel, started_ms, started in rows
        ]

    def reports(self) -> list[Report]:
        """Return settled batches that the tick has not folded for certain."""
        with self._lock:
            rows = self._connection.execute(_REPORTS).fetchall()
        return [Report(id=number, channel=channel, body=body, offset=offset) for number, channel, body, offset in rows]

    def waiting(self) -> list[Waiting]:
        with self._lock:
            rows = self._connection.execute(_WAITING).fetchall()
        return [
            Waiting(key=key, channel=channel, tries=tries, next_ms=next_ms, doubt=bool(doubt), reason=reason)
            for key, channel, tries, next_ms, doubt, reason in rows
        ]

    def pauses(self) -> list[Pause]:
        with self._lock:
            rows = self._connection.execute(_PAUSES).fetchall()
        return [
            Pause(channel=channel, until_ms=until_ms, failures=failures, reason=reason)
            for channel, until_ms, failures, reason in rows
        ]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def _commit(self, written: AttemptPoint | CouponPoint | None = None) -> Generator[sqlite3.Connection, None, None]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                if written:
                    self._crashes.reach(written)
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                raise DiskFull(str(error)) from error
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def _settle(connection: sqlite3.Connection, settlement: Settlement) -> int:
    if not settlement.batch and not settlement.report:
        return 0
    if not settlement.batch:
        values = (settlement.channel, settlement.at_ms, settlement.report)
        number = connection.execute(_SETTLE_WHAT_NEVER_LEFT, values).lastrowid
        assert number is not None
        return number
    if not settlement.report:
        connection.execute(_FORGET, (settlement.batch,))
        return 0
    connection.execute(_SETTLE, (settlement.report, settlement.batch))
    return settlement.batch
