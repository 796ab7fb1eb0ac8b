"""Enrolments made after a restore carry a mark, for the lost server may have given their numbers to other people.

A number of an enrolment is a row, and rows are counted; a copy of yesterday counts on from yesterday. Without the mark
a provider that takes each message key once would take a new message for one that it had before.
"""

import numpy as np

from liftloop.journey import enrolments
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.runtime.contract import NOTHING, Frame, Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

RESTORED = "folder.restored"
"""The runtime says it once when a restored folder starts: {mark, taken_ms}."""
FIRST = "journey.life.first"
MARK = "journey.life.mark"


class JourneyLives:
    """Reads `folder.restored`; remembers from which enrolment on its mark holds."""

    name = "journey.lives"
    reads = frozenset({RESTORED})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if RESTORED not in frame:
            return NOTHING
        row = np.array([len(state[FIRST]) if state.has(FIRST) else 0])
        return (
            Delta(
                allocate=[ArraySpec(name=name, dtype="<i8", fill=0) for name in (FIRST, MARK)],
                writes=[
                    Write(FIRST, row, np.array([enrolments.count(state)], dtype=np.int64)),
                    Write(MARK, row, np.asarray(frame[RESTORED]["mark"], dtype=np.int64)),
                ],
            ),
            {},
        )

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS
