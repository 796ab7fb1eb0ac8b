"""What a buyer is worth within so many days of the first order: what came so far, and what is still to be expected.

Money in fen. Nobody who is too young for the horizon counts as having stopped: the rest is forecast, and said so.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Flags, Floats, Integers
from liftloop.inference.intervals import z_two_sided
from liftloop.kernel.clock import DAY_MS

CONFIDENCE = 0.9
ERROR_LEAST = 0.05
"""A forecast is not believed closer than this share, however well one back-test went."""
STEP_DAYS = 30
"""Points of the curve of what buyers brought so far."""


class Buying(Struct, frozen=True, kw_only=True, eq=False):
    """Purchases [purchases] sorted by buyer and time, as places in the buyers; and the buyers' first, each [buyers].

    `value_fen` may be revenue or margin; a day of the shop is one purchase.
    """

    buyer: Integers
    at_ms: Integers
    value_fen: Floats
    first_ms: Integers


class Worth(Struct, frozen=True, kw_only=True):
    """What one buyer of a group is worth on average within the horizon, nine times in ten between the bounds."""

    people: int
    realised_fen: float
    expected_fen: float
    low_fen: float
    high_fen: float
    whole: bool
    """Everybody is old enough: nothing is forecast."""

    @property
    def value_fen(self) -> float:
        return self.realised_fen + self.expected_fen


class CurvePoint(Struct, frozen=True, kw_only=True):
    """What buyers had brought by so many days, of those who are that old."""

    days: int
    people: int
    value_fen: float


def realised(buying: Buying, horizon_days: int) -> Floats:
    """Return what each buyer [buyers] brought within the horizon so far."""
    inside = buying.at_ms - buying.first_ms[buying.buyer] < horizon_days * DAY_MS
    return np.bincount(buying.buyer[inside], weights=buying.value_fen[inside], minlength=buying.first_ms.size).astype(
        np.float64
    )


def ahead_days(buying: Buying, horizon_days: int, now_ms: int) -> Floats:
    """Return how much of the horizon lies ahead of each buyer [buyers], in days."""
    return np.maximum(horizon_days - (now_ms - buying.first_ms) / DAY_MS, 0.0)


def worth(so_far: Floats, expected: Floats, variance: Floats, error: float) -> Worth:
    """Return the mean worth of people, of whom `expected` is forecast with a `variance` each, all [people].

    The interval joins how people differ (their own future's chance included) with how wrong the model may be as a
    whole: `error`, a share of what it forecasts (from a back-test).
    """
    count = so_far.size
    if count == 0:
        return Worth(people=0, realised_fen=0, expected_fen=0, low_fen=0, high_fen=0, whole=True)
    mean, rest = float(so_far.mean()), float(expected.mean())
    spread = float((so_far + expected).var(ddof=1)) if count > 1 else 0.0
    chance = (spread + float(variance.mean())) / count
    reach = z_two_sided(CONFIDENCE) * float(np.sqrt(chance + (error * rest) ** 2))
    return Worth(
        people=count,
        realised_fen=mean,
        expected_fen=rest,
        low_fen=mean + rest - reach,
        high_fen=mean + rest + reach,
        whole=not bool((expected > 0).any()),
    )


def forecast_error(forecast_fen: float, came_fen: float) -> float:
    """Return how far a forecast of the past was from what came, as a share of the forecast."""
    return max(abs(came_fen / forecast_fen - 1), ERROR_LEAST) if forecast_fen > 0 else 1.0


def curve(buying: Buying, chosen: Flags, horizon_days: int, now_ms: int) -> tuple[CurvePoint, ...]:
    """Return what the chosen [buyers] had brought by every STEP_DAYS, each point over those who are that old."""
    points: list[CurvePoint] = []
    for days in range(0, horizon_days + 1, STEP_DAYS):
        old = chosen & (now_ms - buying.first_ms >= days * DAY_MS)
        if old.any():
            brought = realised(buying, max(days, 1))
            points.append(CurvePoint(days=days, people=int(old.sum()), value_fen=float(brought[old].mean())))
    return tuple(points)


def payback_days(points: Sequence[CurvePoint], cost_fen: float) -> int | None:
    """Return by when a buyer had brought what it cost to win one; None where that has not been seen."""
    return next((point.days for point in points if point.value_fen >= cost_fen), None)
