"""What happens that other systems and group chats may want to know, in order, each with an id of its own.

Three streams, each with a place to go on from: lines of the history of work, facts of the system, events of customers.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.relate.telling import Line, new_lines
from liftloop.app.steering.reading import PAUSED
from liftloop.app.tags.holders import heads_now
from liftloop.kernel.codec import parse_object
from liftloop.kernel.ids import profile_id
from liftloop.relate.notices import (
    APPROVAL_ANSWERED,
    APPROVAL_ASKED,
    EVENT,
    OF_SYSTEM,
    RAISED,
    WHATS,
    wants,
)

PAGE = 200
_SYSTEM_KINDS = (PAUSED, APPROVAL_ASKED, APPROVAL_ANSWERED, RAISED)
_FACTS = """
SELECT "offset", kind, name, at_ms, body FROM system_record
WHERE "offset" > $1 AND kind IN (SELECT unnest($2::VARCHAR[])) ORDER BY "offset" LIMIT $3
"""
_EVENTS = """
SELECT "offset", name, at_ms, profile, properties FROM event
WHERE "offset" > $1 AND kind = 'track' AND NOT imported AND name IN (SELECT unnest($2::VARCHAR[]))
ORDER BY "offset" LIMIT $3
"""


class Place(Struct, frozen=True, kw_only=True):
    """How far somebody has been told."""

    tick: int
    position: int
    facts: int
    """Offset of the last fact of the system."""
    events: int


class Notice(Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    id: str
    """The same however often it is told."""
    kind: str
    at_ms: int
    about: dict[str, Any]
    after: Place
    """Where to go on once this was told."""


def end_of(desk: Desk) -> Place:
    """Return the place after all there is: whoever subscribes is told what follows."""
    rows = desk.state.rows("SELECT tick, position FROM work_change ORDER BY tick DESC, position DESC LIMIT 1")
    position = desk.state.position()
    offset = (position.offset if position else 0) - 1
    tick, line = rows[0] if rows else (0, -1)
    return Place(tick=tick, position=line, facts=offset, events=offset)


async def notices(desk: Desk, kinds: Sequence[str], place: Place) -> tuple[list[Notice], Place]:
    """Return what is new of these kinds, a page of each stream, one after the other, and the place after them all."""
    found: list[Notice] = []
    heads = heads_now(desk.state)
    for line in new_lines(desk.state, (place.tick, place.position), PAGE):
        place = _moved(place, tick=line.tick, position=line.position)
        kind = f"{line.kind}.{WHATS.get(line.what, line.what)}"
        if wants(kinds, kind):
            about = _about_work(line, heads.get(line.profile, line.profile))
            found.append(Notice(id=f"work-{line.id}", kind=kind, at_ms=line.at_ms, about=about, after=place))
    if any(wants(kinds, each) for each in OF_SYSTEM):
        for offset, what, name, at_ms, body in _rows(await desk.follower.select(_FACTS, _given(place.facts))):
            place = _moved(place, facts=offset)
            kind = name if what == RAISED else what
            if wants(kinds, kind):
                about = {**parse_object(body), **({} if what == RAISED else {"id": name})}
                found.append(Notice(id=f"fact-{offset}", kind=kind, at_ms=at_ms, about=about, after=place))
    names = [each.removeprefix(EVENT) for each in kinds if each.startswith(EVENT)]
    if names:
        rows = await desk.follower.select(_EVENTS, [place.events, names, PAGE])
        for offset, name, at_ms, profile, properties in _rows(rows):
            place = _moved(place, events=offset)
            about = {
                "customer": profile_id(heads.get(int(profile), int(profile))),
                "properties": parse_object(properties),
            }
            found.append(Notice(id=f"event-{offset}", kind=EVENT + name, at_ms=at_ms, about=about, after=place))
    return found, place


def instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds")


def _given(offset: int) -> list[Any]:
    return [offset, list(_SYSTEM_KINDS), PAGE]


def _rows(columns: dict[str, Any]) -> list[tuple[Any, ...]]:
    lists = [each.tolist() if isinstance(each, np.ndarray) else list(each) for each in columns.values()]
    return list(zip(*lists, strict=True))


def _moved(place: Place, **to: int) -> Place:
    return Place(
        tick=to.get("tick", place.tick),
        position=to.get("position", place.position),
        facts=to.get("facts", place.facts),
        events=to.get("events", place.events),
    )


def _about_work(line: Line, number: int) -> dict[str, Any]:
    about: dict[str, Any] = {
        "work": line.work,
        "customer": profile_id(number),
        "sort": line.sort,
        "team": line.team,
        "owner": line.owner,
        "stage": line.stage,
        "origin": line.origin,
        "outcome": line.value if line.what == "closed" else "",
        "amount_fen": line.amount_fen,
        "due_at": instant(line.due_ms) if line.due_ms else "",
        "by": line.actor,
    }
    return {name: value for name, value in about.items() if value not in ("", 0)}
