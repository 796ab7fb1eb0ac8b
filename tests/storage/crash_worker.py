"""Processes to be killed: one works through an endless, predictable history and says what was acknowledged."""

import os
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import numpy as np

from liftloop.kernel.codec import pack_columns
from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import ArraySpec, Block, Commit, FactBlock, Record
from liftloop.storage.embedded.crash_points import CrashPoint
from liftloop.storage.embedded.lake import DuckLake
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState
from liftloop.storage.embedded.vault import SqliteVault

RECORDS = 5
CELLS = 4
ROUND = 4
SPEC = ArraySpec(name="cells", dtype="<i8", fill=0)
MASTER_KEY = bytes(32)


class DieAt:
    def __init__(self, point: str, times: int) -> None:
        self._point, self._left = point, times

    def reach(self, point: CrashPoint) -> None:
        if point != self._point:
            return
        self._left -= 1
        if not self._left:
            os._exit(9)


class Stores:
    """All files of one folder, and the state's one array as a restart finds it: kept blocks, then deltas."""

    def __init__(self, folder: Path, crashes: DieAt) -> None:
        self.log = SqliteLog(folder / "log.db", crashes)
        self.state = SqliteState(folder / "state.db", crashes)
        self.vault = SqliteVault(folder / "vault.db", MASTER_KEY, crashes)
        self.lake = DuckLake(folder / "lake.duckdb", "256MB", 1, crashes)
        self.cells = restored(self.state)

    def close(self) -> None:
        for store in (self.lake, self.vault, self.log, self.state):
            store.close()


def restored(state: SqliteState) -> np.ndarray:
    cells = np.zeros(CELLS, dtype=np.int64)
    checkpoint = state.checkpoint()
    for block in state.blocks():
        cells[block.number] = int.from_bytes(block.data, "little")
    for tick, data in state.deltas(after=checkpoint[0] if checkpoint else TickNumber(0)):
        assert data == delta_of(tick)
        cells[tick % CELLS] = tick
    return cells


def delta_of(tick: int) -> bytes:
    return b"tick %d" % tick


def records_of(first: int) -> list[Record]:
    return [
        Record(
            kind="track",
            at_ms=number,
            received_ms=number,
            message_id=f"m{number}",
            actor="key:web",
            name="Order Completed" if number % 3 == 0 else "Product Viewed",
            body=b'{"order_id":"%d"}' % number,
        )
        for number in range(first, first + RECORDS)
    ]


def work(stores: Stores) -> Iterator[tuple[str, int]]:
    """Do one step after another and yield what has just been acknowledged."""
    epoch = stores.state.take_lease()
    position = stores.state.position()
    tick = position.tick if position else 0
    while True:
        tick += 1
        first = stores.log.end()
        if first < tick * RECORDS:
            stores.log.append([(RECORDS, msgspec.msgpack.encode(records_of(first)))])
            yield "appended", first + RECORDS
        stores.state.commit(_commit_of(tick, epoch))
        stores.cells[tick % CELLS] = tick
        yield "committed", tick
        if tick % ROUND == 0:
            _checkpoint(stores, tick)
            yield "checkpointed", tick
        _use_vault(stores.vault, tick)
        yield "sealed", tick
        stores.lake.follow(stores.log, stores.state, limit=1_000)
        yield "followed", tick
        if tick % ROUND == 1 and tick > ROUND:
            stores.log.forget(before=Offset((tick - ROUND) * RECORDS))
            yield "forgotten", tick - ROUND


def _commit_of(tick: int, epoch: int) -> Commit:
    offsets = np.arange((tick - 1) * RECORDS, tick * RECORDS)
    identified = pack_columns({"offset": offsets, "profile": offsets % 7})
    return Commit(
        tick=TickNumber(tick),
        now_ms=tick,
        seed=tick,
        offset=Offset(tick * RECORDS),
        epoch=epoch,
        delta=delta_of(tick),
        facts=[FactBlock(kind="event.identified", count=RECORDS, columns=identified)],
        puts={"outbox": [(f"k{tick}", "sms", tick, b"body")]},
        updates=(),
        removals={"outbox": [(f"k{tick - 10}",)]},
    )


def _checkpoint(stores: Stores, tick: int) -> None:
    for number, value in enumerate(stores.cells.tolist()):
        stores.state.keep_blocks([Block(array="cells", number=number, data=value.to_bytes(8, "little"))])
    stores.state.finish_checkpoint(tick=TickNumber(tick), specs=[SPEC])


def _use_vault(vault: SqliteVault, tick: int) -> None:
    vault.seal([(tick, b"clear")])
    if tick % ROUND == 2:
        vault.destroy([tick - 1])


def main(folder: Path, point: str, times: int, said: "Connection[tuple[str, int], None]") -> None:
    """Work until somebody or the crash point ends the process, and say what was acknowledged."""
    for step in work(Stores(folder, DieAt(point, times))):
        said.send(step)


def seal_and_die(folder: Path, said: "Connection[bytes, None]") -> None:
    (sealed,) = SqliteVault(folder / "vault.db", MASTER_KEY).seal([(7, b"clear")])
    said.send(sealed)
    os._exit(9)
