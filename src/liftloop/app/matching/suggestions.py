"""People who may be the same: looked for when asked, kept as a fact, and judged by a person one pair at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.matching.features import features_of
from liftloop.app.matching.model import PAIRS_MAX, Alike, evidence, find_alike
from liftloop.app.people import PersonLine, find_profile, people_rows
from liftloop.app.persons.identities import rule
from liftloop.app.sight import visible
from liftloop.app.words import Said
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import StateReader, Vault

SUGGESTED = "people.suggested"
"""What a search found: `Found`. Profiles are numbers and evidence is codes: nothing personal is in it."""
SEED = 20260101
"""Chance agreement is counted on the same random pairs each time: two searches of the same people agree."""

_LAST = f"SELECT body, at_ms FROM system_record WHERE kind = '{SUGGESTED}' ORDER BY \"offset\" DESC LIMIT 1"
_HEADS = """
WITH RECURSIVE way (start, profile) AS (
    SELECT value, value FROM json_each(?)
    UNION SELECT way.start, merge.kept FROM way JOIN merge ON merge.forwarded = way.profile
)
SELECT start, profile FROM way WHERE NOT EXISTS (SELECT 1 FROM merge WHERE merge.forwarded = way.profile)
"""
_APART = "SELECT first, second FROM ruling WHERE kind IN ('apart', 'undone')"


class Found(Struct, frozen=True, kw_only=True):
    """What a search said, as the fact keeps it."""

    people: int
    compared: int
    pairs: Sequence[Alike]


class SuggestedPair(Struct, frozen=True, kw_only=True):
    """Two people who may be one, fit to be shown."""

    first: PersonLine
    second: PersonLine
    probability: float
    evidence: Said


class Suggestions(Struct, frozen=True, kw_only=True):
    """What is left to judge of the last search; `found_ms` is None before the first."""

    found_ms: int | None
    people: int
    compared: int
    pairs: Sequence[SuggestedPair]


async def find_suggestions(desk: Desk, actor: str) -> Suggestions:
    """Look for people who may be the same, and return what is to be judged; raises `MatchingMissing`."""
    found = await asyncio.to_thread(_search, desk.state, desk.vault)
    await _say(desk, found, actor, desk.clock)
    await desk.follower.catch_up()
    return await suggestions(desk)


async def suggestions(desk: Desk) -> Suggestions:
    """Return pairs of the last search that nobody has judged and that are still two people."""
    last = await desk.follower.select(_LAST)
    if not len(last["body"]):
        return Suggestions(found_ms=None, people=0, compared=0, pairs=())
    found = msgspec.json.decode(last["body"][0], type=Found)
    pairs = await asyncio.to_thread(_open_pairs, desk, found.pairs)
    return Suggestions(found_ms=int(last["at_ms"][0]), people=found.people, compared=found.compared, pairs=pairs)


async def judge_pair(desk: Desk, first: str, second: str, *, same: bool, actor: str) -> None:
    """Make one person of two, or keep them apart for good; raises `NotFound`, `TooManyApart`."""
    pair = [await find_profile(desk.tick, desk.clock, identity) for identity in (first, second)]
    if pair[0] != pair[1]:
        await rule(desk, (pair[0], pair[1]), same=same, by="suggestion", actor=actor)


async def _say(desk: Desk, found: Found, actor: str, clock: Clock) -> None:
    await desk.tick.facts([fact(SUGGESTED, "people", canonical_json(found), actor, clock.now_ms())])


def _search(state: StateReader, vault: Vault) -> Found:
    key = vault.keyed_hash("matching", "key") % 2**64
    people, comparable = features_of(state, vault, key.to_bytes(8, "little"))
    apart = _apart(state)
    alike = [each for each in find_alike(people, SEED) if _pair(each) not in apart]
    return Found(people=comparable, compared=len(people), pairs=alike[:PAIRS_MAX])


def _pair(alike: Alike) -> frozenset[int]:
    return frozenset((alike.first, alike.second))


def _apart(state: StateReader) -> set[frozenset[int]]:
    """Return the pairs of people, merges followed, that somebody has said are two."""
    rows = state.rows(_APART)
    heads = _heads(state, [number for row in rows for number in row])
    return {frozenset((heads[first], heads[second])) for first, second in rows}


def _heads(state: StateReader, numbers: Sequence[int]) -> Mapping[int, int]:
    return dict(state.rows(_HEADS, (str(list(numbers)),)))


def _open_pairs(desk: Desk, pairs: Sequence[Alike]) -> list[SuggestedPair]:
    heads = _heads(desk.state, [number for each in pairs for number in (each.first, each.second)])
    apart, seen = _apart(desk.state), set[frozenset[int]]()
    left: list[tuple[Alike, int, int]] = []
    for each in pairs:
        first, second = heads[each.first], heads[each.second]
        pair = frozenset((first, second))
        if first != second and pair not in apart and pair not in seen:
            seen.add(pair)
            left.append((each, first, second))
    seen_ones = set(visible([number for _, first, second in left for number in (first, second)]))
    left = [each for each in left if each[1] in seen_ones and each[2] in seen_ones]
    numbers = [number for _, first, second in left for number in (first, second)]
    lines: dict[int, Any] = dict(zip(numbers, people_rows(desk.state, desk.vault, numbers), strict=True))
    return [
        SuggestedPair(
            first=lines[first], second=lines[second], probability=each.probability, evidence=evidence(each.levels)
        )
        for each, first, second in left
    ]
