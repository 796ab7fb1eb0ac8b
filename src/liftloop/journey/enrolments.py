"""Where people stand in journeys: one row an enrolment in arrays of its own, and an index from person to enrolment."""

import numpy as np
from numpy.typing import NDArray

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.dice import Hashes, hash_text, mix
from liftloop.kernel.sets import distinct
from liftloop.runtime.contract import StateView
from liftloop.runtime.hash_index import ABSENT, HashIndex
from liftloop.storage.contract import ArraySpec, Delta

SLOT = "journey.enrolment.slot"
CODE = "journey.enrolment.code"
NODE = "journey.enrolment.node"
DUE = "journey.enrolment.due_ms"
VISIT = "journey.enrolment.visit"
INSIDE = "journey.enrolment.inside"
REACHED = "journey.enrolment.reached"
"""The furthest visit of which a message may have arrived, counted from 1; 0 while there is none."""
REACHED_MAX = 127
"""Beyond it visits count as equally far."""
CEDED_TO = ArraySpec(name="journey.enrolment.ceded_to", dtype="<i8", fill=-1)
"""The enrolment to which one ceded; made with the first that does."""
NONE = ABSENT
ENTERED = ArraySpec(name="journey.enrolment.entered_ms", dtype="<i8", fill=0)
"""When people entered; 0 for those who did before it was kept."""
PASSED = ArraySpec(name="journey.enrolment.passed", dtype="<u8", fill=0)
"""What `journey.entry` answered of how people entered, a bit a question; made with the first that is asked any."""
BESIDE = ArraySpec(name="journey.enrolment.beside", dtype="<i8", fill=NONE)
"""The open enrolment of the same person beside which one entered, where a journey allows for several at a time."""
SPECS = (
    ArraySpec(name=SLOT, dtype="<i8", fill=-1),
    ArraySpec(name=CODE, dtype="<i4", fill=-1),
    ArraySpec(name=NODE, dtype="<i4", fill=-1),
    ArraySpec(name=DUE, dtype="<i8", fill=FAR_FUTURE_MS),
    ArraySpec(name=VISIT, dtype="<i4", fill=0),
    ArraySpec(name=INSIDE, dtype="|i1", fill=0),
    ArraySpec(name=REACHED, dtype="|i1", fill=0),
)
DONE, STAYS, CEDED, ORPHANED, CLOSED, STAYED = 0, 1, 2, 3, 4, 5
"""What `INSIDE` holds: one who walked to the end or reached the goal, one who is inside, and three ends before it."""
LEFT_REASON = {
    CEDED: "merged_into_another",
    ORPHANED: "campaign_retired",
    CLOSED: "journey_retired",
    STAYED: "journey_over",
}
"""Why somebody left before the end: the person is in the journey by another enrolment, which stays; the campaign whose
action was to be carried out is no more; the journey was retired before it let anybody walk."""
CODES = HashIndex(name="journey.code")
"""Journey and version to the code that enrolments carry."""
LATEST = HashIndex(name="journey.latest")
"""(person, journey) to the person's latest enrolment in any version."""

Rows = NDArray[np.int64]


def code_hash(journey: str, version: int) -> int:
    return hash_text("journey", journey, str(version))


def person_keys(numbers: NDArray[np.int64], journey: str) -> Hashes:
    """Return the keys of `LATEST` for profile numbers in one journey; shape [len(numbers)]."""
    keys = mix(numbers.astype(np.uint64), hash_text("enrolment", journey))
    keys[keys == 0] = 1
    return keys


def count(state: StateView) -> int:
    """Return how many enrolments there ever were."""
    return len(state[SLOT]) if state.has(SLOT) else 0


def due(state: StateView, now_ms: int, rows_max: int) -> Rows:
    """Return enrolments whose time has come, at most `rows_max`, in the order in which they entered."""
    if not count(state):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(state[DUE] <= now_ms)[:rows_max]


def latest(state: StateView, numbers: NDArray[np.int64], journey: str) -> Rows:
    """Return the latest enrolment of each person in one journey, NONE where there never was one."""
    return LATEST.find(state, person_keys(numbers, journey))


def entered_ms(state: StateView, numbers: NDArray[np.int64], journey: str) -> NDArray[np.int64]:
    """Return when each person entered last, as far as it was kept; 0 where it was not."""
    return _kept(state, ENTERED, latest(state, numbers, journey), 0)


def since_ms(state: StateView, rows: Rows, now_ms: int) -> NDArray[np.int64]:
    """Return when each enrolment began, as far as it was kept; now for those that begin now."""
    return _kept(state, ENTERED, rows, now_ms)


def times_inside(state: StateView, numbers: NDArray[np.int64], journey: str) -> NDArray[np.int64]:
    """Return how often each person is inside a journey now; shape [len(numbers)]."""
    times = np.zeros(len(numbers), dtype=np.int64)
    if not count(state):
        return times
    rows = latest(state, numbers, journey)
    while (rows != NONE).any():
        times += (rows != NONE) & (state[INSIDE][np.maximum(rows, 0)] == STAYS)
        rows = beside(state, rows)
    return times


def inside(state: StateView, numbers: NDArray[np.int64], journey: str) -> Rows:
    """Return the open enrolments of these people in one journey."""
    if not count(state):
        return np.zeros(0, dtype=np.int64)
    found: list[Rows] = []
    rows = distinct(latest(state, numbers, journey))
    while len(rows := rows[rows != NONE]):
        found.append(rows[state[INSIDE][rows] == STAYS])
        rows = distinct(beside(state, rows))
    return distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def beside(state: StateView, rows: Rows) -> Rows:
    """Return beside which open enrolment of the same person each one entered, NONE where there was none."""
    return _kept(state, BESIDE, rows, NONE)


def still_open(state: StateView, rows: Rows) -> Rows:
    """Return each row where it is open, else the next one beside which it entered that is; NONE for none."""
    if not count(state):
        return rows
    while (closed := (rows != NONE) & (state[INSIDE][np.maximum(rows, 0)] != STAYS)).any():
        rows = np.where(closed, beside(state, rows), rows)
    return rows


def passed(state: StateView, rows: Rows) -> NDArray[np.uint64]:
    """Return what was answered of how people entered; 0 for those of whom nothing was asked."""
    found = np.zeros(len(rows), dtype=np.uint64)
    if state.has(PASSED.name):
        kept = state[PASSED.name]
        known = (rows >= 0) & (rows < len(kept))
        found[known] = kept[rows[known]]
    return found


def _kept(state: StateView, spec: ArraySpec, rows: Rows, otherwise: int) -> NDArray[np.int64]:
    """Return a column that is made with the first enrolment that needs it; shape [len(rows)]."""
    found = np.full(len(rows), otherwise, dtype=np.int64)
    if state.has(spec.name):
        kept = state[spec.name]
        known = (rows >= 0) & (rows < len(kept))
        found[known] = kept[rows[known]]
    return found


def standing(state: StateView) -> Rows:
    """Return who stands at the entry of a journey that waits for its history: inside, and waiting for no time."""
    if not count(state):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero((state[INSIDE] == STAYS) & (state[DUE] == FAR_FUTURE_MS))


def reached(state: StateView, rows: Rows) -> NDArray[np.int8]:
    """Return how far messages that may have arrived came in each enrolment; shape [len(rows)], 0 where none has."""
    kept = len(state[REACHED]) if state.has(REACHED) else 0
    known = rows < kept
    arrived = np.zeros(len(rows), dtype=np.int8)
    arrived[known] = state[REACHED][rows[known]]
    return arrived


def joined(parts: list[Delta]) -> Delta:
    """Return deltas over different arrays as one."""
    return Delta(
        allocate=[spec for part in parts for spec in part.allocate],
        writes=[write for part in parts for write in part.writes],
    )
