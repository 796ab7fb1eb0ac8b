"""Triangles of retention and what buyers are worth, on small histories that can be counted by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from liftloop.kernel.clock import DAY_MS
from liftloop.measure.cohorts import Grain, bucket_of, curve, first_day, share_bounds, triangle
from liftloop.measure.lifetime_value import Buying, ahead_days, forecast_error, payback_days, realised, worth
from liftloop.measure.lifetime_value import curve as worth_curve


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_every_day_lies_in_the_bucket_that_begins_before_it(grain: Grain) -> None:
    """Buckets follow each other without a gap, weeks begin on Mondays and months on their first."""
    for number in range(800):
        day = date(2023, 12, 20) + timedelta(days=number)
        bucket = bucket_of(day, grain)
        assert first_day(bucket, grain) <= day < first_day(bucket + 1, grain)
        assert bucket_of(first_day(bucket, grain), grain) == bucket
        if grain == "week":
            assert first_day(bucket, grain).weekday() == 0


def test_a_running_cell_counts_in_no_average_and_nobody_is_a_number() -> None:
    """What lies ahead is not there, what runs is marked, and a cohort of whom nobody came back counts with its zero."""
    cells = {(10, 11): (3, 50.0), (10, 10): (0, 200.0), (11, 12): (4, 9.0)}
    cohorts = triangle({10: 10, 11: 8}, cells, (10, 13), 12)
    assert [(each.bucket, each.people, len(each.cells)) for each in cohorts] == [(10, 10, 3), (11, 8, 2), (12, 0, 1)]
    assert [cell.running for cell in cohorts[0].cells] == [False, False, True]
    points = {each.age: each for each in curve(cohorts)}
    assert set(points) == {0, 1}, "the second week of the first cohort still runs"
    assert (points[1].people, points[1].of, points[1].share) == (3, 10, 0.3)
    assert (points[0].people, points[0].of) == (0, 18)
    assert points[1].amount / points[1].amount_first == 0.25


def test_bounds_of_a_share() -> None:
    """At each bound the share seen lies just as far away as chance at that bound reaches, nine times in ten."""
    for part, whole in ((3, 10), (1, 400), (39, 40)):
        for bound in share_bounds(part, whole):
            assert abs(part / whole - bound) == pytest.approx(1.644854 * (bound * (1 - bound) / whole) ** 0.5)
    assert share_bounds(0, 10)[0] == 0.0
    assert share_bounds(0, 0) == (0.0, 1.0)


def a_shop() -> Buying:
    """Three buyers: two orders a hundred days apart, one order, and one of yesterday; now is day 200."""
    return Buying(
        buyer=np.array([0, 0, 1, 2]),
        at_ms=np.array([0, 100, 50, 199]) * DAY_MS,
        value_fen=np.array([1_000.0, 500.0, 300.0, 700.0]),
        first_ms=np.array([0, 50, 199]) * DAY_MS,
    )


def test_what_came_within_the_horizon_and_what_lies_ahead() -> None:
    """Purchases after the horizon do not count, and only who is younger than it has days ahead."""
    assert realised(a_shop(), 90).tolist() == [1_000.0, 300.0, 700.0]
    assert realised(a_shop(), 180).tolist() == [1_500.0, 300.0, 700.0]
    assert ahead_days(a_shop(), 180, 200 * DAY_MS).tolist() == [0.0, 30.0, 179.0]
    points = worth_curve(a_shop(), np.ones(3, dtype=np.bool_), 180, 200 * DAY_MS)
    assert [(each.days, each.people, each.value_fen) for each in points][4:6] == [(120, 2, 900.0), (150, 2, 900.0)]
    assert payback_days(points, 700) == 120
    assert payback_days(points, 5_000) is None


def test_an_interval_is_wider_where_more_is_forecast_and_the_model_was_wrong() -> None:
    """Without a forecast only people differ; a model that was wrong by a half makes its part uncertain by a half."""
    so_far, none = np.full(100, 1_000.0), np.zeros(100)
    certain = worth(so_far, none, none, 0.5)
    assert (certain.low_fen, certain.high_fen, certain.whole) == (1_000.0, 1_000.0, True)
    forecast = worth(so_far, np.full(100, 200.0), none, 0.5)
    assert forecast.value_fen == 1_200.0
    assert forecast.high_fen - forecast.value_fen == pytest.approx(1.645 * 100, abs=0.1)
    assert worth(none[:0], none[:0], none[:0], 1.0).people == 0
    assert forecast_error(200.0, 150.0) == 0.25
    assert forecast_error(0.0, 150.0) == 1.0
