"""Copies of SQLite files beside running commits: a snapshot is pinned at one instant and copied at leisure."""

import os
import sqlite3
from pathlib import Path

from liftloop.storage.contract import StorageError
from liftloop.storage.embedded.connections import BUSY_WAIT_S_MAX, named_queries, told

PAGES_A_STEP = 16_384
"""64 MiB: other threads of the process breathe between two steps."""
PIN_TRIES_MAX = 20
"""A checkpoint round ends every 30 s, so the second try already finds none between two pins."""

_SQL = named_queries("queries.sql")


class Pinned:
    """One file as it was when this was made, whatever is committed meanwhile; `release` lets go of it.

    While it is pinned the file's write-ahead log cannot start over and grows with what is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_WAIT_S_MAX)
        try:
            self.connection.execute("BEGIN")
            self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # The read pins, not the BEGIN.
        except sqlite3.DatabaseError as error:
            self.connection.close()
            raise told(error) from error

    def copy(self, target: Path) -> None:
        """Write the pinned state to `target`, durably. Raises `DiskFull`."""
        copied = sqlite3.connect(target, isolation_level=None)
        try:
            copied.execute("PRAGMA synchronous = OFF")  # Flushed once at the end instead.
            self.connection.backup(copied, pages=PAGES_A_STEP)
        except sqlite3.DatabaseError as error:
            raise told(error) from error
        finally:
            copied.close()
        flush(target)

    def release(self) -> None:
        self.connection.close()


def pin_state(checkpoint: Path, state: Path) -> tuple[Pinned, Pinned]:
    """Pin checkpoint and state so that the deltas which the checkpoint needs are all in the state.

    Between two pins a round may end and its deltas go; that is seen, and tried again.
    """
    for _ in range(PIN_TRIES_MAX):
        first, second = Pinned(checkpoint), Pinned(state)
        rounds = first.connection.execute(_SQL["round_last"]).fetchall()
        dropped = second.connection.execute(_SQL["delta_dropped"]).fetchall()
        if not dropped or (rounds and rounds[0][1] >= dropped[0][0]):
            return first, second
        first.release()
        second.release()
    raise StorageError(f"{checkpoint} and {state} do not belong together")


def flush(path: Path) -> None:
    """Make a file or a folder's list of files survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
