"""Who of those whom a trigger calls may enter now: when the journey runs, who may come again, and how many a day."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from liftloop.audience.reading import is_member
from liftloop.identify.reading import follow
from liftloop.journey import enrolments
from liftloop.journey.contract import Validity
from liftloop.journey.graph import Graph
from liftloop.journey.triggers import OnAudience
from liftloop.journey.watching import BEEN_INSIDE, EXIT_HOLDS, FULL_TODAY, NOT_RUNNING, Watch
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftloop.kernel.sets import distinct
from liftloop.runtime import people
from liftloop.runtime.contract import Slots, StateView
from liftloop.storage.contract import ArraySpec, Write

ADMITTED_DAY = ArraySpec(name="journey.admitted.day", dtype="<i4", fill=0)
ADMITTED = ArraySpec(name="journey.admitted.count", dtype="<i8", fill=0)
"""By code: how many entered on which of the shop's days, counted where the journey has a limit."""
_SHOP_OFFSET_MS = 8 * HOUR_MS


class Admission:
    """One step's entries: whoever was let in counts for who comes after them."""

    def __init__(self, state: StateView, graphs: Mapping[int, Graph], now_ms: int, watch: Watch) -> None:
        self._state = state
        self._graphs = graphs
        self._watch = watch
        self.now_ms = now_ms
        self._day = (now_ms + _SHOP_OFFSET_MS) // DAY_MS
        self._admitted: dict[int, int] = {}
        self.entries: dict[int, Slots] = {}
        """Who enters which journey code."""
        self.brought: dict[int, dict[int, bytes]] = {}
        """With which properties, by code and slot; of those who came with any."""

    def call(self, code: int, slots: Slots, bodies: Sequence[bytes] = ()) -> None:
        """Let in who of these may enter, each once, merged people under the profile that was kept.

        `bodies` are the properties with which each came; of several of one person the first counts.
        """
        for slot, body in zip(follow(self._state, slots[: len(bodies)]).tolist(), bodies, strict=True):
            self.brought.setdefault(code, {}).setdefault(slot, body)
        graph = self._graphs[code]
        journey = graph.journey
        slots = distinct(follow(self._state, slots[slots >= 0]))
        if not runs(journey.validity, self.now_ms):
            self._watch.refused(graph, slots, NOT_RUNNING)
            return
        slots = self._of(graph, slots, _may_enter(self._state, slots, graph, self.now_ms), BEEN_INSIDE)
        for way in journey.exits:
            if isinstance(way, OnAudience):
                outside = is_member(self._state, way.audience, slots) == (way.change == "left")
                slots = self._of(graph, slots, outside, EXIT_HOLDS)
        if journey.entries_per_day:
            left = max(journey.entries_per_day - self._today(graph.id), 0)
            slots = self._of(graph, slots, np.arange(len(slots)) < left, FULL_TODAY)
            self._admitted[code] = self._admitted.get(code, 0) + len(slots)
        known = self.entries.get(code)
        self.entries[code] = slots if known is None else distinct(np.concatenate([known, slots]))

    def writes(self) -> list[Write]:
        """Return the writes that remember how many were let in today."""
        codes = np.array([code for code, count in self._admitted.items() if count], dtype=np.int64)
        if not len(codes):
            return []
        counts = [self._kept(code) + self._admitted[code] for code in codes.tolist()]
        return [
            Write(ADMITTED_DAY.name, codes, np.full(len(codes), self._day, dtype=np.int32)),
            Write(ADMITTED.name, codes, np.array(counts, dtype=np.int64)),
        ]

    def specs(self) -> list[ArraySpec]:
        return [ADMITTED_DAY, ADMITTED] if any(self._admitted.values()) else []

    def _of(self, graph: Graph, slots: Slots, may: NDArray[np.bool_], reason: str) -> Slots:
        """Return those who may, and tell of the others."""
        if not may.all():
            self._watch.refused(graph, slots[~may], reason)
        return slots[may]

    def _today(self, journey: str) -> int:
        """Return how many entered a journey today, in any version."""
        codes = [code for code, graph in self._graphs.items() if graph.id == journey]
        return sum(self._kept(code) + self._admitted.get(code, 0) for code in codes)

    def _kept(self, code: int) -> int:
        if not self._state.has(ADMITTED.name) or code >= len(self._state[ADMITTED.name]):
            return 0
        return int(self._state[ADMITTED.name][code]) if self._state[ADMITTED_DAY.name][code] == self._day else 0


def runs(validity: Validity | None, now_ms: int) -> bool:
    """Return whether a journey takes people in at an instant."""
    if validity is None:
        return True
    minute = (now_ms + _SHOP_OFFSET_MS) % DAY_MS // MINUTE_MS
    first, last = validity.from_minute, validity.until_minute
    within = first <= minute < last if first < last else minute >= first or minute < last
    return within and validity.from_ms <= now_ms < validity.until_ms


def _may_enter(state: StateView, slots: Slots, graph: Graph, now_ms: int) -> NDArray[np.bool_]:
    numbers = people.numbers(state, slots)
    journey = graph.journey
    match journey.reentry:
        case "never":
            return enrolments.latest(state, numbers, graph.id) == enrolments.NONE
        case "after_leaving":
            return enrolments.times_inside(state, numbers, graph.id) == 0
        case "after_days":
            long_ago = enrolments.entered_ms(state, numbers, graph.id) + round(journey.reentry_days * DAY_MS) <= now_ms
            return (enrolments.times_inside(state, numbers, graph.id) == 0) & long_ago
        case "always":
            return enrolments.times_inside(state, numbers, graph.id) < journey.concurrent_max
