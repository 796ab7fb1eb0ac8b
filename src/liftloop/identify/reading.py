"""What later stages may ask identify: who an identifier is, which profile a merged one became, which merges end."""

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.identify.contract import KINDS, LIMIT_MAX, IdentityRules
from liftloop.kernel.dice import Hashes, hash_text
from liftloop.runtime.contract import Definitions, Slots, StateView
from liftloop.runtime.hash_index import ABSENT, HashIndex
from liftloop.storage.contract import ArraySpec, Delta, Write

INDEX = HashIndex(name="identify.index")
FORWARD = "identify.forward"
COUNTS = "identify.counts"
"""How many identifiers of each of KINDS a person has."""
SECONDS = HashIndex(name="identify.seconds")
"""By identifier that two people have sent who could not be joined: the slot of the second, or SHARED."""
SHARED = -2
"""Stands for the second person of an identifier that belongs to nobody any more."""
APART = "identify.apart"
"""Pairs of slots that a person has said are two people."""
APART_SPEC = ArraySpec(name=APART, dtype="<i8", fill=-1, width=2)
UNDOING = "identify.undoing"
"""Merges that are to be undone, in cells that are used again: tick and position of the merge, the slot that was
forwarded, and the last offset at which anything was heard of the person; a free cell begins with -1."""
UNDOING_SPEC = ArraySpec(name=UNDOING, dtype="<i8", fill=-1, width=4)
NONE = np.uint64(0)
"""Stands where a message has no such identifier."""


def identifier_hash(kind: str, text: str) -> int:
    """Return the index key of an identifier that is not personal; personal kinds are hashed by the vault."""
    return hash_text(kind, text)


def identity_rules(definitions: Definitions) -> IdentityRules:
    """Return the rules that hold now."""
    setting = definitions.live("setting").get("identity")
    return msgspec.convert(setting.body, type=IdentityRules, strict=False) if setting else IdentityRules()


def disputed(state: StateView, hashes: Hashes) -> NDArray[np.bool_]:
    """Return which identifiers two people have sent who are not one; shape [len(hashes)]."""
    return SECONDS.find(state, hashes) != ABSENT


def find(state: StateView, hashes: Hashes) -> Slots:
    """Return the slot of each identifier with merges followed, -1 where unknown; shape [len(hashes)]."""
    slots = INDEX.find(state, hashes)
    return follow(state, slots)


def follow(state: StateView, slots: Slots) -> Slots:
    """Return slots with all merges followed; -1 stays -1."""
    if not state.has(FORWARD):
        return slots
    forward = state[FORWARD]
    while True:
        onward = np.where(slots >= 0, forward[slots], -1)
        if not (onward >= 0).any():
            return slots
        slots = np.where(onward >= 0, onward, slots)


class Undoing(Struct, frozen=True, kw_only=True):
    """A merge that is to be undone."""

    cell: int
    tick: int
    position: int
    forwarded: int
    """The slot that gets its own life back."""
    touched: int
    """The last offset at which anything was heard of the person that the two are."""


def undoings(state: StateView) -> list[Undoing]:
    """Return the merges that wait to be undone, the longest waiting first."""
    if not state.has(UNDOING):
        return []
    rows = state[UNDOING].tolist()
    found = [
        Undoing(cell=cell, tick=tick, position=position, forwarded=forwarded, touched=touched)
        for cell, (tick, position, forwarded, touched) in enumerate(rows)
        if tick >= 0
    ]
    return sorted(found, key=lambda each: (each.tick, each.position))


def separated(state: StateView, undoing: Undoing, counts: tuple[Sequence[int], Sequence[int]]) -> Delta:
    """Return the delta after which the two of a merge are two people, for good, and its cell is free.

    `counts` are identifiers by kind of the person that stays and of the one that goes.
    """
    kept = int(state[FORWARD][undoing.forwarded])
    heads = np.array([*follow(state, np.array([kept])), undoing.forwarded], dtype=np.int64)
    have = np.array([[min(count, LIMIT_MAX) for count in each] for each in counts], dtype=np.uint8)
    assert have.shape == (2, len(KINDS)), "counts are told by kind"
    pairs = len(state[APART]) if state.has(APART) else 0
    return Delta(
        allocate=[APART_SPEC],
        writes=[
            Write(FORWARD, heads[1:], np.array([-1])),
            Write(COUNTS, heads, have),
            Write(APART, np.array([pairs]), np.array([[kept, undoing.forwarded]])),
            Write(UNDOING, np.array([undoing.cell]), np.full((1, 4), -1, dtype=np.int64)),
        ],
    )
