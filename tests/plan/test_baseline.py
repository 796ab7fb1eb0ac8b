"""Where a metric will stand when nothing is done: level, last year's season, festivals that move."""

from collections.abc import Callable

import pytest

from liftloop.kernel.clock import DAY_MS
from liftloop.plan.baseline import Baseline, baseline_of, window_starts
from liftloop.plan.inputs import Window

SEPTEMBER_MS = 1_788_192_000_000  # 2026-09-01 00:00 in Shanghai; mid-autumn is on 25 September, in 2025 on 6 October.
MARCH_MS = SEPTEMBER_MS - 184 * DAY_MS
DAYS = 30


def foreseen(now_ms: int, rate: Callable[[float], float]) -> Baseline:
    """Return the baseline of a shop whose rate at so many days before now is given."""
    windows = tuple(
        Window(starts_ms=start, people=10_000.0, total=10_000.0 * at, squares=10_000.0 * at)
        for start in window_starts(now_ms, DAYS)
        if (at := rate((now_ms - start) / DAY_MS)) > 0
    )
    found = baseline_of(windows, 10_000, now_ms, DAYS)
    assert found is not None
    return found


def test_without_a_last_year_the_level_stays() -> None:
    """A shop of half a year is foreseen at the mean of its last three windows."""
    found = foreseen(MARCH_MS, lambda ago: 0.1 + ago / 1_000 if ago <= 180 else 0.0)
    assert found.value == pytest.approx(0.16)
    assert found.windows == 6


def test_half_of_last_years_season_is_believed() -> None:
    """Where last year's window stood a fifth above those around it, the coming one is put a tenth above the level."""
    found = foreseen(MARCH_MS, lambda ago: 0.24 if ago == 364 else 0.2)
    assert found.value == pytest.approx(0.22)


@pytest.mark.parametrize("yearly", [0.5, 1.0, 2.0])
def test_growth_is_no_season(yearly: float) -> None:
    """In a shop that only grows or shrinks no window is in season: what stands is the level of the last three."""
    found = foreseen(MARCH_MS, lambda ago: 0.1 * yearly ** (-ago / 365))
    level = sum(0.1 * yearly ** (-ago / 365) for ago in (30, 60, 90)) / 3
    assert found.value == pytest.approx(level, rel=0.005)


def test_a_window_with_a_moving_festival_is_held_against_the_one_with_it() -> None:
    """For September 2026 last year's like begins 354 days ago, 24 days before the mid-autumn of 2025; else 364."""
    assert SEPTEMBER_MS - 354 * DAY_MS in window_starts(SEPTEMBER_MS, DAYS)
    assert SEPTEMBER_MS - 364 * DAY_MS not in window_starts(SEPTEMBER_MS, DAYS)
    assert MARCH_MS - 364 * DAY_MS in window_starts(MARCH_MS, DAYS)


@pytest.mark.parametrize("days", [1, 7, 30, 90, 365])
def test_every_window_is_over(days: int) -> None:
    """However long windows are, none that is asked for reaches beyond now, and the last three stand side by side."""
    starts = window_starts(SEPTEMBER_MS, days)
    assert max(starts) + days * DAY_MS == SEPTEMBER_MS
    assert {SEPTEMBER_MS - back * days * DAY_MS for back in (1, 2, 3)} <= set(starts)
    assert len(set(starts)) == len(starts) <= 16


def test_a_window_without_outcomes_is_not_without_noise() -> None:
    """Where nobody ordered in the last window, people differ as they did before it."""
    found = foreseen(MARCH_MS, lambda ago: 0.2 if 30 < ago <= 180 else 1e-12)
    assert found.last == pytest.approx(0)
    assert found.deviation == pytest.approx(0.4)
