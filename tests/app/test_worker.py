"""The tick's threads: what has no room is tried again, any other failure ends the worker, and nobody waits in vain."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from orders import order

from liftloop.app.tick import committing
from liftloop.app.tick import worker as worker_module
from liftloop.app.tick.answers import WorkerEnded
from liftloop.app.tick.pipeline import stages
from liftloop.app.tick.worker import Worker
from liftloop.kernel.clock import ManualClock
from liftloop.kernel.codec import pack
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Commit, DiskFull
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState

START_MS = 1_800_000_000_000
WAIT_S = 10.0


class Engine:
    def __init__(self, path: Path) -> None:
        clock = ManualClock(path / "clock")
        clock.set_ms(START_MS)
        self.log, self.store = SqliteLog(path / "log.db"), SqliteState(path / "state.db")
        self.fold = Fold(self.store, stages())
        self.worker = Worker(self.fold, self.log, self.store, clock, lambda: None)

    def close(self) -> None:
        self.worker.stop()
        self.store.close()
        self.log.close()

    def order(self, number: int) -> None:
        after = self.worker.append(1, pack([order(number, START_MS)])).result(WAIT_S)
        self.worker.folded(after).result(WAIT_S)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(worker_module, "MAINTAIN_EVERY_S", 0.01)
    made = Engine(tmp_path)
    made.worker.load()
    made.worker.start()
    yield made
    made.close()


def failing(times: int, error: Exception, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return work that fails so many times before it is done."""
    left = [times]

    def call(*given: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise error
        return work(*given, **named)

    return call


def until(condition: Callable[[], bool]) -> None:
    last = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < last, "it never came to be"
        time.sleep(0.005)


def refused(request: Callable[[], Future[Any]]) -> bool:
    """Whether a request is refused; one that comes while the threads are just ending may still be done."""
    try:
        request().result(WAIT_S)
    except WorkerEnded:
        return True
    return False


def assert_restored_equals(engine: Engine) -> None:
    """What checkpoint and deltas give is what is in memory."""
    again = Fold(engine.store, stages())
    again.restore()
    for spec in engine.fold.arrays.specs():
        np.testing.assert_array_equal(again.arrays[spec.name], engine.fold.arrays[spec.name], err_msg=spec.name)


@pytest.mark.parametrize("step", ["keep_blocks", "finish_checkpoint"])
def test_a_checkpoint_without_room_leaves_nothing_out_later(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Blocks that found no room stay dirty: the next checkpoint keeps them, and a recovery misses nothing."""
    engine.order(1)
    with monkeypatch.context() as full:
        full.setattr(engine.store, step, failing(1, DiskFull("full"), getattr(engine.store, step)))
        with pytest.raises(DiskFull):
            engine.worker.checkpoint()
    engine.worker.checkpoint()
    assert engine.store.rows("SELECT count(*) FROM delta") == [(0,)]
    assert_restored_equals(engine)


def test_the_checkpoint_thread_outlives_a_full_disk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often there is no room, a checkpoint comes as soon as there is, and events are taken meanwhile."""
    monkeypatch.setattr(worker_module, "CHECKPOINT_EVERY_S", 0.0)
    monkeypatch.setattr(engine.store, "keep_blocks", failing(3, DiskFull("full"), engine.store.keep_blocks))
    engine.order(1)
    until(lambda: engine.store.checkpoint() is not None)
    assert engine.worker.failure is None
    assert_restored_equals(engine)


def test_a_checkpoint_that_breaks_ends_the_worker(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not for want of room is not waited out: the process must be started again."""
    monkeypatch.setattr(engine.store, "keep_blocks", failing(1, RuntimeError("broken"), engine.store.keep_blocks))
    engine.order(1)
    monkeypatch.setattr(worker_module, "CHECKPOINT_EVERY_S", 0.0)
    until(lambda: engine.worker.failure is not None)
    assert isinstance(engine.worker.failure, RuntimeError)
    until(lambda: refused(lambda: engine.worker.append(1, pack([order(2, START_MS)]))))


def test_an_append_that_breaks_answers_everybody(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the log cannot be written, those who wait and those who come later are refused, and the worker ends."""
    monkeypatch.setattr(engine.log, "append", failing(1, RuntimeError("broken"), engine.log.append))
    futures = [engine.worker.append(1, pack([order(number, START_MS)])) for number in range(50)]
    for future in futures:
        with pytest.raises(WorkerEnded):
            future.result(WAIT_S)
    until(lambda: isinstance(engine.worker.failure, RuntimeError))  # Set when those who wait have been told.
    until(lambda: refused(lambda: engine.worker.ask(lambda: 1)))


def test_a_fold_that_breaks_answers_everybody(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a tick fails, whoever waits for its fold is refused; what was acknowledged is in the log."""
    monkeypatch.setattr(engine.fold, "advance", failing(1, RuntimeError("broken"), engine.fold.advance))
    waiting = engine.worker.folded(engine.worker.append(1, pack([order(1, START_MS)])).result(WAIT_S))
    with pytest.raises(WorkerEnded):
        waiting.result(WAIT_S)
    until(lambda: isinstance(engine.worker.failure, RuntimeError))
    assert engine.log.end() == 1


def test_who_goes_away_takes_nobody_along(engine: Engine) -> None:
    """A request that was cancelled while it waited is folded like the others, and the worker goes on."""
    futures = [engine.worker.append(1, pack([order(number, START_MS)])) for number in range(200)]
    asked = [engine.worker.folded(engine.log.end()) for _ in range(200)]
    for future in (*futures[::3], *asked[::3]):
        future.cancel()
    engine.order(1_000)
    assert engine.worker.failure is None
    assert engine.fold.offset == 201


def test_a_tick_without_room_is_not_called_folded_by_a_stop(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while the disk is full, the worker says of no record that it is folded that is not on disk."""
    monkeypatch.setattr(committing, "DISK_FULL_RETRY_S", 0.01)
    monkeypatch.setattr(engine.store, "commit", failing(10**9, DiskFull("full"), engine.store.commit))
    waiting = engine.worker.folded(engine.worker.append(1, pack([order(1, START_MS)])).result(WAIT_S))
    until(lambda: engine.fold.offset == 1)
    engine.worker.stop()
    with pytest.raises(WorkerEnded):
        waiting.result(WAIT_S)


class Gate:
    """A store whose commits wait until they are let through."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open, self.begun = threading.Event(), 0
        commit = engine.store.commit

        def held(given: Commit) -> None:
            self.begun += 1
            assert self._open.wait(WAIT_S)
            commit(given)

        monkeypatch.setattr(engine.store, "commit", held)

    def open(self) -> None:
        self._open.set()


def test_a_tick_is_folded_while_the_one_before_is_committed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory runs one tick ahead of the disk and no further; nobody hears of a tick before it is durable."""
    monkeypatch.setattr(worker_module, "TICK_RECORDS_MAX", 1)
    gate = Gate(engine, monkeypatch)
    waiting = []
    for number in range(1, 4):
        after = engine.worker.append(1, pack([order(number, START_MS)])).result(WAIT_S)
        waiting.append(engine.worker.folded(after))
    until(lambda: engine.fold.offset == 2)
    looked = engine.worker.ask(lambda: (engine.fold.offset, engine.store.position()))
    time.sleep(0.05)
    assert (engine.fold.offset, gate.begun) == (2, 1)
    assert not any(future.done() for future in (*waiting, looked))
    gate.open()
    for future in waiting:
        future.result(WAIT_S)
    offset, position = looked.result(WAIT_S)
    assert position is not None
    assert offset == position.offset, "who looks between two ticks sees what is durable"


def test_a_stage_reads_what_earlier_ticks_wrote(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read of the store from within a tick waits until the tick before is there to be read."""
    gate = Gate(engine, monkeypatch)
    engine.worker.append(1, pack([order(1, START_MS)])).result(WAIT_S)
    until(lambda: gate.begun == 1)
    found: Future[set[str]] = Future()
    reader = threading.Thread(target=lambda: found.set_result(engine.fold.state.attribute_names([0])))
    reader.start()
    time.sleep(0.05)
    assert not found.done()
    gate.open()
    assert found.result(WAIT_S) == set()
    reader.join()


def test_a_commit_that_breaks_answers_everybody(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the state cannot be written, who waits is refused and the worker ends; the log has what was acknowledged."""
    monkeypatch.setattr(engine.store, "commit", failing(1, RuntimeError("broken"), engine.store.commit))
    after = engine.worker.append(1, pack([order(1, START_MS)])).result(WAIT_S)
    assert refused(lambda: engine.worker.folded(after))
    until(lambda: isinstance(engine.worker.failure, RuntimeError))
    assert engine.log.end() == after
    assert engine.store.position() is None
