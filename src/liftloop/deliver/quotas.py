"""Quotas of channels as resources: how many messages an hour, a day or a month, in all or for one person.

The gate gives out places by the window in which a message leaves: what does not fit into this one waits for the next
with room, or is refused, each with the quota as its reason. Whatever was not sent for certain gives its place back.
Windows are those of providers: hours, days and months of Shanghai.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.deliver.contract import AttemptsSettled, ChannelDefinition, Quota
from liftloop.deliver.keys import enrolment_of
from liftloop.journey.reading import persons
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.runtime.contract import Batch, Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

SHANGHAI_MS = 8 * HOUR_MS
CELLS: Mapping[str, int] = {"hour": 1_024, "day": 128, "month": 16}
"""Windows remembered, by how long they are: further than that no message waits."""
Taken = dict[tuple[str, int], int]
"""Places taken in this step, by (hour, day or month; window)."""
PersonTaken = dict[tuple[str, int, int], int]
"""The same for people, by (hour, day or month; window; slot)."""


class Booked(Struct, kw_only=True):
    """Places of one channel that a step gives out."""

    channel: Taken
    people: PersonTaken


class Place(Struct, frozen=True, kw_only=True):
    """How many messages may leave at an instant; none where `why` says what stands in the way."""

    due_ms: int
    count: int
    why: str = ""


def window_of(per: str, at_ms: int) -> int:
    """Return which hour, day or month of Shanghai an instant is in.

    >>> [window_of(per, 1_795_233_600_000) for per in ("hour", "day", "month")]
    [498684, 20778, 24322]
    """
    local = at_ms + SHANGHAI_MS
    if per == "month":
        day = datetime.fromtimestamp(local / 1_000, UTC)
        return day.year * 12 + day.month - 1
    return local // (HOUR_MS if per == "hour" else DAY_MS)


def window_ms(per: str, window: int) -> int:
    """Return the first instant of a window."""
    if per == "month":
        first = datetime(window // 12, window % 12 + 1, 1, tzinfo=UTC)
        return int(first.timestamp() * 1_000) - SHANGHAI_MS
    return window * (HOUR_MS if per == "hour" else DAY_MS) - SHANGHAI_MS


def count_array(channel: str, per: str) -> str:
    return f"deliver.quota.{channel}.{per}"


def window_array(channel: str, per: str) -> str:
    return f"deliver.quota_at.{channel}.{per}"


def person_array(channel: str, per: str) -> str:
    return f"deliver.quota_of.{channel}.{per}"


def person_window_array(channel: str, per: str) -> str:
    return f"deliver.quota_in.{channel}.{per}"


def used(state: StateView, channel: str, per: str, window: int) -> int:
    """Return how many places of a window are given out."""
    name, cell = count_array(channel, per), window % CELLS[per]
    if not state.has(name) or int(state[window_array(channel, per)][cell]) != window:
        return 0
    return int(state[name][cell])


def used_by(state: StateView, channel: str, per: str, window: int, slots: Slots) -> NDArray[np.int64]:
    """Return how many places of a window each person has; shape [len(slots)]."""
    name = person_array(channel, per)
    if not state.has(name):
        return np.zeros(len(slots), dtype=np.int64)
    same = state[person_window_array(channel, per)][slots] == window
    return np.where(same, state[name][slots], 0).astype(np.int64)


def reason_of(quota: Quota) -> str:
    """Return the reason of what exceeds a quota."""
    return f"quota:{quota.count}/{quota.per}" + ("/person" if quota.each_person else "")


def places(state: StateView, channel: ChannelDefinition, booked: Booked, asked: "Asked") -> Iterator[Place]:
    """Yield when how many messages may leave, earliest first, until all have a place or none is left in time."""
    quotas = [quota for quota in channel.quotas if not quota.each_person]
    left, due_ms, why = asked.count, asked.due_ms, ""
    given: Taken = {}
    while left and due_ms < asked.expires_ms:
        rooms = [
            (_room(state, channel.id, quota, (booked.channel, given), asked.marketing, due_ms), quota)
            for quota in quotas
        ]
        room = min((room for room, _ in rooms), default=left)
        if room > 0:
            count = min(room, left)
            yield Place(due_ms=due_ms, count=count, why=why)
            left -= count
            for quota in quotas:
                place = (quota.per, window_of(quota.per, due_ms))
                given[place] = given.get(place, 0) + count
            rooms = [(each - count, quota) for each, quota in rooms]
        full = [quota for each, quota in rooms if each <= 0]
        if not left or not full:
            return
        why = reason_of(full[0])
        if any(quota.over == "refuse" for quota in full):
            break
        nexts = [(quota.per, window_of(quota.per, due_ms) + 1) for quota in full]
        if any(window - window_of(per, asked.now_ms) >= CELLS[per] for per, window in nexts):
            break
        due_ms = asked.opening_ms(max(window_ms(per, window) for per, window in nexts))
    if left:
        yield Place(due_ms=asked.expires_ms, count=0, why=why)


class Asked(Struct, frozen=True, kw_only=True):
    """How many messages want to leave, and when."""

    count: int
    now_ms: int
    due_ms: int
    expires_ms: int
    marketing: bool
    opening_ms: Callable[[int], int]
    """The first instant at or after one at which they may leave."""


def _room(state: StateView, channel: str, quota: Quota, taken: Sequence[Taken], marketing: bool, due_ms: int) -> int:
    """Return how many places of a quota are left at an instant."""
    place = (quota.per, window_of(quota.per, due_ms))
    gone = used(state, channel, *place) + sum(each.get(place, 0) for each in taken)
    return quota.count - (quota.kept if marketing else 0) - gone


def over_their_own(
    state: StateView, channel: ChannelDefinition, booked: Booked, slots: Slots, at_ms: int
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield (reason, who) for the quotas of one person that people have used up."""
    for quota in channel.quotas:
        if quota.each_person:
            window = window_of(quota.per, at_ms)
            taken = used_by(state, channel.id, quota.per, window, slots)
            taken = taken + [booked.people.get((quota.per, window, slot), 0) for slot in slots.tolist()]
            yield reason_of(quota), taken >= quota.count


def book(channel: ChannelDefinition, booked: Booked, slots: Slots, due_ms: NDArray[np.int64]) -> None:
    """Count places for messages that are let through."""
    for quota in {(each.per, each.each_person) for each in channel.quotas}:
        per, each_person = quota
        for at_ms in np.unique(due_ms).tolist():
            window, those = window_of(per, at_ms), slots[due_ms == at_ms]
            if not each_person:
                booked.channel[per, window] = booked.channel.get((per, window), 0) + len(those)
                continue
            for slot in those.tolist():
                booked.people[per, window, slot] = booked.people.get((per, window, slot), 0) + 1


def changed(state: StateView, channel: str, booked: Booked) -> Delta:
    """Return the delta that adds places to what is given out; a negative number gives them back."""
    allocate: list[ArraySpec] = []
    writes: list[Write] = []
    for per, cells in CELLS.items():
        mine = {window: count for (length, window), count in booked.channel.items() if length == per and count}
        if mine:
            index = np.array([window % cells for window in mine], dtype=np.int64)
            counts = np.array(
                [max(used(state, channel, per, window) + count, 0) for window, count in mine.items()], dtype=np.int64
            )
            specs = [(count_array(channel, per), counts), (window_array(channel, per), np.array(list(mine)))]
            if not state.has(count_array(channel, per)):  # All cells at once, so that any may be written.
                whole = np.arange(cells, dtype=np.int64)
                writes += [Write(name, whole, np.zeros(cells, dtype=np.int64)) for name, _ in specs]
            allocate += [ArraySpec(name=name, dtype="<i8", fill=0) for name, _ in specs]
            writes += [Write(name, index, values.astype(np.int64)) for name, values in specs]
        people = [(window, slot, count) for (length, window, slot), count in booked.people.items() if length == per]
        if people:
            add, writes_of = _changed_people(state, channel, per, people)
            allocate += add
            writes += writes_of
    return Delta(allocate=allocate, writes=writes)


def _changed_people(
    state: StateView, channel: str, per: str, people: Sequence[tuple[int, int, int]]
) -> tuple[list[ArraySpec], list[Write]]:
    windows, slots, more = (np.array(column, dtype=np.int64) for column in zip(*people, strict=True))
    order = np.argsort(windows, kind="stable")  # Of two windows of a person the later stays.
    windows, slots, more = windows[order], slots[order], more[order]
    counts = np.array(
        [used_by(state, channel, per, int(w), slots[row : row + 1])[0] for row, w in enumerate(windows)],
        dtype=np.int64,
    )
    names = person_array(channel, per), person_window_array(channel, per)
    return [
        ArraySpec(name=names[0], dtype="<i2", fill=0, domain="profile"),
        ArraySpec(name=names[1], dtype="<i4", fill=0, domain="profile"),
    ], [
        Write(names[0], slots, (counts + more).clip(0, 30_000).astype(np.int16)),
        Write(names[1], slots, windows.astype(np.int32)),
    ]


def given_back(
    state: StateView,
    settled: Sequence[AttemptsSettled],
    channels: Mapping[str, ChannelDefinition],
    now_ms: int,
    unsent: frozenset[str],
) -> dict[str, Booked]:
    """Return by channel the places of this window that messages had which were not sent, as negative numbers."""
    back: dict[str, Booked] = {}
    for each in settled:
        channel = channels.get(each.channel)
        keys = [key for key, outcome in zip(each.keys, each.outcomes, strict=True) if outcome in unsent]
        keys += each.withdrawn  # This way took a place too, and brought nobody anything.
        if channel is None or not channel.quotas or not keys:
            continue
        slots = persons(state, np.array([enrolment_of(key) for key in keys], dtype=np.int64))
        booked = Booked(channel={}, people={})
        book(channel, booked, slots[slots >= 0], np.full(int((slots >= 0).sum()), now_ms, dtype=np.int64))
        add(back, channel.id, booked, -1)
    return back


def add(to: dict[str, Booked], channel: str, booked: Booked, sign: int) -> None:
    """Add places of a channel to others, or take them away: each channel is written once a step."""
    whole = to.setdefault(channel, Booked(channel={}, people={}))
    for place, count in booked.channel.items():
        whole.channel[place] = whole.channel.get(place, 0) + sign * count
    for mine, count in booked.people.items():
        whole.people[mine] = whole.people.get(mine, 0) + sign * count


def joined(state: StateView, merges: Batch) -> list[Write]:
    """Return the writes by which the person that two become has used up the quotas of both."""
    kept, forwarded = merges["kept"], merges["forwarded"]
    writes: list[Write] = []
    for name in state.names("deliver.quota_of."):
        at = name.replace("deliver.quota_of.", "deliver.quota_in.", 1)
        windows, counts = state[at], state[name]
        later = np.maximum(windows[kept], windows[forwarded])
        both = np.where(windows[kept] == later, counts[kept], 0) + np.where(
            windows[forwarded] == later, counts[forwarded], 0
        )
        writes += [Write(name, kept, both.astype(np.int16)), Write(at, kept, later)]
    return writes


class Use(Struct, frozen=True, kw_only=True):
    """One quota of a channel, as of now."""

    channel: str
    quota: Quota
    used: int
    """Places of this window that are given out; of quotas of one person, people who have used up theirs."""
    booked_later: int
    """Messages that wait for a later window."""
    again_ms: int
    """When the next window begins."""


def uses(state: StateView, channels: Mapping[str, ChannelDefinition], now_ms: int) -> list[Use]:
    """Return how far each quota is used up."""
    return [_use(state, channel, quota, now_ms) for channel in channels.values() for quota in channel.quotas]


def _use(state: StateView, channel: ChannelDefinition, quota: Quota, now_ms: int) -> Use:
    window = window_of(quota.per, now_ms)
    later = 0
    if quota.each_person:
        everybody = np.arange(state.rows("profile"), dtype=np.int64)
        taken = int((used_by(state, channel.id, quota.per, window, everybody) >= quota.count).sum())
    else:
        taken = used(state, channel.id, quota.per, window)
        if state.has(count_array(channel.id, quota.per)):
            ahead = state[window_array(channel.id, quota.per)] > window
            later = int(state[count_array(channel.id, quota.per)][ahead].sum())
    return Use(
        channel=channel.id,
        quota=quota,
        used=taken,
        booked_later=later,
        again_ms=window_ms(quota.per, window + 1),
    )
