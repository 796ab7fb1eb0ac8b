"""What the lake keeps of derived facts: known kinds as rows of typed tables, all else as the block it came in."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.kernel.codec import unpack_columns
from liftloop.kernel.ids import TickNumber
from liftloop.storage.contract import Array, FactBlock
from liftloop.storage.embedded.lake_columns import joined

IDENTIFIED = "event.identified"

TABLE_OF: Mapping[str, str] = {
    "profile.merged": "profile_merge",
    "profile.separated": "profile_separation",
    "identifier.shared": "identifier_shared",
    "decision.made": "decision",
    "message.decided": "message",
    "message.settled": "message_settled",
    "message.reconciled": "message_reconciled",
    "receipt.seen": "receipt",
    "coupon.issued": "coupon_issued",
    "audience.entered": "membership",
    "audience.left": "membership",
    "journey.entered": "enrolment",
    "journey.left": "enrolment",
    "journey.parted": "parted",
    "points.changed": "points_change",
    "traits.given": "trait_given",
    "traits.resolved": "trait_resolved",
    "message.repeated": "repeated",
}
_ADDED: Mapping[str, Mapping[str, bool]] = {
    "audience.entered": {"entered": True},
    "audience.left": {"entered": False},
    "journey.entered": {"entered": True},
    "journey.left": {"entered": False},
}
_OF_HOT_STATE = frozenset({"slot"})  # Row numbers of the tick's arrays: they mean nothing outside.


class RawBlock(Struct, frozen=True, kw_only=True):
    """A block kept as it came."""

    tick: TickNumber
    position: int
    block: FactBlock


class Taken(Struct, frozen=True, kw_only=True):
    """What a run of fact blocks adds to the lake."""

    rows: Sequence[tuple[str, Mapping[str, Array]]]
    """What to append to which table, in order; a column that is left out is NULL."""
    raw: Sequence[RawBlock]
    identified: Array
    """Offsets in order and their profiles; shape [2, records]."""


class _Part(Struct, frozen=True):
    count: int
    columns: Mapping[str, Any]


def taken_from(blocks: Sequence[tuple[TickNumber, FactBlock]], columns_of: Mapping[str, Sequence[str]]) -> Taken:
    """Return what whole ticks of facts add; a column that its table lacks keeps the block raw as well."""
    parts: dict[str, list[_Part]] = {}  # By kind: those of one kind have the same columns, which are joined at once.
    raw: list[RawBlock] = []
    identified: list[Array] = []
    tick_before, position = -1, 0
    for tick, block in blocks:
        position = position + 1 if tick == tick_before else 0
        tick_before = tick
        if block.kind == IDENTIFIED:
            columns = unpack_columns(block.columns)
            identified.append(np.array([columns["offset"], columns["profile"]], dtype=np.int64))
            continue
        table = TABLE_OF.get(block.kind)
        if table is None:
            raw.append(RawBlock(tick=tick, position=position, block=block))
            continue
        columns = {name: column for name, column in unpack_columns(block.columns).items() if name not in _OF_HOT_STATE}
        known = {name: column for name, column in columns.items() if name in columns_of[table]}
        if len(known) < len(columns):
            raw.append(RawBlock(tick=tick, position=position, block=block))
        parts.setdefault(block.kind, []).append(_Part(block.count, known | _added(block, tick)))
    return Taken(
        rows=[(TABLE_OF[kind], _merged(those)) for kind, those in parts.items()],
        raw=raw,
        identified=_sorted(identified),
    )


def _added(block: FactBlock, tick: TickNumber) -> dict[str, Array]:
    columns = {name: np.full(block.count, value) for name, value in _ADDED.get(block.kind, {}).items()}
    return columns | {"tick": np.full(block.count, tick, dtype=np.int64)}


def _merged(parts: Sequence[_Part]) -> dict[str, Array]:
    names = dict.fromkeys(name for part in parts for name in part.columns)
    return {name: joined([(part.count, part.columns.get(name)) for part in parts]) for name in names}


def _sorted(identified: Sequence[Array]) -> Array:
    if not identified:
        return np.zeros((2, 0), dtype=np.int64)
    whole = np.concatenate(identified, axis=1)
    return whole[:, np.argsort(whole[0], kind="stable")]
