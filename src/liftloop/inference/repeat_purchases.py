"""BG/NBD: who still buys, and how often (Fader, Hardie and Lee 2005, "Counting your customers the easy way").

While alive a person buys at a rate drawn from Gamma(r, alpha); after each purchase they leave for good with a chance
drawn from Beta(a, b). Time is in whatever unit the histories are in; alpha is in the same one.
"""

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.late import betaln, digamma, eigh_tridiagonal, expit, gammaln, minimize

STARTS = ((0.5, 1.0, 0.5, 1.5), (1.0, 10.0, 1.0, 3.0), (0.2, 3.0, 2.0, 5.0))
"""The likelihood is not concave; the best of three ends is taken. Alpha starts as these times the mean gap."""
LOG_BOUND = 14.0
"""Parameters stay within e**-14 and e**14: a shop in which nobody ever leaves sends b there."""
NODES = 48
"""Nodes of the Gauss-Jacobi rule; 48 agree with the closed form to nine digits where that one is stable."""
CHANCE_MIN = 1e-15
"""Nodes nearer to 0 are rounding errors; the integrand is flat there."""
REPEATS_MAX = 400
"""Repeat purchases that are told apart in forecasts: beyond, the posterior changes by less than a quarter percent."""


class Histories(Struct, frozen=True, kw_only=True, eq=False):
    """Buyers as the model sees them, each array [people]: `repeats` purchases after the first, the last of them
    `recency` after the first, watched for `age` since the first. 0 <= recency <= age; recency is 0 without repeats.
    """

    repeats: Floats
    recency: Floats
    age: Floats


class RepeatModel(Struct, frozen=True, kw_only=True):
    """The fitted parameters; `log_likelihood` is of the histories it was fitted to."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    people: int


def fit_repeats(histories: Histories) -> RepeatModel:
    """Return the model of maximum likelihood.

    Raises `ValueError` where nobody bought twice: rate and loss cannot be told apart then.
    """
    if not histories.repeats.any():
        raise ValueError("nobody bought twice")
    distinct, weight = _grouped(histories)
    gap = float(np.average(distinct.age / (1 + distinct.repeats), weights=weight))
    best = None
    for start in STARTS:
        first = np.log(np.array(start) * (1.0, max(gap, 1e-6), 1.0, 1.0))
        found = minimize(
            _loss,
            first,
            (distinct, weight),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-LOG_BOUND, LOG_BOUND)] * 4,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    r, alpha, a, b = np.exp(best.x).tolist()
    people = len(histories.repeats)
    return RepeatModel(r=r, alpha=alpha, a=a, b=b, log_likelihood=-float(best.fun) * people, people=people)


def alive_probability(model: RepeatModel, histories: Histories) -> Floats:
    """Return the chance that each person has not left for good, in [0, 1]; shape [people].

    Without a repeat it is 1: in this model nobody leaves before a second purchase.
    """
    return expit(-_left_odds(_parameters(model), histories))


def expected_repeats(model: RepeatModel, histories: Histories, ahead: Floats | float) -> Floats:
    """Return how many purchases to expect of each person within `ahead` from now; shape [people].

    The posterior of the rate is Gamma(r + x, alpha + T) and, given life, that of the chance to leave is
    Beta(a, b + x), independently; E[(1 - (1 + p s)**-(r + x)) / p] with s = ahead / (alpha + T) is integrated over
    p by Gauss and Jacobi. The closed form (eq. 10) goes through 2F1, which overflows for frequent buyers.
    """
    repeats = np.minimum(histories.repeats, REPEATS_MAX)
    rate_shape = model.r + histories.repeats
    reach = np.broadcast_to(ahead, repeats.shape) / (model.alpha + histories.age)
    expected = np.zeros(len(repeats))
    kinds, inverse = np.unique(repeats, return_inverse=True)
    for number, kind in enumerate(kinds.tolist()):
        rows = np.flatnonzero(inverse == number)
        chance, weight = _beta_nodes(model.a, model.b + kind)
        survived = np.log1p(chance[:, None] * reach[rows])
        expected[rows] = weight @ (-np.expm1(-rate_shape[rows] * survived) / chance[:, None])
    return expected * alive_probability(model, histories)


def _parameters(model: RepeatModel) -> Floats:
    return np.array([model.r, model.alpha, model.a, model.b])


def _grouped(histories: Histories) -> tuple[Histories, Floats]:
    """Return the different histories and the share of people who have each: shops of millions have thousands."""
    rows = np.column_stack([histories.repeats, histories.recency, histories.age]).astype(np.float64)
    distinct, count = np.unique(rows, axis=0, return_counts=True)
    repeats, recency, age = distinct.T
    return Histories(repeats=repeats, recency=recency, age=age), count / count.sum()


def _left_odds(parameters: Floats, histories: Histories) -> Floats:
    """Return the logarithm of the odds that a person has left; -inf without a repeat."""
    r, alpha, a, b = parameters
    x = histories.repeats
    odds = np.log(a / (b + np.maximum(x, 1) - 1)) + (r + x) * np.log(
        (alpha + histories.age) / (alpha + histories.recency)
    )
    return np.where(x > 0, odds, -np.inf)


def _loss(logarithms: Floats, histories: Histories, weight: Floats) -> tuple[float, Floats]:
    """Return the mean negative log-likelihood (eq. 6) and its gradient by the logarithms of r, alpha, a and b."""
    r, alpha, a, b = parameters = np.exp(logarithms)
    x, waited, lived = histories.repeats, alpha + histories.age, alpha + histories.recency
    odds = _left_odds(parameters, histories)
    likelihood = gammaln(r + x) - gammaln(r) + r * logarithms[1] - (r + x) * np.log(waited)
    likelihood += betaln(a, b + x) - betaln(a, b) + np.logaddexp(0.0, odds)
    left = expit(odds)
    stayed = 1 - left
    sum_ab, later = digamma(a + b), digamma(a + b + x)
    gradient = np.array(
        [
            weight @ (digamma(r + x) - digamma(r) + logarithms[1] - stayed * np.log(waited) - left * np.log(lived)),
            weight @ (r / alpha - (r + x) * (stayed / waited + left / lived)),
            weight @ (sum_ab - later + left / a),
            weight @ (sum_ab - later + digamma(b + x) - digamma(b) - left / (b + np.maximum(x, 1) - 1)),
        ]
    )
    return -float(weight @ likelihood), -gradient * parameters


def _beta_nodes(a: float, b: float) -> tuple[Floats, Floats]:
    """Return nodes in (0, 1) and weights, together 1, that integrate over Beta(a, b).

    Golub and Welsch 1969 on the recurrence of Jacobi's polynomials; scipy's own rule overflows where a + b is large.
    """
    first, second, k = b - 1, a - 1, np.arange(1, NODES)
    step = 2 * k + first + second
    middle = np.concatenate([[(second - first) / (a + b)], (second - first) * (second + first) / (step * (step + 2))])
    # At k = 1 one factor above and below cancels; divided by itself it would be 0 / 0 where a + b = 1.
    shrinking = np.concatenate([[1.0], (k[1:] + first + second) / (step[1:] - 1)])
    beside = np.sqrt(4 * k * (k + first) * (k + second) * shrinking / (step**2 * (step + 1)))
    nodes, vectors = eigh_tridiagonal(middle, beside)
    return np.maximum((1 + nodes) / 2, CHANCE_MIN), np.square(vectors[0])
