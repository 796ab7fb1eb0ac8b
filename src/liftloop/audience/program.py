"""All live audiences as one program: each condition that any of them asks is answered once for all of them."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.audience.reading import Tree, in_order, references
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import Hashes, hash_bytes, hash_text, uniform
from liftloop.profile.contract import Truth
from liftloop.profile.reading import TAG, Part, People, parts_of, tag_condition
from liftloop.runtime import people
from liftloop.runtime.contract import Definition

Traits = Mapping[str, Mapping[str, Any]]


class Answer(Struct, frozen=True):
    """The answer of one part of a condition, by its place in the program."""

    place: int


class AllOf(Struct, frozen=True):
    nodes: tuple["Node", ...]
    slices: tuple["Slice", ...]
    """Percent buckets come last and look only at people who are left."""


class AnyOf(Struct, frozen=True):
    nodes: tuple["Node", ...]


class NotOf(Struct, frozen=True):
    node: "Node"


class Slice(Struct, frozen=True):
    low: float
    high: float
    salt: int


class MemberOf(Struct, frozen=True):
    """Members of another audience, by its place in the program; -1 for one that is not there."""

    place: int


Node = Answer | AllOf | AnyOf | NotOf | Slice | MemberOf


class Program(Struct, frozen=True, kw_only=True):
    """What to answer and how to put it together; audiences in an order in which each can be evaluated."""

    ids: tuple[str, ...]
    meanings: Hashes
    """By audience: a hash of all that decides who is in it, other audiences and computed traits included; never 0."""
    parts: tuple[Part, ...]
    nodes: tuple[Node, ...]
    traits: Traits


def compiled(audiences: Mapping[str, Definition], traits: Traits, put: Set[str] = frozenset()) -> Program:
    """Return the program of live audiences; those that refer to each other in a circle are not in it.

    `put` are the tags that are put on people; all others are among the audiences.
    """
    ordered = in_order(audiences)
    places = {each.id: place for place, each in enumerate(ordered)}
    parts: dict[Part, int] = {}
    nodes = [_node(each.body["where"], (parts, places, traits, put)) for each in ordered]
    return Program(
        ids=tuple(places),
        meanings=_meanings(ordered, traits, put),
        parts=tuple(parts),
        nodes=tuple(nodes),
        traits=traits,
    )


def evaluate(program: Program, persons: People) -> list[Truth]:
    """Return who is in each audience of the program; shape [people] each."""
    run = _Run(program, persons)
    for node in program.nodes:
        run.members.append(run.truth(node))
    return run.members


class _Run:
    """One evaluation: answers, and the members of audiences evaluated so far."""

    def __init__(self, program: Program, persons: People) -> None:
        self._answers = [persons.answer(part) for part in program.parts]
        self._numbers = people.numbers(persons.state, persons.slots).astype(np.uint64)
        self.members: list[Truth] = []

    def truth(self, node: Node) -> Truth:
        match node:
            case Answer(place=place):
                return self._answers[place]
            case AllOf(nodes=nodes, slices=slices):
                truth = np.ones(len(self._numbers), dtype=np.bool_)
                for each in nodes:
                    truth &= self.truth(each)
                for each in slices:
                    rows = np.flatnonzero(truth)
                    truth[rows] = _bucket(each, self._numbers[rows])
                return truth
            case AnyOf(nodes=nodes):
                truth = np.zeros(len(self._numbers), dtype=np.bool_)
                for each in nodes:
                    truth |= self.truth(each)
                return truth
            case NotOf(node=negated):
                return ~self.truth(negated)
            case Slice():
                return _bucket(node, self._numbers)
            case MemberOf(place=place):
                return self.members[place] if place >= 0 else np.zeros(len(self._numbers), dtype=np.bool_)


def _bucket(node: Slice, numbers: Hashes) -> Truth:
    bucket = 100 * uniform(numbers, node.salt)
    return (bucket >= node.low) & (bucket < node.high)


def _node(tree: Tree, known: tuple[dict[Part, int], Mapping[str, int], Traits, Set[str]]) -> Node:
    match tree:
        case {"all": nodes}:
            inner = [_node(each, known) for each in nodes]
            slices = tuple(each for each in inner if isinstance(each, Slice))
            return AllOf(tuple(each for each in inner if not isinstance(each, Slice)), slices)
        case {"any": nodes}:
            return AnyOf(tuple(_node(each, known) for each in nodes))
        case {"not": negated}:
            return NotOf(_node(negated, known))
        case {"percent": [low, high]}:
            return Slice(float(low), float(high), hash_text("percent", str(tree.get("salt", ""))))
        case {"audience": identity}:
            return MemberOf(known[1].get(identity, -1))
        case {"tag": identity} if identity in known[3]:
            return _node(tag_condition(identity), known)
        case {"tag": identity}:
            return MemberOf(known[1].get(TAG + identity, -1))
        case _:
            answers = tuple(_answer(part, known[0]) for part in parts_of(tree, known[2]))
            return answers[0] if len(answers) == 1 else AllOf(answers, ())


def _answer(part: Part, parts: dict[Part, int]) -> Answer:
    return Answer(parts.setdefault(part, len(parts)))


def _meanings(ordered: Sequence[Definition], traits: Traits, put: Set[str]) -> Hashes:
    meanings: dict[str, int] = {TAG + tag: 1 for tag in put}
    for each in ordered:
        tree = each.body["where"]
        named = sorted(_trait_names(tree) & set(traits))
        others = sorted(references(tree))
        meaning = [tree, [traits[name] for name in named], [meanings.get(other, 0) for other in others]]
        meanings[each.id] = hash_bytes(canonical_json(meaning))
    return np.array([meanings[each.id] for each in ordered], dtype=np.uint64)


def _trait_names(tree: Any) -> set[str]:
    match tree:
        case {"all": nodes} | {"any": nodes}:
            return set[str]().union(*map(_trait_names, nodes))
        case {"not": negated}:
            return _trait_names(negated)
        case {"trait": name}:
            return {str(name)}
        case _:
            return set()
