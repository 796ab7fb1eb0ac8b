"""The range of a ratio of two means: Fieller's set, which agrees in sign with the range of their difference."""

import math

from liftloop.inference.intervals import Estimate


def ratio_range(top: Estimate, bottom: Estimate, limit: float) -> tuple[float, float] | None:
    """Return the range of `top` over `bottom`, whose errors are independent, at `limit` errors; its end may be inf.

    All ratios r at which top - r * bottom lies within `limit` of its own errors (Fieller 1954), so 1 is outside
    exactly where the difference is clear of zero. None where there is no such range: `bottom` is not above zero, or
    both could be nothing. An infinite end: so much at least, but `bottom` could be as small as one likes.
    """
    if bottom.value <= 0:
        return None
    above, below = (limit * top.error) ** 2, (limit * bottom.error) ** 2
    square, constant = bottom.value**2 - below, top.value**2 - above
    if square <= 0:
        if top.value <= 0 or constant <= 0:
            return None
        return constant / (top.value * bottom.value + _root(top, bottom, above, below)), math.inf
    half, root = top.value * bottom.value, _root(top, bottom, above, below)
    # The root nearer to zero by the product of both: where `bottom` is barely clear of zero, half and root are alike.
    if half > 0:
        return constant / (half + root), (half + root) / square
    if half < 0:
        return (half - root) / square, constant / (half - root)
    return -root / square, root / square


def _root(top: Estimate, bottom: Estimate, above: float, below: float) -> float:
    return math.sqrt(max(0.0, top.value**2 * below + bottom.value**2 * above - above * below))
