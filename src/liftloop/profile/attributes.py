"""The fold of identify calls: attributes to disk and, where asked for, to columns; consents to their list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.collect.contract import TRAITS_CHANGED
from liftloop.identify.reading import follow
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_json, parse_object, unpack
from liftloop.kernel.days import day_number
from liftloop.profile.changes import TRAITS_RESOLVED, Changes, Known, Outcomes, row_of
from liftloop.profile.consents import Given, fold_consents
from liftloop.profile.contract import Consent
from liftloop.profile.points import ACCOUNT
from liftloop.profile.sources import Needs, attribute_array
from liftloop.profile.stage import Compiled
from liftloop.profile.values import number_of, value_hash
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, StateView
from liftloop.storage.contract import Delta, Record, Row, Write

ATTRIBUTE_FILLED = "attribute.filled"
"""A study's answer about an attribute: {profile, at_ms, value, last}; `last` is true on the last chunk."""

_KINDS = frozenset({"identify", TRAITS_CHANGED})


class _Context(Struct):
    consents: list[Consent] = []


_CONTEXT = msgspec.json.Decoder(_Context, strict=False)
_TRAITS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class ProfileAttributes:
    """Reads `event` and `person`; changes what we know of people by their own or their seller's word.

    Writes `traits.resolved` where a change depended on what was known, so that the lake need not work it out again.
    """

    name = "profile.attributes"
    reads = frozenset({"event", "person", "system", "profile.merged"})
    writes = frozenset({TRAITS_RESOLVED})

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        parts: list[Delta] = []
        outcomes = Outcomes()
        if "person" in frame:
            parts += self._identified(state, frame, moment, outcomes)
        if "system" in frame:
            parts += self._filled(state, frame["system"])
        if not parts:
            return NOTHING
        return _joined(parts), outcomes.facts()

    def _identified(self, state: StateView, frame: Frame, moment: Moment, outcomes: Outcomes) -> list[Delta]:
        events, persons = frame["event"], frame["person"]
        rows = np.flatnonzero(events["kind"].among(_KINDS)).tolist()
        if not rows:
            return []
        changes = _changes(state, frame) if events["kind"].are(TRAITS_CHANGED).any() else None
        needs = self._compiled.needs(state.definitions)
        puts: list[Row] = []
        held: dict[str, dict[int, tuple[int, Any]]] = {}
        given: list[Given] = []
        for row in rows:
            record: Record = events["record"][row]
            slot, number, own = (int(persons[column][row]) for column in ("slot", "number", "own"))
            if changes is None:
                for name, value in _traits(record).items():
                    if name == ACCOUNT:
                        continue
                    puts.append((own, name, bytes(value), 0, record.at_ms, record.actor))
                    if name in needs.attributes:
                        _hold(held, needs, name, slot, record.at_ms, parse_json(value))
                puts += _sealed(record, own)
            else:
                told = [(name, known) for name, known in _told(record, number, changes) if name != ACCOUNT]
                if record.kind == TRAITS_CHANGED:
                    outcomes.add(record, int(events["offset"][row]), own, told)
                for name, known in told:
                    puts.append(row_of(own, name, known, record.actor))
                    if not known.sealed:
                        _hold(held, needs, name, slot, known.at_ms, known.value)
            given += _consents(record, slot, own)
        columns = [_column(state, name, values) for name, values in held.items()]
        return [Delta(puts={"attribute": puts}), *columns, fold_consents(state, given, moment)]

    def _filled(self, state: StateView, system: Batch) -> list[Delta]:
        """Take in what a study found on disk for an attribute that a new definition asks for."""
        parts: list[Delta] = []
        for record in system["record"]:
            if record.kind == ATTRIBUTE_FILLED and state.has(attribute_array(record.name, "text")):
                columns = unpack(record.body)
                slots = follow(state, people.slots(state, np.array(columns["profile"], dtype=np.int64)))
                rows = zip(slots.tolist(), columns["at_ms"], columns["value"], strict=True)
                values = {slot: (at_ms, value) for slot, at_ms, value in sorted(rows, key=lambda r: r[:2]) if slot >= 0}
                parts.append(_column(state, record.name, values))
                complete = Write(
                    attribute_array(record.name, "complete"),
                    np.zeros(1, dtype=np.int64),
                    np.array([int(columns["last"])], dtype=np.int8),
                )
                parts.append(Delta(writes=[complete]))
        return parts

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _hold(
    held: dict[str, dict[int, tuple[int, Any]]], needs: Needs, name: str, slot: int, at_ms: int, value: Any
) -> None:
    if name in needs.attributes:
        of_name = held.setdefault(name, {})
        if slot not in of_name or at_ms >= of_name[slot][0]:
            of_name[slot] = (at_ms, value)


def _column(state: StateView, name: str, values: Mapping[int, tuple[int, Any]]) -> Delta:
    """Return the writes of one attribute's columns; what state has from later stays."""
    known = state[attribute_array(name, "at_ms")]
    newer = {slot: held for slot, held in values.items() if held[0] >= known[slot]}
    index = np.fromiter(newer, np.int64, len(newer))
    numbers = [number_of(value) for _, value in newer.values()]
    hashes = [0 if value is None else value_hash(value) for _, value in newer.values()]
    days = attribute_array(name, "day")
    told = [day_number(value) for _, value in newer.values()] if state.has(days) else []
    return Delta(
        writes=[
            *([Write(days, index, np.array(told, dtype=np.int32))] if state.has(days) else []),
            Write(attribute_array(name, "text"), index, np.array(hashes, dtype=np.uint64)),
            Write(attribute_array(name, "number"), index, np.array(numbers, dtype=np.float64)),
            Write(attribute_array(name, "at_ms"), index, np.array([at for at, _ in newer.values()], dtype=np.int64)),
        ]
    )


def _traits(record: Record) -> Mapping[str, msgspec.Raw]:
    """Return the traits of an identify, each as it stands: bodies are canonical, so their parts are."""
    try:
        return _TRAITS.decode(record.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _changes(state: StateView, frame: Frame) -> Changes:
    """Return what resolves a tick's changes; who is merged in this tick brings what is known of both."""
    merged: dict[int, list[int]] = {}
    if "profile.merged" in frame:
        pairs = frame["profile.merged"]
        for kept, forwarded in zip(pairs["kept"].tolist(), pairs["forwarded"].tolist(), strict=True):
            merged.setdefault(kept, []).extend([forwarded, *merged.get(forwarded, ())])
    return Changes(state, merged)


def _told(record: Record, number: int, changes: Changes) -> Iterable[tuple[str, Known]]:
    """Yield what a message says of a person, by name, in a tick in which something depends on what is known."""
    if record.kind == TRAITS_CHANGED:
        yield from changes.resolve(record, number)
        return
    for name, value in parse_object(record.body).items():
        yield name, changes.note(number, name, Known(record.at_ms, value))
    for _, name, sealed, _, at_ms, _ in _sealed(record, number):
        yield name, changes.note(number, name, Known(at_ms, sealed, sealed=True))


def _sealed(record: Record, number: int) -> Iterable[Row]:
    """Return attribute rows of personal fields, still sealed: {"traits.phone": bytes} gives the row `phone`."""
    if not record.sealed:
        return []
    return [
        (number, path.removeprefix("traits."), sealed, 1, record.at_ms, record.actor)
        for path, sealed in unpack(record.sealed).items()
        if path.startswith("traits.")
    ]


def _consents(record: Record, slot: int, number: int) -> list[Given]:
    if b'"consents"' not in record.context:
        return []
    try:
        consents = _CONTEXT.decode(record.context).consents
    except msgspec.DecodeError:  # Not what we write: what can be read of it counts, and nothing else of it.
        said = parse_object(record.context).get("consents", [])
        consents = msgspec.convert(said, type=list[Consent], strict=False)
    return [Given(slot=slot, number=number, at_ms=_instant(each.at, record.at_ms), consent=each) for each in consents]


def _instant(at: str | int | None, otherwise_ms: int) -> int:
    """Return when a consent was given; never later than the message that brings it."""
    if at is None:
        return otherwise_ms
    if isinstance(at, int):
        return min(at, otherwise_ms)
    return min(int(datetime.fromisoformat(at).timestamp() * 1000), otherwise_ms)


def _joined(parts: Sequence[Delta]) -> Delta:
    puts: dict[str, list[Row]] = {}
    for part in parts:
        for table, rows in part.puts.items():
            puts.setdefault(table, []).extend(rows)
    return Delta(
        allocate=[spec for part in parts for spec in part.allocate],
        writes=[write for part in parts for write in part.writes],
        puts=puts,
    )
