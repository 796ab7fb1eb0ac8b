"""Messages whose answer was lost, from the hand-over until their provider was asked what became of them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from dispatch_world import NOW_MS, ScriptedChannel, World

from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.doubts import ASKED_AFTER_MS
from liftloop.app.dispatch.reconciling import Asked, ReconcileTools, Reconciling
from liftloop.deliver.contract import TryLater
from liftloop.kernel.codec import parse_object
from liftloop.kernel.ids import Offset
from liftloop.plugins.channels.contract import Doubt, Finding
from liftloop.storage.contract import Record


class AskedChannel(ScriptedChannel):
    """A channel whose provider knows what it took."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.away = False
        self.broken = False
        self.shows = True

    async def found(self, doubts: Sequence[Doubt]) -> Sequence[Finding]:
        if self.away:
            raise TryLater(1_000, "away")
        if self.broken:
            raise KeyError("status")
        self.asked += [doubt.key for doubt in doubts]
        if not self.shows:
            return []
        return [
            Finding(key=doubt.key, what="sent" if self.taken[doubt.key] else "not_sent", evidence="asked")
            for doubt in doubts
        ]


class Told(World):
    """A world that keeps what the tick is told about lost answers, and shows them as uncertain until then."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told: list[Record] = []

    def ask(self) -> Asked:
        attempts = AttemptFile(self.path)
        for key, (outcome, reason) in self.state.settled.items():
            row = (key, "", "", 1, "", 1, 1, "shop", "", "", "marketing", outcome, reason, NOW_MS, NOW_MS, 0)
            self.state.put("ledger", *row)

        async def send_facts(records: Sequence[Record]) -> Offset:
            self.told += records
            return Offset(0)

        tools = ReconcileTools(
            state=self.state,
            vault=self.vault,
            clock=self.clock,
            attempts=attempts,
            channels=lambda: list(self.channels.values()),
            send_facts=send_facts,
        )
        try:
            return asyncio.run(Reconciling(tools).look())
        finally:
            attempts.close()

    def outcomes_told(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for record in self.told:
            assert record.kind == "attempts.reconciled"
            body: dict[str, Any] = parse_object(record.body)
            found |= dict(zip(body["keys"], zip(body["outcomes"], body["reasons"], strict=True), strict=True))
        return found


@pytest.fixture
def world(tmp_path: Path) -> Told:
    world = Told(tmp_path)
    world.content("hello", "你好", subject="中秋")
    return world


def test_a_lost_answer_is_asked_for_and_never_sent_again(world: Told) -> None:
    """What the provider had was sent; what it denies having was not, once ten minutes make that certain."""
    channel: AskedChannel = world.channel(AskedChannel())
    channel.script = ["lost", "lost_before"]
    channel.limits = type(channel.limits)(batch_max=1, body_bytes_max=1_000, per_second_max=10.0)
    keys = [world.message(number) for number in (1, 2)]
    world.run()
    assert set(world.outcomes().values()) == {"uncertain"}
    assert world.ask() == Asked(), "not at once: the provider may be late itself"
    world.clock.ms += ASKED_AFTER_MS[0]
    assert world.ask() == Asked(asked=2, sent=1, open=1)
    world.clock.ms = NOW_MS + ASKED_AFTER_MS[1]
    assert world.ask() == Asked(asked=1, not_sent=1)
    taken = next(key for key in keys if channel.taken[key])
    assert world.outcomes_told() == {
        key: ("accepted" if key == taken else "rejected", "reconciled:asked") for key in keys
    }
    world.clock.ms += 86_400_000
    assert world.ask() == Asked()
    assert sum(channel.taken.values()) == 1


def test_what_nobody_knows_stays_uncertain(world: Told) -> None:
    """Asked six times over three days and never told: uncertain for good, with the first reason."""
    channel: AskedChannel = world.channel(AskedChannel())
    channel.script = ["lost"]
    channel.shows = False
    key = world.message(1)
    world.run()
    for after_ms in ASKED_AFTER_MS:
        world.clock.ms = NOW_MS + after_ms
        told = world.ask()
    assert told == Asked(asked=1, given_up=1)  # pyright: ignore[reportPossiblyUnboundVariable] the loop runs
    assert world.outcomes_told() == {key: ("uncertain", "asked_in_vain:uncertain")}
    assert channel.asked == [key] * len(ASKED_AFTER_MS)


def test_a_provider_that_is_away_is_asked_again(world: Told) -> None:
    """No answer to the question uses up none of the times a message is asked for."""
    channel: AskedChannel = world.channel(AskedChannel())
    channel.script = ["lost"]
    channel.away = True
    world.message(1)
    world.run()
    world.clock.ms += ASKED_AFTER_MS[0]
    assert world.ask() == Asked(reason="away")
    channel.away = False
    assert world.ask() == Asked(asked=1, sent=1)


def test_a_plug_in_that_breaks_when_asked_ends_nothing(world: Told) -> None:
    """Its own mistake is no answer: the next look asks again."""
    channel: AskedChannel = world.channel(AskedChannel())
    channel.script = ["lost"]
    world.message(1)
    world.run()
    world.clock.ms += ASKED_AFTER_MS[0]
    channel.broken = True
    assert world.ask() == Asked()
    channel.broken = False
    assert world.ask() == Asked(asked=1, sent=1)


def test_what_a_receipt_has_settled_is_not_asked_for(world: Told) -> None:
    """A row that is no longer uncertain is forgotten without a question."""
    channel: AskedChannel = world.channel(AskedChannel())
    channel.script = ["lost"]
    key = world.message(1)
    world.run()
    world.state.settled[key] = ("sent", "reconciled:receipt_delivered")
    world.clock.ms += ASKED_AFTER_MS[0]
    assert world.ask() == Asked()
    assert not channel.asked


def test_a_channel_that_cannot_be_asked_keeps_nothing(world: Told) -> None:
    """Its messages stay uncertain, and nobody waits for them."""
    plain: ScriptedChannel = world.channel(ScriptedChannel())
    plain.script = ["lost"]
    world.message(1)
    world.run()
    world.clock.ms += ASKED_AFTER_MS[-1]
    assert world.ask() == Asked()
