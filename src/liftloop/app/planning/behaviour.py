"""People by what they did, as a goal says it: its words become the tree of an audience, where that is certain."""

from collections.abc import Mapping
from typing import Any

from liftloop.app.planning.reading import SQL
from liftloop.audience.sentence.contract import Good, Lexicon
from liftloop.audience.sentence.grammar import understand
from liftloop.audience.sentence.scan import Index
from liftloop.kernel.errors import LiftloopError
from liftloop.plan.goal.contract import Choice, ScopeCondition
from liftloop.plan.metric.events import ORDER
from liftloop.storage.contract import LakeReader

Tree = Mapping[str, Any]

GOODS_MAX = 5_000  # The most sold; what is rarer can be made an audience.
CATEGORY_DAYS = 365
"""Who buys of a category has bought of it in a year, where no other time is said."""
_PROPERTIES = ("products.category", "products.name", "products.product_id")


def tree_of_behaviour(condition: ScopeCondition, lake: LakeReader) -> tuple[Tree, Choice] | None:
    """Return the people that a condition means, without its negation, and how they are called; None where unsure."""
    match condition.kind:
        case "quiet":
            return _quiet(int(condition.value))
        case "bought":
            return _bought(condition.value, condition.days, lake)
        case "category":
            return _bought(condition.value, CATEGORY_DAYS, lake)
        case "text":
            return _said(condition.value, lake)
        case _:
            return None


def _quiet(days: int) -> tuple[Tree, Choice]:
    tree = {"all": [{"event": ORDER}, {"not": {"event": ORDER, "within_days": days}}]}
    zh, en = f"下过单、但最近 {days} 天没有再下单的人", f"people who ordered, but not in the last {days} days"
    return tree, Choice(value="", zh=zh, en=en)


def _bought(good: str, days: int | None, lake: LakeReader) -> tuple[Tree, Choice] | None:
    found = _heard(f"买过{good}", lake)
    if found is None or found.get("event") != ORDER or "where" not in found:
        return None
    tree = {**found, "within_days": days} if days is not None else found
    zh, en = (f"最近 {days} 天", f" in the last {days} days") if days is not None else ("", "")
    return tree, Choice(value="", zh=f"{zh}买过“{good}”的人", en=f"people who bought “{good}”{en}")


def _said(words: str, lake: LakeReader) -> tuple[Tree, Choice] | None:
    tree = _heard(words, lake)
    return None if tree is None else (tree, Choice(value="", zh=f"“{words}”的人", en=f"people “{words}”"))


def _heard(text: str, lake: LakeReader) -> Tree | None:
    """Return the tree of a sentence that is understood whole and in one way."""
    try:
        understood = understand(text, Index(Lexicon(goods=_goods(lake))), {})
    except LiftloopError:
        return None
    return None if understood.unread or understood.choices else understood.tree


def _goods(lake: LakeReader) -> tuple[Good, ...]:
    columns = lake.select(SQL["goods"], [GOODS_MAX])
    rows = zip(columns["word"].tolist(), columns["place"].tolist(), columns["value"].tolist(), strict=True)
    return tuple(Good(phrase=word, property=_PROPERTIES[int(place)], value=value) for word, place, value in rows)
