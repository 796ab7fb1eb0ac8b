import signal
import subprocess
import sys
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import pytest
from crash_worker import CELLS, MASTER_KEY, RECORDS, DieAt, Stores, main, records_of, restored, seal_and_die, work
from full_disk_worker import body_of

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import RECORDS as DECODER
from liftloop.storage.embedded.crash_points import STORAGE_POINTS, StoragePoint
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState
from liftloop.storage.embedded.vault import SqliteVault

PROCESSES = get_context("forkserver")  # Forked from a process that has imported everything and opened nothing.
PROCESSES.set_forkserver_preload(["crash_worker"])
NEVER = DieAt("", 0)
STEPS_MAX = 10_000


def run(folder: Path, point: str, times: int, steps: int) -> tuple[dict[str, int], int]:
    """Return the last of each kind of step that the worker said, and how it ended; it is killed after `steps`."""
    mine, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=main, args=(folder, point, times, theirs))
    process.start()
    theirs.close()
    said: dict[str, int] = {}
    with suppress(EOFError):
        for _ in range(steps):
            step, reached = mine.recv()
            said[step] = reached
    process.kill()
    process.join()
    return said, process.exitcode


def check_whole(folder: Path, said: dict[str, int]) -> None:
    """Everything acknowledged is there, everything there belongs to one history, and nothing is there twice."""
    stores = Stores(folder, NEVER)
    position = stores.state.position()
    tick = position.tick if position else 0
    assert tick >= said.get("committed", 0)
    end = stores.log.end()
    assert end >= max(said.get("appended", 0), tick * RECORDS)
    for entry in stores.log.read(after=Offset(said.get("forgotten", 0) * RECORDS), limit=10**9):
        assert DECODER.decode(entry.body) == records_of(entry.first)
    expected = [max((t for t in range(tick + 1) if t % CELLS == cell), default=0) for cell in range(CELLS)]
    assert restored(stores.state).tolist() == expected
    checkpoint = stores.state.checkpoint()
    assert (checkpoint[0] if checkpoint else 0) >= said.get("checkpointed", 0)
    keys = stores.state.rows("SELECT due_ms FROM outbox ORDER BY due_ms")
    assert [due for (due,) in keys] == list(range(max(1, tick - 9), tick + 1))
    check_lake(stores, said, tick)
    stores.close()


def check_lake(stores: Stores, said: dict[str, int], tick: int) -> None:
    assert stores.lake.position().tick >= said.get("followed", 0)
    while stores.lake.follow(stores.log, stores.state, limit=100):
        pass
    found = stores.lake.select('SELECT "offset", profile FROM event ORDER BY 1')
    assert found["offset"].tolist() == list(range(tick * RECORDS))
    assert found["profile"].tolist() == [offset % 7 for offset in range(tick * RECORDS)]
    orders = stores.lake.select('SELECT "offset" FROM order_head ORDER BY 1')["offset"]
    assert orders.tolist() == list(range(0, tick * RECORDS, 3))


@pytest.mark.parametrize("steps", [3, 17, 40])
def test_a_killed_process_loses_nothing_acknowledged(tmp_path: Path, steps: int) -> None:
    """After kill -9 at any instant, twice in a row, all files agree with what was said before."""
    said: dict[str, int] = {}
    for _ in range(2):
        more, ended = run(tmp_path, "", 0, steps)
        assert (len(more) > 2, ended) == (True, -signal.SIGKILL)
        said |= more
        check_whole(tmp_path, said)


@pytest.mark.parametrize("point", STORAGE_POINTS)
def test_an_end_at_any_point_loses_nothing_acknowledged(tmp_path: Path, point: StoragePoint) -> None:
    """Each crash point is reached, and ending there for the second time leaves files from which work goes on."""
    said, ended = run(tmp_path, point, 2, STEPS_MAX)
    assert ended == 9
    check_whole(tmp_path, said)
    stores = Stores(tmp_path, NEVER)
    said |= dict(islice(work(stores), 9))
    stores.close()
    check_whole(tmp_path, said)


def test_sealed_before_a_kill_opens_after_it(tmp_path: Path) -> None:
    """Keys are durable before sealed bytes leave the vault."""
    mine, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=seal_and_die, args=(tmp_path, theirs))
    process.start()
    process.join()
    vault = SqliteVault(tmp_path / "vault.db", MASTER_KEY)
    assert (process.exitcode, vault.open([mine.recv()])) == (9, [b"clear"])
    vault.close()


def test_a_disk_that_fills_up_under_the_process(tmp_path: Path) -> None:
    """When files may grow no further, append and commit raise `DiskFull`, lose nothing and succeed again later."""
    worker = Path(__file__).with_name("full_disk_worker.py")
    done = subprocess.run([sys.executable, worker, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    appended, committed = map(int, done.stdout.split())
    log, state = SqliteLog(tmp_path / "log.db"), SqliteState(tmp_path / "state.db")
    bodies = [entry.body for entry in log.read(after=Offset(0), limit=10**9)]
    assert bodies == [body_of(number) for number in range(appended)]
    deltas = list(state.deltas(after=TickNumber(0)))
    assert deltas == [(number + 1, body_of(number)) for number in range(committed)]
    log.close()
    state.close()
