"""Checks definitions that say what comes in: sources, tracking plans, forms."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from liftloop.app.form_page import MARK, TRAP
from liftloop.collect.contract import BATCH_BYTES_MAX, MESSAGE_BYTES_MAX
from liftloop.collect.drafting import CHANNEL_CHARACTERS_MAX
from liftloop.collect.fields import CHOICES_MAX, Field
from liftloop.collect.fitting import TAGS
from liftloop.collect.forms import FIELDS_MAX, NAME, Form
from liftloop.collect.personal import PERSONAL_TRAITS
from liftloop.collect.sources import (
    OWN_KEY,
    WRITE_KEY_CHARACTERS_MIN,
    DatabaseSource,
    Limits,
    Source,
    TrackingSource,
    WebhookSource,
)
from liftloop.collect.tracking_plan import TrackingPlan
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.plan.options import Words
from liftloop.plugins.channels.signing import BadSecret, secret_bytes
from liftloop.profile.studied import STUDIED

T = TypeVar("T")

EDGE_KINDS = ("source", "tracking_plan", "form", "field")
FIELD_NAME = re.compile(r"[^\W\d][\w.\-]{0,63}")
OWN_TRAITS = frozenset({TAGS, *PERSONAL_TRAITS, "name", "birthday"})
"""Traits whose meaning is ours."""


class BadDefinition(LiftloopError):
    """What was sent does not say what this kind must say."""

    def __init__(self, kind: str, detail: str, zh: str = "") -> None:
        super().__init__(
            "bad_definition",
            zh=f"{kind} 的定义不对：{zh or detail}",
            en=f"not a {kind}: {detail}",
            next_zh="按 docs/reference/definitions.md 的格式改好再发布",
            next_en="write it as docs/reference/definitions.md says and publish again",
            status=422,
            exit_code=EXIT_USAGE,
        )
        self.detail = Words(zh=zh or detail, en=detail)


def check_edge(kind: str, identity: str, body: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise what is wrong with a definition of one of EDGE_KINDS; `sources` are the live ones by id."""
    match kind:
        case "source":
            _check_source(identity, read_source(body), sources)
        case "tracking_plan":
            _as(kind, body, TrackingPlan)
        case "field":
            _check_field(identity, _as(kind, body, Field))
        case _:
            _check_form(_as(kind, body, Form))


def _check_field(identity: str, field: Field) -> None:
    if not FIELD_NAME.fullmatch(identity) or identity in STUDIED or identity in OWN_TRAITS:
        raise BadDefinition("field", f"a field cannot be called {identity}", f"字段不能叫 {identity}")
    if not field.zh.strip():
        raise BadDefinition("field", "zh: a field needs a name", "zh：字段要有名称")
    ids = [choice.id for choice in field.choices]
    if (field.type in ("choice", "choices")) != bool(ids):
        raise BadDefinition("field", "only a choice has choices, and it must", "单选和多选才有选项，且必须有")
    if len(set(ids)) != len(ids) or not all(ids) or len(ids) > CHOICES_MAX:
        raise BadDefinition(
            "field", f"choices: at most {CHOICES_MAX} of different ids", f"选项最多 {CHOICES_MAX} 个，id 不能重复"
        )


def _check_form(form: Form) -> None:
    names = [field.name for field in form.fields]
    if not 0 < len(names) <= FIELDS_MAX or len(set(names)) != len(names):
        raise BadDefinition(
            "form", f"1 to {FIELDS_MAX} fields of different names", f"要有 1 到 {FIELDS_MAX} 个名称不同的字段"
        )
    for field in form.fields:
        if not NAME.fullmatch(field.name) or field.name in (MARK, TRAP):
            raise BadDefinition("form", f"a field cannot be called {field.name}", f"字段不能叫 {field.name}")
        if (field.type == "choice") != bool(field.choices):
            raise BadDefinition(
                "form", f"{field.name}: only a choice has choices", f"{field.name}：单选才有选项，且必须有"
            )
    for agreement in form.consents:
        if not (0 < len(agreement.channel) <= CHANNEL_CHARACTERS_MAX and agreement.text and agreement.text_version):
            raise BadDefinition("form", "a consent has channel, text and text_version", "授权要写渠道、文字和文字版本")


def read_source(body: Mapping[str, Any]) -> Source:
    """Return a source as its kind says. Raises `BadDefinition`."""
    try:
        return msgspec.convert(body, type=Source, strict=False)
    except msgspec.ValidationError as error:
        raise BadDefinition("source", str(error)) from error


def _check_source(identity: str, source: Source, sources: Mapping[str, Mapping[str, Any]]) -> None:
    match source:
        case TrackingSource():
            _check_limits(source.limits)
            if bool(source.write_key) == (identity == OWN_KEY):
                raise BadDefinition(
                    "source",
                    f"the source {OWN_KEY} has the folder's key, all others need a write_key of their own",
                    f"来源 {OWN_KEY} 用数据目录里的密钥，其他来源必须有自己的 write_key",
                )
            _check_key(identity, source.write_key, sources)
        case WebhookSource():
            _check_limits(source.limits)
            _check_secrets(source)
        case DatabaseSource():
            from liftloop.plugins.sources.database import check_source  # Few need it, and it takes time to import.

            check_source(source)
            if source.every_minutes is not None and source.every_minutes < 1:
                raise BadDefinition("source", "every_minutes is at least 1", "every_minutes 至少为 1")


def _check_key(identity: str, key: str, sources: Mapping[str, Mapping[str, Any]]) -> None:
    if key and (len(key) < WRITE_KEY_CHARACTERS_MIN or not key.isascii() or not key.isprintable()):
        raise BadDefinition(
            "source",
            f"a write_key has at least {WRITE_KEY_CHARACTERS_MIN} letters and digits",
            f"write_key 至少 {WRITE_KEY_CHARACTERS_MIN} 个字母或数字",
        )
    for other, body in sources.items():
        if key and other != identity and body.get("write_key") == key:
            raise BadDefinition("source", f"{other} has this write_key already", f"来源 {other} 已经用了这个 write_key")


def _check_limits(limits: Limits) -> None:
    if limits.events_per_second is not None and not limits.events_per_second > 0:
        raise BadDefinition("source", "events_per_second is more than 0", "events_per_second 必须大于 0")
    if limits.burst is not None and limits.burst < 1:
        raise BadDefinition("source", "burst is at least 1", "burst 至少为 1")
    if not (0 < limits.body_bytes_max <= BATCH_BYTES_MAX and 0 < limits.message_bytes_max <= MESSAGE_BYTES_MAX):
        raise BadDefinition(
            "source",
            f"body_bytes_max is at most {BATCH_BYTES_MAX}, message_bytes_max at most {MESSAGE_BYTES_MAX}",
            f"body_bytes_max 最大 {BATCH_BYTES_MAX}，message_bytes_max 最大 {MESSAGE_BYTES_MAX}",
        )


def _check_secrets(source: WebhookSource) -> None:
    try:
        keys = [secret_bytes(secret) for secret in source.secrets]
    except BadSecret as error:
        raise BadDefinition("source", f"secrets: {error}", f"secrets 不对：{error}") from error
    if not keys or not source.mappings:
        raise BadDefinition("source", "needs a secret and a mapping", "至少要有一个 secret 和一个 mapping")


def _as(kind: str, body: Mapping[str, Any], wanted: type[T]) -> T:
    try:
        return msgspec.convert(body, type=wanted, strict=False)
    except msgspec.ValidationError as error:
        raise BadDefinition(kind, str(error)) from error
