"""A definition that cannot be read is put aside with its reason; everything else goes on, also after a restart."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liftloop.app.facts import fact, published
from liftloop.kernel.codec import canonical_json, unpack_columns
from liftloop.kernel.ids import TickNumber
from liftloop.runtime.catalog import FILLED, PUBLISHED, RETIRED, SET_ASIDE
from liftloop.storage.contract import Record
from liftloop.testing.installation import Installation

NOW_MS = 1_800_000_000_000
NODES = [
    {"kind": "wait", "id": "w", "duration_s": 60, "next": "s"},
    {"kind": "send", "id": "s", "channel": "sms", "content": "hello", "next": "x"},
    {"kind": "exit", "id": "x"},
]
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("channel", "sms"): {"id": "sms", "kind": "webhook", "settings": {}},
    ("content", "hello"): {"id": "hello", "body": "hi"},
    ("setting", "delivery"): {"caps": []},
    ("campaign", "autumn"): {
        "name": "autumn",
        "plan": "",
        "actions": [{"id": "nobody"}],
        "cells": [[1.0]],
        "holdout": {"share": 0.0, "salt": "s"},
        "starts_ms": NOW_MS,
        "ends_ms": NOW_MS + 1,
    },
    ("trait", "spent"): {"event": "Bought", "property": "v", "aggregate": "sum"},
    ("audience", "buyers"): {"name": "buyers", "where": {"event": "Bought", "within_days": 3}},
    ("journey", "thanks"): {"name": "t", "trigger": {"on": "event", "name": "Bought"}, "nodes": NODES},
}
OF_ANOTHER_VERSION: dict[str, Any] = {"where": {"event": 7}, "nodes": [{"kind": "fly"}], "of": "another version"}
READ_BY_STAGES = [key for key in BODIES if key[0] != "content"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data", NOW_MS)
    for (kind, identity), body in BODIES.items():
        installation.publish(kind, identity, body)
    bought(installation, "before")
    yield installation
    installation.close()


def bought(shop: Installation, message: str) -> None:
    event = {"type": "track", "messageId": message, "userId": message, "event": "Bought", "properties": {"v": 1}}
    shop.receive(event)
    shop.fold_all()


def status_of(shop: Installation, kind: str, identity: str) -> list[str]:
    query = "SELECT status FROM definition WHERE kind = ? AND id = ? ORDER BY version"
    return [status for (status,) in shop.state.rows(query, (kind, identity))]


def reasons(shop: Installation) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for _, block in shop.state.facts(after=TickNumber(0), limit=10_000):
        if block.kind == SET_ASIDE:
            columns = unpack_columns(block.columns)
            found += zip(columns["kind"], columns["id"], columns["reason"], strict=True)
    return found


def people_folded(shop: Installation) -> int:
    return shop.state.rows("SELECT count(*) FROM identifier")[0][0]


def written_by_another_version(shop: Installation, kind: str, identity: str) -> None:
    """Let the folder hold what an earlier version of the code could read and this one cannot."""
    shop.close()
    with sqlite3.connect(shop.folder.state) as file:
        body = canonical_json(OF_ANOTHER_VERSION)
        file.execute("UPDATE definition SET body = ? WHERE kind = ? AND id = ?", (body, kind, identity))
    file.close()
    shop.restart()


@pytest.mark.parametrize(("kind", "identity"), READ_BY_STAGES)
def test_what_an_earlier_version_wrote_is_put_aside(shop: Installation, kind: str, identity: str) -> None:
    """The folder opens, says what it cannot read, folds everything else, and takes the definition written anew."""
    written_by_another_version(shop, kind, identity)
    bought(shop, "after")
    shop.advance(3_600)
    assert people_folded(shop) == 2
    assert status_of(shop, kind, identity) == ["unreadable"]
    assert [(k, i) for k, i, _ in reasons(shop)] == [(kind, identity)]
    assert all(reason for _, _, reason in reasons(shop))
    shop.restart()
    bought(shop, "again")
    assert len(reasons(shop)) == 1, "said once, not at every start"
    assert shop.publish(kind, identity, BODIES[kind, identity]) == 2
    assert status_of(shop, kind, identity) == ["unreadable", "live"]


def test_who_is_inside_an_unreadable_journey_leaves_it(shop: Installation) -> None:
    """People whose journey cannot be read any more leave when their wait is over, and are sent nothing by it."""
    written_by_another_version(shop, "journey", "thanks")
    shop.advance(3_600)
    assert shop.state.rows("SELECT state FROM enrolment") == [("done",)]
    assert shop.state.rows("SELECT count(*) FROM ledger") == [(0,)]


@pytest.mark.parametrize(("kind", "identity"), READ_BY_STAGES)
def test_the_version_before_an_unreadable_one_lives_on(shop: Installation, kind: str, identity: str) -> None:
    """A new version that cannot be read takes its number and ends nothing."""
    shop.append([published(kind, identity, 2, OF_ANOTHER_VERSION, "person:test", shop.now_ms())])
    shop.fold_all()
    assert status_of(shop, kind, identity) == ["live", "unreadable"]
    assert shop.fold.catalog.live(kind)[identity].version == 1
    bought(shop, "after")
    shop.restart()
    bought(shop, "again")
    assert people_folded(shop) == 3


@pytest.mark.parametrize("kind", [PUBLISHED, RETIRED, FILLED])
@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"{}", b'{"kind": "audience", "id": 7, "version": "x"}'])
def test_a_fact_that_is_none_stops_nothing(shop: Installation, kind: str, body: bytes) -> None:
    """A definition fact without head or tail is passed over, with a reason, and is not met again after a restart."""
    stranger: Record = fact(kind, "what/ever", body, "person:test", shop.now_ms())
    shop.append([stranger])
    bought(shop, "after")
    assert people_folded(shop) == 2
    assert [(k, i) for k, i, _ in reasons(shop)] == [("", "what/ever")]
    shop.restart()
    assert len(reasons(shop)) == 1


ASKED_BY_JOURNEYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "trait": ({"event": "Bought", "aggregate": "count"}, {"trait": "asked", "gte": 1}),
    "audience": ({"name": "asked", "where": {"event": "Bought"}}, {"audience": "asked"}),
    "tag": ({"name": "asked", "where": {"event": "Bought"}}, {"tag": "asked"}),
    "signal": ({"name": "asked", "where": {"event": "Bought"}}, {"audience": "signal:asked"}),
}


@pytest.mark.parametrize("kind", ASKED_BY_JOURNEYS)
def test_a_journey_that_asks_for_what_was_deleted_goes_the_other_way(tmp_path: Path, kind: str) -> None:
    """Whoever waits before a condition is let on by “no” once what it asks for is gone, and comes out at the end."""
    body, asked = ASKED_BY_JOURNEYS[kind]
    nodes = [
        {"kind": "wait", "id": "w", "duration_s": 60, "next": "c"},
        {"kind": "condition", "id": "c", "when": asked, "yes": "yes", "no": "no"},
        {"kind": "wait", "id": "yes", "duration_s": 86_400, "next": "no"},
        {"kind": "exit", "id": "no"},
    ]
    shop = Installation(tmp_path / "data", NOW_MS)
    shop.publish(kind, "asked", body)
    shop.publish("journey", "j", {"name": "j", "trigger": {"on": "event", "name": "Bought"}, "nodes": nodes})
    bought(shop, "before")
    shop.advance(61)
    bought(shop, "inside")
    gone = canonical_json({"kind": kind, "id": "asked", "version": 1})
    shop.append([fact(RETIRED, f"{kind}/asked", gone, "person:test", shop.now_ms())])
    shop.fold_all()
    shop.advance(61)
    shop.restart()
    bought(shop, "after")
    shop.advance(61)
    states = [state for (state,) in shop.state.rows("SELECT state FROM enrolment ORDER BY id")]
    assert states == ["inside", "done", "done"]
    shop.close()
