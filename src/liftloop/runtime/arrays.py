"""Hot state: named arrays in RAM, written only by deltas; the blocks they dirtied wait for the checkpoint."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftloop.kernel.codec import pack, unpack
from liftloop.storage.contract import Array, ArraySpec, Block, Delta, Write

BLOCK_ROWS = 4096
"""Rows a checkpoint block holds: 32 KiB of an 8-byte column, large enough to write fast, small enough to stay clean."""

_ROWS_OF = "rows of "
"""Prefix of the one-cell arrays that remember how many rows a domain has."""


class _Kept:
    """One array with room to grow; `view` shows its rows and cannot be written."""

    def __init__(self, spec: ArraySpec, rows: int, *, returned: bool) -> None:
        self.spec = spec
        self._returned = returned
        """Whether a checkpoint may hold blocks of an earlier array of this name: every block must replace them."""
        self.rows = 0
        self.data: Array = np.empty(0)
        self.dirty: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self.view: Array = self.data
        self.grow(rows)

    def grow(self, rows: int) -> None:
        if rows <= self.rows and self.data.dtype == np.dtype(self.spec.dtype):
            return
        if rows > len(self.data) or self.rows == 0:
            capacity = max(rows, 2 * len(self.data), BLOCK_ROWS)
            shape = (capacity,) if self.spec.width == 1 else (capacity, self.spec.width)
            larger = np.full(shape, self.spec.fill, dtype=np.dtype(self.spec.dtype))
            larger[: self.rows] = self.data[: self.rows] if self.rows else 0
            self.data = larger
            blocks = np.full(-(-capacity // BLOCK_ROWS), self._returned)
            blocks[: len(self.dirty)] = self.dirty
            self.dirty = blocks
        self.rows = rows
        self.view = self.data[:rows]
        self.view.flags.writeable = False

    def block(self, number: int) -> bytes:
        start = number * BLOCK_ROWS
        return np.ascontiguousarray(self.data[start : min(start + BLOCK_ROWS, self.rows)]).tobytes()

    def restore(self, number: int, data: bytes) -> None:
        rows = np.frombuffer(data, dtype=np.dtype(self.spec.dtype))
        if self.spec.width > 1:
            rows = rows.reshape(-1, self.spec.width)
        start = number * BLOCK_ROWS
        if start + len(rows) > self.rows:
            self.grow(start + len(rows))
        self.data[start : start + len(rows)] = rows


class Arrays:
    """All hot arrays of one worker."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._domain_rows: dict[str, int] = {}
        self._dropped: set[str] = set()
        """Names that a checkpoint may still hold blocks of: should one come back, all of it is new."""

    def __getitem__(self, name: str) -> Array:
        return self._kept[name].view

    def has(self, name: str) -> bool:
        return name in self._kept

    def names(self, prefix: str) -> list[str]:
        return [name for name in self._kept if name.startswith(prefix)]

    def rows(self, domain: str) -> int:
        return self._domain_rows.get(domain, 0)

    def specs(self) -> list[ArraySpec]:
        return [kept.spec for kept in self._kept.values()]

    def memory_bytes(self) -> int:
        return sum(kept.data.nbytes for kept in self._kept.values())

    def apply(self, delta: Delta) -> None:
        """Carry out the array part of a delta: allocate, grow, write, drop, in this order."""
        self._carry_out(delta, delta.writes)

    def replay(self, delta: Delta) -> None:
        """Carry out a delta of the journal over a checkpoint that may be younger than it.

        What the delta writes to an array that the checkpoint no longer knows is passed over: it was dropped since.
        """
        known = {spec.name for spec in delta.allocate}
        self._carry_out(delta, [write for write in delta.writes if write.array in known or self.has(write.array)])

    def _carry_out(self, delta: Delta, writes: Sequence[Write]) -> None:
        for spec in delta.allocate:
            self._allocate(spec)
        for domain, rows in delta.grow.items():
            self._grow(domain, rows)
        for write in writes:
            self._write(write)
        for name in delta.drop:
            self._kept.pop(name, None)
            self._dropped.add(name)

    def _grow(self, domain: str, rows: int) -> None:
        self._domain_rows[domain] = max(rows, self.rows(domain))
        record = ArraySpec(name=_ROWS_OF + domain, dtype="<i8", fill=0)
        self._allocate(record)
        self._write(Write(record.name, np.zeros(1, dtype=np.int64), np.array([self._domain_rows[domain]])))
        for kept in self._kept.values():
            if kept.spec.domain == domain:
                kept.grow(rows)

    def _allocate(self, spec: ArraySpec) -> None:
        if spec.name not in self._kept:
            rows = self.rows(spec.domain) if spec.domain else 0
            self._kept[spec.name] = _Kept(spec, rows, returned=spec.name in self._dropped)

    def _write(self, write: Write) -> None:
        if not len(write.index):
            return
        kept = self._kept[write.array]
        if not kept.spec.domain:
            kept.grow(max(kept.rows, int(write.index.max()) + 1))
        kept.data[write.index] = write.value
        kept.dirty[write.index // BLOCK_ROWS] = True

    def dirty_blocks(self) -> list[tuple[str, int]]:
        """Return (array, block number) of every block written since it was last taken."""
        return [(name, int(number)) for name, kept in self._kept.items() for number in np.flatnonzero(kept.dirty)]

    def take_block(self, name: str, number: int) -> Block | None:
        """Return a copy of one block and call it clean; None where its array has been dropped meanwhile."""
        kept = self._kept.get(name)
        if kept is None:
            return None
        kept.dirty[number] = False
        return Block(array=name, number=number, data=kept.block(number))

    def soil_blocks(self, blocks: Sequence[tuple[str, int]]) -> None:
        """Call blocks dirty again that were taken and could not be kept; those of dropped arrays are passed over."""
        for name, number in blocks:
            if (kept := self._kept.get(name)) is not None and number < len(kept.dirty):
                kept.dirty[number] = True

    def restore(self, specs: Iterable[ArraySpec], blocks: Iterable[Block]) -> None:
        """Fill empty arrays from a checkpoint; deltas later than it are to be applied next."""
        for spec in specs:
            self._allocate(spec)
        for block in blocks:
            kept = self._kept.get(block.array)
            if kept is not None:
                kept.restore(block.number, block.data)
        for name in [name for name in self._kept if name.startswith(_ROWS_OF)]:
            self._grow(name.removeprefix(_ROWS_OF), int(self[name][0]))


def pack_deltas(deltas: Sequence[Delta]) -> bytes:
    """Return the array parts of a tick's deltas as bytes for the journal; rows of tables are not among them."""
    return pack([_plain(delta) for delta in deltas if _touches_arrays(delta)])


def unpack_deltas(data: bytes) -> list[Delta]:
    return [_delta(plain) for plain in unpack(data)]


def _touches_arrays(delta: Delta) -> bool:
    return bool(delta.writes or delta.allocate or delta.grow or delta.drop)


def _plain(delta: Delta) -> list[Any]:
    writes = [
        [
            write.array,
            *_packed_index(write.index),
            write.value.dtype.str,
            np.ascontiguousarray(write.value).tobytes(),
            list(write.value.shape),
        ]
        for write in delta.writes
    ]
    return [list(delta.allocate), dict(delta.grow), writes, list(delta.drop)]


def _packed_index(index: Array) -> tuple[str, bytes]:
    """Return the type and the bytes of row numbers: rows beyond two thousand million are rare, and cost twice."""
    narrow = index.astype("<i4" if not len(index) or index.max() <= np.iinfo(np.int32).max else "<i8")
    return narrow.dtype.str, narrow.tobytes()


def _delta(plain: list[Any]) -> Delta:
    allocate, grow, writes, drop = plain
    return Delta(
        allocate=[_spec(fields) for fields in allocate],
        grow=grow,
        writes=[
            Write(
                name,
                np.frombuffer(index, dtype=np.dtype(index_dtype)).astype(np.int64),
                np.frombuffer(value, dtype=np.dtype(dtype)).reshape(shape),
            )
            for name, index_dtype, index, dtype, value, shape in writes
        ],
        drop=drop,
    )


def _spec(fields: Mapping[str, Any]) -> ArraySpec:
    return ArraySpec(**fields)
