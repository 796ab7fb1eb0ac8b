"""The signed webhook against a real server on loopback."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftloop.deliver.contract import Channel, ChannelDefinition, Message, TryLater
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.addresses import AddressRefused, GuardedResolver, parse_networks, permitted
from liftloop.plugins.channels.outbound import ANSWER_BYTES_MAX
from liftloop.plugins.channels.signing import headers, secret_bytes, signature, verify
from liftloop.plugins.channels.webhook import bodies
from liftloop.plugins.channels.webhook import outcomes as outcomes_of_answer
from liftloop.testing.channels import ChannelConformance, message, messages, outcomes, send
from liftloop.testing.webhook_double import SECRET, THROTTLE_S, Fault, WebhookDouble

LOOPBACK = (ip_network("127.0.0.0/8"),)
WALL = SystemClock()


def webhook(url: str, allow: Sequence[Any] = LOOPBACK, **settings: Any) -> Channel:
    definition = ChannelDefinition(id="shop", kind="webhook", settings={"url": url, "secret": SECRET, **settings})
    return open_channel(definition, allow, WALL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Receiver:
    def __init__(self, double: WebhookDouble) -> None:
        self.double = double

    def times_taken(self, key: MessageKey) -> int:
        return self.double.taken[key]

    def lose_next_answer(self) -> None:
        self.double.faults.append("lose_answer")


@pytest.fixture
def double() -> Iterator[WebhookDouble]:
    double = WebhookDouble(WALL).start()
    yield double
    double.stop()


class TestWebhookChannel(ChannelConformance):
    @pytest.fixture
    def receiver(self, double: WebhookDouble) -> Receiver:
        return Receiver(double)

    @pytest.fixture
    def channel(self, double: WebhookDouble) -> Channel:
        return webhook(double.url)

    @pytest.fixture
    def unreachable(self) -> Channel:
        return webhook(f"http://127.0.0.1:{free_port()}/")


class TestIdempotentWebhookChannel(TestWebhookChannel):
    @pytest.fixture
    def double(self) -> Iterator[WebhookDouble]:
        double = WebhookDouble(WALL, idempotent=True).start()
        yield double
        double.stop()

    @pytest.fixture
    def channel(self, double: WebhookDouble) -> Channel:
        return webhook(double.url, repeat="idempotent")


def test_body_is_what_the_contract_says(double: WebhookDouble) -> None:
    """A receiver finds the nine fields, the words as text and the instant with its zone."""
    send(webhook(double.url), [message(7)])
    (received,) = double.messages
    assert received == {
        "message_key": "campaign/send/7/0",
        "attempt_id": "campaign/send/7/0.1",
        "customer_id": "u7",
        "campaign_id": "campaign",
        "action_id": "action",
        "offer": None,
        "item_id": None,
        "content": "<p>第 7 封</p>",
        "subject": "你好 7",
        "at": "2026-09-21T14:13:20.000+00:00",
    }
    assert double.refused_signatures == 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("lose_answer", "uncertain"),
        ("garbage", "uncertain"),
        ("broken", "uncertain"),
        ("forbidden", "credential_expired"),
        ("gone", "rejected"),
    ],
)
def test_fault_gives_its_outcome(double: WebhookDouble, fault: Fault, expected: str) -> None:
    """What the server did decides whether a message may be sent again."""
    double.faults.append(fault)
    (handovers,) = send(webhook(double.url), messages(3))
    assert set(outcomes(handovers).values()) == {expected}
    assert len(handovers) == 3


@pytest.mark.parametrize("fault", ["throttle", "busy"])
def test_throttled_batch_comes_back_when_the_server_says(double: WebhookDouble, fault: Fault) -> None:
    """429 and 503 with Retry-After took nothing: the batch may be handed over again after that time."""
    double.faults.append(fault)
    with pytest.raises(TryLater) as later:
        send(webhook(double.url), messages(3))
    assert later.value.after_ms == THROTTLE_S * 1000
    assert not double.taken


def test_missing_result_is_uncertain(double: WebhookDouble) -> None:
    """A message that the answer does not name may have been taken."""
    double.faults.append("half")
    (handovers,) = send(webhook(double.url), messages(4))
    assert list(outcomes(handovers).values()) == ["accepted", "accepted", "uncertain", "uncertain"]


def test_answer_in_full_decides_each() -> None:
    """Outcomes are taken over; unknown words and contradictions are uncertain, strangers are ignored."""
    answer = canonical_json(
        {
            "results": [
                {"message_key": message(0).key, "outcome": "opted_out"},
                {"message_key": message(1).key, "outcome": "delivered"},
                {"message_key": message(2).key, "outcome": "accepted"},
                {"message_key": message(2).key, "outcome": "rejected"},
                {"message_key": "somebody else", "outcome": "accepted"},
                {"message_key": message(3).key, "outcome": "throttled", "retry_after_ms": 10**12},
            ]
        }
    )
    handovers = outcomes_of_answer(messages(4), 200, answer)
    assert [each.outcome for each in handovers] == ["opted_out", "uncertain", "uncertain", "throttled"]
    assert handovers[3].retry_after_ms == 86_400_000, "nobody makes us wait longer than a day"


JSON = st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.binary(max_size=60) | JSON.map(canonical_json), st.integers(200, 599))
def test_any_answer_gives_every_message_an_outcome(answer: bytes, status: int) -> None:
    """Whatever comes back, each message has one outcome, and 'accepted' is never guessed."""
    handovers = outcomes_of_answer(messages(2), status, answer)
    assert [each.key for each in handovers] == [each.key for each in messages(2)]
    assert all(each.outcome != "accepted" for each in handovers)
    assert status < 500 or all(each.outcome == "uncertain" for each in handovers)


def test_endless_answer_is_cut() -> None:
    """A receiver that answers with more than any answer has is uncertain, not a full memory."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        sent = 0
        try:
            while True:
                writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
                await writer.drain()
                sent += 65_536
        except OSError:
            seen.append(sent)

    seen: list[int] = []

    async def story() -> str:
        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        channel = webhook(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        (handover,) = await channel.send([message(1)])
        await channel.close()
        for _ in range(100):
            if seen:
                break
            await asyncio.sleep(0.02)
        server.close()
        return handover.outcome

    assert asyncio.run(story()) == "uncertain"
    assert seen, "the channel hung up"
    assert seen[0] < 5 * ANSWER_BYTES_MAX


def test_redirect_is_not_followed() -> None:
    """A receiver cannot send a batch on to another address, private ones above all."""
    hits: list[str] = []

    async def story() -> str:
        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = await reader.readline()
            hits.append(line.decode().split()[1])
            writer.write(b"HTTP/1.1 307 x\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()

        server = await asyncio.start_server(redirect, "127.0.0.1", 0)
        channel = webhook(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/here")
        (handover,) = await channel.send([message(1)])
        await channel.close()
        server.close()
        return handover.outcome

    assert asyncio.run(story()) == "rejected"
    assert hits == ["/here"]


def test_long_batch_is_cut_into_bodies() -> None:
    """Requests stay below the limit of bytes; every message is in exactly one, in order."""
    batch = messages(40)
    parts = bodies(batch, 2_000)
    assert len(parts) > 1
    assert all(len(body) <= 2_000 for body, _ in parts)
    keys = [item["message_key"] for body, _ in parts for item in parse_object(body)["messages"]]
    assert keys == [each.key for each in batch]
    assert len(bodies(batch[:1], 10)) == 1, "one message always goes alone"


def test_throttle_after_part_of_a_batch_left_is_no_try_later(double: WebhookDouble) -> None:
    """When the second request of a batch is throttled, the first one's outcomes stand and only the rest comes back."""
    channel = webhook(double.url)
    long = [_with_body(number, "长" * 100_000) for number in range(6)]
    double.faults.extend(["none", "throttle", "throttle", "throttle"])
    (handovers,) = send(channel, long)
    assert sorted({each.outcome for each in handovers}) == ["accepted", "retry"]
    assert {key for key, outcome in outcomes(handovers).items() if outcome == "accepted"} == set(double.taken)
    assert len(handovers) == 6


def _with_body(number: int, body: str) -> Message:
    short = message(number)
    return Message(**{name: getattr(short, name) for name in short.__struct_fields__ if name != "body"}, body=body)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[fe80::1]"],
)
def test_private_address_is_refused_when_the_channel_is_saved(host: str) -> None:
    """Without LIFTLOOP_WEBHOOK_ALLOW no channel points into the private network."""
    with pytest.raises(LiftloopError, match="address_refused"):
        webhook(f"http://{host}/", allow=())


def test_private_address_behind_a_name_is_refused_when_sending(double: WebhookDouble) -> None:
    """A name that resolves to loopback is refused where loopback is not allowed, and nothing arrives."""
    url = double.url.replace("127.0.0.1", "localhost")
    (handovers,) = send(webhook(url, allow=()), [message(1)])
    assert outcomes(handovers) == {message(1).key: "rejected"}
    assert handovers[0].reason.startswith("address_refused")
    assert not double.taken
    (allowed,) = send(webhook(url), [message(1)])
    assert outcomes(allowed) == {message(1).key: "accepted"}


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001"])
def test_odd_spelling_of_loopback_reaches_nothing(double: WebhookDouble, host: str) -> None:
    """Old ways to write an address do not get past the guard."""
    try:
        channel = webhook(double.url.replace("127.0.0.1", host), allow=())
    except LiftloopError:
        return
    (handovers,) = send(channel, [message(1)])
    assert set(outcomes(handovers).values()) == {"rejected"}
    assert not double.taken


def test_the_address_judged_is_the_address_called(double: WebhookDouble) -> None:
    """A name whose answer changes after the check is not asked a second time."""

    class Turncoat:
        answers = iter(["127.0.0.1", "10.0.0.1"])
        asked = 0

        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[Any]:
            self.asked += 1
            host_found = next(self.answers)
            return [{"hostname": host, "host": host_found, "port": port, "family": family, "proto": 0, "flags": 0}]

        async def close(self) -> None: ...

    turncoat = Turncoat()
    resolver = GuardedResolver(LOOPBACK, turncoat)
    first = asyncio.run(resolver.resolve("shop.example", 80))
    assert [each["host"] for each in first] == ["127.0.0.1"]
    with pytest.raises(AddressRefused):
        asyncio.run(resolver.resolve("shop.example", 80))
    assert turncoat.asked == 2


@given(st.ip_addresses())
def test_allowed_networks_are_all_that_opens_private_ones(address: Any) -> None:
    """An address is reached exactly when it is public or listed."""
    public = permitted(str(address), ())
    assert not public or address.is_global
    assert permitted(str(address), (ip_network(f"{address}/{address.max_prefixlen}"),)) or address.version == 6


def test_hidden_addresses_are_seen() -> None:
    """An IPv4 address inside an IPv6 one is judged for what it is."""
    for hidden in ("::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::", "fe80::1%eth0"):
        assert not permitted(hidden, ())
    assert permitted("::ffff:10.0.0.1", (ip_network("10.0.0.0/8"),))
    assert permitted("93.184.215.14", ())
    assert parse_networks("127.0.0.0/8, ::1/128") == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    with pytest.raises(LiftloopError) as refused:
        parse_networks("localhost")
    assert refused.value.zh
    assert refused.value.next_en


def test_signature_is_the_specifications() -> None:
    """The vector that implementations of Standard Webhooks share."""
    key = secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=40), st.integers(0, 2**32), st.sampled_from(["none", "body", "id", "time", "key"]))
def test_altered_request_is_not_believed(body: bytes, at_s: int, altered: str) -> None:
    """Any change of body, id, time or key makes a signature worthless; so do five minutes and a second."""
    key = secret_bytes(SECRET)
    sent = headers(key, "msg_1", at_s, body)
    match altered:
        case "none":
            assert verify(key, sent, body, at_s + 300)
            assert not verify(key, sent, body, at_s + 301)
        case "body":
            assert not verify(key, sent, body + b"x", at_s)
        case "id":
            assert not verify(key, sent | {"webhook-id": "msg_2"}, body, at_s)
        case "time":
            assert not verify(key, sent | {"webhook-timestamp": str(at_s + 1)}, body, at_s)
        case _:
            assert not verify(key + b"x", sent, body, at_s)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://example.com"},
        {"url": "nonsense"},
        {"url": "https://example.com", "secret": "short"},
        {"url": "https://example.com", "secret": "whsec_%%%"},
        {"url": "https://example.com", "batch_max": 0},
        {"url": "https://example.com", "colour": "red"},
    ],
)
def test_wrong_settings_are_told_in_both_languages(settings: dict[str, Any]) -> None:
    """Saving a channel that cannot work says what to change."""
    definition = ChannelDefinition(id="shop", kind="webhook", settings={"secret": SECRET, **settings})
    with pytest.raises(LiftloopError) as refused:
        open_channel(definition, (), WALL)
    assert refused.value.code == "channel_settings"
    assert refused.value.zh
    assert refused.value.next_zh
