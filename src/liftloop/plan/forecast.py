"""The frozen forecast of a plan's lift, how likely the goal is reached, and how likely the truth can be shown."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from scipy.special import ndtr

from liftloop.inference.intervals import Estimate, forecast_intervals
from liftloop.inference.power import Noise, Standard, detectable_effect, difference_error, holdout_needed, power_of
from liftloop.inference.shift import Surprise, shift_error
from liftloop.plan.effect_fit import Log
from liftloop.plan.policy_worth import Scores

PROOF = Standard(alpha=0.1, power=0.8)
"""A lift is shown when its 90% interval leaves zero out; four chances in five to see it are wanted."""
HOLDOUT_MIN = 0.05  # A smaller group meets too few of the events that a campaign must be judged by.
HOLDOUT_DEFAULT = 0.10
HOLDOUT_MAX = 0.5
ROWS_OF_A_CAMPAIGN_MIN = 500
SIGNAL_MIN = 1.0  # A campaign expected to move less than one standard error tells nothing of how much effects vary.


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
    """Return the smallest share left alone that proves `effect`, within sensible limits; the usual one if none does."""
    needed = holdout_needed(effect, noise, people=people, standard=PROOF) if effect and people else None
    if needed is None:
        return HOLDOUT_DEFAULT
    return min(max(needed / people, HOLDOUT_MIN), HOLDOUT_MAX)


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


def reach_probability(forecast: Forecast, goal: float) -> float:
    """Return the chance that the true lift is at least the goal (at most, where the goal is negative)."""
    error = math.hypot(forecast.evaluation, forecast.shift)
    distance = forecast.point - goal if goal >= 0 else goal - forecast.point
    return float(ndtr(distance / error)) if error > 0 else float(distance >= 0)


def past_surprises(log: Log, given: Scores) -> list[Surprise]:
    """Return, for each past campaign, how far its effect strayed from what the model expected of the same people.

    As a fraction of the expectation, so that campaigns of unlike strength compare; campaigns too small or too weak
    to tell are left out.
    """
    found: list[Surprise] = []
    chance = log.contacts.chance
    treated = chance[:, 1:].sum(axis=1)
    both = (treated > 0) & (chance[:, 0] > 0)
    rows = np.arange(log.contacts.count)
    expected = np.where(both, (chance[:, 1:] * given.effect[:, 1:]).sum(axis=1) / np.maximum(treated, 1e-12), 0.0)
    sign = np.where(log.contacts.arm > 0, 1.0 / np.maximum(treated, 1e-12), -1.0 / np.maximum(chance[:, 0], 1e-12))
    within = log.contacts.outcome - log.anyway - _own_average(given, chance, log.contacts.arm, rows)
    wrong = within * sign
    for campaign in np.unique(log.contacts.campaign):
        mask = both & (log.contacts.campaign == campaign)
        count = int(mask.sum())
        if count < ROWS_OF_A_CAMPAIGN_MIN:
            continue
        error, level = float(wrong[mask].std()) / math.sqrt(count), float(expected[mask].mean())
        if abs(level) > SIGNAL_MIN * error:
            found.append(Surprise(difference=float(wrong[mask].mean()) / abs(level), error=error / abs(level)))
    return found


def _own_average(
    given: Scores,
    chance: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    arm: np.ndarray[tuple[int], np.dtype[np.int64]],
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return given.effect[rows, arm] - (chance * given.effect).sum(axis=1)


def shift_of(effect: Estimate, surprises: Sequence[Surprise]) -> float:
    """Return the standard deviation of the next campaign's effect around its forecast, per person."""
    size = max(abs(effect.value), effect.error)
    relative = Estimate(value=1.0, error=0.0, units=0)
    return size * shift_error(relative.value, relative.error, surprises)
