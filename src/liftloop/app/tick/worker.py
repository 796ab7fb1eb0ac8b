"""The working threads of the tick process: one appends what came in, one folds it, one commits, one keeps checkpoints.

Nothing is acknowledged before the log has it; nothing leaves before the tick that decided it is committed.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from msgspec import Struct

from liftloop.app.meter import Meter
from liftloop.app.tick.answers import WorkerEnded, refuse, settle
from liftloop.app.tick.committing import Committer, Folded
from liftloop.kernel.clock import Clock
from liftloop.kernel.dice import hash_text
from liftloop.kernel.ids import Offset, TickNumber
from liftloop.runtime.contract import Frame
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Block, DiskFull, Entry, Log, Record, StateStore, StorageError

T = TypeVar("T")

TICK_RECORDS_MAX = 10_000
"""Records one tick folds; more wait for the next, so that a tick stays short."""
APPEND_MAX = 512
"""Requests that one commit of the log takes together."""
KNOWN_RUNS_MAX = 256
"""Runs that may wait with their records at hand; beyond them only the bytes are kept, which are a third as large."""
IDLE_S = 0.2
"""How long the fold thread sleeps at the most when the clock says nothing is due."""
CHECKPOINT_EVERY_S = 30.0
MAINTAIN_EVERY_S = 1.0
LOOK_EVERY_S = 1.0
"""Between two looks at the fold for those who watch; the look at timers reads one column."""
CHECKPOINT_BLOCKS = 128
"""Blocks copied at a time between two ticks: about 4 MiB, a millisecond."""

_LOGGER = logging.getLogger("liftloop.tick")


class _Run(Struct, frozen=True):
    """Records on their way into the log."""

    count: int
    body: bytes
    known: Sequence[Record] | None
    appended: Future[Offset]


class Worker:
    """Owns the fold; all others speak to it through `append` and `ask`.

    A thread that meets an error which it cannot wait out notes it in `failure` and refuses what waits: nobody is left
    without an answer, and whoever runs the worker ends the process.
    """

    def __init__(self, fold: Fold, log: Log, store: StateStore, clock: Clock, maintain: Callable[[], None]) -> None:
        self.fold = fold
        self.meter = Meter()
        self._maintain = maintain
        """Keeps the engine's write-ahead logs short; called about once a second, beside the ticks."""
        self._log = log
        self._store = store
        self._clock = clock
        self._incoming: queue.SimpleQueue[_Run | None] = queue.SimpleQueue()
        self._appended: queue.SimpleQueue[Entry] = queue.SimpleQueue()
        self._questions: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._committer = Committer(store, self.meter, self._stopping, fold.offset)
        fold.state.settle = self._committer.settled
        self._threads = [
            threading.Thread(target=self._to_its_end, args=(work,), name=name, daemon=True)
            for name, work in (
                ("append", self._append_forever),
                ("fold", self._fold_forever),
                ("commit", self._committer.run),
                ("checkpoint", self._checkpoint_forever),
            )
        ]
        self.failure: BaseException | None = None
        """Why a thread ended, if one did: the process must end too."""

    def load(self, said: Frame | None = None) -> None:
        """Restore state and fold what the log holds beyond the last commit.

        What the runtime has `said` is folded before it, and then whatever became due since the last commit after it.
        """
        self.fold.restore()
        self._committer.offset = self.fold.offset
        if said is not None:
            self._step((), said)
        while entries := self._log.read(after=self.fold.offset, limit=TICK_RECORDS_MAX):
            self._step(entries)
        while said is not None and self.fold.next_due_ms() <= self._clock.now_ms():
            self._step(())

    def start(self) -> None:
        """Begin to work on what was loaded."""
        for thread in self._threads:
            thread.start()

    def append(self, count: int, body: bytes, known: Sequence[Record] | None = None) -> Future[Offset]:
        """Append `count` records; the future holds the offset after them once they are durable.

        Whoever has the records themselves hands them on as `known`, which spares the fold from reading them again.

        It raises `DiskFull` where nothing was appended, `WorkerEnded` where nobody appends any more.
        """
        run = _Run(count, body, known if self.backlog() < KNOWN_RUNS_MAX else None, Future())
        self._incoming.put(run)
        self._refuse_if_ended()
        return run.appended

    def folded(self, offset: Offset) -> Future[None]:
        """Return a future that is done once every record before `offset` has been folded and committed."""
        future: Future[None] = Future()
        self._committer.wait_for(offset, future)
        return future

    def caught_up(self) -> Future[None]:
        """Return a future that is done once everything acknowledged so far has been folded and committed."""
        return self.folded(self._log.end())

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Run a question between two ticks, when state stands still."""
        future: Future[T] = Future()
        self._questions.put((question, future))
        self._wake.set()
        self._refuse_if_ended()
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

    def _to_its_end(self, work: Callable[[], None]) -> None:
        """Do a thread's work; where it ends all ends, and whoever still waits is told."""
        try:
            work()
        except WorkerEnded:  # Another thread was the first.
            assert self._stopping.is_set(), "threads end when they are stopped or when one fails"
        except BaseException as error:
            self.failure = error
            _LOGGER.critical("the %s thread failed", threading.current_thread().name, exc_info=error)
        finally:
            self._stopping.set()
            self._ended.set()
            self._incoming.put(None)
            self._wake.set()
            self._refuse_if_ended()

    def _refuse_if_ended(self) -> None:
        """Tell those whose requests nobody will take up any more."""
        if not self._ended.is_set():
            return
        refuse([future for _, future in _drained(self._questions)])
        refuse([each.appended for each in _drained(self._incoming) if each is not None])
        self._incoming.put(None)

    def metrics(self) -> str:
        """Return the tick's metrics; does not wait for the fold, so that they are there when it hangs."""
        lag = max(0, self._log.end() - self.fold.offset)
        return self.meter.text({"liftloop_fold_lag_records": lag, "liftloop_backlog_runs": self.backlog()})

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

    def _append(self, runs: Sequence["_Run"]) -> None:
        try:
            after = self._log.append([(run.count, run.body) for run in runs])
        except DiskFull as error:
            refuse([run.appended for run in runs], error)
            return
        except BaseException:
            refuse([run.appended for run in runs])
            raise
        first = after - sum(run.count for run in runs)
        for run in runs:
            self._appended.put(Entry(first=Offset(first), count=run.count, body=run.body, known=run.known))
            first += run.count
            settle(run.appended, Offset(first))
        self._wake.set()

    def _fold_forever(self) -> None:
        try:
            self._fold_until_stopped()
        finally:
            self._committer.end()

    def _fold_until_stopped(self) -> None:
        due_ms = self.fold.next_due_ms()
        looked = -LOOK_EVERY_S
        while not self._stopping.is_set():
            if time.monotonic() - looked >= LOOK_EVERY_S:
                looked = time.monotonic()
                self.meter.look(self.fold, self._clock.now_ms())
            self._wake.wait(timeout=min(max((due_ms - self._clock.now_ms()) / 1000, 0.0), IDLE_S))
            self._wake.clear()
            entries = self._take()
            if entries or due_ms <= self._clock.now_ms():
                if not self._committer.give(self._folded(entries)):
                    return
                due_ms = self.fold.next_due_ms()
            if self._answer():
                due_ms = self.fold.next_due_ms()

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

    def _step(self, entries: Sequence[Entry], said: Frame | None = None) -> None:
        """Fold one tick and commit it before anything else."""
        self._committer.commit(self._folded(entries, said))

    def _folded(self, entries: Sequence[Entry], said: Frame | None = None) -> Folded:
        now_ms, began = self._clock.now_ms(), time.perf_counter()
        seed = hash_text("tick", str(self.fold.tick), str(now_ms)) >> 1
        frame, commit = self.fold.advance(entries, now_ms, seed, said)
        return Folded(frame, commit, now_ms, began)

    def _answer(self) -> bool:
        answered = False
        while not self._questions.empty():
            self._committer.settled()  # State stands still, and nothing is seen that a crash could undo.
            question, future = self._questions.get()
            answered = True
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(question())
                except BaseException as error:
                    future.set_exception(error)
        return answered

    def _checkpoint_forever(self) -> None:
        last = time.monotonic()
        while not self._stopping.wait(timeout=MAINTAIN_EVERY_S):
            due = time.monotonic() - last >= CHECKPOINT_EVERY_S
            try:
                self._maintain()
                if due:
                    self.checkpoint()
            except StorageError as error:  # Commits go on meanwhile; what was not kept is dirty again.
                _LOGGER.error("the checkpoint is tried again later: %s", error)
            last = time.monotonic() if due else last

    def forget(self, log_before: Offset, facts_before: TickNumber, carried_before_ms: int) -> dict[str, int]:
        """Let go of folded records, followed facts and providers' ids, in small commits; return how many went."""
        records = self._log.forget(before=min(log_before, self._committer.offset))
        return {
            "log_records": records,
            "fact_blocks": self._store.forget_facts(before=facts_before),
            "carried": self._store.forget_carried(before_ms=carried_before_ms),
        }

    def checkpoint(self) -> None:
        """Keep every block that is dirty now, a few at a time between ticks; drop the deltas they make needless.

        Raises what the store raises; blocks that were not kept are then dirty as before.
        """
        tick, dirty = self.ask(lambda: (self.fold.tick, self.fold.arrays.dirty_blocks())).result()
        for start in range(0, len(dirty), CHECKPOINT_BLOCKS):
            chosen = dirty[start : start + CHECKPOINT_BLOCKS]
            blocks: list[Block] = self.ask(lambda chosen=chosen: self._copies(chosen)).result()
            try:
                self._store.keep_blocks(blocks)
            except StorageError:
                self.ask(lambda chosen=chosen: self.fold.arrays.soil_blocks(chosen)).result()
                raise
        specs = self.ask(self.fold.arrays.specs).result()
        self._store.finish_checkpoint(tick=tick, specs=specs)

    def _copies(self, chosen: Sequence[tuple[str, int]]) -> list[Block]:
        blocks = [self.fold.arrays.take_block(name, number) for name, number in chosen]
        return [block for block in blocks if block is not None]


def _drained(waiting: "queue.SimpleQueue[T]") -> list[T]:
    found: list[T] = []
    while True:
        try:
            found.append(waiting.get_nowait())
        except queue.Empty:
            return found
