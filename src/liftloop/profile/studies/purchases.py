"""Purchases as the studies read them: a row a person and day of the shop, sorted by person and time."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.clock import DAY_MS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Purchases(Struct, frozen=True, kw_only=True, eq=False):
    """Days on which people bought; several orders of a day are one purchase."""

    profile: Integers
    at_ms: Integers
    """The first order of the day."""
    value_fen: Floats
    """All orders of the day, refunds taken off."""


class Buyers(Struct, frozen=True, kw_only=True, eq=False):
    """The people of `Purchases`, ascending; shape [buyers] each."""

    profile: Integers
    start: Integers
    """Row of the first purchase."""
    count: Integers
    first_ms: Integers
    last_ms: Integers
    mean_fen: Floats


def buyers_of(purchases: Purchases) -> Buyers:
    profile, start, count = np.unique(purchases.profile, return_index=True, return_counts=True)
    total = np.add.reduceat(purchases.value_fen, start) if len(start) else np.zeros(0)
    return Buyers(
        profile=profile,
        start=start,
        count=count,
        first_ms=purchases.at_ms[start],
        last_ms=purchases.at_ms[start + count - 1],
        mean_fen=total / np.maximum(count, 1),
    )


def gaps_days(purchases: Purchases) -> tuple[Floats, Integers]:
    """Return the days between a purchase and the next of the same person, and the row of the earlier one."""
    same = np.flatnonzero(purchases.profile[1:] == purchases.profile[:-1])
    return (purchases.at_ms[same + 1] - purchases.at_ms[same]) / DAY_MS, same
