"""The real processes on a full disk: their files can grow no more, then they can again."""

import json
import resource
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from market import Inbox, Liftloop, define
from serving import Running, serving
from test_kill import BATCH, person, unknown

NOTHING_BYTES = 4_096
WAIT_S = 60.0


def limit(running: Running, size: int) -> None:
    """Let no file of the server's processes grow beyond `size`; the kernel refuses as a full disk does."""
    server = psutil.Process(running.process.pid)
    for process in [server, *server.children(recursive=True)]:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _refused(call: Callable[[], Any]) -> tuple[int, dict[str, str]]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        call()
    return refused.value.code, json.load(refused.value)


def _text(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def _value(metrics: str, name: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in metrics.splitlines() if line.partition(" ")[0] == name)


def _behind(metrics: str) -> bool:
    """Tell whether the lake, or the look at the people that is taken once a second, has not caught up."""
    return _value(metrics, "liftloop_lake_lag_records") > 0 or _value(metrics, "liftloop_people") < 2 * BATCH


@pytest.mark.timeout(300)
def test_a_full_disk_refuses_and_goes_on_by_itself(tmp_path: Path) -> None:
    """Full: 503 with code and next step, nobody dies; with room again all goes on, and nothing acknowledged is lost."""
    inbox = Inbox()
    with serving(tmp_path / "data") as running:
        market = Liftloop(running.app_url, running.track_url, running.token, running.key)
        define(market, inbox)
        market.track([message for number in range(BATCH) for message in person(number)])
        before = sorted(each.pid for each in psutil.Process(running.process.pid).children(recursive=True))
        limit(running, NOTHING_BYTES)
        status, told = _refused(lambda: market.track(person(9_000)))
        assert (status, told["code"]) == (503, "disk_full")
        assert told["next"]
        status, told = _refused(lambda: market.post("/contents", {"id": "other", "body": "x"}))
        assert (status, told["code"]) == (503, "disk_full")
        assert json.loads(_text(f"{running.app_url}/healthz"))["status"] == "ok"
        assert "liftloop_disk_free_bytes" in _text(f"{running.app_url}/metrics")
        time.sleep(2.0)  # The lake, the checkpoint and dispatch meet the full disk too.
        limit(running, resource.RLIM_INFINITY)
        market.track([message for number in range(BATCH, 2 * BATCH) for message in person(number)])
        market.wait(3_600)
        after = sorted(each.pid for each in psutil.Process(running.process.pid).children(recursive=True))
        assert unknown(running, [f"u{number}" for number in range(2 * BATCH)]) == []
        deadline = time.monotonic() + WAIT_S
        while _behind(metrics := _text(f"{running.app_url}/metrics")):
            assert time.monotonic() < deadline, metrics
            time.sleep(0.2)
        ledger = market.get("/campaigns/thanks/ledger")
    assert before == after
    assert _value(metrics, 'liftloop_events_total{result="refused"}') == 1
    assert _value(metrics, 'liftloop_events_total{result="received"}') == 2 * BATCH * 3
    assert _value(metrics, "liftloop_restarts_total") == 0
    assert len(inbox.messages) == len({each["message_key"] for each in inbox.messages}) > BATCH
    assert ledger["qualified"] == 2 * BATCH
