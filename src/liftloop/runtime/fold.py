"""The tick: make a frame of what came in, fold it through the stages, commit once. All state changes pass here."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import canonical_json, pack_columns
from liftloop.kernel.dice import hash_texts
from liftloop.kernel.ids import Offset, TickNumber
from liftloop.kernel.words import Words
from liftloop.runtime import catalog as definitions
from liftloop.runtime.arrays import Arrays, pack_deltas, unpack_deltas
from liftloop.runtime.catalog import SET_ASIDE, Catalog, FindFault, SetAside, find_no_fault
from liftloop.runtime.contract import Batch, Frame, Moment, Stage
from liftloop.storage.contract import (
    Array,
    Commit,
    Delta,
    Entry,
    FactBlock,
    Record,
    Row,
    StateReader,
    StateStore,
)

RECORD = "record"
"""The kind under which incoming records reach the stages, whatever they say."""

TRANSIENT = frozenset(
    {
        RECORD,
        "event",
        "system",
        "person",
        "merge",
        "separation",
        "person.studied",
        "person.credited",
        "person.given",
        "person.gifted",
        "person.touched",
        "journey.woken",
        "journey.ceded",
        "message.intended",
        "task.cleared",
    }
)
"""Kinds that only later stages of the same tick need; they are not kept as facts."""


_FAMILY = """
WITH RECURSIVE family(id) AS (
    SELECT value FROM json_each(?) UNION SELECT forwarded FROM merge JOIN family ON merge.kept = family.id
)
"""
"""Profiles and all who were merged into them, however far back."""

_LOGGER = logging.getLogger("liftloop.fold")


class State:
    """What stages may read: arrays that refuse to be written, and the catalog."""

    def __init__(self, arrays: Arrays, catalog: Catalog, store: StateReader) -> None:
        self._arrays = arrays
        self._catalog = catalog
        self._store = store
        self.settle: Callable[[], None] = lambda: None
        """Waits until earlier ticks are on disk, where they are committed while the next is folded."""

    @property
    def definitions(self) -> Catalog:
        return self._catalog

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def has(self, name: str) -> bool:
        return self._arrays.has(name)

    def names(self, prefix: str) -> list[str]:
        return self._arrays.names(prefix)

    def rows(self, domain: str) -> int:
        return self._arrays.rows(domain)

    def attribute(self, profiles: Sequence[int], name: str) -> tuple[bytes, int, int] | None:
        self.settle()
        found = self._store.rows(
            f"{_FAMILY} SELECT value, sealed, at_ms FROM attribute"
            " WHERE profile IN (SELECT id FROM family) AND name = ? ORDER BY at_ms DESC LIMIT 1",
            (canonical_json(list(profiles)).decode(), name),
        )
        return (found[0][0], found[0][1], found[0][2]) if found else None

    def attribute_names(self, profiles: Sequence[int]) -> set[str]:
        self.settle()
        found = self._store.rows(
            f"{_FAMILY} SELECT DISTINCT name FROM attribute WHERE profile IN (SELECT id FROM family)",
            (canonical_json(list(profiles)).decode(),),
        )
        return {name for (name,) in found}


class Fold:
    """Everything one worker knows, and the one function that changes it.

    Not thread-safe: one thread steps; others may look only while no step runs.
    """

    def __init__(self, store: StateStore, stages: Sequence[Stage], find_fault: FindFault = find_no_fault) -> None:
        self._store = store
        self._stages = stages
        self.arrays = Arrays()
        self.catalog = Catalog(find_fault)
        self.state = State(self.arrays, self.catalog, store)
        self.tick = TickNumber(0)
        self.offset = Offset(0)
        self.now_ms = 0
        self._epoch = 0

    def restore(self) -> None:
        """Take the lease and rebuild state from checkpoint and deltas, never by deciding again."""
        self._epoch = self._store.take_lease()
        kept = self._store.checkpoint()
        after = TickNumber(0)
        if kept is not None:
            after, specs = kept
            self.arrays.restore(specs, self._store.blocks())
        for _, data in self._store.deltas(after=after):
            for delta in unpack_deltas(data):
                self.arrays.replay(delta)
        self.catalog.restore(self._store.rows("SELECT * FROM definition ORDER BY kind, id, version"))
        position = self._store.position()
        if position is not None:
            self.tick, self.offset, self.now_ms = position.tick, position.offset, position.now_ms

    def rows(self, query: str, parameters: Sequence[Any]) -> list[Row]:
        """Return rows of the committed tables."""
        return self._store.rows(query, parameters)

    def next_due_ms(self) -> int:
        """Return the earliest instant at which a step is due though nothing comes in."""
        return min((stage.next_due_ms(self.state) for stage in self._stages), default=FAR_FUTURE_MS)

    def step(self, entries: Sequence[Entry], now_ms: int, seed: int, said: Frame | None = None) -> Frame:
        """Fold entries, what the runtime has `said`, and whatever is due by `now_ms` as one tick; then it is durable.

        Raises what the store raises: memory is then ahead of the disk, and the fold of no use any more.
        """
        frame, commit = self.advance(entries, now_ms, seed, said)
        self._store.commit(commit)
        return frame

    def advance(
        self, entries: Sequence[Entry], now_ms: int, seed: int, said: Frame | None = None
    ) -> tuple[Frame, Commit]:
        """Fold one tick in memory and return what makes it durable: commit in order, before anything of it leaves."""
        moment = Moment(now_ms=max(now_ms, self.now_ms), seed=seed, tick=self.tick + 1)
        records = [record for entry in entries for record in entry.records()]
        frame: dict[str, Batch] = dict(said or {})
        deltas: list[Delta] = []
        if records:
            frame[RECORD] = _batch(records, entries)
        definitions_delta, facts = self._fold_definitions(records)
        deltas.append(definitions_delta)
        frame |= facts
        for stage in self._stages:
            delta, facts = stage.step(self.state, frame, moment)
            self.arrays.apply(delta)
            deltas.append(delta)
            for kind, batch in facts.items():
                assert kind not in frame, f"{stage.name} writes {kind}, which another stage wrote"
                frame[kind] = batch
        offset = Offset(entries[-1].first + entries[-1].count) if entries else self.offset
        self.tick, self.offset, self.now_ms = TickNumber(moment.tick), offset, moment.now_ms
        return frame, self._commit(deltas, frame, moment, offset)

    def _fold_definitions(self, records: Sequence[Record]) -> tuple[Delta, dict[str, Batch]]:
        """Take definition facts into the catalog; what cannot be read is put aside, seen by all and folded by none."""
        about = [record for record in records if record.kind in definitions.KINDS]
        readable = [record for record in about if definitions.is_well_formed(record)]
        rows: list[Row] = []
        if readable:
            rows = definitions.fold_definitions(self.catalog, readable, has_history=self.arrays.rows("profile") > 0)
            self.catalog.apply(rows)
        taken = self.catalog.take_set_aside()
        aside = list(taken)
        if len(readable) < len(about):
            strangers = [record.name for record in about if not definitions.is_well_formed(record)]
            aside += [SetAside(kind="", id=name, version=0, reason="not a definition fact") for name in strangers]
        if not rows and not aside:
            return Delta(), {}
        return Delta(puts={"definition": [*rows, *taken.values()]}), _set_aside(aside)

    def _commit(self, deltas: Sequence[Delta], frame: Frame, moment: Moment, offset: Offset) -> Commit:
        facts = [
            FactBlock(kind=kind, count=batch.count, columns=pack_columns(batch.columns))
            for kind, batch in frame.items()
            if kind not in TRANSIENT and batch.count
        ]
        return Commit(
            tick=TickNumber(moment.tick),
            now_ms=moment.now_ms,
            seed=moment.seed,
            offset=offset,
            epoch=self._epoch,
            delta=pack_deltas(deltas),
            facts=facts,
            puts=_merged([delta.puts for delta in deltas]),
            updates=[update for delta in deltas for update in delta.updates],
            removals=_merged([delta.removals for delta in deltas]),
        )


def _set_aside(aside: Sequence[SetAside]) -> dict[str, Batch]:
    if not aside:
        return {}
    for each in aside:
        _LOGGER.error("%s %s version %s is put aside: %s", each.kind, each.id, each.version, each.reason)
    columns: dict[str, Any] = {
        "kind": [each.kind for each in aside],
        "id": [each.id for each in aside],
        "version": np.array([each.version for each in aside], dtype=np.int64),
        "reason": [each.reason for each in aside],
    }
    return {SET_ASIDE: Batch(len(aside), columns)}


def _merged(parts: Sequence[Mapping[str, Sequence[Row]]]) -> dict[str, list[Row]]:
    merged: dict[str, list[Row]] = {}
    for part in parts:
        for table, rows in part.items():
            merged.setdefault(table, []).extend(rows)
    return merged


def _batch(records: list[Record], entries: Sequence[Entry]) -> Batch:
    """Return records as columns; `record` keeps the structs for the few fields that need them."""
    count = len(records)
    offsets = np.concatenate([np.arange(entry.first, entry.first + entry.count) for entry in entries])
    columns: dict[str, Any] = {
        "offset": offsets,
        "kind": Words.of([record.kind for record in records]),
        "name": Words.of([record.name for record in records]),
        "at_ms": np.fromiter((record.at_ms for record in records), np.int64, count),
        "received_ms": np.fromiter((record.received_ms for record in records), np.int64, count),
        "message": hash_texts([record.message_id for record in records]),
        "imported": np.fromiter((record.imported for record in records), np.bool_, count),
        "record": records,
    }
    return Batch(count, columns)
