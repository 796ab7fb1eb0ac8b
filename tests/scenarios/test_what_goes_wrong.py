"""What must not end badly: a pool that runs dry, words that come out empty, words that are wanted and deleted."""

import asyncio
from pathlib import Path

from corner_shop import HOUR_S, CornerShop, corner_shop

from liftloop.app.facts import fact
from liftloop.kernel.codec import canonical_json
from liftloop.runtime.catalog import RETIRED

END = {"kind": "exit", "id": "end"}


_ISSUED = """
SELECT json_extract_string(properties, '/code') AS code, json_extract_string(properties, '/pool') AS pool
FROM event_now WHERE name = 'Coupon Issued' ORDER BY code
"""


async def journey(shop: CornerShop, content: str) -> None:
    node = {"kind": "send", "id": "send", "channel": "sms", "content": content, "next": "end"}
    body = {"name": content, "trigger": {"on": "event", "name": "Came"}, "reentry": "after_leaving"}
    await shop.define("journey", content, {**body, "nodes": [node, END]})


def test_a_pool_that_runs_dry_ends_the_rest_with_the_reason_and_gives_their_places_back(tmp_path: Path) -> None:
    """Two codes, three people: nobody gets another's, and who got none may hear again once there are codes."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.define("setting", "delivery", {"caps": [{"count": 1, "days": 30}], "quiet_hours": None})
            await shop.define("pool", "gift", {"name": "礼品码", "codes": {"from": "given"}})
            await shop.post("/api/coupons/pools/gift/codes", {"codes": ["A-1", "A-2"]})
            await shop.post("/api/contents", {"id": "gift", "body": "你的码 {{ coupon.code }}", "pool": "gift"})
            await journey(shop, "gift")
            people = ("ann", "bob", "eve")
            shop.join(*people)
            for person in people:
                shop.do(person, "Came")
            await shop.wait(HOUR_S)
            assert sorted(text for person in people for text in shop.got(person)) == ["你的码 A-1", "你的码 A-2"]
            assert await shop.ledger("gift") == {("sent", ""): 2, ("failed", "no_coupon_left:gift"): 1}
            (left,) = [person for person in people if not shop.got(person)]
            assert "券发完了" in await shop.why(left, "gift")
            await shop.wait(1)  # What was issued comes back as an event of its holder.
            events = await shop.world.desk.follower.select(_ISSUED)
            assert [list(each.tolist()) for each in events.values()] == [["A-1", "A-2"], ["gift", "gift"]]
            await shop.post("/api/coupons/pools/gift/codes", {"codes": ["A-3"]})
            shop.do(left, "Came")
            await shop.wait(HOUR_S)
            assert shop.got(left) == ["你的码 A-3"]

    asyncio.run(scenario())


def test_words_that_come_out_empty_are_not_sent(tmp_path: Path) -> None:
    """Who is meant by nothing in them gets no blank message; the ledger says so, and others get theirs."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.post("/api/contents", {"id": "news", "body": "{% if customer.vip %}贵宾专享{% endif %}"})
            await journey(shop, "news")
            shop.join("ann", vip=True)
            shop.join("bob", vip=False)
            for person in ("ann", "bob"):
                shop.do(person, "Came")
            await shop.wait(HOUR_S)
            assert (shop.got("ann"), shop.got("bob")) == (["贵宾专享"], [])
            assert await shop.ledger("news") == {("sent", ""): 1, ("failed", "empty"): 1}
            assert "空的" in await shop.why("bob", "news")

    asyncio.run(scenario())


def test_words_that_break_a_rule_through_a_value_are_kept_from_that_person_alone(tmp_path: Path) -> None:
    """What the gate cannot see in the words as written is judged as it is read; why says which rule, and where."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.define("setting", "contents", {"stricter": ["CN-SUPERLATIVE"]})
            await shop.post("/api/contents", {"id": "praise", "body": "{{ customer.name }}，{{ customer.praise }}"})
            await journey(shop, "praise")
            shop.join("ann", name="王最美", praise="秋天到了")
            shop.join("bob", name="王小明", praise="全网第一的奶粉")
            for person in ("ann", "bob"):
                shop.do(person, "Came")
            await shop.wait(HOUR_S)
            assert (shop.got("ann"), shop.got("bob")) == (["王最美，秋天到了"], [])
            assert await shop.ledger("praise") == {("sent", ""): 1, ("failed", "law:CN-SUPERLATIVE"): 1}
            told = await shop.get("/api/profiles/bob/why", campaign="praise")
            assert "绝对化用语" in told["sentence"]["zh"]
            assert [each["gate"] for each in told["steps"] if each["passed"] is False] == ["channel"]

    asyncio.run(scenario())


def test_words_deleted_under_a_live_journey_stop_its_messages_with_the_reason(tmp_path: Path) -> None:
    """Nobody can delete them now; where somebody did, the ledger tells of it, and published anew they go on."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await shop.post("/api/contents", {"id": "news", "body": "上新了"})
            await journey(shop, "news")
            shop.join("ann")
            deleted = await shop.world.admin.call("DELETE", "/api/definitions/content/news")
            assert (deleted.status, deleted.json()["code"]) == (409, "in_use")
            body = canonical_json({"kind": "content", "id": "news", "version": 1})
            installation = shop.world.installation
            installation.append([fact(RETIRED, "content/news", body, "person:before", installation.now_ms())])
            await shop.world.settle()
            shop.do("ann", "Came")
            await shop.wait(HOUR_S)
            assert shop.inbox.messages == []
            assert await shop.ledger("news") == {("blocked", "no_content"): 1}
            await shop.post("/api/contents", {"id": "news", "body": "又上新了"})
            shop.do("ann", "Came")
            await shop.wait(HOUR_S)
            assert shop.got("ann") == ["又上新了"]

    asyncio.run(scenario())
