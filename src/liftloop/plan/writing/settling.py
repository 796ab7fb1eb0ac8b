"""What would settle a trial: how many more people and days it takes until the log tells what it cannot tell now."""

import math

from msgspec import Struct

from liftloop.inference.intervals import z_one_sided
from liftloop.plan.exploration import ARM_LIFT_WANTED
from liftloop.plan.finding import Finding
from liftloop.plan.forecast import PROOF
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.options import Words
from liftloop.plan.policy.selection import CLAIM, Evidence
from liftloop.plan.writing.sentences import lift_text

HINT_INTERVAL = 0.9
RULES = 2  # The two rules that ask share the error (Bonferroni), as at the gate.
ROUNDS_MAX = 12
"""Beyond a dozen trials nobody waits: then it takes another option or a larger shop."""


class Need(Struct, frozen=True, kw_only=True):
    """So many more people, of whom a trial has `tried`, each trial taking `days` until its outcomes are in."""

    people: int
    tried: int
    days: int

    @property
    def rounds(self) -> int:
        return max(1, math.ceil(self.people / max(self.tried, 1)))


def settling_remark(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return what a trial will settle and when; None where there is no trial."""
    if found.status != "exploration" or found.plan is None or found.sizing is None or found.lifts is None:
        return None
    days = inputs.window_days
    if found.reason == "unclear_log":
        return _of_a_hint(inputs, found, days)
    # Of each comparison an option has half the people it takes, and those left alone the other half.
    options = _options_tried(found)
    people = found.plan.people.count
    needed = math.ceil(found.sizing.wanted / 2 * (options + 1))
    need = Need(people=needed, tried=people, days=days)
    size = f"{ARM_LIFT_WANTED:.0%}"
    return Words(
        zh=f"看清一种做法有没有 {size} 的作用，{options} 种一起试大约要 {needed:,} 人；{_enough_zh(need)}",
        en=f"To see whether an option changes things by {size}, trying {options} takes about {needed:,} people; "
        f"{_enough_en(need)}",
    )


def _options_tried(found: Finding) -> int:
    """Return how many ways are tried: recommended items of one offer and channel are one."""
    assert found.plan is not None
    options = found.plan.menu.options
    tried = [options[arm - 1] for arm in found.plan.arm_people.nonzero()[0].tolist() if arm > 0]
    return max(1, len({(each.offer.id if each.offer else "", each.channel.id, each.recommended) for each in tried}))


def _of_a_hint(inputs: StudyInputs, found: Finding, days: int) -> Words | None:
    """Return what the log hints at, and how many more contacts would show it, or show that it is not there."""
    assert found.plan is not None
    assert found.lifts is not None
    if found.judged is None or inputs.contacts is None:
        return None
    best = max(found.judged.selected.evidence, key=lambda each: each.effect.value)
    more, size = contacts_needed(best, inputs.contacts.count, abs(found.lifts.goal * found.lifts.unit))
    need = Need(people=more, tried=found.plan.people.count, days=days)
    sign = -1.0 if inputs.goal.direction == "down" else 1.0
    ends = sorted(
        sign * bound / found.lifts.unit
        for bound in (best.effect.interval(HINT_INTERVAL).low, best.effect.interval(HINT_INTERVAL).high)
    )
    low, high = (lift_text(each, found.lifts, inputs.metric) for each in ends)
    goal = lift_text(sign * size / found.lifts.unit, found.lifts, inputs.metric)
    logged = inputs.contacts.count
    return Words(
        zh=f"现有 {logged:,} 次随机触达里，最好的做法十次里有九次在 {low.zh}～{high.zh} 之间，可能有用，也可能没用，"
        f"所以先花小钱试，不当真的发。要看清 {goal.zh} 这么大的作用，大约还差 {more:,} 人；{_enough_zh(need)}",
        en=f"In {logged:,} random contacts the best option is, nine times out of ten, between {low.en} and "
        f"{high.en}; it may work or not, so a little is spent on a trial, and nothing is promised. It takes about "
        f"{more:,} more people to see an effect of {goal.en}; {_enough_en(need)}",
    )


def contacts_needed(best: Evidence, contacts: int, goal: float) -> tuple[int, float]:
    """Return how many more random contacts would show an effect, and its size: the goal, or what the log hints at.

    Errors shrink with the root of the contacts; shown means the gate's bound above zero with the wanted power. Where
    the log would have shown the goal already, it is the hint itself that is in doubt.
    """
    reach = z_one_sided(1 - (1 - CLAIM) / RULES) + z_one_sided(PROOF.power)
    for size in (goal, best.effect.value):
        if size > 0:
            needed = contacts * (reach * best.effect.error / size) ** 2
            if needed > contacts:
                return math.ceil(needed) - contacts, size
    return 0, goal


def _enough_zh(need: Need) -> str:
    if need.rounds == 1:
        return f"这次试 {need.tried:,} 人就够，{need.days} 天后有结论"
    if need.rounds > ROUNDS_MAX:
        return f"这次只试得到 {need.tried:,} 人，照这样很难有结论：加大预算、接通更多渠道，或者换一种更强的做法"
    return f"这次试 {need.tried:,} 人，照这样试 {need.rounds} 次、约 {need.rounds * need.days} 天才有结论"


def _enough_en(need: Need) -> str:
    if need.rounds == 1:
        return f"the {need.tried:,} people of this trial suffice, and {need.days} days from now it is known"
    if need.rounds > ROUNDS_MAX:
        return (
            f"this trial reaches only {need.tried:,}, which will hardly settle it: give it more money, connect more "
            "channels, or try something stronger"
        )
    return (
        f"this trial has {need.tried:,}; {need.rounds} such trials, about {need.rounds * need.days} days, "
        "will settle it"
    )
