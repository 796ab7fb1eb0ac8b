"""Runs in the second environment, where lifetimes is: histories in as JSON, its fit and forecasts out."""

import json
import sys

import numpy as np
from lifetimes import BetaGeoFitter, GammaGammaFitter


def main() -> None:
    given = json.load(sys.stdin)
    repeats, recency, age, spend = (np.array(given[name]) for name in ("repeats", "recency", "age", "spend"))
    counts = BetaGeoFitter().fit(repeats, recency, age)
    bought = repeats > 0
    money = GammaGammaFitter().fit(repeats[bought], spend[bought])
    told = {
        "counts": [float(counts.params_[name]) for name in ("r", "alpha", "a", "b")],
        "money": [float(money.params_[name]) for name in ("p", "q", "v")],
        "expected": counts.conditional_expected_number_of_purchases_up_to_time(
            given["ahead"], repeats, recency, age
        ).tolist(),
        "alive": counts.conditional_probability_alive(repeats, recency, age).tolist(),
        "value": money.conditional_expected_average_profit(repeats[bought], spend[bought]).tolist(),
    }
    json.dump(told, sys.stdout)


main()
