"""When people last did something, kept in memory, so that no list of people has to look through history for it.

Everything is read once, when somebody first asks, who does not wait for long; after that only what came in since.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftloop.app.following import Follower
from liftloop.app.ledger import family

Integers = NDArray[np.int64]

APART_MAX = 50_000
"""People seen lately that are kept beside the rest: putting them in costs as much as reading a million people."""
PATIENCE_S = 0.5
"""How long who asks waits for what came in since; longer only a first reading of a long history takes."""
_SINCE = """
SELECT profile, max(at_ms) AS at_ms, max("offset") AS newest FROM event
WHERE "offset" > $1 AND kind IN ('track', 'page', 'screen') GROUP BY profile
"""
"""Whoever is told of, as by a tag that is put on them, is not seen thereby."""


class LastSeen:
    """Sixteen bytes a person, and a dictionary of those seen since these were put together."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._offset = -1
        self._together: tuple[Integers, Integers] = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        """People ascending, and when each was last seen."""
        self._lately: dict[int, int] = {}
        self._reading: asyncio.Task[None] | None = None

    async def of(self, numbers: Sequence[int]) -> dict[int, int]:
        """Return when each of these people was last seen, milliseconds; who never was is left out.

        While the first reading is under way nobody is known to have been seen.
        """
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_on())
        done, _ = await asyncio.wait({self._reading}, timeout=PATIENCE_S)
        for reading in done:
            reading.result()  # What hinders it is told to whoever asked.
        families = await asyncio.to_thread(self._families, numbers)
        return {head: max(seen) for head, members in families.items() if (seen := self._seen(members))}

    async def close(self) -> None:
        """Wait for a reading that is under way: the lake closes after it."""
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read_on(self) -> None:
        found = await self._follower.select(_SINCE, [self._offset])
        if len(found["profile"]):
            await asyncio.to_thread(self._take_in, found)

    def _take_in(self, found: Mapping[str, Any]) -> None:
        profile, at_ms = (np.asarray(found[name]).astype(np.int64) for name in ("profile", "at_ms"))
        if len(self._lately) + len(profile) <= APART_MAX:
            for number, seen_ms in zip(profile.tolist(), at_ms.tolist(), strict=True):
                self._lately[number] = max(seen_ms, self._lately.get(number, seen_ms))
        else:
            lately = np.array(list(self._lately.items()), dtype=np.int64).reshape(-1, 2)
            everybody = np.concatenate([self._together[0], lately[:, 0], profile])
            every_ms = np.concatenate([self._together[1], lately[:, 1], at_ms])
            order = np.lexsort((every_ms, everybody))
            everybody = everybody[order]
            last = np.append(everybody[1:] != everybody[:-1], True)  # Of one person the latest stands last.
            self._together = everybody[last], every_ms[order][last]
            self._lately = {}
        self._offset = int(np.max(found["newest"]))

    def _seen(self, members: Sequence[int]) -> list[int]:
        profile, at_ms = self._together
        places = np.searchsorted(profile, members)
        seen = [self._lately[member] for member in members if member in self._lately]
        for member, place in zip(members, places.tolist(), strict=True):
            if place < len(profile) and profile[place] == member:
                seen.append(int(at_ms[place]))
        return seen

    def _families(self, numbers: Sequence[int]) -> Mapping[int, Sequence[int]]:
        return {number: family(self._follower.state, number) for number in numbers}
