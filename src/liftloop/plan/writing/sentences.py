"""What a plan says of itself, in both languages, in the words of a marketer."""

from collections.abc import Callable, Mapping

from liftloop.kernel.money import yuan_text
from liftloop.plan.finding import Finding, Lifts, Plan, Reason
from liftloop.plan.forecast import share_needed
from liftloop.plan.inputs import StudyInputs, Worth
from liftloop.plan.metric.events import events_of
from liftloop.plan.options import Option, Words, label
from liftloop.plan.whatif import BudgetPoint
from liftloop.plan.writing.guarded import harms_guarded
from liftloop.profile.metric import Metric

WORTH_SAYING = 0.05  # A twentieth more of a chance is worth a sentence.
LIKELY = 0.6
SURE = 0.8  # Above four chances in five nobody asks what more money would bring.


def lift_text(value: float, lifts: Lifts, metric: Metric) -> Words:
    """Return a lift with its sign: +4.7%, +0.9 points, +¥3.20."""
    if lifts.kind == "relative":
        return _same(f"{value:+.1%}")
    if metric.unit == "share":
        return Words(zh=f"{value * 100:+.2f} 个百分点", en=f"{value * 100:+.2f} points")
    if metric.unit == "fen":
        return _same(("+" if value >= 0 else "") + yuan_text(round(value)))
    return _same(f"{value:+.3g}")


def whole_yuan(fen: float) -> str:
    """Return an amount of at least ten yuan without fen."""
    return yuan_text(round(fen / 100) * 100 if abs(fen) >= 1_000 else round(fen))


def chance_text(probability: float) -> str:
    """Return a probability as whole percent; never 0% or 100%, which nobody can know."""
    return "<1%" if probability < 0.01 else ">99%" if probability > 0.99 else f"{probability:.0%}"


def _same(text: str) -> Words:
    return Words(zh=text, en=text)


def plan_sentence(inputs: StudyInputs, found: Finding) -> Words:
    """Return the plan, the exploration or the refusal in one sentence."""
    if found.status == "ready":
        return _ready(inputs, found)
    if found.status == "exploration":
        return _exploration(found)
    if found.error is not None:
        return Words(zh=found.error.zh, en=found.error.en)
    return _REFUSALS[found.reason](inputs, found)


def _contacted(plan: Plan) -> int:
    return int(plan.arm_people[1:].sum())


def _ready(inputs: StudyInputs, found: Finding) -> Words:
    plan, forecast, lifts = found.plan, found.forecast, found.lifts
    assert plan is not None
    assert forecast is not None
    assert lifts is not None
    metric, people, money = inputs.metric, _contacted(plan), whole_yuan(float(plan.arm_cost_fen.sum()))
    point = lift_text(forecast.point, lifts, metric)
    low, high = (lift_text(end, lifts, metric) for end in forecast.i90)
    return Words(
        zh=f"触达 {people:,} 人，预计花 {money}，{metric.name_zh}比什么都不做 {point.zh}"
        f"（十次里有九次在 {low.zh}～{high.zh} 之间）",
        en=f"Contact {people:,} people for about {money}: {metric.name_en} {point.en} against doing nothing "
        f"(nine times out of ten {low.en} to {high.en})",
    )


_WHY_EXPLORE: Mapping[Reason, Words] = {
    "no_log": Words(zh="没有随机发放过优惠", en="no offer was ever given at random"),
    "no_chances": Words(
        zh="过去的触达没有记下随机的概率，只能用来算现状",
        en="past contacts have no known chances and tell only the baseline",
    ),
    "one_arm": Words(
        zh="过去的触达里大家拿到的都一样，或者没有随机留下不发的人，没有可以比较的两边",
        en="in past contacts everybody got the same, or nobody was left alone at random: there are no two sides",
    ),
    "no_overlap": Words(
        zh="过去给谁发什么是定好的，不是抽的：同样的人没有拿到过不同的做法，比不出来",
        en="who got what was decided and not drawn: people alike never got different things, so nothing compares",
    ),
    "thin_log": Words(
        zh="过去的随机触达太少，看不出各个做法的效果",
        en="past random contacts are too few to tell what each option does",
    ),
    "unclear_log": Words(
        zh="过去的随机触达还不够多，看不清哪种做法有效",
        en="past random contacts are not enough to see which option works",
    ),
}


def _exploration(found: Finding) -> Words:
    plan = found.plan
    assert plan is not None
    why = _WHY_EXPLORE[found.reason]
    options = int((plan.arm_people[1:] > 0).sum())
    tried = f"Try {options} option{'s' if options > 1 else ''} at random on {plan.people.count:,} people"
    return Words(
        zh=f"数据还不足以预测：{why.zh}。先在 {plan.people.count:,} 人里随机试 {options} 种做法，"
        "第二份计划就有学来的预测。下面的范围是假设，不是预测",
        en=f"There is not enough to forecast from: {why.en}. {tried}; the second plan will have a learned forecast. "
        "The range below is assumed, not forecast",
    )


def _no_history(inputs: StudyInputs, found: Finding) -> Words:
    return Words(
        zh=f"还没有可以用来算{inputs.metric.name_zh}的历史数据",
        en=f"There is no history yet from which to tell {inputs.metric.name_en}",
    )


def _no_people(inputs: StudyInputs, found: Finding) -> Words:
    return Words(
        zh=f"符合条件的只有 {inputs.people.count:,} 人，太少了，做什么都看不出结果",
        en=f"Only {inputs.people.count:,} people are in question; with so few nothing can be told",
    )


def _no_options(inputs: StudyInputs, found: Finding) -> Words:
    return Words(zh="还没有可以用的优惠或渠道", en="There is no offer or no channel to use yet")


def _nobody_reachable(inputs: StudyInputs, found: Finding) -> Words:
    return Words(
        zh=f"{inputs.people.count:,} 人里，同意接收营销消息、渠道又接通的只有 {found.eligible:,} 人",
        en=f"Of {inputs.people.count:,} people only {found.eligible:,} agreed to marketing by a connected channel",
    )


def _no_money(inputs: StudyInputs, found: Finding) -> Words:
    budget = whole_yuan(inputs.budget_fen or 0)
    return Words(
        zh=f"预算是 {budget}，而每一种做法都要花钱，所以什么都不能发",
        en=f"The budget is {budget} and every option costs something, so nothing can be sent",
    )


def _no_capacity(inputs: StudyInputs, found: Finding) -> Words:
    return Words(
        zh="渠道能发的条数或优惠的库存太少，连试一试都不够",
        en="Channels carry, or offers have left, too little even for a trial",
    )


def _out_of_reach(inputs: StudyInputs, found: Finding) -> Words:
    forecast, lifts = found.forecast, found.lifts
    assert forecast is not None
    assert lifts is not None
    goal, point = lift_text(lifts.goal, lifts, inputs.metric), lift_text(forecast.point, lifts, inputs.metric)
    best = lift_text(forecast.i90[1] if lifts.goal >= 0 else forecast.i90[0], lifts, inputs.metric)
    return Words(
        zh=f"做不到 {goal.zh}：按过去随机触达学到的效果，这次大约是 {point.zh}，十次里有九次到不了 {best.zh}",
        en=f"{goal.en} is out of reach: from what random contacts taught, expect about {point.en}, "
        f"and hardly ever more than {best.en}",
    )


def _nothing_works(inputs: StudyInputs, found: Finding) -> Words:
    return Words(
        zh=f"过去的随机触达里，看不出哪种做法能改变{inputs.metric.name_zh}，所以不建议发，也不做任何承诺",
        en=f"In past random contacts no option is seen to change {inputs.metric.name_en}; "
        "we would send nothing and claim nothing",
    )


def _not_plannable(inputs: StudyInputs, found: Finding) -> Words:
    return Words(
        zh=f"{inputs.metric.name_zh}是按消息算的，没发消息的人没有这个数，所以没法和什么都不做相比",
        en=f"{inputs.metric.name_en} is counted by message: people left alone have none, "
        "so there is nothing to compare with",
    )


_REFUSALS: Mapping[Reason, Callable[[StudyInputs, Finding], Words]] = {
    "no_history": _no_history,
    "no_people": _no_people,
    "no_options": _no_options,
    "nobody_reachable": _nobody_reachable,
    "no_money": _no_money,
    "no_capacity": _no_capacity,
    "out_of_reach": _out_of_reach,
    "nothing_works": _nothing_works,
    "harms_guarded": harms_guarded,
    "not_plannable": _not_plannable,
}

_NEXT: Mapping[Reason, Words] = {
    "harms_guarded": Words(
        zh="换一种优惠先小范围试，或者从目标里去掉这条底线",
        en="Try another offer on a few people first, or take this limit out of the goal",
    ),
    "no_people": Words(zh="放宽人群，或者先导入更多客户", en="Widen the group, or import more customers first"),
    "no_options": Words(
        zh="用 POST /api/offers 加一个优惠，用 POST /api/channels 接通一个渠道",
        en="Add an offer with POST /api/offers and connect a channel with POST /api/channels",
    ),
    "nobody_reachable": Words(
        zh="导入营销授权，或者接通他们同意的渠道", en="Import consents, or connect the channels that people agreed to"
    ),
    "no_money": Words(
        zh="给一点预算，或者加一个不花钱的渠道和提醒",
        en="Give it some budget, or add a channel and a reminder that cost nothing",
    ),
    "no_capacity": Words(
        zh="把渠道每天能发的条数调高，或者补一些库存", en="Let channels carry more a day, or add to the stock"
    ),
    "nothing_works": Words(
        zh="换一种没试过的优惠或商品，先随机试一小批人",
        en="Try an offer or item that was never tried, on a few people at random",
    ),
    "not_plannable": Words(
        zh="换成按人算的指标，比如复购率、购买率、到店率",
        en="Choose a metric counted by person, such as repurchase rate, purchase rate or visit rate",
    ),
}


def next_step(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return what to do now where the plan cannot be launched."""
    if found.error is not None:
        return Words(zh=found.error.next_zh, en=found.error.next_en)
    if found.reason == "out_of_reach" and found.forecast is not None and found.lifts is not None:
        point = lift_text(found.forecast.point, found.lifts, inputs.metric)
        return Words(
            zh=f"把目标改成 {point.zh} 左右，或者换更强的优惠先试",
            en=f"Aim for about {point.en}, or try stronger offers first",
        )
    if found.reason == "no_history":
        events = events_of(inputs.metric)
        return Words(
            zh=f"接入或导入至少三个月的这些事件，再来做计划：{'、'.join(events)}",
            en=f"Connect or import at least three months of these events, then plan again: {', '.join(events)}",
        )
    return _NEXT.get(found.reason)


def reachable_sentence(inputs: StudyInputs, found: Finding) -> Words:
    lifts, forecast = found.lifts, found.forecast
    assert lifts is not None
    assert forecast is not None
    assert found.probability is not None
    goal, point = lift_text(lifts.goal, lifts, inputs.metric), lift_text(forecast.point, lifts, inputs.metric)
    chance = chance_text(found.probability)
    if forecast.assumed:
        return Words(
            zh=f"按假设的范围，达到 {goal.zh} 的可能是 {chance}；这只是假设，试完才知道",
            en=f"Under the assumed range there is a {chance} chance of {goal.en}; only the trial will tell",
        )
    return Words(
        zh=f"达到 {goal.zh} 的可能是 {chance}，最可能是 {point.zh}",
        en=f"There is a {chance} chance of {goal.en}; {point.en} is most likely",
    )


def provable_sentence(inputs: StudyInputs, found: Finding, power: float) -> Words:
    lifts, plan = found.lifts, found.plan
    assert lifts is not None
    assert plan is not None
    size = lift_text(found.prove, lifts, inputs.metric)
    seen = lift_text(plan.design.detectable() / lifts.unit, lifts, inputs.metric)
    return Words(
        zh=f"如果真有 {size.zh}，有 {chance_text(power)} 的机会看得清；小于 {seen.zh.lstrip('+')} 的变化多半看不出",
        en=f"If it really is {size.en}, there is a {chance_text(power)} chance to see it; "
        f"changes below {seen.en.lstrip('+')} will mostly stay hidden",
    )


DECLINED = Words(
    zh="选了不做证明：不留对照组，结束后只能说发了多少、花了多少、用了多少券，不能说带来了多少",
    en="Proof was declined: nobody is left alone, so afterwards we can tell what was sent, spent and redeemed, "
    "not what it brought",
)


def reachable_need(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return what would make the goal more likely: more money if it helps, else a smaller goal or more reach."""
    lifts, forecast = found.lifts, found.forecast
    assert lifts is not None
    assert forecast is not None
    now = found.probability or 0.0
    if forecast.assumed:
        return None
    better = [other for other in _more(inputs, found) if other.told.probability >= now + WORTH_SAYING]
    if better and now < SURE:
        other = next((one for one in better if one.told.probability >= LIKELY), better[-1])
        money, chance = whole_yuan(other.budget_fen), chance_text(other.told.probability)
        return Words(
            zh=f"预算加到 {money}，可能升到 {chance}", en=f"With a budget of {money} the chance rises to {chance}"
        )
    if now >= LIKELY:
        return None
    point = lift_text(forecast.point, lifts, inputs.metric)
    return Words(
        zh=f"加钱也帮不上多少；把目标定在 {point.zh} 左右，或者接通更多渠道、拿到更多人的同意",
        en=f"More money would hardly help; aim for about {point.en}, or connect more channels and win more consents",
    )


def _more(inputs: StudyInputs, found: Finding) -> list[BudgetPoint]:
    """Return the larger budgets that are worth naming: half as much again and up."""
    budget_fen = inputs.budget_fen
    return [each for each in found.curve if budget_fen is not None and each.budget_fen >= 1.5 * budget_fen]


def provable_need(inputs: StudyInputs, found: Finding) -> Words:
    """Return what it takes to show the lift in four cases out of five, and what that costs."""
    plan, lifts = found.plan, found.lifts
    assert plan is not None
    assert lifts is not None
    share = share_needed(found.prove * lifts.unit, plan.design.noise, plan.people.count)
    if share is None:
        return Words(
            zh="留出一半的人也证明不了；得有更多人参加，或者把窗口放长",
            en="Even with half of the people left alone it could not be shown; include more people or a longer window",
        )
    lost = abs(plan.effect) * share * plan.people.count * (inputs.worth.unit_fen if inputs.worth else 0.0)
    cost_zh, cost_en = (
        (f"，代价约 {whole_yuan(lost)}", f", at a cost of about {whole_yuan(lost)}") if lost else ("", "")
    )
    return Words(
        zh=f"要看得清，得留出 {share:.0%} 的人不触达{cost_zh}",
        en=f"To see it, {share:.0%} of the people would have to be left alone{cost_en}",
    )


def who_text(option: Option, people: int) -> Words:
    medium = option.channel
    return Words(
        zh=f"{people:,} 位同意{medium.name_zh}、用它最合适的人",
        en=f"{people:,} people for whom {medium.name_en} fits best",
    )


def trial_who(option: Option, people: int) -> Words:
    medium = option.channel
    return Words(
        zh=f"同意{medium.name_zh}的人里随机抽的 {people:,} 位",
        en=f"{people:,} people drawn at random among those who agreed to {medium.name_en}",
    )


def why_text(option: Option, effect_text: Words, per_extra_fen: float | None, worth: Worth | None) -> Words:
    """Return why an option is in the plan: what it adds, and what one more costs beside what it is worth."""
    zh, en = f"这些人 {effect_text.zh}", f"{effect_text.en} on these people"
    if per_extra_fen is not None and per_extra_fen > 0:
        zh += f"，多带来一位约花 {whole_yuan(per_extra_fen)}"
        en += f", about {whole_yuan(per_extra_fen)} for one more"
        if worth is not None:
            what_zh, what_en = ("毛利", "margin") if worth.is_margin else ("销售额", "revenue")
            zh += f"（一单{what_zh}约 {whole_yuan(worth.unit_fen)}）"
            en += f" (an order earns about {whole_yuan(worth.unit_fen)} of {what_en})"
    return Words(zh=zh, en=en)


def option_label(option: Option) -> Words:
    return label(option)
