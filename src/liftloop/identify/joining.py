"""Settles, one message at a time and in order, who the people are that no index knows yet or that a message joins."""

from collections.abc import Iterable, Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.runtime.people import Settlers


class Name(Struct, frozen=True):
    """One identifier of a message."""

    kind: str
    text: str
    """Empty for personal kinds, which only the vault knows."""
    hash: int


class Names(Struct, frozen=True, kw_only=True):
    """All identifiers of a message, the deciding one first."""

    all: tuple[Name, ...]
    joins_users: bool
    """True for `alias`: the sender says that two users are one."""


class Known(Struct, frozen=True, kw_only=True):
    """What state knows of the identifiers and profiles that the messages at hand name."""

    slot_of: Mapping[int, int]
    has_user: NDArray[np.int8]
    """By slot."""
    created: NDArray[np.int64]
    """By slot: the order in which profiles came to be."""


class Joining:
    """The outcome so far; reads `known`, remembers what changes."""

    def __init__(self, known: Known, settlers: Settlers, people_before: int) -> None:
        self._known = known
        self._settlers = settlers
        self._people_before = people_before
        self._has_user: dict[int, bool] = {}
        self.forward: dict[int, int] = {}
        self.links: dict[int, tuple[Name, int]] = {}
        self.created: dict[int, int] = {}
        """Order of creation by slot, of the newcomers."""
        self.merges: list[tuple[int, int, str]] = []
        """(kept, forwarded, reason) in order."""

    def settle(self, names: Names) -> int:
        """Return the slot of the person a message belongs to, after joining all it names."""
        slot = self._deciding(names)
        for name in names.all:
            other = self._find(name.hash)
            if other is None:
                self._link(name, slot)
            elif other != slot and self._may_join(slot, other, names):
                slot = self._merge(slot, other, names.all[0].kind)
        return slot

    def canonical(self, slots: Iterable[int]) -> list[int]:
        """Return slots with this step's merges followed."""
        return [self._follow(slot) for slot in slots]

    def has_user_changes(self) -> dict[int, bool]:
        return self._has_user

    def _deciding(self, names: Names) -> int:
        first = names.all[0]
        slot = self._find(first.hash)
        if slot is not None:
            return slot
        for name in names.all[1:]:
            other = self._find(name.hash)
            if other is not None and not (first.kind == "user_id" and self._user(other)):
                self._link(first, other)
                return other
        slot = self._settlers.settle(first.hash)
        self.created[slot] = self._people_before + len(self.created)
        self._link(first, slot)
        return slot

    def _may_join(self, slot: int, other: int, names: Names) -> bool:
        return names.joins_users or not (self._user(slot) and self._user(other))

    def _merge(self, slot: int, other: int, reason: str) -> int:
        kept, forwarded = (slot, other) if self._order(slot) <= self._order(other) else (other, slot)
        if self._user(forwarded):
            self._has_user[kept] = True
        self.forward[forwarded] = kept
        self.merges.append((kept, forwarded, reason))
        return kept

    def _link(self, name: Name, slot: int) -> None:
        self.links[name.hash] = (name, slot)
        if name.kind == "user_id":
            self._has_user[slot] = True

    def _find(self, hashed: int) -> int | None:
        linked = self.links.get(hashed)
        slot = linked[1] if linked else self._known.slot_of.get(hashed, -1)
        return None if slot < 0 else self._follow(slot)

    def _follow(self, slot: int) -> int:
        while slot in self.forward:
            slot = self.forward[slot]
        return slot

    def _user(self, slot: int) -> bool:
        changed = self._has_user.get(slot)
        if changed is not None or slot in self.created:
            return bool(changed)
        return slot < len(self._known.has_user) and bool(self._known.has_user[slot])

    def _order(self, slot: int) -> int:
        fresh = self.created.get(slot)
        return int(self._known.created[slot]) if fresh is None else fresh
