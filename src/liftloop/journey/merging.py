"""What a merge does to enrolments: a person is in a journey at most once, so the first enrolment stays.

An enrolment keeps its id, its messages keep their keys. The one that cedes leaves, and what it still has in the outbox
is not handed over, also where it had come to its end. First means: the one whose messages came furthest, so that none
is sent again; among equals the one that entered first.
"""

from collections.abc import Iterable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.journey.enrolments import (
    BESIDE,
    CEDED,
    CEDED_TO,
    DUE,
    INSIDE,
    LATEST,
    STAYS,
    beside,
    count,
    person_keys,
    reached,
)
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.dice import Hashes
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Definition, Frame, Moment, Slots, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import Delta, Row, Update, Write

Rows = NDArray[np.int64]


class _Settled(Struct, frozen=True, kw_only=True):
    """One journey's merges: the enrolment that stays by person, and those that cede to it."""

    keys: Hashes
    stays: Rows
    ceded: Rows
    heirs: Rows
    """To which enrolment each of `ceded` cedes."""


class JourneyMerges:
    """Reads `merge`; writes `journey.ceded`: the open enrolments that leave because the person is in another."""

    name = "journey.merges"
    reads = frozenset({"merge"})
    writes = frozenset({"journey.ceded"})

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "merge" not in frame or not count(state):
            return NOTHING
        kept, forwarded = frame["merge"]["kept"], frame["merge"]["forwarded"]
        newest = {each.id: each.body for each in _by_version(state)}
        several = {journey for journey, body in newest.items() if body.get("concurrent_max", 1) > 1}
        chained = [_chained(state, journey, kept, forwarded) for journey in several]
        settled = [
            _settled(state, journey, (kept, forwarded), again=body.get("reentry", "never") != "never")
            for journey, body in newest.items()
            if journey not in several
        ]
        settled += [each for each, _ in chained]
        keys = np.concatenate([each.keys for each in settled])
        if not len(keys):
            return NOTHING
        ceded = np.concatenate([each.ceded for each in settled])
        stays = np.concatenate([each.stays for each in settled])
        put = LATEST.put(state, keys, stays)
        left = ceded[state[INSIDE][ceded] == STAYS]
        writes = [
            *put.writes,
            Write(INSIDE, ceded, np.full(len(ceded), CEDED, dtype=np.int8)),
            Write(DUE, ceded, np.full(len(ceded), FAR_FUTURE_MS, dtype=np.int64)),
            Write(CEDED_TO.name, stays, np.full(len(stays), -1, dtype=np.int64)),
            Write(CEDED_TO.name, ceded, np.concatenate([each.heirs for each in settled])),
            *[write for _, writes in chained for write in writes],
        ]
        rows: list[Row] = [("left", "merged_into_another", moment.now_ms, row) for row in left.tolist()]
        columns = ("state", "reason", "changed_ms")
        updates = [Update(table="enrolment", columns=columns, rows=rows)] if rows else []
        besides = [BESIDE] if several else []
        delta = Delta(allocate=[*put.allocate, CEDED_TO, *besides], writes=writes, updates=updates)
        return delta, {"journey.ceded": Batch(len(left), {"enrolment": left})}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _by_version(state: StateView) -> Iterable[Definition]:
    """Return all versions of journeys, later ones later."""
    return sorted(state.definitions.versions("journey"), key=lambda each: each.version)


def _settled(state: StateView, journey: str, merged: tuple[Slots, Slots], *, again: bool) -> _Settled:
    kept, forwarded = (people.numbers(state, slots) for slots in merged)
    theirs = LATEST.find(state, person_keys(forwarded, journey))
    own = LATEST.find(state, person_keys(kept, journey))
    rows_of: dict[int, set[int]] = {}
    for heir, row, of_heir in zip(kept.tolist(), theirs.tolist(), own.tolist(), strict=True):
        if row != ABSENT:
            rows_of.setdefault(heir, set()).update({row} if of_heir == ABSENT else {row, of_heir})
    stays: list[int] = []
    ceded: list[int] = []
    ceded_to: list[int] = []
    for rows in rows_of.values():
        staying, ceding = _first_stays(state, np.array(sorted(rows)), again=again)
        stays.append(staying)
        ceded += ceding
        ceded_to += [staying] * len(ceding)
    return _Settled(
        keys=person_keys(np.fromiter(rows_of, np.int64, len(rows_of)), journey),
        stays=np.array(stays, dtype=np.int64),
        ceded=np.array(ceded, dtype=np.int64),
        heirs=np.array(ceded_to, dtype=np.int64),
    )


def _chained(state: StateView, journey: str, kept: Slots, forwarded: Slots) -> tuple[_Settled, list[Write]]:
    """Return one journey's merges where a person may be inside several times: nobody cedes, all are the one person's.

    There may be more of them than the journey allows for; the person then enters no more until some have left.
    """
    keys, theirs_keys = (person_keys(people.numbers(state, slots), journey) for slots in (kept, forwarded))
    head: dict[np.uint64, int] = {}
    tails: dict[int, int] = {}
    for key, own, theirs in zip(keys, LATEST.find(state, keys), LATEST.find(state, theirs_keys), strict=True):
        before = head.get(key, int(own))
        if theirs == ABSENT:
            continue
        head[key] = int(theirs) if before == ABSENT else before
        last = before
        while last != ABSENT and (further := tails.get(last, int(beside(state, np.array([last]))[0]))) != ABSENT:
            last = further
        if last != ABSENT:
            tails[last] = int(theirs)
    nobody = np.zeros(0, dtype=np.int64)
    settled = _Settled(
        keys=np.array(list(head), dtype=np.uint64),
        stays=np.fromiter(head.values(), np.int64, len(head)),
        ceded=nobody,
        heirs=nobody,
    )
    rows = np.fromiter(tails, np.int64, len(tails))
    return settled, [Write(BESIDE.name, rows, np.fromiter(tails.values(), np.int64, len(tails)))]


def _first_stays(state: StateView, rows: Rows, *, again: bool) -> tuple[int, list[int]]:
    """Return the enrolment of one person that stays, and the others, which cede."""
    is_open = state[INSIDE][rows] == STAYS
    candidates = rows[is_open] if again and is_open.any() else rows
    if again and not is_open.any():
        best = int(candidates[-1])
    else:
        best = int(candidates[np.lexsort((candidates, -reached(state, candidates)))[0]])
    return best, rows[rows != best].tolist()
