"""An SMS is paid by its parts: what values save comes back, and what would pass the money set aside stays here."""

import asyncio
from pathlib import Path

from corner_shop import CornerShop, corner_shop

from liftloop.kernel.clock import SystemClock
from liftloop.testing.gatehouse import open_gatehouse, sms
from liftloop.testing.gatehouse.server import Gatehouse

PRICE_FEN = 5
SIGN_LETTERS, END = len(f"【{sms.SIGN_NAME}】"), "，拒收请回复R"
NAMES = {"short": "王美", "long": "弗拉基米尔·弗拉基米罗维奇·马雅可夫斯基"}


def template(values: int) -> str:
    """Return a text that is one part with values of so many letters, and two with one letter more."""
    return "字" * (70 - SIGN_LETTERS - len(END) - values) + "${name}" + END


def test_names_decide_what_is_paid_and_whether_it_leaves(tmp_path: Path) -> None:
    gatehouse, _ = open_gatehouse(SystemClock())
    gatehouse.start()
    try:
        asyncio.run(_walk(tmp_path, gatehouse))
    finally:
        gatehouse.stop()


async def _walk(folder: Path, gatehouse: Gatehouse) -> None:
    async with corner_shop(folder) as shop:
        await _connect(shop, gatehouse.base_url)
        for person, name in NAMES.items():
            shop.join(person, name=name, phone=f"1391111{8000 + len(name)}")
        for journey, values in (("room", 12), ("tight", 11)):
            await _connect(shop, gatehouse.base_url, template(values))
            await _publish(shop, journey)
            for person in NAMES:
                shop.do(person, f"Came {journey}")
            await shop.wait(60)
        assert await shop.ledger("room") == {("sent", ""): 1, ("failed", "sms_parts:2>1"): 1}
        assert await shop.ledger("tight") == {("sent", ""): 2}
        assert "2 条" in await shop.why("long", "room")
        assert await _costs(shop, "tight") == {"short": PRICE_FEN, "long": 2 * PRICE_FEN}
        assert len(gatehouse.ledger.taken) == 3


async def _connect(shop: CornerShop, address: str, text: str = "") -> None:
    aliyun = {"access_key_id": sms.KEY_ID, "access_key_secret": sms.KEY_SECRET, "base_url": address}
    approved = {"sign_name": sms.SIGN_NAME, "template": sms.TEMPLATE, "templates": {sms.TEMPLATE: text}}
    channel = {"id": "sms", "kind": "aliyun_sms", "cost_fen": PRICE_FEN, "settings": aliyun | approved}
    await shop.post("/api/channels", channel)


async def _publish(shop: CornerShop, journey: str) -> None:
    await shop.post("/api/contents", {"id": journey, "body": "name: {{ customer.name }}"})
    node = {"kind": "send", "id": "send", "channel": "sms", "content": journey, "next": "end"}
    trigger = {"on": "event", "name": f"Came {journey}"}
    body = {"name": journey, "trigger": trigger, "nodes": [node, {"kind": "exit", "id": "end"}]}
    await shop.post("/api/definitions", {"kind": "journey", "id": journey, "body": body})


async def _costs(shop: CornerShop, journey: str) -> dict[str, int]:
    rows = shop.world.installation.state.rows(
        "SELECT profile, cost_fen FROM ledger WHERE journey = ? ORDER BY profile", (journey,)
    )
    return dict(zip(NAMES, (cost for _, cost in rows), strict=True))
