"""What every protocol shares on the way from a message to a draft: limits, personal fields, consents, refusals.

What a client gets wrong in one message never costs the others: it becomes a `message.rejected` with its reason.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.collect.cleaning import CleaningRules, clean_email, clean_id, clean_phone
from liftloop.collect.contract import MESSAGE_BYTES_MAX, PLACEHOLDERS, REJECTED, Draft
from liftloop.collect.fitting import fitted
from liftloop.collect.personal import is_free_of
from liftloop.collect.tracking_plan import NO_RULES, RuleBook, judge
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.dice import hash_bytes
from liftloop.storage.contract import Record

EMPTY = b"{}"
NESTED_MAX = 64
"""Levels of brackets: nobody means more, and what reads messages later may stand deeper on its own stack than we do."""
CHANNEL_CHARACTERS_MAX = 64
"""A channel's id is shorter; a column in memory may bear the name."""
PURPOSES = ("marketing", "transactional", "service", "profiling")
CONSENT_AT_MS_MAX = 2**53
"""Whole numbers beyond it are no instants, and no longer exact in JSON."""
RULES = CleaningRules()
IDENTIFIER_CHARACTERS_MAX = 256
KINDS_OF_TRAIT = {
    **dict.fromkeys(("email", "邮箱"), "email"),
    **dict.fromkeys(("phone", "mobile", "手机", "手机号"), "phone"),
    **dict.fromkeys(("unionid", "union_id", "unionId"), "unionid"),
    **dict.fromkeys(("openid", "open_id", "openId", "mini_openid"), "openid"),
    **dict.fromkeys(("external_userid", "wecom_id"), "wecom_id"),
    **dict.fromkeys(("card_no", "member_card", "会员卡号"), "card"),
}
"""Traits that tell who somebody is, by the kind of identifier that they are."""

_BACKSLASH = ord("\\")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(rb"[\[\]{}]")


class Inlet(Struct, frozen=True, kw_only=True):
    """How a request came in."""

    type: str
    """The message type that the path names, or `batch`."""
    received_ms: int
    actor: str
    protocol: str = "segment"
    """Which reader understands it; kept with what is refused, so that it can be read again."""
    message_bytes_max: int = MESSAGE_BYTES_MAX
    rules: RuleBook = NO_RULES


class Unusable(Exception):
    """One message cannot be taken, for a reason that is shown to people."""

    def __init__(self, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail or {}


def check_raw(raw: bytes, message_bytes_max: int) -> None:
    """Refuse what is too large, nested too deeply or no text, before anything reads it. Raises `Unusable`."""
    if len(raw) > message_bytes_max:
        raise Unusable("message_too_large", {"bytes": len(raw)})
    if _depth(raw) > NESTED_MAX:
        raise Unusable("nested_too_deeply")
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            raise Unusable("not_utf8") from error


def is_plain_text(raw: bytes) -> bool:
    """Return whether bytes are UTF-8 without escapes: equal texts are equal bytes."""
    if _BACKSLASH in raw:
        return False
    try:
        return raw.isascii() or bool(raw.decode())
    except UnicodeDecodeError:
        return False


def all_shallow(raw: bytes, brackets: Sequence[int]) -> bool:
    """Return whether no message of a batch can be nested too deeply; `brackets` are how many each has at least."""
    return raw.count(b"{") + raw.count(b"[") <= sum(brackets) + NESTED_MAX


def _depth(raw: bytes) -> int:
    """Return how deep brackets are nested, or something at most NESTED_MAX where there are not enough to be deep."""
    if raw.count(b"{") + raw.count(b"[") <= NESTED_MAX:
        return 0
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_TEXTS.sub(b"", raw)):
        depth += 1 if bracket in b"{[" else -1
        deepest = max(deepest, depth)
    return deepest


def rejected(raw: bytes, unusable: Unusable, inlet: Inlet, sent_at: str | None = None) -> Draft:
    """Return a draft that keeps what was sent, sealed as a whole: nobody knows yet what is personal in it.

    What its reader needs to read it again stands beside it; of a message that is too large only the size is kept.
    """
    told = {"protocol": inlet.protocol, "type": inlet.type, "detail": unusable.detail}
    if sent_at is not None:
        told["sent_at"] = sent_at
    kept = b"" if unusable.reason == "message_too_large" else raw
    record = Record(
        kind=REJECTED,
        at_ms=inlet.received_ms,
        received_ms=inlet.received_ms,
        message_id=f"rejected:{hash_bytes(raw):016x}:{inlet.received_ms}",
        actor=inlet.actor,
        name=unusable.reason,
        body=canonical_json(told),
    )
    return Draft(record=record, personal={"raw": kept.decode("utf-8", "replace")}, identifiers=())


def warnings_of(rules: RuleBook, event: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the tracking plan has against an event that is taken all the same. Raises `Unusable` to block it."""
    verdict = judge(rules, event, properties)
    if verdict is None:
        return ()
    if verdict.measure == "block":
        raise Unusable(verdict.reason, {"event": event, "problems": verdict.problems})
    return tuple(f"{verdict.reason}: {problem}" for problem in verdict.problems)


def traits_fitted(traits: dict[str, Any], inlet: Inlet, at_ms: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return traits as they are kept, and what does not fit. Raises `Unusable` where a field refuses the message."""
    rules = inlet.rules.traits
    if not rules:
        return traits, ()
    found = fitted(traits, rules, inlet.actor.removeprefix("key:"), at_ms)
    if found.blocked:
        raise Unusable("against_field", {"field": found.blocked, "problems": found.problems})
    return found.traits, tuple(f"against_field: {problem}" for problem in found.problems)


def may_stay(raw: bytes, value: dict[str, Any], names: frozenset[str]) -> bool:
    """Return whether JSON can be kept as it came: nothing to seal, nothing to spell in another way."""
    return _BACKSLASH not in raw and is_free_of(value, names)


def object_in(raw: bytes, path: str) -> dict[str, Any]:
    """Return the JSON object at `path` of a message. Raises `Unusable`."""
    try:
        value = parse_json(raw)
    except msgspec.DecodeError as error:
        raise Unusable(f"{path}_unreadable") from error
    if not isinstance(value, dict):
        raise Unusable(f"{path}_not_an_object")
    return value


def consents_in(given: Any) -> list[dict[str, Any]]:
    """Return consents in one spelling; refuses the message where one does not say what for: in doubt there is none."""
    if not isinstance(given, list):
        raise Unusable("bad_consent")
    return [_consent(each) for each in given]


def _consent(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("channel"), str):
        raise Unusable("bad_consent")
    purpose = given.get("purpose", "marketing")
    if not 0 < len(given["channel"]) <= CHANNEL_CHARACTERS_MAX or purpose not in PURPOSES:
        raise Unusable("bad_consent")
    status = given.get("status", "granted")
    if status not in ("granted", "withdrawn"):
        raise Unusable("bad_consent_status")
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
    at_ms = at if isinstance(at, int) and not isinstance(at, bool) else instant(str(at))
    if not 0 < at_ms <= CONSENT_AT_MS_MAX:
        raise Unusable("bad_consent")
    return at_ms


def identifiers_in(personal: Mapping[str, Any], paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the identifiers that stand directly under one of `paths`, cleaned; what cannot be one is left out."""
    found: list[tuple[str, str]] = []
    for path, value in personal.items():
        where, _, name = path.rpartition(".")
        kind = KINDS_OF_TRAIT.get(name) if where in paths else None
        cleaned = _identifier(kind, str(value)) if kind is not None else None
        found += [(kind, cleaned)] if kind is not None and cleaned else []
    return tuple(found)


def _identifier(kind: str, text: str) -> str | None:
    match kind:
        case "email":
            return clean_email(text, RULES).value
        case "phone":
            return clean_phone(text, RULES).value
        case _:
            cleaned = clean_id(text)
            known = cleaned is not None and cleaned.lower() not in PLACEHOLDERS
            return cleaned if known and len(cleaned or "") <= IDENTIFIER_CHARACTERS_MAX else None


def instant(text: str) -> int:
    """Return an ISO 8601 instant in milliseconds, UTC where it names no zone. Raises `Unusable`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unusable("bad_timestamp") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND
