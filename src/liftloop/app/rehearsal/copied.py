"""The tick's own fold over a copy of some people: what is folded here changes nothing of the state it was taken of.

Tables are read through, where a stage asks for an attribute; rows that would be written are kept here alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from liftloop.app.facts import fact
from liftloop.app.rehearsal.stage import RehearsedState
from liftloop.app.tick.definition_faults import find_fault
from liftloop.app.tick.pipeline import stages
from liftloop.deliver.contract import ENVELOPE, AttemptsSettled
from liftloop.deliver.stage import SETTLED
from liftloop.identify.contract import USER
from liftloop.identify.reading import INDEX, identifier_hash
from liftloop.journey import enrolments
from liftloop.journey.watching import Watch
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.ids import PARTITIONS, Offset, TickNumber
from liftloop.plan.reading import DRAWN_AS, drawn_keys
from liftloop.runtime import people
from liftloop.runtime.contract import Frame, Slots
from liftloop.runtime.fold import Fold
from liftloop.runtime.windows import Windows
from liftloop.storage.contract import ArraySpec, Commit, Delta, Entry, Position, Record, Row, StateReader, Write

Numbers = NDArray[np.int64]
ACTOR = "system:trial"
_DEFINITIONS = "SELECT * FROM definition"
_KEY = 0
"""Place in a row of the outbox."""


class CopiedState(RehearsedState):
    """Keeps what a trial would have written to ledger, outbox and enrolments; reads the real tables, writes none."""

    def __init__(self, reader: StateReader, definitions: Sequence[Row], taken: Position) -> None:
        super().__init__()
        self._reader = reader
        self._definitions = definitions
        self._last = taken
        self.enrolments: list[Row] = []
        self.ends: list[tuple[str, str, int, int]] = []
        """(state, reason, at, enrolment) of those that ended."""
        self.leaves_ms: dict[str, int] = {}
        """When each message that was let through leaves, by its key."""

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return list(self._definitions) if query.startswith(_DEFINITIONS) else self._reader.rows(query, parameters)

    def commit(self, commit: Commit) -> None:
        super().commit(commit)
        self.leaves_ms |= {row[_KEY]: int(row[2]) for row in commit.puts.get("outbox", ())}
        self.enrolments += commit.puts.get("enrolment", ())
        for update in commit.updates:
            if update.table == "enrolment" and "state" in update.columns:
                self.ends += [(row[0], row[1], row[2], row[3]) for row in update.rows]
        gone = {row[0] for row in commit.removals.get("outbox", ())}
        self.outbox = [row for row in self.outbox if row[_KEY] not in gone]


class Copy:
    """A fold over the copy, its store, and the people in it; moved by `step`."""

    def __init__(self, told: Mapping[str, Any], reader: StateReader, watch: Watch, without: str = "") -> None:
        """Lay out what the tick told in its answer to `excerpt`, without enrolments in the journey `without`."""
        self.store = CopiedState(
            reader,
            reader.rows(f"{_DEFINITIONS} ORDER BY kind, id, version"),
            Position(tick=TickNumber(told["tick"]), now_ms=told["now_ms"], offset=Offset(told["offset"]), epoch=1),
        )
        self.fold = Fold(self.store, stages(watch), find_fault)
        self.fold.restore()
        self.profiles: Numbers = np.frombuffer(told["profiles"], dtype=np.int64)
        self.offset_taken = int(told["offset"])
        self._said = 0
        arrays = self.fold.arrays
        arrays.apply(_housed(self.profiles))
        self.slots: Slots = people.slots(self.fold.state, self.profiles)
        arrays.apply(_columns(told, self.slots))
        for each in told["windows"]:
            arrays.apply(_emptied(each))
            arrays.apply(_events(self.fold, each, self.slots))
        arrays.apply(_enrolled(self.fold, told["enrolments"], self, without))
        for campaign, places, drawn in told["drawn"]:
            keys = drawn_keys(self.profiles[np.frombuffer(places, dtype=np.int64)], campaign)
            arrays.apply(DRAWN_AS.put(self.fold.state, keys, np.frombuffer(drawn, dtype=np.int64)))
        names = [identifier_hash(USER, self.user(number)) for number in self.profiles.tolist()]
        arrays.apply(INDEX.put(self.fold.state, np.array(names, dtype=np.uint64), self.slots))

    @staticmethod
    def user(number: int) -> str:
        """Return the user id by which events of a person are told to this copy; nobody has it elsewhere."""
        return f"trial\x1f{number}"

    def step(self, records: Sequence[Record], now_ms: int) -> Frame:
        """Fold records, and what is due by then, as one tick."""
        first = self.fold.offset
        entries = [Entry(first=first, count=len(records), body=pack(list(records)))] if records else []
        return self.fold.step(entries, now_ms, 1)

    def say(self, kind: str, name: str, body: bytes, now_ms: int) -> Frame:
        """State a fact of the system; every one is another, however alike."""
        self._said += 1
        said = fact(kind, name, body, ACTOR, now_ms)
        return self.step([msgspec.structs.replace(said, message_id=f"trial:{self._said}")], now_ms)

    def happened(self, number: int, name: str, properties: Mapping[str, Any], now_ms: int) -> Record:
        """Return the event of a person that is assumed."""
        self._said += 1
        return Record(
            kind="track",
            at_ms=now_ms,
            received_ms=now_ms,
            message_id=f"trial:{self._said}",
            actor=ACTOR,
            user_id=self.user(number),
            name=name,
            body=canonical_json(properties),
        )

    def next_due_ms(self) -> int:
        """Return when something is due next: a timer, or a message that leaves."""
        return min([self.fold.next_due_ms(), *(int(row[2]) for row in self.store.outbox)], default=FAR_FUTURE_MS)

    def handed_over(self, now_ms: int) -> list[Record]:
        """Return the facts that what is due in the outbox was accepted, as a trial assumes of every message."""
        due: dict[str, list[Row]] = {}
        for row in self.store.outbox:
            if row[2] <= now_ms:
                due.setdefault(row[1], []).append(row)
        return [self._accepted(channel, rows, now_ms) for channel, rows in due.items()]

    def _accepted(self, channel: str, rows: Sequence[Row], now_ms: int) -> Record:
        envelopes = [ENVELOPE.decode(row[3]) for row in rows]
        count = len(envelopes)
        body = AttemptsSettled(
            channel=channel,
            keys=[each.key for each in envelopes],
            attempts=[f"{each.key}.trial" for each in envelopes],
            outcomes=["accepted"] * count,
            reasons=[""] * count,
            provider_ids=[""] * count,
            decided_ms=[each.decided_ms for each in envelopes],
            costs_fen=[each.cost_fen for each in envelopes],
            purposes=[each.purpose for each in envelopes],
        )
        self._said += 1
        said = fact(SETTLED, channel, msgspec.json.encode(body), ACTOR, now_ms)
        return msgspec.structs.replace(said, message_id=f"trial:{self._said}")


def _housed(numbers: Numbers) -> Delta:
    """Return the delta that makes room for the blocks in which these profiles lie, and for no others."""
    partition, ordinal = numbers & (PARTITIONS - 1), numbers >> 6
    filled = np.zeros(PARTITIONS, dtype=np.int64)
    np.maximum.at(filled, partition, ordinal + 1)
    cells = np.unique(partition * people.BLOCKS_MAX + ordinal // people.BLOCK)
    return people.housed(filled, cells // people.BLOCKS_MAX, cells % people.BLOCKS_MAX)


def _columns(told: Mapping[str, Any], slots: Slots) -> Delta:
    allocate: list[ArraySpec] = []
    writes: list[Write] = []
    for column, rows in ((each, slots) for each in told["columns"]):
        spec = msgspec.convert(column[0], type=ArraySpec, strict=False)
        allocate.append(spec)
        if column[1]:
            writes.append(Write(spec.name, rows, _values(spec, column[1])))
    for column in told["whole"]:
        spec = msgspec.convert(column[0], type=ArraySpec, strict=False)
        allocate.append(spec)
        values = _values(spec, column[1])
        writes.append(Write(spec.name, np.arange(len(values)), values))
    return Delta(allocate=allocate, writes=writes)


def _values(spec: ArraySpec, data: bytes) -> NDArray[Any]:
    values = np.frombuffer(data, dtype=np.dtype(spec.dtype))
    return values.reshape(-1, spec.width) if spec.width > 1 else values


def _emptied(told: Mapping[str, Any]) -> Delta:
    windows = Windows(name=str(told["name"]))
    return Delta(allocate=[*windows.specs(), *([windows.value_spec()] if told["valued"] else [])])


def _events(fold: Fold, told: Mapping[str, Any], slots: Slots) -> Delta:
    place, at_ms = (np.frombuffer(told[name], dtype=np.int64) for name in ("place", "at_ms"))
    value = np.frombuffer(told["value"], dtype=np.float64)
    return Windows(name=str(told["name"])).add(fold.state, slots[place], at_ms, value, 0)


def _enrolled(fold: Fold, told: Mapping[str, Any], copy: Copy, without: str) -> Delta:
    """Return the delta that lets everybody stand in journeys where they stand, but for one journey."""
    stays = np.array([journey != without for journey in told["journeys"]], dtype=np.bool_)
    if not stays.any():
        return Delta(allocate=enrolments.SPECS)
    place = np.frombuffer(told["place"], dtype=np.int64)[stays]
    row_of = np.cumsum(stays) - 1
    beside = np.array(told["beside"], dtype=np.int64)
    beside = np.where(beside >= 0, row_of[beside], enrolments.NONE)[stays]
    rows = np.arange(len(place), dtype=np.int64)
    writes = [Write(enrolments.SLOT, rows, copy.slots[place]), Write(enrolments.BESIDE.name, rows, beside)]
    allocate = [*enrolments.SPECS, enrolments.BESIDE]
    for described, data in told["columns"]:
        spec = msgspec.convert(described, type=ArraySpec, strict=False)
        allocate.append(spec)
        writes.append(Write(spec.name, rows, _values(spec, data)[stays]))
    journeys = [journey for journey, kept in zip(told["journeys"], stays.tolist(), strict=True) if kept]
    keys = np.zeros(len(rows), dtype=np.uint64)
    for journey in dict.fromkeys(journeys):
        mine = np.array([each == journey for each in journeys])
        keys[mine] = enrolments.person_keys(copy.profiles[place[mine]], journey)
    _, latest = np.unique(keys, return_index=True)  # Each person's latest in a journey is told before those beside it.
    put = enrolments.LATEST.put(fold.state, keys[latest], rows[latest])
    return Delta(allocate=[*allocate, *put.allocate], writes=[*writes, *put.writes])
