"""Lets a person, or a group, walk through a journey for trial: takes the copy, gives it its past, and lets it go."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from liftloop.app.contents.preview import Preview, asked_of, preview
from liftloop.app.desk import Desk
from liftloop.app.facts import published
from liftloop.app.following import past_part
from liftloop.app.journeys.trying import GroupTrial, Numbers, Trial, Tried, counted, walked
from liftloop.app.journeys.watched import Seen
from liftloop.app.people import find_profile
from liftloop.app.rehearsal.copied import ACTOR, Copy
from liftloop.app.tick.excerpt import PEOPLE_MAX
from liftloop.app.tick.questions import answer
from liftloop.journey.contract import COUPON_CHANNEL
from liftloop.kernel.codec import canonical_json, pack, pack_columns, parse_json
from liftloop.kernel.dice import hash_text, mix
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.kernel.ids import PARTITIONS
from liftloop.profile.attributes import ATTRIBUTE_FILLED
from liftloop.profile.contract import SourceFilled
from liftloop.profile.stage import SOURCE_FILLED
from liftloop.runtime import people
from liftloop.runtime.catalog import FILLED
from liftloop.storage.contract import Row

BLOCKS_MAX = 64
"""Blocks of profile numbers from which a trial takes people: each costs 1,024 rows of every column."""
_PAST = """
SELECT "offset", profile, at_ms, properties FROM event_now
WHERE kind = 'track' AND name = ? AND "offset" < ? AND list_contains(?, profile) ORDER BY "offset"
"""
_ATTRIBUTES = """
SELECT profile, at_ms, value FROM attribute
WHERE name = ? AND sealed = 0 AND profile IN (SELECT value FROM json_each(?))
"""


class TryWhom(LiftloopError):
    """A journey is to be tried for a group, and nobody says which."""

    def __init__(self) -> None:
        super().__init__(
            "try_whom",
            zh="这个旅程的触发说不出是哪些人，要指定一个人群来试走",
            en="the trigger of this journey names no group: say for which audience it is to be tried",
            next_zh="加上 --audience 人群，或换成某一个人试走",
            next_en="add --audience ID, or try it for one person",
            status=422,
            exit_code=EXIT_USAGE,
        )


async def try_person(desk: Desk, asked: Tried, person: str) -> Trial:
    """Let one person walk; raises `NotFound` for nobody, and what checking the journey raises."""
    number = await find_profile(desk.tick, desk.clock, person)
    body = _body(desk, asked)
    copy, seen = await _copied(desk, asked, np.array([number], dtype=np.int64), body)
    return await asyncio.to_thread(walked, copy, seen, asked, body)


async def try_group(desk: Desk, asked: Tried, audience: str) -> GroupTrial:
    """Let a group walk, all of them entering now: an audience, or whom the trigger names. Raises `TryWhom`."""
    body = _body(desk, asked)
    everybody = await _group(desk, body, audience)
    chosen = sample(everybody)
    share = len(chosen) / max(len(everybody), 1)
    if (limit := int(body.get("entries_per_day") or 0)) and share < 1:
        body = {**body, "entries_per_day": max(round(limit * share), 1)}
    copy, seen = await _copied(desk, asked, chosen, body)
    return await asyncio.to_thread(counted, copy, seen, asked, len(everybody))


async def shown_in(desk: Desk, trial: Trial, entry: Mapping[str, Any]) -> Mapping[tuple[str, str], Preview]:
    """Return the messages of a trial as their person would see them now, by (content, channel); what is not there is
    left out.
    """
    found: dict[tuple[str, str], Preview] = {}
    for each in trial.messages:
        key = (each.content, each.channel)
        if key in found or each.channel == COUPON_CHANNEL or each.content not in desk.definitions.live("content"):
            continue
        with suppress(LiftloopError):
            asked = asked_of(desk, None, each.content, person=trial.profile, channel=each.channel, entry=entry)
            found[key] = await preview(desk, asked)
    return found


def sample(numbers: Numbers) -> Numbers:
    """Return at most PEOPLE_MAX of these people, from blocks spread evenly over when they were first seen.

    Numbers decide every draw, so people keep theirs; a block holds people of one time and of one hash.
    """
    blocks = (numbers >> 6) // people.BLOCK * PARTITIONS + (numbers & (PARTITIONS - 1))
    there = np.unique(blocks)
    if len(there) > BLOCKS_MAX:
        kept = there[((np.arange(BLOCKS_MAX) + 0.5) * (len(there) / BLOCKS_MAX)).astype(np.int64)]
        numbers = numbers[np.isin(blocks, kept)]
    if len(numbers) > PEOPLE_MAX:
        luck = mix(numbers.astype(np.uint64), hash_text("trial"))
        numbers = numbers[np.argsort(luck, kind="stable")[:PEOPLE_MAX]]
    return np.sort(numbers)


def _body(desk: Desk, asked: Tried) -> Mapping[str, Any]:
    if asked.body is None:
        return desk.definitions.newest("journey", asked.journey)[1]
    desk.definitions.check("journey", asked.journey, dict(asked.body))
    return asked.body


async def _group(desk: Desk, body: Mapping[str, Any], audience: str) -> Numbers:
    trigger: Mapping[str, Any] = body["trigger"]
    named = audience or str(trigger.get("audience") or "")
    if named:
        desk.definitions.newest("audience", named)
        told = await desk.tick.ask("members", id=named)
    elif trigger["on"] == "campaign":
        told = await desk.tick.ask("assigned", campaign=str(trigger["campaign"]))
    else:
        raise TryWhom
    return np.frombuffer(told["profiles"], dtype=np.int64)


async def _copied(desk: Desk, asked: Tried, numbers: Numbers, body: Mapping[str, Any]) -> tuple[Copy, Seen]:
    """Return the copy with the journey in it as it is tried, live and with its past."""
    told = await desk.tick.ask("excerpt", profiles=numbers.tobytes())
    seen = Seen(asked.journey)
    copy = await asyncio.to_thread(Copy, told, desk.state, seen, asked.journey if asked.fresh else "")
    catalog = copy.fold.catalog
    live = catalog.live("journey").get(asked.journey)
    if live is None or dict(live.body) != dict(body):
        version = catalog.newest("journey", asked.journey) + 1
        now_ms = copy.fold.now_ms
        copy.step([published("journey", asked.journey, version, body, ACTOR, now_ms)], now_ms)
        await _fill(desk, copy)
    return copy, seen


async def _fill(desk: Desk, copy: Copy) -> None:
    """Give definitions that wait in the copy these people's past, and switch them on."""
    waiting: list[Mapping[str, Any]] = answer(copy.fold, "unfilled", {})["waiting"]
    done: set[str] = set()
    now_ms, profiles = copy.fold.now_ms, copy.profiles.tolist()
    for each in waiting:
        for source in each["sources"]:
            if source["id"] in done:
                continue
            done.add(source["id"])
            await desk.follower.catch_up()
            found = await desk.follower.select(_PAST, [source["event"], copy.offset_taken, profiles])
            since, until = int(source["since"]), int(source["until"])
            part = SourceFilled(since=since, after=until, until=since, columns=pack_columns(past_part(source, found)))
            copy.say(SOURCE_FILLED, source["id"], pack(part), now_ms)
        for name in each["attributes"]:
            rows: list[Row] = desk.state.rows(_ATTRIBUTES, (name, canonical_json(profiles).decode()))
            body = {
                "profile": [profile for profile, _, _ in rows],
                "at_ms": [at_ms for _, at_ms, _ in rows],
                "value": [parse_json(value) for _, _, value in rows],
                "last": True,
            }
            copy.say(ATTRIBUTE_FILLED, name, pack(body), now_ms)
        about = canonical_json({name: each[name] for name in ("kind", "id", "version")})
        copy.say(FILLED, f"{each['kind']}/{each['id']}", about, now_ms)
