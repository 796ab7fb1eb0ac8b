"""Fills the deduplication filter before the server starts, as a week of traffic would have: random message ids.

It is written as a checkpoint, so the server restores it like any other state.
"""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from liftloop.collect.stage import LATEST, SEEN
from liftloop.kernel.ids import TickNumber
from liftloop.runtime.arrays import BLOCK_ROWS
from liftloop.runtime.hash_index import CAPACITY_MAX, LOAD_MAX
from liftloop.storage.contract import Array, ArraySpec, Block
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.state import SqliteState

BLOCKS_AT_ONCE = 512


def fill(data: Path, ids: int, now_ms: int) -> int:
    """Put about `ids` message ids, in whole generations, into a new data folder; return how many."""
    generations = ids // int(CAPACITY_MAX * LOAD_MAX)
    if not generations:
        return 0
    store = SqliteState(DataFolder(data, version=version("liftloop")).state)
    rng = np.random.default_rng(3)
    filled = 0
    for generation in range(generations):
        table = _table(rng)
        filled = int(np.count_nonzero(table))
        _keep(store, SEEN.keys(generation), table)
    _keep(store, SEEN.header, np.array([0, generations, filled], dtype=np.int64))
    _keep(store, LATEST, np.full(generations, now_ms, dtype=np.int64))
    specs = [ArraySpec(name=SEEN.keys(generation), dtype="<u8", fill=0) for generation in range(generations)]
    specs += [ArraySpec(name=name, dtype="<i8", fill=0) for name in (SEEN.header, LATEST)]
    store.finish_checkpoint(tick=TickNumber(0), specs=specs)
    store.close()
    return generations * filled


def _table(rng: np.random.Generator) -> NDArray[np.uint64]:
    """Return a full generation: keys in the order of their home cells, each in the first free cell from there on."""
    keys = np.unique(rng.integers(1, 2**63, int(CAPACITY_MAX * LOAD_MAX), dtype=np.uint64))
    home = (keys & np.uint64(CAPACITY_MAX - 1)).astype(np.int64)
    order = np.argsort(home, kind="stable")
    place = np.arange(len(keys))
    cells = place + np.maximum.accumulate(home[order] - place)
    fits = cells < CAPACITY_MAX
    table = np.zeros(CAPACITY_MAX, dtype=np.uint64)
    table[cells[fits]] = keys[order][fits]
    return table


def _keep(store: SqliteState, name: str, array: Array) -> None:
    blocks = list(_blocks(name, array))
    for start in range(0, len(blocks), BLOCKS_AT_ONCE):
        store.keep_blocks(blocks[start : start + BLOCKS_AT_ONCE])


def _blocks(name: str, array: Array) -> Iterator[Block]:
    for number, start in enumerate(range(0, len(array), BLOCK_ROWS)):
        yield Block(array=name, number=number, data=array[start : start + BLOCK_ROWS].tobytes())
