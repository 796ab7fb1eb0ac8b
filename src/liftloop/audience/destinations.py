"""Where audiences are handed to: the definitions of kind `destination`, and what a part of an export holds."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

PersonalIdentifier = Literal["customer_id", "phone", "email"]
Change = Literal["member", "entered", "left"]

ROWS_MAX = 1_000
"""People of one part: about 200 kB, one request or one transaction."""
EVERY_HOURS_MAX = 24 * 31
MEMBER_LEVEL = "member_level"
"""The column with the name of somebody's level; `level` may be an attribute of the shop's own."""


class WebhookReceiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook", tag_field="kind"):
    """A system that takes signed requests, as Standard Webhooks describes."""

    url: str
    secret: str
    """`whsec_…`"""
    rows_max: int = ROWS_MAX


class DatabaseReceiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="database", tag_field="kind"):
    """A table of another system: a row for each person of the audience, put in or changed, never doubled."""

    url: str
    """SQLAlchemy's: `postgresql+psycopg://…`, `sqlite:////…`."""
    table: str
    """Its name, with its schema before a dot where it has one; made where it is not there."""


Receiver = WebhookReceiver | DatabaseReceiver


class Destination(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One audience, what is told of its people, whereto, and when."""

    name: str
    audience: str
    to: Receiver
    changes: bool = True
    """Only who came and went since the last run that ended; the first run tells everybody."""
    identifiers: tuple[PersonalIdentifier, ...] = ("customer_id",)
    """Beside the profile id, which is ours and says nothing elsewhere."""
    columns: tuple[str, ...] = ()
    """Attributes that are not sealed, computed traits, MEMBER_LEVEL, and `tags`."""
    channel: str = ""
    """Only who may be sent marketing through this medium; "" for everybody."""
    every_hours: int | None = None
    daily_at: str | None = None
    """`09:30` of the shop's day. With neither it is sent when somebody asks."""


class PersonTold(Struct, frozen=True, kw_only=True):
    """What is told of one person."""

    profile_id: str
    change: Change
    identifiers: Mapping[str, str | None]
    columns: Mapping[str, Any]


class Part(Struct, frozen=True, kw_only=True):
    """Some of the people of an export; the same export always has the same people in the same parts."""

    destination: str
    export: str
    audience: str
    whole: bool
    """Whoever is in no part of the export is no member."""
    first: int
    """Which of the export's people is the first of this part."""
    behind: int
    """How many of them this part stands for; who was erased is not among its people."""
    of: int
    """How many people the export has."""
    at_ms: int
    """When the export was made."""
    people: Sequence[PersonTold]
