"""Learn from a table, decide for another: the verdict is right, honest, and travels as JSON."""

import msgspec
import numpy as np
import pytest
from contact_logs import PROMOTION, Log, promotion_log

from liftloop.kernel.errors import LiftloopError
from liftloop.learn.contract import PolicyModel, PolicyReport, PolicyRequest
from liftloop.learn.policy_decide import decide
from liftloop.learn.policy_table import learn_policy
from liftloop.learn.table import read_table


@pytest.fixture(scope="module")
def learned() -> PolicyReport:
    return learn_policy(read_table(promotion_log(1, 8_000)), PROMOTION)


def sent(report: PolicyReport) -> PolicyModel:
    """Return the model as another process reads it."""
    assert report.model is not None
    return msgspec.json.decode(msgspec.json.encode(report.model), type=PolicyModel)


def test_it_finds_whom_the_coupon_moves(learned: PolicyReport) -> None:
    """Treating all loses, the policy earns, near 13.5% of people are treated, the report is complete."""
    assert learned.verdict == "personalise"
    assert learned.profit_per_1000 is not None
    assert learned.profit_per_1000.low_95 > 0
    assert learned.arms[1].profit_per_1000 is not None
    assert learned.arms[1].profit_per_1000.value < learned.profit_per_1000.value
    assert learned.treated_share == pytest.approx(0.135, abs=0.06)
    assert learned.reasons[0].zh
    assert learned.reasons[0].en
    assert learned.irr is not None
    assert learned.irr > 0.1
    assert learned.columns == ("城市", "历史订单")


def test_new_people_are_decided_for_as_they_should_be(learned: PolicyReport) -> None:
    """Of 4,000 new people at least 95% of those moved get 是 and at least 90% of the others 否."""
    log = promotion_log(2, 4_000)
    found = decide(sent(learned), read_table(log), "zh-CN")
    moved = (np.array(log["城市"]) == "上海") & np.isin(log["历史订单"], ["0", "1"])
    assert (found.action[moved] == "是").mean() >= 0.95
    assert (found.action[~moved] == "否").mean() >= 0.90
    assert found.uplift[moved].mean() > 0.2
    assert abs(found.uplift[~moved].mean()) < 0.05
    assert found.ids.tolist() == log["客户"]
    assert set(found.action.tolist()) == {"是", "否"}


def test_a_model_sent_through_json_decides_the_same(learned: PolicyReport) -> None:
    """Before and after JSON: same actions, uplifts and reasons."""
    assert learned.model is not None
    table = read_table(promotion_log(3, 500))
    first, second = decide(learned.model, table, "en"), decide(sent(learned), table, "en")
    assert np.array_equal(first.action, second.action)
    assert np.array_equal(first.uplift, second.uplift)
    assert first.reason == second.reason


def test_a_decision_does_not_depend_on_the_company(learned: PolicyReport) -> None:
    """A person alone is decided for as in a file of 500."""
    log = promotion_log(4, 500)
    whole = decide(sent(learned), read_table(log), "en")
    for place in (0, 7, 499):
        alone = decide(sent(learned), read_table({name: [column[place]] for name, column in log.items()}), "en")
        assert alone.action[0] == whole.action[place]
        assert alone.reason[0] == whole.reason[place]


def test_reasons_name_what_drives_the_decision(learned: PolicyReport) -> None:
    """Who is treated is told about the city or the orders, in the language asked for; money is compared with cost."""
    log: Log = {"客户": ["a", "b"], "城市": ["上海", "北京"], "历史订单": ["0", "5"]}
    chinese, english = (decide(sent(learned), read_table(log), language) for language in ("zh-CN", "en"))
    assert chinese.action.tolist() == ["是", "否"]
    assert "高于成本 1.00" in chinese.reason[0]
    assert "城市 = 上海" in chinese.reason[0]
    assert "不高于成本" in chinese.reason[1]
    assert "above the cost of 1.00" in english.reason[0]
    assert "not above the cost" in english.reason[1]


def test_the_unknown_is_decided_for_and_counted(learned: PolicyReport) -> None:
    """New cities, gaps and unreadable numbers get a decision; a notice counts the first and the last."""
    log: Log = {"客户": ["a", "b", "c"], "城市": ["火星", "", "上海"], "历史订单": ["1", "", "很多"]}
    found = decide(sent(learned), read_table(log), "zh-CN")
    assert set(found.action.tolist()) <= {"是", "否"}
    assert np.isfinite(found.uplift).all()
    assert [notice.code for notice in found.notices] == ["value_unknown", "value_unknown"]


def test_a_missing_column_is_an_error_that_names_it(learned: PolicyReport) -> None:
    """Neither identifier nor trait may be missing from the file to decide."""
    for lost in ("城市", "客户"):
        log = {name: column for name, column in promotion_log(5, 20).items() if name != lost}
        with pytest.raises(LiftloopError, match=lost):
            decide(sent(learned), read_table(log), "zh-CN")


def test_a_good_arm_for_all_is_given_to_all() -> None:
    """Two offers that move all alike: the better one for everybody, and decide writes it for everyone."""
    chance = np.random.default_rng(6)
    arm = chance.choice(["none", "five", "ten"], 6_000)
    spend = chance.gamma(1.0, 10.0, 6_000) + 2.0 * (arm == "five") + 4.0 * (arm == "ten")
    log = {
        "offer": arm.tolist(),
        "spend": [f"{amount:.2f}" for amount in spend],
        "age": [str(age) for age in chance.integers(18, 70, 6_000)],
    }
    request = PolicyRequest(treatment="offer", control="none", outcome="spend", unit_id=None, value=1.0, cost=0.5)
    report = learn_policy(read_table(log), request)
    assert report.verdict == "static:ten"
    assert report.profit_per_1000 is not None
    assert report.profit_per_1000.low_95 < 3_500 < report.profit_per_1000.high_95
    found = decide(sent(report), read_table({"age": ["20", "30"]}), "en")
    assert found.action.tolist() == ["ten", "ten"]
    assert found.uplift[0] == pytest.approx(4.0, abs=1.0)


def test_without_any_effect_nobody_is_contacted() -> None:
    """A coupon that moves nobody: the verdict is nobody, everyone gets 否, and the reason says what was seen."""
    report = learn_policy(read_table(promotion_log(7, 4_000, working=False)), PROMOTION)
    assert report.verdict == "nobody"
    assert report.profit_per_1000 is not None
    assert report.profit_per_1000.value == 0
    assert set(decide(sent(report), read_table(promotion_log(8, 10)), "zh-CN").action.tolist()) == {"否"}


def refusals(log: Log) -> set[str]:
    report = learn_policy(read_table(log), PROMOTION)
    assert report.verdict == "refused"
    assert report.model is None
    assert all(notice.zh and notice.en for notice in report.reasons)
    return {notice.code for notice in report.reasons}


def test_data_that_allow_no_claim_are_refused_with_the_reason() -> None:
    """One arm, few rows, few outcomes, arms that were not random: refused, and why."""
    log = promotion_log(9, 3_000)
    assert refusals({**log, "发券": ["是"] * 3_000}) == {"one_arm"}
    assert "few_rows" in refusals({name: column[:300] for name, column in log.items()})
    assert refusals({**log, "下单": ["0"] * 3_000}) == {"few_outcomes"}
    chosen = ["是" if count in {"0", "1"} else "否" for count in log["历史订单"]]
    assert refusals({**log, "发券": chosen}) == {"arms_not_random"}


def leaning_log(seed: int, rows: int) -> Log:
    """Return a log whose coupon went to new customers three times in four, to others once in four, and moved nobody."""
    log = promotion_log(seed, rows, working=False)
    chance = np.where(np.isin(log["历史订单"], ["0", "1"]), 0.75, 0.25)
    given = np.random.default_rng(seed + 1_000).random(rows) < chance
    return {
        **log,
        "发券": ["是" if yes else "否" for yes in given],
        "概率": [str(share) for share in chance],
        "各组": [f'{{"是": {share}, "否": {1 - share}}}' for share in chance],
    }


def test_a_log_whose_arms_lean_on_one_column_is_refused_unless_its_chances_are_told() -> None:
    """One leaning column of two is enough; with the chances, as a number or as JSON, nothing is found and nobody wins.

    Told other chances than those drawn by, it is refused again.
    """
    log = leaning_log(12, 8_000)
    bare = {name: column for name, column in log.items() if name not in {"概率", "各组"}}
    report = learn_policy(read_table(bare), PROMOTION)
    assert (report.verdict, report.model) == ("refused", None)
    assert [notice.code for notice in report.reasons] == ["arms_not_random"]
    assert "历史订单" in report.reasons[0].zh
    assert "--propensity" in report.reasons[0].en
    for column in ("概率", "各组"):
        told = msgspec.structs.replace(PROMOTION, propensity=column, after=("各组", "概率"))
        found = learn_policy(read_table(log), told)
        assert found.verdict == "nobody", found.reasons
        assert found.columns == ("城市", "历史订单")
        profit = found.arms[1].profit_per_1000
        assert profit is not None
        assert profit.low_95 < -1_000 < profit.high_95  # It costs 1 and moves nobody.
    other = {**log, "概率": ["0.5"] * 8_000}
    assert learn_policy(read_table(other), told_by("概率", "各组")).verdict == "refused"


def told_by(column: str, *after: str) -> PolicyRequest:
    return msgspec.structs.replace(PROMOTION, propensity=column, after=after)


def test_a_column_written_after_the_contact_is_declared_and_left_out() -> None:
    """Opened mails differ between the arms: refused and named, until the caller says that it came after."""
    log = promotion_log(13, 8_000)
    chance = np.random.default_rng(14)
    opened = [
        str(int(sent == "是" and luck < 0.3)) for sent, luck in zip(log["发券"], chance.random(8_000), strict=True)
    ]
    report = learn_policy(read_table({**log, "打开": opened}), PROMOTION)
    assert report.verdict == "refused"
    assert "打开" in report.reasons[0].zh
    declared = learn_policy(read_table({**log, "打开": opened}), msgspec.structs.replace(PROMOTION, after=("打开",)))
    assert declared.verdict == "personalise"
    assert "打开" not in declared.columns


def test_what_is_no_chance_is_told_with_an_example() -> None:
    """Percent signs, chances over one, arms that add up to 1.8: an error that shows how to write them."""
    log = promotion_log(15, 400)
    for wrong in ("30%", "30", '{"是": 0.9, "否": 0.9}', "maybe", '{"是": "x"}'):
        with pytest.raises(LiftloopError) as caught:
            learn_policy(read_table({**log, "概率": [wrong] * 400}), told_by("概率"))
        assert caught.value.code == "chances_unreadable", wrong
        assert "0.5" in caught.value.next_zh
    with pytest.raises(LiftloopError) as missing:
        learn_policy(read_table(log), msgspec.structs.replace(PROMOTION, after=("没有的列",)))
    assert missing.value.code == "column_missing"


def test_repeated_rows_of_a_person_count_once() -> None:
    """Tripling every row leaves the number of units and widens nothing away: errors within a tenth."""
    log = promotion_log(10, 4_000)
    once = learn_policy(read_table(log), PROMOTION)
    thrice = learn_policy(read_table({name: column * 3 for name, column in log.items()}), PROMOTION)
    assert thrice.units == once.units == 4_000
    widths = []
    for report in (once, thrice):
        found = report.arms[1].profit_per_1000
        assert found is not None
        widths.append(found.high_95 - found.low_95)
    assert widths[1] == pytest.approx(widths[0], rel=0.1)
