"""What is read aloud of a tree is understood as the same tree, in both languages."""

from typing import Any

import numpy as np
import pytest
from shop_words import shop_lexicon

from liftloop.app.naming.trees import Names, read_aloud
from liftloop.audience.sentence.canonical import canonical
from liftloop.audience.sentence.grammar import understand
from liftloop.audience.sentence.scan import Index

INDEX = Index(shop_lexicon())
NAMES = Names(
    audiences={
        "aud_national": "国庆老客",
        "aud_national_en": "National Day",
        "tag:parent": "宝妈",
        "signal:hesitating": "犹豫 hesitating",
    },
    traits={},
)
EVENTS = ("Order Completed", "Product Viewed", "Product Added", "Store Visited", "Message Opened", "Gift Sent")
TREES_A_SEED = 40


class Trees:
    """Draws trees that a person could build."""

    def __init__(self, seed: int) -> None:
        self._dice = np.random.default_rng(seed)

    def one(self, *options: Any) -> Any:
        return options[int(self._dice.integers(len(options)))]

    def tree(self, depth: int) -> dict[str, Any]:
        if depth and self.one(True, True, False):
            members = [self.tree(depth - 1) for _ in range(self.one(2, 2, 3))]
            group = {self.one("all", "any"): members}
            return self.one(group, group, {"not": group})
        leaf = self.one(self.event, self.event, self.trait, self.trait, self.sequence, self.other)()
        return self.one(leaf, leaf, {"not": leaf})

    def event(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {"event": self.one(*EVENTS)}
        if self.one(True, False):
            leaf["where"] = [self.filter()]
        tests = self.one((), ("count",), ("sum",), ("avg",), ("days_since_last",), ("days_since_first",), ("max",))
        if tests == ("max",) or (self.one(True, False) and tests[:1] != ("days_since_last",)):
            leaf["within_days"] = self.one(7, 30, 90, 0.5)
        if tests and tests[0].startswith("days_since"):
            leaf.pop("within_days", None)
        if tests and tests[0] in ("sum", "avg", "max"):
            leaf["property"] = "revenue"
        return leaf | {name: self.comparison() for name in tests}

    def filter(self) -> dict[str, Any]:
        return self.one(
            {"property": "products.category", "is": "咖啡"},
            {"property": "products.category", "in": ["咖啡", "奶茶"]},
            {"property": "products.name", "contains": ["鸡翅"]},
            {"property": "revenue", "gte": 100},
            {"property": "quantity", "gte": 1, "lte": 5},
            {"property": "query", "is": "milk powder"},
        )

    def comparison(self) -> dict[str, Any]:
        word = self.one("gte", "gt", "lte", "lt", "eq")
        return self.one({word: self.one(2, 3, 5)}, {"gte": 2, "lte": 6}, {"gte": 2, "lt": 6})

    def trait(self) -> dict[str, Any]:
        return self.one(
            {"trait": "city", "is": self.one("上海", "Bath")},
            {"trait": "city", "in": ["上海", "北京"]},
            {"trait": "city", "is_not": "杭州"},
            {"trait": "birthday", "exists": self.one(True, False)},
            {"trait": self.one("birthday", "joined"), "days_to_anniversary": self.comparison()},
            {
                "trait": "joined",
                "days_since": self.one({"gte": -30, "lte": 0}, {"gte": 0, "lte": 7}, self.comparison()),
            },
            {"trait": "age", **self.comparison()},
            {"trait": "clv_fen", "gte": 50000},
            {"trait": "alive_probability", "lt": 0.5},
            {"trait": "lifecycle_stage", "is": self.one("dormant", "new")},
            {"trait": "replenish_due_ms", "days_since": {"gte": -3, "lt": 14}},
            {"trait": "employee", "is": self.one(True, False)},
        )

    def sequence(self) -> dict[str, Any]:
        steps = [{"event": self.one(*EVENTS[:3])}, {"event": self.one(*EVENTS[3:5]), "where": [self.filter()]}]
        leaf = {"sequence": steps, "within_days": self.one(7, 30), "gap_days": self.one(1, 2)}
        return self.one(leaf, leaf | {"without": {"event": "Order Refunded"}})

    def other(self) -> dict[str, Any]:
        return self.one(
            {"audience": "aud_national"},
            {"audience": "aud_national_en"},
            {"audience": "signal:hesitating"},
            {"tag": "parent"},
            {"percent": [0, self.one(5, 10)]},
        )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", range(10))
def test_what_is_read_aloud_is_understood_again(seed: int, language: str) -> None:
    """Reading a tree aloud and understanding the sentence gives the same tree, with nothing left over."""
    trees = Trees(seed)
    for _ in range(TREES_A_SEED):
        tree = trees.tree(2)
        said = getattr(read_aloud(tree, NAMES), language)
        understood = understand(said, INDEX, {})
        assert understood.tree is not None, said
        assert canonical(understood.tree) == canonical(tree), said
        assert not understood.unread, said
