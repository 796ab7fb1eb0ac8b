"""Which tables a question about people needs, and which of them everybody must be in of whom it holds."""

from typing import assert_never

from msgspec import Struct

from liftloop.storage.question import (
    AllOf,
    AnyOf,
    Attribute,
    Bound,
    Elapsed,
    Followed,
    Happened,
    Leaf,
    NotOf,
    Question,
    Slice,
    Stream,
)


class Joined(Struct, frozen=True):
    """One table with a row a person, by what it holds."""

    of: Stream | Followed | Attribute
    property: str | None
    """What is added up; None where nothing is."""
    words: bool
    """Whether values are told apart as words."""


def asks(leaf: Leaf) -> list[tuple[Joined, str]]:
    """Return the tables that a leaf reads, with the columns."""
    match leaf:
        case Happened():
            table = Joined(leaf.stream, leaf.property, leaf.aggregate == "distinct")
            columns = ("sum", "count") if leaf.aggregate == "avg" else (leaf.aggregate,)
            return [(table, each) for each in columns]
        case Elapsed():
            return [(Joined(leaf.stream, "", words=False), leaf.aggregate)]
        case Followed():
            return [(Joined(leaf, None, words=False), "there")]
        case Slice():
            return []
        case _:
            return [(Joined(leaf.attribute, None, words=False), "text")]


def leaves(question: Question) -> list[Leaf]:
    match question:
        case AllOf() | AnyOf():
            return [leaf for each in question.questions for leaf in leaves(each)]
        case NotOf():
            return leaves(question.question)
        case _:
            return [question]


def found_in(question: Question) -> frozenset[Joined] | None:
    """Return tables in one of which everybody is of whom a question holds; None where others may be too."""
    match question:
        case AllOf():
            some = [found for each in question.questions if (found := found_in(each)) is not None]
            return min(some, key=len) if some else None
        case AnyOf():
            every = [found_in(each) for each in question.questions]
            return None if None in every else frozenset[Joined]().union(*(each for each in every if each is not None))
        case NotOf() | Slice():
            return None
        case Happened(aggregate="count" | "sum" | "distinct") if all(_passes_zero(each) for each in question.bounds):
            return None
        case _:
            return frozenset({asks(question)[0][0]})


def required(question: Question) -> frozenset[Joined]:
    """Return the tables in all of which everybody is of whom a question holds."""
    match question:
        case AllOf():
            return frozenset[Joined]().union(*(required(each) for each in question.questions))
        case AnyOf():
            every = [required(each) for each in question.questions]
            return frozenset.intersection(*every) if every else frozenset()
        case _:
            return found_in(question) or frozenset()


def _passes_zero(bound: Bound) -> bool:
    match bound.word:
        case "gte":
            return bound.value <= 0
        case "gt":
            return bound.value < 0
        case "lte":
            return bound.value >= 0
        case "lt":
            return bound.value > 0
        case "eq":
            return bound.value == 0
        case _:
            assert_never(bound.word)
