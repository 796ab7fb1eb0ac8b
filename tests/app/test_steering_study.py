"""The study of running campaigns and the brakes, over a real lake: pauses by guardrail and by hand, and going on."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
import pytest

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.ledger import messages_of, people_in, sheet
from liftloop.app.steering.brakes import NotRunning
from liftloop.app.steering.study import SteeringStudy
from liftloop.app.tick.questions import answer
from liftloop.app.words import sentence
from liftloop.deliver.contract import ENVELOPE, AttemptsSettled, ReceiptsReceived
from liftloop.deliver.second_look import HELD, Stopped
from liftloop.deliver.stage import RECEIVED, SETTLED
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, HOUR_MS, SECOND_MS
from liftloop.kernel.codec import canonical_json, pack_columns, parse_json
from liftloop.plan.contract import ASSIGNED
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai.
PEOPLE = 240
COPIES = [{"id": "A", "content": "hello"}, {"id": "B", "content": "hello"}]
PAUSED = "paused:guardrail:complaint_rate"


class Shop:
    """A campaign whose people start in four hourly waves, and a channel that takes whatever it is told of."""

    delivery: ClassVar[dict[str, Any]] = {"caps": [], "quiet_hours": None}

    def __init__(self, path: Path) -> None:
        self.shop = Installation(path / "data", NOON_MS)
        self.shop.publish("setting", "delivery", self.delivery)
        self.shop.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": {}, "cost_fen": 5})
        self.shop.publish("content", "hello", {"id": "hello", "body": "你好"})
        said = {"consents": [{"channel": "sms", "purpose": "marketing"}]}
        self.shop.receive(
            *({"type": "identify", "userId": f"u{n}", "messageId": f"m{n}", "context": said} for n in range(PEOPLE))
        )
        self.shop.fold_all()
        campaign = self.campaign()
        self.shop.publish("campaign", "autumn", campaign)
        asked = [{"identifier": f"u{n}", "now_ms": NOON_MS} for n in range(PEOPLE)]
        numbers = [answer(self.shop.fold, "person", each)["profile"] for each in asked]
        assigned = {
            "profile": np.array(numbers),
            "action": np.ones(PEOPLE, np.int64),
            "cell": np.zeros(PEOPLE, np.int64),
        }
        self.say(ASSIGNED, pack_columns(assigned))
        waves: list[dict[str, Any]] = (
            [{"kind": "stagger", "id": "turn", **campaign["spread"], "salt": "autumn", "next": "act"}]
            if campaign["spread"]
            else []
        )
        nodes = [
            *waves,
            {"kind": "act", "id": "act", "next": "end", "expires_s": 2 * 86_400},
            {"kind": "exit", "id": "end"},
        ]
        trigger = {"on": "campaign", "campaign": "autumn", "at_ms": NOON_MS}
        self.shop.publish("journey", "autumn", {"name": "a", "trigger": trigger, "campaign": "autumn", "nodes": nodes})
        self.shop.fold_all()
        self.follower = Follower(self.shop.lake, self.shop.log, self.shop.state, self.shop.tick, self.shop.clock)
        published = Definitions(self.shop.tick, self.shop.state, self.shop.clock, (), self.shop.vault)
        self.study = SteeringStudy(self.follower, published, self.shop.state, self.shop.tick, self.shop.clock)

    def campaign(self) -> dict[str, Any]:
        return {
            "name": "autumn",
            "plan": "none",
            "actions": [{"id": "nobody"}, {"id": "a", "channel": "sms", "variants": COPIES}],
            "cells": [[0.0, 1.0]],
            "holdout": {"share": 0.1, "salt": "autumn"},
            "starts_ms": NOON_MS,
            "ends_ms": NOON_MS + 10 * DAY_MS,
            "spread": {"over_s": 4 * 3_600, "waves": 4},
        }

    def say(self, kind: str, body: bytes) -> None:
        self.shop.append([fact(kind, "autumn", body, "system:test", self.shop.now_ms())])
        self.shop.fold_all()

    def due(self) -> list[Any]:
        """Return the messages of the outbox that are due and that the second look lets leave."""
        rows = self.shop.state.rows("SELECT body FROM outbox WHERE due_ms <= ?", (self.shop.now_ms(),))
        return [ENVELOPE.decode(body) for (body,) in rows]

    def send(self) -> list[str]:
        """Hand over all that is due; return the keys."""
        due = self.due()
        settled = AttemptsSettled(
            channel="sms",
            keys=[each.key for each in due],
            attempts=[each.key for each in due],
            outcomes=["accepted"] * len(due),
            reasons=[""] * len(due),
            provider_ids=[""] * len(due),
            decided_ms=[each.decided_ms for each in due],
            costs_fen=[each.cost_fen for each in due],
            purposes=[each.purpose for each in due],
        )
        self.say(SETTLED, canonical_json(settled))
        return [str(each.key) for each in due]

    def complain(self, keys: list[str]) -> None:
        at_ms = [self.shop.now_ms()] * len(keys)
        said = ReceiptsReceived(channel="sms", keys=keys, receipts=["complained"] * len(keys), at_ms=at_ms)
        self.say(RECEIVED, canonical_json(said))

    def pass_hours(self, hours: float) -> None:
        self.shop.advance(hours * 3_600)
        self.shop.fold_all()

    def look(self) -> None:
        asyncio.run(self.study.run_if_due())
        self.shop.fold_all()

    def order(self, order: Any) -> bool:
        changed = asyncio.run(self.study.brakes.order("autumn", order, {"reason": "manual"}, "person:test"))
        self.shop.fold_all()
        return changed

    def rows(self) -> dict[tuple[str, str], int]:
        found = sheet(self.shop.state, "autumn")
        assert sum(row.people for row in found.rows) == found.qualified == PEOPLE
        return {(row.state, row.reason): row.people for row in found.rows}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    one = Shop(tmp_path)
    yield one
    one.shop.close()


def test_a_guardrail_pauses_the_campaign_and_a_person_lets_it_go_on(shop: Shop) -> None:
    """Complaints pause it at the next look; what waits is kept with that reason, and leaves once somebody says so."""
    shop.complain(shop.send()[:8])
    shop.pass_hours(0.5)
    shop.look()
    assert shop.study.next_ms() == NOON_MS + HOUR_MS, "nothing is due before the hour"
    shop.pass_hours(0.5)
    waiting = len(shop.due())
    shop.look()
    assert shop.due() == []
    assert shop.rows()["deferred", PAUSED] == waiting
    numbers = people_in(shop.shop.state, "autumn", ("deferred", PAUSED), (500, 0))
    assert len(numbers) == waiting
    assert messages_of(shop.shop.state, numbers[0])[0].reason == PAUSED
    assert sentence("deferred", PAUSED).zh == "先留着没发：活动暂停中（投诉率越过了底线）。"
    shop.pass_hours(1)
    assert shop.due() == [], "the third wave is held back as well"
    held = shop.rows()["deferred", PAUSED]
    assert held > waiting
    assert shop.order("continue")
    assert len(shop.due()) == held
    shop.look()
    assert len(shop.send()) == held, "the complaints that somebody has seen pause it no more"
    assert not shop.order("continue")
    shop.pass_hours(1)
    shop.look()
    assert len(shop.due()) > 0


def test_the_second_look_holds_what_was_not_rescheduled_yet(shop: Shop) -> None:
    """Between the pause and the new instants of its messages nothing leaves either."""
    body = parse_json(shop.shop.state.rows("SELECT body FROM definition WHERE kind = 'campaign'")[0][0])
    shop.shop.publish("campaign", "autumn", {**body, "paused": "manual"})
    due = shop.due()
    given = {name: [getattr(each, name[:-1]) for each in due] for name in ("keys", "profiles", "campaigns", "purposes")}
    told = answer(shop.shop.fold, "second_look", {"channel": "sms", "now_ms": shop.shop.now_ms(), **given})
    assert msgspec.convert(told["stopped"], type=list[Stopped]) == [Stopped(HELD, "paused:manual")] * len(due)


def test_what_is_held_back_too_long_expires(shop: Shop) -> None:
    """A message kept beyond its own time ends as expired, never silently."""
    assert shop.order("pause")
    assert not shop.order("pause")
    (expires_ms,) = {each for (each,) in shop.shop.state.rows("SELECT DISTINCT due_ms FROM outbox")}
    assert expires_ms == NOON_MS + 2 * DAY_MS + 1


def test_stopping_is_for_good_until_somebody_changes_their_mind(shop: Shop) -> None:
    """A stopped campaign sends nothing more, says why, and cannot be paused; continuing takes it back."""
    assert shop.order("pause")
    assert shop.order("stop")
    shop.pass_hours(1)
    assert shop.rows()["expired", "campaign_stopped"] > 0
    with pytest.raises(NotRunning):
        shop.order("pause")
    assert shop.order("continue")
    shop.pass_hours(1)
    assert len(shop.due()) > 0
    shop.pass_hours(11 * 24)
    with pytest.raises(NotRunning):
        shop.order("continue")


def test_pausing_twice_at_one_instant_holds_twice(shop: Shop) -> None:
    """Paused, continued and paused again within one instant, it is paused."""
    due = len(shop.due())
    for order, left in (("pause", 0), ("continue", due), ("pause", 0), ("continue", due)):
        shop.order(order)
        assert len(shop.due()) == left


def test_looks_end_when_everybody_was_started(shop: Shop) -> None:
    """While people are started a look is due each hour; afterwards nothing could be moved or held back any more."""
    looks = 0
    while (next_ms := shop.study.next_ms()) < FAR_FUTURE_MS:
        shop.pass_hours((next_ms - shop.shop.now_ms()) / SECOND_MS / 3_600)
        shop.look()
        looks += 1
    assert looks == 4
