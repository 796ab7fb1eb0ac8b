"""Journeys tried over the API and in the terminal: a draft with its past, a message rendered, a group counted."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from served import Served, play
from test_audience_insight import SHANGHAI, published
from test_audiences import a_small_shop
from test_channels import SECRET

from liftloop.cli.journey import command

WORDS = {"id": "hello", "body": "您好 {{ profile.city | default: '顾客' }}", "language": "zh-CN", "channel": "sms"}
HOOK = {"url": "https://example.test/in", "secret": SECRET}
BODY: dict[str, Any] = {
    "name": "回访",
    "trigger": {"on": "event", "name": "Signed Up"},
    "nodes": [
        {"kind": "wait", "id": "rest", "duration_s": 3_600, "next": "bought"},
        {
            "kind": "condition",
            "id": "bought",
            "when": {"event": "Order Completed", "property": "revenue", "within_days": 77, "sum": {"gte": 150}},
            "yes": "say",
            "no": "end",
        },
        {"kind": "send", "id": "say", "channel": "sms", "content": "hello", "next": "end", "purpose": "service"},
        {"kind": "exit", "id": "end"},
    ],
}


async def _asks(world: Served) -> None:
    """A content that leads to a form needs the form, and an address that readers reach; both are said."""
    settings = {"public_url": "https://shop.example.test"}
    told = {"kind": "setting", "id": "contents", "body": settings}
    assert (await world.admin.post("/api/definitions", told)).status == 200
    asking = {"id": "hello", "body": "{{ forms.nps }}", "language": "zh-CN", "channel": "sms"}
    answer = await world.admin.post("/api/definitions", {"kind": "content", "id": "hello", "body": asking})
    assert answer.status == 200, answer.body
    checked = (await world.admin.post("/api/journeys/check", {"id": "j", "body": BODY})).json()
    assert [each["code"] for each in checked["problems"]] == ["no_form"], checked
    form = {"title": "满意吗", "fields": [{"name": "score", "label": "几分", "type": "number"}]}
    answer = await world.admin.post("/api/definitions", {"kind": "form", "id": "nps", "body": form})
    assert answer.status == 200, answer.body
    assert (await world.admin.post("/api/journeys/check", {"id": "j", "body": BODY})).json()["problems"] == []
    [message] = (await world.admin.post("/api/journeys/try", {"id": "j", "body": BODY, "person": "u1"})).json()[
        "messages"
    ]
    assert "https://shop.example.test/forms/nps?p=" in message["shown"]["text"], message
    told["body"] = {}
    assert (await world.admin.post("/api/definitions", told)).status == 200
    checked = (await world.admin.post("/api/journeys/check", {"id": "j", "body": BODY})).json()
    assert [each["code"] for each in checked["problems"]] == ["no_public_url"], checked


async def _tried(world: Served, folder: Path) -> None:
    await a_small_shop(world)
    for kind, identity, body in (
        ("channel", "sms", {"id": "sms", "kind": "webhook", "medium": "sms", "settings": HOOK}),
        (
            "content",
            "hello",
            WORDS,
        ),
    ):
        answer = await world.admin.post("/api/definitions", {"kind": kind, "id": identity, "body": body})
        assert answer.status == 200, answer.body
    at = world.desk.clock.now_ms()
    world.installation.receive(
        {"type": "track", "userId": "u1", "event": "Order Completed", "properties": {"revenue": 200.0, "order_id": "1"}}
    )
    await world.settle()
    entered = {"id": "hello", "body": "订单 {{ entry.order_id }}", "language": "zh-CN", "channel": "sms"}
    answer = await world.admin.post("/api/definitions", {"kind": "content", "id": "hello", "body": entered})
    assert answer.status == 200, answer.body
    checked = (await world.admin.post("/api/journeys/check", {"id": "j", "body": BODY})).json()
    assert [each["code"] for each in checked["problems"]] == ["entry_not_kept"], checked
    assert checked["mended"]["keeps"] == ["order_id"]
    asked = {"id": "j", "body": checked["mended"], "person": "u1", "properties": {"order_id": "N-7"}}
    [message] = (await world.admin.post("/api/journeys/try", asked)).json()["messages"]
    assert message["shown"]["text"].startswith("订单 N-7"), message
    await _asks(world)
    answer = await world.admin.post("/api/definitions", {"kind": "content", "id": "hello", "body": WORDS})
    before = (await world.desk.tick.ask("position"))["offset"]

    answer = await world.admin.post("/api/journeys/try", {"id": "j", "body": BODY, "person": "u1"})
    assert answer.status == 200, answer.body
    trial = answer.json()
    assert [each["node"] for each in trial["steps"]] == ["rest", "bought", "say", "end"], trial
    [message] = trial["messages"]
    assert (message["state"], message["shown"]["problem"]) == ("queued", None), message
    assert message["shown"]["text"].startswith("您好")
    assert trial["end"] == "done"
    other = (await world.admin.post("/api/journeys/try", {"id": "j", "body": BODY, "person": "u2"})).json()
    assert [each["node"] for each in other["steps"]] == ["rest", "bought", "end"]
    assert (await world.desk.tick.ask("position"))["offset"] == before
    assert world.desk.clock.now_ms() == at

    assert (await world.admin.post("/api/journeys/try", {"id": "j", "body": BODY, "person": "nobody"})).status == 404
    assert (await world.admin.post("/api/journeys/try", {"id": "nothing", "person": "u1"})).status == 404
    broken = {**BODY, "nodes": BODY["nodes"][:1]}
    refused = await world.admin.post("/api/journeys/try", {"id": "j", "body": broken, "person": "u1"})
    assert (refused.status, refused.json()["code"]) == (422, "bad_journey")
    unsaid = await world.admin.post("/api/journeys/try/group", {"id": "j", "body": BODY})
    assert (unsaid.status, unsaid.json()["code"]) == (422, "try_whom")

    await published(world, "here", SHANGHAI)
    found = (await world.admin.post("/api/journeys/try/group", {"id": "j", "body": BODY, "audience": "here"})).json()
    assert (found["people"], found["entered"], found["tried"]) == (3, 3, 3)
    file = folder / "j.json"
    file.write_text(json.dumps(BODY))
    async with world.on_socket() as data:

        def run(*arguments: str) -> Any:
            return CliRunner().invoke(command, ["try", "j", *arguments, "--file", str(file), "--data", str(data)])

        told = await asyncio.to_thread(run, "u1")
        assert told.exit_code == 0, told.output
        assert "bought (condition) → yes" in told.output
        told = await asyncio.to_thread(run, "--audience", "here")
        assert "3 人里有 3 人进入" in told.output, told.output
        assert (await asyncio.to_thread(run, "u1", "--audience", "here")).exit_code == 2


def test_a_draft_is_tried_for_one_person_and_for_a_group(tmp_path: Path) -> None:
    """What a draft asks of the past is filled in the copy, its message is shown, and nothing is written anywhere."""
    play(tmp_path, lambda world: _tried(world, tmp_path))
