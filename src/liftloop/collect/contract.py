"""What collect refuses, and what it hands to the vault before anything is written."""

from typing import Any

from msgspec import Struct

from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import Record

REJECTED = "message.rejected"
"""The fact that a message could not be taken; its name is the reason, its body what was sent."""

RELEASED = "quarantine.released"
"""The fact that quarantined records were taken after all: {offsets}; it stands in the same run as those."""
DROPPED = "quarantine.dropped"
"""The fact that quarantined records were given up: {offsets}."""
REPEATED = "message.repeated"
"""The fact that messages came a second time and were not taken: source, at_ms, messages."""
TRAITS_CHANGED = "traits.changed"
"""A change of traits that depends on what is known already; its name is the operation: once, add, append, delete."""

PLACEHOLDERS = frozenset(
    {
        *("null", "none", "nil", "undefined", "nan", "n/a", "na", "unknown", "anonymous", "guest", "visitor"),
        *(
            "0",
            "-1",
            "-",
            "--",
            "_",
            "?",
            "true",
            "false",
            "[object object]",
            "[object Object]",
            "test",
            "default",
            "user",
            "userid",
        ),
        "00000000-0000-0000-0000-000000000000",
    }
)
"""What programs send as an id when they have none, in lower case: it tells nobody, and joins nobody."""

BATCH_BYTES_MAX = 512_000
"""Segment's limit is 500 KB a batch; SDKs stop at 475,000 bytes."""
MESSAGE_BYTES_MAX = 32_768
BATCH_MAX = 5_000
"""Messages a batch: more never fits into BATCH_BYTES_MAX with any content."""


class Draft(Struct, frozen=True, kw_only=True):
    """A record whose personal fields still stand beside it, in the clear; it must not be written as it is."""

    record: Record
    personal: dict[str, Any]
    """Personal fields by path, such as `traits.phone` or `context.ip`."""
    identifiers: tuple[tuple[str, str], ...]
    """Personal identifiers as (kind, normalised text), such as ("phone", "+8613800138001")."""
    warnings: tuple[str, ...] = ()
    """What the tracking plan has against it, in words without values."""


class MalformedBody(LiftloopError):
    """The body of a request is not what the tracking API takes."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "malformed_body",
            zh=f"请求内容不是有效的 JSON：{detail}",
            en=f"the body is not valid JSON: {detail}",
            next_zh="按 Segment HTTP API 的格式发送 JSON",
            next_en="send JSON as the Segment HTTP API describes",
        )


class BatchTooLong(LiftloopError):
    """A batch holds more messages than one may."""

    def __init__(self) -> None:
        super().__init__(
            "batch_too_long",
            zh=f"一批最多 {BATCH_MAX:,} 条消息，这一批超过了",
            en=f"a batch holds more than {BATCH_MAX:,} messages",
            next_zh="把批次拆小再发",
            next_en="send smaller batches",
        )


class BodyTooLarge(LiftloopError):
    """A request carries more than one batch may."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            "body_too_large",
            zh=f"请求超过 {limit_bytes} 字节",
            en=f"the body is larger than {limit_bytes} bytes",
            next_zh="把批次拆小再发",
            next_en="send smaller batches",
            status=413,
        )
