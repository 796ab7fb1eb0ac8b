"""What an experiment showed that was stopped because it showed it: without the overstatement of the plain estimate."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import Estimate
from liftloop.inference.late import ndtr
from liftloop.inference.sequential import surviving_mass

HALVINGS = 40  # Of some dozens of standard errors: 1e-10.
REACH = 12.0  # Standard errors around the plain estimate; beyond, no chance is left.
EXPONENT_MAX = 700.0  # e^700 is the last power of e that a double holds.


class Stopped(Struct, frozen=True, kw_only=True):
    """`median`: as likely too high as too low. The truth lies in [low, high] in `confidence` of the cases."""

    median: float
    low: float
    high: float
    confidence: float


def stopped_estimate(fractions: Sequence[float], limits: Sequence[float], seen: Estimate, confidence: float) -> Stopped:
    """Return the median-unbiased estimate and interval after looks at `fractions`, the last of which ended it.

    `limits` are the |z| of those looks (`planned_boundaries`), `seen` the plain estimate at the last one. Outcomes
    are ordered by stage: an earlier crossing is more extreme than a later one, then by z (Armitage 1957; Siegmund
    1978; Jennison and Turnbull 2000, section 8.4). The chance of anything higher, as a function of the true effect,
    is solved for a half and for the two tails. Needs a finite, positive error.
    """
    assert 0 < seen.error < math.inf
    assert len(fractions) == len(limits) >= 1
    end = fractions[-1]
    unit = seen.error * math.sqrt(end)  # The error at full information; the score's drift is the effect over this.
    stages = surviving_mass(tuple(fractions[:-1]), tuple(limits[:-1]))
    edges = [limit * math.sqrt(fraction) for limit, fraction in zip(limits[:-1], fractions[:-1], strict=True)]
    edges.append(seen.value / seen.error * math.sqrt(end))
    times = [0.0, *fractions]

    def higher(drift: float) -> float:
        """Return the chance, under a drift, of a result that is more extreme upwards than the one seen."""
        total = 0.0
        for index, ((grid, mass), edge) in enumerate(zip(stages, edges, strict=True)):
            before, step = times[index], times[index + 1] - times[index]
            # Girsanov: under a drift the density of those not yet stopped is that without, times this.
            tilt = np.exp(np.minimum(drift * grid - drift**2 * before / 2, EXPONENT_MAX))
            total += float((mass * tilt * ndtr((grid + drift * step - edge) / math.sqrt(step))).sum())
        return total

    plain, reach = seen.value / unit, REACH / math.sqrt(fractions[0])

    def solved(chance: float) -> float:
        low, high = plain - reach, plain + reach
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if higher(middle) > chance else (middle, high)
        return (low + high) / 2 * unit

    tail = (1 - confidence) / 2
    return Stopped(median=solved(0.5), low=solved(tail), high=solved(1 - tail), confidence=confidence)
