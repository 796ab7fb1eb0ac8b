"""What blurs a measured lift is said with what would mend it, and never a confident number: through the API."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alive import alive
from market import SECRET, Inbox
from msgspec import Struct
from served import Served

from liftloop.collect.messages import BATCH_MAX
from liftloop.kernel.clock import DAY_MS
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
PEOPLE = 900
STRANGERS = range(5_000, 5_040)
TWICE = range(1, 160, 2)
"""Each turns out to be the same person as the next."""
GOAL = "30天内客单价 +5%，预算 50 万元"


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _order(who: str, name: str, at_ms: int, revenue: float, coupon: str = "") -> dict[str, Any]:
    return {
        "userId": who,
        "type": "track",
        "event": "Order Completed",
        "messageId": f"o{name}",
        "timestamp": _iso(at_ms),
        "properties": {"order_id": name, "revenue": revenue, **({"coupon": coupon} if coupon else {})},
    }


def _known(number: int, at_ms: int) -> dict[str, Any]:
    consents = [{"channel": "sms", "purpose": "marketing", "at": _iso(at_ms)}]
    return {
        "userId": f"u{number}",
        "type": "identify",
        "messageId": f"i{number}",
        "timestamp": _iso(at_ms),
        "traits": {"city": "上海", "phone": f"139{number:08d}"},
        "context": {"consents": consents},
    }


class Told(Struct, frozen=True, kw_only=True):
    """What the API said: of the campaign as lived, of its review, of the campaign whose sides are off, of a goal."""

    report: Mapping[str, Any]
    review: Mapping[str, Any]
    broken: Mapping[str, Any]
    unknown: Mapping[str, Any]
    in_use: tuple[int, Mapping[str, Any]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(_play(tmp_path_factory.mktemp("bad")))


async def _play(folder: Path) -> Told:
    installation = Installation(folder / "data", NOON_MS)
    async with alive(installation) as world:
        inbox = Inbox()
        campaign = await _launched(world, inbox)
        await _ok(world, "/api/clock", {"advance_s": 3_600})
        _live(installation, inbox)
        await _ok(world, "/api/clock", {"advance_s": 31 * 86_400})
        report = await _get(world, f"/api/campaigns/{campaign}/report")
        review = await _get(world, f"/api/campaigns/{campaign}/review")
        body = (await _get(world, f"/api/definitions/campaign/{campaign}"))["body"]
        body["holdout"]["share"] = 0.45
        await _ok(world, "/api/definitions", {"kind": "campaign", "id": campaign, "body": body})
        await _ok(world, "/api/clock", {"advance_s": 600})
        broken = await _get(world, f"/api/campaigns/{campaign}/report")
        unknown = await _ok(world, "/api/goals", {"text": "30天内复诊率 +5%"})
        in_use = await _retired_in_use(world)
    installation.close()
    return Told(report=report, review=review, broken=broken, unknown=unknown, in_use=in_use)


async def _launched(world: Served, inbox: Inbox) -> str:
    past = [_known(number, NOON_MS - 200 * DAY_MS) for number in range(PEOPLE)]
    past += [
        _order(
            f"u{number}",
            f"{number}-{month}",
            NOON_MS - (month * 30 + number % 29) * DAY_MS,
            10.0 + (number * 7 % 23) ** 2,
        )
        for number in range(PEOPLE)
        for month in range(1, 6)
        if (number + month) % 6 == 0
    ]
    for start in range(0, len(past), BATCH_MAX):
        world.installation.receive(*past[start : start + BATCH_MAX])
    await world.settle()
    settings = {"url": inbox.url, "secret": SECRET}
    await _ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings})
    await _ok(world, "/api/offers", {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500})
    await _ok(world, "/api/definitions", {"kind": "setting", "id": "delivery", "body": {"quiet_hours": None}})
    plan = await _ok(world, "/api/goals", {"text": GOAL})
    return (await _ok(world, f"/api/plans/{plan['plan_id']}/launch", {}))["campaign_id"]


def _live(installation: Installation, inbox: Inbox) -> None:
    """Let messages make people order oftener, one of them for a fortune, and strangers use the coupon."""
    now_ms = installation.now_ms()
    reached = sorted({str(each["customer_id"]) for each in inbox.messages})
    orders = [_order(who, f"{who}-{n}", now_ms, 20.0) for who in reached for n in range(2)]
    orders += [_order(f"u{n}", f"usual-{n}", now_ms, 30.0) for n in range(0, PEOPLE, 3)]
    orders.append(_order(reached[0], "whale", now_ms, 300_000.0))
    orders += [_known(n, now_ms) for n in STRANGERS]
    orders += [_order(f"u{n}", f"stranger-{n}", now_ms, 30.0, "coupon-5") for n in STRANGERS]
    orders += [
        {"type": "alias", "userId": f"u{n}", "previousId": f"u{n + 1}", "messageId": f"a{n}", "timestamp": _iso(now_ms)}
        for n in TWICE
    ]
    for start in range(0, len(orders), BATCH_MAX):
        installation.receive(*orders[start : start + BATCH_MAX])


async def _retired_in_use(world: Served) -> tuple[int, Mapping[str, Any]]:
    metric = {
        "name": "回购人数",
        "numerator": {"type": "people", "where": [{"events": ["Order Completed"], "side": "after"}]},
    }
    await _ok(world, "/api/definitions", {"kind": "metric", "id": "returning", "body": metric})
    standing = {"text": "每月回购人数 +5%", "autonomy": "suggest"}
    answer = await world.admin.put("/api/goals/standing/back", standing)
    assert answer.status == 200, answer.body
    answer = await world.admin.call("DELETE", "/api/definitions/metric/returning")
    return answer.status, answer.json()


async def _ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


async def _get(world: Served, path: str) -> dict[str, Any]:
    answer = await world.admin.get(path)
    assert answer.status == 200, answer.body
    return answer.json()


def _warned(report: Mapping[str, Any], words: str) -> bool:
    return any(words in each["zh"] for each in report["warnings"])


def test_a_denominator_that_moved_is_said_and_the_ratio_taken_apart(told: Told) -> None:
    """Messages that make people order oftener move the orders under 客单价: a warning, and both parts per person."""
    ratio = told.report["ratio"]
    assert ratio["moved"]["low"] > 0
    assert ratio["denominator"]["treated"] > ratio["denominator"]["held_out"]
    assert ratio["treated"] == pytest.approx(ratio["numerator"]["treated"] / ratio["denominator"]["treated"])
    assert _warned(told.report, "触达也动了分母")


def test_one_whale_makes_no_confident_number(told: Told) -> None:
    """Where one customer holds most of the money, that is said with what to look at instead, and nothing is proved."""
    assert _warned(told.report, "最大的一位客户占了全部金额的")
    assert _warned(told.report, "按人计的指标")
    assert told.report["verdict"] in ("unclear", "too_early")


def test_coupons_in_other_hands_are_said(told: Told) -> None:
    """Above one in a hundred, coupons redeemed by people never assigned them are a warning, in the review too."""
    assert _warned(told.report, "的券是没分到的人用掉的")
    points = [each["zh"] for section in told.review["sections"] for each in section["points"]]
    notes = [each["text"]["zh"] for section in told.review["sections"] for each in section["notes"]]
    assert any("没分到的人" in each for each in [*points, *notes])


def test_people_on_both_sides_are_said(told: Told) -> None:
    """A holdout contaminated by merges, above one in a hundred, is a warning; they count as first assigned."""
    assert _warned(told.report, "合并前被分到了两组，按第一次分组计算")
    (trust,) = [each for each in told.review["sections"] if each["id"] == "trust"]
    twice = next(each for each in trust["facts"] if each["label"]["zh"] == "被分到两组的人")
    assert "人两边都占" in twice["under"]["zh"]


def test_sides_of_the_wrong_size_void_the_result(told: Told) -> None:
    """A holdout whose share was changed midway is a mismatch: no lift, no difference, and what to do."""
    assert told.broken["lift"] is None
    assert told.broken["difference"] is None
    assert "不能信" in told.broken["sentence"]["zh"]
    assert "重新做一次" in told.broken["next"]["zh"]


def test_a_goal_metric_without_data_is_refused(told: Told) -> None:
    """A clinic's metric in a shop that never sent visits gives no plan but a refusal with the data it needs."""
    assert told.unknown["status"] == "refused"
    assert told.unknown["next"]["zh"]
    assert told.unknown["forecast"] is None


def test_a_metric_that_a_goal_is_about_is_not_retired(told: Told) -> None:
    """The refusal names the goal, and what to do first."""
    status, error = told.in_use
    assert (status, error["code"]) == (409, "in_use")
    assert "长期目标" in error["message_zh"]
