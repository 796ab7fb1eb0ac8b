"""People are left in peace: who never answers, whose place is kept for something better, and everybody at a stop."""

import pytest
from shop_engine import END, ShopEngine, send
from ways import news, tired_shop

from liftloop.deliver.second_look import HELD
from liftloop.kernel.clock import DAY_MS


@pytest.mark.parametrize("receipt", ["opened", "clicked", "replied", "delivered"])
def test_a_receipt_answers_where_there_is_one(receipt: str) -> None:
    shop = tired_shop()
    for _ in range(2):
        news(shop, "a")
    shop.happen("Signed Up", "a")
    left = shop.dispatch()
    shop.receive(receipt, [each.key for each in left])
    expected = ("capped", "fatigue:3/14d") if receipt == "delivered" else ("sent", "")
    assert news(shop, "a") == [expected]


def test_messages_that_were_not_sent_tire_nobody() -> None:
    shop = tired_shop()
    for _ in range(4):
        shop.happen("Signed Up", "a")
        shop.dispatch("rejected")
    assert news(shop, "a") == [("sent", "")]


def test_who_is_two_is_as_tired_as_either() -> None:
    shop = tired_shop()
    for _ in range(3):
        news(shop, "b")
    shop.alias("a", "b")
    assert news(shop, "a") == [("capped", "fatigue:3/14d")]


def test_a_lower_campaign_yields_to_one_that_is_scheduled() -> None:
    """Its people keep a place for the higher one; the others get the lower one; the higher one is sent."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a", "b")
    shop.campaign("festival", starts_ms=shop.now_ms + 2 * DAY_MS, priority=5)
    shop.assign("festival", {"a": 1, "b": 0})
    shop.campaign("weekly")
    shop.assign("weekly", {"a": 1, "b": 1})
    shop.launch("weekly")
    assert sorted(shop.ledger()) == [("capped", "reserved_for:festival"), ("queued", "")]
    shop.dispatch()
    shop.advance(shop.now_ms + 2 * DAY_MS)
    shop.launch("festival")
    states = {row["campaign"]: [] for row in shop.table("ledger")}
    for row in shop.table("ledger"):
        states[row["campaign"]].append((row["state"], row["reason"]))
    assert ("queued", "") in states["festival"]


def test_a_campaign_reserves_nothing_against_higher_ones_or_beyond_the_cap() -> None:
    shop = ShopEngine(caps=[{"count": 1, "days": 1}])
    shop.identify("a")
    shop.campaign("festival", starts_ms=shop.now_ms + 2 * DAY_MS, priority=5)
    shop.assign("festival", {"a": 1})
    shop.campaign("weekly")
    shop.assign("weekly", {"a": 1})
    shop.launch("weekly")
    assert shop.ledger() == [("queued", "")]


def test_a_stop_holds_marketing_in_the_outbox_and_confirmations_go_on() -> None:
    """At once, whatever passed the gate before; lifted, the same messages leave."""
    shop = ShopEngine()
    shop.identify("a")
    shop.journey("news", send("s", "end"), END)
    shop.journey("orders", send("s", "end", purpose="transactional"), END)
    shop.happen("Signed Up", "a")
    shop.publish("setting", "stop", {"marketing": {"reason": "price", "by": "person:x", "at_ms": 1}})
    assert sorted(shop.stopped().values()) == ["", f"{HELD} stopped:marketing"]
    shop.publish("setting", "stop", {"channels": {"sms": {"reason": "sign", "by": "person:x", "at_ms": 1}}})
    assert set(shop.stopped().values()) == {f"{HELD} stopped:sms"}
    shop.publish("setting", "stop", {})
    assert set(shop.stopped().values()) == {""}
