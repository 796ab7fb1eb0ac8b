"""Starts a server to be measured, and an inbox that takes what it sends, each in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
SECRET = "whsec_bGlmdGxvb3AgYmVuY2ggc2VjcmV0IG9mIDMyIGJ5dGVz"


class Server:
    """One running server under measurement."""

    def __init__(self, process: "subprocess.Popen[str]", ready: dict[str, Any]) -> None:
        self.process = process
        self.app_url: str = ready["app_url"]
        self.track_url: str = ready["track_url"]
        self.data = Path(ready["data"])
        self.token = (self.data / "admin.token").read_text().strip()
        self.key = (self.data / "write.key").read_text().strip()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.app_url}/api{path}",
            data=json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)

    def get(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.app_url}/api{path}", headers={"authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)

    def publish(self, kind: str, identity: str, body: dict[str, Any]) -> None:
        self.post("/definitions", {"kind": kind, "id": identity, "body": body})

    def tick(self) -> psutil.Process:
        """Return the tick process."""
        return self.processes()["tick"]

    def processes(self) -> dict[str, psutil.Process]:
        """Return the three processes by name."""
        desk = psutil.Process(self.process.pid)
        named = {" ".join(child.cmdline()): child for child in desk.children()}
        found = {
            name: next(child for line, child in named.items() if f"liftloop.app.{module}" in line)
            for name, module in (("tick", "tick.process"), ("dispatch", "dispatch.process"))
        }
        return {"desk": desk, **found}

    def cpu_s(self) -> dict[str, float]:
        """Return the CPU seconds that each process has used so far."""
        return {name: sum(process.cpu_times()[:2]) for name, process in self.processes().items()}

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)


@contextmanager
def serving(data: Path, **variables: str) -> Generator[Server]:
    """Give a server that answers, in a process group of its own; end it afterwards."""
    environment = {**os.environ, "LIFTLOOP_WEBHOOK_ALLOW": "127.0.0.0/8", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "liftloop.cli", "serve", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=(data.parent / "server.log").open("a"),
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError((data.parent / "server.log").read_text())
        yield Server(process, json.loads(line))
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def inbox() -> Generator[str]:
    """Give the URL of a channel that accepts every message of a batch."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(ROOT / "bench" / "inbox.py"), str(port)])
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def folder() -> Generator[Path]:
    """Give an empty data folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="liftloop-bench-") as made:
        yield Path(made) / "data"
