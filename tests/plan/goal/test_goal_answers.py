"""A question that was asked back is answered with its choices or in free words, and only by an answer."""

import json
from datetime import date
from pathlib import Path

import pytest
from test_goal_phrasings import DEVELOPMENT, NOW

from liftloop.kernel.errors import LiftloopError
from liftloop.plan.goal.contract import QuestionId, Understood
from liftloop.plan.goal.grammar import answer, parse_goal
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE


def understand(text: str, answers: dict[QuestionId, str] | None = None) -> Understood:
    return parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=NOW, answers=answers)


def reply(understood: Understood, question: QuestionId, value: str) -> Understood:
    return answer(understood, question, value, catalogue=BUILT_IN_CATALOGUE, now=NOW)


def test_every_choice_answers_its_question() -> None:
    """Whatever is offered closes exactly the question that offered it."""
    for text, expect in DEVELOPMENT:
        understood = understand(text)
        assert bool(understood.questions) == ("questions" in expect)
        for question in understood.questions:
            assert question.zh
            assert question.en
            assert question.choices
            for choice in question.choices:
                left = {other.id for other in reply(understood, question.id, choice.value).questions}
                assert left == {other.id for other in understood.questions} - {question.id}, choice


def test_answers_come_one_after_another() -> None:
    """提升业绩 becomes a goal in three answers, in any order, and the text stays as typed."""
    first = understand("提升业绩")
    one = reply(reply(reply(first, "metric", "revenue"), "size", "8%"), "window", "45 天")
    other = reply(reply(reply(first, "window", "45 天"), "size", "8%"), "metric", "revenue")
    assert one.goal == other.goal
    assert one.questions == ()
    goal = one.goal
    assert (goal.text, goal.metric, goal.direction) == ("提升业绩", "revenue", "up")
    assert (goal.size, goal.size_kind, goal.window_days) == (0.08, "relative", 45)
    assert all(end <= len("提升业绩") for chip in one.chips for _, end in chip.spans)


@pytest.mark.parametrize(
    ("value", "size", "kind"),
    [
        ("5%", 0.05, "relative"),
        ("+5%", 0.05, "relative"),
        ("百分之五", 0.05, "relative"),
        ("2 个百分点", 0.02, "points"),
        ("2 points", 0.02, "points"),
        ("到 25%", 0.25, "absolute"),
        ("to 25%", 0.25, "absolute"),
        ("翻倍", 1.0, "relative"),
    ],
)
def test_a_size_is_answered_in_any_form(value: str, size: float, kind: str) -> None:
    """The answer to how much is read by the same grammar as the goal."""
    goal = reply(understand("30天内提升复购率"), "size", value).goal
    assert (goal.size, goal.size_kind, goal.direction) == (size, kind, "up")


def test_a_bare_amount_goes_with_the_verb() -> None:
    """`5%` answers a goal that goes down as well as one that goes up."""
    goal = reply(understand("30天内降低流失率"), "size", "5%").goal
    assert (goal.direction, goal.size) == ("down", 0.05)


@pytest.mark.parametrize(
    ("value", "days", "ends"),
    [
        ("45", 45, None),
        ("45 天", 45, None),
        ("six weeks", 42, None),
        ("下个月", 31, date(2026, 10, 31)),
        ("by Christmas", 110, date(2026, 12, 25)),
        ("国庆期间", 7, date(2026, 10, 7)),
    ],
)
def test_a_window_is_answered_in_any_form(value: str, days: int, ends: date | None) -> None:
    """The answer to by when may be a number of days, a length, a month or a festival."""
    goal = reply(understand("复购率提升 5%"), "window", value).goal
    assert (goal.window_days, goal.ends, goal.size) == (days, ends, 0.05)


def test_a_start_is_kept_until_its_length_is_answered() -> None:
    """从 10 月 1 日起 keeps its start; the answer gives the length."""
    open_ = understand("从10月1日起复购率提升 5%")
    assert [question.id for question in open_.questions] == ["window"]
    goal = reply(open_, "window", "30 天").goal
    assert (goal.starts, goal.ends, goal.window_days) == (date(2026, 10, 1), date(2026, 10, 30), 30)


def test_the_answered_metric_keeps_its_own_size() -> None:
    """Of two metrics with a size each, the chosen one brings its own, and the other is shown as unread."""
    open_ = understand("复购率 +5%，客单价 +3%，30天")
    chosen = reply(open_, "metric", "average_order_value")
    assert (chosen.goal.metric, chosen.goal.size) == ("average_order_value", 0.03)
    assert [span.text for span in chosen.unread] == ["复购率 +5%"]
    assert reply(open_, "metric", "repurchase_rate").goal.size == 0.05


def test_a_metric_is_answered_by_its_name() -> None:
    """A name in either language does as well as the id."""
    open_ = understand("转化率 +5%，30天")
    assert set(open_.metrics) == {"purchase_conversion", "visit_conversion", "sign_up_rate"}
    for name in ("进店转化率", "Store-visit conversion", "visit_conversion"):
        assert reply(open_, "metric", name).goal.metric == "visit_conversion"


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("metric", "转化率"),
        ("metric", "天气"),
        ("metric", ""),
        ("size", "很多"),
        ("window", "很久"),
        ("size", "5" * 200),
    ],
)
def test_what_answers_nothing_is_refused(question: QuestionId, value: str) -> None:
    """An answer that leaves its question open is refused with what would do."""
    with pytest.raises(LiftloopError) as raised:
        reply(understand("提升转化率"), question, value)
    assert raised.value.code == "unusable_answer"
    assert raised.value.next_zh
    assert raised.value.next_en


def test_bad_goals_ask_no_more_than_three_things() -> None:
    """Only metric, size and window are ever asked back."""
    held = Path(__file__).parents[2] / "golden/plan/bad_goals.json"
    for case in json.loads(held.read_text(encoding="utf-8"))["goals"]:
        assert set(case.get("questions", [])) <= {"metric", "size", "window"}
