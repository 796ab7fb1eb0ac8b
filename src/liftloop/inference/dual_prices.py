"""Minimise the dual g(prices) = answer(prices) + prices . limits of a resource problem by cutting planes.

Each evaluation gives a plane below g; the linear programme over the planes gives a lower bound and the next prices.
Kelley (1960), kept in a box around the best prices so far (Marsten, Hogan and Blankenship 1975).
The weights of the planes that are tight at the end are the optimal primal mixture.
"""

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats
from liftloop.inference.late import linprog

EVALUATIONS_MAX = 400  # Six prices converge in some 40 evaluations; this only ends a pathological case.
BOX_GROWTH = 4.0
WIDE_BOX = 1.0
NARROW_BOX = 0.01  # Where the start is already good: prices from a sample are off by about this.

PRICE_MAX = 1e4  # Of a row that may force actions; dearer than this in units of the whole worth, it cannot be met.

Answer = Callable[[Floats], tuple[float, Floats]]


class Rows(Struct, frozen=True, kw_only=True, eq=False):
    """Limits on what is used, [constraints] each.

    `limit` may be of any sign; `size` is positive, what the limit is measured in; `forcing` rows have negative limits
    or uses, so that their price is not bounded by what everything is worth.
    """

    limit: Floats
    size: Floats
    forcing: Flags

    def most(self) -> Floats:
        return np.where(self.forcing, PRICE_MAX, 1.0)


class Region(Struct, frozen=True, kw_only=True, eq=False):
    """Where to look: `low` <= prices <= `high` (infinite: anywhere), from `start`, to `tolerance` of the value.

    A start of all zeros is a cold one; otherwise it is near the optimum, which saves evaluations.
    """

    start: Floats
    low: Floats
    high: Floats
    tolerance: float


class Prices(Struct, frozen=True, kw_only=True, eq=False):
    """`best` [constraints] prices with dual value `bound`; `mixture`: prices and weights that sum to one.

    `inside` says that the region did not hold the prices back, so that they are the best anywhere; `unmet`
    [constraints] are rows that no price meets.
    """

    best: Floats
    bound: float
    mixture: tuple[tuple[Floats, float], ...]
    inside: bool
    unmet: Flags


class Plane(Struct, frozen=True, kw_only=True, eq=False):
    """One evaluation at scaled prices `at`: the dual there, and the plane height + slope . q below it."""

    at: Floats
    dual: float
    height: float
    slope: Floats


class Step(Struct, frozen=True, kw_only=True, eq=False):
    """The lowest point of the planes inside the box, and whether the box held it back."""

    at: Floats
    lowest: float
    weights: Floats
    at_the_wall: bool


def anywhere(count: int, tolerance: float) -> Region:
    """Return the region of all non-negative prices, from a cold start."""
    zeros = np.zeros(count)
    return Region(start=zeros, low=zeros, high=np.full(count, np.inf), tolerance=tolerance)


def solve_dual(answer: Answer, rows: Rows, region: Region, worth: float) -> Prices:
    """Return the prices of the region that minimise the dual, with the mixture of answers that attains it.

    `answer(prices)` returns the best total of reduced values and the amounts used there. `worth` is what a plan may
    be worth at most, where the start does not tell.
    """
    scale = answer(region.start)[0] + float(region.start @ rows.limit)
    scale = worth if rows.forcing.any() and scale <= 0 else scale
    nothing = np.zeros(rows.limit.size, dtype=np.bool_)
    if scale <= 0 or rows.limit.size == 0:
        return Prices(best=region.start, bound=scale, mixture=((region.start, 1.0),), inside=True, unmet=nothing)
    unit = scale / rows.size  # A limit alone would cost more than everything is worth above 1, unless it forces.
    share = rows.limit / rows.size

    def plane(at: Floats) -> Plane:
        total, used = answer(at * unit)
        slope = share - used / rows.size
        dual = total / scale + float(share @ at)
        return Plane(at=at, dual=dual, height=dual - float(slope @ at), slope=slope)

    most = rows.most()
    low, high = region.low / unit, np.minimum(region.high / unit, most)
    planes = [plane(region.start / unit)]
    box = NARROW_BOX if region.start.any() else WIDE_BOX
    box_max = float(most.max())
    while True:
        best = min(planes, key=lambda item: item.dual)
        walls = (np.maximum(best.at - box, low), np.minimum(best.at + box, high))
        step = _lowest(planes, walls, most)
        held_by_box = step.at_the_wall and box < box_max
        if (best.dual - step.lowest <= region.tolerance and not held_by_box) or len(planes) == EVALUATIONS_MAX:
            break
        if held_by_box:
            box = min(box * BOX_GROWTH, box_max)
        planes.append(plane(step.at))
    mixture = [(item.at * unit, float(weight)) for item, weight in zip(planes, step.weights, strict=True)]
    return Prices(
        best=best.at * unit,
        bound=best.dual * scale,
        mixture=tuple(pair for pair in mixture if pair[1] > 0),
        inside=not step.at_the_wall,
        unmet=rows.forcing & (best.at >= PRICE_MAX),
    )


def _lowest(planes: list[Plane], walls: tuple[Floats, Floats], most: Floats) -> Step:
    """Minimise the largest plane between the walls (scaled prices lie in [0, most])."""
    low, high = walls
    solved = linprog(
        np.append(np.zeros(low.size), 1.0),
        A_ub=np.column_stack([np.array([item.slope for item in planes]), -np.ones(len(planes))]),
        b_ub=-np.array([item.height for item in planes]),
        bounds=[*zip(low, high, strict=True), (None, None)],
        method="highs",
    )
    assert solved.status == 0, solved.message
    at = np.asarray(solved.x[: low.size])
    weights = np.maximum(-np.asarray(solved.ineqlin.marginals), 0.0)
    held = ((at <= low) & (low > 0)) | ((at >= high) & (high < most))
    return Step(
        at=at,
        lowest=float(solved.x[low.size]),
        weights=weights / weights.sum(),
        at_the_wall=bool(held.any()),
    )
