"""How much more people buy for being contacted: from past random contacts, else the range that is assumed."""

import math
from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import Estimate, mean_estimate
from liftloop.inference.shift import shift_error
from liftloop.plan.exploration import LIFT_ASSUMED, SPREAD_ASSUMED
from liftloop.plan.inputs import Flags, Floats, Integers

Basis = Literal["assumed", "learned_all", "learned"]
SIDE_MIN = 200  # Effective rows of either side below which a difference is luck; as for plans.
RATE_MIN = 0.002  # A relative lift of hardly anybody is a ratio of two accidents.
LIKENESS_SHARE = 0.5
"""One standard deviation between groups of one shop, as a share of what a contact does on the whole."""


class Contacted(Struct, frozen=True, kw_only=True, eq=False):
    """Past contacts whose chance of nobody was known, shape [rows]: drawn by whom, and whether she then bought."""

    person: Integers
    treated: Flags
    nobody: Floats
    """The chance of being left alone, between 0 and 1."""
    bought: Floats

    def where(self, rows: Flags) -> "Contacted":
        return Contacted(**{name: getattr(self, name)[rows] for name in self.__struct_fields__})


class Lift(Struct, frozen=True, kw_only=True):
    """What a contact adds to the share that buys, relative to nobody: one standard deviation either way.

    `sampled` is what of `error` is left when past campaigns alone are meant, and not the next one.
    """

    value: float
    error: float
    basis: Basis
    sampled: float


ASSUMED = Lift(value=LIFT_ASSUMED, error=SPREAD_ASSUMED, basis="assumed", sampled=SPREAD_ASSUMED)


def lift_of_all(contacts: Contacted | None) -> Lift:
    """Return what contact did to everybody who was drawn; the assumed range where that cannot be told."""
    found = None if contacts is None else _relative(contacts)
    if found is None:
        return ASSUMED
    lift = _next_time(found.value, found.error, "learned_all")
    return lift if lift.error < max(SPREAD_ASSUMED, abs(lift.value)) else ASSUMED


def lift_of_group(contacts: Contacted | None, of_all: Lift) -> Lift:
    """Return what contact does to a group: its own contacts, drawn towards what it does to everybody.

    Weights are precisions (a normal mean with a normal prior). Where nothing is known of anybody, the group's own
    contacts stand beside the assumed range in the same way.
    """
    spread = 0.0 if of_all.basis == "assumed" else max(SPREAD_ASSUMED, LIKENESS_SHARE * abs(of_all.value))
    prior = math.hypot(of_all.sampled, spread)
    found = None if contacts is None else _relative(contacts)
    if found is None:
        return of_all if of_all.basis == "assumed" else _next_time(of_all.value, prior, of_all.basis)
    own, theirs = 1 / found.error**2, 1 / prior**2
    share = own / (own + theirs)
    value = share * found.value + (1 - share) * of_all.value
    return _next_time(value, 1 / math.sqrt(own + theirs), "learned" if share > 0.5 else of_all.basis)


def _next_time(value: float, sampled: float, basis: Basis) -> Lift:
    """Return the lift of a campaign to come: it differs from those of the past (`shift_error`)."""
    error = math.hypot(sampled, shift_error(value, sampled, ()))
    return Lift(value=value, error=error, basis=basis, sampled=sampled)


def _relative(contacts: Contacted) -> Estimate | None:
    """Return the lift relative to nobody, weighting each row by one over its chance (Hajek), people as clusters."""
    treated, nobody = contacts.treated, contacts.nobody
    weight = np.where(treated, 1 / (1 - nobody), 1 / nobody)
    sides = [np.where(side, weight, 0.0) for side in (treated, ~treated)]
    if min(_effective(side) for side in sides) < SIDE_MIN:
        return None
    top, bottom = (float((side * contacts.bought).sum() / side.sum()) for side in sides)
    if bottom < RATE_MIN:
        return None
    scores = [side * (contacts.bought - mean) / side.mean() for side, mean in zip(sides, (top, bottom), strict=True)]
    # The ratio's error by the delta method: both means enter, the lower one twice.
    linear = scores[0] / bottom - scores[1] * top / bottom**2
    _, unit = np.unique(contacts.person, return_inverse=True)
    spread = mean_estimate(linear, unit.astype(np.int64))
    return Estimate(value=top / bottom - 1, error=spread.error, units=spread.units)


def _effective(weight: Floats) -> float:
    """Return how many equal rows would tell as much (Kish 1965)."""
    squares = float(np.square(weight).sum())
    return float(weight.sum()) ** 2 / squares if squares else 0.0
