"""Writes retention, lifetime value, attribution and the return on spend as the API shows them, with their sentences."""

from liftloop.api.present.results import group_name, share
from liftloop.api.present.words import text
from liftloop.api.views import results_money as views
from liftloop.app.results.asking import shop_day
from liftloop.app.results.attribution import AttributionAsked, AttributionFound
from liftloop.app.results.lifetime import LifetimeAsked, LifetimeFound, LifetimeGroup
from liftloop.app.results.platforms import channel_said
from liftloop.app.results.retention import RetentionFound
from liftloop.app.words import Said
from liftloop.kernel.money import yuan_text
from liftloop.measure.attribution import MODELS, between_models, far_apart
from liftloop.measure.cohorts import CurvePoint, Grain, first_day

_GRAINS: dict[Grain, Said] = {"day": Said("天", "day"), "week": Said("周", "week"), "month": Said("个月", "month")}


def retention_view(found: RetentionFound) -> views.RetentionView:
    return views.RetentionView(
        grain=found.grain,
        known_until=shop_day(found.known_until_ms),
        sentence=text(_retention_sentence(found)),
        cohorts=[
            views.RetentionCohort(
                bucket=each.bucket,
                first_day=first_day(each.bucket, found.grain),
                people=each.people,
                may_be_older=each.bucket == found.oldest,
                cells=[
                    views.RetentionCell(
                        age=cell.age,
                        people=cell.people,
                        share=share(cell.people, each.people),
                        amount=round(cell.amount),
                        running=cell.running,
                    )
                    for cell in each.cells
                ],
            )
            for each in found.cohorts
        ],
        curve=[
            views.RetentionPoint(
                age=each.age,
                people=each.people,
                of=each.of,
                share=each.share,
                interval=[each.low, each.high],
                amount_share=each.amount / each.amount_first if each.amount_first > 0 else None,
            )
            for each in found.curve
        ],
    )


def _retention_sentence(found: RetentionFound) -> Said:
    grain = _GRAINS[found.grain]
    told = next((each for each in found.curve if each.age == 1), None)
    if not any(each.people for each in found.cohorts):
        return Said("这段时间没有人开始", "Nobody began in these days")
    if told is None:
        return Said("时间还短，没有一格是完整的", "It is too early: no cell is whole yet")
    last = _last_apart(found.curve)
    zh = f"100 个新人里，{_hundred(told.share)} 个在第 1 {grain.zh}回来"
    en = f"Of 100 who begin, {_hundred(told.share)} come back in {grain.en} 1"
    if last.age > 1:
        zh += f"，{_hundred(last.share)} 个在第 {last.age} {grain.zh}"
        en += f", {_hundred(last.share)} in {grain.en} {last.age}"
    return Said(zh, en)


def _last_apart(points: tuple[CurvePoint, ...]) -> CurvePoint:
    """Return the oldest point that rests on at least a tenth of the people of the youngest."""
    return [each for each in points if each.of * 10 >= points[0].of][-1]


def _hundred(part: float) -> str:
    return f"{part * 100:.0f}" if part >= 0.1 or part == 0 else f"{part * 100:.1f}"


def lifetime_view(asked: LifetimeAsked, found: LifetimeFound) -> views.LifetimeView:
    test = found.backtest
    return views.LifetimeView(
        horizon_days=asked.horizon_days,
        basis="margin" if asked.margin else "revenue",
        known_until=shop_day(found.known_until_ms),
        sentence=text(_lifetime_sentence(asked, found)),
        model=found.model,
        backtest=None
        if test is None
        else views.BacktestView(
            days=test.days, people=test.people, forecast=round(test.forecast_fen), came=round(test.came_fen)
        ),
        margin_known=found.margin_known,
        spend=round(found.spend_fen),
        whole=_lifetime_row(found.whole),
        months=[_lifetime_row(each) for each in found.months],
        groups=[_lifetime_row(each) for each in found.groups],
        curve=[
            views.LifetimePoint(days=each.days, people=each.people, value=round(each.value_fen)) for each in found.curve
        ],
    )


def _lifetime_row(line: LifetimeGroup) -> views.LifetimeRow:
    return views.LifetimeRow(
        place=line.place,
        group=group_name(line.group),
        people=line.worth.people,
        realised=round(line.worth.realised_fen),
        expected=round(line.worth.expected_fen),
        value=round(line.worth.value_fen),
        interval=[line.worth.low_fen, line.worth.high_fen],
        whole=line.worth.whole,
        cac=None if line.cac_fen is None else round(line.cac_fen),
        payback_days=line.payback_days,
    )


def _lifetime_sentence(asked: LifetimeAsked, found: LifetimeFound) -> Said:
    what = Said("毛利", "margin") if asked.margin else Said("收入", "revenue")
    if not found.whole.worth.people:
        return Said("这段时间没有新买家", "Nobody first bought in these days")
    low, high = yuan_text(round(found.whole.worth.low_fen)), yuan_text(round(found.whole.worth.high_fen))
    value = yuan_text(round(found.whole.worth.value_fen))
    if not found.model and not found.whole.worth.whole:
        so_far = yuan_text(round(found.whole.worth.realised_fen))
        return Said(
            f"一个新买家到现在平均带来 {so_far} {what.zh}；回头的人太少，后面的还不能预测",
            f"A new buyer has brought {so_far} of {what.en} so far; too few came back to forecast the rest",
        )
    return Said(
        f"一个新买家 {asked.horizon_days} 天平均带来 {value} {what.zh}（十次里有九次在 {low}～{high} 之间）",
        f"A new buyer brings {value} of {what.en} in {asked.horizon_days} days (nine times in ten {low} to {high})",
    )


def attribution_view(asked: AttributionAsked, found: AttributionFound) -> views.AttributionView:
    return views.AttributionView(
        **{"from": asked.period.first},
        counted=None,
        to=asked.period.last,
        sentence=text(_attribution_sentence(found)),
        conversions=found.conversions,
        untouched=found.untouched,
        value=None if found.value_fen is None else round(found.value_fen),
        disagreement=found.models.disagreement,
        disagree=far_apart(found.models),
        shapley_exact=found.models.exact,
        unit=found.money.unit if found.money.scaled else "",
        total=None if found.money.total is None else list(found.money.total),
        why_no_amounts=text(found.money.reason),
        channels=[_channel(asked, found, place) for place in range(len(found.channels))],
    )


def _channel(asked: AttributionAsked, found: AttributionFound, place: int) -> views.AttributedChannel:
    channel = found.channels[place]
    least, most = between_models(found.models, place)
    name = Said(f"其他 {channel.others} 个来源", f"{channel.others} other sources")
    return views.AttributedChannel(
        place=place,
        key=channel.source.channel,
        name=text(name if channel.others else channel_said(channel.source.channel)),
        campaign=channel.source.campaign,
        action=channel.source.ad_group if asked.campaign else "",
        others=channel.others,
        touches=channel.touches,
        conversions=channel.conversions,
        credits=[_credit(found, number, place) for number in range(len(MODELS))],
        least=least,
        most=most,
    )


def _credit(found: AttributionFound, model: int, place: int) -> views.Credit:
    shares = found.models.shares[model]
    scaled = found.money.scaled[model] if found.money.scaled else None
    return views.Credit(
        model=shares.model,
        share=float(shares.share[place]),
        amount=None if scaled is None else float(scaled.amount[place]),
        interval=None if scaled is None else [float(scaled.low[place]), float(scaled.high[place])],
    )


def _attribution_sentence(found: AttributionFound) -> Said:
    touched = found.conversions - found.untouched
    if not found.conversions:
        return Said("这段时间没有转化", "There are no conversions in these days")
    if not touched:
        return Said(
            f"{found.conversions:,} 次转化之前都没有看到触点", f"None of {found.conversions:,} conversions has a touch"
        )
    first = max(range(len(found.channels)), key=lambda place: _middle(found, place))
    channel = found.channels[first]
    named = channel_said(channel.source.channel) if not channel.others else Said("其他来源", "other sources")
    least, most = between_models(found.models, first)
    return Said(
        f"分给「{named.zh}」的最多：各模型给 {least:.0%}～{most:.0%}"
        + ("，模型之间差得很远，别只信一个" if far_apart(found.models) else ""),
        f"Most goes to {named.en}: {least:.0%} to {most:.0%} by model"
        + ("; the models are far apart, do not trust one alone" if far_apart(found.models) else ""),
    )


def _middle(found: AttributionFound, place: int) -> float:
    return sum(float(each.share[place]) for each in found.models.shares)
