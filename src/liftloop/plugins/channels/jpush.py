"""JPush v3: notifications to up to a thousand devices a call.

Source: docs.jiguang.cn/jpush/server/push/rest_api_v3_push.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

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
)
from liftloop.kernel.clock import DAY_MS, MINUTE_MS, SECOND_MS
from liftloop.plugins.channels.calling import UNREADABLE, Line, Reply, Verdict, base_address, handovers, in_parts
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings

BATCH_MAX = 1_000
WAYS = 8
OUTCOMES: Mapping[int, tuple[Outcome, int]] = {
    1000: ("uncertain", 0),  # Its own inner error.
    1004: ("credential_expired", MINUTE_MS),
    1008: ("credential_expired", MINUTE_MS),
    1011: ("invalid_recipient", 0),
    1020: ("rejected", 0),
    1030: ("uncertain", 0),  # Its own time-out.
    2002: ("throttled", MINUTE_MS),
    2003: ("credential_expired", MINUTE_MS),
}
"""By error code; whatever else it says is refused for good."""


class JpushSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from the JPush console."""

    app_key: str
    master_secret: str
    apns_production: bool = True
    base_url: str = "https://api.jpush.cn"


class JpushChannel:
    """A `Channel` to devices by their registration ids; equal texts go together."""

    address_kind: AddressKind = "registration_id"
    repeat: Repeat = "neither"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(JpushSettings, definition.settings)
        if not (settings.app_key and settings.master_secret):
            raise bad_setting("app_key, master_secret")
        self.name = definition.id
        self.limits = ChannelLimits(batch_max=BATCH_MAX, body_bytes_max=4_000, per_second_max=definition.per_second_max)
        self._settings = settings
        self._url = base_address(settings.base_url, surroundings).with_path("/v3/push")
        self._line = Line(surroundings)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        alike: dict[tuple[str, str], list[Message]] = {}
        for message in messages:
            alike.setdefault((message.subject, message.body), []).append(message)
        return await in_parts(list(alike.values()), self._carry, WAYS)

    async def close(self) -> None:
        await self._line.close()

    async def _carry(self, messages: Sequence[Message]) -> Sequence[Handover]:
        settings = self._settings
        basic = b64encode(f"{settings.app_key}:{settings.master_secret}".encode()).decode()
        body = msgspec.json.encode(push(messages, settings.apns_production))
        reply = await self._line.ask(self._url, body, {"authorization": f"Basic {basic}"})
        verdict = reply if isinstance(reply, Verdict) else told(reply)
        if verdict.outcome == "invalid_recipient" and len(messages) > 1:
            # Nobody of many is a target: each is asked for alone before anybody is given up.
            return await in_parts([[message] for message in messages], self._carry, WAYS)
        return handovers(messages, verdict)


def open_jpush(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of notifications. Raises `LiftloopError` where settings are wrong."""
    return JpushChannel(definition, surroundings)


def push(messages: Sequence[Message], apns_production: bool) -> dict[str, Any]:
    """Return the call for messages of one text. A key goes along where there is one message: opens tell it."""
    first = messages[0]
    extras = {"message_key": first.key} if len(messages) == 1 else {"campaign_id": first.campaign}
    return {
        "platform": "all",
        "audience": {"registration_id": [message.address for message in messages]},
        "notification": {
            "android": {"alert": first.body, "title": first.subject, "extras": extras},
            "ios": {"alert": {"title": first.subject, "body": first.body}, "extras": extras},
            "hmos": {"alert": first.body, "title": first.subject, "category": "MARKETING", "extras": extras},
        },
        "options": {"time_to_live": DAY_MS // SECOND_MS, "apns_production": apns_production},
    }


def told(reply: Reply) -> Verdict:
    """Return what an answer says of a call."""
    if reply.said.get("msg_id"):
        return Verdict(outcome="accepted", provider_id=str(reply.said["msg_id"]))
    error = reply.said.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int):
        outcome, after_ms = OUTCOMES.get(code, ("uncertain" if reply.status >= 500 else "rejected", 0))
        return Verdict(outcome=outcome, reason=f"jpush_{code}", retry_after_ms=after_ms)
    if reply.status in (401, 403):
        return Verdict(outcome="credential_expired", reason=f"http_{reply.status}", retry_after_ms=MINUTE_MS)
    if 400 <= reply.status < 500:
        return Verdict(outcome="rejected", reason=f"http_{reply.status}")
    return UNREADABLE if reply.status == 200 else Verdict(outcome="uncertain", reason=f"http_{reply.status}")
