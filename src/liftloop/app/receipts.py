"""Turns what providers tell into facts: receipts of messages of ours, and what people said through a channel."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from liftloop.collect.contract import Draft
from liftloop.collect.drafting import Inlet
from liftloop.collect.messages import read
from liftloop.deliver.contract import ReceiptsReceived
from liftloop.deliver.credits import ACCEPTED
from liftloop.deliver.stage import RECEIVED
from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.codec import canonical_json
from liftloop.plugins.channels.contract import PersonSaid, ProviderReceipt
from liftloop.storage.contract import Record

QUERY = "SELECT provider_id, message_key FROM carried WHERE channel = ? AND provider_id IN ({marks})"
IDS_MAX = 10_000
"""Looked for at once; SQLite takes 32,766 parameters."""
TEXT_CHARACTERS_MAX = 500
"""Of a reply that is kept: carriers cut them sooner."""
TRAITS: Mapping[str, str] = {
    "phone": "phone",
    "wecom_id": "external_userid",
    "openid": "openid",
    "mini_openid": "mini_openid",
}
EVENTS: Mapping[str, str] = {
    "opted_out": "Message Replied",
    "replied": "Message Replied",
    "added": "Contact Added",
    "accepted_one": ACCEPTED,
}


def keys_query(provider_ids: Sequence[str]) -> str:
    return QUERY.format(marks=", ".join("?" * len(provider_ids)))


def receipt_records(
    channel: str, receipts: Iterable[ProviderReceipt], keys: Mapping[str, str], now_ms: int
) -> list[Record]:
    """Return one fact a receipt of a message of ours; the same receipt told again is the same fact."""
    return [
        Record(
            kind=RECEIVED,
            at_ms=now_ms,
            received_ms=now_ms,
            message_id=f"receipt:{channel}:{each.provider_id}:{each.receipt}",
            actor=f"channel:{channel}",
            name=channel,
            body=canonical_json(
                ReceiptsReceived(
                    channel=channel,
                    keys=[keys[each.provider_id]],
                    receipts=[each.receipt],
                    at_ms=[min(each.at_ms, now_ms)],
                )
            ),
        )
        for each in receipts
        if each.provider_id in keys
    ]


def said_drafts(channel: str, medium: str, said: Sequence[PersonSaid], inlet: Inlet, who: Sequence[str]) -> list[Draft]:
    """Return what people said as messages of theirs; `who` names each where nobody else is known by the identifier."""
    batch = [each for pair in zip(said, who, strict=True) for each in _messages(channel, medium, *pair)]
    return read(canonical_json({"batch": batch}), inlet) if batch else []


def _messages(channel: str, medium: str, said: PersonSaid, who: str) -> Iterator[dict[str, Any]]:
    """Yield an event of the person's, before it what it changes about them."""
    instant = datetime.fromtimestamp(said.at_ms / SECOND_MS, UTC).isoformat(timespec="milliseconds")
    common: dict[str, Any] = {"anonymousId": who, "timestamp": instant}
    identity = f"said:{channel}:{said.identity}"
    traits: dict[str, Any] = {TRAITS[said.identifier]: said.value}
    changed = traits | {"wecom_welcome_code": said.extra["welcome_code"]} if "welcome_code" in said.extra else traits
    consents = [_withdrawn(channel, medium, said)] if said.what == "opted_out" else []
    if consents or changed is not traits:
        context = {"consents": consents} if consents else {}
        about = {"type": "identify", "messageId": f"{identity}:who", "traits": changed, "context": context}
        yield common | about
    event = {"type": "track", "event": EVENTS[said.what], "messageId": identity}
    yield common | event | {"properties": _properties(channel, said), "context": {"traits": traits}}


def _withdrawn(channel: str, medium: str, said: PersonSaid) -> dict[str, Any]:
    """Return the end of all consent to marketing through a medium."""
    return {
        "channel": medium,
        "purpose": "marketing",
        "status": "withdrawn",
        "source": f"reply:{channel}",
        "text_version": said.text[:TEXT_CHARACTERS_MAX],
        "at": said.at_ms,
    }


def _properties(channel: str, said: PersonSaid) -> dict[str, Any]:
    properties: dict[str, Any] = {"channel": channel}
    match said.what:
        case "opted_out" | "replied":
            properties["text"] = said.text[:TEXT_CHARACTERS_MAX]
        case "accepted_one":
            properties["template"] = said.text
        case "added":
            properties |= {name: value for name, value in said.extra.items() if name != "welcome_code"}
    return properties
