"""Making ticks durable in a thread of its own, one after the other, while the next one is folded.

State in memory is one tick ahead of the disk at the most, and whatever looks at it between two ticks waits first.
"""

import logging
import threading
import time
from concurrent.futures import Future

from msgspec import Struct

from liftloop.app.meter import Meter
from liftloop.app.tick.answers import refuse, settle
from liftloop.kernel.ids import Offset
from liftloop.runtime.contract import Frame
from liftloop.storage.contract import Commit, DiskFull, StateStore

DISK_FULL_RETRY_S = 1.0

_LOGGER = logging.getLogger("liftloop.tick")


class Folded(Struct, frozen=True):
    """A tick that was folded at `now_ms`; `began` is when, by the clock of durations."""

    frame: Frame
    commit: Commit
    now_ms: int
    began: float


class Committer:
    """Commits what it is given, and answers those who wait for an offset once everything before it is durable.

    `run` is the work of one thread; another folds, and calls `give`, `settled` and `end`. Where `stopping` is set a
    full disk is not waited out any more: what was not committed is folded anew by the next start.
    """

    def __init__(self, store: StateStore, meter: Meter, stopping: threading.Event, durable: Offset) -> None:
        self._store = store
        self._meter = meter
        self._stopping = stopping
        self._changed = threading.Condition()
        self._in_hand: Folded | None = None
        self._ending = False
        self._ended = False
        self._waiting: list[tuple[Offset, Future[None]]] = []
        self.offset = durable
        """Everything before it is durable."""

    def give(self, folded: Folded) -> bool:
        """Have a tick committed as soon as the earlier one is; returns False where nothing is committed any more."""
        with self._changed:
            if self._is_idle():
                self._in_hand = folded
                self._changed.notify_all()
            return not self._ended

    def settled(self) -> None:
        """Return once everything given is durable, or nothing will be any more."""
        with self._changed:
            self._is_idle()

    def wait_for(self, offset: Offset, future: Future[None]) -> None:
        """Answer the future once every record before `offset` is durable; refuse it where that will not happen."""
        with self._changed:
            if self.offset < offset and not self._ended:
                self._waiting.append((offset, future))
            elif self.offset < offset:
                refuse([future])
            else:
                settle(future, None)

    def end(self) -> None:
        """Let `run` return once what it has in hand is durable."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def run(self) -> None:
        """Commit until `end`. Raises what the store raises, but for a full disk, which is waited out."""
        try:
            while (folded := self._next()) is not None and self.commit(folded):
                pass
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
                refuse([future for _, future in self._waiting])

    def commit(self, folded: Folded) -> bool:
        """Commit a tick, however long the disk is full; returns False where that was not to be waited for."""
        while True:
            try:
                self._store.commit(folded.commit)
            except DiskFull:
                _LOGGER.error("disk full: the tick waits for room")
                self._meter.disk_full = True
                if self._stopping.wait(DISK_FULL_RETRY_S):
                    return False
            else:
                self._meter.disk_full = False
                break
        self._meter.folded(folded.frame, folded.now_ms)
        self._meter.tick_s.observe(time.perf_counter() - folded.began)
        self._is_durable(folded.commit.offset)
        return True

    def _is_idle(self) -> bool:
        """Wait until nothing is in hand; returns False where the work has ended."""
        self._changed.wait_for(lambda: self._in_hand is None or self._ended)
        return not self._ended

    def _next(self) -> Folded | None:
        with self._changed:
            self._changed.wait_for(lambda: self._in_hand is not None or self._ending)
            return self._in_hand

    def _is_durable(self, offset: Offset) -> None:
        with self._changed:
            self._in_hand = None
            self.offset = offset
            done = [future for wanted, future in self._waiting if wanted <= offset]
            self._waiting = [each for each in self._waiting if each[0] > offset]
            self._changed.notify_all()
        for future in done:
            settle(future, None)
