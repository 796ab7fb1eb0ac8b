"""Settles, one message at a time and in order, who the people are that no index knows yet or that a message joins."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.contract import KINDS, LIMIT_MAX, OTHER, USER
from liftloop.identify.reading import SHARED
from liftloop.runtime.people import Settlers

_COLUMN = {kind: column for column, kind in enumerate(KINDS)}

Counts = Sequence[int]
"""How many identifiers of each kind a person has, in the order of KINDS; plain numbers, for they are asked singly."""
_NONE_YET: Counts = (0,) * len(KINDS)


def column_of(kind: str) -> int:
    """Return where a kind is counted."""
    return _COLUMN.get(kind, _COLUMN[OTHER])


class Name(Struct, frozen=True):
    """One identifier of a message."""

    kind: str
    text: str
    """Empty for personal kinds, which only the vault knows."""
    hash: int
    source: str = ""
    """Who sent it: `key:web`."""


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
    """By identifier: the slot that it was given to, merges not followed."""
    head_of: Mapping[int, int]
    """By slot that was merged into another: the person it is now."""
    second_of: Mapping[int, int]
    """By identifier that two people have sent who could not be joined: the slot of the second, or SHARED."""
    counts: NDArray[np.uint8]
    """By slot; shape [rows, len(KINDS)]."""
    created: NDArray[np.int64]
    """By slot: the order in which profiles came to be."""
    limits: Counts
    detects_shared: bool
    apart: Sequence[tuple[int, int]] = ()
    """Pairs of slots that a person has said are two people, whatever a message names."""


class Merge(Struct, frozen=True, kw_only=True):
    """Two profiles that a message joined."""

    kept: int
    forwarded: int
    by: str
    """The kind of the identifier that both had."""
    offset: int
    source: str


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
        """Return the slot of the identity that a message belongs to, after joining all it names.

        It is the own slot of the deciding identifier; `canonical` says which person that is.
        """
        own = tuple(name for name in names.all if self._second(name.hash) != SHARED)
        if not own:
            return self._deciding(names.all)
        stranger = self._stranger(own)
        if stranger is not None:
            return stranger
        home = self._deciding(own)
        for name in own:
            slot, other = self._follow(home), self._find(name.hash)
            if other == slot:
                continue
            apart = other is not None and self._kept_apart(slot, other)
            excess = [] if names.joins_users or apart else self._excess(slot, name.kind, other)
            if not excess and not apart:
                self._take(name, (home, other), names.offset)
            elif not self._known.detects_shared:
                continue
            elif not apart and own[0].kind != USER and USER not in excess:
                self._share(own[0], slot, names.offset)  # Who gathers so many under it is no person, but a till.
                return self.settle(names)
            elif other is not None and name.kind != USER:
                self._dispute(name, (other, slot), names.offset)
        return home

    def join(self, pair: tuple[int, int], by: str, source: str, offset: int) -> None:
        """Make one person of two, because a person says so."""
        one, other = map(self._follow, pair)
        if one != other:
            self._merge((one, other), by, source, offset)

    def canonical(self, slots: Iterable[int]) -> list[int]:
        """Return slots with this step's merges followed."""
        return [self._follow(slot) for slot in slots]

    def _deciding(self, own: tuple[Name, ...]) -> int:
        first = own[0]
        home = self._home(first.hash)
        if home is not None:
            return home
        for name in own[1:]:
            home = self._home(name.hash)
            if home is not None and not self._excess(self._follow(home), first.kind, None):
                self._link(first, home)
                return home
        slot = self._newcomer(first.hash)
        self._link(first, slot)
        return slot

    def _stranger(self, own: tuple[Name, ...]) -> int | None:
        """Return a new slot where nobody has sent any of these and no two are of a kind: nothing is to be weighed.

        Most messages of an import are such, and the long way takes three times as long.
        """
        columns = {column_of(name.kind) for name in own}
        if len(columns) < len(own) or any(self._home(name.hash) is not None for name in own):
            return None
        slot = self._newcomer(own[0].hash)
        self.links.update((name.hash, (name, slot)) for name in own)
        self.counts[slot] = [int(column in columns) for column in range(len(KINDS))]
        return slot

    def _newcomer(self, first_identifier: int) -> int:
        slot = self._settlers.settle(first_identifier)
        self.created[slot] = self._people_before + len(self.created)
        return slot

    def _excess(self, slot: int, kind: str, other: int | None) -> list[str]:
        """Return the kinds of which a person would have too many with one of `kind`, or with all that `other` has."""
        have, limits = self._counts(slot), self._known.limits
        if other is None:
            column = column_of(kind)
            return [KINDS[column]] if 0 < have[column] >= limits[column] else []
        together = zip(KINDS, have, self._counts(other), limits, strict=True)
        return [of for of, mine, more, limit in together if mine and more and mine + more > limit]

    def _take(self, name: Name, people: tuple[int, int | None], offset: int) -> None:
        """Give an identifier to the first of two people, or make them one where the second has it."""
        home, other = people
        if other is None:
            self._link(name, home)
        else:
            self._merge((self._follow(home), other), name.kind, name.source, offset)

    def _merge(self, pair: tuple[int, int], by: str, source: str, offset: int) -> None:
        kept, forwarded = sorted(pair, key=self._order)
        pairs = zip(self._counts(kept), self._counts(forwarded), strict=True)
        self.counts[kept] = [min(mine + more, LIMIT_MAX) for mine, more in pairs]
        self.forward[forwarded] = kept
        self.merges.append(Merge(kept=kept, forwarded=forwarded, by=by, offset=offset, source=source))

    def _kept_apart(self, one: int, other: int) -> bool:
        return any({self._follow(first), self._follow(second)} == {one, other} for first, second in self._known.apart)

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

    def _link(self, name: Name, home: int) -> None:
        """Give an identifier to the identity that sent it; what a person may have of it is counted for the person."""
        self.links[name.hash] = (name, home)
        self._count(self._follow(home), name.kind, 1)

    def _count(self, slot: int, kind: str, step: int) -> None:
        counts, column = list(self._counts(slot)), column_of(kind)
        counts[column] = min(max(counts[column] + step, 0), LIMIT_MAX)
        self.counts[slot] = counts

    def _home(self, hashed: int) -> int | None:
        """Return the own slot of an identifier, whoever that was merged into."""
        linked = self.links.get(hashed)
        slot = linked[1] if linked else self._known.slot_of.get(hashed, -1)
        return None if slot < 0 else slot

    def _find(self, hashed: int) -> int | None:
        home = self._home(hashed)
        return None if home is None else self._follow(home)

    def _second(self, hashed: int) -> int | None:
        return self.seconds.get(hashed, self._known.second_of.get(hashed))

    def _follow(self, slot: int) -> int:
        slot = self._known.head_of.get(slot, slot)
        while slot in self.forward:
            slot = self.forward[slot]
        return slot

    def _counts(self, slot: int) -> Counts:
        changed = self.counts.get(slot)
        if changed is not None:
            return changed
        if slot in self.created or slot >= len(self._known.counts):
            return _NONE_YET
        return self._known.counts[slot].tolist()

    def _order(self, slot: int) -> int:
        fresh = self.created.get(slot)
        return int(self._known.created[slot]) if fresh is None else fresh
