"""The study of traits from end to end: what the lake says becomes columns, audiences, and words in the person view."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.app.following import Follower
from liftloop.app.ledger import family
from liftloop.app.studies.evidence import VALUES_OF_ONE, studied_values
from liftloop.app.studies.rfm import Buyers
from liftloop.app.studies.traits import StudyReport, TraitStudies
from liftloop.audience.reading import is_member, members
from liftloop.identify.contract import USER
from liftloop.identify.reading import find, identifier_hash
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.profile.contract import UnknownCondition
from liftloop.profile.reading import check_condition
from liftloop.profile.studied import STUDIED, studied_array
from liftloop.runtime import people
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
PEOPLE = 150
TREES: Sequence[dict[str, Any]] = (
    {"trait": "lifecycle_stage", "is": "dormant"},
    {"trait": "lifecycle_stage", "is_not": "new"},
    {"trait": "lifecycle_stage", "in": ["lost", "active"]},
    {"trait": "clv_fen", "gte": 20_000},
    {"all": [{"trait": "alive_probability", "lt": 0.9}, {"trait": "rfm_monetary_score", "gte": 3}]},
    {"not": {"trait": "interest_category", "exists": True}},
    {"trait": "replenish_due_ms", "gte": NOW_MS},
    {"trait": "best_hour_of_week", "lt": 100},
)


def order(person: int, number: int, days_ago: float, chance: np.random.Generator) -> dict[str, Any]:
    item = ("milk", "cot", "toy")[int(chance.integers(3))]
    at_ms = NOW_MS - int(days_ago * DAY_MS)
    return {
        "type": "track",
        "messageId": f"o{person}-{number}",
        "userId": f"u{person}",
        "event": "Order Completed",
        "timestamp": str(np.datetime64(at_ms, "ms")) + "Z",
        "properties": {
            "order_id": f"o{person}-{number}",
            "revenue": round(float(chance.gamma(3, 40)), 2),
            "products": [{"product_id": item, "category": item + "s", "price": 10, "quantity": 1}],
        },
    }


def visit(person: int) -> dict[str, Any]:
    return {"type": "page", "messageId": f"p{person}", "userId": f"u{person}", "name": "home"}


class Shop:
    """An installation with a past, and the study beside it."""

    def __init__(self, path: Path) -> None:
        self.installation = Installation(path, NOW_MS)
        chance = np.random.default_rng(6)
        for person in range(PEOPLE):
            orders = int(chance.integers(0, 6))
            messages = [order(person, n, float(chance.uniform(0, 300)), chance) for n in range(orders)]
            self.installation.receive(visit(person), *messages)
        self.installation.fold_all()

    def study(self) -> StudyReport:
        shop = self.installation
        follower = Follower(shop.lake, shop.log, shop.state, shop.tick, shop.clock)
        report = asyncio.run(TraitStudies(follower, shop.tick, shop.clock, days=1).run())
        shop.fold_all()
        return report

    def follower(self) -> Follower:
        shop = self.installation
        return Follower(shop.lake, shop.log, shop.state, shop.tick, shop.clock)

    def slot(self, person: int) -> int:
        return int(find(self.installation.fold.state, np.array([identifier_hash(USER, f"u{person}")], np.uint64))[0])

    def number(self, person: int) -> int:
        return int(people.numbers(self.installation.fold.state, np.array([self.slot(person)]))[0])

    def live(self, trait: str, person: int) -> float:
        return float(self.installation.fold.state[studied_array(trait, "number")][self.slot(person)])

    def in_lake(self, tree: dict[str, Any]) -> set[int]:
        query = selection(tree, Meanings(traits={}, audiences={}), self.installation.now_ms())
        self.installation.follow()
        return set(self.installation.lake.select(query.text, query.parameters)["profile"].tolist())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "data")
    yield made
    made.installation.close()


def test_columns_say_what_the_lake_says_and_saying_it_again_changes_nothing(shop: Shop) -> None:
    """After a study each live column equals the lake's row; a second study at the same instant has no news."""
    report = shop.study()
    assert report.people == PEOPLE
    assert report.worth is not None
    studied = {name for name, trait in STUDIED.items() if trait.by == "study"}
    assert set(report.traits) == studied - {"best_channel"} - ({"successor_item"} - set(report.traits))
    state = shop.installation.fold.state
    rows = shop.installation.lake.select("SELECT profile, name, number FROM trait_now WHERE word IS NULL")
    assert len(rows["profile"]) > PEOPLE
    for number, name, value in zip(rows["profile"], rows["name"], rows["number"], strict=True):
        slot = people.slots(state, np.array([number]))
        assert state[studied_array(str(name), "number")][slot] == pytest.approx([value], nan_ok=True)
    assert shop.study().changed == 0
    words = shop.installation.lake.select("SELECT DISTINCT word FROM trait_now WHERE word IS NOT NULL")["word"]
    kept = {text for (text,) in shop.installation.state.rows("SELECT text FROM word")}
    assert set(words.tolist()) <= kept
    before = {trait: shop.live(trait, 3) for trait in ("clv_fen", "lifecycle_since_ms")}
    shop.installation.restart()
    assert before == {trait: shop.live(trait, 3) for trait in before}


def test_audiences_over_studied_traits_are_the_same_live_and_in_the_lake(shop: Shop) -> None:
    """Memory and lake name the same members, before the first study, after it, and a month later."""
    for number, tree in enumerate(TREES):
        shop.installation.publish("audience", f"a{number}", {"name": "a", "where": tree})
    for days in (0, 0, 31):
        shop.installation.advance(days * 24 * 3600)
        state = shop.installation.fold.state
        for number, tree in enumerate(TREES):
            live = set(people.numbers(state, members(state, f"a{number}")).tolist())
            assert live == shop.in_lake(tree), tree
        shop.study()


def test_the_first_study_is_silent_and_the_next_may_trigger(shop: Shop) -> None:
    """Whom the first study finds asleep enters without triggering; whoever falls asleep later does trigger."""
    shop.installation.publish(
        "audience", "asleep", {"name": "a", "where": {"trait": "lifecycle_stage", "is": "dormant"}}
    )
    seen: list[Any] = []
    advance = shop.installation.fold.advance

    def watched(*given: Any, **named: Any) -> Any:
        frame, commit = advance(*given, **named)
        seen.append(frame.get("audience.entered"))
        return frame, commit

    shop.installation.fold.advance = watched
    shop.study()
    first = [batch for batch in seen if batch is not None]
    assert first
    assert not any(batch["triggers"].any() for batch in first)
    seen.clear()
    shop.installation.advance(31 * 24 * 3600)
    shop.study()
    later = [batch for batch in seen if batch is not None]
    assert later
    assert all(batch["triggers"].all() for batch in later)


def test_the_scores_are_those_of_the_person_view(shop: Shop) -> None:
    """The three columns are the scores that `Buyers` gives for one person."""
    shop.study()
    for person in range(0, PEOPLE, 7):
        rfm = asyncio.run(Buyers(shop.follower()).rfm([shop.number(person)], NOW_MS))
        names = ("rfm_recency_score", "rfm_frequency_score", "rfm_monetary_score")
        live = [shop.live(name, person) for name in names]
        assert live == (list(rfm.scores) if rfm else pytest.approx([np.nan] * 3, nan_ok=True))


def test_a_merged_person_has_the_values_that_either_had(shop: Shop) -> None:
    """Somebody without orders who becomes one with a buyer has the buyer's values at once, live and in the lake."""
    shop.study()
    tree = {"trait": "clv_fen", "gte": 0}
    shop.installation.publish("audience", "a", {"name": "a", "where": tree})
    state = shop.installation.fold.state
    buyer = next(p for p in range(PEOPLE) if not np.isnan(shop.live("clv_fen", p)))
    other = next(p for p in range(PEOPLE) if np.isnan(shop.live("clv_fen", p)))
    worth = shop.live("clv_fen", buyer)
    shop.installation.receive({"type": "alias", "messageId": "m", "userId": f"u{other}", "previousId": f"u{buyer}"})
    shop.installation.fold_all()
    shop.installation.follow()
    assert shop.live("clv_fen", other) == worth
    assert is_member(state, "a", np.array([shop.slot(other)]))[0]
    assert set(people.numbers(state, members(state, "a")).tolist()) == shop.in_lake(tree)
    lake, columns = shop.installation.lake, ("name", "number", "word", "at_ms")
    numbers = family(shop.installation.state, shop.number(other))
    for first in numbers:  # Whoever was kept: the page of one person says what the view says of everybody.
        view = lake.select("SELECT * FROM trait_now WHERE profile = $1 ORDER BY name", [first])
        if len(view["name"]):
            one = lake.select(VALUES_OF_ONE, [first, [first, *(each for each in numbers if each != first)]])
            assert [list(map(str, one[each])) for each in columns] == [list(map(str, view[each])) for each in columns]


def test_a_person_is_told_how_each_value_came_about(shop: Shop) -> None:
    """The person view has each value with counts and dates in both languages; scores are shown as one."""
    shop.study()
    report = asyncio.run(_last(shop))
    person = next(p for p in range(PEOPLE) if shop.live("alive_probability", p) < 1)
    told = asyncio.run(studied_values(shop.follower(), [shop.number(person)], NOW_MS, report))
    by_id = {each.id: each for each in told}
    assert {"alive_probability", "clv_fen", "lifecycle_stage", "best_hour_of_week"} <= set(by_id)
    assert "rfm_recency_score" not in by_id
    days = int(
        shop.installation.lake.select(
            "SELECT count(DISTINCT (at_ms + 28800000) // 86400000) AS n FROM order_now WHERE profile = $1",
            [shop.number(person)],
        )["n"][0]
    )
    assert f"有 {days} 天买过" in by_id["alive_probability"].how.zh
    assert f"Bought on {days} days" in by_id["alive_probability"].how.en
    stage, hour = by_id["lifecycle_stage"].words, by_id["best_hour_of_week"].words
    assert stage is not None
    assert stage.zh in {"潜客", "新客", "活跃", "沉睡", "流失"}
    assert hour is not None
    assert hour.zh.startswith("周")
    assert hour.en.split()[0].endswith("day")


async def _last(shop: Shop) -> Any:
    shop.installation.follow()
    return await TraitStudies(shop.follower(), shop.installation.tick, shop.installation.clock, days=1).last()


def test_the_study_comes_by_itself_at_three_in_the_morning_and_after_an_import(shop: Shop) -> None:
    """It is due at 03:00 of the shop's day, once, and ten minutes after an import."""
    installation = shop.installation
    studies = TraitStudies(shop.follower(), installation.tick, installation.clock, days=1)
    never = TraitStudies(shop.follower(), installation.tick, installation.clock, days=0)

    async def runs() -> bool:
        before = await studies.last()
        await never.run_if_due()
        assert await never.last() == before, "it is made only when asked for"
        await studies.run_if_due()
        return await studies.last() != before

    shop_clock_ms = (NOW_MS + 8 * HOUR_MS) % DAY_MS
    until_three_s = ((3 * HOUR_MS - shop_clock_ms) % DAY_MS) // 1000
    for seconds, due in ((until_three_s - 1, False), (1, True), (3600, False)):
        installation.advance(seconds)
        assert asyncio.run(runs()) == due
    studies.soon()
    never.soon()
    for seconds, due in ((599, False), (1, True)):
        installation.advance(seconds)
        assert asyncio.run(runs()) == due


@pytest.mark.parametrize(
    "leaf",
    [
        {"trait": "clv_fen", "is": 5},
        {"trait": "alive_probability", "exists": True},
        {"trait": "lifecycle_stage", "gte": 1},
    ],
    ids=str,
)
def test_a_condition_that_cannot_fit_is_refused(leaf: dict[str, Any]) -> None:
    """Numbers are compared as numbers and texts as texts."""
    with pytest.raises(UnknownCondition, match="can be compared by"):
        check_condition(leaf)
