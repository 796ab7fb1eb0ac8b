"""Where people live in the arrays: rows come in blocks, a block belongs to one partition, so state is cut by partition.

A profile's number is (ordinal in its partition << 6) | partition and never changes; its slot is its row in the arrays.
"""

import numpy as np
from numpy.typing import NDArray

from liftloop.kernel.ids import PARTITIONS
from liftloop.kernel.sets import are_among
from liftloop.runtime.contract import Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

BLOCK = 1024
"""People a block holds: 64 half-filled blocks waste 32,768 rows at most, nothing beside a million."""
BLOCKS_MAX = 4096
"""Blocks a partition may have: 268 million people in all."""

_OWNER = "people.block_owner"
_ORDINAL = "people.block_ordinal"
_BLOCK_OF = "people.block_of"
_FILLED = "people.filled"
_SPECS = (
    ArraySpec(name=_OWNER, dtype="<i4", fill=-1),
    ArraySpec(name=_ORDINAL, dtype="<i4", fill=-1),
    ArraySpec(name=_BLOCK_OF, dtype="<i4", fill=-1),
    ArraySpec(name=_FILLED, dtype="<i8", fill=0),
)


def count(state: StateView) -> int:
    """Return how many profiles there are, forwarded ones included."""
    return int(state[_FILLED].sum()) if state.has(_FILLED) else 0


def everyone(state: StateView) -> Slots:
    """Return the slots of all profiles, partition by partition."""
    if not state.has(_FILLED):
        return np.zeros(0, dtype=np.int64)
    owner, ordinal = state[_OWNER].astype(np.int64), state[_ORDINAL].astype(np.int64)
    slots = np.arange(len(owner) * BLOCK).reshape(len(owner), BLOCK)
    inhabited = ordinal[:, None] * BLOCK + np.arange(BLOCK) < state[_FILLED][owner][:, None]
    return slots[inhabited]


def numbers(state: StateView, slots: Slots) -> NDArray[np.int64]:
    """Return the profile numbers of slots; shape [len(slots)]."""
    if not len(slots):
        return np.zeros(0, dtype=np.int64)
    block = slots // BLOCK
    ordinal = state[_ORDINAL][block].astype(np.int64) * BLOCK + slots % BLOCK
    return (ordinal << 6) | state[_OWNER][block].astype(np.int64)


def layout(state: StateView) -> NDArray[np.int64]:
    """Return the profile number of every row of the arrays, inhabited or not; shape [rows]."""
    if not state.has(_OWNER):
        return np.zeros(0, dtype=np.int64)
    first = (state[_ORDINAL].astype(np.int64) * BLOCK << 6) | state[_OWNER].astype(np.int64)
    return (first[:, None] + (np.arange(BLOCK) << 6)).ravel()


def slots(state: StateView, profile_numbers: NDArray[np.int64]) -> Slots:
    """Return the slots of profile numbers, -1 where there is no such profile; shape [len(profile_numbers)]."""
    if not state.has(_FILLED):
        return np.full(len(profile_numbers), -1, dtype=np.int64)
    partition, ordinal = profile_numbers & (PARTITIONS - 1), profile_numbers >> 6
    known = (profile_numbers >= 0) & (ordinal < state[_FILLED][partition])
    cell = np.where(known, partition * BLOCKS_MAX + ordinal // BLOCK, 0)
    return np.where(known, state[_BLOCK_OF][cell].astype(np.int64) * BLOCK + ordinal % BLOCK, -1)


class Settlers:
    """Gives new profiles their slots within one step; `delta` is what that changes."""

    def __init__(self, state: StateView) -> None:
        there = state.has(_FILLED)
        self._first = not there
        self._filled: list[int] = state[_FILLED].tolist() if there else [0] * PARTITIONS
        self._state_block_of = state[_BLOCK_OF] if there else np.zeros(0, dtype=np.int32)
        self._blocks = len(state[_OWNER]) if there else 0
        self._block_of: dict[int, int] = {}
        self._new_cells: list[int] = []
        self.number_of: dict[int, int] = {}
        """Profile number by slot, of the newcomers only, in order of arrival."""

    def settle(self, first_identifier: int) -> int:
        """Return a new slot; the low six bits of the first identifier choose the partition for ever."""
        partition = first_identifier & (PARTITIONS - 1)
        ordinal = self._filled[partition]
        self._filled[partition] += 1
        slot = self._block(partition * BLOCKS_MAX + ordinal // BLOCK) * BLOCK + ordinal % BLOCK
        self.number_of[slot] = (ordinal << 6) | partition
        return slot

    def _block(self, cell: int) -> int:
        known = self._block_of.get(cell)
        if known is None and cell < len(self._state_block_of) and self._state_block_of[cell] >= 0:
            known = int(self._state_block_of[cell])
        if known is None:
            known = self._blocks + len(self._new_cells)
            self._new_cells.append(cell)
        self._block_of[cell] = known
        return known

    def numbers(self, state: StateView, slots: Slots) -> NDArray[np.int64]:
        """Return profile numbers of slots, newcomers included; shape [len(slots)]."""
        if not self.number_of:
            return numbers(state, slots)
        fresh = are_among(slots, np.fromiter(self.number_of, np.int64, len(self.number_of)))
        result = np.empty(len(slots), dtype=np.int64)
        if not fresh.all():
            result[~fresh] = numbers(state, slots[~fresh])
        result[fresh] = [self.number_of[slot] for slot in slots[fresh].tolist()]
        return result

    def delta(self) -> Delta:
        if not self.number_of:
            return Delta()
        writes = [Write(_FILLED, np.arange(PARTITIONS), np.array(self._filled, dtype=np.int64))]
        if self._new_cells:
            cells = np.array(self._new_cells, dtype=np.int64)
            index = np.arange(self._blocks, self._blocks + len(cells))
            writes += [
                Write(_OWNER, index, (cells // BLOCKS_MAX).astype(np.int32)),
                Write(_ORDINAL, index, (cells % BLOCKS_MAX).astype(np.int32)),
                Write(_BLOCK_OF, cells, index.astype(np.int32)),
            ]
        rows = (self._blocks + len(self._new_cells)) * BLOCK
        return Delta(allocate=_SPECS if self._first else (), grow={"profile": rows}, writes=writes)


def housed(filled: NDArray[np.int64], owner: NDArray[np.int64], ordinal: NDArray[np.int64]) -> Delta:
    """Return the delta of an empty state in which each partition is `filled` so far.

    `owner` and `ordinal` [blocks] say of which partition each block is, and the how many-th.
    """
    cells = owner * BLOCKS_MAX + ordinal
    return Delta(
        allocate=_SPECS,
        grow={"profile": owner.size * BLOCK},
        writes=[
            Write(_FILLED, np.arange(PARTITIONS), filled),
            Write(_OWNER, np.arange(owner.size), owner.astype(np.int32)),
            Write(_ORDINAL, np.arange(owner.size), ordinal.astype(np.int32)),
            Write(_BLOCK_OF, cells, np.arange(owner.size).astype(np.int32)),
        ],
    )
