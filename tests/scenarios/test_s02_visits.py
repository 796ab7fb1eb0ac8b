"""S02: 进店转化率 +5%: verdicts, three phases with what leads them, forecast, one-click launch, measured result."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alive import alive
from market import SECRET, Inbox
from msgspec import Struct
from served import Served
from test_imports import loaded

from liftloop.collect.messages import BATCH_MAX
from liftloop.kernel.clock import DAY_MS
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
PEOPLE = 2_400
GOAL = "30天内进店转化率 +5%，预算 5 万元"
BUYING, MOVED = 0.3, 0.12
CAMPAIGNS_DAYS_AGO = (170, 135, 100, 65)
STEP_DAYS = 2
ARMS = ("nobody", "reminder.sms", "coupon-5.sms")
ITEMS = (
    ("milk-1", "一段奶粉", "奶粉", "成长系列"),
    ("milk-2", "二段奶粉", "奶粉", "成长系列"),
    ("wipes", "湿巾", "护理", "日用"),
)


def _at(days_ago: float) -> str:
    return datetime.fromtimestamp((NOON_MS - days_ago * DAY_MS) / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def past() -> dict[str, str]:
    """Return files of a mother-and-baby shop: who came, what they bought, and what random contacts did."""
    dice = np.random.default_rng(2)
    visits, orders, contacts = [], [], []
    vector = json.dumps(dict.fromkeys(ARMS, 1 / 3)).replace('"', '""')
    adds = np.array([0.0, MOVED, MOVED])

    def bought(n: int, days_ago: float, coupon: str = "") -> None:
        item, name, category, _ = ITEMS[int(dice.choice(3, p=(0.5, 0.2, 0.3)))]
        orders.append(f"O{len(orders)},{_at(days_ago)},M{n},{item},{name},{category},1,60,{coupon}")

    for n in range(PEOPLE):
        visits += [f"v{n}-{month},M{n},Store Visited,{_at(month * 30 + n % 28 + 1)}" for month in range(7)]
        bought(n, 240 - n % 30)
    for days_ago in CAMPAIGNS_DAYS_AGO:
        arm = dice.integers(0, 3, PEOPLE)
        buys = dice.random(PEOPLE) < BUYING + adds[arm]
        after = dice.uniform(0.5, 28, PEOPLE)
        for n in range(PEOPLE):
            contacts.append(f'd{days_ago}-{n},c{days_ago},M{n},{_at(days_ago)},{ARMS[arm[n]]},"{vector}"')
            if buys[n]:
                bought(n, days_ago - after[n], "coupon-5" if arm[n] == 2 else "")
    for n in np.flatnonzero(dice.random(PEOPLE) < BUYING).tolist():
        bought(n, float(dice.uniform(1, 29)))
    return {
        "会员.csv": "\n".join(["会员号,手机号", *(f"M{n},139{n:08d}" for n in range(PEOPLE))]),
        "items.csv": "\n".join(
            ["item_id,name,category,series,price,cost,stock", *(f"{','.join(each)},60,30,5000" for each in ITEMS)]
        ),
        "events.csv": "\n".join(["message_id,customer_id,event,timestamp", *visits]),
        "订单.csv": "\n".join(["订单号,下单时间,会员号,商品编号,商品名称,品类,数量,单价,优惠券", *orders]),
        "exposures.csv": "\n".join(["decision_id,campaign,customer_id,decided_at,action,propensities", *contacts]),
    }


class Played(Struct, frozen=True, kw_only=True):
    """What was seen through the API, and what the channel got, each message with the day of its campaign."""

    plan: dict[str, Any]
    rehearsal: dict[str, Any]
    report: dict[str, Any]
    ledger: dict[str, Any]
    credited: dict[str, Any]
    days: list[float]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play(tmp_path_factory.mktemp("s02")))


async def _play(folder: Path) -> Played:
    installation = Installation(folder / "data", NOON_MS)
    async with alive(installation) as world:
        inbox = Inbox()
        await _shop(world, inbox)
        plan = await _ok(world, "/api/goals", {"text": GOAL, "phases": True})
        rehearsal = await _ok(world, f"/api/plans/{plan['plan_id']}/rehearse", {})
        campaign = (await _ok(world, f"/api/plans/{plan['plan_id']}/launch", {}))["campaign_id"]
        days, answered, dice = [], 0, np.random.default_rng(7)
        base = np.random.default_rng(8).random(PEOPLE) < BUYING
        told = [event("Store Visited", n, f"w{n}", NOON_MS + (n % 28 + 1) * DAY_MS) for n in range(PEOPLE)]
        told += [
            bought_now(n, f"base-{n}", NOON_MS + int(dice.uniform(0.5, 29) * DAY_MS)) for n in np.flatnonzero(base)
        ]
        for day in range(STEP_DAYS, 33, STEP_DAYS):
            await _ok(world, "/api/clock", {"advance_s": STEP_DAYS * 86_400})
            fresh, answered = inbox.messages[answered:], len(inbox.messages)
            days += [day - STEP_DAYS / 2] * len(fresh)
            for each in fresh:
                number = int(each["customer_id"].removeprefix("M"))
                if not base[number] and dice.random() < MOVED / (1 - BUYING):
                    told.append(bought_now(number, each["message_key"], installation.now_ms() + 3_600_000))
            happened = [each for each in told if each["at_ms"] <= installation.now_ms()]
            told = [each for each in told if each["at_ms"] > installation.now_ms()]
            for start in range(0, len(happened), BATCH_MAX):
                part = happened[start : start + BATCH_MAX]
                installation.receive(*({k: v for k, v in each.items() if k != "at_ms"} for each in part))
        report = (await world.admin.get(f"/api/campaigns/{campaign}/report")).json()
        ledger = (await world.admin.get(f"/api/campaigns/{campaign}/ledger")).json()
        asked = {"campaign": campaign, "counted": "sent", "from": "2026-11-21", "to": "2026-12-23"}
        credited = await _ok(world, "/api/results/attribution", asked)
    installation.close()
    return Played(plan=plan, rehearsal=rehearsal, report=report, ledger=ledger, credited=credited, days=days)


def event(name: str, number: int, identity: str, at_ms: int, **said: Any) -> dict[str, Any]:
    at = datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds")
    head = {"userId": f"M{number}", "type": "track", "event": name, "messageId": identity}
    return {**head, "timestamp": at, "properties": said, "at_ms": at_ms}


def bought_now(number: int, name: str, at_ms: int) -> dict[str, Any]:
    products = [{"product_id": "milk-1", "quantity": 1, "price": 60}]
    return event("Order Completed", number, f"o{name}", at_ms, order_id=name, revenue=60.0, products=products)


async def _shop(world: Served, inbox: Inbox) -> None:
    declared = {"declares": [{"channel": "sms", "evidence": "门店登记表"}]}
    kinds = {"items.csv": {"kind": "items"}, "events.csv": {"kind": "events"}, "exposures.csv": {"kind": "exposures"}}
    for name, content in past().items():
        done = await loaded(world, name, content, **(declared if name == "会员.csv" else kinds.get(name, {})))
        assert done["counts"]["rejected"] == 0, done
    settings = {"url": inbox.url, "secret": SECRET}
    await _ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings})
    await _ok(world, "/api/offers", {"id": "reminder", "name_zh": "提醒", "name_en": "a reminder", "face_fen": 0})
    coupon = {"id": "coupon-5", "name_zh": "5 元券", "name_en": "¥5 off", "face_fen": 500}
    await _ok(world, "/api/offers", coupon)


async def _ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


@pytest.mark.long
def test_the_goal_becomes_a_plan_in_three_phases(played: Played) -> None:
    """Both verdicts are given; each phase says its hero, series and format; recommended items say why."""
    plan = played.plan
    assert plan["status"] == "ready", plan["sentence"]
    assert plan["reachable"]["probability"] > 0.8
    assert 0 < plan["provable"]["power"] <= 1
    assert [phase["name"] for phase in plan["phases"]] == ["warm_up", "main", "encore"]
    assert sum(phase["people"] for phase in plan["phases"]) == sum(each["people"] for each in plan["actions"])
    names = {each[1] for each in ITEMS}
    for phase in plan["phases"]:
        assert phase["hero"]["zh"] in names
        assert phase["series"]["zh"] in {"成长系列", "日用"}
        assert phase["format"]["zh"] == "短信：5 元券"
    told = [each["recommended"]["zh"] for each in plan["actions"] if each["recommended"]]
    assert told
    assert all(each.startswith("推荐商品：") and "因为" in each for each in told)
    assert any("开始得晚" in each["zh"] for each in plan["remarks"])


@pytest.mark.long
def test_one_click_sends_in_the_phases_that_were_planned_and_rehearsed(played: Played) -> None:
    """What leaves in the time of each phase is what the plan said, and the rehearsal foretold all of it."""
    plan = played.plan
    assert played.rehearsal["handed_over"] == len(played.days) == sum(each["people"] for each in plan["phases"])
    for phase in plan["phases"]:
        first, last = phase["from_hours"] / 24, (phase["from_hours"] + phase["hours"]) / 24
        near = [day for day in played.days if first - STEP_DAYS < day < last + STEP_DAYS]
        assert len(near) >= phase["people"]
    assert max(played.days) < 14
    assert sum(row["people"] for row in played.ledger["rows"]) == played.ledger["qualified"] == plan["eligible"]


@pytest.mark.long
def test_the_result_is_measured_beside_the_frozen_forecast(played: Played) -> None:
    """The lift is seen with its range, and the forecast of the plan is the one it stands beside."""
    report = played.report
    assert report["status"] == "final"
    assert report["forecast"]["hash"] == played.plan["forecast"]["hash"]
    assert report["lift"]["low"] < MOVED / BUYING < report["lift"]["high"]
    low, high = report["forecast"]["i90"]
    assert low < report["lift"]["value"] < high


@pytest.mark.long
def test_the_measured_lift_is_divided_whole_among_the_actions(played: Played) -> None:
    """What each model gives the actions adds up to the lift of all treated people, and so do the bounds."""
    found, report = played.credited, played.report
    treated = report["assigned"]["treated"]
    total = [each * treated for each in (report["difference"][name] for name in ("value", "low", "high"))]
    assert found["total"] == pytest.approx(total)
    assert {each["action"] for each in found["channels"]} >= {"reminder.sms", "coupon-5.sms"}
    assert all(each["touches"] > 0 for each in found["channels"])
    for place in range(len(found["channels"][0]["credits"])):
        given = [each["credits"][place] for each in found["channels"]]
        assert sum(each["amount"] for each in given) == pytest.approx(total[0])
        assert sum(each["interval"][0] for each in given) == pytest.approx(total[1])


@pytest.mark.long
def test_the_report_says_whether_the_category_gained_with_the_item(played: Played) -> None:
    """Items were recommended: those assigned one are compared by the item and by its category, in one sentence."""
    items = played.report["items"]
    assert items["assigned"]["held_out"] > 0
    assert items["item"]["low"] <= items["item"]["value"] <= items["category"]["value"] + 0.1
    assert items["sentence"]["zh"].startswith("推荐的商品")
