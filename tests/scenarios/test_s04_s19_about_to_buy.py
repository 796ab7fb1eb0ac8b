"""S04 and S19 by their playbooks: a nudge to those who look again and again, and to those who left a cart."""

import asyncio
from pathlib import Path

from corner_shop import DAY_S, HOUR_S, corner_shop


def test_five_looks_after_a_month_without_an_order_bring_a_nudge_now(tmp_path: Path) -> None:
    """S04: at the instant of the fifth look; four looks, or an order last week, bring nothing; then a week of peace."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("hesitating", days=30, views=5)
            shop.join("ann", "bob", "eve")
            for person in ("ann", "bob"):
                shop.order(person)
            await shop.wait(31 * DAY_S)
            shop.order("eve")
            for person, looks in (("ann", 5), ("bob", 4), ("eve", 6)):
                for _ in range(looks):
                    shop.do(person, "Product Viewed", product_id="milk")
            await shop.wait(1)
            assert [len(shop.got(person)) for person in ("ann", "bob", "eve")] == [1, 0, 0]
            await shop.wait(2 * DAY_S)
            for _ in range(5):
                shop.do("ann", "Product Viewed", product_id="milk")
            await shop.wait(HOUR_S)
            assert len(shop.got("ann")) == 1

    asyncio.run(scenario())


def test_a_cart_left_for_two_hours_is_remembered_once(tmp_path: Path) -> None:
    """S19: who ordered within two hours hears nothing, who put in five things hears once."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("cart", hours=2)
            shop.join("ann", "bob")
            for _ in range(5):
                shop.do("ann", "Product Added", product_id="milk")
            shop.do("bob", "Product Added", product_id="milk")
            await shop.wait(HOUR_S)
            shop.order("bob")
            await shop.wait(0.99 * HOUR_S)
            assert shop.inbox.messages == []
            await shop.wait(0.02 * HOUR_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 0]
            await shop.wait(2 * DAY_S)
            assert [len(shop.got(person)) for person in ("ann", "bob")] == [1, 0]

    asyncio.run(scenario())
