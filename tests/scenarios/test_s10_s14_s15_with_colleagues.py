"""S10, S14, S15 and S16 by their playbooks: colleagues are asked, customers reminded, points and tags follow."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

from corner_shop import DAY_S, HOUR_S, corner_shop

TODAY = date(2026, 11, 21)


def test_the_renewal_ladder_climbs_daily_until_an_order(tmp_path: Path) -> None:
    """S14: from three days before, the owner at nine, the customer at two; a call on the last day; an order ends it."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("renewal", days=3, offer="coupon_5")
            ends = (TODAY + timedelta(days=5)).isoformat()
            shop.join("ann", "bob", expires_on=ends)
            shop.join("eve")
            await shop.wait(1.87 * DAY_S)  # 2026-11-23, shortly before nine.
            assert await shop.tasks("ann") == []
            await shop.wait(HOUR_S)
            assert [each["sort"] for each in await shop.tasks("ann")] == ["confirm"]
            assert shop.got("ann") == []
            await shop.wait(5 * HOUR_S)
            assert ["到期" in text for text in shop.got("ann")] == [True]
            shop.order("bob")
            await shop.wait(5 * DAY_S)
            assert [each["sort"] for each in await shop.tasks("ann")] == ["confirm", "confirm", "call"]
            assert [len(shop.got(person)) for person in ("ann", "bob", "eve")] == [3, 1, 0]

    asyncio.run(scenario())


def test_the_first_three_orders_bring_a_tag_points_and_a_present(tmp_path: Path) -> None:
    """S16: each step once, whatever else happens between."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.post("/api/definitions", {"kind": "setting", "id": "points", "body": {}})
            await shop.start("first_steps", points=100, offer="coupon_5")
            shop.join("ann")
            for place, (points, messages) in enumerate(((0, 0), (100, 0), (100, 1), (100, 1)), start=1):
                shop.order("ann")
                await shop.wait(DAY_S)
                person = (await shop.world.admin.get("/api/profiles/ann")).json()
                assert "first_steps.new" in str(person["tags"]), place
                assert (person["points"] or {"balance": 0})["balance"] == points, place
                assert len(shop.got("ann")) == messages, place

    asyncio.run(scenario())


def test_after_a_visit_who_does_not_answer_is_called(tmp_path: Path) -> None:
    """S10(a): three days later a question; an answer ends it, silence of two days brings a call."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("visit_follow_up", days=3)
            shop.join("ann", "bob", consents=False)
            for person in ("ann", "bob"):
                shop.do(person, "Visit Completed", department="dental")
            await shop.wait(3.1 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 1]
            shop.do("bob", "Message Received", text="好多了")
            await shop.wait(2 * DAY_S)
            assert [each["sort"] for each in await shop.tasks("ann")] == ["call"]
            assert await shop.tasks("bob") == []

    asyncio.run(scenario())


def test_a_key_account_is_called_first_and_written_to_afterwards(tmp_path: Path) -> None:
    """S15: no message before the call is done, and none where it never is."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.post("/api/audiences", {"name": "VIP", "definition": {"trait": "vip", "is": True}})
            (vip,) = (await shop.world.admin.get("/api/audiences")).json()["audiences"]
            await shop.start("key_accounts", audience=vip["audience_id"])
            shop.join("ann", "bob", vip=True)
            await shop.wait(HOUR_S)
            (call,) = await shop.tasks("ann")
            assert shop.inbox.messages == []
            await shop.post(f"/api/work/{call['id']}/orders", {"outcome": call["outcomes"][0]["id"]})
            await shop.wait(HOUR_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 0]
            await shop.wait(4 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 0]

    asyncio.run(scenario())


def test_who_stops_learning_is_reminded_and_then_asked_why(tmp_path: Path) -> None:
    """S10(b): five days without a lesson bring a reminder, three more a call; who comes back hears no more of it."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("learners_who_stop", days=5)
            shop.join("ann", "bob")
            for person in ("ann", "bob"):
                shop.do(person, "Lesson Completed", course="english")
            await shop.wait(4.9 * DAY_S)
            assert shop.inbox.messages == []
            await shop.wait(0.7 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 1]
            shop.do("bob", "Lesson Completed", course="english")
            await shop.wait(3 * DAY_S)
            assert [each["sort"] for each in await shop.tasks("ann")] == ["call"]
            assert await shop.tasks("bob") == []

    asyncio.run(scenario())


def test_a_dealer_earns_points_for_each_report_and_is_told(tmp_path: Path) -> None:
    """S10(d): three reports, three times the points; the third message is not capped, for it is no marketing."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.define("setting", "delivery", {"caps": [{"count": 1, "days": 7}], "quiet_hours": None})
            await shop.post("/api/definitions", {"kind": "setting", "id": "points", "body": {}})
            await shop.start("dealer_points", points=50)
            shop.join("dealer", consents=False)
            for reports in (1, 2, 3):
                shop.do("dealer", "Sell-In Reported", boxes=10)
                await shop.wait(HOUR_S)
                points = (await shop.get("/api/profiles/dealer"))["points"]
                assert (points["balance"], len(shop.got("dealer"))) == (50 * reports, reports)

    asyncio.run(scenario())
