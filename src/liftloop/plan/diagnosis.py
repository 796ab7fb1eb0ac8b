"""Where a metric is lost and for whom: two windows compared, and groups compared with everybody else.

What is named has passed a correction for everything that was looked at; the rest is not told.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import Estimate, z_two_sided
from liftloop.inference.together import benjamini_hochberg, p_value, selected_confidence
from liftloop.plan.inputs import Flags, Floats
from liftloop.plan.options import Words

FALSE_SHARE = 0.1
"""Of the groups that are named, so many are named by chance alone."""
PARTS_MAX = 3
"""Of each kind: more is a table and not a diagnosis."""
GROUP_PEOPLE_MIN = 100
CONFIDENCE = 0.9

Kind = Literal["fell", "below_rest"]


class Group(Struct, frozen=True, kw_only=True):
    """People who may be a reason: a tree of an audience, by which they can be looked at."""

    name: Words
    tree: Mapping[str, Any]


class Part(Struct, frozen=True, kw_only=True):
    """One group that lost: its level beside what it is compared with (its own before, or the rest now).

    `low` and `high` bound the difference, allowing for all groups looked at. `contribution` is what the whole metric
    would gain if the difference were nil, signed as the metric is; `people` are in the group now.
    """

    kind: Kind
    name: Words
    tree: Mapping[str, Any]
    people: int
    value: float
    compared: float
    low: float
    high: float
    contribution: float


class Step(Struct, frozen=True, kw_only=True):
    """A step on the way to the outcome: the share of people who took it, now and the window before."""

    name: Words
    now: float
    before: float


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What was found; `looked` is how many comparisons were made for it. Levels are per person."""

    now: float
    before: float
    change_low: float
    change_high: float
    people: int
    parts: tuple[Part, ...]
    steps: tuple[Step, ...]
    looked: int


class Seen(Struct, frozen=True, kw_only=True, eq=False):
    """People at the start of the last window and of the one before it, one row each.

    `value` is the outcome within the window, `latest` whether the row is of the last window; `member` [groups, rows].
    `stands_for` is how many people a row is.
    """

    value: Floats
    latest: Flags
    member: Flags
    stands_for: int


class _Compared(Struct, frozen=True, kw_only=True):
    place: int
    kind: Kind
    difference: Estimate
    value: float
    compared: float
    people: int
    share: float


def diagnose(seen: Seen, groups: Sequence[Group], steps: Sequence[Step], good: float) -> Diagnosis | None:
    """Return where the metric is lost; None without people or outcomes. `good` is 1 if more is better, else -1."""
    now, before = seen.value[seen.latest], seen.value[~seen.latest]
    if min(now.size, before.size) < GROUP_PEOPLE_MIN or not seen.value.any():
        return None
    change = _difference(now, before)
    looked = [each for place in range(len(groups)) for each in _comparisons(seen, place)]
    reach = z_two_sided(CONFIDENCE) * change.error
    return Diagnosis(
        now=float(now.mean()),
        before=float(before.mean()),
        change_low=change.value - reach,
        change_high=change.value + reach,
        people=now.size * seen.stands_for,
        parts=_parts(looked, groups, good, seen.stands_for),
        steps=tuple(steps),
        looked=len(looked),
    )


def _comparisons(seen: Seen, place: int) -> list[_Compared]:
    """Return a group's level beside its own before and beside the rest's now, where there are people enough."""
    inside = seen.member[place]
    mine, past = seen.value[inside & seen.latest], seen.value[inside & ~seen.latest]
    rest = seen.value[~inside & seen.latest]
    found: list[_Compared] = []
    pairs: tuple[tuple[Kind, Floats], ...] = (("fell", past), ("below_rest", rest))
    for kind, other in pairs:
        if min(mine.size, other.size) < GROUP_PEOPLE_MIN:
            continue
        found.append(
            _Compared(
                place=place,
                kind=kind,
                difference=_difference(mine, other),
                value=float(mine.mean()),
                compared=float(other.mean()),
                people=mine.size,
                share=mine.size / int(seen.latest.sum()),
            )
        )
    return found


def _difference(one: Floats, other: Floats) -> Estimate:
    error = math.sqrt(one.var() / one.size + other.var() / other.size)
    return Estimate(value=float(one.mean() - other.mean()), error=error, units=one.size + other.size)


def _parts(looked: Sequence[_Compared], groups: Sequence[Group], good: float, stands_for: int) -> tuple[Part, ...]:
    if not looked:
        return ()
    likely = benjamini_hochberg([p_value(each.difference) for each in looked])
    worse = np.array([good * each.difference.value < 0 for each in looked])
    chosen = (likely <= FALSE_SHARE) & worse
    confidence = selected_confidence(chosen, 1 - CONFIDENCE)
    found: list[Part] = []
    for kind in ("fell", "below_rest"):
        mine = [each for each, named in zip(looked, chosen, strict=True) if named and each.kind == kind]
        mine.sort(key=lambda each: good * each.difference.value * each.share)
        found += [_part(each, groups[each.place], confidence, stands_for) for each in mine[:PARTS_MAX]]
    return tuple(found)


def _part(each: _Compared, group: Group, confidence: float, stands_for: int) -> Part:
    reach = z_two_sided(confidence) * each.difference.error
    return Part(
        kind=each.kind,
        name=group.name,
        tree=group.tree,
        people=each.people * stands_for,
        value=each.value,
        compared=each.compared,
        low=each.difference.value - reach,
        high=each.difference.value + reach,
        contribution=-each.difference.value * each.share,
    )
