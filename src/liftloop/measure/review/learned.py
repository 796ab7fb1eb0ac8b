"""What to do next, by rules over what was measured; each sentence names the number that it rests on."""

from liftloop.inference.srm import MISMATCH_BELOW
from liftloop.measure.report import LEAK_SHARE, Report
from liftloop.measure.review.document import Section
from liftloop.measure.review.findings import Findings, GroupEffect
from liftloop.measure.review.money import loses
from liftloop.measure.review.wording import lift, share
from liftloop.plan.record import Words


def next_section(report: Report, findings: Findings) -> Section:
    """Return the section; where the comparison is broken nothing is learned but how to mend it."""
    points = _points(report, findings)
    return Section(
        id="next",
        title=Words(zh="学到什么，下一步", en="What we learned, and what next"),
        lead=points[0],
        points=points[1:],
    )


def _points(report: Report, findings: Findings) -> tuple[Words, ...]:
    if findings.doubts.ratio_p < MISMATCH_BELOW:
        return (
            Words(
                zh="先修好分组，再重做一次：这次的数不能用来做决定",
                en="Mend the assignment and run it again: nothing can be decided on these numbers",
            ),
        )
    if report.difference is None:
        return (Words(zh="等窗口结束再下结论", en="Wait for the window to end before concluding anything"),)
    found = [_whether(report, findings)]
    found += _for_whom(report, findings)
    found += _about_forecast(report)
    if report.spend.leaked() > LEAK_SHARE:
        found.append(
            Words(
                zh=f"{share(report.spend.leaked(), 1)} 的券被没分到的人用掉：下次用一人一码",
                en=f"{share(report.spend.leaked(), 1)} of coupons went to others: use one code a person next time",
            )
        )
    return tuple(found)


def _whether(report: Report, findings: Findings) -> Words:
    match report.verdict:
        case "better" if loses(report, findings):
            return Words(
                zh="有效果，但花的比带来的多：降低面额，或只给效果最大的人，再做一次",
                en="It works but costs more than it brings: lower the offer or keep it for those it moves most",
            )
        case "better":
            return Words(
                zh="有效，可以继续做；继续留对照组，下一次的预测会更准",
                en="It works: go on, and keep holding people out, so that the next forecast is sharper",
            )
        case "worse":
            return Words(
                zh="适得其反，停掉这个做法；换内容、时间或人群，先用一小部分人试",
                en="It backfired: stop it, and try other words, times or people on a few first",
            )
        case _:
            return report.next or Words(
                zh="这次没看出差别：下次让更多人参加，或放长窗口",
                en="No difference was seen: include more people or a longer window next time",
            )


def _for_whom(report: Report, findings: Findings) -> list[Words]:
    good = 1.0 if report.goal_lift >= 0 else -1.0
    told = [group for group in findings.groups if group.effect is not None]
    helped = [group for group in told if _bound(group, good, "low") > 0]
    harmed = [group for group in told if _bound(group, good, "high") < 0]
    unit = report.metric.unit
    found: list[Words] = []
    if helped:
        best = max(helped, key=lambda group: good * (group.effect.value if group.effect else 0.0))
        assert best.effect is not None
        text = lift(best.effect.value, unit, "points")
        found.append(
            Words(
                zh=f"下一次先给「{best.label.zh}」：人均 {text.zh}，是看得清的组里最大的",
                en=f'Start with "{best.label.en}" next time: {text.en} per person, the most of all clear groups',
            )
        )
    found += [
        Words(
            zh=f"下一次别触达「{group.label.zh}」：他们变差了",
            en=f'Leave "{group.label.en}" alone next time: they did worse',
        )
        for group in harmed
    ]
    return found


def _bound(group: GroupEffect, good: float, side: str) -> float:
    assert group.effect is not None
    low, high = sorted((good * group.effect.low, good * group.effect.high))
    return low if side == "low" else high


def _about_forecast(report: Report) -> list[Words]:
    if report.lift is None or report.status != "final":
        return []
    if report.forecast.assumed:
        return [
            Words(
                zh="这次的分组记录可以学习：下一次的预测不再是假设",
                en="This campaign's random assignment can be learned from: the next forecast is no assumption",
            )
        ]
    low, high = report.forecast.i90
    if low <= report.lift.value <= high:
        return []
    return [
        Words(
            zh="这次的预测没说准，已记进预测记分牌；积累够了，后面的范围会按它调整",
            en="The forecast missed; the scorecard has it, and with enough of them later ranges are adjusted",
        )
    ]
