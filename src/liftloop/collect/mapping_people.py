"""What a file says of people: traits for identify, consents with their evidence."""

from datetime import UTC, datetime
from typing import Any

from liftloop.collect.fitting import fitted
from liftloop.collect.mapping_bulk import Instant
from liftloop.collect.mapping_rows import People, Rows
from liftloop.kernel.codec import canonical_json

IMPORT = "import"
"""As whom custom fields know files."""
_TRAIT_NAMES = {"registered_at": "createdAt", "wecom_id": "wecom_external_id"}
"""Segment's reserved names where they differ from ours."""

_CHANNEL_WORDS = {
    "短信": "sms",
    "手机短信": "sms",
    "邮件": "email",
    "邮箱": "email",
    "电子邮件": "email",
    "e-mail": "email",
    "mail": "email",
    "企业微信": "wecom",
    "企微": "wecom",
    "微信": "wechat",
    "公众号": "wechat",
    "推送": "push",
    "app推送": "push",
    "电话": "call",
    "外呼": "call",
    "phone": "call",
}
_PURPOSE_WORDS = {
    "营销": "marketing",
    "推广": "marketing",
    "促销": "marketing",
    "服务": "service",
    "交易": "transactional",
}
_GRANTED_WORDS = frozenset(
    {
        "granted",
        "yes",
        "true",
        "y",
        "1",
        "是",
        "同意",
        "已同意",
        "授权",
        "已授权",
        "subscribed",
        "opt-in",
        "optin",
        "订阅",
        "已订阅",
    }
)
_WITHDRAWN_WORDS = frozenset(
    {
        "denied",
        "no",
        "false",
        "n",
        "0",
        "否",
        "拒绝",
        "不同意",
        "未同意",
        "退订",
        "已退订",
        "撤回",
        "已撤回",
        "withdrawn",
        "revoked",
        "unsubscribed",
        "opt-out",
        "optout",
    }
)


class Identify:
    """Makes identify messages from rows, each distinct one once a batch."""

    def __init__(self, rows: Rows, people: People) -> None:
        self._rows = rows
        self._people = people
        self._make_id = rows.id_maker("identify")
        self._seen: set[str] = set()
        self._traits = [
            (_TRAIT_NAMES.get(field.name, field.name), field.type, rows.cells[field.name].values)
            for field in rows.kind.fields
            if field.about == "customer" and field.name != "customer_id" and field.name in rows.cells
        ]
        if rows.kind.name == "customers":
            self._traits += [(name, "text", values) for name, values in rows.extras.items()]
        self._declared = [
            {
                "channel": declared.channel,
                "purpose": declared.purpose,
                "topic": declared.topic,
                "status": "granted",
                "source": declared.evidence,
                "text_version": declared.text_version,
            }
            for declared in rows.mapping.declares
        ]

        self._always = rows.kind.name == "customers"
        self.silent = not (self._traits or self._declared or self._always)
        """Whether no row says anything of its person."""

    def records(self, index: int, instant: Instant | None) -> list[dict[str, Any]]:
        """Return the identify of a row, or nothing where the row says nothing new of the person."""
        if self.silent:
            return []
        traits = {
            name: values[index][0] if type_ == "datetime" else values[index]
            for name, type_, values in self._traits
            if values[index] is not None
        }
        if not traits and not self._declared and not self._always:
            return []
        return self._message(index, instant, traits, self._declared)

    def _fitted(self, index: int, traits: dict[str, Any]) -> dict[str, Any] | None:
        """Return traits as custom fields and tags take them, None where a field refuses the row."""
        context = self._rows.context
        found = fitted(traits, context.traits, IMPORT, context.now_ms)
        if not found.blocked:
            return found.traits
        self._rows.reject(index, "against_field", found.blocked, traits.get(found.blocked))
        return None

    def consent(self, index: int, consent: dict[str, Any], instant: Instant | None) -> list[dict[str, Any]]:
        """Return the identify that carries one consent."""
        traits = {name: values[index] for name, _, values in self._traits if values[index] is not None}
        return self._message(index, instant, traits, [consent])

    def _message(
        self, index: int, instant: Instant | None, traits: dict[str, Any], consents: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        who, person = self._people.of(index)
        message_id = self._make_id(canonical_json([person, traits, consents]))
        if message_id in self._seen:
            return []
        self._seen.add(message_id)
        if self._rows.context.traits:
            taken = self._fitted(index, traits)
            if taken is None:
                return []
            traits = taken
        record: dict[str, Any] = {"type": "identify", who: person, "messageId": message_id, "traits": traits}
        if instant is not None:
            record["timestamp"] = instant[0]
        if consents:
            at = instant[0] if instant is not None and self._rows.kind.name == "consents" else self._now()
            record["context"] = {"consents": [{**consent, "at": at} for consent in consents]}
        return [record]

    def _now(self) -> str:
        return datetime.fromtimestamp(self._rows.context.now_ms / 1_000, UTC).astimezone(self._rows.zone).isoformat()


def customer_records(rows: Rows, people: People) -> list[dict[str, Any]]:
    """Return one identify a customer; its time is that of the last change, where the file says it."""
    identify = Identify(rows, people)
    instants = rows.column("updated_at")
    return [record for index in rows.kept() for record in identify.records(index, instants[index])]


def consent_records(rows: Rows, people: People) -> list[dict[str, Any]]:
    """Return one identify a consent; a status that says neither yes nor no is rejected, never taken for a yes."""
    identify = Identify(rows, people)
    columns = {name: rows.column(name) for name in ("channel", "purpose", "topic", "source", "text_version")}
    statuses, instants = rows.column("status"), rows.column("at")
    records: list[dict[str, Any]] = []
    for index in rows.kept():
        status = _status(statuses[index])
        if status is None:
            rows.reject(index, "unknown_status", "status", statuses[index])
            continue
        values = {name: column[index] or "" for name, column in columns.items()}
        channel, purpose = values["channel"].casefold(), values["purpose"].casefold() or "marketing"
        consent = {
            **values,
            "channel": _CHANNEL_WORDS.get(channel, channel),
            "purpose": _PURPOSE_WORDS.get(purpose, purpose),
            "status": status,
        }
        records += identify.consent(index, consent, instants[index])
    return records


def _status(word: str) -> str | None:
    folded = word.casefold()
    return "granted" if folded in _GRANTED_WORDS else "withdrawn" if folded in _WITHDRAWN_WORDS else None
