"""What else should be known before a launch: whom the figures are about, what was assumed, whether it pays."""

from liftloop.plan.finding import Finding
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.options import Words
from liftloop.plan.resources import LEAST
from liftloop.plan.tail import left_after
from liftloop.plan.writing.economics import economics_remark
from liftloop.plan.writing.guarded import guarded_remarks
from liftloop.plan.writing.sentences import lift_text, whole_yuan
from liftloop.plan.writing.settling import settling_remark
from liftloop.plan.writing.timed import late_remark
from liftloop.plan.writing.whom import fairness_remark, harm_remark

NEARLY_ALL = 0.98


def remarks_of(inputs: StudyInputs, found: Finding) -> tuple[Words, ...]:
    """Return the remarks in the order in which they matter."""
    remarks = [
        settling_remark(inputs, found),
        _whose_figures(inputs, found),
        _does_it_pay(inputs, found),
        economics_remark(inputs, found),
        late_remark(inputs, found),
        _after(inputs, found),
        _margin(inputs, found),
        _how_chosen(found),
        harm_remark(inputs, found),
        *guarded_remarks(inputs, found),
        fairness_remark(inputs, found),
        _unprofiled(inputs, found),
        _unmet(found),
        _denominator(inputs),
        _without_chances(inputs, found),
        _leaks(inputs),
    ]
    return tuple(remark for remark in remarks if remark is not None)


def _whose_figures(inputs: StudyInputs, found: Finding) -> Words | None:
    people = inputs.people.count
    if found.status != "ready" or found.forecast is None or found.lifts is None or found.plan is None:
        return None
    if found.eligible >= NEARLY_ALL * people:
        return None
    share = found.eligible / people
    whole = found.plan.effect * share / (found.baseline.value if found.baseline else 1.0)
    point = lift_text(whole, found.lifts, inputs.metric) if found.lifts.kind == "relative" else None
    zh = f"{people:,} 人里能触达 {found.eligible:,} 人，预测和提升都只算这些人"
    en = f"{found.eligible:,} of {people:,} people can be reached; forecast and lift are about them"
    if point is not None:
        zh, en = f"{zh}；摊到所有人大约是 {point.zh}", f"{en}; over everybody it is about {point.en}"
    return Words(zh=zh, en=en)


def _does_it_pay(inputs: StudyInputs, found: Finding) -> Words | None:
    plan, worth = found.plan, inputs.worth
    if plan is None or found.status != "ready" or worth is None or plan.effect == 0:
        return None
    extra = abs(plan.effect) * plan.design.treated
    cost = float(plan.arm_cost_fen.sum())
    if extra <= 0 or cost <= extra * worth.unit_fen or inputs.metric.unit == "fen":
        return None
    per_extra, earned = whole_yuan(cost / extra), whole_yuan(worth.unit_fen)
    what_zh, what_en = ("毛利", "margin") if worth.is_margin else ("销售额", "revenue")
    return Words(
        zh=f"每多带来一位约花 {per_extra}，比一单的{what_zh} {earned} 还多：这一次本身不赚钱，值不值要看以后还买不买",
        en=f"One more costs about {per_extra}, more than the {earned} of {what_en} an order earns: "
        "by itself this does not pay, unless they come back again",
    )


def _margin(inputs: StudyInputs, found: Finding) -> Words | None:
    if inputs.worth is None or inputs.worth.is_margin or found.plan is None:
        return None
    return Words(
        zh="还不知道商品毛利，凡是说值多少钱的地方都按销售额算。导入带毛利或成本的商品表就会改用毛利",
        en="Margins are unknown, so worth is told in revenue; import items with margin or cost to have it in margin",
    )


def _after(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return how much of the effect past contacts show to be left after one more purchase cycle."""
    if found.status != "ready" or inputs.contacts is None or inputs.tail_days is None:
        return None
    left, days = left_after(inputs.contacts, inputs.tail_days), inputs.tail_days
    if left is None:
        return Words(
            zh=f"预测只说窗口内。过去的随机触达还看不出，再过 {days} 天（一个购买周期）还剩多少："
            "有些人可能只是提前买了",
            en=f"The forecast speaks of the window. Past random contacts do not show what is left {days} days (one "
            "purchase cycle) later: some people may only buy earlier",
        )
    share, low, high = (f"{max(each, 0.0):.0%}" for each in (left.share, left.low, left.high))
    rest_zh, rest_en = ("，其余只是提前买了", "; the rest was only bought earlier") if left.high < 1 else ("", "")
    return Words(
        zh=f"预测只说窗口内。过去的随机触达里，再过 {days} 天（一个购买周期）还剩其中的 {share}"
        f"（十次里有九次在 {low}～{high} 之间）{rest_zh}",
        en=f"The forecast speaks of the window. In past random contacts {share} of it is left {days} days (one "
        f"purchase cycle) later (nine times out of ten {low} to {high}){rest_en}",
    )


def _how_chosen(found: Finding) -> Words | None:
    if found.status != "ready" or found.judged is None:
        return None
    if found.judged.selected.rule == "personal":
        return Words(
            zh="按每个人的情况挑做法：过去的随机触达证明，这比对谁都用同一种做法好",
            en="Options are chosen person by person: past random contacts show that this beats one option for all",
        )
    return Words(
        zh="对同样能触达的人用同一种做法：过去的随机触达里，看不出挑着人发会更好",
        en="Everybody who can be reached alike gets the same: past random contacts do not show that choosing by person "
        "does better",
    )


def _unprofiled(inputs: StudyInputs, found: Finding) -> Words | None:
    refused = inputs.people.unprofiled
    count = 0 if refused is None else int(refused.sum())
    if not count or found.plan is None:
        return None
    return Words(
        zh=f"{count:,} 人拒绝个性化，给他们的是对大家平均最好的做法，不看他们的资料",
        en=f"{count:,} people refused profiling and get what is best on average, whatever is known of them",
    )


def _unmet(found: Finding) -> Words | None:
    unmet = found.plan.allotment.unmet if found.plan is not None and found.plan.allotment is not None else ()
    if not unmet:
        return None
    names = "、".join(name.removeprefix(LEAST) for name in unmet)
    return Words(
        zh=f"库存、容量和预算之内，做不到这些最低占比：{names}",
        en=f"Within stock, capacity and budget these least shares cannot be met: {names}",
    )


def _denominator(inputs: StudyInputs) -> Words | None:
    if not inputs.metric.movable:
        return None
    return Words(
        zh=f"触达会改变{inputs.metric.name_zh}的分母，所以预测和提升都按能触达的人数算，比率本身只作参考",
        en=f"Contact can move the denominator of {inputs.metric.name_en}, so forecast and lift are "
        "per reachable person; the ratio is shown for reference",
    )


def _without_chances(inputs: StudyInputs, found: Finding) -> Words | None:
    if not inputs.contacts_unusable:
        return None
    return Words(
        zh=f"过去有 {inputs.contacts_unusable:,} 次触达没有随机概率，没有用来学效果。"
        "如果它们其实是随机抽的，导入时补上 propensities（每种做法的概率）这一列，就能用上",
        en=f"{inputs.contacts_unusable:,} past contacts have no known chances and were not learned from. If they were "
        "drawn at random, import them with a column of propensities (the chance of each option) and they will count",
    )


def _leaks(inputs: StudyInputs) -> Words | None:
    if not inputs.leaks:
        return None
    names = [name.partition(":")[2].partition("=")[0] for name in inputs.leaks]
    zh, en = "、".join(dict.fromkeys(names)), ", ".join(dict.fromkeys(names))
    return Words(
        zh=f"没有用这些属性：{zh}。有它的人几乎都有（或都没有）结果，像是事后才填的，用了会看错效果。"
        "要用它，就只导入触达之前的值",
        en=f"Left out: {en}. These attributes all but tell the outcome, as if filled in afterwards, and would hide "
        "what a contact does. To use them, import only values that were known before the contacts",
    )
