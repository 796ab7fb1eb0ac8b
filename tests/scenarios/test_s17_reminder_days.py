"""S17: a reminder three or five days before a membership ends: comparable groups, conversion, open, click, verdict."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
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
PEOPLE = 700
DAY_S = 86_400
RENEWS = {"five": 0.55, "three": 0.3}
JOURNEY = {
    "name": "会员到期提醒",
    "trigger": {"on": "event", "name": "Membership Started"},
    "nodes": [
        {
            "kind": "experiment",
            "id": "split",
            "arms": [
                {"id": "three", "share": 0.5, "next": "wait-27"},
                {"id": "five", "share": 0.5, "next": "wait-25"},
            ],
        },
        {"kind": "wait", "id": "wait-27", "duration_s": 27 * DAY_S, "next": "send-three"},
        {"kind": "wait", "id": "wait-25", "duration_s": 25 * DAY_S, "next": "send-five"},
        {"kind": "send", "id": "send-three", "channel": "sms", "content": "three", "next": "done"},
        {"kind": "send", "id": "send-five", "channel": "sms", "content": "five", "next": "done"},
        {"kind": "exit", "id": "done"},
    ],
}
EXPERIMENT = {
    "name": "提前 3 天还是 5 天提醒",
    "journey": "renewal",
    "node": "split",
    "control": "three",
    "primary": {"kind": "did", "event": "Order Completed"},
    "guards": [{"kind": "opened"}, {"kind": "clicked"}],
    "starts_ms": NOON_MS,
    "ends_ms": NOON_MS + 40 * DAY_MS,
    "days": 30,
}


class Played(Struct, frozen=True, kw_only=True):
    """What was seen through the API: refused definitions, the report before anybody's days were over and at the end."""

    refused: Sequence[int]
    early: dict[str, Any]
    end: dict[str, Any]
    messages: Sequence[dict[str, Any]]
    listed: Sequence[dict[str, Any]]
    """After people were left alone by all marketing for a day."""


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _said(number: int, kind: str, at_ms: int, **more: Any) -> dict[str, Any]:
    return {"userId": f"u{number}", "messageId": f"{kind}{number}", "timestamp": _iso(at_ms), **more}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play(tmp_path_factory.mktemp("s17")))


async def _play(folder: Path) -> Played:
    installation = Installation(folder / "data", NOON_MS)
    async with alive(installation) as world:
        inbox = Inbox()
        refused = await _defined(world, inbox)
        _enter(installation)
        await _ok(world, "/api/clock", {"advance_s": 26 * DAY_S})
        early = (await world.admin.get("/api/experiments/days")).json()
        await _ok(world, "/api/clock", {"advance_s": 2 * DAY_S})
        _renew(installation, inbox)
        await _ok(world, "/api/clock", {"advance_s": 12 * DAY_S})
        end = (await world.admin.get("/api/experiments/days")).json()
        held = {"quiet_hours": None, "held_everywhere": {"share": 0.2}}
        await _ok(world, "/api/definitions", {"kind": "setting", "id": "delivery", "body": held})
        await _ok(world, "/api/clock", {"advance_s": DAY_S})
        listed = (await world.admin.get("/api/experiments")).json()["experiments"]
    installation.close()
    return Played(refused=refused, early=early, end=end, listed=listed, messages=list(inbox.messages))


async def _defined(world: Served, inbox: Inbox) -> list[int]:
    settings = {"url": inbox.url, "secret": SECRET}
    await _ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "settings": settings})
    await _ok(world, "/api/definitions", {"kind": "setting", "id": "delivery", "body": {"quiet_hours": None}})
    for content in RENEWS:
        await _ok(world, "/api/contents", {"id": content, "body": content})
    uneven = {**JOURNEY, "nodes": [{**JOURNEY["nodes"][0], "arms": [{"id": "a", "share": 0.7, "next": "done"}]}]}
    refused = [(await world.admin.post("/api/definitions", {"kind": "journey", "id": "bad", "body": uneven})).status]
    await _ok(world, "/api/definitions", {"kind": "journey", "id": "renewal", "body": JOURNEY})
    unknown = {**EXPERIMENT, "control": "seven"}
    answer = await world.admin.post("/api/definitions", {"kind": "experiment", "id": "days", "body": unknown})
    refused.append(answer.status)
    await _ok(world, "/api/definitions", {"kind": "experiment", "id": "days", "body": EXPERIMENT})
    return refused


def _enter(installation: Installation) -> None:
    """Let everybody say yes to messages and start a membership."""
    consent = {"consents": [{"channel": "sms", "purpose": "marketing", "at": _iso(NOON_MS)}]}
    batch = [
        each
        for number in range(PEOPLE)
        for each in (
            _said(number, "i", NOON_MS, type="identify", traits={"city": "上海"}, context=consent),
            _said(number, "m", NOON_MS, type="track", event="Membership Started", properties={}),
        )
    ]
    for start in range(0, len(batch), BATCH_MAX):
        installation.receive(*batch[start : start + BATCH_MAX])


def _renew(installation: Installation, inbox: Inbox) -> None:
    """Let people renew as often as the reminder that they got moves them to."""
    dice = np.random.default_rng(17)
    got = {int(each["customer_id"].removeprefix("u")): each["content"] for each in inbox.messages}
    installation.receive(
        *(
            _said(
                number,
                "o",
                installation.now_ms(),
                type="track",
                event="Order Completed",
                properties={"order_id": f"o{number}", "revenue": 30.0},
            )
            for number, content in sorted(got.items())
            if dice.random() < RENEWS[content]
        )
    )


async def _ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


def test_groups_are_comparable_and_everybody_gets_one_reminder(played: Played) -> None:
    """Both arms have the sizes that were planned, and each person gets the reminder of the arm, once."""
    assert played.refused == [422, 422]
    counts = [sum(each["content"] == content for each in played.messages) for content in RENEWS]
    assert sum(counts) == PEOPLE == len({each["customer_id"] for each in played.messages})
    assert abs(counts[0] - counts[1]) < 0.12 * PEOPLE
    shown = [fact["under"]["en"] for fact in played.end["facts"]]
    assert shown == [f"{counts[1]:,} people", f"{counts[0]:,} people"]


def test_no_verdict_before_anybody_had_the_days(played: Played) -> None:
    """While nobody has had thirty days no number is told, whatever may be seen of the first."""
    assert played.early["verdict"] == "too_early"
    assert played.early["status"] == "too_early"
    assert [fact["value"]["en"] for fact in played.early["facts"]] == ["—", "—"]


def test_the_better_day_is_named_with_its_range(played: Played) -> None:
    """At the end five days win, by a range that holds the truth of twenty-five in a hundred; rates stand beside it."""
    end = played.end
    assert (end["status"], end["verdict"], end["winner"]) == ("final", "better", "five")
    assert "「five」比「three」每百人多" in end["headline"]["zh"]
    by_id = {section["id"]: section for section in end["sections"]}
    (bar,) = by_id["result"]["chart"]["bars"]
    assert bar["low"] < RENEWS["five"] - RENEWS["three"] < bar["high"]
    assert [row[0]["en"] for row in by_id["guards"]["table"]["rows"]] == ["open rate", "click rate"]
    assert len(by_id["looks"]["table"]["rows"]) == 4


def test_what_all_marketing_brings_stands_among_them(played: Played) -> None:
    """People left alone by all marketing are compared with everybody else, in shares that fit what was set."""
    newest, oldest = played.listed
    assert (newest["id"], oldest["id"]) == ("held-everywhere", "days")
    assert newest["verdict"] in ("too_early", "unclear"), "nobody ordered on that day"
    left, usual = (int(fact["under"]["en"].split()[0].replace(",", "")) for fact in newest["facts"])
    assert left + usual == PEOPLE
    assert 0.14 < left / PEOPLE < 0.26
