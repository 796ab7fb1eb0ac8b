"""Our effects, experiments and looks say what EconML, causalml, gbstats and spotify-confidence say of the same data."""

import math
from pathlib import Path

import numpy as np
import pytest
from small_trials import simulate

from liftloop.inference.arm_scores import fold_sums, scores_within
from liftloop.inference.difference import Measured, difference
from liftloop.inference.effects import fit_effects, material, predict_effects
from liftloop.inference.intervals import z_two_sided
from liftloop.inference.policy_choice import everybody, policy_profit
from liftloop.inference.sequential import planned_boundaries, sequence_limit
from liftloop.inference.srm import check_ratio
from second_environment import ask

pytestmark = pytest.mark.long
HERE = Path(__file__).parent


def test_econml_finds_the_same_effects_and_the_same_errors(tmp_path: Path) -> None:
    """Mean effects differ by less than a quarter of an error and errors by a tenth; single people's correlate by 0.97.

    Where truth is as straight as their lines, ours, which look for bends too, lie at most twice as far from it.
    """
    simulated = simulate(31, 20_000, lambda traits: np.column_stack([0.3 + 0.5 * traits[:, 2], 0.2 * traits[:, 3]]))
    trial = simulated.trial
    sums = fold_sums(trial)
    ours = predict_effects(fit_effects("robust_linear", material(trial, sums, trial.folds)), trial.features)[:, 1:]
    scores = scores_within(trial, sums, trial.folds)
    traits = trial.features.raw.astype(np.float64)
    arrays = {"traits": traits, "arm": trial.arm, "outcome": trial.outcome, "chance": trial.propensity}
    told = ask(HERE / "econml_oracle.py", tmp_path, arrays | {"asked": traits, "learner": "robust"})
    theirs = np.array(told["effects"]).T
    for arm in (1, 2):
        mean = policy_profit(trial, scores, everybody(trial, arm))
        assert abs(mean.value - told["mean"][arm - 1]) < 0.25 * mean.error
        assert told["error"][arm - 1] == pytest.approx(mean.error, rel=0.1)
        assert np.corrcoef(ours[:, arm - 1], theirs[:, arm - 1])[0, 1] > 0.97
    missed = [math.sqrt(float(np.square(one - simulated.profit[:, 1:]).mean())) for one in (ours, theirs)]
    assert missed[0] <= 2 * missed[1]


def test_causalml_ranks_people_no_better(tmp_path: Path) -> None:
    """By causalml's own Qini score, on people that no model saw, our blend gets at least what its best learner gets."""
    simulated = simulate(32, 16_000, lambda traits: (0.4 * (traits[:, 2] > 0) + 0.2 * traits[:, 3])[:, None])
    trial = simulated.trial
    learn = trial.fold < 3
    chance = float((trial.arm == 1).mean())
    kept = trial.select(learn)
    model = fit_effects("blend", material(trial, fold_sums(trial), (0, 1, 2)))
    ours = predict_effects(model, trial.select(~learn).features)[:, 1]
    assert kept.rows > 10_000
    arrays = {
        "traits": trial.features.raw.astype(np.float64),
        "arm": trial.arm,
        "outcome": trial.outcome,
        "truth": simulated.profit[:, 1],
        "learn": learn,
        "ours": ours,
        "chance": chance,
    }
    told = ask(HERE / "causalml_oracle.py", tmp_path, arrays)
    assert told["ours"] >= 0.98 * max(told[name] for name in ("single", "two", "cross", "residual"))
    assert 0.9 * told["truth"] <= told["ours"] <= 1.01 * told["truth"]


def test_gbstats_and_confidence_judge_an_experiment_alike(tmp_path: Path) -> None:
    """Differences, their intervals, adjustment by what was known, bands that always hold, sample ratios and the limits
    of planned looks are theirs; the band to 1%, limits to 0.005, all else to a thousandth of an error.
    """
    dice = np.random.default_rng(33)
    rows = 40_000
    before = dice.normal(size=rows)
    treated = dice.random(rows) < 0.4
    outcome = 5 + 0.7 * before + 0.1 * treated + dice.normal(size=rows)
    counts = np.array([[1_000, 2_000, 7_000], [1_100, 2_000, 7_000], [900, 2_100, 6_950]])
    looks = np.array([[0.2, 0.4, 0.6, 0.8, 1.0], [0.1, 0.5, 0.6, 0.9, 1.0], [0.0, 0.0, 0.25, 0.5, 1.0]])
    cluster = np.arange(rows)
    plain = difference(Measured(outcome=outcome, treated=treated, cluster=cluster))
    ours = difference(Measured(outcome=outcome, treated=treated, cluster=cluster, covariates=before[:, None]))
    centered = [part - part.mean() for part in (before[treated], before[~treated])]
    spread = sum(float(part @ part) for part in centered)
    theta = sum(float(part @ outcome[one]) for part, one in zip(centered, (treated, ~treated), strict=True)) / spread
    tuned = np.array([rows / 4, rows, 4 * rows])
    arrays = {"outcome": outcome, "treated": treated, "before": before, "theta": theta}
    told = ask(
        HERE / "experiments_oracle.py", tmp_path, arrays | {"tuned": tuned, "counts": counts, "fractions": looks}
    )
    for found, name in ((plain.effect, "absolute"), (plain.relative, "relative"), (ours.effect, "adjusted")):
        half = z_two_sided(0.9) * found.error
        wanted = [found.value, found.value - half, found.value + half]
        assert told[name] == pytest.approx(wanted, abs=1e-3 * found.error), name
    for limit, (_, low, high) in zip(tuned, told["sequences"], strict=True):
        band = sequence_limit(rows / limit, 0.1) * plain.effect.error
        assert (high - low) / 2 == pytest.approx(band, rel=0.01)
    for row, theirs in zip(counts, told["mismatch"], strict=True):
        assert check_ratio(row.tolist(), [0.1, 0.2, 0.7]).p_value == pytest.approx(theirs, rel=1e-9)
    for fractions, theirs in zip(looks, told["looks"], strict=True):
        assert planned_boundaries(fractions[fractions > 0].tolist(), 0.05) == pytest.approx(theirs, abs=5e-3)
