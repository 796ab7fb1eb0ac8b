"""Dashboards over the API: numbers are those of the data and of one's own customers, versions are kept apart."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from served import DAY_MS, NOW_MS, Served, play

from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record, TookTooLong
from liftloop.testing.asgi import Caller


def order(number: int, person: str, days_ago: float, yuan: float) -> Record:
    return Record(
        kind="track",
        at_ms=NOW_MS - round(days_ago * DAY_MS),
        received_ms=NOW_MS,
        message_id=f"o{number}",
        actor="key:write",
        user_id=person,
        name="Order Completed",
        body=canonical_json({"order_id": f"o{number}", "revenue": yuan, "currency": "CNY", "email": "a@b.test"}),
    )


async def a_shop(world: Served) -> None:
    world.installation.receive(
        *(
            {"type": "identify", "userId": f"u{each}", "traits": {"region": ("east", "south")[each % 2]}}
            for each in range(6)
        )
    )
    world.installation.append(
        [
            order(1, "u0", 40, 900.0),
            order(2, "u0", 3, 100.0),
            order(3, "u1", 2, 50.0),
            order(4, "u3", 2, 30.0),
            order(5, "u3", 1, 20.5),
        ]
    )
    await world.settle()
    team = {"kind": "team", "id": "east", "body": {"name": "East", "regions": ["east"]}}
    assert (await world.admin.post("/api/definitions", team)).status == 200
    await world.settle()


async def a_caller(world: Served, role: str, *teams: str) -> Caller:
    made = (await world.admin.post("/api/tokens", {"name": f"{role}{teams}", "role": role, "teams": teams})).json()
    return Caller(app=world.admin.app, token=made["secret"])


def tile(**asked: Any) -> dict[str, Any]:
    return {"id": "one", "dataset": "sales", "measure": "revenue", **asked}


async def counted(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = await caller.post("/api/dashboards/answer", tile(**asked))
    assert answer.status == 200, answer.body
    return answer.json()


def by_group(answer: dict[str, Any]) -> dict[str, float]:
    return {answer["groups"][each["group"]]["value"]: each["value"] for each in answer["points"]}


def test_a_tile_counts_what_the_data_say(tmp_path: Path) -> None:
    """Sums, people and means, by what and in which time; of one's own customers alone; and refusals in words."""

    async def story(world: Served) -> None:
        await a_shop(world)
        whole = await counted(world.admin)
        assert whole["unit"] == "yuan"
        assert (whole["points"][0]["value"], whole["before"]) == (200.5, 900.0)
        assert by_group(await counted(world.admin, by={"kind": "column", "name": "buyer"})) == {
            "first": 80.0,
            "again": 120.5,
        }
        regions = await counted(world.admin, by={"kind": "attribute", "name": "region"}, days=0)
        assert by_group(regions) == {"east": 1000.0, "south": 100.5}
        east = {"field": {"kind": "attribute", "name": "region"}, "values": ["east"]}
        assert by_group(await counted(world.admin, days=0, only=[east])) == {"": 1000.0}
        assert by_group(await counted(world.admin, days=0, only=[{**east, "unless": True}])) == {"": 100.5}
        daily = await counted(world.admin, grain="day", days=5, measure="count")
        assert [each["value"] for each in daily["points"]] == [0.0, 1.0, 2.0, 1.0, 0.0]
        events = {"dataset": "events", "measure": "sum", "property": "revenue", "days": 0}
        assert by_group(await counted(world.admin, **events)) == {"": 1100.5}
        mine = await a_caller(world, "viewer", "east")
        assert by_group(await counted(mine, days=0)) == {"": 1000.0}
        assert by_group(await counted(mine, dataset="customers", measure="people", days=0)) == {"": 3.0}
        for code, asked in (
            ("personal_field", {"dataset": "events", "measure": "count", "by": {"kind": "property", "name": "email"}}),
            ("personal_field", {"only": [{**east, "field": {"kind": "attribute", "name": "phone"}}]}),
            ("bad_tile", {"measure": "profit"}),
            ("bad_tile", {"by": {"kind": "property", "name": "region"}}),
            ("bad_tile", {"grain": "hour", "days": 90}),
        ):
            refused = await world.admin.post("/api/dashboards/answer", tile(**asked))
            assert (refused.status, refused.json()["code"]) == (422, code), asked
        quoted = {"kind": "property", "name": "x' OR 1=1 --"}
        assert (await counted(world.admin, dataset="events", measure="count", by=quoted, days=0))["points"]
        with pytest.raises(TookTooLong):
            await world.desk.follower.select("SELECT count(*) FROM range(10_000_000_000)", (), 0.05)
        assert (await counted(world.admin))["points"], "a query that was given up harms none after it"

    play(tmp_path, story)


def test_a_tile_leads_to_the_people_behind_it(tmp_path: Path) -> None:
    """Each once: behind the whole, a bar, the bar of all others, a piece of time; and of one's own customers alone."""

    async def story(world: Served) -> None:
        await a_shop(world)

        async def behind(caller: Caller, part: dict[str, Any], **asked: Any) -> int:
            answer = await caller.post("/api/dashboards/people", {"tile": tile(**asked), **part})
            assert answer.status == 200, answer.body
            assert len(answer.json()["people"]) == answer.json()["total"]
            return answer.json()["total"]

        buyer = {"by": {"kind": "column", "name": "buyer"}}
        daily = (await counted(world.admin, grain="day", days=5, measure="count"))["points"]
        assert await behind(world.admin, {}) == 3
        assert await behind(world.admin, {"group": "first"}, **buyer) == 2
        assert await behind(world.admin, {"group": "again"}, **buyer) == 2
        assert await behind(world.admin, {"other_than": ["first"]}, **buyer) == 2
        assert await behind(world.admin, {"at": daily[2]["at"]}, grain="day", days=5, measure="count") == 2
        assert await behind(await a_caller(world, "viewer", "east"), {}) == 1
        bad = await world.admin.post("/api/dashboards/people", {"tile": tile(measure="profit")})
        assert (bad.status, bad.json()["code"]) == (422, "bad_tile")

    play(tmp_path, story)


def test_a_dashboard_is_saved_shared_and_ended(tmp_path: Path) -> None:
    """Versions are kept apart, who may not see one does not find it, and what is ready is copied, not changed."""

    async def story(world: Served) -> None:
        await a_shop(world)
        operator, viewer = await asyncio.gather(a_caller(world, "operator"), a_caller(world, "viewer"))
        body = {"name": "Mine", "shared": "me", "tiles": [tile()]}
        made = (await operator.post("/api/dashboards", body)).json()
        assert (made["version"], made["mine"]) == (1, True)
        assert (await viewer.get(f"/api/dashboards/{made['dashboard_id']}")).status == 404
        assert (await viewer.post("/api/dashboards", body)).status == 403
        shared = {**body, "dashboard_id": made["dashboard_id"], "version": 1, "shared": "viewer"}
        assert (await operator.post("/api/dashboards", shared)).json()["version"] == 2
        again = await operator.post("/api/dashboards", {**shared, "name": "Others"})
        assert again.json()["code"] == "conflict"
        seen = (await viewer.get(f"/api/dashboards/{made['dashboard_id']}")).json()
        assert (seen["name"]["zh"], seen["mine"]) == ("Mine", False)
        rows = (await viewer.get("/api/dashboards")).json()["dashboards"]
        assert [each["ready"] for each in rows] == [False, True, True, True]
        for row in rows:
            board = (await viewer.get(f"/api/dashboards/{row['dashboard_id']}")).json()
            for each in board["tiles"]:
                assert (await viewer.post("/api/dashboards/answer", each)).status == 200, each
        ready = {"dashboard_id": "ready-sales", "name": "x", "tiles": []}
        assert (await operator.post("/api/dashboards", ready)).json()["code"] == "not_your_dashboard"
        outside = {**body, "tiles": [tile(x=9, w=6)]}
        assert (await operator.post("/api/dashboards", outside)).json()["code"] == "bad_tile"
        ended = await operator.call("DELETE", f"/api/dashboards/{made['dashboard_id']}")
        assert [each["ready"] for each in ended.json()["dashboards"]] == [True, True, True]
        words = (await viewer.get("/api/dashboards/vocabulary")).json()["datasets"]
        fields = {each["field"]["name"] for dataset in words for each in dataset["fields"]}
        assert "region" in fields
        assert "email" not in fields

    play(tmp_path, story)
