"""Balance, leaks and thin data are noticed, and honest data are left in peace."""

import numpy as np
from scipy import stats
from small_trials import nothing, simulate

from liftloop.inference.balance import (
    Draw,
    column_p_value,
    determines,
    difference_p_value,
    is_consequence,
    is_funnel,
    prediction_p_value,
    together_p_value,
)
from liftloop.inference.credibility import (
    doubts_of_choice,
    doubts_of_trial,
    effective_rows,
    whale_share,
)
from liftloop.inference.encoding import encode, fit_encoding
from liftloop.inference.trial import Trial


def test_the_difference_between_arms_is_pearsons() -> None:
    """The p-value equals scipy's where no cell is rare."""
    chance = np.random.default_rng(1)
    cells, arm = chance.integers(0, 5, 3_000), chance.integers(0, 3, 3_000)
    table = np.zeros((5, 3))
    np.add.at(table, (cells, arm), 1)
    assert np.isclose(difference_p_value(cells, arm), stats.chi2_contingency(table, correction=False)[1])


def test_honest_columns_pass_and_late_ones_do_not() -> None:
    """P-values of randomised arms are uniform, with rare cells too; a small effect of the arm on the column shows."""
    chance = np.random.default_rng(2)
    found = [difference_p_value(chance.geometric(0.3, 2_000), chance.integers(0, 2, 2_000)) for _ in range(500)]
    assert stats.kstest(found, "uniform").pvalue > 0.001
    arm = chance.integers(0, 2, 20_000)
    visit = (chance.random(20_000) < 0.10 + 0.03 * arm).astype(int)
    assert difference_p_value(visit, arm) < 1e-6


def test_all_columns_together_foretell_an_arm_that_was_not_random() -> None:
    """Uniform p-values under chance; a weak dependence spread over ten columns is seen."""
    chance = np.random.default_rng(3)
    design = chance.normal(size=(2_000, 10)).astype(np.float32)
    found = [prediction_p_value(design, chance.integers(0, 2, 2_000)) for _ in range(300)]
    assert np.mean(np.array(found) < 0.05) < 0.1
    leaning = (design.sum(axis=1) * 0.15 + chance.normal(size=2_000) > 0).astype(int)
    assert prediction_p_value(design, leaning) < 1e-6


def drawn(arm: np.ndarray, treated: np.ndarray | None, seed: int) -> Draw:
    """Return how `arm` was drawn: by the chances told, or by shares."""
    chance = np.full(arm.size, arm.mean()) if treated is None else treated
    fold = np.random.default_rng(seed).integers(0, 5, arm.size)
    return Draw(arm=arm, chance=np.column_stack([1 - chance, chance]), fold=fold, told=treated is not None)


def test_chance_is_left_in_peace_and_rules_of_two_columns_are_found() -> None:
    """Alarms at 5% ring for about one honest log in twenty, told chances or not; a rule that no line shows is seen."""
    chance = np.random.default_rng(31)
    columns = {f"x{place}": chance.normal(size=1_000) for place in range(3)}
    features = encode(fit_encoding(columns), columns, 1_000)
    leaning = 1 / (1 + np.exp(-columns["x0"]))
    alarms: dict[str, int] = {"shares": 0, "told": 0, "column": 0}
    for seed in range(40):
        even = drawn(chance.integers(0, 2, 1_000), None, seed)
        known = drawn((chance.random(1_000) < leaning).astype(np.int64), leaning, seed)
        alarms["shares"] += together_p_value(features, even) < 0.05
        alarms["told"] += together_p_value(features, known) < 0.05
        alarms["column"] += column_p_value(np.digitize(columns["x0"], [-1, 0, 1]), known) < 0.05
    assert max(alarms.values()) <= 6  # Six or fewer of 40 in 99.7% of cases at exactly 5%.
    crossed = ((columns["x0"] > 0) ^ (columns["x1"] > 0)) ^ (chance.random(1_000) < 0.2)
    assert prediction_p_value(features.design, crossed.astype(np.int64)) > 0.001
    assert together_p_value(features, drawn(crossed.astype(np.int64), None, 1)) < 1e-6
    steeper = (chance.random(1_000) < 1 / (1 + np.exp(-2 * columns["x0"]))).astype(np.int64)
    assert together_p_value(features, drawn(steeper, leaning, 1)) < 1e-6
    assert column_p_value(np.digitize(columns["x0"], [-1, 0, 1]), drawn(steeper, leaning, 1)) < 1e-6


def test_a_column_that_is_the_outcome_is_named() -> None:
    """Copies, coarse copies and the fact of spending are found; a good predictor is not."""
    chance = np.random.default_rng(4)
    spending = np.where(chance.random(5_000) < 0.1, chance.lognormal(3, 1, 5_000), 0.0)
    bought = (spending > 0).astype(int)
    assert determines(bought, spending)
    coarse = np.searchsorted([0.0, *np.quantile(spending[spending > 0], [0.2, 0.5, 0.8])], spending)
    assert determines(coarse, bought * 1.0)
    assert determines(np.argsort(np.argsort(spending)) // 50, np.log1p(spending))
    likely = (chance.random(5_000) < 0.05 + 0.7 * bought).astype(int)
    assert not determines(likely, spending)


def test_a_step_on_the_way_is_a_funnel() -> None:
    """Only visitors buy and few visit: a funnel. Few outcomes, or a step that most take: none."""
    chance = np.random.default_rng(5)
    visited = chance.random(20_000) < 0.15
    bought = (visited & (chance.random(20_000) < 0.1)).astype(float)
    assert is_funnel(visited.astype(int), bought)
    assert not is_funnel(visited[:1_000].astype(int), bought[:1_000])
    assert not is_funnel((chance.random(20_000) < 0.5).astype(int), bought)


def test_what_follows_from_the_outcome_is_a_consequence() -> None:
    """Only visitors pay: paying is a consequence of the visit. A trait of nine visitors in ten is none."""
    chance = np.random.default_rng(6)
    visited = (chance.random(20_000) < 0.15).astype(float)
    paid = ((visited > 0) & (chance.random(20_000) < 0.06)).astype(int)
    assert is_consequence(paid, visited)
    assert not is_consequence((chance.random(20_000) < 0.02 + 0.18 * visited).astype(int), visited)
    assert not is_consequence(np.arange(20_000) % 2, np.ones(20_000))


def with_arm(trial: Trial, arm: np.ndarray, outcome: np.ndarray) -> Trial:
    return Trial(
        features=trial.features,
        arm=arm,
        outcome=outcome,
        propensity=trial.propensity,
        unit=trial.unit,
        fold=trial.fold,
        value=1.0,
        cost=trial.cost,
    )


def test_thin_data_forbid_claims_and_odd_data_are_remarked() -> None:
    """One arm, few rows, few outcomes are fatal; mostly zeros and whales are remarks."""
    trial = simulate(6, 3_000, nothing(3)).trial
    chance = np.random.default_rng(7)

    def codes(arm: np.ndarray, outcome: np.ndarray) -> dict[str, bool]:
        return {doubt.code: doubt.fatal for doubt in doubts_of_trial(with_arm(trial, arm, outcome))}

    assert codes(trial.arm, trial.outcome) == {}
    assert codes(np.ones(3_000, dtype=np.int64), trial.outcome) == {"one_arm": True}
    assert codes(np.where(np.arange(3_000) < 150, 2, trial.arm % 2), trial.outcome) == {"few_rows": True}
    assert codes(trial.arm, (np.arange(3_000) < 20) * 1.0) == {"few_outcomes": True}
    assert codes(trial.arm, np.ones(3_000)) == {"few_outcomes": True}
    rare = np.where(np.arange(3_000) % 120 < 1, chance.pareto(0.6, 3_000) + 1, 0.0)
    rare[:30] = np.where(np.arange(30) < 26, 1.0, 0.0)
    found = codes(trial.arm, rare)
    assert found.get("mostly_zero", False) is False
    assert whale_share(np.append(np.ones(999), 1_000.0)) > 0.5


def test_effective_rows_count_what_the_policy_uses() -> None:
    """Equal chances: as many as agree. An arm used beyond its evidence forbids; a sliver of it does not."""
    trial = simulate(8, 3_000, nothing(2)).trial
    rows = np.arange(3_000)
    all_treated = np.ones(3_000, dtype=np.int64)
    agreeing = int((trial.arm == 1).sum())
    assert 0.9 * agreeing < effective_rows(trial, all_treated, 1) <= agreeing
    few = Trial(
        features=trial.features,
        arm=trial.arm,
        outcome=trial.outcome,
        propensity=np.tile([0.999, 0.001], (3_000, 1)),
        unit=trial.unit,
        fold=trial.fold,
        value=1.0,
        cost=trial.cost,
    )
    assert {doubt.code for doubt in doubts_of_choice(few, all_treated)} == {"thin_overlap"}
    some = np.where(rows < 200, 1, 0)
    assert [doubt.code for doubt in doubts_of_choice(trial, some)] == ["few_effective_rows"]
    assert doubts_of_choice(trial, np.where(rows < 100, 1, 0)) == ()
