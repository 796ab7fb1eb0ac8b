"""What no client should send, at every door: refused in words or put aside, and nothing that follows suffers."""

import base64
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sending import form, request
from served import NOW_MS, Served, play

from liftloop.plugins.channels.signing import headers
from liftloop.testing.installation import Installation

KEY = b"k" * 24
MEGABYTE = "x" * 1_000_000
MAPPING = {"event": "=Paid", "user_id": "who", "properties": {"note": "note", "amount": "amount"}}
HOOK = {
    "kind": "webhook",
    "secrets": ["whsec_" + base64.b64encode(KEY).decode()],
    "mappings": [MAPPING],
}
FORM = {"title": "F", "fields": [{"name": "note", "label": "N"}], "least_s": 0}
CHANGING = [7, 7.5, "seven", True, None, [7], {"n": 7}, "2026-09-01", 2**70, "🥮" * 50, "", -0.0, 7]
"""One property, of another type in each event; the numbers among them that a column holds add up to 21.5 and 2**70."""


@pytest.fixture(name="shop")
def a_shop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data", NOW_MS)
    installation.publish("source", "erp", HOOK)
    installation.publish("form", "f", FORM)
    yield installation
    installation.close()


def deliver(shop: Installation, body: bytes, delivery: str) -> int:
    return request(shop, "POST", "/hooks/erp", body, headers(KEY, delivery, NOW_MS // 1000, body))[0]


def sensors(shop: Installation, **more: Any) -> int:
    event = {"type": "track", "event": "Paid", "distinct_id": "u", "time": NOW_MS, "properties": {}, **more}
    return request(shop, "POST", f"/sa?token={shop.folder.write_key()}", form(event, compressed=False))[0]


def submit(shop: Installation, note: str) -> int:
    page = request(shop, "GET", "/forms/f")[2].decode()
    mark = page.split('name="mark" value="')[1].split('"')[0]
    return request(shop, "POST", "/forms/f", urlencode({"mark": mark, "note": note}).encode())[0]


def aside(shop: Installation) -> list[str]:
    shop.fold_all()
    return [reason for (reason,) in shop.state.rows('SELECT reason FROM quarantine ORDER BY "offset"')]


def names(shop: Installation) -> list[str]:
    shop.fold_all()
    shop.follow()
    return shop.lake.select("SELECT name FROM event WHERE kind = 'track' ORDER BY 1")["name"].tolist()


def test_a_megabyte_is_refused_at_every_door(shop: Installation) -> None:
    """A property of a megabyte is answered with 413 by SDKs, hooks and forms alike; nothing is kept of it."""
    before = shop.log.end()
    body = json.dumps({"userId": "u", "event": "Paid", "properties": {"note": MEGABYTE}}).encode()
    authorised = {"authorization": f"Bearer {shop.folder.write_key()}"}
    assert request(shop, "POST", "/v1/track", body, authorised)[0] == 413
    assert sensors(shop, properties={"note": MEGABYTE}) == 413
    assert deliver(shop, json.dumps({"who": "u", "note": MEGABYTE}).encode(), "d1") == 413
    assert submit(shop, MEGABYTE) == 413
    assert shop.log.end() == before
    assert deliver(shop, b'{"who": "u", "note": "short"}', "d2") == 200
    assert names(shop) == ["Paid"]


def test_what_is_no_number_and_half_a_character_wait(shop: Installation) -> None:
    """NaN, Infinity and half an emoji go to the quarantine at every door; a whole emoji and null are taken."""
    for number, note in enumerate([math.nan, math.inf, "\ud83d", "🥮", None]):
        assert sensors(shop, properties={"note": note}, _track_id=number) == 200
        assert deliver(shop, json.dumps({"who": "u", "note": note}).encode(), f"d{number}") == 200
    assert len(aside(shop)) == 6
    assert set(aside(shop)) == {"unreadable"}
    assert names(shop) == ["Paid"] * 4
    shop.restart()
    assert names(shop) == ["Paid"] * 4


def test_instants_that_cannot_be_wait_at_every_door(shop: Installation) -> None:
    """1969, the year 3000 and a day ahead wait with their reason; the hour before is taken, however it is written."""
    shop.publish("source", "erp", HOOK | {"mappings": [MAPPING | {"at": "at"}]})
    hour_ms = NOW_MS - 3_600_000
    for number, at in enumerate([-1, 32_503_680_000_000, NOW_MS + 86_400_000, hour_ms, hour_ms // 1000]):
        assert deliver(shop, json.dumps({"who": "u", "at": at}).encode(), f"d{number}") == 200
    for number, at in enumerate([0, 32_503_680_000_000, NOW_MS + 86_400_000, hour_ms]):
        assert sensors(shop, time=at, _track_id=number) == 200
    assert sorted(aside(shop)) == ["bad_timestamp"] * 2 + ["from_the_future"] * 4
    assert names(shop) == ["Paid"] * 3


async def _changing(world: Served) -> None:
    shop = world.installation
    sum_of_week = {"event": "Paid", "property": "amount", "sum": {"gte": 20}, "within_days": 7}
    shop.publish("audience", "big", {"name": "big", "where": sum_of_week})
    shop.publish("audience", "seven", {"name": "seven", "where": {"trait": "amount", "is": 7}})
    for number, amount in enumerate(CHANGING):
        track = {"type": "track", "event": "Paid", "userId": "u", "messageId": f"m{number}"}
        shop.receive(
            track | {"properties": {"amount": amount}},
            {"type": "identify", "userId": "u", "messageId": f"i{number}", "traits": {"amount": amount}},
        )
        shop.fold_all()
    await world.settle()
    found = world.desk.follower.lake.select("SELECT count(*) AS n FROM event WHERE name = 'Paid'")
    assert int(found["n"][0]) == len(CHANGING)
    for audience in ("big", "seven"):
        answer = await world.admin.get(f"/api/audiences/{audience}")
        assert (answer.status, answer.json()["count"]) == (200, 1), audience
    quality = (await world.admin.get("/api/data/quality")).json()
    amount = next(each for each in quality["fields"] if each["field"] == "amount")
    assert amount["malformed"] > 0.4
    seen = (await world.admin.get("/api/data/events")).json()["events"]
    paid = next(event for event in seen if event["name"] == "Paid")
    assert {one["name"]: (one["type"], one["mixed"]) for one in paid["properties"]}["amount"] == ("number", True)


def test_a_property_may_change_its_type(tmp_path: Path) -> None:
    """Of one property in thirteen types every event is kept, numbers count as such, and quality says what is mixed."""
    play(tmp_path, _changing)
