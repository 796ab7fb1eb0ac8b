"""What a plan does to outcomes that must not be harmed, and which options are not used for their sake, in words."""

from liftloop.kernel.money import yuan_text
from liftloop.plan.finding import Finding
from liftloop.plan.guarded import GuardedEffect
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.options import Words, label


def guarded_remarks(inputs: StudyInputs, found: Finding) -> tuple[Words, ...]:
    """Return a sentence for each option that was given up."""
    return tuple(_given_up(inputs, each) for each in found.given_up)


def guarded_told(effect: GuardedEffect) -> Words:
    """Return what a plan does to a guarded outcome, in a sentence."""
    span, metric = _span(effect), effect.guarded.metric
    if effect.standing == "harmed":
        return Words(
            zh=f"小心：这个计划会伤到{metric.name_zh}，每人变动 {span.zh}（十次里有九次）",
            en=f"Take care: this plan harms {metric.name_en}, by {span.en} per person (nine times out of ten)",
        )
    if effect.standing == "spared":
        return Words(
            zh=f"不会伤到{metric.name_zh}：每人变动 {span.zh}（十次里有九次）",
            en=f"{metric.name_en} is not harmed: {span.en} per person (nine times out of ten)",
        )
    return Words(
        zh=f"会不会伤到{metric.name_zh}还看不清：每人变动 {span.zh}（十次里有九次）",
        en=f"Whether {metric.name_en} is harmed cannot be seen: {span.en} per person (nine times out of ten)",
    )


def harms_guarded(inputs: StudyInputs, found: Finding) -> Words:
    """Return why there is no plan: every option harms something that the goal guards."""
    worst = found.given_up[0]
    span = _span(worst)
    name = worst.guarded.metric
    return Words(
        zh=f"没有一种做法不伤到{name.name_zh}：过去的随机触达里，每人变动在 {span.zh} 之间",
        en=f"Every option harms {name.name_en}: in past random contacts it moved by {span.en} per person",
    )


def _given_up(inputs: StudyInputs, effect: GuardedEffect) -> Words:
    assert effect.option is not None
    option, span, metric = inputs.options[effect.option], _span(effect), effect.guarded.metric
    what, channel = label(option), option.channel
    return Words(
        zh=f"不用{what.zh}（{channel.name_zh}）：它会伤到{metric.name_zh}（每人 {span.zh}），而目标要求守住它",
        en=f"{what.en} ({channel.name_en}) is not used: it harms {metric.name_en}, which the goal guards, "
        f"by {span.en} per person",
    )


def _span(effect: GuardedEffect) -> Words:
    low, high = (_amount(end, effect.guarded.metric.unit) for end in (effect.low, effect.high))
    return Words(zh=f"{low.zh}～{high.zh}", en=f"{low.en} to {high.en}")


def _amount(value: float, unit: str) -> Words:
    if unit == "share":
        return Words(zh=f"{100 * value:+.2f} 个百分点", en=f"{100 * value:+.2f} points")
    text = ("+" if value >= 0 else "") + yuan_text(round(value)) if unit == "fen" else f"{value:+.3g}"
    return Words(zh=text, en=text)
