"""Reads the Segment HTTP API: bodies of SDKs in, drafts of records out, each refusal with its reason.

Source of the protocol: Segment's HTTP API reference. What a client gets wrong in one message never costs the others.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from liftloop.collect.contract import BATCH_MAX, BatchTooLong, Draft, MalformedBody
from liftloop.collect.drafting import (
    EMPTY,
    Inlet,
    Unusable,
    all_shallow,
    check_raw,
    consents_in,
    identifiers_in,
    instant,
    is_plain_text,
    may_stay,
    object_in,
    rejected,
    traits_fitted,
    warnings_of,
)
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS, are_plain_objects, split
from liftloop.collect.tracking_plan import NO_RULES
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.dice import hash_bytes
from liftloop.storage.contract import Record

MESSAGE_TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
Identifier = str | int | None

_ABOUT_PERSON = ("traits", "context.traits")
_KEY_SEARCHED = re.compile(rb'"writeKey"\s*:\s*"([^"\\]*)"')


class Message(Struct, kw_only=True, gc=False):
    """One message as SDKs send it; unknown fields are passed over."""

    type: str = ""
    userId: Identifier = None  # noqa: N815 - the protocol's own spelling.
    anonymousId: Identifier = None  # noqa: N815
    previousId: Identifier = None  # noqa: N815
    groupId: Identifier = None  # noqa: N815
    event: str = ""
    name: str | None = None
    category: str | None = None
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


class _Read(Struct, kw_only=True):
    """A batch with its messages read; the other fields are read once, with the raw ones."""

    batch: list[Message]


class _Keyed(Struct):
    writeKey: str | None = None  # noqa: N815


_RAW = msgspec.json.Decoder(Raw)
_MESSAGE = msgspec.json.Decoder(Message)
_BATCH = msgspec.json.Decoder(_Batch)
_MESSAGES = msgspec.json.Decoder(_Read)
_KEYED = msgspec.json.Decoder(_Keyed)


def write_key_in(body: bytes) -> str:
    """Return the write key that a body carries, empty where there is none; nothing else of the body is made."""
    try:
        return _KEYED.decode(body).writeKey or ""
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
    ):  # It may still hold good messages beside a half character.
        found = _KEY_SEARCHED.search(body)
        return found[1].decode("utf-8", "replace") if found else ""


def read(body: bytes, inlet: Inlet) -> list[Draft]:
    """Return one draft a message; a message that cannot be taken becomes a `message.rejected`.

    Raises `MalformedBody` where the request as a whole is not JSON, `BatchTooLong` where it has too many messages.
    """
    try:
        if inlet.type != "batch":
            return [read_one(bytes(_RAW.decode(body)), inlet, None)]
        batch = _BATCH.decode(body)
    except RecursionError as error:
        raise MalformedBody("nested too deeply") from error
    except msgspec.ValidationError as error:
        raise MalformedBody(str(error)) from error
    except msgspec.DecodeError as error:
        return _forgiving(body, inlet, str(error))
    _check_count(batch.batch)
    quick = _quick(body, batch, inlet)
    return [
        read_one(bytes(raw), inlet, batch.sentAt) if draft is None else draft
        for raw, draft in zip(batch.batch, quick, strict=True)
    ]


def _quick(body: bytes, batch: _Batch, inlet: Inlet) -> Sequence[Draft | None]:
    """Return the drafts of messages that need no second look, None for the others.

    Nearly all that a busy shop sends are tracks of known users with a few plain properties: read together they take
    half the time.
    """
    hard: list[Draft | None] = [None] * len(batch.batch)
    if inlet.rules is not NO_RULES or not is_plain_text(body):
        return hard
    try:
        messages = _MESSAGES.decode(body).batch
        objects = parse_json(b"[%b]" % b",".join([each.properties or EMPTY for each in messages]))
    except msgspec.DecodeError:
        return hard
    plain = are_plain_objects(objects, PERSONAL_NAMES)
    if not all_shallow(body, [2 if each.properties else 1 for each in messages]):
        plain = [simple and _passes(bytes(raw), inlet) for raw, simple in zip(batch.batch, plain, strict=True)]
    elif max(map(len, batch.batch), default=0) > inlet.message_bytes_max:
        return hard
    contexts: dict[bytes, bytes | None] = {}
    return [
        _tracked(message, batch.sentAt, inlet, contexts) if simple else None
        for message, simple in zip(messages, plain, strict=True)
    ]


def _passes(raw: bytes, inlet: Inlet) -> bool:
    try:
        check_raw(raw, inlet.message_bytes_max)
    except Unusable:
        return False
    return True


def _tracked(message: Message, sent_at: str | None, inlet: Inlet, contexts: dict[bytes, bytes | None]) -> Draft | None:
    """Return the draft of a track with plain properties; None where anything else about it needs a look."""
    if message.type != "track" or not message.event or not message.messageId or not message.userId:
        return None
    context: bytes | None = b""
    if message.context:
        said = bytes(message.context)
        if said not in contexts:
            contexts[said] = _harmless_context(message)
        context = contexts[said]
    at_ms = inlet.received_ms
    if message.timestamp or message.originalTimestamp:
        try:
            at_ms = _instant(message, sent_at, at_ms)
        except Unusable:
            return None
    if context is None:
        return None
    record = Record(
        kind="track",
        at_ms=at_ms,
        received_ms=inlet.received_ms,
        message_id=message.messageId,
        actor=inlet.actor,
        user_id=_text(message.userId),
        anonymous_id=_text(message.anonymousId),
        name=message.event,
        body=bytes(message.properties) or EMPTY,
        context=context,
    )
    return Draft(record=record, personal={}, identifiers=())


def _harmless_context(message: Message) -> bytes | None:
    """Return what is kept of a track's context, None where something has to be taken out of it."""
    try:
        kept, personal, _ = _context(message, "track")
    except Unusable:
        return None
    return None if personal else kept


def _forgiving(body: bytes, inlet: Inlet, problem: str) -> list[Draft]:
    """Return the drafts of a body that is JSON but for half characters, NaN or Infinity in some of its messages.

    JavaScript writes halves of an emoji that was cut; the other messages of such a batch are as good as any.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(problem) from error
    if inlet.type != "batch":
        return [rejected(json.dumps(value).encode(), Unusable("unreadable"), inlet)]
    if not isinstance(value, dict) or not isinstance(value.get("batch"), list):
        raise MalformedBody(problem)
    _check_count(value["batch"])
    sent_at = value.get("sentAt")
    return [_plain_draft(each, inlet, sent_at if isinstance(sent_at, str) else None) for each in value["batch"]]


def _plain_draft(message: Any, inlet: Inlet, sent_at: str | None) -> Draft:
    try:
        raw = json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return rejected(json.dumps(message).encode(), Unusable("unreadable"), inlet, sent_at)
    return read_one(raw, inlet, sent_at)


def _check_count(messages: Sequence[Any]) -> None:
    if len(messages) > BATCH_MAX:
        raise BatchTooLong


def read_one(raw: bytes, inlet: Inlet, sent_at: str | None) -> Draft:
    """Return the draft of one message; `sent_at` is that of the batch it came in."""
    try:
        return _draft(raw, inlet, sent_at)
    except Unusable as unusable:
        return rejected(raw, unusable, inlet, sent_at)


def _draft(raw: bytes, inlet: Inlet, sent_at: str | None) -> Draft:
    check_raw(raw, inlet.message_bytes_max)
    try:
        message = _MESSAGE.decode(raw)
    except msgspec.ValidationError as error:
        raise Unusable("wrong_types", {"problem": str(error)}) from error
    except msgspec.DecodeError as error:
        raise Unusable("unreadable") from error
    kind = message.type or inlet.type
    if kind != "track" or not message.event or not message.userId:  # Most messages need no second look.
        _check_names(message, kind)
    at_ms = _instant(message, sent_at, inlet.received_ms)
    return _taken(message, kind, at_ms, raw, inlet)


def _check_names(message: Message, kind: str) -> None:
    """Refuse a message that does not say what a message of its kind must say."""
    if kind not in MESSAGE_TYPES:
        raise Unusable("unknown_type")
    if message.userId in (None, "") and message.anonymousId in (None, ""):
        raise Unusable("no_identifier")
    if kind == "track" and not message.event:
        raise Unusable("no_event_name")
    if kind == "alias" and message.previousId in (None, ""):
        raise Unusable("no_previous_id")
    if kind == "group" and message.groupId in (None, ""):
        raise Unusable("no_group_id")


def _taken(message: Message, kind: str, at_ms: int, raw: bytes, inlet: Inlet) -> Draft:
    context, more, said = _context(message, kind)
    body, personal, warnings = _body(message, kind, (said, at_ms), inlet)
    personal |= more
    record = Record(
        kind=kind,
        at_ms=at_ms,
        received_ms=inlet.received_ms,
        message_id=message.messageId or f"content:{hash_bytes(raw):016x}",
        actor=inlet.actor,
        user_id=_text(message.userId),
        anonymous_id=_text(message.anonymousId),
        name=message.event if kind == "track" else _name(message, kind),
        body=body,
        context=context,
    )
    identifiers = identifiers_in(personal, _ABOUT_PERSON) if personal else ()
    return Draft(record=record, personal=personal, identifiers=identifiers, warnings=warnings)


def _name(message: Message, kind: str) -> str:
    return _text(message.groupId) if kind == "group" else (message.name or "")


def _body(
    message: Message, kind: str, more: tuple[dict[str, Any], int], inlet: Inlet
) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Return what the record's body keeps, the personal fields taken out of it, and what the plan has against it.

    `more` are the traits that some SDKs write into the context of an identify instead, and the message's instant.
    """
    said, at_ms = more
    if kind == "alias":
        return canonical_json({"previousId": _text(message.previousId)}), {}, ()
    of_traits = kind in ("identify", "group")
    part, names, path = (
        (message.traits, PERSONAL_TRAITS, "traits") if of_traits else (message.properties, PERSONAL_NAMES, "properties")
    )
    raw = bytes(part)
    if raw in (b"", b"null"):
        raw = EMPTY
    value = object_in(raw, path)
    if said:
        value = said | value
    judged = kind == "track" and inlet.rules is not NO_RULES
    warnings = warnings_of(inlet.rules, message.event, value) if judged else ()
    if kind == "identify":
        value, warnings = traits_fitted(value, inlet, at_ms)
        names |= inlet.rules.traits.personal
    if message.category and kind in ("page", "screen"):
        value = {"category": message.category} | value
    elif not of_traits and may_stay(raw, value, names):
        return raw, {}, warnings
    kept, personal = split(value, names, path)
    return canonical_json(kept), personal, warnings


def _context(message: Message, kind: str) -> tuple[bytes, dict[str, Any], dict[str, Any]]:
    """Return the context that is kept, the personal fields taken out of it, and an identify's traits found in it."""
    raw = bytes(message.context)
    if raw in (b"", b"null", EMPTY):
        return b"", {}, {}
    value = object_in(raw, "context")
    if "consents" not in value and "traits" not in value and may_stay(raw, value, PERSONAL_NAMES):
        return raw, {}, {}
    traits = value.pop("traits") if isinstance(value.get("traits"), dict) else None
    kept, personal = split(value, PERSONAL_NAMES, "context")
    if "consents" in kept:
        kept["consents"] = consents_in(kept["consents"])
    if traits is not None and kind == "identify":
        return canonical_json(kept), personal, traits
    if traits is not None:
        kept["traits"], more = split(traits, PERSONAL_TRAITS, "context.traits")
        personal |= more
    return canonical_json(kept), personal, {}


def _instant(message: Message, sent_at: str | None, received_ms: int) -> int:
    """Return when it happened, the sender's clock corrected: received - (sent - original), as Segment does.

    Refuses what lies before 1970: there were no such clocks.
    """
    at_ms = _corrected(message, message.sentAt or sent_at, received_ms)
    if at_ms <= 0:
        raise Unusable("bad_timestamp")
    return at_ms


def _corrected(message: Message, sent: str | None, received_ms: int) -> int:
    if message.originalTimestamp and sent:
        return received_ms - (instant(sent) - instant(message.originalTimestamp))
    if message.timestamp:
        at_ms = instant(message.timestamp)
        return received_ms - (instant(sent) - at_ms) if sent else at_ms
    return received_ms


def _text(identifier: Identifier) -> str:
    return "" if identifier is None else str(identifier)
