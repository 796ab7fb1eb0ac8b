"""The fold that undoes a merge: two people again, each with what history says of them, in one tick or not at all.

What the two were is computed from history by a study; it holds only if nobody spoke of them since it was read and
memory keeps what it kept then. Else nothing changes, and the study is made anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.contract import UNDONE, MergeUndone
from liftloop.identify.reading import Undoing, separated, undoings
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import unpack_columns
from liftloop.kernel.days import day_number
from liftloop.profile.contract import GRANTED, NO_CONSENT, WITHDRAWN, PeopleRestored, RestoredConsent, SourceId
from liftloop.profile.reading import consent_array
from liftloop.profile.sources import (
    attribute_array,
    horizon_of,
    kept_attributes,
    kept_sources,
    life_array,
    progress_of,
    windows_of,
)
from liftloop.profile.values import number_of, value_hash
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.storage.contract import Array, Delta, Record, Row, Write

PART = "profile"
"""Under which name `MergeUndone.parts` holds a `PeopleRestored`."""

_UNDONE = msgspec.msgpack.Decoder(MergeUndone)
_RESTORED = msgspec.msgpack.Decoder(PeopleRestored)
_LIFE = (("count", np.int32), ("sum", np.float64), ("first_ms", np.int64), ("last_ms", np.int64))


class _Ready(Struct, frozen=True, kw_only=True):
    """A merge whose end may be folded now."""

    undone: MergeUndone
    undoing: Undoing
    restored: PeopleRestored


class ProfileSeparation:
    """Reads `system`; writes `separation` for the stages that follow and `profile.separated` for the lake.

    One merge a tick: the next one may be about the same people.
    """

    name = "profile.separation"
    reads = frozenset({"system"})
    writes = frozenset({"separation", "profile.separated"})

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        ready = _ready(state, frame)
        if ready is None:
            return NOTHING
        merge = ready.undone.merge
        identity = separated(state, ready.undoing, ready.undone.counts)
        slots = np.array([int(identity.writes[1].index[0]), ready.undoing.forwarded], dtype=np.int64)
        numbers = people.numbers(state, slots)
        restored = ready.restored
        writes = [
            *identity.writes,
            *_sources(state, slots, restored, moment),
            *_attributes(state, slots, restored),
            *_consents(state, slots, restored),
        ]
        puts = {"consent": _consent_rows(numbers, restored, moment), "ruling": [_ruling(ready.undone, moment)]}
        delta = Delta(
            allocate=identity.allocate,
            writes=writes,
            puts=puts,
            removals={"merge": [(merge.tick, merge.position)]},
        )
        return delta, _facts(slots, ready.undone, moment)

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _ready(state: StateView, frame: Frame) -> _Ready | None:
    """Return the first undone merge of this tick that still holds."""
    system = frame.get("system")
    records: Sequence[Record] = system["record"] if system is not None else ()
    waiting = {(each.tick, each.position): each for each in undoings(state)}
    for record in records:
        if record.kind != UNDONE:
            continue
        undone = _UNDONE.decode(record.body)
        undoing = waiting.get((undone.merge.tick, undone.merge.position))
        if undoing is None or undoing.touched >= undone.as_of:
            continue
        restored = _RESTORED.decode(undone.parts[PART])
        if _memory_keeps(state, restored):
            return _Ready(undone=undone, undoing=undoing, restored=restored)
    return None


def _memory_keeps(state: StateView, restored: PeopleRestored) -> bool:
    """Return whether memory keeps just what was restored, and all of it: nothing of it is being filled."""
    sources = kept_sources(state)
    if sources != set(restored.sources) or not all(progress_of(state, each).complete for each in sources):
        return False
    if any(progress_of(state, source).since != restored.sources[source].since for source in sources):
        return False
    attributes = kept_attributes(state)
    return attributes == set(restored.attributes) and all(
        state[attribute_array(name, "complete")][0] for name in attributes
    )


def _sources(state: StateView, slots: Slots, restored: PeopleRestored, moment: Moment) -> list[Write]:
    writes: list[Write] = []
    for source, kept in restored.sources.items():
        columns = {name: np.asarray(column) for name, column in unpack_columns(kept.columns).items()}
        if horizon_of(source):
            writes += _windows(state, source, slots, columns, moment)
        else:
            writes += [Write(life_array(source, part), slots, columns[part].astype(dtype)) for part, dtype in _LIFE]
    return writes


def _windows(
    state: StateView, source: SourceId, slots: Slots, columns: Mapping[str, Array], moment: Moment
) -> Sequence[Write]:
    whose: NDArray[np.int64] = slots[columns["person"].astype(np.int64)]
    values = columns["value"].astype(np.float64)
    horizon_ms = moment.now_ms - horizon_of(source)
    return windows_of(source).replace(state, slots, (whose, columns["at_ms"], values), horizon_ms).writes


def _attributes(state: StateView, slots: Slots, restored: PeopleRestored) -> list[Write]:
    writes: list[Write] = []
    for name, held in restored.attributes.items():
        values: list[Any] = [None if each is None else each.value for each in held]
        texts = [0 if value is None else value_hash(value) for value in values]
        at_ms = [0 if each is None else each.at_ms for each in held]
        if state.has(attribute_array(name, "day")):
            days = np.array([day_number(value) for value in values], dtype=np.int32)
            writes.append(Write(attribute_array(name, "day"), slots, days))
        writes += [
            Write(attribute_array(name, "text"), slots, np.array(texts, dtype=np.uint64)),
            Write(attribute_array(name, "number"), slots, np.array([number_of(value) for value in values])),
            Write(attribute_array(name, "at_ms"), slots, np.array(at_ms, dtype=np.int64)),
        ]
    return writes


def _consents(state: StateView, slots: Slots, restored: PeopleRestored) -> list[Write]:
    """Return the writes after which the latest word of each person holds, a withdrawal where two are equally late."""
    writes: list[Write] = []
    for at_name in [name for name in state.names("consent.") if name.endswith(".at_ms")]:
        status_name = at_name.removesuffix("at_ms") + "status"
        status, at_ms = np.full(2, NO_CONSENT, dtype=np.int8), np.zeros(2, dtype=np.int64)
        for person, consents in enumerate(restored.consents):
            said = [each for each in consents if consent_array(each.channel, each.purpose, "at_ms") == at_name]
            if said:
                latest = max(said, key=lambda each: (each.at_ms, each.status != "granted"))
                status[person] = GRANTED if latest.status == "granted" else WITHDRAWN
                at_ms[person] = latest.at_ms
        writes += [Write(status_name, slots, status), Write(at_name, slots, at_ms)]
    return writes


def _consent_rows(numbers: NDArray[np.int64], restored: PeopleRestored, moment: Moment) -> list[Row]:
    """Return rows for what one of the two withdrew while they were one: it holds for the other too."""
    of_both = zip(numbers.tolist(), restored.consents, strict=True)
    theirs = [(number, each) for number, consents in of_both for each in consents if each.of_other]
    return [_consent_row(number, each, moment, place) for place, (number, each) in enumerate(theirs)]


def _consent_row(number: int, each: RestoredConsent, moment: Moment, position: int) -> Row:
    about = (number, each.channel, each.purpose, each.topic, each.at_ms)
    return (*about, moment.tick, position, each.status, each.source, each.text_version)


def _ruling(undone: MergeUndone, moment: Moment) -> Row:
    merge = undone.merge
    of_merge = (merge.kept, merge.forwarded, merge.tick, merge.position, merge.by, merge.merged_ms)
    return (moment.tick, 0, "undone", *of_merge, undone.actor, merge.reason, moment.now_ms)


def _facts(slots: Slots, undone: MergeUndone, moment: Moment) -> dict[str, Batch]:
    told = {
        "kept": np.array([undone.merge.kept]),
        "forwarded": np.array([undone.merge.forwarded]),
        "merged_tick": np.array([undone.merge.tick]),
        "at_ms": np.array([moment.now_ms]),
    }
    return {
        "separation": Batch(1, {"kept": slots[:1], "forwarded": slots[1:], "parts": [undone.parts]}),
        "profile.separated": Batch(1, told),
    }
