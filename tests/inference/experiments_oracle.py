"""Runs in the second environment, where gbstats and spotify-confidence are: one experiment in, their verdicts out."""

import json
import sys

import numpy as np
from gbstats.frequentist.tests import (
    FrequentistConfig,
    SequentialConfig,
    SequentialTwoSidedTTest,
    TwoSidedTTest,
)
from gbstats.models.statistics import RegressionAdjustedStatistic, SampleMeanStatistic
from gbstats.utils import check_srm
from scipy.stats import norm
from spotify_confidence.analysis.frequentist import sequential_bound_solver as solver


def spending(alpha, phi, t):
    """O'Brien-Fleming-like spending of one side (Lan and DeMets 1983), where the library has a power of time."""
    spent = 2 * (1 - norm.cdf(norm.ppf(1 - alpha / 2) / np.sqrt(t)))
    return spent, np.diff(spent, prepend=0.0)


def mean_of(values):
    return SampleMeanStatistic(n=values.size, sum=float(values.sum()), sum_squares=float(np.square(values).sum()))


def interval(test):
    low, high = test.confidence_interval
    return [float(test.point_estimate), float(low), float(high)]


def main() -> None:
    given = np.load(sys.argv[1])
    treated = given["treated"]
    control, chosen = given["outcome"][~treated], given["outcome"][treated]
    before = given["before"]
    products = [float((given["outcome"][one] * before[one]).sum()) for one in (~treated, treated)]
    theta = float(given["theta"])
    adjusted = [
        RegressionAdjustedStatistic(
            n=int(one.sum()),
            post_statistic=mean_of(given["outcome"][one]),
            pre_statistic=mean_of(before[one]),
            post_pre_sum_of_products=product,
            theta=theta,
        )
        for one, product in zip((~treated, treated), products, strict=True)
    ]
    plain = [mean_of(control), mean_of(chosen)]
    absolute, relative = (FrequentistConfig(difference_type=kind, alpha=0.1) for kind in ("absolute", "relative"))
    solver._alphas = spending
    told = {
        "absolute": interval(TwoSidedTTest(*plain, absolute)),
        "relative": interval(TwoSidedTTest(*plain, relative)),
        "adjusted": interval(TwoSidedTTest(*adjusted, absolute)),
        "sequences": [
            interval(
                SequentialTwoSidedTTest(
                    *plain,
                    SequentialConfig(difference_type="absolute", alpha=0.1, sequential_tuning_parameter=float(tuned)),
                )
            )
            for tuned in given["tuned"]
        ],
        "mismatch": [check_srm(list(map(int, row)), [1.0, 2.0, 7.0]) for row in given["counts"]],
        "looks": [
            solver.bounds(fractions[fractions > 0], alpha=0.05, rho=1.0, ztrun=8.0, sides=2).df["zb"].tolist()
            for fractions in given["fractions"]
        ],
    }
    print(json.dumps(told))


main()
