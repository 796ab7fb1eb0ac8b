"""S05 and S25 by their playbooks: what people expect to hear reaches them, whatever marketing may not."""

import asyncio
from pathlib import Path

from corner_shop import DAY_S, HOUR_S, corner_shop


def test_a_complaint_brings_care_at_once_and_once(tmp_path: Path) -> None:
    """S05: a word of anger in a ticket or a search is answered at once; a phrase that only sounds like one is not."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("complaint_care")
            shop.join("ann", "bob", "eve", consents=False)
            shop.do("ann", "Ticket Opened", text="物流太慢了，三天了还没到")
            shop.do("bob", "Products Searched", query="怎么投诉")
            shop.do("eve", "Ticket Opened", text="没有不满意，想再订一单")
            await shop.wait(1)
            assert [len(shop.got(person)) for person in ("ann", "bob", "eve")] == [1, 1, 0]
            shop.do("ann", "Message Received", text="还是没到货")
            await shop.wait(DAY_S)
            assert len(shop.got("ann")) == 1

    asyncio.run(scenario())


def test_each_order_is_confirmed_without_consent_and_at_night(tmp_path: Path) -> None:
    """S25: two orders, two confirmations, at midnight, to somebody who never agreed to marketing."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("order_confirmation")
            shop.join("ann", consents=False)
            await shop.wait(0.5 * DAY_S)
            shop.order("ann")
            await shop.wait(1)
            shop.order("ann")
            await shop.wait(1)
            assert len(shop.got("ann")) == 2

    asyncio.run(scenario())


def test_who_has_a_complaint_open_hears_no_marketing_until_it_is_solved(tmp_path: Path) -> None:
    """S05: the ledger says why in words; her order is confirmed all the same; closing the ticket opens the way."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("order_confirmation")
            await shop.post("/api/contents", {"id": "news", "body": "上新了"})
            node = {"kind": "send", "id": "news", "channel": "sms", "content": "news", "next": "end"}
            body = {"name": "上新", "trigger": {"on": "event", "name": "Came"}, "reentry": "after_leaving"}
            await shop.define("journey", "news", {**body, "nodes": [node, {"kind": "exit", "id": "end"}]})
            shop.join("ann", "bob")
            ticket = await shop.post("/api/work", {"kind": "ticket", "person": "ann", "title": "没收到货"})
            for person in ("ann", "bob"):
                shop.do(person, "Came")
            shop.order("ann")
            await shop.wait(60)
            assert ["订单已收到" in text for text in shop.got("ann")] == [True]
            assert shop.got("bob") == ["上新了"]
            assert await shop.ledger("news") == {("sent", ""): 1, ("suppressed", "open_ticket"): 1}
            assert await shop.why("ann", "news") == "没发：有工单还没处理完，先解决问题，不发营销消息。"
            await shop.post(f"/api/work/{ticket['id']}/orders", {"outcome": "solved"})
            shop.do("ann", "Came")
            await shop.wait(HOUR_S)
            assert shop.got("ann")[1:] == ["上新了"]

    asyncio.run(scenario())


def test_a_ticket_that_is_opened_meanwhile_keeps_back_what_waits(tmp_path: Path) -> None:
    """S05: what the gate let through before is looked at again when it leaves; the rule can be switched off."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            night = {"from_minute": 0, "until_minute": 14 * 60}
            await shop.define("setting", "delivery", {"caps": [], "quiet_hours": night})
            await shop.post("/api/contents", {"id": "news", "body": "上新了"})
            node = {"kind": "send", "id": "news", "channel": "sms", "content": "news", "next": "end"}
            body = {"name": "上新", "trigger": {"on": "event", "name": "Came"}, "reentry": "after_leaving"}
            await shop.define("journey", "news", {**body, "nodes": [node, {"kind": "exit", "id": "end"}]})
            shop.join("ann")
            shop.do("ann", "Came")
            await shop.wait(HOUR_S)
            await shop.post("/api/work", {"kind": "ticket", "person": "ann", "title": "没收到货"})
            await shop.wait(2 * HOUR_S)
            assert shop.got("ann") == []
            assert await shop.ledger("news") == {("suppressed", "open_ticket"): 1}
            await shop.define("setting", "delivery", {"caps": [], "quiet_hours": None, "tickets_first": False})
            shop.do("ann", "Came")
            await shop.wait(60)
            assert shop.got("ann") == ["上新了"]

    asyncio.run(scenario())
