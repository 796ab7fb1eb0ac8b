"""The fold of plan: takes in whom a study assigned to which action, as columns that the journey reads."""

import numpy as np

from liftloop.identify.reading import follow
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import unpack_columns
from liftloop.plan.contract import ASSIGNED
from liftloop.plan.reading import action_array, cell_array
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Frame, Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Record, Write


class Assignments:
    """Reads `system`; a person already assigned keeps the first assignment, a merged one too."""

    name = "plan.assignments"
    reads = frozenset({"system"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        system = frame.get("system")
        records: list[Record] = list(system["record"]) if system is not None else []
        allocate: list[ArraySpec] = []
        writes: list[Write] = []
        for record in records:
            if record.kind != ASSIGNED:
                continue
            columns = unpack_columns(record.body)
            slots = people.slots(state, np.asarray(columns["profile"], dtype=np.int64))
            slots, first = np.unique(follow(state, slots), return_index=True)
            known = slots >= 0
            for name, part in ((action_array(record.name), "action"), (cell_array(record.name), "cell")):
                allocate.append(ArraySpec(name=name, dtype="<i2", fill=-1, domain="profile"))
                values = np.asarray(columns[part], dtype=np.int16)[first[known]]
                writes.append(Write(name, slots[known], values))
        return (Delta(allocate=allocate, writes=writes), {}) if writes else NOTHING

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS
