"""The state as one SQLite file: a tick is one transaction; checkpoints of hot state lie in a file beside it."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import (
    ArraySpec,
    Block,
    Commit,
    FactBlock,
    Fenced,
    NewerFolder,
    Position,
    Row,
    StorageError,
)
from liftloop.storage.embedded.checkpoints import Checkpoints
from liftloop.storage.embedded.connections import (
    Readers,
    claim_layout,
    empty_wal,
    named_queries,
    open_writer,
    transaction,
)
from liftloop.storage.embedded.crash_points import NO_CRASHES, Crashes
from liftloop.storage.embedded.rows import put_rows, remove_rows, update_rows
from liftloop.storage.embedded.schema import STATE, sqlite_additions, sqlite_statements

LAYOUT = 1  # Kept in the file's `user_version`; 0 means that the tables are not there yet.
DROP_DELTAS_MAX = 16  # A commit waits for no more than about 16 MB of old deltas to be dropped.
FORGET_ROWS_MAX = 5_000
FORGET_BLOCKS_MAX = 256

_TICK_MAX = 2**63 - 1
_SQL = named_queries("queries.sql")


class SqliteStateReader:
    """Read the state file; any process may, beside the one that commits. Raises `StorageError` before there is one."""

    def __init__(self, path: Path) -> None:
        self._readers = Readers(path)
        found = self.rows("PRAGMA user_version")[0][0]
        if found != LAYOUT:
            self._readers.close()
            if found > LAYOUT:
                raise NewerFolder(f"{path.name} has layout {found}, this version knows {LAYOUT}")
            raise StorageError(f"{path} is not ready: its writer has not created the tables of layout {LAYOUT}")

    def position(self) -> Position | None:
        rows = self.rows(_SQL["tick_last"])
        return _position(rows[0]) if rows else None

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return self._readers.rows(query, parameters)

    def facts(self, *, after: TickNumber, limit: int) -> Sequence[tuple[TickNumber, FactBlock]]:
        with self._readers.borrow() as connection:
            reached = connection.execute(_SQL["fact_last_tick"], (after, limit - 1)).fetchone()
            last = reached[0] if reached else _TICK_MAX
            return [
                (TickNumber(tick), FactBlock(kind=kind, count=count, columns=columns))
                for tick, kind, count, columns in connection.execute(_SQL["fact_read"], (after, last))
            ]

    def close(self) -> None:
        self._readers.close()


class SqliteState(SqliteStateReader):
    """A `StateStore`. Commits come from one thread, checkpoints and maintenance may come from another."""

    def __init__(self, path: Path, crashes: Crashes = NO_CRASHES) -> None:
        self._path = path
        self._crashes = crashes
        self._writer = open_writer(path)
        self._writing = threading.Lock()
        with transaction(self._writer):
            for statement in sqlite_statements(STATE):
                self._writer.execute(statement)
            for table in STATE:
                present = [row[1] for row in self._writer.execute(f'PRAGMA table_info("{table.name}")')]
                for statement in sqlite_additions(table, present):
                    self._writer.execute(statement)
            claim_layout(self._writer, path, LAYOUT)
        super().__init__(path)
        self._checkpoints = Checkpoints(path.with_name("checkpoint.db"), crashes)
        self._drop_what_a_crash_left()

    def take_lease(self) -> int:
        with self._writing, transaction(self._writer) as connection:
            return connection.execute(_SQL["lease_take"]).fetchone()[0]

    def commit(self, commit: Commit) -> None:
        with self._writing, transaction(self._writer) as connection:
            _check_epoch(connection, commit.epoch)
            self._crashes.reach("state.commit.begun")
            for table, rows in commit.puts.items():
                put_rows(connection, table, rows)
            for update in commit.updates:
                update_rows(connection, update)
            for table, keys in commit.removals.items():
                remove_rows(connection, table, keys)
            connection.executemany(
                _SQL["fact_put"],
                [
                    (commit.tick, position, block.kind, block.count, block.columns)
                    for position, block in enumerate(commit.facts)
                ],
            )
            connection.execute(_SQL["delta_put"], (commit.tick, commit.delta))
            connection.execute(_SQL["tick_put"], (commit.tick, commit.now_ms, commit.seed, commit.offset, commit.epoch))
            self._crashes.reach("state.commit.written")
        self._crashes.reach("state.commit.committed")

    def deltas(self, *, after: TickNumber) -> Iterator[tuple[TickNumber, bytes]]:
        with self._readers.borrow() as connection:
            for tick, data in connection.execute(_SQL["delta_read"], (after,)):
                yield TickNumber(tick), data

    def checkpoint(self) -> tuple[TickNumber, Sequence[ArraySpec]] | None:
        return self._checkpoints.last()

    def blocks(self) -> Iterator[Block]:
        return self._checkpoints.blocks()

    def keep_blocks(self, blocks: Sequence[Block]) -> None:
        self._checkpoints.keep(blocks)

    def finish_checkpoint(self, *, tick: TickNumber, specs: Sequence[ArraySpec]) -> None:
        self._checkpoints.finish(tick, specs)  # Durable first: a crash here leaves deltas that are not needed.
        self._drop_deltas(tick)

    def forget_facts(self, *, before: TickNumber) -> int:
        """Drop facts and moments of ticks before `before`, in small commits; the last tick always stays."""
        forgotten = 0
        while blocks := self._forget_some_facts(before):
            forgotten += blocks
        with self._writing, transaction(self._writer) as connection:
            connection.execute(_SQL["tick_forget"], (before,))
        return forgotten

    def forget_carried(self, *, before_ms: int) -> int:
        """Drop which message a provider's id stood for, oldest first, in small commits; return how many."""
        forgotten = 0
        while rows := self._forget_some_carried(before_ms):
            forgotten += rows
        return forgotten

    def maintain(self) -> None:
        """Keep the WALs short. Call it now and then from a thread that does not commit."""
        empty_wal(self._path)
        self._checkpoints.maintain()

    def close(self) -> None:
        super().close()
        self._checkpoints.close()
        with self._writing:
            self._writer.close()

    def _drop_what_a_crash_left(self) -> None:
        dropped = self.rows(_SQL["delta_dropped"])
        last = self.checkpoint()
        if dropped and (last is None or last[0] < dropped[0][0]):
            raise StorageError(f"{self._path} needs a checkpoint of tick {dropped[0][0]} or later beside it")
        if last is not None:
            self._drop_deltas(last[0])

    def _drop_deltas(self, tick: TickNumber) -> None:
        while self._drop_some_deltas(tick):
            self._crashes.reach("checkpoint.deltas.dropped")

    def _drop_some_deltas(self, tick: TickNumber) -> bool:
        with self._writing, transaction(self._writer) as connection:
            last = connection.execute(_SQL["delta_droppable"], (tick, DROP_DELTAS_MAX)).fetchone()[0]
            if last is None:
                return False
            connection.execute(_SQL["delta_drop"], (last,))
            connection.execute(_SQL["delta_remember_dropped"], (last,))
            return True

    def _forget_some_carried(self, before_ms: int) -> int:
        with self._writing, transaction(self._writer) as connection:
            return connection.execute(_SQL["carried_forget"], (FORGET_ROWS_MAX, before_ms)).rowcount

    def _forget_some_facts(self, before: TickNumber) -> int:
        with self._writing, transaction(self._writer) as connection:
            last = connection.execute(_SQL["fact_forgettable"], (before, FORGET_BLOCKS_MAX)).fetchone()[0]
            return 0 if last is None else connection.execute(_SQL["fact_forget"], (last,)).rowcount


def _position(row: Row) -> Position:
    tick, now_ms, offset, epoch = row
    return Position(tick=TickNumber(tick), now_ms=now_ms, offset=Offset(offset), epoch=epoch)


def _check_epoch(connection: Connection, epoch: int) -> None:
    row = connection.execute(_SQL["lease_epoch"]).fetchone()
    if row is None or row[0] != epoch:
        raise Fenced(f"a commit of epoch {epoch} came when the lease was of epoch {row and row[0]}")
