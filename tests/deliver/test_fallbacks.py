"""Other ways for one message: unread push becomes an SMS, a provider that refuses is followed by another, once."""

from typing import Any

import pytest
from shop_engine import END, ShopEngine, send

from liftloop.app.dispatch.settle import Settled, attempt_of, report
from liftloop.app.dispatch.words import Due
from liftloop.deliver.contract import Envelope

UNREAD = {"channel": "sms", "content": "hello", "after_s": 1_800, "unless": "opened"}
REFUSED = {"channel": "sms", "content": "hello", "unless": "accepted"}


def push_shop(*ways: dict[str, Any], **settings: Any) -> ShopEngine:
    shop = ShopEngine(**settings)
    shop.publish("channel", "push", {"id": "push", "kind": "webhook", "settings": {}, "medium": "push", "cost_fen": 1})
    shop.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms", "cost_fen": 5})
    both = [{"channel": medium, "purpose": "marketing"} for medium in ("push", "sms")]
    shop.step([shop.message("identify", user, context={"consents": both}) for user in ("a", "b")])
    shop.journey("news", send("s", "end", channel="push", fallbacks=list(ways)), END, reentry="after_leaving")
    return shop


def hand_over(shop: ShopEngine, outcome: str) -> list[Envelope]:
    """Settle what is due as the dispatcher does; return it."""
    due = [
        Due(envelope=envelope, due_ms=row["due_ms"], waited=None)
        for row, envelope in zip(shop.table("outbox"), shop.envelopes(), strict=True)
        if row["due_ms"] <= shop.now_ms
    ]
    for channel in {each.envelope.channel for each in due}:
        mine = [each for each in due if each.envelope.channel == channel]
        settled = [
            Settled(
                each.envelope.key,
                each.attempt,
                outcome,
                "",
                "",
                each.envelope.decided_ms,
                each.envelope.cost_fen,
                each.envelope.purpose,
            )
            for each in mine
        ]
        shop.say(
            "attempts.settled", channel, report(channel, settled, [attempt_of(each, each.attempt) for each in mine])
        )
    return [each.envelope for each in due]


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


def test_an_open_that_the_app_tells_counts_and_nobody_opens_for_another() -> None:
    shop = push_shop(UNREAD)
    shop.happen("Signed Up", "a", "b")
    mine, other = (each.key for each in hand_over(shop, "accepted"))
    shop.happen("Message Opened", "a", message_key=other)
    assert len(shop.envelopes()) == 2
    shop.happen("Message Opened", "a", message_key=mine)
    assert [each.key for each in shop.envelopes()] == [other]


def test_an_sms_that_fails_after_a_push_leaves_the_message_sent() -> None:
    """What had arrived stays counted: the cap is not given back, and the ledger says sent."""
    shop = push_shop(UNREAD, caps=[{"count": 1, "days": 7}])
    shop.happen("Signed Up", "a")
    hand_over(shop, "accepted")
    shop.advance(shop.now_ms + 1_800_000)
    hand_over(shop, "rejected")
    assert shop.ledger() == [("sent", "")]
    assert not shop.table("outbox")
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:1/7d")


@pytest.mark.parametrize("outcome", ["rejected", "quota_exhausted", "unrendered"])
def test_another_provider_follows_one_that_refuses_at_once(outcome: str) -> None:
    """Its place under the cap stays taken meanwhile; where the last one refuses too it is given back."""
    shop = push_shop(REFUSED, caps=[{"count": 1, "days": 7}])
    shop.happen("Signed Up", "a")
    hand_over(shop, outcome)
    assert shop.ledger() == [("queued", "fallback:sms")]
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:1/7d")
    hand_over(shop, "rejected")
    assert shop.ledger()[0] == ("failed", "rejected")
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("queued", "")


@pytest.mark.parametrize("outcome", ["opted_out", "expired", "suppressed"])
def test_who_opted_out_is_not_reached_another_way(outcome: str) -> None:
    shop = push_shop(UNREAD, REFUSED)
    shop.happen("Signed Up", "a")
    hand_over(shop, outcome)
    assert not shop.table("outbox")


def test_what_was_accepted_needs_no_other_provider() -> None:
    shop = push_shop(REFUSED, UNREAD)
    shop.happen("Signed Up", "a")
    hand_over(shop, "accepted")
    assert not shop.table("outbox")


def test_a_way_that_is_gone_ends_the_message_as_it_was() -> None:
    shop = push_shop({**REFUSED, "channel": "pigeon"})
    shop.happen("Signed Up", "a")
    hand_over(shop, "rejected")
    assert shop.ledger() == [("failed", "rejected")]
    assert not shop.table("outbox")


def test_consent_of_the_other_medium_is_asked_when_it_leaves() -> None:
    shop = push_shop(UNREAD)
    shop.happen("Signed Up", "a")
    hand_over(shop, "accepted")
    shop.withdraw("a")
    assert set(shop.stopped().values()) == {"suppressed consent_withdrawn:sms:marketing"}


def test_money_counts_the_way_that_was_gone() -> None:
    """A refused push costs nothing, its SMS what an SMS costs; an unread push costs both."""
    shop = push_shop()
    action = {"id": "x", "channel": "push", "content": "hello", "cost_fen": 1, "fallbacks": [REFUSED]}
    shop.campaign("autumn", actions=[{"id": "nobody"}, action], budget_fen=1_000)
    shop.assign("autumn", {"a": 1, "b": 1})
    shop.launch("autumn")
    assert shop.spent_fen("autumn") == 2
    hand_over(shop, "rejected")
    assert shop.spent_fen("autumn") == 10
    hand_over(shop, "rejected")
    assert shop.spent_fen("autumn") == 0
