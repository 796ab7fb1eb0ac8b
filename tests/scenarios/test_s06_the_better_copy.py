"""S06: two hours in, copy A beats B; traffic moves by itself, logged, and the holdout is untouched."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alive import alive
from market import SECRET, Inbox
from msgspec import Struct
from served import Served

from liftloop.collect.messages import BATCH_MAX
from liftloop.kernel.clock import DAY_MS
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
PEOPLE = 1_600
HOURS = 6
RESPONSE = {"hello-a": 0.55, "hello-b": 0.15}
GOAL = "30天内复购率 +5%，预算 50 万元"


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def history() -> list[dict[str, Any]]:
    """Return what the shop's customers did: consent to sms, and an order every other month."""
    batch: list[dict[str, Any]] = []
    for number in range(PEOPLE):
        who = {"userId": f"u{number}"}
        born_ms = NOON_MS - 200 * DAY_MS
        batch.append(
            {
                **who,
                "type": "identify",
                "messageId": f"i{number}",
                "timestamp": _iso(born_ms),
                "traits": {"city": "上海", "phone": f"139{number:08d}"},
                "context": {"consents": [{"channel": "sms", "purpose": "marketing", "at": _iso(born_ms)}]},
            }
        )
        batch += [
            order(number, f"{number}-{month}", NOON_MS - month * 30 * DAY_MS - (number % 29) * DAY_MS)
            for month in range(1, 6)
            if (number + month) % 3 == 0
        ]
    return batch


def order(number: int, name: str, at_ms: int) -> dict[str, Any]:
    return {
        "userId": f"u{number}",
        "type": "track",
        "event": "Order Completed",
        "messageId": f"o{name}",
        "timestamp": _iso(at_ms),
        "properties": {"order_id": name, "revenue": 30.0},
    }


class Played(Struct, frozen=True, kw_only=True):
    """What was seen through the API: the campaign after each hour and at the end, and what the channel got."""

    hourly: Sequence[dict[str, Any]]
    end: dict[str, Any]
    ledger: dict[str, Any]
    report: dict[str, Any]
    messages: Sequence[dict[str, Any]]
    undone: dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play(tmp_path_factory.mktemp("s06")))


async def _play(folder: Path) -> Played:
    installation = Installation(folder / "data", NOON_MS)
    async with alive(installation) as world:
        inbox = Inbox()
        campaign_id = await _launched(world, inbox)
        hourly: list[dict[str, Any]] = []
        answered, dice = 0, np.random.default_rng(6)
        for _ in range(HOURS):
            await _ok(world, "/api/clock", {"advance_s": 1_800})
            fresh, answered = inbox.messages[answered:], len(inbox.messages)
            installation.receive(
                *(
                    order(int(each["customer_id"].removeprefix("u")), each["message_key"], installation.now_ms())
                    for each in fresh
                    if dice.random() < RESPONSE[_copy(each)]
                )
            )
            await _ok(world, "/api/clock", {"advance_s": 1_800})
            hourly.append((await world.admin.get(f"/api/campaigns/{campaign_id}/live")).json())
        end = hourly[-1]
        ledger = (await world.admin.get(f"/api/campaigns/{campaign_id}/ledger")).json()
        report = (await world.admin.get(f"/api/campaigns/{campaign_id}/report")).json()
        newest = next(each for each in end["log"] if each["undo"])
        await _ok(world, f"/api/campaigns/{campaign_id}/log/{newest['number']}/undo", {})
        undone = (await world.admin.get(f"/api/campaigns/{campaign_id}/live")).json()
    installation.close()
    return Played(hourly=hourly, end=end, ledger=ledger, report=report, messages=list(inbox.messages), undone=undone)


async def _launched(world: Served, inbox: Inbox) -> str:
    past = history()
    for start in range(0, len(past), BATCH_MAX):
        world.installation.receive(*past[start : start + BATCH_MAX])
    await world.settle()
    settings = {"url": inbox.url, "secret": SECRET}
    await _ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings})
    await _ok(world, "/api/offers", {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500})
    await _ok(world, "/api/definitions", {"kind": "setting", "id": "delivery", "body": {"quiet_hours": None}})
    for content in RESPONSE:
        await _ok(world, "/api/contents", {"id": content, "body": f"你好，{content}"})
    plan = await _ok(world, "/api/goals", {"text": GOAL})
    terms = {
        "spread": {"hours": HOURS, "waves": HOURS},
        "variants": {action["id"]: list(RESPONSE) for action in plan["actions"]},
    }
    return (await _ok(world, f"/api/plans/{plan['plan_id']}/launch", terms))["campaign_id"]


async def _ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


def _copy(message: dict[str, Any]) -> str:
    return str(message["content"]).removeprefix("你好，")


def test_traffic_moves_to_the_better_copy_within_hours(played: Played) -> None:
    """Two hours in nothing may have moved much; by the end most people get A, never more than twice as many at once."""
    shares = [test["variants"][0]["share"] for hour in played.hourly for test in hour["tests"]]
    assert shares[0] == 0.5, "nothing has matured after an hour"
    assert shares[-1] > 0.7
    for before, after in pairwise(played.end["tests"][0]["moves"]):
        assert all(0.49 < new / old < 2.01 for old, new in zip(before["shares"], after["shares"], strict=True))
    (test,) = played.end["tests"]
    assert "A 更好的把握" in test["standing"]["zh"]
    late = [_copy(each) for each in played.messages[-60:]]
    assert late.count("hello-a") > 35


def test_each_move_is_logged_with_its_evidence(played: Played) -> None:
    """The log names every move, who made it and why, with the counts behind it; the claim comes from batches."""
    moves = [entry for entry in played.end["log"] if entry["kind"] == "steered"]
    assert len(moves) == len(played.end["tests"][0]["moves"]) - 1
    assert all(entry["by_system"] and "人有回应" in entry["why"]["zh"] for entry in moves)
    assert "A 比 B 每百人多" in played.end["tests"][0]["claim"]["zh"]
    assert sum(sum(hour["people"]) for hour in played.end["tests"][0]["river"]) == len(played.messages)


def test_the_holdout_is_untouched_and_the_ledger_adds_up(played: Played) -> None:
    """Everybody qualified is in one row; a tenth or so is held out in every hour, whatever moved."""
    rows = played.ledger["rows"]
    assert sum(row["people"] for row in rows) == played.ledger["qualified"]
    held = sum(row["people"] for row in rows if row["state"] == "held_out")
    assert held == played.report["assigned"]["held_out"]
    assert sum(row["people"] for row in rows if row["state"] == "sent") == len(played.messages)
    assert len({each["customer_id"] for each in played.messages}) == len(played.messages)


def test_a_move_can_be_undone_and_stays_undone(played: Played) -> None:
    """After undoing, the shares are those before, a person holds them, and undoing that lets the system go on."""
    (test,) = played.undone["tests"]
    assert test["held"]
    assert test["moves"][-1]["shares"] == pytest.approx(played.end["tests"][0]["moves"][-2]["shares"])
    newest = played.undone["log"][0]
    assert not newest["by_system"]
    assert newest["undo"]["zh"] == "让系统继续调"
