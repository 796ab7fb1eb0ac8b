"""The use cases around audiences: count and preview a tree, publish it, see who is in it and how it grew."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.app.audiences.missing import missing_of
from liftloop.app.desk import Desk
from liftloop.app.naming.spoken import spoken_names
from liftloop.app.naming.trees import Names, read_aloud
from liftloop.app.people import PersonLine, people_rows
from liftloop.app.reachability import SUPPRESSED_ROWS, SUPPRESSING_WORDS, Reachability
from liftloop.app.sight import few_kept, kept
from liftloop.app.words import Said
from liftloop.audience.reading import SIGNAL
from liftloop.deliver.contract import ChannelDefinition
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.dice import hash_text, uniform
from liftloop.kernel.errors import LiftloopError
from liftloop.profile.tags import TAG
from liftloop.storage.contract import StorageError

Tree = Mapping[str, Any]
Numbers = NDArray[np.int64]

SAMPLE = 10
TREND_DAYS = 30
FILL_WAIT_S = 10.0
"""How long a publisher waits for a new audience to be given its past; after that the answer counts over the lake."""
FILL_POLL_S = 0.02

WARM_AFTER_S = 8.0
"""The start itself, and a tick that folds what waited, need the processor more."""
_WARM: Tree = {"all": [{"trait": "city", "exists": True}, {"event": "Order Completed", "within_days": 30}]}
_LOGGER = logging.getLogger("liftloop.desk")

_HEADS = "SELECT count(DISTINCT forwarded) FROM merge"
_FLOW = """
SELECT CAST(($2 - at_ms) // $3 AS BIGINT) AS days_ago, count(*) FILTER (entered) AS entered,
    count(*) FILTER (NOT entered) AS gone
FROM membership WHERE audience = $1 AND at_ms > $4 AND at_ms <= $2 GROUP BY days_ago
"""


class Found(Struct, frozen=True, kw_only=True):
    """Who satisfies a tree: how many, some of them, and how many may be reached through which medium."""

    count: int
    of: int
    sentence: Said
    sample: Sequence[PersonLine]
    reachable: Mapping[str, int]
    missing: Sequence[Said] = ()
    """What conditions ask for and is gone."""


class Point(Struct, frozen=True):
    """How many members an audience had at an instant, and who came and went in the day before it."""

    at_ms: int
    count: int
    entered: int
    gone: int


class AudienceLine(Struct, frozen=True, kw_only=True):
    """One audience in a list."""

    id: str
    name: str
    where: Tree
    sentence: Said
    count: int
    version: int
    at_ms: int
    used_by: int


class AudiencePage(Struct, frozen=True, kw_only=True):
    """One audience with all that is shown of it."""

    line: AudienceLine
    found: Found
    trend: Sequence[Point]


class Audiences:
    """Audiences of one installation; keeps what counting the reachable needs between two questions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reachability = Reachability(desk.state)
        self._counting = asyncio.Lock()

    async def preview(self, tree: Tree) -> Found:
        """Return who satisfies a tree now; what memory does not hold is read from the lake."""
        numbers = await self.drafted(tree)
        return await self._found(tree, numbers, len(numbers), sampled(few_kept(numbers)))

    async def warm_up(self) -> None:
        """Ask the lake once, a while after the start, so that the first person who asks does not wait for the compiler.

        It loads in a thread; nothing depends on its end.
        """
        await asyncio.sleep(WARM_AFTER_S)
        try:
            numbers = await self._in_lake(_WARM, self._desk.clock.now_ms())
            await self._found(_WARM, numbers, len(numbers), sampled(numbers))
            await self._desk.seen.now()
        except (StorageError, LiftloopError) as error:  # Whoever asks first waits, and is told what is wrong.
            _LOGGER.info("not warmed up: %s", error)

    async def drafted(self, tree: Tree) -> Numbers:
        """Return the profile numbers of those who satisfy a tree now, ascending."""
        now_ms = self._desk.clock.now_ms()
        answer = await self._desk.tick.ask("preview", where=tree, now_ms=now_ms, whole=True)
        if answer["unknown"]:
            return await self._in_lake(tree, now_ms)
        return np.sort(np.frombuffer(answer["profiles"], dtype=np.int64))

    async def publish(self, identity: str | None, name: str, tree: Tree, actor: str) -> str:
        """Publish an audience, or the next version of `identity`, and return its id once it is live.

        Without an id, the same name and tree mean the audience that has them already.
        """
        chosen = identity or self._same(name, tree) or self._new_identity(name)
        version = await self._desk.definitions.publish("audience", chosen, {"name": name, "where": tree}, actor)
        for _ in range(int(FILL_WAIT_S / FILL_POLL_S)):
            newest, _, _, status = self._desk.definitions.newest("audience", chosen)
            if status == "live" or newest != version:
                break
            await asyncio.sleep(FILL_POLL_S)
        return chosen

    async def listed(self) -> list[AudienceLine]:
        """Return all audiences by name, each with its count now."""
        bodies = self._desk.definitions.live("audience")
        names = await self.names(*(body["where"] for body in bodies.values()))
        counts = [(await self._desk.tick.ask("audience", id=identity))["count"] for identity in bodies]
        lines = [
            self._line(identity, body, names, count)
            for (identity, body), count in zip(bodies.items(), counts, strict=True)
        ]
        return sorted(lines, key=lambda line: (line.name, line.id))

    async def page(self, identity: str) -> AudiencePage:
        """Return one audience; raises `NotFound`."""
        version, body, at_ms, _ = self._desk.definitions.newest("audience", identity)
        numbers = await self.members(identity)
        found = await self._found(body["where"], numbers, len(numbers), sampled(few_kept(numbers)))
        line = self._line(identity, body, await self.names(body["where"]), len(numbers))
        assert line.version == version
        return AudiencePage(line=line, found=found, trend=await self._trend(identity, len(numbers), at_ms, TREND_DAYS))

    async def members(self, identity: str) -> Numbers:
        """Return the profile numbers of an audience's members, ascending; raises `NotFound`.

        An audience that still waits for its past is counted over the lake.
        """
        return await self.matching(identity, self._desk.definitions.newest("audience", identity)[1]["where"])

    async def matching(self, identity: str, tree: Tree) -> Numbers:
        """Return the members of an audience, a tag `tag:x` or a signal `signal:x`, whose tree is given; ascending."""
        prefix = next((each for each in (TAG, SIGNAL) if identity.startswith(each)), "")
        kind = prefix.removesuffix(":") or "audience"
        if self._desk.definitions.newest(kind, identity.removeprefix(prefix))[3] == "filling":
            return await self._in_lake(tree, self._desk.clock.now_ms())
        answer = await self._desk.tick.ask("members", id=identity)
        return np.sort(np.frombuffer(answer["profiles"], dtype=np.int64))

    async def people(self, identity: str, after: int, limit: int) -> tuple[int, list[PersonLine]]:
        """Return how many members there are and a page of them, from the `after`-th on."""
        numbers = await asyncio.to_thread(kept, await self.members(identity))
        return len(numbers), await self._people(numbers[after : after + limit].tolist())

    async def sample(self, numbers: Numbers) -> list[PersonLine]:
        """Return ten of these people, masked; the same ten as long as nobody comes or goes."""
        return await self._people(sampled(few_kept(numbers)))

    async def reachable(self, numbers: Numbers) -> dict[str, int]:
        """Return how many of these people may be sent marketing, by medium."""
        return await self._reachable(numbers)

    async def trend(self, identity: str, days: int) -> list[Point]:
        """Return members by day over the last `days`, oldest first; raises `NotFound`."""
        _, _, at_ms, _ = self._desk.definitions.newest("audience", identity)
        return await self._trend(identity, len(await self.members(identity)), at_ms, days)

    async def described(self, identity: str) -> tuple[str, Said]:
        """Return an audience's name and its tree read aloud; raises `NotFound`."""
        _, body, _, _ = self._desk.definitions.newest("audience", identity)
        return str(body["name"]), read_aloud(body["where"], await self.names(body["where"]))

    async def names(self, *trees: Tree) -> Names:
        """Return what these trees and their parts are read aloud with."""
        return await spoken_names(self._desk.definitions, self._desk.follower, trees)

    async def in_lake(self, tree: Tree) -> Numbers:
        """Return who satisfies a tree now by what the lake holds, ascending."""
        return await self._in_lake(tree, self._desk.clock.now_ms())

    async def _in_lake(self, tree: Tree, now_ms: int) -> Numbers:
        audiences = {each: body["where"] for each, body in self._desk.definitions.conditioned().items()}
        meanings = Meanings(traits=self._desk.definitions.live("trait"), audiences=audiences)
        asked = await asyncio.to_thread(selection, tree, meanings, now_ms)  # The first one loads the compiler.
        found = await self._desk.follower.select(asked.text, asked.parameters)
        return found["profile"].astype(np.int64)

    async def _found(self, tree: Tree, numbers: Numbers, count: int, sample: Sequence[int]) -> Found:
        position = await self._desk.tick.ask("position")
        return Found(
            count=count,
            of=position["profiles"] - self._desk.state.rows(_HEADS)[0][0],
            sentence=read_aloud(tree, await self.names(tree)),
            sample=await self._people(sample),
            reachable=await self._reachable(numbers),
            missing=missing_of(tree, self._desk.definitions),
        )

    async def _people(self, numbers: Sequence[int]) -> list[PersonLine]:
        seen = await self._desk.last_seen.of(numbers)
        lines = await asyncio.to_thread(people_rows, self._desk.state, self._desk.vault, numbers)
        return [replace(line, last_seen_ms=seen.get(each)) for line, each in zip(lines, numbers, strict=True)]

    async def open_to(self, numbers: Numbers, medium: str) -> Numbers:
        """Return which of these people may be sent marketing through a medium, ascending."""
        return (await self._open(numbers)).get(medium, numbers[:0])

    async def _reachable(self, numbers: Numbers) -> dict[str, int]:
        return {medium: len(found) for medium, found in (await self._open(numbers)).items()}

    async def _open(self, numbers: Numbers) -> dict[str, Numbers]:
        suppressed = await self._desk.follower.select(SUPPRESSED_ROWS, [SUPPRESSING_WORDS])
        channels = {
            identity: msgspec.convert(body, ChannelDefinition, strict=False)
            for identity, body in self._desk.definitions.live("channel").items()
        }
        async with self._counting:
            return await asyncio.to_thread(self._reachability.people, numbers, suppressed, channels)

    async def _trend(self, identity: str, count: int, since_ms: int, days: int) -> list[Point]:
        """Return members by day, oldest first: from today's count back over who came and went.

        Reaches back to the newest version only, whose first members came without a fact.
        """
        now_ms = self._desk.clock.now_ms()
        start_ms = max(since_ms, now_ms - days * DAY_MS)
        flow = await self._desk.follower.select(_FLOW, [identity, now_ms, DAY_MS, start_ms])
        those = (flow[name].astype(int).tolist() for name in ("days_ago", "entered", "gone"))
        by_day = {days_ago: (entered, gone) for days_ago, entered, gone in zip(*those, strict=True)}
        points: list[Point] = []
        for days_ago in range((now_ms - start_ms) // DAY_MS):
            entered, gone = by_day.get(days_ago, (0, 0))
            points.append(Point(now_ms - days_ago * DAY_MS, count, entered, gone))
            count = max(count - entered + gone, 0)
        points.append(Point(now_ms - len(points) * DAY_MS, count, 0, 0))
        return points[::-1]

    def _line(self, identity: str, body: Mapping[str, Any], names: Names, count: int) -> AudienceLine:
        version, _, at_ms, _ = self._desk.definitions.newest("audience", identity)
        return AudienceLine(
            id=identity,
            name=str(body["name"]),
            where=body["where"],
            sentence=read_aloud(body["where"], names),
            count=count,
            version=version,
            at_ms=at_ms,
            used_by=self._used_by(identity),
        )

    def _used_by(self, identity: str) -> int:
        return sum(_mentions(body, identity) for body in self._desk.definitions.live("journey").values())

    def _same(self, name: str, tree: Tree) -> str | None:
        wanted = {"name": name, "where": tree}
        return next((each for each, body in self._desk.definitions.live("audience").items() if body == wanted), None)

    def _new_identity(self, name: str) -> str:
        return f"aud_{hash_text('audience', name, str(self._desk.clock.now_ms())):016x}"[:16]


def sampled(numbers: Numbers) -> list[int]:
    """Return ten of these people by the smallest hash, ascending: no group of newcomers or old customers only."""
    drawn = uniform(numbers.astype(np.uint64), hash_text("audience.sample"))
    chosen = np.argpartition(drawn, SAMPLE)[:SAMPLE] if len(numbers) > SAMPLE else np.arange(len(numbers))
    return np.sort(numbers[chosen]).tolist()


def _mentions(body: Any, identity: str) -> bool:
    if isinstance(body, Mapping):
        return body.get("audience") == identity or any(_mentions(part, identity) for part in body.values())
    return isinstance(body, list | tuple) and any(_mentions(part, identity) for part in body)
