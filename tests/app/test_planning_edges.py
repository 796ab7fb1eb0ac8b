"""Goals that cannot be planned as asked, and shops that know too little: each gets an honest answer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from shop_lake import UNTIL_MS, ShopState, shop_state, sources_of

from liftloop.app.planning.reading import SQL
from liftloop.app.planning.sources import Definitions, Sources
from liftloop.app.planning.study import launch, plan_goal
from liftloop.app.planning.terms import at_cap, unprofiled
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.goal.contract import TouchCap
from liftloop.plan.launch import NotLaunchable
from liftloop.plan.record import PlanRecord
from liftloop.simulate.history import History, history
from liftloop.simulate.world import sample_shop

GOAL = "30天内复购率 +5%，预算 1 万元，每人每周最多触达 2 次"
Make = Callable[[str], Sources]


def _plan(sources: Sources, text: str = GOAL) -> PlanRecord:
    return plan_goal(text, {}, "zh-CN", sources)


def test_a_goal_above_the_whole_is_refused_with_the_reason_and_what_to_do(small_sources: Make) -> None:
    """A share cannot exceed 100%: +500% on a fifth is refused, in both languages, and cannot be launched."""
    sources = small_sources("")
    record = _plan(sources, "30天内复购率 +500%，预算 1 万元")
    assert record.status == "refused"
    assert "100%" in record.sentence.zh
    assert "100%" in record.sentence.en
    assert record.next is not None
    assert record.baseline is not None
    with pytest.raises(NotLaunchable):
        launch(record, "zh-CN", sources)


def test_a_goal_far_beyond_all_effects_is_never_called_ready(small_sources: Make) -> None:
    """+200% is possible as a number, but nothing that was ever tried comes near it."""
    record = _plan(small_sources(""), "30天内复购率 +200%，预算 1 万元")
    assert record.status in ("refused", "exploration")
    assert record.reachable is None or record.reachable.value < 0.01


def test_an_open_goal_is_asked_back(small_sources: Make) -> None:
    """A goal without a metric is no plan but a question."""
    record = _plan(small_sources(""), "提升业绩")
    assert record.status == "needs_answer"
    assert record.understood.questions
    assert record.assigned is None


def test_no_budget_at_all_sends_nothing(small_sources: Make) -> None:
    """With zero budget every paid option is out; as all cost something, the plan is refused and says so."""
    record = _plan(small_sources(""), "30天内复购率 +5%，预算 0 元")
    assert record.status == "refused"
    assert "预算" in record.sentence.zh
    assert record.assigned is None


@pytest.mark.long
def test_a_free_reminder_needs_no_budget(small_past: History, tmp_path: Path) -> None:
    """With zero budget and a channel that costs nothing, only what is free is ever drawn."""
    sources = sources_of(small_past, tmp_path, "DELETE FROM exposure")
    free = {"email": {"id": "email", "kind": "smtp", "settings": {}, "cost_fen": 0}}
    definitions = Definitions(offers=sources.definitions.offers, channels=free, contents={}, campaigns={})
    record = _plan(replace(sources, definitions=definitions), "30天内复购率 +5%，预算 0 元")
    assert record.status == "exploration"
    assert {action.offer for action in record.actions} == {"reminder"}
    assert record.cost_fen == 0


def test_without_history_there_is_no_baseline(small_sources: Make) -> None:
    """An installation without orders is refused and told to import some."""
    sources = small_sources("DELETE FROM order_head; DELETE FROM order_line; DELETE FROM event; DELETE FROM exposure")
    record = _plan(sources)
    assert record.status == "refused"
    assert record.baseline is None
    assert record.next is not None
    assert "导入" in record.next.zh


def test_nothing_to_do_it_with(small_sources: Make) -> None:
    """Without offers or channels a trial is drafted all the same; it says what is missing and cannot be launched."""
    sources = small_sources("DELETE FROM exposure")
    record = _plan(replace(sources, definitions=Definitions(offers={}, channels={}, contents={}, campaigns={})))
    assert record.status == "exploration"
    assert [thing.blocks_launch for thing in record.missing if "渠道" in thing.label.zh] == [True]
    assert [thing.blocks_launch for thing in record.missing if "优惠" in thing.label.zh] == [False]
    assert {action.offer for action in record.actions} == {"reminder"}
    assert record.next is not None
    with pytest.raises(NotLaunchable):
        launch(record, "zh-CN", sources)


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        ("DELETE FROM exposure", "没有随机发放过"),
        ("UPDATE exposure SET propensities = NULL", "随机的概率"),
        (
            """DELETE FROM exposure WHERE action <> 'coupon_10.sms';
            UPDATE exposure SET propensities = '{"coupon_10.sms": 1.0}'""",
            "大家拿到的都一样",
        ),
    ],
    ids=["no exposures", "no propensities", "one arm"],
)
@pytest.mark.long
def test_what_cannot_be_learned_from_is_explored(small_sources: Make, alter: str, words: str) -> None:
    """Without random contacts of known chances the first plan tries options at random, its range marked assumed."""
    sources = small_sources(alter)
    record = _plan(sources)
    assert record.status == "exploration"
    assert words in record.sentence.zh
    assert record.forecast is not None
    assert record.forecast.assumed
    assert record.assigned is not None
    cells = np.array(record.assigned.cells)
    assert np.allclose(cells.sum(axis=1), 1)
    for row in cells:
        assert np.allclose(row[row > 0], 1 / np.count_nonzero(row))  # Uniform over what reaches the person.
    assert (cells[:, 0] > 0).all()  # Nobody is always among them.
    assert launch(record, "zh-CN", sources).definitions


def test_two_hundred_customers_are_told_what_they_can_show(tmp_path: Path) -> None:
    """A shop of 200 gets a trial at most, and is told that it can hardly prove anything."""
    past = history(sample_shop(200), np.random.default_rng(3), UNTIL_MS)
    record = _plan(sources_of(past, tmp_path))
    assert record.status in ("exploration", "refused")
    if record.provable is not None:
        assert record.provable.value < 0.5
        assert record.provable.would_need is not None


@pytest.mark.long
def test_unknown_margins_are_said_to_be_revenue(small_sources: Make) -> None:
    """Where no item has a margin, worth is told in revenue and a remark says so."""
    record = _plan(small_sources("DELETE FROM item_version; DELETE FROM exposure"))
    assert any("毛利" in remark.zh for remark in record.remarks)


def test_people_without_consent_are_not_reached(small_past: History, tmp_path: Path) -> None:
    """Consents that nobody ever gave are missing: a draft says so and is not launched, whatever channels there are."""
    sources = sources_of(small_past, tmp_path, "DELETE FROM exposure", ShopState([]))
    record = _plan(sources)
    assert record.status == "exploration"
    assert ["授权" in thing.label.zh and thing.blocks_launch for thing in record.missing] == [True]
    with pytest.raises(NotLaunchable):
        launch(record, "zh-CN", sources)


@pytest.mark.long
def test_where_some_consented_the_others_are_not_reckoned_with(small_past: History, tmp_path: Path) -> None:
    """As soon as one person has agreed, who may be reached is known: too few of them is a refusal, not a draft."""
    one = [(64, "sms", "marketing", "", 1, 1, 1, "granted", "form", "")]
    record = _plan(sources_of(small_past, tmp_path, "DELETE FROM exposure", ShopState(one)))
    assert record.status == "refused"
    assert record.eligible <= 1
    assert "同意" in record.sentence.zh


@pytest.mark.long
def test_the_same_question_over_the_same_data_has_the_same_answer(small_sources: Make) -> None:
    """A plan is a function of sentence, data and instant: record and assignment are equal byte for byte."""
    sources = small_sources("")
    assert _plan(sources) == _plan(sources)


def test_who_refused_profiling_is_known_by_consent_and_by_attribute(small_past: History, tmp_path: Path) -> None:
    """A withdrawn consent to profiling and an attribute say the same; granted again, or said of nobody, they do not."""
    state = shop_state(small_past)
    state.say(64, "profiling", "withdrawn", 1)
    state.say(128, "profiling", "withdrawn", 1)
    state.say(128, "profiling", "granted", 2)
    said = (
        'INSERT INTO event BY NAME SELECT 1000000 AS "offset", 192 AS profile, 5 AS at_ms, 5 AS received_ms,'
        " '' AS name, 'identify' AS kind, 'm' AS message_id, '{\"no_profiling\": true}' AS properties, true AS imported"
    )
    sources = sources_of(small_past, tmp_path, said, state)
    assert unprofiled(sources.lake, sources.state).tolist() == [64, 192]


def test_whoever_has_used_up_her_cap_is_not_planned_for(small_past: History, tmp_path: Path) -> None:
    """A cap of one a month takes out everybody contacted within the month, one of a hundred takes out nobody."""
    sources = sources_of(small_past, tmp_path)
    columns = sources.lake.select(SQL["contacts"])
    recent = np.unique(columns["profile"][columns["at_ms"] > UNTIL_MS - 30 * DAY_MS])
    everybody = np.arange(6_000) * 64
    full = at_cap(sources.lake, everybody, (TouchCap(touches_max=1, period="month"),), UNTIL_MS)
    assert np.array_equal(everybody[full], np.intersect1d(recent, everybody))
    assert not at_cap(sources.lake, everybody, (TouchCap(touches_max=100, period="month"),), UNTIL_MS).any()
    assert at_cap(sources.lake, everybody, (TouchCap(touches_max=0, period="week"),), UNTIL_MS).all()


@pytest.mark.long
def test_a_channel_that_needs_hands_and_approval_says_so(small_past: History, tmp_path: Path) -> None:
    """Staff who send half of it on cost half, carry what they carry a day, and new words wait for their approval."""
    sources = sources_of(small_past, tmp_path, "DELETE FROM exposure")
    staff = {"per_day": 400, "confirmed": 0.5, "lead_days": 2}
    channel = {"id": "wecom", "kind": "webhook", "settings": {}, "cost_fen": 100, "capacity": staff}
    defined = Definitions(offers=sources.definitions.offers, channels={"wecom": channel}, contents={}, campaigns={})
    record = _plan(replace(sources, definitions=defined), "30天内复购率 +5%")
    assert [(each.lead_days, each.blocks_launch) for each in record.missing if each.lead_days == 2] == [(2, False)]
    assert 600 < sum(action.people for action in record.actions) <= 1_200  # Three days follow the approval.
    few = {"wecom": {**channel, "capacity": {**staff, "per_day": 5}}}
    none = _plan(replace(sources, definitions=replace(defined, channels=few)), "30天内复购率 +5%")
    assert none.status == "refused"
    assert "条数" in none.sentence.zh
