"""A proposal in words: what falls short, why, what would change, what the trial takes."""

from collections.abc import Mapping

from msgspec import Struct

from liftloop.learn.proposals.change import Change
from liftloop.learn.proposals.evidence import Dimension, Finding
from liftloop.learn.proposals.proposal import Proposal
from liftloop.plan.record import Words

HOUR_S, DAY_S = 3_600, 86_400
_OF: Mapping[Dimension, Words] = {
    "content": Words(zh="内容", en="content"),
    "channel": Words(zh="渠道", en="channel"),
    "hour": Words(zh="发送时间", en="hour of sending"),
    "wait": Words(zh="等待时间", en="wait"),
    "group": Words(zh="人群", en="group"),
}


class Named(Struct, frozen=True, kw_only=True):
    """What values are called that people have named: by dimension and value; others are shown as they are."""

    names: Mapping[tuple[Dimension, str], Words] = {}

    def of(self, dimension: Dimension, value: str) -> Words:
        known = self.names.get((dimension, value))
        if known is not None:
            return known
        match dimension:
            case "hour" if value:
                return Words(zh=f"{int(value)} 点", en=f"{int(value):02d}:00")
            case "hour":
                return Words(zh="随到随发", en="as it comes")
            case "wait":
                return _duration(int(value))
            case _:
                return Words(zh=f"「{value}」", en=f"“{value}”")


def headline(proposal: Proposal) -> Words:
    """Return what falls short."""
    low, high = proposal.whole.bounds()
    source = (
        Words(zh="预期", en="expected")
        if proposal.expected.source == "set"
        else Words(zh="这个渠道其他消息的水平", en="usual for other messages of the channel")
    )
    return Words(
        zh=f"打开率 {proposal.whole.rate:.1%}（十次里有九次在 {low:.1%}～{high:.1%} 之间），"
        f"低于{source.zh} {proposal.expected.rate:.1%}",
        en=f"{proposal.whole.rate:.1%} are opened (nine times out of ten {low:.1%} to {high:.1%}), below the "
        f"{proposal.expected.rate:.1%} {source.en}",
    )


def finding_words(finding: Finding, named: Named) -> Words:
    """Return where answers are lost."""
    kind, value = _OF[finding.dimension], named.of(finding.dimension, finding.value)
    return Words(
        zh=f"{kind.zh}：{value.zh} 发出 {finding.sent:,} 条，打开 {finding.rate:.1%}；其他 {finding.compared:.1%}",
        en=f"{kind.en.capitalize()}: {finding.rate:.1%} of {finding.sent:,} are opened with {value.en}, "
        f"{finding.compared:.1%} with others",
    )


def change_words(change: Change, named: Named) -> Words:
    """Return what would become what."""
    kind = _OF[change.dimension]
    before, after = (named.of(change.dimension, each) for each in (change.before, change.after))
    return Words(
        zh=f"把{kind.zh}从 {before.zh} 改成 {after.zh}", en=f"Change the {kind.en} from {before.en} to {after.en}"
    )


def because(proposal: Proposal, named: Named) -> Words:
    """Return what is known of the changed way, and that it is no effect yet."""
    seen, after = proposal.seen, named.of(proposal.change.dimension, proposal.change.after)
    return Words(
        zh=f"{after.zh} 发出过 {seen.sent:,} 条，打开 {seen.rate:.1%}。这些人不是随机分的，所以先试再说",
        en=f"Of {seen.sent:,} messages with {after.en}, {seen.rate:.1%} were opened. Chance did not draw these people, "
        "so it is tried first",
    )


def trial_words(proposal: Proposal) -> Words:
    """Return what the trial takes."""
    return Words(
        zh=f"批准后，新进入的人一半照旧、一半按新的来，随机分；大约要 {proposal.people:,} 人、{proposal.days} 天",
        en=f"Once approved, half of those who enter go as before and half the changed way, by chance; it takes about "
        f"{proposal.people:,} people and {proposal.days} days",
    )


def _duration(seconds: int) -> Words:
    for size, zh, en in ((DAY_S, "天", "days"), (HOUR_S, "小时", "hours")):
        if seconds >= size:
            return Words(zh=f"{seconds / size:g} {zh}", en=f"{seconds / size:g} {en}")
    return Words(
        zh="马上" if seconds == 0 else f"{seconds / 60:g} 分钟",
        en="at once" if seconds == 0 else f"{seconds / 60:g} minutes",
    )
