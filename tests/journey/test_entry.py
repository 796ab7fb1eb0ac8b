"""With what people enter: conditions on it, what is kept for messages, and what a new version makes of it."""

import json

import pytest
from shop_engine import ShopEngine

from liftloop.journey.contract import REQUESTED, BadJourney
from liftloop.journey.entry import BYTES_MAX
from liftloop.journey.graph import check
from liftloop.kernel.clock import HOUR_MS
from liftloop.kernel.codec import canonical_json

END = {"kind": "exit", "id": "end"}
BIG = [{"property": "revenue", "gte": 100}]
MILK = [{"property": "products.category", "is": "milk"}]
WAIT = {"kind": "wait", "id": "hour", "duration_s": 3_600, "next": "big"}
SPLIT = {
    "kind": "branch",
    "id": "big",
    "cases": [{"entry": BIG, "next": "say"}, {"entry": MILK, "next": "mark"}],
    "otherwise": "end",
}
SAY = {"kind": "send", "id": "say", "channel": "sms", "content": "hello", "next": "end"}
MARK = {"kind": "send", "id": "mark", "channel": "sms", "content": "hello", "next": "end"}


def _shop() -> ShopEngine:
    shop = ShopEngine()
    shop.identify("a", "b", "c")
    return shop


def _sent(shop: ShopEngine) -> dict[int, str]:
    return {row["profile"]: row["node"] for row in shop.table("ledger")}


def test_conditions_ask_with_what_people_entered(tmp_path: object) -> None:
    """An hour later the event's own properties decide, whatever the person did since; they survive a restart."""
    shop = _shop()
    shop.journey("j", WAIT, SPLIT, SAY, MARK, END, keeps=["order_id", "products", "nothing"])
    shop.happen("Signed Up", "a", revenue=120, order_id="o-1", products=[{"category": "milk"}])
    shop.happen("Signed Up", "b", revenue=20, order_id="o-2", products=[{"category": "milk"}, {"category": "tea"}])
    shop.happen("Signed Up", "c", revenue="120")
    shop.restart()
    shop.happen("Signed Up", "b", revenue=500)
    shop.advance(shop.now_ms + 2 * HOUR_MS)
    assert _sent(shop) == {shop.number("a"): "say", shop.number("b"): "mark"}
    kept = {row["enrolment"]: json.loads(row["properties"]) for row in shop.table("entry")}
    assert kept == {
        0: {"order_id": "o-1", "products": [{"category": "milk"}]},
        1: {"order_id": "o-2", "products": [{"category": "milk"}, {"category": "tea"}]},
    }


def test_a_version_that_takes_people_over_keeps_their_answers() -> None:
    """What both versions ask is carried over, wherever it stands in them; what is asked anew is not passed."""
    shop = _shop()
    shop.journey("j", WAIT, SPLIT, SAY, MARK, END)
    shop.happen("Signed Up", "a", revenue=120)
    shop.happen("Signed Up", "b", products=[{"category": "milk"}])
    turned = {**SPLIT, "cases": [{"entry": [{"property": "x", "is": 1}], "next": "end"}, *SPLIT["cases"][::-1]]}
    shop.journey("j", WAIT, turned, SAY, MARK, END, inside="migrate")
    shop.advance(shop.now_ms + 2 * HOUR_MS)
    assert _sent(shop) == {shop.number("a"): "say", shop.number("b"): "mark"}


def test_requests_bring_properties_and_what_is_kept_is_bounded() -> None:
    """A request's properties count as an event's do; of what is too long as much is kept as there is room for."""
    shop = _shop()
    shop.journey("j", WAIT, SPLIT, SAY, MARK, END, trigger={"on": "api"}, keeps=["long", "order_id", "longer"])
    properties = {"revenue": 300, "long": "x" * BYTES_MAX, "order_id": "o", "longer": "y" * (BYTES_MAX - 40)}
    shop.say(REQUESTED, "j", canonical_json({"profiles": [shop.number("a")], "properties": properties}))
    shop.say(REQUESTED, "j", canonical_json({"profiles": [shop.number("b")]}))
    shop.advance(shop.now_ms + 2 * HOUR_MS)
    assert _sent(shop) == {shop.number("a"): "say"}
    [row] = shop.table("entry")
    assert list(json.loads(row["properties"])) == ["longer", "order_id"]
    assert len(row["properties"]) <= BYTES_MAX


@pytest.mark.parametrize(
    "wrong",
    [
        {"trigger": {"on": "audience", "audience": "x"}},
        {"keeps": [""]},
        {"keeps": ["p"] * 21},
        {"nodes": [{"kind": "condition", "id": "c", "yes": "end", "no": "end"}, END]},
    ],
)
def test_what_cannot_be_worked_with_is_refused(wrong: dict[str, object]) -> None:
    """Properties come with events and requests alone, few are kept, and a condition asks something."""
    nodes = [{"kind": "condition", "id": "c", "entry": BIG, "yes": "end", "no": "end"}, END]
    body = {"name": "j", "trigger": {"on": "event", "name": "Signed Up"}, "nodes": nodes, **wrong}
    with pytest.raises(BadJourney):
        check("j", body)


def test_the_answer_that_was_waited_for_decides_the_way() -> None:
    """The first answer whose filters the event passes, else `happened`; the first event of a step counts; else time."""
    shop = _shop()
    shop.identify("d")
    ask = {
        "kind": "until_event",
        "id": "ask",
        "name": "Form Submitted",
        "where": [{"property": "form", "is": "nps"}],
        "answers": [
            {"name": "glad", "where": [{"property": "score", "gte": 9}], "next": "say"},
            {"name": "sad", "where": [{"property": "score", "lte": 6}], "next": "mark"},
        ],
        "timeout_s": 86_400,
        "happened": "end",
        "timed_out": "late",
    }
    shop.journey("j", ask, SAY, MARK, {**MARK, "id": "late"}, END)
    shop.happen("Signed Up", "a", "b", "c", "d")
    shop.happen("Form Submitted", "a", form="other", score=1)
    shop.step(
        [
            shop.message("track", "b", name="Form Submitted", properties={"form": "nps", "score": 3}),
            shop.message("track", "a", name="Form Submitted", properties={"form": "nps", "score": 10}),
            shop.message("track", "a", name="Form Submitted", properties={"form": "nps", "score": 1}),
            shop.message("track", "c", name="Form Submitted", properties={"form": "nps", "score": 7}),
        ]
    )
    shop.advance(shop.now_ms + 25 * HOUR_MS)
    ways = {shop.number("a"): "say", shop.number("b"): "mark", shop.number("d"): "late"}
    assert _sent(shop) == ways
