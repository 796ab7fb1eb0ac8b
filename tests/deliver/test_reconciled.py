"""What becomes of uncertain messages once their provider was asked, or a receipt comes late."""

import pytest
from shop_engine import END, ShopEngine, send

from liftloop.deliver.contract import AttemptsReconciled, Envelope
from liftloop.kernel.codec import canonical_json


def capped_shop() -> tuple[ShopEngine, list[Envelope]]:
    """Return a shop in which one person may be sent one message a week, and one has lost its answer."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.identify("a")
    shop.happen("Signed Up", "a")
    return shop, shop.dispatch("uncertain")


def reconcile(shop: ShopEngine, lost: list[Envelope], outcome: str, reason: str) -> None:
    body = AttemptsReconciled(
        channel="sms",
        keys=[each.key for each in lost],
        outcomes=[outcome] * len(lost),
        reasons=[reason] * len(lost),
        provider_ids=[""] * len(lost),
        decided_ms=[each.decided_ms for each in lost],
        costs_fen=[each.cost_fen for each in lost],
        purposes=[each.purpose for each in lost],
    )
    shop.say("attempts.reconciled", "sms", canonical_json(body))


@pytest.mark.parametrize(
    ("outcome", "state", "then"), [("accepted", "sent", "capped"), ("rejected", "failed", "queued")]
)
def test_what_was_not_sent_gives_back_its_place(outcome: str, state: str, then: str) -> None:
    """What the provider had keeps its place under the cap; what it denies having frees it, and is not sent again."""
    shop, lost = capped_shop()
    assert shop.ledger() == [("uncertain", "uncertain")]
    reconcile(shop, lost, outcome, "reconciled:evidence")
    assert shop.ledger() == [(state, "reconciled:evidence")]
    assert not shop.envelopes()
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1][0] == then


def test_what_stays_unknown_keeps_its_place() -> None:
    """Asked in vain it is still uncertain, with the reason, and counts as sent."""
    shop, lost = capped_shop()
    reconcile(shop, lost, "uncertain", "asked_in_vain:no_answer")
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [("uncertain", "asked_in_vain:no_answer"), ("capped", "frequency_cap:1/7d")]


def test_a_late_receipt_settles_what_was_uncertain() -> None:
    """A receipt proves that it arrived; one of a message that had its answer changes nothing."""
    shop, lost = capped_shop()
    shop.identify("b")
    shop.happen("Signed Up", "b")
    answered = shop.dispatch()
    shop.receive("delivered", [each.key for each in (*lost, *answered)])
    assert shop.ledger() == [("sent", "reconciled:receipt_delivered"), ("sent", "")]
    reconcile(shop, lost, "rejected", "reconciled:no_record")
    assert shop.ledger()[0] == ("sent", "reconciled:receipt_delivered")
