"""Providers that can be asked what became of a message whose answer was lost, each in its own envelope."""

import asyncio
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest
from msgspec.structs import replace

from liftloop.deliver.contract import ChannelDefinition, Message, TryLater
from liftloop.kernel.clock import SystemClock
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.contract import Doubt, Finding, Queried
from liftloop.testing.channels import message
from liftloop.testing.gatehouse import Gatehouse, Rooms, open_gatehouse, sms, wechat
from liftloop.testing.gatehouse.server import Fault

WALL = SystemClock()
SETTINGS: dict[str, dict[str, Any]] = {
    "aliyun_sms": {
        "access_key_id": sms.KEY_ID,
        "access_key_secret": sms.KEY_SECRET,
        "sign_name": sms.SIGN_NAME,
        "template": sms.TEMPLATE,
    },
    "tencent_sms": {
        "secret_id": sms.KEY_ID,
        "secret_key": sms.KEY_SECRET,
        "app_id": sms.APP_ID,
        "sign_name": sms.SIGN_NAME,
        "template": sms.TENCENT_TEMPLATE,
    },
    "wecom_task": {"corp_id": wechat.CORP_ID, "secret": wechat.CORP_SECRET, "mark_secret": "m" * 24},
}
ADDRESS = {"aliyun_sms": "138{n:08d}", "tencent_sms": "138{n:08d}", "wecom_task": "wm{n:08d}"}
FAILED = 70_003
"""The number of a message that the double's carriers do not deliver."""
NEVER_LEFT = 99


@pytest.fixture
def house() -> Iterator[tuple[Gatehouse, Rooms]]:
    gatehouse, rooms = open_gatehouse(WALL)
    gatehouse.start()
    yield gatehouse, rooms
    gatehouse.stop()


def to(kind: str, number: int) -> Message:
    return replace(message(number), address=ADDRESS[kind].format(n=number), subject="", body=f"text: 第 {number} 封")


def asked(kind: str, base_url: str, *sent: Message, lost: Any = None) -> tuple[list[str], dict[str, Finding]]:
    """Send messages, of which the last call may lose its answer; then ask for all and for one that never left."""

    async def story() -> tuple[list[str], dict[str, Finding]]:
        definition = ChannelDefinition(id="way", kind=kind, settings=SETTINGS[kind] | {"base_url": base_url})  # pyright: ignore[reportArgumentType]
        channel = open_channel(definition, (ip_network("127.0.0.0/8"),), WALL)
        assert isinstance(channel, Queried)
        try:
            told = [each.outcome for each in await channel.send(sent)]
            if lost is not None:
                lost()
            doubts = [
                Doubt(key=each.key, address=each.address, left_ms=WALL.now_ms())
                for each in (*sent, to(kind, NEVER_LEFT))
            ]
            return told, {each.key: each for each in await channel.found(doubts)}
        finally:
            await channel.close()

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "absent"), [("aliyun_sms", "not_sent"), ("tencent_sms", "unknown"), ("wecom_task", "not_sent")]
)
def test_a_lost_answer_is_asked_for(house: tuple[Gatehouse, Rooms], kind: str, absent: str) -> None:
    """What the provider took is found by our own mark; of what it never saw it says so, if it shows all it took."""
    gatehouse, _ = house
    gatehouse.faults.append("lose_answer")
    first = to(kind, 5)
    told, found = asked(kind, gatehouse.base_url, first)
    assert told == ["uncertain"]
    assert (found[first.key].what, bool(found[first.key].evidence)) == ("sent", True)
    assert found[to(kind, NEVER_LEFT).key].what == absent
    assert len(gatehouse.ledger.taken) == 1, "asking sends nothing"


@pytest.mark.parametrize("kind", ["aliyun_sms", "tencent_sms"])
def test_what_carriers_did_not_deliver_was_not_sent(house: tuple[Gatehouse, Rooms], kind: str) -> None:
    """A failure that the provider reports is a failure, with the carrier's code as evidence."""
    gatehouse, _ = house
    gatehouse.faults.append("lose_answer")
    first = to(kind, FAILED)
    _, found = asked(kind, gatehouse.base_url, first)
    assert (found[first.key].what, found[first.key].evidence.startswith("failed_")) == ("not_sent", True)


def test_what_is_hidden_or_late_proves_nothing(house: tuple[Gatehouse, Rooms]) -> None:
    """A count without rows, and a carrier that has not reported, leave a message uncertain."""
    gatehouse, rooms = house
    rooms.sms.aliyun.hides_details = True
    _, found = asked("aliyun_sms", gatehouse.base_url, to("aliyun_sms", 5))
    assert found[to("aliyun_sms", 5).key].what == "unknown"
    rooms.sms.tencent.carriers_are_late = True
    _, found = asked("tencent_sms", gatehouse.base_url, to("tencent_sms", 5))
    assert found[to("tencent_sms", 5).key].what == "unknown"


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_provider_that_cannot_be_asked_now_is_asked_later(house: tuple[Gatehouse, Rooms], kind: str) -> None:
    """A refusal, or no answer, to the question is no answer about the message."""
    gatehouse, _ = house
    faults: tuple[Fault, ...] = ("too_many", "broken")
    for fault in faults:
        with pytest.raises(TryLater):
            asked(kind, gatehouse.base_url, to(kind, 5), lost=partial(gatehouse.faults.append, fault))
