"""The fold of identify: every event gets its person; identifiers seen together join, and the older profile is kept.

Rules, in order: the first known of a message's identifiers, the one that tells best first, decides whose it is.
Two profiles are merged when one message names both and together they have of no kind more than one person may have; a
shared device or phone never joins two users, only `alias` does. What three people have sent who are not one is
nobody's: it gets a profile of its own. A message whose identifiers all lead to one person is settled for the whole
frame at once; the others one by one, in order.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.collect.contract import PLACEHOLDERS
from liftloop.identify.contract import ANONYMOUS, KINDS, LIMITS, USER, IdentityRules
from liftloop.identify.joining import Counts, Joining, Known, Merge, Name, Names, column_of
from liftloop.identify.reading import (
    COUNTS,
    FORWARD,
    INDEX,
    NONE,
    SECONDS,
    SHARED,
    follow,
    identifier_hash,
    identity_rules,
)
from liftloop.identify.rulings import apart_pairs, heard_of, ruled, rulings_in
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import parse_object
from liftloop.kernel.dice import Hashes, hash_texts
from liftloop.kernel.sets import are_among, distinct
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.runtime.people import Settlers
from liftloop.storage.contract import ArraySpec, Delta, Record, Row, Write

CREATED = "identify.created"
_SPECS = (
    ArraySpec(name=FORWARD, dtype="<i8", fill=-1, domain="profile"),
    ArraySpec(name=COUNTS, dtype="|u1", fill=0, width=len(KINDS), domain="profile"),
    ArraySpec(name=CREATED, dtype="<i8", fill=0, domain="profile"),
)


class Identify:
    """Reads `event`; writes `person` parallel to it, `merge`, and the facts that the lake joins on.

    `person` names two numbers: `number` is who it is now, `own` the identity that the deciding identifier belongs to,
    which stays its own should a merge be undone. What is kept for ever is kept under the latter.
    """

    name = "identify"
    reads = frozenset({"event", "system"})
    writes = frozenset({"person", "merge", "event.identified", "profile.merged", "identifier.shared"})

    def __init__(self) -> None:
        self._compiled: tuple[int, _Rules] | None = None

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        events, rulings = frame.get("event"), rulings_in(frame)
        if events is None or not (events.count or rulings):
            return NOTHING
        records: list[Record] = events["record"]
        rules = self._rules(state)
        homes, open_rows = _settled(state, records, rules.blocked)
        settlers = Settlers(state)
        offsets = events["offset"][open_rows].tolist()
        named = [_names(records[row], offset, rules) for row, offset in zip(open_rows, offsets, strict=True)]
        pairs = [ruling.pair(state) for ruling in rulings]
        said = np.array([slot for pair in pairs if pair for slot in pair], dtype=np.int64)
        joining = Joining(_known(state, named, said, rules), settlers, people.count(state))
        for row, names in zip(open_rows, named, strict=True):
            homes[row] = joining.settle(names)
        _give_up_shared(records, events["offset"], joining, homes)
        for ruling, pair in zip(rulings, pairs, strict=True):
            if ruling.kind == "joined" and pair:
                joining.join(pair, ruling.about.by, ruling.actor, ruling.offset)
        slots = _heads(state, joining, homes)
        facts: dict[str, Batch] = {
            **_person_batches(state, settlers, events, (slots, homes)),
            **_merge_batches(state, joining, settlers, moment),
            **_shared_batch(state, joining, settlers, moment),
        }
        heard = heard_of(state, joining, slots, events["offset"])
        return _delta(state, joining, settlers, moment, ruled(state, rulings, heard, moment)), facts

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS

    def _rules(self, state: StateView) -> "_Rules":
        generation = state.definitions.generation
        if self._compiled is None or self._compiled[0] != generation:
            self._compiled = (generation, _compiled(identity_rules(state.definitions)))
        return self._compiled[1]


class _Rules(Struct, frozen=True, kw_only=True):
    limits: Counts
    rank: Mapping[str, int]
    detects_shared: bool
    blocked: frozenset[int]
    """Hashes of user and anonymous ids that are nobody's."""


def _compiled(rules: IdentityRules) -> _Rules:
    limits = [0] * len(KINDS)
    for kind, limit in {**LIMITS, **rules.limits}.items():
        limits[column_of(kind)] = limit
    order = dict.fromkeys([*rules.priorities, *KINDS])
    rank = {kind: place for place, kind in enumerate(order)}
    ids = {spelling for text in (*PLACEHOLDERS, *rules.blocked) for spelling in _spellings(text)}
    blocked = frozenset(identifier_hash(kind, text) for kind in (USER, ANONYMOUS) for text in ids)
    return _Rules(limits=limits, rank=rank, detects_shared=rules.detect_shared, blocked=blocked)


def _spellings(text: str) -> set[str]:
    """Return how programs write it: NaN, nan, NAN."""
    return {text, text.lower(), text.upper(), text.capitalize(), text.title(), text.lower().replace("nan", "NaN")}


def _settled(state: StateView, records: list[Record], blocked: frozenset[int]) -> tuple[Slots, list[int]]:
    """Return the own slot of each record that the index settles alone, and the rows that it does not."""
    user = _hashes(USER, [record.user_id for record in records])
    anonymous = _hashes(ANONYMOUS, [record.anonymous_id for record in records])
    nobodys = np.fromiter(blocked, np.uint64, len(blocked))
    user[are_among(user, nobodys)] = NONE
    anonymous[are_among(anonymous, nobodys)] = NONE
    by_user, by_anonymous = _find(state, user), _find(state, anonymous)
    homes = np.where(user != NONE, by_user, by_anonymous)
    open_row = homes < 0
    both = np.flatnonzero((user != NONE) & (anonymous != NONE) & (by_user != by_anonymous))
    open_row[both] = follow(state, by_user[both]) != follow(state, by_anonymous[both])
    more = [row for row, record in enumerate(records) if record.identifiers or record.kind == "alias"]
    open_row[more] = True
    return homes, np.flatnonzero(open_row | (homes < 0)).tolist()


def _find(state: StateView, hashes: Hashes) -> Slots:
    """Return the own slot of each identifier, -1 where it is unknown or there is none."""
    slots = np.full(len(hashes), -1, dtype=np.int64)
    there = np.flatnonzero(hashes != NONE)
    slots[there] = INDEX.find(state, hashes[there])
    return slots


def _give_up_shared(records: list[Record], offsets: Slots, joining: Joining, homes: Slots) -> None:
    """Give what the index settled alone to nobody's profile, where its one identifier became shared before it."""
    for each in joining.shared:
        if each.name.kind == ANONYMOUS:
            alone = [
                row
                for row, record in enumerate(records)
                if offsets[row] > each.offset
                and record.anonymous_id == each.name.text
                and not (record.user_id or record.identifiers or record.kind == "alias")
            ]
            homes[alone] = joining.links[each.name.hash][1]


def _heads(state: StateView, joining: Joining, homes: Slots) -> Slots:
    """Return who each identity is now, merges of this very step included."""
    known = state.rows("profile")
    slots = homes.copy()
    before = homes < known
    slots[before] = follow(state, homes[before])
    if joining.forward:
        slots = np.array(joining.canonical(slots.tolist()), dtype=np.int64)
    return slots


def _person_batches(
    state: StateView, settlers: Settlers, events: Batch, people_of: tuple[Slots, Slots]
) -> dict[str, Batch]:
    """Return who each event belongs to; `people_of` are persons and own identities."""
    if not events.count:
        return {}
    slots, homes = people_of
    numbers = settlers.numbers(state, slots)
    own = numbers if (slots == homes).all() else settlers.numbers(state, homes)
    return {
        "person": Batch(events.count, {"slot": slots, "number": numbers, "own": own}),
        "event.identified": Batch(events.count, {"offset": events["offset"], "profile": own}),
    }


def _hashes(kind: str, texts: list[str]) -> Hashes:
    prefix = kind + "\x1f"
    hashes = np.full(len(texts), NONE, dtype=np.uint64)
    there = [row for row, text in enumerate(texts) if text]
    if there:
        hashes[there] = hash_texts([prefix + texts[row] for row in there])
    return hashes


def _names(record: Record, offset: int, rules: _Rules) -> Names:
    """Return what a message names; an id that is nobody's only where it stands alone, and is a profile of its own."""
    actor = record.actor
    names: list[Name] = []
    if record.user_id:
        names.append(Name(USER, record.user_id, identifier_hash(USER, record.user_id), actor))
    names += [Name(kind, "", hashed, actor) for kind, hashed in record.identifiers]
    if record.anonymous_id:
        names.append(Name(ANONYMOUS, record.anonymous_id, identifier_hash(ANONYMOUS, record.anonymous_id), actor))
    names.sort(key=lambda name: rules.rank.get(name.kind, len(rules.rank)))
    if record.kind == "alias":
        previous = str(parse_object(record.body).get("previousId", ""))
        if previous:
            names[1:1] = _previous(previous, actor)
    known = [name for name in names if name.kind not in (USER, ANONYMOUS) or name.hash not in rules.blocked]
    return Names(all=tuple(known or names[:1]), offset=offset, joins_users=record.kind == "alias")


def _previous(previous: str, actor: str) -> list[Name]:
    """Return what an alias may mean by its earlier identifier: Segment leaves open which kind it is."""
    return [Name(kind, previous, identifier_hash(kind, previous), actor) for kind in (USER, ANONYMOUS)]


def _known(state: StateView, named: list[Names], said: Slots, rules: _Rules) -> Known:
    hashes = np.array(sorted({name.hash for names in named for name in names.all}), dtype=np.uint64)
    slots, seconds = INDEX.find(state, hashes), SECONDS.find(state, hashes)
    heads = follow(state, slots)
    disputed = (seconds >= 0) | (seconds == SHARED)
    apart = apart_pairs(state, heads)
    involved = distinct(np.concatenate([slots, seconds[seconds >= 0], apart.reshape(-1), said]))
    involved = involved[involved >= 0]
    onward = follow(state, involved)
    merged = onward != involved
    there = state.has(COUNTS)
    return Known(
        slot_of=dict(zip(hashes.tolist(), slots.tolist(), strict=True)),
        head_of=dict(zip(involved[merged].tolist(), onward[merged].tolist(), strict=True)),
        second_of=dict(zip(hashes[disputed].tolist(), seconds[disputed].tolist(), strict=True)),
        counts=state[COUNTS] if there else np.zeros((0, len(KINDS)), dtype=np.uint8),
        created=state[CREATED] if there else np.zeros(0, dtype=np.int64),
        limits=rules.limits,
        detects_shared=rules.detects_shared,
        apart=[(first, second) for first, second in apart.tolist()],
    )


def _delta(state: StateView, joining: Joining, settlers: Settlers, moment: Moment, ruled: Delta) -> Delta:
    grown = settlers.delta()
    writes = [*grown.writes, *ruled.writes]
    allocate = [*([*_SPECS, *grown.allocate] if grown.writes else []), *ruled.allocate]
    puts: dict[str, Sequence[Row]] = dict(ruled.puts)
    if joining.links:
        keys = np.fromiter(joining.links, np.uint64, len(joining.links))
        linked = np.array([slot for _, slot in joining.links.values()], dtype=np.int64)
        index = INDEX.put(state, keys, linked)
        allocate += index.allocate
        writes += index.writes
        puts["identifier"] = _identifier_rows(state, joining, settlers, moment)
    if joining.seconds:
        keys = np.fromiter(joining.seconds, np.uint64, len(joining.seconds))
        index = SECONDS.put(state, keys, np.array(list(joining.seconds.values()), dtype=np.int64))
        allocate += index.allocate
        writes += index.writes
    writes += _column(CREATED, joining.created)
    if joining.counts:
        slots = np.fromiter(joining.counts, np.int64, len(joining.counts))
        writes.append(Write(COUNTS, slots, np.array(list(joining.counts.values())).astype(np.uint8)))
    writes += _column(FORWARD, joining.forward)
    if joining.merges:
        pairs = _numbers_of(joining.merges, state, settlers)
        puts["merge"] = [
            (moment.tick, position, kept, forwarded, merge.by, moment.now_ms, merge.offset, merge.source)
            for position, (merge, kept, forwarded) in enumerate(zip(joining.merges, *pairs, strict=True))
        ]
    return Delta(allocate=allocate, grow=grown.grow, writes=writes, puts=puts)


def _column(name: str, values: dict[int, int]) -> list[Write]:
    if not values:
        return []
    return [Write(name, np.fromiter(values, np.int64, len(values)), np.array(list(values.values()), dtype=np.int64))]


def _identifier_rows(state: StateView, joining: Joining, settlers: Settlers, moment: Moment) -> list[Row]:
    slots = np.array([slot for _, slot in joining.links.values()], dtype=np.int64)
    numbers = settlers.numbers(state, slots).tolist()
    return [
        (_signed(name.hash), name.kind, name.text, number, moment.now_ms, name.source)
        for (name, _), number in zip(joining.links.values(), numbers, strict=True)
    ]


def _signed(hashed: int) -> int:
    return hashed - (1 << 64) if hashed >= 1 << 63 else hashed


def _numbers_of(merges: list[Merge], state: StateView, settlers: Settlers) -> tuple[list[int], list[int]]:
    """Return the profile numbers of who was kept and of who was forwarded."""
    kept = settlers.numbers(state, np.array([merge.kept for merge in merges], dtype=np.int64))
    forwarded = settlers.numbers(state, np.array([merge.forwarded for merge in merges], dtype=np.int64))
    return kept.tolist(), forwarded.tolist()


def _merge_batches(state: StateView, joining: Joining, settlers: Settlers, moment: Moment) -> dict[str, Batch]:
    if not joining.merges:
        return {}
    numbers = _numbers_of(joining.merges, state, settlers)
    count = len(joining.merges)
    kept: NDArray[np.int64] = np.array(joining.canonical(merge.kept for merge in joining.merges), dtype=np.int64)
    forwarded: NDArray[np.int64] = np.array([merge.forwarded for merge in joining.merges], dtype=np.int64)
    return {
        "merge": Batch(count, {"kept": kept, "forwarded": forwarded}),
        "profile.merged": Batch(
            count,
            {
                "kept": np.array(numbers[0], dtype=np.int64),
                "forwarded": np.array(numbers[1], dtype=np.int64),
                "at_ms": np.full(count, moment.now_ms, dtype=np.int64),
            },
        ),
    }


def _shared_batch(state: StateView, joining: Joining, settlers: Settlers, moment: Moment) -> dict[str, Batch]:
    """Return who lost an identifier because three people have sent it."""
    if not joining.shared:
        return {}
    owners = np.array(joining.canonical(each.owner for each in joining.shared), dtype=np.int64)
    columns = {
        "profile": settlers.numbers(state, owners),
        "hash": np.array([each.name.hash for each in joining.shared], dtype=np.uint64).view(np.int64),
        "kind": [each.name.kind for each in joining.shared],
        "offset": np.array([each.offset for each in joining.shared], dtype=np.int64),
        "at_ms": np.full(len(owners), moment.now_ms, dtype=np.int64),
    }
    return {"identifier.shared": Batch(len(owners), columns)}
