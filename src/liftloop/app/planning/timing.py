"""When a plan starts whom: waves as the goal names them, or phases where wishes or the shop's rules ask for them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec.structs import replace

from liftloop.app.planning.terms import daily_of
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.inputs import Integers, StudyInputs
from liftloop.plan.phases import Load, phases_of, spread_of, waves_of
from liftloop.plan.reading import turns_ms
from liftloop.plan.terms import PlanningRules

DAYS_MIN = 7
"""A shorter window leaves no phase the time to be one."""


def timed(inputs: StudyInputs, channels: Mapping[str, Mapping[str, Any]], rules: PlanningRules) -> StudyInputs:
    """Return the inputs with the spread over time that the goal, its people and channels ask for.

    Waves that the goal names go before phases; without either, everybody starts at once.
    """
    if inputs.goal.waves is not None:
        return replace(inputs, spread=waves_of(inputs.goal.waves, _load(inputs, channels)))
    wished = inputs.wishes.phases
    if not (rules.phases if wished is None else wished) or inputs.window_days < DAYS_MIN:
        return inputs
    return replace(inputs, spread=spread_of(phases_of(_load(inputs, channels))))


def _load(inputs: StudyInputs, channels: Mapping[str, Mapping[str, Any]]) -> Load:
    by_channel = daily_of(channels)
    used = {option.channel.id for option in inputs.options}
    unlimited = not used or not used <= by_channel.keys()
    return Load(
        people=int(inputs.people.reach.any(axis=1).sum()),
        response=inputs.order_share * inputs.window_days * DAY_MS / (30 * DAY_MS),
        per_day=0.0 if unlimited else sum(by_channel[each] for each in used),
        window_days=inputs.window_days,
    )


def starts_ms(inputs: StudyInputs) -> Integers:
    """Return [people] the instant at which each person's turn is."""
    people = inputs.people
    if inputs.spread is None:
        return np.full(people.count, inputs.now_ms)
    return inputs.now_ms + turns_ms(people.profile, inputs.salt, inputs.spread)
