"""`liftloop demo`: a sample shop from goal to measured lift, then the app."""

import json
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from types import FrameType
from typing import Any

import click
import numpy as np

from liftloop.cli.connection import Server
from liftloop.cli.demo_days import BATCH, Days
from liftloop.cli.demo_market import DAY_MS, SECRET, Customers, Inbox
from liftloop.cli.demo_progress import Phases
from liftloop.cli.demo_server import DemoServer, prepare, require_free, serve
from liftloop.cli.main import language
from liftloop.cli.telling import lines_of_plan, lines_of_truth, say
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.simulate.history import History, history, write_file
from liftloop.simulate.world import sample_shop

GOAL = "30天内复购率 +5%，预算 20 万元，每人每周最多触达 2 次"
MEMBERS = 150_000
WINDOW_DAYS = 30
AFTER_DAYS = 4
"""How long the running campaign has run when the app opens."""
RUNNING_GOAL = "60天内活跃率 +2%，预算 5 万元，每人每周最多触达 2 次"
RUNNING_HOURS = 8 * 24
RUNNING_WAVES = RUNNING_HOURS // 2
"""People are started over eight days, two hours' part at a time: when the app opens half of them still wait."""
AUDIENCES = {
    "沉睡会员": "一年内下过单，最近 90 天没下单",
    "常客": "最近 90 天下单至少 3 次",
    "加购没买": "最近 7 天加购，最近 7 天没有下单",
}
PROPOSED_GOAL = "30天内购买转化率 +3%，预算 3 万元，每人每周最多触达 2 次"
STANDING_GOAL = "30天内复购率 +6%，预算 5 万元"
OPENING_HOUR_UTC = 2
"""The demo's first day begins at ten in the morning in Shanghai: nobody is woken."""
SEED = 20_260_925
IMPORTED = ("items", "customers", "consents", "orders", "events", "exposures")
LOOK_EVERY_S = 0.2


@click.command("demo", short_help="样例门店：从目标到增量 / a sample shop from goal to lift")
@click.option("--data", type=click.Path(path_type=Path), default=Path("demo-data"), show_default=True)
@click.option("--members", type=int, default=MEMBERS, show_default=True, help="会员数 / members of the shop")
@click.option("--seed", type=int, default=SEED, show_default=True, help="另一家门店 / another shop of the same kind")
@click.option("--goal", default=GOAL, help="目标 / the goal")
@click.option("--no-serve", is_flag=True, help="打印后结束 / end after the printout")
@click.option("--port", type=int, default=8080, show_default=True)
def command(data: Path, members: int, seed: int, goal: str, no_serve: bool, port: int) -> None:
    """生成样例门店，导入、计划、启动、走过 30 天、对照真实增量。 / A simulated shop, from import to proven lift.

    再运行一次会清空同一目录里上一次演示的数据。 / A second run replaces what the first left in the folder.

    \b
    例 / Examples:
      liftloop demo
      liftloop demo --no-serve --members 20000
    """
    signal.signal(signal.SIGTERM, _leave)
    if not no_serve:
        require_free(port)
    prepare(data)
    demo = Demo(data, members, seed)
    try:
        demo.run(goal)
        if not no_serve:
            demo.go_on()
            _say_address(data, port)
            sys.exit(demo.serve(port))
    finally:
        demo.stop()


class Demo:
    """One run: the server, the market and what was printed on the way."""

    def __init__(self, data: Path, members: int, seed: int) -> None:
        self._data = data
        self._members = members
        self._seed = seed
        self._inbox = Inbox()
        self._phases = Phases()
        self._files = data.with_name(f"{data.name}-files")
        self._now_ms = SystemClock().now_ms()
        self._start_ms = _start_ms(self._now_ms)
        self._server = DemoServer(data, self._start_ms)
        self._days: Days | None = None
        self._desk: Server
        self._track_url: str

    def run(self, goal: str) -> None:
        with self._phases.phase("生成样例门店", "Draw the sample shop"):
            past = history(sample_shop(self._members), np.random.default_rng(self._seed), self._start_ms)
        with self._phases.phase("等待服务就绪", "Wait for the server"):
            desk, track_url = self._desk, self._track_url = self._server.ready()
        with self._phases.phase("写成文件并导入", "Write its files and import them") as tell:
            self._import(desk, past, tell)
        self._define(desk, past)
        with self._phases.phase("制定方案", "Plan"):
            plan = desk.post("/goals", {"text": goal})
        say(lines_of_plan(plan))
        if plan["status"] not in ("ready", "exploration"):
            raise click.exceptions.Exit(EXIT_REFUSED)
        customers = Customers(past)
        self._days = Days(self._inbox, customers, self._data, self._start_ms)
        self._prove(desk, track_url, plan, customers, self._days)
        say(self._phases.summary())

    def serve(self, port: int) -> int:
        """Serve the folder on the real clock, with customers who go on living; return the server's exit code."""
        assert self._days is not None
        self._server.stop()
        self._days.go_on(f"http://127.0.0.1:{port + 1}", SystemClock())
        return serve(self._data, port)

    def stop(self) -> None:
        """End the server and remove the files; nothing of the run goes on."""
        if self._days is not None:
            self._days.end()
        self._server.stop()
        self._inbox.shutdown()
        rmtree(self._files, ignore_errors=True)

    def _prove(self, desk: Server, track_url: str, plan: dict[str, Any], customers: Customers, days: Days) -> None:
        click.echo("")
        with self._phases.phase("启动活动", "Launch"):
            campaign = desk.post(f"/plans/{plan['plan_id']}/launch", {})["campaign_id"]
        with self._phases.phase(f"走过 {WINDOW_DAYS} 天", f"{WINDOW_DAYS} days pass") as tell:
            days.let_pass(desk, track_url, self._start_ms + WINDOW_DAYS * DAY_MS, tell)
        with self._phases.phase("复盘", "Report"):
            report, ledger = desk.get(f"/campaigns/{campaign}/report"), desk.get(f"/campaigns/{campaign}/ledger")
        with self._phases.phase("模拟器里的真实增量", "The true lift"):
            window = self._start_ms, self._start_ms + WINDOW_DAYS * DAY_MS
            truth = customers.truth(report["assigned"]["treated"], *window)
        say(lines_of_truth(report, ledger, *truth))

    def go_on(self) -> None:
        """Leave a shop at work: a campaign runs, a plan waits for a yes, a goal is held against its path."""
        assert self._days is not None
        desk = self._desk
        click.echo("")
        with self._phases.phase("存几个人群，立一个长期目标", "Keep audiences, let a goal stand"):
            for name, sentence in AUDIENCES.items():
                understood = desk.post("/audiences/understand", {"text": sentence})
                desk.post("/audiences", {"name": name, "definition": understood["definition"]})
            desk.put("/goals/standing/repurchase", {"text": STANDING_GOAL, "name": "复购率再高 6%"})
        with self._phases.phase("再启动一个活动", "Launch another campaign"):
            running = self._planned(desk, RUNNING_GOAL)
            if running:
                desk.post(f"/plans/{running}/launch", {"spread": {"hours": RUNNING_HOURS, "waves": RUNNING_WAVES}})
        with self._phases.phase(f"再过 {AFTER_DAYS} 天，到现在", f"{AFTER_DAYS} more days, until now") as tell:
            self._days.let_pass(desk, self._track_url, self._now_ms, tell)
        with self._phases.phase("提一个方案等审批", "Propose a plan for approval"):
            proposed = self._planned(desk, PROPOSED_GOAL)
            if proposed:
                desk.post(f"/plans/{proposed}/propose", {})
        with self._phases.phase("找机会", "Look for opportunities"):
            desk.get("/opportunities")

    def _planned(self, desk: Server, goal: str) -> str | None:
        """Return the plan of a goal; None, and a note, where this shop is refused it: other seeds, other shops."""
        plan = desk.post("/goals", {"text": goal})
        if plan["status"] in ("ready", "exploration"):
            return plan["plan_id"]
        self._phases.note(plan["sentence"]["zh"], plan["sentence"]["en"])
        return None

    def _import(self, desk: Server, past: History, tell: Callable[[str], None]) -> None:
        """Write and hand in one file after the other, so that the next is ready when one is done, and wait for each."""
        self._files.mkdir(parents=True, exist_ok=True)
        rows = events = 0
        for kind, running in [(kind, _started(desk, write_file(past, kind, self._files), kind)) for kind in IMPORTED]:
            done = _loaded(desk, running, lambda words, kind=kind: tell(f"{kind} {words}"))
            rows, events = rows + done["counts"]["rows"], events + done["counts"]["events"]
            if done["counts"]["rejected"]:
                refused = f"{done['counts']['rejected']:,}"
                self._phases.note(f"{kind}：{refused} 行没有导入", f"{kind}: {refused} rows were left out")
        self._phases.note(f"{rows:,} 行，其中 {events:,} 个事件", f"{rows:,} rows, {events:,} events among them")

    def _define(self, desk: Server, past: History) -> None:
        world = past.world
        for channel in world.channels:
            settings = {"url": self._inbox.url, "secret": SECRET, "batch_max": BATCH}
            body = {"id": channel.id, "kind": "webhook", "settings": settings, "cost_fen": int(channel.cost_fen)}
            desk.post("/channels", {**body, "per_second_max": 100_000})
        for offer in world.offers:
            names = {"id": offer.id, "name_zh": offer.name_zh, "name_en": offer.name_en}
            numbers = {name: int(getattr(offer, name)) for name in ("face_fen", "cost_fen", "valid_days")}
            desk.post("/offers", {**names, **numbers})


def _started(desk: Server, file: Path, kind: str) -> dict[str, Any]:
    """Hand in a file and start its import on the guessed mapping."""
    proposed = desk.upload("/imports", file, kind=kind)
    file.unlink()
    return desk.post(f"/imports/{proposed['import_id']}/start", {"kind": kind, "fields": {}})


def _loaded(desk: Server, running: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Wait for an import and return its outcome."""
    while running["status"] == "running":
        time.sleep(LOOK_EVERY_S)
        running = desk.get(f"/imports/{running['import_id']}")
        tell(f"{running['progress']:.0%}")
    if running["status"] != "done":
        raise LiftloopError(
            "demo_import_failed",
            zh="样例门店的文件没有全部导入",
            en="a file of the sample shop was not imported",
            next_zh=json.dumps(running, ensure_ascii=False),
            next_en=json.dumps(running, ensure_ascii=False),
        )
    return running


def _start_ms(now_ms: int) -> int:
    """Return the opening hour from which the window and the days after it end on this day: the real clock goes on."""
    opening = datetime.fromtimestamp(now_ms / 1000, UTC).replace(
        hour=OPENING_HOUR_UTC, minute=0, second=0, microsecond=0
    )
    latest = int(opening.timestamp() * 1000)
    latest -= DAY_MS if latest > now_ms else 0
    return latest - (WINDOW_DAYS + AFTER_DAYS) * DAY_MS


def _say_address(data: Path, port: int) -> None:
    token = (data / "admin.token").read_text().strip()
    url = f"http://127.0.0.1:{port}"
    if language() == "en":
        click.echo(f"\nThe clock is the real one from here on; the app: {url}   token: {token}\nCtrl-C ends it.")
    else:
        click.echo(f"\n从这里起用真实时钟；打开应用：{url}   口令：{token}\n按 Ctrl-C 结束。")


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Leave by way of `finally`, so that the server is ended too."""
    raise KeyboardInterrupt
