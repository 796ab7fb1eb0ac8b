"""When a destination is due."""

from liftloop.app.planning.study import SHANGHAI_OFFSET_MINUTES
from liftloop.audience.destinations import Destination
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS

AGAIN_AFTER_MS = 15 * MINUTE_MS
"""After a run that failed, for those with a schedule."""


def due_ms(destination: Destination, began_ms: int, published_ms: int, *, failed: bool) -> int | None:
    """Return when a destination is due next, None where it waits to be asked.

    `began_ms` is when its last run began, 0 before the first; a daily one never runs for a time before it was
    published.

    >>> from liftloop.audience.destinations import DatabaseReceiver
    >>> shop = Destination(name="n", audience="a", to=DatabaseReceiver(url="", table="t"), daily_at="08:30")
    >>> due_ms(shop, 0, 0, failed=False) / HOUR_MS, due_ms(shop, HOUR_MS, 0, failed=False) / HOUR_MS
    (0.5, 24.5)
    """
    if destination.every_hours is None and destination.daily_at is None:
        return None
    if failed:
        return began_ms + AGAIN_AFTER_MS
    if destination.every_hours is not None:
        return began_ms + destination.every_hours * HOUR_MS if began_ms else published_ms
    assert destination.daily_at is not None
    hours, minutes = destination.daily_at.split(":")
    after_midnight_ms = int(hours) * HOUR_MS + int(minutes) * MINUTE_MS - SHANGHAI_OFFSET_MINUTES * MINUTE_MS
    since_ms = max(began_ms, published_ms)
    days = -(-(since_ms + 1 - after_midnight_ms) // DAY_MS)
    return days * DAY_MS + after_midnight_ms
