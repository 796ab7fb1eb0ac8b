"""A plan over time and what it recommends, in words: phases with what leads them, approvals that words wait for."""

from collections.abc import Callable, Sequence

import numpy as np

from liftloop.plan.called import Called
from liftloop.plan.contract import PhaseName, Spread
from liftloop.plan.finding import Finding, Plan
from liftloop.plan.goal.contract import Waves
from liftloop.plan.goal.said import waves_words
from liftloop.plan.inputs import Integers, StudyInputs
from liftloop.plan.options import ItemChoice, Option, Words, offer_name
from liftloop.plan.phases import DAY_S
from liftloop.plan.reading import phase_of
from liftloop.plan.record import Limit, PlannedPhase, PlanRecord
from liftloop.plan.study.exploration import kept_now

LEAD = "lead:"
"""How the names of rows about approvals begin; what follows is the channel."""
SURELY_ALL = 0.995

PHASE_LABELS: dict[PhaseName, Words] = {
    "warm_up": Words(zh="预热", en="Warm-up"),
    "main": Words(zh="主推", en="Main push"),
    "encore": Words(zh="返场", en="Encore"),
}
_WHAT_FOR: dict[PhaseName, Words] = {
    "warm_up": Words(zh="先发一小部分人，看哪种说法有人回应", en="a few people first, to see which words are answered"),
    "main": Words(zh="用预热学到的，发给大多数人", en="most people, with what the warm-up taught"),
    "encore": Words(zh="最后一批人，用前面都学到的", en="the last people, with all that was learned before"),
}
_BECAUSE = (
    Words(zh="上次买的快用完了", en="what they bought last is about to run out"),
    Words(zh="买过上一样的人接着会买它", en="it is what comes after what they bought"),
    Words(zh="常和他们最近买的一起买", en="it often goes with what they bought last"),
    Words(zh="它最近买的人最多", en="most people buy it lately"),
)
"""By the place of the source in `SOURCES`."""


def schedule_of(inputs: StudyInputs, plan: Plan) -> tuple[PlannedPhase, ...]:
    """Return the phases with whom each reaches and what leads it; none where everybody starts at once."""
    spread = inputs.spread
    if spread is None or not spread.phases:
        return ()
    place = phase_of(plan.people.profile, inputs.salt, spread.phases)
    found: list[PlannedPhase] = []
    for index, phase in enumerate(spread.phases):
        rows = np.flatnonzero((place == index) & ~plan.menu.held & (plan.draw.arm > 0))
        arm = plan.draw.arm[rows]
        hero = _leading(plan.menu.options, arm, lambda option: option.item.id if option.item else "")
        led = _leading(plan.menu.options, arm, lambda option: _format(option).zh)
        item = hero.item if hero is not None else None
        found.append(
            PlannedPhase(
                name=phase.name,
                label=PHASE_LABELS[phase.name],
                purpose=_WHAT_FOR[phase.name],
                from_s=phase.from_s,
                over_s=phase.over_s,
                people=rows.size,
                cost_fen=round(float(plan.menu.cost_fen[rows, arm].sum())),
                hero=Words(zh=item.name_zh, en=item.name_en) if item is not None else None,
                series=_series(item, inputs.called) if item is not None else None,
                format=_format(led) if led is not None else None,
            )
        )
    return tuple(found)


def _leading(options: Sequence[Option], arm: Integers, key: Callable[[Option], str]) -> Option | None:
    """Return an option of the kind that most of these people get, kinds told apart by `key`; "" is none."""
    kinds: dict[str, int] = {}
    count = np.bincount(arm, minlength=len(options) + 1)[1:]
    for option, people in zip(options, count.tolist(), strict=True):
        if people and key(option):
            kinds[key(option)] = kinds.get(key(option), 0) + people
    if not kinds:
        return None
    best = max(kinds, key=lambda kind: (kinds[kind], kind))
    return next(option for option in options if key(option) == best)


def _series(item: ItemChoice, called: Called) -> Words | None:
    if item.series:
        return Words(zh=item.series, en=item.series)
    return called.category(item.category) if item.category else None


def _format(option: Option) -> Words:
    offer = offer_name(option.offer)
    return Words(zh=f"{option.channel.name_zh}：{offer.zh}", en=f"{option.channel.name_en}: {offer.en}")


def recommended_words(plan: Plan, place: int) -> Words | None:
    """Return which item an option recommends and why, by the sources that speak for it among those who get it."""
    option, because = plan.menu.options[place], plan.people.because
    if not option.recommended or option.item is None or because is None:
        return None
    rows = (plan.draw.arm == place + 1) & ~plan.menu.held & (because >= 0)
    people = np.bincount(because[rows], minlength=len(_BECAUSE))
    told = [source for source in np.argsort(-people, kind="stable").tolist() if people[source] > 0]
    if not told:
        return None
    whole = len(told) == 1
    zh = "、".join(_BECAUSE[each].zh + ("" if whole else f"（{people[each]:,} 人）") for each in told)
    en = ", ".join(_BECAUSE[each].en + ("" if whole else f" ({people[each]:,} people)") for each in told)
    return Words(
        zh=f"推荐商品：{option.item.name_zh}，因为{zh}", en=f"Recommended: {option.item.name_en}, because {en}"
    )


def when_words(inputs: StudyInputs, option: Option) -> Words:
    """Return when an option's messages leave."""
    lead = inputs.terms.lead_days.get(option.channel.id, 0)
    if lead:
        return Words(
            zh=f"新模板要审核 {lead} 天：启动后第 {lead + 1} 天开始发，避开免打扰时间",
            en=f"New words take {lead} days to be approved: from day {lead + 1} on, outside quiet hours",
        )
    if inputs.spread is not None and not inputs.spread.phases:
        said = spread_words(inputs.spread)
        return Words(zh=f"{said.zh}，避开免打扰时间", en=f"{said.en}, outside quiet hours")
    if inputs.spread is not None:
        days = max(round(inputs.spread.over_s / DAY_S), 1)
        return Words(
            zh=f"分阶段，{days} 天内发完，避开免打扰时间", en=f"In phases over {days} days, outside quiet hours"
        )
    return Words(zh="启动后马上开始，避开免打扰时间", en="From the launch on, outside quiet hours")


def spread_words(spread: Spread) -> Words:
    """Return when the waves of a spread without phases begin."""
    assert not spread.phases
    if spread.waves == 1:
        return Words(zh="窗口里只放得下一批，启动后一起开始", en="One wave fills the window: everybody at the launch")
    said = waves_words(Waves(count=spread.waves, every_s=spread.over_s // spread.waves))
    return Words(zh=f"{said.zh}，第一批在启动时", en=f"{said.en[0].upper()}{said.en[1:]}, the first at the launch")


def waves_sentence(record: PlanRecord) -> Words | None:
    """Return how a plan's people start in waves and how many each reaches; None without waves."""
    spread = record.spread
    if spread is None or spread.phases:
        return None
    said, people = spread_words(spread), sum(action.people for action in record.actions)
    each = round(people / spread.waves)
    if spread.waves == 1 or not each:
        return said
    return Words(zh=f"{said.zh}，每批约 {each:,} 人", en=f"{said.en}, about {each:,} people each")


def lead_limits(inputs: StudyInputs, plan: Plan) -> tuple[Limit, ...]:
    """Return the approvals that words of this plan wait for, as rows: days of the window that they take."""
    used = {plan.menu.options[arm - 1].channel for arm in np.flatnonzero(plan.arm_people[1:]) + 1}
    return tuple(
        Limit(
            name=LEAD + channel.id,
            limit=float(inputs.window_days),
            used=float(inputs.terms.lead_days[channel.id]),
            shadow_price=None,
            unit="days",
            label=Words(zh=f"{channel.name_zh}模板的审核", en=f"Approval of {channel.name_en} templates"),
            sentence=Words(
                zh="审核期间一条也不发；用已经审核过的内容就不用等",
                en="Nothing leaves before it; contents that are approved already need not wait",
            ),
        )
        for channel in sorted(used, key=lambda each: each.id)
        if channel.id in inputs.terms.lead_days
    )


def late_remark(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return what starting people later costs, as it is reckoned with in the forecast."""
    plan = found.plan
    if plan is None:
        return None
    contacted = plan.arm_people.astype(np.float64)
    contacted[0] = 0.0
    kept = float(kept_now(inputs) @ contacted) / max(float(contacted.sum()), 1.0)
    if kept >= SURELY_ALL or not contacted.any():
        return None
    return Words(
        zh=f"有些人开始得晚，窗口里剩下的时间短：预测里按效果在有效期内均匀到来，只算了 {kept:.0%}（假定）",
        en=f"Some people start late and have less of the window left: the forecast takes effects to come evenly over "
        f"an offer's validity and counts {kept:.0%} of them (assumed)",
    )


def asks_margin(inputs: StudyInputs, *, asked: bool) -> bool:
    """Say whether the shop's margin is to be asked for: what an order is worth matters here, and nobody was asked."""
    return inputs.worth is not None and not inputs.worth.is_margin and not asked
