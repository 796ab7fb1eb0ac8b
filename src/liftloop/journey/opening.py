"""What becomes of people who came to a journey while it waited for its history: they walk once it is switched on."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.journey import enrolments
from liftloop.journey.entry import carried_over
from liftloop.journey.graph import Graph
from liftloop.journey.walk import Walkers, standing_at_entry
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.sets import are_among
from liftloop.runtime.contract import StateView
from liftloop.storage.contract import ArraySpec, Row, Update, Write

OPENED = "journey.opened"
"""By code: 1 once the version lets people walk."""
OPENED_SPEC = ArraySpec(name=OPENED, dtype="|i1", fill=0)

Numbers = NDArray[np.int64]


class Codes(Struct, frozen=True, kw_only=True):
    """Journey versions by code, with what the catalog says of them."""

    graphs: Sequence[tuple[int, Graph]]
    live: tuple[int, ...]
    waiting: tuple[int, ...]
    """First versions that wait for their history."""


class Opening(Struct, frozen=True, kw_only=True):
    """Versions that open or close in this step."""

    codes: tuple[int, ...] = ()
    walkers: Walkers
    """Who stood at an entry and walks now, in the version that is live."""
    moved: Sequence[tuple[int, int]] = ()
    """(enrolment, version) of those who stood at the entry of another version than the one that they walk."""
    closed: Numbers
    """Who stood at the entry of a version that was retired before it opened."""

    def writes(self) -> list[Write]:
        if not self.codes:
            return []
        index = np.array(self.codes, dtype=np.int64)
        ended = np.full(len(self.closed), FAR_FUTURE_MS, dtype=np.int64)
        return [
            Write(OPENED, index, np.ones(len(index), dtype=np.int8)),
            Write(enrolments.DUE, self.closed, ended),
            Write(enrolments.INSIDE, self.closed, np.full(len(self.closed), enrolments.CLOSED, dtype=np.int8)),
        ]

    def updates(self) -> list[Update]:
        rows: list[Row] = [(version, row) for row, version in self.moved]
        return [Update(table="enrolment", columns=("version",), rows=rows)] if rows else []


def opening_of(state: StateView, codes: Codes, left: Numbers) -> Opening:
    """Return what opens now; `left` have just reached the goal and walk no more."""
    unopened = [(code, graph) for code, graph in codes.graphs if not _is_open(state, code)]
    held = {graph.id for code, graph in unopened if code in codes.waiting}
    due = [(code, graph) for code, graph in unopened if graph.id not in held]
    if not due:
        return Opening(walkers=standing_at_entry(state, left[:0], 0), closed=left[:0])
    live_code = {graph.id: code for code, graph in codes.graphs if code in codes.live}
    rows = enrolments.standing(state)
    rows = rows[~are_among(rows, left)]
    standing_in = state[enrolments.CODE][rows] if len(rows) else rows
    walkers = standing_at_entry(state, rows[:0], 0)
    moved: list[tuple[int, int]] = []
    closed = [rows[:0]]
    graphs = dict(codes.graphs)
    for code, graph in due:
        mine = rows[standing_in == code]
        if graph.id not in live_code:
            closed.append(mine)
            continue
        onward = live_code[graph.id]
        entering = standing_at_entry(state, mine, onward)
        entering.passed[:] = carried_over(graph.journey, graphs[onward].journey, entering.passed)
        walkers = walkers.and_also(entering)
        if onward != code:
            moved += [(row, graphs[onward].version) for row in mine.tolist()]
    return Opening(codes=tuple(code for code, _ in due), walkers=walkers, moved=moved, closed=np.concatenate(closed))


def _is_open(state: StateView, code: int) -> bool:
    return state.has(OPENED) and code < len(state[OPENED]) and bool(state[OPENED][code])
