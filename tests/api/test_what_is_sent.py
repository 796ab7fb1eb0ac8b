"""What messages are made of is not taken away from those who send it, nor from people who are on their way to it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from served import Served, play

END = {"kind": "exit", "id": "end"}
BY_EVENT = {"on": "event", "name": "Signed Up"}
PUSH = {"channel": "push", "content": "hello"}
SMS = {"channel": "sms", "content": "other"}
SEND = {"kind": "send", "id": "s", **PUSH, "purpose": "service", "next": "end"}
WAIT = {"kind": "wait", "id": "w", "duration_s": 3_600, "next": "s"}


async def _shop(world: Served) -> None:
    for channel in ("push", "sms"):
        await _put(world, "channel", channel, {"id": channel, "kind": "webhook", "settings": _HOOK})
    for content in ("hello", "other", "spare"):
        await _put(world, "content", content, {"id": content, "body": "hi"})
    await _put(world, "offer", "ten", {"id": "ten", "name": "10"})
    await _put(world, "pool", "codes", {"name": "codes", "offer": "ten", "codes": {"from": "given"}})


_HOOK = {"url": "https://93.184.216.34/in", "secret": "whsec_bGlmdGxvb3AgdGVzdCBzZWNyZXQgb2YgMzIgYnl0ZXM="}


async def _put(world: Served, kind: str, identity: str, body: Mapping[str, Any]) -> None:
    answer = await world.english.post("/api/definitions", {"kind": kind, "id": identity, "body": body})
    assert answer.status == 200, answer.body


async def _retired(world: Served, kind: str, identity: str) -> str:
    """Return what keeps something from being retired; empty where nothing did and it is."""
    answer = await world.english.call("DELETE", f"/api/definitions/{kind}/{identity}")
    if answer.status == 200:
        return ""
    assert (answer.status, answer.json()["code"]) == (409, "in_use"), answer.body
    return str(answer.json()["message"])


async def _journey(world: Served, identity: str, *nodes: Mapping[str, Any]) -> None:
    await _put(world, "journey", identity, {"name": identity, "trigger": BY_EVENT, "nodes": [*nodes, END]})


def test_what_a_journey_sends_is_not_retired_under_it(tmp_path: Path) -> None:
    """The way, the way it falls back on, the words it is another way of saying, the codes and their offer."""

    async def story(world: Served) -> None:
        await _shop(world)
        coupon = {"kind": "coupon", "id": "c", "pool": "codes", "next": "s"}
        await _journey(world, "j", coupon, {**SEND, "fallbacks": [{**SMS, "unless": "accepted"}]})
        await _put(world, "content", "third", {"id": "third", "body": "hi", "variant_of": "spare"})
        for kind, identity in (("channel", "push"), ("content", "hello"), ("channel", "sms"), ("content", "other")):
            assert "journey “j”" in await _retired(world, kind, identity)
        assert "journey “j”" in await _retired(world, "pool", "codes")
        assert "pool of codes “codes”" in await _retired(world, "offer", "ten")
        assert "content “third”" in await _retired(world, "content", "spare")
        assert await _retired(world, "content", "third") == ""
        assert await _retired(world, "content", "spare") == ""
        await _journey(world, "j", {**SEND, **SMS})
        assert await _retired(world, "content", "hello") == "", "nobody was inside the version before"
        assert await _retired(world, "journey", "j") == ""
        for kind, identity in (("channel", "sms"), ("content", "other"), ("pool", "codes"), ("offer", "ten")):
            assert await _retired(world, kind, identity) == ""

    play(tmp_path, story)


def test_people_on_their_way_keep_what_they_come_to(tmp_path: Path) -> None:
    """An earlier version counts while the new one waits for its history, and then for those inside it."""

    async def story(world: Served) -> None:
        await _shop(world)
        await _journey(world, "j", WAIT, SEND)
        world.installation.receive({"type": "track", "event": "Signed Up", "userId": "u1", "messageId": "m1"})
        await world.settle()
        await _journey(world, "j", WAIT, {**SEND, **SMS})
        assert "journey “j v1”" in await _retired(world, "content", "hello")
        while await world.desk.follower.fill():
            await world.settle()
        assert world.installation.fold.catalog.status("journey", "j", 1) == "superseded"
        assert "journey “j v1”" in await _retired(world, "content", "hello")
        assert "journey “j v1”" in await _retired(world, "channel", "push")
        world.installation.advance(2 * 3_600)
        await world.settle()
        assert await _retired(world, "content", "hello") == ""

    play(tmp_path, story)


def test_a_campaign_that_is_over_keeps_nothing(tmp_path: Path) -> None:
    async def story(world: Served) -> None:
        await _shop(world)
        now_ms = world.installation.now_ms()
        variants = [{"id": "a", "content": "other"}, {"id": "b", "content": "spare"}]
        campaign = {
            "name": "autumn",
            "plan": "p",
            "actions": [{"id": "nobody"}, {"id": "say", "channel": "push", "offer": "ten", "variants": variants}],
            "cells": [[0.5, 0.5]],
            "holdout": {"share": 0.0, "salt": "s"},
            "starts_ms": now_ms,
            "ends_ms": now_ms + 3_600_000,
        }
        await _put(world, "campaign", "autumn", campaign)
        sent = (("content", "spare"), ("content", "other"), ("channel", "push"))
        for kind, identity in (*sent, ("offer", "ten")):
            assert "campaign “autumn”" in await _retired(world, kind, identity)
        world.installation.advance(2 * 3_600)
        for kind, identity in sent:
            assert await _retired(world, kind, identity) == ""

    play(tmp_path, story)
