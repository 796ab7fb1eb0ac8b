"""Who has tags that are put on people, as the state's tables say, and under which name the tick knows a person."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from liftloop.kernel.codec import parse_json
from liftloop.profile.tags import TAG, tag_attribute
from liftloop.storage.contract import StateReader

_PUT = """
SELECT profile, name, value, at_ms FROM attribute
WHERE sealed = 0 AND name >= ? AND name < ? AND name IN (SELECT value FROM json_each(?)) ORDER BY at_ms
"""
_LAST_PUT = """
SELECT name, max(at_ms) FROM attribute
WHERE sealed = 0 AND name IN (SELECT value FROM json_each(?)) GROUP BY name
"""
_FAMILIES = """
WITH RECURSIVE member (head, profile) AS (
    SELECT value, value FROM json_each(?)
    UNION SELECT member.head, merge.forwarded FROM member JOIN merge ON merge.kept = member.profile
)
SELECT member.head, identifier.kind, identifier.text, identifier.hash
FROM member JOIN identifier ON identifier.profile = member.profile
ORDER BY identifier.kind <> 'user_id', identifier.kind <> 'anonymous_id', identifier.at_ms, identifier.hash
"""
_FORWARDED = "SELECT forwarded, kept FROM merge ORDER BY tick, position"
_AFTER_TAG = TAG[:-1] + chr(ord(TAG[-1]) + 1)


class Holder(NamedTuple):
    """One person with a tag, and since when."""

    profile: int
    at_ms: int


def put_holders(state: StateReader, tags: Sequence[str], now_ms: int) -> dict[str, list[Holder]]:
    """Return who has each of these tags at an instant; of merged people the newest word counts."""
    heads = heads_now(state)
    newest: dict[tuple[str, int], tuple[Any, int]] = {}
    wanted = json.dumps([tag_attribute(tag) for tag in tags])
    for profile, name, value, at_ms in state.rows(_PUT, (TAG, _AFTER_TAG, wanted)):
        newest[name, heads.get(int(profile), int(profile))] = (parse_json(value), at_ms)
    found: dict[str, list[Holder]] = {tag: [] for tag in tags}
    for (name, profile), (until, at_ms) in newest.items():
        if isinstance(until, int | float) and until > now_ms:
            found[name.removeprefix(TAG)].append(Holder(profile, at_ms))
    return found


def last_put_ms(state: StateReader, tags: Sequence[str]) -> dict[str, int]:
    """Return when somebody was last given each of these tags, or had it taken off."""
    rows = state.rows(_LAST_PUT, (json.dumps([tag_attribute(tag) for tag in tags]),))
    return {name.removeprefix(TAG): int(at_ms) for name, at_ms in rows}


def senders_of(state: StateReader, profiles: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Return the fields of a record by which the tick finds each person again: the identifier that tells best."""
    found: dict[int, Mapping[str, Any]] = {}
    for head, kind, text, hashed in state.rows(_FAMILIES, (json.dumps(list(profiles)),)):
        if head in found:
            continue
        match kind:
            case "user_id":
                found[head] = {"user_id": text}
            case "anonymous_id":
                found[head] = {"anonymous_id": text}
            case _:
                found[head] = {"identifiers": ((kind, hashed % 2**64),)}
    return found


def heads_now(state: StateReader) -> dict[int, int]:
    """Return who each merged profile is now."""
    kept: dict[int, int] = {int(forwarded): int(into) for forwarded, into in state.rows(_FORWARDED)}
    heads: dict[int, int] = {}
    for profile in kept:
        head = profile
        while head in kept:  # A merge keeps the older, so that no way leads back.
            head = kept[head]
        heads[profile] = head
    return heads
