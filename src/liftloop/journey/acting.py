"""Carries out what nodes change: the first fold of a tick, over those who came to such a node in the tick before.

What is known of people changes upstream of journeys, so a node that changes it is carried out where the next tick
begins: the person goes on in that same tick and meets what has changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import UNSET, Struct
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.journey import enrolments
from liftloop.journey.actions import (
    CHANGE_KINDS,
    AddScore,
    Change,
    Enrol,
    GivePoints,
    GiveTask,
    PutTag,
    SetTrait,
)
from liftloop.journey.contract import LEAD_SCORED, TASK_WANTED
from liftloop.journey.graph import NODES_MAX, Graph, read
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, FOR_EVER_MS, SECOND_MS
from liftloop.kernel.sets import are_among
from liftloop.kernel.words import Words
from liftloop.profile.contract import GIVEN, Given
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import Delta

WOKEN = "journey.woken"
"""Who goes on in this tick: enrolments whose time has come, those at a node that changes something among them."""
WOKEN_MAX = 25_000
"""Enrolments that one step wakes; the rest follow in the next, so that events wait for no more than these."""

Numbers = NDArray[np.int64]


class _Acting(Struct, frozen=True, kw_only=True):
    """Journey versions that change something, by the code that enrolments in them carry."""

    generation: int
    graphs: Mapping[int, Graph]
    complete: bool
    """Whether every version has its code; those published in this very tick get it later in it."""


class JourneyActs:
    """Writes `journey.woken`, and what is to change for those at a node that changes something."""

    name = "journey.acts"
    reads = frozenset[str]()
    writes = frozenset({WOKEN, GIVEN, TASK_WANTED, LEAD_SCORED})

    def __init__(self) -> None:
        self._held: _Acting | None = None

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        rows = enrolments.due(state, moment.now_ms, WOKEN_MAX)
        if not len(rows):
            return NOTHING
        given: list[Given] = []
        tasks: list[Batch] = []
        scores: list[Batch] = []
        for graph, node, mine in _standing(state, self._acting(state), rows):
            match node:
                case PutTag() | SetTrait() | GivePoints():
                    given.append(_given(state, graph, node, (mine, moment.now_ms)))
                case GiveTask():
                    tasks.append(_tasks(state, graph, node, (mine, moment.now_ms)))
                case AddScore():
                    scores.append(_scores(state, graph, node, (mine, moment.now_ms)))
                case Enrol():
                    pass  # Entering is for the steps of journeys themselves, later in this tick.
        facts = {WOKEN: Batch(len(rows), {"enrolment": rows})}
        if given:
            facts[GIVEN] = Batch(len(given), {"given": given})
        for kind, parts in ((TASK_WANTED, tasks), (LEAD_SCORED, scores)):
            if parts:
                facts[kind] = joined(parts)
        return Delta(), facts

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS

    def _acting(self, state: StateView) -> Mapping[int, Graph]:
        generation = state.definitions.generation_of("journey")
        if self._held is None or self._held.generation != generation or not self._held.complete:
            self._held = _read_acting(state, generation)
        return self._held.graphs


def woken_in(state: StateView, frame: Frame, now_ms: int) -> Numbers:
    """Return the enrolments that go on in this tick: those of `journey.woken` whom no merge has ended since."""
    if WOKEN not in frame:
        return np.zeros(0, dtype=np.int64)
    rows: Numbers = frame[WOKEN]["enrolment"]
    return rows[state[enrolments.DUE][rows] <= now_ms]


def enrolling(state: StateView, graphs: Mapping[int, Graph], rows: Numbers) -> dict[str, list[Slots]]:
    """Return whom nodes let into another journey, by that journey; `rows` are those who go on in this tick."""
    found: dict[str, list[Slots]] = {}
    for _, node, mine in _standing(state, graphs, rows):
        if isinstance(node, Enrol):
            found.setdefault(node.journey, []).append(state[enrolments.SLOT][mine])
    return found


def joined(parts: Sequence[Batch]) -> Batch:
    """Return batches of one kind as one."""
    columns: dict[str, Any] = {}
    for name in parts[0].columns:
        those = [part[name] for part in parts]
        columns[name] = Words.joined(those) if isinstance(those[0], Words) else np.concatenate(those)
    return Batch(sum(part.count for part in parts), columns)


def _read_acting(state: StateView, generation: int) -> _Acting:
    versions = [
        each
        for each in state.definitions.versions("journey")
        if any(node.get("kind") in CHANGE_KINDS for node in each.body["nodes"])
    ]
    hashes = np.array([enrolments.code_hash(each.id, each.version) for each in versions], dtype=np.uint64)
    codes = enrolments.CODES.find(state, hashes).tolist()
    graphs = {
        code: read(each.id, each.version, each.body)
        for code, each in zip(codes, versions, strict=True)
        if code != ABSENT
    }
    return _Acting(generation=generation, graphs=graphs, complete=ABSENT not in codes)


def _standing(state: StateView, graphs: Mapping[int, Graph], rows: Numbers) -> Iterator[tuple[Graph, Change, Numbers]]:
    """Yield (graph, node, enrolments) of those among `rows` who rest at a node that changes something."""
    if not graphs:
        return
    place = state[enrolments.CODE][rows].astype(np.int64) * (NODES_MAX + 1) + state[enrolments.NODE][rows]
    wanted = np.array(
        [
            code * (NODES_MAX + 1) + position
            for code, graph in graphs.items()
            for position, node in enumerate(graph.journey.nodes)
            if isinstance(node, Change)
        ],
        dtype=np.int64,
    )
    for found in wanted[are_among(wanted, place)].tolist():
        code, position = divmod(found, NODES_MAX + 1)
        node = graphs[code].node(position)
        assert isinstance(node, Change)
        yield graphs[code], node, rows[place == found]


def _given(state: StateView, graph: Graph, node: PutTag | SetTrait | GivePoints, who: tuple[Numbers, int]) -> Given:
    rows, now_ms = who
    slots = follow(state, state[enrolments.SLOT][rows])
    source = f"journey:{graph.id}/{node.id}"
    match node:
        case PutTag():
            value = None if node.take_off else _until_ms(state, node, now_ms)
            return Given(change="tag", name=node.tag, value=value, slots=slots, source=source)
        case SetTrait(add=None):
            value = None if node.set is UNSET else node.set
            return Given(change="set", name=node.trait, value=value, slots=slots, source=source)
        case SetTrait():
            return Given(change="add", name=node.trait, value=node.add, slots=slots, source=source)
        case GivePoints():
            days = node.expires_days
            until_ms = None if days is None else now_ms + round(days * DAY_MS)
            return Given(change="points", name="", value=node.points, until_ms=until_ms, slots=slots, source=source)


def _until_ms(state: StateView, node: PutTag, now_ms: int) -> int:
    """Return until when the tag is put on: as the node says, else as the tag does."""
    tag = state.definitions.live("tag").get(node.tag)
    days = node.expires_days if node.expires_days is not None else (tag.body.get("expires_days") if tag else None)
    return FOR_EVER_MS if days is None else now_ms + round(float(days) * DAY_MS)


def _about(state: StateView, graph: Graph, node: Change, who: tuple[Numbers, int]) -> dict[str, Any]:
    """Return the columns that say who, where and when."""
    rows, now_ms = who
    count = len(rows)
    return {
        "journey": Words.alike(graph.id, count),
        "version": np.full(count, graph.version, dtype=np.int64),
        "node": Words.alike(node.id, count),
        "campaign": Words.alike(graph.journey.campaign, count),
        "enrolment": rows,
        "visit": state[enrolments.VISIT][rows].astype(np.int64) - 1,
        "profile": people.numbers(state, follow(state, state[enrolments.SLOT][rows])),
        "at_ms": np.full(count, now_ms, dtype=np.int64),
    }


def _tasks(state: StateView, graph: Graph, node: GiveTask, who: tuple[Numbers, int]) -> Batch:
    count = len(who[0])
    texts = {"kind": node.sort, "title": node.title, "text": node.text, "team": node.team}
    said = {name: Words.alike(text, count) for name, text in texts.items()}
    due_ms = np.full(count, who[1] + node.due_s * SECOND_MS, dtype=np.int64)
    return Batch(count, {**_about(state, graph, node, who), **said, "due_ms": due_ms})


def _scores(state: StateView, graph: Graph, node: AddScore, who: tuple[Numbers, int]) -> Batch:
    count = len(who[0])
    points = np.full(count, node.points, dtype=np.int64)
    said = {"points": points, "reason": Words.alike(node.reason, count)}
    return Batch(count, {**_about(state, graph, node, who), **said})
