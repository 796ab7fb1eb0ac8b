"""What the learned policy earns on a real promotion log, judged on rows that it never saw.

Five folds: the whole procedure of `liftloop policy learn` is run on four, its policy decides for the fifth.
`profit_per_1000` with its 95% interval is the doubly robust worth of those decisions against promoting to nobody;
`forecast_per_1000` is what the procedure itself had forecast, mean over the five; `nir` (per 41,650 rows, the size of
the promotion's own test set) and `irr` are the plain counts of the same decisions.

    python -m bench.promotion
"""

import csv
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from liftloop.inference.arm_scores import fold_sums, scores_within
from liftloop.inference.arrays import Integers
from liftloop.inference.policy_choice import policy_profit
from liftloop.inference.trial import Trial
from liftloop.kernel.errors import LiftloopError
from liftloop.learn.contract import PolicyReport, PolicyRequest
from liftloop.learn.experiment_table import read_experiment
from liftloop.learn.policy_decide import decide
from liftloop.learn.policy_table import learn_policy, money, response_rates
from liftloop.learn.table import Table, read_table

REQUEST = PolicyRequest(treatment="Promotion", treated="Yes", outcome="purchase", unit_id="ID", value=10.0, cost=0.15)
REFERENCE_ROWS = 41_650


def run() -> dict[str, float]:
    """Return the figures; raises `LiftloopError` where the data are missing."""
    table = read_log(data_folder() / "starbucks_promotion" / "training.csv")
    trial = read_experiment(table, REQUEST).trial
    choice = np.zeros(trial.rows, dtype=np.int64)
    forecasts: list[float] = []
    for fold in trial.folds:
        judged = trial.fold == fold
        report = learn_policy(table.select(~judged), REQUEST)
        choice[judged] = decided(report, table.select(judged))
        forecasts.append(report.profit_per_1000.value if report.profit_per_1000 else 0.0)
        print(f"fold {fold}: {report.verdict}, forecast {forecasts[-1]:.1f} per 1,000", file=sys.stderr)
    return figures(trial, choice, forecasts)


def figures(trial: Trial, choice: Integers, forecasts: list[float]) -> dict[str, float]:
    profit = money(policy_profit(trial, scores_within(trial, fold_sums(trial), trial.folds), choice))
    irr, nir = response_rates(trial, choice)
    return {
        "profit_per_1000": round(profit.value, 2),
        "low": round(profit.low_95, 2),
        "high": round(profit.high_95, 2),
        "forecast_per_1000": round(float(np.mean(forecasts)), 2),
        "treated_share": round(float((choice != 0).mean()), 4),
        "nir": round((nir or 0.0) * REFERENCE_ROWS / trial.rows, 2),
        "irr": round(irr or 0.0, 5),
    }


def decided(report: PolicyReport, table: Table) -> Integers:
    """Return 1 where the report's policy treats; a refusal treats nobody."""
    if report.model is None:
        return np.zeros(table.rows, dtype=np.int64)
    return (decide(report.model, table, "en").action == REQUEST.treated).astype(np.int64)


def data_folder() -> Path:
    checkout = Path(__file__).resolve().parent.parent
    return Path(os.environ.get("LIFTLOOP_TEST_DATA", checkout.parent / "shared" / "data"))


def read_log(path: Path) -> Table:
    if not path.exists():
        raise LiftloopError(
            "data_missing",
            zh=f"找不到数据文件 {path}。",
            en=f"The data file {path} is missing.",
            next_zh="请把环境变量 LIFTLOOP_TEST_DATA 设为数据所在的文件夹。",
            next_en="Set the environment variable LIFTLOOP_TEST_DATA to the folder of the data.",
        )
    with path.open(encoding="utf-8-sig", newline="") as file:
        names, *rows = csv.reader(file)
    return read_table(dict(zip(names, zip(*rows, strict=True), strict=True)))


def main() -> None:
    started = time.perf_counter()
    found = run()
    print(f"{time.perf_counter() - started:.1f} s, one thread", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
