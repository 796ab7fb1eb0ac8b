"""The frozen forecast of a plan's lift, how likely the goal is reached, and how likely the truth can be shown."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.inference.calibration import CONFORMAL_MIN, LEVELS, Foretold, recalibrated
from liftloop.inference.intervals import Estimate, Interval, forecast_intervals
from liftloop.inference.late import ndtr
from liftloop.inference.power import Noise, Standard, detectable_effect, difference_error, holdout_needed, power_of
from liftloop.inference.strength import Strength, StrengthNow
from liftloop.plan.policy.selection import Tested

PROOF = Standard(alpha=0.1, power=0.8)
"""A lift is shown when its 90% interval leaves zero out; four chances in five to see it are wanted."""
HOLDOUT_MIN = 0.05  # A smaller group meets too few of the events that a campaign must be judged by.
HOLDOUT_DEFAULT = 0.10
HOLDOUT_MAX = 0.2  # Proof that costs more than a fifth of the people is for its owner to ask for.
ROWS_OF_A_CAMPAIGN_MIN = 500
SIGNAL_MIN = 0.5  # A campaign expected to move less than half a standard error tells nothing of how effects vary.


class Forecast(Struct, frozen=True, kw_only=True):
    """Lift over the eligible people, in the plan's kind; `assumed` where nothing was learned from."""

    point: float
    i50: tuple[float, float]
    i80: tuple[float, float]
    i90: tuple[float, float]
    assumed: bool
    evaluation: float
    measurement: float
    shift: float


class Design(Struct, frozen=True, kw_only=True):
    """The coming experiment: how many are treated and held out, and the spread of one person's outcome."""

    treated: int
    held_out: int
    noise: Noise

    def error(self) -> float:
        return difference_error(self.noise, treated=self.treated, held_out=self.held_out)

    def detectable(self) -> float:
        return detectable_effect(self.noise, treated=self.treated, held_out=self.held_out, standard=PROOF)

    def power(self, effect: float) -> float:
        return power_of(effect, self.error(), PROOF.alpha) if math.isfinite(self.error()) else 0.0


def holdout_share(effect: float, noise: Noise, people: int) -> float:
    """Return the smallest share left alone that proves `effect`, within sensible limits; the largest if none does."""
    needed = share_needed(effect, noise, people)
    return HOLDOUT_MAX if needed is None else min(max(needed, HOLDOUT_MIN), HOLDOUT_MAX)


def share_needed(effect: float, noise: Noise, people: int) -> float | None:
    """Return the share left alone that proves `effect`, None where even half of the people would not."""
    needed = holdout_needed(effect, noise, people=people, standard=PROOF) if effect and people else None
    return None if needed is None else needed / people


def forecast_of(effect: Estimate, shift: float, design: Design, unit: float) -> Forecast:
    """Return the forecast of `effect` (per person) divided by `unit`: the baseline for a relative lift, else 1."""
    measurement = design.error() if math.isfinite(design.error()) else 0.0
    errors = (effect.error / unit, measurement / unit, shift / unit)
    point = effect.value / unit
    half, most, nine = forecast_intervals(point, errors=errors)
    return Forecast(
        point=point,
        i50=(half.low, half.high),
        i80=(most.low, most.high),
        i90=(nine.low, nine.high),
        assumed=False,
        evaluation=errors[0],
        measurement=errors[1],
        shift=errors[2],
    )


def retold(forecast: Forecast, ledger: Sequence[Foretold]) -> Forecast:
    """Return a forecast whose ranges are as wide as the ledger of past ones shows they must be.

    While the ledger is short the ranges stay as they are; the parts of the error stay in any case, so that later rows
    of the ledger are judged by the model's own error.
    """
    error = math.hypot(forecast.evaluation, forecast.measurement, forecast.shift)
    if forecast.assumed or not error > 0 or len(ledger) < CONFORMAL_MIN:
        return forecast
    given = zip(LEVELS, (forecast.i50, forecast.i80, forecast.i90), strict=True)
    first, second, third = (Interval(confidence=level, low=low, high=high) for level, (low, high) in given)
    half, most, nine = recalibrated(ledger, forecast.point, error, (first, second, third))
    return replace(forecast, i50=(half.low, half.high), i80=(most.low, most.high), i90=(nine.low, nine.high))


def reach_probability(forecast: Forecast, goal: float) -> float:
    """Return the chance that the true lift is at least the goal (at most, where the goal is negative)."""
    error = math.hypot(forecast.evaluation, forecast.shift)
    distance = forecast.point - goal if goal >= 0 else goal - forecast.point
    return float(ndtr(distance / error)) if error > 0 else float(distance >= 0)


def past_strengths(seen: Tested) -> list[Strength]:
    """Return, for each past campaign, how strong its effect was as a multiple of what was expected of it.

    The multiple is the slope of the outcome on what had been expected of those drawn, so that campaigns of unlike
    strength and options compare; campaigns too small or too weak to tell are left out.
    """
    log = seen.log
    fitted = seen.expected @ seen.calibration.slopes / seen.calibration.lasting
    target = log.surprise
    found: list[Strength] = []
    for campaign in np.unique(log.contacts.campaign):
        mask = log.contacts.campaign == campaign
        spread = float(np.square(fitted[mask]).sum())
        if int(mask.sum()) < ROWS_OF_A_CAMPAIGN_MIN or spread == 0:
            continue
        multiple = float((fitted * target)[mask].sum()) / spread
        error = math.sqrt(float(np.square(fitted * (target - multiple * fitted))[mask].sum())) / spread
        if error < 1 / SIGNAL_MIN:
            found.append(Strength(years=float(log.years[mask].mean()), multiple=multiple, error=error))
    return found


def shift_of(effect: Estimate, strength: StrengthNow) -> float:
    """Return the standard deviation of the next campaign's effect around the strength of now, per person."""
    return max(abs(effect.value), effect.error) * strength.own
