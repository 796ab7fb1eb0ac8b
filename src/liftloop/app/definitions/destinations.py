"""Checks definitions of kind `destination`: whom, what, whereto and when."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from liftloop.app.definitions.edge import BadDefinition
from liftloop.audience.destinations import EVERY_HOURS_MAX, Destination
from liftloop.collect.personal import PERSONAL_TRAITS
from liftloop.kernel.clock import SystemClock
from liftloop.plugins.channels.contract import Network
from liftloop.plugins.destinations import open_destination
from liftloop.plugins.destinations.contract import ReceiverRefuses

COLUMNS_MAX = 50
COLUMN_CHARACTERS_MAX = 60
"""What the names of columns may have in all databases that are written to."""
TAKEN = frozenset(
    ("audience_id", "profile_id", "member", "changed_at", "export_id", "change", "customer_id", "phone", "email")
)
"""Columns that are there anyway, or identifiers."""
_DAILY = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def read_destination(body: Mapping[str, Any]) -> Destination:
    """Return a destination as its definition says. Raises `BadDefinition`."""
    try:
        return msgspec.convert(body, type=Destination, strict=False)
    except msgspec.ValidationError as error:
        raise BadDefinition("destination", str(error)) from error


def check_destination(body: Mapping[str, Any], allow: Sequence[Network]) -> Destination:
    """Return a destination that can work. Raises what is wrong with it, in words for its author."""
    destination = read_destination(body)
    if not destination.name.strip():
        raise BadDefinition("destination", "name: a destination needs a name", "name：去向要有名称")
    _check_told(destination)
    _check_schedule(destination)
    try:
        open_destination(destination.to, allow, SystemClock())
    except ReceiverRefuses as error:
        raise BadDefinition("destination", error.detail_en, error.detail_zh) from error
    return destination


def _check_told(destination: Destination) -> None:
    columns = destination.columns
    if len(columns) > COLUMNS_MAX or len(set(columns)) != len(columns):
        raise BadDefinition(
            "destination", f"columns: at most {COLUMNS_MAX}, each once", f"columns 最多 {COLUMNS_MAX} 个，不能重复"
        )
    for column in columns:
        if not 0 < len(column) <= COLUMN_CHARACTERS_MAX or column in TAKEN:
            raise BadDefinition("destination", f"columns: {column!r} cannot be one", f"columns 里不能有 {column!r}")
        if column in PERSONAL_TRAITS:
            raise BadDefinition(
                "destination",
                f"columns: {column} is sealed; phone and email are asked for as identifiers",
                f"columns：{column} 是加密的个人信息；手机和邮箱写在 identifiers 里",
            )


def _check_schedule(destination: Destination) -> None:
    if destination.every_hours is not None and destination.daily_at is not None:
        raise BadDefinition("destination", "every_hours or daily_at, not both", "every_hours 和 daily_at 只能写一个")
    if destination.every_hours is not None and not 1 <= destination.every_hours <= EVERY_HOURS_MAX:
        raise BadDefinition(
            "destination", f"every_hours is 1 to {EVERY_HOURS_MAX}", f"every_hours 为 1 到 {EVERY_HOURS_MAX}"
        )
    if destination.daily_at is not None and not _DAILY.fullmatch(destination.daily_at):
        raise BadDefinition("destination", "daily_at is a time such as 09:30", "daily_at 写成 09:30 这样的时刻")
