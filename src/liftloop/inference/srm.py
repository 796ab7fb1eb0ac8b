"""Sample ratio mismatch: did the arms get the shares they were meant to get?"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.late import chdtrc

MISMATCH_BELOW = 0.001  # The field's custom; a test run on every campaign must cry wolf rarely.


class RatioCheck(Struct, frozen=True, kw_only=True):
    """`mismatch` says that these counts are all but impossible under the planned shares."""

    statistic: float
    p_value: float
    mismatch: bool


def check_ratio(counts: Sequence[int], shares: Sequence[float]) -> RatioCheck:
    """Compare the counts of the arms with their planned shares (Pearson's chi-square).

    Shares are positive and are scaled to sum to one; at least two arms.
    """
    assert len(counts) == len(shares) >= 2
    assert min(shares) > 0
    observed = np.asarray(counts, dtype=float)
    expected = observed.sum() * np.asarray(shares, dtype=float) / sum(shares)
    if observed.sum() == 0:
        return RatioCheck(statistic=0.0, p_value=1.0, mismatch=False)
    statistic = float((np.square(observed - expected) / expected).sum())
    p_value = float(chdtrc(len(counts) - 1, statistic))
    return RatioCheck(statistic=statistic, p_value=p_value, mismatch=p_value < MISMATCH_BELOW)
