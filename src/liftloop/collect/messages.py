"""Reads the Segment HTTP API: bodies of SDKs in, drafts of records out, each refusal with its reason.

Source of the protocol: Segment's HTTP API reference. What a client gets wrong in one message never costs the others.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Raw, Struct

from liftloop.collect.cleaning import CleaningRules, clean_email, clean_phone
from liftloop.collect.contract import BATCH_MAX, MESSAGE_BYTES_MAX, REJECTED, Draft, MalformedBody
from liftloop.collect.personal import HINT, PERSONAL_NAMES, PERSONAL_TRAITS, split
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.kernel.dice import hash_bytes
from liftloop.storage.contract import Record

MESSAGE_TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
EMPTY = b"{}"
RULES = CleaningRules()
Identifier = str | int | None


class Message(Struct, kw_only=True):
    """One message as SDKs send it; unknown fields are passed over."""

    type: str = ""
    userId: Identifier = None  # noqa: N815 - the protocol's own spelling.
    anonymousId: Identifier = None  # noqa: N815
    previousId: Identifier = None  # noqa: N815
    groupId: Identifier = None  # noqa: N815
    event: str = ""
    name: str | None = None
    messageId: str | None = None  # noqa: N815
    timestamp: str | None = None
    originalTimestamp: str | None = None  # noqa: N815
    sentAt: str | None = None  # noqa: N815
    properties: Raw = Raw()
    traits: Raw = Raw()
    context: Raw = Raw()
    writeKey: str | None = None  # noqa: N815


class _Batch(Struct, kw_only=True):
    batch: list[Raw]
    sentAt: str | None = None  # noqa: N815
    writeKey: str | None = None  # noqa: N815


class Inlet(Struct, frozen=True, kw_only=True):
    """How a request came in."""

    type: str
    """The message type that the path names, or `batch`."""
    received_ms: int
    actor: str


_MESSAGE = msgspec.json.Decoder(Message)
_BATCH = msgspec.json.Decoder(_Batch)


def write_key_in(body: bytes) -> str:
    """Return the write key that a body carries, empty where there is none."""
    return str(parse_object(body).get("writeKey") or "")


def read(body: bytes, inlet: Inlet) -> list[Draft]:
    """Return one draft a message; a message that cannot be taken becomes a `message.rejected`.

    Raises `MalformedBody` where the request as a whole is not JSON or carries too many messages.
    """
    try:
        if inlet.type != "batch":
            return [_draft(body, inlet, None)]
        batch = _BATCH.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBody(str(error)) from error
    if len(batch.batch) > BATCH_MAX:
        raise MalformedBody(f"more than {BATCH_MAX} messages")
    return [_draft(bytes(raw), inlet, batch.sentAt) for raw in batch.batch]


def _draft(raw: bytes, inlet: Inlet, sent_at: str | None) -> Draft:
    if len(raw) > MESSAGE_BYTES_MAX:
        return rejected(b'{"bytes": %d}' % len(raw), "message_too_large", inlet)
    try:
        message = _MESSAGE.decode(raw)
    except msgspec.ValidationError:
        return rejected(raw, "wrong_types", inlet)
    kind = message.type or inlet.type
    if kind not in MESSAGE_TYPES:
        return rejected(raw, "unknown_type", inlet)
    if message.userId in (None, "") and message.anonymousId in (None, ""):
        return rejected(raw, "no_identifier", inlet)
    if kind == "track" and not message.event:
        return rejected(raw, "no_event_name", inlet)
    try:
        at_ms = _instant(message, sent_at, inlet.received_ms)
        return _taken(message, kind, at_ms, raw, inlet)
    except _Unusable as unusable:
        return rejected(raw, unusable.reason, inlet)


class _Unusable(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _taken(message: Message, kind: str, at_ms: int, raw: bytes, inlet: Inlet) -> Draft:
    body, personal = _body(message, kind)
    context, more = _context(message)
    identifiers = _identifiers(personal)
    record = Record(
        kind=kind,
        at_ms=at_ms,
        received_ms=inlet.received_ms,
        message_id=message.messageId or f"content:{hash_bytes(raw):016x}",
        actor=inlet.actor,
        user_id="" if message.userId is None else str(message.userId),
        anonymous_id="" if message.anonymousId is None else str(message.anonymousId),
        name=message.event if kind == "track" else (message.name or ""),
        body=body,
        context=context,
    )
    return Draft(record=record, personal=personal | more, identifiers=identifiers)


def _body(message: Message, kind: str) -> tuple[bytes, dict[str, Any]]:
    """Return what the record's body keeps, and the personal fields taken out of it."""
    if kind == "alias":
        return canonical_json({"previousId": _text(message.previousId)}), {}
    part, names, path = (
        (message.traits, PERSONAL_TRAITS, "traits")
        if kind in ("identify", "group")
        else (message.properties, PERSONAL_NAMES, "properties")
    )
    raw = bytes(part)
    if raw in (b"", b"null"):
        raw = EMPTY
    if kind in ("identify", "group") or HINT.search(raw):
        kept, personal = split(_object(raw, path), names, path)
        return canonical_json(kept), personal
    if not raw.startswith(b"{"):
        raise _Unusable(f"{path}_not_an_object")
    return raw, {}


def _context(message: Message) -> tuple[bytes, dict[str, Any]]:
    raw = bytes(message.context)
    if raw in (b"", b"null", EMPTY):
        return b"", {}
    if not (HINT.search(raw) or b"consents" in raw or b"traits" in raw):
        return raw, {}
    kept, personal = split(_object(raw, "context"), PERSONAL_NAMES, "context")
    if isinstance(kept.get("traits"), dict):
        kept["traits"], more = split(kept["traits"], PERSONAL_TRAITS, "context.traits")
        personal |= more
    if "consents" in kept:
        kept["consents"] = [_consent(each) for each in _list(kept["consents"])]
    return canonical_json(kept), personal


def _consent(given: Any) -> dict[str, Any]:
    """Return a consent in one spelling; refuses one that does not say what for: in doubt there is none."""
    if not isinstance(given, dict) or not isinstance(given.get("channel"), str) or not given["channel"]:
        raise _Unusable("bad_consent")
    status = given.get("status", "granted")
    if status not in ("granted", "withdrawn"):
        raise _Unusable("bad_consent_status")
    consent = {
        "channel": given["channel"],
        "purpose": str(given.get("purpose", "marketing")),
        "topic": str(given.get("topic") or ""),
        "status": status,
        "source": str(given.get("source") or ""),
        "text_version": str(given.get("text_version") or ""),
    }
    if given.get("at") is not None:
        consent["at"] = given["at"] if isinstance(given["at"], int) else _parse(str(given["at"]))
    return consent


def _identifiers(personal: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for path, value in personal.items():
        if not path.startswith(("traits.", "context.traits.")):
            continue
        match path.rsplit(".", 1)[1]:
            case "email" | "邮箱":
                cleaned = clean_email(str(value), RULES).value
                found += [("email", cleaned)] if cleaned else []
            case "phone" | "mobile" | "手机" | "手机号":
                cleaned = clean_phone(str(value), RULES).value
                found += [("phone", cleaned)] if cleaned else []
            case _:
                continue
    return tuple(found)


def rejected(raw: bytes, reason: str, inlet: Inlet) -> Draft:
    """Return a draft that keeps what was sent, sealed as a whole: nobody knows yet what is personal in it."""
    record = Record(
        kind=REJECTED,
        at_ms=inlet.received_ms,
        received_ms=inlet.received_ms,
        message_id=f"rejected:{hash_bytes(raw):016x}:{inlet.received_ms}",
        actor=inlet.actor,
        name=reason,
    )
    return Draft(record=record, personal={"raw": raw.decode("utf-8", "replace")}, identifiers=())


def _instant(message: Message, sent_at: str | None, received_ms: int) -> int:
    """Return when it happened, the sender's clock corrected: received - (sent - original), as Segment does."""
    sent = message.sentAt or sent_at
    if message.originalTimestamp and sent:
        return received_ms - (_parse(sent) - _parse(message.originalTimestamp))
    if message.timestamp:
        at_ms = _parse(message.timestamp)
        return received_ms - (_parse(sent) - at_ms) if sent else at_ms
    return received_ms


def _parse(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Unusable("bad_timestamp") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def _object(raw: bytes, path: str) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise _Unusable(f"{path}_unreadable") from error
    if not isinstance(value, dict):
        raise _Unusable(f"{path}_not_an_object")
    return value


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise _Unusable("bad_consent")
    return value


def _text(identifier: Identifier) -> str:
    return "" if identifier is None else str(identifier)
