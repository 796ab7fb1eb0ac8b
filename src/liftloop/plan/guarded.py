"""What a plan does to outcomes that must not be harmed, learned from the same random contacts as its own effect.

A rule is held against leaving everybody alone by inverse chances, over what is left of the outcome once a model of
other people has told what was to be expected (Robins, Rotnitzky and Zhao 1994). Chances are known, so the model
only lowers the noise.
"""

from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.intervals import z_two_sided
from liftloop.inference.ridge import added, fit_ridge, predict_linear, sums_of
from liftloop.plan.effects.fit import Log
from liftloop.plan.inputs import Contacts, Flags, Floats, Guarded, Integers, StudyInputs

CONFIDENCE = 0.9
ROWS_MIN = 500
"""Draws of either side below which nothing is said."""

Standing = Literal["harmed", "spared", "unclear"]


class GuardedEffect(Struct, frozen=True, kw_only=True):
    """What doing so adds to a guarded outcome per person in the window, with an interval corrected for all asked.

    `option` is the place of an option that was given up for this; None is
    the effect of the plan's own rule.
    """

    guarded: Guarded
    effect: float
    low: float
    high: float
    option: int | None = None

    @property
    def standing(self) -> Standing:
        """Say `harmed` where the whole interval is harm, `spared` where none of it is."""
        falls = self.guarded.comparison == "no_drop"
        if (self.high if falls else -self.low) < 0:
            return "harmed"
        return "spared" if (self.low if falls else -self.high) >= 0 else "unclear"


def guarded_effects(log: Log, choice: Integers, guarded: tuple[Guarded, ...]) -> tuple[GuardedEffect, ...]:
    """Return what `choice` [rows] does to each guarded outcome; what is too thin to tell is left out."""
    outcomes = log.contacts.guarded
    if outcomes is None:
        return ()
    z = z_two_sided(1 - (1 - CONFIDENCE) / max(len(guarded), 1))
    found = [_effect(log, _left(log, outcomes[:, place]), choice, (each, z)) for place, each in enumerate(guarded)]
    return tuple(each for each in found if each is not None)


def harmful_options(log: Log, guarded: tuple[Guarded, ...]) -> tuple[GuardedEffect, ...]:
    """Return the options that surely harm an outcome which the goal itself guards, among those who could have them.

    All options and outcomes asked about share one error.
    """
    outcomes, arms = log.contacts.guarded, log.contacts.chance.shape[1]
    named = [(place, each) for place, each in enumerate(guarded) if each.named]
    if outcomes is None or not named:
        return ()
    z = z_two_sided(1 - (1 - CONFIDENCE) / (len(named) * (arms - 1)))
    found: list[GuardedEffect] = []
    for place, each in named:
        left = _left(log, outcomes[:, place])
        for arm in range(1, arms):
            open_to = np.where(log.contacts.chance[:, arm] > 0, arm, 0)
            effect = _effect(log, left, open_to, (each, z))
            if effect is not None and effect.standing == "harmed":
                found.append(_among(effect, float((open_to > 0).mean()), arm - 1))
    return tuple(found)


def without(inputs: StudyInputs, contacts: Contacts, given_up: tuple[GuardedEffect, ...]) -> StudyInputs:
    """Return the inputs with options that were given up open to nobody, neither as a choice nor to explore."""
    closed: Flags = np.zeros(len(inputs.options), dtype=np.bool_)
    closed[[each.option for each in given_up if each.option is not None]] = True
    people = replace(inputs.people, reach=inputs.people.reach & ~closed)
    return replace(inputs, people=people, contacts=replace(contacts, reach=contacts.reach & ~closed))


def _among(effect: GuardedEffect, share: float, option: int) -> GuardedEffect:
    """Return an effect over everybody as one over the `share` of them who could have the option."""
    low, high = effect.low / share, effect.high / share
    return replace(effect, effect=effect.effect / share, low=low, high=high, option=option)


def _effect(log: Log, left: Floats | None, choice: Integers, asked: tuple[Guarded, float]) -> GuardedEffect | None:
    """Return what `choice` adds to an outcome of which `left` is what nobody expected; None where it is too thin."""
    guarded, z = asked
    if left is None:
        return None
    chance, arm = log.contacts.chance, log.contacts.arm
    differs = choice > 0
    treated, alone = differs & (arm == choice), differs & (arm == 0)
    if min(int(treated.sum()), int(alone.sum())) < ROWS_MIN:
        return None
    rows = np.arange(choice.size)
    weight = treated / np.maximum(chance[rows, choice], 1e-9) - alone / np.maximum(chance[:, 0], 1e-9)
    score = weight * left
    people = int(log.person.max()) + 1
    value = float(score.mean())
    by_person = np.bincount(log.person, weights=score - value, minlength=people)
    error = float(np.sqrt(np.square(by_person).sum())) / choice.size
    return GuardedEffect(
        guarded=guarded,
        effect=value,
        low=value - z * error,
        high=value + z * error,
    )


def _left(log: Log, outcome: Floats) -> Floats | None:
    """Return what a model of other folds' people did not expect of the outcome [rows]; None where nobody had any."""
    if not outcome.any():
        return None
    design, folds = log.drawn.people.astype(np.float32), np.unique(log.fold)
    sums = {int(fold): sums_of(design[log.fold == fold], outcome[log.fold == fold]) for fold in folds}
    expected = np.zeros(outcome.size)
    for fold in sums:
        others = [part for name, part in sums.items() if name != fold]
        mine = log.fold == fold
        expected[mine] = predict_linear(design[mine], fit_ridge(added(others))) if others else 0.0
    return outcome - expected
