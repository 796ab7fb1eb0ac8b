"""Encodings, ridge, trees and scores: the parts that policies are made of."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_trials import simulate

from liftloop.inference.arm_scores import fold_sums, scores_within
from liftloop.inference.effects import (
    LEARNERS,
    EffectModel,
    fit_effects,
    material,
    predict_effects,
)
from liftloop.inference.encoding import Encoding, encode, fit_encoding
from liftloop.inference.ridge import added, fit_ridge, predict_linear, residual, sums_of
from liftloop.inference.trial import without_whales

WORDS = st.sampled_from(["北京", "上海", "", "Phone", "新词"])
NUMBERS = st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(NUMBERS, WORDS), min_size=2, max_size=30), st.lists(st.tuples(NUMBERS, WORDS), max_size=9))
def test_an_encoding_survives_json_and_meets_the_unknown(
    seen: list[tuple[float, str]], later: list[tuple[float, str]]
) -> None:
    """Sent through JSON it encodes rows as before, and new words or gaps give finite designs of the same width."""

    def columns(rows: list[tuple[float, str]]) -> dict[str, np.ndarray]:
        return {
            "n": np.array([number for number, _ in rows], dtype=np.float64),
            "w": np.array([word for _, word in rows], dtype=np.str_),
        }

    encoding = fit_encoding(columns(seen))
    again = msgspec.json.decode(msgspec.json.encode(encoding), type=Encoding)
    assert again == encoding
    first, second = encode(encoding, columns(seen), len(seen)), encode(again, columns(seen), len(seen))
    assert np.array_equal(first.raw, second.raw, equal_nan=True)
    new = encode(again, columns(later), len(later))
    assert new.design.shape == (len(later), first.design.shape[1])
    assert np.isfinite(new.design).all()


def test_ridge_of_added_sums_is_ridge_of_all_rows() -> None:
    """Sums over parts give the fit of the whole, and its residual sums those of the residuals."""
    chance = np.random.default_rng(1)
    design = chance.normal(size=(900, 6)).astype(np.float32)
    target = design[:, 0] * 2.0 + chance.normal(size=900) + 5
    whole = sums_of(design, target)
    parts = added([sums_of(design[:300], target[:300]), sums_of(design[300:], target[300:])])
    line = fit_ridge(whole)
    assert fit_ridge(parts) == pytest.approx(line, abs=1e-6)
    left = residual(whole, line)
    direct = sums_of(design, target - predict_linear(design, line))
    assert left.cross == pytest.approx(direct.cross, abs=1e-2)
    assert left.square == pytest.approx(direct.square, rel=1e-4)
    assert line[0] == pytest.approx(5, abs=0.15)
    assert line[1] == pytest.approx(2, abs=0.1)


def test_ridge_shrinks_noise_away() -> None:
    """Where nothing is to be found the slopes are a small part of what least squares finds."""
    chance = np.random.default_rng(2)
    design = chance.normal(size=(500, 20)).astype(np.float32)
    sizes, plain = [], []
    for _ in range(20):
        target = chance.normal(size=500)
        sizes.append(np.square(fit_ridge(sums_of(design, target))[1:]).sum())
        plain.append(np.square(np.linalg.lstsq(design, target - target.mean(), rcond=None)[0]).sum())
    assert np.mean(sizes) < 0.15 * np.mean(plain)


def test_scores_are_unbiased_with_unequal_chances() -> None:
    """The mean score of each arm is the mean outcome had all drawn it, within three errors; nuisances may be wrong."""

    def effect(traits: np.ndarray) -> np.ndarray:
        return np.column_stack([traits[:, 0] + 0.3, np.square(traits[:, 2])])

    simulated = simulate(6, 40_000, effect)
    trial = simulated.trial
    scores = scores_within(trial, fold_sums(trial), trial.folds)
    for arm in range(3):
        contrast = scores[:, arm] - scores[:, 0] - simulated.profit[:, arm]
        assert abs(contrast.mean()) <= 3 * contrast.std() / np.sqrt(trial.rows) + 1e-12


def test_each_fold_is_scored_by_the_others() -> None:
    """The lines of a fold's scores are those of the other training folds alone."""
    trial = simulate(7, 1_000, lambda traits: traits[:, [0]]).trial
    sums = fold_sums(trial)
    scores = scores_within(trial, sums, [0, 1, 3])
    assert np.isnan(scores[trial.fold == 2]).all()
    mask = trial.fold == 3
    model = predict_linear(trial.features.design[mask], sums.lines_of([0, 1]))
    row, arm = np.arange(mask.sum()), trial.arm[mask]
    expected = model[row, arm] + (trial.outcome[mask] - model[row, arm]) / trial.propensity[mask][row, arm]
    assert scores[mask][row, arm] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("learner", LEARNERS)
def test_every_learner_finds_a_plain_effect_and_survives_json(learner) -> None:
    """Effects correlate with the truth above 0.8; the model sent through JSON predicts exactly the same."""
    simulated = simulate(8, 6_000, lambda traits: np.column_stack([traits[:, 2], -traits[:, 2]]))
    trial = simulated.trial
    model = fit_effects(learner, material(trial, fold_sums(trial), trial.folds))
    effects = predict_effects(model, trial.features)
    for arm in (1, 2):
        assert np.corrcoef(effects[:, arm], simulated.profit[:, arm])[0, 1] > 0.8
    assert (effects[:, 0] == 0).all()
    again = msgspec.json.decode(msgspec.json.encode(model), type=EffectModel)
    assert np.array_equal(predict_effects(again, trial.features), effects)


def test_whales_are_cut_and_yes_no_is_not() -> None:
    """Cutting touches a thousandth of heavy spending and nothing of a rare yes/no outcome."""
    chance = np.random.default_rng(9)
    spending = np.where(chance.random(50_000) < 0.05, chance.lognormal(3, 1.5, 50_000), 0.0)
    cut = without_whales(spending)
    assert 40 <= (cut != spending).sum() <= 51
    rare = (chance.random(50_000) < 0.0005).astype(float)
    assert np.array_equal(without_whales(rare), rare)
