"""What later stages may ask audience: to check and evaluate a tree, and who is a member now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from liftloop.audience.contract import BadAudience
from liftloop.identify.reading import follow
from liftloop.kernel.dice import hash_text, uniform
from liftloop.profile.contract import Truth
from liftloop.profile.reading import TAG, People, check_condition, put_tags, tag_condition
from liftloop.runtime import people
from liftloop.runtime.contract import Definition, Definitions, Slots, StateView
from liftloop.runtime.hash_index import ABSENT, HashIndex

Tree = Mapping[str, Any]

MEMBER = "audience.member"
BITS = HashIndex(name="audience.bit")
"""Audience id to bit number; a bit is given once and never again."""

SIGNAL = "signal:"
"""Before the id of a signal wherever audiences are named: conditions, triggers, facts of who entered and left."""

LEVEL = "level:"
"""Before the id of a member level, likewise."""

NOBODY: Tree = {"audience": ""}
"""The tree that holds of nobody: no audience has an empty id."""
_KINDS = frozenset({"all", "any", "not", "percent", "audience", "tag", "trait", "event", "sequence"})
DEPTH_MAX = 16
CONDITIONS_MAX = 500
"""More is no longer a definition that a person can read."""


def check(tree: Any) -> None:
    """Raise `BadAudience` or `UnknownCondition` where the tree cannot be read; says which part."""
    if sum(1 for _ in _nodes(tree, 0)) > CONDITIONS_MAX:
        raise BadAudience(f"条件超过 {CONDITIONS_MAX} 个", f"more than {CONDITIONS_MAX} conditions")


def references(tree: Any) -> set[str]:
    """Return the ids of audiences that a tree asks for, tags as `tag:x` among them."""
    nodes = list(_nodes(tree, 0))
    tags = {TAG + str(node["tag"]) for node in nodes if "tag" in node}
    return tags | {str(node["audience"]) for node in nodes if "audience" in node}


def holds(tree: Tree, persons: People, members: Mapping[str, Truth]) -> Truth:
    """Return who satisfies the tree; `members` holds the answers of audiences and tags it names; shape [people]."""
    match tree:
        case {"all": parts}:
            truth = np.ones(len(persons.slots), dtype=np.bool_)
            for part in parts:
                truth = truth & holds(part, persons, members)
            return truth
        case {"any": parts}:
            truth = np.zeros(len(persons.slots), dtype=np.bool_)
            for part in parts:
                truth = truth | holds(part, persons, members)
            return truth
        case {"not": part}:
            return ~holds(part, persons, members)
        case {"percent": [low, high]}:
            numbers = people.numbers(persons.state, persons.slots).astype(np.uint64)
            bucket = 100 * uniform(numbers, hash_text("percent", str(tree.get("salt", ""))))
            return (bucket >= low) & (bucket < high)
        case {"audience": identity} | {"tag": identity}:
            known = members.get(TAG + identity if "tag" in tree else identity)
            return known if known is not None else np.zeros(len(persons.slots), dtype=np.bool_)
        case _:
            return persons.holds(tree)


def known_members(persons: People, tree: Tree) -> dict[str, Truth]:
    """Return which of these people are in the audiences, and have the tags, that a tree asks for."""
    put = put_tags(persons.state.definitions)
    return {
        name: persons.holds(tag_condition(name.removeprefix(TAG)))
        if name.startswith(TAG) and name.removeprefix(TAG) in put
        else is_member(persons.state, name, persons.slots)
        for name in references(tree)
    }


def conditioned(definitions: Definitions) -> dict[str, Definition]:
    """Return live audiences, signals and tags that follow a rule by the id under which others name them."""
    signals = {
        SIGNAL + identity: replace(each, id=SIGNAL + identity) for identity, each in definitions.live("signal").items()
    }
    tags = {
        TAG + identity: replace(each, id=TAG + identity)
        for identity, each in definitions.live("tag").items()
        if each.body.get("where")
    }
    levels = definitions.live("level")
    trees = level_trees({identity: each.body for identity, each in levels.items()})
    ranked = {
        LEVEL + identity: replace(each, id=LEVEL + identity, body={"where": trees[LEVEL + identity]})
        for identity, each in levels.items()
    }
    return {**definitions.live("audience"), **signals, **tags, **ranked}


def level_trees(levels: Mapping[str, Mapping[str, Any]]) -> dict[str, Tree]:
    """Return the tree of each level, by the id under which others name it: its rule, and no higher level."""
    ranked = sorted(levels, key=lambda identity: (levels[identity].get("rank", 0), identity), reverse=True)
    trees: dict[str, Tree] = {}
    for identity in ranked:
        higher = [{"not": {"audience": each}} for each in trees]
        rule = levels[identity].get("where") or NOBODY
        trees[LEVEL + identity] = {"all": [rule, *higher]}
    return trees


def in_order(audiences: Mapping[str, Definition]) -> list[Definition]:
    """Return audiences so that each follows those it refers to; those that form circles are left out.

    Publishing refuses a circle, but two authors can close one at the same instant; nobody is in such an audience.
    """
    ordered: dict[str, Definition] = {}
    waiting = {identity: references(each.body["where"]) & set(audiences) for identity, each in audiences.items()}
    while ready := [identity for identity, others in waiting.items() if others <= set(ordered)]:
        for identity in ready:
            ordered[identity] = audiences[identity]
            del waiting[identity]
    return list(ordered.values())


def _nodes(tree: Any, depth: int) -> Iterator[Tree]:
    if not isinstance(tree, Mapping) or not tree:
        raise BadAudience(f"这里应是一个条件：{tree!r}", f"not a condition: {tree!r}")
    if depth > DEPTH_MAX:
        raise BadAudience(f"嵌套超过 {DEPTH_MAX} 层", f"nested deeper than {DEPTH_MAX}")
    yield tree
    if len(set(tree) & _KINDS) > 1:
        raise BadAudience(f"一处只能有一种条件：{dict(tree)!r}", f"one condition a node: {dict(tree)!r}")
    match tree:
        case {"all": list(parts)} | {"any": list(parts)} if parts:
            for part in parts:
                yield from _nodes(part, depth + 1)
        case {"not": part}:
            yield from _nodes(part, depth + 1)
        case {"percent": [int() | float() as low, int() | float() as high]} if 0 <= low < high <= 100:
            return
        case {"audience": str() as identity} if not identity.startswith(TAG):
            return
        case {"tag": str()} if len(tree) == 1:
            return
        case {"trait": _} | {"event": _} | {"sequence": _}:
            check_condition(tree)
        case _:
            raise BadAudience(f"看不懂的条件：{dict(tree)!r}", f"unknown condition: {dict(tree)!r}")


def bit_of(state: StateView, audience: str) -> int:
    """Return the bit of an audience, ABSENT before it was first computed."""
    return int(BITS.find(state, np.array([hash_text("audience", audience)], dtype=np.uint64))[0])


def members(state: StateView, audience: str) -> Slots:
    """Return the slots of an audience's members now, merged people left out."""
    bit = bit_of(state, audience)
    if bit == ABSENT:
        return np.zeros(0, dtype=np.int64)
    word = state[MEMBER][:, bit // 64]
    slots = np.flatnonzero(word & (np.uint64(1) << np.uint64(bit % 64)))
    return slots[follow(state, slots) == slots]


def member_words(state: StateView, audiences: Sequence[str]) -> tuple[dict[str, int], dict[int, NDArray[np.uint64]]]:
    """Return the bit of each audience that was computed, and by its 64th the words that hold these bits; shape [rows].

    A profile that was merged into another is in no audience, so its bits are 0.
    """
    bits = {each: bit_of(state, each) for each in audiences}
    known = {each: bit for each, bit in bits.items() if bit != ABSENT}
    return known, {word: state[MEMBER][:, word] for word in {bit // 64 for bit in known.values()}}


def is_member(state: StateView, audience: str, slots: Slots) -> Truth:
    """Return which of these people are members now; shape [len(slots)]."""
    bit = bit_of(state, audience)
    if bit == ABSENT:
        return np.zeros(len(slots), dtype=np.bool_)
    return (state[MEMBER][slots, bit // 64] & (np.uint64(1) << np.uint64(bit % 64))) != 0
