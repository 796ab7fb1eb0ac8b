"""Settles, one message at a time and in order, who the people are that no index knows yet or that a message joins."""

from collections.abc import Iterable, Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.contract import KINDS, LIMIT_MAX, OTHER, USER
from liftloop.runtime.people import Settlers

SHARED = -2
"""Stands for the second person of an identifier that belongs to nobody any more."""
_COLUMN = {kind: column for column, kind in enumerate(KINDS)}

Counts = NDArray[np.int64]
"""How many identifiers of each kind a person has; shape [len(KINDS)]."""


def column_of(kind: str) -> int:
    """Return where a kind is counted."""
    return _COLUMN.get(kind, _COLUMN[OTHER])


class Name(Struct, frozen=True):
    """One identifier of a message."""

    kind: str
    text: str
    """Empty for personal kinds, which only the vault knows."""
    hash: int


class Names(Struct, frozen=True, kw_only=True):
    """All identifiers of a message, the deciding one first."""

    all: tuple[Name, ...]
    offset: int
    """Where the message lies in the log."""
    joins_users: bool
    """True for `alias`: the sender says that two users are one."""


class Known(Struct, frozen=True, kw_only=True):
    """What state knows of the identifiers and profiles that the messages at hand name."""

    slot_of: Mapping[int, int]
    second_of: Mapping[int, int]
    """By identifier that two people have sent who could not be joined: the slot of the second, or SHARED."""
    counts: NDArray[np.uint8]
    """By slot; shape [rows, len(KINDS)]."""
    created: NDArray[np.int64]
    """By slot: the order in which profiles came to be."""
    limits: Counts
    detects_shared: bool


class Merge(Struct, frozen=True, kw_only=True):
    """Two profiles that a message joined."""

    kept: int
    forwarded: int
    by: str
    """The kind of the identifier that both had."""
    offset: int


class Sharing(Struct, frozen=True, kw_only=True):
    """An identifier that turned out to be nobody's own."""

    name: Name
    owner: int
    """The slot that it belonged to."""
    offset: int


class Joining:
    """The outcome so far; reads `known`, remembers what changes."""

    def __init__(self, known: Known, settlers: Settlers, people_before: int) -> None:
        self._known = known
        self._settlers = settlers
        self._people_before = people_before
        self.forward: dict[int, int] = {}
        self.links: dict[int, tuple[Name, int]] = {}
        self.counts: dict[int, Counts] = {}
        """By slot, of all whose identifiers became more or less."""
        self.seconds: dict[int, int] = {}
        """By identifier: the second person who sent it, or SHARED."""
        self.created: dict[int, int] = {}
        """Order of creation by slot, of the newcomers."""
        self.merges: list[Merge] = []
        self.shared: list[Sharing] = []

    def settle(self, names: Names) -> int:
        """Return the slot of the person a message belongs to, after joining all it names."""
        own = tuple(name for name in names.all if self._second(name.hash) != SHARED)
        if not own:
            return self._deciding(names.all)
        slot = self._deciding(own)
        for name in own:
            other = self._find(name.hash)
            if other == slot:
                continue
            excess = [] if names.joins_users else self._excess(slot, name.kind, other)
            if not excess:
                slot = self._take(name, (slot, other), names.offset)
            elif not self._known.detects_shared:
                continue
            elif own[0].kind != USER and USER not in excess:
                self._share(own[0], slot, names.offset)  # Who gathers so many under it is no person, but a till.
                return self.settle(names)
            elif other is not None and name.kind != USER:
                self._dispute(name, (other, slot), names.offset)
        return slot

    def canonical(self, slots: Iterable[int]) -> list[int]:
        """Return slots with this step's merges followed."""
        return [self._follow(slot) for slot in slots]

    def _deciding(self, own: tuple[Name, ...]) -> int:
        first = own[0]
        slot = self._find(first.hash)
        if slot is not None:
            return slot
        for name in own[1:]:
            other = self._find(name.hash)
            if other is not None and not self._excess(other, first.kind, None):
                self._link(first, other)
                return other
        slot = self._newcomer(first.hash)
        self._link(first, slot)
        return slot

    def _newcomer(self, first_identifier: int) -> int:
        slot = self._settlers.settle(first_identifier)
        self.created[slot] = self._people_before + len(self.created)
        return slot

    def _excess(self, slot: int, kind: str, other: int | None) -> list[str]:
        """Return the kinds of which a person would have too many with one of `kind`, or with all that `other` has."""
        have = self._counts(slot)
        more = np.zeros(len(KINDS), dtype=np.int64) if other is None else self._counts(other)
        if other is None:
            more[column_of(kind)] = 1
        return [
            KINDS[column] for column in np.flatnonzero((have > 0) & (more > 0) & (have + more > self._known.limits))
        ]

    def _take(self, name: Name, people: tuple[int, int | None], offset: int) -> int:
        """Give an identifier to the first of two people, or make them one where the second has it; return who it is."""
        slot, other = people
        if other is None:
            self._link(name, slot)
            return slot
        return self._merge((slot, other), name.kind, offset)

    def _merge(self, pair: tuple[int, int], by: str, offset: int) -> int:
        kept, forwarded = sorted(pair, key=self._order)
        self.counts[kept] = np.minimum(self._counts(kept) + self._counts(forwarded), LIMIT_MAX)
        self.forward[forwarded] = kept
        self.merges.append(Merge(kept=kept, forwarded=forwarded, by=by, offset=offset))
        return kept

    def _dispute(self, name: Name, people: tuple[int, int], offset: int) -> None:
        """Note that another person than its owner sent an identifier; a third one makes it nobody's."""
        owner, sender = people
        second = self._second(name.hash)
        if second is None or self._follow(second) == owner:
            self.seconds[name.hash] = sender
        elif self._follow(second) != sender:
            self._share(name, owner, offset)

    def _share(self, name: Name, owner: int, offset: int) -> None:
        """Take an identifier from its owner for ever: alone it leads to a profile that is nobody's."""
        self.seconds[name.hash] = SHARED
        self._count(owner, name.kind, -1)
        self._link(name, self._newcomer(name.hash))
        self.shared.append(Sharing(name=name, owner=owner, offset=offset))

    def _link(self, name: Name, slot: int) -> None:
        self.links[name.hash] = (name, slot)
        self._count(slot, name.kind, 1)

    def _count(self, slot: int, kind: str, step: int) -> None:
        counts = self._counts(slot).copy()
        counts[column_of(kind)] = min(max(counts[column_of(kind)] + step, 0), LIMIT_MAX)
        self.counts[slot] = counts

    def _find(self, hashed: int) -> int | None:
        linked = self.links.get(hashed)
        slot = linked[1] if linked else self._known.slot_of.get(hashed, -1)
        return None if slot < 0 else self._follow(slot)

    def _second(self, hashed: int) -> int | None:
        return self.seconds.get(hashed, self._known.second_of.get(hashed))

    def _follow(self, slot: int) -> int:
        while slot in self.forward:
            slot = self.forward[slot]
        return slot

    def _counts(self, slot: int) -> Counts:
        changed = self.counts.get(slot)
        if changed is not None:
            return changed
        if slot in self.created or slot >= len(self._known.counts):
            return np.zeros(len(KINDS), dtype=np.int64)
        return self._known.counts[slot].astype(np.int64)

    def _order(self, slot: int) -> int:
        fresh = self.created.get(slot)
        return int(self._known.created[slot]) if fresh is None else fresh
