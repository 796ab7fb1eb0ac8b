"""Writes the return on spend as the API shows it, and as rows of a file."""

import csv
import io
from collections.abc import Iterator, Sequence

from liftloop.api.present.words import text
from liftloop.api.views import results_money as views
from liftloop.app.results.platforms import channel_said
from liftloop.app.results.spend import SpendAsked, SpendDay, SpendFound
from liftloop.app.words import Said
from liftloop.kernel.money import yuan_text
from liftloop.measure.report import Report
from liftloop.measure.return_on_spend import Amounts, Node

MISSING_SHOWN = 3
_ROI = 12
_LEVELS = ("channel", "campaign", "ad_group", "keyword")
_COLUMNS = "level channel campaign ad_group keyword cost impressions clicks touches conversions newcomers value roi cac"


def spend_view(asked: SpendAsked, found: SpendFound, own: Sequence[Report]) -> views.SpendView:
    return views.SpendView(
        **{"from": asked.period.first},
        counted=None,
        to=asked.period.last,
        basis=asked.basis,
        model=asked.model,
        currency=found.currency,
        sentence=text(_sentence(asked, found)),
        warnings=[text(each) for each in _warnings(found)],
        margin_known=found.margin_known,
        nodes=[_node(each, found) for each in found.nodes],
        untouched=amounts(found.untouched),
        total=amounts(found.total).model_copy(update={"roi": None}),
        own=[_own(each) for each in own],
    )


def amounts(found: Amounts) -> views.SpendAmounts:
    cac = found.cost_of_newcomer_fen()
    return views.SpendAmounts(
        cost=round(found.cost_fen),
        impressions=found.impressions,
        clicks=found.clicks,
        touches=found.touches,
        conversions=found.conversions,
        newcomers=found.newcomers,
        value=round(found.value_fen),
        roi=found.roi(),
        cac=None if cac is None else round(cac),
    )


def days_view(days: Sequence[SpendDay], key: Sequence[str]) -> views.SpendDays:
    """Return the imported rows of a line and of what is below it."""
    rows = [each for each in days if each.key[: len(key)] == tuple(key)]
    return views.SpendDays(
        days=[
            views.SpendDayRow(
                day=each.day,
                key=list(each.key),
                cost=round(each.cost_fen),
                impressions=each.impressions,
                clicks=each.clicks,
                replaced=each.replaced,
            )
            for each in sorted(rows, key=lambda each: (each.day, each.key))
        ]
    )


def csv_text(found: SpendFound) -> str:
    """Return a row for each node and two for the rest and the whole, money in units; a sheet program reads it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS.split())
    for node in found.nodes:
        for each in _walked(node):
            writer.writerow(_row(_LEVELS[len(each.key) - 1], each.key, each.amounts))
    writer.writerow(_row("untouched", (), found.untouched))
    total = _row("total", (), found.total)
    total[_ROI] = ""  # Of all orders, those without a touch too: no return of the ads.
    writer.writerow(total)
    return "\ufeff" + out.getvalue()  # The mark by which Excel knows UTF-8.


def _walked(node: Node) -> Iterator[Node]:
    yield node
    for each in node.below:
        yield from _walked(each)


def _row(level: str, key: tuple[str, ...], found: Amounts) -> list[str]:
    roi, cac = found.roi(), found.cost_of_newcomer_fen()
    numbers = (found.cost_fen / 100, found.impressions, found.clicks, found.touches, found.conversions)
    rest = (found.newcomers, found.value_fen / 100, roi, None if cac is None else cac / 100)
    names = [_harmless(part) for part in (*key, *("",) * (4 - len(key)))]
    return [level, *names, *("" if number is None else f"{number:.4f}" for number in (*numbers, *rest))]


def _harmless(name: str) -> str:
    """Return a name that a sheet program does not take for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" and name else name


def _node(node: Node, found: SpendFound) -> views.SpendNode:
    gone = found.missing.get((node.key[0], node.key[1]), ()) if len(node.key) == 2 else ()
    name = channel_said(node.key[0]) if len(node.key) == 1 else _named(node.key[-1])
    return views.SpendNode(
        key=list(node.key),
        name=text(name),
        amounts=amounts(node.amounts),
        missing_days=list(gone),
        below=[_node(each, found) for each in node.below],
    )


def _named(name: str) -> Said:
    return Said(name, name) if name else Said("（没有细分）", "(not told apart)")


def _sentence(asked: SpendAsked, found: SpendFound) -> Said:
    what = Said("毛利", "margin") if asked.basis == "margin" else Said("收入", "revenue")
    spent = [node.amounts for node in found.nodes if node.amounts.cost_fen > 0]
    cost, value = sum(each.cost_fen for each in spent), sum(each.value_fen for each in spent)
    if not spent:
        return Said("这段时间没有导入广告花费", "No ad spend was imported for these days")
    return Said(
        f"花了 {yuan_text(round(cost))}，归因到 {yuan_text(round(value))} {what.zh}（是归因，不是增量）",
        f"{yuan_text(round(cost))} spent, {yuan_text(round(value))} of {what.en} attributed (attributed, not caused)",
    )


def _warnings(found: SpendFound) -> list[Said]:
    said: list[Said] = []
    if found.missing:
        those = sorted(found.missing.items(), key=lambda each: -len(each[1]))
        named = [f"{channel_said(channel).zh} {name}".strip() for (channel, name), _ in those[:MISSING_SHOWN]]
        count = sum(len(days) for days in found.missing.values())
        more = "等" if len(those) > MISSING_SHOWN else ""
        said.append(
            Said(
                f"{len(those)} 个计划缺花费，共 {count} 天（{'、'.join(named)}{more}），成本偏低",
                f"{len(those)} campaigns lack spend, {count} days in all ({', '.join(named)}): the cost reads too low",
            )
        )
    if found.replaced:
        said.append(
            Said(
                f"{found.replaced:,} 行花费后来又导入过，只算最新的一次",
                f"{found.replaced:,} rows of spend were imported again later; only the newest count",
            )
        )
    if found.twofold:
        named = [f"{channel_said(channel).zh} {name}".strip() for channel, name in found.twofold[:MISSING_SHOWN]]
        said.append(
            Said(
                f"{'、'.join(named)} 同一天既有计划的花费又有单元的花费，可能算了两遍",
                f"{', '.join(named)} has spend both as a whole and by group on one day: perhaps counted twice",
            )
        )
    if found.margin_known is not None and found.margin_known < 1:
        said.append(
            Said(
                f"只有 {found.margin_known:.0%} 的收入知道毛利，其余按 0 算",
                f"The margin of only {found.margin_known:.0%} of the revenue is known; the rest counts as 0",
            )
        )
    return said


def _own(report: Report) -> views.OwnCampaign:
    """Return a campaign's cost and what was more than in its holdout, where that was shown."""
    lift, cost = report.difference, float(report.spend.spent_fen)
    shown = lift is not None and not lift.low <= 0 <= lift.high
    more = [each * report.treated for each in (lift.value, lift.low, lift.high)] if lift and shown else None
    money = more is not None and report.metric.unit == "fen" and cost > 0
    return views.OwnCampaign(
        campaign_id=report.campaign_id,
        goal=report.goal_text,
        cost=round(cost),
        unit=report.metric.unit,
        incremental=more,
        roi=[(each - cost) / cost for each in more] if more is not None and money else None,
        sentence=text(Said(report.sentence.zh, report.sentence.en)),
    )
