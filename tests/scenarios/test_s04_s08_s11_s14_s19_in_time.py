"""S04, S08, S11, S14, S19: nudges, knowledge, blasts to the second, birthdays, a ladder of renewal, carts left."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import unpack_columns
from liftloop.kernel.ids import TickNumber
from liftloop.testing.installation import Installation

SHANGHAI = ZoneInfo("Asia/Shanghai")
END = {"kind": "exit", "id": "end"}


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1_000)


class Shop(Installation):
    """A shop that may send by SMS all day."""

    def __init__(self, path: Path, now: str) -> None:
        super().__init__(path, instant(now))
        self._said = 0
        self.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms"})
        for content in ("nudge", "coupon", "birthday", "promotion"):
            self.publish("content", content, {"id": content, "body": content, "language": "zh-CN"})
        self.publish("setting", "delivery", {"caps": [], "quiet_hours": None})

    def say(self, **message: Any) -> None:
        self._said += 1
        at = datetime.fromtimestamp(self.now_ms() / 1_000, UTC).isoformat()
        self.receive({"messageId": f"m{self._said}", "timestamp": at, **message})

    def know(self, user: str, **traits: Any) -> None:
        context = {"consents": [{"channel": "sms", "purpose": "marketing"}]}
        self.say(type="identify", userId=user, traits=traits, context=context)

    def happen(self, user: str, event: str, **properties: Any) -> None:
        self.say(type="track", userId=user, event=event, properties=properties)

    def go(self, text: str) -> None:
        self.advance((instant(text) - self.now_ms()) / 1_000)

    def sleep_until(self, text: str) -> None:
        """Let months pass in which the server is off."""
        self.clock.set_ms(instant(text))
        self.fold_all()

    def sent(self) -> list[str]:
        """Return when the gate let which node's messages through, in order."""
        rows = self.state.rows("SELECT decided_ms, node, state FROM ledger ORDER BY decided_ms, node", ())
        return [f"{shown(at_ms)} {node}" for at_ms, node, state in rows if state == "queued"]

    def tasks(self) -> list[str]:
        found: list[str] = []
        for _, block in self.state.facts(after=TickNumber(0), limit=100_000):
            if block.kind == "task.wanted":
                columns = unpack_columns(block.columns)
                found += [
                    f"{shown(int(at))} {node}" for at, node in zip(columns["at_ms"], columns["node"], strict=True)
                ]
        return found


def shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, SHANGHAI).strftime("%m-%d %H:%M:%S")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "data", "2026-11-21T12:00:00")  # A Saturday.
    yield shop
    shop.close()


def send(identity: str, content: str, onward: str, **more: Any) -> dict[str, Any]:
    return {"kind": "send", "id": identity, "channel": "sms", "content": content, "next": onward, **more}


def test_s04_looked_at_the_price_and_did_not_buy(shop: Shop) -> None:
    """S04: no purchase for thirty days, the price viewed five times within a day: a nudge at the fifth view."""
    looked = {"event": "Price Viewed", "count": {"gte": 5}, "within_days": 1}
    bought = {"event": "Order Completed", "count": {"gte": 1}, "within_days": 30}
    shop.publish("audience", "hesitant", {"name": "想买没买", "where": {"all": [looked, {"not": bought}]}})
    trigger = {"on": "audience", "audience": "hesitant"}
    body = {"name": "提醒", "trigger": trigger, "reentry": "after_days", "reentry_days": 7}
    shop.publish("journey", "nudge", {**body, "nodes": [send("nudge", "nudge", "end"), END]})
    for user in ("looks", "buys"):
        shop.know(user)
    shop.happen("buys", "Order Completed", revenue=100)
    shop.go("2026-11-21T13:00:00")
    for _ in range(4):
        shop.happen("looks", "Price Viewed")
        shop.happen("buys", "Price Viewed")
    shop.go("2026-11-21T14:00:00")
    assert shop.sent() == []
    shop.happen("looks", "Price Viewed")
    shop.happen("buys", "Price Viewed")
    shop.go("2026-11-21T15:00:00")
    assert shop.sent() == ["11-21 14:00:00 nudge"]


def test_s11_to_the_second_and_on_the_day(shop: Shop) -> None:
    """S11: at 09:00:00 the members of that second; a coupon on the birthday, by moon and sun, 29 February too."""
    shop.publish("audience", "high", {"name": "高价值", "where": {"trait": "tier", "is": "gold"}})
    blast = {"on": "schedule", "audience": "high", "at": "2027-06-18T09:00:00"}
    shop.publish("journey", "618", {"name": "618", "trigger": blast, "nodes": [send("618", "promotion", "end"), END]})
    birthday = {"on": "date", "trait": "birthday", "yearly": True, "minute": 600}
    body = {"name": "生日", "trigger": birthday, "reentry": "after_leaving"}
    shop.publish("journey", "birthday", {**body, "nodes": [send("birthday", "birthday", "end"), END]})
    shop.sleep_until("2027-02-27T12:00:00")
    shop.know("leap", tier="gold", birthday="2000-02-29")
    shop.know("moon", tier="silver", birthday="农历五月十六")
    shop.go("2027-03-01T12:00:00")
    shop.sleep_until("2027-06-17T12:00:00")
    shop.go("2027-06-18T08:59:59")
    assert shop.sent() == ["02-28 10:00:00 birthday"]
    shop.know("new", tier="gold")
    shop.advance(1)
    assert shop.sent()[1:] == ["06-18 09:00:00 618"] * 2
    shop.restart()
    shop.go("2027-06-22T00:00:00")
    assert shop.sent()[3:] == ["06-20 10:00:00 birthday"]


def test_s14_a_ladder_of_renewal(shop: Shop) -> None:
    """S14: daily from three days before expiry until ordered: the owner at nine, a coupon at two, a call on the eve."""
    ladder = {
        "name": "续约",
        "trigger": {"on": "date", "trait": "expires_on", "offset_days": -3, "minute": 540},
        "goal_event": "Renewed",
        "stay_days": 5,
        "nodes": [
            {"kind": "journey", "id": "eve", "journey": "renewal-call", "next": "owner"},
            {"kind": "task", "id": "owner", "sort": "wecom", "title": "今天跟进续约", "next": "two"},
            {"kind": "until", "id": "two", "minute": 840, "next": "coupon"},
            send("coupon", "coupon", "nine"),
            {"kind": "until", "id": "nine", "minute": 540, "next": "owner"},
        ],
    }
    call = {
        "name": "续约电话",
        "trigger": {"on": "api"},
        "goal_event": "Renewed",
        "nodes": [
            {
                "kind": "until_date",
                "id": "day",
                "trait": "expires_on",
                "offset_days": -1,
                "next": "call",
                "passed": "end",
            },
            {"kind": "task", "id": "call", "title": "打电话确认续约", "next": "end"},
            END,
        ],
    }
    shop.publish("journey", "renewal-call", call)
    shop.publish("journey", "renewal", ladder)
    shop.know("a", expires_on="2026-12-01")
    shop.know("b", expires_on="2026-12-01")
    shop.go("2026-11-29T10:00:00")
    shop.happen("b", "Renewed")
    shop.go("2026-11-30T15:00:00")
    shop.happen("a", "Renewed")
    shop.advance(20 * DAY_MS / 1_000)
    assert shop.sent() == ["11-28 14:00:00 coupon"] * 2 + ["11-29 14:00:00 coupon", "11-30 14:00:00 coupon"]
    assert shop.tasks() == [
        *["11-28 09:00:00 owner"] * 2,
        *["11-29 09:00:00 owner"] * 2,
        "11-30 09:00:00 call",
        "11-30 09:00:00 owner",
    ]


def test_s14_ends_by_itself(shop: Shop) -> None:
    """S14: who never renews is asked no longer than the ladder says."""
    nodes = [send("coupon", "coupon", "nine"), {"kind": "until", "id": "nine", "minute": 540, "next": "coupon"}]
    trigger = {"on": "date", "trait": "expires_on", "offset_days": -3, "minute": 540}
    shop.publish("journey", "renewal", {"name": "续约", "trigger": trigger, "stay_days": 2.5, "nodes": nodes})
    shop.know("a", expires_on="2026-12-01")
    shop.go("2027-01-15T00:00:00")
    assert shop.sent() == [f"11-{day} 09:00:00 coupon" for day in (28, 29, 30)]


def test_s08_insurance(shop: Shop) -> None:
    """S08: knowledge a day after the first purchase; an offer before renewal; care after thirty silent days, once."""
    silent = {"event": "Any Visit", "days_since_last": {"gte": 30}}
    shop.publish("audience", "silent", {"name": "沉默客户", "where": silent})
    wait = {"kind": "wait", "id": "w", "duration_s": 86_400, "next": "know"}
    bought = {"on": "event", "name": "Policy Bought"}
    renewal = {"on": "date", "trait": "renews_on", "offset_days": -30, "yearly": True}
    journeys: dict[str, dict[str, Any]] = {
        "knowledge": {"trigger": bought, "nodes": [wait, send("know", "nudge", "end"), END]},
        "renewal": {
            "trigger": renewal,
            "exits": [bought],
            "reentry": "after_leaving",
            "nodes": [
                {"kind": "until", "id": "work", "minute": 600, "days": "working", "next": "offer"},
                send("offer", "coupon", "end"),
                END,
            ],
        },
        "care": {
            "trigger": {"on": "audience", "audience": "silent"},
            "nodes": [{"kind": "until", "id": "ten", "minute": 600, "next": "care"}, send("care", "nudge", "end"), END],
        },
    }
    for identity, body in journeys.items():
        shop.publish("journey", identity, {"name": identity, **body})
    shop.know("a", renews_on="2025-12-27")
    shop.happen("a", "Any Visit")
    shop.happen("a", "Policy Bought")
    shop.fold_all()
    shop.go("2026-11-23T15:00:00")
    shop.happen("a", "Policy Bought")
    shop.go("2026-12-25T00:00:00")
    # 27 November, thirty days before, is a Friday; the silence of thirty days ends on a Monday at noon.
    assert shop.sent() == ["11-22 12:00:00 know", "11-27 10:00:00 offer", "12-22 10:00:00 care"]


def test_s19_a_cart_left_for_two_hours(shop: Shop) -> None:
    """S19: who leaves a full cart for two hours is reminded once, who pays meanwhile is not, each cart by itself."""
    paid = {
        "kind": "until_event",
        "id": "paid",
        "name": "Order Completed",
        "timeout_s": 7_200,
        "happened": "end",
        "timed_out": "remind",
    }
    trigger = {"on": "event", "name": "Product Added", "where": [{"property": "price", "gte": 50}]}
    body = {"name": "购物车", "trigger": trigger, "reentry": "after_leaving"}
    shop.publish("journey", "cart", {**body, "nodes": [paid, send("remind", "nudge", "end"), END]})
    for user in ("leaves", "pays", "looks"):
        shop.know(user)
        shop.happen(user, "Product Added", price=5 if user == "looks" else 99)
    shop.go("2026-11-21T13:59:00")
    shop.happen("pays", "Order Completed", revenue=99)
    shop.go("2026-11-21T16:00:00")
    assert shop.sent() == ["11-21 14:00:00 remind"]
    shop.happen("leaves", "Product Added", price=60)
    shop.go("2026-11-21T20:00:00")
    assert shop.sent() == ["11-21 14:00:00 remind", "11-21 18:00:00 remind"]
