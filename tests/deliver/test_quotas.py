"""Quotas of channels at the gate: what exceeds them waits for the next window or is refused, each with its reason."""

from typing import Any

import pytest
from shop_engine import END, ShopEngine, send

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def shop_with(*quotas: dict[str, Any], purpose: str = "marketing", **settings: Any) -> ShopEngine:
    """Return a shop whose channel has quotas, for a journey that sends at once."""
    shop = ShopEngine(**settings)
    body = {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms", "quotas": list(quotas)}
    shop.publish("channel", "sms", body)
    shop.journey("news", {**send("s", "end"), "purpose": purpose}, END, reentry="after_leaving")
    return shop


def people(shop: ShopEngine, count: int) -> list[str]:
    names = [f"p{number}" for number in range(count)]
    shop.identify(*names)
    return names


def dues(shop: ShopEngine) -> list[int]:
    """Return in how many whole hours each message leaves, in order."""
    return sorted((row["due_ms"] - shop.now_ms) // HOUR_MS for row in shop.table("outbox"))


def test_what_exceeds_a_day_waits_for_the_next() -> None:
    """Two go today, two tomorrow from the first minute; the fifth would come after its time, and says so."""
    shop = shop_with({"count": 2})
    shop.happen("Signed Up", *people(shop, 5))
    late = "quota:2/day"
    assert sorted(shop.ledger()) == [("blocked", late), *[("deferred", late)] * 2, *[("queued", "")] * 2]
    assert dues(shop) == [0, 0, 12, 12]


def test_the_next_message_finds_the_day_full() -> None:
    """What was given out by one step is gone for the next, until a message that was not sent gives its place back."""
    shop = shop_with({"count": 1, "over": "refuse"})
    one, two, three = people(shop, 3)
    shop.happen("Signed Up", one)
    shop.happen("Signed Up", two)
    assert shop.ledger() == [("queued", ""), ("blocked", "quota:1/day")]
    shop.dispatch("rejected")
    shop.happen("Signed Up", three)
    assert shop.ledger()[-1] == ("queued", "")


def test_hours_and_days_hold_together() -> None:
    """Two an hour and three a day: the third leaves in the next hour, the fourth tomorrow."""
    shop = shop_with({"count": 2, "per": "hour"}, {"count": 3})
    shop.happen("Signed Up", *people(shop, 4))
    assert dues(shop) == [0, 0, 1, 12]
    later = sorted(row["due_ms"] for row in shop.table("outbox"))
    assert 0 < later[2] - shop.now_ms <= HOUR_MS
    assert later[3] % DAY_MS == 16 * HOUR_MS, "midnight in Shanghai"


def test_a_wait_keeps_to_quiet_hours() -> None:
    """Tomorrow's places open with the day, and marketing leaves when the night is over."""
    shop = shop_with({"count": 1}, quiet_hours={"from_minute": 1_260, "until_minute": 480})
    shop.happen("Signed Up", *people(shop, 2))
    assert max(row["due_ms"] for row in shop.table("outbox")) % DAY_MS == 0, "eight in the morning in Shanghai"


def test_some_places_are_kept_for_confirmations() -> None:
    """Marketing takes what is not kept; a confirmation takes the last place."""
    shop = shop_with({"count": 2, "kept": 1, "over": "refuse"})
    shop.journey(
        "orders", {**send("s", "end"), "purpose": "transactional"}, END, trigger={"on": "event", "name": "Paid"}
    )
    one, two = people(shop, 2)
    shop.happen("Signed Up", one, two)
    shop.happen("Paid", two)
    assert sorted(shop.ledger()) == [("blocked", "quota:2/day"), ("queued", ""), ("queued", "")]


def test_one_person_has_a_quota_of_their_own() -> None:
    """Whoever has had this month's message gets none, as either of two who became one; the others do."""
    shop = shop_with({"count": 1, "per": "month", "each_person": True})
    one, two = people(shop, 2)
    shop.happen("Signed Up", one)
    shop.dispatch()
    shop.alias(two, one)
    shop.happen("Signed Up", two)
    shop.identify("p9")
    shop.happen("Signed Up", "p9")
    assert shop.ledger() == [("sent", ""), ("blocked", "quota:1/month/person"), ("queued", "")]


@pytest.mark.parametrize("over", ["wait", "refuse"])
def test_held_out_people_take_no_place(over: str) -> None:
    """A campaign whose people are all in the holdout leaves the quota to others."""
    shop = shop_with({"count": 1, "over": over}, held_everywhere={"share": 1.0})
    shop.happen("Signed Up", *people(shop, 3))
    assert {state for state, _ in shop.ledger()} == {"held_out"}
    assert not shop.table("outbox")
