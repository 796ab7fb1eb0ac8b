"""What the lake keeps of the ingest log: events of known people, their orders, and imported facts, as columns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.kernel.codec import Json, parse_object, unpack, unpack_columns
from liftloop.storage.contract import Array, Record
from liftloop.storage.embedded.lake_columns import (
    body_column,
    bytes_column,
    json_texts,
    number_column,
    number_of,
    text_column,
    text_of,
    texts_of,
)
from liftloop.storage.embedded.lake_orders import LakeColumns, order_tables

ORDER_COMPLETED = "Order Completed"
ORDER_REFUNDED = "Order Refunded"
ITEM_DELETED = "item.deleted"
NOBODY = -1
"""Stands for the profile of a record that the tick folded without a person, or dropped as a duplicate."""

_KIND, _NAME, _MESSAGE_ID, _ACTOR, _BODY = map(attrgetter, ("kind", "name", "message_id", "actor", "body"))
_AT_MS, _RECEIVED_MS, _IMPORTED_FLAG = map(attrgetter, ("at_ms", "received_ms", "imported"))


class Rows(NamedTuple):
    """Records with where each stands and whose it is; the three are parallel."""

    offset: Array
    profile: Array
    records: Sequence[Record]

    def at(self, places: Array) -> "Rows":
        if len(places) == len(self.records):
            return self
        return Rows(self.offset[places], self.profile[places], [self.records[place] for place in places.tolist()])

    def texts(self, of: Callable[[Record], str]) -> Array:
        return text_column(map(of, self.records))

    def whole(self, of: Callable[[Record], int]) -> Array:
        return np.fromiter(map(of, self.records), dtype=np.int64, count=len(self.records))

    def bodies(self) -> list[bytes]:
        return list(map(_BODY, self.records))


def tables_of(rows: Rows) -> Mapping[str, LakeColumns]:
    """Return what to append to which table; tables without rows are left out."""
    kinds = list(map(_KIND, rows.records))
    places = {kind: _place(kind) for kind in set(kinds)}
    place = np.fromiter(map(places.__getitem__, kinds), dtype=np.int64, count=len(kinds))
    tables: dict[str, LakeColumns] = {}
    events = rows.at(np.flatnonzero((place == _OF_PEOPLE) & (rows.profile != NOBODY)))
    if events.records:
        tables["event"] = _events(events)
        names = list(map(_NAME, events.records))
        tracked = np.array([name in _ORDERS for name in names]) & (tables["event"]["kind"] == "track")
        orders = events.at(np.flatnonzero(tracked))
        if orders.records:
            refunded = _refunded(orders)
            tables |= order_tables(orders.bodies(), _whose(orders), refunded)
    for number, (table, columns) in enumerate(_IMPORTED.values()):
        those = rows.at(np.flatnonzero(place == number))
        if those.records:
            tables[table] = columns(those)
    return tables


_ORDERS = frozenset({ORDER_COMPLETED, ORDER_REFUNDED})
_OF_PEOPLE = -1


def _place(kind: str) -> int:
    if "." not in kind:
        return _OF_PEOPLE
    kind = _LIKE.get(kind, kind)
    return list(_IMPORTED).index(kind if kind in _IMPORTED else "")


def _refunded(rows: Rows) -> Array:
    return np.fromiter(
        (record.name == ORDER_REFUNDED for record in rows.records), dtype=np.int64, count=len(rows.records)
    )


def _events(rows: Rows) -> LakeColumns:
    return _whose(rows) | {
        "received_ms": rows.whole(_RECEIVED_MS),
        "name": rows.texts(_NAME),
        "kind": rows.texts(_KIND),
        "message_id": rows.texts(_MESSAGE_ID),
        "properties": body_column(rows.bodies()),
        "imported": rows.whole(_IMPORTED_FLAG),
        "source": rows.texts(_ACTOR),
        "recognised": rows.whole(_names_a_customer),
        "utm": rows.texts(_campaign_said),
    }


class _Context(Struct, frozen=True, gc=False):
    campaign: msgspec.Raw = msgspec.Raw()


_CONTEXT = msgspec.json.Decoder(_Context)


def _campaign_said(record: Record) -> str:
    """Return `context.campaign` as the sender's library filled it from the address; empty for most."""
    if b'"campaign"' not in record.context:
        return ""
    said = bytes(_CONTEXT.decode(record.context).campaign)
    return said.decode() if said.startswith(b"{") else ""


def _names_a_customer(record: Record) -> bool:
    """Tell whether a message says whose it is by more than a device or cookie."""
    return bool(record.user_id or record.identifiers)


def _items(rows: Rows) -> LakeColumns:
    texts = ("item_id", "name", "category", "series", "brand", "successor", "currency")
    columns = _imported(rows, texts, ("price", "cost", "margin", "stock"))
    return columns | {"body": body_column(rows.bodies()), "deleted": rows.whole(_is_deletion)}


def _is_deletion(record: Record) -> bool:
    return record.kind == ITEM_DELETED


def _spend(rows: Rows) -> LakeColumns:
    texts = ("date", "channel", "campaign", "ad_group", "keyword", "currency")
    columns = _imported(rows, texts, ("cost", "impressions", "clicks"))
    return columns | {"message_id": rows.texts(_MESSAGE_ID), "body": body_column(rows.bodies())}


def _imported(rows: Rows, texts: Sequence[str], numbers: Sequence[str]) -> LakeColumns:
    bodies = [parse_object(body) for body in rows.bodies()]
    columns = {name: text_column(text_of(body.get(name)) for body in bodies) for name in texts}
    columns |= {name: number_column(number_of(body.get(name)) for body in bodies) for name in numbers}
    return columns | {"offset": rows.offset, "at_ms": rows.whole(_AT_MS)}


_NULL = msgspec.Raw(b"null")


class _Exposure(Struct, frozen=True, gc=False):
    customer_id: Json = None
    decision_id: Json = None
    campaign: Json = None
    action: Json = None
    holdout: Json = None
    decided_at: Json = None
    decided_at_ms: Json = msgspec.UNSET
    eligible: msgspec.Raw = _NULL
    propensities: msgspec.Raw = _NULL
    features: msgspec.Raw = _NULL


_EXPOSURES = msgspec.json.Decoder(list[_Exposure])


def _exposures(rows: Rows) -> LakeColumns:
    said = _read_exposures(rows.bodies())
    columns = {
        "offset": rows.offset,
        "message_id": rows.texts(_MESSAGE_ID),
        "profile": text_column([None if one == NOBODY else str(one) for one in rows.profile.tolist()]),
        "customer_id": text_column(
            text_of(each.customer_id) or record.user_id for each, record in zip(said, rows.records, strict=True)
        ),
        "decided_at_ms": _decided_ms(rows, said),
        "holdout": text_column(_truth(each.holdout) for each in said),
        "decision_id": text_column(texts_of([each.decision_id for each in said])),
        "campaign": text_column(texts_of([each.campaign for each in said])),
        "action": text_column(texts_of([each.action for each in said])),
    }
    for name in ("eligible", "propensities", "features"):
        columns[name] = text_column(json_texts([getattr(each, name) for each in said]))
    return columns


def _read_exposures(bodies: Sequence[bytes]) -> list[_Exposure]:
    """Return what the bodies say, all at once where each is as it should be; one bad body must not stop the lake."""
    try:
        said = _EXPOSURES.decode(b"[" + b",".join(bodies) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = []
    if len(said) == len(bodies):
        return said
    return _EXPOSURES.decode(b"[" + b",".join(body if parse_object(body) else b"{}" for body in bodies) + b"]")


def _decided_ms(rows: Rows, said: Sequence[_Exposure]) -> Array:
    """Return when it was decided; a text without a zone, or none at all, leaves the record's own instant."""
    known: dict[str, int | None] = {}
    found: list[int] = []
    for record, each in zip(rows.records, said, strict=True):
        when = each.decided_at if each.decided_at_ms is msgspec.UNSET else each.decided_at_ms
        if isinstance(when, str):
            if when not in known:
                known[when] = _instant(when)
            when = known[when]
        found.append(when if type(when) is int else record.at_ms)
    return np.array(found, dtype=np.int64)


def _instant(text: str) -> int | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if instant.tzinfo is None else round(instant.timestamp() * 1_000)


def _truth(value: Json) -> str | None:
    """Return true or false in whichever of the common ways it was written, else NULL."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | str():
            word = str(value).strip().lower()
            return "true" if word in _TRUE else "false" if word in _FALSE else None
        case _:
            return None


_TRUE = frozenset({"1", "1.0", "true", "t", "yes", "y", "是"})
_FALSE = frozenset({"0", "0.0", "false", "f", "no", "n", "否"})


def _system(rows: Rows) -> LakeColumns:
    return {
        "offset": rows.offset,
        "at_ms": rows.whole(_AT_MS),
        "received_ms": rows.whole(_RECEIVED_MS),
        "kind": rows.texts(_KIND),
        "name": rows.texts(_NAME),
        "actor": rows.texts(_ACTOR),
        "message_id": rows.texts(_MESSAGE_ID),
        "body": text_column([body.decode() if _is_text(body) else "" for body in rows.bodies()]),
        "packed": bytes_column([None if _is_text(body) else body for body in rows.bodies()]),
    }


def _is_text(body: bytes) -> bool:
    """Tell JSON objects from MessagePack, whose first byte is another and which is hardly ever UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return body.startswith(b"{")


def _studied(rows: Rows) -> LakeColumns:
    """Return values of studied traits, a row a person and trait; a body that cannot be read has none."""
    parts = [(record, offset, _values_of(record)) for record, offset in zip(rows.records, rows.offset, strict=True)]
    read = [(record, offset, values) for record, offset, values in parts if values is not None]
    counts = [len(values.profile) for _, _, values in read]
    nothing = np.zeros(0, dtype=np.int64)
    return {
        "offset": np.repeat([int(offset) for _, offset, _ in read], counts).astype(np.int64),
        "name": np.repeat(np.array([record.name for record, _, _ in read], dtype=object), counts),
        "profile": np.concatenate([nothing, *(values.profile for _, _, values in read)]),
        "at_ms": np.concatenate([nothing, *(values.at_ms for _, _, values in read)]),
        "number": text_column(text for _, _, values in read for text in values.numbers),
        "word": text_column(text for _, _, values in read for text in values.words),
    }


class _Values(NamedTuple):
    profile: Array
    at_ms: Array
    numbers: Sequence[str | None]
    words: Sequence[str | None]


def _values_of(record: Record) -> _Values | None:
    try:
        _, packed, words, *_ = unpack(record.body)
        columns = unpack_columns(packed)
        profile, value = np.asarray(columns["profile"], dtype=np.int64), np.asarray(columns["value"])
        at_ms = np.asarray(columns.get("since_ms", np.full(len(profile), record.at_ms)), dtype=np.int64)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None
    if not len(profile) == len(value) == len(at_ms):
        return None
    nothing = [None] * len(profile)
    if value.dtype.kind == "i":  # Places among the words.
        return _Values(profile, at_ms, nothing, [words[place] if 0 <= place < len(words) else None for place in value])
    return _Values(profile, at_ms, [None if each != each else repr(each) for each in value.tolist()], nothing)


_IMPORTED: Mapping[str, tuple[str, Callable[[Rows], LakeColumns]]] = {
    "item.imported": ("item_version", _items),
    "exposure.imported": ("exposure", _exposures),
    "spend.imported": ("ad_spend", _spend),
    "trait.studied": ("trait_studied", _studied),
    "": ("system_record", _system),
}
"""Table and columns of each kind of fact that the system itself sends; the empty kind stands for all others."""


_LIKE = {ITEM_DELETED: "item.imported"}
"""Kinds whose rows stand among those of another, in the order in which they came."""


def _whose(rows: Rows) -> LakeColumns:
    return {"offset": rows.offset, "profile": rows.profile, "at_ms": rows.whole(_AT_MS)}
