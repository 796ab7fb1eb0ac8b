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
from msgspec import Struct
from yarl import URL

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
from liftloop.kernel.clock import SECOND_MS
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.outbound import (
    BODY_BYTES_MAX,
    RETRY_AFTER_MS_MAX,
    BadReceiver,
    NeverLeft,
    NoAnswer,
    exchange,
    open_session,
    receiver,
)
from liftloop.plugins.channels.signing import BadSecret, headers, secret_bytes

BATCH_MAX = 1_000  # CONTRACTS: messages a request.

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

    address_kind: AddressKind = "customer_id"

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
        wall = self._surroundings.wall
        signed = headers(self._key, request_id(messages), wall.now_ms() // SECOND_MS, body)
        try:
            status, answer = await exchange(self._open(), self._url, body, wall, signed)
        except NeverLeft as never:
            return _all(messages, "rejected", str(never))
        except NoAnswer as silence:
            return _all(messages, "uncertain", str(silence))
        return outcomes(messages, status, answer)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._surroundings.allow)
        return self._session


def open_webhook(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a webhook channel. Raises `LiftloopError` where settings are wrong or the address may not be reached."""
    return WebhookChannel(definition, surroundings)


def outcomes(messages: Sequence[Message], status: int, answer: bytes) -> Sequence[Handover]:
    """Return what an answer says of each message.

    A receiver that failed with 5xx may have taken them; one that refused with 4xx did not.
    """
    if 200 <= status < 300:
        return _answered(messages, answer)
    if status >= 500:
        return _all(messages, "uncertain", f"http_{status}")
    return _all(messages, _OF_STATUS.get(status, "rejected"), f"http_{status}")


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
