"""S01: 中秋会员回馈 from one sentence: people, words, sending, watching and the review; no list is brought by hand."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corner_shop import DAY_S, HOUR_S, CornerShop, corner_shop
from msgspec import Struct

from liftloop.collect.messages import BATCH_MAX
from liftloop.kernel.clock import DAY_MS

START_MS = 1_789_358_400_000  # 2026-09-14 12:00 in Shanghai, eleven days before Mid-Autumn.
PEOPLE = 1_000
AGAIN = {"sent": 0.9, "left": 0.3}
"""How many of those who got a message, and of those who did not, order before the festival."""


def _iso(at_ms: float) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds")


def order(number: int, name: str, at_ms: float) -> dict[str, Any]:
    head = {"userId": f"u{number}", "type": "track", "event": "Order Completed", "messageId": f"o{name}"}
    return {**head, "timestamp": _iso(at_ms), "properties": {"order_id": name, "revenue": 60.0}}


def past() -> list[dict[str, Any]]:
    """Return what the shop's systems have sent so far: members who agreed to SMS, and half a year of orders."""
    told: list[dict[str, Any]] = []
    for number in range(PEOPLE):
        born = _iso(START_MS - 200 * DAY_MS)
        consents = [{"channel": "sms", "purpose": "marketing", "at": born}]
        traits = {"city": "上海", "phone": f"139{number:08d}"}
        head = {"userId": f"u{number}", "type": "identify", "messageId": f"i{number}", "timestamp": born}
        told.append({**head, "traits": traits, "context": {"consents": consents}})
        told += [
            order(number, f"{number}-{month}", START_MS - (month * 30 + 1 + number % 29) * DAY_MS)
            for month in range(6)
            if (number + month) % 3 == 0
        ]
    return told


class Played(Struct, frozen=True, kw_only=True):
    """What a marketer saw on the way, and what customers got."""

    plan: dict[str, Any]
    rehearsal: dict[str, Any]
    live: dict[str, Any]
    ledger: dict[tuple[str, str], int]
    report: dict[str, Any]
    review: dict[str, Any]
    contents: list[dict[str, Any]]
    got: dict[str, list[str]]
    left_alone: dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play(tmp_path_factory.mktemp("s01")))


async def _play(folder: Path) -> Played:
    async with corner_shop(folder, START_MS) as shop:
        told = past()
        for start in range(0, len(told), BATCH_MAX):
            shop.world.installation.receive(*told[start : start + BATCH_MAX])
        await shop.world.settle()
        made = await shop.start("festival", festival="中秋", size=5, budget=80_000, cap=2)
        plan = await shop.get(f"/api/plans/{made['plan_id']}")
        rehearsal = await shop.post(f"/api/plans/{made['plan_id']}/rehearse", {})
        campaign = (await shop.post(f"/api/plans/{made['plan_id']}/launch", {}))["campaign_id"]
        await shop.wait(4 * HOUR_S)
        live = await shop.get(f"/api/campaigns/{campaign}/live")
        await _answered(shop)
        await shop.wait(11 * DAY_S)
        held = await shop.get(
            f"/api/campaigns/{campaign}/ledger/people", state="held_out", reason="held_out:would_be_sent"
        )
        return Played(
            plan=plan,
            rehearsal=rehearsal,
            live=live,
            ledger=await shop.ledger(campaign),
            report=await shop.get(f"/api/campaigns/{campaign}/report"),
            review=await shop.get(f"/api/campaigns/{campaign}/review"),
            contents=(await shop.get("/api/contents/library"))["contents"],
            got={f"u{number}": shop.got(f"u{number}") for number in range(PEOPLE)},
            left_alone=await shop.get(f"/api/profiles/{held['people'][0]['profile_id']}/why", campaign=campaign),
        )


async def _answered(shop: CornerShop) -> None:
    """Let the customers buy, each some days later: most of those who were told, few of the others."""
    dice = np.random.default_rng(1)
    told = {each["customer_id"] for each in shop.inbox.messages}
    buys = [dice.random() < AGAIN["sent" if f"u{number}" in told else "left"] for number in range(PEOPLE)]
    now_ms = shop.world.installation.now_ms()
    for number in np.flatnonzero(buys).tolist():
        await asyncio.sleep(0)
        shop.world.installation.receive(order(number, f"now-{number}", now_ms))
    shop.world.installation.fold_all()


def test_one_sentence_becomes_a_plan_that_says_what_it_understood(played: Played) -> None:
    """Goal, festival, money and cap were read; people, offer and channel were picked, and what it costs is said."""
    understood = played.plan["understood"]
    assert understood["said"]["zh"] == (
        "截至 2026-09-24（中秋），会员，与不做活动相比，复购率提升 5%，预算 ¥80,000，每人每周最多 2 次"
    )
    assert played.plan["questions"] == []
    (action,) = played.plan["actions"]
    assert (action["offer"], action["channel"]) == ("coupon_5", "sms")
    assert 0 < action["people"] < PEOPLE
    assert action["cost"] <= 8_000_000


def test_what_was_rehearsed_is_what_customers_got(played: Played) -> None:
    """The words were written by the system; everybody who was to get one message got one, in her language."""
    sent = [texts for texts in played.got.values() if texts]
    assert len(sent) == played.rehearsal["handed_over"] == played.ledger[("sent", "")]
    assert all(len(texts) == 1 and "5 元券" in texts[0] for texts in sent)
    assert sum(played.ledger.values()) == played.rehearsal["people"]
    assert {each["languages"][0] for each in played.contents} == {"zh-CN", "en"}


def test_it_is_watched_while_it_runs(played: Played) -> None:
    """After four hours: running, money spent beside money planned, nobody complains."""
    assert played.live["state"] == "running"
    assert played.live["spend"][-1]["spent"] == played.rehearsal["cost"]
    quiet = {each["metric"]: each["gauge"] for each in played.live["guardrails"]}
    assert quiet["complaint_rate"] == quiet["unsubscribe_rate"] == "quiet"


def test_the_review_says_what_it_changed_against_those_left_alone(played: Played) -> None:
    """The lift is assigned against assigned and holds the truth; whoever was left alone can be told why."""
    assert played.report["status"] == played.review["status"] == "final"
    told = played.ledger[("sent", "")] / played.report["assigned"]["treated"]
    truth = told * (AGAIN["sent"] / AGAIN["left"] - 1)
    assert 0 < played.report["lift"]["low"] < truth < played.report["lift"]["high"]
    assert played.report["forecast"]["hash"] == played.plan["forecast"]["hash"]
    assert played.review["headline"]["zh"]
    assert {"result", "did", "money"} <= {each["id"] for each in played.review["sections"]}
    assert played.left_alone["sentence"]["zh"] == "在对照组里，有意不发：否则会收到。"
