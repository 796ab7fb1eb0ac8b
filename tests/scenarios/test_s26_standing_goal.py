"""S26: a standing goal falls behind and is planned again within its autonomy."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from served import DAY_MS, NOW_MS, Served, play
from test_channels import SECRET

TEXT = "每月复购率 +5%，每月预算 5000 元"
WEEK_S = 7 * DAY_MS // 1_000
PEOPLE = 360
GOAL = "/api/goals/standing/repurchase"


def past() -> list[dict[str, Any]]:
    """Half a year of orders that stop now, so that from here on every week is worse than the last."""
    consents = [{"channel": "sms", "purpose": "marketing", "topic": "", "status": "granted"}]
    told: list[dict[str, Any]] = []
    for n in range(PEOPLE):
        who = {"userId": f"M{n}", "traits": {"phone": f"139{n:08d}"}, "context": {"consents": consents}}
        told.append({"type": "identify", "messageId": f"i{n}", **who, "timestamp": at(200)})
        for month in range(6):
            if (n + month) % 3 == 0:
                paid = {"order_id": f"O{n}-{month}", "revenue": 20 + n % 7, "currency": "CNY"}
                order = {"type": "track", "event": "Order Completed", "userId": f"M{n}", "properties": paid}
                told.append({**order, "messageId": f"o{n}-{month}", "timestamp": at(30 * month + 1 + n % 28)})
    return told


def at(days_ago: int) -> str:
    return datetime.fromtimestamp(NOW_MS / 1_000 - days_ago * 86_400, UTC).isoformat()


async def shop(world: Served) -> None:
    world.installation.receive(*past())
    await world.settle()
    settings = {"url": "https://sms.example.test/send", "secret": SECRET}
    channel = {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings}
    assert (await world.admin.post("/api/channels", channel)).status == 200
    offer = {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500}
    assert (await world.admin.post("/api/offers", offer)).status == 200


async def own_metric(world: Served) -> None:
    """Publish a metric; from then on it is listed, sentences know it, and without data no goal can stand on it."""
    driven = {"events": ["Test Drive Taken"], "side": "after"}
    body = {
        "name": "试驾率",
        "numerator": {"type": "people", "where": [driven]},
        "denominator": {"type": "people"},
    }
    definition = {"kind": "metric", "id": "test_drive_rate", "body": body}
    assert (await world.admin.post("/api/definitions", definition)).status == 200
    taken = await world.admin.post("/api/definitions", {**definition, "body": {**body, "name": "复购率"}})
    assert taken.status == 422
    assert "复购率" in taken.json()["message_zh"]
    metrics = (await world.admin.get("/api/metrics/catalogue")).json()["metrics"]
    trades = {each["id"]: each["trade"] for each in metrics}
    assert (trades["test_drive_rate"], trades["follow_up_rate"]) == (None, "clinic")
    empty = await world.admin.put("/api/goals/standing/drives", {"text": "每月试驾率 +5%"})
    assert (empty.status, empty.json()["code"]) == (422, "not_standing")
    assert "Test Drive Taken" in empty.json()["next"]


async def a_week_later(world: Served) -> dict[str, Any]:
    """Go on by a week, by the public clock while nothing waits for a provider, and return the goal."""
    if world.installation.state.rows("SELECT count(*) FROM outbox")[0][0]:
        world.installation.advance(WEEK_S)
        await world.desk.follower.catch_up()
        await world.desk.standing_goals.run_if_due()
    else:
        assert (await world.admin.post("/api/clock", {"advance_s": WEEK_S})).status == 200
    return (await world.admin.get(GOAL)).json()


async def changed(world: Served, **body: Any) -> None:
    answer = await world.admin.patch(GOAL, body)
    assert answer.status == 200, answer.body


def test_a_standing_goal_is_planned_again_within_its_autonomy(tmp_path: Path) -> None:
    """Suggest writes a plan, approve waits for one word, autopilot launches inside its limits and waits outside.

    Every look is a fact with its evidence; what was launched is stopped with one call, and the goal with it.
    """

    async def story(world: Served) -> None:
        await shop(world)
        await own_metric(world)
        refused = await world.admin.put(GOAL, {"text": TEXT, "autonomy": "autopilot"})
        assert (refused.status, refused.json()["code"]) == (422, "not_standing")
        stood = await world.admin.put(GOAL, {"text": TEXT})
        assert stood.status == 200, stood.body
        first = stood.json()["review"]
        assert (first["status"], first["act"]) == ("on_path", "suggested")
        assert first["target"] > first["base"] == first["level"]["now"]
        assert (await world.admin.get(f"/api/plans/{first['plan_id']}")).json()["campaign_id"] is None

        behind = await a_week_later(world)
        review = behind["reviews"][0]
        assert len(behind["reviews"]) == 2
        assert (review["status"], review["act"], review["actor"]) == ("behind", "suggested", "system:standing-goal")
        assert review["level"]["now"] < review["path"] < review["target"]
        assert review["plan_id"] not in ("", first["plan_id"])

        await changed(world, autonomy="approve")
        waiting = (await a_week_later(world))["reviews"][0]
        assert (waiting["act"], waiting["campaign_id"]) == ("waits", None)
        unknown = await world.admin.post(f"{GOAL}/approve", {"plan_id": "plan-0"})
        assert unknown.json()["code"] == "nothing_waits"
        approved = (await world.admin.post(f"{GOAL}/approve", {"plan_id": waiting["plan_id"]})).json()
        assert (approved["act"], approved["actor"]) == ("launched", "person:admin")
        await world.settle()
        ledger = (await world.admin.get(f"/api/campaigns/{approved['campaign_id']}/ledger")).json()
        assert ledger["qualified"] > 0

        await changed(world, autonomy="autopilot", limits={"budget": 500_000, "people": 5_000})
        many = {"kind": "setting", "id": "approvals", "body": {"launch_over_people": 1}}
        assert (await world.admin.post("/api/definitions", many)).status == 200
        asks = (await a_week_later(world))["reviews"][0]
        assert (asks["act"], asks["campaign_id"]) == ("waits", None), "the shop's own rule asks somebody first"
        assert (await world.admin.get("/api/approvals")).json()["approvals"][0]["plan_id"] == asks["plan_id"]
        assert (await world.admin.post("/api/definitions", {**many, "body": {}})).status == 200
        alone = (await a_week_later(world))["reviews"][0]
        assert (alone["act"], alone["actor"]) == ("launched", "system:standing-goal"), alone
        assert 0 < alone["people"] + alone["used_people"] <= 5_000
        assert alone["cost"] + alone["used_cost"] <= 500_000

        stopped = (await world.admin.post(f"{GOAL}/stop", {"campaign_id": alone["campaign_id"]})).json()
        assert stopped["act"] == "stopped"
        journeys = (await world.admin.get("/api/definitions/journey")).json()["definitions"]
        assert alone["campaign_id"] not in journeys
        assert approved["campaign_id"] in journeys
        looks = len((await world.admin.get(GOAL)).json()["reviews"])
        paused = await a_week_later(world)
        assert paused["goal"]["paused"]
        assert len(paused["reviews"]) == looks

    play(tmp_path, story)
