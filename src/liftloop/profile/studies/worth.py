"""What buyers are worth: P(alive), purchases to expect and their value, and where each stands among all buyers."""

import numpy as np
from msgspec import Struct

from liftloop.inference.repeat_purchases import (
    Histories,
    RepeatModel,
    alive_probability,
    expected_repeats,
    fit_repeats,
)
from liftloop.inference.spend import SpendModel, expected_value, fit_spend
from liftloop.kernel.clock import DAY_MS
from liftloop.profile.studied import Studied
from liftloop.profile.studies.purchases import Buyers, Floats, Integers

AHEAD_DAYS = 365.0
SAMPLE_BUYERS = 20_000
"""Buyers that the models are fitted to, spread evenly: their errors are about a percent, and it takes a second."""
REPEATERS_MIN = 50
"""With fewer people who came back four parameters would be read from noise: then nothing is said."""
SCORES = 5


class WorthModel(Struct, frozen=True, kw_only=True):
    """What was fitted; alpha is in days, v in fen."""

    repeats: RepeatModel
    spend: SpendModel


def fit_worth(buyers: Buyers, now_ms: int) -> WorthModel | None:
    """Return the models of this shop, None where too few people came back."""
    rows = np.arange(0, len(buyers.profile), max(1, len(buyers.profile) // SAMPLE_BUYERS))
    if (buyers.count[rows] > 1).sum() < REPEATERS_MIN:
        return None
    histories = _histories(buyers, rows, now_ms)
    try:
        spend = fit_spend(buyers.count[rows].astype(np.float64), buyers.mean_fen[rows])
    except ValueError:  # All purchases cost the same: nobody differs from the mean.
        mean = float(buyers.mean_fen[rows].mean())
        spend = SpendModel(p=1.0, q=1e9, v=max(mean, 0.0) * 1e9, people=len(rows))
    return WorthModel(repeats=fit_repeats(histories), spend=spend)


def worth_traits(buyers: Buyers, model: WorthModel, now_ms: int) -> list[Studied]:
    """Return alive_probability, orders_expected_365d and clv_fen, rounded: what is below that is no news."""
    histories = _histories(buyers, np.arange(len(buyers.profile)), now_ms)
    expected = expected_repeats(model.repeats, histories, AHEAD_DAYS)
    value_fen = expected_value(model.spend, buyers.count.astype(np.float64), buyers.mean_fen)
    return [
        _studied("alive_probability", buyers, np.round(alive_probability(model.repeats, histories), 3)),
        _studied("orders_expected_365d", buyers, np.round(expected, 2)),
        _studied("clv_fen", buyers, np.round(expected * value_fen)),
    ]


def rfm_traits(profile: Integers, last_ms: Integers, orders: Integers, spent_fen: Floats) -> list[Studied]:
    """Return the three scores of buyers, 1 to 5: the fifth of all buyers that each is in (Hughes 1994)."""
    names = ("rfm_recency_score", "rfm_frequency_score", "rfm_monetary_score")
    scores = (_fifths(values) for values in (last_ms, orders, spent_fen))
    return [Studied(trait=name, profile=profile, value=score) for name, score in zip(names, scores, strict=True)]


def _fifths(values: Floats | Integers) -> Floats:
    """Return 1 to 5 by the share of all that are smaller; equal values have equal scores."""
    smaller = np.searchsorted(np.sort(values), values, side="left") / max(len(values), 1)
    return 1.0 + np.minimum(np.floor(smaller * SCORES), SCORES - 1)


def _histories(buyers: Buyers, rows: Integers, now_ms: int) -> Histories:
    """Return buyers as BG/NBD sees them, in days."""
    first, last = buyers.first_ms[rows], buyers.last_ms[rows]
    return Histories(
        repeats=(buyers.count[rows] - 1).astype(np.float64),
        recency=(last - first) / DAY_MS,
        age=np.maximum(now_ms - first, last - first) / DAY_MS,
    )


def _studied(trait: str, buyers: Buyers, value: Floats) -> Studied:
    return Studied(trait=trait, profile=buyers.profile, value=value)
