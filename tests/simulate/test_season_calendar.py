import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.simulate.seasons import calendar, calendar_row, to_ms, to_operational
from liftloop.simulate.world import sample_shop

FIRST_MS = 1_700_000_000_000
LAST_MS = 1_790_000_000_000
SHOP = sample_shop(2_000)
CALENDAR = calendar(SHOP.season, SHOP.utc_offset_minutes, FIRST_MS, LAST_MS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(FIRST_MS // 1000, LAST_MS // 1000), min_size=1, max_size=50))
def test_the_change_of_time_can_be_undone(seconds: list[int]):
    """Instant to operational day and back gives the same instant, to the second."""
    at_ms = np.array(seconds, dtype=np.int64) * 1000
    assert np.abs(to_ms(CALENDAR, to_operational(CALENDAR, at_ms)) - at_ms).max() <= 1000


def test_order_is_kept():
    """Later in operational time is never earlier on the clock."""
    operational = np.sort(np.random.default_rng(1).uniform(1.0, CALENDAR.until[-1] - 1.0, 50_000))
    assert (np.diff(to_ms(CALENDAR, operational)) >= 0).all()


def test_even_demand_falls_into_hours_and_festivals_as_the_world_says():
    """Evenings outweigh nights as the hours say, and 11 November outweighs a day of the week before."""
    operational = np.random.default_rng(2).uniform(CALENDAR.until[1], CALENDAR.until[-2], 400_000)
    at_ms = to_ms(CALENDAR, operational)
    day = calendar_row(CALENDAR, at_ms)
    weekday = CALENDAR.weekend[day] == 0
    hour = (at_ms + CALENDAR.offset_ms) // 3_600_000 % 24
    share = np.bincount(hour[weekday], minlength=24) / weekday.sum()
    said = np.array(SHOP.season.hours_weekday) / sum(SHOP.season.hours_weekday)
    assert np.abs(share - said).max() < 0.004
    dates = np.datetime64("1970-01-01") + CALENDAR.first_day + np.arange(CALENDAR.weights.size)
    peak = CALENDAR.weights[dates == np.datetime64("2025-11-11")]
    week_before = CALENDAR.weights[dates == np.datetime64("2025-11-04")]
    assert peak / week_before == 1.6
