"""Other ways for one message: unread push becomes an SMS, a provider that refuses is followed by another, once."""

import pytest
from ways import REFUSED, UNREAD, hand_over, push_shop


def test_an_open_that_the_app_tells_counts_and_nobody_opens_for_another() -> None:
    shop = push_shop(UNREAD)
    shop.happen("Signed Up", "a", "b")
    mine, other = (each.key for each in hand_over(shop, "accepted"))
    shop.happen("Message Opened", "a", message_key=other)
    assert len(shop.envelopes()) == 2
    shop.happen("Message Opened", "a", message_key=mine)
    assert [each.key for each in shop.envelopes()] == [other]


@pytest.mark.parametrize("how", ["receipt", "event"])
def test_an_open_that_is_told_before_its_outcome_counts(how: str) -> None:
    """The app tells of the open while the provider's answer is still on its way: no SMS follows, the row says sent."""
    shop = push_shop(UNREAD)
    shop.happen("Signed Up", "a", "b")
    rows = shop.table("outbox")
    mine, other = shop.envelopes()
    if how == "receipt":
        shop.receive("opened", [mine.key])
    else:
        shop.happen("Message Opened", "a", message_key=mine.key)
    hand_over(shop, "accepted", rows)
    assert [each.key for each in shop.envelopes()] == [other.key]
    assert shop.ledger() == [("sent", ""), ("sent", "")]


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


@pytest.mark.parametrize("over", ["wait", "refuse"])
def test_a_way_takes_a_place_under_the_quota_of_its_channel(over: str) -> None:
    """Of two unread pushes one becomes today's SMS; the other waits for tomorrow, or is not followed at all."""
    shop = push_shop({**UNREAD, "after_s": 60})
    body = {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms", "quotas": [{"count": 1, "over": over}]}
    shop.publish("channel", "sms", body)
    shop.happen("Signed Up", "a", "b")
    hand_over(shop, "accepted")
    dues = sorted((row["due_ms"] - shop.now_ms) // 60_000 for row in shop.table("outbox"))
    assert dues[0] == 1
    assert len(dues) == (2 if over == "wait" else 1)
    assert all(minutes > 60 for minutes in dues[1:])
    shop.advance(shop.now_ms + 60_000)
    hand_over(shop, "rejected")
    shop.happen("Signed Up", "a")
    hand_over(shop, "accepted")
    assert any(row["due_ms"] == shop.now_ms + 60_000 for row in shop.table("outbox")), "its place came back"


def test_two_ways_at_once_are_one_message() -> None:
    """Push and SMS both go, under one place of the cap and one row of the ledger."""
    shop = push_shop({**UNREAD, "after_s": 0}, caps=[{"count": 1, "days": 7}])
    shop.happen("Signed Up", "a")
    sent = hand_over(shop, "accepted") + hand_over(shop, "accepted")
    assert [each.channel for each in sent] == ["push", "sms"]
    assert shop.ledger() == [("sent", "")]
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:1/7d")
