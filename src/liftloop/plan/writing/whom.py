"""Whom an option goes to and why, whom a plan might harm, how groups fare with prices: in words of what people did."""

from collections.abc import Mapping

from liftloop.kernel.money import yuan_text
from liftloop.plan.called import Called
from liftloop.plan.finding import Finding
from liftloop.plan.harm import GroupEffect
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.options import Words
from liftloop.plan.reasons import Driver
from liftloop.plan.resources import FAIR_RATIO_MIN
from liftloop.plan.writing.sentences import lift_text

_DAYS: Mapping[str, Words] = {
    "order_age": Words(zh="上次下单在 {0} 天前", en="last ordered {0} days ago"),
    "event_age": Words(zh="上次来在 {0} 天前", en="last came {0} days ago"),
    "contact_age": Words(zh="上次收到消息在 {0} 天前", en="last had a message {0} days ago"),
    "tenure": Words(zh="第一次来在 {0} 天前", en="first came {0} days ago"),
    "order_gap": Words(zh="平均 {0} 天买一次", en="order every {0} days"),
}
_COUNTS: Mapping[str, Words] = {
    "orders_30": Words(zh="30 天里下单 {0} 次", en="{0} orders in 30 days"),
    "orders_90": Words(zh="90 天里下单 {0} 次", en="{0} orders in 90 days"),
    "orders_365": Words(zh="一年里下单 {0} 次", en="{0} orders in a year"),
    "orders_ever": Words(zh="一共下过 {0} 单", en="{0} orders in all"),
    "coupon_orders": Words(zh="用券买过 {0} 次", en="{0} orders with a coupon"),
    "views_7": Words(zh="一周里看过 {0} 次商品", en="viewed products {0} times in a week"),
    "views_30": Words(zh="30 天里看过 {0} 次商品", en="viewed products {0} times in 30 days"),
    "views_ever": Words(zh="一共看过 {0} 次商品", en="viewed products {0} times in all"),
    "adds_30": Words(zh="30 天里加购 {0} 次", en="added to the cart {0} times in 30 days"),
    "visits_90": Words(zh="90 天里到店 {0} 次", en="{0} shop visits in 90 days"),
    "redeemed_ever": Words(zh="核销过 {0} 张券", en="redeemed {0} coupons"),
    "opens_ever": Words(zh="打开过 {0} 条消息", en="opened {0} messages"),
    "contacts_30": Words(zh="30 天里收到 {0} 条消息", en="{0} messages in 30 days"),
    "contacts_180": Words(zh="半年里收到 {0} 条消息", en="{0} messages in half a year"),
    "order_due": Words(zh="离上次下单已有 {0} 个自己的购买周期", en="{0} of their own cycles since the last order"),
}


def reasons_of(drivers: tuple[Driver, ...], called: Called) -> tuple[Words, ...]:
    """Return why these people, beside the others to whom the option was open; what has no words is left out."""
    found = [_reason(driver, called) for driver in drivers]
    return tuple(reason for reason in found if reason is not None)


def _reason(driver: Driver, called: Called) -> Words | None:
    mine, others = said(driver.feature, driver.group, called), _figure(driver.feature, driver.others)
    if mine is None or driver.group != driver.group or driver.others != driver.others:
        return None
    return Words(zh=f"{mine.zh}（其他人 {others}）", en=f"{mine.en} (others {others})")


def said(feature: str, value: float, called: Called) -> Words | None:
    """Return where somebody stands in a feature, None for one that has no words."""
    return _told_at(feature, _figure(feature, value), called)


def _told_at(feature: str, figure: str, called: Called) -> Words | None:
    form = _DAYS.get(feature) or _COUNTS.get(feature)
    kind, _, name = feature.partition(":")
    if form is not None:
        return Words(zh=form.zh.format(figure), en=form.en.format(figure))
    if feature == "revenue_365":
        return Words(zh=f"一年里花了 {figure}", en=f"spent {figure} in a year")
    if kind == "category":
        category = called.category(name)
        return Words(zh=f"买的东西里 {figure} 是{category.zh}", en=f"{figure} of what they buy is {category.en}")
    if kind == "is" and "=" in name:
        attribute, _, word = name.partition("=")
        of, is_ = called.attribute(attribute), called.value(attribute, word)
        return Words(zh=f"{figure} 的人{of.zh}是“{is_.zh}”", en=f"{figure} have {of.en} “{is_.en}”")
    return None


def _figure(feature: str, value: float) -> str:
    if feature == "revenue_365":
        return yuan_text(round(value / 100) * 100)
    if feature.startswith(("category:", "is:")):
        return f"{value:.0%}"
    return f"{value:.0f}" if feature in _DAYS or value >= 10 else f"{value:.1f}".removesuffix(".0")


def harm_remark(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return the group that the plan does worst by, and whether it is harmed beyond what luck explains."""
    worst, lifts = found.worst, found.lifts
    if worst is None or lifts is None or found.status != "ready":
        return None
    span = _span(worst, inputs.called)
    low, high = (lift_text(end / lifts.unit, lifts, inputs.metric) for end in (worst.effect_low, worst.effect_high))
    if worst.harmed:
        return Words(
            zh=f"小心：{span.zh}的人被打扰后反而更差（{low.zh}～{high.zh}），建议把他们排除在外",
            en=f"Take care: people who {span.en} do worse when contacted ({low.en} to {high.en}); leave them out",
        )
    if worst.effect_low > 0:
        return Words(
            zh=f"分 {worst.groups} 组看过，每一组都变好", en=f"Each of the {worst.groups} groups looked at does better"
        )
    return Words(
        zh=f"分 {worst.groups} 组看过，没有哪一组明显变差；最说不准的是{span.zh}的人（{low.zh}～{high.zh}）",
        en=f"Of {worst.groups} groups none is seen to do worse; least sure are people who {span.en} "
        f"({low.en} to {high.en})",
    )


def _span(worst: GroupEffect, called: Called) -> Words:
    low, high = _figure(worst.feature, worst.low), _figure(worst.feature, worst.high)
    figure = low if low == high else f"{low}～{high}"
    kind, _, name = worst.feature.partition(":")
    attribute, has_word, word = name.partition("=")
    if kind == "is" and has_word and low == high:
        of, is_ = called.attribute(attribute), called.value(attribute, word)
        if worst.high <= 0:
            return Words(zh=f"{of.zh}不是“{is_.zh}”", en=f"have another {of.en} than “{is_.en}”")
        return Words(zh=f"{of.zh}是“{is_.zh}”", en=f"have {of.en} “{is_.en}”")
    if kind == "category":
        category = called.category(name)
        return Words(zh=f"买的东西里 {figure} 是{category.zh}", en=f"buy {category.en} for {figure} of what they buy")
    told = None if kind == "is" else _told_at(worst.feature, figure, called)
    if told is not None:
        return told
    of = called.attribute(name or worst.feature)
    return Words(zh=f"{of.zh} 在 {figure}", en=f"have {of.en} at {figure}")


def fairness_remark(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return how the group that gets price-like offers least often fares beside everybody."""
    rates = [rate for rate in found.rates if rate.rate_all > 0]
    if not rates:
        return None
    least = min(rates, key=lambda rate: rate.ratio)
    group = inputs.called.group(least.name)
    zh = f"优惠的发放：{len(rates)} 个敏感人群里，拿到最少的是{group.zh}"
    zh += f"（{least.rate:.0%} 的人有，所有人 {least.rate_all:.0%}）"
    en = f"Offers: of {len(rates)} sensitive groups {group.en} get them least often ({least.rate:.0%}"
    en += f", everybody {least.rate_all:.0%})"
    if least.ratio < FAIR_RATIO_MIN:
        return Words(
            zh=f"{zh}，低于五分之四，限制条件之内做不到更公平", en=f"{en}: below four fifths, the limits allow no more"
        )
    return Words(zh=f"{zh}，在五分之四以上", en=f"{en}: above four fifths")
