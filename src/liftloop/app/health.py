"""Whether all three processes answer, and what the desk can measure of them and of the folder's files."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from liftloop.app.desk import Desk
from liftloop.app.dispatch.status import DispatchStatus
from liftloop.app.dispatch.telling import DispatchAway, ask_dispatch
from liftloop.app.meter import Labels, family
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StorageError

ANSWER_S = 5.0
_OUTBOX = "SELECT channel, count(*) FROM outbox GROUP BY channel"
_CHECKPOINT = "SELECT now_ms FROM tick WHERE tick = (SELECT tick FROM dropped)"

Family = tuple[str, str, Sequence[tuple[Labels, float]]]


async def dispatch_status(socket: Path) -> DispatchStatus | None:
    """Return how the dispatch process says it is, None where it does not answer."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await ask_dispatch(socket, None, DispatchStatus)
    except (TimeoutError, DispatchAway):
        return None


async def processes(desk: Desk) -> dict[str, bool]:
    """Return by name whether each process answers; this one does."""
    tick, dispatch = await asyncio.gather(desk.tick.healthy(), dispatch_status(desk.folder.dispatch_socket))
    return {"desk": True, "tick": tick, "dispatch": dispatch is not None}


async def metrics(desk: Desk) -> str:
    """Return all metrics as text; what cannot be asked at the moment is left out, and `liftloop_up` says so."""
    up = await processes(desk)
    families: list[Family] = [("liftloop_up", "gauge", [({"process": name}, ok) for name, ok in up.items()])]
    families += await asyncio.to_thread(_of_files, desk)
    families += _of_processes(desk)
    status = await dispatch_status(desk.folder.dispatch_socket)
    if status is not None:
        outcomes = [
            ({"channel": channel, "outcome": outcome}, count)
            for channel, counted in status.by_channel.items()
            for outcome, count in counted.items()
        ]
        under_way = [({"channel": lane.channel}, lane.under_way) for lane in status.lanes]
        families += [
            ("liftloop_dispatch_messages_total", "counter", outcomes),
            ("liftloop_dispatch_under_way_messages", "gauge", under_way),
            ("liftloop_dispatch_untold_batches", "gauge", [({}, status.untold)]),
        ]
    text = "\n".join(line for each in families for line in family(*each)) + "\n"
    try:
        return text + await desk.tick.metrics()
    except LiftloopError:
        return text


def _of_files(desk: Desk) -> list[Family]:
    """Return what state, lake and the file system say."""
    disk = shutil.disk_usage(desk.data)
    sizes = [({"file": file.name}, file.stat().st_size) for file in sorted(desk.data.iterdir()) if file.is_file()]
    families: list[Family] = [
        ("liftloop_disk_free_bytes", "gauge", [({}, disk.free)]),
        ("liftloop_disk_size_bytes", "gauge", [({}, disk.total)]),
        ("liftloop_file_size_bytes", "gauge", sizes),
    ]
    try:
        outbox = [({"channel": channel}, count) for channel, count in desk.state.rows(_OUTBOX)]
        position, followed = desk.state.position(), desk.follower.lake.position()
        lag = position.offset - followed.offset if position else 0
        families += [
            ("liftloop_outbox_messages", "gauge", outbox),
            ("liftloop_lake_lag_records", "gauge", [({}, max(0, lag))]),
        ]
        for (kept_ms,) in desk.state.rows(_CHECKPOINT):
            age_s = max(0, desk.clock.now_ms() - kept_ms) / 1000
            families.append(("liftloop_checkpoint_age_seconds", "gauge", [({}, age_s)]))
    except StorageError:
        pass
    return families


def _of_processes(desk: Desk) -> list[Family]:
    """Return memory and restarts of each process; memory only where /proc tells it."""
    pids = {"desk": os.getpid()}
    restarts: dict[str, int] = {"tick": 0, "dispatch": 0}
    if desk.children is not None:
        pids |= {_name(module): pid for module, pid in desk.children.pids().items()}
        restarts |= {_name(module): count for module, count in desk.children.restarts.items()}
    memory = [({"process": name}, resident) for name, pid in pids.items() if (resident := _resident_bytes(pid))]
    return [
        ("liftloop_resident_memory_bytes", "gauge", memory),
        ("liftloop_restarts_total", "counter", [({"process": name}, count) for name, count in restarts.items()]),
    ]


def _name(module: str) -> str:
    """Return what a process is called by the module that it runs.

    >>> _name("liftloop.app.dispatch.process")
    'dispatch'
    """
    return module.split(".")[-2]


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
