"""What people do unasked: renewal processes in operational time, fixed for ever by the key.

Gaps are Erlang, so the chance of another order within a window has a closed form that tests can check.
"""

from typing import Final

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import Flags, Floats, Ints
from liftloop.simulate.chance import Stream, uniforms
from liftloop.simulate.seasons import Calendar, to_ms, to_operational

PHASES_MAX: Final = 3  # Each gap may draw this many addressed exponentials.
ORDERS_MAX: Final = 400  # A member for eight years who buys weekly; beyond it the world file is wrong.
TIME_BITS: Final = np.int64(42)  # Milliseconds of 139 years; with 2^20 people that fills 62 bits.


class Process(Struct, frozen=True, kw_only=True):
    """How each person's renewals run: from `start_ms` until `stop_ms`, `rate` an operational day."""

    gap: Stream
    start_ms: Ints
    stop_ms: Ints
    rate: Floats
    phases: Ints
    at_start: Flags  # The first event falls on the start itself.


class Renewals(Struct, frozen=True, kw_only=True):
    """Events in order of (member, time); `number` counts a member's events from 0."""

    member: Ints
    number: Ints
    at_ms: Ints
    sort_key: Ints
    by_time: Ints  # Rows in order of time.
    times_ms: Ints  # `at_ms[by_time]`.


def renewals(calendar: Calendar, key: int, process: Process) -> Renewals:
    """Return all events of all members; the n-th gap of a member is addressed by (member, n)."""
    member = np.flatnonzero(process.stop_ms > process.start_ms)
    now = to_operational(calendar, process.start_ms[member])
    stop = to_operational(calendar, process.stop_ms[member])
    first = process.at_start[member]
    found: list[tuple[Ints, Ints, Floats]] = [(member[first], np.zeros(first.sum(), np.int64), now[first])]
    for number in range(1, ORDERS_MAX):
        now = now + _gaps(key, process, member, number)
        alive = now < stop
        member, now, stop = member[alive], now[alive], stop[alive]
        if not member.size:
            break
        found.append((member, np.full(member.size, number, np.int64), now))
    else:
        raise ValueError(f"a member has more than {ORDERS_MAX} events; the world's rates are too high")
    who, number_of, operational = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((number_of, who))
    at_ms = to_ms(calendar, operational[order])
    by_time = np.argsort(at_ms, kind="stable")
    return Renewals(
        member=who[order],
        number=number_of[order],
        at_ms=at_ms,
        sort_key=sort_keys(who[order], at_ms),
        by_time=by_time,
        times_ms=at_ms[by_time],
    )


def rows_between(renewals: Renewals, from_ms: int, to_ms: int) -> Ints:
    """Return the rows of events in [from_ms, to_ms), in order of time."""
    start, end = np.searchsorted(renewals.times_ms, [from_ms, to_ms], side="left")
    return renewals.by_time[start:end]


def sort_keys(member: Ints, at_ms: Ints) -> Ints:
    """Return keys that order by member, then by time, so that one binary search finds both."""
    return (member << TIME_BITS) | at_ms


def last_before(renewals: Renewals, member: Ints, at_ms: Ints) -> Ints:
    """Return the row of each member's last event before `at_ms`, -1 where there is none."""
    row = np.searchsorted(renewals.sort_key, sort_keys(member, at_ms), side="left") - 1
    if not renewals.member.size:
        return row
    return np.where((row >= 0) & (renewals.member[row] == member), row, -1)


def first_from(renewals: Renewals, member: Ints, at_ms: Ints) -> Ints:
    """Return the row of each member's first event at or after `at_ms`, -1 where there is none."""
    row = np.searchsorted(renewals.sort_key, sort_keys(member, at_ms), side="left")
    if not renewals.member.size:
        return np.full(member.size, -1, dtype=np.int64)
    inside = np.minimum(row, renewals.member.size - 1)
    return np.where((row < renewals.member.size) & (renewals.member[inside] == member), inside, -1)


def chance_of_event(elapsed: Floats, window: Floats, rate: Floats, phases: Ints) -> Floats:
    """Return P(an event within `window` | none for `elapsed`), operational days, Erlang gaps.

    The survival of an Erlang(k, k*rate) gap is exp(-y) * sum of y^j / j! for j < k, y = k*rate*x.
    """
    before = phases * rate * elapsed
    after = phases * rate * (elapsed + window)
    return 1.0 - np.exp(before - after) * _polynomial(after, phases) / _polynomial(before, phases)


def _polynomial(scaled: Floats, phases: Ints) -> Floats:
    term = np.ones_like(scaled)
    total = np.ones_like(scaled)
    for number in range(1, PHASES_MAX):
        term = term * scaled / number
        total = total + np.where(phases > number, term, 0.0)
    return total


def _gaps(key: int, process: Process, member: Ints, number: int) -> Floats:
    phases = process.phases[member]
    total = np.zeros(member.size)
    for phase in range(PHASES_MAX):
        rows = phases > phase
        address = np.array([number * PHASES_MAX + phase])
        total[rows] -= np.log(uniforms(key, process.gap, member[rows], address))
    return total / (phases * process.rate[member])
