"""The fold of collect: each message once, none from the future; the rest waits in quarantine with its reason."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from liftloop.collect.contract import DROPPED, REJECTED, RELEASED, REPEATED, TRAITS_CHANGED
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, MINUTE_MS
from liftloop.kernel.codec import pack, parse_object
from liftloop.kernel.dice import hash_text
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, StateView
from liftloop.runtime.hash_index import LOAD_MAX, HashSet
from liftloop.storage.contract import ArraySpec, Delta, Row, Write

AHEAD_MAX_MS = 5 * MINUTE_MS
"""An event further in the future is the fault of a clock and goes to quarantine."""
REMEMBERED_MS = 7 * DAY_MS
REMEMBERED_MAX = 50_000_000
"""Message ids remembered: 7 days or this many, whichever is less."""

SEEN = HashSet(name="collect.seen")
PUT_ASIDE = np.uint64(hash_text("collect", "put aside"))
"""Turns a message id into the mark that it lies in quarantine: sent again as it was, it is not put there twice."""
LATEST = "collect.seen.latest"
"""When the newest message of each generation came; a generation older than REMEMBERED_MS is forgotten."""

OF_PEOPLE = frozenset({"track", "identify", "page", "screen", "group", "alias", "exposure.imported", TRAITS_CHANGED})
"""Kinds of records that belong to a person; all others are facts of the system."""


class Collect:
    """Reads incoming records; writes the messages of people (`event`) and the facts of the system (`system`)."""

    name = "collect"
    reads = frozenset({"record"})
    writes = frozenset({"event", "system", REPEATED})

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "record" not in frame:
            return NOTHING
        batch = frame["record"]
        fresh = _first_of_each(batch["message"])
        fresh &= ~SEEN.holds(state, batch["message"])
        ahead = batch["at_ms"] > batch["received_ms"] + AHEAD_MAX_MS
        of_person = batch["kind"].among(OF_PEOPLE)
        rejected = batch["kind"].are(REJECTED)
        aside = np.flatnonzero(fresh & ahead & of_person)
        # What is put aside has not happened yet: with a better clock or let out, it must not count as known.
        marks = batch["message"][aside] ^ PUT_ASIDE
        aside, marks = aside[~SEEN.holds(state, marks)], marks[~SEEN.holds(state, marks)]
        remembered = batch["message"][fresh & ~(ahead & of_person)]
        delta = self._remember(state, np.concatenate([remembered, marks]) if len(marks) else remembered, moment)
        released = _released(batch)
        repeated = _repeated(batch, fresh, moment.now_ms)
        quarantined = _quarantine(batch.take(aside)) + _quarantine(batch.take(fresh & rejected))
        events = batch.take(fresh & ~ahead & of_person)
        system = batch.take(fresh & ~of_person & ~rejected)
        return (
            Delta(
                allocate=delta.allocate,
                drop=delta.drop,
                writes=delta.writes,
                puts={"quarantine": quarantined} if quarantined else {},
                removals={"quarantine": released} if released else {},
            ),
            {"event": events, "system": system, **repeated},
        )

    def _remember(self, state: StateView, messages: NDArray[np.uint64], moment: Moment) -> Delta:
        if not len(messages):
            return Delta()
        added = SEEN.add(state, messages)
        generations = SEEN.generations(state)
        newest = generations[-1] if generations else 0
        if any(spec.name != SEEN.header for spec in added.allocate):
            newest += 1 if generations else 0
        latest = Write(LATEST, np.array([newest]), np.array([moment.now_ms]))
        allocate = [*added.allocate, ArraySpec(name=LATEST, dtype="<i8", fill=0)]
        return Delta(allocate=allocate, drop=(), writes=[*added.writes, latest])

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _first_of_each(messages: NDArray[np.uint64]) -> NDArray[np.bool_]:
    first = np.zeros(len(messages), dtype=np.bool_)
    first[np.unique(messages, return_index=True)[1]] = True
    return first


def _repeated(batch: Batch, fresh: NDArray[np.bool_], now_ms: int) -> Frame:
    """Return how many messages of each sender came again and were dropped, where any did."""
    if fresh.all():
        return {}
    counts = Counter(batch["record"][row].actor for row in np.flatnonzero(~fresh).tolist())
    columns = {"source": list(counts), "at_ms": [now_ms] * len(counts), "messages": list(counts.values())}
    return {REPEATED: Batch(len(counts), columns)}


def _released(batch: Batch) -> list[Row]:
    """Return the keys of quarantined records that were let out, in the run that carries them on, or given up."""
    facts = [batch["record"][place] for place in np.flatnonzero(batch["kind"].among((RELEASED, DROPPED))).tolist()]
    return [(int(offset),) for fact in facts for offset in parse_object(fact.body).get("offsets", [])]


def _quarantine(batch: Batch) -> list[Row]:
    return [
        (int(offset), int(at_ms), record.name if record.kind == REJECTED else "from_the_future", pack(record))
        for offset, at_ms, record in zip(batch["offset"], batch["at_ms"], batch["record"], strict=True)
    ]


class Forget:
    """Lets go of message ids that are too old or too many, a generation at a time."""

    name = "collect.forget"
    reads = frozenset[str]()
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        generations = SEEN.generations(state)
        if len(generations) < 2:
            return NOTHING
        cells = sum(len(state[SEEN.keys(generation)]) for generation in generations)
        too_old = state[LATEST][generations[0]] < moment.now_ms - REMEMBERED_MS
        if too_old or cells * LOAD_MAX > REMEMBERED_MAX:
            return SEEN.drop_oldest(state), {}
        return NOTHING

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS
