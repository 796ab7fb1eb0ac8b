"""Where work stands in memory: as much of it as is needed to give new work to somebody and to know what is due."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.dice import hash_text
from liftloop.runtime.contract import StateView
from liftloop.runtime.hash_index import ABSENT, HashIndex
from liftloop.storage.contract import ArraySpec, Delta, Write

SLOT = "relate.work.slot"
"""The customer as of when it was opened: merges are followed when somebody looks, so that undoing them undoes this."""
NUMBER = "relate.work.number"
"""The 64 bits that its id spells."""
KIND = "relate.work.kind"
OPEN = "relate.work.open"
OWNER = "relate.work.owner"
"""Hash of the id of whoever has it, 0 for nobody."""
DUE = "relate.work.due_ms"
"""When it becomes overdue; FAR_FUTURE_MS where no time is set, it was told, or it is closed."""
SPECS = (
    ArraySpec(name=SLOT, dtype="<i8", fill=-1),
    ArraySpec(name=NUMBER, dtype="<u8", fill=0),
    ArraySpec(name=KIND, dtype="|i1", fill=-1),
    ArraySpec(name=OPEN, dtype="|i1", fill=0),
    ArraySpec(name=OWNER, dtype="<u8", fill=0),
    ArraySpec(name=DUE, dtype="<i8", fill=FAR_FUTURE_MS),
)
WORKS = HashIndex(name="relate.works")
"""The number that work's id spells to its row."""
KINDS = ("lead", "deal", "task", "ticket")
RECENT_MAX = 65_536
"""Newest rows among which whoever was given something longest ago is sought."""
DUE_MAX = 10_000
"""Work that one step finds overdue; the rest follows in the next."""


class Work(Struct, kw_only=True):
    """One row, while a step goes on."""

    number: int
    slot: int
    kind: int
    open: bool
    owner: int
    due_ms: int


def work_id(kind: str, *words: str) -> str:
    """Return the id of work that these words name: the same words, the same work.

    >>> work_id("task", "S-1") == work_id("task", "S-1") != work_id("task", "S-2")
    True
    """
    return f"{kind}_{hash_text('work', kind, *words):016x}"


def number_of(identity: str) -> int:
    """Return the number that an id spells, 0 where it spells none.

    >>> number_of("task_00000000000000ff"), number_of("task_x"), number_of("ff")
    (255, 0, 0)
    """
    kind, _, digits = identity.partition("_")
    if kind not in KINDS or len(digits) != 16 or any(each not in "0123456789abcdef" for each in digits):
        return 0
    return int(digits, 16)


def spelled(work: Work) -> str:
    """Return the id of work."""
    return f"{KINDS[work.kind]}_{work.number:016x}"


def staff_hash(identity: str) -> int:
    return hash_text("staff", identity) if identity else 0


def complaining(state: StateView) -> NDArray[np.int64]:
    """Return the slots of customers who have an open ticket, with merges followed; in no order, some perhaps twice."""
    if not state.has(SLOT):
        return np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero((state[OPEN] != 0) & (state[KIND] == KINDS.index("ticket")))
    return follow(state, state[SLOT][rows])


def count(state: StateView) -> int:
    return len(state[SLOT]) if state.has(SLOT) else 0


def read(state: StateView, row: int) -> Work:
    return Work(
        number=int(state[NUMBER][row]),
        slot=int(state[SLOT][row]),
        kind=int(state[KIND][row]),
        open=bool(state[OPEN][row]),
        owner=int(state[OWNER][row]),
        due_ms=int(state[DUE][row]),
    )


def written(state: StateView, rows: dict[int, Work], fresh: dict[int, int]) -> Delta:
    """Return the delta after which these rows hold this; `fresh` are numbers of new work with their rows."""
    if not rows:
        return Delta()
    index = np.fromiter(rows, np.int64, len(rows))
    works = list(rows.values())
    keys = np.fromiter(fresh, np.uint64, len(fresh))
    put = WORKS.put(state, keys, np.fromiter(fresh.values(), np.int64, len(fresh)))
    missing = [spec for spec in SPECS if not state.has(spec.name)]
    return Delta(
        allocate=[*missing, *put.allocate],
        writes=[
            *put.writes,
            Write(NUMBER, index, np.array([each.number for each in works], dtype=np.uint64)),
            Write(SLOT, index, np.array([each.slot for each in works], dtype=np.int64)),
            Write(KIND, index, np.array([each.kind for each in works], dtype=np.int8)),
            Write(OPEN, index, np.array([each.open for each in works], dtype=np.int8)),
            Write(OWNER, index, np.array([each.owner for each in works], dtype=np.uint64)),
            Write(DUE, index, np.array([each.due_ms for each in works], dtype=np.int64)),
        ],
    )


def find(state: StateView, number: int) -> int:
    """Return the row of work by its number, ABSENT where there is none."""
    if not state.has(SLOT):
        return ABSENT
    return int(WORKS.find(state, np.array([number], dtype=np.uint64))[0])


def due(state: StateView, now_ms: int) -> NDArray[np.int64]:
    """Return rows that are overdue and not yet told."""
    if not state.has(DUE):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(state[DUE] <= now_ms)[:DUE_MAX]


def next_due_ms(state: StateView) -> int:
    return int(state[DUE].min()) if count(state) else FAR_FUTURE_MS


def loads(state: StateView) -> dict[int, int]:
    """Return how much open work each owner has, by hash."""
    if not count(state):
        return {}
    owners, counts = np.unique(state[OWNER][state[OPEN] == 1], return_counts=True)
    return dict(zip(owners.tolist(), counts.tolist(), strict=True))


def last_given(state: StateView) -> dict[int, int]:
    """Return the newest row of each owner among the newest rows, by hash."""
    rows = count(state)
    first = max(rows - RECENT_MAX, 0)
    if first == rows:
        return {}
    owners, places = np.unique(state[OWNER][first:][::-1], return_index=True)
    return dict(zip(owners.tolist(), (rows - 1 - places).tolist(), strict=True))
