"""How many times the usual response people answer with, told from noisy responses to known doses."""

import numpy as np

from liftloop.inference.boosting import Trees, fit_multiples, predict_multiples

TREES = Trees(count=60, leaves=4, rate=0.06, leaf_share=0.02)


def test_multiples_are_found_where_they_are_and_only_there() -> None:
    """A product of two traits is followed, rows outside say nothing, no multiple is negative, the mean is one."""
    chance = np.random.default_rng(3)
    rows = 12_000
    raw = chance.normal(size=(rows, 6)).astype(np.float32)
    truth = np.where(raw[:, 0] > 0, 1.6, 0.4) * np.where(raw[:, 1] > 0, 1.6, 0.4)
    dose = chance.choice([-0.4, 0.1, 0.6], rows)
    inside = chance.random(rows) < 0.8
    target = np.where(inside, dose * truth + chance.normal(0, 0.4, rows), -50.0)
    whole, none = fit_multiples(raw, target, [(dose, inside), (dose, np.zeros(rows, dtype=np.bool_))], TREES)
    found = predict_multiples(whole, raw)
    assert np.corrcoef(found[~inside], truth[~inside])[0, 1] > 0.9
    assert found.min() > 0
    assert abs(found[inside].mean() - 1) < 1e-6
    assert np.allclose(predict_multiples(none, raw), 1)
