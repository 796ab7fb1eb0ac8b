"""A process whose files may not grow beyond a limit: it writes until the disk is full, then again with room.

`python full_disk_worker.py FOLDER` prints how many appends and commits were acknowledged.
"""

import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import Commit, DiskFull
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState

FILE_BYTES_MAX = 1_000_000
BODY_BYTES = 50_000
ENOUGH = 3


def body_of(number: int) -> bytes:
    return bytes([number % 256]) * BODY_BYTES


def commit_of(number: int, epoch: int) -> Commit:
    return Commit(
        tick=TickNumber(number + 1),
        now_ms=number,
        seed=number,
        offset=Offset(number),
        epoch=epoch,
        delta=body_of(number),
        facts=(),
        puts={},
        updates=(),
        removals={},
    )


def main(folder: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    log, state = SqliteLog(folder / "log.db"), SqliteState(folder / "state.db")
    epoch = state.take_lease()
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, resource.RLIM_INFINITY))
    appended = until_full(lambda number: log.append([(1, body_of(number))]))
    committed = until_full(lambda number: state.commit(commit_of(number, epoch)))
    position = state.position()
    assert ENOUGH < appended == log.end()
    assert position is not None
    assert ENOUGH < committed == position.tick
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    log.append([(1, body_of(appended))])
    state.commit(commit_of(committed, epoch))
    print(appended + 1, committed + 1)


def until_full(step: Callable[[int], object]) -> int:
    done = 0
    while True:
        try:
            step(done)
        except DiskFull:
            return done
        done += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
