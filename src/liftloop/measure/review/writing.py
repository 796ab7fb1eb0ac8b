"""Writes the review: from a report and what else was counted to sections, by rules alone."""

import math
from collections.abc import Sequence

from msgspec import Struct

from liftloop.measure.lift import LiftEstimate
from liftloop.measure.report import NO_RELATIVE, Report
from liftloop.measure.review.document import Bar, Chart, Fact, Note, Review, Section, Table, Tone
from liftloop.measure.review.findings import Done, Findings
from liftloop.measure.review.learned import next_section
from liftloop.measure.review.money import money_section
from liftloop.measure.review.trust import trust_section
from liftloop.measure.review.wording import (
    MetricUnit,
    alike,
    day,
    lift,
    lift_range,
    money,
    money_range,
    people,
    per_person,
    signed_money,
)
from liftloop.measure.substitution import item_words
from liftloop.plan.record import LiftKind, Words

ACTIONS_MAX = 8  # Rows of a table that fits a slide; what fewer people got is added up.
LEDGER_ROWS_MAX = 8  # What fits under a chart; the rest is small and in the app.


class Written(Struct, frozen=True, kw_only=True):
    """What a review is written from: the report, what else was counted, and the shop's zone."""

    report: Report
    findings: Findings
    offset_minutes: int


def review_of(given: Written) -> Review:
    """Return the review of a campaign as of its report."""
    report, findings = given.report, given.findings
    sections = (
        _result(report),
        _did(given),
        *((_groups(report, findings),) if report.difference is not None else ()),
        money_section(report, findings),
        *((_steering(findings),) if findings.steering else ()),
        trust_section(report, findings),
        _ledger(findings),
        next_section(report, findings),
    )
    return Review(
        campaign_id=report.campaign_id,
        plan_id=report.plan_id,
        title=report.goal_text,
        status=report.status,
        verdict=report.verdict,
        headline=report.sentence,
        as_of_ms=report.as_of_ms,
        starts_ms=report.starts_ms,
        ends_ms=report.ends_ms,
        facts=_facts(report, findings),
        sections=sections,
        method=report.method,
    )


def _facts(report: Report, findings: Findings) -> tuple[Fact, ...]:
    unit, kind = report.metric.unit, report.lift_kind
    lifted, kind_told = (report.lift, kind) if report.lift else (report.difference, "points")
    extra = findings.money.extra
    earned = findings.money.sure() and extra is not None
    return (
        Fact(
            label=Words(zh="增量", en="Lift"),
            value=lift(lifted.value, unit, kind_told) if lifted else alike("—"),
            under=lift_range(lifted, unit, kind_told) if lifted else None,
        ),
        Fact(
            label=Words(zh="目标", en="Goal"),
            value=lift(report.goal_lift, unit, kind),
            under=Words(
                zh=f"启动时预测 {lift(report.forecast.point, unit, kind).zh}",
                en=f"forecast at launch {lift(report.forecast.point, unit, kind).en}",
            ),
        ),
        Fact(
            label=Words(zh="花费", en="Spent"),
            value=alike(money(report.spend.spent_fen)),
            under=_of_budget(report),
        ),
        Fact(
            label=_earned_label(findings),
            value=alike(signed_money(extra.value)) if earned and extra else Words(zh="看不清", en="not clear"),
            under=money_range(extra) if extra else None,
        ),
    )


def _earned_label(findings: Findings) -> Words:
    if findings.money.is_margin:
        return Words(zh="多出来的毛利", en="Extra margin")
    return Words(zh="多出来的销售额", en="Extra revenue")


def _of_budget(report: Report) -> Words:
    if report.budget_fen is None:
        return Words(zh=f"预计 {money(report.expected_fen)}", en=f"expected {money(report.expected_fen)}")
    return Words(zh=f"预算 {money(report.budget_fen)}", en=f"of {money(report.budget_fen)}")


def _result(report: Report) -> Section:
    unit, kind = report.metric.unit, report.lift_kind
    forecast, lifted = report.forecast, report.lift
    told: list[Bar] = [
        Bar(
            label=Words(zh="启动时的预测", en="Forecast at launch"),
            value=forecast.point,
            low=forecast.i90[0],
            high=forecast.i90[1],
            text=lift(forecast.point, unit, kind),
        )
    ]
    if lifted is not None:
        tone: Tone = {"better": "good", "worse": "harm"}.get(report.verdict, "decide")  # type: ignore[assignment]
        measured = Bar(
            label=Words(zh="实际测到", en="Measured"),
            value=lifted.value,
            low=lifted.low,
            high=lifted.high if math.isfinite(lifted.high) else None,
            text=_measured_words(lifted, unit, kind),
            tone=tone,
        )
        told.append(measured)
    goal = Bar(label=Words(zh="目标", en="Goal"), value=report.goal_lift, text=lift(report.goal_lift, unit, kind))
    chart = Chart(
        kind="intervals",
        title=Words(zh="启动时的预测，和实际测到的增量", en="The forecast at launch, and the measured lift"),
        unit="lift" if kind == "relative" else "points" if unit == "share" else "number",
        bars=tuple(told),
        mark=goal,
    )
    return Section(
        id="result",
        title=Words(zh="改变了什么", en="What it changed"),
        lead=_against_forecast(report),
        facts=_sides(report),
        chart=chart,
        notes=(
            *(Note(tone="plain", text=report.adjusted) for _ in (1,) if report.adjusted is not None),
            *(Note(tone="plain", text=_no_relative()) for _ in (1,) if report.difference and not report.lift),
            *_of_items(report),
            *(Note(tone="decide", text=report.next) for _ in (1,) if report.next is not None),
        ),
    )


def _measured_words(lifted: LiftEstimate, unit: MetricUnit, kind: LiftKind) -> Words:
    """Return the lift for the chart, where a bar that ends nowhere needs words."""
    value = lift(lifted.value, unit, kind)
    if math.isfinite(lifted.high):
        return value
    between = lift_range(lifted, unit, kind)
    return Words(zh=f"{value.zh}（{between.zh}）", en=f"{value.en} ({between.en})")


def _of_items(report: Report) -> tuple[Note, ...]:
    words = None if report.items is None else item_words(report.items)
    return () if words is None else (Note(tone="plain", text=words),)


def _sides(report: Report) -> tuple[Fact, ...]:
    if report.treated_mean is None or report.held_out_mean is None:
        return ()
    unit = report.metric.unit
    name = report.metric.name
    return (
        Fact(
            label=Words(zh=f"触达组{name.zh}", en=f"{name.en}, treated"),
            value=per_person(report.treated_mean, unit),
            under=people(report.treated),
        ),
        Fact(
            label=Words(zh=f"对照组{name.zh}", en=f"{name.en}, left alone"),
            value=per_person(report.held_out_mean, unit),
            under=people(report.held_out),
        ),
    )


def _no_relative() -> Words:
    return Words(zh=f"{NO_RELATIVE.zh}。", en=f"{NO_RELATIVE.en[0].upper()}{NO_RELATIVE.en[1:]}.")


def _against_forecast(report: Report) -> Words:
    if report.lift is None and report.difference is not None:
        return Words(
            zh="这次说不出相对的增量，和预测只能按每人差多少来比",
            en="No relative lift can be told, so it is compared with the forecast by the difference a person",
        )
    if report.lift is None:
        return Words(
            zh="预测已经冻结，结果出来后放在旁边", en="The forecast is frozen; the result will stand beside it"
        )
    low, high = report.forecast.i90
    if report.forecast.assumed:
        return Words(
            zh="启动时没有可学的数据，预测是假设的范围",
            en="The forecast was an assumed range: there was nothing to learn from",
        )
    if low <= report.lift.value <= high:
        return Words(zh="结果落在启动时预测的范围里", en="The result lies within the range forecast at launch")
    if report.lift.value < low:
        return Words(zh="结果比启动时预测的范围低", en="The result lies below the range forecast at launch")
    return Words(zh="结果比启动时预测的范围高", en="The result lies above the range forecast at launch")


def _did(given: Written) -> Section:
    report, findings = given.report, given.findings
    sent = sum(each.sent for each in findings.done)
    treated, held = report.treated, report.held_out
    lead = Words(
        zh=f"分到活动里的 {treated + held:,} 人中，{held:,} 人有意不触达作对照；一共发出 {sent:,} 条",
        en=f"Of {treated + held:,} people assigned, {held:,} were deliberately left alone; {sent:,} messages went out",
    )
    columns = (
        Words(zh="动作", en="Action"),
        Words(zh="分到的人", en="Assigned"),
        Words(zh="发出", en="Sent"),
        Words(zh="打开", en="Opened"),
        Words(zh="点击", en="Clicked"),
        Words(zh="发送费", en="Send cost"),
    )
    rows = tuple(
        (
            each.label,
            alike(f"{each.people:,}"),
            alike(f"{each.sent:,}"),
            _rate(each.opened, each.sent),
            _rate(each.clicked, each.sent),
            alike(money(each.cost_fen)),
        )
        for each in _largest(findings.done)
    )
    return Section(
        id="did",
        title=Words(zh="做了什么", en="What we did"),
        lead=lead,
        facts=_when(given),
        table=Table(columns=columns, rows=rows) if rows else None,
    )


def _largest(done: Sequence[Done]) -> list[Done]:
    """Return the actions of most people, and all others together as one."""
    if len(done) <= ACTIONS_MAX:
        return list(done)
    shown, rest = list(done[: ACTIONS_MAX - 1]), done[ACTIONS_MAX - 1 :]
    others = Done(
        label=Words(zh=f"其余 {len(rest)} 种", en=f"{len(rest)} others"),
        people=sum(each.people for each in rest),
        sent=sum(each.sent for each in rest),
        opened=sum(each.opened for each in rest),
        clicked=sum(each.clicked for each in rest),
        cost_fen=sum(each.cost_fen for each in rest),
    )
    return [*shown, others]


def _rate(count: int, of: int) -> Words:
    return alike(f"{count / of:.1%}") if of and count else alike("—")


def _when(given: Written) -> tuple[Fact, ...]:
    report, findings, offset = given.report, given.findings, given.offset_minutes
    window = Fact(
        label=Words(zh="活动时间", en="Window"),
        value=alike(f"{day(report.starts_ms, offset)} – {day(report.ends_ms, offset)}"),
    )
    first, last = findings.first_sent_ms, findings.last_sent_ms
    if first is None or last is None:
        return (window,)
    days = (day(first, offset), day(last, offset))
    return (
        window,
        Fact(
            label=Words(zh="发送时间", en="Sent"),
            value=alike(days[0] if days[0] == days[1] else f"{days[0]} – {days[1]}"),
        ),
    )


def _groups(report: Report, findings: Findings) -> Section:
    unit = report.metric.unit
    told = [(group, group.effect) for group in findings.groups if group.effect is not None]
    title = Words(zh="对谁有用", en="For whom")
    few = tuple(
        Note(
            tone="plain",
            text=Words(
                zh=f"「{group.label.zh}」一边不到 30 人，看不出来",
                en=f'"{group.label.en}": under 30 people on a side, not told',
            ),
        )
        for group in findings.groups
        if group.effect is None
    )
    if not told:
        return Section(
            id="groups",
            title=title,
            lead=Words(zh="人太少，分不出组来看", en="Too few people to look at groups"),
            notes=few,
        )
    good = 1.0 if report.goal_lift >= 0 else -1.0
    bars = tuple(
        Bar(
            label=group.label,
            value=effect.value,
            low=effect.low,
            high=effect.high,
            text=lift(effect.value, unit, "points"),
            tone=_tone(effect.low * good, effect.high * good) if good > 0 else _tone(-effect.high, -effect.low),
        )
        for group, effect in told
    )
    best = max(bars, key=lambda bar: bar.value * good)
    worst = min(bars, key=lambda bar: bar.value * good)
    return Section(
        id="groups",
        title=title,
        lead=_groups_lead(best, worst),
        chart=Chart(
            kind="intervals",
            title=Words(
                zh=f"各组人均变化；{len(bars)} 组一起看，十次里有九次所有范围都对",
                en=f"Change per person; the {len(bars)} ranges hold together nine times out of ten",
            ),
            unit="points" if unit == "share" else "fen" if unit == "fen" else "number",
            bars=bars,
        ),
        notes=few,
    )


def _tone(low: float, high: float) -> Tone:
    if low > 0:
        return "good"
    return "harm" if high < 0 else "plain"


def _groups_lead(best: Bar, worst: Bar) -> Words:
    if best.tone == "good":
        gain = Words(
            zh=f"收获最大的是「{best.label.zh}」（{best.text.zh}）",
            en=f'"{best.label.en}" gained most ({best.text.en})',
        )
    else:
        gain = Words(zh="没有哪一组单独看得出变好", en="No single group can be shown to have gained")
    if worst.tone == "harm":
        harm = Words(
            zh=f"「{worst.label.zh}」反而变差（{worst.text.zh}），下次别触达他们",
            en=f'"{worst.label.en}" did worse ({worst.text.en}): leave them alone next time',
        )
    else:
        harm = Words(
            zh=f"最差的一组「{worst.label.zh}」（{worst.text.zh}）也没有看出伤害",
            en=f'the worst, "{worst.label.en}" ({worst.text.en}), shows no harm',
        )
    return Words(zh=f"{gain.zh}；{harm.zh}", en=f"{gain.en}; {harm.en}")


def _steering(findings: Findings) -> Section:
    return Section(
        id="steering",
        title=Words(zh="途中调整带来的", en="What steering added"),
        lead=findings.steering[0],
        points=findings.steering[1:],
    )


def _ledger(findings: Findings) -> Section:
    rows = sorted(findings.ledger, key=lambda row: -row.people)[:LEDGER_ROWS_MAX]
    sent = sum(row.people for row in findings.ledger if row.state == "sent")
    stopped = findings.qualified - sent
    return Section(
        id="ledger",
        title=Words(zh="谁收到了，谁没收到", en="Who was reached, and who was not"),
        lead=Words(
            zh=f"{findings.qualified:,} 人够条件：{sent:,} 人收到，{stopped:,} 人没有，每一个都有原因",
            en=f"{findings.qualified:,} qualified: {sent:,} were reached, {stopped:,} were not, each with a reason",
        ),
        chart=Chart(
            kind="bars",
            title=Words(zh="按原因", en="By reason"),
            unit="people",
            bars=tuple(
                Bar(
                    label=row.label,
                    value=float(row.people),
                    text=people(row.people),
                    tone="good" if row.state == "sent" else "plain",
                    state=row.state,
                    reason=row.reason,
                )
                for row in rows
            ),
        )
        if rows
        else None,
    )
