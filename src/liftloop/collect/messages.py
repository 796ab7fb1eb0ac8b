"""Reads the Segment HTTP API: bodies of SDKs in, drafts of records out, each refusal with its reason.

Source of the protocol: Segment's HTTP API reference. What a client gets wrong in one message never costs the others.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Raw, Struct

from liftloop.collect.cleaning import CleaningRules, clean_email, clean_phone
from liftloop.collect.contract import BATCH_MAX, MESSAGE_BYTES_MAX, REJECTED, BatchTooLong, Draft, MalformedBody
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS, is_free_of, split
from liftloop.kernel.codec import canonical_json, parse_json, parse_object
from liftloop.kernel.dice import hash_bytes
from liftloop.storage.contract import Record

MESSAGE_TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
EMPTY = b"{}"
NESTED_MAX = 64
"""Levels of brackets: nobody means more, and what reads messages later may stand deeper on its own stack than we do."""
CHANNEL_CHARACTERS_MAX = 64
"""A channel's id is shorter; a column in memory may bear the name."""
PURPOSES = ("marketing", "transactional", "service")
CONSENT_AT_MS_MAX = 2**53
"""Whole numbers beyond it are no instants, and no longer exact in JSON."""
RULES = CleaningRules()
Identifier = str | int | None

_BACKSLASH = ord("\\")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(rb"[\[\]{}]")


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


_RAW = msgspec.json.Decoder(Raw)
_MESSAGE = msgspec.json.Decoder(Message)
_BATCH = msgspec.json.Decoder(_Batch)


def write_key_in(body: bytes) -> str:
    """Return the write key that a body carries, empty where there is none."""
    return str(parse_object(body).get("writeKey") or "")


def read(body: bytes, inlet: Inlet) -> list[Draft]:
    """Return one draft a message; a message that cannot be taken becomes a `message.rejected`.

    Raises `MalformedBody` where the request as a whole is not JSON, `BatchTooLong` where it has too many messages.
    """
    try:
        if inlet.type != "batch":
            return [_draft(bytes(_RAW.decode(body)), inlet, None)]
        batch = _BATCH.decode(body)
    except RecursionError as error:
        raise MalformedBody("nested too deeply") from error
    except msgspec.ValidationError as error:
        raise MalformedBody(str(error)) from error
    except msgspec.DecodeError as error:
        return _forgiving(body, inlet, str(error))
    _check_count(batch.batch)
    return [_draft(bytes(raw), inlet, batch.sentAt) for raw in batch.batch]


def _forgiving(body: bytes, inlet: Inlet, problem: str) -> list[Draft]:
    """Return the drafts of a body that is JSON but for half characters, NaN or Infinity in some of its messages.

    JavaScript writes halves of an emoji that was cut; the other messages of such a batch are as good as any.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(problem) from error
    if inlet.type != "batch":
        return [rejected(json.dumps(value).encode(), "unreadable", inlet)]
    if not isinstance(value, dict) or not isinstance(value.get("batch"), list):
        raise MalformedBody(problem)
    _check_count(value["batch"])
    sent_at = value.get("sentAt")
    return [_plain_draft(each, inlet, sent_at if isinstance(sent_at, str) else None) for each in value["batch"]]


def _plain_draft(message: Any, inlet: Inlet, sent_at: str | None) -> Draft:
    try:
        raw = json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return rejected(json.dumps(message).encode(), "unreadable", inlet)
    return _draft(raw, inlet, sent_at)


def _check_count(messages: Sequence[Any]) -> None:
    if len(messages) > BATCH_MAX:
        raise BatchTooLong


def _draft(raw: bytes, inlet: Inlet, sent_at: str | None) -> Draft:
    if len(raw) > MESSAGE_BYTES_MAX:
        return rejected(b'{"bytes": %d}' % len(raw), "message_too_large", inlet)
    if _depth(raw) > NESTED_MAX:
        return rejected(raw, "nested_too_deeply", inlet)
    try:
        raw.decode()
        message = _MESSAGE.decode(raw)
    except UnicodeDecodeError:
        return rejected(raw, "not_utf8", inlet)
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


def _depth(raw: bytes) -> int:
    """Return how deep brackets are nested, or something at most NESTED_MAX where there are not enough to be deep."""
    if raw.count(b"{") + raw.count(b"[") <= NESTED_MAX:
        return 0
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_TEXTS.sub(b"", raw)):
        depth += 1 if bracket in b"{[" else -1
        deepest = max(deepest, depth)
    return deepest


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
    value = _object(raw, path)
    if kind not in ("identify", "group") and _may_stay(raw, value, names):
        return raw, {}
    kept, personal = split(value, names, path)
    return canonical_json(kept), personal


def _context(message: Message) -> tuple[bytes, dict[str, Any]]:
    raw = bytes(message.context)
    if raw in (b"", b"null", EMPTY):
        return b"", {}
    value = _object(raw, "context")
    if "consents" not in value and "traits" not in value and _may_stay(raw, value, PERSONAL_NAMES):
        return raw, {}
    kept, personal = split(value, PERSONAL_NAMES, "context")
    if isinstance(kept.get("traits"), dict):
        kept["traits"], more = split(kept["traits"], PERSONAL_TRAITS, "context.traits")
        personal |= more
    if "consents" in kept:
        kept["consents"] = [_consent(each) for each in _list(kept["consents"])]
    return canonical_json(kept), personal


def _may_stay(raw: bytes, value: dict[str, Any], names: frozenset[str]) -> bool:
    """Return whether JSON can be kept as it came: nothing to seal, nothing to spell in another way."""
    return _BACKSLASH not in raw and is_free_of(value, names)


def _consent(given: Any) -> dict[str, Any]:
    """Return a consent in one spelling; refuses one that does not say what for: in doubt there is none."""
    if not isinstance(given, dict) or not isinstance(given.get("channel"), str):
        raise _Unusable("bad_consent")
    purpose = given.get("purpose", "marketing")
    if not 0 < len(given["channel"]) <= CHANNEL_CHARACTERS_MAX or purpose not in PURPOSES:
        raise _Unusable("bad_consent")
    status = given.get("status", "granted")
    if status not in ("granted", "withdrawn"):
        raise _Unusable("bad_consent_status")
    consent = {
        "channel": given["channel"],
        "purpose": purpose,
        "topic": str(given.get("topic") or ""),
        "status": status,
        "source": str(given.get("source") or ""),
        "text_version": str(given.get("text_version") or ""),
    }
    if given.get("at") is not None:
        consent["at"] = _consent_instant(given["at"])
    return consent


def _consent_instant(at: Any) -> int:
    at_ms = at if isinstance(at, int) and not isinstance(at, bool) else _parse(str(at))
    if not 0 < at_ms <= CONSENT_AT_MS_MAX:
        raise _Unusable("bad_consent")
    return at_ms


def _identifiers(personal: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for path, value in personal.items():
        where, _, name = path.rpartition(".")
        if where not in ("traits", "context.traits"):
            continue
        match name:
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
    """Return when it happened, the sender's clock corrected: received - (sent - original), as Segment does.

    Refuses what lies before 1970: there were no such clocks.
    """
    at_ms = _corrected(message, message.sentAt or sent_at, received_ms)
    if at_ms <= 0:
        raise _Unusable("bad_timestamp")
    return at_ms


def _corrected(message: Message, sent: str | None, received_ms: int) -> int:
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
    return (moment - _EPOCH) // _MILLISECOND


def _object(raw: bytes, path: str) -> dict[str, Any]:
    try:
        value = parse_json(raw)
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
