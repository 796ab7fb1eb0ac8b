"""What an opportunity is worth: what such people bought in past windows, times what a contact adds, as a range."""

import math
from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import z_two_sided
from liftloop.plan.inputs import Floats
from liftloop.plan.opportunities.response import Basis, Lift

PEOPLE_MIN = 50  # A plan for fewer is refused, so they are no opportunity either.
SEEN_PEOPLE_MIN, SEEN_BUYERS_MIN = 100, 10
"""Of all windows together; with fewer nobody can say what such people usually buy."""
SPEND_WEIGHT = 20.0  # Buyers that a group needs until its own spending counts as much as that of the shop.
CONFIDENCE = 0.8
Money = Literal["margin", "revenue"]


class Seen(Struct, frozen=True, kw_only=True, eq=False):
    """Such people in past windows in which nothing was done, shape [windows]: how many, how many bought, for how much.

    Windows in which there were none are left out; `spent_fen` is margin where margins are known.
    """

    people: Floats
    buyers: Floats
    spent_fen: Floats


class Stake(Struct, frozen=True, kw_only=True):
    """An opportunity in money: in four cases out of five what a contact adds lies between `low_fen` and `high_fen`.

    `rate` is the share that buys within the window anyway, `buyer_fen` what a buyer then spends, `usual_fen` what all
    of them would spend if nothing is done. Costs of messages and offers are not taken off.
    """

    people: int
    rate: float
    buyer_fen: float
    usual_fen: float
    point_fen: float
    low_fen: float
    high_fen: float
    lift: float
    basis: Basis
    windows: int


def stake_of(people: int, seen: Seen, lift: Lift, shop_buyer_fen: float) -> Stake | None:
    """Return what is at stake for `people`; None where the past cannot tell, or a contact is not expected to help."""
    if people < PEOPLE_MIN or seen.people.sum() < SEEN_PEOPLE_MIN or seen.buyers.sum() < SEEN_BUYERS_MIN:
        return None
    rate = float(seen.buyers.sum() / seen.people.sum())
    buyer_fen = float((seen.spent_fen.sum() + SPEND_WEIGHT * shop_buyer_fen) / (seen.buyers.sum() + SPEND_WEIGHT))
    usual = people * rate * buyer_fen
    point = usual * lift.value
    if point <= 0:
        return None
    # Relative errors of a product add up in quadrature; that of the lift is told in units of the usual.
    reach = z_two_sided(CONFIDENCE) * usual * math.hypot(lift.error, lift.value * _rate_error(seen, rate) / rate)
    return Stake(
        people=people,
        rate=rate,
        buyer_fen=buyer_fen,
        usual_fen=usual,
        point_fen=point,
        low_fen=point - reach,
        high_fen=point + reach,
        lift=lift.value,
        basis=lift.basis,
        windows=int(seen.people.size),
    )


def _rate_error(seen: Seen, rate: float) -> float:
    """Return how far the rate of the coming window may lie off: chance, and how much past windows differed."""
    chance = math.sqrt(rate * (1 - rate) / float(seen.people.sum()))
    if seen.people.size < 2:
        return math.hypot(chance, 0.5 * rate)
    weight = seen.people / seen.people.sum()
    between = float(np.sqrt((weight * np.square(seen.buyers / seen.people - rate)).sum()))
    return math.hypot(chance, between)
