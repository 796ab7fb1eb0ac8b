"""When triggers that go by the clock come round: the next instant after another, and for whose zones it is.

A time is local: in people's own zones, one time is as many instants as there are zones that show it apart.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import cache, lru_cache

from cronsim import CronSim, CronSimError
from dateutil.rrule import HOURLY, rrule, rrulestr
from msgspec import Struct

from liftloop.journey.contract import BadJourney
from liftloop.journey.triggers import OnDate, OnSchedule, Timed
from liftloop.kernel.clock import HOUR_MS, SECOND_MS
from liftloop.kernel.local_time import SHOP_ZONE, at_minute, instant_ms, shown, zone_names, zone_of
from liftloop.profile.reading import told

TURN = timedelta(hours=3)
TURN_MS = 3 * HOUR_MS
"""No clock is put forward or back by as much."""

NextTime = Callable[[datetime], datetime | None]


class Part(Struct, frozen=True, kw_only=True):
    """What clocks show at an occasion, and the names of the zones where they do; None for any."""

    local: datetime
    zones: frozenset[str] | None


class Occasion(Struct, frozen=True, kw_only=True):
    """One instant at which people enter."""

    at_ms: int
    parts: tuple[Part, ...]


@lru_cache(maxsize=4096)
def next_occasion(trigger: Timed, after_ms: int) -> Occasion | None:
    """Return the first occasion after an instant, None where none comes any more."""
    following = _times(trigger)
    if trigger.zone != told.RECIPIENT:
        zone = zone_of(trigger.zone or SHOP_ZONE)
        return None if zone is None else _in_one_zone(following, zone, after_ms)
    return _in_all_zones(following, after_ms)


def check_times(trigger: Timed) -> None:
    """Raise `BadJourney` where the times of a trigger cannot be read or never come."""
    if trigger.zone not in ("", told.RECIPIENT) and zone_of(trigger.zone) is None:
        raise BadJourney(
            f"没有这个时区：{trigger.zone}；用 Asia/Shanghai 这样的名字，或 recipient",
            f"there is no zone {trigger.zone}; use a name such as Asia/Shanghai, or recipient",
        )
    if not 0 < trigger.grace_s <= 24 * HOUR_MS // SECOND_MS:
        raise BadJourney("grace_s 要大于 0，且不超过一天", "grace_s is more than 0 and at most a day")
    match trigger:
        case OnSchedule():
            _check_schedule(trigger)
        case OnDate():
            if not 0 <= trigger.minute < 24 * 60 or abs(trigger.offset_days) > 3_660 or not trigger.trait:
                raise BadJourney(
                    "trait 要写属性名，minute 是一天里的第几分钟（0 到 1439），offset_days 不超过十年",
                    "trait names an attribute, minute is one of the day (0 to 1439), offset_days at most ten years",
                )


def _check_schedule(trigger: OnSchedule) -> None:
    if sum(map(bool, (trigger.at, trigger.cron, trigger.rrule))) != 1:
        raise BadJourney("at、cron、rrule 要且只要写一个", "say exactly one of at, cron and rrule")
    if trigger.rrule and not trigger.starts:
        raise BadJourney("rrule 要有 starts，从它算起", "an rrule needs starts, from which it counts")
    try:
        following = _times(trigger)
        found = following(_local(trigger.at or trigger.starts or "2026-01-01T00:00:00") - timedelta(days=1))
    except (ValueError, CronSimError, TypeError, KeyError, AttributeError) as error:
        raise BadJourney(f"时间写得不对：{error}", f"these times cannot be read: {error}") from error
    if found is None:
        raise BadJourney("这些时间永远不会到来", "these times never come")


def _times(trigger: Timed) -> NextTime:
    """Return the function from a local time to the first one after it that the trigger means."""
    match trigger:
        case OnSchedule(at=at) if at:
            once = _local(at)
            return lambda after: once if once > after else None
        case OnSchedule(cron=cron) if cron:
            return lambda after: _next_of(CronSim(cron, after.replace(microsecond=0)))
        case OnSchedule():
            return _rule(trigger.rrule, _local(trigger.starts)).after
        case OnDate(minute=minute):
            return lambda after: next(
                at for ahead in (0, 1) if (at := at_minute(after.date() + timedelta(days=ahead), minute)) > after
            )


def _next_of(cron: CronSim) -> datetime | None:
    try:
        return next(cron)
    except StopIteration:
        return None


@lru_cache(maxsize=256)
def _rule(text: str, starts: datetime) -> rrule:
    if "\n" in text or "DTSTART" in text.upper():
        raise ValueError("one RRULE, without DTSTART: say starts")
    rule = rrulestr(text, dtstart=starts, cache=True)
    # Above an hour nobody means it, and a rule that is never met would be looked through second by second.
    if not isinstance(rule, rrule) or getattr(rule, "_freq", HOURLY + 1) > HOURLY:
        raise ValueError("FREQ is YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY")
    return rule


def _local(text: str) -> datetime:
    local = datetime.fromisoformat(text)
    if local.tzinfo is not None:
        raise ValueError(f"{text} names an offset; say the local time, and the zone in zone")
    return local


def _in_one_zone(following: NextTime, zone: tzinfo, after_ms: int) -> Occasion | None:
    found = _next_in(following, zone, after_ms)
    return None if found is None else Occasion(at_ms=found[0], parts=(Part(local=found[1], zones=None),))


def _in_all_zones(following: NextTime, after_ms: int) -> Occasion | None:
    once = cache(following)  # Six hundred zones show some forty times.
    found: dict[int, dict[datetime, set[str]]] = {}
    for name in zone_names():
        zone = zone_of(name)
        if zone is not None and (coming := _next_in(once, zone, after_ms)) is not None:
            at_ms, local = coming
            found.setdefault(at_ms, {}).setdefault(local, set()).add(name)
    if not found:
        return None
    at_ms = min(found)
    parts = tuple(Part(local=local, zones=frozenset(names)) for local, names in sorted(found[at_ms].items()))
    return Occasion(at_ms=at_ms, parts=parts)


def _next_in(following: NextTime, zone: tzinfo, after_ms: int) -> tuple[int, datetime] | None:
    """Return the next instant in a zone, and what clocks are set to show then."""
    local: datetime | None = shown(after_ms, zone)
    if instant_ms(local, zone) != after_ms or instant_ms(local - TURN, zone) != after_ms - TURN_MS:
        local -= TURN  # A clock was just put forward or back: what it skipped is still to come.
    while local is not None and (local := following(local)) is not None:
        at_ms = instant_ms(local, zone)
        if at_ms > after_ms:
            return at_ms, local
    return None
