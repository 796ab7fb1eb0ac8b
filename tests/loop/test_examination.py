"""`liftloop doctor` beside running processes, after them, and after they were killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from serving import Running, serving


def doctor(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "LIFTLOOP_CLOCK": "manual", "LIFTLOOP_PORT": "0", "LIFTLOOP_LANG": "en"}
    command = [sys.executable, "-m", "liftloop.cli", "doctor", "--data", str(data), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


def told(ended: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """Return what is not well, by what was looked at."""
    answer: dict[str, Any] = json.loads(ended.stdout)
    assert ended.returncode == (0 if answer["ok"] else 1)
    return {each["check"]: each["status"] for each in answer["findings"] if each["status"] != "ok"}


def _stopped(running: Running, name: str) -> psutil.Process:
    """Stop a child so that it does not answer and is not started again."""
    children = psutil.Process(running.process.pid).children()
    (child,) = [each for each in children if any(name in word for word in each.cmdline())]
    child.send_signal(signal.SIGSTOP)
    return child


@pytest.mark.long  # Half a minute of waiting for stopped processes; tests/app/test_doctor.py has what it finds.
def test_the_doctor_beside_a_server_and_after_it(tmp_path: Path) -> None:
    """All is well while it runs and after it ended; a process that does not answer, and a killed server, are said."""
    data = tmp_path / "data"
    assert doctor(data).returncode == 2
    with serving(data) as running:
        time.sleep(1.5)  # The lake has followed, the files are what they are in use.
        assert told(doctor(data, "--json")) == {}
        child = _stopped(running, "liftloop.app.dispatch.process")
        assert told(doctor(data, "--json")) == {"process:dispatch": "problem"}
        child.send_signal(signal.SIGCONT)
        assert told(doctor(data, "--json")) == {}
    ended = doctor(data)
    assert ended.returncode == 0, ended.stdout
    assert "✓ file:state.db: whole" in ended.stdout
    with serving(data) as running:
        running.kill()
    assert told(doctor(data, "--json")) == {"lock": "warning"}
    (data / "master.key").chmod(0o644)
    ended = doctor(data)
    assert ended.returncode == 1
    assert f"✗ secret:master.key: other users may read master.key\n  → run chmod 600 {data}" in ended.stdout
