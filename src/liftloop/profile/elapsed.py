"""Comparisons with the days since an instant, in whole milliseconds: memory and lake must flip at the same one."""

from math import ceil

from liftloop.kernel.clock import DAY_MS

DAYS_SINCE = frozenset({"days_since_first", "days_since_last"})
"""Aggregates of a life that change by time alone."""
ALWAYS_MS = 2**62
_HALF_MS = 1e-3
"""A tenth of a day is 8,640,000 ms, whatever the last digit of the product says."""


def elapsed_bounds(word: str, days: float) -> tuple[int, int]:
    """Return the elapsed milliseconds, from the first to before the second, for which a comparison in days holds."""
    limit = days * DAY_MS
    at = round(limit) if abs(limit - round(limit)) < _HALF_MS else None
    low, high = (at, at + 1) if at is not None else (ceil(limit), ceil(limit))
    match word:
        case "gte":
            return low, ALWAYS_MS
        case "gt":
            return high, ALWAYS_MS
        case "lt":
            return -ALWAYS_MS, low
        case "lte":
            return -ALWAYS_MS, high
        case _:
            return low, high
