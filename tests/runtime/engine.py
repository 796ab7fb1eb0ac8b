"""The pipeline of a worker over a state in memory, stepped by hand: what the model tests of the stages drive."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from liftloop.app.facts import fact, published
from liftloop.app.tick.pipeline import stages
from liftloop.app.tick.questions import answer
from liftloop.identify.contract import ANONYMOUS, USER
from liftloop.identify.reading import find, identifier_hash
from liftloop.kernel.codec import canonical_json, pack, pack_columns, parse_json
from liftloop.kernel.ids import Offset, TickNumber
from liftloop.profile.attributes import ATTRIBUTE_FILLED
from liftloop.profile.contract import Source, SourceFilled
from liftloop.profile.stage import SOURCE_FILLED
from liftloop.profile.values import event_value
from liftloop.runtime import people
from liftloop.runtime.catalog import FILLED, RETIRED
from liftloop.runtime.contract import Frame, Stage
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import ArraySpec, Block, Commit, Entry, FactBlock, Position, Record, Row, Update
from liftloop.storage.tables import TABLES

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai: no quiet hours for a while.
_KEYS = {table.name: table.key for table in TABLES}
_COLUMNS = {table.name: [name for name, _ in table.columns] for table in TABLES}
_NEWEST_BY = {table.name: [n for n, _ in table.columns].index(table.newest_by) for table in TABLES if table.newest_by}


class MemoryState:
    """A `StateStore` of plain dicts and lists."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[Any, ...], list[Any]]] = {name: {} for name in _KEYS}
        self.journal: list[tuple[int, bytes]] = []
        self.kept: dict[tuple[str, int], Block] = {}
        self.round: tuple[TickNumber, Sequence[ArraySpec]] | None = None
        self.last: Position | None = None
        self.commits: list[Commit] = []
        self._epoch = 0

    def take_lease(self) -> int:
        self._epoch += 1
        return self._epoch

    def position(self) -> Position | None:
        return self.last

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        assert query.startswith("SELECT * FROM definition"), "the model knows no SQL"
        return [tuple(row) for _, row in sorted(self.tables["definition"].items())]

    def facts(self, *, after: TickNumber, limit: int) -> Sequence[tuple[TickNumber, FactBlock]]:
        return [(commit.tick, block) for commit in self.commits if commit.tick > after for block in commit.facts]

    def commit(self, commit: Commit) -> None:
        for table, rows in commit.puts.items():
            for row in rows:
                self._put(table, row)
        for update in commit.updates:
            places = [_COLUMNS[update.table].index(column) for column in update.columns]
            for row in update.rows:
                held = self.tables[update.table].get(tuple(row[len(places) :]))
                if held is not None and _concerned(update, held):
                    for place, value in zip(places, row, strict=False):
                        held[place] = value
        for table, keys in commit.removals.items():
            for key in keys:
                self.tables[table].pop(tuple(key), None)
        self.journal.append((commit.tick, commit.delta))
        self.commits.append(commit)
        self.last = Position(tick=commit.tick, now_ms=commit.now_ms, offset=commit.offset, epoch=commit.epoch)

    def _put(self, table: str, row: Row) -> None:
        assert len(row) == len(_COLUMNS[table]), f"{table}: {row}"
        for value in row:
            assert type(value) in (int, str, bytes, float), f"{table} cannot keep {value!r} of {type(value)}"
        key = tuple(row[: _KEYS[table]])
        held = self.tables[table].get(key)
        newest = _NEWEST_BY.get(table)
        if held is None or newest is None or row[newest] >= held[newest]:
            self.tables[table][key] = list(row)

    def deltas(self, *, after: TickNumber) -> Iterator[tuple[TickNumber, bytes]]:
        return iter([(TickNumber(tick), data) for tick, data in self.journal if tick > after])

    def checkpoint(self) -> tuple[TickNumber, Sequence[ArraySpec]] | None:
        return self.round

    def blocks(self) -> Iterator[Block]:
        names = {spec.name for spec in self.round[1]} if self.round else set[str]()
        return iter([block for block in self.kept.values() if block.array in names])

    def keep_blocks(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            self.kept[block.array, block.number] = block

    def finish_checkpoint(self, *, tick: TickNumber, specs: Sequence[ArraySpec]) -> None:
        # As bytes: a NaN does not equal itself.
        before = {spec.name: pack(spec) for spec in self.round[1]} if self.round else {}
        names = {spec.name for spec in specs if before.get(spec.name, pack(spec)) == pack(spec)}
        self.kept = {key: block for key, block in self.kept.items() if block.array in names}
        self.round = (tick, list(specs))
        self.journal = [(of, data) for of, data in self.journal if of > tick]

    def close(self) -> None: ...


class Engine:
    """One worker; `step` folds records as one tick, `publish` gives a definition its past as the desk does."""

    def __init__(self, now_ms: int = NOON_MS, of: Sequence[Stage] | None = None) -> None:
        self.store = MemoryState()
        self.fold = Fold(self.store, of if of is not None else stages())
        self.fold.restore()
        self.now_ms = now_ms
        self.records: list[Record] = []
        self.person_of: dict[int, int] = {}
        """Profile number by offset."""
        self._said = 0

    def step(self, records: Sequence[Record] = ()) -> Frame:
        """Fold records as one tick at `now_ms`; returns the frame."""
        first = Offset(len(self.records))
        self.records += records
        entries = [Entry(first=first, count=len(records), body=pack(list(records)))] if records else []
        frame = self.fold.step(entries, self.now_ms, 1)
        if "event.identified" in frame:
            identified = frame["event.identified"]
            self.person_of |= dict(zip(identified["offset"].tolist(), identified["profile"].tolist(), strict=True))
        return frame

    def advance(self, to_ms: int) -> list[Frame]:
        """Go from due instant to due instant; returns the frames."""
        frames: list[Frame] = []
        while (due_ms := self.fold.next_due_ms()) <= to_ms:
            self.now_ms = max(due_ms, self.now_ms)
            frames.append(self.step())
            assert len(frames) < 100_000, "something is due for ever"
        self.now_ms = to_ms
        return frames

    def settle(self) -> list[Frame]:
        """Do what is due now."""
        return self.advance(self.now_ms)

    def publish(self, kind: str, identity: str, body: Any) -> int:
        version = self.fold.catalog.newest(kind, identity) + 1
        self.step([published(kind, identity, version, body, "person:test", self.now_ms)])
        self.fill()
        return version

    def retire(self, kind: str, identity: str) -> None:
        version = self.fold.catalog.newest(kind, identity)
        self.say(RETIRED, f"{kind}/{identity}", canonical_json({"kind": kind, "id": identity, "version": version}))

    def say(self, kind: str, name: str, body: bytes) -> Frame:
        """State a fact of the system; every one is another, however alike."""
        self._said += 1
        record = fact(kind, name, body, "system:test", self.now_ms)
        return self.step([Record(**{**_fields(record), "message_id": f"said {self._said}"})])

    def fill(self) -> None:
        """Give waiting definitions their past, from all records so far."""
        for each in answer(self.fold, "unfilled", {})["waiting"]:
            for source in each["sources"]:
                self._fill_source(source)
            for name in each["attributes"]:
                self._fill_attribute(name)
            about = {name: each[name] for name in ("kind", "id", "version")}
            self.say(FILLED, f"{each['kind']}/{each['id']}", canonical_json(about))

    def _fill_source(self, source: Mapping[str, Any]) -> None:
        asked = Source(
            id=source["id"],
            event=source["event"],
            property=source["property"],
            where=tuple(source["where"]),
            words=source["words"],
        )
        found = [
            (number, record.at_ms, event_value(asked, record.body))
            for offset, number in self.person_of.items()
            if offset < source["since"]
            and (record := self.records[offset]).kind == "track"
            and record.name == source["event"]
        ]
        kept = [row for row in found if row[2] == row[2]]
        columns = {
            "profile": np.array([number for number, _, _ in kept], dtype=np.int64),
            "at_ms": np.array([at_ms for _, at_ms, _ in kept], dtype=np.int64),
            "value": np.array([value for _, _, value in kept], dtype=np.float64),
        }
        part = SourceFilled(since=source["since"], after=0, until=source["since"], columns=pack_columns(columns))
        self.say(SOURCE_FILLED, source["id"], pack(part))

    def _fill_attribute(self, name: str) -> None:
        rows = [row for row in self.store.tables["attribute"].values() if row[1] == name and not row[3]]
        body = {
            "profile": [row[0] for row in rows],
            "at_ms": [row[4] for row in rows],
            "value": [parse_json(row[2]) for row in rows],
            "last": True,
        }
        self.say(ATTRIBUTE_FILLED, name, pack(body))

    def table(self, name: str) -> list[dict[str, Any]]:
        return [dict(zip(_COLUMNS[name], row, strict=True)) for _, row in sorted(self.store.tables[name].items())]

    def slot(self, user: str = "", anonymous: str = "") -> int:
        """Return the slot of a person by user id or anonymous id, merges followed; -1 where unknown."""
        hashed = identifier_hash(USER, user) if user else identifier_hash(ANONYMOUS, anonymous)
        return int(find(self.fold.state, np.array([hashed], dtype=np.uint64))[0])

    def number(self, user: str = "", anonymous: str = "") -> int:
        return int(people.numbers(self.fold.state, np.array([self.slot(user, anonymous)]))[0])

    def restored(self) -> Fold:
        """Return what a restart would know, from a copy of the store."""
        fold = Fold(copy.deepcopy(self.store), stages())
        fold.restore()
        return fold

    def restart(self) -> None:
        """Lose what is only in memory and come back from the store."""
        self.fold = Fold(self.store, stages())
        self.fold.restore()

    def checkpoint(self) -> None:
        """Keep all dirty blocks at once."""
        arrays = self.fold.arrays
        blocks = [arrays.take_block(name, number) for name, number in arrays.dirty_blocks()]
        self.store.keep_blocks([block for block in blocks if block is not None])
        self.store.finish_checkpoint(tick=self.fold.tick, specs=arrays.specs())


def _fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def record(kind: str, message_id: str, at_ms: int, **more: Any) -> Record:
    """Return a record as the tracking API makes it; `properties` and `context` may be given as dicts."""
    fields: dict[str, Any] = {"received_ms": at_ms, "actor": "key:test", **more}
    for name, field in (("properties", "body"), ("traits", "body"), ("context", "context")):
        if isinstance(fields.get(name), Mapping):
            fields[field] = canonical_json(fields.pop(name))
    return Record(kind=kind, message_id=message_id, at_ms=at_ms, **fields)


def track(message_id: str, at_ms: int, user: str, name: str, **properties: Any) -> Record:
    return record("track", message_id, at_ms, user_id=user, name=name, properties=properties)


def granted(message_id: str, at_ms: int, user: str, channel: str = "sms") -> Record:
    """Return an identify call that brings consent to marketing through a channel."""
    context = {"consents": [{"channel": channel, "purpose": "marketing"}]}
    return record("identify", message_id, at_ms, user_id=user, context=context)


def assert_same_arrays(one: Fold, other: Fold) -> None:
    """Two folds know the same, array by array."""
    assert {spec.name for spec in one.arrays.specs()} == {spec.name for spec in other.arrays.specs()}
    for spec in one.arrays.specs():
        mine, theirs = one.arrays[spec.name], other.arrays[spec.name]
        rows = min(len(mine), len(theirs))
        np.testing.assert_array_equal(mine[:rows], theirs[:rows], err_msg=spec.name)
        for longer in (mine[rows:], theirs[rows:]):
            np.testing.assert_array_equal(longer, np.full_like(longer, spec.fill), err_msg=spec.name)


def heads(engine: Engine) -> Iterable[int]:
    """Yield the slots of people who were not merged into another."""
    forward = engine.fold.state["identify.forward"] if engine.fold.state.has("identify.forward") else None
    for slot in people.everyone(engine.fold.state).tolist():
        if forward is None or forward[slot] < 0:
            yield slot


def _concerned(update: Update, held: Sequence[Any]) -> bool:
    return update.only is None or held[_COLUMNS[update.table].index(update.only[0])] == update.only[1]
