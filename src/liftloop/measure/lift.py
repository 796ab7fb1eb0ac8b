"""What a campaign changed: assigned treated people against assigned held-out ones, never sent against held out.

Adjusted by what was known before (CUPED); intervals hold at every planned look, the band beside them at any time.
"""

import math
from functools import cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.inference.difference import Difference, Measured, difference
from liftloop.inference.fieller import ratio_range
from liftloop.inference.intervals import Estimate
from liftloop.inference.sequential import planned_boundaries, sequence_limit
from liftloop.inference.srm import RatioCheck, check_ratio

ALPHA = 0.1
"""Nine times out of ten the truth lies within an interval."""
LOOKS = (0.25, 0.5, 0.75, 1.0)
"""When a campaign is looked at, as shares of its window: often enough to notice harm, seldom enough to keep power."""
GROUP_MIN = 30  # With fewer people on a side a mean is no better than an anecdote.

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Sides(Struct, frozen=True, kw_only=True, eq=False):
    """Everybody assigned, one row each: held out or treated, and what was known before [people, k]."""

    held: Flags
    before: Floats


class LiftEstimate(Struct, frozen=True, kw_only=True):
    """A lift with its interval; a relative one may have no upper end (inf) where few of the held out did it."""

    value: float
    low: float
    high: float
    level: float = 1 - ALPHA


class LookResult(Struct, frozen=True, kw_only=True):
    """One look at the campaign, `at_ms`; a planned one that lies ahead, or one too small to tell, has no lift.

    `difference` is in the metric's unit per person, `relative` to the held-out people. Both have the same sign or
    leave it open together; there is no `relative` where hardly anybody held out did it.
    """

    at_ms: int
    planned: bool
    treated: int
    held_out: int
    relative: LiftEstimate | None = None
    difference: LiftEstimate | None = None
    treated_mean: float = 0.0
    held_out_mean: float = 0.0
    explained: float = 0.0


def planned_looks(starts_ms: int, ends_ms: int) -> tuple[int, ...]:
    """Return the instants of the planned looks."""
    return tuple(round(starts_ms + share * (ends_ms - starts_ms)) for share in LOOKS)


def ratio_of_sides(sides: Sides, held_share: float) -> RatioCheck:
    """Say whether the sides have the sizes that were planned; if not, the comparison is broken and no lift is told.

    Where nobody was to be held out there are no sides: that fits unless somebody was.
    """
    held = int(sides.held.sum())
    if held_share == 0:
        return RatioCheck(statistic=0.0, p_value=0.0 if held else 1.0, mismatch=held > 0)
    return check_ratio((sides.held.size - held, held), (1 - held_share, held_share))


def look(sides: Sides, outcome: Floats, at_ms: int, number: int) -> LookResult:
    """Return the planned look of this number (0 the first): its interval spends that look's share of the error."""
    limit = _boundaries()[number]
    return _looked(sides, outcome, at_ms, planned=True, limit=limit)


@cache
def _boundaries() -> tuple[float, ...]:
    return planned_boundaries(LOOKS, ALPHA)


def glance(sides: Sides, outcome: Floats, at_ms: int, elapsed: float) -> LookResult:
    """Return a look at any time, as often as one likes: the asymptotic confidence sequence, wider than planned.

    `elapsed` is the share of the window that has passed; the band is narrowest at the end.
    """
    limit = sequence_limit(elapsed, ALPHA)
    return _looked(sides, outcome, at_ms, planned=False, limit=limit)


def ahead(sides: Sides, at_ms: int) -> LookResult:
    """Return a planned look that has not come yet."""
    held = int(sides.held.sum())
    return LookResult(at_ms=at_ms, planned=True, treated=sides.held.size - held, held_out=held)


def _looked(sides: Sides, outcome: Floats, at_ms: int, *, planned: bool, limit: float) -> LookResult:
    held = int(sides.held.sum())
    treated = sides.held.size - held
    empty = LookResult(at_ms=at_ms, planned=planned, treated=treated, held_out=held)
    if min(held, treated) < GROUP_MIN or float(np.ptp(outcome)) == 0 or not math.isfinite(limit):
        return empty
    found = difference(
        Measured(
            outcome=outcome,
            treated=~sides.held,
            cluster=np.arange(outcome.size, dtype=np.int64),
            covariates=sides.before,
        )
    )
    return LookResult(
        at_ms=at_ms,
        planned=planned,
        treated=treated,
        held_out=held,
        relative=_relative(found, limit, floor=float(outcome.min()) >= 0),
        difference=_with_interval(found.effect, limit * found.effect.error),
        treated_mean=found.treated_mean,
        held_out_mean=found.control_mean,
        explained=found.explained,
    )


def _relative(found: Difference, limit: float, *, floor: bool) -> LiftEstimate | None:
    """Return the lift relative to the held out, by Fieller's set; with a `floor` nobody can lose more than all."""
    ends = ratio_range(found.treated, found.control, limit)
    if ends is None:
        return None
    least = -1.0 if floor else -math.inf
    value, low, high = (max(each, least) for each in (found.relative.value, ends[0] - 1, ends[1] - 1))
    return LiftEstimate(value=value, low=low, high=high)


def _with_interval(estimate: Estimate, reach: float) -> LiftEstimate:
    return LiftEstimate(value=estimate.value, low=estimate.value - reach, high=estimate.value + reach)
