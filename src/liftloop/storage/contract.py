"""What a storage engine promises: a log that keeps, a state that commits whole, a lake, a vault that forgets.

Everything here is data or a Protocol; `liftloop.testing.storage` holds the conformance suites each engine must pass.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NewType, Protocol

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.ids import Offset, TickNumber

Array = NDArray[Any]
Columns = Mapping[str, Array | list[Any]]
"""Columns of equal length by name."""
Row = tuple[Any, ...]
TableName = NewType("TableName", str)


# Holds nothing that could hold it: the collector need not look at the hundred thousand that a burst keeps alive.
class Record(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One incoming fact as the ingest log holds it: personal fields already sealed, identifiers already normalised."""

    kind: str
    """A message type (`track`, `identify`, `page`, `screen`, `group`, `alias`) or a fact in past tense with a dot."""
    at_ms: int
    """When it happened, corrected for the sender's clock."""
    received_ms: int
    message_id: str
    actor: str
    """Who says so: `key:web`, `person:admin`, `system:dispatch`."""
    user_id: str = ""
    anonymous_id: str = ""
    name: str = ""
    """Event name of a track, or the subject of a fact."""
    body: bytes = b"{}"
    """JSON object: properties of an event, traits of an identify, the fact's own fields."""
    context: bytes = b""
    sealed: bytes = b""
    """Personal fields as the vault sealed them: a JSON object by path, e.g. {"traits.phone": "+86138…"}."""
    identifiers: tuple[tuple[str, int], ...] = ()
    """Further identifiers found in it, as (kind, keyed hash): ("phone", 123…)."""
    imported: bool = False
    """Imports never trigger."""


RECORDS = msgspec.msgpack.Decoder(list[Record])
"""Decodes the body of an `Entry`."""


class Entry(Struct, frozen=True, kw_only=True):
    """A run of records appended together; the unit of reading."""

    first: Offset
    count: int
    body: bytes
    """MessagePack list of `Record`."""
    known: Sequence[Record] | None = None
    """The records themselves, where whoever appended them still has them at hand."""

    def records(self) -> Sequence[Record]:
        return RECORDS.decode(self.body) if self.known is None else self.known


class Log(Protocol):
    """Keep every incoming fact once, in order, until retention lets it go."""

    def append(self, bodies: Sequence[tuple[int, bytes]]) -> Offset:
        """Append all (count, body) runs in one durable commit and return the offset after the last.

        On return the facts survive a power cut. Raises `DiskFull` with nothing appended.
        """
        ...

    def read(self, *, after: Offset, limit: int) -> Sequence[Entry]:
        """Return entries with `first >= after`, oldest first, at most `limit` records (at least one entry if any)."""
        ...

    def end(self) -> Offset:
        """Return the offset that the next record will get."""
        ...

    def forget(self, *, before: Offset) -> int:
        """Drop whole entries that end at or before `before`; return how many records went."""
        ...

    def close(self) -> None: ...


class ArraySpec(Struct, frozen=True, kw_only=True):
    """Describes one column of hot state, so that a checkpoint can be read by another version."""

    name: str
    dtype: str
    """A numpy dtype string such as `<i8`."""
    fill: int | float
    """What a row holds before anything is written."""
    width: int = 1
    """Values a row."""
    domain: str = ""
    """Arrays of one domain (`profile`) grow together and share row numbers."""
    meaning: int = 1
    """Raised when the same name comes to mean something else; another meaning is migrated or refused."""


class Write(Struct, frozen=True):
    """Set rows of one array: `array[index] = value`. Physical, hence safe to repeat in order."""

    array: str
    index: NDArray[np.int64]
    value: Array


class Update(Struct, frozen=True, kw_only=True):
    """Set some columns of rows that exist; a row that does not is passed over."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    """New values in the order of `columns`, then the key."""
    only: tuple[str, str] | None = None
    """(column, value): a row is passed over where its column has another value."""


class Delta(Struct, frozen=True, kw_only=True):
    """All that one step changes. Nothing has changed until the runtime applies it."""

    allocate: Sequence[ArraySpec] = ()
    drop: Sequence[str] = ()
    grow: Mapping[str, int] = msgspec.field(default_factory=dict[str, int])
    """Rows that every array of a domain must have from now on."""
    writes: Sequence[Write] = ()
    puts: Mapping[str, Sequence[Row]] = msgspec.field(default_factory=dict[str, Sequence[Row]])
    """Rows to insert or replace by key, by table name; a row has all columns of its table in order."""
    updates: Sequence[Update] = ()
    """Carried out after the puts."""
    removals: Mapping[str, Sequence[Row]] = msgspec.field(default_factory=dict[str, Sequence[Row]])
    """Keys to delete, by table name; carried out last."""


class FactBlock(Struct, frozen=True, kw_only=True):
    """Derived facts of one kind from one tick, as columns."""

    kind: str
    count: int
    columns: bytes
    """`liftloop.kernel.codec.pack_columns`."""


class Commit(Struct, frozen=True, kw_only=True):
    """One tick's whole effect on disk."""

    tick: TickNumber
    now_ms: int
    seed: int
    offset: Offset
    """All records before it have been folded."""
    epoch: int
    """The lease's fencing number: a commit with an older one raises `Fenced`."""
    delta: bytes
    """The array part of the tick's deltas, packed by the runtime."""
    facts: Sequence[FactBlock]
    puts: Mapping[str, Sequence[Row]]
    updates: Sequence[Update]
    removals: Mapping[str, Sequence[Row]]


class Position(Struct, frozen=True, kw_only=True):
    """Where the last commit stands."""

    tick: TickNumber
    now_ms: int
    offset: Offset
    epoch: int


class Block(Struct, frozen=True, kw_only=True):
    """Rows [number * rows, ...) of one array, as a checkpoint keeps them."""

    array: str
    number: int
    data: bytes


class StateReader(Protocol):
    """Read what ticks committed. Any process may."""

    def position(self) -> Position | None:
        """Return the last commit's position, or None before the first."""
        ...

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a read-only SQL query (`?` marks parameters) over the tables of `TABLES`."""
        ...

    def facts(self, *, after: TickNumber, limit: int) -> Sequence[tuple[TickNumber, FactBlock]]:
        """Return fact blocks of ticks later than `after`, in order, whole ticks, about `limit` blocks."""
        ...

    def close(self) -> None: ...


class StateStore(StateReader, Protocol):
    """Commit ticks, journal deltas, keep checkpoints. One process at a time."""

    def take_lease(self) -> int:
        """Become the only writer and return the new epoch; earlier holders' commits now raise `Fenced`."""
        ...

    def commit(self, commit: Commit) -> None:
        """Make one tick durable, whole or not at all. Raises `DiskFull` (nothing changed, may be tried again)."""
        ...

    def deltas(self, *, after: TickNumber) -> Iterator[tuple[TickNumber, bytes]]:
        """Yield journalled deltas of ticks later than `after`, oldest first."""
        ...

    def checkpoint(self) -> tuple[TickNumber, Sequence[ArraySpec]] | None:
        """Return the tick from which deltas must be replayed over the kept blocks, and the arrays they describe."""
        ...

    def blocks(self) -> Iterator[Block]:
        """Yield every kept block."""
        ...

    def keep_blocks(self, blocks: Sequence[Block]) -> None:
        """Keep blocks of a running checkpoint round; a newer block of the same number replaces the older."""
        ...

    def forget_facts(self, *, before: TickNumber) -> int:
        """Drop facts and moments of ticks before `before`; return how many blocks went. The last tick always stays."""
        ...

    def forget_carried(self, *, before_ms: int) -> int:
        """Drop which message a provider's id stood for, where it was handed over before an instant; return how many."""
        ...

    def finish_checkpoint(self, *, tick: TickNumber, specs: Sequence[ArraySpec]) -> None:
        """End a round: all blocks dirty at `tick` are kept; drop deltas up to it and blocks of other arrays."""
        ...


class Vault(Protocol):
    """Seal personal fields under the key of an identifier; destroying the key erases them everywhere at once."""

    def keyed_hash(self, kind: str, value: str) -> int:
        """Return 64 bits that only this installation can compute; never 0."""
        ...

    def seal(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Seal (identifier hash, clear bytes) pairs; new keys are durable before this returns."""
        ...

    def open(self, sealed: Sequence[bytes]) -> list[bytes | None]:
        """Return the clear bytes, None where the key was destroyed. Raises `VaultDamaged` where it was altered."""
        ...

    def destroy(self, identifiers: Sequence[int]) -> int:
        """Destroy the keys of these identifiers for ever; return how many there were. Calling twice does no more."""
        ...

    def close(self) -> None: ...


class LakePosition(Struct, frozen=True, kw_only=True):
    """How far the lake has followed log and facts."""

    offset: Offset
    tick: TickNumber


class LakeReader(Protocol):
    """Query history as columns."""

    def select(self, query: str, parameters: Sequence[Any] = (), seconds_max: float = 0.0) -> dict[str, Array]:
        """Return the result of one read-only query; NULL numbers arrive as NaN, texts as object arrays.

        Raises `TookTooLong` where it is not done within `seconds_max`; 0 is for no limit.
        """
        ...

    def position(self) -> LakePosition: ...


class Lake(LakeReader, Protocol):
    """Follow log and facts by offset. One process owns it."""

    def follow(self, log: Log, state: StateReader, *, limit: int) -> int:
        """Take in what is new, rows and position in one transaction; return how many records and fact blocks came."""
        ...

    def standing(self) -> AbstractContextManager[LakeReader]:
        """Give the lake as it is now: every query meets the same rows and position, though it follows on meanwhile.

        Several threads may ask it. It is ended soon: what is dropped meanwhile keeps its room until then.
        """
        ...

    def close(self) -> None: ...


class StorageError(Exception):
    """The engine could not do what was asked."""


class TookTooLong(StorageError):
    """The query was given up: ask for less."""


class DiskFull(StorageError):
    """No room: nothing was written; free space and try again."""


class Fenced(StorageError):
    """Another process has taken the lease: stop writing at once."""


class VaultDamaged(StorageError):
    """Sealed bytes were altered or cut."""


class NewerFolder(StorageError):
    """The data folder was written by a newer version: upgrade Liftloop, do not open it with this one."""
