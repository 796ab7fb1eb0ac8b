"""What people decide about who is who: two profiles are one, or two people; a merge is to be undone.

A merge that is to be undone is watched: what undoes it was computed from history, and holds only if nothing was heard
of the person since.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.contract import JOINED, KEPT_APART, UNDO_ASKED, UNDO_GIVEN_UP, UNDOS_MAX, Ruled, UndoAsked
from liftloop.identify.joining import Joining
from liftloop.identify.reading import APART, APART_SPEC, FORWARD, UNDOING, UNDOING_SPEC, Undoing, follow, undoings
from liftloop.kernel.sets import are_among
from liftloop.runtime import people
from liftloop.runtime.contract import Frame, Moment, Slots, StateView
from liftloop.storage.contract import Delta, Record, Row, Write

Offsets = NDArray[np.int64]

_RULED = msgspec.json.Decoder(Ruled)
_ASKED = msgspec.json.Decoder(UndoAsked)
_KINDS = {JOINED: "joined", KEPT_APART: "apart", UNDO_ASKED: "undo_asked", UNDO_GIVEN_UP: "undo_given_up"}
_OF_MERGES = frozenset({UNDO_ASKED, UNDO_GIVEN_UP})
_FREE = (-1, -1, -1, -1)


class Ruling(Struct, frozen=True, kw_only=True):
    """One decision with its author."""

    kind: str
    about: Ruled
    asked: UndoAsked | None
    offset: int
    actor: str

    def pair(self, state: StateView) -> tuple[int, int] | None:
        """Return the slots that it is about, None where there is no such profile."""
        first, second = people.slots(state, np.array([self.about.first, self.about.second])).tolist()
        return (first, second) if first >= 0 and second >= 0 else None


def rulings_in(frame: Frame) -> list[Ruling]:
    """Return the decisions among the facts of the system, in order."""
    system = frame.get("system")
    if system is None:
        return []
    records: Sequence[Record] = system["record"]
    offsets: list[int] = system["offset"].tolist()
    return [_ruling(record, at) for record, at in zip(records, offsets, strict=True) if record.kind in _KINDS]


def _ruling(record: Record, offset: int) -> Ruling:
    asked = _ASKED.decode(record.body) if record.kind in _OF_MERGES else None
    about = (
        Ruled(first=asked.kept, second=asked.forwarded, reason=asked.reason) if asked else _RULED.decode(record.body)
    )
    return Ruling(kind=_KINDS[record.kind], about=about, asked=asked, offset=offset, actor=record.actor)


def apart_pairs(state: StateView, heads: Slots) -> Slots:
    """Return the pairs kept apart that are about two of these people; shape [pairs, 2]."""
    if not state.has(APART) or not len(state[APART]):
        return np.zeros((0, 2), dtype=np.int64)
    pairs = state[APART]
    concerned = are_among(follow(state, pairs.reshape(-1)), heads).reshape(-1, 2)
    return pairs[concerned.all(axis=1)]


def heard_of(state: StateView, joining: Joining, slots: Slots, offsets: Offsets) -> dict[int, int]:
    """Return by cell the last offset of this step that named a person whose merge is to be undone."""
    heard: dict[int, int] = {}
    for each in undoings(state):
        head = follow(state, np.array([each.forwarded]))[0]
        of_person = offsets[slots == joining.canonical([int(head)])[0]]
        merged = [merge.offset for merge in joining.merges if head in (merge.kept, merge.forwarded)]
        if len(of_person) or merged:
            heard[each.cell] = max([*of_person.tolist(), *merged])
    return heard


def ruled(state: StateView, rulings: Sequence[Ruling], heard: Mapping[int, int], moment: Moment) -> Delta:
    """Return the delta of decisions, but for joining: rows for people to read, pairs kept apart, merges watched."""
    waiting = {each.cell: each for each in undoings(state)}
    cells = {cell: _cell(waiting[cell], offset) for cell, offset in heard.items()}
    watched = {(each.tick, each.position): cell for cell, each in waiting.items()}
    free = [cell for cell in range(UNDOS_MAX) if cell not in waiting]
    apart: list[tuple[int, int]] = []
    rows: list[Row] = []
    for ruling in rulings:
        pair, asked = ruling.pair(state), ruling.asked
        if pair is None:
            continue
        if asked is not None and ruling.kind == "undo_given_up":
            cell = watched.pop((asked.tick, asked.position), None)
            if cell is None:
                continue
            cells[cell] = _FREE
        elif asked is not None:
            if not free or (asked.tick, asked.position) in watched or not _is_merged(state, pair):
                continue
            cell = watched[asked.tick, asked.position] = free.pop(0)
            cells[cell] = (asked.tick, asked.position, pair[1], ruling.offset)
        elif ruling.kind == "apart":
            apart.append(pair)
        rows.append(_row(ruling, moment, len(rows) + 1))
    if not (cells or rows):
        return Delta()
    return _delta(state, cells, apart, rows)


def _cell(undoing: Undoing, touched: int) -> tuple[int, int, int, int]:
    return undoing.tick, undoing.position, undoing.forwarded, touched


def _is_merged(state: StateView, pair: tuple[int, int]) -> bool:
    return int(state[FORWARD][pair[1]]) == pair[0]


def _row(ruling: Ruling, moment: Moment, position: int) -> Row:
    about, asked = ruling.about, ruling.asked
    of_merge = (asked.tick, asked.position, asked.by, asked.merged_ms) if asked else (-1, -1, about.by, 0)
    return (
        moment.tick,
        position,
        ruling.kind,
        about.first,
        about.second,
        *of_merge,
        ruling.actor,
        about.reason,
        moment.now_ms,
    )


def _delta(
    state: StateView, cells: Mapping[int, tuple[int, int, int, int]], apart: Sequence[tuple[int, int]], rows: list[Row]
) -> Delta:
    writes: list[Write] = []
    if cells:
        index = np.fromiter(cells, np.int64, len(cells))
        writes.append(Write(UNDOING, index, np.array(list(cells.values()), dtype=np.int64)))
    if apart:
        before = len(state[APART]) if state.has(APART) else 0
        writes.append(Write(APART, np.arange(before, before + len(apart)), np.array(apart, dtype=np.int64)))
    return Delta(allocate=[UNDOING_SPEC, APART_SPEC], writes=writes, puts={"ruling": rows} if rows else {})
