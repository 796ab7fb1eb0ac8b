"""From what a file says to drafts for the log: the records of `liftloop.collect.mapping_records`, one draft each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from msgspec import Raw

from liftloop.collect.contract import Draft
from liftloop.collect.mapping import Mapping as ImportMapping
from liftloop.collect.mapping_bulk import ISO_SECOND_CHARACTERS, moments_of
from liftloop.collect.mapping_facts import EXPOSURE, ITEM, SPEND
from liftloop.collect.mapping_kinds import PERSONAL
from liftloop.collect.mapping_rows import id_maker
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS, split
from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record

SEALED_TRAITS = PERSONAL_TRAITS | PERSONAL | {"wecom_external_id"}
"""What files call personal besides what messages do: birthdays and the ids of WeChat and WeCom."""
IDENTIFYING = tuple((kind, f"traits.{kind}") for kind in ("phone", "email", "unionid", "openid", "wecom_external_id"))
"""Traits by which the same person is recognised in another file or on another device; normalised by the mapping."""

REPEATED = ("eligible", "propensities", "features")
"""What past contacts of one campaign say alike; the mapping reads equal ones once, as one value."""
DECLARED_MAX = 500_000
"""People remembered as declared, about 60 MB; one declared again has the same message id, which the tick drops."""
OFFSET_CHARACTERS = 6  # `+08:00`


class Drafting:
    """Makes drafts of one import; everything is marked as imported, so that nothing triggers."""

    def __init__(self, received_ms: int, actor: str, personal: frozenset[str] = frozenset()) -> None:
        """Make drafts of what `actor` imports; `personal` are further names of traits that must be sealed."""
        self._sealed = SEALED_TRAITS | personal
        self._received_ms = received_ms
        self._actor = actor

    def drafts(self, records: Sequence[Mapping[str, Any]]) -> list[Draft]:
        texts = [record.get("timestamp") or record.get("decided_at") or "" for record in records]
        said = _Said()
        rows = zip(records, milliseconds(texts), strict=True)
        return [self._draft(record, at_ms, said) for record, at_ms in rows]

    def _draft(self, record: Mapping[str, Any], at_ms: int | None, said: "_Said") -> Draft:
        match record["type"]:
            case "track":
                assert at_ms is not None
                return self._tracked(record, at_ms)
            case "identify":
                return self._identified(record, self._received_ms if at_ms is None else at_ms)
            case kind:
                assert kind in (ITEM, EXPOSURE, SPEND), kind
                return self._fact(record, self._received_ms if at_ms is None else at_ms, said)

    def _tracked(self, record: Mapping[str, Any], at_ms: int) -> Draft:
        properties: dict[str, Any] = record["properties"]
        personal: dict[str, Any] = {}
        if not PERSONAL_NAMES.isdisjoint(properties):
            properties, personal = split(properties, PERSONAL_NAMES, "properties")
        made = Record(
            kind="track",
            at_ms=at_ms,
            received_ms=self._received_ms,
            message_id=record["messageId"],
            actor=self._actor,
            user_id=record.get("userId", ""),
            anonymous_id=record.get("anonymousId", ""),
            name=record["event"],
            body=canonical_json(properties),
            imported=True,
        )
        return Draft(record=made, personal=personal, identifiers=())

    def _identified(self, record: Mapping[str, Any], at_ms: int) -> Draft:
        traits, personal = split(record["traits"], self._sealed, "traits")
        context = record.get("context")
        made = Record(
            kind="identify",
            at_ms=at_ms,
            received_ms=self._received_ms,
            message_id=record["messageId"],
            actor=self._actor,
            user_id=record.get("userId", ""),
            anonymous_id=record.get("anonymousId", ""),
            body=canonical_json(traits),
            context=b"" if context is None else canonical_json(_with_instants(context, record.get("timestamp"), at_ms)),
            imported=True,
        )
        identifiers = tuple(
            (kind, value) for kind, path in IDENTIFYING if isinstance(value := personal.get(path), str) and value
        )
        return Draft(record=made, personal=personal, identifiers=identifiers)

    def _fact(self, record: Mapping[str, Any], at_ms: int, said: "_Said") -> Draft:
        """Return a fact that stands for itself; its body is what the file said, in canonical fields."""
        body = dict(record)
        kind = body.pop("type")
        del body["messageId"]
        for name in REPEATED:
            if name in body:
                body[name] = said.as_json(body[name])
        made = Record(
            kind=kind,
            at_ms=at_ms,
            received_ms=self._received_ms,
            message_id=record["messageId"],
            actor=self._actor,
            user_id=str(record.get("customer_id", "")),
            name=str(record.get("campaign") or record.get("item_id") or ""),
            body=canonical_json(body),
            imported=True,
        )
        return Draft(record=made, personal={}, identifiers=())


class Declarations:
    """Consents that whoever imports declares: one message a person counts, however often the file names them.

    It is given as of the person's first row, so that what the person said later themselves still holds.
    """

    def __init__(self, mapping: ImportMapping, identity_key: bytes, now: str) -> None:
        self._consents = [
            {
                "channel": each.channel,
                "purpose": each.purpose,
                "topic": each.topic,
                "status": "granted",
                "source": each.evidence,
                "text_version": each.text_version,
            }
            for each in mapping.declares
        ]
        self._make_id = id_maker(identity_key, "declared", mapping.source)
        self._now = now
        self._declared: set[str] = set()

    def records(self, records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the declarations for people whom no earlier batch has named."""
        if not self._consents:
            return []
        declared: list[dict[str, Any]] = []
        for record in records:
            who = next((name for name in ("userId", "anonymousId") if name in record), "")
            if not who or record[who] in self._declared:
                continue
            if len(self._declared) >= DECLARED_MAX:
                self._declared.clear()
            self._declared.add(record[who])
            at = record.get("timestamp") or self._now
            declared.append(
                {
                    "type": "identify",
                    who: record[who],
                    "messageId": self._make_id(canonical_json([who, record[who], self._consents])),
                    "timestamp": at,
                    "traits": {},
                    "context": {"consents": [{**each, "at": at} for each in self._consents]},
                }
            )
        return declared


def milliseconds(texts: Sequence[str]) -> list[int | None]:
    """Return ISO texts with their offset as milliseconds, None for an empty one.

    Where all are of one shape and offset, as in nearly every file, they are read at once: 0.4 µs each in place of 1.4.

    >>> milliseconds(["2026-01-01T08:00:00+08:00", ""])
    [1767225600000, None]
    """
    suffix = texts[0][ISO_SECOND_CHARACTERS:] if texts else ""
    if len(suffix) == OFFSET_CHARACTERS:
        moments = moments_of(texts, suffix)
        if moments is not None:
            offset = datetime.fromisoformat(texts[0]).utcoffset() or timedelta(0)
            return ((moments.astype(np.int64) - int(offset.total_seconds())) * 1_000).tolist()
    return [_instant(text) if text else None for text in texts]


class _Said:
    """Values that many records of a run share, as the JSON that each would be anew."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Raw]] = {}
        """By the identity of a value, which is kept beside its JSON so that it stays one."""

    def as_json(self, value: Any) -> Raw:
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = value, Raw(canonical_json(value))
        return known[1]


def _with_instants(context: Mapping[str, Any], timestamp: str | None, at_ms: int) -> dict[str, Any]:
    """Return the context with the instants of its consents in milliseconds, as messages have them."""
    consents = [
        {**each, "at": at_ms if each["at"] == timestamp else _instant(each["at"])} for each in context["consents"]
    ]
    return {**context, "consents": consents}


def _instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000)
