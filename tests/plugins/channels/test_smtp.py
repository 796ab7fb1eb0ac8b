"""The e-mail channel against a real server on loopback."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftloop.compose.text_part import text_part
from liftloop.deliver.contract import Channel, ChannelDefinition, Message, TryLater
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.mail import Sender, deliverable, mail, message_id
from liftloop.plugins.channels.smtp import outcome_of
from liftloop.testing.channels import ChannelConformance, message, messages, outcomes, send
from liftloop.testing.smtp_double import Fault, SmtpDouble

SENDER = Sender(
    name="品牌",
    address="news@brand.example",
    reply_to="care@brand.example",
    unsubscribe_url="https://brand.example/u?c={customer_id}&m={message_key}",
)


def smtp(port: int, **settings: Any) -> Channel:
    usual = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "品牌 <news@brand.example>"}
    return open_channel(ChannelDefinition(id="mail", kind="smtp", settings=usual | settings), (), SystemClock())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def to(address: str, number: int = 1) -> Message:
    return msgspec.structs.replace(message(number), address=address)


class Receiver:
    def __init__(self, double: SmtpDouble) -> None:
        self.double = double

    def times_taken(self, key: MessageKey) -> int:
        return self.double.taken[message_id(key, "brand.example")]

    def lose_next_answer(self) -> None:
        self.double.faults.append("hang_up_after")


@pytest.fixture
def double() -> Iterator[SmtpDouble]:
    double = SmtpDouble().start()
    yield double
    double.stop()


class TestSmtpChannel(ChannelConformance):
    @pytest.fixture
    def receiver(self, double: SmtpDouble) -> Receiver:
        return Receiver(double)

    @pytest.fixture
    def channel(self, double: SmtpDouble) -> Channel:
        return smtp(double.port)

    @pytest.fixture
    def unreachable(self) -> Channel:
        return smtp(free_port())


def test_many_messages_share_few_connections(double: SmtpDouble) -> None:
    """Forty mails and then forty more need two connections, where two are allowed."""
    send(smtp(double.port, connections=2), messages(40), messages(40))
    assert double.connections == 2
    assert len(double.mails) == 80


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("unknown@x.example", "invalid_recipient"),
        ("full@x.example", "retry"),
        ("busy@x.example", "retry"),
        ("grey@x.example", "throttled"),
        ("blocked@x.example", "rejected"),
        ("closing@x.example", "throttled"),
        ("plain@x.example", "rejected"),
        ("no address", "invalid_recipient"),
        ("a@b.example>\r\nRCPT TO:<c@d.example", "invalid_recipient"),
        ("good@x.example", "accepted"),
        ("good@例子.example", "accepted"),
    ],
)
def test_answer_of_the_server_decides(double: SmtpDouble, address: str, expected: str) -> None:
    """Each refusal has its class, and the mails before and after it on the same connection go out."""
    batch = [to("a@x.example", 1), to(address, 2), to("b@x.example", 3)]
    (handovers,) = send(smtp(double.port, connections=1), batch)
    assert list(outcomes(handovers).values()) == ["accepted", expected, "accepted"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("hang_up_before", "uncertain"), ("hang_up_after", "uncertain"), ("refuse_data", "rejected")],
)
def test_break_after_data_is_uncertain(double: SmtpDouble, fault: Fault, expected: str) -> None:
    """From DATA on nobody knows; the mails that follow take a new connection."""
    double.faults.append(fault)
    (handovers,) = send(smtp(double.port, connections=1), messages(3))
    assert list(outcomes(handovers).values()) == [expected, "accepted", "accepted"]


def test_connection_closed_while_idle_costs_nothing(double: SmtpDouble) -> None:
    """A server that hung up between two batches is called again; nothing is uncertain."""

    async def story() -> list[str]:
        channel = smtp(double.port, connections=1)
        await channel.send([message(1)])
        double.stop()
        double.start()
        handovers = await channel.send([message(2)])
        await channel.close()
        return [each.outcome for each in handovers]

    assert asyncio.run(story()) == ["accepted"]


def test_wrong_password_is_a_matter_of_credentials() -> None:
    """Nothing is sent, nobody is suppressed, and the reason says which answer the server gave."""
    double = SmtpDouble(password="right").start()
    try:
        (handovers,) = send(smtp(double.port, username="u", password="wrong"), messages(3))
        assert set(outcomes(handovers).values()) == {"credential_expired"}
        assert not double.mails
        (accepted,) = send(smtp(double.port, username="u", password="right"), messages(3))
        assert set(outcomes(accepted).values()) == {"accepted"}
    finally:
        double.stop()


def test_server_without_the_encryption_asked_for_gets_nothing(double: SmtpDouble) -> None:
    """Where TLS was asked for and is not offered, nothing leaves."""
    with pytest.raises(TryLater):
        send(smtp(double.port, tls="starttls"), messages(2))
    assert not double.mails


@pytest.mark.parametrize(
    ("code", "text", "senders", "expected"),
    [
        (550, "5.1.1 no such user", False, "invalid_recipient"),
        (550, "5.1.10 null mx", False, "invalid_recipient"),
        (550, "5.1.8 bad sender", False, "rejected"),
        (553, "5.1.8 bad sender", True, "rejected"),
        (550, "5.1.1 strange", True, "rejected"),
        (552, "5.2.2 full", False, "retry"),
        (550, "5.2.1 disabled", False, "invalid_recipient"),
        (550, "5.7.26 dmarc", False, "rejected"),
        (421, "4.7.0 slow down", False, "throttled"),
        (451, "4.7.650 rate", False, "throttled"),
        (452, "4.3.1 disk", False, "retry"),
        (535, "5.7.8 credentials", False, "credential_expired"),
        (554, "no", False, "rejected"),
        (-1, "gibberish", False, "uncertain"),
    ],
)
def test_classes_of_refusal(code: int, text: str, senders: bool, expected: str) -> None:
    """Only a mailbox that does not exist ends contact; policy, quota and our own faults do not."""
    assert outcome_of(code, text, senders) == expected


@given(st.text(max_size=120), st.text(max_size=400), st.text(max_size=60))
def test_mail_reads_back_as_written(subject: str, body: str, name: str) -> None:
    """The standard library reads what we wrote by hand: subject, body and headers, and not one header more."""
    surrogates = any("\ud800" <= letter <= "\udfff" for letter in subject + body + name)
    written = mail(
        msgspec.structs.replace(message(3), subject=subject, body=body),
        msgspec.structs.replace(SENDER, name=name),
        "li@x.example",
    )
    read = message_from_bytes(written, policy=policy.default)
    assert [key for key, _ in read.items()] == (
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Reply-To",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "MIME-Version",
            "Content-Type",
        ]
    )
    assert read["To"] == "li@x.example"
    assert read["List-Unsubscribe"] == "<https://brand.example/u?c=u3&m=campaign%2Fsend%2F3%2F0>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert max(map(len, written.split(b"\r\n"))) <= 998
    html_part = read.get_body(("html",))
    assert html_part is not None
    if not surrogates:
        assert html_part.get_payload(decode=True) == body.encode()
        assert str(read["Subject"]).split() == subject.split()


def test_same_key_has_the_same_message_id() -> None:
    """A repeated hand-over carries the id of the first, so that mailboxes can show it once."""
    one, two = (mail(message(3, attempt), SENDER, "li@x.example") for attempt in (1, 2))
    assert one == two


@given(st.text(max_size=80))
def test_deliverable_address_is_safe_on_the_wire(address: str) -> None:
    """Whatever stands in an attribute, what is sent is one ASCII address or nothing."""
    safe = deliverable(address)
    assert safe == "" or (
        safe.isascii() and safe.isprintable() and safe.count("@") == 1 and not set(safe) & set(" <>,")
    )


def test_plain_alternative_says_the_same() -> None:
    """Readers of plain text see words and line breaks, no markup and no style sheet."""
    assert text_part("<head><style>p{}</style></head><p>你好 &lt;李&gt;</p><div>a<br>b</div>") == "你好 <李>\na\nb"


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "nobody"},
        {"unsubscribe_url": "http://plain.example/"},
        {"reply_to": "x"},
        {"host": "mail.example", "username": "u", "password": "p"},
        {"connections": 0},
        {"tls": "maybe"},
    ],
)
def test_wrong_settings_are_told(settings: dict[str, Any]) -> None:
    """Saving a mail server that cannot work says what to change."""
    with pytest.raises(LiftloopError) as refused:
        smtp(25, **settings)
    assert refused.value.code == "channel_settings"
