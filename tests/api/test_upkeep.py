"""Retention, metrics and examination over the API: what is let go changes no count, and probes tell the truth."""

import asyncio
import re
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from served import DAY_MS, NOW_MS, Served, served

from liftloop.app.tick.questions import answer
from liftloop.cli.connection import spoken_instant
from liftloop.testing.asgi import Caller
from liftloop.testing.installation import Installation

PEOPLE = 60
DAY_S = 86_400
NOTE = "x" * 8_000
"""Makes the log's file long enough to see whether its room is used again."""
REGULAR = {"name": "regular", "where": {"event": "Bought", "within_days": 30, "count": {"gte": 2}}}
LINE = re.compile(r'^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.]+(e[+-][0-9]+)?$')
ALERTED = (
    "liftloop_up", "liftloop_fold_lag_seconds", "liftloop_disk_full", "liftloop_disk_free_bytes",
    "liftloop_lake_lag_records", "liftloop_restarts_total",
)  # fmt: skip
"""Those that docs/how-to/run-it.md tells to watch, but for the age of a checkpoint that this world does not keep."""


def play(folder: Path, story: Callable[[Served], Awaitable[None]], **kept: int) -> None:
    """Play a story on a new installation that keeps things so many days."""

    async def whole() -> None:
        installation = Installation(folder / "data", NOW_MS)
        installation.settings = replace(installation.settings, **kept)
        async with served(installation) as world:
            await story(world)
        installation.close()

    asyncio.run(whole())


def bought(world: Served, round_: str, days_ago: float = 0.0) -> None:
    at_ms = world.installation.now_ms() - int(days_ago * DAY_MS)
    for number in range(PEOPLE):
        event = {
            "event": "Bought",
            "messageId": f"{round_}/{number}",
            "userId": f"u{number}",
            "timestamp": spoken_instant(at_ms),
        }
        world.installation.receive({"type": "track", "properties": {"note": NOTE}, **event})


async def live(world: Served, days: float) -> None:
    world.installation.advance(days * DAY_S)
    await world.settle()


def regulars(world: Served) -> int:
    world.installation.fold_all()
    return answer(world.installation.fold, "audience", {"id": "regular"})["count"]


def pages(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("PRAGMA page_count").fetchone()[0]


async def retained(world: Served) -> dict[str, Any]:
    told = await world.admin.post("/api/retain", {})
    assert told.status == 200, told.body
    return told.json()


async def publish(world: Served) -> None:
    body = {"kind": "audience", "id": "regular", "body": REGULAR}
    told = await world.admin.post("/api/definitions", body)
    assert told.status == 200, told.body


def test_what_retention_let_go_changes_no_count(tmp_path: Path) -> None:
    """The log forgets after a day, yet a message id holds for its seven, and a late event still moves its window."""

    async def story(world: Served) -> None:
        await publish(world)
        bought(world, "first")
        await world.settle()
        bought(world, "first")  # Sent again at once: a tick of its own, whose facts stay when those before it go.
        await world.settle()
        assert (await retained(world))["log_records"] == 0
        await live(world, 2)
        gone = await retained(world)
        assert gone["log_records"] >= PEOPLE
        assert gone["fact_blocks"] > 0
        assert (gone["lake_rows"], gone["log_days"], gone["lake_days"]) == (0, 1, 0)
        bought(world, "first")
        await live(world, 0.01)
        assert regulars(world) == 0
        bought(world, "late", days_ago=20)
        await live(world, 0.01)
        assert regulars(world) == PEOPLE
        timeline = (await world.admin.get("/api/profiles/u7")).json()["timeline"]
        assert sum(each["name"] == "Bought" for each in timeline) == 2
        world.installation.restart()  # From checkpoint and deltas: the log's past is gone.
        assert regulars(world) == PEOPLE

    play(tmp_path, story, log_days=1)


def test_room_that_was_freed_is_used_again(tmp_path: Path) -> None:
    """Day after day of the same, the log's file stays as long as it was after the first days."""

    async def story(world: Served) -> None:
        sizes: list[int] = []
        for day in range(8):
            bought(world, f"day{day}")
            await live(world, 1)
            await retained(world)
            sizes.append(pages(world.installation.folder.log))
        assert sizes[2] > PEOPLE
        assert max(sizes[3:]) <= sizes[2] * 1.1

    play(tmp_path, story, log_days=1)


def test_history_goes_from_the_lake_when_it_is_told_to(tmp_path: Path) -> None:
    """With LIFTLOOP_LAKE_DAYS older events go, people and memberships stay."""

    async def story(world: Served) -> None:
        await publish(world)
        bought(world, "first")
        bought(world, "second")
        await world.settle()
        before = await world.desk.follower.select("SELECT count(*) AS n, min(at_ms) AS at FROM event")
        await live(world, 11)
        gone = await retained(world)
        assert gone["lake_rows"] >= 2 * PEOPLE, before
        found = await world.desk.follower.select("SELECT count(*) AS n FROM event")
        assert int(found["n"][0]) == 0
        assert regulars(world) == PEOPLE

    play(tmp_path, story, lake_days=10)


def test_a_retention_waits_for_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being copied is not dropped: the retention is refused with 409, and done when the backup is."""

    async def story(world: Served) -> None:
        entered, go_on = threading.Event(), threading.Event()
        lake: Any = world.desk.follower.lake
        copy_to = lake.copy_to

        def slow(target: Path) -> None:
            entered.set()
            assert go_on.wait(30)
            copy_to(target)

        monkeypatch.setattr(lake, "copy_to", slow)
        bought(world, "first")
        await live(world, 2)
        (world.installation.folder.attempts).touch()
        backing = asyncio.create_task(world.admin.post("/api/backup", {"to": str(tmp_path / "copy")}))
        assert await asyncio.to_thread(entered.wait, 30)
        refused = await world.admin.post("/api/retain", {})
        assert (refused.status, refused.json()["code"]) == (409, "upkeep_busy")
        go_on.set()
        done = await backing
        assert done.status == 200, done.body
        with closing(sqlite3.connect(tmp_path / "copy" / "log.db")) as log:
            assert log.execute("SELECT sum(count) FROM entry").fetchone()[0] >= PEOPLE
        assert (await retained(world))["log_records"] >= PEOPLE

    play(tmp_path, story, log_days=1)


def seen_from(caller: Caller, host: str, **headers: str) -> Caller:
    """Return the caller as if at another address, perhaps behind a proxy."""
    more = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await caller.app({**scope, "client": (host, 9), "headers": [*scope["headers"], *more]}, receive, send)

    return replace(caller, app=app)


def test_metrics_are_read_here_freely_and_elsewhere_with_the_token(tmp_path: Path) -> None:
    """The machine itself needs no token, others and whoever comes through a proxy do; no line is personal."""

    async def story(world: Served) -> None:
        phone = {"type": "identify", "userId": "u-secret", "traits": {"phone": "13800138046"}}
        world.installation.receive(phone)
        await world.settle()
        for caller, status in (
            (seen_from(world.stranger, "127.0.0.1"), 200),
            (seen_from(world.stranger, "::1"), 200),
            (seen_from(world.stranger, "192.0.2.7"), 401),
            (seen_from(world.stranger, "127.0.0.1", x_forwarded_for="192.0.2.7"), 401),
            (seen_from(world.stranger, "127.0.0.1", forwarded="for=192.0.2.7"), 401),
            (seen_from(world.stranger, "127.0.0.1", x_real_ip="192.0.2.7"), 401),
            (seen_from(world.admin, "192.0.2.7"), 200),
        ):
            assert (await caller.get("/metrics")).status == status
        told = await world.admin.get("/metrics")
        assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        lines = told.body.decode().splitlines()
        samples = [line for line in lines if not line.startswith("#")]
        assert [line for line in samples if not LINE.match(line) and "_bucket{" not in line] == []
        named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
        assert set(ALERTED) <= named
        assert {re.sub(r"_(bucket|sum|count)$", "", re.split(r"[{ ]", line)[0]) for line in samples} <= named
        assert len(samples) == len({line.rpartition(" ")[0] for line in samples})
        assert "u-secret" not in told.body.decode()
        assert "13800138046" not in told.body.decode()

    play(tmp_path, story)


def test_health_names_who_is_away(tmp_path: Path) -> None:
    """Without dispatch the probe is 503 and says so, to anybody; the examination calls it a problem."""

    async def story(world: Served) -> None:
        told = await world.stranger.get("/healthz")
        assert told.status == 503
        assert told.json() == {"status": "degraded", "processes": {"desk": True, "tick": True, "dispatch": False}}
        assert (await world.stranger.get("/api/examination")).status == 401
        examined = (await world.admin.get("/api/examination")).json()
        found = {each["check"]: each for each in examined["findings"]}
        assert not examined["ok"]
        assert found["process:dispatch"]["status"] == "problem"
        assert found["process:dispatch"]["next"]["zh"]
        assert found["process:tick"] | {"status": "ok", "next": None} == found["process:tick"]

    play(tmp_path, story)
