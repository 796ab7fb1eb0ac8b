"""What a new version does to people inside earlier ones: they finish those, move over, or leave, as it says.

Whoever moves stands at the node of the same name, else where `moves` sends its name, else leaves. A wait counts from
when it began, with the new length; every other node begins anew.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.journey import enrolments
from liftloop.journey.entry import carried_over
from liftloop.journey.graph import Graph
from liftloop.journey.known import Known
from liftloop.journey.leaving import Leavers
from liftloop.journey.waits import Wait
from liftloop.journey.walk import Walkers, standing_at_entry, waking
from liftloop.kernel.clock import FAR_FUTURE_MS, SECOND_MS
from liftloop.kernel.sets import are_among
from liftloop.kernel.words import Words
from liftloop.runtime.contract import StateView
from liftloop.storage.contract import ArraySpec, Row, Update, Write

TURNED = ArraySpec(name="journey.turned", dtype="<i8", fill=0)
"""By code: 0 until a version has dealt with the people inside earlier ones, then 1 and how many moved to it."""
TURN_MAX = 25_000
"""Enrolments that one step moves or lets go; the rest follow in the next."""
CHANGED = "journey_changed"
"""Why people leave when a version says that they do, or has no place for them."""

Numbers = NDArray[np.int64]


class Turning(Struct, frozen=True, kw_only=True):
    """What new versions do to people inside earlier ones in this step."""

    walkers: Walkers
    """Who stands at a node of the new version and goes on from it."""
    resting: Walkers
    """Who goes on waiting there."""
    leavers: Leavers
    moved: Sequence[tuple[int, int]]
    """(enrolment, version)."""
    writes: Sequence[Write]

    def updates(self) -> list[Update]:
        rows: list[Row] = [(version, row) for row, version in self.moved]
        return [Update(table="enrolment", columns=("version",), rows=rows)] if rows else []

    def specs(self) -> list[ArraySpec]:
        return [TURNED] if self.writes else []


def next_turn_ms(state: StateView, known: Known) -> int:
    """Return 0, which is at once, where some version has not dealt with everybody yet."""
    return 0 if _unturned(state, known) else FAR_FUTURE_MS


def turning_of(state: StateView, known: Known, busy: Numbers, now_ms: int) -> Turning:
    """Return what becomes of people inside earlier versions; those `busy` in this step are dealt with in the next."""
    nobody = standing_at_entry(state, np.zeros(0, dtype=np.int64), 0)
    walking, resting = nobody, nobody
    gone: list[Numbers] = [nobody.rows]
    moved: list[tuple[int, int]] = []
    writes: list[Write] = []
    for code, graph in _unturned(state, known):
        rows = _inside_earlier(state, known, code)
        rows, left_over = rows[:TURN_MAX], len(rows) > TURN_MAX
        mine = rows[~are_among(rows, busy)]
        walkers, stays, leaves = _placed(state, known, (code, graph), mine, now_ms)
        gone.append(leaves)
        walking = walking.and_also(walkers)
        resting = resting.and_also(stays)
        moved += [(row, graph.version) for row in np.concatenate([walkers.rows, stays.rows]).tolist()]
        kept = state[TURNED.name] if state.has(TURNED.name) else np.zeros(0, dtype=np.int64)
        so_far = max(int(-kept[code]) if code < len(kept) else 0, 0) + len(walkers.rows) + len(stays.rows)
        done = not left_over and len(mine) == len(rows)
        writes.append(Write(TURNED.name, np.array([code]), np.array([1 + so_far if done else -so_far])))
    rows = np.concatenate(gone)
    return Turning(
        walkers=walking,
        resting=resting,
        leavers=Leavers(rows, Words.alike(CHANGED, len(rows))),
        moved=moved,
        writes=[*writes, *_ended(rows)],
    )


def moved_in(state: StateView, code: int) -> int:
    """Return how many people moved to a version from earlier ones."""
    if not state.has(TURNED.name) or code >= len(state[TURNED.name]):
        return 0
    count = int(state[TURNED.name][code])
    return count - 1 if count > 0 else -count


def _unturned(state: StateView, known: Known) -> list[tuple[int, Graph]]:
    turned = state[TURNED.name] if state.has(TURNED.name) else np.zeros(0, dtype=np.int64)
    return [
        (code, known.graphs[code])
        for code in known.live
        if known.graphs[code].journey.inside != "finish" and not (code < len(turned) and turned[code] > 0)
    ]


def _inside_earlier(state: StateView, known: Known, code: int) -> Numbers:
    """Return who waits inside an earlier version; who stands at the entry of one that never opened does not."""
    live = known.graphs[code]
    earlier = [other for other, graph in known.graphs.items() if graph.id == live.id and graph.version < live.version]
    if not earlier or not enrolments.count(state):
        return np.zeros(0, dtype=np.int64)
    waits = (state[enrolments.INSIDE] == enrolments.STAYS) & (state[enrolments.DUE] != FAR_FUTURE_MS)
    return np.flatnonzero(waits & np.isin(state[enrolments.CODE], earlier))


def _placed(
    state: StateView, known: Known, to: tuple[int, Graph], rows: Numbers, now_ms: int
) -> tuple[Walkers, Walkers, Numbers]:
    """Return who goes on from a node of the new version, who waits at one, and who has no place in it."""
    code, graph = to
    walkers = waking(state, rows)
    goes, leaves = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
    place = walkers.codes.astype(np.int64) << 32 | walkers.nodes
    for found in np.unique(place).tolist():
        group = np.flatnonzero(place == found)
        before = known.graphs[found >> 32].node(found & 0xFFFFFFFF)
        onward = before.id if before.id in graph.position else graph.journey.moves.get(before.id, "")
        if graph.journey.inside == "leave" or onward not in graph.position:
            leaves[group] = True
            continue
        position = graph.position[onward]
        node = graph.node(position)
        walkers.nodes[group] = position
        walkers.passed[group] = carried_over(known.graphs[found >> 32].journey, graph.journey, walkers.passed[group])
        if isinstance(before, Wait) and isinstance(node, Wait):
            longer_ms = (node.duration_s - before.duration_s) * SECOND_MS
            walkers.due_ms[group] = np.maximum(walkers.due_ms[group] + longer_ms, now_ms)
        else:
            goes[group] = True
    walkers.codes[:] = code
    walkers.due_ms[goes] = FAR_FUTURE_MS
    return walkers.of(goes), walkers.of(~goes & ~leaves), rows[leaves]


def _ended(rows: Numbers) -> list[Write]:
    return [
        Write(enrolments.INSIDE, rows, np.full(len(rows), enrolments.DONE, dtype=np.int8)),
        Write(enrolments.DUE, rows, np.full(len(rows), FAR_FUTURE_MS, dtype=np.int64)),
    ]
