"""The signed webhook: up to a thousand messages in one request, one outcome each in the answer.

What was written and not answered is `uncertain`; only what surely never left may be handed over again.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, get_args

import aiohttp
import msgspec
from aiohttp import ClientConnectorError, ConnectionTimeoutError, InvalidURL
from msgspec import Struct
from yarl import URL

from liftloop.deliver.contract import (
    Channel,
    ChannelDefinition,
    ChannelLimits,
    Handover,
    Message,
    Outcome,
    Repeat,
    TryLater,
)
from liftloop.kernel.clock import SECOND_MS
from liftloop.plugins.channels.addresses import AddressRefused
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.outbound import (
    BODY_BYTES_MAX,
    RETRY_AFTER_MS,
    RETRY_AFTER_MS_MAX,
    BadReceiver,
    open_session,
    receiver,
    retry_after_ms,
)
from liftloop.plugins.channels.signing import BadSecret, headers, secret_bytes

BATCH_MAX = 1_000  # CONTRACTS: messages a request.
ANSWER_BYTES_MAX = 2_000_000  # A thousand results of 2 kB: more is not an answer.

_OUTCOMES = frozenset(get_args(Outcome))
_OF_STATUS: dict[int, Outcome] = {401: "credential_expired", 403: "credential_expired", 408: "retry", 425: "retry"}


class WebhookSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person types in to connect a receiver."""

    url: str
    secret: str
    batch_max: int = BATCH_MAX
    repeat: Literal["idempotent", "neither"] = "neither"
    """`idempotent` where the receiver promises to take a `message_key` once."""


class Result(Struct, frozen=True, kw_only=True):
    """One line of the receiver's answer; `outcome` is checked afterwards, so that one odd line spoils no other."""

    message_key: str
    outcome: str
    provider_id: str = ""
    reason: str = ""
    retry_after_ms: int = 0


class _Answer(Struct, frozen=True):
    results: list[Result]


class _Item(Struct, frozen=True, omit_defaults=True):
    message_key: str
    attempt_id: str
    customer_id: str
    campaign_id: str
    action_id: str | None
    offer: str | None
    item_id: str | None
    content: str
    at: str
    subject: str = ""
    files: list[dict[str, str]] = []


_ENCODER = msgspec.json.Encoder()
_ANSWER = msgspec.json.Decoder(_Answer)


class WebhookChannel:
    """A `Channel` over signed HTTP requests. Connections are kept for bursts and closed soon after."""

    address_kind: Literal["email", "phone", "customer_id"] = "customer_id"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(WebhookSettings, definition.settings)
        if not 1 <= settings.batch_max <= BATCH_MAX:
            raise bad_setting(f"batch_max: 1–{BATCH_MAX}")
        self.name = definition.id
        self.repeat: Repeat = settings.repeat
        self.limits = ChannelLimits(
            batch_max=settings.batch_max,
            body_bytes_max=BODY_BYTES_MAX,
            per_second_max=definition.per_second_max,
        )
        self._url = _receiver(settings.url, surroundings)
        self._key = _key(settings.secret)
        self._surroundings = surroundings
        self._session: aiohttp.ClientSession | None = None

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        assert len(messages) <= self.limits.batch_max, "the dispatcher keeps to batch_max"
        handovers: list[Handover] = []
        for body, part in bodies(messages, self.limits.body_bytes_max):
            try:
                handovers += await self._post(body, part)
            except TryLater as later:
                if not handovers:
                    raise
                # Part of the batch has left: the rest comes back one by one.
                handovers += _all(part, "retry", later.reason, later.after_ms)
        return handovers

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _post(self, body: bytes, messages: Sequence[Message]) -> Sequence[Handover]:
        timestamp_s = self._surroundings.wall.now_ms() // SECOND_MS
        sent = {"content-type": "application/json", "accept-encoding": "identity"}
        sent |= headers(self._key, request_id(messages), timestamp_s, body)
        try:
            async with self._open().post(self._url, data=body, headers=sent, allow_redirects=False) as response:
                after_ms = retry_after_ms(response.headers.get("retry-after", ""), self._surroundings.wall.now_ms())
                answer = await _read(response) if 200 <= response.status < 300 else b""
                return outcomes(messages, response.status, after_ms, answer)
        except AddressRefused as error:
            return _all(messages, "rejected", f"address_refused: {error}")
        except InvalidURL as error:
            return _all(messages, "rejected", f"bad_url: {error}")
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise TryLater(RETRY_AFTER_MS, f"unreachable: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return _all(messages, "uncertain", f"no_answer: {type(error).__name__}")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._surroundings.allow)
        return self._session


def open_webhook(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a webhook channel. Raises `LiftloopError` where settings are wrong or the address may not be reached."""
    return WebhookChannel(definition, surroundings)


def outcomes(messages: Sequence[Message], status: int, after_ms: int | None, answer: bytes) -> Sequence[Handover]:
    """Return what an answer says of each message. Raises `TryLater` where nothing was taken.

    A receiver that failed with 5xx may have taken them; one that refused with 4xx did not.
    """
    if status == 429 or (status == 503 and after_ms is not None):
        raise TryLater(after_ms if after_ms is not None else RETRY_AFTER_MS, f"http_{status}")
    if 200 <= status < 300:
        return _answered(messages, answer)
    if status >= 500:
        return _all(messages, "uncertain", f"http_{status}")
    return _all(messages, _OF_STATUS.get(status, "rejected"), f"http_{status}", after_ms or 0)


def bodies(messages: Sequence[Message], bytes_max: int) -> Sequence[tuple[bytes, Sequence[Message]]]:
    """Return request bodies no longer than `bytes_max`, each with its messages; one message always goes alone."""
    body = b'{"messages":' + _ENCODER.encode([_item(message) for message in messages]) + b"}"
    if len(body) <= bytes_max or len(messages) == 1:
        return [(body, messages)]
    half = len(messages) // 2
    return [*bodies(messages[:half], bytes_max), *bodies(messages[half:], bytes_max)]


def request_id(messages: Sequence[Message]) -> str:
    """Return the request's `webhook-id`: the same attempts have the same one."""
    attempts = blake2b(digest_size=16)
    for message in messages:
        attempts.update(message.attempt.encode() + b"\n")
    return f"msg_{attempts.hexdigest()}"


def _item(message: Message) -> _Item:
    return _Item(
        message.key,
        message.attempt,
        message.customer_id,
        message.campaign,
        message.action or None,
        message.offer or None,
        message.item or None,
        message.body,
        _iso(message.at_ms),
        message.subject,
        [
            {"name": each.name, "media_type": each.media_type, "content": b64encode(each.content).decode()}
            for each in message.files
        ],
    )


@lru_cache(maxsize=64)  # A batch has one instant.
def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / SECOND_MS, UTC).isoformat(timespec="milliseconds")


def _answered(messages: Sequence[Message], answer: bytes) -> Sequence[Handover]:
    try:
        results = _ANSWER.decode(answer).results
    except msgspec.DecodeError as error:
        return _all(messages, "uncertain", f"unreadable_answer: {error}")
    by_key: dict[str, Result] = {}
    contradicted: set[str] = set()
    for result in results:
        if by_key.setdefault(result.message_key, result).outcome != result.outcome:
            contradicted.add(result.message_key)
    return [_handover(message, by_key.get(message.key), message.key in contradicted) for message in messages]


def _handover(message: Message, result: Result | None, contradicted: bool) -> Handover:
    if result is None:
        return Handover(key=message.key, outcome="uncertain", reason="missing_result")
    if contradicted or result.outcome not in _OUTCOMES:
        reason = "contradicting_results" if contradicted else f"unknown_outcome: {result.outcome[:40]}"
        return Handover(key=message.key, outcome="uncertain", reason=reason)
    return Handover(
        key=message.key,
        outcome=result.outcome,  # pyright: ignore[reportArgumentType] checked against `Outcome` above
        provider_id=result.provider_id,
        retry_after_ms=max(0, min(result.retry_after_ms, RETRY_AFTER_MS_MAX)),
        reason=result.reason,
    )


def _all(messages: Sequence[Message], outcome: Outcome, reason: str, retry_after_ms: int = 0) -> list[Handover]:
    return [
        Handover(key=message.key, outcome=outcome, reason=reason, retry_after_ms=retry_after_ms) for message in messages
    ]


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return the body, empty where it is longer than any answer."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            response.close()
            return b""
    return bytes(body)


def _receiver(text: str, surroundings: Surroundings) -> URL:
    try:
        return receiver(text, surroundings.allow)
    except BadReceiver as error:
        raise bad_setting(f"url: {error}") from error


def _key(secret: str) -> bytes:
    try:
        return secret_bytes(secret)
    except BadSecret as error:
        raise bad_setting(f"secret: {error}") from error
