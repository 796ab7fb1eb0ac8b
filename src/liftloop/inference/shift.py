"""How far the next campaign's effect strays from what the past ones forecast."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

CAMPAIGNS_NEEDED = 8  # With fewer, DerSimonian-Laird says zero about half of the time.
PRIOR_SHARE = 0.25  # A campaign's effect moves by a quarter of its size until its own ledger says otherwise.


class Surprise(Struct, frozen=True, kw_only=True):
    """One matured campaign: measured minus forecast, and the sampling error of that difference."""

    difference: float
    error: float


def heterogeneity(surprises: Sequence[Surprise]) -> float:
    """Return the between-campaign variance by the method of moments (DerSimonian and Laird 1986, eq. 8).

    Errors must be positive. Fewer than two surprises show no heterogeneity: 0.
    """
    if len(surprises) < 2:
        return 0.0
    differences = np.array([surprise.difference for surprise in surprises])
    weights = 1.0 / np.square([surprise.error for surprise in surprises])
    mean = float((weights * differences).sum() / weights.sum())
    excess = float((weights * np.square(differences - mean)).sum()) - (len(surprises) - 1)
    scale = float(weights.sum() - np.square(weights).sum() / weights.sum())
    return max(0.0, excess / scale)


def shift_error(effect: float, error: float, past: Sequence[Surprise]) -> float:
    """Return the standard deviation to add to a forecast of `effect` (its own error `error`) for the shift.

    A quarter of the larger of |effect| and its error, until eight campaigns have matured.
    """
    if len(past) < CAMPAIGNS_NEEDED:
        return PRIOR_SHARE * max(abs(effect), error)
    return math.sqrt(heterogeneity(past))
