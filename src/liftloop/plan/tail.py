"""How much of an effect is bought forward: what is left of it when one more purchase cycle has passed."""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import z_two_sided
from liftloop.plan.inputs import Contacts

CONFIDENCE = 0.9
ROWS_MIN = 1_000
"""Contacts whose tail is over; fewer tell nothing of what is left."""
SIGNAL_MIN = 2.0
"""Standard errors of the effect itself: a part of what is not seen is nothing."""


class Left(Struct, frozen=True, kw_only=True):
    """Which part of the effect within the window is left `days` later, with its 90% interval."""

    days: int
    share: float
    low: float
    high: float


def left_after(contacts: Contacts, days: int) -> Left | None:
    """Return what past random contacts show to be left; None where they are too few or show no effect.

    Both effects are slopes of the outcome on being contacted, minus the chance of it (Robinson 1988), over the same
    rows; the error of their ratio is that of its influence function.
    """
    if contacts.later is None:
        return None
    rows = np.flatnonzero(~np.isnan(contacts.later))
    if rows.size < ROWS_MIN:
        return None
    told = (contacts.arm[rows] > 0) - (1.0 - contacts.chance[rows, 0])
    weight = float(np.square(told).mean())
    if weight <= 0:
        return None
    slopes, noise = [], []
    for outcome in (contacts.outcome[rows], contacts.later[rows]):
        centered = outcome - outcome.mean()
        slope = float((told * centered).mean()) / weight
        slopes.append(slope)
        noise.append(told * (centered - slope * told) / weight)
    error = float(noise[0].std()) / math.sqrt(rows.size)
    if abs(slopes[0]) < SIGNAL_MIN * error:
        return None
    share = slopes[1] / slopes[0]
    spread = float(((noise[1] - share * noise[0]) / slopes[0]).std()) / math.sqrt(rows.size)
    reach = z_two_sided(CONFIDENCE) * spread
    return Left(days=days, share=share, low=share - reach, high=share + reach)
