"""The fold of plan: takes in whom a study assigned to which action, as columns that the journey reads."""

import numpy as np
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import unpack_columns
from liftloop.kernel.sets import distinct
from liftloop.plan.contract import ASSIGNED
from liftloop.plan.reading import DRAWN_AS, action_array, cell_array, drawn_keys, round_array, variant_array
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Frame, Moment, Slots, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import ArraySpec, Delta, Record, Write

_PREFIX, _SUFFIX = "campaign.", ".action"
_ROUND_MAX = 2**15 - 1
"""A campaign is assigned once, or once a week; beyond this the later assignments count as equally late."""


class AssignmentMerges:
    """Reads `merge`; of two profiles that become one person, the first assignment in each campaign stays."""

    name = "plan.assignment_merges"
    reads = frozenset({"merge"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "merge" not in frame:
            return NOTHING
        kept, forwarded = frame["merge"]["kept"], frame["merge"]["forwarded"]
        names = [name for name in state.names(_PREFIX) if name.endswith(_SUFFIX)]
        writes: list[Write] = []
        index_keys: list[NDArray[np.uint64]] = []
        index_values: list[NDArray[np.int64]] = []
        for name in names:
            campaign = name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
            heirs, sources = _inherited(state, campaign, kept, forwarded)
            if not len(heirs):
                continue
            arrays = (action_array(campaign), cell_array(campaign), round_array(campaign), variant_array(campaign))
            writes += [Write(array, heirs, state[array][sources]) for array in arrays if state.has(array)]
            numbers = people.numbers(state, sources)
            known = DRAWN_AS.find(state, drawn_keys(numbers, campaign))
            index_keys.append(drawn_keys(people.numbers(state, heirs), campaign))
            index_values.append(np.where(known == ABSENT, numbers, known))
        if not index_keys:
            return NOTHING
        put = DRAWN_AS.put(state, np.concatenate(index_keys), np.concatenate(index_values))
        return Delta(allocate=put.allocate, writes=[*writes, *put.writes]), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class Assignments:
    """Reads `system`; a person already assigned keeps the first assignment, a merged one too."""

    name = "plan.assignments"
    reads = frozenset({"system"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        system = frame.get("system")
        records: list[Record] = list(system["record"]) if system is not None else []
        by_campaign: dict[str, list[Record]] = {}
        for record in records:
            if record.kind == ASSIGNED:
                by_campaign.setdefault(record.name, []).append(record)
        deltas = [_assigned(state, campaign, of_campaign) for campaign, of_campaign in by_campaign.items()]
        if not deltas:
            return NOTHING
        return Delta(
            allocate=[spec for delta in deltas for spec in delta.allocate],
            writes=[write for delta in deltas for write in delta.writes],
        ), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _assigned(state: StateView, campaign: str, records: list[Record]) -> Delta:
    """Return the delta of one campaign's assignments, the earlier of them first."""
    columns = [unpack_columns(record.body) for record in records]
    numbers, actions, cells = (
        np.concatenate([np.asarray(each[part], dtype=np.int64) for each in columns])
        for part in ("profile", "action", "cell")
    )
    slots, first = np.unique(follow(state, people.slots(state, numbers)), return_index=True)
    free = slots >= 0
    if state.has(action_array(campaign)):
        free &= state[action_array(campaign)][slots] < 0
    slots, first = slots[free], first[free]
    number = min(_next_round(state, campaign), _ROUND_MAX)
    return Delta(
        allocate=[
            ArraySpec(name=action_array(campaign), dtype="<i2", fill=-1, domain="profile"),
            ArraySpec(name=cell_array(campaign), dtype="<i2", fill=-1, domain="profile"),
            ArraySpec(name=round_array(campaign), dtype="<i2", fill=0, domain="profile"),
        ],
        writes=[
            Write(action_array(campaign), slots, actions[first].astype(np.int16)),
            Write(cell_array(campaign), slots, cells[first].astype(np.int16)),
            Write(round_array(campaign), slots, np.full(len(slots), number, dtype=np.int16)),
        ],
    )


def _next_round(state: StateView, campaign: str) -> int:
    if not state.has(action_array(campaign)):
        return 0
    return int(state[round_array(campaign)].max(initial=0)) + 1 if state.has(round_array(campaign)) else 1


def _inherited(state: StateView, campaign: str, kept: Slots, forwarded: Slots) -> tuple[Slots, Slots]:
    """Return which kept profiles take over an assignment, and from whom; where equally early, their own stays."""
    actions = state[action_array(campaign)]
    rounds = state[round_array(campaign)] if state.has(round_array(campaign)) else np.zeros(len(actions), np.int16)
    heirs = distinct(kept)
    family = np.concatenate([heirs, kept])
    members = np.concatenate([heirs, forwarded])
    members, family = members[actions[members] >= 0], family[actions[members] >= 0]
    order = np.lexsort((members, members != family, rounds[members], family))
    family, members = family[order], members[order]
    first = np.ones(len(family), dtype=np.bool_)
    first[1:] = family[1:] != family[:-1]
    taken = first & (members != family)
    return family[taken], members[taken]
