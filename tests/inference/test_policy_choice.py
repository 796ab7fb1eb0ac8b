"""Policies chosen on some folds and judged on others: honest forecasts, few false claims, no harm."""

import numpy as np
import pytest
from small_trials import Simulated, nothing, simulate

from liftloop.inference.cross_fit import WHOLE, cross_fit
from liftloop.inference.effects import Learner
from liftloop.inference.policy_choice import Gate, Judgement, candidate_choice, judge, select, view
from liftloop.inference.trial import Trial

LINES: tuple[Learner, ...] = ("linear", "robust_linear")  # Without trees a judgement takes 0.1 s.


def true_profit(simulated: Simulated, found: Judgement) -> float:
    return float(simulated.profit[np.arange(simulated.trial.rows), found.choice].mean())


def crossing(traits: np.ndarray) -> np.ndarray:
    """Each of two arms suits the half of the people whom the other annoys."""
    return np.column_stack([0.5 * np.sign(traits[:, 2]), -0.5 * np.sign(traits[:, 2])])


def alike(traits: np.ndarray) -> np.ndarray:
    """Two arms of which the second is better for everybody, by the same."""
    return np.column_stack([np.full(traits.shape[0], 0.15), np.full(traits.shape[0], 0.35)])


def touched(trial: Trial, fold: int) -> Trial:
    """Return the trial with wild outcomes in one fold."""
    wild = np.where(trial.fold == fold, 5.0 - 3.0 * trial.outcome, trial.outcome)
    return trial.with_outcome(wild)


def test_what_is_judged_on_a_fold_never_saw_it() -> None:
    """Whatever happens to the outcomes of a fold, nothing that it judges changes: choices, scores, selection."""
    trial = simulate(1, 1_500, crossing).trial
    before, after = cross_fit(trial), cross_fit(touched(trial, 2))
    inside, outside = trial.fold == 2, trial.fold != 2
    for name, choices in before.choices.items():
        assert np.array_equal(choices[WHOLE][inside], after.choices[name][WHOLE][inside])
        assert np.array_equal(choices[2][outside], after.choices[name][2][outside])
        assert np.array_equal(before.effects[name][inside], after.effects[name][inside])
    assert np.array_equal(before.scores[2][outside], after.scores[2][outside])
    assert not np.array_equal(before.effects["blend"][outside], after.effects["blend"][outside])
    assert select(view(trial, before, 2), Gate()) == select(view(touched(trial, 2), after, 2), Gate())


def test_the_same_trial_gives_the_same_judgement() -> None:
    """Trees, folds and gate are deterministic."""
    trial = simulate(2, 1_500, crossing).trial
    first, second = judge(trial, Gate()), judge(trial, Gate())
    assert first.profit == second.profit
    assert np.array_equal(first.choice, second.choice)


@pytest.mark.long
def test_forecasts_cover_the_truth_and_are_not_biased() -> None:
    """Over 100 trials with crossing effects: 90% intervals cover in 83-97%, mean bias within three errors of zero."""
    misses, covered, personal = [], 0, 0
    for seed in range(100):
        simulated = simulate(seed, 1_500, crossing)
        found = judge(simulated.trial, Gate(), LINES)
        truth, interval = true_profit(simulated, found), found.profit.interval(0.9)
        covered += interval.low <= truth <= interval.high
        misses.append(found.profit.value - truth)
        personal += found.deployed.kind == "personal"
    assert personal >= 95, "crossing effects must be found"
    assert 0.83 <= covered / 100 <= 0.97
    assert abs(np.mean(misses)) <= 3 * np.std(misses) / np.sqrt(100)


@pytest.mark.parametrize("tail", [False, pytest.param(True, marks=pytest.mark.long)])
def test_where_nothing_works_hardly_anything_is_claimed(tail: bool) -> None:
    """Of 60 trials without any effect, free of cost, at most 5% (and luck) end in a claim."""
    claims = 0
    for seed in range(60):
        trial = simulate(10_000 + seed, 1_000, nothing(3), tail=tail).trial
        claims += judge(trial, Gate(), LINES).deployed.kind != "nobody"
    assert claims / 60 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)


@pytest.mark.long
def test_where_all_are_alike_personalising_does_no_harm() -> None:
    """Of 40 trials in which one arm is best for all, few personalise, and on average 0.5% of its worth is lost."""
    lost, personal = [], 0
    for seed in range(40):
        simulated = simulate(20_000 + seed, 3_000, alike)
        found = judge(simulated.trial, Gate(), LINES)
        personal += found.deployed.kind == "personal"
        deployed = candidate_choice(view(simulated.trial, found.fit, WHOLE), found.deployed)
        worth = simulated.profit[np.arange(simulated.trial.rows), deployed].mean()
        lost.append(1 - worth / 0.35)
    assert personal / 40 <= 0.1
    assert np.mean(lost) <= 0.005


def test_an_arm_that_costs_more_than_it_brings_is_left() -> None:
    """An effect of 0.2 for everybody at a cost of 0.5: nobody, worth exactly nothing."""
    trial = simulate(3, 4_000, lambda traits: np.full((traits.shape[0], 1), 0.2), cost=0.5).trial
    found = judge(trial, Gate())
    assert found.deployed.kind == "nobody"
    assert found.profit.value == 0
    assert found.static[0].value == pytest.approx(-0.3, abs=3 * found.static[0].error)


def test_with_trees_it_finds_what_lines_cannot() -> None:
    """An effect on the product of two traits: the full set of learners gets over 60% of the best possible profit."""

    def twisted(traits: np.ndarray) -> np.ndarray:
        return np.where(traits[:, [2]] * traits[:, [3]] > 0, 0.6, -0.6)

    simulated = simulate(4, 8_000, twisted)
    found = judge(simulated.trial, Gate())
    best = np.maximum(simulated.profit, 0).max(axis=1).mean()
    assert found.deployed.kind == "personal"
    assert true_profit(simulated, found) > 0.6 * best


def test_nobody_gets_an_arm_that_she_could_not_have_drawn() -> None:
    """Rows with no chance of an arm are never given it, by any candidate."""
    trial = simulate(5, 2_000, crossing).trial
    barred = trial.features.raw[:, 3] > 0
    propensity = trial.propensity.copy()
    propensity[barred, 2] = 0.0
    propensity /= propensity.sum(axis=1, keepdims=True)
    arm = np.where(barred & (trial.arm == 2), 0, trial.arm)
    masked = Trial(
        features=trial.features,
        arm=arm,
        outcome=trial.outcome,
        propensity=propensity,
        unit=trial.unit,
        fold=trial.fold,
        value=1.0,
        cost=trial.cost,
    )
    found = judge(masked, Gate())
    assert not (found.choice[barred] == 2).any()
    for evidence in found.selection.evidence:
        assert not (candidate_choice(view(masked, found.fit, WHOLE), evidence.candidate)[barred] == 2).any()


@pytest.mark.long
@pytest.mark.parametrize("tail", [False, True])
def test_false_claims_in_the_long_run(tail: bool) -> None:
    """Of 600 trials without any effect, free of cost, at most 5% (and luck) end in a claim."""
    claims = 0
    for seed in range(600):
        trial = simulate(50_000 + seed, 1_000, nothing(3), tail=tail).trial
        claims += judge(trial, Gate(), LINES).deployed.kind != "nobody"
    assert claims / 600 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 600)


@pytest.mark.long
def test_with_all_learners_false_claims_stay_rare_and_forecasts_honest() -> None:
    """The full set over 60 null trials claims in at most 10%; over 60 real ones it covers in 82-98%."""
    claims = covered = 0
    for seed in range(60):
        trial = simulate(30_000 + seed, 3_000, nothing(3), cost=0.01).trial
        claims += judge(trial, Gate()).deployed.kind != "nobody"
        simulated = simulate(40_000 + seed, 3_000, crossing, tail=True)
        found = judge(simulated.trial, Gate())
        interval = found.profit.interval(0.9)
        covered += interval.low <= true_profit(simulated, found) <= interval.high
    assert claims / 60 <= 0.1
    assert 0.82 <= covered / 60 <= 0.98
