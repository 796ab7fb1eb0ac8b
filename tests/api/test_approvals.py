"""What waits for somebody else's yes: plans, journeys for a whole audience, goals on autopilot; never one's own."""

from pathlib import Path
from typing import Any

from served import Served, play
from test_accounts import customers, signed_in

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
END = {"kind": "exit", "id": "end"}


def blast(content: str = "hello", audience: str = "all") -> dict[str, Any]:
    node = {"kind": "send", "id": "s", "channel": "sms", "content": content, "next": "end"}
    trigger = {"on": "schedule", "audience": audience, "at": "2036-06-18T09:00:00"}
    return {"kind": "journey", "id": "618", "body": {"name": "618 开抢", "trigger": trigger, "nodes": [node, END]}}


async def shop(world: Served, **limits: int) -> None:
    await customers(world)
    settings = {"url": "https://sms.example.test/send", "secret": SECRET}
    await ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings})
    for content in ("hello", "other"):
        await ok(world, "/api/contents", {"id": content, "body": content})
    await ok(world, "/api/definitions", {"kind": "setting", "id": "approvals", "body": limits})


async def ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


def test_a_journey_for_a_whole_audience_waits_for_somebody_else(tmp_path: Path) -> None:
    """It is asked once with people and price; nobody says yes to their own; other steps are another question."""

    async def story(world: Served) -> None:
        await shop(world, launch_over_people=5)
        wang = await signed_in(world, "wang@example.com", "approver")
        for _ in range(2):
            refused = await world.admin.post("/api/definitions", blast())
            assert (refused.status, refused.json()["code"]) == (409, "needs_approval"), refused.body
            assert "6 人" in refused.json()["message_zh"]
        assert "618" not in world.desk.definitions.live("journey")
        (asked,) = (await wang.get("/api/approvals")).json()["approvals"]
        assert (asked["journey_id"], asked["people"], asked["amount"], asked["plan_id"]) == ("618", 6, 30, "")
        own = await world.admin.post(f"/api/approvals/{asked['id']}", {"approved": True})
        assert own.json()["code"] == "own_approval"
        assert (await wang.post(f"/api/approvals/{asked['id']}", {"approved": True})).status == 200
        assert (await world.admin.post("/api/definitions", blast("other"))).json()["code"] == "needs_approval"
        await ok(world, "/api/definitions", blast())
        assert "618" in world.desk.definitions.live("journey")

    play(tmp_path, story)


def test_what_reaches_few_or_nobody_at_once_is_published(tmp_path: Path) -> None:
    """Below the limit, or by what each customer does: nothing waits; a refusal says why and stays one."""

    async def story(world: Served) -> None:
        await shop(world, launch_over_people=6)
        await ok(world, "/api/definitions", blast())
        await ok(world, "/api/definitions", {"kind": "setting", "id": "approvals", "body": {"launch_over_fen": 20}})
        event = blast("other")
        event["body"]["trigger"] = {"on": "event", "name": "Signed Up"}
        await ok(world, "/api/definitions", event)
        assert (await world.admin.post("/api/definitions", blast("other"))).json()["code"] == "needs_approval"
        wang = await signed_in(world, "wang@example.com", "approver")
        (asked,) = (await wang.get("/api/approvals")).json()["approvals"]
        await wang.post(f"/api/approvals/{asked['id']}", {"approved": False, "reason": "太频繁"})
        again = await world.admin.post("/api/definitions", blast("other"))
        assert "太频繁" in again.json()["message_zh"]

    play(tmp_path, story)


def test_people_called_in_by_request_add_up(tmp_path: Path) -> None:
    """Small requests that together pass the limit wait as one large one does; who is named again counts once, and
    what markets nothing waits for nobody.
    """

    async def story(world: Served) -> None:
        await shop(world, launch_over_people=3)
        calling = blast()
        calling["body"]["trigger"] = {"on": "api"}
        await ok(world, "/api/definitions", calling)
        people = [f"u{number}" for number in range(6)]
        for few in (people[:2], people[:2], people[2:3]):
            assert (await ok(world, "/api/journeys/618/enrol", {"people": few}))["people"] == len(few)
        refused = await world.admin.post("/api/journeys/618/enrol", {"people": people[3:5]})
        assert (refused.status, refused.json()["code"]) == (409, "needs_approval"), refused.body
        wang = await signed_in(world, "wang@example.com", "approver")
        (asked,) = (await wang.get("/api/approvals")).json()["approvals"]
        assert (asked["journey_id"], asked["people"], asked["amount"]) == ("618", 5, 25)
        assert (await wang.post(f"/api/approvals/{asked['id']}", {"approved": True})).status == 200
        await ok(world, "/api/journeys/618/enrol", {"people": people[3:5]})
        calling["body"]["nodes"][0]["purpose"] = "transactional"
        await ok(world, "/api/definitions", {**calling, "id": "receipt"})
        assert (await ok(world, "/api/journeys/receipt/enrol", {"people": people}))["people"] == 6

    play(tmp_path, story)


def test_a_bounded_operator_tags_nobody_outside_her_team(tmp_path: Path) -> None:
    """Neither by name nor by way of an audience that holds others too."""

    async def story(world: Served) -> None:
        await customers(world)
        tag = {"name": "重点", "category": "销售", "owner": "销售", "meaning": "要跟的", "where": None}
        await ok(world, "/api/definitions", {"kind": "tag", "id": "hot", "body": tag})
        li = await signed_in(world, "li@example.com", "operator", teams=["east"])
        mine = {each["profile_id"] for each in (await li.get("/api/profiles")).json()["profiles"]}
        everybody = (await world.admin.get("/api/profiles")).json()["profiles"]
        other = next(each["profile_id"] for each in everybody if each["profile_id"] not in mine)
        named = (await li.post("/api/tags/hot/people", {"people": [other]})).json()
        assert (named["people"], named["unknown"]) == (0, [other])
        assert (await li.post("/api/tags/hot/people", {"people": [], "audience_id": "all"})).json()["people"] == 3
        tagged = (await world.admin.get("/api/tags/hot/people")).json()["people"]
        assert {each["profile_id"] for each in tagged} == mine

    play(tmp_path, story)
