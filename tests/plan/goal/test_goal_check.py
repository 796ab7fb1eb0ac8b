"""A goal held against its baseline: both readings are said, and what cannot be is refused with a next step."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_goal_phrasings import NOW

from liftloop.plan.goal.check import check_against, level_after, readings
from liftloop.plan.goal.contract import Goal
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.metric.catalogue import BUILT_IN, BUILT_IN_CATALOGUE

BY_ID = BUILT_IN_CATALOGUE.by_id


def goal_of(text: str) -> Goal:
    return parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=NOW).goal


def codes(text: str, baseline: float) -> list[str]:
    goal = goal_of(text)
    assert goal.metric is not None
    return [error.code for error in check_against(goal, BY_ID[goal.metric], baseline)]


@pytest.mark.parametrize(
    ("text", "baseline", "expected"),
    [
        ("购买转化率 +500%，30天", 0.2, ["impossible_share"]),
        ("购买转化率 +500%，30天", 0.1, []),
        ("复购率 +85 个百分点，30天", 0.2, ["impossible_share"]),
        ("复购率 +80 个百分点，30天", 0.2, []),
        ("复购率提升到 120%，30天", 0.2, ["impossible_share"]),
        ("流失率降低 30 个百分点，90天", 0.2, ["impossible_below_zero"]),
        ("流失率降低 200%，90天", 0.2, ["impossible_below_zero"]),
        ("GMV 增长 500%，30天", 1e9, []),
        ("毛利额降低 200%，30天", 1e9, []),
        ("复购率提升到 18%，30天", 0.2, ["already_there"]),
        ("流失率降到 25%，90天", 0.2, ["already_there"]),
        ("流失率降到 15%，90天", 0.2, []),
        ("复购率 +5%，30天", 0.0, ["no_baseline"]),
        ("复购率提升到 5%，30天", 0.0, []),
        ("复购率 +5%", 0.2, []),
        ("30天内提升复购率", 0.2, []),
    ],
)
def test_impossible_goals_are_refused(text: str, baseline: float, expected: list[str]) -> None:
    """What is above the whole, below nothing, reached already or a share of nothing is told by its code."""
    assert codes(text, baseline) == expected


def test_refusals_say_where_it_stands_and_what_to_do() -> None:
    """The refusal of +500% names both levels and the room that is left, in both languages."""
    goal = goal_of("购买转化率 +500%，30天")
    (error,) = check_against(goal, BY_ID["purchase_conversion"], 0.2)
    assert error.zh == "购买转化率不可能超过 100%：现在是 20%，这个目标等于 120%"
    assert error.en == "purchase conversion cannot exceed 100%: it is 20% now, and this goal means 120%"
    assert "80" in error.next_zh
    assert "80" in error.next_en


def test_both_readings_of_a_percentage_are_said() -> None:
    """+5% of a 20% rate is 21% relative and 25% in points; the chosen one comes first."""
    relative, points = readings(goal_of("复购率 +5%，30天"), BY_ID["repurchase_rate"], 0.2)
    assert (relative.chosen, points.chosen) == (True, False)
    assert relative.zh == "按相对变化：复购率从 20% 到 21%"
    assert points.zh == "按百分点：复购率从 20% 到 25%"
    assert points.en == "In points: repurchase rate from 20% to 25%"
    chosen = readings(goal_of("复购率 +5 个百分点，30天"), BY_ID["repurchase_rate"], 0.2)[0]
    assert (chosen.size_kind, chosen.chosen) == ("points", True)


def test_amounts_have_one_reading() -> None:
    """Money and counts know no percentage points."""
    (only,) = readings(goal_of("客单价提升 ¥30，30天"), BY_ID["average_order_value"], 20_000)
    assert only.zh == "按增减量：客单价从 ¥200 到 ¥230"
    assert readings(goal_of("30天内提升客单价"), BY_ID["average_order_value"], 20_000) == ()


@given(
    metric=st.sampled_from(BUILT_IN),
    direction=st.sampled_from(["up", "down"]),
    kind=st.sampled_from(["relative", "points", "absolute"]),
    size=st.floats(0, 10),
    baseline=st.floats(0, 1),
)
def test_what_passes_is_possible(metric: object, direction: str, kind: str, size: float, baseline: float) -> None:
    """A goal without objections means a level that the metric can have, on the right side of the baseline."""
    chosen = next(known for known in BUILT_IN if known is metric)
    goal = Goal(text="", language="en", metric=chosen.id, direction=direction, size=size, size_kind=kind)
    errors = check_against(goal, chosen, baseline)
    after = level_after(goal, kind, baseline)
    assert math.isfinite(after)
    if errors:
        assert all((e.zh, e.en, e.next_zh, e.next_en) for e in errors)
        return
    if chosen.unit == "share":
        assert after <= 1 + 1e-6
    assert after >= -1e-6 or chosen.id in ("gross_profit", "gross_margin")
    if kind == "absolute":
        assert after > baseline if direction == "up" else after < baseline
