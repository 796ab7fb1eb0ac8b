"""The fold of identify: every event gets its person; identifiers seen together join, and the older profile is kept.

Rules, in order: a user id decides; a message without one belongs to the first identifier known.
Two profiles are merged when one message names both and at most one of them has a user id; a shared device or phone
never joins two users, only `alias` does. A message whose identifiers all lead to one person is settled for the whole
frame at once; the others one by one, in order.
"""

import numpy as np
from numpy.typing import NDArray

from liftloop.identify.joining import Joining, Known, Name, Names
from liftloop.identify.reading import ANONYMOUS, FORWARD, INDEX, NONE, USER, find, identifier_hash
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_object
from liftloop.kernel.dice import Hashes, hash_texts
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.runtime.people import Settlers
from liftloop.storage.contract import ArraySpec, Delta, Record, Row, Write

HAS_USER = "identify.has_user"
CREATED = "identify.created"
_SPECS = (
    ArraySpec(name=FORWARD, dtype="<i8", fill=-1, domain="profile"),
    ArraySpec(name=HAS_USER, dtype="|i1", fill=0, domain="profile"),
    ArraySpec(name=CREATED, dtype="<i8", fill=0, domain="profile"),
)


class Identify:
    """Reads `event`; writes `person` parallel to it, `merge`, and the facts that the lake joins on."""

    name = "identify"
    reads = frozenset({"event"})
    writes = frozenset({"person", "merge", "event.identified", "profile.merged"})

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        events = frame.get("event")
        if events is None or not events.count:
            return NOTHING
        records: list[Record] = events["record"]
        slots, open_rows = _settled(state, records)
        settlers = Settlers(state)
        named = [_names(records[row]) for row in open_rows]
        joining = Joining(_known(state, named), settlers, people.count(state))
        for row, names in zip(open_rows, named, strict=True):
            slots[row] = joining.settle(names)
        if joining.merges:
            slots = np.array(joining.canonical(slots.tolist()), dtype=np.int64)
        numbers = settlers.numbers(state, slots)
        facts: dict[str, Batch] = {
            "person": Batch(events.count, {"slot": slots, "number": numbers}),
            "event.identified": Batch(events.count, {"offset": events["offset"], "profile": numbers}),
            **_merge_batches(state, joining, settlers, moment),
        }
        return _delta(state, joining, settlers, moment), facts

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _settled(state: StateView, records: list[Record]) -> tuple[Slots, list[int]]:
    """Return the slot of each record that the index settles alone, and the rows that it does not."""
    user = _hashes(USER, [record.user_id for record in records])
    anonymous = _hashes(ANONYMOUS, [record.anonymous_id for record in records])
    by_user, by_anonymous = _find(state, user), _find(state, anonymous)
    slots = np.where(user != NONE, by_user, by_anonymous)
    open_row = slots < 0
    open_row |= (user != NONE) & (anonymous != NONE) & (by_user != by_anonymous)
    more = [row for row, record in enumerate(records) if record.identifiers or record.kind == "alias"]
    open_row[more] = True
    return slots, np.flatnonzero(open_row).tolist()


def _find(state: StateView, hashes: Hashes) -> Slots:
    """Return the slot of each identifier, -1 where it is unknown or there is none."""
    slots = np.full(len(hashes), -1, dtype=np.int64)
    there = np.flatnonzero(hashes != NONE)
    slots[there] = find(state, hashes[there])
    return slots


def _hashes(kind: str, texts: list[str]) -> Hashes:
    prefix = kind + "\x1f"
    hashes = np.full(len(texts), NONE, dtype=np.uint64)
    there = [row for row, text in enumerate(texts) if text]
    if there:
        hashes[there] = hash_texts([prefix + texts[row] for row in there])
    return hashes


def _names(record: Record) -> Names:
    names: list[Name] = []
    if record.user_id:
        names.append(Name(USER, record.user_id, identifier_hash(USER, record.user_id)))
    if record.kind == "alias":
        previous = str(parse_object(record.body).get("previousId", ""))
        if previous:
            names += _previous(previous)
    names += [Name(kind, "", hashed) for kind, hashed in record.identifiers]
    if record.anonymous_id:
        names.append(Name(ANONYMOUS, record.anonymous_id, identifier_hash(ANONYMOUS, record.anonymous_id)))
    return Names(all=tuple(names), joins_users=record.kind == "alias")


def _previous(previous: str) -> list[Name]:
    """Return what an alias may mean by its earlier identifier: Segment leaves open which kind it is."""
    return [Name(kind, previous, identifier_hash(kind, previous)) for kind in (USER, ANONYMOUS)]


def _known(state: StateView, named: list[Names]) -> Known:
    hashes = np.array(sorted({name.hash for names in named for name in names.all}), dtype=np.uint64)
    slots = find(state, hashes)
    there = state.has(HAS_USER)
    return Known(
        slot_of=dict(zip(hashes.tolist(), slots.tolist(), strict=True)),
        has_user=state[HAS_USER] if there else np.zeros(0, dtype=np.int8),
        created=state[CREATED] if there else np.zeros(0, dtype=np.int64),
    )


def _delta(state: StateView, joining: Joining, settlers: Settlers, moment: Moment) -> Delta:
    grown = settlers.delta()
    writes = list(grown.writes)
    allocate = [*_SPECS, *grown.allocate] if grown.writes else []
    puts: dict[str, list[Row]] = {}
    if joining.links:
        keys = np.fromiter(joining.links, np.uint64, len(joining.links))
        linked = np.array([slot for _, slot in joining.links.values()], dtype=np.int64)
        index = INDEX.put(state, keys, linked)
        allocate += index.allocate
        writes += index.writes
        puts["identifier"] = _identifier_rows(state, joining, settlers, moment)
    writes += _column(CREATED, joining.created, np.int64)
    writes += _column(HAS_USER, joining.has_user_changes(), np.int8)
    writes += _column(FORWARD, joining.forward, np.int64)
    if joining.merges:
        puts["merge"] = [
            (moment.tick, position, kept, forwarded, reason, moment.now_ms)
            for position, (kept, forwarded, reason) in enumerate(_merged_numbers(state, joining, settlers))
        ]
    return Delta(allocate=allocate, grow=grown.grow, writes=writes, puts=puts)


def _column(name: str, values: dict[int, int] | dict[int, bool], dtype: type[np.generic]) -> list[Write]:
    if not values:
        return []
    index = np.fromiter(values, np.int64, len(values))
    return [Write(name, index, np.array(list(values.values()), dtype=dtype))]


def _identifier_rows(state: StateView, joining: Joining, settlers: Settlers, moment: Moment) -> list[Row]:
    slots = np.array([slot for _, slot in joining.links.values()], dtype=np.int64)
    numbers = settlers.numbers(state, slots).tolist()
    return [
        (_signed(name.hash), name.kind, name.text, number, moment.now_ms, "")
        for (name, _), number in zip(joining.links.values(), numbers, strict=True)
    ]


def _signed(hashed: int) -> int:
    return hashed - (1 << 64) if hashed >= 1 << 63 else hashed


def _merged_numbers(state: StateView, joining: Joining, settlers: Settlers) -> list[tuple[int, int, str]]:
    kept = settlers.numbers(state, np.array([merge[0] for merge in joining.merges], dtype=np.int64))
    forwarded = settlers.numbers(state, np.array([merge[1] for merge in joining.merges], dtype=np.int64))
    reasons = [reason for _, _, reason in joining.merges]
    return list(zip(kept.tolist(), forwarded.tolist(), reasons, strict=True))


def _merge_batches(state: StateView, joining: Joining, settlers: Settlers, moment: Moment) -> dict[str, Batch]:
    if not joining.merges:
        return {}
    numbers = _merged_numbers(state, joining, settlers)
    count = len(numbers)
    kept: NDArray[np.int64] = np.array(joining.canonical(merge[0] for merge in joining.merges), dtype=np.int64)
    forwarded: NDArray[np.int64] = np.array([merge[1] for merge in joining.merges], dtype=np.int64)
    return {
        "merge": Batch(count, {"kept": kept, "forwarded": forwarded}),
        "profile.merged": Batch(
            count,
            {
                "kept": np.array([number for number, _, _ in numbers], dtype=np.int64),
                "forwarded": np.array([number for _, number, _ in numbers], dtype=np.int64),
                "at_ms": np.full(count, moment.now_ms, dtype=np.int64),
            },
        ),
    }
