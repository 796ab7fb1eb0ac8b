"""Groups of people for whom there may be an opportunity now, each as the tree of an audience."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct

from liftloop.plan.goal.festivals import FESTIVALS, festival_day
from liftloop.plan.metric.events import CUSTOMER_DAYS, ORDER, VIEW
from liftloop.plan.options import Words

Tree = Mapping[str, Any]

Kind = Literal[
    "replenish",
    "leaving",
    "quiet_best",
    "second",
    "successor",
    "viewed",
    "festival",
    "birthday",
    "slow_stock",
    "ended_series",
]
FAMILY: Mapping[Kind, str] = {
    "replenish": "next",
    "successor": "next",
    "leaving": "away",
    "quiet_best": "away",
    "second": "second",
    "viewed": "viewed",
    "festival": "calendar",
    "birthday": "calendar",
    "slow_stock": "stock",
    "ended_series": "stock",
}
"""Kinds of one family tell of much the same people for much the same reason: the first three are of three families."""

WINDOW_DAYS = 30  # A month takes in most of what a message changes, and is how goals are set.
REGULAR_ORDERS = 3  # Two orders may be luck; three are a habit.
ALIVE_LOW, ALIVE_HIGH = 0.1, 0.6
"""Below a tenth somebody is as good as gone; above three fifths nothing speaks of leaving."""
SECOND_AFTER_DAYS = 7  # A week after the first order it may have arrived and been tried.
SUCCESSOR_WITHIN_DAYS = 90
VIEWS_MIN, VIEWED_DAYS = 3, 7
FESTIVAL_FROM_DAYS, FESTIVAL_UNTIL_DAYS = 5, WINDOW_DAYS
"""A template takes days to be approved, so a festival of tomorrow is none; one after the window is not in it."""
STOCK_SEEN_DAYS = 180
FESTIVALS_OF_SHOPS = frozenset(
    {
        *("new_year", "spring_festival", "valentines", "womens_day", "labour_day", "mothers_day", "day_520"),
        *("childrens_day", "dragon_boat", "sale_618", "qixi", "mid_autumn", "national_day", "double_11", "double_12"),
    }
)
"""Those for which shops in China prepare; the calendar knows more."""
BIRTHDAYS_MAX = 1_000  # Different days in one condition: more make an audience that nobody can read.
COUPONS_MIN = 2


class SlowItem(Struct, frozen=True, kw_only=True):
    """An item of which there is stock for much longer than it will be sold, by the pace of the last month."""

    id: str
    name: Words
    category: str
    stock: int
    days_left: int


class EndedSeries(Struct, frozen=True, kw_only=True):
    """A series of which nothing is in stock; `items` are its ids, `coupons` what orders were ever paid with."""

    name: str
    items: Sequence[str]
    coupons: Sequence[str]


class Birthdays(Struct, frozen=True, kw_only=True):
    """Values of an attribute that are birthdays within the coming days, as they are written there."""

    attribute: str
    days: Sequence[str]


class ShopNow(Struct, frozen=True, kw_only=True):
    """What decides which groups there are. `traits` are the studied traits that anybody has."""

    today: date
    dormant_days: int
    lost_days: int
    events: frozenset[str]
    traits: frozenset[str]
    slow: SlowItem | None = None
    ended: EndedSeries | None = None
    birthdays: Birthdays | None = None


class Candidate(Struct, frozen=True, kw_only=True):
    """One group. `comparable` is the tree of such people in the past, where it is another than that of now."""

    kind: Kind
    tree: Tree
    comparable: Tree
    subject: Words | None = None
    """The festival, the item or the series that it is about."""
    days: int = 0
    """Days until the festival, or that the stock will last."""

    @property
    def id(self) -> str:
        return self.kind.replace("_", "-")


def candidates(shop: ShopNow) -> tuple[Candidate, ...]:
    """Return every group that the shop's data can tell of, in no order of worth."""
    found = [
        *(_of_traits(shop)),
        _same("second", _second(shop)),
        *([_same("viewed", _viewed())] if VIEW in shop.events else []),
        _festival(shop.today),
        _birthdays(shop.birthdays),
        _slow(shop.slow),
        _ended(shop.ended),
    ]
    return tuple(each for each in found if each is not None)


def _same(kind: Kind, tree: Tree) -> Candidate:
    return Candidate(kind=kind, tree=tree, comparable=tree)


def _of_traits(shop: ShopNow) -> list[Candidate]:
    """Return the groups that the study of traits tells of; without it none."""
    trees: tuple[tuple[Kind, str, Tree], ...] = (
        ("replenish", "replenish_due_ms", _replenish()),
        ("leaving", "alive_probability", _leaving()),
        ("quiet_best", "rfm_monetary_score", _quiet_best(shop)),
        ("successor", "successor_item", _successor()),
    )
    return [_same(kind, tree) for kind, trait, tree in trees if trait in shop.traits]


def _replenish() -> Tree:
    return {
        "all": [
            {"trait": "replenish_due_ms", "days_since": {"gte": -7, "lt": 14}},
            {"not": {"event": ORDER, "within_days": 3}},
        ]
    }


def _leaving() -> Tree:
    return {
        "all": [
            {"event": ORDER, "count": {"gte": REGULAR_ORDERS}},
            {"trait": "alive_probability", "gte": ALIVE_LOW, "lt": ALIVE_HIGH},
            {"not": {"event": ORDER, "within_days": WINDOW_DAYS}},
        ]
    }


def _quiet_best(shop: ShopNow) -> Tree:
    away = {"gte": shop.dormant_days, "lt": 2 * shop.lost_days}
    return {"all": [{"trait": "rfm_monetary_score", "gte": 5}, {"event": ORDER, "days_since_last": away}]}


def _successor() -> Tree:
    return {
        "all": [{"trait": "successor_item", "exists": True}, {"event": ORDER, "within_days": SUCCESSOR_WITHIN_DAYS}]
    }


def _second(shop: ShopNow) -> Tree:
    since = {"gte": SECOND_AFTER_DAYS, "lt": max(shop.lost_days, 2 * WINDOW_DAYS)}
    return {"all": [{"event": ORDER, "count": {"eq": 1}}, {"event": ORDER, "days_since_last": since}]}


def _viewed() -> Tree:
    return {
        "all": [
            {"event": VIEW, "within_days": VIEWED_DAYS, "count": {"gte": VIEWS_MIN}},
            {"not": {"event": ORDER, "within_days": VIEWED_DAYS}},
        ]
    }


def _customers() -> Tree:
    return {"event": ORDER, "within_days": CUSTOMER_DAYS}


def _festival(today: date) -> Candidate | None:
    """Return the nearest festival that there is time to prepare for, for whoever bought within a year."""
    known = [each for each in FESTIVALS if each.id in FESTIVALS_OF_SHOPS]
    coming = [(day, each) for each in known if (day := festival_day(each, today, None)) is not None]
    first, last = today + timedelta(FESTIVAL_FROM_DAYS), today + timedelta(FESTIVAL_UNTIL_DAYS)
    near = sorted(
        ((day, each.id, each) for day, each in coming if first <= each.period(day)[0] and day <= last),
        key=lambda found: found[:2],
    )
    if not near:
        return None
    day, _, festival = near[0]
    subject = Words(zh=festival.zh, en=festival.en)
    return Candidate(
        kind="festival", tree=_customers(), comparable=_customers(), subject=subject, days=(day - today).days
    )


def _birthdays(found: Birthdays | None) -> Candidate | None:
    if found is None or not 0 < len(found.days) <= BIRTHDAYS_MAX:
        return None
    tree = {"all": [{"trait": found.attribute, "in": list(found.days)}, _customers()]}
    return Candidate(kind="birthday", tree=tree, comparable=_customers())


def _slow(item: SlowItem | None) -> Candidate | None:
    """Return who buys the category of an item that lies, and has not bought it."""
    if item is None:
        return None
    bought = {"event": ORDER, "within_days": STOCK_SEEN_DAYS}
    tree = {
        "all": [
            {**bought, "where": [{"property": "products.category", "is": item.category}]},
            {"not": {**bought, "where": [{"property": "products.product_id", "is": item.id}]}},
        ]
    }
    return Candidate(kind="slow_stock", tree=tree, comparable=tree, subject=item.name, days=item.days_left)


def _ended(series: EndedSeries | None) -> Candidate | None:
    """Return who bought a series that is no more, and often pays with a coupon."""
    if series is None or not series.coupons:
        return None
    lines = [{"property": "products.product_id", "in": list(series.items)}]
    paid = [{"property": "coupon", "in": list(series.coupons)}]
    tree = {
        "all": [
            {"event": ORDER, "within_days": CUSTOMER_DAYS, "where": lines},
            {"event": ORDER, "where": paid, "count": {"gte": COUPONS_MIN}},
        ]
    }
    return Candidate(kind="ended_series", tree=tree, comparable=tree, subject=Words(zh=series.name, en=series.name))
