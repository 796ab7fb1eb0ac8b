from itertools import pairwise
from typing import Any

import numpy as np
from engine import Engine, assert_same_arrays, record
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plain_identity import Name, PlainIdentity

from liftloop.app.facts import published
from liftloop.app.tick.pipeline import stages
from liftloop.identify.reading import find, follow, identifier_hash
from liftloop.kernel.codec import canonical_json, unpack_columns
from liftloop.runtime import people
from liftloop.storage.contract import Record

USERS, DEVICES, PHONES = ("u0", "u1", "u2", "u3"), ("a0", "a1", "a2", "a3"), (11, 2**63 + 12, 13)
OF_IDENTITY = ("collect.forget", "collect", "identify")

TRACKS = st.tuples(
    st.just("track"),
    st.sampled_from(["", *USERS]),
    st.sampled_from(["", *DEVICES]),
    st.lists(st.sampled_from(PHONES), max_size=2, unique=True),
).filter(lambda message: message[1] or message[2])
ALIASES = st.tuples(st.just("alias"), st.sampled_from(USERS), st.just(""), st.sampled_from([*USERS, *DEVICES]))
MESSAGES = st.lists(st.one_of(TRACKS, TRACKS, TRACKS, ALIASES), min_size=1, max_size=40)
LIMITS_ASKED = st.fixed_dictionaries({"phone": st.integers(1, 3), "anonymous_id": st.integers(1, 4)})


def names_of(message: Any) -> list[Name]:
    kind, user, device, more = message
    names = [("user_id", user)] if user else []
    if kind == "alias":
        return [*names, ("user_id", more), ("anonymous_id", more)]
    return [*names, *(("phone", str(phone)) for phone in more), *([("anonymous_id", device)] if device else [])]


def record_of(place: int, message: Any) -> Record:
    kind, user, device, more = message
    if kind == "alias":
        return record("alias", f"m{place}", 1, user_id=user, body=canonical_json({"previousId": more}))
    phones = tuple(("phone", phone) for phone in more)
    return record("track", f"m{place}", 1, user_id=user, anonymous_id=device, name="X", identifiers=phones)


def engine_of_identity() -> Engine:
    return Engine(of=[stage for stage in stages() if stage.name in OF_IDENTITY])


def fold(messages: list[Any], cuts: list[int], limits: dict[str, int] | None = None) -> Engine:
    engine = engine_of_identity()
    if limits:
        engine.step([published("setting", "identity", 1, {"limits": limits}, "person:test", engine.now_ms)])
    records = [record_of(place, message) for place, message in enumerate(messages)]
    edges = [0, *sorted({cut % (len(records) + 1) for cut in cuts}), len(records)]
    for start, end in pairwise(edges):
        if start < end:
            engine.step(records[start:end])
    return engine


def plainly(messages: list[Any], limits: dict[str, int]) -> PlainIdentity:
    plain = PlainIdentity(limits)
    for message in messages:
        plain.take(names_of(message), joins_users=message[0] == "alias")
    return plain


def people_of(engine: Engine, count: int) -> list[int]:
    """Return the profile number that each message was folded with; definitions take the first offsets."""
    first = len(engine.records) - count
    return [engine.person_of[first + place] for place in range(count)]


def hash_of(name: Name) -> int:
    return int(name[1]) if name[0] == "phone" else identifier_hash(*name)


def owner_of(engine: Engine, name: Name) -> int:
    """Return the profile number that an identifier leads to."""
    slots = find(engine.fold.state, np.array([hash_of(name)], dtype=np.uint64))
    return int(people.numbers(engine.fold.state, slots)[0])


def shared_in(engine: Engine) -> list[int]:
    """Return the identifiers that became nobody's, in order."""
    blocks = [block for commit in engine.store.commits for block in commit.facts if block.kind == "identifier.shared"]
    return [each % 2**64 for block in blocks for each in unpack_columns(block.columns)["hash"].tolist()]


def head_numbers(engine: Engine, numbers: list[int]) -> list[int]:
    slots = people.slots(engine.fold.state, np.array(numbers, dtype=np.int64))
    return people.numbers(engine.fold.state, follow(engine.fold.state, slots)).tolist()


@settings(max_examples=200, deadline=None)
@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 40), max_size=6), limits=LIMITS_ASKED)
def test_frames_of_any_size_join_as_one_message_at_a_time(
    messages: list[Any], cuts: list[int], limits: dict[str, int]
) -> None:
    """However messages are cut into ticks, people, merges and what is shared are as the plain rules say."""
    plain = plainly(messages, limits)
    engine = fold(messages, cuts, limits)
    assert people.count(engine.fold.state) == len(plain.parent)
    created = dict(zip(*_created(engine), strict=True))
    for name, profile in plain.owner.items():
        assert created[owner_of(engine, name)] == plain.head(profile), name
    merged = [(row["kept"], row["forwarded"]) for row in engine.table("merge")]
    assert [(created[kept], created[forwarded]) for kept, forwarded in merged] == plain.merges
    assert shared_in(engine) == [hash_of(name) for name in plain.shared]


SHARED_WITHIN_A_TICK = [
    ("track", "", "a0", [11]),
    ("track", "u0", "", [11]),
    ("track", "u1", "a0", []),
    ("track", "u2", "a0", []),
    ("track", "", "a0", []),
]


@settings(max_examples=100, deadline=None)
@example(messages=SHARED_WITHIN_A_TICK, cuts=[1], limits={"phone": 1, "anonymous_id": 1})
@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 40), max_size=6), limits=LIMITS_ASKED)
def test_each_message_belongs_to_who_the_plain_rules_name(
    messages: list[Any], cuts: list[int], limits: dict[str, int]
) -> None:
    """Every message is kept with the identity that sent it, whatever that is merged into."""
    plain = PlainIdentity(limits)
    taken = [plain.take(names_of(message), joins_users=message[0] == "alias") for message in messages]
    engine = fold(messages, cuts, limits)
    created = dict(zip(*_created(engine), strict=True))
    own = people_of(engine, len(messages))
    assert [created[number] for number in own] == taken
    assert [created[number] for number in head_numbers(engine, own)] == [plain.head(profile) for profile in taken]


def _created(engine: Engine) -> tuple[list[int], list[int]]:
    slots = people.everyone(engine.fold.state)
    return people.numbers(engine.fold.state, slots).tolist(), engine.fold.state["identify.created"][slots].tolist()


@settings(max_examples=100, deadline=None)
@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_every_identifier_is_on_disk_with_its_person(messages: list[Any], cuts: list[int]) -> None:
    """The table of identifiers names each one once, with a profile that the index leads to."""
    plain = plainly(messages, {"phone": 5, "anonymous_id": 100})
    engine = fold(messages, cuts)
    rows = engine.table("identifier")
    assert len(rows) == len(plain.owner)
    of_user = {row["text"]: row["profile"] for row in rows if row["kind"] == "user_id"}
    for user, profile in of_user.items():
        assert head_numbers(engine, [profile]) == [engine.number(user=user)]
    assert_same_arrays(engine.fold, engine.restored())


@settings(max_examples=100, deadline=None)
@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_a_user_id_decides(messages: list[Any], cuts: list[int]) -> None:
    """Without an alias two user ids never become one person, whatever phones and devices they share."""
    tracks = [message for message in messages if message[0] == "track"]
    if not tracks:
        return
    engine = fold(tracks, cuts)
    seen = {message[1] for message in tracks if message[1]}
    assert len({engine.slot(user=user) for user in seen}) == len(seen)
    for place, message in enumerate(tracks):
        if message[1]:
            assert head_numbers(engine, [engine.person_of[place]]) == [engine.number(user=message[1])]
