"""What later stages may ask identify: who an identifier is, and which profile a merged one became."""

import msgspec
import numpy as np

from liftloop.identify.contract import IdentityRules
from liftloop.kernel.dice import Hashes, hash_text
from liftloop.runtime.contract import Definitions, Slots, StateView
from liftloop.runtime.hash_index import HashIndex

INDEX = HashIndex(name="identify.index")
FORWARD = "identify.forward"
NONE = np.uint64(0)
"""Stands where a message has no such identifier."""


def identifier_hash(kind: str, text: str) -> int:
    """Return the index key of an identifier that is not personal; personal kinds are hashed by the vault."""
    return hash_text(kind, text)


def identity_rules(definitions: Definitions) -> IdentityRules:
    """Return the rules that hold now."""
    setting = definitions.live("setting").get("identity")
    return msgspec.convert(setting.body, type=IdentityRules, strict=False) if setting else IdentityRules()


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
