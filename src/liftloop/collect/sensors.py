"""Reads the protocol of 神策 (Sensors Analytics) onto the same drafts as Segment's, so that its SDKs send unchanged.

`distinct_id` is a user id where the message says so, else an anonymous one; `track_signup` names both, which joins
them. `_flush_time` corrects the sender's clock. What a client gets wrong in one message never costs the others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.structs import replace

from liftloop.collect import sensors_form
from liftloop.collect.contract import TRAITS_CHANGED, Draft
from liftloop.collect.drafting import (
    EMPTY,
    Inlet,
    Unusable,
    check_raw,
    consents_in,
    identifiers_in,
    may_stay,
    object_in,
    rejected,
    traits_fitted,
    warnings_of,
)
from liftloop.collect.mapping_facts import ITEM, ITEM_DELETED
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS, split
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_bytes
from liftloop.storage.contract import Record

PATHS = frozenset({"/sa", "/sa.gif"})
IMAGE_PATH = "/sa.gif"
EARLIEST_MS = 10**11
"""1973: smaller numbers are seconds where milliseconds are due."""
IDENTITIES_MAX = 20
DEVICE_IDENTITIES = (
    "$identity_anonymous_id",
    "$identity_cookie_id",
    "$identity_distinct_id",
    "$identity_android_id",
    "$identity_android_uuid",
    "$identity_idfv",
    "$identity_harmony_device_id",
    "$identity_mp_id",
)
"""Identities that mean a device or a browser, the strongest first."""
KINDS_OF_IDENTITY = {"mobile": "phone", "mp_unionid": "unionid", "mp_openid": "openid"}
OPERATIONS = {
    "profile_set_once": "once",
    "profile_increment": "add",
    "profile_append": "append",
    "profile_delete": "delete",
}
NOT_TRAITS = frozenset({"is_login_id", "lib", "lib_version", "lib_method", "project", "token", "time"})
"""Properties that speak of the message, not of the person."""
ITEM_TEXTS = ("name", "category", "series", "brand", "successor", "currency")
ITEM_NUMBERS = ("price", "cost", "margin", "stock")

Identifier = str | int | None


class _Event(Struct, kw_only=True):
    type: str = ""
    event: str | None = None
    distinct_id: Identifier = None
    original_id: Identifier = None
    login_id: Identifier = None
    anonymous_id: Identifier = None
    identities: dict[str, str | int | None] | None = None
    time: int | float | None = None
    flush_time: int | float | None = msgspec.field(default=None, name="_flush_time")
    track_id: int | str | None = msgspec.field(default=None, name="_track_id")
    time_free: bool | None = None
    properties: Raw = Raw()
    lib: dict[str, Any] | None = None
    item_type: str | None = None
    item_id: Identifier = None


class _Tokened(Struct):
    token: str | UnsetType | None = UNSET


class _Who(Struct, frozen=True, kw_only=True):
    user_id: str
    anonymous_id: str
    personal: dict[str, Any]
    """Identities that the vault must seal, by path."""
    identifiers: tuple[tuple[str, str], ...]


_EVENT = msgspec.json.Decoder(_Event)
_TOKENED = msgspec.json.Decoder(_Tokened)

opened = sensors_form.opened


def tokens_in(messages: Sequence[bytes]) -> list[bytes]:
    """Return the write key that the first message carries as `token`, if it carries one."""
    for raw in messages[:1]:
        try:
            token = _TOKENED.decode(raw).token
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return []
        if isinstance(token, str):
            return [token.encode()]
    return []


def read(messages: Sequence[bytes], inlet: Inlet) -> list[Draft]:
    """Return one draft a message; a message that cannot be taken becomes a `message.rejected`."""
    return [read_one(raw, inlet) for raw in messages]


def read_one(raw: bytes, inlet: Inlet) -> Draft:
    try:
        return _draft(raw, inlet)
    except Unusable as unusable:
        return rejected(raw, unusable, inlet)


def _draft(raw: bytes, inlet: Inlet) -> Draft:
    check_raw(raw, inlet.message_bytes_max)
    try:
        event = _EVENT.decode(raw)
    except msgspec.ValidationError as error:
        raise Unusable("wrong_types", {"problem": str(error)}) from error
    except msgspec.DecodeError as error:
        raise Unusable("unreadable") from error
    at_ms = _instant(event, inlet.received_ms)
    properties = bytes(event.properties)
    if properties in (b"", b"null"):
        properties = EMPTY
    made = _Made(event=event, at_ms=at_ms, message_id=_message_id(event, raw), inlet=inlet)
    match event.type:
        case "track" | "track_signup" | "track_id_bind":
            return _tracked(made, properties)
        case "profile_set" | "profile_unset":
            return _identified(made, object_in(properties, "properties"))
        case "item_set" | "item_delete":
            return _item(made, object_in(properties, "properties"))
        case _ if event.type in OPERATIONS:
            return _changed(made, object_in(properties, "properties"))
        case _:
            raise Unusable("unknown_type", {"type": event.type})


class _Made(Struct, frozen=True, kw_only=True):
    """A message with what every draft of it needs."""

    event: _Event
    at_ms: int
    message_id: str
    inlet: Inlet

    def draft(self, kind: str, name: str, body: bytes, who: _Who, personal: dict[str, Any], consents: Any) -> Draft:
        record = Record(
            kind=kind,
            at_ms=self.at_ms,
            received_ms=self.inlet.received_ms,
            message_id=self.message_id,
            actor=self.inlet.actor,
            user_id=who.user_id,
            anonymous_id=who.anonymous_id,
            name=name,
            body=body,
            context=_context(self.event.lib, consents),
        )
        identifiers = identifiers_in(personal, ("traits",))
        return Draft(record=record, personal=personal | who.personal, identifiers=who.identifiers + identifiers)


def _tracked(made: _Made, raw: bytes) -> Draft:
    if not made.event.event:
        raise Unusable("no_event_name")
    value = object_in(raw, "properties")
    who = _who(made.event, value)
    warnings = warnings_of(made.inlet.rules, made.event.event, value)
    personal: dict[str, Any] = {}
    if not may_stay(raw, value, PERSONAL_NAMES):
        kept, personal = split(value, PERSONAL_NAMES, "properties")
        raw = canonical_json(kept)
    draft = made.draft("track", made.event.event, raw, who, personal, None)
    return replace(draft, warnings=warnings) if warnings else draft


def _identified(made: _Made, properties: dict[str, Any]) -> Draft:
    who = _who(made.event, properties)
    consents = properties.pop("consents", None)
    traits = _traits(properties)
    if made.event.type == "profile_unset":
        traits = dict.fromkeys(traits)
    traits, warnings = traits_fitted(traits, made.inlet, made.at_ms)
    kept, personal = split(traits, PERSONAL_TRAITS | made.inlet.rules.traits.personal, "traits")
    draft = made.draft("identify", "", canonical_json(kept), who, personal, consents)
    return replace(draft, warnings=warnings) if warnings else draft


def _changed(made: _Made, properties: dict[str, Any]) -> Draft:
    """Return a draft of a change whose outcome depends on what is known of the person already."""
    who = _who(made.event, properties)
    operation = OPERATIONS[made.event.type]
    traits = _traits(properties)
    for name, value in traits.items():
        if operation == "add" and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise Unusable("wrong_types", {"property": name, "wanted": "number"})
        if operation == "append" and not isinstance(value, list):
            raise Unusable("wrong_types", {"property": name, "wanted": "list"})
    names = PERSONAL_TRAITS | made.inlet.rules.traits.personal
    kept, personal = split({} if operation == "delete" else traits, names, "traits")
    return made.draft(TRAITS_CHANGED, operation, canonical_json(kept), who, personal, None)


def _item(made: _Made, properties: dict[str, Any]) -> Draft:
    identity = _text(made.event.item_id)
    if not identity:
        raise Unusable("no_identifier")
    nobody = _Who(user_id="", anonymous_id="", personal={}, identifiers=())
    if made.event.type == "item_delete":
        body = canonical_json({"item_id": identity, "item_type": made.event.item_type})
        return made.draft(ITEM_DELETED, identity, body, nobody, {}, None)
    item: dict[str, Any] = {"item_id": identity}
    texts = {name: properties.pop(name) for name in ITEM_TEXTS if isinstance(properties.get(name), str)}
    numbers = {name: properties.pop(name) for name in ITEM_NUMBERS if _is_number(properties.get(name))}
    if "margin" not in numbers and {"price", "cost"} <= numbers.keys():
        numbers["margin"] = numbers["price"] - numbers["cost"]
    attributes, personal = split(properties, PERSONAL_NAMES, "attributes")
    item |= {"currency": "CNY"} | texts | numbers | {"item_type": made.event.item_type, "attributes": attributes}
    return made.draft(ITEM, identity, canonical_json(item), nobody, personal, None)


def _who(event: _Event, properties: Mapping[str, Any]) -> _Who:
    """Return who a message is about. Raises `Unusable` where nobody is named."""
    identities = event.identities or {}
    if len(identities) > IDENTITIES_MAX:
        raise Unusable("wrong_types", {"property": "identities"})
    distinct = "" if _is_composed(event.distinct_id, identities) else _text(event.distinct_id)
    user = _text(event.login_id) or _text(identities.get("$identity_login_id"))
    if not user and (properties.get("$is_login_id") is True or event.type == "track_signup"):
        user = distinct
    anonymous = _text(event.original_id) if event.type == "track_signup" else _text(event.anonymous_id)
    anonymous = anonymous or next((_text(identities[name]) for name in DEVICE_IDENTITIES if identities.get(name)), "")
    if not user and not anonymous:
        anonymous = distinct
    personal = {
        f"identities.{KINDS_OF_IDENTITY.get(kind, kind)}": _text(value)
        for kind, value in ((name.removeprefix("$identity_"), value) for name, value in identities.items())
        if value and f"$identity_{kind}" not in (*DEVICE_IDENTITIES, "$identity_login_id")
    }
    identifiers = identifiers_in(personal, ("identities",))
    identifiers += tuple(
        (path.removeprefix("identities."), value)
        for path, value in personal.items()
        if path not in ("identities.phone", "identities.email")
    )
    if not user and not anonymous and not identifiers:
        raise Unusable("no_identifier")
    return _Who(user_id=user, anonymous_id=anonymous, personal=personal, identifiers=identifiers)


def _is_composed(distinct_id: Identifier, identities: Mapping[str, Any]) -> bool:
    """Tell whether a distinct id only repeats an identity as `key+value`: a phone number may stand in it."""
    key, plus, _ = _text(distinct_id).partition("+")
    return bool(plus) and key in identities


def _traits(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return traits under our names: `$city` is the city."""
    named = ((name.removeprefix("$"), value) for name, value in properties.items())
    return {name: value for name, value in named if name and name not in NOT_TRAITS}


def _context(lib: Mapping[str, Any] | None, consents: Any) -> bytes:
    context: dict[str, Any] = {}
    if lib:
        context["library"] = {"name": str(lib.get("$lib", "")), "version": str(lib.get("$lib_version", ""))}
    if consents is not None:
        context["consents"] = consents_in(consents)
    return canonical_json(context) if context else b""


def _instant(event: _Event, received_ms: int) -> int:
    """Return when it happened, the sender's clock corrected by when it says that it sent."""
    if event.time is None:
        return received_ms
    if not EARLIEST_MS <= event.time < 2**53:
        raise Unusable("bad_timestamp", {"time": event.time})
    if event.flush_time is None or event.time_free:
        return int(event.time)
    return received_ms - int(event.flush_time - event.time)


def _message_id(event: _Event, raw: bytes) -> str:
    """Return an id by which the same message is known when it is sent again: `_flush_time` differs then."""
    if event.track_id is None and event.flush_time is None:
        return f"content:{hash_bytes(raw):016x}"
    said = (event.track_id, event.type, event.event, event.distinct_id, event.time, event.item_id)
    return f"sa:{hash_bytes(canonical_json([*said, event.properties])):016x}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(identifier: Identifier) -> str:
    return "" if identifier is None else str(identifier)
