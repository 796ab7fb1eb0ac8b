import pytest
from shop_engine import END, ShopEngine, send, wait

from liftloop.kernel.clock import DAY_MS


@pytest.mark.parametrize("refuser", ["a", "b"])
@pytest.mark.parametrize("way", ["receipt", "outcome", "consent"])
def test_who_refused_under_either_name_is_not_contacted(refuser: str, way: str) -> None:
    """An unsubscribe, a refused hand-over or a withdrawal of either profile holds for the person they become."""
    shop = ShopEngine()
    shop.identify("a", "b")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.happen("Signed Up", refuser)
    if way == "consent":
        shop.dispatch()
        shop.now_ms += 1
        shop.withdraw(refuser)
    elif way == "receipt":
        shop.receive("unsubscribed", [each.key for each in shop.dispatch()])
    else:
        shop.dispatch("opted_out")
    shop.alias("a", "b")
    shop.happen("Signed Up", "a")
    state, reason = shop.ledger()[-1]
    assert state == "suppressed", reason
    assert reason == ("consent_withdrawn:sms:marketing" if way == "consent" else "suppressed:sms")


def test_messages_under_both_names_count_against_the_cap() -> None:
    """A person who was sent something under each of two profiles has been sent two messages."""
    shop = ShopEngine(caps=[{"count": 2, "days": 7}])
    shop.identify("a", "b")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.happen("Signed Up", "a", "b")
    shop.dispatch()
    shop.alias("a", "b")
    shop.happen("Signed Up", "b")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:2/7d")
    shop.advance(shop.now_ms + 8 * DAY_MS)
    shop.happen("Signed Up", "b")
    assert shop.ledger()[-1] == ("queued", "")


def test_a_cap_comes_back_to_whom_the_person_became() -> None:
    """A message that failed after its profile was merged away gives its cap back to the profile that was kept."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a", "b")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.happen("Signed Up", "b")
    shop.alias("a", "b")
    shop.dispatch("rejected")
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("queued", "")


def test_held_out_people_bring_their_shadow_along() -> None:
    """What a held-out profile would have been sent counts in shadow for the person it becomes."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a", "b")
    shop.journey("news", wait("w", "s", 0.1), send("s", "end"), END, reentry="after_leaving", holdout=EVERYBODY)
    shop.happen("Signed Up", "b")
    shop.advance(shop.now_ms + DAY_MS)
    shop.alias("a", "b")
    shop.happen("Signed Up", "a")
    shop.advance(shop.now_ms + DAY_MS)
    assert shop.ledger() == [("held_out", "held_out:would_be_sent"), ("held_out", "held_out:frequency_cap:1/7d")]


EVERYBODY = {"share": 1.0, "salt": "s"}
