"""Audiences handed to other systems: each change once, whatever fails on the way, and only what was asked for."""

import asyncio
import csv
import io
import json
import sqlite3
import sys
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.dialects import mysql, postgresql

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))

from served import Served
from served import play as play_served
from test_audience_insight import published
from test_audiences import a_small_shop

from liftloop.app.audiences.destinations import Destinations
from liftloop.app.audiences.export import Exports
from liftloop.app.audiences.schedule import due_ms
from liftloop.app.definitions.destinations import check_destination
from liftloop.app.definitions.secrets import SHOWN
from liftloop.audience.destinations import DatabaseReceiver, Destination
from liftloop.kernel.clock import HOUR_MS, SECOND_MS, SystemClock
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels.signing import secret_bytes, verify
from liftloop.plugins.destinations.database import UPSERTS, described
from liftloop.testing.webhook_double import SECRET

HERE = {"trait": "city", "is": "上海"}


class Receiver:
    """Takes signed parts; `answers` are statuses used up in order, then all goes well."""

    def __init__(self) -> None:
        self.answers: deque[int] = deque()
        self.parts: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert verify(secret_bytes(SECRET), request.headers, body, SystemClock().now_ms() // SECOND_MS)
        status = self.answers.popleft() if self.answers else 204
        if status < 300:
            self.parts.append(json.loads(body))
            self.ids.append(request.headers["webhook-id"])
        return web.Response(status=status)

    def told(self) -> list[tuple[str, str]]:
        """Return and forget (customer, change) of all that came."""
        parts, self.parts = self.parts, []
        return [(each["customer_id"], each["change"]) for part in parts for each in part["people"]]


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/", receiver.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield receiver
    await runner.cleanup()


def by_webhook(receiver: Receiver, **more: Any) -> dict[str, Any]:
    to = {"kind": "webhook", "url": receiver.url, "secret": SECRET, "rows_max": 1}
    return {"id": "crm", "name": "CRM", "audience": "here", "to": to, **more}


def by_table(path: Path, **more: Any) -> dict[str, Any]:
    to = {"kind": "database", "url": f"sqlite:///{path}", "table": "people"}
    return {"id": "house", "name": "数仓", "audience": "here", "to": to, **more}


def moves(person: str, city: str) -> dict[str, Any]:
    return {"type": "identify", "userId": person, "traits": {"city": city}}


async def ready(world: Served, body: dict[str, Any]) -> None:
    await a_small_shop(world)
    await published(world, "here", HERE)
    world.admin.app.state.destinations.waits_s = (0.0,)
    answer = await world.admin.post("/api/destinations", body)
    assert answer.status == 200, answer.body


async def ran(world: Served, identity: str = "crm", **how: Any) -> dict[str, Any]:
    answer = await world.admin.post(f"/api/destinations/{identity}/run", how)
    assert answer.status == 200, answer.body
    return answer.json()


def play(folder: Path, story: Callable[[Served], Awaitable[None]]) -> None:
    """Play a story on a new installation that may reach this machine."""
    play_served(folder, story, webhook_allow="127.0.0.0/8")


def test_a_webhook_is_told_each_change_once_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """The first run tells everybody, a run that breaks goes on with the rest, the next tells only who came and went."""

    async def story(world: Served) -> None:
        async with receiving() as receiver:
            await ready(world, by_webhook(receiver))
            receiver.answers += [204, 503, 500]
            broken = await ran(world)
            assert (broken["status"], broken["sent"], broken["resumed_at"]) == ("failed", 1, 0)
            assert "HTTP 500" in broken["error"]["en"]
            desk = world.desk  # Nothing that is only in memory may be needed.
            world.admin.app.state.destinations = Destinations(desk, Exports(desk, world.admin.app.state.audiences))
            mended = await ran(world)
            assert (mended["status"], mended["sent"], mended["resumed_at"]) == ("done", 2, 1)
            assert mended["export_id"] == broken["export_id"]
            assert sorted(receiver.told()) == [("u1", "member"), ("u2", "member"), ("u3", "member")]
            assert len(set(receiver.ids)) == 3, "each part has an id of its own"
            world.installation.receive(moves("u1", "北京"), moves("u4", "上海"))
            await world.settle()
            third = await ran(world)
            assert (third["entered"], third["left"], third["sent"], third["whole"]) == (1, 1, 2, False)
            assert receiver.told() == [("u4", "entered"), ("u1", "left")]
            assert (await ran(world))["sent"] == 0
            wholes: list[str] = []
            for _ in range(2):
                assert (await world.admin.post("/api/clock", {"advance_s": 1})).status == 200
                whole = await ran(world, whole=True)
                assert whole["sent"] == 3
                wholes.append(whole["export_id"])
            assert len(set(wholes)) == 2, "told again, the same people are another export"
            assert len(set(receiver.ids)) == len(receiver.ids)
            listed = (await world.admin.get("/api/destinations", audience_id="here")).json()["destinations"]
            assert [(each["destination_id"], each["last"]["sent"]) for each in listed] == [("crm", 3)]
            runs = (await world.admin.get("/api/destinations/crm/runs")).json()["runs"]
            assert [each["status"] for each in runs] == ["done"] * 5 + ["failed"]
            shown = (await world.admin.get("/api/definitions/destination/crm")).json()["body"]
            assert shown["to"]["secret"] == SHOWN

    play(tmp_path, story)


def test_a_refusal_is_told_and_what_is_under_way_ends_with_the_version(tmp_path: Path) -> None:
    """A receiver that answers 410 is not asked again in that run; another address begins with everybody; the
    installation's own files are no destination."""

    async def story(world: Served) -> None:
        async with receiving() as receiver, receiving() as other:
            await ready(world, by_webhook(receiver))
            receiver.answers += [204, 410]
            refused = await ran(world)
            assert (refused["status"], refused["sent"], len(receiver.answers)) == ("failed", 1, 0)
            assert (await world.admin.post("/api/destinations", by_webhook(other))).status == 200
            assert (await ran(world))["whole"] is True
            assert sorted(who for who, _ in other.told()) == ["u1", "u2", "u3"]
            await world.admin.post("/api/destinations", by_table(world.desk.folder.state))
            own = await ran(world, "house")
            assert (own["status"], own["sent"]) == ("failed", 0)
            assert "data folder" in own["error"]["en"]
            assert (await world.admin.post("/api/destinations/nowhere/run", {})).status == 404

    play(tmp_path, story)


def rows_of(path: Path) -> dict[str, tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as house:
        return {row[0]: row[1:] for row in house.execute("SELECT customer_id, member, email, city FROM people")}


def test_a_table_holds_who_is_in_and_who_was(tmp_path: Path) -> None:
    """Upserts double nobody; who left stays as no member; only what was asked for is there; a whole run mends it."""
    path = tmp_path / "house.db"

    async def story(world: Served) -> None:
        await ready(world, by_table(path, identifiers=["customer_id", "email"], columns=["city", "birthday"]))
        world.installation.receive({"type": "identify", "userId": "u1", "traits": {"email": "anna@example.test"}})
        await world.settle()
        assert (await ran(world, "house"))["sent"] == 3
        assert rows_of(path) == {
            "u1": (1, "anna@example.test", "上海"),
            "u2": (1, None, "上海"),
            "u3": (1, None, "上海"),
        }
        world.installation.receive(moves("u2", "北京"))
        await world.settle()
        assert (await ran(world, "house"))["left"] == 1
        assert {who: row[0] for who, row in rows_of(path).items()} == {"u1": 1, "u2": 0, "u3": 1}
        with closing(sqlite3.connect(path)) as house:
            house.execute("UPDATE people SET member = 1, export_id = 'by hand'")
            house.commit()
        await ran(world, "house", whole=True)
        assert {who: row[0] for who, row in rows_of(path).items()} == {"u1": 1, "u2": 0, "u3": 1}
        assert str(path).encode() not in b"".join(each.read_bytes() for each in world.desk.data.rglob("*.db*"))

    play(tmp_path, story)


def test_nobody_who_was_erased_is_told(tmp_path: Path) -> None:
    """Whose key is destroyed is in no part; the others are, and the run says how many were told."""

    async def story(world: Served) -> None:
        async with receiving() as receiver:
            await ready(world, by_webhook(receiver, identifiers=["customer_id", "phone"]))
            world.installation.receive(
                {"type": "identify", "userId": "u1", "traits": {"phone": "13900001234"}},
                {"type": "identify", "userId": "u2", "traits": {"phone": "13900001235"}},
            )
            await world.settle()
            (key,) = world.desk.state.rows("SELECT hash FROM identifier WHERE text = 'u1'")[0]
            assert world.installation.vault.destroy([key % 2**64, hash_text("user_id", "u1")])
            run = await ran(world)
            assert (run["count"], run["sent"]) == (3, 2)
            told = [each for part in receiver.parts for each in part["people"]]
            phones = {each["customer_id"]: each["phone"] for each in told}
            assert phones == {"u2": "13900001235", "u3": None}

    play(tmp_path, story)


def test_schedules_run_on_the_clock(tmp_path: Path) -> None:
    """A destination that is due is run by itself, says so, and after a failure tries again."""

    async def story(world: Served) -> None:
        path = tmp_path / "house.db"
        await ready(world, by_table(path, every_hours=2))
        for _ in range(2):
            assert (await world.admin.post("/api/clock", {"advance_s": 60})).status == 200
        assert len((await world.admin.get("/api/destinations/house/runs")).json()["runs"]) == 1
        world.installation.receive(moves("u1", "北京"))
        path.unlink()
        path.mkdir()
        assert (await world.admin.post("/api/clock", {"advance_s": 7200})).status == 200
        path.rmdir()
        assert (await world.admin.post("/api/clock", {"advance_s": 900})).status == 200
        runs = (await world.admin.get("/api/destinations/house/runs")).json()["runs"]
        assert [(each["status"], each["left"], each["sent"]) for each in runs] == [
            ("done", 1, 1),
            ("failed", 1, 0),
            ("done", 0, 3),
        ]
        (line,) = (await world.admin.get("/api/destinations")).json()["destinations"]
        assert line["due_at"] is not None

    play(tmp_path, story)


def test_a_clock_that_leaps_runs_a_destination_at_each_of_its_times(tmp_path: Path) -> None:
    """Five hours at one go are five runs an hour apart, each with who had come and gone by then, failures included."""

    async def story(world: Served) -> None:
        path = tmp_path / "house.db"
        await ready(world, by_table(path, every_hours=1))
        await published(world, "here", {"event": "Order Completed", "within_days": 1 / 24 * 2.5})
        body = {"order_id": "late", "revenue": 1.0}
        world.installation.receive(
            {"type": "track", "event": "Order Completed", "userId": "u1", "messageId": "late", "properties": body}
        )
        assert (await world.admin.post("/api/clock", {"advance_s": 4 * 3600 + 60})).status == 200
        runs = (await world.admin.get("/api/destinations/house/runs")).json()["runs"][::-1]
        began = [datetime.fromisoformat(each["at"]) for each in runs]
        assert [(at - began[0]).total_seconds() for at in began] == [0, 3600, 7200, 10800, 14400]
        left = [each["left"] for each in runs]
        assert sum(left) == 1, runs
        assert left.index(1) == 3, "whoever ordered two and a half hours ago is gone by the run at three"

    play(tmp_path, story)


def test_a_run_may_be_begun_and_looked_at_later(tmp_path: Path) -> None:
    """A run is begun with 202 and a place to look at, which tells how it ended; one at a time, and no stranger's."""

    async def story(world: Served) -> None:
        await ready(world, by_table(tmp_path / "house.db"))
        begun = await world.admin.post("/api/destinations/house/runs", {})
        assert (begun.status, begun.json()["status"]) == (202, "running")
        busy = await world.admin.post("/api/destinations/house/runs", {})
        assert (busy.status, busy.json()["code"]) == (409, "destination_running")
        look_at = begun.json()["look_at"]
        assert begun.headers["location"] == look_at
        for _ in range(500):
            seen = (await world.admin.get(look_at)).json()
            if seen["status"] != "running":
                break
            await asyncio.sleep(0.01)
        assert (seen["status"], seen["sent"], seen["run_id"]) == ("done", 3, begun.json()["run_id"])
        for place in ("/api/destinations/house/runs/run_x", "/api/destinations/nowhere/runs/run_x"):
            assert (await world.admin.get(place)).status == 404
        assert (await world.admin.post("/api/destinations/nowhere/runs", {})).status == 404
        assert (await world.admin.post("/api/destinations/house/runs", {"whole": "perhaps"})).status == 422
        assert (await world.stranger.post("/api/destinations/house/runs", {})).status == 401

    play(tmp_path, story)


TOLD = ["member_level", "tags", "orders", "lifecycle_stage", "replenish_due_ms", "city"]


def test_traits_levels_and_tags_are_columns_of_tables_and_files(tmp_path: Path) -> None:
    """Names of levels and tags, numbers and codes of traits; nothing where nothing is known; a trait in use stays."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        await published(world, "here", HERE)
        orders = {"event": "Order Completed", "within_days": 365}
        assert (await world.admin.post("/api/traits", {"id": "orders", **orders})).status == 200
        level = {"name": "金卡", "rank": 1, "where": {"event": "Order Completed", "count": {"gte": 1}}}
        assert (await world.admin.post("/api/levels", {"id": "gold", **level})).status == 200
        for tag, body in {"vip": {"name": "贵客"}, "here": {"name": "在沪", "where": HERE}}.items():
            assert (await world.admin.post("/api/tags", {"id": tag, **body})).status == 200
        await world.settle()
        await world.admin.post("/api/clock", {"advance_s": 1})
        assert (await world.admin.post("/api/studies/traits", {})).status == 200
        put = await world.admin.post("/api/tags/vip/people", {"people": ["u2"]})
        assert put.status == 200, put.body
        await world.settle()
        answer = await world.admin.post("/api/destinations", by_table(tmp_path / "h.db", columns=TOLD))
        assert answer.status == 200, answer.body
        assert (await ran(world, "house"))["status"] == "done"
        with closing(sqlite3.connect(tmp_path / "h.db")) as house:
            rows = house.execute(f"SELECT customer_id, {', '.join(TOLD)} FROM people ORDER BY 1").fetchall()
        found = {who: told for who, *told in rows}
        assert {who: [*told[:4], told[5]] for who, told in found.items()} == {
            "u1": ["金卡", '["在沪"]', "2", "active", "上海"],
            "u2": ["金卡", '["在沪","贵客"]', "2", "active", "上海"],
            "u3": [None, '["在沪"]', "0", "prospect", "上海"],
        }
        export = {"destination": "file", "columns": TOLD}
        made = (await world.admin.post("/api/audiences/here/exports", export)).json()
        text = (await world.admin.get(f"/api/exports/{made['export_id']}/rows")).body.decode("utf-8-sig")
        lines = {line[1]: line[3:] for line in csv.reader(io.StringIO(text))}
        assert {who: [cell or None for cell in cells] for who, cells in lines.items() if who in found} == found
        held = await world.english.call("DELETE", "/api/definitions/trait/orders")
        assert (held.status, "destination “数仓”" in held.json()["message"]) == (409, True)
        for column in ("phone", "name"):
            sealed = await world.admin.post("/api/audiences/here/exports", {**export, "columns": [column]})
            assert (sealed.status, sealed.json()["code"]) == (422, "bad_export")

    play(tmp_path, story)


TO = DatabaseReceiver(url="sqlite://", table="t")


@pytest.mark.parametrize(("hour", "began", "due"), [(9, 8.5, 9), (9, 9, 33), (9, 23, 33), (0, 8.5, 24)])
def test_a_daily_destination_keeps_the_shops_clock(hour: int, began: float, due: float) -> None:
    """It is due at its time of the shop's day, once a day, however late the last run was."""
    midnight = -8 * HOUR_MS
    daily = Destination(name="n", audience="a", to=TO, daily_at=f"{hour:02d}:00")
    found = due_ms(daily, midnight + int(began * HOUR_MS), midnight, failures=0)
    assert found == midnight + due * HOUR_MS


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"columns": ["phone"]},
        {"columns": ["name"]},
        {"columns": ["member"]},
        {"columns": ["city", "city"]},
        {"every_hours": 0},
        {"every_hours": 2, "daily_at": "09:00"},
        {"daily_at": "9 o'clock"},
        {"identifiers": ["passport"]},
        {"to": {"kind": "database", "url": "dbase://x", "table": "t"}},
        {"to": {"kind": "database", "url": "sqlite://", "table": "t; DROP TABLE x"}},
        {"to": {"kind": "database", "url": "mssql+pyodbc://x", "table": "t"}},
        {"to": {"kind": "webhook", "url": "ftp://x", "secret": SECRET}},
        {"to": {"kind": "webhook", "url": "http://10.0.0.1/", "secret": SECRET}},
        {"to": {"kind": "webhook", "url": "https://example.test", "secret": "guessed"}},
    ],
)
def test_destinations_that_can_never_work_are_not_published(change: dict[str, Any]) -> None:
    """A name, columns, a schedule, an address or a secret that is wrong is refused in words."""
    body = {"name": "n", "audience": "a", "to": {"kind": "database", "url": "sqlite://", "table": "t"}}
    check_destination(body, ())
    with pytest.raises(LiftloopError):
        check_destination(body | change, ())


def test_servers_get_their_own_words() -> None:
    """PostgreSQL and MySQL are asked for an upsert by audience and profile, all other columns changed."""
    table = described("crm.people", ["city"])
    words = {name: str(UPSERTS[name](table).compile(dialect=dialect.dialect())) for name, dialect in DIALECTS.items()}
    assert "ON CONFLICT (audience_id, profile_id) DO UPDATE SET member = excluded.member" in words["postgresql"]
    assert "ON DUPLICATE KEY UPDATE `member` = VALUES(`member`)" in words["mysql"]
    for text in words.values():
        assert "city" in text.split("UPDATE")[1]
        assert "profile_id =" not in text


DIALECTS: dict[str, Any] = {"postgresql": postgresql, "mysql": mysql}
