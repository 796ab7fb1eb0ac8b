import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sending import form, request

from liftloop.app.tick.pace import full_bucket, take, wait_s
from liftloop.collect.sources import Limits
from liftloop.storage.contract import RECORDS
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000
APP_KEY = "app-key-0123456789"


@pytest.fixture(name="shop")
def a_shop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data", NOON_MS)
    yield installation
    installation.close()


def send(shop: Installation, key: str, events: int = 1, **more: Any) -> tuple[int, dict[str, str], Any]:
    batch = [{"type": "track", "userId": "u", "event": "Look", "messageId": f"{key}{n}", **more} for n in range(events)]
    body = json.dumps({"batch": batch, "writeKey": key}).encode()
    status, headers, answer = request(shop, "POST", "/v1/batch", body, {"Accept-Language": "en"})
    return status, headers, json.loads(answer)


def test_a_bucket_keeps_to_its_rate() -> None:
    """Over any time, no more passes than the burst and the rate allow, but for the last request that passed."""
    bucket = full_bucket(Limits(events_per_second=10, burst=20), 0.0)
    passed = 0
    for step in range(1_000):
        if wait_s(bucket, step / 100) == 0:
            take(bucket, 3)
            passed += 3
    assert 20 + 10 * 9.99 - 3 <= passed <= 20 + 10 * 9.99 + 3


def test_each_key_has_its_own_limit(shop: Installation) -> None:
    """A key beyond its rate is told when to come back; others go on, and nothing of the refused request is written."""
    limits = {"events_per_second": 0.01, "burst": 2}
    shop.publish("source", "app", {"kind": "tracking", "write_key": APP_KEY, "limits": limits})
    assert send(shop, APP_KEY, events=3)[0] == 200
    before = shop.log.end()
    status, headers, answer = send(shop, APP_KEY)
    assert (status, answer["code"]) == (429, "too_fast")
    assert 100 <= int(headers["retry-after"]) <= 201
    assert shop.log.end() == before
    assert send(shop, shop.folder.write_key(), events=50)[0] == 200
    status, _, _ = request(shop, "POST", f"/sa?token={APP_KEY}", form([{"type": "track"}]))
    assert status == 429


def test_a_limit_can_be_lifted_at_once(shop: Installation) -> None:
    """A new version of the source holds from the next request on; a retired source may send no more."""
    tight = {"kind": "tracking", "write_key": APP_KEY, "limits": {"events_per_second": 0.01, "burst": 1}}
    shop.publish("source", "app", tight)
    assert [send(shop, APP_KEY)[0] for _ in range(2)] == [200, 429]
    shop.publish("source", "app", tight | {"limits": {}})
    assert send(shop, APP_KEY)[0] == 200
    shop.publish("source", "app", tight | {"write_key": "another-0123456789", "limits": {}})
    assert send(shop, APP_KEY)[0] == 401


def test_sizes_are_limited_by_key(shop: Installation) -> None:
    """A body beyond the key's limit is refused whole; a message beyond it is put aside."""
    limits = {"body_bytes_max": 2_000, "message_bytes_max": 500}
    shop.publish("source", "app", {"kind": "tracking", "write_key": APP_KEY, "limits": limits})
    assert send(shop, APP_KEY, properties={"note": "x" * 3_000})[0] == 413
    assert send(shop, APP_KEY, properties={"note": "x" * 600})[0] == 200
    shop.fold_all()
    assert shop.state.rows("SELECT reason FROM quarantine") == [("message_too_large",)]


def test_the_folders_key_can_be_limited_too(shop: Installation) -> None:
    """The source `write` is the folder's key; facts say which key they came by."""
    shop.publish("source", "write", {"kind": "tracking", "limits": {"events_per_second": 0.01, "burst": 1}})
    shop.publish("source", "app", {"kind": "tracking", "write_key": APP_KEY})
    key = shop.folder.write_key()
    assert [send(shop, key)[0], send(shop, key)[0], send(shop, APP_KEY)[0]] == [200, 429, 200]
    entries = shop.log.read(after=0, limit=100)  # type: ignore[arg-type]
    actors = [record.actor for entry in entries for record in RECORDS.decode(entry.body) if record.kind == "track"]
    assert actors == ["key:write", "key:app"]
