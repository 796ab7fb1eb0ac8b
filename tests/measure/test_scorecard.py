"""The forecast ledger: what came true is counted, assumptions are not, and too few rows say so."""

import numpy as np
import pytest

from liftloop.inference.calibration import stretch
from liftloop.measure.scorecard import Scored, foretold, scorecard_of
from liftloop.plan.forecast import Forecast, retold

ERROR = 0.02


def _row(number: int, forecast: float, measured: float, *, assumed: bool = False, unit: float = 1.0) -> Scored:
    spans = tuple((forecast - reach * ERROR * unit, forecast + reach * ERROR * unit) for reach in (0.674, 1.282, 1.645))
    return Scored(
        campaign_id=f"c{number}",
        plan_id=f"p{number}",
        title="复购率 +5%",
        forecast_hash="h",
        kind="relative" if unit == 1.0 else "points",
        metric_unit="share",
        starts_ms=number,
        ends_ms=number + 1,
        assumed=assumed,
        unit=unit,
        error=ERROR * unit,
        forecast=forecast,
        intervals=(spans[0], spans[1], spans[2]),
        measured=measured,
        measured_low=measured - ERROR,
        measured_high=measured + ERROR,
    )


def test_the_ledger_counts_what_came_true() -> None:
    """Coverage is the share of forecasts whose interval held what was measured, at each of the three sizes."""
    at = [0.05 + steps * ERROR for steps in (0.0, 1.0, 1.5, 3.0)]
    card = scorecard_of([_row(number, 0.05, measured) for number, measured in enumerate(at)])
    assert card.scores.coverage == (0.25, 0.5, 0.75)
    assert card.standing == "too_few"
    assert "3 个（75%）" in card.sentence.zh


def test_an_empty_ledger_says_so() -> None:
    """Without a finished campaign there is no score, and the sentence says how to get one."""
    card = scorecard_of([])
    assert card.standing == "empty"
    assert np.isnan(card.scores.coverage).all()
    assert card.next is not None


def test_assumptions_are_shown_but_not_scored() -> None:
    """A range that was assumed before anything could be learned stays in the list and out of every score."""
    card = scorecard_of([_row(0, 0.05, 0.4, assumed=True), _row(1, 0.05, 0.05)])
    assert len(card.rows) == 2
    assert card.scores.campaigns == 1
    assert card.scores.coverage[2] == 1.0
    alone = scorecard_of([_row(0, 0.05, 0.4, assumed=True)])
    assert alone.standing == "empty"
    assert "1 个活动" in alone.sentence.zh


def test_points_and_relative_lifts_compare() -> None:
    """The same forecast told in points of a base of one fifth scores as it does told as a share of it."""
    relative, points = foretold([_row(0, 0.10, 0.12), _row(1, 0.02, 0.024, unit=0.2)])
    assert points.forecast == pytest.approx(relative.forecast)
    assert points.measured == pytest.approx(relative.measured)
    assert points.error == pytest.approx(relative.error)


def test_forecasts_that_keep_missing_raise_the_alarm() -> None:
    """Honest forecasts pass quietly and get their usual width; ones twice too narrow are told of and stretched."""
    rng = np.random.default_rng(7)
    noise = rng.normal(size=40)
    honest = scorecard_of([_row(n, 0.05, 0.05 + ERROR * each) for n, each in enumerate(noise)])
    narrow = scorecard_of([_row(n, 0.05, 0.05 + 2.2 * ERROR * each) for n, each in enumerate(noise)])
    assert honest.standing == "kept"
    assert narrow.standing == "wrong"
    assert honest.stretch[2] is not None
    assert narrow.stretch[2] is not None
    assert 1.2 < honest.stretch[2] < 2.3
    assert narrow.stretch[2] == pytest.approx(2.2 * honest.stretch[2])


def test_the_ledger_sets_the_width_of_new_ranges() -> None:
    """A new forecast is told with ranges as wide as past errors were, and as it was while the ledger is short."""
    forecast = Forecast(
        point=0.06,
        i50=(0.05, 0.07),
        i80=(0.04, 0.08),
        i90=(0.03, 0.09),
        assumed=False,
        evaluation=0.01,
        measurement=0.01,
        shift=0.01,
    )
    noise = np.random.default_rng(8).normal(size=40)
    ledger = foretold([_row(n, 0.05, 0.05 + 3.0 * ERROR * each) for n, each in enumerate(noise)])
    told = retold(forecast, ledger)
    reach = stretch(ledger, 0.9)
    assert reach is not None
    assert told.i90[1] - told.point == pytest.approx(reach * 0.01 * np.sqrt(3))
    assert told.i90[0] <= told.i80[0] <= told.i50[0] < told.point
    assert retold(forecast, ledger[:10]) == forecast
