"""When each message would leave: channels carry so many a second and a day; what is too late never leaves."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from liftloop.deliver.settings import SHANGHAI_OFFSET_MINUTES
from liftloop.kernel.clock import DAY_MS, HOUR_MS, SECOND_MS
from liftloop.plan.inputs import Flags, Integers

SHOP_HOURS = SHANGHAI_OFFSET_MINUTES // 60


class Pace(Struct, frozen=True, kw_only=True):
    """What a channel carries, scaled to those who rehearse; `per_day` 0 is as much as one likes."""

    per_second: float
    per_day: float = 0.0
    per_hour: float = 0.0
    """While somebody is there, from `from_hour` until `until_hour` of the shop's day; 0 is as much as one likes."""
    from_hour: int = 0
    until_hour: int = 24


class Waiting(Struct, frozen=True, kw_only=True, eq=False):
    """Messages of one channel that passed the gate: due and too late, in ms; shape [messages] each."""

    due_ms: Integers
    expires_ms: Integers


class Left(Struct, frozen=True, kw_only=True, eq=False):
    """When each message left, parallel to `Waiting`; `late` ones never did. `full_days` are those that ran full."""

    at_ms: Integers
    late: Flags
    full_days: tuple[int, ...]


def paced(waiting: Waiting, pace: Pace, starts_ms: int) -> Left:
    """Return when messages leave, first due first; days are counted from `starts_ms`."""
    order = np.argsort(waiting.due_ms, kind="stable")
    gap_ms = SECOND_MS / pace.per_second
    steps = np.arange(order.size) * gap_ms
    # The k-th leaves a gap after the one before it, but not before it is due (Lindley's recursion).
    at_ms = (np.maximum.accumulate(waiting.due_ms[order] - steps) + steps).astype(np.int64)
    full_days: tuple[int, ...] = ()
    if pace.per_hour > 0:
        at_ms, full_days = _by_hour(at_ms, pace, starts_ms)
    elif pace.per_day > 0:
        at_ms, full_days = _by_day(at_ms, pace.per_day, starts_ms)
    found = np.empty(order.size, dtype=np.int64)
    found[order] = at_ms
    return Left(at_ms=found, late=found >= waiting.expires_ms, full_days=full_days)


def _by_day(at_ms: Integers, per_day: float, starts_ms: int) -> tuple[Integers, tuple[int, ...]]:
    """Move what a full day cannot carry to the days after it, in order."""
    day = ((at_ms - starts_ms) // DAY_MS).astype(np.int64)
    moved = day.copy()
    most = max(int(per_day), 1)
    full: list[int] = []
    place, today = 0, int(day[0]) if day.size else 0
    while place < day.size:
        waiting = int(np.searchsorted(day, today, side="right")) - place
        taken = min(waiting, most)
        moved[place : place + taken] = today
        if waiting > most:
            full.append(today)
        place += taken
        today = today + 1 if place >= day.size or day[place] <= today else int(day[place])
    return at_ms + (moved - day) * DAY_MS, tuple(full)


def _by_hour(at_ms: Integers, pace: Pace, starts_ms: int) -> tuple[Integers, tuple[int, ...]]:
    """Move what an hour, the night or a full day cannot carry to the hours after it, in order."""
    hour = at_ms // HOUR_MS
    per_hour, per_day = max(int(pace.per_hour), 1), int(pace.per_day) or at_ms.size
    gap_ms = HOUR_MS // per_hour
    moved, used = at_ms.copy(), dict[int, int]()
    place, slot = 0, int(hour[0]) if hour.size else 0
    while place < hour.size:
        slot = _opened(max(slot, int(hour[place])), pace)
        day = (slot * HOUR_MS - starts_ms) // DAY_MS
        if used.get(day, 0) >= per_day:
            slot = -(-(starts_ms + (day + 1) * DAY_MS) // HOUR_MS)
            continue
        waiting = int(np.searchsorted(hour, slot, side="right")) - place
        taken = min(waiting, per_hour, per_day - used.get(day, 0))
        turn_ms = slot * HOUR_MS + np.arange(taken) * gap_ms
        moved[place : place + taken] = np.maximum(at_ms[place : place + taken], turn_ms)
        used[day] = used.get(day, 0) + taken
        place, slot = place + taken, slot + 1
    return moved, _overflowing((at_ms - starts_ms) // DAY_MS, (moved - starts_ms) // DAY_MS)


def _opened(slot: int, pace: Pace) -> int:
    """Return the first hour from `slot` on in which somebody is there."""
    local = (slot + SHOP_HOURS) % 24
    if pace.from_hour <= local < pace.until_hour:
        return slot
    return slot + (pace.from_hour - local) % 24


def _overflowing(due: Integers, left: Integers) -> tuple[int, ...]:
    """Return the days on which something stayed behind for a later one."""
    late = due < left
    if not late.any():
        return ()
    days = np.arange(int(due[late].min()), int(left[late].max()))
    return tuple(day for day in days.tolist() if bool(((due[late] <= day) & (left[late] > day)).any()))


def spend_by_hour(left: Mapping[str, tuple[Left, int]], starts_ms: int, hour_ms: int) -> dict[int, tuple[int, int]]:
    """Return (messages, fen) by hour since the start, of channels with their cost of a message."""
    found: dict[int, tuple[int, int]] = {}
    for each, cost_fen in left.values():
        hours, counts = np.unique((each.at_ms[~each.late] - starts_ms) // hour_ms, return_counts=True)
        for hour, count in zip(hours.tolist(), counts.tolist(), strict=True):
            messages, fen = found.get(hour, (0, 0))
            found[hour] = (messages + count, fen + count * cost_fen)
    return dict(sorted(found.items()))
