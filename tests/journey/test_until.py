"""Waiting for clocks and days: never longer than the next, never shorter than to it, in everybody's own zone."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_engine import END, ShopEngine, send, wait

from liftloop.journey.occasions import next_occasion
from liftloop.journey.resting import clock_ms
from liftloop.journey.triggers import OnSchedule
from liftloop.journey.waits import Until
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftloop.kernel.local_time import instant_ms, next_shown_ms
from liftloop.profile.studied import TRAIT_STUDIED, Studied, part_of

NEW_YORK = ZoneInfo("America/New_York")
SHOP = ShopEngine()


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return instant_ms(datetime.fromisoformat(text), ZoneInfo(zone))


def shown(at_ms: int, zone: str) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M %Z")


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 1_439), st.integers(-720, 840), st.booleans())
def test_the_clock_shows_the_minute(now_ms: int, minute: int, offset: int, strictly: bool) -> None:
    """The instant is the first, from now on, at which the local clock shows exactly that minute."""
    node = Until(id="u", minute=minute, offset_minutes=offset, next="n")
    at_ms = int(clock_ms(SHOP.fold.state, node, np.zeros(1, np.int64), now_ms, np.array([strictly]))[0])
    assert now_ms + strictly <= at_ms < now_ms + DAY_MS + strictly
    assert (at_ms // MINUTE_MS + offset) % 1_440 == minute
    assert at_ms % MINUTE_MS == 0


@pytest.mark.parametrize(
    ("now", "minute", "told"),
    [
        ("2027-03-13T12:00:00", 150, "03-14 03:30 EDT"),  # 02:30 is skipped: as much later as the clock is put forward.
        ("2027-11-06T12:00:00", 90, "11-07 01:30 EDT"),  # 01:30 is shown twice: the first of the two.
        ("2027-11-06T12:00:00", 540, "11-07 09:00 EST"),
    ],
)
def test_clocks_that_are_put_forward_and_back(now: str, minute: int, told: str) -> None:
    """A time that a clock skips is later by as much; of a time that it shows twice the first counts, and once only."""
    at_ms = next_shown_ms(at(now, "America/New_York"), minute, NEW_YORK, may_be=lambda _: True, strictly=False)
    assert shown(at_ms, "America/New_York") == told
    after_ms = next_shown_ms(at_ms, minute, NEW_YORK, may_be=lambda _: True, strictly=True)
    assert after_ms - at_ms >= 22 * HOUR_MS


@pytest.mark.parametrize(
    ("trigger", "after", "told"),
    [
        ({"at": "2027-06-18T09:00:00"}, "2027-06-01T00:00:00", ["06-18 09:00 CST"]),
        ({"cron": "30 9 * * 1-5"}, "2027-06-04T09:30:00", ["06-07 09:30 CST", "06-08 09:30 CST"]),
        ({"cron": "0 2 * * *", "zone": "America/New_York"}, "2027-03-13T20:00:00", ["03-14 03:00 EDT"]),
        (
            {"rrule": "FREQ=MONTHLY;BYDAY=-1FR", "starts": "2027-01-01T18:00:00"},
            "2027-01-02T00:00:00",
            ["01-29 18:00 CST", "02-26 18:00 CST"],
        ),
        ({"rrule": "FREQ=DAILY;COUNT=1", "starts": "2027-01-01T18:00:00"}, "2027-01-02T00:00:00", []),
    ],
)
def test_schedules_come_round(trigger: dict[str, Any], after: str, told: list[str]) -> None:
    """Once, by cron, or by recurrence rule, in the shop's zone or a named one."""
    schedule = OnSchedule(audience="a", **trigger)
    now_ms, found = at(after), list[str]()
    while len(found) < max(len(told), 1) and (occasion := next_occasion(schedule, now_ms)) is not None:
        now_ms = occasion.at_ms
        found.append(shown(now_ms, trigger.get("zone", "Asia/Shanghai")))
    assert found == told


def test_one_local_time_is_many_instants() -> None:
    """In people's own zones a time comes first where the day begins first, and last where it ends last."""
    schedule, now_ms = OnSchedule(audience="a", at="2027-06-18T09:00:00", zone="recipient"), at("2027-06-01T00:00:00")
    met: dict[str, int] = {}
    while (occasion := next_occasion(schedule, now_ms)) is not None:
        now_ms = occasion.at_ms
        met |= {zone: now_ms for part in occasion.parts for zone in part.zones or ()}
    assert met["Asia/Tokyo"] == met["Asia/Shanghai"] - HOUR_MS
    assert met["Europe/Berlin"] == at("2027-06-18T09:00:00", "Europe/Berlin")
    assert max(met.values()) - min(met.values()) == 26 * HOUR_MS


class Timeline(ShopEngine):
    """A shop that notes what was sent when."""

    def sent(self, user: str = "") -> list[str]:
        number = self.number(user) if user else None
        rows = [row for row in self.table("ledger") if number in (None, row["profile"])]
        return [
            f"{shown(row['decided_ms'], 'Asia/Shanghai')[:-4]} {row['node']}"
            for row in sorted(rows, key=lambda row: (row["decided_ms"], row["node"]))
        ]

    def go(self, text: str) -> None:
        self.advance(at(text))

    def know(self, user: str, **traits: object) -> None:
        self.step([self.message("identify", user, traits=traits)])


MEMBER = {"trait": "vip", "is": "yes"}


def shop_of_vips(*users: str) -> Timeline:
    shop = Timeline()
    for user in users:
        shop.know(user, vip="yes")
    shop.publish("audience", "vips", {"name": "VIP", "where": MEMBER})
    return shop


def test_a_schedule_lets_in_the_members_then() -> None:
    """At nine sharp the members of that instant enter, each in their own zone, and on the next time again."""
    shop = shop_of_vips("a", "b")
    shop.know("c", vip="no")
    shop.know("b", timezone="Europe/Berlin")
    schedule = {"on": "schedule", "audience": "vips", "cron": "0 9 * * *", "zone": "recipient"}
    shop.journey("daily", send("s", "end", purpose="service"), END, trigger=schedule, reentry="after_leaving")
    shop.go("2026-11-22T00:00:00")
    shop.know("c", vip="yes")
    shop.go("2026-11-23T08:59:59.999")
    assert shop.sent("a") == ["11-22 09:00 s"]
    assert shop.sent("b") == ["11-21 16:00 s", "11-22 16:00 s"]
    shop.go("2026-11-23T09:00:00")
    assert shop.sent("c") == ["11-22 09:00 s", "11-23 09:00 s"]


def test_a_time_long_over_is_passed_over() -> None:
    """A server that comes back after the hour of grace does not make up for what it missed; within it, it does."""
    shop = shop_of_vips("a")
    for name, grace_s in (("strict", 600), ("patient", 7_200)):
        schedule = {"on": "schedule", "audience": "vips", "cron": "0 9 * * *", "grace_s": grace_s}
        shop.journey(name, send(name, "end", purpose="service"), END, trigger=schedule, reentry="after_leaving")
    shop.now_ms = at("2026-11-25T10:00:00")
    shop.settle()
    assert shop.sent() == ["11-25 10:00 patient"]
    shop.go("2026-11-26T12:00:00")
    assert shop.sent()[1:] == ["11-26 09:00 patient", "11-26 09:00 strict"]


def test_a_blast_is_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many members there are, each enters once, over as many steps as it takes, at one instant."""
    monkeypatch.setattr("liftloop.journey.entering.LAUNCH_CHUNK", 3)
    shop = shop_of_vips(*(f"u{number}" for number in range(10)))
    schedule = {"on": "schedule", "audience": "vips", "at": "2026-11-24T09:00:00"}
    shop.journey("blast", wait("w", "end"), END, trigger=schedule)
    shop.go("2026-11-24T12:00:00")
    assert len(shop.enrolments()) == 10
    assert {row["entered_ms"] for row in shop.table("enrolment")} == {at("2026-11-24T09:00:00")}


def test_birthdays_by_sun_and_moon() -> None:
    """A birthday comes once a year: that of 29 February on the 28th, a lunar one where the moon says."""
    shop = Timeline()
    shop.know("leap", birthday="1996-02-29")
    shop.know("moon", birthday="农历正月廿三")
    shop.know("sun", birthday="1990/3/1")
    shop.know("none", birthday="?")
    trigger = {"on": "date", "trait": "birthday", "yearly": True, "minute": 600}
    shop.journey("birthday", send("s", "end", purpose="service"), END, trigger=trigger, reentry="after_leaving")
    shop.know("late", birthday="2000-02-28")
    shop.go("2028-03-05T00:00:00")
    # The 23rd of the first month of 2027 was 28 February, that of 2028 is 17 February.
    assert shop.sent("leap") == ["02-28 10:00 s", "02-29 10:00 s"]
    assert shop.sent("moon") == ["02-28 10:00 s", "02-17 10:00 s"]
    assert shop.sent("sun") == ["03-01 10:00 s"] * 2
    assert shop.sent("late") == ["02-28 10:00 s"] * 2
    assert shop.sent("none") == []


def test_a_birth_date_is_kept_by_the_moon_where_the_journey_says() -> None:
    """Who was born on the fifteenth of the eighth month has the birthday on every Mid-Autumn."""
    shop = Timeline()
    shop.now_ms = at("2027-09-01T00:00:00")
    shop.know("a", birthday="1991-09-22")
    trigger = {"on": "date", "trait": "birthday", "yearly": True, "calendar": "lunar", "offset_days": -3}
    shop.journey("birthday", send("s", "end", purpose="service"), END, trigger=trigger, reentry="after_leaving")
    shop.go("2027-10-01T00:00:00")
    assert shop.sent() == ["09-12 09:00 s"]


def test_days_are_asked_of_people_who_were_there_before() -> None:
    """A journey on a day that was known before anybody asked for it finds it, though it was kept as a text before."""
    shop = Timeline()
    shop.know("a", expires="2026-12-10")
    shop.publish("audience", "soon", {"name": "x", "where": {"trait": "expires", "exists": True}})
    shop.journey(
        "renew",
        send("s", "end", purpose="service"),
        END,
        trigger={"on": "date", "trait": "expires", "offset_days": -3},
    )
    shop.restart()
    shop.go("2027-01-01T00:00:00")
    assert shop.sent() == ["12-07 09:00 s"]


def test_only_working_days_are_waited_for() -> None:
    """Over the National Day of 2026 a working day is the Saturday that was moved, and a day off the Friday before."""
    shop = Timeline()
    shop.now_ms = at("2026-12-31T20:00:00")
    shop.identify("a")
    work = {"kind": "until", "id": "work", "minute": 540, "days": "working", "next": "s"}
    shop.journey("work", work, send("s", "weekday", purpose="service"), *fridays(), END)
    shop.happen("Signed Up", "a")
    shop.go("2027-02-01T00:00:00")
    assert shop.sent() == ["01-04 09:00 s", "01-08 09:00 t"]


def fridays() -> list[dict[str, object]]:
    return [
        {"kind": "until", "id": "weekday", "minute": 540, "weekdays": [5], "next": "t"},
        send("t", "end", purpose="service"),
    ]


@pytest.mark.parametrize("happens", ["paid", "other", "nothing"])
def test_an_event_or_a_timeout(happens: str) -> None:
    """Who does what is waited for goes one way at that moment, who does not goes the other when the time is over."""
    shop = Timeline()
    shop.identify("a")
    until = {
        "kind": "until_event",
        "id": "paid",
        "name": "Paid",
        "where": [{"property": "amount", "gte": 10}],
        "timeout_s": 7_200,
        "happened": "thanks",
        "timed_out": "remind",
    }
    thanks, remind = (send(each, "end", purpose="service") for each in ("thanks", "remind"))
    shop.journey("cart", until, thanks, remind, END)
    shop.happen("Signed Up", "a")
    shop.now_ms += HOUR_MS
    if happens != "nothing":
        shop.happen("Paid", "a", amount=10 if happens == "paid" else 9)
    shop.advance(shop.now_ms + 2 * HOUR_MS)
    assert shop.sent() == (["11-21 13:00 thanks"] if happens == "paid" else ["11-21 14:00 remind"])


def test_a_day_that_is_told_or_over() -> None:
    """People wait for their own day; who comes too late, or has none, goes the other way at once."""
    shop = Timeline()
    for user, day in (("soon", "2026-11-25"), ("over", "2026-11-01"), ("none", "")):
        shop.know(user, trial_ends=day)
    until = {"kind": "until_date", "id": "d", "trait": "trial_ends", "offset_days": -1, "next": "s", "passed": "late"}
    shop.journey("trial", until, send("s", "end", purpose="service"), send("late", "end", purpose="service"), END)
    shop.happen("Signed Up", "soon", "over", "none")
    shop.go("2026-12-01T00:00:00")
    assert shop.sent("soon") == ["11-24 09:00 s"]
    assert shop.sent("over") == shop.sent("none") == ["11-21 12:00 late"]


@pytest.mark.parametrize(("within", "told"), [("week", "11-24 20:00 s"), ("day", "11-21 20:00 s")])
def test_the_best_hour(within: str, told: str) -> None:
    """People wait for their most active hour, of the week or the day, once; others for the minute that is said."""
    shop = Timeline()
    shop.identify("a", "b")
    best = {"kind": "until_best_hour", "id": "u", "within": within, "otherwise_minute": 630, "next": "s"}
    shop.journey("best", best, send("s", "end", purpose="service"), END)
    hour = Studied(trait="best_hour_of_week", profile=np.array([shop.number("a")]), value=np.array([24.0 + 20]))
    shop.say(TRAIT_STUDIED, hour.trait, part_of(hour, np.array([0]), first=True))
    shop.happen("Signed Up", "a", "b")
    shop.go("2026-12-01T00:00:00")
    assert (shop.sent("a"), shop.sent("b")) == ([told], ["11-22 10:30 s"])
