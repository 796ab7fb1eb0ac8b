"""A first plan where nothing is known: options drawn uniformly, as many people as it takes to learn, ranges assumed."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import forecast_intervals
from liftloop.inference.power import Noise, people_needed
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.forecast import PROOF, Forecast
from liftloop.plan.inputs import Flags, Floats, Integers
from liftloop.plan.options import Option

LIFT_ASSUMED = 0.04
"""Relative lift of a message to a whole customer base that retailers' randomised tests typically find: 0 to 8%."""
SPREAD_ASSUMED = 0.03
"""One assumed standard deviation around it; two of them take in no effect at all."""
ARM_LIFT_WANTED = 0.15
"""What a first look should be able to see of one option, relative: smaller differences need years of small shops."""
ARMS_MAX = 6  # More options than that share a small shop's people until none is told from another.


class Sizing(Struct, frozen=True, kw_only=True, eq=False):
    """Which options are tried, and on whom: `included` [people]; everybody else is not contacted and not compared.

    `wanted` is how many people it takes to see the wanted effect of one option; `arms` are rows of the menu. Options on
    recommended items are one way of doing it: each person is open to one of them.
    """

    arms: Integers
    included: Flags
    wanted: int


def try_out(options: Sequence[Option], reach: Flags, cost_fen: Floats, limits: "Limits") -> Sizing:
    """Return a first try: cheap and dear, few and many options as people and budget allow.

    `reach` [people, options], `cost_fen` [people, 1 + options]. Options are taken in the order in which they reach
    most people for each offer, one channel after the other, until people or money would not show their effect.
    """
    wanted = (
        people_needed(ARM_LIFT_WANTED * limits.baseline, limits.noise, held_out_share=0.5, standard=PROOF)
        if limits.baseline > 0
        else reach.shape[0]
    )
    ranked = _ranked(options, reach)
    if limits.budget_fen == 0:
        ranked = [arms for arms in ranked if float(cost_fen[:, arms].max(initial=0.0)) <= 0]
    eligible = int(reach.any(axis=1).sum())
    count = min(len(ranked), ARMS_MAX, max(1, 2 * eligible // max(wanted, 1) - 1))
    arms = np.array(sorted(arm for way in ranked[:count] for arm in way), dtype=np.int64)
    chosen: Flags = reach[:, arms - 1].sum(axis=1) > 0
    people = min(int(chosen.sum()), math.ceil(wanted / 2 * (count + 1)))
    people = min(people, _affordable(cost_fen, reach, arms, chosen, limits.budget_fen))
    luck = np.where(chosen, uniform(limits.profile.astype(np.uint64), hash_text("explore", limits.salt)), 2.0)
    included = np.zeros(chosen.size, dtype=np.bool_)
    included[np.argsort(luck, kind="stable")[:people]] = people > 0
    return Sizing(arms=arms, included=included, wanted=wanted)


class Limits(Struct, frozen=True, kw_only=True, eq=False):
    """What a first try may use: the people, their metric and its noise, the money."""

    profile: Integers
    baseline: float
    noise: Noise
    budget_fen: int | None
    salt: str


def _ranked(options: Sequence[Option], reach: Flags) -> list[list[int]]:
    """Return ways, each of one or more arms, so that each offer appears on its widest channel before any on a second.

    The same offer on recommended items is a way of its own, behind the plain one.
    """
    by_offer: dict[str, list[list[int]]] = {}
    for arms in _ways(options):
        if reach[:, np.array(arms) - 1].any():
            offer = options[arms[0] - 1].offer
            by_offer.setdefault(offer.id if offer else "", []).append(arms)
    rounds = [
        sorted(ways, key=lambda arms: (_on_items(options, arms), -_reached(reach, arms), arms[0]))
        for ways in by_offer.values()
    ]
    deepest = max((len(ways) for ways in rounds), default=0)
    return [ways[depth] for depth in range(deepest) for ways in rounds if depth < len(ways)]


def _ways(options: Sequence[Option]) -> list[list[int]]:
    """Return the arms of each way: an option without an item, or an offer and channel on what is recommended."""
    found: dict[tuple[str, str, bool], list[int]] = {}
    for arm, option in enumerate(options, start=1):
        if option.item is None or option.recommended:
            way = (option.offer.id if option.offer else "", option.channel.id, option.recommended)
            found.setdefault(way, []).append(arm)
    return list(found.values())


def _on_items(options: Sequence[Option], arms: Sequence[int]) -> bool:
    return options[arms[0] - 1].recommended


def _reached(reach: Flags, arms: Sequence[int]) -> int:
    return int(reach[:, np.array(arms) - 1].any(axis=1).sum())


def _affordable(cost_fen: Floats, reach: Flags, arms: Integers, chosen: Flags, budget_fen: int | None) -> int:
    """Return how many people a uniform draw over the arms and nobody can be paid for."""
    if budget_fen is None or not arms.size or not chosen.any():
        return int(chosen.sum())
    open_ = reach[:, arms - 1][chosen]
    mean = float(((cost_fen[chosen][:, arms] * open_).sum(axis=1) / (open_.sum(axis=1) + 1)).mean())
    return int(budget_fen / mean) if mean > 0 else int(chosen.sum())


def assumed_forecast(treated_share: float, measurement: float) -> Forecast:
    """Return the range that is assumed, in relative lift, where `treated_share` of the people get any message."""
    point, spread = LIFT_ASSUMED * treated_share, SPREAD_ASSUMED * treated_share
    half, most, nine = forecast_intervals(point, errors=(spread, measurement))
    return Forecast(
        point=point,
        i50=(half.low, half.high),
        i80=(most.low, most.high),
        i90=(nine.low, nine.high),
        assumed=True,
        evaluation=0.0,
        measurement=measurement,
        shift=spread,
    )
