"""Any CSV's columns become numbers and words; what knows too much is found and named."""

import numpy as np
import pytest
from contact_logs import PROMOTION, Log, promotion_log

from liftloop.kernel.errors import LiftloopError
from liftloop.learn.contract import PolicyRequest
from liftloop.learn.experiment_table import read_experiment
from liftloop.learn.policy_table import learn_policy
from liftloop.learn.table import as_column, numbers, outcome_numbers, read_table


def test_numbers_words_and_gaps() -> None:
    """Amounts with separators are numbers, NA and blanks gaps; one stray word in a hundred spoils nothing."""
    table = read_table({"a": [" 1,200.5 ", "NA", "", None, "7"], "b": ["x", "1", "2", "NaN", " y"]})
    found = as_column(table.columns["a"])
    assert found[0] == 1200.5
    assert np.isnan(found[1:4]).all()
    assert np.isnan(numbers(np.array(["inf", "1e999"]))).all()
    assert table.columns["b"].tolist() == ["x", "1", "2", "", "y"]
    assert as_column(table.columns["b"]).dtype.kind == "U"
    mostly = np.array([str(number) for number in range(199)] + ["?"])
    assert as_column(mostly).dtype.kind == "f"
    assert np.isnan(numbers(mostly)[-1])


def test_yes_and_no_are_outcomes() -> None:
    """Yes, 是, true are one; no, 否, FALSE are zero."""
    found = outcome_numbers(np.array(["Yes", "是", "true", "no", "否", "FALSE", "", "3.5"]))
    assert found[:6].tolist() == [1, 1, 1, 0, 0, 0]
    assert np.isnan(found[6])
    assert found[7] == 3.5


def with_columns(log: Log, **columns: np.ndarray) -> Log:
    return {**log, **{name: [str(value) for value in column] for name, column in columns.items()}}


def codes_by_column(log: Log, request: PolicyRequest = PROMOTION) -> tuple[dict[str, str], tuple[str, ...]]:
    usable = read_experiment(read_table(log), request).usable
    return {notice.column or "": notice.code for notice in usable.warnings}, tuple(usable.columns)


def test_columns_that_know_too_much_are_named_and_left_out() -> None:
    """A later visit, a copy of the outcome, a step on the way, a constant and a second identifier are not traits."""
    log = promotion_log(1, 6_000)
    chance = np.random.default_rng(2)
    bought, treated = np.array(log["下单"]) == "1", np.array(log["发券"]) == "是"
    spoiled = with_columns(
        log,
        later=(chance.random(6_000) < 0.2 + 0.1 * treated).astype(int),
        amount=np.where(bought, chance.integers(5, 90, 6_000), 0),
        cart=(bought | (chance.random(6_000) < 0.02)).astype(int),
        constant=np.ones(6_000, dtype=int),
        phone=chance.permutation(10**6)[:6_000],
    )
    named, kept = codes_by_column(spoiled)
    assert named["amount"] == "column_is_outcome"
    assert named["later"] == "column_differs"
    assert named["phone"] == "column_identifier"
    assert named["cart"] in {"column_is_step", "column_after_contact"}
    assert kept == ("城市", "历史订单")


def test_a_trusted_column_stays() -> None:
    """What the caller vouches for is used whatever the checks suspect."""
    log = promotion_log(3, 6_000)
    member = np.where(np.array(log["下单"]) == "1", 1, (np.arange(6_000) % 50 == 0).astype(int))
    suspicious = with_columns(log, member=member)
    assert "member" not in codes_by_column(suspicious)[1]
    trusting = PolicyRequest(
        treatment="发券", treated="是", outcome="下单", unit_id="客户", value=10, cost=1, trusted=("member",)
    )
    assert "member" in codes_by_column(suspicious, trusting)[1]


def test_honest_columns_are_hardly_ever_accused() -> None:
    """Over 30 honest logs of ten columns at most one column is left out."""
    accused = 0
    for seed in range(30):
        chance = np.random.default_rng(seed)
        extra = {f"x{number}": chance.gamma(1.0, 1.0, 1_500).round(2) for number in range(8)}
        accused += len(codes_by_column(with_columns(promotion_log(seed, 1_500), **extra))[0])
    assert accused <= 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"treatment": "优惠"}, "column_missing"),
        ({"unit_id": "会员号"}, "column_missing"),
        ({"treated": "发了"}, "treatment_value_unknown"),
        ({"treated": "北京", "treatment": "城市"}, "treatment_more_than_two"),
        ({"treatment": "客户"}, "treatment_many_values"),
        ({"outcome": "城市"}, "outcome_not_numbers"),
        ({"value": 0.0}, "value_not_positive"),
        ({"value": float("nan")}, "value_not_positive"),
        ({"cost": -1.0}, "cost_negative"),
        ({"control": "否"}, "arms_unclear"),
    ],
)
def test_a_request_that_does_not_fit_is_told_in_both_languages(change: dict[str, object], code: str) -> None:
    """Code, Chinese, English and usage exit code; the values or columns there are come as the next step."""
    fields = {"treatment": "发券", "treated": "是", "outcome": "下单", "unit_id": "客户", "value": 10.0, "cost": 1.0}
    with pytest.raises(LiftloopError) as caught:
        learn_policy(read_table(promotion_log(4, 300)), PolicyRequest(**{**fields, **change}))
    assert caught.value.code == code
    assert caught.value.exit_code == 2
    assert caught.value.zh
    assert caught.value.en
    if code in {"column_missing", "treatment_value_unknown", "treatment_more_than_two"}:
        assert caught.value.next_zh
        assert caught.value.next_en


def test_an_empty_table_is_refused() -> None:
    """No rows: an error with the next step."""
    with pytest.raises(LiftloopError, match="table_empty"):
        read_table({"a": [], "b": []})


def test_rows_without_arm_outcome_or_identifier_are_dropped_and_counted() -> None:
    """Ten holes in three columns cost ten rows."""
    log = promotion_log(5, 900)
    for place in range(4):
        log["发券"][place] = ""
    for place in range(4, 9):
        log["下单"][place] = "NA"
    log["客户"][9] = ""
    experiment = read_experiment(read_table(log), PROMOTION)
    assert experiment.trial.rows == 890
    assert [notice.code for notice in experiment.warnings] == ["rows_dropped"]
    assert "10" in experiment.warnings[0].zh


def test_a_very_wide_table_is_cut_and_says_so() -> None:
    """Of 230 columns 200 are used, the linear design stays narrow, and thirty notices name the others."""
    chance = np.random.default_rng(11)
    extra = {f"x{number}": chance.normal(size=600).round(3) for number in range(228)}
    usable = read_experiment(read_table(with_columns(promotion_log(11, 600), **extra)), PROMOTION).usable
    assert len(usable.columns) == 200
    assert usable.features.design.shape[1] <= 450
    assert sum(notice.code == "column_beyond_limit" for notice in usable.warnings) == 30
