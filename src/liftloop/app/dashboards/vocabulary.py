"""What can be counted, by what it can be told apart, and what all of it is called."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from liftloop.app.words import Said
from liftloop.storage.tally import COLUMNS, Dataset, Field, Measure

Unit = Literal["count", "people", "yuan", "fen", "share", "number"]


class Countable(Struct, frozen=True, kw_only=True):
    """Something that a tile may count; of `property` ones the tile names what is added up."""

    id: str
    name: Said
    unit: Unit
    measure: Measure
    takes_property: bool = False


def _column(name: str) -> Field:
    return Field("column", name)


_PEOPLE = Countable(id="people", name=Said("人数", "people"), unit="people", measure=Measure("people"))


def _rows(zh: str, en: str) -> Countable:
    return Countable(id="count", name=Said(zh, en), unit="count", measure=Measure("rows"))


_SENT = _column("sent")

MEASURES: Mapping[Dataset, tuple[Countable, ...]] = {
    "events": (
        _rows("次数", "events"),
        _PEOPLE,
        Countable(
            id="sum",
            name=Said("属性合计", "sum of a property"),
            unit="number",
            measure=Measure("sum"),
            takes_property=True,
        ),
        Countable(
            id="mean",
            name=Said("属性平均", "mean of a property"),
            unit="number",
            measure=Measure("mean"),
            takes_property=True,
        ),
    ),
    "decisions": (
        _rows("决策数", "decisions"),
        _PEOPLE,
        Countable(
            id="held_out",
            name=Said("对照组占比", "share held out"),
            unit="share",
            measure=Measure("share", _column("held_out")),
        ),
    ),
    "sends": (
        Countable(
            id="sent", name=Said("发出的消息", "messages sent"), unit="count", measure=Measure("rows", None, _SENT)
        ),
        _rows("要发的消息", "messages decided"),
        _PEOPLE,
        Countable(
            id="open_rate",
            name=Said("打开率", "open rate"),
            unit="share",
            measure=Measure("share", _column("opened"), _SENT),
        ),
        Countable(
            id="click_rate",
            name=Said("点击率", "click rate"),
            unit="share",
            measure=Measure("share", _column("clicked"), _SENT),
        ),
        Countable(id="cost", name=Said("发送费用", "cost"), unit="fen", measure=Measure("sum", _column("cost"))),
    ),
    "sales": (
        Countable(id="revenue", name=Said("销售额", "revenue"), unit="yuan", measure=Measure("sum", _column("amount"))),
        _rows("订单数", "orders"),
        Countable(id="people", name=Said("买家数", "buyers"), unit="people", measure=Measure("people")),
        Countable(
            id="average", name=Said("客单价", "order value"), unit="yuan", measure=Measure("mean", _column("amount"))
        ),
    ),
    "items": (
        Countable(id="amount", name=Said("销售额", "revenue"), unit="yuan", measure=Measure("sum", _column("amount"))),
        Countable(
            id="quantity", name=Said("件数", "pieces"), unit="count", measure=Measure("sum", _column("quantity"))
        ),
        Countable(id="people", name=Said("买家数", "buyers"), unit="people", measure=Measure("people")),
    ),
    "customers": (
        Countable(id="people", name=Said("客户数", "customers"), unit="people", measure=Measure("people")),
        Countable(id="new", name=Said("新增客户", "new customers"), unit="people", measure=Measure("people")),
    ),
}

DATASET_NAMES: Mapping[Dataset, Said] = {
    "sales": Said("销售", "sales"),
    "items": Said("商品", "goods sold"),
    "customers": Said("客户", "customers"),
    "sends": Said("触达", "messages"),
    "decisions": Said("决策", "decisions"),
    "events": Said("事件", "events"),
}

COLUMN_NAMES: Mapping[str, Said] = {
    "name": Said("事件", "event"),
    "source": Said("来源", "source"),
    "campaign": Said("活动", "campaign"),
    "journey": Said("旅程", "journey"),
    "action": Said("动作", "action"),
    "arm": Said("分组", "arm"),
    "variant": Said("版本", "variant"),
    "held_out": Said("是否对照组", "held out"),
    "channel": Said("渠道", "channel"),
    "state": Said("结果", "outcome"),
    "reason": Said("原因", "reason"),
    "coupon": Said("用的券", "coupon"),
    "buyer": Said("首单还是复购", "first or again"),
    "category": Said("品类", "category"),
    "product": Said("商品", "item"),
}

VALUE_NAMES: Mapping[str, Mapping[str, Said]] = {
    "held_out": {"true": Said("对照组", "held out"), "false": Said("其他人", "all others")},
    "buyer": {"first": Said("首单", "first order"), "again": Said("复购", "again")},
}


def measure_of(dataset: str, identity: str) -> Countable | None:
    for name, measures in MEASURES.items():
        if name == dataset:
            return next((each for each in measures if each.id == identity), None)
    return None


def columns_of(dataset: Dataset) -> list[tuple[str, Said]]:
    return [(name, COLUMN_NAMES[name]) for name in COLUMNS[dataset]]
