"""The member level of one person: which and why, and what the next one still lacks."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.ledger import family
from liftloop.app.naming.spoken import spoken_names
from liftloop.app.naming.trees import read_aloud
from liftloop.app.signals import Evidence, evidence_of, newest_events
from liftloop.app.words import Said
from liftloop.audience.contract import Level
from liftloop.audience.reading import LEVEL
from liftloop.profile.reading import AGGREGATES


class Held(Struct, frozen=True, kw_only=True):
    """The level that a person has, by its rule."""

    id: str
    name: str
    benefits: str
    since_ms: int
    rule: Said
    evidence: Sequence[Evidence]
    """The events that the rule counts, newest first."""


class Lack(Struct, frozen=True, kw_only=True):
    """One part of the next level's rule that does not hold yet."""

    sentence: Said
    has: float | None
    needs: float | None
    """Both None where it is no question of a number."""


class NextLevel(Struct, frozen=True, kw_only=True):
    """The level above."""

    id: str
    name: str
    benefits: str
    any_of: bool
    """Whether one part of its rule is enough."""
    lacks: Sequence[Lack]


class Standing(Struct, frozen=True, kw_only=True):
    """Where a person stands among the levels."""

    held: Held | None
    next: NextLevel | None


async def standing(desk: Desk, number: int, inside: Sequence[str], since: Mapping[str, int]) -> Standing | None:
    """Return the level of a person and the one above it, None where there are no levels.

    `inside` are the audiences that the person is in, `since` says of audiences since when.
    """
    bodies = desk.definitions.live("level")
    levels = {identity: msgspec.convert(body, Level, strict=False) for identity, body in bodies.items()}
    if not levels:
        return None
    ranked = sorted(levels, key=lambda identity: (levels[identity].rank, identity))
    has = next((each for each in ranked if LEVEL + each in inside), None)
    above = ranked[0] if has is None else next(iter(ranked[ranked.index(has) + 1 :]), None)
    return Standing(
        held=None if has is None else await _held(desk, number, (has, levels[has]), since),
        next=None if above is None else await _next(desk, number, above, levels[above]),
    )


async def _held(desk: Desk, number: int, which: tuple[str, Level], since: Mapping[str, int]) -> Held:
    identity, level = which
    now_ms = desk.clock.now_ms()
    names = await spoken_names(desk.definitions, desk.follower, [level.where])
    events = await newest_events(desk.follower, family(desk.state, number), now_ms)
    return Held(
        id=identity,
        name=level.name,
        benefits=level.benefits,
        since_ms=int(since.get(LEVEL + identity, desk.definitions.newest("level", identity)[2])),
        rule=read_aloud(level.where, names),
        evidence=evidence_of(level.where, events, now_ms),
    )


async def _next(desk: Desk, number: int, identity: str, level: Level) -> NextLevel:
    any_of = len(level.where.get("any", ())) > 1
    parts: Sequence[Any] = level.where.get("all") or level.where.get("any") or [level.where]
    names = await spoken_names(desk.definitions, desk.follower, [level.where])
    answer = await desk.tick.ask(
        "explain", where=level.where, leaves=list(parts), profile=number, now_ms=desk.clock.now_ms()
    )
    return NextLevel(
        id=identity,
        name=level.name,
        benefits=level.benefits,
        any_of=any_of,
        lacks=[
            _lack(part, read_aloud(part, names), measured)
            for part, holds, measured in zip(parts, answer["holds"], answer["measured"], strict=True)
            if not holds
        ],
    )


def _lack(part: Mapping[str, Any], sentence: Said, measured: float | None) -> Lack:
    needs = _least(part)
    if needs is None or (measured or 0.0) >= needs:
        return Lack(sentence=sentence, has=None, needs=None)
    return Lack(sentence=sentence, has=measured or 0.0, needs=needs)


def _least(part: Mapping[str, Any]) -> float | None:
    """Return the number that a condition must reach, None where it is of another kind.

    >>> _least({"event": "Order Completed", "within_days": 365, "count": {"gte": 3}}), _least({"trait": "a", "lt": 3})
    (3.0, None)
    """
    if "event" in part:
        asked = [part[name] for name in AGGREGATES if name in part] or [{"gte": 1}]
    else:
        asked = [part] if "trait" in part else []
    least = asked[0].get("gte", asked[0].get("gt")) if len(asked) == 1 else None
    return None if least is None else float(least)
