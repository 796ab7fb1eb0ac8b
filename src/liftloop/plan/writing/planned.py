"""From a finding to the record that is kept, shown and launched; the forecast is frozen here by a hash."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.allocation import ConstraintUse
from liftloop.kernel.codec import fingerprint, pack_columns
from liftloop.plan.contract import NOBODY, Action
from liftloop.plan.finding import Finding, Plan
from liftloop.plan.forecast import PROOF, holdout_share
from liftloop.plan.goal.check import readings
from liftloop.plan.goal.contract import TouchCap, Understood
from liftloop.plan.guarded import GuardedEffect
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.optimise import BUDGET
from liftloop.plan.options import Option, Words
from liftloop.plan.phases import DAY_S
from liftloop.plan.record import (
    Assigned,
    BudgetCurve,
    GuardedOutcome,
    HoldoutPlan,
    Limit,
    MetricName,
    MissingThing,
    PlannedAction,
    PlanRecord,
    Proof,
    Verdict,
)
from liftloop.plan.resources import CAPACITY, RETURN, use_of
from liftloop.plan.writing.guarded import guarded_told
from liftloop.plan.writing.limits import amount_text, resource_label, resource_price, whole_limit
from liftloop.plan.writing.remarks import remarks_of
from liftloop.plan.writing.sentences import (
    DECLINED,
    lift_text,
    next_step,
    option_label,
    plan_sentence,
    provable_need,
    provable_sentence,
    reachable_need,
    reachable_sentence,
    trial_who,
    who_text,
    whole_yuan,
    why_text,
)
from liftloop.plan.writing.timed import asks_margin, lead_limits, recommended_words, schedule_of, when_words
from liftloop.plan.writing.whom import reasons_of
from liftloop.profile.metric import Metric


class Head(Struct, frozen=True, kw_only=True):
    """What a record has whatever was found."""

    plan_id: str
    created_ms: int
    understood: Understood
    missing: tuple[MissingThing, ...] = ()
    margin_asked: bool = False
    """Whether somebody was asked for the margin and would not say."""


def waiting(head: Head, metric: Metric | None) -> PlanRecord:
    """Return the record of a goal that leaves something open."""
    questions = head.understood.questions
    count = len(questions)
    lacking = "1 answer is" if count == 1 else f"{count} answers are"
    return PlanRecord(
        plan_id=head.plan_id,
        status="needs_answer",
        created_ms=head.created_ms,
        understood=head.understood,
        metric=metric_name(metric) if metric else None,
        sentence=Words(
            zh=f"还差 {count} 个回答才能做计划：{questions[0].zh}",
            en=f"{lacking} missing before this can be planned: {questions[0].en}",
        ),
    )


def record_of(head: Head, inputs: StudyInputs, found: Finding) -> PlanRecord:
    """Return the whole record of a finding."""
    baseline, plan, forecast, lifts = found.baseline, found.plan, found.forecast, found.lifts
    level = None
    if baseline is not None:
        level = baseline.value * baseline.people if inputs.metric.kind == "sum" else baseline.value
    can_launch = found.status in ("ready", "exploration") and plan is not None
    return PlanRecord(
        plan_id=head.plan_id,
        status=found.status,
        created_ms=head.created_ms,
        understood=head.understood,
        sentence=plan_sentence(inputs, found),
        next=None if can_launch else next_step(inputs, found),
        metric=metric_name(inputs.metric),
        readings=readings(inputs.goal, inputs.metric, _readable(level)) if level is not None else (),
        remarks=remarks_of(inputs, found),
        baseline=baseline,
        holdout=_holdout(inputs, plan) if plan else None,
        actions=_actions(inputs, found, plan) if plan else (),
        lift_kind=lifts.kind if lifts else "relative",
        goal_lift=lifts.goal if lifts else None,
        limits=_limits(inputs, plan) if plan else (),
        guarded=tuple(_guarded(each) for each in found.guarded) if found.status == "ready" else (),
        certificate=_certificate(plan) if plan else None,
        forecast=forecast,
        forecast_hash=_frozen(inputs, found) if forecast else "",
        reachable=_reachable(inputs, found) if forecast else None,
        provable=_provable(inputs, found) if forecast and plan else None,
        eligible=found.eligible,
        cost_fen=round(float(plan.arm_cost_fen.sum())) if plan else 0,
        budget_fen=inputs.budget_fen,
        window_days=inputs.window_days,
        missing=head.missing,
        spread=inputs.spread if plan else None,
        schedule=schedule_of(inputs, plan) if plan else (),
        tail_days=inputs.tail_days,
        data_offset=inputs.data_position[0],
        ask_margin=plan is not None and asks_margin(inputs, asked=head.margin_asked),
        curve=_curve(found, plan) if plan and found.curve else None,
        assigned=_assigned(plan, inputs.terms.lead_days) if plan and can_launch else None,
    )


def _guarded(effect: GuardedEffect) -> GuardedOutcome:
    guarded = effect.guarded
    return GuardedOutcome(
        metric=metric_name(guarded.metric),
        comparison=guarded.comparison,
        named=guarded.named,
        effect=effect.effect,
        low=effect.low,
        high=effect.high,
        standing=effect.standing,
        sentence=guarded_told(effect),
    )


def _readable(level: float) -> float:
    """Return a level with as many digits as anybody reads: 20.5%, not 20.492238%."""
    return float(f"{level:.3g}")


def metric_name(metric: Metric) -> MetricName:
    return MetricName(id=metric.id, name=Words(zh=metric.name_zh, en=metric.name_en), unit=metric.unit)


def _holdout(inputs: StudyInputs, plan: Plan) -> HoldoutPlan:
    each_fen = abs(plan.effect) * (inputs.worth.unit_fen if inputs.worth else 0.0)
    if not inputs.wishes.proof:
        share = holdout_share(plan.effect, plan.design.noise, plan.people.count)
        saved = round(each_fen * share * plan.people.count)
        return HoldoutPlan(share=0.0, people=0, cost_fen=0, declined=True, declined_fen=saved)
    return HoldoutPlan(share=plan.share, people=plan.design.held_out, cost_fen=round(each_fen * plan.design.held_out))


def _actions(inputs: StudyInputs, found: Finding, plan: Plan) -> tuple[PlannedAction, ...]:
    order = np.argsort(-plan.arm_people[1:], kind="stable")
    return tuple(_action(inputs, found, plan, int(place)) for place in order.tolist() if plan.arm_people[1 + place] > 0)


def _action(inputs: StudyInputs, found: Finding, plan: Plan, place: int) -> PlannedAction:
    option, arm = plan.menu.options[place], place + 1
    people, cost, effect = int(plan.arm_people[arm]), float(plan.arm_cost_fen[arm]), float(plan.arm_effect[arm])
    lifts = found.lifts
    assert lifts is not None
    lift = effect / lifts.unit
    extra = effect * people
    per_extra = cost / extra if extra > 0 and found.status == "ready" else None
    who, why = trial_who(option, people), None
    if found.status == "ready":
        who = who_text(option, people)
        why = why_text(option, lift_text(lift, lifts, inputs.metric), per_extra, inputs.worth)
    return PlannedAction(
        id=option.id,
        offer=option.offer.id if option.offer else "",
        item=option.item.id if option.item else "",
        channel=option.channel.id,
        people=people,
        cost_fen=round(cost),
        lift=lift,
        label=option_label(option),
        who=who,
        when=when_words(inputs, option),
        why=why,
        reasons=reasons_of(found.drivers.get(arm, ()), inputs.called),
        recommended=recommended_words(plan, place),
    )


def _limits(inputs: StudyInputs, plan: Plan) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    uses = plan.allotment.certificate.uses if plan.allotment else ()
    prices = {use.name: use for use in uses}
    if inputs.budget_fen is not None:
        price = prices[BUDGET].shadow_price if BUDGET in prices else None
        limits.append(_budget_limit(inputs, plan, price))
    limits += [_resource_limit(inputs, plan, use) for use in uses if use.name != BUDGET]
    if plan.allotment is None:
        limits += [_carried_limit(inputs, plan, channel) for channel in inputs.terms.capacity]
    limits += [*lead_limits(inputs, plan), *(_cap_limit(cap) for cap in inputs.goal.caps)]
    return tuple(limits)


def _carried_limit(inputs: StudyInputs, plan: Plan, channel: str) -> Limit:
    """Return what a channel carries and a trial takes of it; nobody is chosen there, so it has no price."""
    name = f"{CAPACITY}{channel}"
    return Limit(
        name=name,
        limit=inputs.terms.capacity[channel],
        used=float(plan.arm_people[1:] @ use_of(name, inputs.options)),
        shadow_price=None,
        unit="messages",
        label=resource_label(name, inputs.options, inputs.called),
        sentence=None,
    )


def _resource_limit(inputs: StudyInputs, plan: Plan, use: ConstraintUse) -> Limit:
    """Return a row of the allocation as a limit: of things whole, what exploration takes included.

    Rows that ask for more are turned, so that used reaches the limit.
    """
    turned = -1.0 if use.limit < 0 else 1.0
    whole = whole_limit(use.name, inputs)
    return Limit(
        name=use.name,
        limit=turned * use.limit if whole is None else whole,
        used=turned * use.used if whole is None else float(plan.arm_people[1:] @ use_of(use.name, inputs.options)),
        shadow_price=use.shadow_price,
        unit="fen" if use.name == RETURN else "messages",
        label=resource_label(use.name, inputs.options, inputs.called),
        sentence=resource_price(use, inputs),
    )


def _cap_limit(cap: TouchCap) -> Limit:
    zh, en = _PERIODS[cap.period]
    return Limit(
        name=f"cap:{cap.touches_max}/{cap.period}",
        limit=float(cap.touches_max),
        used=1.0,
        shadow_price=0.0,
        unit="messages",
        label=Words(zh=f"每人{zh}最多 {cap.touches_max} 次", en=f"At most {cap.touches_max} a person {en}"),
        sentence=Words(zh="这个计划每人只发 1 条", en="This plan sends each person one message"),
    )


_PERIODS = {
    "day": ("每天", "a day"),
    "week": ("每周", "a week"),
    "month": ("每月", "a month"),
    "quarter": ("每季度", "a quarter"),
    "year": ("每年", "a year"),
    "campaign": ("整个活动", "in the campaign"),
}


def _budget_limit(inputs: StudyInputs, plan: Plan, price: float | None) -> Limit:
    more = amount_text((price or 0.0) * 100_000, inputs)
    sentence = None
    if price:
        sentence = Words(zh=f"再加 ¥1,000，大约多 {more.zh}", en=f"One more ¥1,000 would bring about {more.en}")
    return Limit(
        name=BUDGET,
        limit=float(inputs.budget_fen or 0),
        used=float(plan.arm_cost_fen.sum()),
        shadow_price=price,
        unit="fen",
        label=Words(zh="预算", en="Budget"),
        sentence=sentence,
    )


def _certificate(plan: Plan) -> Proof | None:
    if plan.allotment is None:
        return None
    proof = plan.allotment.certificate
    return Proof(bound=proof.bound, value=proof.value, gap=proof.gap)


def _reachable(inputs: StudyInputs, found: Finding) -> Verdict:
    assert found.probability is not None
    need = reachable_need(inputs, found)
    return Verdict(value=found.probability, detectable=0.0, sentence=reachable_sentence(inputs, found), would_need=need)


def _provable(inputs: StudyInputs, found: Finding) -> Verdict:
    plan, lifts = found.plan, found.lifts
    assert plan is not None
    assert lifts is not None
    if not inputs.wishes.proof:
        return Verdict(value=0.0, detectable=0.0, sentence=DECLINED, would_need=None)
    power = plan.design.power(found.prove * lifts.unit)
    return Verdict(
        value=power,
        detectable=abs(plan.design.detectable() / lifts.unit),
        sentence=provable_sentence(inputs, found, power),
        would_need=provable_need(inputs, found) if power < PROOF.power else None,
    )


def _curve(found: Finding, plan: Plan) -> BudgetCurve:
    actions = (NOBODY, *(option.id for option in plan.menu.options))
    return BudgetCurve(actions=actions, points=found.curve)


def _frozen(inputs: StudyInputs, found: Finding) -> str:
    """Return the hash of everything the forecast followed from: goal, data position, terms and the forecast itself."""
    assert found.forecast is not None
    plan = found.plan
    return fingerprint(
        {
            "text": inputs.goal.text,
            "metric": inputs.metric.id,
            "window_days": inputs.window_days,
            "budget_fen": inputs.budget_fen,
            "now_ms": inputs.now_ms,
            "data": list(inputs.data_position),
            "options": [option.id for option in inputs.options],
            "salt": inputs.salt,
            "point": found.forecast.point,
            "i90": list(found.forecast.i90),
            "people": plan.arm_people.tolist() if plan else [],
        }
    )


def _assigned(plan: Plan, lead_days: Mapping[str, int]) -> Assigned:
    """Return the assignment with only those actions that somebody may draw."""
    used = np.flatnonzero(plan.draw.cells.max(axis=0) > 0)
    used = np.union1d([0], used)
    renumbered = np.full(plan.draw.cells.shape[1], -1, dtype=np.int64)
    renumbered[used] = np.arange(used.size)
    options: Sequence[Option] = plan.menu.options
    actions = [Action(id=NOBODY), *(_launched(options[arm - 1], lead_days) for arm in used[1:].tolist())]
    return Assigned(
        columns=pack_columns(
            {
                "profile": plan.people.profile,
                "action": renumbered[plan.draw.arm].astype(np.int16),
                "cell": plan.draw.cell.astype(np.int16),
            }
        ),
        cells=tuple(tuple(float(chance) for chance in row) for row in plan.draw.cells[:, used]),
        actions=tuple(actions),
        labels=(Words(zh="不打扰", en="left alone"), *(option_label(options[arm - 1]) for arm in used[1:].tolist())),
    )


def _launched(option: Option, lead_days: Mapping[str, int]) -> Action:
    return Action(
        id=option.id,
        channel=option.channel.id,
        offer=option.offer.id if option.offer else "",
        item=option.item.id if option.item else "",
        cost_fen=option.channel.cost_fen,
        lead_s=lead_days.get(option.channel.id, 0) * DAY_S,
    )


def summary(record: PlanRecord) -> str:
    """Return one line for a log: what was found, at what cost."""
    return f"{record.plan_id} {record.status} {record.eligible} people {whole_yuan(record.cost_fen)}"
