"""SQLite connections as this engine uses them: WAL, FULL, and a read that never waits for a write."""

import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from liftloop.storage.contract import DiskFull, NewerFolder, Row, StorageError

BUSY_WAIT_S_MAX = 10.0  # Every file has one writing process; a longer wait means that a second one holds the lock.
MAINTENANCE_WAIT_S_MAX = 0.05  # Emptying the WAL may hold up a commit for no longer than this.
IDLE_READERS_MAX = 8  # Threads that read at once keep their connections; more are opened and closed again.
WAL_PAGES_MAX = 32_768  # 128 MiB of 4 KiB pages: a writer without maintenance empties the WAL itself from here on.
WAL_BYTES_KEPT = 16 * 1024 * 1024  # A WAL that one burst made long is cut back to this.
PAGE_CACHE_KIB = 65_536

_WRITER_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = OFF",
    f"cache_size = -{PAGE_CACHE_KIB}",
    f"wal_autocheckpoint = {WAL_PAGES_MAX}",
    f"journal_size_limit = {WAL_BYTES_KEPT}",
)
_PRIMARY_CODE = 0xFF  # SQLite's extended codes carry the primary one in their low byte.
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


def open_writer(path: Path) -> sqlite3.Connection:
    """Return a connection that commits durably; transactions are begun and ended by hand.

    `secure_delete` is off: Debian builds it on, and zeroing what a checkpoint dropped doubles the bytes written.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_WAIT_S_MAX)
    try:
        for pragma in _WRITER_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise told(error) from error
    return connection


def claim_layout(connection: sqlite3.Connection, path: Path, layout: int) -> None:
    """Write the layout of a file into it; one of the time before files said theirs has 0.

    Raises `NewerFolder` where a newer version wrote it.
    """
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > layout:
        raise NewerFolder(f"{path.name} has layout {found}, this version knows {layout}")
    if found < layout:
        connection.execute(f"PRAGMA user_version = {layout}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[sqlite3.Connection, None, None]:
    """Hold the file's write lock and commit at the end; on any error nothing has changed.

    Raises `DiskFull` where there was no room for it.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        _roll_back(connection)
        raise told(error) from error
    except BaseException:
        _roll_back(connection)
        raise


def told(error: sqlite3.DatabaseError) -> StorageError:
    """Return what an SQLite error means to those who know only the contract; raise it as it is for a wrong call."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
        raise error
    code = error.sqlite_errorcode & _PRIMARY_CODE
    return DiskFull(str(error)) if code in _NO_ROOM else StorageError(str(error))


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # A full disk makes SQLite roll back by itself.
        connection.execute("ROLLBACK")


def empty_wal(path: Path) -> None:
    """Move what the WAL of `path` holds into the file, beside running commits, and let the WAL start over.

    The first pass waits for nobody; the second needs the write lock, but only for what came meanwhile.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=MAINTENANCE_WAIT_S_MAX)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
    except sqlite3.DatabaseError as error:
        raise told(error) from error
    finally:
        connection.close()


class Readers:
    """Read-only connections to one file, one for each thread that reads at the moment."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise StorageError(f"{path} is not there yet: it is created by the process that writes it")
        self._uri = f"{path.resolve().as_uri()}?mode=ro"
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def borrow(self) -> Generator[sqlite3.Connection, None, None]:
        """Lend a connection that sees what was committed when its statement began."""
        with self._lock:
            assert not self._closed, "a closed store was read"
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = sqlite3.connect(
                self._uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_WAIT_S_MAX
            )
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            raise told(error) from error
        finally:
            self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < IDLE_READERS_MAX:
                self._idle.append(connection)
                return
        connection.close()

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self.borrow() as connection:
            return connection.execute(query, parameters).fetchall()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def named_queries(file: str) -> dict[str, str]:
    """Return the statements of a `.sql` file of this package by the name above each (`-- name: …`)."""
    text = (files("liftloop.storage.embedded") / file).read_text(encoding="utf-8")
    queries: dict[str, str] = {}
    for part in text.split("-- name: ")[1:]:
        name, _, statement = part.partition("\n")
        assert name not in queries, f"{file} names {name} twice"
        queries[name.strip()] = statement.strip()
    return queries
