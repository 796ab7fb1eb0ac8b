"""An item beside its category: more bought, or one thing in place of another; read from a lake and told in words."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import duckdb
import numpy as np
import pytest
from shop_lake import add_rows

from liftloop.app.planning.items_report import items_of_campaign
from liftloop.kernel.clock import DAY_MS
from liftloop.measure.lift import Sides
from liftloop.measure.substitution import ItemEffects, item_effects, item_words
from liftloop.plan.contract import Action, Campaign, Holdout
from liftloop.storage.embedded.connections import named_queries
from liftloop.storage.embedded.lake import DuckLake

World = Literal["more", "instead", "nothing"]
PEOPLE, START_MS = 6_000, 1_795_233_600_000


def drawn(seed: int, world: World) -> ItemEffects:
    """Let a tenth be left alone; naming the item brings new buyers, or neighbours' buyers, or nobody."""
    dice = np.random.default_rng(seed)
    held = dice.random(PEOPLE) < 0.1
    alone = dice.choice(3, PEOPLE, p=(0.6, 0.1, 0.3))  # Nothing, the item, a neighbour.
    moved = ~held & (dice.random(PEOPLE) < (0.3 if world == "instead" else 0.12))
    bought = np.where(moved & (alone == {"more": 0, "instead": 2, "nothing": 9}[world]), 1, alone)
    sides = Sides(held=held, before=np.zeros((PEOPLE, 0)))
    found = item_effects(sides, (bought == 1) * 1.0, (bought > 0) * 1.0, 1.0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("world", "words"), [("more", "整个品类也多卖了"), ("instead", "换成了它"), ("nothing", "还看不出推荐的商品")]
)
def test_what_is_said_is_what_happened(world: World, words: str) -> None:
    """In nearly all draws of each world its own sentence is said, and both ranges hold the truth in nine of ten."""
    truth = {"more": (0.072, 0.072), "instead": (0.09, 0.0), "nothing": (0.0, 0.0)}[world]
    said = held = 0
    for seed in range(40):
        found = drawn(seed, world)
        told = item_words(found)
        assert told is not None
        said += words in told.zh
        assert found.item is not None
        assert found.category is not None
        held += found.item.low <= truth[0] <= found.item.high and found.category.low <= truth[1] <= found.category.high
    assert said >= {"more": 32, "instead": 32, "nothing": 36}[world]
    assert held >= 34


def test_too_few_people_let_nothing_be_told() -> None:
    """With a handful on a side there is no sentence, without anybody left alone nothing at all."""
    few = Sides(held=np.arange(40) < 5, before=np.zeros((40, 0)))
    found = item_effects(few, np.ones(40), np.ones(40), 0.5)
    assert found is not None
    assert item_words(found) is None
    nobody = Sides(held=np.zeros(40, dtype=np.bool_), before=np.zeros((40, 0)))
    assert item_effects(nobody, np.ones(40), np.ones(40), 1.0) is None


def test_each_is_compared_by_the_item_named_to_her_and_its_own_category(tmp_path: Path) -> None:
    """Lines outside the window, of other items and of other categories count for nobody; held out count as assigned."""
    path = tmp_path / "lake.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute(named_queries("lake.sql")["create_tables"])
    connection.close()
    goods = [("milk-1", "milk"), ("milk-2", "milk"), ("soap", "care"), ("mystery", "")]
    names = np.array([each[0] for each in goods], dtype=object)
    add_rows(
        path,
        "item_version",
        {
            "offset": np.arange(4),
            "at_ms": np.zeros(4, dtype=np.int64),
            "item_id": names,
            "name": names,
            "category": np.array([each[1] for each in goods], dtype=object),
            "body": np.full(4, "{}", dtype=object),
        },
    )
    sold = [(1, "milk-1", 1), (2, "milk-2", 2), (3, "soap", 3), (4, "milk-1", -1), (5, "milk-1", 40), (11, "milk-2", 1)]
    add_rows(
        path,
        "order_line",
        {
            "offset": np.arange(len(sold)),
            "profile": np.array([each[0] for each in sold]),
            "at_ms": np.array([START_MS + each[2] * DAY_MS for each in sold]),
            "order_id": np.array([f"o{place}" for place in range(len(sold))], dtype=object),
            "product_id": np.array([each[1] for each in sold], dtype=object),
            "refunded": np.zeros(len(sold), dtype=bool),
        },
    )
    lake = DuckLake(path, memory_limit="200MB", threads=1)
    actions = [Action(id="nobody"), Action(id="a", item="milk-1"), Action(id="b", item="mystery")]
    campaign = Campaign(
        name="c",
        plan="p",
        actions=tuple(actions),
        cells=((0.0, 0.5, 0.5),),
        holdout=Holdout(share=0.5, salt="c"),
        starts_ms=START_MS,
        ends_ms=START_MS + 30 * DAY_MS,
    )
    profile = np.arange(1, 21)
    look: Any = SimpleNamespace(lake=lake, profile=profile)
    sides = Sides(held=profile > 10, before=np.zeros((20, 0)))
    action = np.where(profile % 10 < 8, "a", "b").astype(object)
    found = items_of_campaign(campaign, look, sides, action, START_MS + 35 * DAY_MS)
    assert found is not None
    assert (found.treated, found.held_out) == (8, 8)
    assert (found.item_means, found.category_means) == ((1 / 8, 0.0), (2 / 8, 1 / 8))
    assert items_of_campaign(campaign, look, sides, action, START_MS + DAY_MS // 2) is None
    lake.close()
