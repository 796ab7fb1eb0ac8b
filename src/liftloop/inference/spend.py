"""Gamma-Gamma: what a purchase of each buyer is worth (Fader and Hardie 2013, "The gamma-gamma model of spend").

Purchases of one person are Gamma(p, nu) around their own mean, and nu is Gamma(q, v) over people; how much somebody
spends is taken to be independent of how often. Money is in whatever unit it comes in; v is in the same one.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.late import digamma, gammaln, minimize

STARTS = ((5.0, 3.0), (1.0, 2.0), (20.0, 10.0))
"""Of p and q; v starts where the model's mean is that of the data."""
LOG_BOUND = 12.0


class SpendModel(Struct, frozen=True, kw_only=True):
    """The fitted parameters; the mean over people is p * v / (q - 1), finite where q > 1."""

    p: float
    q: float
    v: float
    people: int


def fit_spend(purchases: Floats, mean_value: Floats) -> SpendModel:
    """Return the model of maximum likelihood from counted purchases and their mean value, both [people].

    People without a purchase or with a mean of 0 or less are left out. Raises `ValueError` where fewer than two
    different means are left.
    """
    known = (purchases > 0) & (mean_value > 0)
    x, mean = purchases[known].astype(np.float64), mean_value[known].astype(np.float64)
    if len(np.unique(mean)) < 2:
        raise ValueError("fewer than two people with different means")
    scale = float(mean.mean())  # In units of the mean the optimum lies near 1, whatever the currency.
    best = None
    for p, q in STARTS:
        found = minimize(
            _loss,
            np.log([p, q, max(q - 1, 0.5) / p]),
            (x, mean / scale),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-LOG_BOUND, LOG_BOUND)] * 3,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    p, q, v = np.exp(best.x).tolist()
    return SpendModel(p=p, q=q, v=v * scale, people=len(x))


def expected_value(model: SpendModel, purchases: Floats, mean_value: Floats) -> Floats:
    """Return what the next purchase of each person is worth on average; shape [people].

    It lies between the person's own mean and that of everybody (eq. 5); without purchases it is the latter.
    """
    x = np.where(mean_value > 0, purchases, 0.0)
    own = np.where(x > 0, mean_value, 0.0)
    # With q at or below 1 the mean over people does not exist; a hair above it, few purchases still tell something.
    return model.p * (model.v + x * own) / np.maximum(model.p * x + model.q - 1, 1e-3)


def _loss(logarithms: Floats, x: Floats, mean: Floats) -> tuple[float, Floats]:
    """Return the mean negative log-likelihood (eq. 1a) and its gradient by the logarithms of p, q and v."""
    p, q, v = np.exp(logarithms)
    total, shape = v + x * mean, p * x + q
    likelihood = gammaln(shape) - gammaln(p * x) - gammaln(q) + q * logarithms[2] - shape * np.log(total)
    likelihood += (p * x - 1) * np.log(mean) + p * x * np.log(x)
    common = digamma(shape) - np.log(total)
    gradient = np.array(
        [
            np.mean(x * (common - digamma(p * x) + np.log(mean) + np.log(x))),
            np.mean(common - digamma(q) + logarithms[2]),
            np.mean(q / v - shape / total),
        ]
    )
    return -float(likelihood.mean()), -gradient * np.array([p, q, v])
