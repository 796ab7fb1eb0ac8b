"""The calendar over the API: who is written to when, what a channel cannot carry, which days are unlike others."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from served import Served, play

from liftloop.app.calendar.conflicts import Rules, conflicts
from liftloop.app.calendar.days import days_between
from liftloop.app.calendar.load import Counted, loads
from liftloop.app.calendar.senders import Sender, Wave
from liftloop.plan.contract import Cap

EVERYBODY = {"percent": [0, 100]}


def journey(channel: str, at: str) -> dict[str, Any]:
    return {
        "name": f"Autumn by {channel}",
        "trigger": {"on": "schedule", "audience": "everybody", "at": at},
        "nodes": [
            {"kind": "send", "id": "first", "channel": channel, "content": "words", "next": "later"},
            {"kind": "wait", "id": "later", "duration_s": 2 * 86_400, "next": "second"},
            {"kind": "send", "id": "second", "channel": channel, "content": "words", "next": "done"},
            {"kind": "exit", "id": "done"},
        ],
    }


async def published(world: Served, kind: str, identity: str, body: dict[str, Any]) -> None:
    await world.desk.definitions.publish(kind, identity, body, "test")


async def a_busy_week(world: Served) -> None:
    world.installation.receive(
        *({"type": "identify", "userId": f"u{each}", "traits": {"region": "east"}} for each in range(30))
    )
    settings = {"url": "https://mail.example/send", "secret": "whsec_" + "a" * 32}
    channel = {"id": "sms", "kind": "webhook", "settings": settings, "capacity": {"per_day": 40}}
    await published(world, "channel", "sms", channel)
    await published(world, "channel", "email", {"id": "email", "kind": "webhook", "settings": settings})
    await published(world, "content", "words", {"id": "words", "body": "Hello"})
    await published(world, "audience", "everybody", {"name": "everybody", "where": EVERYBODY})
    await published(world, "setting", "delivery", {"caps": [{"count": 2, "days": 7}]})
    await published(world, "journey", "a", journey("sms", "2026-09-23T09:00:00"))
    await published(world, "journey", "b", journey("sms", "2026-09-25T09:00:00"))
    await published(world, "journey", "c", journey("email", "2026-09-23T10:00:00"))
    await world.settle()


def test_a_week_shows_what_comes_and_what_clashes(tmp_path: Path) -> None:
    """The same people twice in a day, too much for a quota and too often for a cap are told, with the people."""

    async def story(world: Served) -> None:
        await a_busy_week(world)
        answer = await world.admin.get("/api/calendar", **{"from": "2026-09-20", "to": "2026-09-30"})
        assert answer.status == 200, answer.body
        found = answer.json()
        days = {each["day"]: each for each in found["days"]}
        assert days["2026-09-20"]["kind"] == "moved_workday"
        assert days["2026-09-25"]["kind"] == "holiday"
        assert days["2026-09-25"]["festivals"][0]["name"]["zh"] == "中秋"
        load = {day: {one["channel"]: one["messages"] for one in each["load"]} for day, each in days.items()}
        assert load["2026-09-23"] == {"sms": 30, "email": 30}
        assert load["2026-09-25"] == {"sms": 60, "email": 30}, "two days after the first, and the second journey"
        by_kind: dict[str, list[Any]] = {}
        for each in found["conflicts"]:
            by_kind.setdefault(each["kind"], []).append(each)
        assert [(each["first"], each["people"]) for each in by_kind["overload"]] == [("2026-09-25", 20)]
        assert {tuple(sorted(each["senders"])) for each in by_kind["same_people"]} == {
            ("a", "b"),
            ("a", "c"),
            ("b", "c"),
        }
        assert by_kind["cap"][0]["people"] == 30
        behind = await world.admin.get("/api/calendar/people", day="2026-09-25", first="a", second="b")
        assert behind.json()["total"] == 30
        assert (await world.admin.get("/api/calendar", **{"from": "2026-01-01", "to": "2026-12-31"})).status == 422
        assert (await world.stranger.get("/api/calendar")).status == 401

    play(tmp_path, story)


def test_days_of_the_chinese_calendar_are_known() -> None:
    """Holidays as announced, weekends that are worked for them, and the first day of a lunar month by its name."""
    days = {each.day: each for each in days_between(date(2026, 2, 12), date(2026, 2, 24))}
    assert days[date(2026, 2, 14)].kind == "moved_workday"
    assert days[date(2026, 2, 17)].lunar.zh == "正月"
    assert days[date(2026, 2, 17)].festivals[0].itself
    assert [each.kind for each in days.values()].count("holiday") == 9


def test_quiet_days_and_sales_are_remarked() -> None:
    """Marketing on the day of mourning is told as harm; a sale that begins within a campaign is a remark."""
    sender = Sender(
        id="x",
        kind="campaign",
        name="x",
        first=date(2026, 4, 1),
        last=date(2026, 4, 9),
        state="running",
        channels=("wecom",),
        share=0.9,
    )
    people = np.arange(100, dtype=np.int64)
    waves = [Wave(sender=sender, channel="wecom", day=date(2026, 4, 5), people=people)]
    days = days_between(date(2026, 4, 1), date(2026, 4, 9))
    counted = Counted(sent={}, queued={}, usual={"wecom": 7})
    load = loads([each.day for each in days], date(2026, 4, 1), counted, waves, {"wecom": 95})
    assert [each.messages for each in load[date(2026, 4, 5)]] == [97], "nine in ten, and the usual"
    rules = Rules(caps=(Cap(count=1, days=1),), by_staff=frozenset({"wecom"}), names={})
    found = conflicts(days, waves, load, [sender], rules, date(2026, 4, 1))
    assert [(each.kind, each.harm) for each in found] == [
        ("solemn_day", True),
        ("overload", True),
        ("staff_off", False),
    ]
    sale = Sender(
        id="y", kind="campaign", name="y", first=date(2026, 5, 20), last=date(2026, 6, 9), state="running", channels=()
    )
    remarked = conflicts(days_between(date(2026, 5, 20), date(2026, 6, 9)), [], {}, [sale], rules, date(2026, 5, 20))
    assert [(each.kind, each.first) for each in remarked] == [("sale_begins", date(2026, 6, 1))]
