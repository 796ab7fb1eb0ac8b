"""Which tags contradict or repeat each other, by the people who have them: sets of people as roaring bitmaps."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pyroaring import BitMap64

from liftloop.audience.contract import Tag

ALIKE_SHARE = 0.9
"""Tags whose people are the same to nine tenths say the same."""
ALIKE_PEOPLE_MIN = 20
"""Fewer people may have two tags by chance."""

ConflictKind = Literal["exclusive", "alike", "same_name"]


class Conflict(Struct, frozen=True, kw_only=True):
    """What is between a tag and another."""

    kind: ConflictKind
    tag: str
    people: int
    """How many have both."""
    share: float
    """Of those who have either, the share that has both."""


def conflicts_of(tags: Mapping[str, Tag], members: Mapping[str, NDArray[np.int64]]) -> dict[str, list[Conflict]]:
    """Return the conflicts of each tag, on both sides: people of tags that exclude each other, and repetitions."""
    people = {identity: BitMap64(numbers.tolist()) for identity, numbers in members.items()}
    found: dict[str, list[Conflict]] = {identity: [] for identity in tags}
    for one, other in _excluding(tags):
        if people[one] & people[other]:
            _add(found, people, "exclusive", (one, other))
    # Of two sets whose sizes differ by more than a tenth no nine tenths are the same: only neighbours are compared.
    ranked = sorted((len(held), identity) for identity, held in people.items() if len(held) >= ALIKE_PEOPLE_MIN)
    for place, (size, one) in enumerate(ranked):
        for larger, other in ranked[place + 1 :]:
            if size < ALIKE_SHARE * larger:
                break
            if people[one].jaccard_index(people[other]) >= ALIKE_SHARE:
                _add(found, people, "alike", (one, other))
    named: dict[str, list[str]] = {}
    for identity, tag in tags.items():
        named.setdefault("".join(tag.name.split()).casefold(), []).append(identity)
    for same in named.values():
        for one, other in pairwise(same):
            _add(found, people, "same_name", (one, other))
    return found


def _excluding(tags: Mapping[str, Tag]) -> list[tuple[str, str]]:
    pairs = {tuple(sorted((one, other))) for one, tag in tags.items() for other in tag.excludes if other in tags}
    return sorted((one, other) for one, other in pairs)


def _add(
    found: dict[str, list[Conflict]], people: Mapping[str, BitMap64], kind: ConflictKind, pair: tuple[str, str]
) -> None:
    one, other = pair
    both, either = len(people[one] & people[other]), len(people[one] | people[other])
    share = both / either if either else 0.0
    found[one].append(Conflict(kind=kind, tag=other, people=both, share=share))
    found[other].append(Conflict(kind=kind, tag=one, people=both, share=share))
