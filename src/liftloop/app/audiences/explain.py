"""Explains an audience: what each condition asks, where the answer comes from, when it flips, and why somebody is in.

What memory holds is answered by the tick as the fold answers it; the rest is asked of the lake.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from liftloop.app.audiences.directory import Audiences, Tree
from liftloop.app.audiences.insight import Asked
from liftloop.app.desk import Desk
from liftloop.app.naming.trees import read_aloud
from liftloop.app.people import find_profile
from liftloop.app.words import Said
from liftloop.kernel.clock import FOR_EVER_MS
from liftloop.kernel.ids import profile_id
from liftloop.profile.sources import leaves
from liftloop.profile.studied import STUDIED

Origin = Literal["events", "sequence", "attribute", "trait", "study", "tag", "audience", "chance"]

LAKE_LOOKS_MAX = 20
"""Conditions of one person that are asked of the lake at once: each is a query."""

_FLIPS: Mapping[Origin, Said] = {
    "events": Said("有新事件时，或窗口里的事件到期时", "when an event comes, or one leaves the window"),
    "sequence": Said("有新事件时，或先发生的事件离开窗口时", "when an event comes, or the first one leaves the window"),
    "attribute": Said("客户的资料更新时", "when what is known of the person changes"),
    "trait": Said("有新事件时，或时间走过界限时", "when an event comes, or time passes a bound"),
    "study": Said("每天计算特征之后", "after the daily study of traits"),
    "tag": Said("打上、摘掉标签或标签到期时", "when the tag is put on, taken off or ends"),
    "audience": Said("那个人群有人进出时", "when somebody enters or leaves that audience"),
    "chance": Said("永不变化", "never"),
}
_TIMELESS = Said("有新事件时", "when an event comes")
_EVENTS = """
SELECT name, count(*) AS events FROM event
WHERE kind = 'track' AND name IN (SELECT unnest($1::VARCHAR[])) GROUP BY name
"""


class Condition(Struct, frozen=True, kw_only=True):
    """One condition of a tree; the last three say nothing where nobody was asked about."""

    path: str
    """The way to it from the root: `all.0.not`."""
    sentence: Said
    origin: Origin
    flips: Said
    in_memory: bool
    """Whether memory answers it now; otherwise the lake is read, and a live audience waits for that first."""
    events: int
    """Events of its names in the lake: what reading it there goes through."""
    holds: bool | None
    flips_ms: int | None
    """When the answer for the person may change though nothing happens."""


class Explained(Struct, frozen=True, kw_only=True):
    sentence: Said
    conditions: Sequence[Condition]
    profile: str
    inside: bool | None


class AudienceExplainer:
    """Explains audiences and drafts of one installation."""

    def __init__(self, desk: Desk, audiences: Audiences) -> None:
        self._desk = desk
        self._audiences = audiences

    async def explain(self, asked: Asked, person: str) -> Explained:
        """Return what a tree means, and with a `person` why they are in or out; raises `NotFound` and `BadAudience`."""
        tree = asked.tree
        if tree is None:
            tree = self._desk.definitions.newest("audience", asked.identity)[1]["where"]
        number = await find_profile(self._desk.tick, self._desk.clock, person) if person else -1
        found = list(conditions_of(tree))
        answer = await self._desk.tick.ask(
            "explain",
            where=tree,
            leaves=[leaf for _, leaf in found],
            profile=number,
            now_ms=self._desk.clock.now_ms(),
        )
        holds: list[bool | None] = list(answer["holds"]) if person else [None] * len(found)
        inside = answer["inside"]
        unknown = [place for place, known in enumerate(answer["known"]) if not known]
        if person and unknown:
            looks = [found[place][1] for place in unknown[:LAKE_LOOKS_MAX]]
            said = await asyncio.gather(*(self._in_lake(leaf, number) for leaf in (tree, *looks)))
            inside = said[0]
            holds = [None if place in unknown else each for place, each in enumerate(holds)]
            for place, each in zip(unknown, said[1:], strict=False):
                holds[place] = each
        events = await self._events([leaf for _, leaf in found])
        names = await self._audiences.names(tree)
        return Explained(
            sentence=read_aloud(tree, names),
            conditions=[
                Condition(
                    path=path,
                    sentence=read_aloud(leaf, names),
                    origin=origin_of(leaf, self._traits()),
                    flips=_flips(leaf, origin_of(leaf, self._traits())),
                    in_memory=answer["known"][place],
                    events=sum(events.get(name, 0) for name in _event_names(leaf, self._traits())),
                    holds=holds[place],
                    flips_ms=_instant(answer["next_flip_ms"][place]) if person else None,
                )
                for place, (path, leaf) in enumerate(found)
            ],
            profile=profile_id(number) if person else "",
            inside=inside if person else None,
        )

    def _traits(self) -> Mapping[str, Mapping[str, Any]]:
        return self._desk.definitions.live("trait")

    async def _in_lake(self, tree: Tree, number: int) -> bool:
        numbers = await self._audiences.in_lake(tree)
        return bool(np.isin(number, numbers))

    async def _events(self, found: Sequence[Tree]) -> dict[str, int]:
        names = sorted({name for leaf in found for name in _event_names(leaf, self._traits())})
        counted = await self._desk.follower.select(_EVENTS, [names])
        return dict(zip(counted["name"].tolist(), counted["events"].astype(int).tolist(), strict=True))


def conditions_of(tree: Tree, path: str = "") -> Iterator[tuple[str, Tree]]:
    """Yield the conditions of a checked tree with the way to each."""
    match tree:
        case {"all": parts} | {"any": parts}:
            word = "all" if "all" in tree else "any"
            for place, part in enumerate(parts):
                yield from conditions_of(part, f"{path}{word}.{place}.")
        case {"not": part}:
            yield from conditions_of(part, f"{path}not.")
        case _:
            yield path.rstrip("."), tree


def origin_of(leaf: Tree, traits: Mapping[str, Any]) -> Origin:
    match leaf:
        case {"percent": _}:
            return "chance"
        case {"audience": _}:
            return "audience"
        case {"tag": _}:
            return "tag"
        case {"sequence": _}:
            return "sequence"
        case {"event": _}:
            return "events"
        case {"trait": name} if name in traits:
            return "trait"
        case {"trait": name} if name in STUDIED:
            return "study"
        case _:
            return "attribute"


def _flips(leaf: Tree, origin: Origin) -> Said:
    timeless = origin == "events" and "within_days" not in leaf and not any(word.startswith("days_") for word in leaf)
    return _TIMELESS if timeless else _FLIPS[origin]


def _event_names(leaf: Tree, traits: Mapping[str, Mapping[str, Any]]) -> set[str]:
    asked = [traits.get(str(each.get("trait")), each) for each in leaves(leaf)]
    return {str(each["event"]) for each in asked if "event" in each}


def _instant(at_ms: int) -> int | None:
    """Return an instant that people can name; a tag that stays until it is taken off has none."""
    return at_ms if at_ms < FOR_EVER_MS else None
