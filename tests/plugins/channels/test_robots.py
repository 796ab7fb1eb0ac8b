"""Robots of group chats against doubles that check every signature."""

import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from liftloop.deliver.contract import Channel, ChannelDefinition, TryLater
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.robots import dingtalk_signature, feishu_signature
from liftloop.testing.channels import ChannelConformance, message, outcomes, send
from liftloop.testing.robot_double import SECRET, TOKEN, RobotDouble

LOOPBACK = (ip_network("127.0.0.0/8"),)
WALL = SystemClock()


def robot(provider: str, base_url: str, **settings: Any) -> Channel:
    known = {"provider": provider, "token": TOKEN, "base_url": base_url}
    if provider != "wecom":
        known["secret"] = SECRET
    return open_channel(ChannelDefinition(id="team", kind="robot", settings=known | settings), LOOPBACK, WALL)


class Receiver:
    def __init__(self, double: RobotDouble) -> None:
        self.double = double

    def times_taken(self, key: MessageKey) -> int:
        number = key.split("/")[-2]
        return sum(f"第 {number} 封" in text for text in self.double.texts)

    def lose_next_answer(self) -> None:
        self.double.faults.append("lose_answer")


@pytest.fixture(params=["dingtalk", "feishu", "wecom"])
def double(request: pytest.FixtureRequest) -> Iterator[RobotDouble]:
    double = RobotDouble(request.param, WALL).start()
    yield double
    double.stop()


@pytest.fixture
def channel(double: RobotDouble) -> Channel:
    return robot(double.provider, double.base_url)


class TestRobotChannel(ChannelConformance):
    @pytest.fixture
    def receiver(self, double: RobotDouble) -> Receiver:
        return Receiver(double)

    @pytest.fixture
    def channel(self, double: RobotDouble) -> Channel:
        return robot(double.provider, double.base_url)

    @pytest.fixture
    def unreachable(self, double: RobotDouble) -> Channel:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        return robot(double.provider, f"http://127.0.0.1:{port}")

    def test_tries_later_only_when_nothing_left(self, unreachable: Channel) -> None:
        """Where nobody listens the text may come again, and the channel says when."""
        with pytest.raises(TryLater) as later:
            send(unreachable, [message(1)])
        assert later.value.after_ms > 0


def test_a_robot_speaks_to_a_group_alone(channel: Channel) -> None:
    """No message for a customer may go there: the dispatcher asks by this."""
    assert channel.address_kind == "group"


def test_too_many_texts_wait(double: RobotDouble, channel: Channel) -> None:
    """A provider that has enough says so by a code; nothing was taken, and the text comes again a minute later."""
    double.faults.append("too_many")
    with pytest.raises(TryLater) as later:
        send(channel, [message(1)])
    assert later.value.after_ms >= 60_000
    assert not double.texts


@pytest.mark.parametrize("fault", ["broken", "garbage"])
def test_an_odd_answer_is_uncertain(double: RobotDouble, channel: Channel, fault: str) -> None:
    """Whatever is not a plain yes or no may have arrived."""
    double.faults.append(fault)
    (handovers,) = send(channel, [message(1)])
    assert [each.outcome for each in handovers] == ["uncertain"]


def test_a_wrong_key_is_told(double: RobotDouble) -> None:
    """A robot whose token is not that of the group is refused, and the reason names the provider's code."""
    (handovers,) = send(robot(double.provider, double.base_url, token="another"), [message(1)])
    assert [each.outcome for each in handovers] == ["credential_expired"]
    assert handovers[0].reason.startswith(f"{double.provider}_")


def test_long_texts_are_cut(double: RobotDouble, channel: Channel) -> None:
    """A text longer than the provider takes ends with an ellipsis instead of being refused."""
    long = message(1)
    long = type(long)(**{name: getattr(long, name) for name in long.__struct_fields__} | {"body": "长" * 9_000})
    (handovers,) = send(channel, [long])
    assert outcomes(handovers) == {long.key: "accepted"}
    assert double.texts[0].endswith("…")
    assert len(double.texts[0].encode()) <= 20_000


def test_signatures() -> None:
    """Key and text stand the other way round at the two; expected by `openssl dgst -sha256 -hmac`."""
    assert dingtalk_signature("SECabc", 1_700_000_000_000) == "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM="
    assert feishu_signature("SECabc", 1_700_000_000) == "XprR1de+0SSBnwWyU/4k6x2TL+Q2SJlM5NNEdAv7MWg="


@pytest.mark.parametrize(
    "settings",
    [{"token": ""}, {"token": "a/b"}, {"provider": "slack"}, {"base_url": "ftp://x"}, {"base_url": "http://10.0.0.8"}],
)
def test_wrong_settings_are_refused(settings: dict[str, str]) -> None:
    """What cannot work is refused when the channel is opened, private addresses too."""
    known = {"provider": "dingtalk", "token": TOKEN, "base_url": "http://127.0.0.1:9"}
    with pytest.raises(LiftloopError):
        open_channel(ChannelDefinition(id="team", kind="robot", settings=known | settings), LOOPBACK, WALL)
