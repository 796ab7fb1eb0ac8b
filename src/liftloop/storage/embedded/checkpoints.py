"""Checkpoint rounds in a file of their own, so that writing gigabytes of blocks never holds up a commit.

Blocks carry the number of their round; what counts is the newest block of a finished round, so a crash inside a
round leaves the round before it whole.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from liftloop.kernel.ids import TickNumber
from liftloop.storage.contract import ArraySpec, Block
from liftloop.storage.embedded.connections import (
    Readers,
    claim_layout,
    empty_wal,
    named_queries,
    open_writer,
    transaction,
)
from liftloop.storage.embedded.crash_points import Crashes
from liftloop.storage.embedded.schema import CHECKPOINT, sqlite_statements

LAYOUT = 1  # Kept in the file's `user_version`.

_SQL = named_queries("queries.sql")
_ENCODE = msgspec.msgpack.Encoder().encode
SPECS = msgspec.msgpack.Decoder(list[ArraySpec])  # Not JSON, which has no NaN: a column may be filled with it.


class Checkpoints:
    """Blocks of arrays and the finished round that they belong to."""

    def __init__(self, path: Path, crashes: Crashes) -> None:
        self._path = path
        self._crashes = crashes
        self._writer = open_writer(path)
        self._writing = threading.Lock()
        with transaction(self._writer):
            claim_layout(self._writer, path, LAYOUT)
            for statement in sqlite_statements(CHECKPOINT):
                self._writer.execute(statement)
        self._readers = Readers(path)
        self._round, _, _ = self._last_round()
        with transaction(self._writer):
            self._writer.execute(_SQL["block_forget_unfinished"], (self._round,))

    def last(self) -> tuple[TickNumber, Sequence[ArraySpec]] | None:
        number, tick, specs = self._last_round()
        return (tick, specs) if number else None

    def blocks(self) -> Iterator[Block]:
        number, _, specs = self._last_round()
        with self._readers.borrow() as connection:
            for spec in specs:
                for array, block, data, _ in connection.execute(_SQL["block_read"], (spec.name, number)):
                    yield Block(array=array, number=block, data=data)

    def keep(self, blocks: Sequence[Block]) -> None:
        with self._writing, transaction(self._writer) as connection:
            connection.executemany(
                _SQL["block_put"], [(block.array, block.number, self._round + 1, block.data) for block in blocks]
            )
        self._crashes.reach("checkpoint.keep.committed")

    def finish(self, tick: TickNumber, specs: Sequence[ArraySpec]) -> None:
        """Make the running round the one that counts, in one commit, and drop what it replaced."""
        with self._writing, transaction(self._writer) as connection:
            _, _, before = self._last_round()
            number = self._round + 1
            connection.execute(_SQL["round_put"], (number, tick, _ENCODE(list(specs))))
            connection.execute(_SQL["round_forget"], (number,))
            connection.execute(_SQL["block_forget_replaced"], (number,))
            known = {_ENCODE(spec) for spec in before}  # As bytes: a NaN does not equal itself.
            unchanged = {spec.name for spec in specs if _ENCODE(spec) in known}
            current = {spec.name for spec in specs}
            for (array,) in connection.execute(_SQL["block_arrays"]).fetchall():
                if array not in unchanged:
                    connection.execute(_SQL["block_forget_array"], (array, number if array in current else number + 1))
            self._crashes.reach("checkpoint.finish.written")
        self._round = number
        self._crashes.reach("checkpoint.finish.committed")

    def maintain(self) -> None:
        empty_wal(self._path)

    def close(self) -> None:
        self._readers.close()
        with self._writing:
            self._writer.close()

    def _last_round(self) -> tuple[int, TickNumber, list[ArraySpec]]:
        rows = self._readers.rows(_SQL["round_last"])
        if not rows:
            return 0, TickNumber(0), []
        number, tick, specs = rows[0]
        return number, TickNumber(tick), SPECS.decode(specs)
