"""What is asked about an audience, or one that is only drafted, beside its members: overlap and how it lies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from pyroaring import BitMap

from liftloop.app.audiences.directory import Audiences, Numbers, Tree
from liftloop.app.audiences.overlap import GROUPS_MAX, Group, Matrix, Overlap, bitmap, check_groups, matrix, overlap
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk

_NEWEST = """
SELECT id FROM definition WHERE kind = 'audience' AND status IN ('live', 'filling')
GROUP BY id ORDER BY max(at_ms) DESC, id
"""


class Asked(Struct, frozen=True, kw_only=True):
    """An audience by its id, or the tree of one that is not published."""

    identity: str = ""
    tree: Tree | None = None


class OverlapAnswer(Struct, frozen=True, kw_only=True):
    overlap: Overlap
    left_out: int
    """Audiences and campaigns that were not compared, the longest unchanged of them, where none was named."""


class AudienceInsight:
    """Answers questions about audiences of one installation."""

    def __init__(self, desk: Desk, audiences: Audiences) -> None:
        self._desk = desk
        self._audiences = audiences

    async def numbers(self, asked: Asked) -> Numbers:
        """Return the profile numbers of who is meant, ascending; raises `NotFound`."""
        if asked.tree is not None:
            return await self._audiences.drafted(asked.tree)
        return await self._audiences.members(asked.identity)

    async def overlap(self, asked: Asked, others: Sequence[str], *, campaigns: bool) -> OverlapAnswer:
        """Return how an audience lies over others, by default over those changed last, and over running campaigns.

        Raises `NotFound` and `TooManyGroups`.
        """
        named = list(dict.fromkeys(others))
        rest = () if named else (each for (each,) in self._desk.state.rows(_NEWEST) if each != asked.identity)
        groups = [*(self._running() if campaigns else ()), *(self._audience(each) for each in (*named, *rest))]
        check_groups(len(groups) if named else 0)
        held = await self.bitmaps(groups[:GROUPS_MAX])
        people = bitmap(await self.numbers(asked))
        return OverlapAnswer(overlap=overlap(people, held), left_out=len(groups) - len(held))

    async def matrix(self, ids: Sequence[str]) -> Matrix:
        """Return each of these audiences with each other; raises `NotFound` and `TooManyGroups`."""
        chosen = [self._audience(each) for each in dict.fromkeys(ids)]
        check_groups(len(chosen))
        return matrix(await self.bitmaps(chosen))

    def _audience(self, identity: str) -> Group:
        _, body, _, _ = self._desk.definitions.newest("audience", identity)
        return Group(kind="audience", id=identity, name=str(body["name"]))

    def _running(self) -> list[Group]:
        now_ms = self._desk.clock.now_ms()
        return [
            Group(kind="campaign", id=identity, name=str(body["name"]))
            for identity, body in self._desk.definitions.live("campaign").items()
            if int(body["starts_ms"]) <= now_ms < int(body["ends_ms"])
        ]

    async def bitmaps(self, groups: Iterable[Group]) -> dict[Group, BitMap]:
        """Return the people of groups; an audience that waits for its past is asked of the lake."""
        wanted = list(groups)
        live = [each.id for each in wanted if each.kind == "audience" and self._is_live(each.id)]
        known = _taken_apart(await self._desk.tick.ask("memberships", ids=live))
        held: dict[Group, BitMap] = {}
        for group in wanted:
            if group.kind == "campaign":
                answer = await self._desk.tick.ask("assigned", campaign=group.id)
                held[group] = bitmap(np.frombuffer(answer["profiles"], dtype=np.int64))
            else:
                held[group] = known[group.id] if group.id in known else bitmap(await self._of_audience(group.id))
        return held

    def _is_live(self, identity: str) -> bool:
        return self._desk.definitions.newest("audience", identity)[3] == "live"

    async def _of_audience(self, identity: str) -> Numbers:
        try:
            return await self._audiences.members(identity)
        except NotFound:  # It ended since its name was read: nobody is in it any more.
            return np.zeros(0, dtype=np.int64)


def _taken_apart(answer: Mapping[str, Any]) -> dict[str, BitMap]:
    """Return the members of each audience from the words of bits that the tick keeps."""
    numbers = np.frombuffer(answer["numbers"], dtype=np.int64)
    words = {int(word): np.frombuffer(column, dtype=np.uint64) for word, column in answer["words"].items()}
    return {
        identity: bitmap(numbers[np.flatnonzero(words[bit // 64] & (np.uint64(1) << np.uint64(bit % 64)))])
        for identity, bit in answer["bits"].items()
    }
