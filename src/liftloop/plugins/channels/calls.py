"""Call tasks: people to be rung up, handed to a call centre or a robot as one signed list; its results come back.

Signed as Standard Webhooks describe; results are posted to us under the same secret.
"""

from collections.abc import Sequence

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
from liftloop.kernel.clock import SECOND_MS
from liftloop.plugins.channels.calling import Line, Reply, Verdict, base_address, handover, handovers
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.signing import BadSecret, headers, secret_bytes
from liftloop.plugins.channels.sms import mainland_number
from liftloop.plugins.channels.webhook import request_id

BATCH_MAX = 500
BODY_BYTES_MAX = 1_000_000
_OF_STATUS: dict[int, Outcome] = {401: "credential_expired", 403: "credential_expired", 408: "retry", 425: "retry"}


class CallSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person types in to connect a call centre."""

    url: str
    """Where task lists are posted."""
    secret: str
    """`whsec_…`, under which lists and results are signed."""
    windows: Sequence[str] = ("09:00-12:00", "14:00-20:00")
    """When people may be rung up, in their local time."""


class _Item(Struct, frozen=True):
    our_id: str
    phone: str
    name: str
    script: str


class _Task(Struct, frozen=True):
    external_id: str
    purpose: str
    windows: Sequence[str]
    dnc_checked_at_ms: int
    items: Sequence[_Item]


class CallChannel:
    """A `Channel` of calls to make: accepted is who is on the list."""

    address_kind: AddressKind = "phone"
    repeat: Repeat = "idempotent"  # A receiver takes an `external_id`, and in it an `our_id`, once.

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(CallSettings, definition.settings)
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=BATCH_MAX, body_bytes_max=BODY_BYTES_MAX, per_second_max=definition.per_second_max
        )
        self._settings = settings
        self._url = base_address(settings.url, surroundings)
        try:
            self._key = secret_bytes(settings.secret)
        except BadSecret as error:
            raise bad_setting(f"secret: {error}") from error
        self._line = Line(surroundings)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        wrong = [message for message in messages if not mainland_number(message.address)]
        told = handovers(wrong, Verdict(outcome="invalid_recipient", reason="not_a_mobile_number"))
        ringing = [message for message in messages if mainland_number(message.address)]
        if not ringing:
            return told
        body = msgspec.json.encode(self._task(ringing))
        now_s = self._line.now_ms() // SECOND_MS
        reply = await self._line.ask(self._url, body, headers(self._key, request_id(ringing), now_s, body))
        return [*told, *(handovers(ringing, reply) if isinstance(reply, Verdict) else listed(ringing, reply))]

    async def close(self) -> None:
        await self._line.close()

    def _task(self, messages: Sequence[Message]) -> _Task:
        return _Task(
            external_id=request_id(messages),
            purpose=messages[0].subject or messages[0].campaign,
            windows=self._settings.windows,
            dnc_checked_at_ms=messages[0].at_ms,
            items=[_Item(each.key, mainland_number(each.address), each.customer_id, each.body) for each in messages],
        )


def open_call(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of call tasks. Raises `LiftloopError` where settings are wrong."""
    return CallChannel(definition, surroundings)


def listed(messages: Sequence[Message], reply: Reply) -> list[Handover]:
    """Return what an answer says: 2xx took the list, but for those it names under `refused`."""
    if reply.status >= 500:
        return handovers(messages, Verdict(outcome="uncertain", reason=f"http_{reply.status}"))
    if reply.status >= 300:
        return handovers(
            messages, Verdict(outcome=_OF_STATUS.get(reply.status, "rejected"), reason=f"http_{reply.status}")
        )
    if reply.silent:
        return handovers(messages, Verdict(outcome="uncertain", reason="unreadable_answer"))
    refused = reply.said.get("refused")
    reasons = {
        str(each.get("our_id")): str(each.get("reason") or "refused")
        for each in (refused if isinstance(refused, list) else ())
        if isinstance(each, dict)
    }
    return [handover(message, _of_item(message, reasons)) for message in messages]


def _of_item(message: Message, reasons: dict[str, str]) -> Verdict:
    reason = reasons.get(message.key)
    if reason is None:
        return Verdict(outcome="accepted", provider_id=message.key)
    return Verdict(outcome="opted_out" if reason == "dnc" else "rejected", reason=reason)
