"""`liftloop demo`: a sample shop from goal to measured lift, then the app."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

import click
import numpy as np

from liftloop.cli.connection import Server
from liftloop.cli.demo_market import DAY_MS, SECRET, Customers, Inbox
from liftloop.cli.telling import line_of_truth, lines_of_measure, lines_of_plan, say
from liftloop.kernel.clock import SystemClock
from liftloop.simulate.history import History, history, write_files
from liftloop.simulate.world import sample_shop

GOAL = "30天内复购率 +5%，预算 20 万元，每人每周最多触达 2 次"
MEMBERS = 150_000
WINDOW_DAYS = 30
OPENING_HOUR_UTC = 2
"""The demo's first day begins at ten in the morning in Shanghai: nobody is woken."""
BATCH = 2_000
SEED = 20_260_925
IMPORTED = ("items", "customers", "consents", "orders", "events", "exposures")


@click.command("demo", short_help="样例门店：从目标到增量 / a sample shop from goal to lift")
@click.option("--data", type=click.Path(path_type=Path), default=Path("demo-data"), show_default=True)
@click.option("--members", type=int, default=MEMBERS, show_default=True, help="会员数 / members of the shop")
@click.option("--goal", default=GOAL, help="目标 / the goal")
@click.option("--no-serve", is_flag=True, help="打印后结束 / end after the printout")
@click.option("--port", type=int, default=8080, show_default=True)
def command(data: Path, members: int, goal: str, no_serve: bool, port: int) -> None:
    """生成样例门店，导入、计划、启动、走过 30 天、对照真实增量。 / A simulated shop, from import to proven lift.

    \b
    例 / Examples:
      liftloop demo
      liftloop demo --no-serve --members 20000
    """
    _clear(data)
    demo = Demo(data, members)
    try:
        demo.run(goal)
    finally:
        demo.stop()
    if not no_serve:
        _serve(data, port)


class Demo:
    """One run: the server, the market and what was printed on the way."""

    def __init__(self, data: Path, members: int) -> None:
        self._data = data
        self._members = members
        self._inbox = Inbox()
        self._seconds: dict[str, float] = {}
        self._process: subprocess.Popen[str] | None = None
        self._started = time.perf_counter()

    def run(self, goal: str) -> None:
        start_ms = _start_ms()
        past = self._phase("样例门店 / the shop", lambda: self._draw(start_ms))
        files = self._phase("写导入文件 / its files", lambda: self._write(past))
        desk, track_url = self._phase("启动 / start", lambda: self._start(start_ms))
        self._phase("导入 / import", lambda: self._import(desk, files))
        self._define(desk, past)
        plan = self._phase("计划 / plan", lambda: desk.post("/goals", {"text": goal}))
        say(lines_of_plan(plan))
        if plan["status"] not in ("ready", "exploration"):
            return
        campaign = self._phase("启动活动 / launch", lambda: desk.post(f"/plans/{plan['plan_id']}/launch", {}))
        customers = Customers(past)
        self._phase(f"{WINDOW_DAYS} 天 / days", lambda: self._live(desk, customers, track_url, start_ms))
        report = self._phase("复盘 / report", lambda: desk.get(f"/campaigns/{campaign['campaign_id']}/report"))
        ledger = desk.get(f"/campaigns/{campaign['campaign_id']}/ledger")
        truth = customers.truth(report["assigned"]["treated"], start_ms, start_ms + WINDOW_DAYS * DAY_MS)
        say([*lines_of_measure(report, ledger), line_of_truth(report, *truth)])
        self._say_seconds()

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=60)

    def _phase(self, name: str, work: Callable[[], Any]) -> Any:
        click.echo(f"… {name}", err=True)
        began = time.perf_counter()
        result = work()
        self._seconds[name] = time.perf_counter() - began
        click.echo(f"  {self._seconds[name]:.1f} s", err=True)
        return result

    def _say_seconds(self) -> None:
        total = time.perf_counter() - self._started
        parts = "  ".join(f"{name} {seconds:.1f}" for name, seconds in self._seconds.items())
        click.echo(f"\n用时 / seconds: {parts}  =  {total:.1f}")

    def _draw(self, start_ms: int) -> History:
        return history(sample_shop(self._members), np.random.default_rng(SEED), start_ms)

    def _write(self, past: History) -> dict[str, Path]:
        folder = self._data.with_name(f"{self._data.name}-files")
        folder.mkdir(parents=True, exist_ok=True)
        return {str(kind): path for kind, path in write_files(past, folder).items()}

    def _start(self, start_ms: int) -> tuple[Server, str]:
        environment = {
            **os.environ,
            "LIFTLOOP_CLOCK": "manual",
            "LIFTLOOP_CLOCK_START": str(start_ms),
            "LIFTLOOP_WEBHOOK_ALLOW": "127.0.0.0/8",
        }
        arguments = [sys.executable, "-m", "liftloop.cli", "serve", "--data", str(self._data), "--port", "0"]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        return Server(Path(ready["data"]) / "server.sock"), ready["track_url"]

    def _import(self, desk: Server, files: dict[str, Path]) -> None:
        for kind in IMPORTED:
            done = _imported(desk, files[kind], kind)
            counts = done["counts"]
            click.echo(f"  {kind}: {counts['rows']:,} 行 / rows, {counts['rejected']:,} ✗", err=True)
            files[kind].unlink()

    def _define(self, desk: Server, past: History) -> None:
        world = past.world
        for channel in world.channels:
            settings = {"url": self._inbox.url, "secret": SECRET, "batch_max": 1_000}
            desk.post(
                "/channels",
                {
                    "id": channel.id,
                    "kind": "webhook",
                    "settings": settings,
                    "cost_fen": int(channel.cost_fen),
                    "per_second_max": 100_000,
                },
            )
        for offer in world.offers:
            desk.post(
                "/offers",
                {
                    "id": offer.id,
                    "name_zh": offer.name_zh,
                    "name_en": offer.name_en,
                    "face_fen": int(offer.face_fen),
                    "cost_fen": int(offer.cost_fen),
                    "valid_days": int(offer.valid_days),
                },
            )

    def _live(self, desk: Server, customers: Customers, track_url: str, start_ms: int) -> None:
        """Let the days pass: messages reach people, people do what they do."""
        key = (self._data / "write.key").read_text().strip()
        for day in range(WINDOW_DAYS):
            now_ms = start_ms + day * DAY_MS
            desk.post("/clock", {"advance_s": DAY_MS // 1000})
            customers.hear(self._inbox.empty(), now_ms)
            done = customers.do(now_ms, now_ms + DAY_MS)
            for start in range(0, len(done), BATCH):
                _track(track_url, key, done[start : start + BATCH])
        desk.post("/clock", {"advance_s": 1})


def _imported(desk: Server, file: Path, kind: str) -> dict[str, Any]:
    """Import a file on the guessed mapping and return its outcome."""
    proposed = desk.upload("/imports", file, kind=kind)
    running = desk.post(f"/imports/{proposed['import_id']}/start", {"kind": kind, "fields": {}})
    while running["status"] == "running":
        time.sleep(0.2)
        running = desk.get(f"/imports/{proposed['import_id']}")
    if running["status"] != "done":
        raise click.ClickException(json.dumps(running, ensure_ascii=False))
    return running


def _track(url: str, key: str, messages: list[dict[str, Any]]) -> None:
    """Send messages in batches that the tracking API takes."""
    for start in range(0, len(messages), 1_000):
        body = json.dumps({"batch": messages[start : start + 1_000], "writeKey": key}).encode()
        request = urllib.request.Request(f"{url}/v1/batch", data=body)
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()


def _start_ms() -> int:
    """Return an opening hour so long ago that the window ends before now: afterwards the real clock goes on."""
    today = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
    opening = today.replace(hour=OPENING_HOUR_UTC, minute=0, second=0, microsecond=0)
    return int(opening.timestamp() * 1000) - (WINDOW_DAYS + 2) * DAY_MS


def _clear(data: Path) -> None:
    """Begin with an empty folder; one that is not a demo's own is left alone."""
    if data.exists() and any(data.iterdir()):
        if not (data / "layout").exists():
            raise click.UsageError(f"{data} 不是空目录 / is not empty")
        rmtree(data)


def _serve(data: Path, port: int) -> None:
    """Go over to the real clock and serve the app until interrupted."""
    token = (data / "admin.token").read_text().strip()
    click.echo(f"\nhttp://127.0.0.1:{port}   口令 / token: {token}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIFTLOOP_CLOCK")}
    environment["LIFTLOOP_WEBHOOK_ALLOW"] = "127.0.0.0/8"
    arguments = [sys.executable, "-m", "liftloop.cli", "serve", "--data", str(data), "--port", str(port)]
    try:
        subprocess.run(arguments, env=environment, check=False)
    except KeyboardInterrupt:
        click.echo("")
