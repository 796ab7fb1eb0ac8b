"""What the end of a merge does to enrolments: each returns to the identity that entered; what had ceded stays ended."""

import numpy as np

from liftloop.identify.reading import follow
from liftloop.journey.enrolments import (
    BESIDE,
    CODE,
    CODES,
    INSIDE,
    LATEST,
    SLOT,
    STAYS,
    Rows,
    code_hash,
    count,
    person_keys,
)
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Frame, Moment, Slots, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import Delta, Write


class JourneySeparation:
    """Reads `separation`: finds each of the two in journeys by their own enrolments only."""

    name = "journey.separation"
    reads = frozenset({"separation"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "separation" not in frame or not count(state):
            return NOTHING
        heads: Slots = np.concatenate([frame["separation"]["kept"], frame["separation"]["forwarded"]])
        numbers = people.numbers(state, heads)
        owners = follow(state, state[SLOT])
        codes = _codes(state)
        keys: list[np.uint64] = []
        latest: list[int] = []
        chains: list[Write] = []
        for head, number in zip(heads.tolist(), numbers, strict=True):
            mine = np.flatnonzero(owners == head)
            for journey, of_journey in codes.items():
                key = person_keys(np.array([number]), journey)
                own = _latest(state, mine[np.isin(state[CODE][mine], of_journey)])
                if own != int(LATEST.find(state, key)[0]):
                    keys.append(key[0])
                    latest.append(own)
                if state.has(BESIDE.name):
                    chains += _chain(state, mine[np.isin(state[CODE][mine], of_journey)])
        put = LATEST.put(state, np.array(keys, dtype=np.uint64), np.array(latest, dtype=np.int64))
        return Delta(allocate=put.allocate, writes=[*put.writes, *chains]), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _codes(state: StateView) -> dict[str, list[int]]:
    """Return the codes that enrolments in any version of a journey carry, by journey."""
    found: dict[str, list[int]] = {}
    for each in state.definitions.versions("journey"):
        hashed = np.array([code_hash(each.id, each.version)], dtype=np.uint64)
        found.setdefault(each.id, []).append(int(CODES.find(state, hashed)[0]))
    return found


def _chain(state: StateView, rows: Rows) -> list[Write]:
    """Return the writes after which a person's open enrolments in one journey lead to each other alone."""
    still_open = rows[state[INSIDE][rows] == STAYS]
    others = np.full(len(rows), ABSENT, dtype=np.int64)
    others[np.isin(rows, still_open[1:])] = still_open[:-1]
    return [Write(BESIDE.name, rows, others)]


def _latest(state: StateView, rows: Rows) -> int:
    """Return the enrolment that a person's next word is about: the open one, else the last; ABSENT where none is."""
    still_open = rows[state[INSIDE][rows] == STAYS]
    return int((still_open if len(still_open) else rows).max(initial=ABSENT))
