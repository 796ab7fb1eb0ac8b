"""Watching a rate that must not rise above a bound, as often as one likes, without crying wolf."""

import math

import numpy as np

from liftloop.inference.arrays import Floats

MULTIPLES = (1.5, 2.0, 3.0, 5.0, 8.0, 13.0)
"""Rates that are bet on, as multiples of the bound: from barely too high to a mailing gone wrong."""
RATE_MAX = 0.999


def rate_evidence(events: float, trials: float, bound: float) -> float:
    """Return the evidence that the chance of an event lies above `bound`: an e-value, 1 before anything is seen.

    The mean of likelihood ratios of higher rates against the bound. Of a chance at or below the bound each ratio is a
    supermartingale, so that with probability 1 - alpha the evidence never reaches 1 / alpha, however often one looks
    (Ville 1939; Robbins 1970; Ramdas, Grünwald, Vovk and Shafer 2023, section 3). Capped at e^700.
    """
    assert 0 < bound < 1
    assert 0 <= events <= trials
    rates = _bets(bound)
    logs = events * np.log(rates / bound) + (trials - events) * np.log((1 - rates) / (1 - bound))
    top = float(logs.max())
    return math.exp(min(700.0, top + math.log(float(np.exp(logs - top).mean()))))


def alarmed(evidence: float, alpha: float) -> bool:
    """Return whether the evidence is too strong for chance: false in at most `alpha` of all watches that end well."""
    return evidence >= 1 / alpha


def _bets(bound: float) -> Floats:
    return np.minimum(bound * np.array(MULTIPLES), (RATE_MAX + bound) / 2)
