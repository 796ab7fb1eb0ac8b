"""Subscribe messages: one consent, one message; and channels that carry no marketing at all."""

from typing import Any

from shop_engine import END, ShopEngine, send

SETTINGS: dict[str, Any] = {"app_id": "wx", "app_secret": "s", "template": "t"}


def mini_shop(kind: str = "mini_program", **settings: Any) -> ShopEngine:
    """Return a shop whose `sms` is a channel of WeChat, for one journey that sends at once."""
    shop = ShopEngine()
    body = {"id": "sms", "kind": kind, "settings": SETTINGS | settings, "medium": "sms"}
    shop.publish("channel", "sms", body)
    shop.publish("content", "hello", {"id": "hello", "body": "thing1: hi", "language": "zh-CN"})
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    return shop


def test_one_consent_is_good_for_one_message() -> None:
    """Without a consent nothing leaves, with one a single message does, and the next waits for another consent."""
    shop = mini_shop()
    shop.identify("a")
    shop.happen("Signed Up", "a")
    shop.happen("Subscription Accepted", "a", channel="sms")
    shop.happen("Signed Up", "a")
    shop.dispatch()
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [
        ("blocked", "no_subscription_left"),
        ("sent", ""),
        ("blocked", "no_subscription_left"),
    ]


def test_two_messages_of_one_instant_need_two_consents() -> None:
    """What one journey reserves another of the same tick cannot use."""
    shop = mini_shop()
    shop.journey("more", send("s", "end"), END)
    shop.identify("a")
    shop.happen("Subscription Accepted", "a", channel="sms")
    shop.happen("Signed Up", "a")
    assert sorted(shop.ledger()) == [("blocked", "no_subscription_left"), ("queued", "")]


def test_a_consent_comes_back_when_nothing_was_sent() -> None:
    """A message that was refused for another reason leaves its consent for the next."""
    shop = mini_shop()
    shop.identify("a")
    shop.happen("Subscription Accepted", "a", channel="sms")
    shop.happen("Signed Up", "a")
    shop.settle_messages(lambda _: ("rejected", "errcode_47003"), shop.leaving())
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("queued", "")


def test_the_provider_has_the_last_word() -> None:
    """Where it knows of no consent ours was one too many: all of that person's are gone."""
    shop = mini_shop()
    shop.identify("a")
    shop.happen("Subscription Accepted", "a", channel="sms", count=3)
    shop.happen("Signed Up", "a")
    shop.settle_messages(lambda _: ("rejected", "errcode_43101"), shop.leaving())
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("blocked", "no_subscription_left")


def test_merged_people_bring_their_consents() -> None:
    """Who turns out to be one person has the consents of both, once."""
    shop = mini_shop()
    shop.identify("a", "b")
    shop.happen("Subscription Accepted", "a", "b", channel="sms")
    shop.alias("a", "b")
    for _ in range(3):
        shop.happen("Signed Up", "a")
        shop.dispatch()
    assert [state for state, _ in shop.ledger()] == ["sent", "sent", "blocked"]


def test_long_term_templates_need_no_consent_each() -> None:
    """A template that was approved for more goes by consent alone."""
    shop = mini_shop(long_term=True)
    shop.identify("a")
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [("queued", "")]


def test_template_messages_carry_no_marketing() -> None:
    """The gate refuses marketing through them whatever consent there is, and lets service notices through."""
    shop = mini_shop(kind="wechat_template")
    shop.journey("shipped", send("s", "end", purpose="service"), END)
    shop.identify("a")
    shop.happen("Signed Up", "a")
    assert sorted(shop.ledger()) == [("blocked", "channel_not_for_marketing"), ("queued", "")]
