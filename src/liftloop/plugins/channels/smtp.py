"""E-mail over SMTP: many messages a connection, one outcome each.

Before DATA nothing has left; from DATA on a lost connection leaves the message `uncertain`.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException, SMTPSenderRefused
from msgspec import Struct

from liftloop.deliver.contract import (
    AddressKind,
    Channel,
    ChannelDefinition,
    ChannelLimits,
    Handover,
    Message,
    Outcome,
    Repeat,
    TryLater,
)
from liftloop.kernel.clock import MINUTE_MS
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.mail import Sender, deliverable, mail, message_id, sender_of

BATCH_MAX = 200  # Fifty messages a connection: a lost connection costs little, opening one is spread over many.
BODY_BYTES_MAX = 20_000_000  # Common servers stop at 10 to 25 MB a message.
CONNECTIONS_MAX = 16
RECONNECTS_MAX = 3  # In one batch and connection; then the rest comes back later.
ANSWER_SECONDS_MAX = 60.0  # RFC 5321, 4.5.3.2 asks for up to ten minutes after DATA; real servers answer in seconds.
UNREACHABLE_MS = MINUTE_MS
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_PORTS = {"starttls": 587, "implicit": 465, "none": 25}
_HTTPS = re.compile(r"https://[!-;=?-~]+")  # Visible ASCII without angle brackets.
_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463, at the beginning of the text.
_SENDERS_FAULT = {"1.7", "1.8"}  # RFC 3463: bad sender's address or system.
_NO_MAILBOX = {"2.1"}  # Mailbox disabled.
_FULL = {"2.2"}
_CREDENTIALS = {530, 534, 535, 538}


class SmtpSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person types in to connect a mail server."""

    host: str
    sender: str
    """`品牌 <news@example.cn>`."""
    port: int = 0
    """0 for the usual one: 587 with starttls, 465 with implicit TLS, 25 without."""
    username: str = ""
    password: str = ""
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    reply_to: str = ""
    unsubscribe_url: str = ""
    """With {customer_id}, {campaign_id}, {message_key}."""
    batch_max: int = BATCH_MAX
    connections: int = 4


class _Lost(Exception):
    """The connection ended before this message's DATA: it has surely not been sent."""


class SmtpChannel:
    """A `Channel` over a few SMTP connections, kept open between batches."""

    address_kind: AddressKind = "email"
    repeat: Repeat = "neither"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(SmtpSettings, definition.settings)
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=settings.batch_max,
            body_bytes_max=BODY_BYTES_MAX,
            per_second_max=definition.per_second_max,
        )
        self._sender = _checked(settings)
        self._settings = settings
        self._idle: list[aiosmtplib.SMTP] = []
        self._slots = asyncio.Semaphore(settings.connections)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        assert len(messages) <= self.limits.batch_max, "the dispatcher keeps to batch_max"
        ways = min(self._settings.connections, len(messages))
        parts = [messages[first::ways] for first in range(ways)]
        results = await asyncio.gather(*(self._carry(part) for part in parts))
        if all(isinstance(result, TryLater) for result in results) and isinstance(results[0], TryLater):
            raise results[0]
        handovers: list[Handover] = []
        for part, result in zip(parts, results, strict=True):
            # Something has left by another connection, so what has not comes back one by one.
            handovers += _later(part, result) if isinstance(result, TryLater) else result
        return handovers

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            await _leave(connection)

    async def _carry(self, messages: Sequence[Message]) -> Sequence[Handover] | TryLater:
        """Send messages when a connection is free; return `TryLater` if none left."""
        async with self._slots:
            return await self._carry_over_one(messages)

    async def _carry_over_one(self, messages: Sequence[Message]) -> Sequence[Handover] | TryLater:
        """Send messages over one connection, opening it again where it is lost."""
        handovers: list[Handover] = []
        connection: aiosmtplib.SMTP | None = None
        try:
            for message in messages:
                for _ in range(1 + RECONNECTS_MAX):
                    connection = connection if connection and connection.is_connected else await self._connection()
                    try:
                        handovers.append(await self._hand(connection, message))
                        break
                    except _Lost:
                        connection.close()
                else:
                    raise TryLater(UNREACHABLE_MS, "connection_lost")
        except TryLater as later:
            if not handovers:
                return later
            handovers += _later(messages[len(handovers) :], later)
        except SMTPAuthenticationError as error:
            handovers += _refused(messages[len(handovers) :], error)
        if connection is not None and connection.is_connected:
            self._idle.append(connection)
        return handovers

    async def _connection(self) -> aiosmtplib.SMTP:
        """Return an open connection. Raises `TryLater`, or `SMTPAuthenticationError` where the password is wrong."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_connected:
                return connection
        settings = self._settings
        connection = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port or _PORTS[settings.tls],
            username=settings.username or None,
            password=settings.password or None,
            local_hostname=self._sender.domain,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            timeout=ANSWER_SECONDS_MAX,
        )
        try:
            await connection.connect()
        except SMTPAuthenticationError as error:
            connection.close()
            if 400 <= error.code < 500:
                raise TryLater(UNREACHABLE_MS, _reason(error.code, error.message)) from error
            raise
        except (SMTPException, OSError) as error:
            connection.close()
            raise TryLater(UNREACHABLE_MS, f"unreachable: {type(error).__name__}") from error
        return connection

    async def _hand(self, connection: aiosmtplib.SMTP, message: Message) -> Handover:
        """Send one message. Raises `_Lost` while it is certain that it was not sent."""
        address = deliverable(message.address)
        if not address:
            return Handover(key=message.key, outcome="invalid_recipient", reason="not_an_address")
        written = mail(message, self._sender, address)
        if len(written) > self.limits.body_bytes_max:
            return Handover(key=message.key, outcome="rejected", reason="too_long")
        refusal = await self._announce(connection, address)
        if refusal is not None:
            return _handover(message, refusal)
        try:
            await connection.data(written)
        except SMTPResponseException as error:
            await _clear(connection, error)
            return _handover(message, error)
        except (SMTPException, OSError) as error:
            connection.close()
            return Handover(key=message.key, outcome="uncertain", reason=f"no_answer: {type(error).__name__}")
        return Handover(key=message.key, outcome="accepted", provider_id=message_id(message.key, self._sender.domain))

    async def _announce(self, connection: aiosmtplib.SMTP, address: str) -> SMTPResponseException | None:
        """Name sender and recipient; return the server's refusal. Raises `_Lost`."""
        try:
            await connection.mail(self._sender.address)
            await connection.rcpt(address)
        except SMTPResponseException as refusal:
            await _clear(connection, refusal)
            return refusal
        except (SMTPException, OSError) as error:
            raise _Lost from error
        return None


def open_smtp(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return an e-mail channel. Raises `LiftloopError` where settings are wrong."""
    return SmtpChannel(definition, surroundings)


def outcome_of(code: int, text: str, senders: bool) -> Outcome:
    """Return the class of a server's refusal, by its enhanced status (RFC 3463) where there is one.

    `senders` says that the sender was refused: never the recipient's fault.
    """
    found = _ENHANCED.match(text)
    detail = f"{found[2]}.{found[3]}" if found else ""
    if code in _CREDENTIALS:
        return "credential_expired"
    if code == 421 or (400 <= code < 500 and detail.startswith("7.")):
        return "throttled"
    if 400 <= code < 500 or detail in _FULL:
        return "retry"
    if not 500 <= code < 600:
        return "uncertain"  # Neither yes nor no: the server speaks another language.
    recipients = detail in _NO_MAILBOX or (detail.startswith("1.") and detail not in _SENDERS_FAULT)
    return "invalid_recipient" if recipients and not senders else "rejected"


def _checked(settings: SmtpSettings) -> Sender:
    name, address = sender_of(settings.sender)
    if not address:
        raise bad_setting("sender: 品牌 <news@example.cn>")
    if settings.reply_to and not deliverable(settings.reply_to):
        raise bad_setting("reply_to")
    if settings.unsubscribe_url and not _HTTPS.fullmatch(settings.unsubscribe_url):
        raise bad_setting("unsubscribe_url: https://… (RFC 8058)")
    if not 1 <= settings.batch_max <= 10_000 or not 1 <= settings.connections <= CONNECTIONS_MAX:
        raise bad_setting(f"batch_max: 1–10000, connections: 1–{CONNECTIONS_MAX}")
    if settings.password and settings.tls == "none" and settings.host not in LOOPBACK:
        raise bad_setting("tls: a password is not sent in the clear")
    return Sender(name=name, address=address, reply_to=settings.reply_to, unsubscribe_url=settings.unsubscribe_url)


def _handover(message: Message, error: SMTPResponseException) -> Handover:
    if 200 <= error.code < 300:
        return Handover(key=message.key, outcome="accepted")
    return Handover(
        key=message.key,
        outcome=outcome_of(error.code, error.message, isinstance(error, SMTPSenderRefused)),
        reason=_reason(error.code, error.message),
    )


def _refused(messages: Sequence[Message], error: SMTPAuthenticationError) -> list[Handover]:
    reason = _reason(error.code, error.message)
    return [Handover(key=message.key, outcome="credential_expired", reason=reason) for message in messages]


def _later(messages: Sequence[Message], later: TryLater) -> list[Handover]:
    return [
        Handover(key=message.key, outcome="retry", reason=later.reason, retry_after_ms=later.after_ms)
        for message in messages
    ]


def _reason(code: int, text: str) -> str:
    found = _ENHANCED.match(text)
    return f"smtp_{code}" + (f"_{found[1]}.{found[2]}.{found[3]}" if found else "")


async def _clear(connection: aiosmtplib.SMTP, refusal: SMTPResponseException) -> None:
    """Make a connection fit for the next message, or close it: 421 says that the server will."""
    if refusal.code == 421:
        connection.close()
        return
    try:
        await connection.rset()
    except (SMTPException, OSError):
        connection.close()


async def _leave(connection: aiosmtplib.SMTP) -> None:
    try:
        await connection.quit()
    except (SMTPException, OSError):
        connection.close()
