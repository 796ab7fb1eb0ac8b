"""May the comparison be believed: sides of the planned sizes, nobody on both, nobody reached who was held out."""

from liftloop.inference.srm import MISMATCH_BELOW
from liftloop.measure.report import LEAK_SHARE, Report
from liftloop.measure.review.document import Fact, Note, Section, Tone
from liftloop.measure.review.findings import Findings
from liftloop.measure.review.wording import alike, people, share
from liftloop.plan.record import Words

SMALL = 200  # Two sides of this size show a change of thirteen points at a rate of one half, hardly a real campaign's.


def trust_section(report: Report, findings: Findings) -> Section:
    """Return the section: each check with its number, and a warning with what would mend it where one fails."""
    notes = _notes(report, findings)
    worst: Tone = "good"
    for note in notes:
        worst = note.tone if note.tone == "harm" or worst == "good" else worst
    lead = {
        "good": Words(zh="两边可比，结果可信", en="The sides can be compared; the result can be believed"),
        "decide": Words(
            zh="两边基本可比，但下面几点会让结果偏一点",
            en="The sides can be compared, but what follows may bend the result a little",
        ),
    }.get(worst, Words(zh="两边不可比，这次的结果不能信", en="The sides cannot be compared; do not believe the result"))
    return Section(
        id="trust",
        title=Words(zh="可不可信", en="Can it be believed"),
        lead=lead,
        facts=_facts(report, findings),
        notes=notes,
    )


def _facts(report: Report, findings: Findings) -> tuple[Fact, ...]:
    doubts = findings.doubts
    total = report.treated + report.held_out
    return (
        Fact(
            label=Words(zh="对照组占比", en="Held out"),
            value=alike(share(report.held_out / total, 1)) if total else alike("—"),
            under=_luck(doubts.ratio_p),
        ),
        Fact(
            label=Words(zh="被分到两组的人", en="Assigned twice"),
            value=people(doubts.assigned_twice),
            under=Words(
                zh=f"其中 {doubts.mixed_sides:,} 人两边都占", en=f"{doubts.mixed_sides:,} of them on both sides"
            ),
        ),
        Fact(
            label=Words(zh="对照组里被营销消息碰到的人", en="Held out, yet reached"),
            value=people(doubts.exposed),
            under=Words(
                zh=f"另有 {doubts.transactional:,} 人只收到交易通知，不算",
                en=f"{doubts.transactional:,} more got transactional messages only, which do not count",
            ),
        ),
        Fact(
            label=Words(zh="没分到的人用掉的券", en="Coupons in other hands"),
            value=alike(share(report.spend.leaked(), 1)),
            under=Words(zh=f"{report.spend.by_others:,} 张", en=f"{report.spend.by_others:,} coupons"),
        ),
    )


def _luck(p_value: float) -> Words:
    if p_value < MISMATCH_BELOW:
        return Words(zh="光凭运气几乎不会这么偏", en="luck alone hardly ever does this")
    return Words(zh="和计划的比例对得上", en="fits the planned share")


def _notes(report: Report, findings: Findings) -> tuple[Note, ...]:
    doubts, notes = findings.doubts, list[Note]()
    if doubts.ratio_p < MISMATCH_BELOW:
        notes.append(
            Note(
                tone="harm",
                text=Words(
                    zh="两边的人数和计划的比例对不上：查查有没有人绕过分组发消息，或导入时丢了一边的人，再重做",
                    en="The sides do not have their planned sizes: look for messages sent round the assignment, "
                    "or people lost on one side, and run it again",
                ),
            )
        )
    notes += [Note(tone="decide", text=warning) for warning in report.warnings]
    if doubts.exposed > LEAK_SHARE * max(report.held_out, 1):
        notes.append(
            Note(
                tone="decide",
                text=Words(
                    zh=f"对照组里有 {doubts.exposed:,} 人收到了这个活动的营销消息，增量会偏低；"
                    "先查清他们是怎么收到的，再用干净的对照组做下一次",
                    en=f"{doubts.exposed:,} held-out people got marketing messages of this campaign, so the lift reads "
                    "too low; find out how, and hold out afresh next time",
                ),
            )
        )
    if 0 < report.held_out < SMALL or 0 < report.treated < SMALL:
        notes.append(
            Note(
                tone="decide",
                text=Words(
                    zh="一边的人很少，只能看出很大的变化；下次让更多人参加，或放长窗口",
                    en="One side is small, so only large changes can be seen; include more people or a longer window",
                ),
            )
        )
    return tuple(notes)
