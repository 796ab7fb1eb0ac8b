import asyncio
import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending import requested
from served import NOW_MS, Served, served
from test_messages_properties import PLAIN

from liftloop.app.definitions.edge import BadDefinition, check_edge
from liftloop.collect.tracking_plan import EventRule, PropertyRule, TrackingPlan, is_of, judge, rule_book
from liftloop.plugins.channels.signing import headers
from liftloop.testing.installation import Installation

KINDS = ("text", "number", "whole", "boolean", "list", "object", "instant")
SECRET = "13912345678"


def book(**more: Any) -> Any:
    rule = EventRule(
        properties={
            "price": PropertyRule(type="number", required=True),
            "level": PropertyRule(values=("gold", "silver")),
        },
        others=more.pop("others", "allow"),
    )
    return rule_book([TrackingPlan(events={"Paid": rule}, **more)])


@pytest.mark.parametrize(
    ("properties", "problems"),
    [
        ({"price": 1}, ()),
        ({"price": 1.5, "level": "gold", "more": []}, ()),
        ({}, ("price: missing",)),
        ({"price": None}, ("price: missing",)),
        ({"price": "1"}, ("price: not number",)),
        ({"price": True, "level": "bronze"}, ("price: not number", "level: not one of its values")),
    ],
)
def test_what_is_wrong_with_an_event(properties: dict[str, Any], problems: tuple[str, ...]) -> None:
    """Missing, of another type, of another value: each is said by the name of the property, never by its value."""
    verdict = judge(book(), "Paid", properties)
    assert (verdict.problems if verdict else ()) == problems


def test_what_no_plan_names() -> None:
    """Events and properties that no plan names pass, are noted or are blocked, as the plans say."""
    assert judge(book(), "Other", {}) is None
    assert judge(book(unknown_events="warn"), "Other", {}).measure == "warn"  # type: ignore[union-attr]
    assert judge(book(unknown_events="block"), "Other", {}).reason == "not_in_plan"  # type: ignore[union-attr]
    assert judge(book(others="warn"), "Paid", {"price": 1, "x": 2}).problems == ("x: unknown",)  # type: ignore[union-attr]
    assert judge(book(others="block"), "Paid", {"price": 1, "x": 2}).measure == "block"  # type: ignore[union-attr]
    assert judge(book(violations="block"), "Paid", {"x": 2}).measure == "block"  # type: ignore[union-attr]


@given(value=st.one_of(PLAIN, st.just(float("inf")), st.lists(PLAIN, max_size=2), st.dictionaries(st.text(), PLAIN)))
def test_a_value_is_of_few_kinds(value: Any) -> None:
    """Whatever JSON says, kinds that exclude each other are never both true."""
    kinds = {kind for kind in KINDS if is_of(kind, value)}  # type: ignore[arg-type]
    assert kinds - {"instant", "whole"} <= {"text"} or len(kinds - {"instant", "whole"}) == 1
    assert "whole" not in kinds or "number" in kinds
    assert "instant" not in kinds or "text" in kinds


@pytest.mark.parametrize(
    ("kind", "identity", "body"),
    [
        ("tracking_plan", "p", {}),
        ("tracking_plan", "p", {"events": {"x": {"properties": {"a": {"type": "money"}}}}}),
        ("tracking_plan", "p", {"events": {}, "unknown_events": "drop"}),
        ("source", "app", {"kind": "tracking"}),
        ("source", "app", {"kind": "tracking", "write_key": "short"}),
        ("source", "app", {"kind": "tracking", "write_key": "taken-0123456789"}),
        ("source", "write", {"kind": "tracking", "write_key": "another-0123456789"}),
        ("source", "app", {"kind": "tracking", "write_key": "x" * 20, "limits": {"events_per_second": 0}}),
        ("source", "app", {"kind": "tracking", "write_key": "x" * 20, "limits": {"events_per_second": "many"}}),
        ("source", "app", {"kind": "tracking", "write_key": "x" * 20, "limits": {"body_bytes_max": 10**9}}),
        ("source", "app", {"kind": "pigeon"}),
        ("source", "hook", {"kind": "webhook", "secrets": [], "mappings": []}),
        ("source", "hook", {"kind": "webhook", "secrets": ["abc"], "mappings": [{}]}),
    ],
)
def test_definitions_that_cannot_be_kept_are_refused(kind: str, identity: str, body: dict[str, Any]) -> None:
    """A plan or source that says nothing, too much or something impossible is refused when it is published."""
    others = {"other": {"kind": "tracking", "write_key": "taken-0123456789"}}
    with pytest.raises(BadDefinition):
        check_edge(kind, identity, body, others)


async def send(world: Served, *messages: dict[str, Any]) -> None:
    body = json.dumps({"batch": messages, "writeKey": world.installation.folder.write_key()}).encode()
    status, _, _ = await requested(world.installation, "POST", "/v1/batch", body)
    assert status == 200
    world.installation.fold_all()


def paid(identity: str, **more: Any) -> dict[str, Any]:
    properties = more.pop("properties", {"price": "12", "phone": SECRET})
    at = "2026-09-21T12:00:00Z"
    event = {"type": "track", "userId": "u", "event": "Paid", "messageId": identity, "timestamp": at}
    return {**event, "properties": properties, **more}


async def replayed(world: Served, body: dict[str, Any]) -> dict[str, Any]:
    """Replay, and return how many were taken and why others stay."""
    done = (await world.admin.post("/api/quarantine/replay", body)).json()
    return {"taken": done["taken"], "refused": done["refused"]}


def events(world: Served) -> list[tuple[Any, ...]]:
    found = world.desk.follower.lake.select("SELECT message_id, at_ms FROM event ORDER BY 1")
    return list(zip(*[column.tolist() for column in found.values()], strict=True))


async def plan_story(world: Served) -> None:
    """What a plan blocks waits with its reason, and counts once, at its own time, when the plan is mended."""
    plan = {"events": {"Paid": {"properties": {"price": {"type": "number"}}}}, "violations": "block"}
    answer = await world.admin.post("/api/tracking-plans", {"id": "shop", **plan})
    assert answer.status == 200
    await send(world, paid("a"), paid("b", properties={"price": 5}), paid("a"))
    page = (await world.admin.get("/api/quarantine")).json()
    assert page["counts"] == {"against_plan": 1}
    first = page["records"][0]
    assert first["detail"] == {"event": "Paid", "problems": ["price: not number"]}
    assert (first["name"], first["message_id"], first["replayable"]) == ("Paid", "a", True)
    assert SECRET not in json.dumps(page)
    still = await replayed(world, {})
    assert still == {"taken": 0, "refused": {"against_plan": 1}}
    await world.admin.post("/api/tracking-plans", {"id": "shop", **plan, "violations": "warn"})
    done = await replayed(world, {"reason": "against_plan"})
    assert done == {"taken": 1, "refused": {}}
    assert (await world.admin.get("/api/quarantine")).json()["counts"] == {}
    await world.settle()
    at_ms = 1_789_992_000_000
    assert events(world) == [("a", at_ms), ("b", at_ms)]
    again = await replayed(world, {})
    assert again == {"taken": 0, "refused": {}}
    assert world.installation.worker.meter.warnings == {}
    await send(world, paid("c"))
    assert sum(world.installation.worker.meter.warnings.values()) == 1


async def future_story(world: Served) -> None:
    """An event from the future waits until its time has come; then it counts once, however often it was sent."""
    ahead = paid("f", properties={"price": 5}, timestamp="2026-09-21T16:00:00Z")
    await send(world, ahead)
    await send(world, ahead)
    assert (await world.admin.get("/api/quarantine")).json()["counts"] == {"from_the_future": 1}
    assert (await replayed(world, {}))["refused"] == {"from_the_future": 1}
    world.installation.advance(7_200)
    assert (await replayed(world, {}))["taken"] == 1
    await send(world, ahead)
    await world.settle()
    assert events(world) == [("f", 1_790_006_400_000)]


async def stubborn_story(world: Served) -> None:
    """What can never be read stays with its reason; what was too large says that it is gone."""
    await send(world, {"type": "track"}, paid("x", properties={"n": "x" * 40_000}))
    page = (await world.english.get("/api/quarantine", reason="message_too_large")).json()
    assert [each["replayable"] for each in page["records"]] == [False]
    assert page["records"][0]["detail"]["bytes"] > 40_000
    ids = [each["id"] for each in (await world.admin.get("/api/quarantine")).json()["records"]]
    done = await replayed(world, {"ids": ids[:1]})
    assert done == {"taken": 0, "refused": {"no_identifier": 1}}
    assert (await world.stranger.post("/api/quarantine/replay", {})).status == 401


async def hook_story(world: Served) -> None:
    """A delivery that no mapping fits is read again, lists and all, once one does; then it is the same as on time."""
    source = {"id": "erp", "kind": "webhook", "secrets": ["whsec_" + base64.b64encode(b"k" * 24).decode()]}
    mapping = {"event": "=Shipped", "when": {"type": "shipped"}, "each": "parcels", "user_id": "buyer"}
    other = mapping | {"when": {"type": "packed"}}
    assert (await world.admin.post("/api/sources", source | {"mappings": [other]})).status == 200
    body = json.dumps({"type": "shipped", "buyer": "u", "parcels": [1, 2]}).encode()
    signed = headers(b"k" * 24, "d1", NOW_MS // 1000, body)
    assert (await requested(world.installation, "POST", "/hooks/erp", body, signed))[0] == 200
    world.installation.fold_all()
    assert (await replayed(world, {}))["refused"] == {"no_mapping": 1}
    await world.admin.post("/api/sources", source | {"mappings": [mapping]})
    assert await replayed(world, {}) == {"taken": 1, "refused": {}}
    assert (await requested(world.installation, "POST", "/hooks/erp", body, signed))[0] == 200
    await world.settle()
    assert events(world) == [("hook:erp/d1/0/0", NOW_MS), ("hook:erp/d1/0/1", NOW_MS)]


async def form_story(world: Served) -> None:
    """Somebody quicker than a form allows is let in when the form allows it."""
    form = {"id": "f", "title": "F", "fields": [{"name": "phone", "label": "P", "type": "phone"}]}
    await world.admin.post("/api/forms", form | {"least_s": 5})
    page = (await requested(world.installation, "GET", "/forms/f"))[2].decode()
    mark = page.split('name="mark" value="')[1].split('"')[0]
    body = urlencode({"mark": mark, "phone": SECRET}).encode()
    assert (await requested(world.installation, "POST", "/forms/f", body))[0] == 200
    world.installation.fold_all()
    assert (await replayed(world, {}))["refused"] == {"likely_machine": 1}
    await world.admin.post("/api/forms", form | {"least_s": 0})
    assert (await replayed(world, {}))["taken"] == 1
    await world.settle()
    assert len(events(world)) == 2


@pytest.mark.parametrize(
    "story", [plan_story, future_story, stubborn_story, hook_story, form_story], ids=lambda story: story.__name__
)
def test_the_quarantine_gives_back_what_it_can(tmp_path: Path, story: Any) -> None:
    """Reasons are shown; once their cause is mended a replay takes each message once, at its own time."""

    async def whole() -> None:
        installation = Installation(tmp_path / "data", NOW_MS)
        async with served(installation) as world:
            await story(world)
        installation.close()

    asyncio.run(whole())
