from itertools import pairwise

import numpy as np
import pytest

from liftloop.simulate.arrays import DAY_MS
from liftloop.simulate.chance import Stream
from liftloop.simulate.purchases import (
    Process,
    chance_of_event,
    first_from,
    last_before,
    renewals,
    rows_between,
)
from liftloop.simulate.seasons import calendar, to_operational
from liftloop.simulate.world import sample_shop

START_MS = 1_750_000_000_000
PEOPLE = 60_000
SHOP = sample_shop(2_000)
CALENDAR = calendar(SHOP.season, SHOP.utc_offset_minutes, START_MS, START_MS + 400 * DAY_MS)


def run(phases: int, every_days: float, key: int = 5):
    process = Process(
        gap=Stream.ORDER_GAP,
        start_ms=np.full(PEOPLE, START_MS),
        stop_ms=np.full(PEOPLE, START_MS + 390 * DAY_MS),
        rate=np.full(PEOPLE, 1.0 / every_days),
        phases=np.full(PEOPLE, phases),
        at_start=np.zeros(PEOPLE, dtype=np.bool_),
    )
    return renewals(CALENDAR, key, process)


@pytest.mark.parametrize("phases", [1, 2, 3])
def test_the_chance_of_another_order_is_what_its_formula_says(phases: int):
    """Among people silent for a known time, the share who order in the window meets the closed form."""
    events = run(phases, 40.0)
    member = np.arange(PEOPLE)
    at_ms = np.full(PEOPLE, START_MS + 200 * DAY_MS)
    last = last_before(events, member, at_ms)
    following = first_from(events, member, at_ms)
    end_ms = START_MS + 230 * DAY_MS
    came = (following >= 0) & (events.at_ms[following] < end_ms)
    last_ms = np.where(last >= 0, events.at_ms[last], START_MS)
    now = to_operational(CALENDAR, at_ms)
    elapsed = now - to_operational(CALENDAR, last_ms)
    window = to_operational(CALENDAR, np.array([end_ms])) - now
    said = chance_of_event(elapsed, window, np.full(PEOPLE, 1.0 / 40.0), np.full(PEOPLE, phases))
    recent = elapsed < np.median(elapsed)
    for part in (recent, ~recent):
        error = 4.0 * np.sqrt((said[part] * (1.0 - said[part])).sum()) / part.sum()
        assert abs(came[part].mean() - said[part].mean()) < error


def test_neighbours_in_time_are_found_as_a_loop_would():
    """`last_before` and `first_from` agree with a plain search for every person."""
    events = run(2, 90.0)
    rng = np.random.default_rng(4)
    member = rng.integers(0, PEOPLE, 300)
    at_ms = START_MS + rng.integers(0, 390 * DAY_MS, 300)
    last, following = last_before(events, member, at_ms), first_from(events, member, at_ms)
    for row in range(300):
        own = np.flatnonzero(events.member == member[row])
        before = own[events.at_ms[own] < at_ms[row]]
        after = own[events.at_ms[own] >= at_ms[row]]
        assert last[row] == (before[-1] if before.size else -1)
        assert following[row] == (after[0] if after.size else -1)


def test_windows_hold_each_event_once():
    """Consecutive windows take every event exactly once, in order of time."""
    events = run(1, 60.0)
    edges = [START_MS + days * DAY_MS for days in (0, 17, 90, 391)]
    found = np.concatenate([rows_between(events, a, b) for a, b in pairwise(edges)])
    assert np.array_equal(np.sort(found), np.arange(events.member.size))
    assert (np.diff(events.at_ms[found]) >= 0).all()
