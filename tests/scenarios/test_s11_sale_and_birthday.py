"""S11: a sale to the second, by the real dispatcher against the wall clock, and birthdays by their playbook."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alive import alive
from corner_shop import DAY_S, HOUR_S, CornerShop, corner_shop
from market import SECRET, Inbox
from msgspec.structs import replace

from liftloop.kernel.clock import SystemClock
from liftloop.testing.installation import Installation

PEOPLE = 75
PER_SECOND = 50
SHANGHAI = timedelta(hours=8)


def test_the_first_message_leaves_within_a_second_and_the_rest_by_the_pace(tmp_path: Path) -> None:
    """Time passes by itself here: nobody hears before the instant, the channel's pace holds, and all are reached."""

    async def scenario() -> None:
        wall = SystemClock()
        installation = Installation(tmp_path / "data", wall.now_ms())
        manual = installation.settings
        async with alive(installation, sending=replace(manual, clock="system", webhook_allow="127.0.0.0/8")) as world:
            shop = CornerShop(world, Inbox())
            settings = {"url": shop.inbox.url, "secret": SECRET}
            body = {"id": "push", "kind": "webhook", "medium": "push", "settings": settings}
            await shop.post("/api/channels", {**body, "per_second_max": PER_SECOND})
            await shop.define("setting", "delivery", {"caps": [], "quiet_hours": None})
            await shop.post("/api/audiences", {"name": "高价值", "definition": {"trait": "tier", "is": "gold"}})
            (gold,) = (await shop.get("/api/audiences"))["audiences"]
            people = [f"g{number}" for number in range(PEOPLE)]
            shop.join(*people, medium="push", tier="gold")
            shop.join("silver", medium="push", tier="silver")
            opening_ms = (wall.now_ms() // 1_000 + 2) * 1_000
            at = datetime.fromtimestamp(opening_ms / 1_000, UTC) + SHANGHAI
            await shop.start(
                "sale_at", channel="push", audience=gold["audience_id"], at=at.replace(tzinfo=None).isoformat()
            )
            arrived: list[int] = []
            until = time.monotonic() + 10
            while len(arrived) < PEOPLE and time.monotonic() < until:
                installation.clock.set_ms(max(wall.now_ms(), installation.now_ms()))
                arrived += [wall.now_ms()] * (len(shop.inbox.messages) - len(arrived))
                await asyncio.sleep(0.005)
            assert sorted(each["customer_id"] for each in shop.inbox.messages) == sorted(people)
            assert 0 <= arrived[0] - opening_ms <= 1_000
            # A full second's worth may leave at once; what is beyond it takes its time.
            assert arrived[-1] - opening_ms >= (PEOPLE - PER_SECOND) / PER_SECOND * 1_000
        installation.close()

    asyncio.run(scenario())


def test_a_birthday_is_kept_on_the_day_by_sun_and_moon(tmp_path: Path) -> None:
    """At nine on the day and not before: 2026-11-24 is the sixteenth day of the tenth month by the moon."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.start("birthday", offer="coupon_5")
            shop.join("sun", birthday="1990-11-24")
            shop.join("moon", birthday="农历十月十六")
            shop.join("leap", birthday="2000-02-29")
            await shop.wait(2.5 * DAY_S + 8.99 * HOUR_S)  # 2026-11-24, 08:59.
            assert shop.inbox.messages == []
            await shop.wait(0.02 * HOUR_S)
            assert [len(shop.got(person)) for person in ("sun", "moon", "leap")] == [1, 1, 0]
            assert "生日" in shop.got("sun")[0]
            assert "5 元券" in shop.got("sun")[0]

    asyncio.run(scenario())
