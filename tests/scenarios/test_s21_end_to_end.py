"""S21: one person through the whole loop: event, bus, audience, journey, channel, click, order, attribution, tags."""

import asyncio
import re
from pathlib import Path
from typing import Any

from corner_shop import DAY_S, HOUR_S, CornerShop, corner_shop

from liftloop.testing.asgi import Caller

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0"
END = {"kind": "exit", "id": "end"}


async def prepared(shop: CornerShop) -> None:
    """Define whom it is about, what is said, and what follows an order."""
    milk = {"event": "Product Viewed", "within_days": 1, "count": {"gte": 3}}
    await shop.define("setting", "contents", {"public_url": "https://t.example.com"})
    await shop.define("tag", "milk_fan", {"name": "爱喝奶", "category": "偏好", "meaning": "看了奶又买了"})
    await shop.define("audience", "looking", {"name": "反复看奶", "where": milk})
    await shop.post("/api/contents", {"id": "milk", "body": "奶到店了 https://shop.example/milk"})
    nodes = [
        {"kind": "send", "id": "news", "channel": "sms", "content": "milk", "next": "buys"},
        {
            "kind": "until_event",
            "id": "buys",
            "name": "Order Completed",
            "timeout_s": 3 * DAY_S,
            "happened": "tag",
            "timed_out": "end",
        },
        {"kind": "tag", "id": "tag", "tag": "milk_fan", "next": "end"},
        END,
    ]
    trigger = {"on": "audience", "audience": "looking"}
    await shop.define("journey", "milk", {"name": "看奶的人", "trigger": trigger, "nodes": nodes})


async def followed(shop: CornerShop, person: str) -> str:
    """Tap the link in the message that somebody got, and return where it leads."""
    (text,) = shop.got(person)
    found = re.search(r"https://t\.example\.com(/l/\w+)", text)
    assert found, text
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": found[1],
        "query_string": b"",
        "client": ("203.0.113.9", 1),
        "server": ("t.example.com", 443),
        "headers": [(b"user-agent", PHONE.encode())],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await Caller(app=shop.world.installation.app, token="").app(scope, receive, send)
    shop.world.installation.fold_all()
    return dict(sent[0]["headers"])[b"location"].decode()


def test_one_person_can_be_followed_through_the_whole_loop(tmp_path: Path) -> None:
    """What each part says of her agrees with what the part before it did, and her neighbour is in none of it.

    The click, the event that tells of it and the page behind the link are one touch of ours.
    """

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            await prepared(shop)
            shop.join("ann", "bob")
            for person, looks in (("ann", 3), ("bob", 2)):
                for _ in range(looks):
                    shop.do(person, "Product Viewed", product_id="milk")
            await shop.wait(60)
            members = (await shop.get("/api/audiences/looking/people"))["people"]
            ann = (await shop.get("/api/profiles/ann"))["profile_id"]
            assert [each["profile_id"] for each in members] == [ann]
            (message,) = shop.inbox.messages
            assert message["customer_id"] == "ann"
            assert message["message_key"].startswith("milk/news/")
            assert await shop.ledger("milk") == {("sent", ""): 1}

            await shop.wait(HOUR_S)
            assert (await followed(shop, "ann")).startswith("https://shop.example/milk?utm_source=sms")
            shop.page("ann", "https://shop.example/milk?utm_source=sms&utm_medium=sms")
            await shop.wait(HOUR_S)
            shop.order("ann")
            shop.order("bob")
            await shop.wait(HOUR_S)

            seen = await shop.get("/api/profiles/ann")
            names = [each["name"] for each in seen["timeline"]]
            order = ["Product Viewed", "Message Clicked", "Order Completed"]
            assert [each for each in reversed(names) if each in order] == ["Product Viewed"] * 3 + order[1:]
            assert "milk_fan" in str(seen["tags"])
            assert "milk_fan" not in str((await shop.get("/api/profiles/bob"))["tags"])
            report = await shop.get("/api/journeys/milk/report")
            (version,) = report["versions"]
            assert [each["arrived"] for each in version["nodes"]] == [1, 1, 1, 1]
            assert (version["nodes"][0]["sent"], version["nodes"][0]["clicked"]) == (1, 1)
            asked = {"from": "2026-11-21", "to": "2026-11-22"}
            credited = await shop.post("/api/results/attribution", asked)
            assert (credited["conversions"], credited["untouched"]) == (2, 1)
            (channel,) = credited["channels"]
            assert (channel["key"], channel["touches"]) == ("own:sms", 1)
            assert all(each["share"] == 1 for each in channel["credits"])
            behind = await shop.post("/api/results/attribution/people", {**asked, "channel": channel["place"]})
            assert [each["profile_id"] for each in behind["people"]] == [ann]

    asyncio.run(scenario())
