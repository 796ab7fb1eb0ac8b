"""On real experiments: a losing promotion becomes profitable; where personalising does not pay, it says so."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from contact_logs import Log, real_log

from liftloop.inference.folds import assign_folds
from liftloop.learn.contract import PolicyReport, PolicyRequest
from liftloop.learn.policy_decide import decide
from liftloop.learn.policy_table import learn_policy
from liftloop.learn.table import read_table

ROOT = Path(__file__).resolve().parents[2]
STARBUCKS = PolicyRequest(treatment="Promotion", treated="Yes", outcome="purchase", unit_id="ID", value=10.0, cost=0.15)
HILLSTROM = PolicyRequest(treatment="segment", control="No E-Mail", outcome="spend", unit_id=None, value=1.0, cost=0.1)


def codes(report: PolicyReport) -> dict[str, str]:
    """Return which columns were left out, and why."""
    return {notice.column: notice.code for notice in report.warnings if notice.column is not None}


def test_half_of_the_promotion_log_earns_on_the_other_half() -> None:
    """Learned on one half: personalise. On the half not seen it earns, by inverse propensities, where all lose."""
    log = real_log("starbucks_promotion/training.csv")
    table = read_table(log)
    seen = assign_folds(log["ID"], count=2, salt="halves") == 0
    report = learn_policy(table.select(seen), STARBUCKS)
    assert report.verdict == "personalise"
    assert report.profit_per_1000 is not None
    assert report.profit_per_1000.value > 0
    assert report.model is not None
    judged = table.select(~seen)
    chosen = decide(report.model, judged, "en").action == "Yes"
    treated = judged.columns["Promotion"] == "Yes"
    bought = judged.columns["purchase"].astype(float)
    gain = 10 * np.where(treated, 2.0, -2.0) * bought - 0.15
    assert 1000 * (gain * chosen).mean() > 5
    assert 1000 * gain.mean() < -30


@pytest.mark.long
def test_everybody_gets_the_mens_mail() -> None:
    """On Hillstrom's spend personalising does not pay; later columns are left out, and the report says both."""
    report = learn_policy(read_table(real_log("hillstrom/hillstrom.csv")), HILLSTROM)
    assert report.verdict == "static:Mens E-Mail"
    assert codes(report) == {"visit": "column_after_contact", "conversion": "column_is_outcome"}
    assert not {"visit", "conversion"} & set(report.columns)
    assert report.profit_per_1000 is not None
    assert report.profit_per_1000.low_95 > 0


def planted(log: Log) -> Log:
    """Return Hillstrom with more buyers where a mail suits: mens the lately active, womens the others.

    Who buys has visited and converted, as in the log itself.
    """
    chance = np.random.default_rng(1)
    segment, recency = np.array(log["segment"]), np.array(log["recency"], dtype=int)
    suits = ((segment == "Mens E-Mail") & (recency <= 4)) | ((segment == "Womens E-Mail") & (recency >= 7))
    buys = suits & (chance.random(segment.size) < 0.03)
    spend = np.array(log["spend"], dtype=float) + np.where(buys, 60.0, 0.0)
    done = {name: np.where(buys, "1", log[name]).tolist() for name in ("visit", "conversion")}
    return {**log, **done, "spend": [str(amount) for amount in spend]}


@pytest.mark.long
def test_planted_differences_are_found() -> None:
    """On a copy with planted heterogeneity the verdict is personalise, and it beats every mail for all."""
    report = learn_policy(read_table(planted(real_log("hillstrom/hillstrom.csv"))), HILLSTROM)
    assert report.verdict == "personalise"
    for arm in report.arms[1:]:
        assert arm.policy_gain_per_1000 is not None
        assert arm.policy_gain_per_1000.low_90 > 0


@pytest.mark.long
def test_shuffled_arms_prove_nothing() -> None:
    """On five copies with shuffled treatment nothing is claimed."""
    log = real_log("hillstrom/hillstrom.csv")
    for seed in range(5):
        shuffled = np.random.default_rng(seed).permutation(log["segment"]).tolist()
        report = learn_policy(read_table({**log, "segment": shuffled}), HILLSTROM)
        assert report.verdict in {"nobody", "refused"}


@pytest.mark.long
def test_five_folds_of_the_promotion_log_earn() -> None:
    """The bench: profit above zero at 95%, the forecast inside the interval, NIR above the published 189.45."""
    real_log("starbucks_promotion/training.csv")
    printed = subprocess.run(
        [sys.executable, "-m", "bench.promotion"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    found = json.loads(printed.splitlines()[-1])
    assert found["low"] > 0
    assert found["low"] <= found["forecast_per_1000"] <= found["high"]
    assert found["nir"] > 189.45
    assert found["irr"] > 0.0188
