"""What nodes change: tags, traits, points, scores, tasks, other journeys, webhooks; and that it is changed once."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shop_engine import END, ShopEngine, send, wait

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.journey.contract import BadJourney
from liftloop.journey.graph import check
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.profile.tags import tag_condition
from liftloop.testing.installation import Installation


def put(identity: str, onward: str, tag: str = "vip", **more: Any) -> dict[str, Any]:
    return {"kind": "tag", "id": identity, "tag": tag, "next": onward, **more}


def attribute(shop: ShopEngine, user: str, name: str) -> Any:
    """Return (value, source) of the newest word on disk, None where there is none."""
    number = shop.number(user)
    found = [row for row in shop.table("attribute") if row["profile"] == number and row["name"] == name]
    return (parse_json(found[0]["value"]), found[0]["source"]) if found else None


def a_shop(*users: str) -> ShopEngine:
    shop = ShopEngine()
    shop.identify(*users)
    shop.publish("tag", "vip", {"name": "VIP", "expires_days": 10})
    return shop


def test_the_next_node_meets_the_tag_that_this_one_put_on() -> None:
    """A condition behind a tag node holds of whoever was tagged there, at the same instant, and audiences enter."""
    shop = a_shop("a", "b")
    shop.publish("audience", "vips", {"name": "vips", "where": {"tag": "vip"}})
    branch = {"kind": "condition", "id": "c", "when": {"tag": "vip"}, "yes": "s", "no": "end"}
    shop.journey("j", put("t", "c"), branch, send("s", "end"), END)
    shop.journey("on", send("s", "end"), END, trigger={"on": "audience", "audience": "vips"})
    shop.happen("Signed Up", "a")
    shop.settle()
    assert attribute(shop, "a", "tag:vip") == (shop.now_ms + 10 * DAY_MS, "journey:j/t")
    assert [each.profile for each in shop.envelopes()] == [shop.number("a")] * 2
    assert attribute(shop, "b", "tag:vip") is None


def test_a_tag_expires_and_is_taken_off() -> None:
    """A node's own expiry goes before the tag's, and the tag comes off by itself; or a node takes it off."""
    shop = a_shop("a")
    tagged = {"tag": "vip"}
    look = {"kind": "condition", "id": "c", "when": tagged, "yes": "s", "no": "end"}
    shop.journey(
        "j",
        put("t", "w", expires_days=2),
        wait("w", "c", 1),
        look,
        send("s", "off"),
        put("off", "again", take_off=True),
        {**look, "id": "again", "yes": "s"},
        END,
    )
    shop.happen("Signed Up", "a")
    shop.advance(shop.now_ms + DAY_MS)
    assert len(shop.envelopes()) == 1
    assert attribute(shop, "a", "tag:vip") == (None, "journey:j/off")
    assert shop.enrolments() == [("done", "")]


def test_traits_are_set_and_added_to() -> None:
    """Setting replaces, adding adds to the number that is there, and a later identify goes on from it."""
    shop = a_shop("a")
    shop.step([shop.message("identify", "a", traits={"visits": 2})])
    more = {"kind": "trait", "id": "m", "trait": "visits", "add": 1.5, "next": "n"}
    word = {"kind": "trait", "id": "n", "trait": "stage", "set": "warm", "next": "c"}
    when = {"all": [{"trait": "visits", "gte": 3}, {"trait": "stage", "is": "warm"}]}
    shop.journey(
        "j", more, word, {"kind": "condition", "id": "c", "when": when, "yes": "s", "no": "end"}, send("s", "end"), END
    )
    shop.happen("Signed Up", "a")
    shop.settle()
    assert attribute(shop, "a", "visits") == (3.5, "journey:j/m")
    assert attribute(shop, "a", "stage") == ("warm", "journey:j/n")
    assert len(shop.envelopes()) == 1
    shop.now_ms += 1000
    shop.step([shop.message("identify", "a", traits={"stage": "hot"})])
    assert attribute(shop, "a", "stage")[0] == "hot"


def test_without_rules_of_points_nothing_is_given() -> None:
    """Where no account is kept, a points node changes nothing and people go on."""
    shop = a_shop("a")
    shop.journey("j", {"kind": "points", "id": "p", "points": 5, "next": "end"}, END)
    shop.happen("Signed Up", "a")
    shop.settle()
    assert attribute(shop, "a", "points_account") is None
    assert shop.enrolments() == [("done", "")]


def test_another_journey_takes_people_in_by_its_own_rules() -> None:
    """A node lets people into a live journey at once, once where it says once; a retired one takes nobody."""
    shop = a_shop("a", "b")
    shop.journey("care", send("s", "end"), END, trigger={"on": "event", "name": "Never"})
    on = {"kind": "journey", "id": "n", "journey": "care", "next": "end"}
    shop.journey("j", on, END, reentry="after_leaving")
    shop.happen("Signed Up", "a")
    shop.settle()
    assert [(row["journey"], row["state"]) for row in shop.table("enrolment")] == [("j", "done"), ("care", "done")]
    assert len(shop.envelopes()) == 1
    shop.happen("Signed Up", "a")
    shop.settle()
    assert [row["journey"] for row in shop.table("enrolment")] == ["j", "care", "j"]
    shop.retire("journey", "care")
    shop.happen("Signed Up", "b")
    shop.settle()
    assert [(row["journey"], row["state"]) for row in shop.table("enrolment")][3:] == [("j", "done")]


def test_a_webhook_call_is_a_message_to_a_machine() -> None:
    """It takes one row of the ledger and one of the outbox, whatever people have agreed to."""
    shop = ShopEngine()
    shop.step([shop.message("identify", "a")])
    shop.publish("channel", "erp", {"id": "erp", "kind": "webhook", "settings": {}, "medium": "webhook"})
    call = {"kind": "webhook", "id": "h", "channel": "erp", "content": "hello", "next": "end"}
    shop.journey("j", call, END)
    shop.happen("Signed Up", "a")
    shop.settle()
    assert [(each.channel, each.purpose) for each in shop.envelopes()] == [("erp", "service")]
    assert shop.ledger() == [("queued", "")]


def test_a_coupon_is_asked_for_without_words() -> None:
    """A coupon node takes one row of the ledger, whatever people have agreed to; a pool that is not there blocks it."""
    shop = ShopEngine()
    shop.step([shop.message("identify", "a")])
    shop.publish("pool", "autumn", {"name": "Autumn", "codes": {"from": "shared", "code": "88"}})
    there = {"kind": "coupon", "id": "c", "pool": "autumn", "next": "d"}
    shop.journey("j", there, {**there, "id": "d", "pool": "gone", "next": "end"}, END)
    shop.happen("Signed Up", "a")
    shop.settle()
    assert [(each.channel, each.content, each.purpose) for each in shop.envelopes()] == [
        ("coupon", "autumn", "service")
    ]
    assert shop.ledger() == [("queued", ""), ("blocked", "no_pool")]


def test_what_was_changed_stands_after_a_restart() -> None:
    """Whoever rests at a node that changes something when the worker ends is changed once when it comes back."""
    shop = a_shop("a")
    shop.step([shop.message("identify", "a", traits={"visits": 2})])
    shop.journey("j", {"kind": "trait", "id": "m", "trait": "visits", "add": 1, "next": "end"}, END)
    shop.fold.step([], shop.now_ms, 1)
    shop.happen("Signed Up", "a")
    shop.restart()
    shop.settle()
    assert attribute(shop, "a", "visits")[0] == 3


def test_a_merge_between_coming_and_changing_loses_nothing() -> None:
    """Of two people at the node who turn out to be one both words count: they were said of two."""
    shop = a_shop("a", "b")
    shop.step([shop.message("identify", "a", traits={"visits": 2})])
    shop.journey("j", wait("w", "m"), {"kind": "trait", "id": "m", "trait": "visits", "add": 1, "next": "end"}, END)
    shop.happen("Signed Up", "a", "b")
    shop.alias("a", "b")
    shop.advance(shop.now_ms + DAY_MS)
    assert attribute(shop, "a", "visits")[0] == 3
    assert sorted(shop.enrolments()) == [("done", ""), ("left", "merged_into_another")]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Installation]:
    shop = Installation(tmp_path / "data", 1_790_000_000_000)
    yield shop
    shop.close()


def lives(shop: Installation, *nodes: dict[str, Any]) -> int:
    """Publish a journey, let one person enter it, and return their number."""
    body = {"name": "j", "trigger": {"on": "event", "name": "Signed Up"}, "nodes": [*nodes, END]}
    shop.publish("journey", "j", body)
    shop.receive({"type": "identify", "messageId": "1", "userId": "a", "traits": {"visits": 1}})
    shop.receive({"type": "track", "messageId": "2", "userId": "a", "event": "Signed Up"})
    shop.fold_all()
    return int(shop.state.rows("SELECT profile FROM identifier WHERE text = 'a'")[0][0])


def test_points_come_and_go_by_their_ledger(shop: Installation) -> None:
    """Points given and taken are lines of the ledger of points; more than there are is refused, and people go on."""
    shop.publish("setting", "points", {"expires_days": 30})
    ways = zip((50, -20, -40), ("p1", "p2", "end"), strict=True)
    lives(shop, *({"kind": "points", "id": f"p{n}", "points": p, "next": on} for n, (p, on) in enumerate(ways)))
    shop.follow()
    rows = shop.lake.select("SELECT kind, points, refused, points_balance, name FROM points_change ORDER BY tick")
    assert list(zip(*(rows[name].tolist() for name in rows), strict=True)) == [
        ("earn", 50, False, 50, "journey:j/p0"),
        ("spend", 20, False, 30, "journey:j/p1"),
        ("spend", 40, True, 30, "journey:j/p2"),
    ]
    assert shop.state.rows("SELECT state FROM enrolment") == [("done",)]


def test_a_task_is_asked_for_once_a_visit(shop: Installation) -> None:
    """Whoever comes by twice is two tasks, each with the journey's title, its team and its time."""
    shop.publish("team", "east", {"name": "East"})
    task = {"kind": "task", "id": "t", "title": "Call", "team": "east", "due_s": 3600, "next": "w"}
    number = lives(shop, task, wait("w", "t"))
    shop.advance(86_400)
    rows = shop.state.rows("SELECT kind, sort, profile, team, origin, words, due_ms - opened_ms FROM work")
    words = canonical_json({"content": "", "title": "Call"})
    assert [(*row[:5], bytes(row[5]), row[6]) for row in rows] == [
        ("task", "call", number, "east", "journey:j/t", words, 3_600_000)
    ] * 2


def test_the_lake_knows_what_journeys_changed(shop: Installation) -> None:
    """A trait and a tag that a journey changed satisfy conditions over the lake as they do in memory."""
    shop.publish("tag", "vip", {"name": "VIP"})
    shop.publish("audience", "vips", {"name": "vips", "where": {"tag": "vip"}})
    more = {"kind": "trait", "id": "m", "trait": "visits", "add": 2, "next": "t"}
    number = lives(shop, more, put("t", "end"))
    shop.follow()
    for tree in ({"trait": "visits", "eq": 3}, tag_condition("vip")):
        asked = selection(tree, Meanings(traits={}, audiences={}), shop.now_ms())
        assert shop.lake.select(asked.text, asked.parameters)["profile"].tolist() == [number]
        live = asyncio.run(shop.tick.ask("preview", where=tree, now_ms=shop.now_ms()))
        assert live["count"] == 1


@pytest.mark.parametrize(
    "node",
    [
        put("n", "end", expires_days=0),
        put("n", "end", take_off=True, expires_days=3),
        {"kind": "trait", "id": "n", "trait": "", "set": 1, "next": "end"},
        {"kind": "trait", "id": "n", "trait": "x", "next": "end"},
        {"kind": "trait", "id": "n", "trait": "x", "set": 1, "add": 1, "next": "end"},
        {"kind": "trait", "id": "n", "trait": "x", "add": float("inf"), "next": "end"},
        {"kind": "trait", "id": "n", "trait": "x", "set": {"a": 1}, "next": "end"},
        {"kind": "points", "id": "n", "points": 0, "next": "end"},
        {"kind": "points", "id": "n", "points": 10**13, "next": "end"},
        {"kind": "score", "id": "n", "points": 5, "reason": " ", "next": "end"},
        {"kind": "task", "id": "n", "title": "", "next": "end"},
        {"kind": "task", "id": "n", "title": "x", "due_s": 0, "next": "end"},
        {"kind": "webhook", "id": "n", "channel": "c", "content": "x", "expires_s": 0, "next": "end"},
        {"kind": "tag", "id": "n", "tag": "vip", "next": "n"},
        {"kind": "branch", "id": "n", "cases": [], "otherwise": "end"},
        {"kind": "split", "id": "n", "arms": [{"id": "a", "share": 1, "next": "end"}]},
    ],
)
def test_nodes_out_of_bounds_are_refused(node: dict[str, Any]) -> None:
    """What a node must not say is refused with words before anybody comes to it; a circle of changes is no wait."""
    body = {"name": "j", "trigger": {"on": "event", "name": "E"}, "nodes": [node, END]}
    with pytest.raises(BadJourney):
        check("j", body)
