"""Sample ratio mismatch, and the shift between campaigns."""

import numpy as np
import pytest
from scipy import stats

from liftloop.inference.intervals import Estimate, forecast_intervals, mean_estimate
from liftloop.inference.shift import Surprise, heterogeneity, shift_error
from liftloop.inference.srm import check_ratio


def test_the_ratio_check_is_pearsons() -> None:
    """Statistic and p-value equal scipy's."""
    found = check_ratio([4_950, 5_230, 820], [0.45, 0.45, 0.10])
    expected = np.array([0.45, 0.45, 0.10]) * 11_000
    reference = stats.chisquare([4_950, 5_230, 820], expected)
    assert (found.statistic, found.p_value) == pytest.approx((reference.statistic, reference.pvalue))
    assert found.mismatch


def test_honest_splits_rarely_raise_the_alarm() -> None:
    """Of 20,000 honest splits about one in a thousand is called a mismatch."""
    counts = np.random.default_rng(7).binomial(10_000, 0.1, 20_000)
    alarms = sum(check_ratio([int(c), 10_000 - int(c)], [0.1, 0.9]).mismatch for c in counts)
    assert alarms <= 40


def test_few_campaigns_shift_by_a_quarter() -> None:
    """Until eight matured, a quarter of the larger of effect and error."""
    assert shift_error(4.0, 1.0, []) == 1.0
    assert shift_error(0.1, 2.0, []) == 0.5


def test_many_campaigns_reveal_their_shift() -> None:
    """The moment estimate recovers a shift of 2 from 4,000 campaigns, and none where there is none."""
    chance = np.random.default_rng(8)
    errors = chance.uniform(0.5, 2.0, 4_000)
    moved = chance.normal(0, 2.0, 4_000) + chance.normal(0, errors)
    still = chance.normal(0, errors)

    def ledger(differences: np.ndarray) -> list[Surprise]:
        return [Surprise(difference=float(d), error=float(e)) for d, e in zip(differences, errors, strict=True)]

    assert shift_error(1.0, 1.0, ledger(moved)) == pytest.approx(2.0, rel=0.05)
    assert heterogeneity(ledger(still)) < 0.05


def test_errors_add_in_quadrature() -> None:
    """Errors of 3 and 4 make 5; the three intervals are nested."""
    half, eighty, ninety = forecast_intervals(10.0, errors=(3.0, 4.0))
    assert ninety.high - 10 == pytest.approx(1.6449 * 5, rel=1e-3)
    assert ninety.low < eighty.low < half.low < 10 < half.high < eighty.high < ninety.high


def test_rows_of_one_unit_count_once() -> None:
    """Tripling every row changes neither mean nor error, whereas naive errors would shrink by a root of three."""
    rows = np.random.default_rng(9).normal(size=500)
    once = mean_estimate(rows, np.arange(500))
    thrice = mean_estimate(np.repeat(rows, 3), np.repeat(np.arange(500), 3))
    assert (thrice.value, thrice.error, thrice.units) == pytest.approx((once.value, once.error, 500))
    assert once.error == pytest.approx(rows.std(ddof=1) / np.sqrt(500))


def test_bounds_of_an_estimate() -> None:
    """One-sided 90% lies at 1.2816 errors; scaling scales both."""
    found = Estimate(value=1.0, error=0.5, units=9)
    assert found.lower_bound(0.9) == pytest.approx(1 - 1.28155 * 0.5, rel=1e-4)
    assert found.times(-2).error == 1.0
