"""When a destination is due."""

from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.audience.destinations import Destination
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS

AGAIN_AFTER_MS = 15 * MINUTE_MS
"""After a run that failed, for those with a schedule; twice as long after each further one."""
AGAIN_AFTER_MS_MAX = DAY_MS
"""And no longer: whoever is away for a week is not asked seven hundred times."""
_DOUBLED_MAX = 10


def due_ms(destination: Destination, began_ms: int, published_ms: int, *, failures: int) -> int | None:
    """Return when a destination is due next, None where it waits to be asked.

    `began_ms` is when its last run began, 0 before the first; `failures` how many have failed since one did not; a
    daily one never runs for a time before it was published.

    >>> from liftloop.audience.destinations import DatabaseReceiver
    >>> shop = Destination(name="n", audience="a", to=DatabaseReceiver(url="", table="t"), daily_at="08:30")
    >>> due_ms(shop, 0, 0, failures=0) / HOUR_MS, due_ms(shop, HOUR_MS, 0, failures=0) / HOUR_MS
    (0.5, 24.5)
    >>> [due_ms(shop, 0, 0, failures=failures) / HOUR_MS for failures in (1, 2, 3, 50)]
    [0.25, 0.5, 1.0, 24.0]
    """
    if destination.every_hours is None and destination.daily_at is None:
        return None
    if failures:
        return began_ms + min(AGAIN_AFTER_MS << min(failures - 1, _DOUBLED_MAX), AGAIN_AFTER_MS_MAX)
    if destination.every_hours is not None:
        return began_ms + destination.every_hours * HOUR_MS if began_ms else published_ms
    assert destination.daily_at is not None
    hours, minutes = destination.daily_at.split(":")
    after_midnight_ms = int(hours) * HOUR_MS + int(minutes) * MINUTE_MS - SHANGHAI_OFFSET_MINUTES * MINUTE_MS
    since_ms = max(began_ms, published_ms)
    days = -(-(since_ms + 1 - after_midnight_ms) // DAY_MS)
    return days * DAY_MS + after_midnight_ms
