"""The real processes on a full disk, and where their files can grow no more; then there is room again."""

import errno
import json
import os
import resource
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import psutil
import pytest
from market import Inbox, Liftloop, define
from msgspec import Struct
from serving import Running, serving
from test_kill import BATCH, person, unknown

NOTHING_BYTES = 4_096
DISK_MB = 256
TAKEN_MAX = 500
WAIT_S = 60.0


class Room(Struct, frozen=True):
    """Where a folder lies, and how its room goes and comes back."""

    folder: Path
    fill: Callable[[Running], None]
    free: Callable[[Running], None]


def limited(folder: Path) -> Room:
    return Room(
        folder, lambda server: limit(server, NOTHING_BYTES), lambda server: limit(server, resource.RLIM_INFINITY)
    )


def _filled(path: Path) -> None:
    """Write until nothing more fits, down to the last block."""

    def write(size: int) -> None:
        while file.write(bytes(size)):
            pass

    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4_096):
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                write(size)
    assert os.statvfs(path).f_bavail == 0


@pytest.fixture(params=["file limit", pytest.param("full disk", marks=pytest.mark.long)])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Room]:
    """Give a folder whose files can be kept from growing, or one on a small disk of its own that can be filled."""
    if request.param == "file limit":
        yield limited(tmp_path)
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk of its own can be mounted here: {mounted.stderr.strip()}")
    filler = tmp_path / "filler"
    try:
        yield Room(tmp_path, lambda _: _filled(filler), lambda _: filler.unlink())
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def limit(running: Running, size: int) -> None:
    """Let no file of the server's processes grow beyond `size`; the kernel refuses as a full disk does."""
    server = psutil.Process(running.process.pid)
    for process in [server, *server.children(recursive=True)]:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _refused(call: Callable[[int], Any]) -> tuple[int, int, dict[str, str]]:
    """Call until it is refused; return how many calls were taken, since a file may have room of its own left."""
    for number in range(TAKEN_MAX):
        try:
            call(number)
        except urllib.error.HTTPError as refused:
            return number, refused.code, json.load(refused)
    pytest.fail(f"{TAKEN_MAX} calls were taken on a full disk")


def _text(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def _value(metrics: str, name: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in metrics.splitlines() if line.partition(" ")[0] == name)


def _behind(metrics: str) -> bool:
    """Tell whether the lake, or the look at the people that is taken once a second, has not caught up."""
    return _value(metrics, "liftloop_lake_lag_records") > 0 or _value(metrics, "liftloop_people") < 2 * BATCH


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.timeout(300)
def test_a_full_disk_refuses_and_goes_on_by_itself(room: Room) -> None:
    """Full: 503 with code and next step, nobody dies; with room again all goes on, and nothing acknowledged is lost."""
    inbox = Inbox()
    with serving(room.folder / "data") as running:
        market = Liftloop(running.app_url, running.track_url, running.token, running.key)
        define(market, inbox)
        market.track([message for number in range(BATCH) for message in person(number)])
        before = sorted(each.pid for each in psutil.Process(running.process.pid).children(recursive=True))
        room.fill(running)
        taken, status, told = _refused(lambda number: market.track(person(2 * BATCH + number)))
        assert (status, told["code"]) == (503, "disk_full")
        assert told["next"]
        _, status, told = _refused(lambda number: market.post("/contents", {"id": f"other{number}", "body": "x"}))
        assert (status, told["code"]) == (503, "disk_full")
        assert json.loads(_text(f"{running.app_url}/healthz"))["status"] == "ok"
        assert "liftloop_disk_free_bytes" in _text(f"{running.app_url}/metrics")
        time.sleep(2.0)  # The lake, the checkpoint and dispatch meet the full disk too.
        room.free(running)
        market.track([message for number in range(BATCH, 2 * BATCH) for message in person(number)])
        _until(lambda: not _value(_text(f"{running.app_url}/metrics"), "liftloop_disk_full"))  # It looks once a second.
        market.wait(3_600)
        after = sorted(each.pid for each in psutil.Process(running.process.pid).children(recursive=True))
        assert unknown(running, [f"u{number}" for number in range(2 * BATCH + taken)]) == []
        _until(lambda: not _behind(_text(f"{running.app_url}/metrics")))
        metrics = _text(f"{running.app_url}/metrics")
        ledger = market.get("/campaigns/thanks/ledger")
    assert before == after
    assert _value(metrics, 'liftloop_events_total{result="refused"}') == 1
    assert _value(metrics, 'liftloop_events_total{result="received"}') == (2 * BATCH + taken) * 3
    assert _value(metrics, "liftloop_restarts_total") == 0
    assert len(inbox.messages) == len({each["message_key"] for each in inbox.messages}) > BATCH
    assert ledger["qualified"] == 2 * BATCH + taken
