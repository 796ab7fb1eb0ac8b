"""Power, detectable effects and holdouts agree with each other and with simulation."""

import numpy as np
import pytest

from liftloop.inference.power import (
    Noise,
    Standard,
    binary_noise,
    detectable_effect,
    difference_error,
    holdout_needed,
    people_needed,
    power_of,
)

USUAL = Standard()


def test_the_detectable_effect_has_the_power_it_promises() -> None:
    """The smallest detectable effect is detected in 80% of the cases."""
    noise = binary_noise(0.2)
    effect = detectable_effect(noise, treated=9_000, held_out=1_000, standard=USUAL)
    error = difference_error(noise, treated=9_000, held_out=1_000)
    assert power_of(effect, error, USUAL.alpha) == pytest.approx(0.8, abs=1e-3)


def test_power_is_what_simulation_finds() -> None:
    """2,000 simulated trials of +2 points on 20% are significant as often as foretold, within 3 errors."""
    chance = np.random.default_rng(4)
    treated, held = 5_000, 5_000
    top = chance.binomial(treated, 0.22, 2_000) / treated
    bottom = chance.binomial(held, 0.20, 2_000) / held
    error = np.sqrt(top * (1 - top) / treated + bottom * (1 - bottom) / held)
    seen = (np.abs(top - bottom) / error > 1.96).mean()
    foretold = power_of(0.02, difference_error(binary_noise(0.21), treated=treated, held_out=held), 0.05)
    assert seen == pytest.approx(foretold, abs=3 * np.sqrt(0.25 / 2_000))


@pytest.mark.parametrize("effect", [0.01, 0.02, 0.05])
def test_the_holdout_is_the_smallest_that_proves(effect: float) -> None:
    """With it the effect is detectable; with one person fewer it is not."""
    noise = binary_noise(0.2)
    held = holdout_needed(effect, noise, people=100_000, standard=USUAL)
    assert held is not None
    assert detectable_effect(noise, treated=100_000 - held, held_out=held, standard=USUAL) <= effect
    assert detectable_effect(noise, treated=100_001 - held, held_out=held - 1, standard=USUAL) > effect


def test_where_even_half_proves_nothing_there_is_no_holdout() -> None:
    """Too small an effect or too few people: None, and people_needed says how many there would have to be."""
    noise = binary_noise(0.2)
    assert holdout_needed(0.001, noise, people=10_000, standard=USUAL) is None
    needed = people_needed(0.001, noise, held_out_share=0.5, standard=USUAL)
    assert holdout_needed(0.001, noise, people=needed + 2, standard=USUAL) is not None


def test_adjustment_and_clusters_change_the_variance() -> None:
    """Explaining half of the variance halves the people needed; a design effect of 2 doubles them."""
    plain = people_needed(1.0, Noise(deviation=20.0), held_out_share=0.1, standard=USUAL)
    half = people_needed(1.0, Noise(deviation=20.0, explained=0.5), held_out_share=0.1, standard=USUAL)
    double = people_needed(1.0, Noise(deviation=20.0, design_effect=2.0), held_out_share=0.1, standard=USUAL)
    assert half == pytest.approx(plain / 2, rel=1e-3)
    assert double == pytest.approx(plain * 2, rel=1e-3)
