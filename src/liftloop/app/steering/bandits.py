"""The study that moves the shares of bandits in journeys: every hour, from people who have had their time to convert.

What it knows lies in the lake: who came, with which chances, what they did, and how shares moved so far. A restart
looks again and comes to the same.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.steering.reading import SQL
from liftloop.app.tick_client import TickClient
from liftloop.journey.bandits import MOVED, ways_of
from liftloop.journey.splits import Bandit
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, HOUR_MS, SECOND_MS, Clock
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.kernel.errors import LiftloopError
from liftloop.measure.steering.counts import CELL_MS, Cells
from liftloop.measure.steering.moves import Past, Position, Standing, standing, where_it_stands, why_moved
from liftloop.plan.contract import UNIFORM_SHARE, SteeringTerms
from liftloop.plan.record import Words
from liftloop.storage.contract import LakeReader, StateReader, StorageError

LOOK_MS = HOUR_MS
LOOK_EVERY_S = 20.0
LOOK_BACK_MS = 90 * DAY_MS
"""What was liked a season ago may not be now; and a node that has been there for years is not counted whole."""
ELAPSED = 0.5
"""A journey has no end to explore for: as boldly as a campaign in its middle, for as long as it runs."""
SYSTEM = "system:steering"

_LOGGER = logging.getLogger("liftloop.desk")


class ShareMove(Struct, frozen=True, kw_only=True):
    """One move of the shares, with why."""

    batch: int
    at_ms: int
    shares: tuple[float, ...]
    why: Words
    matured_ms: int


class BanditSeen(Struct, frozen=True, kw_only=True):
    """One bandit as of now; of each of its ways one entry, in order."""

    journey: str
    node: str
    ways: tuple[str, ...]
    shares: tuple[float, ...]
    """In force, of those who are steered."""
    people: tuple[int, ...]
    """Who came in the last 90 days and has had the whole window since; in closed batches."""
    won: tuple[int, ...]
    best: tuple[float, ...]
    """Chance of being the best way."""
    moves: tuple[ShareMove, ...]
    """The latest first."""
    stands: Words


class _Look(Struct, frozen=True, kw_only=True, eq=False):
    found: Standing
    moves: list[ShareMove]
    """The oldest first."""
    matured_ms: int


class BanditStudy:
    """Looks at every bandit of a live journey on the hour. One look at a time."""

    def __init__(
        self, follower: Follower, published: Definitions, tick: TickClient, state: StateReader, clock: Clock
    ) -> None:
        self._follower = follower
        self._published = published
        self._tick = tick
        self._state = state
        self._clock = clock
        self._due_ms = 0
        self._known: tuple[object, list[tuple[str, Bandit]]] | None = None
        self._alone = asyncio.Lock()

    def next_ms(self) -> int:
        """Return when the next look is due, FAR_FUTURE_MS where no live journey has a bandit."""
        return self._due_ms if self._bandits() else FAR_FUTURE_MS

    async def run_if_due(self) -> None:
        """Look where it is due; what hinders it is logged, and tried again."""
        now_ms = self._clock.now_ms()
        if self._alone.locked() or self.next_ms() > now_ms:
            return
        async with self._alone:
            try:
                await self._follower.catch_up()
                for journey, node in self._bandits():
                    await self._look(journey, node)
                self._due_ms = (now_ms // LOOK_MS + 1) * LOOK_MS
            except (StorageError, LiftloopError) as error:
                _LOGGER.warning("steering of journeys has to wait: %s", error)

    async def run_forever(self) -> None:
        """Run until cancelled."""
        while True:
            await self.run_if_due()
            await asyncio.sleep(LOOK_EVERY_S)

    async def seen(self, journey: str, nodes: Sequence[Mapping[str, Any]]) -> list[BanditSeen]:
        """Return how the bandits among these nodes of a journey stand, changing nothing."""
        found: list[BanditSeen] = []
        for node in _of(nodes):
            look = await self._seen(journey, node)
            ways = tuple(arm.id for arm in node.arms)
            found.append(
                BanditSeen(
                    journey=journey,
                    node=node.id,
                    ways=ways,
                    shares=_shares(node, look.moves),
                    people=look.found.people,
                    won=look.found.conversions,
                    best=look.found.best,
                    moves=tuple(reversed(look.moves)),
                    stands=where_it_stands(ways, look.found),
                )
            )
        return found

    async def _look(self, journey: str, node: Bandit) -> None:
        seen = await self._seen(journey, node)
        last = seen.moves[-1] if seen.moves else None
        if not seen.found.moves or (last is not None and seen.matured_ms <= last.matured_ms):
            return
        names, before = [arm.id for arm in node.arms], _shares(node, seen.moves)
        body = {
            "node": node.id,
            "ways": names,
            "batch": last.batch + 1 if last else 1,
            "shares": list(seen.found.next_shares),
            "before": list(before),
            "best": list(seen.found.best),
            "people": list(seen.found.people),
            "conversions": list(seen.found.conversions),
            "matured_ms": seen.matured_ms,
            "why": msgspec.to_builtins(why_moved(names, before, seen.found)),
        }
        await self._tick.facts([fact(MOVED, journey, canonical_json(body), SYSTEM, self._clock.now_ms())])

    async def _seen(self, journey: str, node: Bandit) -> _Look:
        now_ms = self._clock.now_ms()

        def read(lake: LakeReader) -> _Look:
            moves = _moves(lake, journey, node)
            cells = _cells(lake, journey, node, moves, now_ms)
            at = Position(shares=_shares(node, moves), batch=moves[-1].batch if moves else 0, elapsed=ELAPSED)
            closed = cells.matured(now_ms, node.within_s * SECOND_MS).closed(at.batch)
            terms = SteeringTerms(floor=node.floor)
            matured_ms = int(closed.began_ms[-1]) + CELL_MS if len(closed.began_ms) else 0
            return _Look(found=standing(closed, terms, Past(), at), moves=moves, matured_ms=matured_ms)

        return await self._follower.study(read)

    def _bandits(self) -> list[tuple[str, Bandit]]:
        """Return the bandits of live journeys, read again when a journey was published or retired."""
        key = self._state.rows("SELECT count(*), sum(status = 'live') FROM definition WHERE kind = 'journey'")[0]
        if self._known is None or self._known[0] != key:
            live = self._published.live("journey")
            self._known = key, [(journey, node) for journey, body in live.items() for node in _of(body["nodes"])]
        return self._known[1]


def _of(nodes: Sequence[Mapping[str, Any]]) -> list[Bandit]:
    return [msgspec.convert(each, type=Bandit, strict=False) for each in nodes if each.get("kind") == "bandit"]


def _shares(node: Bandit, moves: Sequence[ShareMove]) -> tuple[float, ...]:
    return moves[-1].shares if moves else (1 / len(node.arms),) * len(node.arms)


def _moves(lake: LakeReader, journey: str, node: Bandit) -> list[ShareMove]:
    """Return the moves of a node with the ways that it has now, one after another, as the tick took them in."""
    rows = lake.select(SQL["log"], [journey, [MOVED]])
    found: list[ShareMove] = []
    for at_ms, text in zip(rows["at_ms"], rows["body"], strict=True):
        body = parse_object(str(text))
        mine = body["node"] == node.id and body["ways"] == [arm.id for arm in node.arms]
        if mine and body["batch"] == len(found) + 1:
            found.append(
                ShareMove(
                    batch=int(body["batch"]),
                    at_ms=int(at_ms),
                    shares=tuple(float(each) for each in body["shares"]),
                    why=Words(zh=str(body["why"]["zh"]), en=str(body["why"]["en"])),
                    matured_ms=int(body["matured_ms"]),
                )
            )
    return found


def _cells(lake: LakeReader, journey: str, node: Bandit, moves: Sequence[ShareMove], now_ms: int) -> Cells:
    """Return what the ways brought by piece of time, each person by their first coming."""
    since_ms = now_ms - LOOK_BACK_MS
    within_ms = node.within_s * SECOND_MS
    rows = lake.select(SQL["parted"], [journey, node.id, ways_of(node.arms), since_ms, node.event, within_ms, CELL_MS])
    keys = list(zip(rows["piece"].astype(int).tolist(), rows["batch"].astype(int).tolist(), strict=True))
    pieces = sorted(set(keys))
    row_of = {key: row for row, key in enumerate(pieces)}
    column_of = {arm.id: column for column, arm in enumerate(node.arms)}
    people, total = np.zeros((2, len(pieces), len(column_of)))
    for at, (key, arm) in enumerate(zip(keys, rows["arm"], strict=True)):
        people[row_of[key], column_of[str(arm)]] += float(rows["people"][at])
        total[row_of[key], column_of[str(arm)]] += float(rows["total"][at])
    shares = {0: (1 / len(column_of),) * len(column_of)} | {each.batch: each.shares for each in moves}
    chances = {
        batch: [UNIFORM_SHARE / len(those) + (1 - UNIFORM_SHARE) * share for share in those]
        for batch, those in shares.items()
    }
    return Cells(
        began_ms=np.array([piece * CELL_MS for piece, _ in pieces], dtype=np.int64),
        batch=np.array([batch for _, batch in pieces], dtype=np.int64),
        people=people,
        total=total,
        chance=np.array([chances[batch] for _, batch in pieces]).reshape(len(pieces), len(column_of)),
    )
