"""The pages about incoming data: sources, events as seen and planned, and quality."""

import json
from pathlib import Path
from typing import Any

import pytest
from served import DAY_MS, NOW_MS, Served, play

from liftloop.cli.connection import spoken_instant

PEOPLE = 40


def order(number: int, days_ago: int = 0, **properties: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"order_id": f"o{number}", "revenue": 10.5 + number, "paid": True, "level": "gold"}
    return {
        "type": "track",
        "event": "Order Completed",
        "messageId": f"order/{number}",
        "userId": f"u{number}",
        "timestamp": spoken_instant(NOW_MS - days_ago * DAY_MS),
        "properties": {name: value for name, value in (told | properties).items() if value is not None},
    }


def view(number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Viewed",
        "messageId": f"view/{number}",
        "anonymousId": f"cookie{number}",
        "properties": {"sku": f"s{number}"},
    }


async def brought(world: Served, *messages: dict[str, Any]) -> None:
    world.installation.receive(*messages)
    await world.settle()


async def told(world: Served, path: str, **query: str) -> dict[str, Any]:
    answer = await world.admin.get(path, **query)
    assert answer.status == 200, answer.json()
    return answer.json()


async def _sources(world: Served) -> None:
    made = await world.admin.post("/api/data/sources", {"name": "Web Shop", "kind": "tracking"})
    assert made.status == 200
    await brought(world, *[order(n) for n in range(PEOPLE)], *[view(n) for n in range(10)], {"type": "track"})
    await brought(world, order(0), order(1))
    rows = {row["source_id"]: row for row in (await told(world, "/api/data/sources"))["sources"]}
    own = rows["write"]
    assert (own["events_day"], own["by_day"][-1], len(own["by_day"])) == (PEOPLE + 10, PEOPLE + 10, 30)
    assert own["recognised"] == pytest.approx(PEOPLE / (PEOPLE + 10))
    assert (own["refused_week"], own["repeated_week"], own["waiting"]) == (1, 2, 1)
    shop = rows["web-shop"]
    key = made.json()["key"]
    assert (shop["name"], shop["last_at"], shop["key_hint"]) == ("Web Shop", None, key[-4:])
    assert key not in json.dumps(rows)
    retired = await world.admin.call("DELETE", "/api/definitions/source/web-shop")
    assert retired.status == 200
    assert "web-shop" not in {row["source_id"] for row in (await told(world, "/api/data/sources"))["sources"]}


def test_a_source_says_what_it_brought(tmp_path: Path) -> None:
    """Events, who was recognised, what was refused and what came twice are counted by source and day, as they were."""
    play(tmp_path, _sources)


async def _seen(world: Served) -> None:
    await brought(world, *[order(n, level=None if n % 2 else "gold") for n in range(PEOPLE)], view(1))
    page = await told(world, "/api/data/events")
    paid = next(event for event in page["events"] if event["name"] == "Order Completed")
    properties = {one["name"]: one for one in paid["properties"]}
    assert (paid["events"], paid["sampled"], paid["plan"]) == (PEOPLE, 20, None)  # Twenty a day and source.
    assert (properties["revenue"]["type"], properties["paid"]["type"]) == ("number", "boolean")
    assert properties["level"]["values"] == ["gold"]
    assert 0.1 < properties["level"]["coverage"] < 0.9
    proposal = await told(world, "/api/data/plan-proposal")
    assert proposal["added"] == ["Order Completed", "Viewed"]
    rule = proposal["body"]["events"]["Order Completed"]["properties"]
    assert rule["revenue"] | {"values": []} == {
        "type": "number", "required": True, "values": [], "at_least": None, "at_most": None
    }  # fmt: skip
    assert proposal["body"]["events"]["Viewed"]["properties"] == {}
    plan = {"id": proposal["plan_id"], **proposal["body"]}
    assert (await world.admin.post("/api/tracking-plans", plan)).status == 200
    assert (await told(world, "/api/data/plan-proposal"))["added"] == []
    await brought(world, order(100, revenue="a lot"))
    paid = next(e for e in (await told(world, "/api/data/events"))["events"] if e["name"] == "Order Completed")
    assert paid["plan"] == proposal["plan_id"]
    assert {one["name"]: one["planned"] for one in paid["properties"]}["revenue"]["type"] == "number"


def test_a_plan_is_proposed_from_what_was_seen(tmp_path: Path) -> None:
    """Types and coverage are those of the events; the proposal, published as it is, leaves nothing more to propose."""
    play(tmp_path, _seen)


async def _quality(world: Served) -> None:
    good = [order(n) for n in range(15)]
    bad = [order(20, revenue=None), order(21, revenue="12"), order(22, revenue=-5), order(23, paid="yes")]
    await brought(world, *good, *bad)
    page = await told(world, "/api/data/quality")
    fields = {(one["event"], one["field"]): one for one in page["fields"]}
    revenue = fields["Order Completed", "revenue"]
    assert (revenue["sampled"], revenue["source"]) == (19, "write")
    for name in ("missing", "malformed", "out_of_range"):
        assert revenue[name] == pytest.approx(1 / 19), name
    assert fields["Order Completed", "paid"]["malformed"] == pytest.approx(1 / 19)
    assert ("Order Completed", "order_id") not in fields
    assert revenue["by_day"][-1] == pytest.approx(3 / 19)
    assert revenue["by_day"][0] is None
    assert page["sources"][0]["recognised"] == 1.0


def test_quality_is_told_by_source_and_field(tmp_path: Path) -> None:
    """What is missing, of another kind or out of range is counted for each field, and fields without faults are not."""
    play(tmp_path, _quality)


def test_what_is_sealed_and_what_is_only_hidden_is_said(tmp_path: Path) -> None:
    """An attribute that sounds personal and lies in the clear is named as such, until it is a sealed field."""

    async def story(world: Served) -> None:
        traits = {"baby_birthday": "2020-02-19", "passport": "E12345678", "phone": "13800138046", "city": "上海"}
        await brought(world, {"type": "identify", "userId": "u1", "messageId": "i1", "traits": traits})
        found = await told(world, "/api/data/personal-fields")
        assert [each["id"] for each in found["hidden"]] == ["baby_birthday", "passport"]
        assert {"phone", "邮箱"} <= set(found["sealed"])
        assert "name" in found["sealed_traits"]
        field = {"id": "visa_no", "zh": "签证号", "en": "Visa number", "type": "text", "personal": True}
        assert (await world.admin.post("/api/fields", field)).status == 200
        await brought(
            world, {"type": "identify", "userId": "u1", "messageId": "i2", "traits": {"visa_no": "swordfish99"}}
        )
        found = await told(world, "/api/data/personal-fields")
        assert found["own"] == [{"id": "visa_no", "name": {"zh": "签证号", "en": "Visa number"}}]
        kept = b"".join(each.read_bytes() for each in world.desk.data.rglob("*.db*"))
        assert (b"swordfish99" in kept, b"E12345678" in kept) == (False, True)
        shown = {each["id"]: each["value"] for each in (await told(world, "/api/profiles/u1"))["traits"]}
        assert (shown["passport"], shown["baby_birthday"]) == ("E12***", "****-02-19")

    play(tmp_path, story)
