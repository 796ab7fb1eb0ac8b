"""A map from 64-bit hashes to numbers, kept in arrays: vectorised, append-only, no rehash ever.

It is a row of generations, each an open-addressing table twice as large as the one before; a key lives in one of them.
Growth adds a generation instead of moving entries, so a delta stays as small as the change and no tick stalls.
The keys alone are a set, which can forget: whole old generations are dropped.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.dice import Hashes
from liftloop.runtime.contract import StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

FIRST_CAPACITY = 1 << 16
CAPACITY_MAX = 1 << 23
"""8M cells: 64 MiB of keys; larger generations would only make dropping coarser."""
LOAD_MAX = 0.6
"""Above this, probe runs grow long: at 0.6 an absent key costs 3.6 probes on average (Knuth 6.4, linear probing)."""
ABSENT = -1


class Inserted(Struct, frozen=True, kw_only=True):
    """New keys of a table, not yet applied: where they go, and what has to be allocated and written for it."""

    generation: int
    cells: NDArray[np.int64]
    allocate: list[ArraySpec]
    writes: list[Write]
    capacity: int
    """Cells of the generation where it is new, else 0."""


class HashSet(Struct, frozen=True, kw_only=True):
    """Names the arrays of one exact set of hashes; all functions are pure over a view of state."""

    name: str

    def generations(self, state: StateView) -> list[int]:
        """Return the numbers of the generations there are, oldest first."""
        header = f"{self.name}.header"
        if not state.has(header) or not len(state[header]):
            return []
        first, count = int(state[header][0]), int(state[header][1])
        return list(range(first, first + count))

    def holds(self, state: StateView, keys: Hashes) -> NDArray[np.bool_]:
        """Return which keys are in it; shape [len(keys)]."""
        held = np.zeros(len(keys), dtype=np.bool_)
        pending = np.arange(len(keys))
        for generation in reversed(self.generations(state)):
            hit = _cells(state[self.keys(generation)], keys[pending]) >= 0
            held[pending[hit]] = True
            pending = pending[~hit]
        return held

    def add(self, state: StateView, keys: Hashes) -> Delta:
        """Return the delta that adds keys, which must be distinct, not 0, and not in it."""
        if not len(keys):
            return Delta()
        inserted = self.insert(state, keys)
        return Delta(allocate=inserted.allocate, writes=inserted.writes)

    def insert(self, state: StateView, keys: Hashes) -> Inserted:
        """Find room for keys that are not in it, in a new generation where the newest is full."""
        generations = self.generations(state)
        newest = generations[-1] if generations else -1
        used = self._used(state)
        allocate: list[ArraySpec] = []
        sized: list[Write] = []
        capacity = len(state[self.keys(newest)]) if generations else 0
        table: Hashes
        if capacity == 0 or used + len(keys) > capacity * LOAD_MAX:
            wanted = max(FIRST_CAPACITY, 2 * capacity, int(len(keys) / LOAD_MAX) + 1)
            capacity = max(min(_power_of_two(wanted), CAPACITY_MAX), _power_of_two(int(len(keys) / LOAD_MAX) + 1))
            newest, used = newest + 1, 0
            allocate = [
                ArraySpec(name=self.header, dtype="<i8", fill=0),
                ArraySpec(name=self.keys(newest), dtype="<u8", fill=0),
            ]
            # The last cell is written, so that the array has `capacity` rows.
            sized = [Write(self.keys(newest), np.array([capacity - 1]), np.zeros(1, dtype=np.uint64))]
            table = np.zeros(capacity, dtype=np.uint64)
        else:
            table = state[self.keys(newest)]
        cells = _free_cells(table, keys)
        first = generations[0] if generations else newest
        header = self._header_write(first, newest - first + 1, used + len(keys))
        return Inserted(
            generation=newest,
            cells=cells,
            allocate=allocate,
            writes=[*sized, Write(self.keys(newest), cells, keys), header],
            capacity=capacity if allocate else 0,
        )

    def drop_oldest(self, state: StateView) -> Delta:
        """Return the delta that forgets the oldest generation."""
        first, *rest = self.generations(state)
        return Delta(
            drop=[self.keys(first)],
            writes=[self._header_write(first + 1, len(rest), 0 if not rest else self._used(state))],
        )

    @property
    def header(self) -> str:
        return f"{self.name}.header"

    def keys(self, generation: int) -> str:
        """Return the array that holds the keys of a generation, 0 in free cells."""
        return f"{self.name}.keys.{generation}"

    def _used(self, state: StateView) -> int:
        return int(state[self.header][2]) if state.has(self.header) and len(state[self.header]) else 0

    def _header_write(self, first: int, count: int, used: int) -> Write:
        return Write(self.header, np.arange(3), np.array([first, count, used], dtype=np.int64))


class HashIndex(Struct, frozen=True, kw_only=True):
    """Names the arrays of one index: a set of keys with a number beside each."""

    name: str

    def find(self, state: StateView, keys: Hashes) -> NDArray[np.int64]:
        """Return the number of each key, ABSENT where there is none; shape [len(keys)]."""
        values = np.full(len(keys), ABSENT, dtype=np.int64)
        pending = np.arange(len(keys))
        for generation in reversed(self._keys.generations(state)):
            if not len(pending):
                break
            cells = _cells(state[self._keys.keys(generation)], keys[pending])
            hit = cells >= 0
            values[pending[hit]] = state[self._values(generation)][cells[hit]]
            pending = pending[~hit]
        return values

    def put(self, state: StateView, keys: Hashes, values: NDArray[np.int64]) -> Delta:
        """Return the delta that sets each key to its value; keys must be distinct and not 0."""
        if not len(keys):
            return Delta()
        writes: list[Write] = []
        fresh = np.ones(len(keys), dtype=np.bool_)
        for generation in self._keys.generations(state):
            cells = _cells(state[self._keys.keys(generation)], keys)
            hit = cells >= 0
            if hit.any():
                writes.append(Write(self._values(generation), cells[hit], values[hit]))
                fresh &= ~hit
        if not fresh.any():
            return Delta(writes=writes)
        inserted = self._keys.insert(state, keys[fresh])
        name = self._values(inserted.generation)
        if inserted.capacity:
            writes.append(Write(name, np.array([inserted.capacity - 1]), np.full(1, ABSENT, dtype=np.int64)))
        allocate = [*inserted.allocate, ArraySpec(name=name, dtype="<i8", fill=ABSENT)] if inserted.capacity else []
        return Delta(allocate=allocate, writes=[*writes, *inserted.writes, Write(name, inserted.cells, values[fresh])])

    @property
    def _keys(self) -> HashSet:
        return HashSet(name=self.name)

    def _values(self, generation: int) -> str:
        return f"{self.name}.values.{generation}"


def _power_of_two(at_least: int) -> int:
    return 1 << (at_least - 1).bit_length()


def _cells(table: Hashes, keys: Hashes) -> NDArray[np.int64]:
    """Return the cell that holds each key, or -1; linear probing, all keys a step at a time."""
    mask = np.uint64(len(table) - 1)
    found = np.full(len(keys), -1, dtype=np.int64)
    pending = np.arange(len(keys))
    at = (keys & mask).astype(np.int64)
    while len(pending):
        there = table[at]
        hit = there == keys[pending]
        found[pending[hit]] = at[hit]
        go_on = ~hit & (there != 0)
        pending = pending[go_on]
        at = (at[go_on] + 1) & np.int64(mask)
    return found


def _free_cells(table: Hashes, keys: Hashes) -> NDArray[np.int64]:
    """Return a distinct free cell on each key's probe path, as if they were inserted one by one."""
    mask = len(table) - 1
    cells = np.full(len(keys), -1, dtype=np.int64)
    taken = np.zeros(0, dtype=np.int64)
    pending = np.arange(len(keys))
    at = (keys & np.uint64(mask)).astype(np.int64)
    while len(pending):
        free = table[at] == 0
        if len(taken):
            free &= ~_among(at, taken)
        winners = np.zeros(len(at), dtype=np.bool_)
        _, first = np.unique(np.where(free, at, -1 - np.arange(len(at))), return_index=True)
        winners[first] = True
        winners &= free
        cells[pending[winners]] = at[winners]
        taken = np.sort(np.concatenate([taken, at[winners]]))
        pending = pending[~winners]
        at = (at[~winners] + 1) & mask
    return cells


def _among(values: NDArray[np.int64], sorted_values: NDArray[np.int64]) -> NDArray[np.bool_]:
    position = np.searchsorted(sorted_values, values)
    position[position == len(sorted_values)] = 0
    return sorted_values[position] == values
