"""Remembers who came to which node of one journey while a trial goes on, and tells the ways that they took."""

from collections import Counter
from collections.abc import Mapping, Set

import numpy as np
from numpy.typing import NDArray

from liftloop.journey.enrolments import Rows
from liftloop.journey.graph import Graph, successors
from liftloop.journey.splits import Bandit, Branch, Condition, Experiment, Split
from liftloop.journey.waits import UntilDate, UntilEvent
from liftloop.runtime.contract import Slots

Numbers = NDArray[np.int64]


class Seen:
    """A `Watch` over one journey: every arrival in its order, and who was refused for which reason."""

    def __init__(self, journey: str) -> None:
        self._journey = journey
        self.now_ms = 0
        """Of the step that is being taken."""
        self.refusals: Counter[str] = Counter()
        self._people: Slots | None = None
        self._came: list[tuple[int, str, str, Rows]] = []
        self._until: dict[tuple[int, int], int] = {}
        """By enrolment and place in the order of arrivals."""

    def only(self, slots: Slots) -> None:
        """Count these people; rows of others may be empty ones."""
        self._people = slots

    def came(self, graph: Graph, position: int, enrolments: Rows, slots: Slots) -> None:
        if graph.id != self._journey:
            return
        node = graph.node(position)
        mine = enrolments if self._people is None else enrolments[np.isin(slots, self._people)]
        self._came.append((self.now_ms, node.id, str(node.__struct_config__.tag), mine.copy()))

    def refused(self, graph: Graph, slots: Slots, reason: str) -> None:
        if graph.id == self._journey:
            counted = slots if self._people is None else slots[np.isin(slots, self._people)]
            self.refusals[reason] += len(counted)

    def rest(self, row: int, until_ms: int) -> None:
        """Remember until when an enrolment stays where it last came to."""
        last = next((place for place in reversed(range(len(self._came))) if row in self._came[place][3]), -1)
        if until_ms:
            self._until.setdefault((row, last), until_ms)

    def way(self, row: int) -> list[tuple[int, str, str, int]]:
        """Return (when, node, kind, until when) of everything that an enrolment came to, in order."""
        return [
            (at_ms, node, kind, self._until.get((row, place), 0))
            for place, (at_ms, node, kind, rows) in enumerate(self._came)
            if row in rows
        ]

    def rows(self) -> Rows:
        """Return every enrolment that came to any node."""
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(rows for _, _, _, rows in self._came)]))

    def counts(self, enrolments: Set[int]) -> tuple[Mapping[str, int], Mapping[str, Mapping[str, int]]]:
        """Return how often these came to each node, and from each node to which."""
        names = list(dict.fromkeys(node for _, node, _, _ in self._came))
        place_of = {node: place for place, node in enumerate(names)}
        wanted = np.array(sorted(enrolments), dtype=np.int64)
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *(each for _, _, _, each in self._came)])
        nodes = np.concatenate(
            [np.zeros(0, dtype=np.int64), *(np.full(len(each), place_of[node]) for _, node, _, each in self._came)]
        )
        mine = np.isin(rows, wanted)
        order = np.argsort(rows[mine], kind="stable")
        rows, nodes = rows[mine][order], nodes[mine][order]
        came = np.bincount(nodes, minlength=len(names))
        follows = rows[1:] == rows[:-1]
        onward: dict[str, dict[str, int]] = {}
        pairs, counts = np.unique(np.stack([nodes[:-1][follows], nodes[1:][follows]]), axis=1, return_counts=True)
        for (before, after), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
            onward.setdefault(names[before], {})[names[after]] = count
        return dict(zip(names, came.tolist(), strict=True)), onward


def way_of(graph: Graph, identity: str, onward: str) -> str:
    """Return what led from a node to the next, in the definition's words; empty where there is but one way."""
    if identity not in graph.position or onward not in graph.position:
        return ""
    node = graph.node(graph.position[identity])
    if onward not in successors(node):
        return ""
    match node:
        case Condition(yes=yes):
            return "yes" if onward == yes else "no"
        case UntilEvent(happened=happened, timed_out=timed_out, answers=answers):
            found = next((place for place, answer in enumerate(answers) if answer.next == onward), -1)
            if found < 0 or onward in (happened, timed_out):
                return "happened" if onward == happened else "timed_out"
            return answers[found].name or str(found + 1)
        case UntilDate(passed=passed) if passed:
            return "passed" if onward == passed else "next"
        case Branch(cases=cases):
            found = next((place for place, case in enumerate(cases) if case.next == onward), -1)
            return "otherwise" if found < 0 else cases[found].name or str(found + 1)
        case Experiment(arms=arms) | Split(arms=arms) | Bandit(arms=arms):
            return next(arm.id for arm in arms if arm.next == onward)
        case _:
            return ""
