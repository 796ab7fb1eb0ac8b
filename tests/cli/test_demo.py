"""The demo: the whole loop at a small size, what it prints, and what it leaves behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liftloop.cli.connection import Server
from liftloop.cli.demo_progress import Phases
from liftloop.cli.telling import padded, table

MEMBERS = 2_000
RUN_TIMEOUT_S = 300


def _demo(data: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "liftloop.cli", "demo", "--data", str(data), "--members", str(MEMBERS), *more]


def _processes_of(data: Path) -> list[int]:
    """Return the processes that name the folder in their command or environment."""
    found: list[int] = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            said = (place / "cmdline").read_bytes() + (place / "cwd").resolve().as_posix().encode()
        except OSError:
            continue
        if str(data).encode() in said:
            found.append(int(place.name))
    return found


def test_one_run(tmp_path: Path) -> None:
    """One run says all of it, adds up, serves a shop at work, and leaves its folder alone; a second one leaves no more.

    One test, because a run takes half a minute and every worker would make its own.
    """
    data = tmp_path / "shop"
    done = _serves_a_shop_at_work(data)
    _says_all_of_it_in_order(done)
    _its_ledger_adds_up(done)
    _its_progress_is_plain_where_no_terminal_is(done)
    _leaves_nothing_but_the_folder(data)
    _ends_with_all_it_started(data)


def _serves_a_shop_at_work(data: Path) -> subprocess.CompletedProcess[str]:
    """The app opens on a finished and a running campaign, a plan that waits for a yes, and a goal that stands."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said, told = data.with_name("said"), data.with_name("told")
    with said.open("w") as out, told.open("w") as progress:
        running = subprocess.Popen(
            _demo(data, "--port", str(port)), stdout=out, stderr=progress, preexec_fn=_interruptible
        )
        try:
            _waits_until_it_says(running, said, "app_url")
            _is_at_work(Server(data / "server.sock"))
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(timeout=60)
    done = subprocess.CompletedProcess(running.args, running.returncode, said.read_text(), told.read_text())
    said.unlink()
    told.unlink()
    return done


def _waits_until_it_says(running: subprocess.Popen[bytes], said: Path, word: str) -> None:
    deadline = time.monotonic() + RUN_TIMEOUT_S
    while word not in said.read_text():
        assert running.poll() is None, "it ended early"
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.2)


def _is_at_work(desk: Server) -> None:
    assert [each["status"] for each in desk.get("/campaigns")["campaigns"]] == ["running", "done"]
    assert max(each["inside"] for each in desk.get("/journeys")["journeys"]) > 0
    assert [each["status"] for each in desk.get("/approvals")["approvals"]] == ["waits"]
    assert len(desk.get("/goals/standing")["goals"]) == 1
    assert len(desk.get("/audiences")["audiences"]) == 3
    assert desk.get("/health")["clock"] == "real"


def _says_all_of_it_in_order(done: subprocess.CompletedProcess[str]) -> None:
    """The printout goes from what was understood to forecast, measured and true lift, and the seconds."""
    assert done.returncode == 0, done.stderr
    heads = ["目标", "不做活动时的水平", "方案", "预测提升", "做得到吗", "证明得了吗", "证明的代价"]
    heads += ["每个人的去向", "带来了多少", "用时（秒）"]
    places = [done.stdout.index(f"\n{head}\n") for head in heads]
    assert places == sorted(places)
    for line in ("预测，启动前冻结", "真实，只有模拟器知道"):
        assert re.search(rf"{line} +[+-]\d+\.\d%", done.stdout), line
    assert "+-" not in done.stdout


def _its_ledger_adds_up(done: subprocess.CompletedProcess[str]) -> None:
    """The ledger's rows add up to the people who qualified."""
    block = done.stdout.split("每个人的去向\n")[1].split("\n\n")[0].splitlines()
    counts = [int(line.split()[-1].replace(",", "")) for line in block]
    qualified = re.search(r"符合条件 ([\d,]+) 人", block[-1])
    assert qualified
    assert sum(counts[:-1]) == counts[-1] == int(qualified[1].replace(",", ""))


def _its_progress_is_plain_where_no_terminal_is(done: subprocess.CompletedProcess[str]) -> None:
    """Without a terminal there are whole lines and no control characters."""
    assert "\r" not in done.stderr
    assert "\x1b" not in done.stderr
    assert len(re.findall(r"^✓ .* \d+\.\d s$", done.stderr, flags=re.MULTILINE)) == 13


def _leaves_nothing_but_the_folder(data: Path) -> None:
    """After the printout no process is left, and no file beside the folder."""
    assert not _processes_of(data)
    assert [path.name for path in data.parent.iterdir()] == [data.name]


def _ends_with_all_it_started(data: Path) -> None:
    """A second run takes the first one's folder, and interrupted in the middle it leaves no process behind."""
    second = subprocess.Popen(
        _demo(data, "--no-serve"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_interruptible,
    )
    assert second.stderr is not None
    assert "生成样例门店" in second.stderr.readline()
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=60)
    assert second.returncode != 0
    assert not _processes_of(data)


def _interruptible() -> None:
    """Undo what a shell does to what it starts in the background: there an interrupt is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class TestRefusals:
    def test_keeps_a_folder_that_is_not_its_own(self, tmp_path: Path) -> None:
        """A folder that no demo made is refused, whatever is in it, and nothing of it is touched."""
        (tmp_path / "layout").write_text("1")
        done = subprocess.run(_demo(tmp_path, "--no-serve"), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert "demo_refused" in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["layout"]

    def test_says_at_once_that_the_port_is_taken(self, tmp_path: Path) -> None:
        """The app's port is looked at before the work, not after it."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            done = subprocess.run(
                _demo(tmp_path / "shop", "--port", port),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                env={**os.environ, "LIFTLOOP_LANG": "en"},
            )
        assert done.returncode == 2
        assert f"port {port} is taken" in done.stderr
        assert not (tmp_path / "shop").exists()


def test_columns_line_up_in_chinese() -> None:
    """A Chinese letter takes two places on a screen, and columns of both scripts line up."""
    assert padded("短信", 6) == "短信  "
    assert table([["短信", "1"], ["SMS", "20"]], right=frozenset({1})) == ["  短信    1", "  SMS    20"]


def test_summary_has_every_phase(capsys: pytest.CaptureFixture[str]) -> None:
    """Each phase is timed, and the summary adds them up."""
    phases = Phases()
    with phases.phase("导入", "Import") as tell:
        tell("50%")
        time.sleep(0.01)
    lines = phases.summary()
    assert len(lines) == 4
    assert "50%" not in capsys.readouterr().err, "without a terminal, progress is told now and then only"
