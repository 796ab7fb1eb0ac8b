"""Learned segments: what sets each apart, in the people's own units, and which of the last ones it is."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from liftloop.profile.studies.purchases import Floats, Integers

TRAITS_SAID = 2
"""What sets a segment apart is said by its two greatest differences."""
KNOWN_SHARE_MIN = 0.5
"""A segment of whom hardly anybody ever ordered is not told by what is known of its few orders."""
KEPT_SHARE_MIN = 0.4
"""Of both together, the people who must be in a segment and in an earlier one, for it to be that one still."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Feature(Struct, frozen=True, kw_only=True):
    """A column of behaviour: its name, and what people with much and with little of it are called."""

    zh: str
    en: str
    much_zh: str
    much_en: str
    little_zh: str
    little_en: str


def _feature(*words: str) -> Feature:
    zh, en, much_zh, much_en, little_zh, little_en = words
    return Feature(zh=zh, en=en, much_zh=much_zh, much_en=much_en, little_zh=little_zh, little_en=little_en)


# fmt: off
FEATURES: Mapping[str, Feature] = {
    "orders_365d": _feature("一年下单", "orders a year", "常下单", "buy often", "少下单", "buy rarely"),
    "basket": _feature("每单金额", "money an order", "单价高", "big baskets", "单价低", "small baskets"),
    "days_since_last": _feature(
        "距上次下单（天）", "days since the last order", "久未下单", "long away", "最近买过", "bought lately"),
    "coupon_share": _feature(
        "用券的订单占比", "share of orders with a coupon", "爱用券", "use coupons", "不用券", "pay full price"),
    "categories": _feature("买过的品类", "categories bought", "买得广", "buy widely", "买得专", "buy one kind"),
    "views_90d": _feature("90 天浏览商品", "views in 90 days", "爱逛", "browse a lot", "很少逛", "hardly browse"),
    "carts_30d": _feature("30 天加购", "cart adds in 30 days", "爱加购", "fill carts", "不加购", "no carts"),
    "visits_90d": _feature("90 天进店", "visits in 90 days", "常进店", "visit stores", "不进店", "no visits"),
    "answers_90d": _feature(
        "90 天打开消息", "messages answered in 90 days", "常看消息", "open messages", "不看消息", "ignore messages"),
    "refunds_365d": _feature("一年退款", "refunds a year", "常退款", "return goods", "不退款", "keep goods"),
}
# fmt: on


class Difference(Struct, frozen=True, kw_only=True):
    """How a segment differs in one feature: its mean and that of everybody else."""

    feature: str
    mean: float
    others: float
    strength: float
    """Standard deviations between the two, of everybody's spread."""


class Segment(Struct, frozen=True, kw_only=True):
    """One learned segment; the id stays through refreshes as long as its people do."""

    id: str
    name_zh: str
    name_en: str
    people: int
    differences: tuple[Difference, ...]
    """The strongest first."""


def described(columns: Mapping[str, Floats], scores: Mapping[str, Floats], inside: np.ndarray) -> list[Difference]:
    """Return how the people `inside` differ from all others, the strongest difference first.

    `scores` are the columns on a scale on which differences of columns can be compared.
    """
    found: list[Difference] = []
    for name, column in columns.items():
        known = ~np.isnan(column)
        mine, others = column[inside & known], column[~inside & known]
        if not len(others) or len(mine) < KNOWN_SHARE_MIN * inside.sum():
            continue
        spread = float(scores[name].std()) or 1.0
        strength = float(scores[name][inside].mean() - scores[name][~inside].mean()) / spread
        found.append(Difference(feature=name, mean=float(mine.mean()), others=float(others.mean()), strength=strength))
    return sorted(found, key=lambda each: -abs(each.strength))


def named(differences: list[Difference]) -> tuple[str, str]:
    """Return what sets a segment apart, in words of both languages.

    >>> named([Difference(feature="orders_365d", mean=9, others=2, strength=1.5)])
    ('常下单', 'Buy often')
    """
    zh: list[str] = []
    en: list[str] = []
    for each in differences[:TRAITS_SAID]:
        feature = FEATURES[each.feature]
        zh.append(feature.much_zh if each.strength > 0 else feature.little_zh)
        en.append(feature.much_en if each.strength > 0 else feature.little_en)
    said = ", ".join(en)
    return "、".join(zh), said[:1].upper() + said[1:]


def kept_ids(group: Integers, count: int, before: np.ndarray) -> list[str]:
    """Return an id for each group: that of the earlier segment it shares most people with, else a new letter.

    `before` holds everybody's earlier segment, "" for none; every earlier one is kept by one group at most.
    """
    earlier = sorted({str(each) for each in before if each})
    shares = [
        (float(((group == number) & (before == one)).sum() / ((group == number) | (before == one)).sum()), number, one)
        for number in range(count)
        for one in earlier
    ]
    ids: dict[int, str] = {}
    for share, number, one in sorted(shares, reverse=True):
        if share >= KEPT_SHARE_MIN and number not in ids and one not in ids.values():
            ids[number] = one
    free = (letter for letter in LETTERS if letter not in earlier)
    return [ids.get(number) or next(free) for number in range(count)]
