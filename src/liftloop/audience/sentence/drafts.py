"""Conditions while they are read: what is known of each, and how they become nodes of a tree."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from liftloop.audience.sentence.contract import Part, Span
from liftloop.audience.sentence.words import ORDER

Tree = Mapping[str, Any]
Fields = dict[str, Any]


class Draft(Struct, kw_only=True, eq=False):
    """One condition that is still being read; the only things here that change."""

    event: str = ""
    trait: str = ""
    tree: Tree | None = None
    """A condition that is whole already: an audience, a slice, a sequence."""
    negated: bool = False
    never: bool = False
    within_days: float | None = None
    window_first: bool = False
    """Whether the window was said before the event, and so may hold for what is said after it."""
    again: bool = False
    """Whether it stands for the event before, which was not named again."""
    which: str = ""
    """first or last, where days since then are asked for."""
    tests: Fields = field(default_factory=dict[str, Any])
    property: str = ""
    where: list[Fields] = field(default_factory=list[Fields])
    goods: list[Fields] = field(default_factory=list[Fields])
    """Filters by what was bought; with `goods_all` each is an event of its own."""
    goods_all: bool = False
    spans: list[Span] = field(default_factory=list[Span])
    aggregate: str = ""
    """Of what comes next: sum, avg, min, max, distinct."""
    parts: list[Part] = field(default_factory=list[Part])


class Knot(Struct, kw_only=True, eq=False):
    """A group while it is read; `strong` says for each member whether it stands apart from the one before."""

    joint: str
    members: list["Draft | Knot"]
    strong: list[bool]
    negated: bool = False


def tree_of(node: Draft | Knot, parts: list[Part]) -> Tree | None:
    """Return a node as a tree and note its conditions among `parts`; None for a group of nothing."""
    if isinstance(node, Draft):
        tree = _condition(node)
        parts.append(Part(tree=tree, spans=tuple(sorted(set(node.spans)))))
        return tree
    trees = [tree for member in node.members if (tree := tree_of(member, parts)) is not None]
    if not trees:
        return None
    tree = trees[0] if len(trees) == 1 else {node.joint: trees}
    return {"not": tree} if node.negated else tree


def _condition(draft: Draft) -> Tree:
    tree = _affirmed(draft)
    return {"not": tree} if draft.negated else tree


def _affirmed(draft: Draft) -> Tree:
    if draft.tree is not None:
        return draft.tree
    if draft.trait:
        return {"trait": draft.trait, **(draft.tests or {"exists": True})}
    if draft.goods_all and len(draft.goods) > 1:
        return {"all": [_event(draft, [good]) for good in draft.goods]}
    return _event(draft, _any_of(draft.goods))


def _event(draft: Draft, goods: list[Fields]) -> Tree:
    """Return the event with what was bought; goods of several kinds are several events, any of which will do."""
    if len(goods) > 1:
        return {"any": [_event(draft, [good]) for good in goods]}
    leaf: Fields = {"event": draft.event or ORDER}
    if draft.property and set(draft.tests) - {"count", "days_since_first", "days_since_last"}:
        leaf["property"] = draft.property
    if goods or draft.where:
        leaf["where"] = [*draft.where, *goods]
    if draft.within_days is not None:
        leaf["within_days"] = draft.within_days
    return leaf | draft.tests


def _any_of(goods: list[Fields]) -> list[Fields]:
    """Return goods with those of one field as one filter, any of which will do."""
    by_field: dict[str, Fields] = {}
    for good in goods:
        known = by_field.get(good["property"])
        by_field[good["property"]] = good if known is None else _either(known, good)
    return list(by_field.values())


def _either(one: Fields, other: Fields) -> Fields:
    word = "contains" if "contains" in one or "contains" in other else "in"
    return {"property": one["property"], word: list(dict.fromkeys([*_values(one), *_values(other)]))}


def _values(good: Fields) -> list[Any]:
    return [good["is"]] if "is" in good else list(good.get("in") or good.get("contains", ()))
