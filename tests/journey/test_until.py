"""Waiting for a minute of the day: never longer than a day, and never shorter than to that minute."""

from hypothesis import given
from hypothesis import strategies as st

from liftloop.journey.waits import Until
from liftloop.journey.walk import shown_at
from liftloop.kernel.clock import DAY_MS, MINUTE_MS


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 1_439), st.integers(-720, 840))
def test_the_clock_shows_the_minute(now_ms: int, minute: int, offset: int) -> None:
    """The instant is the first, from now on, at which the local clock shows exactly that minute."""
    at_ms = shown_at(Until(id="u", minute=minute, offset_minutes=offset, next="n"), now_ms)
    assert now_ms <= at_ms < now_ms + DAY_MS
    assert (at_ms // MINUTE_MS + offset) % 1_440 == minute
    assert at_ms % MINUTE_MS == 0
