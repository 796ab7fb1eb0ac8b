"""What a campaign cost and brought in; money is claimed only where its own interval leaves zero out."""

from liftloop.measure.lift import LiftEstimate
from liftloop.measure.report import Report
from liftloop.measure.review.document import Bar, Chart, Fact, Note, Section
from liftloop.measure.review.findings import Findings
from liftloop.measure.review.wording import alike, money, money_range, share, signed_money
from liftloop.plan.record import Words

NOT_REVENUE = Words(
    zh="不知道毛利，这里说的是销售额；给商品填上毛利，就能说赚了多少",
    en="Margins are not known, so this is revenue; give items a margin to see what was earned",
)


def return_on_spend(report: Report, findings: Findings) -> LiftEstimate | None:
    """Return (extra - spent) / spent with its interval; None where nothing was spent or the extra is not sure."""
    extra, spent = findings.money.extra, report.spend.spent_fen
    if extra is None or not findings.money.sure() or spent <= 0 or report.difference is None:
        return None
    value, low, high = ((amount - spent) / spent for amount in (extra.value, extra.low, extra.high))
    return LiftEstimate(value=value, low=low, high=high, level=extra.level)


def loses(report: Report, findings: Findings) -> bool:
    """Return whether even the upper end of the extra margin does not pay for what was spent."""
    extra, spent = findings.money.extra, report.spend.spent_fen
    return findings.money.is_margin and extra is not None and report.difference is not None and extra.high < spent


def money_section(report: Report, findings: Findings) -> Section:
    """Return the section: what was paid, what came in beyond what would have, and the return only where it is sure."""
    extra, spend = findings.money.extra, report.spend
    roi = return_on_spend(report, findings)
    what = Words(zh="毛利", en="margin") if findings.money.is_margin else Words(zh="销售额", en="revenue")
    facts = [
        Fact(label=Words(zh="发送费", en="Messages"), value=alike(money(spend.messages_fen))),
        Fact(
            label=Words(zh="券的成本", en="Coupons"),
            value=alike(money(spend.coupons_fen)),
            under=Words(zh=f"核销 {spend.redeemed:,} 张", en=f"{spend.redeemed:,} redeemed"),
        ),
    ]
    if roi is not None:
        facts.append(
            Fact(
                label=Words(zh="投入回报率（ROI）", en="Return on spend (ROI)"),
                value=alike(share(roi.value)),
                under=Words(zh=f"{share(roi.low)}～{share(roi.high)}", en=f"{share(roi.low)} to {share(roi.high)}"),
            )
        )
    return Section(
        id="money",
        title=Words(zh="花了多少，带来多少", en="What it cost and brought in"),
        lead=_lead(report, findings, what),
        facts=tuple(facts),
        chart=_chart(extra, spend.spent_fen, what) if extra is not None and report.difference is not None else None,
        notes=() if findings.money.is_margin else (Note(tone="plain", text=NOT_REVENUE),),
    )


def _lead(report: Report, findings: Findings, what: Words) -> Words:
    extra, spent = findings.money.extra, money(report.spend.spent_fen)
    if extra is None or report.difference is None:
        return Words(zh=f"花了 {spent}；带来多少还说不准", en=f"{spent} was spent; what it brought cannot be told yet")
    between = money_range(extra)
    if loses(report, findings):
        return Words(
            zh=f"花了 {spent}，多带来的{what.zh}最多 {money(extra.high)}，不够本（十次里有九次在 {between.zh} 之间）",
            en=f"{spent} was spent and at most {money(extra.high)} of extra {what.en} came in, which does not pay "
            f"(nine times out of ten {between.en})",
        )
    if not findings.money.sure():
        return Words(
            zh=f"花了 {spent}；多出来的{what.zh}还看不清（十次里有九次在 {between.zh} 之间），所以不算回报率",
            en=f"{spent} was spent; the extra {what.en} is not clear (nine times out of ten {between.en}), "
            "so no return is claimed",
        )
    return Words(
        zh=f"花了 {spent}，多带来{what.zh} {signed_money(extra.value)}（十次里有九次在 {between.zh} 之间）",
        en=f"{spent} spent, {signed_money(extra.value)} of extra {what.en} (nine times out of ten {between.en})",
    )


def _chart(extra: LiftEstimate, spent_fen: int, what: Words) -> Chart:
    return Chart(
        kind="intervals",
        title=Words(zh=f"花费与多出来的{what.zh}", en=f"Spend beside extra {what.en}"),
        unit="fen",
        bars=(
            Bar(label=Words(zh="花费", en="Spent"), value=float(spent_fen), text=alike(money(spent_fen))),
            Bar(
                label=Words(zh=f"多出来的{what.zh}", en=f"Extra {what.en}"),
                value=extra.value,
                low=extra.low,
                high=extra.high,
                text=alike(signed_money(extra.value)),
                tone="good" if extra.low > 0 else "harm" if extra.high < 0 else "decide",
            ),
        ),
    )
