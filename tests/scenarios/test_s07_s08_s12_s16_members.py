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
