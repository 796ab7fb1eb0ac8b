"""What the desk does by itself: the lake follows log and facts, and new definitions get their past."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import numpy as np

from liftloop.app import undoing
from liftloop.app.facts import fact
from liftloop.app.tick_client import TickClient
from liftloop.identify.contract import UNDO_ATTEMPTS_MAX
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import canonical_json, pack, pack_columns, parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import Offset
from liftloop.profile.attributes import ATTRIBUTE_FILLED
from liftloop.profile.contract import Source, SourceFilled
from liftloop.profile.stage import SOURCE_FILLED
from liftloop.profile.values import event_value
from liftloop.runtime.catalog import FILLED
from liftloop.storage.contract import Lake, LakeReader, Log, StateReader, StorageError

FOLLOW_EVERY_S = 0.1
FOLLOW_EVERY_S_MAX = 1.0
RESTS = 4
"""Times as long as a round took: a round of few records costs as much as one of many, and the tick needs the CPU."""
NO_ROOM_S = 1.0
FOLLOW_MAX = 50_000
"""Records and fact blocks taken into the lake at a time."""
QUESTIONS_MAX = 2
"""Queries at a time beside a study: as many as there are cores, and the lake's memory is for three."""
FILL_CHUNK = 100_000
"""Events of history that one fact carries."""
_SYSTEM = "system:desk"
_PAST = """
SELECT "offset", profile, at_ms, properties FROM event_now
WHERE kind = 'track' AND name = ? AND "offset" >= ? AND "offset" < ? ORDER BY "offset" LIMIT ?
"""

_LOGGER = logging.getLogger("liftloop.desk")

T = TypeVar("T")


class Follower:
    """Keeps the lake up with the tick, and lets one study and a few questions at a time read it meanwhile."""

    def __init__(self, lake: Lake, log: Log, state: StateReader, tick: TickClient, clock: Clock) -> None:
        self.lake = lake
        self._log = log
        self.state = state
        self.tick = tick
        self._clock = clock
        self._following = asyncio.Lock()
        self._studying = asyncio.Lock()
        self._asking = asyncio.Semaphore(QUESTIONS_MAX)
        self._filling = asyncio.Lock()
        self._attempts: dict[tuple[int, int], int] = {}
        """How often each merge that waits to be undone was tried since this desk began."""
        self._still = asyncio.Lock()
        """Held while the lake must not change though it may be read."""

    async def follow_forever(self) -> None:
        """Follow and fill until cancelled; a tick that is away for a moment is waited for."""
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                while await self._follow() >= FOLLOW_MAX:
                    continue
                await self.fill()
            except LiftloopError as away:  # The tick is away, or has no room.
                _LOGGER.warning("%s", away)
            except StorageError as error:  # A full disk above all: what was not taken in is taken in later.
                _LOGGER.error("the lake waits: %s", error)
                await asyncio.sleep(NO_ROOM_S)
            rest_s = RESTS * (loop.time() - began_s)
            await asyncio.sleep(min(max(rest_s, FOLLOW_EVERY_S), FOLLOW_EVERY_S_MAX))

    async def catch_up(self) -> None:
        """Take in everything that log and facts hold now."""
        while await self._follow():
            continue

    async def reach(self, offset: Offset) -> None:
        """Take in what log and facts hold before an offset that is folded; more may come meanwhile."""
        while self.lake.position().offset < offset and await self._follow():
            continue

    async def _follow(self) -> int:
        async with self._still, self._following:
            return await asyncio.to_thread(self.lake.follow, self._log, self.state, limit=FOLLOW_MAX)

    async def select(self, query: str, parameters: Sequence[Any] = (), seconds_max: float = 0.0) -> dict[str, Any]:
        """Run one query over the lake without holding up the event loop; raises `TookTooLong`, 0 is for no limit."""
        async with self._asking:
            return await asyncio.to_thread(self.lake.select, query, parameters, seconds_max)

    async def study(self, work: Callable[[LakeReader], T]) -> T:
        """Run work that asks the lake many times, over the lake as it is when the work begins, in a thread of its own.

        One study at a time; the lake follows on, and questions are answered meanwhile.
        """

        def studied() -> T:
            with self.lake.standing() as lake:
                return work(lake)

        async with self._studying:
            return await asyncio.to_thread(studied)

    @asynccontextmanager
    async def lake_standing_still(self) -> AsyncGenerator[None]:
        """Let nothing be written to the lake meanwhile; queries go on."""
        async with self._still:
            yield

    async def fill(self) -> bool:
        """Give every waiting definition the past it lacks and switch it on; return whether any was switched on.

        Interrupted anywhere, it goes on where it stopped: the tick knows how far each source has come.
        """
        async with self._filling:
            done: set[str] = set()
            waiting = await self.tick.ask("unfilled")
            for each in waiting["waiting"]:
                for source in each["sources"]:
                    if source["id"] not in done:
                        done.add(source["id"])
                        await self._fill_source(source)
                for name in each["attributes"]:
                    await self._fill_attribute(name, _named(each))
            still = (await self.tick.ask("unfilled"))["waiting"] if waiting["waiting"] else []
            ready = [each for each in still if not each["sources"] and not each["attributes"]]
            for each in ready:
                body = canonical_json({name: each[name] for name in ("kind", "id", "version")})
                await self._say(FILLED, f"{each['kind']}/{each['id']}", body)
            if waiting["undoing"]:
                await self._undo()
            return bool(ready)

    async def _undo(self) -> None:
        """Part the people of each merge that is to be undone; one who was heard of meanwhile is tried again later.

        Whoever was heard of at every attempt stays one person, and that is said.
        """
        memory = await self.tick.ask("undoing")
        tried = {} if memory["filling"] else {(tick, at): touched for tick, at, touched in memory["merges"]}
        self._attempts = {merge: self._attempts.get(merge, 0) + 1 for merge in tried}
        for merge, touched in tried.items():
            await self._follow()
            as_of = self.lake.position().offset
            which = await asyncio.to_thread(undoing.asked, self.state, *merge)
            if self._attempts[merge] > UNDO_ATTEMPTS_MAX:
                del self._attempts[merge]  # It may be asked again.
                await self.tick.facts([undoing.given_up(which, self._clock.now_ms())])
            elif as_of > touched:
                record = await undoing.undone(self.state, self, which, as_of, memory, self._clock.now_ms())
                await self.tick.facts([record])

    async def _fill_source(self, source: Mapping[str, Any]) -> None:
        """Send a source its events from before it was folded, part by part, once the lake is that far."""
        since, until = int(source["since"]), int(source["until"])
        if self.lake.position().offset < since:
            return
        while until < since:
            found = await self.select(_PAST, [source["event"], until, since, FILL_CHUNK])
            after, whole = until, len(found["offset"]) < FILL_CHUNK
            until = since if whole else int(found["offset"][-1]) + 1
            part = SourceFilled(since=since, after=after, until=until, columns=pack_columns(past_part(source, found)))
            await self._say(SOURCE_FILLED, source["id"], pack(part))

    async def _fill_attribute(self, name: str, definition: str) -> None:
        """Send an attribute's values of before; the newest of each person holds, so that twice does no harm."""
        rows = await asyncio.to_thread(
            self.state.rows, "SELECT profile, at_ms, value FROM attribute WHERE name = ? AND sealed = 0", (name,)
        )
        for start in range(0, max(len(rows), 1), FILL_CHUNK):
            chunk = rows[start : start + FILL_CHUNK]
            body = {
                "for": definition,  # Else the same values, asked for again at the same instant, would be the same fact.
                "profile": [profile for profile, _, _ in chunk],
                "at_ms": [at_ms for _, at_ms, _ in chunk],
                "value": [parse_json(value) for _, _, value in chunk],
                "last": start + FILL_CHUNK >= len(rows),
            }
            await self._say(ATTRIBUTE_FILLED, name, pack(body))

    async def _say(self, kind: str, name: str, body: bytes) -> None:
        await self.tick.facts([fact(kind, name, body, _SYSTEM, self._clock.now_ms())])


def _named(definition: Mapping[str, Any]) -> str:
    return f"{definition['kind']}/{definition['id']}/{definition['version']}"


def past_part(source: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns by which a source as the tick tells of it takes in events {profile, at_ms, properties}."""
    asked = _asked(source)
    values = np.fromiter((event_value(asked, each.encode()) for each in found["properties"]), np.float64)
    kept = ~np.isnan(values)
    return {"profile": found["profile"][kept], "at_ms": found["at_ms"][kept], "value": values[kept]}


def _asked(source: Mapping[str, Any]) -> Source:
    """Return a source as the tick tells of it."""
    return Source(
        id=source["id"],
        event=source["event"],
        property=source["property"],
        where=tuple(source["where"]),
        words=source["words"],
    )
