"""Saying a goal: each piece in words, the whole as one sentence, in both languages.

The sentence is canonical: reading it again gives the same goal.
"""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from liftloop.kernel.places import PLACE_EN
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import ChannelWish, Goal, Guardrail, ScopeCondition, TouchCap, Waves, WishKind
from liftloop.plan.goal.festivals import FESTIVAL_BY_ID
from liftloop.profile.metric import Metric, MetricUnit

_UP_DOWN = {"up": ("提升", "raise"), "down": ("降低", "reduce")}
_PERIODS = {
    "day": ("每天", "per day", "every day"),
    "week": ("每周", "per week", "every week"),
    "month": ("每月", "per month", "every month"),
    "quarter": ("每季度", "per quarter", "every quarter"),
    "year": ("每年", "per year", "every year"),
}
_AGAINST = {
    "previous": ("环比", "period over period"),
    "day": ("比昨天", "vs yesterday"),
    "week": ("比上周", "vs last week"),
    "month": ("比上月", "vs last month"),
    "quarter": ("比上季度", "vs last quarter"),
    "year_ago": ("同比", "year over year"),
}
_CHANNELS = {
    "sms": ("短信", "SMS"),
    "wecom": ("企业微信", "WeCom"),
    "wechat": ("公众号", "WeChat"),
    "mini_program": ("小程序", "mini program"),
    "email": ("邮件", "email"),
    "phone": ("电话", "phone"),
    "app_push": ("App 推送", "app push"),
}
_WISHES: dict[WishKind, tuple[str, str]] = {
    "use": ("用", "via"),
    "only": ("只用", "only"),
    "prefer": ("优先", "prefer"),
    "avoid": ("不用", "no"),
}
_SCOPES = {
    "member=member": ("会员", "members"),
    "tier=vip": ("VIP", "VIP"),
    "tier=gold": ("金卡", "gold"),
    "tier=silver": ("银卡", "silver"),
    "tier=platinum": ("铂金", "platinum"),
    "tier=diamond": ("钻石", "diamond"),
    "lifecycle=new": ("新客户", "new customers"),
    "lifecycle=existing": ("老客户", "existing customers"),
    "lifecycle=lapsed": ("沉睡客户", "lapsed customers"),
    "lifecycle=active": ("活跃客户", "active customers"),
    "value=high": ("高价值客户", "high-value customers"),
    "sex=female": ("女性", "women"),
    "sex=male": ("男性", "men"),
    "sales=online": ("线上", "online"),
    "sales=offline": ("线下", "offline"),
}


class Words(Struct, frozen=True, kw_only=True):
    """The same thing in both languages."""

    zh: str
    en: str


def number(value: float) -> str:
    """Return a number without needless digits.

    >>> number(2000), number(0.2), number(1234567.5)
    ('2,000', '0.2', '1,234,567.5')
    """
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def percent(value: float) -> str:
    return f"{number(value * 100)}%"


def amount_words(value: float, unit: MetricUnit) -> str:
    if unit == "share":
        return percent(value)
    return f"¥{number(value / 100)}" if unit == "fen" else number(value)


def metric_words(goal: Goal, catalogue: Catalogue) -> Words | None:
    metric = catalogue.by_id.get(goal.metric) if goal.metric else None
    return None if metric is None else Words(zh=metric.name_zh, en=metric.name_en)


def direction_words(goal: Goal) -> Words | None:
    if goal.direction is None:
        return None
    zh, en = _UP_DOWN[goal.direction]
    return Words(zh=zh, en=en)


def size_words(goal: Goal, metric: Metric | None) -> Words | None:
    """Say the size as what follows the direction: 5%, 5 个百分点, 到 25%."""
    if goal.size is None:
        return None
    unit = metric.unit if metric is not None else "share" if goal.size_kind == "relative" else "count"
    if goal.size_kind == "relative":
        return Words(zh=percent(goal.size), en=f"by {percent(goal.size)}")
    if goal.size_kind == "points" and (unit == "share" or (metric is None and goal.size < 1)):
        points = number(goal.size * 100)
        return Words(zh=f"{points} 个百分点", en=f"by {points} percentage points")
    said = amount_words(goal.size, unit)
    if goal.size_kind == "points":
        return Words(zh=said, en=f"by {said}")
    return Words(zh=f"到 {said}", en=f"to {said}")


def stated_words(goal: Goal, metric: Metric | None) -> Words | None:
    if goal.stated_baseline is None:
        return None
    base = amount_words(goal.stated_baseline, metric.unit if metric is not None else "share")
    return Words(zh=f"从 {base} ", en=f"from {base}")


def against_words(goal: Goal) -> Words | None:
    if goal.against == "nobody" and goal.size is None:
        return None
    if goal.against == "nobody" or goal.against_period is None:
        return Words(zh="与不做活动相比", en="compared with doing nothing")
    zh, en = _AGAINST[goal.against_period]
    return Words(zh=zh, en=en)


def window_words(goal: Goal) -> Words | None:
    if goal.window_days is None and goal.starts is None:
        return None
    festival = FESTIVAL_BY_ID[goal.festival] if goal.festival else None
    name_zh, name_en = (f"（{festival.zh}）", f" ({festival.en})") if festival else ("", "")
    if goal.starts is not None and goal.ends is not None:
        first, last = _day(goal.starts), _day(goal.ends)
        return Words(zh=f"从 {first} 到 {last}{name_zh}", en=f"from {first} to {last}{name_en}")
    if goal.ends is not None:
        day = _day(goal.ends)
        return Words(zh=f"截至 {day}{name_zh}", en=f"by {day}{name_en}")
    if goal.starts is not None:
        return Words(zh=f"从 {_day(goal.starts)} 起", en=f"from {_day(goal.starts)} onwards")
    return Words(zh=f"{goal.window_days} 天内", en=f"within {goal.window_days} days")


def _day(day: date) -> str:
    return day.isoformat()


def standing_words(goal: Goal) -> Words | None:
    if goal.standing is None:
        return None
    zh, _, en = _PERIODS[goal.standing]
    return Words(zh=f"{zh}都要", en=en)


def scope_words(goal: Goal) -> Words | None:
    if not goal.scope:
        return None
    said = [_condition_words(condition) for condition in goal.scope]
    return Words(zh="、".join(words.zh for words in said), en=", ".join(words.en for words in said))


def _condition_words(condition: ScopeCondition) -> Words:
    value = condition.value
    place = PLACE_EN.get(value, value)
    match condition.kind:
        case "store":
            words = Words(zh=f"{value}门店", en=f"{place} stores")
        case "place":
            words = Words(zh=f"{value}的客户", en=f"{place} customers")
        case "category":
            words = Words(zh=f"{value}品类", en=f"{value} category")
        case "bought":
            return _bought_words(condition)
        case "quiet":
            words = Words(zh=f"{value} 天没有下单的客户", en=f"customers who have not ordered in {value} days")
        case "group":
            words = Words(zh=f"“{value}”", en=f"“{value}”")
        case "text":
            words = Words(zh=f"针对{value}", en=f"for {value}")
        case _:
            zh, en = _SCOPES[f"{condition.kind}={value}"]
            words = Words(zh=zh, en=en)
    return Words(zh=f"非{words.zh}", en=f"excluding {words.en}") if condition.excluded else words


def _bought_words(condition: ScopeCondition) -> Words:
    value, days = condition.value, condition.days
    verb_zh, verb_en = ("没买过", "who never bought") if condition.excluded else ("买过", "who bought")
    lately_zh, lately_en = (f"最近 {days} 天", f" in the last {days} days") if days else ("", "")
    return Words(zh=f"{lately_zh}{verb_zh}{value}的客户", en=f"customers {verb_en} {value}{lately_en}")


def budget_words(goal: Goal) -> Words | None:
    if goal.budget_fen is None:
        return None
    fen = f"¥{number(goal.budget_fen / 100)}"
    if goal.budget_period is None:
        return Words(zh=f"预算 {fen}", en=f"budget {fen}")
    zh, en, _ = _PERIODS[goal.budget_period]
    return Words(zh=f"{zh}预算 {fen}", en=f"budget {fen} {en}")


def caps_words(goal: Goal) -> Words | None:
    if not goal.caps:
        return None
    said = [_cap_words(cap) for cap in goal.caps]
    return Words(zh="，".join(words.zh for words in said), en=", ".join(words.en for words in said))


def _cap_words(cap: TouchCap) -> Words:
    times = "1 touch" if cap.touches_max == 1 else f"{cap.touches_max} touches"
    if cap.period == "campaign":
        return Words(zh=f"每人最多 {cap.touches_max} 次", en=f"at most {times} per person")
    zh, en, _ = _PERIODS[cap.period]
    return Words(zh=f"每人{zh}最多 {cap.touches_max} 次", en=f"at most {times} per person {en}")


def guardrails_words(goal: Goal, catalogue: Catalogue) -> Words | None:
    if not goal.guardrails:
        return None
    said = [_guardrail_words(guardrail, catalogue.by_id[guardrail.metric]) for guardrail in goal.guardrails]
    return Words(zh="，".join(words.zh for words in said), en=", ".join(words.en for words in said))


def _guardrail_words(guardrail: Guardrail, metric: Metric) -> Words:
    value = "" if guardrail.value is None else amount_words(guardrail.value, metric.unit)
    match guardrail.comparison:
        case "at_least":
            return Words(zh=f"{metric.name_zh}不低于 {value}", en=f"{metric.name_en} no lower than {value}")
        case "at_most":
            return Words(zh=f"{metric.name_zh}不超过 {value}", en=f"{metric.name_en} no more than {value}")
        case "no_drop":
            return Words(zh=f"{metric.name_zh}不下降", en=f"without lowering {metric.name_en}")
        case "no_rise":
            return Words(zh=f"{metric.name_zh}不上升", en=f"without raising {metric.name_en}")


def channels_words(goal: Goal) -> Words | None:
    if not goal.channels:
        return None
    said = [_wish_words(wish) for wish in goal.channels]
    return Words(zh="，".join(words.zh for words in said), en=", ".join(words.en for words in said))


def _wish_words(wish: ChannelWish) -> Words:
    zh, en = _CHANNELS[wish.channel]
    verb_zh, verb_en = _WISHES[wish.wish]
    return Words(zh=f"{verb_zh}{zh}", en=f"{verb_en} {en}")


def waves_words(waves: Waves) -> Words:
    """Say how people are started in waves: 分 3 批，每周一批."""
    assert waves.count or waves.every_s, "waves have a number or a time between them"
    number_zh, number_en = f"分 {waves.count} 批", f"in {waves.count} waves"
    if waves.every_s is None:
        return Words(zh=number_zh, en=number_en)
    apart = _apart(waves.every_s)
    if waves.count is None:
        return Words(zh=f"{apart.zh}一批", en=f"one wave {apart.en}")
    return Words(zh=f"{number_zh}，{apart.zh}一批", en=f"{number_en}, one {apart.en}")


def _apart(every_s: int) -> Words:
    units = ((7 * 86_400, "周", "week"), (86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute"))
    for seconds, zh, en in units:
        many = every_s // seconds
        if every_s % seconds == 0 and many == 1:
            return Words(zh=f"每{zh}", en=f"every {en}")
        if every_s % seconds == 0:
            return Words(zh=f"每 {many} {zh}", en=f"every {many} {en}s")
    raise AssertionError(f"{every_s} s are no whole minutes")


Said = tuple[tuple[str, Words], ...]


def pieces(goal: Goal, catalogue: Catalogue) -> Said:
    """Return the fields of a goal that are filled, in the order of the sentence, each in words."""
    metric = catalogue.by_id.get(goal.metric) if goal.metric else None
    readers: tuple[tuple[str, Callable[[], Words | None]], ...] = (
        ("standing", lambda: standing_words(goal)),
        ("window", lambda: window_words(goal)),
        ("scope", lambda: scope_words(goal)),
        ("metric", lambda: metric_words(goal, catalogue)),
        ("against", lambda: against_words(goal)),
        ("stated_baseline", lambda: stated_words(goal, metric)),
        ("direction", lambda: direction_words(goal)),
        ("size", lambda: size_words(goal, metric)),
        ("budget", lambda: budget_words(goal)),
        ("caps", lambda: caps_words(goal)),
        ("guardrails", lambda: guardrails_words(goal, catalogue)),
        ("channels", lambda: channels_words(goal)),
        ("waves", lambda: None if goal.waves is None else waves_words(goal.waves)),
    )
    said = [(field, read()) for field, read in readers]
    return tuple((field, words) for field, words in said if words is not None)


def sentence(said: Said) -> Words:
    """Join the pieces into one sentence in each language."""
    by_field = dict(said)

    def zh(*fields: str) -> str:
        return "".join(by_field[field].zh for field in fields if field in by_field)

    def en(*fields: str) -> str:
        return " ".join(by_field[field].en for field in fields if field in by_field)

    limits = [field for field in ("budget", "caps", "guardrails", "channels", "waves") if field in by_field]
    against = by_field.get("against")
    compared = against is not None and against.zh == "与不做活动相比"
    heads_zh = [zh("standing"), zh("window"), zh("scope"), zh("against") if compared else ""]
    size_zh = zh("size")
    space = " " if size_zh and not size_zh.startswith("到") else ""
    aim_zh = zh("metric", *([] if compared else ["against"]), "stated_baseline", "direction") + space + size_zh
    parts_zh = [part for part in (*heads_zh, aim_zh, *(by_field[field].zh for field in limits)) if part]
    scope_en = en("scope")
    if scope_en and not scope_en.startswith(("for ", "excluding ")):
        scope_en = f"for {scope_en}"
    aim_en = " ".join(part for part in (en("direction", "metric", "stated_baseline", "size"), scope_en) if part)
    parts_en = [aim_en, en("against"), en("window"), en("standing"), *(by_field[field].en for field in limits)]
    said_en = ", ".join(part for part in parts_en if part)
    return Words(zh="，".join(parts_zh), en=said_en[:1].upper() + said_en[1:])
