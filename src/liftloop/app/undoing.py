"""Undoing a merge: what the two people were is computed from lake and state, and handed to the tick as one fact.

Each identity keeps its own events, attributes, identifiers and consents, whoever it is merged into: history says whose
they are. What was said by one identity while both were one person stays its own.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.facts import fact
from liftloop.app.ledger import family
from liftloop.deliver.separating import PART as DELIVER
from liftloop.deliver.separating import SentApart
from liftloop.identify.contract import KINDS, UNDO_GIVEN_UP, UNDONE, MergeUndone, UndoAsked
from liftloop.identify.joining import column_of
from liftloop.kernel.codec import canonical_json, pack, pack_columns, parse_json
from liftloop.profile.contract import (
    PeopleRestored,
    RestoredConsent,
    RestoredSource,
    RestoredValue,
    Source,
    SourceId,
)
from liftloop.profile.separation import PART as PROFILE
from liftloop.profile.sources import days_of
from liftloop.profile.values import event_value
from liftloop.runtime.windows import LIVE_MAX
from liftloop.storage.contract import Record, Row, StateReader

_EVENTS = """
SELECT name, profile, at_ms, properties FROM event
WHERE kind = 'track' AND "offset" < $1 AND profile IN (SELECT unnest($2::BIGINT[]))
    AND name IN (SELECT unnest($3::VARCHAR[]))
ORDER BY "offset"
"""
_ASKED = """
SELECT first, second, by, merged_ms, actor, reason FROM ruling
WHERE kind = 'undo_asked' AND merge_tick = ? AND merge_position = ? ORDER BY tick DESC LIMIT 1
"""
_HEAD = """
WITH RECURSIVE way (profile) AS (SELECT ? UNION SELECT merge.kept FROM merge JOIN way ON merge.forwarded = way.profile)
SELECT profile FROM way WHERE NOT EXISTS (SELECT 1 FROM merge WHERE merge.forwarded = way.profile)
"""
_IDENTIFIERS = "SELECT kind FROM identifier WHERE profile IN (SELECT value FROM json_each(?))"
_ATTRIBUTES = """
SELECT name, value, at_ms FROM attribute
WHERE sealed = 0 AND profile IN (SELECT value FROM json_each(?)) AND name IN (SELECT value FROM json_each(?))
ORDER BY at_ms
"""
_CONSENTS = """
SELECT channel, purpose, topic, at_ms, status, source, text_version, tick FROM consent
WHERE profile IN (SELECT value FROM json_each(?)) ORDER BY tick, position
"""
_MESSAGES = """
SELECT profile, decided_ms, state FROM ledger
WHERE purpose = 'marketing' AND state IN ('queued', 'deferred', 'sent', 'uncertain', 'held_out')
    AND enrolment IN (SELECT id FROM enrolment WHERE profile IN (SELECT value FROM json_each(?)))
"""

Numbers = Sequence[int]


class History(Protocol):
    """What the lake answers."""

    async def select(self, query: str, parameters: Sequence[Any] = ()) -> dict[str, Any]:
        """Return the result of one query."""
        ...


class Asked(Struct, frozen=True, kw_only=True):
    """A merge to be undone, with the identities of the two people it had joined."""

    merge: UndoAsked
    actor: str
    stays: Numbers
    goes: Numbers


def asked(state: StateReader, tick: int, position: int) -> Asked:
    """Return what a person asked for."""
    kept, forwarded, by, merged_ms, actor, reason = state.rows(_ASKED, (tick, position))[0]
    merge = UndoAsked(
        tick=tick, position=position, kept=kept, forwarded=forwarded, by=by, merged_ms=merged_ms, reason=reason
    )
    head = state.rows(_HEAD, (kept,))[0][0]
    goes = family(state, forwarded)
    return Asked(merge=merge, actor=actor, stays=sorted(set(family(state, head)) - set(goes)), goes=goes)


async def undone(
    state: StateReader, lake: History, which: Asked, as_of: int, memory: Mapping[str, Any], now_ms: int
) -> Record:
    """Return the fact that ends a merge, from everything before the offset `as_of`; `memory` is what the tick keeps."""
    sources = [_source(each) for each in memory["sources"]]
    names = sorted({each.event for each in sources})
    events = await lake.select(_EVENTS, [as_of, [*which.stays, *which.goes], names])
    restored = await asyncio.to_thread(_restored, state, which, sources, events, memory)
    sent = await asyncio.to_thread(_sent_apart, state, which)
    body = MergeUndone(
        merge=which.merge,
        actor=which.actor,
        as_of=as_of,
        counts=(_counts(state, which.stays), _counts(state, which.goes)),
        parts={PROFILE: pack(restored), DELIVER: pack(sent)},
    )
    return fact(UNDONE, f"{which.merge.tick}-{which.merge.position}", pack(body), which.actor, now_ms)


def given_up(which: Asked, now_ms: int) -> Record:
    """Return the fact that a merge stays, because nobody who was asked about fell silent."""
    merge = which.merge
    return fact(UNDO_GIVEN_UP, f"{merge.tick}-{merge.position}", canonical_json(merge), which.actor, now_ms)


def _source(told: Mapping[str, Any]) -> Source:
    return Source(
        id=SourceId(told["id"]),
        event=told["event"],
        property=told["property"],
        where=tuple(told["where"]),
        words=told["words"],
    )


def _restored(
    state: StateReader, which: Asked, sources: Sequence[Source], events: Mapping[str, Any], memory: Mapping[str, Any]
) -> PeopleRestored:
    since = {SourceId(each["id"]): int(each["since"]) for each in memory["sources"]}
    person = np.isin(events["profile"], which.goes).astype(np.int64)
    kept = {
        source.id: RestoredSource(since=since[source.id], columns=pack_columns(_columns(source, events, person)))
        for source in sources
    }
    values = [_attributes(state, each, memory["attributes"]) for each in (which.stays, which.goes)]
    return PeopleRestored(
        sources=kept,
        attributes={name: (values[0].get(name), values[1].get(name)) for name in memory["attributes"]},
        consents=_consents(state, which),
    )


def _columns(source: Source, events: Mapping[str, Any], person: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return what two people have of a source: their newest events of a window, or four numbers of a life."""
    rows = np.flatnonzero(events["name"] == source.event)
    found = (event_value(source, text.encode()) for text in events["properties"][rows])
    value = np.fromiter(found, np.float64, len(rows))
    rows, value = rows[~np.isnan(value)], value[~np.isnan(value)]
    whose, at_ms = person[rows], events["at_ms"][rows].astype(np.int64)
    of_each = [np.flatnonzero(whose == each) for each in (0, 1)]
    if days_of(source.id):
        newest = np.concatenate([mine[np.argsort(-at_ms[mine], kind="stable")[:LIVE_MAX]] for mine in of_each])
        return {"person": whose[newest], "at_ms": at_ms[newest], "value": value[newest]}
    return {
        "count": np.array([len(mine) for mine in of_each]),
        "sum": np.array([value[mine].sum() for mine in of_each]),
        "first_ms": np.array([at_ms[mine].min() if len(mine) else 0 for mine in of_each]),
        "last_ms": np.array([at_ms[mine].max() if len(mine) else 0 for mine in of_each]),
    }


def _attributes(state: StateReader, numbers: Numbers, names: Sequence[str]) -> dict[str, RestoredValue]:
    rows = state.rows(_ATTRIBUTES, (_json(numbers), _json(names)))
    return {name: RestoredValue(at_ms, parse_json(value)) for name, value, at_ms in rows}


def _consents(state: StateReader, which: Asked) -> tuple[tuple[RestoredConsent, ...], tuple[RestoredConsent, ...]]:
    """Return the consents of each; what one withdrew since they were one person holds for the other too."""
    said = [state.rows(_CONSENTS, (_json(numbers),)) for numbers in (which.stays, which.goes)]
    stays, goes = (
        tuple(_consent(row, of_other=False) for row in own)
        + tuple(_consent(row, of_other=True) for row in others if row[4] != "granted" and row[7] >= which.merge.tick)
        for own, others in (said, reversed(said))
    )
    return stays, goes


def _consent(row: Row, *, of_other: bool) -> RestoredConsent:
    channel, purpose, topic, at_ms, status, source, text_version, _ = row
    return RestoredConsent(channel, purpose, topic, at_ms, status, source, text_version, of_other)


def _counts(state: StateReader, numbers: Numbers) -> list[int]:
    counts = Counter(column_of(kind) for (kind,) in state.rows(_IDENTIFIERS, (_json(numbers),)))
    return [counts[column] for column in range(len(KINDS))]


def _sent_apart(state: StateReader, which: Asked) -> SentApart:
    """Return what was decided for one of the two alone: before they were one."""
    rows = state.rows(_MESSAGES, (_json([*which.stays, *which.goes]),))
    before = [row for row in rows if row[1] < which.merge.merged_ms]
    both = [
        tuple(
            tuple(
                at_ms for profile, at_ms, outcome in before if profile in numbers and (outcome == "held_out") == shadow
            )
            for numbers in (which.stays, which.goes)
        )
        for shadow in (False, True)
    ]
    return SentApart(sent=(both[0][0], both[0][1]), shadow=(both[1][0], both[1][1]))


def _json(values: Sequence[Any]) -> str:
    return canonical_json(list(values)).decode()
