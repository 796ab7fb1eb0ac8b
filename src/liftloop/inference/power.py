"""How large an effect an experiment can show, how likely it is to show one, and how many must be left alone.

Everything is for the two-sided test of a difference in means between a treated group and a holdout.
"""

import math

from msgspec import Struct

from liftloop.inference.late import ndtr, ndtri


class Standard(Struct, frozen=True, kw_only=True):
    """What counts as proof: false-positive rate of the two-sided test, and the power wanted."""

    alpha: float = 0.05
    power: float = 0.8


class Noise(Struct, frozen=True, kw_only=True):
    """The spread of one unit's outcome.

    `explained` is the share of variance that the adjustment (CUPED) removes;
    `design_effect` is what clustering multiplies the variance by.
    """

    deviation: float
    explained: float = 0.0
    design_effect: float = 1.0

    def variance(self) -> float:
        return self.deviation**2 * (1.0 - self.explained) * self.design_effect


def binary_noise(rate: float) -> Noise:
    """Return the noise of a yes/no outcome with this rate (a fraction)."""
    assert 0 <= rate <= 1
    return Noise(deviation=math.sqrt(rate * (1 - rate)))


def difference_error(noise: Noise, *, treated: int, held_out: int) -> float:
    """Return the standard error of the difference in means; infinite where a group is empty."""
    if treated <= 0 or held_out <= 0:
        return math.inf
    return math.sqrt(noise.variance() * (1 / treated + 1 / held_out))


def detectable_effect(noise: Noise, *, treated: int, held_out: int, standard: Standard) -> float:
    """Return the smallest absolute effect that is shown with the wanted power."""
    reach = float(ndtri(1 - standard.alpha / 2) + ndtri(standard.power))
    return reach * difference_error(noise, treated=treated, held_out=held_out)


def power_of(effect: float, error: float, alpha: float) -> float:
    """Return the chance that an effect measured with standard error `error` is significant, either side."""
    if error == 0:
        return 1.0 if effect else alpha
    limit = float(ndtri(1 - alpha / 2))
    shift = effect / error
    return float(ndtr(shift - limit) + ndtr(-shift - limit))


def people_needed(effect: float, noise: Noise, *, held_out_share: float, standard: Standard) -> int:
    """Return how many people, both groups together, show `effect` with the wanted power."""
    assert 0 < held_out_share < 1
    assert effect != 0
    reach = float(ndtri(1 - standard.alpha / 2) + ndtri(standard.power))
    spread = noise.variance() * (1 / held_out_share + 1 / (1 - held_out_share))
    return math.ceil((reach / effect) ** 2 * spread)


def holdout_needed(effect: float, noise: Noise, *, people: int, standard: Standard) -> int | None:
    """Return the smallest holdout that proves `effect` among `people`, or None where even half would not.

    Solves (1/h + 1/(people - h)) * variance = (effect / reach)^2 for h <= people / 2.
    """
    if effect == 0 or people < 2:
        return None
    reach = float(ndtri(1 - standard.alpha / 2) + ndtri(standard.power))
    allowed = (effect / reach) ** 2
    if noise.variance() == 0:
        return 1
    discriminant = 1 - 4 * noise.variance() / (allowed * people)
    if discriminant < 0:
        return None
    held_out = math.ceil(people * (1 - math.sqrt(discriminant)) / 2)
    return min(max(held_out, 1), people // 2)
