"""A plan over time: in which phases people start, and what is left of an effect for those who start later."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.plan.contract import Phase, PhaseName, Spread
from liftloop.plan.goal.contract import Waves
from liftloop.plan.inputs import Floats
from liftloop.plan.options import Option

DAY_S = 86_400
MINUTE_S = 60
WARM_UP_MIN, WARM_UP_MAX = 0.1, 0.3
"""Enough people to learn from before most are reached; more would leave too few to use it on."""
RESPONSES_WANTED = 100
"""In the warm-up: fifty for each of two ways, the least that a batch of steering is closed with."""
ENCORE_SHARE = 0.25
SPAN_PART = 0.4
"""Of the window: whoever starts later has too little of it left to do what is counted."""
SPAN_PART_MAX = 0.6
"""Where channels need longer: beyond, most of what is sent could not count any more."""
WARM_UP_PART, ENCORE_PART = 0.2, 0.3
"""Of the span; the main phase has the rest."""
WAVES_A_DAY = 4
WAVES_MAX = 60
STARTS_MAX = 1_000
"""As many waves as a journey takes."""


class Load(Struct, frozen=True, kw_only=True):
    """What phases must carry: so many people, of whom `response` answer, through channels with so much a day in all.

    `per_day` 0 is as much as one likes.
    """

    people: int
    response: float
    per_day: float
    window_days: int


def phases_of(load: Load) -> tuple[Phase, ...]:
    """Return warm-up, main phase and encore, derived from learning, capacity and the window.

    The warm-up is as large as it takes to tell two ways apart. All three are as long as the channels need for
    everybody, but at least two fifths of the window and at most three.
    """
    wanted = RESPONSES_WANTED / max(load.response * load.people, 1e-9)
    warm_up = round(min(max(wanted, WARM_UP_MIN), WARM_UP_MAX), 2)
    span = _span_days(load)
    first, last = span * WARM_UP_PART, span * ENCORE_PART
    return (
        _phase("warm_up", warm_up, (0.0, first)),
        _phase("main", round(1 - warm_up - ENCORE_SHARE, 2), (first, span - last)),
        _phase("encore", ENCORE_SHARE, (span - last, span)),
    )


def _span_days(load: Load) -> float:
    needed = load.people / load.per_day if load.per_day > 0 else 0.0
    return min(max(SPAN_PART * load.window_days, needed), max(SPAN_PART_MAX * load.window_days, 1.0))


def spread_of(phases: Sequence[Phase]) -> Spread:
    """Return the spread of some phases, one after the other."""
    last = phases[-1]
    return Spread(over_s=last.from_s + last.over_s, waves=sum(phase.waves for phase in phases), phases=tuple(phases))


def waves_of(waves: Waves, load: Load) -> Spread:
    """Return the spread of waves as somebody asked for them.

    Where only their number was said they begin evenly, in whole days where there are enough, over what phases would
    take; where only the time between them, as many as begin a whole such time before the window is over.
    """
    every_s, count = waves.every_s, waves.count
    if every_s is None:
        assert count is not None, "waves have a number or a time between them"
        apart_s = int(_span_days(load) * DAY_S / count)
        step_s = DAY_S if apart_s >= DAY_S else MINUTE_S
        every_s = max(apart_s // step_s, 1) * step_s
    if count is None:
        count = min(max(load.window_days * DAY_S // every_s, 1), STARTS_MAX)
    return Spread(over_s=count * every_s, waves=count)


def _phase(name: PhaseName, share: float, days: tuple[float, float]) -> Phase:
    from_s, to_s = (round(each * DAY_S) for each in days)
    waves = min(max(math.ceil((days[1] - days[0]) * WAVES_A_DAY), 1), WAVES_MAX)
    return Phase(name=name, share=share, from_s=from_s, over_s=max(to_s - from_s, 1), waves=waves)


def kept_of(options: Sequence[Option], window_days: int, spread: Spread | None, lead_s: Floats) -> Floats:
    """Return [1 + options] which part of an effect is left where people start later than at once.

    An effect is taken to come evenly over the offer's validity, or the window where that is shorter; `lead_s` [options]
    is how long an option waits in any case. The mean over when people start.
    """
    starts_s, weight = _starts(spread)
    window_s = window_days * DAY_S
    found = np.ones(len(options) + 1)
    for place, option in enumerate(options):
        lasts = min(option.valid_days, window_days) * DAY_S
        left = np.clip((window_s - np.maximum(starts_s, lead_s[place])) / lasts, 0.0, 1.0)
        found[place + 1] = float(left @ weight)
    return found


def started_by(spread: Spread | None, since_s: float) -> float:
    """Return which share of the people has had its turn so long after the start; all at once without a spread."""
    starts_s, weight = _starts(spread)
    return float(weight[starts_s <= since_s].sum())


def passed(spread: Spread, since_s: float) -> float:
    """Return which share of the people has had its time so long after the start, counting parts of waves as they pass.

    Other than `started_by` it grows evenly within each phase, so that it says how much is still to come.
    """
    parts = spread.phases or (Phase(name="main", share=1.0, from_s=0, over_s=spread.over_s, waves=spread.waves),)
    return sum(part.share * min(max((since_s - part.from_s) / part.over_s, 0.0), 1.0) for part in parts)


def _starts(spread: Spread | None) -> tuple[Floats, Floats]:
    """Return when parts of the people start, in the middle of their waves, and how large each part is."""
    if spread is None:
        return np.zeros(1), np.ones(1)
    parts = spread.phases or (Phase(name="main", share=1.0, from_s=0, over_s=spread.over_s, waves=spread.waves),)
    starts = [part.from_s + (np.arange(part.waves)) * part.over_s / part.waves for part in parts]
    weight = [np.full(part.waves, part.share / part.waves) for part in parts]
    return np.concatenate(starts).astype(np.float64), np.concatenate(weight)
