"""The dispatcher with real channels against real servers on loopback: answers lost, throttled, garbled."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from dispatch_world import NOW_MS, World

from liftloop.deliver.contract import ChannelDefinition
from liftloop.kernel.clock import SystemClock
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.mail import message_id
from liftloop.testing.smtp_double import SmtpDouble
from liftloop.testing.webhook_double import SECRET, THROTTLE_S, WebhookDouble

WALL = SystemClock()
LOOPBACK = (ip_network("127.0.0.0/8"),)


class RealChannels(World):
    """A world whose channels are opened from their definitions."""

    allow: tuple[Any, ...] = LOOPBACK

    def define_channel(self, kind: str, **settings: Any) -> None:
        self.state.define("channel", "shop", 1, {"id": "shop", "kind": kind, "settings": settings})

    def _open(self, definition: ChannelDefinition) -> Any:
        return open_channel(definition, self.allow, WALL)


@pytest.fixture
def world(tmp_path: Path) -> RealChannels:
    world = RealChannels(tmp_path)
    world.content("hello", "你好{{ customer.name | default: '会员' }}", subject="中秋")
    return world


@pytest.fixture
def webhooks() -> Iterator[WebhookDouble]:
    double = WebhookDouble(WALL).start()
    yield double
    double.stop()


@pytest.fixture
def mails() -> Iterator[SmtpDouble]:
    double = SmtpDouble().start()
    yield double
    double.stop()


def test_lost_answer_over_the_wire_is_uncertain_and_alone(world: RealChannels, webhooks: WebhookDouble) -> None:
    """One batch loses its answer: its messages are uncertain and never repeated, the others are accepted."""
    world.define_channel("webhook", url=webhooks.url, secret=SECRET, batch_max=300)
    webhooks.faults.extend(["none", "lose_answer"])
    keys = {world.message(number) for number in range(1_000)}
    for _ in range(2):
        world.run()
        world.clock.ms += 3_600_000
    assert set(world.outcomes()) == keys == set(webhooks.taken)
    assert set(webhooks.taken.values()) == {1}
    outcomes = list(world.outcomes().values())
    assert (outcomes.count("accepted"), outcomes.count("uncertain")) == (700, 300)
    assert webhooks.largest_batch == 300
    assert webhooks.refused_signatures == 0


def test_throttle_over_the_wire_holds_the_channel(world: RealChannels, webhooks: WebhookDouble) -> None:
    """429 with Retry-After spends nothing: the messages leave when the server said so, once."""
    world.define_channel("webhook", url=webhooks.url, secret=SECRET)
    webhooks.faults.append("throttle")
    key = world.message(1)
    world.run()
    assert not world.state.settled
    world.clock.ms += THROTTLE_S * 1_000 - 1
    world.run()
    assert not world.state.settled
    world.clock.ms += 1
    world.run()
    assert world.outcomes() == {key: "accepted"}
    assert webhooks.messages[0]["attempt_id"] == f"{key}.1"
    assert webhooks.messages[0]["at"] == "2026-09-21T14:13:27.000+00:00", "the logical clock, not the machine's"


def test_half_an_answer_leaves_half_in_doubt(world: RealChannels, webhooks: WebhookDouble) -> None:
    """What the answer does not name stays uncertain for marketing and comes again for receipts."""
    world.define_channel("webhook", url=webhooks.url, secret=SECRET)
    webhooks.faults.append("half")
    marketing = {world.message(number) for number in range(10)}
    receipts = {world.message(number, purpose="transactional") for number in range(10, 20)}
    for _ in range(2):
        world.run()
        world.clock.ms += 60_000
    outcomes = world.outcomes()
    assert {outcomes[key] for key in receipts} == {"accepted"}
    assert set(outcomes) == marketing | receipts
    assert max(webhooks.taken[key] for key in marketing) == 1
    named_at_once = 10
    came_twice = sum(webhooks.taken[key] == 2 for key in receipts)
    assert list(outcomes.values()).count("accepted") == named_at_once + came_twice


def test_private_receiver_is_refused_without_permission(world: RealChannels, webhooks: WebhookDouble) -> None:
    """Without LIFTLOOP_WEBHOOK_ALLOW nothing reaches loopback, and the ledger can say why."""
    world.allow = ()
    world.define_channel("webhook", url=webhooks.url, secret=SECRET)
    key = world.message(1)
    world.run()
    assert world.state.settled[key] == ("rejected", "channel_unusable:address_refused")
    assert not webhooks.taken


def test_mail_arrives_in_words(world: RealChannels, mails: SmtpDouble) -> None:
    """From an outbox row to a mail in the box: address opened, name escaped, refusals told apart."""
    world.define_channel("smtp", host="127.0.0.1", port=mails.port, tls="none", sender="店 <shop@brand.example>")
    good, gone, none = (world.message(number) for number in (1, 2, 3))
    for number, address in ((1, "li@x.example"), (2, "unknown@x.example")):
        world.person(number, name="<李>")
        world.state.put("attribute", number, "email", world.vault.sealed(address), 1, NOW_MS, "")
    world.run()
    assert world.outcomes() == {good: "accepted", gone: "invalid_recipient", none: "unrendered"}
    assert world.reasons()[gone] == "smtp_550_5.1.1"
    assert mails.recipients == ["li@x.example"]
    (mail,) = mails.mails
    body = mail.get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == "你好&lt;李&gt;"
    assert world.state.told[0].provider_ids[world.state.told[0].keys.index(good)] == message_id(good, "brand.example")


def test_line_that_breaks_after_data_is_uncertain(world: RealChannels, mails: SmtpDouble) -> None:
    """A mail whose answer was lost is not sent again, also after a restart."""
    world.define_channel("smtp", host="127.0.0.1", port=mails.port, tls="none", sender="店 <shop@brand.example>")
    mails.faults.append("hang_up_after")
    world.person(1, email="li@x.example")
    key = world.message(1)
    for _ in range(2):
        world.run()
        world.clock.ms += 3_600_000
    assert world.outcomes() == {key: "uncertain"}
    assert list(mails.taken.values()) == [1]
