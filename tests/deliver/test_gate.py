import numpy as np
import pytest
from shop_engine import END, NOBODY, SEND, ShopEngine, send, wait

from liftloop.deliver.gate import left_alone
from liftloop.deliver.settings import HeldEverywhere
from liftloop.kernel.clock import DAY_MS, HOUR_MS

Q3_MS = 1_783_000_000_000  # In July 2026.
EVERYBODY = {"share": 1.0, "salt": "s"}
NIGHT = {"from_minute": 0, "until_minute": 23 * 60}
"""Quiet hours of which the engine's noon is one."""


def test_held_out_people_use_no_real_caps_within_a_tick() -> None:
    """What is withheld from a person for one journey takes no place of what another sends in the same tick."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a")
    shop.journey("held", send("s", "end"), END, holdout=EVERYBODY)
    shop.journey("real", send("s", "end"), END)
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [("held_out", "held_out:would_be_sent"), ("queued", "")]


def test_messages_without_budget_use_no_caps_within_a_tick() -> None:
    """A message that the budget does not pay for takes no place of another one of the same tick."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a")
    shop.campaign("poor", budget_fen=4)
    shop.assign("poor", {"a": 1})
    shop.launch("poor", wait("w", "act"))
    shop.journey("real", wait("w", "s"), send("s", "end"), END)
    shop.happen("Signed Up", "a")
    shop.advance(shop.now_ms + 2 * DAY_MS)
    assert shop.ledger() == [("no_budget", "budget_spent"), ("queued", "")]


def test_shadow_messages_of_one_tick_count_against_each_other() -> None:
    """Held out of two journeys in one tick, a person with a cap of one would have been sent one message."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a")
    for name in ("one", "two"):
        shop.journey(name, send("s", "end"), END, holdout=EVERYBODY)
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [("held_out", "held_out:would_be_sent"), ("held_out", "held_out:frequency_cap:1/7d")]


def test_held_out_people_assigned_to_nobody_say_so() -> None:
    """Who is held out and would have been left alone anyway is held out, for that reason."""
    shop = ShopEngine()
    shop.identify("a", "b")
    shop.campaign("autumn", holdout=EVERYBODY)
    shop.assign("autumn", {"a": 0, "b": 1})
    shop.launch("autumn")
    assert sorted(shop.ledger()) == [("held_out", "held_out:policy:nobody"), ("held_out", "held_out:would_be_sent")]


def test_a_campaign_with_slashes_gets_its_budget_back() -> None:
    """Budget that a message had reserved comes back when it was not sent, whatever the campaign is called."""
    shop = ShopEngine()
    shop.identify("a")
    shop.campaign("2026/autumn", budget_fen=100)
    shop.assign("2026/autumn", {"a": 1})
    shop.launch("2026/autumn")
    assert shop.spent_fen("2026/autumn") == 5
    shop.dispatch("rejected")
    assert shop.spent_fen("2026/autumn") == 0


def test_a_confirmation_that_was_not_sent_gives_no_cap_back() -> None:
    """A receipt counts against no cap, so one that expires frees no place of a marketing message of its instant."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.journey("receipt", send("s", "end", purpose="transactional"), END)
    shop.happen("Signed Up", "a")
    shop.settle_messages(lambda each: ("expired", "") if each.purpose == "transactional" else ("accepted", ""))
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:1/7d")


def test_every_decision_has_a_number_of_its_own() -> None:
    """However often people come by a node, no two decisions share a number."""
    shop = ShopEngine()
    shop.identify("a", "b")
    shop.journey("daily", send("s", "w"), wait("w", "s"))
    shop.happen("Signed Up", "a", "b")
    numbers: list[int] = []
    for frame in [*shop.advance(shop.now_ms + 300 * DAY_MS)]:
        numbers += frame["decision.made"]["decision"].tolist()
    assert len(numbers) == len(set(numbers)) == 600


def test_a_longer_cap_finds_its_past() -> None:
    """A cap that is lengthened to a month counts what was sent while it was a week."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    for _ in range(2):
        shop.happen("Signed Up", "a")
        shop.dispatch()
        shop.advance(shop.now_ms + 8 * DAY_MS)
    shop.publish("setting", "delivery", {"caps": [{"count": 2, "days": 30}], "quiet_hours": None})
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:2/30d")


def test_nothing_is_let_through_after_the_campaign() -> None:
    """Who comes to the act node after the campaign's end is told so in the ledger; cap and budget stay untouched."""
    shop = ShopEngine()
    shop.identify("a")
    shop.campaign("autumn", ends_ms=shop.now_ms + DAY_MS, budget_fen=100)
    shop.assign("autumn", {"a": 1})
    shop.launch("autumn", wait("w", "act", 2))
    shop.advance(shop.now_ms + 3 * DAY_MS)
    assert shop.ledger() == [("expired", "campaign_ended")]


def test_no_message_lives_longer_than_its_campaign() -> None:
    """A message waits for nothing beyond the end of its campaign; one deferred over the end expires at the gate."""
    shop = ShopEngine(quiet_hours=NIGHT)
    shop.identify("a")
    end_ms = shop.now_ms + 12 * HOUR_MS
    shop.campaign("autumn", ends_ms=end_ms)
    shop.assign("autumn", {"a": 1})
    shop.launch("autumn")
    assert [each.expires_ms for each in shop.envelopes()] == [end_ms]
    shop.campaign("brief", ends_ms=shop.now_ms + HOUR_MS)
    shop.assign("brief", {"a": 1})
    shop.launch("brief")
    assert shop.ledger()[-1] == ("expired", "expired:quiet_hours")


@pytest.mark.parametrize(
    ("happens", "state", "reason"),
    [
        ("withdraws", "suppressed", "consent_withdrawn:sms:marketing"),
        ("unsubscribes", "suppressed", "suppressed:sms"),
        ("merges", "suppressed", "consent_withdrawn:sms:marketing"),
        ("ends", "expired", "campaign_ended"),
        ("retires", "expired", "campaign_retired"),
    ],
)
def test_what_changed_since_the_gate_is_seen_before_the_hand_over(happens: str, state: str, reason: str) -> None:
    """A message that was deferred does not leave where consent, suppression or the campaign ended meanwhile.

    It gives back cap and budget, and the ledger has the reason.
    """
    shop = ShopEngine(quiet_hours=NIGHT, caps=[{"count": 1, "days": 7}])
    shop.identify("a", "b")
    body = shop.campaign("autumn", budget_fen=100)
    shop.assign("autumn", {"a": 1})
    shop.launch("autumn")
    assert shop.ledger() == [("deferred", "quiet_hours")]
    shop.now_ms += HOUR_MS
    match happens:
        case "withdraws":
            shop.withdraw("a")
        case "unsubscribes":
            shop.receive("unsubscribed", [each.key for each in shop.envelopes()])
        case "merges":
            shop.withdraw("b")
            shop.alias("a", "b")
        case "ends":
            shop.publish("campaign", "autumn", {**body, "ends_ms": shop.now_ms - 1})
        case _:
            shop.retire("campaign", "autumn")
    assert shop.dispatch() == []
    assert shop.ledger() == [(state, reason)]
    assert shop.spent_fen("autumn") == 0
    shop.now_ms += 1
    shop.identify("a", "b")
    shop.journey("news", send("s", "end"), END)
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1][0] == ("suppressed" if happens == "unsubscribes" else "deferred")


def test_a_confirmation_leaves_after_its_campaign_and_without_consent() -> None:
    """What is not marketing is stopped by suppression and a withdrawal for its own purpose only."""
    shop = ShopEngine(quiet_hours=NIGHT)
    shop.step([shop.message("page", "a")])
    body = shop.campaign("autumn")
    shop.journey("confirm", send("s", "end", purpose="transactional"), END, campaign="autumn")
    shop.happen("Signed Up", "a")
    shop.publish("campaign", "autumn", {**body, "ends_ms": shop.now_ms - 1})
    assert len(shop.dispatch()) == 1


def test_topic_all_is_every_topic() -> None:
    """A consent that says `all` for its topic holds as one that says none, and so does its withdrawal."""
    shop = ShopEngine()
    shop.identify("a", topic="all")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.happen("Signed Up", "a")
    assert shop.ledger() == [("queued", "")]
    shop.identify("a", topic="all", status="withdrawn")
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("suppressed", "consent_withdrawn:sms:marketing")


def test_the_first_action_is_to_leave_alone() -> None:
    """Who was assigned to nobody is not contacted, for that reason."""
    shop = ShopEngine()
    shop.identify("a")
    shop.campaign("autumn", actions=[NOBODY, SEND])
    shop.assign("autumn", {"a": 0})
    shop.launch("autumn")
    assert shop.ledger() == [("not_contacted", "policy:nobody")]


def test_a_failed_confirmation_gives_back_no_cap() -> None:
    """A message that no cap counted frees no place when it fails, even beside marketing of the same instant."""
    shop = ShopEngine(caps=[{"count": 1, "days": 7}])
    shop.identify("a")
    shop.journey("news", send("s", "end"), END, reentry="after_leaving")
    shop.journey("confirm", send("s", "end", purpose="transactional"), END)
    shop.happen("Signed Up", "a")
    shop.settle_messages(lambda each: ("accepted" if each.purpose == "marketing" else "rejected", ""))
    shop.happen("Signed Up", "a")
    assert shop.ledger()[-1] == ("capped", "frequency_cap:1/7d")


def test_nobody_held_everywhere_gets_marketing_and_everybody_gets_orders() -> None:
    """Left alone by all marketing this quarter, with the reason in the ledger; a service message passes."""
    shop = ShopEngine(held_everywhere={"share": 1.0})
    shop.identify("a")
    shop.journey("news", send("s", "end"), END)
    shop.journey("order", send("s", "end", purpose="service"), END)
    shop.happen("Signed Up", "a")
    assert sorted(shop.ledger()) == [("held_out", "held_out:everywhere:would_be_sent"), ("queued", "")]


def test_who_is_held_everywhere_changes_with_the_quarter() -> None:
    """The same share of people is drawn anew each quarter, and the same ones within it."""
    numbers = np.arange(20_000, dtype=np.int64) * 64
    setting = HeldEverywhere(share=0.05)
    first, again, later = (
        left_alone(numbers, setting, at_ms) for at_ms in (Q3_MS, Q3_MS + 20 * DAY_MS, Q3_MS + 92 * DAY_MS)
    )
    assert np.array_equal(first, again)
    assert abs(first.mean() - 0.05) < 0.005
    assert abs((first & later).mean() - 0.0025) < 0.0015
    assert not left_alone(numbers, None, Q3_MS).any()
