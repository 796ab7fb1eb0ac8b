"""The folds of studied traits: a study's values become columns, and whose answers may differ is said."""

from collections.abc import Sequence

import msgspec
import numpy as np

from liftloop.identify.reading import follow
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.profile.studied import (
    STUDIED,
    TRAIT_STUDIED,
    StudiedPart,
    StudiedRows,
    rows_of,
    studied_array,
    studied_spec,
)
from liftloop.profile.values import value_hash
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.storage.contract import Delta, Record, Row, Write

_PART = msgspec.msgpack.Decoder(StudiedPart)


class ProfileStudied:
    """Reads `system` and `merge`; writes `person.studied`, the people whose values a study changed.

    Values are of the profile that they were computed for; a person who takes over another's profile gets the values
    that nobody computed for their own, until the next study knows better. Texts are hashes in memory; which word each
    hash stands for is kept in the table `word`.
    """

    name = "profile.studied"
    reads = frozenset({"system", "merge"})
    writes = frozenset({"person.studied"})

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        writes = _inherited(state, frame["merge"]) if "merge" in frame else []
        found = [(record.name, rows) for record in _records(frame) if (rows := _read(record)) is not None]
        if not found:
            return (Delta(writes=writes), {}) if writes else NOTHING
        puts = {"word": [row for _, rows in found for row in _words(rows)]}
        found = [each for each in found if len(each[1].profile)]
        if not found:
            return Delta(writes=writes, puts=puts), {}
        slots, triggers = list[Slots](), list[np.ndarray]()
        for trait, rows in found:
            at = people.slots(state, rows.profile)
            known = np.flatnonzero(at >= 0)
            known = known[follow(state, at[known]) == at[known]]
            writes.append(_write(trait, at[known], rows, known))
            slots.append(at[known])
            triggers.append(np.full(len(known), not rows.first))
        distinct, inverse = np.unique(np.concatenate(slots), return_inverse=True)
        may_trigger = np.bincount(inverse, weights=np.concatenate(triggers)) > 0
        batch = Batch(len(distinct), {"slot": distinct, "triggers": may_trigger})
        allocate = [studied_spec(trait) for trait in sorted({trait for trait, _ in found})]
        return Delta(allocate=allocate, writes=writes, puts=puts), {"person.studied": batch}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _records(frame: Frame) -> list[Record]:
    system = frame.get("system")
    records: Sequence[Record] = system["record"] if system is not None else ()
    return [record for record in records if record.kind == TRAIT_STUDIED and _is_studied(record.name)]


def _is_studied(trait: str) -> bool:
    return trait in STUDIED and STUDIED[trait].by != "ledger"


def _read(record: Record) -> StudiedRows | None:
    """Return what can be read; what another version wrote is left out, the next study says it anew."""
    try:
        return rows_of(record.name, _PART.decode(record.body))
    except (msgspec.DecodeError, KeyError, ValueError):
        return None


def _words(rows: StudiedRows) -> list[Row]:
    """Return the rows of a part that tells names: a study does so once, before its values."""
    if not rows.names:
        return []
    hashes = np.array([value_hash(word) for word in rows.words], dtype=np.uint64).view(np.int64)
    return list(zip(hashes.tolist(), rows.words, rows.names, rows.names_en or ("",) * len(rows.words), strict=True))


def _write(trait: str, slots: Slots, rows: StudiedRows, known: Slots) -> Write:
    if STUDIED[trait].type == "number":
        return Write(studied_array(trait, "number"), slots, rows.number[known])
    hashes = np.array([*(value_hash(word) for word in rows.words), 0], dtype=np.uint64)  # The last cell is for -1.
    return Write(studied_array(trait, "text"), slots, hashes[rows.place[known]])


def _inherited(state: StateView, merges: Batch) -> list[Write]:
    kept, forwarded = merges["kept"], merges["forwarded"]
    writes: list[Write] = []
    for trait, about in STUDIED.items():
        array = studied_array(trait, "text" if about.type == "text" else "number")
        if not _is_studied(trait) or not state.has(array):
            continue
        theirs, own = state[array][forwarded], state[array][kept]
        lacking = (own == 0) & (theirs != 0) if about.type == "text" else np.isnan(own) & ~np.isnan(theirs)
        heirs, first = np.unique(kept[lacking], return_index=True)
        if len(heirs):
            writes.append(Write(array, heirs, theirs[lacking][first]))
    return writes
