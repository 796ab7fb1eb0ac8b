"""What the data are called in plain words: events, traits, media; and what of them there is here to choose from."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, cast

from msgspec import Struct

from liftloop.app.category_names import CATEGORY_PROPERTIES
from liftloop.app.code_names import MEDIUM_NAMES, STAGE_NAMES
from liftloop.app.desk import Desk
from liftloop.app.naming.fields import (
    Asked,
    Fields,
    asked_fields,
    asked_name,
    choice_name,
    field_name,
    fields_of,
    is_derived,
)
from liftloop.app.seen_words import VALUES_MAX, Seen
from liftloop.app.studies.predictions import SEGMENT, segment_names
from liftloop.app.words import Said
from liftloop.collect.mapping_kinds import CUSTOMERS
from liftloop.kernel.days import WHOLE_DAY_MIN, day_number
from liftloop.profile.contract import Aggregate
from liftloop.profile.studied import CATEGORY_TRAITS, STUDIED, StudiedTrait


class EventName(Struct, frozen=True):
    """An event as a verb in Chinese and as a noun in English."""

    zh: str
    singular: str
    plural: str


EVENT_NAMES: Mapping[str, EventName] = {
    "Order Completed": EventName("下单", "order", "orders"),
    "Order Refunded": EventName("退款", "refund", "refunds"),
    "Product Viewed": EventName("浏览商品", "product view", "product views"),
    "Product List Viewed": EventName("浏览商品列表", "list view", "list views"),
    "Products Searched": EventName("搜索", "search", "searches"),
    "Product Added": EventName("加购", "product put into the cart", "products put into the cart"),
    "Product Removed": EventName("移出购物车", "product taken out of the cart", "products taken out of the cart"),
    "Cart Viewed": EventName("查看购物车", "look at the cart", "looks at the cart"),
    "Checkout Started": EventName("开始结算", "checkout started", "checkouts started"),
    "Coupon Entered": EventName("填写优惠券", "coupon entered", "coupons entered"),
    "Coupon Applied": EventName("使用优惠券", "coupon applied", "coupons applied"),
    "Coupon Issued": EventName("收到优惠券", "coupon issued", "coupons issued"),
    "Coupon Redeemed": EventName("核销优惠券", "coupon redeemed", "coupons redeemed"),
    "Store Visited": EventName("进店", "store visit", "store visits"),
    "Form Submitted": EventName("提交表单", "form submitted", "forms submitted"),
    "Message Opened": EventName("打开消息", "message opened", "messages opened"),
    "Message Clicked": EventName("点击消息", "message clicked", "messages clicked"),
    "Points Earned": EventName("获得积分", "points credit", "points credits"),
    "Points Spent": EventName("使用积分", "use of points", "uses of points"),
    "Points Expired": EventName("积分过期", "expiry of points", "expiries of points"),
    "Points Adjusted": EventName("调整积分", "correction of points", "corrections of points"),
    "Task Opened": EventName("派出任务", "task opened", "tasks opened"),
    "Task Completed": EventName("任务完成", "task completed", "tasks completed"),
    "Task Overdue": EventName("任务超时", "task overdue", "tasks overdue"),
    "Ticket Opened": EventName("建立工单", "ticket opened", "tickets opened"),
    "Ticket Reopened": EventName("重开工单", "ticket opened again", "tickets opened again"),
    "Ticket Closed": EventName("关闭工单", "ticket closed", "tickets closed"),
    "Ticket Overdue": EventName("工单超时", "ticket overdue", "tickets overdue"),
    "Lead Opened": EventName("成为线索", "lead opened", "leads opened"),
    "Lead Stage Changed": EventName("线索推进", "step of a lead", "steps of leads"),
    "Lead Won": EventName("线索成交", "lead won", "leads won"),
    "Lead Lost": EventName("线索放弃", "lead lost", "leads lost"),
    "Deal Opened": EventName("建立商机", "deal opened", "deals opened"),
    "Deal Stage Changed": EventName("商机推进", "step of a deal", "steps of deals"),
    "Deal Won": EventName("赢单", "deal won", "deals won"),
    "Deal Lost": EventName("输单", "deal lost", "deals lost"),
    "Signed Up": EventName("注册", "registration", "registrations"),
}
"""Segment's e-commerce names, as CONTRACTS lists them, and those of work for people; others as their sender says."""

TRAIT_NAMES: Mapping[str, Said] = {
    **{field.name: Said(field.zh, field.en) for field in CUSTOMERS.fields},
    "createdAt": Said("注册时间", "registered at"),
    "wecom_external_id": Said("企业微信外部联系人", "WeCom external id"),
    "age": Said("年龄", "age"),
    "city_tier": Said("城市线级", "city tier"),
    "zone": Said("大区", "region"),
    "alive_probability": Said("还会再买的概率", "chance to buy again"),
    "orders_expected_365d": Said("今后一年预计购买", "purchases expected in a year"),
    "clv_fen": Said("今后一年价值", "value of the coming year"),
    "rfm_recency_score": Said("最近购买分（1–5）", "recency score (1–5)"),
    "rfm_frequency_score": Said("购买次数分（1–5）", "frequency score (1–5)"),
    "rfm_monetary_score": Said("消费金额分（1–5）", "monetary score (1–5)"),
    "lifecycle_stage": Said("生命周期阶段", "lifecycle stage"),
    "lifecycle_since_ms": Said("进入当前阶段的时间", "in this stage since"),
    "order_interval_days": Said("购买间隔", "days between purchases"),
    "replenish_item": Said("下一件该补的商品", "next item to replenish"),
    "replenish_due_ms": Said("补货时间", "replenishment due"),
    "successor_item": Said("接下来适合的商品", "what comes next"),
    "recommended_item": Said("推荐商品", "recommended item"),
    "recommended_why": Said("推荐的依据", "why it is recommended"),
    "interest_category": Said("最感兴趣的品类", "favourite category"),
    "interest_share": Said("占全部兴趣的比例", "share of all interest"),
    "interest_category_second": Said("第二感兴趣的品类", "second category"),
    "best_hour_of_week": Said("最活跃的时段", "best hour of the week"),
    "best_channel": Said("最常回应的渠道", "channel answered most"),
    "points_balance": Said("积分余额", "points balance"),
    "points_expire_next": Said("最近要过期的积分", "points that run out next"),
    "points_expire_next_ms": Said("积分最近过期时间", "points run out next on"),
    "segment": Said("行为分群", "segment"),
    "open_tickets": Said("未关闭的工单数", "open tickets"),
    "rfm": Said("RFM 评分（各 1–5 分）", "RFM scores (1–5 each)"),
    "rfm_recency": Said("距上次购买", "since the last order"),
    "rfm_frequency": Said("购买次数", "orders"),
    "rfm_monetary": Said("累计消费（已减退款）", "spent, refunds taken off"),
}
ITEM_PROPERTY = "product_id"
BOUGHT_PROPERTY = "products.product_id"
BOUGHT = Said("所购商品", "product bought")
"""What that property is called where the goods are named and not numbered."""
ITEM_PROPERTIES = frozenset({ITEM_PROPERTY, BOUGHT_PROPERTY})
"""Properties of events that name items by id."""
PROPERTY_NAMES: Mapping[str, Said] = {
    "revenue": Said("金额", "amount"),
    "total": Said("金额", "amount"),
    "price": Said("单价", "price"),
    "quantity": Said("数量", "quantity"),
    "category": Said("品类", "category"),
    "product_id": Said("商品", "product"),
    "coupon": Said("优惠券", "coupon"),
    "store_id": Said("门店", "store"),
    "products.category": Said("商品品类", "product category"),
    "products.name": Said("商品名", "product name"),
    "products.product_id": Said("商品编号", "product number"),
    "products.price": Said("商品单价", "product price"),
    "channel": Said("渠道", "channel"),
}
Unit = Literal["fen", "days", "times", "none"]
_YEARS = (1900, 2100)


class TraitWord(Struct, frozen=True, kw_only=True):
    """A trait that a condition may name; `values` are its commonest where they are few."""

    id: str
    name: Said
    type: Literal["text", "number", "yes_no", "date"]
    """Of a date conditions ask the days since then, before it negative, and the days to its next anniversary."""
    unit: Unit
    values: tuple[str, ...]
    value_names: Mapping[str, Said] = {}
    """What people call those values that are codes."""
    phrases: tuple[str, ...] = ()
    """What else sentences may say for it."""
    computed: bool = False
    """Found from events or studies, and no attribute that somebody said."""
    unit_said: str = ""
    """The unit of a custom field."""


class NamedWord(Struct, frozen=True, kw_only=True):
    """A signal or property that a condition may name."""

    id: str
    name: Said
    values: tuple[str, ...] = ()
    value_names: Mapping[str, Said] = {}
    """What people call those values that are codes."""


class Words(Struct, frozen=True, kw_only=True):
    """Everything that conditions may be built of here."""

    traits: tuple[TraitWord, ...]
    events: tuple[str, ...]
    signals: tuple[NamedWord, ...] = ()
    """As audiences are named: `signal:id`."""
    properties: tuple[NamedWord, ...] = ()
    """What events may be filtered by, the categories of goods with those that sell most."""


def event_name(event: str) -> EventName:
    """Return what to call an event; one that nobody named is quoted as it is sent."""
    return EVENT_NAMES.get(event) or EventName(f"“{event}”", f"“{event}”", f"“{event}”")


def trait_name(trait: str, body: Mapping[str, Any] | None = None) -> Said:
    """Return what to call a trait; a computed one may say its own name."""
    own = (body or {}).get("name")
    return Said(own, own) if isinstance(own, str) and own else TRAIT_NAMES.get(trait, Said(trait, trait))


def property_name(name: str) -> Said:
    return PROPERTY_NAMES.get(name, Said(name, name))


def trait_unit(body: Mapping[str, Any]) -> Unit:
    """Return the unit of a computed trait."""
    aggregate: Aggregate = body.get("aggregate", "count")
    return "times" if aggregate == "count" else "none"


async def known_words(desk: Desk) -> Words:
    """Return the traits and events of this installation, the commonest events first."""
    seen = await desk.seen.now()
    attributes = [_attribute_word(name, of_name) for name, of_name in sorted(seen.attributes.items())]
    computed = [
        TraitWord(id=each, name=trait_name(each, body), type="number", unit=trait_unit(body), values=(), computed=True)
        for each, body in desk.definitions.live("trait").items()
    ]
    segments = await segment_names(desk.follower)
    computed += [_studied_word(each, segments, seen) for each in STUDIED.values()]
    fields = fields_of(desk.definitions.live("field"))
    computed += [_field_word(identity, asked) for identity, asked in asked_fields(fields).items()]
    known = {each.id for each in computed}
    others = [each for each in attributes if each.id not in known and not _is_field(each.id, fields)]
    return Words(
        traits=(*computed, *others),
        events=seen.events,
        signals=_named(desk.definitions.live("signal"), "signal:"),
        properties=_properties(seen),
    )


def _named(bodies: Mapping[str, Mapping[str, Any]], before: str) -> tuple[NamedWord, ...]:
    names = {identity: str(body["name"]) for identity, body in bodies.items()}
    return tuple(NamedWord(id=before + identity, name=Said(name, name)) for identity, name in names.items())


def _properties(seen: Seen) -> tuple[NamedWord, ...]:
    called = {each: Said(name, name) for each, name in seen.called.items()}
    values = {**dict.fromkeys(CATEGORY_PROPERTIES, seen.categories), **dict.fromkeys(ITEM_PROPERTIES, seen.sold)}
    names = {**dict.fromkeys(CATEGORY_PROPERTIES, seen.category_names), **dict.fromkeys(ITEM_PROPERTIES, called)}
    return tuple(
        NamedWord(
            id=each,
            name=name,
            values=values.get(each, ()),
            value_names=names.get(each, {}),
        )
        for each, name in PROPERTY_NAMES.items()
    )


def _studied_word(trait: StudiedTrait, segments: Mapping[str, Said], seen: Seen) -> TraitWord:
    unit: Unit = trait.unit if trait.unit in ("fen", "days", "times") else "none"
    named = {"lifecycle_stage": STAGE_NAMES, SEGMENT: segments, "best_channel": MEDIUM_NAMES}.get(trait.id, {})
    values = tuple(named)
    if trait.id in CATEGORY_TRAITS:
        named, values = seen.category_names, seen.categories
    return TraitWord(
        id=trait.id,
        name=trait_name(trait.id),
        type="date" if trait.unit == "instant" else trait.type,
        unit=unit,
        values=values,
        value_names=named,
        computed=True,
    )


def _field_word(identity: str, asked: Asked) -> TraitWord:
    field, kinds = asked.field, {"number": "number", "boolean": "yes_no", "choices": "yes_no", "date": "date"}
    names = {each.id: choice_name(each) for each in field.choices} if field.type == "choice" else {}
    return TraitWord(
        id=identity,
        name=asked_name(asked),
        type=cast(Any, kinds.get(field.type, "text")),
        unit="none",
        values=tuple(names),
        value_names=names,
        phrases=_field_phrases(asked),
        unit_said=field.unit,
    )


def _field_phrases(asked: Asked) -> tuple[str, ...]:
    name = field_name(asked.field)
    if asked.choice is None:
        return (name.zh, name.en)
    choice = choice_name(asked.choice)
    zh = tuple(f"{name.zh}{verb}{choice.zh}" for verb in ("", "有", "包含", "包括", "是"))
    return (*zh, *(f"{name.en} {verb}{choice.en}" for verb in ("", "includes ", "include ", "is ")))


def _is_field(attribute: str, fields: Fields) -> bool:
    return attribute in fields or is_derived(attribute, fields)


def _attribute_word(name: str, values: Counter[Any]) -> TraitWord:
    kind: Literal["text", "number", "yes_no", "date"] = "text"
    if all(_is_date(value) for value in values):
        kind = "date"
    elif all(isinstance(value, bool) for value in values):
        kind = "yes_no"
    elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        kind = "number"
    few = kind == "text" and len(values) <= VALUES_MAX
    chosen = tuple(str(value) for value, _ in values.most_common(VALUES_MAX)) if few else ()
    return TraitWord(id=name, name=trait_name(name), type=kind, unit="none", values=chosen)


def _is_date(value: Any) -> bool:
    """Return whether a value is a day of this century or the last; any number could be one of the Middle Ages."""
    return _YEARS[0] <= day_number(value) // WHOLE_DAY_MIN <= _YEARS[1]
