"""The working threads of the tick process: one appends what came in, one folds it, one keeps checkpoints.

Nothing is acknowledged before the log has it; nothing leaves before the tick that decided it is committed.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from liftloop.kernel.clock import Clock
from liftloop.kernel.dice import hash_text
from liftloop.kernel.ids import Offset
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Block, DiskFull, Entry, Log, StateStore

T = TypeVar("T")

TICK_RECORDS_MAX = 10_000
"""Records one tick folds; more wait for the next, so that a tick stays short."""
APPEND_MAX = 512
"""Requests that one commit of the log takes together."""
IDLE_S = 0.2
"""How long the fold thread sleeps at the most when the clock says nothing is due."""
CHECKPOINT_EVERY_S = 30.0
MAINTAIN_EVERY_S = 1.0
CHECKPOINT_BLOCKS = 128
"""Blocks copied at a time between two ticks: about 4 MiB, a millisecond."""
DISK_FULL_RETRY_S = 1.0

_LOGGER = logging.getLogger("liftloop.tick")


class Worker:
    """Owns the fold; all others speak to it through `append` and `ask`."""

    def __init__(self, fold: Fold, log: Log, store: StateStore, clock: Clock, maintain: Callable[[], None]) -> None:
        self.fold = fold
        self._maintain = maintain
        """Keeps the engine's write-ahead logs short; called about once a second, beside the ticks."""
        self._log = log
        self._store = store
        self._clock = clock
        self._incoming: queue.SimpleQueue[tuple[int, bytes, Future[Offset]] | None] = queue.SimpleQueue()
        self._appended: queue.SimpleQueue[Entry] = queue.SimpleQueue()
        self._questions: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._waiting: list[tuple[Offset, Future[None]]] = []
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._append_forever, name="append", daemon=True),
            threading.Thread(target=self._fold_forever, name="fold", daemon=True),
            threading.Thread(target=self._checkpoint_forever, name="checkpoint", daemon=True),
        ]
        self.failure: BaseException | None = None
        """Why the fold thread ended, if it did: the process must end too."""

    def start(self) -> None:
        """Fold what the log holds beyond the last commit, then begin."""
        self.fold.restore()
        while entries := self._log.read(after=self.fold.offset, limit=TICK_RECORDS_MAX):
            self._step(entries)
        for thread in self._threads:
            thread.start()

    def append(self, count: int, body: bytes) -> Future[Offset]:
        """Append `count` records; the future holds the offset after them once they are durable."""
        future: Future[Offset] = Future()
        self._incoming.put((count, body, future))
        return future

    def folded(self, offset: Offset) -> Future[None]:
        """Return a future that is done once every record before `offset` has been folded and committed."""
        future: Future[None] = Future()
        self.ask(lambda: self._wait_for(offset, future))
        return future

    def caught_up(self) -> Future[None]:
        """Return a future that is done once everything acknowledged so far has been folded and committed."""
        return self.folded(self._log.end())

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Run a question between two ticks, when state stands still."""
        future: Future[T] = Future()
        self._questions.put((question, future))
        self._wake.set()
        return future

    def stop(self) -> None:
        """End the threads after what they hold is done."""
        self._stopping.set()
        self._incoming.put(None)
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def backlog(self) -> int:
        """Return how many appended runs wait to be folded."""
        return self._appended.qsize()

    def _wait_for(self, offset: Offset, future: Future[None]) -> None:
        if self.fold.offset >= offset:
            future.set_result(None)
        else:
            self._waiting.append((offset, future))

    def _append_forever(self) -> None:
        while (first := self._incoming.get()) is not None:
            run = [first]
            while len(run) < APPEND_MAX and not self._incoming.empty():
                following = self._incoming.get()
                if following is None:
                    self._append(run)
                    return
                run.append(following)
            self._append(run)

    def _append(self, run: Sequence[tuple[int, bytes, Future[Offset]]]) -> None:
        try:
            after = self._log.append([(count, body) for count, body, _ in run])
        except DiskFull as error:
            for _, _, future in run:
                future.set_exception(error)
            return
        first = after - sum(count for count, _, _ in run)
        for count, body, future in run:
            self._appended.put(Entry(first=Offset(first), count=count, body=body))
            first += count
            future.set_result(Offset(first))
        self._wake.set()

    def _fold_forever(self) -> None:
        due_ms = self.fold.next_due_ms()
        try:
            while not self._stopping.is_set():
                self._wake.wait(timeout=min(max((due_ms - self._clock.now_ms()) / 1000, 0.0), IDLE_S))
                self._wake.clear()
                entries = self._take()
                if entries or due_ms <= self._clock.now_ms():
                    self._step(entries)
                    due_ms = self.fold.next_due_ms()
                if self._answer():
                    due_ms = self.fold.next_due_ms()
        except BaseException as error:
            self.failure = error
            _LOGGER.critical("the tick stopped", exc_info=error)
            raise

    def _take(self) -> list[Entry]:
        entries: list[Entry] = []
        count = 0
        while count < TICK_RECORDS_MAX and not self._appended.empty():
            entry = self._appended.get()
            entries.append(entry)
            count += entry.count
        if not self._appended.empty():
            self._wake.set()
        return entries

    def _step(self, entries: Sequence[Entry]) -> None:
        now_ms = self._clock.now_ms()
        try:
            self.fold.step(entries, now_ms, hash_text("tick", str(self.fold.tick), str(now_ms)) >> 1)
        except DiskFull:
            self._commit_when_there_is_room()
        done = [future for offset, future in self._waiting if self.fold.offset >= offset]
        self._waiting = [each for each in self._waiting if self.fold.offset < each[0]]
        for future in done:
            future.set_result(None)

    def _commit_when_there_is_room(self) -> None:
        """Hold everything until the disk has room again: state must not run ahead of what is durable."""
        while not self._stopping.is_set():
            _LOGGER.error("disk full: the tick waits for room")
            time.sleep(DISK_FULL_RETRY_S)
            try:
                self.fold.commit_again()
                break
            except DiskFull:
                continue

    def _answer(self) -> bool:
        answered = False
        while not self._questions.empty():
            question, future = self._questions.get()
            try:
                future.set_result(question())
            except BaseException as error:
                future.set_exception(error)
            answered = True
        return answered

    def _checkpoint_forever(self) -> None:
        last = time.monotonic()
        while not self._stopping.wait(timeout=MAINTAIN_EVERY_S):
            self._maintain()
            if time.monotonic() - last >= CHECKPOINT_EVERY_S:
                self.checkpoint()
                last = time.monotonic()

    def checkpoint(self) -> None:
        """Keep every block that is dirty now, a few at a time between ticks; drop the deltas they make needless."""
        tick, dirty = self.ask(lambda: (self.fold.tick, self.fold.arrays.dirty_blocks())).result()
        for start in range(0, len(dirty), CHECKPOINT_BLOCKS):
            chosen = dirty[start : start + CHECKPOINT_BLOCKS]
            blocks: list[Block] = self.ask(lambda chosen=chosen: self._copies(chosen)).result()
            self._store.keep_blocks(blocks)
        specs = self.ask(self.fold.arrays.specs).result()
        self._store.finish_checkpoint(tick=tick, specs=specs)

    def _copies(self, chosen: Sequence[tuple[str, int]]) -> list[Block]:
        blocks = [self.fold.arrays.take_block(name, number) for name, number in chosen]
        return [block for block in blocks if block is not None]
