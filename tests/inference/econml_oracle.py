"""Runs in the second environment, where EconML is: a randomised log in, effects by its learners out."""

import json
import sys

import numpy as np
from econml.dml import LinearDML
from econml.dr import LinearDRLearner
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import RidgeCV


class Known(ClassifierMixin, BaseEstimator):
    """The chances by which arms were drawn, which stand in the last columns."""

    def __init__(self, arms: int = 2):
        self.arms = arms

    def fit(self, columns, target, sample_weight=None):
        self.classes_ = np.arange(self.arms)
        return self

    def predict_proba(self, columns):
        return columns[:, -self.arms :]

    def predict(self, columns):
        return self.predict_proba(columns).argmax(axis=1)


def main() -> None:
    given = np.load(sys.argv[1])
    arms = given["chance"].shape[1]
    common = {"cv": 5, "random_state": 1}
    if str(given["learner"]) == "robust":
        model = LinearDRLearner(model_propensity=Known(arms), model_regression=RidgeCV(), min_propensity=1e-9, **common)
    else:
        model = LinearDML(model_y=RidgeCV(), model_t=Known(arms), discrete_treatment=True, **common)
    model.fit(given["outcome"], given["arm"], X=given["traits"], W=given["chance"])
    asked = given["asked"]
    means = [model.ate_inference(given["traits"], T0=0, T1=arm) for arm in range(1, arms)]
    told = {
        "effects": [model.effect(asked, T0=0, T1=arm).ravel().tolist() for arm in range(1, arms)],
        "mean": [float(np.ravel(one.mean_point)[0]) for one in means],
        "error": [float(np.ravel(one.stderr_mean)[0]) for one in means],
    }
    print(json.dumps(told))


main()
