"""Who may come again, how often, when and how many; what makes people leave, and how long they may stay."""

from typing import Any

import pytest
from shop_engine import END, ShopEngine, send, wait

from liftloop.journey.contract import REQUESTED, BadJourney
from liftloop.journey.graph import check
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json

LONG = wait("w", "end", 10)


def a_shop(*users: str) -> ShopEngine:
    shop = ShopEngine()
    shop.identify(*users)
    return shop


def later(shop: ShopEngine, days: float) -> None:
    shop.advance(shop.now_ms + int(days * DAY_MS))


def entered(shop: ShopEngine) -> int:
    return len(shop.enrolments())


def test_who_has_left_comes_again_after_some_days_only() -> None:
    """Seven days after the last entry a person may enter again, and not while inside."""
    shop = a_shop("a")
    shop.journey("j", wait("w", "end", 1), END, reentry="after_days", reentry_days=7)
    times: list[int] = []
    for _ in range(9):
        shop.happen("Signed Up", "a")
        times.append(entered(shop))
        later(shop, 1)
    assert times == [1, 1, 1, 1, 1, 1, 1, 2, 2]


def test_several_times_at_once() -> None:
    """As often as the journey allows a person is inside at a time; an event ends them all, and leaves others alone."""
    shop = a_shop("a", "b")
    shop.journey("j", LONG, END, reentry="always", concurrent_max=2, goal_event="Bought")
    for _ in range(3):
        shop.happen("Signed Up", "a")
        later(shop, 1)
    shop.happen("Signed Up", "b")
    assert entered(shop) == 3
    shop.happen("Bought", "a")
    assert shop.enrolments() == [("left", "goal")] * 2 + [("inside", "")]
    shop.happen("Signed Up", "a")
    shop.restart()
    shop.happen("Bought", "a")
    assert shop.enrolments() == [("left", "goal")] * 2 + [("inside", ""), ("left", "goal")]


def test_people_who_merge_have_all_their_times_inside() -> None:
    """Where a journey allows for several at a time nobody cedes: all are the one person's, and the limit holds."""
    shop = a_shop("a")
    shop.journey("j", LONG, END, reentry="always", concurrent_max=3, goal_event="Bought")
    shop.happen("Signed Up", "a")
    shop.step([shop.message("track", "", anonymous_id="d", name="Signed Up")])
    shop.step([shop.message("track", "", anonymous_id="d", name="Signed Up")])
    shop.join("a", "d")
    assert shop.enrolments() == [("inside", "")] * 3
    shop.happen("Signed Up", "a")
    assert entered(shop) == 3
    shop.happen("Bought", "a")
    assert shop.enrolments() == [("left", "goal")] * 3


def test_exits_end_it_wherever_people_stand() -> None:
    """An event that passes, or an audience, makes people leave at once; who is in the audience does not come in."""
    shop = a_shop("a", "b", "c")
    complained = {"event": "Complained", "count": {"gte": 1}, "within_days": 30}
    shop.publish("audience", "upset", {"name": "upset", "where": complained})
    exits = [
        {"on": "audience", "audience": "upset"},
        {"on": "event", "name": "Paid", "where": [{"property": "amount", "gte": 100}]},
    ]
    shop.journey("j", LONG, END, exits=exits)
    shop.happen("Complained", "c")
    shop.happen("Signed Up", "a", "b", "c")
    assert entered(shop) == 2
    shop.happen("Paid", "a", amount=99)
    shop.happen("Complained", "b")
    assert shop.enrolments() == [("inside", ""), ("left", "exit")]
    shop.happen("Paid", "a", amount=100)
    assert shop.enrolments() == [("left", "exit")] * 2


def test_an_audience_makes_people_leave_by_what_was_imported_too() -> None:
    """What is learned late starts nothing, and still keeps people from being written to."""
    shop = a_shop("a")
    bought = {"event": "Bought", "count": {"gte": 1}}
    shop.publish("audience", "buyers", {"name": "buyers", "where": bought})
    shop.journey("j", LONG, END, exits=[{"on": "audience", "audience": "buyers"}])
    shop.journey("other", LONG, END, trigger={"on": "audience", "audience": "buyers"})
    shop.happen("Signed Up", "a")
    shop.step([shop.message("track", "a", name="Bought", imported=True)])
    assert shop.enrolments() == [("left", "exit")]


def test_who_leaves_an_audience_enters() -> None:
    """Leaving an audience lets people in, by time alone too."""
    shop = a_shop("a")
    active = {"event": "Viewed", "count": {"gte": 1}, "within_days": 3}
    shop.publish("audience", "active", {"name": "active", "where": active})
    trigger = {"on": "audience", "audience": "active", "change": "left"}
    shop.journey("j", LONG, END, trigger=trigger)
    shop.happen("Viewed", "a")
    later(shop, 2.9)
    assert entered(shop) == 0
    later(shop, 0.2)
    assert entered(shop) == 1


def test_events_are_filtered() -> None:
    """Only an event whose properties pass lets people in."""
    shop = a_shop("a", "b")
    trigger = {"on": "event", "name": "Paid", "where": [{"property": "city", "is": "上海"}]}
    shop.journey("j", LONG, END, trigger=trigger)
    shop.happen("Paid", "a", city="北京")
    shop.happen("Paid", "b", city="上海")
    assert [row["profile"] for row in shop.table("enrolment")] == [shop.number("b")]


@pytest.mark.parametrize("then", ["finish", "leave"])
def test_outside_its_time_nobody_enters(then: str) -> None:
    """Before, after and outside its hours nobody enters; at its end people walk on or leave, as it says."""
    shop = a_shop(*"abcde")
    noon_ms = shop.now_ms
    validity = {"from_ms": noon_ms + HOUR_MS, "until_ms": noon_ms + 2 * DAY_MS, "from_minute": 600, "then": then}
    shop.journey("j", LONG, END, validity=validity)
    shop.happen("Signed Up", "a")
    later(shop, 1 / 12)
    shop.happen("Signed Up", "b")
    later(shop, 0.5)
    shop.happen("Signed Up", "c")  # At two in the morning.
    later(shop, 0.5)
    shop.happen("Signed Up", "d")
    assert entered(shop) == 2
    later(shop, 1.5)
    shop.happen("Signed Up", "e")
    assert shop.enrolments() == ([("inside", "")] * 2 if then == "finish" else [("left", "journey_over")] * 2)


def test_so_many_enter_a_day() -> None:
    """No more enter in one of the shop's days than the journey says, in whatever versions and ticks."""
    shop = a_shop(*"abcdef")
    shop.journey("j", LONG, END, entries_per_day=2)
    shop.happen("Signed Up", "a")
    shop.happen("Signed Up", "b", "c")
    assert entered(shop) == 2
    shop.journey("j", wait("w", "end", 9), END, entries_per_day=3)
    shop.happen("Signed Up", "d", "e")
    assert entered(shop) == 3
    later(shop, 0.6)
    shop.happen("Signed Up", "f", "e")
    assert entered(shop) == 5


def test_nobody_stays_longer_than_the_journey_says() -> None:
    """A circle of waits ends where the stay does, in the middle of a wait."""
    shop = a_shop("a")
    shop.journey("j", wait("w", "s", 1), send("s", "w", purpose="service"), END, stay_days=2.5)
    shop.happen("Signed Up", "a")
    later(shop, 2.4)
    assert shop.enrolments() == [("inside", "")]
    later(shop, 0.1)
    assert shop.enrolments() == [("left", "journey_over")]
    assert len(shop.ledger()) == 2


def test_a_cap_of_its_own_in_a_period() -> None:
    """During the period this journey sends no second promotion in a day, whoever sent the first; after it, it does."""
    shop = a_shop("a")
    cap = {"count": 1, "days": 1, "until_ms": shop.now_ms + 3 * DAY_MS}
    again: dict[str, Any] = {"reentry": "after_leaving", "trigger": {"on": "event", "name": "Viewed"}}
    shop.journey("other", send("s", "end"), END)
    shop.journey("capped", send("t", "end"), END, caps=[cap], **again)
    shop.happen("Signed Up", "a")
    shop.happen("Viewed", "a")
    later(shop, 1.1)
    shop.happen("Viewed", "a")
    later(shop, 2)
    shop.happen("Viewed", "a")
    shop.happen("Viewed", "a")
    assert shop.ledger() == [("queued", ""), ("capped", "frequency_cap:1/1d")] + [("queued", "")] * 3


def test_whom_a_request_names_enters() -> None:
    """A request lets in the people whom it names, by the rules of re-entry, and into that journey only."""
    shop = a_shop("a", "b")
    shop.journey("j", LONG, END, trigger={"on": "api"})
    shop.journey("other", LONG, END, trigger={"on": "api"})
    for _ in range(2):
        shop.say(REQUESTED, "j", canonical_json({"profiles": [shop.number("a"), 999_999_999]}))
    assert [(row["journey"], row["profile"]) for row in shop.table("enrolment")] == [("j", shop.number("a"))]


@pytest.mark.parametrize(
    "more",
    [
        {"trigger": {"on": "schedule", "audience": "a", "cron": "61 * * * *"}},
        {"trigger": {"on": "schedule", "audience": "a", "cron": "0 9 * * *", "at": "2027-01-01T00:00:00"}},
        {"trigger": {"on": "schedule", "audience": "a", "at": "tomorrow"}},
        {"trigger": {"on": "schedule", "audience": "a", "at": "2027-01-01T00:00:00+08:00"}},
        {"trigger": {"on": "schedule", "audience": "a", "at": "2027-01-01T00:00:00", "zone": "Mars/Base"}},
        {"trigger": {"on": "schedule", "audience": "a", "rrule": "FREQ=SECONDLY", "starts": "2027-01-01T00:00:00"}},
        {"trigger": {"on": "schedule", "audience": "a", "rrule": "FREQ=DAILY"}},
        {
            "trigger": {
                "on": "schedule",
                "audience": "a",
                "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                "starts": "2027-01-01T00:00:00",
            }
        },
        {"trigger": {"on": "date", "trait": ""}},
        {"trigger": {"on": "date", "trait": "birthday", "minute": 1_440}},
        {"reentry": "after_days"},
        {"reentry": "never", "reentry_days": 3},
        {"reentry": "after_leaving", "concurrent_max": 2},
        {"validity": {"from_ms": 5, "until_ms": 4}},
        {"nodes": [{"kind": "until", "id": "u", "minute": 540, "weekdays": [8], "next": "end"}, END]},
        {"nodes": [{"kind": "until", "id": "u", "minute": 540, "zone": "Mars", "next": "end"}, END]},
        {"nodes": [{"kind": "until_date", "id": "u", "next": "end"}, END]},
        {"nodes": [{"kind": "until_date", "id": "u", "date": "2026-02-30", "next": "end"}, END]},
        {"nodes": [{"kind": "until_date", "id": "u", "date": "2026-02-03", "next": "u"}, END]},
        {
            "nodes": [
                {"kind": "until_event", "id": "u", "name": "x", "timeout_s": 0, "happened": "end", "timed_out": "end"},
                END,
            ]
        },
    ],
)
def test_what_never_comes_is_refused(more: dict[str, Any]) -> None:
    """Times that cannot be read or never come, and rules that contradict each other, are refused when publishing."""
    body = {"name": "j", "trigger": {"on": "event", "name": "Signed Up"}, "nodes": [LONG, END], **more}
    with pytest.raises(BadJourney):
        check("j", body)
