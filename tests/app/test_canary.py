"""A canary: a small share goes first, and what comes of it decides about the others."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import test_steering_study
from test_steering_study import NOON_MS, PEOPLE, Shop

from liftloop.app.words import sentence
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS
from liftloop.kernel.codec import parse_json
from liftloop.measure.steering.canary import Sent, judged
from liftloop.plan.contract import Canary

CANARY = {"share": 0.25, "wait_s": 3_600}


class Careful(Shop):
    """The same shop, whose campaign begins with a quarter of its people."""

    def campaign(self) -> dict[str, Any]:
        return {**super().campaign(), "canary": CANARY, "spread": None}

    def body(self) -> dict[str, Any]:
        rows = self.shop.state.rows("SELECT body FROM definition WHERE kind = 'campaign' ORDER BY version DESC LIMIT 1")
        return parse_json(rows[0][0])

    def log(self) -> list[str]:
        asyncio.run(self.follower.catch_up())
        seen = asyncio.run(self.study.seen("autumn"))
        return [entry.kind for entry in seen.running.entries]

    def passed(self) -> bool:
        return bool(self.body()["canary"].get("passed_ms"))

    def until(self, hours: float) -> None:
        """Look whenever a look is due, for so long."""
        last_ms = self.shop.now_ms() + round(hours * HOUR_MS)
        while self.study.next_ms() <= last_ms:
            self.pass_hours(max(0, self.study.next_ms() - self.shop.now_ms()) / HOUR_MS)
            self.look()


class AtNight(Careful):
    """The same, where nobody is written to at night."""

    delivery: ClassVar[dict[str, Any]] = {"caps": []}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Careful]:
    one = Careful(tmp_path)
    yield one
    one.shop.close()


def test_the_others_follow_by_themselves_when_nothing_is_wrong(shop: Careful) -> None:
    """First only the share leaves; after the hour the rest does, and log and ledger say why each waited."""
    first = shop.send()
    assert 0.1 * PEOPLE < len(first) < 0.35 * PEOPLE
    behind = shop.rows()["deferred", "canary"]
    assert sentence("deferred", "canary").zh == "先留着没发：先发给一小部分人，看结果再发其余的。"
    shop.until(0.9)
    assert shop.due() == []
    shop.until(0.2)
    assert "campaign.canary_passed" in shop.log()
    assert len(shop.send()) == behind
    assert ("deferred", "canary") not in shop.rows()


def test_what_goes_wrong_stops_it_for_a_person(shop: Careful) -> None:
    """Complaints above the limit pause it at once; nobody else is written to until somebody says so."""
    shop.complain(shop.send()[:4])
    shop.until(0.2)
    assert str(shop.body()["paused"]).startswith(("canary:complaints", "guardrail:complaint_rate"))
    shop.until(3)
    assert shop.due() == []
    held = sum(people for (state, _), people in shop.rows().items() if state == "deferred")
    assert shop.order("continue")
    if not shop.passed():  # A guardrail was first: the canary goes on, and is let pass by hand.
        assert shop.order("continue")
    assert len(shop.due()) == held


def test_nobody_follows_while_nothing_is_known(shop: Careful) -> None:
    """Messages that have no answer yet let nobody pass, however long it takes."""
    shop.until(5)
    assert shop.rows()["deferred", "canary"] > 0
    assert not shop.passed()


def test_a_launch_at_night_waits_for_its_morning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who goes first waits for the quiet hours like everybody; that nothing left by then is no reason to stop."""
    monkeypatch.setattr(test_steering_study, "NOON_MS", NOON_MS + 11 * HOUR_MS)
    shop = AtNight(tmp_path)
    try:
        assert shop.rows()["deferred", "quiet_hours"] > 0
        shop.until(4)
        assert not shop.body().get("paused")
        assert not shop.passed()
        shop.pass_hours(7)
        assert 0.1 * PEOPLE < len(shop.send()) < 0.35 * PEOPLE
        shop.until(1.1)
        assert shop.passed()
    finally:
        shop.shop.close()


def test_a_person_may_let_the_others_follow_at_once(shop: Careful) -> None:
    """Going on is an order as any other, and the log names who gave it."""
    first = len(shop.send())
    assert shop.order("continue")
    assert len(shop.due()) == PEOPLE - first - shop.rows()["held_out", "held_out:would_be_sent"]
    assert shop.passed()


def sent(**said: int) -> Sent:
    usual = {"left": 100, "on_the_way": 0, "behind": 900, "first_ms": 0, "began_ms": NOON_MS}
    return Sent(**{**usual, "failures": 0, "complaints": 0, "opt_outs": 0, "first_ms": NOON_MS, **said})


@pytest.mark.parametrize(
    ("said", "minutes", "standing", "symptom"),
    [
        ({}, 59, "waits", ""),
        ({}, 60, "passes", ""),
        ({"complaints": 1}, 60, "passes", ""),
        ({"complaints": 2}, 60, "stops", "complaints"),
        ({"failures": 5}, 60, "passes", ""),
        ({"failures": 6}, 60, "stops", "failures"),
        ({"failures": 6}, 30, "waits", ""),
        ({"failures": 40}, 1, "stops", "failures"),
        ({"opt_outs": 3}, 60, "stops", "opt_outs"),
        ({"left": 5, "on_the_way": 20}, 120, "waits", ""),
        ({"left": 5}, 60, "passes", ""),
        ({"left": 0, "first_ms": 0}, 60, "stops", "nobody"),
        ({"left": 0, "first_ms": 0, "on_the_way": 3}, 600, "waits", ""),
    ],
)
def test_what_is_judged(said: dict[str, int], minutes: int, standing: str, symptom: str) -> None:
    """One complaint tells nothing, two of a hundred stop it; much that fails stops it before its time is over."""
    told = judged(Canary(share=0.01), sent(**said), NOON_MS + minutes * MINUTE_MS)
    assert (told.standing, told.symptom) == (standing, symptom)
