"""Every goal that an opportunity writes is read by the goal grammar without a question, in both languages."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_choice import STAKE

from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.opportunities.candidate import (
    WINDOW_DAYS,
    Birthdays,
    Candidate,
    EndedSeries,
    Kind,
    ShopNow,
    SlowItem,
    candidates,
)
from liftloop.plan.opportunities.words import NAMES, Told, goal_of, title_of, why_now, worth_words
from liftloop.plan.options import Words

NOW = datetime(2026, 8, 28, 10, tzinfo=UTC)
SHOP = ShopNow(
    today=NOW.date(),
    dormant_days=45,
    lost_days=120,
    events=frozenset({"Product Viewed"}),
    traits=frozenset({"replenish_due_ms", "alive_probability", "rfm_monetary_score", "successor_item"}),
    slow=SlowItem(id="i1", name=Words(zh="蓝罐奶粉", en="Blue tin"), category="奶粉", stock=90, days_left=400),
    ended=EndedSeries(name="星空系列", items=("i2", "i3"), coupons=("c5", "c10")),
    birthdays=Birthdays(attribute="birthday", days=("1990-09-01",)),
)


def _catalogue() -> Catalogue:
    return replace(BUILT_IN_CATALOGUE, groups=tuple(name for each in NAMES.values() for name in (each.zh, each.en)))


def test_every_kind_is_a_candidate_of_a_shop_that_has_all_data() -> None:
    """A shop with traits, views, stock, series and birthdays, four weeks before a festival, has all ten kinds."""
    found = candidates(SHOP)
    assert {each.kind for each in found} == set(get_args(Kind))
    assert len({each.id for each in found}) == len(found)


def test_a_shop_with_orders_alone_has_those_that_orders_tell_of() -> None:
    """Without traits, views and stock what is left is the second order, and a festival where one comes."""
    bare = ShopNow(today=NOW.date(), dormant_days=45, lost_days=120, events=frozenset(), traits=frozenset())
    assert {each.kind for each in candidates(bare)} == {"second", "festival"}
    assert {each.kind for each in candidates(replace(bare, today=NOW.date().replace(year=2040)))} == {"second"}


@pytest.mark.parametrize("candidate", candidates(SHOP), ids=lambda each: each.kind)
@given(lift=st.floats(0.0001, 0.99))
@settings(max_examples=25, deadline=None)
def test_every_goal_parses_without_a_question(candidate: Candidate, lift: float) -> None:
    """Metric, size, window and group are read exactly, nothing is left unread, asked or taken otherwise."""
    stake = replace(STAKE, people=500, lift=lift)
    goal = goal_of(candidate, stake)
    for text, name, language in (
        (goal.zh, NAMES[candidate.kind].zh, "zh-CN"),
        (goal.en, NAMES[candidate.kind].en, "en"),
    ):
        understood = parse_goal(text, language=language, catalogue=_catalogue(), now=NOW)  # type: ignore[arg-type]
        read = understood.goal
        assert (understood.questions, understood.unread, understood.notes) == ((), (), ())
        assert (read.metric, read.direction, read.window_days) == ("purchase_rate", "up", WINDOW_DAYS)
        assert (read.size_kind, read.against) == ("relative", "nobody")
        assert read.size == pytest.approx(max(lift, 0.01), abs=0.0006)
        assert [(each.kind, each.value) for each in read.scope] == [("group", name)]
        assert (read.budget_fen, read.caps, read.guardrails, read.channels) == (None, (), (), ())


@pytest.mark.parametrize("candidate", candidates(SHOP), ids=lambda each: each.kind)
def test_every_opportunity_is_told_in_both_languages(candidate: Candidate) -> None:
    """Title, reason and worth say something in each language, and an assumed range is called assumed."""
    stake, things = replace(STAKE, people=500), (("奶粉", 9),)
    told = Told(candidate=candidate, stake=stake, money="revenue", before=400, things=things)
    for words in (title_of(candidate), why_now(told), worth_words(told)):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh)
        assert words.en
        assert words.en != words.zh
    assert "假定" in worth_words(told).zh
    assert "assumed" in worth_words(told).en
    assert "多 100 人" in why_now(told).zh


def test_a_festival_is_near_but_not_tomorrow() -> None:
    """Mid-Autumn of 2026 is on 25 September: an opportunity four weeks before, none sooner or on its eve."""
    day = NOW.date().replace(month=9, day=25)
    for before, there in ((40, False), (28, True), (7, True), (1, False)):
        found = {each.subject.en for each in candidates(replace(SHOP, today=day - timedelta(before))) if each.subject}
        assert ("Mid-Autumn Festival" in found) is there, before
