"""What later stages may ask journey: whose an enrolment is."""

import numpy as np
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.journey.enrolments import SLOT, count
from liftloop.runtime.contract import Slots, StateView


def persons(state: StateView, enrolments: NDArray[np.int64]) -> Slots:
    """Return the slot of each enrolment's person with merges followed, -1 where there is no such enrolment."""
    known = (enrolments >= 0) & (enrolments < count(state))
    slots = np.full(len(enrolments), -1, dtype=np.int64)
    if known.any():
        slots[known] = state[SLOT][enrolments[known]]
    return follow(state, slots)
