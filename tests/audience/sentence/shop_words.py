"""The lexicon of a shop that sells coffee, milk and chicken wings, as sentences in tests are read against it."""

from typing import Literal

from liftloop.app.naming.lexicon import lexicon_of
from liftloop.app.naming.vocabulary import TraitWord, Words, trait_name
from liftloop.audience.sentence.contract import Good, Lexicon, Named
from liftloop.profile.studied import STUDIED
from liftloop.profile.studies.lifecycle import STAGES

_ATTRIBUTES: dict[str, tuple[Literal["text", "number", "yes_no", "date"], tuple[str, ...]]] = {
    "city": ("text", ("上海", "杭州", "北京", "广州")),
    "level": ("text", ("金卡", "银卡", "普通")),
    "gender": ("text", ("女", "男")),
    "age": ("number", ()),
    "points": ("number", ()),
    "employee": ("yes_no", ()),
    "birthday": ("date", ()),
    "joined": ("date", ()),
}


def shop_lexicon() -> Lexicon:
    """Return what this shop has."""
    traits = [
        TraitWord(id=name, name=trait_name(name), type=kind, unit="none", values=values)
        for name, (kind, values) in _ATTRIBUTES.items()
    ]
    traits += [
        TraitWord(
            id=each.id,
            name=trait_name(each.id),
            type=each.type,
            unit=each.unit if each.unit in ("fen", "days", "times") else "none",
            values=STAGES if each.id == "lifecycle_stage" else (),
        )
        for each in STUDIED.values()
    ]
    goods = [
        *(Good(phrase=name, property="products.name", value=name) for name in ("香辣鸡翅", "奥尔良鸡翅", "拿铁")),
        *(Good(phrase=name, property="products.category", value=name) for name in ("咖啡", "牛奶", "coffee", "milk")),
        *(Good(phrase=name, property="products.category", value=name) for name in ("小食", "奶茶")),
    ]
    audiences = [
        Named(id="aud_national", phrases=("国庆老客",)),
        Named(id="aud_national_en", phrases=("National Day",)),
        Named(id="aud_value", phrases=("高价值",)),
        Named(id="signal:churn_risk", phrases=("流失风险 churn risk", "流失风险", "churn risk")),
        Named(id="tag:parent", phrases=("宝妈",)),
        Named(id="signal:hesitating", phrases=("犹豫 hesitating", "犹豫", "hesitating")),
    ]
    words = Words(traits=tuple(traits), events=("Order Completed", "Product Viewed", "Store Visited", "Gift Sent"))
    return lexicon_of(words, goods, audiences)
