from itertools import pairwise
from typing import Any

import numpy as np
from engine import Engine, assert_same_arrays, record
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.app.pipeline import stages
from liftloop.identify.reading import follow
from liftloop.kernel.codec import canonical_json
from liftloop.runtime import people
from liftloop.storage.contract import Record

Name = tuple[str, str]
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


class PlainIdentity:
    """The rules of identity, one message at a time: a user id decides, the older profile is kept."""

    def __init__(self) -> None:
        self.parent: list[int] = []
        self.has_user: list[bool] = []
        self.owner: dict[Name, int] = {}
        self.merges: list[tuple[int, int]] = []

    def head(self, profile: int) -> int:
        while self.parent[profile] != profile:
            profile = self.parent[profile]
        return profile

    def find(self, name: Name) -> int | None:
        return self.head(self.owner[name]) if name in self.owner else None

    def take(self, names: list[Name], *, joins_users: bool) -> int:
        profile = self._deciding(names)
        for name in names[1:]:
            other = self.find(name)
            if other is None:
                self._own(name, profile)
            elif other != profile and (joins_users or not (self.has_user[profile] and self.has_user[other])):
                profile = self._merge(profile, other)
        return profile

    def _deciding(self, names: list[Name]) -> int:
        found = self.find(names[0])
        if found is None:
            known = [profile for name in names[1:] if (profile := self.find(name)) is not None]
            if names[0][0] == "user":
                known = [profile for profile in known if not self.has_user[profile]]
            found = known[0] if known else self._new()
            self._own(names[0], found)
        return found

    def _new(self) -> int:
        self.parent.append(len(self.parent))
        self.has_user.append(False)
        return len(self.parent) - 1

    def _own(self, name: Name, profile: int) -> None:
        self.owner[name] = profile
        self.has_user[profile] |= name[0] == "user"

    def _merge(self, one: int, other: int) -> int:
        kept, forwarded = sorted((one, other))
        self.parent[forwarded] = kept
        self.has_user[kept] |= self.has_user[forwarded]
        self.merges.append((kept, forwarded))
        return kept


def names_of(message: Any) -> list[Name]:
    kind, user, device, more = message
    names = [("user", user)] if user else []
    if kind == "alias":
        return [*names, ("user", more), ("device", more)]
    return [*names, *(("phone", str(phone)) for phone in more), *([("device", device)] if device else [])]


def record_of(place: int, message: Any) -> Record:
    kind, user, device, more = message
    if kind == "alias":
        return record("alias", f"m{place}", 1, user_id=user, body=canonical_json({"previousId": more}))
    phones = tuple(("phone", phone) for phone in more)
    return record("track", f"m{place}", 1, user_id=user, anonymous_id=device, name="X", identifiers=phones)


def engine_of_identity() -> Engine:
    return Engine(of=[stage for stage in stages() if stage.name in OF_IDENTITY])


def fold(messages: list[Any], cuts: list[int]) -> Engine:
    engine = engine_of_identity()
    records = [record_of(place, message) for place, message in enumerate(messages)]
    edges = [0, *sorted({cut % (len(records) + 1) for cut in cuts}), len(records)]
    for start, end in pairwise(edges):
        if start < end:
            engine.step(records[start:end])
    return engine


def head_numbers(engine: Engine, numbers: list[int]) -> list[int]:
    slots = people.slots(engine.fold.state, np.array(numbers, dtype=np.int64))
    return people.numbers(engine.fold.state, follow(engine.fold.state, slots)).tolist()


@settings(max_examples=200, deadline=None)
@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_frames_of_any_size_join_as_one_message_at_a_time(messages: list[Any], cuts: list[int]) -> None:
    """However messages are cut into ticks, people, their merges and who was kept are those of the plain rules."""
    plain = PlainIdentity()
    for message in messages:
        plain.take(names_of(message), joins_users=message[0] == "alias")
    engine = fold(messages, cuts)
    numbers = [engine.person_of[place] for place in range(len(messages))]
    expected = [plain.find(names_of(message)[0]) for message in messages]
    found = head_numbers(engine, numbers)
    assert people.count(engine.fold.state) == len(plain.parent)
    assert [expected.index(profile) for profile in expected] == [found.index(number) for number in found]
    assert engine.fold.state["identify.created"][people.slots(engine.fold.state, np.array(found))].tolist() == expected
    merged = [(row["kept"], row["forwarded"]) for row in engine.table("merge")]
    created = dict(zip(*_created(engine), strict=True))
    assert [(created[kept], created[forwarded]) for kept, forwarded in merged] == plain.merges


def _created(engine: Engine) -> tuple[list[int], list[int]]:
    slots = people.everyone(engine.fold.state)
    return people.numbers(engine.fold.state, slots).tolist(), engine.fold.state["identify.created"][slots].tolist()


@settings(max_examples=100, deadline=None)
@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_every_identifier_is_on_disk_with_its_person(messages: list[Any], cuts: list[int]) -> None:
    """The table of identifiers names each one once, with a profile that the index leads to."""
    plain = PlainIdentity()
    for message in messages:
        plain.take(names_of(message), joins_users=message[0] == "alias")
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
