"""The ingest log as one SQLite file: a row an entry, offsets without gaps, one durable commit for many entries."""

import threading
from collections.abc import Sequence
from pathlib import Path

from liftloop.kernel.ids import Offset
from liftloop.storage.contract import Entry
from liftloop.storage.embedded.connections import (
    Readers,
    claim_layout,
    empty_wal,
    named_queries,
    open_writer,
    transaction,
)
from liftloop.storage.embedded.crash_points import NO_CRASHES, Crashes

LAYOUT = 1  # Kept in the file's `user_version`.
FORGET_ENTRIES_MAX = 256  # About 8 MB a commit: forgetting a day must not make an append wait.

_SQL = named_queries("queries.sql")


class SqliteLog:
    """A `Log` in one file. One thread appends; any number of threads and processes read beside it."""

    def __init__(self, path: Path, crashes: Crashes = NO_CRASHES) -> None:
        self._path = path
        self._crashes = crashes
        self._writer = open_writer(path)
        self._writing = threading.Lock()
        with transaction(self._writer):
            claim_layout(self._writer, path, LAYOUT)
            self._writer.execute(_SQL["log_create"])
            self._writer.execute(_SQL["log_create_forgotten"])
        self._readers = Readers(path)

    def append(self, bodies: Sequence[tuple[int, bytes]]) -> Offset:
        with self._writing, transaction(self._writer) as connection:
            end: int = connection.execute(_SQL["log_end"]).fetchone()[0]
            rows: list[tuple[int, int, bytes]] = []
            for count, body in bodies:
                assert count > 0, "an entry holds at least one record"
                rows.append((end, count, body))
                end += count
            connection.executemany(_SQL["log_append"], rows)
            self._crashes.reach("log.append.written")
        self._crashes.reach("log.append.committed")
        return Offset(end)

    def read(self, *, after: Offset, limit: int) -> Sequence[Entry]:
        entries: list[Entry] = []
        records = 0
        with self._readers.borrow() as connection:
            cursor = connection.execute(_SQL["log_read"], (after,))
            for first, count, body in cursor:
                if entries and records + count > limit:
                    break
                entries.append(Entry(first=Offset(first), count=count, body=body))
                records += count
            cursor.close()  # Ends the read, so that the WAL can be emptied.
        return entries

    def end(self) -> Offset:
        return Offset(self._readers.rows(_SQL["log_end"])[0][0])

    def forget(self, *, before: Offset) -> int:
        forgotten = 0
        while records := self._forget_some(before):
            self._crashes.reach("log.forget.committed")
            forgotten += records
        return forgotten

    def _forget_some(self, before: Offset) -> int:
        with self._writing, transaction(self._writer) as connection:
            last, records, end = connection.execute(_SQL["log_forgettable"], (before, FORGET_ENTRIES_MAX)).fetchone()
            if records:
                connection.execute(_SQL["log_forget"], (last,))
                connection.execute(_SQL["log_remember_end"], (end,))
        return records

    def maintain(self) -> None:
        """Keep the WAL short. Call it now and then from a thread that does not append."""
        empty_wal(self._path)

    def close(self) -> None:
        self._readers.close()
        with self._writing:
            self._writer.close()
