"""Watching the real processes: the probe is 503 while one is away, and 200 again when it is back."""

import json
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from serving import Running, serving

WAIT_S = 30.0


def health(running: Running) -> tuple[int, dict[str, bool]]:
    try:
        with urllib.request.urlopen(f"{running.app_url}/healthz", timeout=30) as answer:
            return answer.status, json.load(answer)["processes"]
    except urllib.error.HTTPError as degraded:
        return degraded.code, json.load(degraded)["processes"]


def child_of(running: Running, module: str) -> psutil.Process:
    children = psutil.Process(running.process.pid).children()
    return next(each for each in children if module in each.cmdline())


def until_well(running: Running) -> None:
    deadline = time.monotonic() + WAIT_S
    while (told := health(running))[0] != 200:
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


@pytest.mark.long  # Twenty seconds of waiting for stopped processes; tests/api/test_upkeep.py looks at the words.
def test_a_process_that_is_away_shows(tmp_path: Path) -> None:
    """Stopped or killed, tick and dispatch are named with 503; what was killed comes back by itself and is counted."""
    with serving(tmp_path / "data") as running:
        assert health(running) == (200, {"desk": True, "tick": True, "dispatch": True})
        for name, module in (("tick", "liftloop.app.tick.process"), ("dispatch", "liftloop.app.dispatch.process")):
            child = child_of(running, module)
            child.send_signal(signal.SIGSTOP)
            status, processes = health(running)
            assert (status, [each for each, up in processes.items() if not up]) == (503, [name])
            child.send_signal(signal.SIGKILL)
            child.wait(WAIT_S)
            until_well(running)
            assert child_of(running, module).pid != child.pid
        with urllib.request.urlopen(f"{running.app_url}/metrics", timeout=30) as answer:
            metrics = answer.read().decode()
    assert 'liftloop_restarts_total{process="tick"} 1' in metrics
    assert 'liftloop_restarts_total{process="dispatch"} 1' in metrics
    assert 'liftloop_up{process="tick"} 1' in metrics
