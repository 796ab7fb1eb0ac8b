"""From what a file says to drafts for the log: the records of `liftloop.collect.mapping_records`, one draft each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from liftloop.collect.contract import Draft
from liftloop.collect.mapping_facts import EXPOSURE, ITEM, SPEND
from liftloop.collect.mapping_kinds import PERSONAL
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS, split
from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record

SEALED_TRAITS = PERSONAL_TRAITS | PERSONAL | {"wecom_external_id"}
"""What files call personal besides what messages do: birthdays and the ids of WeChat and WeCom."""
IDENTIFYING = ("phone", "email", "unionid", "openid", "wecom_external_id")
"""Traits by which the same person is recognised in another file or on another device; normalised by the mapping."""


class Drafting:
    """Makes drafts of one import; everything is marked as imported, so that nothing triggers."""

    def __init__(self, received_ms: int, actor: str) -> None:
        self._received_ms = received_ms
        self._actor = actor

    def drafts(self, records: Sequence[Mapping[str, Any]]) -> list[Draft]:
        return [self._draft(record) for record in records]

    def _draft(self, record: Mapping[str, Any]) -> Draft:
        match record["type"]:
            case "track":
                return self._tracked(record)
            case "identify":
                return self._identified(record)
            case kind:
                assert kind in (ITEM, EXPOSURE, SPEND), kind
                return self._fact(kind, record)

    def _tracked(self, record: Mapping[str, Any]) -> Draft:
        properties: dict[str, Any] = record["properties"]
        personal: dict[str, Any] = {}
        if not PERSONAL_NAMES.isdisjoint(properties):
            properties, personal = split(properties, PERSONAL_NAMES, "properties")
        made = Record(
            kind="track",
            at_ms=_instant(record["timestamp"]),
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

    def _identified(self, record: Mapping[str, Any]) -> Draft:
        traits, personal = split(record["traits"], SEALED_TRAITS, "traits")
        timestamp, context = record.get("timestamp"), record.get("context")
        made = Record(
            kind="identify",
            at_ms=self._received_ms if timestamp is None else _instant(timestamp),
            received_ms=self._received_ms,
            message_id=record["messageId"],
            actor=self._actor,
            user_id=record.get("userId", ""),
            anonymous_id=record.get("anonymousId", ""),
            body=canonical_json(traits),
            context=b"" if context is None else canonical_json(_with_instants(context)),
            imported=True,
        )
        identifiers = tuple(
            (kind, value) for kind in IDENTIFYING if isinstance(value := personal.get(f"traits.{kind}"), str) and value
        )
        return Draft(record=made, personal=personal, identifiers=identifiers)

    def _fact(self, kind: str, record: Mapping[str, Any]) -> Draft:
        """Return a fact that stands for itself; its body is what the file said, in canonical fields."""
        body = {name: value for name, value in record.items() if name not in ("type", "messageId")}
        decided = record.get("decided_at")
        made = Record(
            kind=kind,
            at_ms=self._received_ms if decided is None else _instant(decided),
            received_ms=self._received_ms,
            message_id=record["messageId"],
            actor=self._actor,
            user_id=str(record.get("customer_id", "")),
            name=str(record.get("campaign") or record.get("item_id") or ""),
            body=canonical_json(body),
            imported=True,
        )
        return Draft(record=made, personal={}, identifiers=())


def _with_instants(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context with the instants of its consents in milliseconds, as messages have them."""
    consents = [{**each, "at": _instant(each["at"])} for each in context["consents"]]
    return {**context, "consents": consents}


def _instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000)
