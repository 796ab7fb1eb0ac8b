"""The sentence in which a goal is restated means that goal: reading it again changes nothing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace
from test_goal_phrasings import DEVELOPMENT, NOW, load

from liftloop.plan.goal.contract import ChannelWish, Goal, Guardrail, ScopeCondition, TouchCap, Waves
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.goal.said import pieces, sentence
from liftloop.plan.metric.catalogue import BUILT_IN, BUILT_IN_CATALOGUE
from liftloop.profile.metric import Metric

TODAY = NOW.date()
BY_ID = BUILT_IN_CATALOGUE.by_id
PERIODS = st.sampled_from(["day", "week", "month", "quarter", "year"])
PERIOD_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}


def fields(goal: Goal) -> dict[str, Any]:
    """Everything that a goal says, without the words in which it was typed."""
    said = asdict(replace(goal, text="", language="en"))
    said["scope"] = [(c.kind, c.value, c.excluded) for c in goal.scope]
    return said


def again(text: str, now: datetime = NOW) -> tuple[dict[str, Any], list[str]]:
    understood = parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=now)
    return fields(understood.goal), [span.text for span in understood.unread]


def scopes() -> st.SearchStrategy[tuple[ScopeCondition, ...]]:
    known = [
        ("member", "member"),
        ("tier", "vip"),
        ("tier", "gold"),
        ("lifecycle", "new"),
        ("lifecycle", "lapsed"),
        ("value", "high"),
        ("sex", "female"),
        ("place", "杭州"),
        ("place", "内蒙古"),
        ("store", "上海"),
        ("store", "华东"),
        ("sales", "online"),
        ("category", "奶粉"),
        ("category", "skincare"),
    ]
    one = st.builds(
        lambda pair, out: ScopeCondition(kind=pair[0], value=pair[1], text="", excluded=out),
        st.sampled_from(known),
        st.booleans(),
    )
    bought = st.sampled_from(["奶粉", "咖啡机", "skincare", "鸡翅"]).map(
        lambda goods: ScopeCondition(kind="bought", value=goods, text="")
    )
    return st.tuples(
        st.lists(bought, max_size=1), st.lists(one, max_size=3, unique_by=lambda c: (c.kind, c.value))
    ).map(lambda parts: (*parts[0], *parts[1]))


def sizes(metric: Metric) -> st.SearchStrategy[dict[str, Any]]:
    rate = st.integers(1, 999).map(lambda tenths: tenths / 1000)
    relative = st.builds(lambda s: {"size": s, "size_kind": "relative"}, rate)
    if metric.unit == "share":
        unit, kinds = rate, ["points", "absolute"]
    elif metric.unit == "fen":
        unit, kinds = st.integers(1, 10**10).map(float), ["points", "absolute"]
    else:
        unit, kinds = st.integers(1, 10**6).map(float), ["points", "absolute"]
    other = st.builds(lambda s, k: {"size": s, "size_kind": k}, unit, st.sampled_from(kinds))
    based = st.builds(lambda s, b: {"size": s, "size_kind": "absolute", "stated_baseline": b}, unit, unit)
    return st.one_of(relative, other, based)


def windows() -> st.SearchStrategy[dict[str, Any]]:
    def between(start: int, length: int) -> dict[str, Any]:
        first = TODAY + timedelta(days=start)
        return {"starts": first, "ends": first + timedelta(days=length - 1), "window_days": length}

    return st.one_of(
        st.integers(1, 1000).map(lambda days: {"window_days": days}),
        st.builds(between, st.integers(1, 300), st.integers(1, 200)),
        st.integers(1, 300).map(lambda days: {"ends": TODAY + timedelta(days=days - 1), "window_days": days}),
        st.just({"starts": date(2026, 10, 1), "ends": date(2026, 10, 7), "window_days": 7, "festival": "national_day"}),
        st.just({"ends": date(2026, 12, 25), "window_days": 110, "festival": "christmas"}),
    )


def waves() -> st.SearchStrategy[Waves | None]:
    """Waves that end before the shortest window does, or of which only one thing is said."""
    count = st.integers(2, 100)
    every = st.one_of(*(st.integers(1, 20).map(lambda n, s=s: n * s) for s in (3_600, 86_400, 604_800 // 4)))
    return st.one_of(
        st.none(),
        count.map(lambda n: Waves(count=n)),
        every.map(lambda s: Waves(every_s=s)),
        st.builds(lambda n, m: Waves(count=n, every_s=m * 600), st.integers(2, 20), st.integers(1, 6)),
    )


@st.composite
def goals(draw: st.DrawFn) -> Goal:
    metric = draw(st.sampled_from(BUILT_IN))
    guarded = draw(
        st.lists(
            st.sampled_from(["gross_margin", "complaint_rate", "unsubscribe_rate"]).filter(lambda i: i != metric.id),
            unique=True,
            max_size=2,
        )
    )
    guardrails = tuple(
        Guardrail(metric=name, comparison=comparison, value=0.05 if comparison in ("at_least", "at_most") else None)
        for name in guarded
        for comparison in [draw(st.sampled_from(["at_least", "at_most", "no_drop", "no_rise"]))]
    )
    compared = draw(st.sampled_from([None, "previous", "day", "week", "month", "quarter", "year_ago"]))
    standing = draw(st.one_of(st.none(), PERIODS))
    budget = draw(st.one_of(st.none(), st.integers(0, 10**11)))
    return Goal(
        text="",
        language="en",
        metric=metric.id,
        direction=draw(st.sampled_from(["up", "down"])),
        against="last_period" if compared else "nobody",
        against_period=compared,
        scope=draw(scopes()),
        budget_fen=budget,
        budget_period=draw(st.one_of(st.none(), PERIODS)) if budget is not None else None,
        channels=tuple(
            ChannelWish(channel=name, wish=wish)
            for name, wish in draw(
                st.dictionaries(
                    st.sampled_from(["sms", "wecom", "wechat", "mini_program", "email", "phone", "app_push"]),
                    st.sampled_from(["use", "only", "prefer", "avoid"]),
                    max_size=3,
                )
            ).items()
        ),
        caps=tuple(
            TouchCap(touches_max=count, period=period)
            for period, count in draw(
                st.dictionaries(st.sampled_from(["day", "week", "month", "campaign"]), st.integers(1, 20), max_size=2)
            ).items()
        ),
        guardrails=guardrails,
        standing=standing,
        waves=draw(waves()),
        **draw(sizes(metric)),
        **draw(windows()),
    )


@given(goal=goals())
@settings(max_examples=120, deadline=None)
def test_any_goal_survives_being_said_and_read(goal: Goal) -> None:
    """Whatever a goal holds, its sentence in either language reads back as exactly that, nothing left over."""
    _survives(goal)


@pytest.mark.long
@given(goal=goals())
@settings(max_examples=2_000, deadline=None)
def test_many_more_goals_survive_being_said_and_read(goal: Goal) -> None:
    """The same promise over many more goals."""
    _survives(goal)


def _survives(goal: Goal) -> None:
    said = sentence(pieces(goal, BUILT_IN_CATALOGUE))
    for text in (said.zh, said.en):
        got, unread = again(text)
        assert (got, unread) == (fields(goal), []), text


@pytest.mark.parametrize("name", ["dev", "heldout", "heldout_second", "waves"])
def test_restating_a_goal_keeps_it(name: str) -> None:
    """Every written phrasing that names its metric means the same once restated in either language."""
    now, phrasings = load(name)
    for text, _ in phrasings:
        understood = parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=now)
        if understood.goal.metric is None:
            continue
        for said in (understood.said_zh, understood.said_en):
            assert again(said, now) == (fields(understood.goal), []), said


def test_restatements_read_as_sentences() -> None:
    """The two sentences of the product's own example, word by word."""
    understood = parse_goal(DEVELOPMENT[0][0], language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=NOW)
    assert understood.said_zh == "30 天内，与不做活动相比，复购率提升 5%，预算 ¥200,000，每人每周最多 2 次"
    assert understood.said_en == (
        "Raise repurchase rate by 5%, compared with doing nothing, within 30 days, budget ¥200,000, "
        "at most 2 touches per person per week"
    )
