"""What waits in quarantine is shown with nothing personal, mended by a person, let out once, and given up in time."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending import requested
from served import DAY_MS, Served, play

from liftloop.app.quarantine.samples import mask_text
from liftloop.collect.mending import Mending, mended, number_in

PHONE = "13912345678"
MAIL = "anna@example.test"


async def told(world: Served, path: str, **query: str) -> dict[str, Any]:
    answer = await world.admin.get(path, **query)
    assert answer.status == 200, answer.json()
    return answer.json()


async def _mended(world: Served) -> None:
    rule = {"price": {"type": "number", "required": True}, "level": {"values": ["gold", "silver"]}}
    plan = {"events": {"Paid": {"properties": rule}}, "violations": "block", "unknown_events": "block"}
    assert (await world.admin.post("/api/tracking-plans", {"id": "shop", **plan})).status == 200
    paid = {"type": "track", "event": "Paid", "userId": PHONE, "context": {"note": f"call {PHONE} or {MAIL}"}}
    await world.admin.post("/api/data/sources", {"name": "other", "kind": "tracking"})
    await send(
        world,
        {**paid, "messageId": "a", "properties": {"price": "¥1,299.00 元", "phone": PHONE, "level": "金"}},
        {**paid, "messageId": "b", "properties": {"price": "much", "level": "gold"}},
        {**paid, "messageId": "c", "event": "付款", "properties": {"price": 3}},
    )
    page = await told(world, "/api/quarantine/groups")
    assert PHONE not in json.dumps(page)
    assert MAIL not in json.dumps(page)
    groups = {group["reason"]: group for group in page["groups"]}
    assert (page["records"], groups["against_plan"]["records"]) == (3, 2)
    assert groups["against_plan"]["problems"][0] == {"name": "price: not number", "count": 2}
    assert groups["not_in_plan"]["events"] == [{"name": "付款", "count": 1}]
    sample = next(s for s in groups["against_plan"]["samples"] if "1,299" in s["text"])
    assert json.loads(sample["text"])["properties"]["price"] == "¥1,299.00 元"
    mending = {
        "events": {"付款": "Paid"},
        "values": {"properties.level": {"金": "gold"}},
        "as_numbers": ["properties.price"],
    }
    asked = {"mending": mending, "sender": "key:write"}
    rehearsed = (await world.admin.post("/api/quarantine/replay", {**asked, "rehearse": True})).json()
    assert (rehearsed["taken"], rehearsed["refused"]) == (2, {"against_plan": 1})
    assert (await told(world, "/api/quarantine/groups"))["records"] == 3
    nobody = (await world.admin.post("/api/quarantine/replay", {**asked, "sender": "key:other"})).json()
    assert (nobody["taken"], nobody["refused"]) == (0, {})
    done = (await world.admin.post("/api/quarantine/replay", asked)).json()
    assert (done["taken"], done["sentence"]["en"]) == (
        2, "2 were taken in; 1 stays in quarantine (it breaks the tracking plan)."
    )  # fmt: skip
    await world.settle()
    found = world.desk.follower.lake.select("SELECT message_id, name, properties FROM event ORDER BY 1")
    assert found["name"].tolist() == ["Paid", "Paid"]
    assert json.loads(found["properties"][0]) == {"price": 1299.0, "level": "gold"}
    refused = await world.admin.post("/api/quarantine/replay", {"mending": {"as_numbers": ["properties..price"]}})
    assert (refused.status, refused.json()["code"]) == (422, "bad_mending")


async def send(world: Served, *messages: dict[str, Any]) -> None:
    """Send by HTTP, as a client does: what the plan blocks goes to the quarantine."""
    body = json.dumps({"batch": list(messages)}).encode()
    key = f"Bearer {world.installation.folder.write_key()}"
    status, _, _ = await requested(world.installation, "POST", "/v1/batch", body, {"authorization": key})
    assert status == 200
    world.installation.fold_all()


def test_what_waits_is_shown_masked_and_mended(tmp_path: Path) -> None:
    """Groups and samples show what is wrong and nothing personal; a mending takes what it mends, once, and no more."""
    play(tmp_path, _mended)


async def _retained(world: Served) -> dict[str, Any]:
    """Ask for retention, again while the day's own is under way."""
    while (answer := await world.admin.post("/api/retain", {})).status != 200:
        assert answer.json()["code"] == "upkeep_busy", answer.body
        await asyncio.sleep(0.05)
    return answer.json()


async def _given_up(world: Served) -> None:
    await send(world, *[{"type": "track", "messageId": f"old{n}"} for n in range(5)])
    world.installation.advance(20 * DAY_MS // 1_000)
    await send(world, *[{"type": "track", "messageId": f"new{n}"} for n in range(5)])
    kept = await _retained(world)
    assert (kept["quarantined"], kept["quarantine_days"]) == (0, 30)
    world.installation.advance(15 * DAY_MS // 1_000)
    done = await _retained(world)
    assert done["quarantined"] in (0, 5)  # The day's own retention may have come first.
    page = await told(world, "/api/quarantine")
    assert [each["message_id"] for each in page["records"]] == [f"new{n}" for n in range(5)]
    quarantine, state = world.desk.quarantine, world.installation.state
    sizes = [size for (size,) in state.rows('SELECT length(record) FROM quarantine ORDER BY "offset"')]
    assert await quarantine.let_go(before_ms=0, bytes_max=sum(sizes[2:])) == 2
    page = await told(world, "/api/quarantine")
    assert [each["message_id"] for each in page["records"]] == ["new2", "new3", "new4"]


def test_the_quarantine_is_given_up_in_time(tmp_path: Path) -> None:
    """What is older than the settings say goes, and of what is more than fits the oldest; the rest stays."""
    play(tmp_path, _given_up)


@given(
    raw=st.binary(max_size=40) | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    ).map(lambda value: json.dumps(value).encode()),
    path=st.sampled_from(["a", "a.b", "a.b.c", "b.a"]),
)  # fmt: skip
def test_a_mending_touches_only_what_it_names(raw: bytes, path: str) -> None:
    """Whatever was sent, a mending of paths that are not there, or of nothing, gives back the same bytes."""
    assert mended(raw, Mending()) == raw
    other = Mending(values={"z.z": {"1": 2}}, as_numbers=("y",), without=("x.y",), events={"never": "ever"})
    assert mended(raw, other) == raw
    once = mended(raw, Mending(as_numbers=(path,), without=("c",)))
    assert mended(once, Mending(as_numbers=(path,), without=("c",))) == once


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12元", 12),
        ("¥1,299.00", 1299.0),
        ("-3.5", -3.5),
        ("much", "much"),
        ("1-2", "1-2"),
        ("1,2", "1,2"),
        (True, True),
    ],
)
def test_a_text_with_one_number_is_read(text: Any, number: Any) -> None:
    """A text that holds exactly one number becomes it; all others stay as they are."""
    assert number_in(text) == number
    assert type(number_in(text)) is type(number)


@pytest.mark.parametrize(
    "personal",
    [PHONE, MAIL, "+86 139 1234 5678", "139-1234-5678", "021-12345678", "11010519491231002X", "6222021234567890123"],
)
def test_personal_numbers_are_masked_wherever_they_stand(personal: str) -> None:
    """Phones, mail addresses, identity and bank cards cannot be read in a text; instants and amounts can."""
    shown = mask_text(f"see {personal} on 2026-09-21T12:00:00+08:00 for 1299.00, order 20260901")
    assert personal not in shown
    assert shown.endswith("on 2026-09-21T12:00:00+08:00 for 1299.00, order 20260901")
