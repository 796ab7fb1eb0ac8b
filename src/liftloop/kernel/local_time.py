"""Local clocks and instants. Where a clock is put forward, a time that it skips is later by as much as it skips; where
it is put back, a time that it shows twice is the first of the two. So says RFC 5545, and so it is everywhere here.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

SHOP_ZONE = "Asia/Shanghai"
"""Where the shop is, and everybody of whom no zone is known."""
DAYS_AHEAD_MAX = 400
"""As far as a day is looked for on which something may be: every kind of day comes again within a year."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as a local clock shows it.


@lru_cache(maxsize=1024)
def zone_of(name: str) -> tzinfo | None:
    """Return the zone of an IANA name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # A folder of the zone data is an OSError.
        return None


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names of all zones there are."""
    return tuple(sorted(available_timezones()))


def shown(at_ms: int, zone: tzinfo) -> datetime:
    """Return what a clock in the zone shows, to the millisecond."""
    return (datetime.fromtimestamp(at_ms // 1_000, UTC).astimezone(zone)).replace(tzinfo=None) + timedelta(
        milliseconds=at_ms % 1_000
    )


def instant_ms(local: datetime, zone: tzinfo) -> int:
    """Return when a clock in the zone shows a local time."""
    offset = local.replace(tzinfo=zone, fold=0).utcoffset()
    assert offset is not None
    return round((local - _EPOCH - offset) / timedelta(milliseconds=1))


def at_minute(day: date, minute: int) -> datetime:
    """Return what a local clock shows on a minute of a day."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def next_shown_ms(now_ms: int, minute: int, zone: tzinfo, *, may_be: Callable[[date], bool], strictly: bool) -> int:
    """Return the first instant from now on (after now, if `strictly`) that shows a minute of a day that may be.

    Raises `ValueError` where no day of the next thirteen months may be.
    """
    today = shown(now_ms, zone).date()
    for ahead in range(-1, DAYS_AHEAD_MAX):
        day = today + timedelta(days=ahead)
        if not may_be(day):
            continue
        at_ms = instant_ms(at_minute(day, minute), zone)
        if at_ms > now_ms or (at_ms == now_ms and not strictly):
            return at_ms
    raise ValueError("no such day within thirteen months")
