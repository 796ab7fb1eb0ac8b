"""S09, S13, S25: who never answers and who had a promotion today is left in peace, an order confirmation never is."""

import asyncio
from pathlib import Path
from typing import Any

from corner_shop import DAY_S, HOUR_S, CornerShop, corner_shop

END = {"kind": "exit", "id": "end"}


async def announce(shop: CornerShop, identity: str, event: str, **more: Any) -> None:
    """Publish a journey that sends one promotion at each event of a name."""
    await shop.post("/api/contents", {"id": identity, "body": f"{identity} 上新了"})
    node = {"kind": "send", "id": "news", "channel": "sms", "content": identity, "next": "end"}
    trigger = {"on": "event", "name": event}
    body = {"name": identity, "trigger": trigger, "reentry": "after_leaving", "nodes": [node, END], **more}
    await shop.define("journey", identity, body)


def test_who_never_answers_is_left_in_peace_until_a_visit(tmp_path: Path) -> None:
    """S09: the channel has no receipts, so a visit is the answer; the ledger and the sentence say why nothing came."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            peace = {"caps": [], "quiet_hours": None, "fatigue": {"unanswered": 3, "pause_days": 14}}
            await shop.define("setting", "delivery", peace)
            await announce(shop, "news", "Season Opened")
            shop.join("ann", "bob")
            for _ in range(4):
                for person in ("ann", "bob"):
                    shop.do(person, "Season Opened")
                await shop.wait(DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [3, 3]
            assert await shop.ledger("news") == {("sent", ""): 6, ("capped", "fatigue:3/14d"): 2}
            assert "3 条" in await shop.why("ann", "news")
            shop.do("bob", "Store Visited")
            for person in ("ann", "bob"):
                shop.do(person, "Season Opened")
            await shop.wait(DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [3, 4]
            await shop.wait(13 * DAY_S)
            shop.do("ann", "Season Opened")
            await shop.wait(HOUR_S)
            assert len(shop.got("ann")) == 4

    asyncio.run(scenario())


def test_nobody_gets_a_second_promotion_that_day(tmp_path: Path) -> None:
    """S13: whichever campaign comes second that day is capped, and why is told in words; the day after it is sent."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.define("setting", "delivery", {"caps": [{"count": 1, "days": 1}], "quiet_hours": None})
            await announce(shop, "coats", "Coats Came")
            await announce(shop, "shoes", "Shoes Came")
            shop.join("ann", "bob")
            for event, people in (("Coats Came", ("ann", "bob")), ("Shoes Came", ("ann", "bob"))):
                for person in people:
                    shop.do(person, event)
                await shop.wait(HOUR_S)
            assert {person: shop.got(person) for person in ("ann", "bob")} == {
                person: ["coats 上新了"] for person in ("ann", "bob")
            }
            assert await shop.ledger("coats") == {("sent", ""): 2}
            assert await shop.ledger("shoes") == {("capped", "frequency_cap:1/1d"): 2}
            assert await shop.why("ann", "shoes") == "没发：1 天内最多 1 条，已达上限。"
            await shop.wait(23 * HOUR_S)
            shop.do("ann", "Shoes Came")
            await shop.wait(HOUR_S)
            assert shop.got("ann") == ["coats 上新了", "shoes 上新了"]

    asyncio.run(scenario())


def test_a_confirmation_reaches_whom_marketing_may_not(tmp_path: Path) -> None:
    """S25: some are held out, the others had their promotion of the day, all sleep; each order is confirmed at once."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            night = {"from_minute": 0, "until_minute": 1_439}
            await shop.define("setting", "delivery", {"caps": [{"count": 1, "days": 1}], "quiet_hours": None})
            people = [f"p{number}" for number in range(12)]
            await announce(shop, "coats", "Coats Came", holdout={"share": 0.5, "salt": "coats"})
            await shop.start("order_confirmation")
            shop.join(*people)
            for person in people:
                shop.do(person, "Coats Came")
            await shop.wait(60)
            ledger = await shop.ledger("coats")
            sent, held = ledger[("sent", "")], ledger[("held_out", "held_out:would_be_sent")]
            assert (sent > 0, held > 0, sent + held) == (True, True, len(people))
            await shop.define("setting", "delivery", {"caps": [{"count": 1, "days": 1}], "quiet_hours": night})
            for person in people:
                shop.do(person, "Coats Came")
                shop.order(person)
            await shop.wait(1)
            confirmed = [[text for text in shop.got(person) if "订单已收到" in text] for person in people]
            assert [len(each) for each in confirmed] == [1] * len(people)
            again = await shop.ledger("coats")
            assert again[("capped", "frequency_cap:1/1d")] == sent
            assert again[("sent", "")] == sent

    asyncio.run(scenario())
