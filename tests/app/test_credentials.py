"""Credentials that no longer hold: everything waits, somebody hears what to do, new ones let it go on."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from dispatch_world import DAY_MS, NOW_MS, ScriptedChannel, World

from liftloop.app.channel_pauses import advice
from liftloop.app.dispatch.settle import TRIES_MAX
from liftloop.deliver.contract import Channel, ChannelDefinition
from liftloop.kernel.clock import MINUTE_MS, SystemClock
from liftloop.plugins.channels import open_channel
from liftloop.testing.gatehouse import Gatehouse, Rooms, open_gatehouse, sms

WALL = SystemClock()
NEW_SECRET = "secret-after-the-reset"
COUNT = 30


class Shop(World):
    """A world that sends SMS through the gatehouse."""

    base_url = ""

    def credentials(self, version: int, secret: str) -> None:
        settings = {
            "access_key_id": sms.KEY_ID,
            "access_key_secret": secret,
            "sign_name": sms.SIGN_NAME,
            "template": sms.TEMPLATE,
            "base_url": self.base_url,
        }
        self.state.define("channel", "shop", version, {"id": "shop", "kind": "aliyun_sms", "settings": settings})

    def _open(self, definition: ChannelDefinition) -> Channel:
        return open_channel(definition, (ip_network("127.0.0.0/8"),), WALL)

    def pause_reason(self) -> str:
        assert self.dispatcher is not None
        lanes = self.dispatcher.status().lanes
        return lanes[0].pause_reason if lanes else ""


@pytest.fixture
def house() -> Iterator[tuple[Gatehouse, Rooms]]:
    gatehouse, rooms = open_gatehouse(WALL)
    gatehouse.start()
    yield gatehouse, rooms
    gatehouse.stop()


def test_a_key_that_was_reset_makes_all_wait_until_the_new_one(tmp_path: Path, house: tuple[Gatehouse, Rooms]) -> None:
    """Revoked between two batches: none is lost or uncertain, and the new key lets each go once, at once."""
    gatehouse, rooms = house
    world = Shop(tmp_path)
    world.base_url = gatehouse.base_url
    world.content("hello", "text: 你好")
    for number in range(COUNT):
        world.person(number, phone=f"+8613812345{number + 100:03d}")
    world.credentials(1, sms.KEY_SECRET)
    first = world.message(0)
    world.run()
    rooms.sms.aliyun.key_secret = NEW_SECRET
    later = {world.message(number) for number in range(1, COUNT)}
    reasons: list[str] = []

    def arrived() -> bool:
        if world.pause_reason() and not reasons:
            reasons.append(world.pause_reason())
            assert world.outcomes() == {first: "accepted"}, "the others wait"
            world.credentials(2, NEW_SECRET)
        return len(world.outcomes()) == COUNT

    world.run(until=arrived)
    assert reasons == ["credential_expired:SignatureDoesNotMatch"]
    assert world.outcomes() == dict.fromkeys({first, *later}, "accepted")
    assert len(gatehouse.ledger.taken) == COUNT


def test_waiting_for_credentials_spends_no_try(tmp_path: Path) -> None:
    """However often the provider turns it away, a message waits; what was uncertain before stays so."""
    world = World(tmp_path)
    world.content("hello", "你好")
    shop = world.channel(ScriptedChannel())
    shop.script = ["credential_expired"] * (TRIES_MAX + 5) + ["retry", "accepted"]
    key = world.message(1, expires_ms=NOW_MS + 10 * DAY_MS)
    for _ in range(TRIES_MAX + 5):
        world.run()
        assert not world.state.settled
        world.clock.ms += 31 * MINUTE_MS
    for _ in range(2):
        world.run()
        world.clock.ms += 31 * MINUTE_MS
    assert world.outcomes() == {key: "accepted"}


def test_what_waited_too_long_says_why(tmp_path: Path) -> None:
    """A message whose time ends before anybody renews them was not sent, and its row says what stood in its way."""
    world = World(tmp_path)
    world.content("hello", "你好")
    world.channel(ScriptedChannel()).script = ["credential_expired"]
    key = world.message(1, expires_ms=NOW_MS + 60 * MINUTE_MS)
    world.run()
    world.clock.ms += 61 * MINUTE_MS
    world.run()
    assert world.state.settled[key] == ("expired", "expired:not_admitted")


def test_somebody_may_let_it_go_on(tmp_path: Path) -> None:
    """After a top-up the same credentials are good again: resumed by hand, nothing waits for the pause to end."""
    world = World(tmp_path)
    world.content("hello", "你好")
    world.channel(ScriptedChannel()).script = ["credential_expired"]
    keys = {world.message(number) for number in range(3)}

    def resumed() -> bool:
        assert world.dispatcher is not None
        if world.dispatcher.resume("shop"):
            return False
        return set(world.outcomes()) == keys

    world.run(until=resumed)
    assert set(world.outcomes().values()) == {"accepted"}


@pytest.mark.parametrize(
    ("kind", "reason", "trouble", "fields"),
    [
        (
            "aliyun_sms",
            "credential_expired:SignatureDoesNotMatch",
            "credentials",
            ["access_key_id", "access_key_secret"],
        ),
        ("aliyun_sms", "credential_expired:isv.AMOUNT_NOT_ENOUGH", "balance", []),
        ("wechat_template", "credential_expired:errcode_40164", "network", []),
        ("wecom_app", "credential_expired:errcode_40001", "credentials", ["corp_id", "secret"]),
        ("a_plugin", "credential_expired", "credentials", []),
        ("webhook", "busy", "busy", []),
    ],
)
def test_a_pause_says_what_to_do(kind: str, reason: str, trouble: str, fields: list[str]) -> None:
    """Money, networks and permissions are not told as expired keys, and a key is told with where to get another."""
    told = advice(kind, reason)
    assert (told.trouble, list(told.fields)) == (trouble, fields)
    assert all((told.why.zh, told.why.en, told.next.zh, told.next.en))
