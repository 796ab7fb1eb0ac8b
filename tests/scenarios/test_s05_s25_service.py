"""S05 and S25 by their playbooks: what people expect to hear reaches them, whatever marketing may not."""

import asyncio
from pathlib import Path

from corner_shop import DAY_S, corner_shop


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
