"""Looks into the SQLite files of a folder, also beside the process that writes them; it only reads.

Everything here raises `StorageError` where a file cannot be read.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import RECORDS, StorageError
from liftloop.storage.embedded import vault
from liftloop.storage.embedded.checkpoints import SPECS
from liftloop.storage.embedded.connections import BUSY_WAIT_S_MAX, named_queries

FAULTS_MAX = 3
"""Of one file; the first few say that it is broken."""

_SQL = named_queries("queries.sql")


class StateLook(Struct, frozen=True, kw_only=True):
    """How far the state has come, and which deltas it holds."""

    tick: TickNumber
    now_ms: int
    offset: Offset
    dropped: TickNumber
    """The checkpoint must be of this tick or a later one."""
    deltas: int
    last_delta: TickNumber

    def deltas_missing(self) -> bool:
        """Tell whether a tick after the dropped ones has no delta: then recovery would not be what was committed."""
        if not self.deltas:
            return self.dropped != self.tick
        return self.last_delta != self.tick or self.dropped + self.deltas != self.tick


class LogLook(Struct, frozen=True, kw_only=True):
    """Which offsets the log holds and when its last record came."""

    first: Offset
    end: Offset
    forgotten: Offset
    """Retention let go of everything before it."""
    received_ms: int
    """0 for an empty log."""


@contextmanager
def looking(path: Path) -> Generator[sqlite3.Connection]:
    """Give a connection that can only read."""
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_WAIT_S_MAX
        )
        yield connection
    except (sqlite3.DatabaseError, msgspec.DecodeError) as error:
        raise StorageError(f"{path.name}: {error}") from error
    finally:
        if connection is not None:
            connection.close()


def layout_of(path: Path) -> int:
    """Return the layout that the file says it has."""
    with looking(path) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def faults_of(path: Path) -> list[str]:
    """Return what SQLite finds broken in the pages of a file, which are all read; empty where it is whole."""
    with looking(path) as connection:
        said = [row[0] for row in connection.execute(f"PRAGMA quick_check({FAULTS_MAX})")]
    return [] if said == ["ok"] else said


def look_at_state(path: Path) -> StateLook | None:
    """Return where the state stands at one instant, None before the first tick."""
    with looking(path) as connection:
        row = connection.execute(_SQL["examine_state"]).fetchone()
    if row is None:
        return None
    tick, now_ms, offset, dropped, deltas, last = row
    return StateLook(tick=tick, now_ms=now_ms, offset=offset, dropped=dropped, deltas=deltas, last_delta=last)


def look_at_log(path: Path) -> LogLook:
    """Return where the log begins and ends at one instant."""
    with looking(path) as connection:
        connection.execute("BEGIN")
        end = connection.execute(_SQL["log_end"]).fetchone()[0]
        first, forgotten, body = connection.execute(_SQL["examine_log"]).fetchone()
        received_ms = max((record.received_ms for record in RECORDS.decode(body)), default=0) if body else 0
    return LogLook(first=first, end=end, forgotten=forgotten, received_ms=received_ms)


def look_at_round(path: Path) -> TickNumber:
    """Return the tick of the last finished checkpoint round, 0 where there is none.

    Raises `StorageError` also where a block of it is not what its array says.
    """
    with looking(path) as connection:
        connection.execute("BEGIN")
        row = connection.execute(_SQL["round_last"]).fetchone()
        if row is None:
            return TickNumber(0)
        number, tick, specs = row
        for spec in SPECS.decode(specs):
            row_bytes = np.dtype(spec.dtype).itemsize * spec.width
            for block, length, _ in connection.execute(_SQL["examine_block"], (spec.name, number)):
                if length % row_bytes:
                    raise StorageError(f"{path.name}: block {block} of {spec.name} was cut")
    return TickNumber(tick)


def check_master_key(path: Path, master_key: bytes) -> None:
    """Raise `VaultDamaged` where the vault cannot be opened with this key."""
    with looking(path) as connection:
        vault.check_master_key(connection, master_key)
