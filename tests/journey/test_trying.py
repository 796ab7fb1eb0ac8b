"""A journey tried on a copy: what the trial tells is what then happens, and nothing of it is written."""

import copy

import numpy as np
from engine import assert_same_arrays
from shop_engine import ShopEngine

from liftloop.app.facts import published
from liftloop.app.journeys.trying import GroupTrial, Happens, Trial, Tried, counted, walked
from liftloop.app.journeys.watched import Seen
from liftloop.app.rehearsal.copied import ACTOR, Copy
from liftloop.app.tick.excerpt import excerpt
from liftloop.kernel.clock import DAY_MS, HOUR_MS

DAY_S = 86_400
END = {"kind": "exit", "id": "end"}
BUYER = {"event": "Order Completed", "within_days": 30, "count": {"gte": 1}}
NODES = (
    {"kind": "wait", "id": "day", "duration_s": DAY_S, "next": "bought"},
    {"kind": "condition", "id": "bought", "when": BUYER, "yes": "end", "no": "say"},
    {"kind": "send", "id": "say", "channel": "sms", "content": "hello", "next": "order"},
    {
        "kind": "until_event",
        "id": "order",
        "name": "Order Completed",
        "timeout_s": 7 * DAY_S,
        "happened": "end",
        "timed_out": "again",
    },
    {"kind": "send", "id": "again", "channel": "sms", "content": "hello", "next": "end"},
    END,
)


def _copy(shop: ShopEngine, users: list[str], without: str = "") -> tuple[Copy, Seen]:
    numbers = np.array([shop.number(user) for user in users], dtype=np.int64)
    seen = Seen("j")
    return Copy(excerpt(shop.fold, {"profiles": numbers.tobytes()}), shop.store, seen, without), seen


def _tried(shop: ShopEngine, user: str, **asked: object) -> Trial:
    copied, seen = _copy(shop, [user], "j" if asked.get("fresh") else "")
    body = shop.fold.catalog.live("journey")["j"].body
    return walked(copied, seen, Tried(journey="j", **asked), body)  # type: ignore[arg-type]


def _group(shop: ShopEngine, users: list[str]) -> GroupTrial:
    copied, seen = _copy(shop, users)
    return counted(copied, seen, Tried(journey="j"), len(users))


def _shop() -> ShopEngine:
    shop = ShopEngine(caps=[{"count": 1, "days": 3}])
    shop.identify("a", "b", "c")
    shop.identify("d", status="withdrawn")
    shop.journey("j", *NODES)
    return shop


def test_the_way_of_one_person_is_the_one_then_walked() -> None:
    """A trial tells nodes, waits, ways and the gate's answers; the person who then enters does exactly this."""
    shop = _shop()
    shop.happen("Order Completed", "b")
    before = copy.deepcopy(shop.fold.arrays), copy.deepcopy(shop.store.tables)
    found = _tried(shop, "a")
    noon_ms = shop.now_ms
    assert [(each.node, each.way, (each.at_ms - noon_ms) // HOUR_MS) for each in found.steps] == [
        ("day", "", 0),
        ("bought", "no", 24),
        ("say", "", 24),
        ("order", "timed_out", 24),
        ("again", "", 24 * 8),
        ("end", "", 24 * 8),
    ]
    assert [each.until_ms for each in found.steps if each.until_ms] == [noon_ms + DAY_MS, noon_ms + 8 * DAY_MS]
    assert [(each.node, each.state) for each in found.messages] == [("say", "queued"), ("again", "queued")]
    assert (found.end, found.ended_ms) == ("done", noon_ms + 8 * DAY_MS)
    assert [each.node for each in _tried(shop, "b").steps] == ["day", "bought", "end"]
    assert [each.state for each in _tried(shop, "d").messages] == ["suppressed", "suppressed"]
    assert shop.store.tables == before[1]
    assert {spec.name for spec in shop.fold.arrays.specs()} == {spec.name for spec in before[0].specs()}

    shop.happen("Signed Up", "a")
    shop.advance(noon_ms + 9 * DAY_MS)
    rows = sorted(shop.table("ledger"), key=lambda row: row["decided_ms"])
    assert [(row["node"], row["decided_ms"]) for row in rows] == [(each.node, each.at_ms) for each in found.messages]


def test_who_is_inside_goes_on_from_there_and_a_fresh_trial_begins_anew() -> None:
    """The copy knows where people stand, what caps count, and by which rule they may not enter again."""
    shop = _shop()
    shop.happen("Signed Up", "a")
    shop.advance(shop.now_ms + DAY_MS + HOUR_MS)
    found = _tried(shop, "a")
    assert found.standing
    assert [each.node for each in found.steps] == ["order", "again", "end"]
    anew = _tried(shop, "a", fresh=True)
    assert anew.steps[0].node == "day"
    shop.advance(shop.now_ms + 20 * DAY_MS)
    assert _tried(shop, "a").refused == "been_inside"
    assert _tried(shop, "a", fresh=True, days=0.5).end == "inside"


def test_what_is_assumed_to_happen_happens_in_the_copy() -> None:
    """An event said for the trial takes the way that waits for it; the gate counts what came shortly before."""
    shop = _shop()
    found = _tried(shop, "a", happens=[Happens(name="Order Completed", after_s=2 * DAY_S)])
    assert [(each.node, each.way) for each in found.steps][-2:] == [("order", "happened"), ("end", "")]
    shop.journey("j", *NODES[2:3], {"kind": "wait", "id": "order", "duration_s": 60, "next": "again"}, *NODES[4:])
    found = _tried(shop, "a")
    assert [(each.node, each.state) for each in found.messages] == [("say", "queued"), ("again", "capped")]


def test_a_draft_is_tried_as_if_published() -> None:
    """A journey that was never published walks in the copy alone."""
    shop = _shop()
    copied, _ = _copy(shop, ["a"])
    body = {"name": "k", "trigger": {"on": "api"}, "nodes": [NODES[0] | {"next": "end"}, END]}
    copied.step([published("journey", "j", 2, body, ACTOR, shop.now_ms)], shop.now_ms)
    assert shop.fold.catalog.newest("journey", "j") == 1
    assert copied.fold.catalog.newest("journey", "j") == 2


def test_a_group_is_counted_by_node_way_and_reason() -> None:
    """Everybody of a group enters now: who comes where, which way they go, and what the gate says add up."""
    shop = _shop()
    shop.happen("Order Completed", "b")
    shop.happen("Signed Up", "c")
    found = _group(shop, ["a", "b", "c", "d"])
    assert (found.people, found.entered, found.refused) == (4, 3, {"been_inside": 1})
    nodes = {each.id: each for each in found.nodes}
    assert nodes["bought"].onward == {"end": 1, "say": 2}
    assert sum(nodes["say"].gate.values()) == nodes["say"].came == 2
    assert found.ends == {"done": 3}
    assert_same_arrays(shop.fold, shop.restored())
