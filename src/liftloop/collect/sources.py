"""Where events come from: the definitions of kind `source`, and what each sender may do."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from liftloop.collect.contract import BATCH_BYTES_MAX, MESSAGE_BYTES_MAX

OWN_KEY = "write"
"""The id of the source whose key is the folder's: a definition of that id gives it limits."""
WRITE_KEY_CHARACTERS_MIN = 16


PULLED_ROWS_MAX = 1_000_000
"""Rows of one pull: about 200 MB of CSV; what is more comes with the next."""

Watermark = str | int | float


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one sender may send."""

    events_per_second: float | None = None
    """None: as much as can be folded."""
    burst: int | None = None
    """Events that may come at once after a pause; None is ten seconds' worth."""
    body_bytes_max: int = BATCH_BYTES_MAX
    message_bytes_max: int = MESSAGE_BYTES_MAX


class TrackingSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="tracking", tag_field="kind"):
    """A sender with a write key of its own: a page, an app, a shop."""

    write_key: str = ""
    """Empty for the source `write`, whose key is the folder's."""
    name: str = ""
    limits: Limits = Limits()


class Taken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one mapping makes of a hook's body; values are paths such as `data.buyer.id`, or text after `=`."""

    event: str = ""
    """The event's name or path; empty where only the person is told."""
    when: Mapping[str, str | int | bool] = {}
    """Paths and the values that they must have; all of them, or the mapping is passed over."""
    each: str = ""
    """The path of a list: one event for each of its members, whose paths then begin with `item.`."""
    user_id: str = ""
    anonymous_id: str = ""
    message_id: str = ""
    """Empty: the id of the delivery, which a sender repeats when it sends again."""
    at: str = ""
    """ISO 8601 text, or a number of seconds or milliseconds; empty: when it was received."""
    properties: Mapping[str, Any] = {}
    traits: Mapping[str, Any] = {}


class WebhookSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook", tag_field="kind"):
    """A system that calls `/hooks/{id}`, signed as Standard Webhooks describes."""

    secrets: tuple[str, ...]
    """`whsec_…`; two while one is being replaced."""
    mappings: tuple[Taken, ...]
    name: str = ""
    limits: Limits = Limits()


class DatabaseSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="database", tag_field="kind"):
    """A table or query of another system that is pulled, row by row, beyond the watermark of the last pull."""

    url: str
    """SQLAlchemy's: `postgresql+psycopg://…`, `sqlite:////…`."""
    query: str
    """Selects with `:watermark`, ordered by the watermark column, what is newer than it."""
    watermark: str
    """The column that only grows."""
    start: Watermark
    """The watermark of the first pull."""
    import_kind: Literal["customers", "items", "orders", "events", "consents", "exposures", "spend"]
    fields: Mapping[str, Any] = {}
    """Rules by field where the guessed mapping needs help, as an import takes them."""
    every_minutes: int | None = None
    """None: pulled when somebody asks."""
    name: str = ""


Source = TrackingSource | WebhookSource | DatabaseSource
