"""S18: 10% are opened against 20% expected: diagnosis, diff, approval, randomised effect, kept or taken back."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
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
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
DAY_S = 86_400
OPENS = {"plain": 0.1, "short": 0.36}


def journey(name: str, event: str, content: str) -> dict[str, Any]:
    return {
        "name": name,
        "trigger": {"on": "event", "name": event},
        "nodes": [
            {"kind": "send", "id": "send", "channel": "sms", "content": content, "next": "done"},
            {"kind": "exit", "id": "done"},
        ],
    }


class Played(Struct, frozen=True, kw_only=True):
    """What was seen through the API, step by step; refused are orders that came too late."""

    made: Mapping[str, Any]
    early: Mapping[str, Any]
    running: Mapping[str, Any]
    judged: Mapping[str, Any]
    kept: Mapping[str, Any]
    kept_node: Mapping[str, Any]
    back: Mapping[str, Any]
    back_body: Mapping[str, Any]
    refused: tuple[int, ...]
    experiments: int
    sent: tuple[int, int]
    again: int
    nodes: Mapping[str, Any]
    listed: Mapping[str, Any]
    first: Mapping[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(_play(tmp_path_factory.mktemp("s18")))


async def _play(folder: Path) -> Played:
    installation = Installation(folder / "data", NOON_MS)
    async with alive(installation) as world:
        inbox, dice = Inbox(), np.random.default_rng(18)
        await _defined(world, inbox)
        _do(installation, "Form Submitted", range(300))
        _do(installation, "Store Visited", range(300, 600))
        await _answered(world, inbox, dice)
        early = await _get(world, "/api/proposals")
        await _ok(world, "/api/clock", {"advance_s": 2 * DAY_S})
        (made,) = (await _get(world, "/api/proposals"))["proposals"]
        path = f"/api/proposals/{made['id']}"
        running = await _ok(world, f"{path}/approve", {})
        refused = [await _status(world, f"{path}/{order}") for order in ("approve", "decline")]
        _do(installation, "Form Submitted", range(600, 1_000))
        before = len(inbox.messages)
        await _answered(world, inbox, dice)
        tried = [each["content"] for each in inbox.messages[before:]]
        await _ok(world, "/api/clock", {"advance_s": 20 * DAY_S})
        (judged,) = (await _get(world, "/api/proposals"))["proposals"]
        kept = await _ok(world, f"{path}/keep", {})
        kept_body = await _get(world, "/api/definitions/journey/welcome")
        back = await _ok(world, f"{path}/roll-back", {})
        refused.append(await _status(world, f"{path}/keep"))
        back_body = await _get(world, "/api/definitions/journey/welcome")
        again = (await _ok(world, "/api/proposals/look", {}))["proposals"]
        nodes = await _get(world, "/api/journeys/welcome/report")
        (listed,) = [each for each in (await _get(world, "/api/journeys"))["journeys"] if each["id"] == "welcome"]
        first = (await world.admin.get("/api/definitions/journey/welcome", version=1)).json()
        experiments = len((await _get(world, "/api/experiments"))["experiments"])
    installation.close()
    return Played(
        made=made,
        early=early,
        running=running,
        judged=judged,
        kept=kept,
        kept_node=kept_body["body"]["nodes"][0],
        back=back,
        back_body=back_body["body"],
        refused=tuple(refused),
        experiments=experiments,
        sent=(tried.count("plain"), tried.count("short")),
        again=len(again),
        nodes=nodes,
        listed=listed,
        first=first,
    )


async def _defined(world: Served, inbox: Inbox) -> None:
    settings = {"url": inbox.url, "secret": SECRET}
    await _ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "settings": settings})
    rules = {"delivery": {"quiet_hours": None, "caps": []}, "learning": {"open_rates": {"sms": 0.2}}}
    for setting, body in rules.items():
        await _ok(world, "/api/definitions", {"kind": "setting", "id": setting, "body": body})
    for content in OPENS:
        await _ok(world, "/api/contents", {"id": content, "body": content})
    for identity, body in (
        ("welcome", journey("欢迎", "Form Submitted", "plain")),
        ("thanks", journey("谢谢", "Store Visited", "short")),
    ):
        await _ok(world, "/api/definitions", {"kind": "journey", "id": identity, "body": body})


def _do(installation: Installation, event: str, who: Iterable[int]) -> None:
    """Let people say yes to messages and do something."""
    now = datetime.fromtimestamp(installation.now_ms() / 1000, UTC).isoformat(timespec="milliseconds")
    consent = {"consents": [{"channel": "sms", "purpose": "marketing", "at": now}]}
    said: Callable[..., dict[str, Any]] = lambda n, kind, **more: {  # noqa: E731 - two kinds of one message.
        "userId": f"u{n}",
        "messageId": f"{kind}{n}",
        "timestamp": now,
        **more,
    }
    batch = [
        each
        for n in who
        for each in (
            said(n, "i", type="identify", traits={"city": "上海"}, context=consent),
            said(n, "e", type="track", event=event, properties={}),
        )
    ]
    for start in range(0, len(batch), BATCH_MAX):
        installation.receive(*batch[start : start + BATCH_MAX])


async def _answered(world: Served, inbox: Inbox, dice: np.random.Generator) -> None:
    """Let all that is due leave, and people open it as often as its words move them to."""
    before = len(inbox.messages)
    await _ok(world, "/api/clock", {"advance_s": 3_600})
    opened = [each for each in inbox.messages[before:] if dice.random() < OPENS[each["content"]]]
    world.installation.receive(
        *(
            {
                "userId": each["customer_id"],
                "messageId": f"open-{each['message_key']}",
                "type": "track",
                "event": "Message Opened",
                "properties": {"message_key": each["message_key"]},
            }
            for each in opened
        )
    )
    await _ok(world, "/api/clock", {"advance_s": DAY_S})


async def _ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


async def _get(world: Served, path: str) -> dict[str, Any]:
    answer = await world.admin.get(path)
    assert answer.status == 200, answer.body
    return answer.json()


async def _status(world: Served, path: str) -> int:
    return (await world.admin.post(path, {})).status


def test_what_falls_short_is_diagnosed_and_a_diff_proposed(played: Played) -> None:
    """Once messages had their time, the node below its expectation gets one change, with numbers for it."""
    assert played.early["proposals"] == [], "nobody had two days to open anything"
    made = played.made
    assert (made["status"], made["journey"], made["node"]) == ("waits", "welcome", "send")
    assert made["rate"] < 0.15 < made["expected"] == 0.2
    assert "低于预期 20.0%" in made["headline"]["zh"]
    assert any("plain" in each["zh"] for each in made["findings"])
    assert made["diff"] == [{"path": "send.content", "before": "plain", "after": "short"}]
    assert "不是随机分的" in made["because"]["zh"]
    assert made["verdict_sentence"] is None


def test_the_change_runs_beside_what_there_was_drawn_by_chance(played: Played) -> None:
    """Approved, half of those who enter get each; the effect is called one only by the experiment's verdict."""
    assert played.running["status"] == "running"
    plain, short = played.sent
    assert plain + short == 400
    assert 150 < short < 250
    judged = played.judged
    assert (judged["verdict"], judged["settled"]) == ("better", True)
    assert "「改动 · changed」比「照旧 · as before」每百人多" in judged["verdict_sentence"]["zh"]


def test_it_is_kept_or_taken_back_in_one_call(played: Played) -> None:
    """Kept, everybody gets the change and no split is left; taken back, the journey is what it was before."""
    assert (played.kept["status"], played.kept_node["content"]) == ("kept", "short")
    assert played.back["status"] == "rolled_back"
    assert played.back_body == journey("欢迎", "Form Submitted", "plain")
    assert played.refused == (409, 409, 409)
    assert played.experiments == 0
    assert played.again == 1, "what was taken back is not proposed again"


def test_the_list_tells_who_is_inside_and_old_versions_can_be_read(played: Played) -> None:
    """All versions together are counted as one journey; the first one is as it was published."""
    versions = played.nodes["versions"]
    assert played.listed["entered"] == sum(each["entered"] for each in versions) == 700
    assert played.listed["inside"] == sum(each["inside"] for each in versions)
    assert played.listed["trigger"] == {"on": "event", "name": "Form Submitted"}
    assert (played.first["version"], played.first["body"]["nodes"][0]["kind"]) == (1, "send")


def test_the_report_counts_each_version_node_by_node(played: Played) -> None:
    """Three hundred met the first version; of four hundred in the trial each came to one of two nodes that send."""
    first = next(each for each in played.nodes["versions"] if each["version"] == 1)
    assert (first["entered"], first["inside"], first["left"]) == (300, 0, {"done": 300})
    assert [(node["id"], node["arrived"], node["waiting"]) for node in first["nodes"]] == [
        ("send", 300, 0),
        ("done", 300, 0),
    ]
    trial = {node["id"]: node for each in played.nodes["versions"] if each["version"] == 2 for node in each["nodes"]}
    plain, short = played.sent
    assert [trial[name]["arrived"] for name in ("send", "send-changed", "done")] == [plain, short, 400]
    assert (trial["send"]["sent"], trial["send-changed"]["sent"]) == (plain, short)
    assert trial["send-changed"]["opened"] > 2 * trial["send"]["opened"] > 0
