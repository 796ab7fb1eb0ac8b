"""What later stages may ask journey: whose an enrolment is and whether it ceded; and how far it was reached."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.journey.actions import GiveTask
from liftloop.journey.enrolments import CEDED, CEDED_TO, INSIDE, REACHED, REACHED_MAX, SLOT, Rows, count
from liftloop.journey.enrolments import reached as so_far
from liftloop.journey.lives import FIRST, MARK
from liftloop.journey.splits import Experiment, Split
from liftloop.kernel.dice import hash_text, uniform
from liftloop.kernel.sets import are_among
from liftloop.plan.contract import Holdout
from liftloop.runtime.contract import Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write


def arms_of(numbers: NDArray[np.int64], journey: str, node: Experiment | Split) -> NDArray[np.int64]:
    """Return each person's arm, as a place in `node.arms`, by the profile number as entered; the same for ever."""
    match node:
        case Experiment():
            salt = hash_text("experiment", journey, node.id)
        case Split():
            salt = hash_text("split", node.salt) if node.salt else hash_text("split", journey, node.id)
    drawn = uniform(numbers.astype(np.uint64), salt)
    ends = np.cumsum([arm.share for arm in node.arms])
    return np.minimum(np.searchsorted(ends, drawn, side="right"), len(node.arms) - 1).astype(np.int64)


def persons(state: StateView, enrolments: NDArray[np.int64]) -> Slots:
    """Return the slot of each enrolment's person with merges followed, -1 where there is no such enrolment."""
    known = (enrolments >= 0) & (enrolments < count(state))
    slots = np.full(len(enrolments), -1, dtype=np.int64)
    if known.any():
        slots[known] = state[SLOT][enrolments[known]]
    return follow(state, slots)


def ceded(state: StateView, enrolments: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which enrolments ceded to another one of the same person; shape [len(enrolments)]."""
    known = (enrolments >= 0) & (enrolments < count(state))
    gone = np.zeros(len(enrolments), dtype=np.bool_)
    if known.any():
        gone[known] = state[INSIDE][enrolments[known]] == CEDED
    return gone


def ceded_to(state: StateView, enrolments: NDArray[np.int64]) -> dict[int, tuple[int, ...]]:
    """Return by enrolment those of the same person that ceded to it, at once or by way of others; most have none."""
    if not state.has(CEDED_TO.name):
        return {}
    heirs = state[CEDED_TO.name]
    gone = np.flatnonzero(heirs >= 0)
    last = heirs[gone]
    while (ceding := _heir(heirs, last) >= 0).any():
        last = np.where(ceding, _heir(heirs, last), last)
    theirs = are_among(last, enrolments)
    gone, last = gone[theirs], last[theirs]
    same = persons(state, gone) == persons(state, last)
    found: dict[int, tuple[int, ...]] = {}
    for row, heir in zip(gone[same].tolist(), last[same].tolist(), strict=True):
        found[heir] = (*found.get(heir, ()), row)
    return found


def _heir(heirs: NDArray[np.int64], rows: Rows) -> Rows:
    """Return to which enrolment each ceded, -1 where it did not; the array ends with the last that did."""
    known = rows < len(heirs)
    found = np.full(len(rows), -1, dtype=np.int64)
    found[known] = heirs[rows[known]]
    return found


def furthest(state: StateView, enrolments: Iterable[int]) -> int:
    """Return the furthest visit of any of these enrolments of which a message may have arrived; -1 where none has."""
    return int(so_far(state, np.array(list(enrolments), dtype=np.int64)).max(initial=0)) - 1


def reached(state: StateView, enrolments: NDArray[np.int64], visits: NDArray[np.int64]) -> Delta:
    """Return the delta that marks how far enrolments were reached; the two are parallel, one a message."""
    known = (enrolments >= 0) & (enrolments < count(state))
    rows, inverse = np.unique(enrolments[known], return_inverse=True)
    furthest = so_far(state, rows)
    np.maximum.at(furthest, inverse, np.minimum(visits[known] + 1, REACHED_MAX).astype(np.int8))
    spec = ArraySpec(name=REACHED, dtype="|i1", fill=0)
    return Delta(allocate=[spec], writes=[Write(REACHED, rows, furthest)])


def lives(state: StateView, enrolments: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the mark of the restore that each enrolment was made after; 0 where there was none."""
    if not state.has(FIRST):
        return np.zeros(len(enrolments), dtype=np.int64)
    before = np.searchsorted(state[FIRST], enrolments, side="right")
    return np.where(before > 0, state[MARK][before - 1], 0)


class TaskTerms(Struct, frozen=True, kw_only=True):
    """What a journey asks of colleagues at one node: by what they reach the person, if they do, and what for."""

    medium: str
    purpose: Literal["marketing", "transactional", "service"]
    campaign: str
    holdout: Holdout | None


def task_terms(journey: Mapping[str, Any], node: str) -> TaskTerms | None:
    """Return the terms of a journey's task node, None where it has none of this name."""
    for each in journey["nodes"]:
        if each["id"] == node and each["kind"] == "task":
            asked = msgspec.convert(each, type=GiveTask, strict=False)
            holdout = journey.get("holdout")
            return TaskTerms(
                medium=asked.reaches_by,
                purpose=asked.purpose,
                campaign=str(journey.get("campaign") or ""),
                holdout=msgspec.convert(holdout, type=Holdout, strict=False) if holdout else None,
            )
    return None


def entered_as(state: StateView, enrolments: NDArray[np.int64]) -> Slots:
    """Return as whom people entered, whatever they were merged into since."""
    return state[SLOT][enrolments].astype(np.int64)
