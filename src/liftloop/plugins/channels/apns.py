"""Apple Push Notification service: one device a request, over one HTTP/2 connection, under a token of the team's key.

Source: developer.apple.com, "Sending notification requests to APNs". A token is good for twenty to sixty minutes.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec
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
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels.addresses import AddressRefused, GuardedResolver
from liftloop.plugins.channels.calling import Verdict, base_address, json_object, one_by_one
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.http2 import Answered, Broken, Http2, NeverTaken
from liftloop.plugins.channels.jwt import BadKey, private_key, signed_token
from liftloop.plugins.channels.outbound import ANSWER_SECONDS_MAX, CONNECT_SECONDS_MAX, RETRY_AFTER_MS

WAYS = 64
PAYLOAD_BYTES_MAX = 4_096
TOKEN_MS = 40 * MINUTE_MS  # Apple refuses one of over an hour, and a new one within twenty minutes.
_GONE: tuple[Outcome, int] = ("invalid_recipient", 0)
_OURS: tuple[Outcome, int] = ("credential_expired", MINUTE_MS)
OUTCOMES: Mapping[str, tuple[Outcome, int]] = {
    "BadDeviceToken": _GONE,
    "DeviceTokenNotForTopic": _GONE,
    "Unregistered": _GONE,
    "ExpiredToken": _GONE,
    "ExpiredProviderToken": _OURS,
    "InvalidProviderToken": _OURS,
    "MissingProviderToken": _OURS,
    "BadCertificateEnvironment": _OURS,
    "BadEnvironmentKeyIdInToken": _OURS,
    "UnrelatedKeyIdInToken": _OURS,
    "Forbidden": _OURS,
    "TooManyProviderTokenUpdates": ("throttled", 20 * MINUTE_MS),
    "TooManyRequests": ("throttled", MINUTE_MS),
    "InternalServerError": ("uncertain", 0),
    "ServiceUnavailable": ("retry", SECOND_MS),
    "Shutdown": ("retry", SECOND_MS),
}
"""By reason; whatever else it says is refused for good."""


class ApnsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from developer.apple.com."""

    private_key: str
    """The `.p8` file, as text."""
    key_id: str
    team_id: str
    topic: str
    """The app's bundle id."""
    base_url: str = "https://api.push.apple.com"
    """`https://api.sandbox.push.apple.com` for builds of developers."""


class ApnsChannel:
    """A `Channel` to Apple's devices."""

    address_kind: AddressKind = "apns_token"
    repeat: Repeat = "neither"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(ApnsSettings, definition.settings)
        if not (settings.key_id and settings.team_id and settings.topic):
            raise bad_setting("key_id, team_id, topic")
        try:
            self._key = private_key(settings.private_key)
        except BadKey as error:
            raise bad_setting(f"private_key: {error}") from error
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=100, body_bytes_max=PAYLOAD_BYTES_MAX, per_second_max=definition.per_second_max
        )
        self._settings = settings
        self._url = base_address(settings.base_url, surroundings)
        self._surroundings = surroundings
        self._lock = asyncio.Lock()
        self._connection: Http2 | None = None
        self._token = ""
        self._signed_ms = -HOUR_MS

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        return await one_by_one(messages, self._carry, WAYS)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _carry(self, message: Message) -> Verdict:
        body = payload(message)
        if not _is_hex(message.address):
            return Verdict(outcome="invalid_recipient", reason="not_a_device_token")
        if len(body) > PAYLOAD_BYTES_MAX:
            return Verdict(outcome="rejected", reason="too_long")
        connection = await self._connected()
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return told(await connection.post(self._headers(message), body))
        except NeverTaken as never:
            raise TryLater(SECOND_MS, f"unreachable: {never}") from never
        except (Broken, TimeoutError) as error:
            return Verdict(outcome="uncertain", reason=f"no_answer: {error or 'timeout'}")

    def _headers(self, message: Message) -> list[tuple[str, str]]:
        now_ms = self._surroundings.wall.now_ms()
        return [
            (":method", "POST"),
            (":scheme", self._url.scheme),
            (":authority", self._url.authority),
            (":path", f"/3/device/{message.address}"),
            ("authorization", f"bearer {self._provider_token(now_ms)}"),
            ("apns-topic", self._settings.topic),
            ("apns-push-type", "alert"),
            ("apns-priority", "10"),
            ("apns-expiration", str((now_ms + DAY_MS) // SECOND_MS)),
            ("apns-id", apns_id(message.key)),
        ]

    def _provider_token(self, now_ms: int) -> str:
        if not 0 <= now_ms - self._signed_ms < TOKEN_MS:
            claims: dict[str, str | int] = {"iss": self._settings.team_id, "iat": now_ms // SECOND_MS}
            self._token = signed_token({"kid": self._settings.key_id}, claims, self._key)
            self._signed_ms = now_ms
        return self._token

    async def _connected(self) -> Http2:
        """Return an open connection. Raises `TryLater` where there is none to be had."""
        async with self._lock:
            if self._connection is not None and self._connection.usable:
                return self._connection
            await self.close()
            try:
                async with asyncio.timeout(CONNECT_SECONDS_MAX):
                    self._connection = await self._opened()
            except (OSError, TimeoutError, ssl.SSLError, AddressRefused) as error:
                raise TryLater(RETRY_AFTER_MS, f"unreachable: {type(error).__name__}") from error
            return self._connection

    async def _opened(self) -> Http2:
        host, port = str(self._url.host), self._url.port or 443
        found = await GuardedResolver(self._surroundings.allow).resolve(host, port)
        secure = None
        if self._url.scheme == "https":
            secure = ssl.create_default_context()
            secure.set_alpn_protocols(["h2"])
        name = host if secure else None
        reader, writer = await asyncio.open_connection(found[0]["host"], port, ssl=secure, server_hostname=name)
        return Http2(reader, writer)


def open_apns(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel to Apple's devices. Raises `LiftloopError` where settings are wrong."""
    return ApnsChannel(definition, surroundings)


def payload(message: Message) -> bytes:
    """Return an alert; `message_key` lets the app tell which message was opened."""
    alert = {"title": message.subject, "body": message.body}
    return msgspec.json.encode({"aps": {"alert": alert, "sound": "default"}, "message_key": message.key})


def apns_id(key: MessageKey) -> str:
    """Return a UUID for a message; the same message has the same one."""
    text = blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def told(answered: Answered) -> Verdict:
    """Return what an answer says of one device."""
    if answered.status == 200:
        return Verdict(outcome="accepted")
    reason = str(json_object(answered.body).get("reason") or f"http_{answered.status}")
    usual: tuple[Outcome, int] = ("uncertain", 0) if answered.status >= 500 else ("rejected", 0)
    outcome, after_ms = OUTCOMES.get(reason, usual)
    return Verdict(outcome=outcome, reason=reason, retry_after_ms=after_ms)


def _is_hex(address: str) -> bool:
    return 0 < len(address) <= 200 and all(each in "0123456789abcdefABCDEF" for each in address)
