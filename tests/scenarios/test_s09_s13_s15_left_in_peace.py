"""S09, S13, S15: who never answers is left in peace, nobody gets two promotions a day, unread push becomes an SMS."""

from shop_engine import END, ShopEngine, send
from ways import UNREAD, hand_over, news, push_shop, tired_shop

from liftloop.kernel.clock import DAY_MS


def test_s09_three_unanswered_messages_bring_a_pause_and_a_visit_ends_it() -> None:
    """Who lets three messages pass hears nothing for two weeks; who visits or buys meanwhile is told again at once."""
    shop = tired_shop()
    for _ in range(3):
        assert news(shop, "a", "b") == [("sent", ""), ("sent", "")]
    assert news(shop, "a", "b") == [("capped", "fatigue:3/14d")] * 2
    shop.happen("Store Visited", "b")
    assert sorted(news(shop, "a", "b")) == [("capped", "fatigue:3/14d"), ("sent", "")]
    assert news(shop, "a", days=14) == [("sent", "")]
    assert news(shop, "a") == [("capped", "fatigue:3/14d")]


def test_s13_nobody_gets_a_second_promotion_that_day() -> None:
    """Two promotions on one day: the second is capped and says why; the day after it is sent; a receipt always is."""
    shop = ShopEngine(caps=[{"count": 1, "days": 1}])
    shop.identify("a")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.journey("orders", send("s", "end", purpose="transactional"), END, trigger={"on": "event", "name": "Bought"})
    for expected in (("sent", ""), ("capped", "frequency_cap:1/1d")):
        shop.happen("Signed Up", "a")
        shop.dispatch()
        assert shop.ledger()[-1] == expected
    shop.happen("Bought", "a")
    shop.dispatch()
    assert {row["state"] for row in shop.table("ledger") if row["purpose"] == "transactional"} == {"sent"}
    shop.advance(shop.now_ms + DAY_MS)
    shop.happen("Signed Up", "a")
    assert ("queued", "") in shop.ledger()


def test_s15_unread_push_becomes_an_sms_under_the_same_key() -> None:
    """After half an hour without an open the SMS leaves, under the same key; it is one message for caps and ledger."""
    shop = push_shop(UNREAD, caps=[{"count": 1, "days": 1}])
    shop.happen("Signed Up", "a", "b")
    pushed = hand_over(shop, "accepted")
    assert {each.channel for each in pushed} == {"push"}
    shop.receive("opened", [pushed[0].key])
    shop.advance(shop.now_ms + 1_799_000)
    assert hand_over(shop, "accepted") == []
    shop.advance(shop.now_ms + 1_000)
    texted = hand_over(shop, "accepted")
    assert [(each.channel, each.key, each.step, each.arrived) for each in texted] == [("sms", pushed[1].key, 1, True)]
    assert not shop.table("outbox")
    assert shop.ledger() == [("sent", ""), ("sent", "")]
    shop.happen("Signed Up", "b")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:1/1d")
