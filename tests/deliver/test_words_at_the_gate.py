"""At the gate: words that break a blocking rule or are not approved stay, and the law's night is kept."""

from typing import Any

from shop_engine import END, ShopEngine, send

from liftloop.compose.reading import REVIEW, words_mark
from liftloop.deliver.contract import ENVELOPE
from liftloop.kernel.clock import HOUR_MS

SETTINGS = {
    "access_key_id": "k",
    "access_key_secret": "s",
    "sign_name": "店",
    "template": "T",
    "templates": {"T": "周末见，拒收请回复R"},
}


def sms_shop(words: str, **settings: Any) -> ShopEngine:
    shop = ShopEngine()
    shop.publish("channel", "sms", {"id": "sms", "kind": "aliyun_sms", "settings": {**SETTINGS, **settings}})
    shop.publish("content", "hello", {"id": "hello", "body": words})
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.identify("a")
    return shop


def test_a_blocking_rule_stops_a_message_with_its_name() -> None:
    """The ledger says which rule; mended words leave the next time."""
    shop = sms_shop("code: A1")
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [("blocked", "law:SMS-VARIABLES")]
    shop.publish("content", "hello", {"id": "hello", "body": "@template: T"})
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("queued", "")


def test_words_leave_only_once_they_are_approved() -> None:
    """With the setting nothing goes before a yes, and not after the words have changed."""
    shop = sms_shop("@template: T")
    words: dict[str, Any] = {"id": "hello", "body": "@template: T"}
    shop.publish("setting", "contents", {"approval": "marketing"})
    shop.happen("Signed Up", "a")
    record = {"words": words_mark(words), "version": 2, "by": "person:boss", "at_ms": 1}
    shop.publish(REVIEW, "hello", {"status": "approved", **record})
    shop.happen("Signed Up", "a")
    shop.publish("content", "hello", {"id": "hello", "body": "@template: T\n"})
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [("blocked", "not_approved:draft"), ("queued", ""), ("blocked", "not_approved:draft")]


def test_mainland_sms_keeps_the_night_without_quiet_hours_of_our_own() -> None:
    """At 23:00 in Shanghai marketing waits for eight in the morning; service messages do not."""
    shop = sms_shop("@template: T")
    shop.journey("notice", send("s", "end", purpose="service"), END)
    minutes = (shop.now_ms // 60_000 + 8 * 60) % (24 * 60)
    shop.now_ms += ((23 * 60 - minutes) % (24 * 60)) * 60_000
    shop.happen("Signed Up", "a")
    assert sorted(shop.ledger()) == [("deferred", "quiet_hours"), ("queued", "")]
    due = {ENVELOPE.decode(row["body"]).purpose: row["due_ms"] for row in shop.table("outbox")}
    assert 8 * HOUR_MS < due["marketing"] - due["service"] <= 9 * HOUR_MS
