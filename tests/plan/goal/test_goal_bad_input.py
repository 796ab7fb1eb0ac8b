"""Nothing that is typed crashes the grammar: it is refused with a reason, asked back, or shown as unread."""

import json
import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_goal_phrasings import DEVELOPMENT, NOW, load

from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.goal.contract import Understood
from liftloop.plan.goal.grammar import GOAL_CHARACTERS_MAX, parse_goal
from liftloop.plan.goal.words import WORDS
from liftloop.plan.metric.catalogue import BUILT_IN, BUILT_IN_CATALOGUE

HELD = json.loads((Path(__file__).parents[2] / "golden/plan/bad_goals.json").read_text(encoding="utf-8"))


def understand(text: str) -> Understood:
    return parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=NOW)


@pytest.mark.parametrize("case", HELD["goals"], ids=[case["text"] for case in HELD["goals"]])
def test_bad_goals_are_told(case: dict[str, Any]) -> None:
    """Each bad goal ends as written: an error with a next step in both languages, questions, notes, unread words."""
    if (code := case.get("error")) is not None:
        with pytest.raises(LiftloopError) as raised:
            understand(case["text"])
        error = raised.value
        assert error.code == code
        assert error.exit_code == EXIT_REFUSED
        assert all((error.zh, error.en, error.next_zh, error.next_en))
        return
    got = understand(case["text"])
    assert [question.id for question in got.questions] == case["questions"]
    assert [note.id for note in got.notes] == case.get("notes", [])
    if "unread" in case:
        assert [span.text for span in got.unread] == case["unread"]


def test_a_page_is_refused_before_it_is_read() -> None:
    """Ten thousand characters are refused with their number, five hundred are read."""
    with pytest.raises(LiftloopError) as raised:
        understand("复购率 +5% " * 1250)
    assert raised.value.code == "goal_too_long"
    assert "10,000" in raised.value.zh
    understand("复购率 +5%，30天。".ljust(GOAL_CHARACTERS_MAX, "啊"))


PHRASES = sorted({phrase for rows in WORDS.values() for phrase, _ in rows})
NAMES = sorted({name for m in BUILT_IN for name in (m.name_zh, m.name_en, *m.aliases_zh, *m.aliases_en)})
AMOUNTS = ["5%", "+5%", "-5%", "2个点", "8万", "¥80,000", "80k", "两成", "一倍", "30天", "a month", "3 次", "1e9"]
AMOUNTS += [
    "10月1日",
    "12/31-1/5",
    "2月29日",
    "Q4",
    "next quarter",
    "月底",
    "5~8%",
    "half",
    "百分之",
    "亿万",
    "半",
    "千",
]
PIECES = st.one_of(
    st.sampled_from(PHRASES),
    st.sampled_from(NAMES),
    st.sampled_from(AMOUNTS),
    st.sampled_from(
        ["，", "。", " ", "\n", "~", "-", "+", "（", "%", "'", '"', ";", "\x00", "\u200b", "é", "İ", "½", "㎏"]
    ),
    st.text(max_size=6),
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=14).map(lambda pieces: " ".join(pieces)),
    st.lists(PIECES, max_size=14).map(lambda pieces: "".join(pieces)),
    st.text(max_size=80),
)


def understand_or_refuse(text: str) -> Understood | str:
    try:
        return understand(text)
    except LiftloopError as error:
        return error.code


@given(text=TEXTS)
@example(text="元旦到春节 2月29日到2月28日 提升")
@example(text="半半半万万亿一一%")
@example(text="从 10 到 到 到 从 5% ~ ~ 8%")
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_is_answered_in_order(text: str) -> None:
    """Any text is refused in words or understood within bounds, the same every time, each word shown once."""
    _answered_in_order(text)


@pytest.mark.long
@given(text=TEXTS)
@settings(max_examples=5_000, deadline=None)
def test_whatever_else_is_typed_is_answered_in_order(text: str) -> None:
    """The same promise over many more texts."""
    _answered_in_order(text)


def _answered_in_order(text: str) -> None:
    got = understand_or_refuse(text)
    assert got == understand_or_refuse(text)
    if isinstance(got, str):
        assert got in {"empty_goal", "goal_too_long", "contradictory_goal", "negative_budget"}
        return
    goal = got.goal
    asked = {question.id for question in got.questions}
    assert asked == {
        *(["metric"] if goal.metric is None else []),
        *(["size"] if goal.size is None else []),
        *(["window"] if goal.window_days is None else []),
    }
    assert goal.size is None or (goal.size >= 0 and goal.size_kind is not None)
    assert goal.window_days is None or 1 <= goal.window_days <= 1096
    assert goal.budget_fen is None or goal.budget_fen >= 0
    assert not (goal.starts and goal.ends) or goal.starts <= goal.ends
    shown = sorted([*(span for chip in got.chips for span in chip.spans), *((s.start, s.end) for s in got.unread)])
    assert all(0 <= start < end <= len(text) for start, end in shown)
    assert all(before[1] <= after[0] for before, after in pairwise(shown))
    assert all(text[span.start : span.end] == span.text for span in got.unread)


def test_chips_stand_on_their_words() -> None:
    """A chip's spans are the words it was read from, in the original spelling."""
    text = "中秋前让上海门店的老客客单价涨 ８%，預算 8 萬，每人每周最多 2 次"
    spans = {chip.field: [text[a:b] for a, b in chip.spans] for chip in understand(text).chips}
    assert spans == {
        "window": ["中秋前"],
        "scope": ["上海门店的老客"],
        "metric": ["客单价"],
        "against": [],
        "direction": ["涨"],
        "size": ["８%"],
        "budget": ["預算 8 萬"],
        "caps": ["每人每周最多 2 次"],
    }


def test_editing_a_chip_is_replacing_its_words() -> None:
    """Other words in the span of one chip change that field and no other."""
    text = "30天内复购率 +5%，预算 20 万元"
    before = understand(text)
    start, end = next(chip.spans[0] for chip in before.chips if chip.field == "budget")
    after = understand(text[:start] + "预算 5 万" + text[end:])
    assert after.goal.budget_fen == 5_000_000
    assert (after.goal.metric, after.goal.size, after.goal.window_days) == ("repurchase_rate", 0.05, 30)


@pytest.mark.parametrize("name", ["heldout", "heldout_second"])
def test_a_worse_typist_is_understood_as_well(name: str) -> None:
    """Full width, upper case, doubled spaces and traditional characters change nothing."""
    now, phrasings = load(name)
    for text, _ in [*phrasings, *DEVELOPMENT]:
        wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() or c in "+%" else c for c in text)
        for variant in (wide, re.sub(" ", "  ", text), text.upper()):
            left, right = (
                parse_goal(t, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=now).goal for t in (text, variant)
            )
            assert (left.metric, left.direction, left.size, left.window_days, left.budget_fen) == (
                right.metric,
                right.direction,
                right.size,
                right.window_days,
                right.budget_fen,
            ), variant


def test_the_zone_of_the_reader_decides_the_day() -> None:
    """Half past midnight in Shanghai is already tomorrow, though the day before in UTC."""
    late = datetime.fromisoformat("2026-10-01T00:30:00+08:00")
    goal = parse_goal("本月复购率 +5%", language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=late).goal
    assert goal.ends is not None
    assert (goal.ends.isoformat(), goal.window_days) == ("2026-10-31", 31)
