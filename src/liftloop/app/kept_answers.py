"""Answers that take a while to count, kept with the moment and the state of the lake that they belong to.

Whoever has little patience gets what was kept, with its moment, while a newer one is counted behind their back;
whoever has time gets the newest. Nobody is given an answer of before as if it were one of now.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.following import Follower
from liftloop.app.whole_files import write_whole
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import fingerprint
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StorageError

KEPT_MAX = 500
"""Answers kept: some twenty dashboards, or the reports of as many campaigns as a shop has in years."""
SUFFIX = ".kept"
_LOGGER = logging.getLogger("liftloop.desk")

T = TypeVar("T")


class Kept(Struct, Generic[T], frozen=True, kw_only=True):
    """An answer as of an instant and a position of the lake; `newer_soon`: a newer one is being counted."""

    answer: T
    at_ms: int
    reached: tuple[int, int]
    newer_soon: bool = False


class Shelf(Struct, frozen=True, kw_only=True):
    """A folder in which answers outlive the desk, a file each, and what they are; it may be deleted."""

    folder: Path
    kind: Any

    def read(self, key: Hashable) -> Kept[Any] | None:
        """Return an answer of before; one that another version wrote and this cannot read is not there."""
        try:
            return msgspec.msgpack.decode(self._path(key).read_bytes(), type=Kept[self.kind])
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def write(self, key: Hashable, kept: Kept[Any]) -> None:
        write_whole(self._path(key), msgspec.msgpack.encode(kept))

    def _path(self, key: Hashable) -> Path:
        return self.folder / f"{fingerprint(str(key))}{SUFFIX}"


class KeptAnswers:
    """The answers of one sort, the last `KEPT_MAX` that were asked for; each is counted once at a time."""

    def __init__(self, follower: Follower, clock: Clock, shelf: Shelf | None = None) -> None:
        self._follower = follower
        self._clock = clock
        self._shelf = shelf
        self._known: OrderedDict[Hashable, Kept[Any]] = OrderedDict()
        self._counting: dict[Hashable, asyncio.Task[Kept[Any]]] = {}

    async def ask(
        self,
        key: Hashable,
        count: Callable[[], Awaitable[T]],
        *,
        fresh_ms: int | None = None,
        patience_s: float | None = None,
    ) -> Kept[T]:
        """Return the answer kept under a key, or count it.

        It is good for `fresh_ms`, and without that for as long as nothing comes into the lake. With `patience_s` an
        older one is returned where the newer takes longer than that; without, the newest is waited for.
        """
        kept = self.known(key)
        if kept is not None and fresh_ms is not None and self._is_fresh(kept, fresh_ms):
            return kept
        if patience_s is None:
            return await self._newest(key, count, fresh_ms)
        counting = self._counting.get(key)
        if counting is None:
            counting = self._counting[key] = asyncio.create_task(self._newest(key, count, fresh_ms))
            counting.add_done_callback(lambda done: self._ended(key, done))
        await asyncio.wait({counting}, timeout=None if kept is None else patience_s)
        if counting.done():
            return counting.result()
        assert kept is not None, "without one the newest was waited for"
        return replace(kept, newer_soon=True)

    def known(self, key: Hashable) -> Kept[Any] | None:
        """Return what is kept under a key, however old."""
        if key not in self._known and self._shelf is not None:
            found = self._shelf.read(key)
            if found is not None:
                self._keep(key, found)
        return self._known.get(key)

    async def put(self, key: Hashable, answer: Any, at_ms: int) -> None:
        """Keep what somebody else has counted of the lake as it is now."""
        await self._put(key, Kept(answer=answer, at_ms=at_ms, reached=self._reached()))

    async def _put(self, key: Hashable, kept: Kept[T]) -> Kept[T]:
        self._keep(key, kept)
        if self._shelf is not None:
            try:
                await asyncio.to_thread(self._shelf.write, key, kept)
            except OSError as error:  # It is counted again after a restart.
                _LOGGER.warning("an answer is kept in memory only: %s", error)
        return kept

    async def close(self) -> None:
        """Wait for what is being counted: the lake closes after it."""
        await asyncio.gather(*self._counting.values(), return_exceptions=True)

    async def _newest(self, key: Hashable, count: Callable[[], Awaitable[T]], fresh_ms: int | None) -> Kept[T]:
        await self._follower.catch_up()
        kept, reached = self.known(key), self._reached()
        if kept is not None and (kept.reached == reached if fresh_ms is None else self._is_fresh(kept, fresh_ms)):
            self._known.move_to_end(key)
            return cast("Kept[T]", kept)
        at_ms = self._clock.now_ms()
        return await self._put(key, Kept(answer=await count(), at_ms=at_ms, reached=reached))

    def _keep(self, key: Hashable, kept: Kept[Any]) -> None:
        self._known[key] = kept
        self._known.move_to_end(key)
        while len(self._known) > KEPT_MAX:
            self._known.popitem(last=False)

    def _is_fresh(self, kept: Kept[Any], fresh_ms: int) -> bool:
        return 0 <= self._clock.now_ms() - kept.at_ms < fresh_ms

    def _reached(self) -> tuple[int, int]:
        position = self._follower.lake.position()
        return position.offset, position.tick

    def _ended(self, key: Hashable, counting: asyncio.Task[Kept[Any]]) -> None:
        del self._counting[key]
        error = None if counting.cancelled() else counting.exception()
        if isinstance(error, (StorageError, LiftloopError)):  # Whoever still waits is told; the next asks anew.
            _LOGGER.debug("an answer could not be counted: %s", error)
        elif error is not None:
            _LOGGER.error("an answer could not be counted", exc_info=error)
