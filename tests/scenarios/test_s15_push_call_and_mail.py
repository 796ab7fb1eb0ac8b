"""S15: a VIP is called by her own adviser and then gets the details by mail; push that stays unread becomes an SMS."""

import asyncio
from pathlib import Path
from typing import Any

from corner_shop import DAY_S, HOUR_S, CornerShop, corner_shop
from market import SECRET, Inbox

END = {"kind": "exit", "id": "end"}


async def channel(shop: CornerShop, identity: str, **body: Any) -> Inbox:
    """Connect another channel and return what receives its messages."""
    inbox = Inbox()
    settings = {"url": inbox.url, "secret": SECRET}
    await shop.post("/api/channels", {"id": identity, "kind": "webhook", "settings": settings, **body})
    return inbox


def test_a_vip_is_called_by_her_adviser_and_then_written_to(tmp_path: Path) -> None:
    """The task is the adviser's, not anybody's; no answer on the phone brings no mail; the talk brings one."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            mail = await channel(shop, "mail", medium="email")
            await shop.define("team", "vip", {"name": "贵宾组"})
            for identity, name in (("li", "李敏"), ("sun", "孙阳")):
                await shop.define("staff", identity, {"name": name, "team": "vip"})
            await shop.define("setting", "relate", {"queue": "vip", "assignment": [{"by": "owner"}]})
            await shop.post("/api/audiences", {"name": "VIP", "definition": {"trait": "vip", "is": True}})
            (vip,) = (await shop.get("/api/audiences"))["audiences"]
            await shop.start("key_accounts", channel="mail", audience=vip["audience_id"])
            shop.join("ann", vip=True, owner="sun", consents=False)
            shop.join("bob", vip=True, owner="li", consents=False)
            await shop.wait(HOUR_S)
            (ann,), (bob,) = await shop.tasks("ann"), await shop.tasks("bob")
            assert (ann["owner"]["name"], bob["owner"]["name"]) == ("孙阳", "李敏")
            assert ann["sort"] == "call"
            await shop.post(f"/api/work/{ann['id']}/orders", {"outcome": "reached", "note": "想了解家庭版"})
            await shop.post(f"/api/work/{bob['id']}/orders", {"outcome": "no_answer"})
            await shop.wait(DAY_S)
            assert [each["customer_id"] for each in mail.messages] == ["ann"]
            assert shop.inbox.messages == []

    asyncio.run(scenario())


def test_push_that_stays_unread_becomes_an_sms(tmp_path: Path) -> None:
    """Half an hour after an unread push the SMS leaves, for whoever opened it never; both are one message."""

    async def scenario() -> None:
        async with corner_shop(tmp_path) as shop:
            push = await channel(shop, "push", medium="push")
            await shop.post("/api/contents", {"id": "news", "body": "新品到店"})
            onward = {"channel": "sms", "content": "news", "unless": "opened", "after_s": 1_800}
            node = {"kind": "send", "id": "news", "channel": "push", "content": "news", "next": "end"}
            body = {"name": "上新", "trigger": {"on": "event", "name": "Came"}}
            await shop.define("journey", "news", {**body, "nodes": [{**node, "fallbacks": [onward]}, END]})
            shop.join("ann", "bob", medium="push")
            shop.join("ann", "bob")
            for person in ("ann", "bob"):
                shop.do(person, "Came")
            await shop.wait(60)
            keys = {each["customer_id"]: each["message_key"] for each in push.messages}
            assert sorted(keys) == ["ann", "bob"]
            shop.do("ann", "Message Opened", message_key=keys["ann"])
            await shop.wait(1_700)
            assert shop.inbox.messages == []
            await shop.wait(60)
            assert [(each["customer_id"], each["message_key"]) for each in shop.inbox.messages] == [
                ("bob", keys["bob"])
            ]
            assert await shop.ledger("news") == {("sent", ""): 2}
            await shop.wait(DAY_S)
            assert len(shop.inbox.messages) == 1

    asyncio.run(scenario())
