"""Signals to begin with: as they are, or with a shop's own words added before they are published."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.words import Said
from liftloop.audience.contract import Signal

TEXTS = (
    ("Products Searched", "query"),
    ("Ticket Opened", "text"),
    ("Message Received", "text"),
    ("Product Reviewed", "review_body"),
    ("Form Submitted", "message"),
)
"""Where people say things: event and property. Imported chats are `Message Received`."""
COMPLAINTS = (
    *("投诉", "差评", "退货", "退款", "假货", "破损", "漏发", "错发", "没收到", "还没到", "没到货"),
    *("物流慢", "物流太慢", "发货慢", "发货太慢", "不满意", "不是很满意", "不太满意", "很不满", "太失望", "没人理"),
    *("complaint", "complain", "refund", "broken", "damaged", "counterfeit", "wrong item", "missing item"),
    *("never arrived", "not arrived", "hasn't arrived", "late delivery", "slow delivery", "not happy", "unhappy"),
    *("not satisfied", "dissatisfied", "disappointed"),
)
NOT_COMPLAINTS = (
    *("没有投诉", "不投诉", "不会投诉", "无投诉", "没有差评", "不用退货", "不想退货", "不退货", "不用退款", "不想退款"),
    *("没有破损", "没破损", "无破损", "没有不满意", "没什么不满意", "退货政策", "退款政策", "退货险"),
    *("no complaint", "nothing to complain", "can't complain", "without a complaint", "don't need a refund"),
    *("no refund needed", "not broken", "not damaged", "refund policy", "not disappointed", "not dissatisfied"),
)
"""Phrases in which a word of complaint is none; cut out before words are looked for."""
COMPETITORS = ("竞品", "别家", "其他品牌", "competitor", "another brand")
NOT_COMPETITORS = ("没有竞品", "no competitor")


class Template(Struct, frozen=True, kw_only=True):
    """A signal that may be published, and whether it listens for words that a shop may add to."""

    id: str
    name: Said
    meaning: Said
    signal: Signal
    words: Sequence[str] = ()
    unless: Sequence[str] = ()


def listening(words: Sequence[str], unless: Sequence[str], within_days: float) -> dict[str, Any]:
    """Return the tree of people who said one of these words lately, wherever people say things."""
    return {
        "any": [
            {
                "event": event,
                "within_days": within_days,
                "where": [{"property": text, "contains": list(words), "unless": list(unless)}],
            }
            for event, text in TEXTS
        ]
    }


TEMPLATES: Mapping[str, Template] = {
    each.id: each
    for each in (
        Template(
            id="hesitating",
            name=Said("犹豫", "Hesitating"),
            meaning=Said("三天内看了五次以上商品，没有下单", "Five views of products in three days, and no order"),
            signal=Signal(
                name="犹豫 hesitating",
                where={
                    "all": [
                        {"event": "Product Viewed", "within_days": 3, "count": {"gte": 5}},
                        {"not": {"event": "Order Completed", "within_days": 3}},
                    ]
                },
                half_life_days=1.0,
            ),
        ),
        Template(
            id="churn_risk",
            name=Said("流失风险", "About to leave"),
            meaning=Said("还会再买的概率低于一半，七天没有下单", "Hardly likely to buy again, no order for a week"),
            signal=Signal(
                name="流失风险 churn risk",
                where={
                    "all": [
                        {"trait": "alive_probability", "lt": 0.5},
                        {"trait": "lifecycle_stage", "in": ["active", "dormant"]},
                        {"event": "Order Completed", "days_since_last": {"gte": 7}},
                    ]
                },
                half_life_days=30.0,
            ),
        ),
        Template(
            id="replenishment_due",
            name=Said("该补货了", "Due to replenish"),
            meaning=Said("常买的商品快用完了，三天内没有下单", "What they buy regularly is about used up, no order"),
            signal=Signal(
                name="该补货了 replenishment due",
                where={
                    "all": [
                        {"trait": "replenish_due_ms", "days_since": {"gte": -3, "lt": 14}},
                        {"not": {"event": "Order Completed", "within_days": 3}},
                    ]
                },
                half_life_days=7.0,
            ),
        ),
        Template(
            id="complaint",
            name=Said("投诉倾向", "Complaining"),
            meaning=Said(
                "七天内在搜索、工单、聊天、评价或表单里说过投诉的话",
                "Words of complaint in a search, ticket, chat, review or form within a week",
            ),
            signal=Signal(
                name="投诉倾向 complaint", where=listening(COMPLAINTS, NOT_COMPLAINTS, 7), half_life_days=2.0
            ),
            words=COMPLAINTS,
            unless=NOT_COMPLAINTS,
        ),
        Template(
            id="competitor",
            name=Said("在看别家", "Looking elsewhere"),
            meaning=Said(
                "七天内提到过竞品；请加上自己的竞品名",
                "Named a competitor within a week; add your own competitors' names",
            ),
            signal=Signal(
                name="在看别家 looks at a competitor",
                where=listening(COMPETITORS, NOT_COMPETITORS, 7),
                half_life_days=2.0,
            ),
            words=COMPETITORS,
            unless=NOT_COMPETITORS,
        ),
    )
}


def body_of(identity: str, words: Sequence[str], unless: Sequence[str]) -> dict[str, Any]:
    """Return the definition of a template with further words. Raises `NotFound`.

    Words are added only where a template listens for some; others pass them over.
    """
    template = TEMPLATES.get(identity)
    if template is None:
        raise NotFound("signal template", identity)
    where: Mapping[str, Any] = template.signal.where
    if template.words:
        where = listening([*template.words, *words], [*template.unless, *unless], 7)
    return {"name": template.signal.name, "where": where, "half_life_days": template.signal.half_life_days}
