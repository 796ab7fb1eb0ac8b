"""Looks on while people come to journeys and walk: what a trial shows of a copy. Nothing that happens depends on it."""

from typing import Protocol

from liftloop.journey.enrolments import Rows
from liftloop.journey.graph import Graph
from liftloop.runtime.contract import Slots


class Watch(Protocol):
    """Is told of every step as it is taken."""

    def came(self, graph: Graph, position: int, enrolments: Rows, slots: Slots) -> None:
        """People have come to a node of a journey version; the two arrays are parallel."""
        ...

    def refused(self, graph: Graph, slots: Slots, reason: str) -> None:
        """People whom a trigger called may not enter; the reason is one of `REFUSALS`."""
        ...


class NobodyWatches:
    """Takes no notice."""

    def came(self, graph: Graph, position: int, enrolments: Rows, slots: Slots) -> None: ...

    def refused(self, graph: Graph, slots: Slots, reason: str) -> None: ...


NOT_RUNNING, BEEN_INSIDE, EXIT_HOLDS, FULL_TODAY = "not_running", "been_inside", "exit_holds", "full_today"
REFUSALS = (NOT_RUNNING, BEEN_INSIDE, EXIT_HOLDS, FULL_TODAY)
"""Outside the journey's validity; its rule of re-entry; an audience of its exits holds them; enough entered today."""
