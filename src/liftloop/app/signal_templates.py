"""Signals to begin with: as they are, or with a shop's own words added before they are published."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.words import Said
from liftloop.audience.contract import Signal
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.runtime.windows import LIVE_MAX

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


Path = tuple[str | int, ...]


class TemplateField(Struct, frozen=True, kw_only=True):
    """A number of a template that a shop may change; the template's tree has what is usual."""

    id: str
    name: Said
    unit: Literal["times", "days", "share"]
    low: float
    high: float
    paths: tuple[Path, ...]
    """Where it stands in the tree, everywhere the same."""
    sign: int = 1
    """-1 where the tree counts it below zero."""


class Template(Struct, frozen=True, kw_only=True):
    """A signal that may be published, and whether it listens for words that a shop may add to."""

    id: str
    name: Said
    meaning: Said
    signal: Signal
    words: Sequence[str] = ()
    unless: Sequence[str] = ()
    fields: Sequence[TemplateField] = ()


class Chosen(Struct, frozen=True, kw_only=True):
    """What a shop says of a template: words of its own, and numbers other than the usual."""

    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    values: Mapping[str, float] = {}
    """By field; one that is left out is as usual."""


_WORDS_PATH: Path = ("any", 0, "where", 0)


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


def _days(identity: str, name: Said, paths: tuple[Path, ...], *, sign: int = 1) -> TemplateField:
    return TemplateField(id=identity, name=name, unit="days", low=1, high=365, paths=paths, sign=sign)


def _times(identity: str, name: Said, paths: tuple[Path, ...]) -> TemplateField:
    return TemplateField(id=identity, name=name, unit="times", low=1, high=LIVE_MAX, paths=paths)


_HEARD_WITHIN = (
    _days("days", Said("几天之内", "Within days"), tuple(("any", place, "within_days") for place in range(len(TEXTS)))),
)


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
            fields=(
                _times("views", Said("至少浏览几次", "Views at least"), (("all", 0, "count", "gte"),)),
                _days(
                    "days",
                    Said("几天之内", "Within days"),
                    (("all", 0, "within_days"), ("all", 1, "not", "within_days")),
                ),
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
            fields=(
                TemplateField(
                    id="chance",
                    name=Said("还会再买的概率低于", "Chance to buy again below"),
                    unit="share",
                    low=0.01,
                    high=0.99,
                    paths=(("all", 0, "lt"),),
                ),
                _days("days", Said("几天没有下单", "Days without an order"), (("all", 2, "days_since_last", "gte"),)),
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
            fields=(
                _days("before", Said("提前几天", "Days before it is due"), (("all", 0, "days_since", "gte"),), sign=-1),
                _days("after", Said("到期后几天为止", "Until days after"), (("all", 0, "days_since", "lt"),)),
                _days("quiet", Said("几天没有下单", "Days without an order"), (("all", 1, "not", "within_days"),)),
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
            fields=_HEARD_WITHIN,
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
            fields=_HEARD_WITHIN,
        ),
    )
}


def template_of(identity: str) -> Template:
    """Return a template; raises `NotFound`."""
    template = TEMPLATES.get(identity)
    if template is None:
        raise NotFound("signal template", identity)
    return template


def body_of(identity: str, chosen: Chosen) -> dict[str, Any]:
    """Return the definition of a template as a shop wants it. Raises `NotFound`, and `BadDefinition` for its numbers.

    Words are added only where a template listens for some; others pass them over.
    """
    template = template_of(identity)
    where: Any = template.signal.where
    if template.words:
        where = listening([*template.words, *chosen.words], [*template.unless, *chosen.unless], 7)
    where = parse_json(canonical_json(where))  # A copy that may be changed.
    known = {field.id: field for field in template.fields}
    for name, value in chosen.values.items():
        field = known.get(name)
        if field is None or not field.low <= value <= field.high:
            said = f"{name}: {field.low:g} to {field.high:g}" if field else f"{name}: not one of {', '.join(known)}"
            raise BadDefinition("signal", said)
        for path in field.paths:
            _at(where, path[:-1])[path[-1]] = field.sign * (int(value) if float(value).is_integer() else value)
    return {"name": template.signal.name, "where": where, "half_life_days": template.signal.half_life_days}


def usual(template: Template) -> dict[str, float]:
    """Return the numbers of a template as it comes."""
    return _values(template, template.signal.where)


def chosen_in(identity: str, body: Mapping[str, Any]) -> Chosen | None:
    """Return what a shop said of a template that is published; None where the definition was changed otherwise."""
    template = template_of(identity)
    try:
        values = _values(template, body["where"])
        heard = _at(body["where"], _WORDS_PATH) if template.words else {}
        chosen = Chosen(
            words=tuple(word for word in heard.get("contains", ()) if word not in template.words),
            unless=tuple(word for word in heard.get("unless", ()) if word not in template.unless),
            values=values,
        )
        same = body_of(identity, chosen)["where"] == parse_json(canonical_json(body["where"]))
    except (KeyError, IndexError, TypeError, BadDefinition):
        return None
    return chosen if same else None


def _values(template: Template, where: Any) -> dict[str, float]:
    return {field.id: field.sign * float(_at(where, field.paths[0])) for field in template.fields}


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree
