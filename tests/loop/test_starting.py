"""Starting and stopping the server: settings are checked first, any host serves, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from serving import serving

LIFTLOOP = [sys.executable, "-m", "liftloop.cli"]
GONE_S = 15
LONG = pytest.mark.long
"""Each case starts a server, which takes seconds: one of each sort runs every time."""
LATE_MS = (20, 400, 700, 900, 1_100)
"""From before Python runs our code to when the last process has just been started, on a machine that is not busy."""


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("LIFTLOOP_PORT", "abc", "bad_setting"),
        pytest.param("LIFTLOOP_PORT", "70000", "bad_setting", marks=LONG),
        pytest.param("LIFTLOOP_PORT", "65535", "bad_setting", marks=LONG),
        pytest.param("LIFTLOOP_TRACK_PORT", "-1", "bad_setting", marks=LONG),
        ("LIFTLOOP_WEBHOOK_ALLOW", "127.0.0.0/8, home", "bad_network"),
        ("LIFTLOOP_HOST", "192.0.2.1", "cannot_listen"),
        pytest.param("LIFTLOOP_HOST", "no such host", "cannot_listen", marks=LONG),
        ("LIFTLOOP_DATA", "deep" * 30, "path_too_long"),
        ("LIFTLOOP_CLOCK", "slow", "bad_setting"),
        pytest.param("LIFTLOOP_CLOCK_START", "soon", "bad_setting", marks=LONG),
    ],
)
def test_a_setting_that_cannot_be_is_refused_before_anything_starts(
    tmp_path: Path, variable: str, value: str, code: str
) -> None:
    """The server ends with exit code 2, a code, a reason and a next step; without a traceback."""
    told = {"LIFTLOOP_PORT": "25110", "LIFTLOOP_DATA": "shop", "LIFTLOOP_LANG": "en", variable: value}
    ended = subprocess.run(
        [*LIFTLOOP, "serve"],
        cwd=tmp_path,
        env=os.environ | told,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert f"[{code}]" in ended.stderr
    assert "→ " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not ended.stdout


@pytest.mark.parametrize("host", [pytest.param("127.0.0.2", marks=LONG), "::1"])
def test_any_host_of_this_machine_serves(tmp_path: Path, host: str) -> None:
    """Desk and tick answer under the addresses that are announced, and the desk hands tracking calls on."""
    with serving(tmp_path / "shop", LIFTLOOP_HOST=host) as server:
        for url in (f"{server.app_url}/healthz", f"{server.track_url}/healthz"):
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.status == 200
        request = urllib.request.Request(
            f"{server.app_url}/v1/track",
            f'{{"userId": "u1", "event": "Looked", "writeKey": "{server.key}"}}'.encode(),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.read() == b'{"success":true}'


@pytest.mark.parametrize("after_ms", [*LATE_MS[:2], *(pytest.param(each, marks=LONG) for each in LATE_MS[2:])])
def test_a_server_told_to_stop_while_it_starts_leaves_no_process_behind(tmp_path: Path, after_ms: int) -> None:
    """SIGTERM at any instant of the start ends all three processes."""
    process = subprocess.Popen(
        [*LIFTLOOP, "serve", "--data", str(tmp_path / "shop"), "--port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after_ms / 1_000)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=GONE_S)
    deadline = time.monotonic() + GONE_S
    while _members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = _members(process.pid)
    if left:
        os.killpg(process.pid, signal.SIGKILL)
    assert not left


def _members(group: int) -> list[int]:
    """Return the live processes of a group."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return []
    return [group]
