"""Questions and studies give way to the engine, with all the threads that they start."""

import os
import sys
import threading
from pathlib import Path

import pytest

from liftloop.app.background import NICENESS, background_threads
from liftloop.storage.embedded.lake import DuckLake


def priorities() -> dict[int, int]:
    return {int(each): os.getpriority(os.PRIO_PROCESS, int(each)) for each in os.listdir("/proc/self/task")}


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux alone")
def test_a_lake_that_is_opened_in_the_background_gives_way_whole(tmp_path: Path) -> None:
    before = priorities()
    with background_threads() as threads:
        assert threads.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result() >= NICENESS
        lake = threads.submit(lambda: DuckLake(tmp_path / "lake.db", memory_limit="64MB", threads=3)).result()
        threads.submit(lambda: lake.select("SELECT count(*) FROM range(1000000)")).result()
        fresh = {each: priority for each, priority in priorities().items() if each not in before}
        assert len(fresh) >= 3, "the thread of the question and two of DuckDB's"
        assert min(fresh.values()) >= NICENESS
        lake.close()
    assert priorities()[threading.get_native_id()] == before[threading.get_native_id()]
