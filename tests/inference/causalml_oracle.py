"""Runs in the second environment, where causalml is: a log with one treatment in, Qini scores of learners out."""

import json
import sys

import numpy as np
import pandas as pd
from causalml.inference.meta import BaseRRegressor, BaseSRegressor, BaseTRegressor, BaseXRegressor
from causalml.metrics import qini_score
from lightgbm import LGBMRegressor


def main() -> None:
    given = np.load(sys.argv[1])
    traits, arm, outcome = given["traits"], given["arm"], given["outcome"]
    learn, judge = given["learn"], ~given["learn"]

    def trees() -> LGBMRegressor:
        return LGBMRegressor(n_estimators=100, num_leaves=8, learning_rate=0.05, n_jobs=1, verbose=-1, random_state=1)

    chance = np.full(int(learn.sum()), float(given["chance"]))
    learners = {
        "single": BaseSRegressor(trees()),
        "two": BaseTRegressor(trees()),
        "cross": BaseXRegressor(trees()),
        "residual": BaseRRegressor(trees(), n_fold=5, random_state=1),
    }
    told = pd.DataFrame({"y": outcome[judge], "w": arm[judge], "tau": given["truth"][judge], "ours": given["ours"]})
    for name, learner in learners.items():
        known = {} if name in ("single", "two") else {"p": chance}
        learner.fit(X=traits[learn], treatment=arm[learn], y=outcome[learn], **known)
        known = {"p": np.full(int(judge.sum()), float(given["chance"]))} if name == "cross" else {}
        told[name] = learner.predict(traits[judge], **known).ravel()
    told["truth"] = told["tau"]
    scores = qini_score(told, normalize=False)
    print(json.dumps({name: float(scores[name]) for name in ("ours", "truth", *learners)}))


main()
