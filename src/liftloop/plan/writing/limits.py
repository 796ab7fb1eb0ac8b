"""Limits and their shadow prices in words: what a thing is, and what one more of it would bring."""

from collections.abc import Sequence

from liftloop.inference.allocation import ConstraintUse
from liftloop.kernel.money import yuan_text
from liftloop.plan.called import Called
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.options import Option, Words
from liftloop.plan.resources import CAPACITY, FAIR, LEAST, RETURN, STOCK, stocks

MORE = 100  # One more coupon is nothing that anybody orders; a hundred are.
WORTH_SAYING = 0.05


def amount_text(value: float, inputs: StudyInputs) -> Words:
    """Return so much of the goal's outcome: people, or the metric's own unit."""
    name_zh, name_en = inputs.metric.name_zh, inputs.metric.name_en
    if inputs.metric.unit == "fen":
        return Words(zh=f"{yuan_text(round(value))} {name_zh}", en=f"{yuan_text(round(value))} of {name_en}")
    figure = f"{value:.1f}" if value < 10 else f"{value:,.0f}"
    if inputs.metric.unit == "share":
        return Words(zh=f"{figure} 人", en=f"{figure} more people")
    return Words(zh=f"{figure} 次", en=f"{figure} more")


def resource_label(name: str, options: Sequence[Option], called: Called) -> Words:
    """Return what a row of the allocation is about."""
    kind, _, thing = name.partition(":")
    named, group = _named(thing, options), called.group(thing)
    confirmed = next((option.channel.confirmed for option in options if option.channel.id == thing), 1.0)
    staff = Words(zh=f"，员工确认后约 {confirmed:.0%} 发出", en=f"; staff send on about {confirmed:.0%}")
    staff = staff if confirmed < 1 else Words(zh="", en="")
    labels = {
        STOCK: Words(zh=f"{named.zh}的库存", en=f"Stock of {named.en}"),
        CAPACITY: Words(zh=f"{named.zh}能发的条数{staff.zh}", en=f"What {named.en} can carry{staff.en}"),
        LEAST: Words(zh=f"{thing} 的最低占比", en=f"Least share of {thing}"),
        FAIR: Words(zh=f"{group.zh}拿到优惠的比例", en=f"Offers to {group.en}"),
    }
    if name == RETURN:
        return Words(zh="投入产出比", en="Return on spend")
    return labels.get(f"{kind}:", Words(zh=name, en=name))


def _named(thing: str, options: Sequence[Option]) -> Words:
    for option in options:
        if option.channel.id == thing:
            return Words(zh=option.channel.name_zh, en=option.channel.name_en)
        for each in (option.offer, option.item):
            if each is not None and each.id == thing:
                return Words(zh=each.name_zh or thing, en=each.name_en or each.name_zh or thing)
    return Words(zh=thing, en=thing)


def whole_limit(name: str, inputs: StudyInputs) -> float | None:
    """Return a stock or a capacity as it is, before anything was set aside; None for other rows."""
    if name.startswith(STOCK):
        return float(stocks(inputs.options)[name.removeprefix(STOCK)])
    return inputs.terms.capacity[name.removeprefix(CAPACITY)] if name.startswith(CAPACITY) else None


def resource_price(use: ConstraintUse, inputs: StudyInputs) -> Words | None:
    """Return what more of a resource would bring; None where it would bring nothing worth saying."""
    if not use.name.startswith((STOCK, CAPACITY)) or use.shadow_price * MORE < WORTH_SAYING:
        return None
    label, more = resource_label(use.name, inputs.options, inputs.called), amount_text(use.shadow_price * MORE, inputs)
    return Words(zh=f"{label.zh}每多 {MORE}，大约多 {more.zh}", en=f"{MORE} more of it would bring about {more.en}")
