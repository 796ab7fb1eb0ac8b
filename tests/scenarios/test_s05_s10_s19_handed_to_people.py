"""S05, S10(c), S19: a complaint becomes a ticket and care, a dispatched job comes back done, a warm customer is a lead.

All by the public API on a manual clock.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alive import alive
from market import SECRET, Inbox
from served import Served

from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
HOUR_S = 3_600


def follow_up(name: str, event: str, content: str, purpose: str = "service") -> dict[str, Any]:
    return {
        "name": name,
        "trigger": {"on": "event", "name": event},
        "nodes": [
            {"kind": "send", "id": "send", "channel": "sms", "content": content, "next": "done", "purpose": purpose},
            {"kind": "exit", "id": "done"},
        ],
        "reentry": "after_leaving",
    }


RULES = {
    "queue": "care",
    "tickets": [
        {"id": "angry", "title": "物流投诉", "audience": "signal:complaint", "severity": "high", "team": "care"}
    ],
    "lead": {
        "threshold": 60,
        "team": "sales",
        "title": "高意向",
        "rules": [
            {"id": "paper", "name": "下载白皮书", "event": "Form Submitted", "where": {"form": "paper"}, "points": 40},
            {"id": "price", "name": "看价格页", "event": "Product Viewed", "points": 10, "most": 30},
        ],
    },
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return asyncio.run(_play(tmp_path_factory.mktemp("s05")))


async def _play(folder: Path) -> dict[str, Any]:
    installation = Installation(folder / "data", NOON_MS)
    seen: dict[str, Any] = {}
    async with alive(installation) as world:
        inbox = Inbox()
        await _defined(world, inbox)
        await _said(world, "angry", "Products Searched", query="物流太慢 什么时候到")
        await _said(world, "calm", "Products Searched", query="奶粉")
        seen["tickets"] = (await _get(world, "/api/work", kind="ticket"))["works"]
        (ticket,) = seen["tickets"]
        seen["sorry"] = [(each["content"], each["customer_id"]) for each in inbox.messages]
        seen["unhappy"] = await _count(world, {"trait": "open_tickets", "gte": 1})
        await _ok(world, f"/api/work/{ticket['id']}/orders", {"outcome": "solved", "note": "补发了"})
        await _on(world, HOUR_S)
        seen["solved"] = [(each["content"], each["customer_id"]) for each in inbox.messages]
        seen["unhappy_after"] = await _count(world, {"trait": "open_tickets", "gte": 1})
        seen |= await _dispatched(world, inbox)
        seen |= await _warm(world)
    installation.close()
    return seen


async def _defined(world: Served, inbox: Inbox) -> None:
    settings = {"url": inbox.url, "secret": SECRET}
    await _ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "settings": settings})
    definitions: list[tuple[str, str, dict[str, Any]]] = [
        ("setting", "delivery", {"quiet_hours": None, "caps": []}),
        ("team", "care", {"name": "客服组"}),
        ("team", "sales", {"name": "销售组"}),
        ("team", "west", {"name": "西区门店", "stores": ["s1"]}),
        ("staff", "li", {"name": "李敏", "team": "care"}),
        ("staff", "sun", {"name": "孙阳", "team": "sales"}),
        ("staff", "chen", {"name": "陈工", "team": "west"}),
        *(("content", each, {"id": each, "body": each, "language": "zh-CN"}) for each in ("sorry", "solved", "fixed")),
    ]
    await _ok(world, "/api/signals/templates/complaint", {})
    for kind, identity, body in definitions:
        await _ok(world, "/api/definitions", {"kind": kind, "id": identity, "body": body})
    for kind, identity, body in (
        ("setting", "relate", RULES),
        ("journey", "sorry", follow_up("安抚", "Ticket Opened", "sorry")),
        ("journey", "solved", follow_up("回访", "Ticket Closed", "solved")),
        ("journey", "fixed", follow_up("完工", "Task Completed", "fixed")),
    ):
        await _ok(world, "/api/definitions", {"kind": kind, "id": identity, "body": body})
    await _on(world, 1)


async def _dispatched(world: Served, inbox: Inbox) -> dict[str, Any]:
    """A machine reports a fault; the job goes to the store's own staff and comes back done."""
    world.installation.receive({"type": "identify", "userId": "home", "traits": {"store": "s1"}})
    job = {"kind": "task", "sort": "visit", "person": "home", "id": "WO-7", "title": "上门检修"}
    made = await _ok(world, "/api/work", job)
    twice = await _ok(world, "/api/work", job)
    await _ok(world, f"/api/work/{made['id']}/orders", {"outcome": "met"})
    await _on(world, HOUR_S)
    fixed = [each["customer_id"] for each in inbox.messages if each["content"] == "fixed"]
    return {"job": made, "job_twice": twice, "fixed": fixed}


async def _warm(world: Served) -> dict[str, Any]:
    for _ in range(5):
        await _said(world, "buyer", "Product Viewed", product_id="p1")
    before = (await _get(world, "/api/work", kind="lead"))["total"]
    await _said(world, "buyer", "Form Submitted", form="paper")
    (lead,) = (await _get(world, "/api/work", kind="lead"))["works"]
    await _ok(world, f"/api/work/{lead['id']}/orders", {"stage": "qualified"})
    won = await _ok(world, f"/api/work/{lead['id']}/orders", {"outcome": "won"})
    await _on(world, 1)
    winners = await _count(world, {"event": "Lead Won", "within_days": 1})
    return {"leads_before": before, "lead": lead, "won": won, "winners": winners}


async def _said(world: Served, who: str, event: str, **properties: Any) -> None:
    consent = {"consents": [{"channel": "sms", "purpose": "service"}]}
    world.installation.receive(
        {"type": "identify", "userId": who, "traits": {"city": "上海"}, "context": consent},
        {
            "type": "track",
            "userId": who,
            "event": event,
            "properties": properties,
            "messageId": f"{who} {event} {world.installation.now_ms()}",
        },
    )
    await _on(world, 60)


async def _on(world: Served, seconds: int) -> None:
    await _ok(world, "/api/clock", {"advance_s": seconds})


async def _count(world: Served, tree: dict[str, Any]) -> int:
    return int((await _ok(world, "/api/audiences/preview", {"definition": tree}))["count"])


async def _ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


async def _get(world: Served, path: str, **query: Any) -> dict[str, Any]:
    answer = await world.admin.get(path, **query)
    assert answer.status == 200, answer.body
    return answer.json()


def test_a_complaint_becomes_a_ticket_and_care(told: dict[str, Any]) -> None:
    """S05: words of complaint in a search open one urgent ticket for the care team, and the customer hears of it."""
    (ticket,) = told["tickets"]
    assert (ticket["sort"], ticket["team"]["name"], ticket["owner"]["name"]) == ("high", "客服组", "李敏")
    assert ticket["why"]["zh"] == "规则「物流投诉」触发"
    assert told["sorry"] == [("sorry", "angry")]
    assert told["unhappy"] == 1
    assert told["solved"] == [("sorry", "angry"), ("solved", "angry")]
    assert told["unhappy_after"] == 0


def test_a_job_goes_to_the_store_and_comes_back_done(told: dict[str, Any]) -> None:
    """S10(c): the same order number is one job, given to the store's staff; done, it steers the customer's journey."""
    assert (told["job"]["owner"]["name"], told["job"]["team"]["name"]) == ("陈工", "西区门店")
    assert told["job_twice"]["id"] == told["job"]["id"]
    assert told["fixed"] == ["home"]


def test_a_score_over_the_threshold_goes_to_sales_with_its_reasons(told: dict[str, Any]) -> None:
    """S19: page views alone are not enough; with the white paper she is a lead, and winning it is an event of hers."""
    assert told["leads_before"] == 0
    lead = told["lead"]
    assert (lead["owner"]["name"], lead["stage"]["name"]["zh"]) == ("孙阳", "新线索")
    reasons = {each["name"]: round(each["points"]) for each in lead["reasons"]}
    assert reasons == {"下载白皮书": 40, "看价格页": 30}
    assert told["won"]["outcome"]["name"]["zh"] == "成交"
    assert told["winners"] == 1
