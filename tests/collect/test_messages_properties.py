import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.collect.contract import MalformedBody
from liftloop.collect.messages import Inlet, Message, read
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS, split
from liftloop.kernel.codec import pack, parse_json

NOON_MS = 1_795_233_600_000
INLET = Inlet(type="batch", received_ms=NOON_MS, actor="key:test")
SECRET = "秘密13912345678"
NAMES = st.sampled_from(["city", "kin", "items", "name", "consents", "traits", *sorted(PERSONAL_NAMES)])
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.text(max_size=5),
    st.floats(allow_nan=False, allow_infinity=False),
)
TREES = st.recursive(
    st.one_of(PLAIN, st.just(SECRET)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=25,
)
OBJECTS = st.dictionaries(NAMES, TREES, max_size=5)


def with_secrets(tree: Any, names: frozenset[str], *, personal: bool = False) -> Any:
    """Return a tree in which the secret stands under personal names and nowhere else."""
    match tree:
        case dict():
            return {
                name: with_secrets(value, names, personal=personal or name in names) for name, value in tree.items()
            }
        case list():
            return [with_secrets(value, names, personal=personal) for value in tree]
        case _:
            return SECRET if personal and tree is not None else ("x" if tree == SECRET else tree)


def escaped(text: str, chance: bool) -> str:
    """Spell some letters of names as JSON escapes, as nothing forbids."""
    return text.replace('"phone"', '"ph\\u006fne"').replace('"ip"', '"\\u0069p"') if chance else text


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(["identify", "group", "track", "page", "screen"]),
    fields=OBJECTS,
    context=OBJECTS,
    ascii_only=st.booleans(),
    escape=st.booleans(),
)
def test_personal_fields_never_stand_in_the_clear(
    kind: str, fields: dict[str, Any], context: dict[str, Any], ascii_only: bool, escape: bool
) -> None:
    """However deep a phone number lies, under whatever spelling of its name, the record that is written has it not."""
    part, names = ("traits", PERSONAL_TRAITS) if kind in ("identify", "group") else ("properties", PERSONAL_NAMES)
    context.pop("consents", None)
    fields, context = with_secrets(fields, names), with_secrets(context, PERSONAL_NAMES)
    message = {"type": kind, "userId": "u", "groupId": "g", "event": "e", part: fields, "context": context}
    body = escaped(json.dumps({"batch": [message]}, ensure_ascii=ascii_only), escape)
    (draft,) = read(body.encode(), INLET)
    written = pack(draft.record)
    for spelling in (SECRET.encode(), SECRET[2:].encode(), json.dumps(SECRET)[1:-1].encode()):
        assert spelling not in written
    if SECRET in json.dumps([fields, context], ensure_ascii=False):
        assert SECRET in json.dumps(draft.personal, ensure_ascii=False)


@given(fields=OBJECTS)
def test_splitting_loses_nothing(fields: dict[str, Any]) -> None:
    """What is kept and what is personal are together what came in, each personal field under its own path."""
    kept, personal = split(fields, PERSONAL_NAMES, "traits")
    assert sum(map(len, map(_leaves, [kept]))) + sum(len(_leaves(value)) for value in personal.values()) == len(
        _leaves(fields)
    )
    for path, value in personal.items():
        assert _at(fields, path.split(".")[1:]) == value


def _leaves(tree: Any) -> list[Any]:
    match tree:
        case dict():
            return [leaf for value in tree.values() for leaf in _leaves(value)]
        case list():
            return [leaf for value in tree for leaf in _leaves(value)]
        case _:
            return [tree]


def _at(tree: Any, path: list[str]) -> Any:
    for step in path:
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


FIELDS = st.one_of(st.sampled_from([field.name for field in msgspec.structs.fields(Message)]), st.just("strange"))
ANYTHING = st.recursive(
    st.one_of(PLAIN, st.sampled_from(["track", "identify", "alias", "2026-11-21T04:00:00Z", "u"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=250, deadline=None)
@given(messages=st.lists(st.one_of(ANYTHING, st.dictionaries(FIELDS, ANYTHING, max_size=8)), max_size=4))
def test_any_json_is_taken_or_told_why_not(messages: list[Any]) -> None:
    """Each message of a batch becomes one record that can be written: taken as it is, or rejected with a reason."""
    drafts = read(json.dumps({"batch": messages}).encode(), INLET)
    assert len(drafts) == len(messages)
    for draft in drafts:
        pack(draft.record)
        rejected = draft.record.kind == "message.rejected"
        assert bool(draft.record.name) or not rejected
        assert rejected or draft.record.user_id or draft.record.anonymous_id
        assert isinstance(parse_json(draft.record.body), dict)


@settings(max_examples=150, deadline=None)
@given(
    body=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_any_bytes_are_refused_in_words(body: bytes) -> None:
    """No bytes make the reader fail in another way than by saying what is wrong with them."""
    for kind in ("batch", "track"):
        inlet = Inlet(type=kind, received_ms=NOON_MS, actor="key:test")
        drafts = []
        with suppress(MalformedBody):
            drafts = read(body, inlet)
        assert all(draft.record.kind for draft in drafts)


@given(
    ms=st.integers(1, 4_102_444_800_000),
    micro=st.integers(0, 999),
    hours=st.integers(-12, 14),
)
def test_instants_are_exact_to_the_millisecond(ms: int, micro: int, hours: int) -> None:
    """An ISO time in any zone becomes its own millisecond; finer parts are cut off."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms, microseconds=micro)
    text = (moment + timedelta(hours=hours)).replace(tzinfo=None).isoformat() + f"{hours:+03d}:00"
    message = {"type": "track", "userId": "u", "event": "e", "timestamp": text}
    (draft,) = read(json.dumps({"batch": [message]}).encode(), INLET)
    assert draft.record.at_ms == ms


@pytest.mark.parametrize("name", ["messageId", "userId"])
def test_messages_without_an_id_are_told_apart_by_content(name: str) -> None:
    """A message without messageId gets one from its bytes: sent twice it is the same, changed it is another."""
    one = {"type": "track", "userId": "u", "event": "e", "timestamp": "2026-11-21T04:00:00Z"}
    other = one | {name: "v"}
    drafts = read(json.dumps({"batch": [one, one, other]}).encode(), INLET)
    first, second, third = (draft.record.message_id for draft in drafts)
    assert first == second != third
