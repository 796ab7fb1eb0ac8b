"""Who gives a signal now, or would by a draft of it, each with the events behind it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.audiences.directory import Audiences, sampled
from liftloop.app.desk import Desk
from liftloop.app.ledger import family
from liftloop.app.naming.trees import read_aloud
from liftloop.app.people import PersonLine, people_rows
from liftloop.app.sight import few_kept
from liftloop.app.signals import Evidence, evidence_of, newest_events, with_items
from liftloop.app.words import Said
from liftloop.audience.reading import check

EVIDENCE_SHOWN = 5
_MERGED = "SELECT count(DISTINCT forwarded) FROM merge"


class Giver(Struct, frozen=True, kw_only=True):
    """One person who gives the signal."""

    line: PersonLine
    evidence: Sequence[Evidence]
    """The newest events that the signal's conditions count; none where it follows from what was computed."""


class SignalPreview(Struct, frozen=True, kw_only=True):
    """How many give a signal now, and some of them."""

    count: int
    of: int
    sentence: Said
    people: Sequence[Giver]


async def signal_preview(desk: Desk, audiences: Audiences, where: Mapping[str, Any]) -> SignalPreview:
    """Return who gives a signal with this tree now, ten of them with events. Raises `BadAudience` for the tree."""
    check(where)
    now_ms = desk.clock.now_ms()
    numbers = await audiences.drafted(where)
    few = sampled(few_kept(numbers))
    lines = await asyncio.to_thread(people_rows, desk.state, desk.vault, few)
    families = [await asyncio.to_thread(family, desk.state, number) for number in few]
    found = [evidence_of(where, await newest_events(desk.follower, each, now_ms), now_ms) for each in families]
    evidence = [await with_items(desk.follower, each[:EVIDENCE_SHOWN]) for each in found]
    position = await desk.tick.ask("position")
    return SignalPreview(
        count=len(numbers),
        of=position["profiles"] - desk.state.rows(_MERGED)[0][0],
        sentence=read_aloud(where, await audiences.names(where)),
        people=[Giver(line=line, evidence=behind) for line, behind in zip(lines, evidence, strict=True)],
    )
