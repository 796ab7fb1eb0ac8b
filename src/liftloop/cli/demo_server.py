"""The server of the demo: started beside other work, ended with everything it started, never left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

from liftloop.cli.connection import Server, answers
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

STOP_TIMEOUT_S = 60
_MARK = "demo"
"""A file that says that a folder is a demo's own: only such a folder may be emptied."""
_LOOPBACK = "127.0.0.0/8"
"""The demo's market lives on this machine; addresses like it are refused unless they are listed."""


class DemoServer:
    """`liftloop serve` on the manual clock, and without the daily study of traits: nothing in that month asks them."""

    def __init__(self, data: Path, start_ms: int) -> None:
        manual = {"LIFTLOOP_CLOCK": "manual", "LIFTLOOP_CLOCK_START": str(start_ms), "LIFTLOOP_STUDY_DAYS": "0"}
        self._process = _serving(data, port=0, more=manual, stdout=subprocess.PIPE)

    def ready(self) -> tuple[Server, str]:
        """Return the management API and the address for tracking once all processes answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise LiftloopError(
                "demo_not_started",
                zh="演示用的服务没有启动",
                en="the server of the demo did not start",
                next_zh="原因在上面的日志里；换一个目录再试：liftloop demo --data 目录",
                next_en="the log above says why; try another folder: liftloop demo --data FOLDER",
            )
        told = json.loads(line)
        folder = Path(told["data"])
        (folder / _MARK).touch()
        return Server(folder / "server.sock"), told["track_url"]

    def stop(self) -> None:
        _end(self._process)


def serve(data: Path, port: int) -> int:
    """Serve the folder on the real clock until interrupted; return the server's exit code."""
    process = _serving(data, port=port, more={}, stdout=None)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(process)


def prepare(data: Path) -> None:
    """Begin with an empty folder: what an earlier demo left is removed, anything else is left alone."""
    if answers(data / "server.sock"):
        raise _refused(
            zh=f"{data} 里的演示还在运行",
            en=f"the demo in {data} is still running",
            next_zh="先按 Ctrl-C 结束它，或换一个目录：--data 目录",
            next_en="end it with Ctrl-C first, or take another folder: --data FOLDER",
        )
    if data.exists() and any(data.iterdir()):
        if not (data / _MARK).exists():
            raise _refused(
                zh=f"{data} 不是空目录，也不是演示留下的",
                en=f"{data} is not empty, and not what an earlier demo left",
                next_zh="换一个目录：--data 目录",
                next_en="take another folder: --data FOLDER",
            )
        rmtree(data)


def require_free(port: int) -> None:
    """Raise at once if the app's port is taken, not after the whole run."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise _refused(
                zh=f"端口 {port} 已被占用",
                en=f"port {port} is taken",
                next_zh="换一个端口：--port 端口，或先停掉占用它的程序",
                next_en="take another: --port PORT, or stop what uses it",
            ) from None


def _serving(data: Path, *, port: int, more: dict[str, str], stdout: int | None) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIFTLOOP_CLOCK")}
    environment |= {"LIFTLOOP_WEBHOOK_ALLOW": _LOOPBACK, **more}
    arguments = [sys.executable, "-m", "liftloop.cli", "serve", "--data", str(data), "--port", str(port)]
    return subprocess.Popen(arguments, stdout=stdout, text=True, env=environment)


def _end(process: subprocess.Popen[str]) -> None:
    """End the server and wait for it, also when Ctrl-C is pressed again meanwhile: it ends its own processes."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=STOP_TIMEOUT_S)
    except KeyboardInterrupt:
        process.wait(timeout=STOP_TIMEOUT_S)
        raise


def _refused(*, zh: str, en: str, next_zh: str, next_en: str) -> LiftloopError:
    return LiftloopError(
        "demo_refused", zh=zh, en=en, next_zh=next_zh, next_en=next_en, status=409, exit_code=EXIT_USAGE
    )
