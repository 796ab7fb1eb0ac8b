"""The use cases around tags: the directory with coverage and use, who has one, and to put one on people or take it off.

A tag with a rule is an audience under another name, and the tick knows who is in it. One without a rule is an
attribute of people, put on by hand, by file, by API or by an event's sender: `liftloop.profile.tags`.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.audiences.directory import Audiences
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.naming.spoken import spoken_names
from liftloop.app.naming.trees import read_aloud
from liftloop.app.people import PersonLine, find_profile, people_rows
from liftloop.app.sight import kept
from liftloop.app.tags.holders import last_put_ms, put_holders, senders_of
from liftloop.app.tags.overlap import Conflict, conflicts_of
from liftloop.app.tags.uses import Use, plans_of, uses_of
from liftloop.app.words import Said
from liftloop.audience.contract import Tag
from liftloop.collect.fitting import until_ms
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.profile.tags import LIST, TAG, tag_attribute, tag_condition
from liftloop.storage.contract import Record

Numbers = NDArray[np.int64]

UNUSED_DAYS = 90
"""A tag that nothing names, and that nobody changed or got for so long, is one to ask its owner about."""
PEOPLE_MAX = 1_000
"""People named in one request; more are an audience."""
AT_ONCE = 5_000
"""People whom one tick gives a tag."""
_MERGED = "SELECT count(DISTINCT forwarded) FROM merge"


class TagFollowsRule(LiftloopError):
    """A tag with a rule cannot be put on people."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "tag_follows_rule",
            zh=f"标签「{name}」由规则决定，不能手工打上或摘掉",
            en=f"the tag “{name}” follows a rule: nobody can put it on or take it off",
            next_zh="改它的规则，或者另建一个没有规则的标签",
            next_en="change its rule, or make another tag without one",
            status=409,
            exit_code=EXIT_USAGE,
        )


class TooManyPeople(LiftloopError):
    """One request names more people than it may."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_people",
            zh=f"一次最多 {PEOPLE_MAX:,} 人",
            en=f"at most {PEOPLE_MAX:,} people at once",
            next_zh="把他们做成人群，给整个人群打标签；或导入带 tags 列的文件",
            next_en="make an audience of them and tag that, or import a file with a column `tags`",
            status=422,
            exit_code=EXIT_USAGE,
        )


class TagLine(Struct, frozen=True, kw_only=True):
    """One tag of the directory."""

    id: str
    tag: Tag
    rule: Said | None
    """The rule in words."""
    people: int
    of: int
    used_in: Sequence[Use]
    conflicts: Sequence[Conflict]
    unused: bool
    version: int
    at_ms: int
    last_put_ms: int | None
    """When somebody last got it by hand, by file or by API; None where nobody did, and of tags with a rule."""


class TagOutcome(Struct, frozen=True, kw_only=True):
    """What putting or taking off came to."""

    people: int
    unknown: Sequence[str]
    """Whom nobody knows by what was given."""
    until_ms: int | None


class Tags:
    """Tags of one installation."""

    def __init__(self, desk: Desk, audiences: Audiences) -> None:
        self._desk = desk
        self._audiences = audiences

    async def listed(self, unused_days: float = UNUSED_DAYS) -> list[TagLine]:
        """Return all tags by category and name."""
        bodies = self._desk.definitions.live("tag")
        tags = {identity: msgspec.convert(body, Tag, strict=False) for identity, body in bodies.items()}
        members, last_put = await self._holders(tags)
        conflicts = await asyncio.to_thread(conflicts_of, tags, members)
        uses, of = uses_of(self._desk.definitions, tags), await self._everybody()
        for identity, plans in (await plans_of(self._desk, tags)).items():
            uses[identity] += plans
        rules = [tag.where for tag in tags.values() if tag.where]
        names = await spoken_names(self._desk.definitions, self._desk.follower, rules)
        lines: list[TagLine] = []
        for identity, tag in tags.items():
            version, _, at_ms, _ = self._desk.definitions.newest("tag", identity)
            put_ms = last_put.get(identity)
            old = max(at_ms, put_ms or 0) < self._desk.clock.now_ms() - unused_days * DAY_MS
            lines.append(
                TagLine(
                    id=identity,
                    tag=tag,
                    rule=None if tag.where is None else read_aloud(tag.where, names),
                    people=len(members[identity]),
                    of=of,
                    used_in=uses[identity],
                    conflicts=conflicts[identity],
                    unused=old and not uses[identity],
                    version=version,
                    at_ms=at_ms,
                    last_put_ms=put_ms,
                )
            )
        return sorted(lines, key=lambda line: (line.tag.category, line.tag.name, line.id))

    async def people(self, identity: str, after: int, limit: int) -> tuple[int, list[PersonLine]]:
        """Return how many have a tag and a page of them; raises `NotFound`."""
        tag = self._tag(identity)
        numbers = await asyncio.to_thread(kept, (await self._holders({identity: tag}))[0][identity])
        page = np.sort(numbers)[after : after + limit].tolist()
        return len(numbers), await asyncio.to_thread(people_rows, self._desk.state, self._desk.vault, page)

    async def put(
        self, identity: str, people: Sequence[str], audience: str | None, until: int | None, actor: str
    ) -> TagOutcome:
        """Put a tag on people and on the members of an audience, until an instant or for as long as the tag says.

        Whom the caller may not see is left out. Raises `NotFound`, `TagFollowsRule` and `TooManyPeople`.
        """
        tag = self._tag(identity)
        end_ms = until if until is not None else until_ms(tag.expires_days, self._desk.clock.now_ms())
        numbers, unknown = await self._named(tag, people, audience)
        await self._say(identity, numbers, end_ms, actor)
        return TagOutcome(people=len(numbers), unknown=unknown, until_ms=end_ms)

    async def put_on(self, identity: str, numbers: Sequence[int], actor: str) -> None:
        """Put a tag on these profiles until it is taken off; raises `NotFound` and `TagFollowsRule`."""
        tag = self._tag(identity)
        if tag.where is not None:
            raise TagFollowsRule(tag.name)
        await self._say(identity, numbers, until_ms(tag.expires_days, self._desk.clock.now_ms()), actor)

    async def take_off(self, identity: str, people: Sequence[str], audience: str | None, actor: str) -> TagOutcome:
        """Take a tag off people; raises as `put` does. Who has it not stays without it."""
        numbers, unknown = await self._named(self._tag(identity), people, audience)
        await self._say(identity, numbers, None, actor)
        return TagOutcome(people=len(numbers), unknown=unknown, until_ms=None)

    def _tag(self, identity: str) -> Tag:
        return msgspec.convert(self._desk.definitions.newest("tag", identity)[1], Tag, strict=False)

    async def _everybody(self) -> int:
        position = await self._desk.tick.ask("position")
        return position["profiles"] - self._desk.state.rows(_MERGED)[0][0]

    async def _holders(self, tags: Mapping[str, Tag]) -> tuple[dict[str, Numbers], dict[str, int]]:
        """Return who has each tag now, and when somebody was last given each by hand.

        The tick knows who is on a list, which may be a million people; of other tags that are put on people the state
        tells it, whether any condition asks for them or not.
        """
        now_ms = self._desk.clock.now_ms()
        found: dict[str, Numbers] = {}
        for identity, tag in tags.items():
            if identity.startswith(LIST):
                asked = {"where": tag_condition(identity), "now_ms": now_ms, "whole": True}
                answer = await self._desk.tick.ask("preview", **asked)
                if not answer["unknown"]:
                    found[identity] = np.frombuffer(answer["profiles"], dtype=np.int64)
            elif tag.where is not None:
                found[identity] = await self._audiences.matching(TAG + identity, tag.where)
        lists = [identity for identity in found if identity.startswith(LIST)]
        last_put = await asyncio.to_thread(last_put_ms, self._desk.state, lists) if lists else {}
        put = [identity for identity in tags if identity not in found]
        held = await asyncio.to_thread(put_holders, self._desk.state, put, now_ms) if put else {}
        for identity, holders in held.items():
            found[identity] = np.array([each.profile for each in holders], dtype=np.int64)
            if holders:
                last_put[identity] = max(each.at_ms for each in holders)
        return found, last_put

    async def _named(self, tag: Tag, people: Sequence[str], audience: str | None) -> tuple[list[int], list[str]]:
        if tag.where is not None:
            raise TagFollowsRule(tag.name)
        if len(people) > PEOPLE_MAX:
            raise TooManyPeople
        found: dict[int, None] = {}
        unknown: list[str] = []
        for each in people:
            number: int | None = None
            with suppress(NotFound):
                number = await find_profile(self._desk.tick, self._desk.clock, each)
            if number is None:
                unknown.append(each)
            else:
                found[number] = None
        if audience is not None:
            members = await asyncio.to_thread(kept, await self._audiences.members(audience))
            found |= dict.fromkeys(members.tolist())
        return list(found), unknown

    async def _say(self, tag: str, numbers: Sequence[int], end_ms: int | None, actor: str) -> None:
        """State of each person, under the name by which the tick knows them, until when they have the tag."""
        now_ms = self._desk.clock.now_ms()
        body = canonical_json({tag_attribute(tag): end_ms})
        for start in range(0, len(numbers), AT_ONCE):
            part = numbers[start : start + AT_ONCE]
            senders = await asyncio.to_thread(senders_of, self._desk.state, part)
            await self._desk.tick.facts(
                [_record(tag, number, who, body, actor, now_ms) for number, who in senders.items()]
            )


def _record(tag: str, number: int, who: Mapping[str, Any], body: bytes, actor: str, now_ms: int) -> Record:
    return Record(
        kind="identify",
        at_ms=now_ms,
        received_ms=now_ms,
        message_id=f"{TAG}{tag}:{number}:{now_ms}:{body.decode()}",
        actor=actor,
        body=body,
        **who,
    )


def held_tags(
    tags: Mapping[str, Tag], put: Iterable[tuple[str, Any, int, str]], inside: Sequence[str], now_ms: int
) -> dict[str, tuple[int | None, str, int | None]]:
    """Return the tags that one person has, as (since, source, until).

    `put` are attributes as (name, value, at_ms, source), `inside` the audiences that the person is in.
    """
    held: dict[str, tuple[int | None, str, int | None]] = {}
    for name, value, at_ms, source in put:
        identity = name.removeprefix(TAG)
        tag = tags.get(identity) if name.startswith(TAG) else None
        if tag is not None and tag.where is None and isinstance(value, int | float) and value > now_ms:
            held[identity] = (at_ms, source, int(value))
    for name in inside:
        identity = name.removeprefix(TAG)
        if name.startswith(TAG) and identity in tags:
            held[identity] = (None, "rule", None)
    return held
