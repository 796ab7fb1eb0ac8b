"""Every path of the tracking API, every place for the key, and whatever type a sender claims for its body."""

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sending import request

from liftloop.app.tick import tracking
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000
SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}


@pytest.fixture(name="shop")
def a_shop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data", NOON_MS)
    yield installation
    installation.close()


def said(kind: str, number: str) -> dict[str, Any]:
    more = {"event": "Looked"} if kind == "track" else {"groupId": "g", "previousId": "before"}
    return {"userId": "u", "messageId": number, **more}


def events(shop: Installation) -> list[tuple[str, str]]:
    shop.fold_all()
    shop.follow()
    found = shop.lake.select("SELECT message_id, kind FROM event ORDER BY message_id")
    return list(zip(found["message_id"].tolist(), found["kind"].tolist(), strict=True))


def test_each_path_says_what_its_message_is(shop: Installation) -> None:
    """Long and short paths mean the same six kinds; batch, its short form and import take many."""
    bearer = {"Authorization": f"Bearer {shop.folder.write_key()}"}
    for short, kind in SHORT.items():
        for path in (short, kind):
            status, _, answer = request(shop, "POST", f"/v1/{path}", json.dumps(said(kind, path)).encode(), bearer)
            assert (status, answer) == (200, b'{"success":true}'), path
    for path in ("b", "batch", "import"):
        many = {"batch": [said("track", f"{path}{n}") | {"type": "track"} for n in range(2)]}
        assert request(shop, "POST", f"/v1/{path}", json.dumps(many).encode(), bearer)[0] == 200
    expected = {name: kind for short, kind in SHORT.items() for name in (short, kind)}
    expected |= {f"{path}{n}": "track" for path in ("b", "batch", "import") for n in range(2)}
    assert dict(events(shop)) == expected
    assert request(shop, "POST", "/v1/tracks", b"{}", bearer)[0] == 404
    assert request(shop, "GET", "/v1/track", b"", bearer)[0] == 404


def test_the_key_stands_in_header_or_body_and_the_type_is_not_trusted(shop: Installation) -> None:
    """Basic with the key as user, Bearer, or `writeKey`; whatever Content-Type says, gzip or not: all are taken."""
    key = shop.folder.write_key()
    basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    types = ["application/json", "text/plain", "application/x-www-form-urlencoded", "image/png", ""]
    for number, kind in enumerate(types):
        headers = {"Content-Type": kind} if kind else {}
        for how, authorization in (("basic", basic), ("bearer", f"bearer {key}"), ("body", "")):
            message = said("track", f"{number}{how}") | ({} if authorization else {"writeKey": key})
            body = json.dumps(message).encode()
            told = headers | ({"Authorization": authorization} if authorization else {})
            assert request(shop, "POST", "/v1/t", gzip.compress(body) if number % 2 else body, told)[0] == 200
    assert len(events(shop)) == 3 * len(types)
    for wrong in ("Basic ?", "Basic " + base64.b64encode(b":").decode(), "Bearer x", "Digest x", ""):
        status, _, answer = request(shop, "POST", "/v1/t", b"{}", {"Authorization": wrong})
        assert (status, bool(json.loads(answer)["next"])) in ((401, True), (400, True)), wrong


def test_settings_lead_an_sdk_to_where_it_asked(shop: Installation) -> None:
    """analytics.js is told one destination, by the host that it spoke to; a key that is none of ours gets nothing."""
    key = shop.folder.write_key()
    told = {"Host": "shop.example:8443", "X-Forwarded-Host": "in.shop.example", "X-Forwarded-Proto": "https"}
    status, _, answer = request(shop, "GET", f"/v1/projects/{key}/settings", b"", told)
    destination = json.loads(answer)["integrations"]["Segment.io"]
    assert (status, destination) == (200, {"apiKey": key, "apiHost": "in.shop.example/v1", "protocol": "https"})
    assert request(shop, "GET", "/v1/projects/stranger/settings")[0] == 401
    assert request(shop, "OPTIONS", f"/v1/projects/{key}/settings")[0] == 204


def test_more_than_can_be_folded_is_sent_back(shop: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what may wait a sender is told to come back and when; nothing of it is written."""
    monkeypatch.setattr(shop.worker, "backlog", lambda: tracking.BACKLOG_MAX + 1)
    before, key = shop.log.end(), shop.folder.write_key()
    status, headers, answer = request(
        shop, "POST", "/v1/t", json.dumps(said("track", "m") | {"writeKey": key}).encode()
    )
    assert (status, json.loads(answer)["code"], int(headers["retry-after"]) > 0) == (429, "busy", True)
    assert shop.log.end() == before
    monkeypatch.undo()
    request(shop, "POST", "/v1/t", json.dumps(said("track", "m") | {"writeKey": key}).encode())
    assert events(shop) == [("m", "track")]
