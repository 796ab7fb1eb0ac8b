import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))

from served import NOW_MS, Served, served

from liftloop.app.definitions.edge import BadDefinition, check_edge
from liftloop.app.sources.pulls import Pulls
from liftloop.collect.sources import DatabaseSource
from liftloop.kernel.clock import MINUTE_MS
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.sources.database import BadPull, DatabaseAway, pull
from liftloop.plugins.sources.database_problems import away, reason_of
from liftloop.testing.installation import Installation

QUERY = (
    "SELECT no AS 订单号, who AS 会员号, paid AS 付款时间, total AS 实付金额, n"
    " FROM orders WHERE n >= :watermark ORDER BY n"
)


def shop_database(folder: Path, marks: list[int]) -> Path:
    path = folder / "erp.db"
    with closing(sqlite3.connect(path)) as erp:
        erp.execute("CREATE TABLE IF NOT EXISTS orders (no TEXT, who TEXT, paid TEXT, total REAL, n INTEGER)")
        known = erp.execute("SELECT count(*) FROM orders").fetchone()[0]
        erp.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
            [(f"O{known + i}", f"C{i % 3}", "2026-09-01 10:00:00", 10.5 + i, n) for i, n in enumerate(marks)],
        )
        erp.commit()
    return path


def source_of(path: Path, **more: Any) -> dict[str, Any]:
    named: dict[str, Any] = {"query": QUERY, "watermark": "n", "start": 0, "import_kind": "orders"}
    return {"kind": "database", "url": f"sqlite:///{path}", **named, **more}


def database(path: Path, **more: Any) -> DatabaseSource:
    body = source_of(path, **more)
    body.pop("kind")
    return DatabaseSource(**body)


def test_rows_of_one_watermark_are_never_parted(tmp_path: Path) -> None:
    """However small a pull, pulls one after another give every row, and the same rows for the same start."""
    marks = [1, 1, 2, 2, 2, 3, 5, 5]
    source = database(shop_database(tmp_path, marks), query=QUERY.replace(">=", ">"))
    for rows_max in (1, 2, 3, 100):
        since: Any = 0
        pulled: list[str] = []
        whole = False
        while not whole:
            done = pull(source, since, tmp_path / "out.csv", rows_max)
            assert pull(source, since, tmp_path / "again.csv", rows_max) == done
            assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()
            pulled += (tmp_path / "out.csv").read_text().splitlines()[1:]
            since, whole = done.watermark, done.whole
        assert len(pulled) == len(set(pulled)) == len(marks)
        assert since == 5


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"watermark": "gone"}, BadPull),
        ({"query": QUERY.replace("ORDER BY n", "ORDER BY n DESC")}, BadPull),
        ({"query": QUERY.replace("FROM orders", "FROM nowhere")}, DatabaseAway),
        ({"url": "sqlite:////nowhere/at/all.db"}, DatabaseAway),
        ({"query": QUERY.replace(" n FROM", " NULL AS n FROM")}, BadPull),
    ],
)
def test_what_cannot_be_pulled_says_so(tmp_path: Path, change: dict[str, Any], refusal: type[LiftloopError]) -> None:
    """A column that is not there, rows out of order, a database that is away: each in words, none with a password."""
    source = database(shop_database(tmp_path, [1, 2, 3]), **change)
    with pytest.raises(refusal) as refused:
        pull(source, 0, tmp_path / "out.csv", 10)
    assert str(tmp_path) not in str(refused.value)


def test_a_query_can_only_read(tmp_path: Path) -> None:
    """Even a query that says it only selects changes nothing in the other system."""
    path = shop_database(tmp_path, [1, 2])
    source = database(path, query="WITH x AS (SELECT :watermark) DELETE FROM orders RETURNING n")
    with pytest.raises(DatabaseAway):
        pull(source, 0, tmp_path / "out.csv", 10)
    with closing(sqlite3.connect(path)) as erp:
        assert erp.execute("SELECT count(*) FROM orders").fetchone() == (2,)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "nowhere"},
        {"url": "dbase://x"},
        {"query": "DELETE FROM orders"},
        {"query": "SELECT 1"},
        {"every_minutes": 0},
    ],
)
def test_sources_that_can_never_be_pulled_are_not_published(tmp_path: Path, change: dict[str, Any]) -> None:
    """A source without an address, a watermark or a SELECT is refused when it is published."""
    with pytest.raises((BadPull, BadDefinition)):
        check_edge("source", "erp", source_of(tmp_path / "erp.db") | change, {})


def play(folder: Path, story: Callable[[Served, Pulls], Awaitable[None]]) -> None:
    async def whole() -> None:
        installation = Installation(folder / "data", NOW_MS)
        async with served(installation) as world:
            await story(world, world.admin.app.state.pulls)
        installation.close()

    asyncio.run(whole())


def test_pulls_bring_each_row_once(tmp_path: Path) -> None:
    """The second pull brings what is new; rows that both read, and a pull done again, count once."""

    async def story(world: Served, pulls: Pulls) -> None:
        path = shop_database(tmp_path, [1, 2, 2])
        assert (await world.admin.post("/api/sources", {"id": "erp", **source_of(path)})).status == 200
        first = (await world.admin.post("/api/sources/erp/pull", {})).json()
        assert (first["rows"], first["since"], first["watermark"], first["whole"]) == (3, 0, 2, True)
        shop_database(tmp_path, [2, 4])
        second = (await world.admin.post("/api/sources/erp/pull", {})).json()
        assert (second["rows"], second["since"], second["watermark"]) == (4, 2, 4)
        await world.settle()
        found = world.desk.follower.lake.select("SELECT count(*) AS n FROM event WHERE name = 'Order Completed'")
        assert found["n"].tolist() == [5]
        unknown = await world.admin.post("/api/sources/crm/pull", {})
        assert unknown.status == 404

    play(tmp_path, story)


def test_a_failed_import_does_not_move_the_watermark(tmp_path: Path) -> None:
    """What could not be imported is pulled again once the source is mended."""

    async def story(world: Served, pulls: Pulls) -> None:
        path = shop_database(tmp_path, [1, 2])
        wrong = source_of(path, fields={"amount": "no such column"})
        await world.admin.post("/api/sources", {"id": "erp", **wrong})
        assert (await world.admin.post("/api/sources/erp/pull", {})).status == 422
        assert pulls.mark("erp") is None
        failed = await row(world)
        assert (failed["watermark"], failed["last_pull"]["status"]) == (None, "failed")
        assert "no such column" in failed["last_pull"]["error"]["zh"]
        await world.admin.post("/api/sources", {"id": "erp", **source_of(path)})
        assert (await world.admin.post("/api/sources/erp/pull", {})).json()["rows"] == 2
        done = (await row(world))["last_pull"]
        assert (done["status"], done["rows"], done["error"]) == ("done", 2, None)
        assert done["import_id"].startswith("imp_")

    play(tmp_path, story)


def test_a_watermark_is_moved_and_rows_read_again_count_once(tmp_path: Path) -> None:
    """Back to the start or to a number; what is no watermark is refused in words; no row is counted twice."""

    async def story(world: Served, pulls: Pulls) -> None:
        async def moved(to: Any) -> Any:
            return await world.admin.post("/api/sources/erp/watermark", {"watermark": to})

        await world.admin.post("/api/sources", {"id": "erp", **source_of(shop_database(tmp_path, [1, 2, 3]))})
        assert (await moved("2")).json() == {"watermark": 2}
        assert (await world.admin.post("/api/sources/erp/pull", {})).json()["rows"] == 2
        assert (await moved(None)).json() == {"watermark": 0}
        pulling = asyncio.create_task(pulls.pull("erp", "person:test", "en"))
        await asyncio.sleep(0)
        assert (await moved(None)).status == 409
        again = await pulling
        assert (again.since, again.rows, again.watermark) == (0, 3, 3)
        await world.settle()
        found = world.desk.follower.lake.select("SELECT count(*) AS n FROM event WHERE name = 'Order Completed'")
        assert found["n"].tolist() == [3]
        for wrong in ("yesterday", "nan"):
            refused = await moved(wrong)
            assert (refused.status, refused.json()["code"]) == (422, "bad_watermark")
        assert (await world.admin.post("/api/sources/crm/watermark", {})).status == 404
        assert (await world.stranger.post("/api/sources/erp/watermark", {})).status == 401

    play(tmp_path, story)


def test_a_clock_that_leaps_pulls_at_its_due_times_and_waits_after_a_failure(tmp_path: Path) -> None:
    """A pull every ten minutes happens on the ten minutes of a leap; one that failed waits for its next time."""

    async def story(world: Served, pulls: Pulls) -> None:
        path = shop_database(tmp_path, [1])
        await world.admin.post("/api/sources", {"id": "erp", **source_of(path, every_minutes=10, start=2)})

        async def after(minutes: int) -> tuple[str, int]:
            await world.admin.post("/api/clock", {"advance_s": minutes * 60})
            last = pulls.last("erp")
            assert last is not None
            return last.status, (last.at_ms - NOW_MS) // MINUTE_MS

        assert await after(25) == ("done", 20)
        path.unlink()
        assert await after(20) == ("failed", 40)
        shop_database(tmp_path, [1])
        assert await after(4) == ("failed", 40)
        assert await after(1) == ("done", 50)

    play(tmp_path, story)


def test_a_source_is_changed_and_tried_without_its_address(tmp_path: Path) -> None:
    """Whoever changes a source need not know its password: the sealed address is tried and kept."""

    async def story(world: Served, pulls: Pulls) -> None:
        path = shop_database(tmp_path, [1, 2, 3])
        await world.admin.post("/api/sources", {"id": "erp", "name": "ERP", **source_of(path)})
        body = (await world.admin.get("/api/definitions/source/erp")).json()["body"]
        asked = {"source": "erp", "url": body["url"], "query": QUERY, "watermark": "n", "import_kind": "orders"}
        tried = (await world.admin.post("/api/data/databases/try", asked)).json()
        assert (tried["rows"], tried["tables"], tried["kind"]) == (3, ["orders"], "orders")
        changed = {**body, "every_minutes": 15, "name": "收银"}
        answer = await world.admin.post("/api/definitions", {"kind": "source", "id": "erp", "body": changed})
        assert (answer.status, answer.json()["version"]) == (200, 2)
        found = await row(world)
        assert (found["name"], found["every_minutes"]) == ("收银", 15)
        assert (await world.admin.post("/api/data/databases/try", asked)).json()["rows"] == 3
        nobody = await world.admin.post("/api/data/databases/try", {**asked, "source": "crm"})
        assert nobody.status == 404

    play(tmp_path, story)


async def row(world: Served) -> dict[str, Any]:
    rows = (await world.admin.get("/api/data/sources")).json()["sources"]
    return next(each for each in rows if each["source_id"] == "erp")


def test_a_database_is_tried_step_by_step_and_then_set_up(tmp_path: Path) -> None:
    """A trial tells tables, a likely watermark and what an import would make; what is made from it pulls, sealed."""
    path = shop_database(tmp_path, [1, 2, 3])
    url = f"sqlite:///{path}"

    async def story(world: Served, pulls: Pulls) -> None:
        async def trial(**asked: Any) -> dict[str, Any]:
            return (await world.admin.post("/api/data/databases/try", {"url": url, **asked})).json()

        first = await trial()
        assert (first["server"].split()[0], first["tables"], first["fields"]) == ("sqlite", ["orders"], [])
        second = await trial(table="orders")
        assert [each["name"] for each in second["columns"] if each["grows"]] == ["n"]
        assert second["watermark"] == ""
        third = await trial(table="orders", watermark="n", import_kind="orders")
        assert (third["rows"], third["start"], third["names"]) == (3, 0, ["no", "who", "paid", "total", "n"])
        assert third["query"] == "SELECT * FROM orders WHERE n >= :watermark ORDER BY n"
        rules = {"order_id": "no", "customer_id": "who", "ordered_at": "paid", "order_amount": "total", "amount": None}
        assert rules.keys() <= {each["field"] for each in third["fields"]}
        database = {name: third[name] for name in ("query", "watermark", "start")}
        database |= {"url": url, "import_kind": "orders", "fields": rules, "every_minutes": 60}
        made = await world.admin.post("/api/data/sources", {"name": "ERP", "kind": "database", "database": database})
        assert made.json() == {"source_id": "erp", "key": "", "address": ""}
        kept = (await world.admin.get("/api/definitions/source/erp")).json()["body"]
        assert (kept["url"], kept["every_minutes"]) == ("(set)", 60)
        assert (await pulls.pull("erp", "person:test", "en")).rows == 3
        assert not list(world.desk.folder.imports.glob(".trial-*"))

    play(tmp_path, story)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"url": "nowhere"}, "bad_pull", "地址"),
    ({"url": "sqlite:////nowhere/at/all.db"}, "database_away", "没有这个数据库文件"),
    ({"table": "nowhere"}, "database_away", "没有这张表"),
    ({"query": "SELECT gone FROM orders WHERE n >= :watermark", "watermark": "n"}, "database_away", "没有这一列"),
    ({"query": "SELECT n FROM orders WHER n >= :watermark", "watermark": "n"}, "database_away", "看不懂"),
    ({"query": "SELECT n FROM orders", "watermark": "n"}, "bad_pull", ":watermark"),
]


def test_a_trial_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    """Whoever set it up reads what to mend, and nothing of the address; a stranger is told nothing."""
    url = f"sqlite:///{shop_database(tmp_path, [1])}"

    async def story(world: Served, pulls: Pulls) -> None:
        for asked, code, told in WRONG:
            answer = await world.admin.post("/api/data/databases/try", {"url": url, **asked})
            body = answer.json()
            assert (answer.status >= 400, body["code"]) == (True, code)
            assert told in body["message_zh"]
            assert body["next"]
            assert str(tmp_path) not in str(body)
        assert (await world.stranger.post("/api/data/databases/try", {"url": url})).status == 401

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Exception(1045, "Access denied for user 'x'@'y' (using password: YES)"), "login"),
        (Exception(2003, "Can't connect to MySQL server"), "host"),
        (Exception(1792, "Cannot execute statement in a READ ONLY transaction"), "writes"),
        (Exception('connection failed: FATAL:  password authentication failed for user "u"'), "login"),
        (Exception('connection failed: FATAL:  database "shop" does not exist'), "database"),
        (Exception("connection failed: Connection refused"), "host"),
        (ModuleNotFoundError("No module named 'psycopg'"), "driver"),
        (Exception("something nobody has seen"), "other"),
    ],
)
def test_drivers_are_understood(error: Exception, reason: str) -> None:
    """What drivers say, in numbers or words, comes down to a dozen things that a person can do something about."""
    assert reason_of(error) == reason
    assert str(error) not in str(away(error))
