"""Who leaves a journey before its end or at it, and why; what a journey says of leaving is that of its live version."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.journey import enrolments
from liftloop.journey.graph import Graph
from liftloop.journey.happening import Happening
from liftloop.journey.known import Known
from liftloop.journey.triggers import OnAudience
from liftloop.journey.walk import Walkers
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.sets import are_among, distinct
from liftloop.kernel.words import Words
from liftloop.runtime import people
from liftloop.runtime.contract import StateView
from liftloop.storage.contract import ArraySpec, Write

CLOSED_SPEC = ArraySpec(name="journey.closed", dtype="|i1", fill=0)
"""By code: 1 once everybody who was inside at the end of the journey's validity has left."""
LEAVE_MAX = 25_000
"""Enrolments that one step lets go at the end of a journey; the rest follow in the next."""
GOAL, EXIT, OVER = "goal", "exit", "journey_over"
"""Why people leave at once: they did what the journey is for, or what it says makes them leave, or its time is over."""

Numbers = NDArray[np.int64]


class Leavers(Struct, frozen=True):
    """Enrolments that end, each with its reason; none where the person walked to the end."""

    rows: Numbers
    reasons: Words


class Leaving(Struct, frozen=True, kw_only=True):
    """Who leaves at once in this step, and what that changes."""

    leavers: Leavers
    closed: tuple[int, ...]
    """Codes of journeys whose time is over and whom everybody has left."""

    def writes(self) -> list[Write]:
        rows = self.leavers.rows
        codes = np.array(self.closed, dtype=np.int64)
        return [
            Write(enrolments.INSIDE, rows, np.full(len(rows), enrolments.DONE, dtype=np.int8)),
            Write(enrolments.DUE, rows, np.full(len(rows), FAR_FUTURE_MS, dtype=np.int64)),
            *([Write(CLOSED_SPEC.name, codes, np.ones(len(codes), dtype=np.int8))] if self.closed else []),
        ]

    def specs(self) -> list[ArraySpec]:
        return [CLOSED_SPEC] if self.closed else []


def leaving_now(state: StateView, known: Known, happening: Happening, now_ms: int) -> Leaving:
    """Return who leaves by goal, exit, or the end of their journey; each once, by the first of these."""
    parts: list[tuple[str, Numbers]] = []
    for _, graph in known.entered():
        goal = graph.journey.goal_event
        if goal:
            parts.append((GOAL, _inside(state, graph, happening.did(goal, (), fresh=False))))
        for way in graph.journey.exits:
            who = (
                happening.changed(way, fresh=False)
                if isinstance(way, OnAudience)
                else happening.did(way.name, way.where, fresh=False)
            )
            parts.append((EXIT, _inside(state, graph, who)))
    closed: list[int] = []
    for code, graph in _over(state, known):
        if graph.journey.validity is not None and graph.journey.validity.until_ms <= now_ms:
            rows = _everybody(state, known, graph)
            parts.append((OVER, rows[:LEAVE_MAX]))
            closed += [code] if len(rows) <= LEAVE_MAX else []
    found = [Leavers(np.zeros(0, dtype=np.int64), Words.alike("", 0))]
    for reason, rows in parts:
        gone = np.concatenate([each.rows for each in found])
        fresh = rows[~are_among(rows, gone)] if len(rows) else rows
        found.append(Leavers(fresh, Words.alike(reason, len(fresh))))
    return Leaving(leavers=together(found), closed=tuple(closed))


def next_end_ms(state: StateView, known: Known) -> int:
    """Return when the next journey ends that everybody then leaves."""
    ends = [graph.journey.validity.until_ms for _, graph in _over(state, known) if graph.journey.validity is not None]
    return min([FAR_FUTURE_MS, *ends])


def at_the_end(walkers: Walkers, opened_late: Numbers) -> Leavers:
    """Return who has walked out in this step; `opened_late` stood at the entry of a journey that never opened."""
    outside = walkers.inside != enrolments.STAYS
    marks, places = np.unique(walkers.inside[outside], return_inverse=True)
    reasons = Words([enrolments.LEFT_REASON.get(mark, "") for mark in marks.tolist()], places.astype(np.int32))
    retired = Leavers(opened_late, Words.alike(enrolments.LEFT_REASON[enrolments.CLOSED], len(opened_late)))
    return together([retired, Leavers(walkers.rows[outside], reasons)])


def ceding(rows: Numbers) -> Leavers:
    """Return those whose rows the merge has written already."""
    return Leavers(rows, Words.alike(enrolments.LEFT_REASON[enrolments.CEDED], len(rows)))


def together(parts: Sequence[Leavers]) -> Leavers:
    return Leavers(np.concatenate([part.rows for part in parts]), Words.joined(part.reasons for part in parts))


def _inside(state: StateView, graph: Graph, slots: Numbers) -> Numbers:
    if not len(slots):
        return slots
    return enrolments.inside(state, people.numbers(state, distinct(slots)), graph.id)


def _over(state: StateView, known: Known) -> list[tuple[int, Graph]]:
    """Return journeys that everybody leaves at the end of their validity, and that have not been left yet."""
    closed = state[CLOSED_SPEC.name] if state.has(CLOSED_SPEC.name) else np.zeros(0, dtype=np.int8)
    return [
        (code, graph)
        for code, graph in known.entered()
        if graph.journey.validity is not None
        and graph.journey.validity.then == "leave"
        and not (code < len(closed) and closed[code])
    ]


def _everybody(state: StateView, known: Known, graph: Graph) -> Numbers:
    """Return all open enrolments of a journey, in any version."""
    codes = [code for code, other in known.graphs.items() if other.id == graph.id]
    if not enrolments.count(state):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero((state[enrolments.INSIDE] == enrolments.STAYS) & np.isin(state[enrolments.CODE], codes))
