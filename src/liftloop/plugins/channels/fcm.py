"""Firebase Cloud Messaging, HTTP v1: one device a call, under an access token of a service account.

Source: firebase.google.com/docs/reference/fcm/rest/v1. Most phones in mainland China cannot be reached by it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

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
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftloop.kernel.codec import parse_json
from liftloop.plugins.channels.calling import (
    UNREADABLE,
    Line,
    Reply,
    Verdict,
    base_address,
    one_by_one,
)
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.errcodes import KEPT, granted_in
from liftloop.plugins.channels.jwt import BadKey, private_key, signed_token

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
WAYS = 32
PAYLOAD_BYTES_MAX = 4_096
OUTCOMES: Mapping[str, tuple[Outcome, int]] = {
    "INVALID_ARGUMENT": ("invalid_recipient", 0),
    "UNREGISTERED": ("invalid_recipient", 0),
    "SENDER_ID_MISMATCH": ("invalid_recipient", 0),
    "QUOTA_EXCEEDED": ("throttled", MINUTE_MS),
    "UNAVAILABLE": ("retry", SECOND_MS),
    "INTERNAL": ("uncertain", 0),
    "THIRD_PARTY_AUTH_ERROR": ("credential_expired", HOUR_MS),
}
"""By FcmError.errorCode; `INVALID_ARGUMENT` without it is our fault, not the device's."""


class FcmSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person downloads from the Firebase console."""

    service_account: str
    """The JSON file of the service account, as text."""
    base_url: str = "https://fcm.googleapis.com"
    token_url: str = ""
    """Empty for the one that the service account names."""


class _Account(Struct, frozen=True):
    project_id: str
    client_email: str
    private_key: str
    token_uri: str = "https://oauth2.googleapis.com/token"


class FcmChannel:
    """A `Channel` to Android devices."""

    address_kind: AddressKind = "fcm_token"
    repeat: Repeat = "neither"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(FcmSettings, definition.settings)
        self._account = _account(settings.service_account)
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=100, body_bytes_max=PAYLOAD_BYTES_MAX, per_second_max=definition.per_second_max
        )
        base = base_address(settings.base_url, surroundings)
        self._url = base.with_path(f"/v1/projects/{self._account.project_id}/messages:send")
        self._granting = base_address(settings.token_url or self._account.token_uri, surroundings)
        self._line = Line(surroundings)
        self._lock = asyncio.Lock()
        self._token = ""
        self._until_ms = 0

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        return await one_by_one(messages, self._carry, WAYS)

    async def close(self) -> None:
        await self._line.close()

    async def _carry(self, message: Message) -> Verdict:
        body = msgspec.json.encode({"message": payload(message)})
        if len(body) > PAYLOAD_BYTES_MAX:
            return Verdict(outcome="rejected", reason="too_long")
        verdict: Verdict | None = None
        token = await self._token_after("")
        for _ in range(2):
            if isinstance(token, Verdict):
                return token
            reply = await self._line.ask(self._url, body, {"authorization": f"Bearer {token}"})
            if isinstance(reply, Verdict):
                return reply
            verdict = told(reply)
            if reply.status != 401 or verdict.reason in OUTCOMES:
                return verdict
            token = await self._token_after(token)
        assert verdict is not None
        return verdict

    async def _token_after(self, gone: str) -> str | Verdict:
        """Return an access token that is not `gone`. Raises `TryLater` where none could be had just now."""
        async with self._lock:
            now_ms = self._line.now_ms()
            if self._token and self._token != gone and now_ms < self._until_ms:
                return self._token
            reply = await self._grant(now_ms)
            granted = granted_in(reply) if isinstance(reply, Reply) else None
            if granted is not None:
                self._token = granted.token
                self._until_ms = now_ms + int(granted.seconds * SECOND_MS * KEPT)
                return self._token
            if isinstance(reply, Reply) and 400 <= reply.status < 500:
                error = str(reply.said.get("error") or f"http_{reply.status}")
                return Verdict(outcome="credential_expired", reason=f"token:{error}", retry_after_ms=MINUTE_MS)
            raise TryLater(SECOND_MS, "token:no_answer")

    async def _grant(self, now_ms: int) -> Reply | Verdict:
        now_s = now_ms // SECOND_MS
        claims: dict[str, str | int] = {
            "iss": self._account.client_email,
            "scope": SCOPE,
            "aud": self._account.token_uri,
            "iat": now_s,
            "exp": now_s + HOUR_MS // SECOND_MS,
        }
        assertion = signed_token({}, claims, private_key(self._account.private_key))
        form = urlencode({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion})
        return await self._line.ask(
            self._granting, form.encode(), {"content-type": "application/x-www-form-urlencoded"}
        )


def open_fcm(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel to Android devices. Raises `LiftloopError` where settings are wrong."""
    return FcmChannel(definition, surroundings)


def payload(message: Message) -> dict[str, Any]:
    """Return a notification; `data` lets the app tell which message was opened."""
    return {
        "token": message.address,
        "notification": {"title": message.subject, "body": message.body},
        "data": {"message_key": message.key},
        "android": {"priority": "HIGH", "ttl": "86400s"},
    }


def fcm_code(reply: Reply) -> str:
    """Return the errorCode of FCM's own error detail, empty where there is none."""
    error = reply.said.get("error")
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and str(detail.get("@type", "")).endswith("FcmError"):
            return str(detail.get("errorCode"))
    return ""


def told(reply: Reply) -> Verdict:
    """Return what an answer says of one device."""
    name = reply.said.get("name")
    if reply.status == 200 and isinstance(name, str):
        return Verdict(outcome="accepted", provider_id=name)
    code = fcm_code(reply)
    if code in OUTCOMES:
        outcome, after_ms = OUTCOMES[code]
        return Verdict(outcome=outcome, reason=code, retry_after_ms=after_ms)
    if reply.status in (401, 403):
        return Verdict(outcome="credential_expired", reason=f"http_{reply.status}", retry_after_ms=SECOND_MS)
    if 400 <= reply.status < 500:
        return Verdict(outcome="rejected", reason=f"http_{reply.status}")
    return UNREADABLE if reply.status == 200 else Verdict(outcome="uncertain", reason=f"http_{reply.status}")


def _account(text: str) -> _Account:
    try:
        account = msgspec.convert(parse_json(text.encode()), _Account)
        private_key(account.private_key)
        URL(account.token_uri)
    except (msgspec.DecodeError, msgspec.ValidationError, BadKey, ValueError) as error:
        raise bad_setting(f"service_account: {error}") from error
    return account
