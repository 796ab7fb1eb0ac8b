"""Why an option went to these people and not to others: only by what truly moved the choice.

The advantage of an option over the next best is regressed on what is known of the people to whom it is open; a feature
counts by its slope times how far the group stands from the others in it. What merely goes along with the choice has no
slope, what is sensitive is never told, and differences that luck would give are left out, corrected for all looked at.
"""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from threadpoolctl import threadpool_limits

from liftloop.inference.intervals import z_two_sided
from liftloop.inference.ridge import fit_ridge, sums_of
from liftloop.plan.effects.design import scales_of, standard
from liftloop.plan.inputs import Column, Floats, Integers
from liftloop.plan.optimise import Menu
from liftloop.plan.sensitive import is_sensitive

SURE = 0.99
"""Two-sided, shared by all features and options looked at (Bonferroni)."""
PART_MIN = 0.1
"""Of all that sets the group apart; what moves the choice less is not worth a sentence."""
REASONS_MAX = 2
GROUP_MIN = 30
SAMPLE_PEOPLE = 20_000


class Driver(Struct, frozen=True, kw_only=True):
    """A feature that moved the choice: where those who got the option stand in it, and where the others do."""

    feature: str
    group: float
    others: float
    part: float


class Asked(Struct, frozen=True, kw_only=True, eq=False):
    """The people as they were chosen for: features, best arm [people], and the price of a fen it was bought at."""

    features: Mapping[str, Column]
    menu: Menu
    arm: Integers
    price: float


def drivers_of(asked: Asked) -> dict[int, tuple[Driver, ...]]:
    """Return by arm what moved people into it, strongest first; arms that nobody has a reason for are left out."""
    step = max(1, asked.arm.size // SAMPLE_PEOPLE)
    rows = np.arange(0, asked.arm.size, step)
    features = {name: column[rows] for name, column in asked.features.items()}
    scales = scales_of(features)
    people = standard(scales, features, rows.size)
    names = [scale.name for scale in scales.columns]
    net = asked.menu.effect[rows] - asked.price * asked.menu.cost_fen[rows]
    open_ = np.column_stack([np.ones(rows.size, dtype=np.bool_), asked.menu.reach[rows]])
    net = np.where(open_, net, -np.inf)
    arm = asked.arm[rows]
    arms = [place for place in range(1, net.shape[1]) if (arm == place).sum() >= GROUP_MIN]
    told = [place for place, name in enumerate(names) if not is_sensitive(name)]
    if not arms or not told:
        return {}
    limit = z_two_sided(1 - (1 - SURE) / (len(arms) * len(told)))
    found: dict[int, tuple[Driver, ...]] = {}
    for place in arms:
        could = open_[:, place]
        parts = _parts(people[could], _advantage(net[could], place), arm[could] == place, limit)
        chosen = [column for column in np.argsort(-parts).tolist() if column in told and parts[column] >= PART_MIN]
        inside = could & (arm == place)
        drivers = [
            _driver(names[column], features[names[column]], inside, could & ~inside, float(parts[column]))
            for column in chosen[:REASONS_MAX]
        ]
        if drivers:
            found[place] = tuple(drivers)
    return found


def _advantage(net: Floats, place: int) -> Floats:
    others = np.delete(net, place, axis=1).max(axis=1)
    return net[:, place] - others


def _parts(people: Floats, advantage: Floats, inside: Column, limit: float) -> Floats:
    """Return each feature's part in setting the group apart, 0 where luck or the slope says that it has none."""
    count, rest = int(inside.sum()), int((~inside).sum())
    if count < GROUP_MIN or rest < GROUP_MIN or float(np.std(advantage)) < 1e-12:
        return np.zeros(people.shape[1])
    with threadpool_limits(limits=1):
        slopes = fit_ridge(sums_of(people.astype(np.float32), advantage))[1:]
    apart = people[inside].mean(axis=0) - people[~inside].mean(axis=0)
    error = np.sqrt(people[inside].var(axis=0) / count + people[~inside].var(axis=0) / rest)
    moved = np.maximum(slopes * apart, 0.0)
    total = float(moved.sum())
    sure = np.abs(apart) > limit * np.maximum(error, 1e-12)
    return np.where(sure, moved / total, 0.0) if total > 0 else np.zeros(people.shape[1])


def _driver(feature: str, column: Column, inside: Column, others: Column, part: float) -> Driver:
    values = column.astype(np.float64)
    return Driver(feature=feature, group=_typical(values[inside]), others=_typical(values[others]), part=part)


def _typical(values: Floats) -> float:
    """Return the median, or the mean where the median of counts or shares would hide everything at 0."""
    known = values[np.isfinite(values)]
    if not known.size:
        return float("nan")
    middle = float(np.median(known))
    return middle if middle > 1 else float(known.mean())
