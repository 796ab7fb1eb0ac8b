"""BG/NBD and Gamma-Gamma find the published values, agree with the closed forms and bear what shops bring."""

import json
import os
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.special import hyp2f1

from liftloop.inference.repeat_purchases import (
    Histories,
    RepeatModel,
    alive_probability,
    expected_repeats,
    fit_repeats,
)
from liftloop.inference.spend import SpendModel, expected_value, fit_spend

ROOT = Path(__file__).resolve().parents[2]
ORACLES = ROOT / ".venv-oracles" / "bin" / "python"
CDNOW = RepeatModel(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, log_likelihood=0.0, people=2_357)
SPLIT_DAY = 272


def cdnow() -> tuple[Histories, np.ndarray]:
    """Return the sample's histories in weeks until 1997-09-30 and the mean value of repeat purchases."""
    named = os.environ.get("LIFTLOOP_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    file = folder / "cdnow" / "CDNOW_sample.txt"
    if not file.exists():
        message = f"real data are not at {file}; set LIFTLOOP_TEST_DATA to their folder"
        if named:
            pytest.fail(message)
        pytest.skip(message)
    bought: dict[str, dict[int, float]] = {}
    for line in file.read_text().splitlines():
        _, person, when, _, money = line.split()
        day = (date.fromisoformat(when) - date(1997, 1, 1)).days
        if day <= SPLIT_DAY:
            days = bought.setdefault(person, {})
            days[day] = days.get(day, 0.0) + float(money)
    days = [sorted(of_one) for of_one in bought.values()]
    spend = [
        sum(of_one[day] for day in when[1:]) / max(len(when) - 1, 1)
        for of_one, when in zip(bought.values(), days, strict=True)
    ]
    histories = Histories(
        repeats=np.array([len(of_one) - 1.0 for of_one in days]),
        recency=np.array([of_one[-1] - of_one[0] for of_one in days]) / 7,
        age=np.array([SPLIT_DAY - of_one[0] for of_one in days]) / 7,
    )
    return histories, np.array(spend)


def test_the_published_parameters_are_found() -> None:
    """CDNOW gives r 0.243, alpha 4.414, a 0.793, b 2.426 (Fader, Hardie and Lee 2005) and p 6.25, q 3.74, v 15.44."""
    histories, spend = cdnow()
    model = fit_repeats(histories)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.2426, 4.4136, 0.7929, 2.4259), abs=5e-5)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    money = fit_spend(histories.repeats, spend)
    assert (money.p, money.q, money.v) == pytest.approx((6.25, 3.744, 15.444), abs=5e-3)


def test_lifetimes_says_the_same() -> None:
    """The reference implementation fits and foretells the same on the same people."""
    if not ORACLES.exists():
        pytest.skip(f"no lifetimes at {ORACLES}; run make oracles")
    histories, spend = cdnow()
    given = {
        "repeats": histories.repeats.tolist(),
        "recency": histories.recency.tolist(),
        "age": histories.age.tolist(),
        "spend": spend.tolist(),
        "ahead": 39,
    }
    script = Path(__file__).with_name("lifetimes_oracle.py")
    ran = subprocess.run([ORACLES, script], input=json.dumps(given), capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    model, money = fit_repeats(histories), fit_spend(histories.repeats, spend)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(told["counts"], rel=2e-3)
    assert (money.p, money.q, money.v) == pytest.approx(told["money"], rel=5e-3)
    assert alive_probability(model, histories) == pytest.approx(np.array(told["alive"]), abs=2e-3)
    assert expected_repeats(model, histories, 39.0) == pytest.approx(np.array(told["expected"]), abs=5e-3)
    repeated = histories.repeats > 0
    value = expected_value(money, histories.repeats[repeated], spend[repeated])
    assert value == pytest.approx(np.array(told["value"]), rel=5e-3)


def test_the_quadrature_is_the_closed_form_where_that_is_stable() -> None:
    """Expected purchases equal equation 10 of the paper, with its 2F1, to eight digits."""
    chance = np.random.default_rng(11)
    repeats = chance.integers(0, 30, 400).astype(float)
    age = chance.uniform(0.5, 100, 400)
    recency = np.where(repeats > 0, age * chance.uniform(0.01, 1, 400), 0.0)
    histories = Histories(repeats=repeats, recency=recency, age=age)
    r, alpha, a, b = CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b
    ahead = 39.0
    power = ((alpha + age) / (alpha + age + ahead)) ** (r + repeats)
    series = hyp2f1(r + repeats, b + repeats, a + b + repeats - 1, ahead / (alpha + age + ahead))
    closed = (a + b + repeats - 1) / (a - 1) * (1 - power * series)
    closed *= alive_probability(CDNOW, histories)
    assert expected_repeats(CDNOW, histories, ahead) == pytest.approx(closed, rel=1e-8)


def test_frequent_buyers_and_odd_parameters_give_finite_forecasts() -> None:
    """Where the closed form overflows or divides by zero (thousands of purchases, a = 1), forecasts stay in bounds."""
    repeats = np.array([0, 1, 250, 5_000, 40_000], dtype=float)
    histories = Histories(repeats=repeats, recency=np.where(repeats > 0, 300.0, 0.0), age=np.full(5, 301.0))
    for a in (1e-5, 0.999999, 1.0, 7.0, 5_000.0):
        model = RepeatModel(r=0.5, alpha=10.0, a=a, b=3.0, log_likelihood=0.0, people=5)
        found = expected_repeats(model, histories, 365.0)
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        assert (found <= (model.r + repeats) * 365.0 / (model.alpha + 301.0) * (1 + 1e-9)).all()


def test_a_shop_with_known_rates_is_recovered() -> None:
    """Of 20,000 simulated buyers the fit finds the drawn parameters within a tenth, and their future within 3%."""
    chance = np.random.default_rng(5)
    people, age, ahead = 20_000, 52.0, 52.0
    rate, leaves = chance.gamma(0.8, 1 / 6.0, people), chance.beta(1.2, 4.0, people)
    repeats, recency, later = np.zeros(people), np.zeros(people), np.zeros(people)
    for person in range(people):
        now = chance.exponential(1 / rate[person])
        while now <= age + ahead:
            if now <= age:
                repeats[person] += 1
                recency[person] = now
            else:
                later[person] += 1
            if chance.random() < leaves[person]:
                break
            now += chance.exponential(1 / rate[person])
    histories = Histories(repeats=repeats, recency=recency, age=np.full(people, age))
    model = fit_repeats(histories)
    assert (model.r, model.alpha) == pytest.approx((0.8, 6.0), rel=0.1)
    assert model.a / (model.a + model.b) == pytest.approx(1.2 / 5.2, rel=0.1)
    assert expected_repeats(model, histories, ahead).sum() == pytest.approx(later.sum(), rel=0.03)


def test_the_unit_of_time_and_of_money_does_not_matter() -> None:
    """Days instead of weeks and fen instead of yuan give the same forecasts."""
    chance = np.random.default_rng(3)
    repeats = chance.negative_binomial(0.4, 0.2, 800).astype(float)
    age = chance.uniform(10, 60, 800)
    recency = np.where(repeats > 0, age * chance.beta(3, 1, 800), 0.0)
    weeks = Histories(repeats=repeats, recency=recency, age=age)
    days = Histories(repeats=repeats, recency=7 * recency, age=7 * age)
    in_weeks = expected_repeats(fit_repeats(weeks), weeks, 13.0)
    assert expected_repeats(fit_repeats(days), days, 91.0) == pytest.approx(in_weeks, rel=1e-3)
    value = chance.gamma(6, 1 / chance.gamma(4, 1 / 16, 800)) / 6
    yuan, fen = fit_spend(repeats, value), fit_spend(repeats, 100 * value)
    assert expected_value(fen, repeats, 100 * value) == pytest.approx(
        100 * expected_value(yuan, repeats, value), rel=1e-3
    )


def test_nobody_who_came_back_is_said_so() -> None:
    """Without repeats, or with one value only, nothing can be fitted, and that is an error and no number."""
    nothing = np.zeros(5)
    with pytest.raises(ValueError, match="nobody bought twice"):
        fit_repeats(Histories(repeats=nothing, recency=nothing, age=nothing + 1))
    with pytest.raises(ValueError, match="fewer than two"):
        fit_spend(np.ones(4), np.full(4, 10.0))


def test_a_buyer_without_history_is_worth_what_all_are() -> None:
    """Without purchases of one's own the expected value is the mean over people; with many it is one's own."""
    model = SpendModel(p=6.25, q=3.744, v=15.444, people=946)
    value = expected_value(model, np.array([0.0, 1e6]), np.array([0.0, 99.0]))
    assert value == pytest.approx([6.25 * 15.444 / 2.744, 99.0], rel=1e-3)
