"""How people of several groups lie over each other, counted on roaring bitmaps of their profile numbers."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pyroaring import BitMap

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

Numbers = NDArray[np.int64]
GroupKind = Literal["audience", "campaign"]

GROUPS_MAX = 20
"""Groups compared in one question: a million people in each are 20 bitmaps of at most 8 MB and a table one can read."""
NUMBER_MAX = 2**32 - 1
"""The largest profile number that a bitmap holds: four billion people."""


class Group(Struct, frozen=True, kw_only=True):
    """An audience, or the people whom a running campaign assigned."""

    kind: GroupKind
    id: str
    name: str


class Crossing(Struct, frozen=True, kw_only=True):
    """One group beside the one asked about: `both`, and those who are in one of the two alone."""

    group: Group
    count: int
    both: int
    only_this: int
    only_other: int


class Overlap(Struct, frozen=True, kw_only=True):
    count: int
    crossings: Sequence[Crossing]
    """Largest overlap first."""


class Matrix(Struct, frozen=True, kw_only=True):
    """Every group with every other; `both[i][j]` people are in the i-th and the j-th, `both[i][i]` in the i-th."""

    groups: Sequence[Group]
    both: Sequence[Sequence[int]]


class TooManyGroups(LiftloopError):
    """More groups than one question compares."""

    def __init__(self, given: int) -> None:
        super().__init__(
            "too_many_groups",
            zh=f"一次最多比较 {GROUPS_MAX} 个人群，这次有 {given} 个",
            en=f"at most {GROUPS_MAX} groups are compared at once, these are {given}",
            next_zh="选出要比较的几个",
            next_en="name the ones to compare",
            status=422,
            exit_code=EXIT_USAGE,
        )


def check_groups(given: int) -> None:
    """Raise `TooManyGroups` where one question names more than are compared at once."""
    if given > GROUPS_MAX:
        raise TooManyGroups(given)


def bitmap(numbers: Numbers) -> BitMap:
    """Return profile numbers as a bitmap; by way of `array` a million take 20 ms, as a plain buffer 40."""
    assert not len(numbers) or (int(numbers.min()) >= 0 and int(numbers.max()) <= NUMBER_MAX), "not profile numbers"
    return BitMap(array("I", numbers.astype(np.uint32).tobytes()))


def overlap(people: BitMap, others: Mapping[Group, BitMap]) -> Overlap:
    crossings = [_crossing(people, group, other) for group, other in others.items()]
    return Overlap(
        count=len(people), crossings=sorted(crossings, key=lambda each: (-each.both, each.group.name, each.group.id))
    )


def matrix(groups: Mapping[Group, BitMap]) -> Matrix:
    held = list(groups.values())
    both = [[0] * len(held) for _ in held]
    for row, one in enumerate(held):
        for column in range(row, len(held)):
            both[row][column] = both[column][row] = one.intersection_cardinality(held[column])
    return Matrix(groups=list(groups), both=both)


def _crossing(people: BitMap, group: Group, other: BitMap) -> Crossing:
    both = people.intersection_cardinality(other)
    return Crossing(
        group=group, count=len(other), both=both, only_this=len(people) - both, only_other=len(other) - both
    )
