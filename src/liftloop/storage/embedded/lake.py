"""The lake as one DuckDB file: what log and facts say, as tables, with the position reached in the same transaction.

Only the process that owns the file imports this module; the tick must never load DuckDB.
"""

import shutil
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import (
    RECORDS,
    Array,
    DiskFull,
    Entry,
    FactBlock,
    LakePosition,
    LakeReader,
    Log,
    NewerFolder,
    Record,
    StateReader,
    StorageError,
    TookTooLong,
)
from liftloop.storage.embedded.connections import named_queries
from liftloop.storage.embedded.crash_points import NO_CRASHES, Crashes
from liftloop.storage.embedded.lake_facts import IDENTIFIED, Taken, taken_from
from liftloop.storage.embedded.lake_records import NOBODY, Rows, tables_of

BLOCKS_MAX = 256  # Fact blocks read at once; a tick has about eight.
PIECE_MAX = 20_000  # Records turned into columns at once: about 40 MB of Python objects.
LAYOUT = 1
_ONCE = frozenset({"exposure", "ad_spend"})  # Imported again under the same message ids, their rows are not doubled.

_KEPT = ("lifecycle_stage",)
"""Studied traits whose earlier values stay, each with since when; of all others only the last value does."""

_NO_ROOM = ("No space left", "File too large", "Disk quota exceeded")
_INVALIDATED = "database has been invalidated"
"""DuckDB refuses everything after a failure in the middle of a checkpoint, until the file is opened again."""
_DATED = {
    "event": "at_ms",
    "order_head": "at_ms",
    "order_line": "at_ms",
    "decision": "decided_ms",
    "message": "decided_ms",
    "message_settled": "at_ms",
    "receipt": "at_ms",
    "membership": "at_ms",
    "enrolment": "at_ms",
    "exposure": "decided_at_ms",
    "repeated": "at_ms",
}
"""The tables that a retention shortens, by the column that says when."""

_SQL = named_queries("lake.sql")
_SETTINGS: Mapping[str, str | bool | int | float | list[str]] = {
    "pandas_analyze_sample": 0,  # See lake_columns.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # Folding the write-ahead log into the file every 16 MB took a third of the time that the lake needs to follow;
    # reading it after a crash takes about a second for 100 MB, beside the restore of the tick.
    "checkpoint_threshold": "128MB",
}


class DuckLake:
    """A `Lake` in one file, under a cap of memory (`1GB`) and threads; what exceeds the cap is spilt beside the file.

    One thread follows; any number of threads select, each seeing what was committed when its query began.
    """

    def __init__(self, path: Path, memory_limit: str, threads: int, crashes: Crashes = NO_CRASHES) -> None:
        self._settings = dict(_SETTINGS) | {
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": str(path.with_name("spill")),
        }
        self._connection = self._opened(path)
        self._invalidated = False
        self._columns_of = self._read_columns()
        self._path = path
        self._following = threading.Lock()
        self._crashes = crashes

    def _opened(self, path: Path) -> duckdb.DuckDBPyConnection:
        with _told():
            connection = duckdb.connect(str(path), config=self._settings)
            connection.execute(_SQL["create_layout"])
            layout = connection.execute(_SQL["layout"]).fetchall()
            if layout and layout[0][0] > LAYOUT:
                connection.close()
                raise NewerFolder(f"{path.name} has layout {layout[0][0]}, this version knows {LAYOUT}")
            if not layout:
                connection.execute(_SQL["layout_put"], [LAYOUT])
            connection.execute(_SQL["create_tables"])
            connection.execute(_SQL["create_views"])
            # A query reads the lake and nothing else of the machine, and cannot lift this again.
            connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        return connection

    def select(self, query: str, parameters: Sequence[Any] = (), seconds_max: float = 0.0) -> dict[str, Array]:
        with _told(), self._connection.cursor() as cursor:
            return _selected(cursor, query, parameters, seconds_max)

    def position(self) -> LakePosition:
        with _told(), self._connection.cursor() as cursor:
            return _position(cursor)

    @contextmanager
    def standing(self) -> Generator[LakeReader, None, None]:
        with self._connection.cursor() as cursor:
            with _told():
                cursor.begin()
                position = _position(cursor)  # The first question, not the beginning, settles what is seen.
            yield _Standing(cursor, position)

    def follow(self, log: Log, state: StateReader, *, limit: int) -> int:
        """Take in whole ticks until `limit` records or so came; see `Lake.follow`.

        A record enters with the facts of the tick that folded it, for they say whose it is.
        """
        with self._following, self._noticing_the_end():
            start = self.position()
            reached = state.position()  # Before the facts, so that those of all ticks up to it are among them.
            if reached is None:
                return 0
            blocks, cut = _next_ticks(state, start.tick, limit)
            last = blocks[-1][0] if blocks else start.tick
            complete = not cut or last >= reached.tick
            taken = taken_from(blocks, self._columns_of)
            covered = _covered(taken, reached.offset if complete else 0, start.offset)
            if not blocks and covered <= start.offset:
                return 0
            tick = max(last, reached.tick) if complete else last
            with self._transaction():
                offset = self._take_records(log, start.offset, covered, taken.identified)
                self._take_facts(taken)
                self._connection.execute(_SQL["position_drop"])
                self._connection.execute(_SQL["position_put"], [offset, tick])
                self._crashes.reach("lake.follow.written")
            self._crashes.reach("lake.follow.committed")
            return offset - start.offset + len(blocks)

    def raw_facts(self, kind: str) -> Iterator[tuple[TickNumber, FactBlock]]:
        """Yield the blocks of a kind that has no table of its own, or more columns than its table."""
        with _told(), self._connection.cursor() as cursor:
            cursor.execute(_SQL["block_read"], [kind])
            while row := cursor.fetchone():
                yield TickNumber(row[0]), FactBlock(kind=row[1], count=row[2], columns=row[3])

    def forget(self, *, before_ms: int) -> int:
        """Drop what happened before an instant, return how many rows; who is who, items and spend stay.

        The room is used again by what comes; the file itself gets shorter where its end came free.
        """
        with self._following, _told():
            dropped = 0
            for name, column in _DATED.items():
                statement = f"DELETE FROM {name} WHERE {column} < ?"
                dropped += self._connection.execute(statement, [before_ms]).fetchall()[0][0]
            self._connection.execute("CHECKPOINT")
        return dropped

    def copy_to(self, folder: Path) -> None:
        """Copy the lake's files, between two follows; queries go on meanwhile. Raises `DiskFull`."""
        with self._following, _told():
            self._connection.execute("CHECKPOINT")
            try:
                for file in (self._path, self._path.with_name(f"{self._path.name}.wal")):
                    if file.exists():
                        shutil.copyfile(file, folder / file.name)
            except OSError as error:
                raise DiskFull(str(error)) from error

    def close(self) -> None:
        with self._following:
            self._connection.close()

    def _take_records(self, log: Log, after: Offset, covered: int, identified: Array) -> Offset:
        """Append the records of entries before `covered`, a piece at a time, and return where they end.

        Ticks fold whole entries, so an entry that is covered in part was folded whole.
        """
        while after < covered:
            entries = [entry for entry in log.read(after=after, limit=PIECE_MAX) if entry.first < covered]
            if not entries:
                return Offset(covered)  # Retention let the rest go before the lake came for it.
            for table, columns in tables_of(_rows(entries, identified)).items():
                self._append(table, columns)
            after = Offset(entries[-1].first + entries[-1].count)
        return after

    def _take_facts(self, taken: Taken) -> None:
        for table, columns in taken.rows:
            self._append(table, columns)
        for table, columns in taken.rows:
            if table == "message_reconciled":
                self._connection.execute(_SQL["reconcile"], [int(columns["tick"].min())])
        for raw in taken.raw:
            self._connection.execute(
                _SQL["block_put"], [raw.tick, raw.position, raw.block.kind, raw.block.count, raw.block.columns]
            )

    def _append(self, table: str, columns: Mapping[str, Array]) -> None:
        self._connection.register("batch", dict(columns))
        source = "SELECT * FROM batch"
        if table in _ONCE:
            source = f"SELECT DISTINCT ON (message_id) * FROM batch ANTI JOIN {table} USING (message_id)"
        if table == "trait_studied":
            self._connection.execute(_SQL["superseded_drop"], [list(_KEPT)])
        self._connection.execute(f"INSERT INTO {table} BY NAME {source}")
        self._connection.unregister("batch")

    def _read_columns(self) -> dict[str, list[str]]:
        columns: dict[str, list[str]] = {}
        for table, column in self._connection.execute(_SQL["columns"]).fetchall():
            columns.setdefault(table, []).append(column)
        return columns

    @contextmanager
    def _noticing_the_end(self) -> Generator[None, None, None]:
        """Open the file again where an earlier failure made DuckDB refuse all further work."""
        if self._invalidated:
            self._connection.close()
            self._connection = self._opened(self._path)
            self._invalidated = False
        try:
            yield
        except StorageError as error:
            self._invalidated = _INVALIDATED in str(error) or _INVALIDATED in str(error.__cause__)
            raise

    @contextmanager
    def _transaction(self) -> Generator[None, None, None]:
        with _told():
            self._connection.begin()
            try:
                yield
                self._connection.commit()
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        try:
            self._connection.rollback()
        except duckdb.Error:  # A failed commit has rolled back already.
            return


class _Standing:
    """A lake within one transaction, which ends with its cursor; threads that ask at once take turns."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, position: LakePosition) -> None:
        self._cursor = cursor
        self._position = position
        self._asking = threading.Lock()

    def select(self, query: str, parameters: Sequence[Any] = (), seconds_max: float = 0.0) -> dict[str, Array]:
        with self._asking, _told():
            return _selected(self._cursor, query, parameters, seconds_max)

    def position(self) -> LakePosition:
        return self._position


def _selected(
    cursor: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any], seconds_max: float
) -> dict[str, Array]:
    statements = duckdb.extract_statements(query)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise StorageError("the lake answers one SELECT at a time and changes nothing")
    with _given_up(cursor, seconds_max):
        found = cursor.execute(query, list(parameters)).fetchnumpy()
    return {name: _filled(column) for name, column in found.items()}


def _position(cursor: duckdb.DuckDBPyConnection) -> LakePosition:
    offset, tick = cursor.execute(_SQL["position"]).fetchone() or (0, 0)
    return LakePosition(offset=Offset(offset), tick=TickNumber(tick))


def look_into_lake(path: Path) -> LakePosition:
    """Return how far a lake that nobody has open has come, and change nothing.

    Raises `NewerFolder`, or `StorageError` where the file cannot be read.
    """
    with _told(), duckdb.connect(str(path), read_only=True) as connection:
        layout = connection.execute(_SQL["layout"]).fetchone()
        if layout and layout[0] > LAYOUT:
            raise NewerFolder(f"{path.name} has layout {layout[0]}, this version knows {LAYOUT}")
        return _position(connection)


def _next_ticks(
    state: StateReader, after: TickNumber, limit: int
) -> tuple[Sequence[tuple[TickNumber, FactBlock]], bool]:
    """Return fact blocks of whole ticks, and whether later ones may have been left behind."""
    blocks = state.facts(after=after, limit=BLOCKS_MAX)
    records = 0
    for number, (tick, block) in enumerate(blocks):
        if records >= limit and tick != blocks[number - 1][0]:
            return blocks[:number], True
        records += block.count if block.kind == IDENTIFIED else 0
    return blocks, len(blocks) >= BLOCKS_MAX


def _covered(taken: Taken, reached: int, start: int) -> int:
    """Return the offset before which the facts at hand say whose each record is."""
    identified = int(taken.identified[0, -1]) + 1 if taken.identified.shape[1] else 0
    return max(start, reached, identified)


def _rows(entries: Sequence[Entry], identified: Array) -> Rows:
    """Return the records of entries that follow each other, with their people."""
    records: list[Record] = []
    for entry in entries:
        records += RECORDS.decode(entry.body)
    first = entries[0].first
    profiles = np.full(len(records), NOBODY, dtype=np.int64)
    low, high = np.searchsorted(identified[0], [first, first + len(records)])
    profiles[identified[0, low:high] - first] = identified[1, low:high]
    return Rows(np.arange(first, first + len(records), dtype=np.int64), profiles, records)


def _filled(column: Any) -> Array:
    """Return a plain array: NaN for NULL in numbers and truths, None in texts."""
    if not isinstance(column, np.ma.MaskedArray):
        return np.asarray(column)
    null = np.ma.getmaskarray(column)
    values = np.array(column.data)
    match values.dtype.kind:
        case "b" | "i" | "u" | "f":
            return np.where(null, np.nan, values)
        case "M" | "m":
            values[null] = np.array("NaT", dtype=values.dtype)
            return values
        case _:
            values[null] = None
            return values


@contextmanager
def _given_up(cursor: duckdb.DuckDBPyConnection, seconds_max: float) -> Generator[None, None, None]:
    """Interrupt what a cursor does after so many seconds; raises `TookTooLong`."""
    if not seconds_max:
        yield
        return
    timer = threading.Timer(seconds_max, cursor.interrupt)
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise TookTooLong(f"not done within {seconds_max:g} s") from error
    finally:
        timer.cancel()


@contextmanager
def _told() -> Generator[None, None, None]:
    """Tell DuckDB's errors in the contract's words."""
    try:
        yield
    except duckdb.Error as error:  # A full disk comes as an error of input, of the transaction, or a fatal one.
        if any(words in str(error) for words in _NO_ROOM):
            raise DiskFull(str(error)) from error
        raise StorageError(str(error)) from error
