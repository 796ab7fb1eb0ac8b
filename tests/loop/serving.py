"""Starts real servers for tests: three processes on free ports, one folder, ended by their own process group."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_S = 120


class Running:
    """One running server."""

    def __init__(self, process: "subprocess.Popen[str]", ready: Mapping[str, Any]) -> None:
        self.process = process
        self.app_url: str = ready["app_url"]
        self.track_url: str = ready["track_url"]
        self.data = Path(ready["data"])
        self.token = (self.data / "admin.token").read_text().strip()
        self.key = (self.data / "write.key").read_text().strip()

    def kill(self) -> None:
        """End all three processes at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)


@contextmanager
def serving(data: Path, **variables: str) -> Generator[Running]:
    """Give a server that answers; end it gently afterwards, if it still runs."""
    environment = {**os.environ, "LIFTLOOP_CLOCK": "manual", "LIFTLOOP_WEBHOOK_ALLOW": "127.0.0.0/8", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "liftloop.cli", "serve", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=(data.parent / f"{data.name}.log").open("a"),
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (data.parent / f"{data.name}.log").read_text()
        yield Running(process, json.loads(line))
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
