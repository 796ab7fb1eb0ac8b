"""One search for everything that has a name: people as far as the caller may see them, and what was defined.

Names match by any part of them, by their id, and Chinese ones by the first letters of their characters.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.dashboards.directory import Dashboards
from liftloop.app.desk import Desk
from liftloop.app.people import PersonLine, people_rows
from liftloop.app.persons.profiles import matching
from liftloop.app.playbooks.book import PLAYBOOKS
from liftloop.app.words import Said
from liftloop.kernel.pinyin import initials

Kind = Literal["person", "audience", "campaign", "journey", "content", "signal", "tag", "dashboard", "playbook", "goal"]

EACH_MAX = 6
"""Of a kind; who gets more has not said enough."""
PERSON_CHARACTERS_MIN = 2
"""One letter is the beginning of everybody."""
_DEFINED: tuple[Kind, ...] = ("audience", "campaign", "journey", "content", "signal", "tag", "goal")


class Hit(Struct, frozen=True, kw_only=True):
    """Something found, with how well it matches: 0 is best."""

    kind: Kind
    id: str
    name: Said
    note: Said
    rank: int


async def search(desk: Desk, asked: str) -> list[Hit]:
    """Return what matches, a few of each kind, the best first within it; nothing for nothing."""
    asked = asked.strip()
    if not asked:
        return []
    hits: list[Hit] = []
    if len(asked) >= PERSON_CHARACTERS_MIN:
        numbers = (await matching(desk, asked))[:EACH_MAX]
        hits += [_person(each) for each in await asyncio.to_thread(people_rows, desk.state, desk.vault, numbers)]
    for kind in _DEFINED:
        hits += _best(_defined(desk, kind, asked))
    boards = ((each.id, each.name) for each in Dashboards(desk).listed())
    hits += _best(_named("dashboard", boards, asked))
    hits += _best(_named("playbook", ((each.id, each.name) for each in PLAYBOOKS.values()), asked))
    return hits


def rank_of(asked: str, identity: str, names: Iterable[str]) -> int | None:
    """Return how well a thing matches: its beginning, a part, first letters, its id; None where it does not.

    >>> [rank_of(asked, "aud_1", ("沉睡会员",)) for asked in ("沉睡", "会员", "csh", "aud_1", "x")]
    [0, 1, 2, 3, None]
    """
    wanted, ranks = asked.lower(), []
    for name in names:
        lowered = name.lower()
        if lowered.startswith(wanted):
            ranks.append(0)
        elif wanted in lowered:
            ranks.append(1)
        elif wanted.isascii() and wanted.replace(" ", "") in initials(name):
            ranks.append(2)
    if identity.lower().startswith(wanted):
        ranks.append(3)
    return min(ranks, default=None)


def _defined(desk: Desk, kind: Kind, asked: str) -> Iterator[Hit]:
    live = desk.definitions.live(kind)
    if kind == "journey":  # The journey of a campaign is found as the campaign.
        live = {identity: body for identity, body in live.items() if not body.get("campaign")}
    return _named(kind, ((identity, _name(identity, body)) for identity, body in live.items()), asked)


def _name(identity: str, body: Mapping[str, Any]) -> Said:
    name = str(body.get("name") or body.get("text") or identity)
    return Said(name, str(body.get("name_en") or name))


def _named(kind: Kind, things: Iterable[tuple[str, Said]], asked: str) -> Iterator[Hit]:
    for identity, name in things:
        rank = rank_of(asked, identity, {name.zh, name.en})
        if rank is not None:
            yield Hit(kind=kind, id=identity, name=name, note=Said("", ""), rank=rank)


def _best(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda each: (each.rank, len(each.name.zh), each.name.zh, each.id))[:EACH_MAX]


def _person(line: PersonLine) -> Hit:
    note = " · ".join(each for each in (line.identifier, line.city) if each and each != line.name)
    return Hit(kind="person", id=line.profile, name=Said(line.name, line.name), note=Said(note, note), rank=0)
