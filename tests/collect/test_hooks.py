import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending import request
from test_messages_properties import ANYTHING

from liftloop.collect import hooks
from liftloop.collect.drafting import Inlet
from liftloop.collect.sources import Taken, WebhookSource
from liftloop.kernel.codec import pack, parse_json
from liftloop.plugins.channels.signing import headers
from liftloop.storage.contract import RECORDS, Record
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000
KEY, OLD_KEY, STRANGER = b"k" * 24, b"o" * 24, b"s" * 24
SECRETS = tuple("whsec_" + base64.b64encode(key).decode() for key in (KEY, OLD_KEY))
PAID = {
    "event": "=Order Completed",
    "when": {"type": "order.paid"},
    "user_id": "data.buyer.id",
    "message_id": "data.id",
    "at": "data.paid_at",
    "properties": {"order_id": "data.id", "revenue": "data.total", "currency": "=CNY", "channel": "=shop"},
    "traits": {"phone": "data.buyer.phone", "level": "data.buyer.level"},
}
LINES = {
    "event": "=Item Bought",
    "when": {"type": "order.paid"},
    "each": "data.lines",
    "user_id": "data.buyer.id",
    "properties": {"sku": "item.sku"},
}
ORDER: dict[str, Any] = {
    "type": "order.paid",
    "data": {
        "id": "o1",
        "total": 25.5,
        "paid_at": NOON_MS // 1000 - 60,
        "buyer": {"id": "u1", "phone": "13912345678", "level": "gold"},
        "lines": [{"sku": "A"}, {"sku": "B"}],
    },
}


@pytest.fixture(name="shop")
def a_shop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data", NOON_MS)
    installation.publish("source", "erp", {"kind": "webhook", "secrets": SECRETS, "mappings": [PAID, LINES]})
    yield installation
    installation.close()


def deliver(shop: Installation, body: bytes, *, key: bytes = KEY, delivery: str = "d1", late_s: int = 0) -> int:
    signed = headers(key, delivery, NOON_MS // 1000 - late_s, body)
    status, _, _ = request(shop, "POST", "/hooks/erp", body, signed)
    shop.fold_all()
    return status


def records(shop: Installation) -> list[Record]:
    entries = shop.log.read(after=0, limit=1_000)  # type: ignore[arg-type]
    return [r for entry in entries for r in RECORDS.decode(entry.body) if not r.kind.startswith("definition")]


def folded(shop: Installation) -> int:
    shop.follow()
    return int(shop.lake.select("SELECT count(*) AS n FROM event")["n"][0])


def test_a_delivery_becomes_events_and_traits(shop: Installation) -> None:
    """Paths, literals and lists of the mapping make an order, its lines and what is known of the buyer."""
    assert deliver(shop, json.dumps(ORDER).encode()) == 200
    told, paid, first, second = records(shop)
    assert (told.kind, told.user_id, parse_json(told.body)) == ("identify", "u1", {"level": "gold"})
    assert (paid.name, paid.at_ms, paid.actor) == ("Order Completed", NOON_MS - 60_000, "key:erp")
    assert parse_json(paid.body) == {"order_id": "o1", "revenue": 25.5, "currency": "CNY", "channel": "shop"}
    assert [parse_json(each.body) for each in (first, second)] == [{"sku": "A"}, {"sku": "B"}]
    assert b"13912345678" not in b"".join(map(pack, (told, paid, first, second)))
    assert shop.state.rows("SELECT kind FROM identifier ORDER BY kind") == [("phone",), ("user_id",)]


def test_a_delivery_sent_again_counts_once(shop: Installation) -> None:
    """A sender that never saw our answer signs and sends again; another delivery of the same order is the same too."""
    body = json.dumps(ORDER).encode()
    assert [deliver(shop, body), deliver(shop, body)] == [200, 200]
    assert folded(shop) == 4
    assert deliver(shop, body, delivery="d2") == 200
    assert folded(shop) == 6  # The lines have no id of their own: the delivery's makes them new ones.


@pytest.mark.parametrize(
    ("how", "status"),
    [({}, 200), ({"key": OLD_KEY}, 200), ({"key": STRANGER}, 401), ({"late_s": 301}, 401), ({"late_s": -301}, 401)],
    ids=["right", "the key before", "a stranger's", "replayed later", "from the future"],
)
def test_signatures_are_checked(shop: Installation, how: dict[str, Any], status: int) -> None:
    """Only holders of a live secret are heard, within five minutes; of others nothing is written."""
    before = shop.log.end()
    assert deliver(shop, json.dumps(ORDER).encode(), **how) == status
    assert (shop.log.end() > before) == (status == 200)


def test_an_altered_body_is_refused(shop: Installation) -> None:
    """A signature covers every byte; without one, or at a hook that is not there, nobody is heard."""
    signed = headers(KEY, "d1", NOON_MS // 1000, b"{}")
    assert request(shop, "POST", "/hooks/erp", b"{ }", signed)[0] == 401
    assert request(shop, "POST", "/hooks/erp", b"{}")[0] == 401
    assert request(shop, "POST", "/hooks/crm", b"{}", signed)[0] == 404
    assert request(shop, "GET", "/hooks/erp", b"", signed)[0] == 404
    assert request(shop, "POST", "/hooks/erp", b"{", headers(KEY, "d1", NOON_MS // 1000, b"{"))[0] == 400


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "order.shipped"}, "no_mapping"),
        ({"data": {"id": "o1", "lines": []}}, "no_identifier"),
        ({"data": {"id": "o1", "buyer": {"id": "u1"}, "paid_at": "soon", "lines": []}}, "bad_timestamp"),
        ({"data": {"id": "o1", "buyer": {"id": "u1"}, "paid_at": 1e20, "lines": []}}, "bad_timestamp"),
        ({"data": {"id": "\ud83d", "buyer": {"id": "u1"}, "lines": []}}, "unreadable"),
        ({"data": {"id": "x" * 40_000, "buyer": {"id": "u1"}, "lines": []}}, "message_too_large"),
    ],
)
def test_what_cannot_be_mapped_waits_with_its_reason(shop: Installation, change: dict[str, Any], reason: str) -> None:
    """A delivery that nobody expected is kept, sealed, so that it can be read once the mapping is mended."""
    assert deliver(shop, json.dumps(ORDER | change).encode()) == 200
    assert {row[0] for row in shop.state.rows("SELECT reason FROM quarantine")} == {reason}


@given(
    body=ANYTHING, paths=st.lists(st.sampled_from(["type", "a.b", "data.0", ".", "", "=x", "item.a", "é"]), max_size=6)
)
def test_any_json_under_any_mapping_is_taken_or_told_why_not(body: Any, paths: list[str]) -> None:
    """No body and no mapping make the reader fail: each message can be written, taken or refused."""
    more = [*paths, *[""] * 6]
    taken = Taken(
        event=more[0], each=more[1], user_id=more[2], at=more[3], properties={"p": more[4]}, traits={"t": more[5]}
    )
    source = WebhookSource(secrets=SECRETS, mappings=(taken,))
    inlet = Inlet(type="hook:erp/d", received_ms=NOON_MS, actor="key:erp", protocol="hook")
    for draft in hooks.read(json.dumps(body).encode(), source, inlet):
        pack(draft.record)
