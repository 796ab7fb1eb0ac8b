"""From what planning keeps to what the app shows: nothing is computed here, only said in the words of the API."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from liftloop.api.views import plan as views_plan
from liftloop.api.views import values as views
from liftloop.plan.forecast import Forecast
from liftloop.plan.goal.contract import Question, Reading, Remark, Understood
from liftloop.plan.notices import Notice
from liftloop.plan.options import Words
from liftloop.plan.record import (
    GuardedOutcome,
    HoldoutPlan,
    Limit,
    MetricName,
    MissingThing,
    PlannedAction,
    PlannedPhase,
    PlanRecord,
    Verdict,
)
from liftloop.plan.whatif import BudgetPoint, at_budget
from liftloop.plan.writing.timed import waves_sentence
from liftloop.profile.metric import Metric

SHANGHAI_OFFSET_MINUTES = 8 * 60


def plan_view(record: PlanRecord, campaign_id: str | None, notices: Sequence[Notice] = ()) -> views_plan.Plan:
    """Return the plan as the API shows it; `campaign_id` once it was launched, `notices` of what changed since."""
    return views_plan.Plan(
        plan_id=record.plan_id,
        status=record.status,
        understood=understood_view(record.understood, record.metric, record.readings),
        questions=[question_view(question) for question in record.understood.questions],
        baseline=_baseline(record),
        diagnosis=_diagnosis(record),
        holdout=_holdout(record.holdout) if record.holdout else None,
        actions=[_action(action) for action in record.actions],
        lift_kind=record.lift_kind,
        goal_lift=record.goal_lift,
        constraints=[_constraint(limit) for limit in record.limits],
        guarded=[_guarded(each) for each in record.guarded],
        certificate=_certificate(record),
        forecast=forecast_view(record.forecast, record.forecast_hash) if record.forecast else None,
        reachable=_reachable(record.reachable) if record.reachable else None,
        provable=_provable(record.provable) if record.provable else None,
        sentence=text(record.sentence),
        remarks=[text(remark) for remark in record.remarks],
        next=text(record.next) if record.next else None,
        eligible=record.eligible,
        cost=record.cost_fen,
        missing=[_missing(missing) for missing in record.missing],
        phases=[_phase(phase) for phase in record.schedule],
        waves=text(waves) if (waves := waves_sentence(record)) else None,
        notices=[views_plan.PlanNotice(id=each.id, stops=each.stops, sentence=text(each.sentence)) for each in notices],
        ask_margin=record.ask_margin,
        created_at=instant(record.created_ms),
        campaign_id=campaign_id,
    )


def _guarded(outcome: GuardedOutcome) -> views_plan.GuardedOutcome:
    return views_plan.GuardedOutcome(
        metric=metric_view(outcome.metric),
        comparison=outcome.comparison,
        named=outcome.named,
        effect=outcome.effect,
        i90=[outcome.low, outcome.high],
        standing=outcome.standing,
        sentence=text(outcome.sentence),
    )


def plan_row(record: PlanRecord, campaign_id: str | None) -> views_plan.PlanRow:
    """Return the plan's line in the list of plans."""
    return views_plan.PlanRow(
        plan_id=record.plan_id,
        status=record.status,
        text=record.understood.goal.text,
        sentence=text(record.sentence),
        created_at=instant(record.created_ms),
        campaign_id=campaign_id,
    )


def reading_view(understood: Understood, metric: Metric | None) -> views_plan.Reading:
    """Return what a sentence means so far, while it is typed."""
    name = None
    if metric is not None:
        name = MetricName(id=metric.id, name=Words(zh=metric.name_zh, en=metric.name_en), unit=metric.unit)
    return views_plan.Reading(
        understood=understood_view(understood, name, ()),
        questions=[question_view(question) for question in understood.questions],
    )


def understood_view(
    understood: Understood, metric: MetricName | None, readings: Sequence[Reading]
) -> views_plan.Understood:
    """Return how a sentence was read."""
    goal = understood.goal
    return views_plan.Understood(
        text=goal.text,
        said=views.Text(zh=understood.said_zh, en=understood.said_en),
        chips=[
            views_plan.Chip(
                field=chip.field,
                label=views.Text(zh=chip.zh, en=chip.en),
                spans=[[start, end] for start, end in chip.spans],
            )
            for chip in understood.chips
        ],
        assumed=[_remark(remark) for remark in understood.assumed],
        notes=[_remark(remark) for remark in understood.notes],
        unread=[span.text for span in understood.unread],
        answers=dict(understood.answers),
        metric=metric_view(metric) if metric else None,
        direction=goal.direction,
        size=goal.size,
        size_kind=goal.size_kind,
        against=goal.against,
        window_days=goal.window_days,
        budget=goal.budget_fen,
        readings=[
            views_plan.SizeReading(
                size_kind=reading.size_kind, chosen=reading.chosen, sentence=views.Text(zh=reading.zh, en=reading.en)
            )
            for reading in readings
        ],
    )


def question_view(question: Question) -> views_plan.Question:
    return views_plan.Question(
        id=question.id,
        text=views.Text(zh=question.zh, en=question.en),
        choices=[
            views_plan.Choice(value=choice.value, label=views.Text(zh=choice.zh, en=choice.en))
            for choice in question.choices
        ],
        open=question.open,
    )


def metric_view(metric: MetricName) -> views.MetricRef:
    return views.MetricRef(id=metric.id, name=text(metric.name), unit=metric.unit)


def what_if_view(record: PlanRecord, budget_fen: int | None) -> views_plan.WhatIf:
    """Return what other budgets would lead to, and what `budget_fen` would."""
    curve = record.curve
    if curve is None:
        return views_plan.WhatIf(actions=[], points=[], at=None)
    at = None if budget_fen is None else _budget_point(at_budget(curve.points, budget_fen))
    return views_plan.WhatIf(actions=list(curve.actions), points=[_budget_point(each) for each in curve.points], at=at)


def _budget_point(point: BudgetPoint) -> views_plan.BudgetPoint:
    told = point.told
    return views_plan.BudgetPoint(
        budget=point.budget_fen,
        cost=point.cost_fen,
        people=point.people,
        actions=list(point.by_action),
        point=told.point,
        i90=[told.low, told.high],
        probability=told.probability,
        power=told.power,
        shadow_price=point.price,
    )


def forecast_view(forecast: Forecast, frozen: str) -> views_plan.Forecast:
    return views_plan.Forecast(
        point=forecast.point,
        i50=list(forecast.i50),
        i80=list(forecast.i80),
        i90=list(forecast.i90),
        hash=frozen,
        assumed=forecast.assumed,
    )


def text(words: Words) -> views.Text:
    return views.Text(zh=words.zh, en=words.en)


def instant(at_ms: int) -> datetime:
    """Return an instant with the zone of the shop."""
    zone = timezone(timedelta(minutes=SHANGHAI_OFFSET_MINUTES))
    return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(zone)


def _remark(remark: Remark) -> views_plan.Remark:
    return views_plan.Remark(id=remark.id, text=views.Text(zh=remark.zh, en=remark.en))


def _baseline(record: PlanRecord) -> views_plan.Baseline | None:
    known = record.baseline
    if known is None:
        return None
    return views_plan.Baseline(
        value=known.value,
        low=known.low,
        high=known.high,
        people=known.people,
        sentence=text(record.diagnosed[0]) if record.diagnosed else None,
    )


def _diagnosis(record: PlanRecord) -> views_plan.Diagnosis | None:
    found = record.diagnosis
    if found is None:
        return None
    return views_plan.Diagnosis(
        sentence=text(record.diagnosed[0]),
        now=found.now,
        before=found.before,
        change_low=found.change_low,
        change_high=found.change_high,
        people=found.people,
        looked=found.looked,
        parts=[
            views_plan.DiagnosisPart(
                kind=part.kind,
                name=text(part.name),
                sentence=text(said),
                people=part.people,
                value=part.value,
                compared=part.compared,
                low=part.low,
                high=part.high,
                contribution=part.contribution,
                where=dict(part.tree),
            )
            for part, said in zip(found.parts, record.diagnosed[1:], strict=True)
        ],
        steps=[
            views_plan.DiagnosisStep(name=text(step.name), now=step.now, before=step.before) for step in found.steps
        ],
    )


def _holdout(holdout: HoldoutPlan) -> views_plan.Holdout:
    return views_plan.Holdout(
        share=holdout.share,
        people=holdout.people,
        cost=holdout.cost_fen,
        declined=holdout.declined,
        declined_cost=holdout.declined_fen,
    )


def _phase(phase: PlannedPhase) -> views_plan.PlanPhase:
    return views_plan.PlanPhase(
        name=phase.name,
        label=text(phase.label),
        purpose=text(phase.purpose),
        from_hours=phase.from_s / 3_600,
        hours=phase.over_s / 3_600,
        people=phase.people,
        cost=phase.cost_fen,
        hero=text(phase.hero) if phase.hero else None,
        series=text(phase.series) if phase.series else None,
        format=text(phase.format) if phase.format else None,
    )


def _action(action: PlannedAction) -> views_plan.PlanAction:
    return views_plan.PlanAction(
        id=action.id,
        offer=action.offer or None,
        item=action.item or None,
        channel=action.channel,
        people=action.people,
        cost=action.cost_fen,
        lift=action.lift,
        label=text(action.label),
        who=text(action.who) if action.who else None,
        when=text(action.when) if action.when else None,
        why=text(action.why) if action.why else None,
        reasons=[text(reason) for reason in action.reasons],
        recommended=text(action.recommended) if action.recommended else None,
    )


def _constraint(limit: Limit) -> views_plan.Constraint:
    return views_plan.Constraint(
        name=limit.name,
        limit=limit.limit,
        used=limit.used,
        shadow_price=limit.shadow_price,
        unit=limit.unit,
        label=text(limit.label),
        sentence=text(limit.sentence) if limit.sentence else None,
    )


def _certificate(record: PlanRecord) -> views_plan.Certificate | None:
    proof = record.certificate
    return views_plan.Certificate(bound=proof.bound, value=proof.value, gap=proof.gap) if proof else None


def _reachable(verdict: Verdict) -> views_plan.Reachable:
    return views_plan.Reachable(
        probability=verdict.value,
        sentence=text(verdict.sentence),
        would_need=text(verdict.would_need) if verdict.would_need else None,
    )


def _provable(verdict: Verdict) -> views_plan.Provable:
    return views_plan.Provable(
        power=verdict.value,
        detectable=verdict.detectable,
        sentence=text(verdict.sentence),
        would_need=text(verdict.would_need) if verdict.would_need else None,
    )


def _missing(missing: MissingThing) -> views_plan.Missing:
    return views_plan.Missing(
        label=text(missing.label), lead_days=missing.lead_days, blocks_launch=missing.blocks_launch
    )
