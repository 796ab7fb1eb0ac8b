"""Whom a plan would do worst by: its effect in every group that the log can tell, corrected for asking about so many.

Doubly robust scores of the rule's choice against being left alone (Robins, Rotnitzky and Zhao 1994), by predictions
that never saw the person, averaged within groups.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import z_two_sided
from liftloop.plan.effects.fit import Log
from liftloop.plan.inputs import Column, Flags, Floats, Integers

CONFIDENCE = 0.9
FEATURES_MAX = 8  # The first features are what people did; with three groups each, two dozen questions are enough.
ROWS_MIN = 500


class GroupEffect(Struct, frozen=True, kw_only=True):
    """The effect on those whose `feature` lies in [low, high], per person; the interval is corrected for all groups."""

    feature: str
    low: float
    high: float
    effect: float
    effect_low: float
    effect_high: float
    groups: int

    @property
    def harmed(self) -> bool:
        return self.effect_high < 0


def worst_group(log: Log, predicted: Floats, choice: Integers) -> GroupEffect | None:
    """Return the group that `choice` [rows] harms most for certain, else the one that it might harm most.

    `predicted` [rows, arms] are out of fold. None where no group has rows enough to be told.
    """
    score = policy_scores(log, predicted, choice)
    groups = _groups(log.contacts.features)
    told = [(name, span, inside) for name, span, inside in groups if int(inside.sum()) >= ROWS_MIN]
    if not told:
        return None
    reach = z_two_sided(1 - (1 - CONFIDENCE) / len(told))
    found: list[GroupEffect] = []
    for name, (low, high), inside in told:
        mine = score[inside]
        error = reach * float(mine.std()) / np.sqrt(mine.size)
        effect = float(mine.mean())
        found.append(
            GroupEffect(
                feature=name,
                low=low,
                high=high,
                effect=effect,
                effect_low=effect - error,
                effect_high=effect + error,
                groups=len(told),
            )
        )
    harmed = [each for each in found if each.harmed]
    return min(harmed, key=lambda each: each.effect_high) if harmed else min(found, key=lambda each: each.effect_low)


def policy_scores(log: Log, predicted: Floats, choice: Integers) -> Floats:
    """Return [rows] unbiased scores of what `choice` adds over leaving the person alone."""
    rows = np.arange(choice.size)
    chance, arm = log.contacts.chance, log.contacts.arm
    surprise = log.whole_surprise - (predicted[rows, arm] - (chance * predicted).sum(axis=1))
    weight = (arm == choice) / np.maximum(chance[rows, choice], 1e-9) - (arm == 0) / np.maximum(chance[:, 0], 1e-9)
    return predicted[rows, choice] - predicted[:, 0] + weight * surprise


def _groups(features: Mapping[str, Column]) -> list[tuple[str, tuple[float, float], Flags]]:
    """Return thirds of the first features, and both halves of those that are yes or no."""
    found: list[tuple[str, tuple[float, float], Flags]] = []
    for name in list(features)[:FEATURES_MAX]:
        values = features[name].astype(np.float64)
        known = values[np.isfinite(values)]
        if not known.size:
            continue
        cuts = np.unique(np.quantile(known, [0, 1 / 3, 2 / 3, 1]))
        for place, (low, high) in enumerate(pairwise(cuts.tolist())):
            last = place == cuts.size - 2
            inside = (values >= low) & ((values <= high) if last else (values < high))
            found.append((name, (low, high), inside))
    return found
