"""S24: mainland SMS and WeCom: only approved 签名 and templates are options, lead time and staff are in the plan."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from corner_shop import DAY_S, NOON_MS, CornerShop, corner_shop
from msgspec import Struct

from liftloop.kernel.clock import SystemClock
from liftloop.kernel.codec import parse_object
from liftloop.testing.gatehouse import Rooms, open_gatehouse, sms, wechat
from liftloop.testing.gatehouse.server import Gatehouse, Taken

PEOPLE = 240
GOAL = "30天内复购率 +5%，预算 2 万"
TEXT = "${name}，${offer}在等你，拒收请回复R"
LEAD_DAYS, CONFIRMED = 3, 0.6


def past() -> list[dict[str, Any]]:
    """Return members of whom all may be told by SMS and half are friends of a colleague in WeCom, with their orders."""
    told: list[dict[str, Any]] = []
    for number in range(PEOPLE):
        media = ("sms", "wecom") if number % 2 else ("sms",)
        context = {"consents": [{"channel": each, "purpose": "marketing", "at": _at(200)} for each in media]}
        traits = {"name": f"客{number}", "phone": f"139{number:04d}8888"}
        wecom = {"wecom_external_id": f"wm{number:08d}"} if number % 2 else {}
        head = {"userId": f"u{number}", "timestamp": _at(200)}
        told.append(
            {**head, "type": "identify", "messageId": f"i{number}", "traits": traits | wecom, "context": context}
        )
        for month in range(6):
            if (number + month) % 3 == 0:
                paid = {"order_id": f"{number}-{month}", "revenue": 40.0}
                order = {"type": "track", "event": "Order Completed", "messageId": f"o{number}-{month}"}
                told.append({**head, **order, "timestamp": _at(month * 30 + 1 + number % 29), "properties": paid})
    return told


def _at(days_ago: float) -> str:
    return datetime.fromtimestamp(NOON_MS / 1_000 - days_ago * 86_400, UTC).isoformat()


def channels(address: str) -> list[dict[str, Any]]:
    """Return what the shop has connected: SMS by two providers, of which one has approved nothing yet, and WeCom."""
    aliyun = {"access_key_id": sms.KEY_ID, "access_key_secret": sms.KEY_SECRET, "base_url": address}
    approved = {"sign_name": sms.SIGN_NAME, "template": sms.TEMPLATE, "templates": {sms.TEMPLATE: TEXT}}
    tencent = {"secret_id": "k", "secret_key": "s", "app_id": sms.APP_ID, "sign_name": "新店", "base_url": address}
    wecom = {"corp_id": wechat.CORP_ID, "secret": wechat.CORP_SECRET, "mark_secret": "m" * 24, "base_url": address}
    staff = {"per_hour": 30, "from_hour": 9, "until_hour": 18, "confirmed": CONFIRMED, "lead_days": LEAD_DAYS}
    return [
        {"id": "sms", "kind": "aliyun_sms", "cost_fen": 5, "settings": aliyun | approved, "capacity": {"lead_days": 4}},
        {"id": "txsms", "kind": "tencent_sms", "cost_fen": 4, "settings": tencent, "capacity": {"lead_days": 7}},
        {"id": "wecom", "kind": "wecom_task", "settings": wecom, "capacity": staff},
    ]


class Played(Struct, frozen=True, kw_only=True):
    """What the plan said, and what the providers were handed."""

    plan: dict[str, Any]
    by_staff: dict[str, Any]
    words: dict[str, str]
    unapproved: dict[str, Any]
    taken: list[Taken]
    ledger: dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    gatehouse, rooms = open_gatehouse(SystemClock())
    gatehouse.start()
    try:
        return asyncio.run(_play(tmp_path_factory.mktemp("s24"), gatehouse, rooms))
    finally:
        gatehouse.stop()


async def _play(folder: Path, gatehouse: Gatehouse, rooms: Rooms) -> Played:
    async with corner_shop(folder) as shop:
        for each in channels(gatehouse.base_url):
            await shop.post("/api/channels", each)
        shop.world.installation.receive(*past())
        await shop.world.settle()
        by_staff = await shop.post("/api/goals", {"text": f"{GOAL}，只用企业微信"})
        plan = await shop.post("/api/goals", {"text": GOAL})
        campaign = (await shop.post(f"/api/plans/{plan['plan_id']}/launch", {}))["campaign_id"]
        words = {each["content_id"]: each["excerpt"] for each in (await shop.get("/api/contents/library"))["contents"]}
        await shop.wait(DAY_S)
        return Played(
            plan=plan,
            by_staff=by_staff,
            words=words,
            unapproved=await _unapproved(shop),
            taken=list(gatehouse.ledger.taken),
            ledger=await shop.ledger(campaign),
        )


async def _unapproved(shop: CornerShop) -> dict[str, Any]:
    """Try to send words through a template that nobody approved."""
    await shop.post("/api/contents", {"id": "new", "body": "@template: SMS_9999\nname: 会员"})
    node = {"kind": "send", "id": "send", "channel": "sms", "content": "new", "next": "end"}
    nodes = [node, {"kind": "exit", "id": "end"}]
    body = {"name": "抢先", "trigger": {"on": "event", "name": "Came"}, "nodes": nodes}
    return (await shop.world.admin.post("/api/definitions", {"kind": "journey", "id": "early", "body": body})).json()


def test_only_what_is_approved_is_an_option(played: Played) -> None:
    """The cheaper provider has approved nothing: no option, and the plan says for how many days it will not be."""
    assert {each["channel"] for each in played.plan["actions"]} == {"sms"}
    missing = {each["label"]["zh"]: each for each in played.plan["missing"]}
    waits = missing["短信渠道 txsms 还没有审核通过的签名和模板，先不用它"]
    assert (waits["lead_days"], waits["blocks_launch"]) == (7, False)
    assert played.unapproved["code"] == "content_not_allowed"
    assert "SMS-TEMPLATE-UNAPPROVED" in played.unapproved["message_zh"]


def test_the_words_fill_in_the_approved_text_and_wait_for_nobody(played: Played) -> None:
    """One click launches: the template's blanks are the person and the offer, and the provider takes every message."""
    (words,) = [text for identity, text in played.words.items() if identity.startswith("campaign-")]
    assert words == f"@template: {sms.TEMPLATE}\nname: {{{{ customer.name | default: '会员' }}}}\noffer: 5 元券"
    sent = played.ledger[("sent", "")]
    assert sent == len(played.taken) == sum(each["people"] for each in played.plan["actions"])
    assert {each.provider for each in played.taken} == {"aliyun"}
    said = [parse_object(each.content.encode()) for each in played.taken]
    assert all(each["offer"] == "5 元券" and each["name"].startswith("客") for each in said)


def test_lead_time_and_what_staff_confirm_are_in_the_plan(played: Played) -> None:
    """By WeCom alone: nothing new before the third day is over, and a colleague has to tap each message."""
    plan = played.by_staff
    assert {each["channel"] for each in plan["actions"]} == {"wecom"}
    assert all(f"审核 {LEAD_DAYS} 天" in each["when"]["zh"] for each in plan["actions"])
    named = {each["label"]["zh"]: each for each in plan["constraints"]}
    assert named["企业微信模板的审核"]["used"] == LEAD_DAYS
    (staff,) = [each for label, each in named.items() if f"员工确认后约 {CONFIRMED:.0%}" in label]
    assert 0 < staff["used"] <= staff["limit"] == 3 * 30 * (18 - 9)
