"""What later stages may ask journey: whose an enrolment is and whether it ceded; and how far it was reached."""

import numpy as np
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.journey.enrolments import CEDED, INSIDE, REACHED, REACHED_MAX, SLOT, count
from liftloop.journey.enrolments import reached as so_far
from liftloop.journey.lives import FIRST, MARK
from liftloop.runtime.contract import Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write


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
