"""Imports over the API: proposed, decided, loaded by their own process, refused rows handed back."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from served import NOW_MS, Served, play

ORDERS = """订单号,下单时间,会员手机号,商品名称,数量,单价
A1,2026-09-01 10:00:00,13800138001,鸡翅,2,20.5
A1,2026-09-01 10:00:00,13800138001,可乐,1,5
A2,2026-09-02 11:30:00,13800138002,鸡翅,1,20.5
A3,2026-09-03 12:00:00,,可乐,1,5
A4,还没有,13800138001,可乐,1,5
"""


async def finished(world: Served, identity: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            state = (await world.admin.get(f"/api/imports/{identity}")).json()
            if state["status"] != "running":
                return state
            await asyncio.sleep(0.05)


async def loaded(world: Served, name: str, content: str, **decided: Any) -> dict[str, Any]:
    """Import a file on its guessed mapping and return how it ended."""
    proposed = await world.admin.upload("/api/imports", (name, content.encode()), {})
    assert proposed.status == 200, proposed.body
    view = proposed.json()
    body = {"kind": view["kind"], **decided}
    started = await world.admin.post(f"/api/imports/{view['import_id']}/start", body)
    assert started.status == 200, started.body
    return await finished(world, view["import_id"])


def test_a_dropped_file_is_proposed_loaded_and_told(tmp_path: Path) -> None:
    """Nothing is loaded before the start; then orders are people's events, sealed and silent, refused rows told."""

    async def story(world: Served) -> None:
        proposed = (await world.admin.upload("/api/imports", ("订单.csv", ORDERS.encode()), {})).json()
        rules = {each["field"]: each["rule"] for each in proposed["fields"] if each["rule"]}
        assert (proposed["kind"], proposed["rows_estimate"], proposed["status"]) == ("orders", 5, "proposed")
        assert (rules["order_id"], rules["phone"], rules["price"]) == ("订单号", "会员手机号", "单价")
        assert "13800138001" not in str(proposed), "examples are masked"
        assert (await world.desk.tick.ask("position"))["profiles"] == 0
        done = await loaded(world, "订单.csv", ORDERS)
        assert (done["status"], done["progress"]) == ("done", 1.0), done
        assert done["counts"] == {"rows": 5, "customers": 2, "events": 2, "rejected": 2}
        assert done["sentence"]["zh"] == "读完 5 行订单（每行一件商品）：2 位客户，2 条事件；2 行没有导入。"
        refused = await world.admin.get(f"/api/imports/{done['import_id']}/rejected")
        lines = refused.body.decode("utf-8-sig").splitlines()
        assert lines[0] == "行号,原因,字段,内容,订单号,下单时间,会员手机号,商品名称,数量,单价"
        assert [line.split(",")[0] for line in lines[1:]] == ["5", "6"]
        kept = [path.read_bytes() for path in (world.installation.folder.imports / done["import_id"]).iterdir()]
        assert lines[0].encode() not in b"".join(kept), "refused rows wait sealed"
        found = (await world.admin.get("/api/profiles", q="138 0013 8001")).json()["profiles"]
        one = (await world.admin.get(f"/api/profiles/{found[0]['profile_id']}")).json()
        assert [each["detail"]["zh"] for each in one["timeline"]] == ["鸡翅 × 2 · 可乐 · ¥46"]
        assert "13800138001" not in str(one)
        bodies = await world.desk.follower.select("SELECT properties, imported FROM event")
        assert "13800138001" not in str(bodies)
        assert bodies["imported"].all()
        assert not (world.installation.folder.imports / done["import_id"] / "订单.csv").exists(), "the file is gone"

    play(tmp_path, story)


def test_files_enter_in_the_order_in_which_they_were_started(tmp_path: Path) -> None:
    """A small file that is ready sooner waits until all of the large one before it is in the log."""
    head = "order_id,order_date,customer_id,product_id,quantity,unit_price\n"

    async def started(world: Served, name: str, orders: int) -> str:
        lines = "".join(f"{name}{number},2026-09-01 10:00:00,u{number},P1,1,2.5\n" for number in range(orders))
        view = (await world.admin.upload("/api/imports", (f"{name}.csv", (head + lines).encode()), {})).json()
        answer = await world.admin.post(f"/api/imports/{view['import_id']}/start", {"kind": "orders"})
        assert answer.status == 200, answer.body
        return view["import_id"]

    async def story(world: Served) -> None:
        running = [await started(world, "large", 12_000), await started(world, "small", 3)]
        assert [(await finished(world, each))["status"] for each in running] == ["done", "done"]
        by_file = 'SELECT left(order_id, 5) AS file, min("offset") AS first, count(*) AS orders FROM order_head'
        found = await world.desk.follower.select(f"{by_file} GROUP BY file ORDER BY first")
        assert (found["file"].tolist(), found["orders"].tolist()) == (["large", "small"], [12_000, 3])
        assert found["first"].tolist() == [0, 12_000]

    play(tmp_path, story)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    """Ids of records depend on content only: a second import, later, adds no event, person, or consent."""

    async def story(world: Served) -> None:
        declared = {"declares": [{"channel": "sms", "evidence": "门店登记表"}]}
        await loaded(world, "a.csv", ORDERS, **declared)
        counted = "SELECT count(*) AS n FROM event"
        before = (await world.desk.follower.select(counted))["n"][0]
        world.installation.advance(3_600)
        again = await loaded(world, "b.csv", ORDERS, **declared)
        assert again["counts"]["events"] == 2
        assert (await world.desk.follower.select(counted))["n"][0] == before
        assert (await world.desk.tick.ask("position"))["profiles"] == 2
        consents = world.desk.state.rows("SELECT channel, status, source FROM consent")
        assert consents == [("sms", "granted", "门店登记表")] * 2

    play(tmp_path, story)


def test_what_a_person_corrects_is_what_is_loaded(tmp_path: Path) -> None:
    """A field emptied stays empty, a template builds one, and a wrong column or field is refused with a next step."""
    people = "会员号,城市,电话\nu1,上海,13800138001\nu2,北京,13800138002\n"

    async def story(world: Served) -> None:
        proposed = (await world.admin.upload("/api/imports", ("p.csv", people.encode()), {"kind": "customers"})).json()
        place = f"/api/imports/{proposed['import_id']}/start"
        for fields, code in (
            ({"city": "城 市"}, "mapping_missing_column"),
            ({"town": "城市"}, "mapping_unknown_field"),
            ({"customer_id": None, "phone": None}, "mapping_incomplete"),
            ({"email": {"template": 3}}, "bad_mapping"),
        ):
            refused = await world.admin.post(place, {"kind": "customers", "fields": fields})
            assert (refused.status, refused.json()["code"]) == (422, code), refused.body
            assert refused.json()["next"]
        fields = {"phone": None, "email": "{会员号}@example.test"}
        assert (await world.admin.post(place, {"kind": "customers", "fields": fields})).status == 200
        done = await finished(world, proposed["import_id"])
        assert done["counts"]["customers"] == 2
        assert (await world.admin.get("/api/profiles", q="13800138001")).json()["total"] == 0
        assert (await world.admin.get("/api/profiles", q="U2@Example.test")).json()["profiles"][0]["city"] == "北京"
        assert (await world.admin.post(place, {"kind": "customers", "fields": {}})).json()["status"] == "done"

    play(tmp_path, story)


def test_items_spend_and_exposures_reach_the_tables_that_studies_read(tmp_path: Path) -> None:
    """Each kind lands with its columns; an exposure belongs to its customer."""
    items = "商品编号,商品名称,售价,成本价\nP1,鸡翅,20.5,12\n"
    spend = "日期,推广计划,广告组,花费,曝光,点击\n2026-09-01,会员日,新品,1500.5,10000,321\n"
    exposures = (
        "decision_id,campaign,customer_id,decided_at,eligible,action,propensities,holdout\n"
        'd1,spring,u1,2026-08-01T10:00:00+08:00,"[""nobody"",""ten""]",ten,"{""nobody"":0.5,""ten"":0.5}",false\n'
    )

    async def story(world: Served) -> None:
        for name, content in (("items.csv", items), ("spend.csv", spend), ("exposures.csv", exposures)):
            done = await loaded(world, name, content)
            assert (done["status"], done["counts"]["rejected"]) == ("done", 0), done
        select = world.desk.follower.select
        item = await select("SELECT item_id, name, price, margin FROM item")
        assert [column[0] for column in item.values()] == ["P1", "鸡翅", 20.5, 8.5]
        cost = await select("SELECT campaign, ad_group, cost, clicks FROM ad_spend")
        assert [column[0] for column in cost.values()] == ["会员日", "新品", 1500.5, 321]
        seen = await select("SELECT customer_id, profile, action, propensities, holdout FROM exposure_now")
        person = await world.desk.tick.ask("person", identifier="u1", now_ms=NOW_MS)
        assert (seen["customer_id"][0], seen["profile"][0]) == ("u1", person["profile"])
        assert (seen["action"][0], bool(seen["holdout"][0])) == ("ten", False)

    play(tmp_path, story)


def test_a_second_file_widens_the_first(tmp_path: Path) -> None:
    """Products joined to order lines by their common key give the lines their category."""
    lines = (
        "order_id,order_date,customer_id,product_id,quantity,amount\n1,2026-09-01,u1,P1,1,5\n2,2026-09-02,u2,P2,1,7\n"
    )
    products = "product_id,product_category\nP1,奶粉\nP2,辅食\n"

    async def story(world: Served) -> None:
        first = (await world.admin.upload("/api/imports", ("orders.csv", lines.encode()), {})).json()
        place = f"/api/imports/{first['import_id']}"
        both = (await world.admin.upload(f"{place}/files", ("products.csv", products.encode()), {})).json()
        assert "product_category" in both["columns"]
        assert (await world.admin.post(f"{place}/start", {"kind": "orders"})).status == 200
        assert (await finished(world, first["import_id"]))["counts"]["events"] == 2
        found = await world.desk.follower.select("SELECT category FROM order_line ORDER BY order_id")
        assert found["category"].tolist() == ["奶粉", "辅食"]

    play(tmp_path, story)


def test_files_that_hold_nothing_readable_are_refused(tmp_path: Path) -> None:
    """Each refusal has a code, words and a next step; nothing is left behind."""

    async def story(world: Served) -> None:
        for name, content, code in (
            ("empty.csv", b"", "empty_file"),
            ("page.html", b"<html></html>", "unsupported_file_type"),
            ("broken.xlsx", b"PK\x03\x04nothing", "damaged_file"),
        ):
            answer = await world.english.upload("/api/imports", (name, content), {})
            assert (answer.json()["code"], answer.json()["message"][:1] != "") == (code, True), answer.body
            assert answer.status in (400, 415)
            assert answer.json()["next"]
        assert (await world.english.upload("/api/imports", ("a.csv", b"a,b\n1,2\n"), {"kind": "magic"})).status == 422
        assert (await world.admin.get("/api/imports/imp_0000000000000000")).status == 404
        assert (await world.admin.get("/api/imports/..%2f..")).status == 404
        assert list(world.installation.folder.imports.iterdir()) == []
        assert (await world.stranger.upload("/api/imports", ("a.csv", b"a,b\n1,2\n"), {})).status == 401

    play(tmp_path, story)


def test_a_joined_file_may_change_what_the_first_looks_like(tmp_path: Path) -> None:
    """Pairs of campaign and household are customers at first sight, and contacts once a second file dates them."""

    async def story(world: Served) -> None:
        pairs = "campaign_id,household_id\n" + "".join(f"{n % 3},{n}\n" for n in range(60))
        dates = "campaign_id,start_date,end_date\n" + "".join(
            f"{n},2026-0{n + 1}-01,2026-0{n + 1}-20\n" for n in range(3)
        )
        first = (await world.admin.upload("/api/imports", ("campaigns.csv", pairs.encode()), {})).json()
        assert first["kind"] == "customers"
        assert [question["id"] for question in first["questions"]] == ["kind"]
        path = f"/api/imports/{first['import_id']}/files"
        joined = (await world.admin.upload(path, ("descriptions.csv", dates.encode()), {})).json()
        assert joined["kind"] == "exposures"
        assert not joined["questions"]

    play(tmp_path, story)


@pytest.mark.long  # Six files are imported by a process each.
def test_sample_data_are_lent_to_an_empty_shop_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty installation gets a shop with its past and offers; one that has customers is refused."""
    monkeypatch.setattr("liftloop.app.sample_shop.MEMBERS", 300)

    async def story(world: Served) -> None:
        lent = await world.admin.post("/api/sample", {})
        assert lent.status == 200, lent.body
        done = [await finished(world, each["import_id"]) for each in lent.json()["imports"]]
        kinds = ("items", "customers", "consents", "orders", "events", "exposures")
        ended = {each["kind"]: (each["status"], each["counts"]["rejected"]) for each in done}
        assert ended == dict.fromkeys(kinds, ("done", 0))
        assert (await world.desk.tick.ask("position"))["profiles"] == 300
        assert world.desk.definitions.live("offer")
        refused = await world.admin.post("/api/sample", {})
        assert (refused.status, refused.json()["code"]) == (409, "not_empty")

    play(tmp_path, story)
