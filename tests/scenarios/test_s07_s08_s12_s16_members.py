"""S07, S08, S12 and S16 by their playbooks: welcome, guide, thank, win back, care."""

import asyncio
from pathlib import Path

from corner_shop import DAY_S, HOUR_S, corner_shop


def test_who_signs_up_is_welcomed_at_once_and_reminded_only_without_an_order(tmp_path: Path) -> None:
    """S07, S12, S16: the welcome leaves at the instant of the event; a week later only who did not order hears more."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("welcome", event="Form Submitted", days=7, offer="coupon_5")
            shop.join("ann", "bob")
            for person in ("ann", "bob"):
                shop.do(person, "Form Submitted", form="spring")
            await shop.wait(1)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 1]
            assert "欢迎加入会员" in shop.got("ann")[0]
            shop.order("bob")
            await shop.wait(8 * DAY_S)
            assert len(shop.got("bob")) == 1
            assert len(shop.got("ann")) == 2
            assert "5 元券" in shop.got("ann")[1]

    asyncio.run(scenario())


def test_who_stays_away_is_won_back_twice_at_most(tmp_path: Path) -> None:
    """S07: thirty days after the last order, not a day before; an order between the two messages ends it."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            shop.join("ann", "bob", "eve")
            shop.join("sue", consents=False)
            await shop.start("recall", days=30, again_days=7)
            for person in ("ann", "bob", "sue"):
                shop.order(person)
            await shop.wait(29.9 * DAY_S)
            assert shop.inbox.messages == []
            await shop.wait(0.6 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob", "eve", "sue")] == [1, 1, 0, 0]
            shop.order("bob")
            await shop.wait(8 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [2, 1]
            await shop.wait(20 * DAY_S)
            assert len(shop.got("ann")) == 2

    asyncio.run(scenario())


def test_members_hear_of_what_they_buy_and_how_often(tmp_path: Path) -> None:
    """S07: who comes into the shop is welcomed by group: a regular by her category, a newcomer by the guide."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            texts = {"milk": "二段奶粉到店，5 元券可用", "wipes": "湿巾新包装到店，5 元券可用", "guide": "三步成为会员"}
            for content, text in texts.items():
                await shop.post("/api/contents", {"id": content, "body": text})
            regular = {"event": "Order Completed", "within_days": 90, "count": {"gte": 2}}
            cases = [
                {"when": {"all": [regular, {"event": "Order Completed", "where": [_bought(name)]}]}, "next": name}
                for name in ("milk", "wipes")
            ]
            sends = [{"kind": "send", "id": name, "channel": "sms", "content": name, "next": "end"} for name in texts]
            which = {"kind": "branch", "id": "which", "cases": cases, "otherwise": "guide"}
            nodes = [which, *sends, {"kind": "exit", "id": "end"}]
            trigger = {"on": "event", "name": "Store Visited"}
            await shop.define("journey", "entry", {"name": "进店", "trigger": trigger, "nodes": nodes})
            shop.join("ann", "bob", "eve")
            for person, category, orders in (("ann", "milk", 2), ("bob", "wipes", 3), ("eve", "milk", 1)):
                for _ in range(orders):
                    shop.do(person, "Order Completed", revenue=60.0, category=category)
            for person in ("ann", "bob", "eve"):
                shop.do(person, "Store Visited", store="s1")
            await shop.wait(1)
            told = {person: shop.got(person) for person in ("ann", "bob", "eve")}
            assert told == {"ann": [texts["milk"]], "bob": [texts["wipes"]], "eve": [texts["guide"]]}

    asyncio.run(scenario())


def _bought(category: str) -> dict[str, str]:
    return {"property": "category", "is": category}


def test_an_offer_before_renewal_and_before_topping_up(tmp_path: Path) -> None:
    """S08: thirty days before the policy ends, on a working day, and when somebody looks at topping up."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            for content in ("renew", "top-up"):
                await shop.post("/api/contents", {"id": content, "body": f"{content} 有 5 元券"})
            end = {"kind": "exit", "id": "end"}
            offers = {
                "renew": {"on": "date", "trait": "ends_on", "offset_days": -30, "minute": 600},
                "top-up": {"on": "event", "name": "Cover Calculated", "where": [{"property": "sum", "gte": 100_000}]},
            }
            for name, trigger in offers.items():
                working = {"kind": "until", "id": "work", "minute": 600, "days": "working", "next": "offer"}
                offer = {"kind": "send", "id": "offer", "channel": "sms", "content": name, "next": "end"}
                body = {"name": name, "trigger": trigger, "exits": [{"on": "event", "name": "Policy Bought"}]}
                await shop.define("journey", name, {**body, "nodes": [working, offer, end]})
            shop.join("ann", "bob", ends_on="2026-12-27")  # Thirty days before is a Friday.
            shop.do("ann", "Cover Calculated", sum=300_000)
            shop.do("bob", "Cover Calculated", sum=5_000)
            await shop.wait(2 * DAY_S)
            assert [shop.got(person) for person in ("ann", "bob")] == [["top-up 有 5 元券"], []]
            shop.do("bob", "Policy Bought")
            await shop.wait(4 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [2, 1]

    asyncio.run(scenario())


def test_the_first_order_brings_knowledge_and_the_second_thanks(tmp_path: Path) -> None:
    """S08 and S16: a day after the first order how to use it, and nothing after the second but thanks."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            shop.join("ann")
            await shop.start("after_first_order", hours=24)
            await shop.start("buying_again", days=60, offer="coupon_5")
            shop.order("ann")
            await shop.wait(23.9 * HOUR_S)
            assert shop.got("ann") == []
            await shop.wait(0.2 * HOUR_S)
            assert ["用法" in text or "怎么用" in text for text in shop.got("ann")] == [True]
            await shop.wait(3 * DAY_S)
            shop.order("ann")
            await shop.wait(2 * DAY_S)
            assert len(shop.got("ann")) == 2
            assert "5 元券" in shop.got("ann")[1]

    asyncio.run(scenario())


def test_silence_of_thirty_days_brings_care_and_then_peace(tmp_path: Path) -> None:
    """S08: who neither came nor wrote hears once; who looked around a week ago does not."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            shop.join("ann", "bob")
            await shop.start("silent_care", days=30)
            for person in ("ann", "bob"):
                shop.order(person)
            await shop.wait(23 * DAY_S)
            shop.do("bob", "Product Viewed", product_id="milk")
            await shop.wait(8 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 0]
            await shop.wait(25 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 1]

    asyncio.run(scenario())
