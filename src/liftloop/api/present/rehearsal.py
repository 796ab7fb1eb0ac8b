"""From a rehearsal to what the app shows of it, in the order of the gate."""

from collections.abc import Mapping, Sequence

from liftloop.api.present.plan import instant
from liftloop.api.present.words import text
from liftloop.api.views import rehearsal as views
from liftloop.app.rehearsal.run import Rehearsal, RunsOut, Stop
from liftloop.app.words import Said, reason_words, sentence
from liftloop.kernel.money import yuan_text
from liftloop.plan.options import ChannelChoice

STEPS = (
    ("policy", Said("计划决定不打扰", "left alone by the plan"), ("not_contacted",)),
    ("consent", Said("没有授权或已停发", "no consent, or suppressed"), ("suppressed",)),
    ("channel", Said("渠道或内容不可用", "channel or content missing"), ("blocked",)),
    ("quiet_hours", Said("免打扰时段里过期", "expired in quiet hours"), ("expired",)),
    ("caps", Said("达到触达上限", "at the frequency cap"), ("capped",)),
    ("budget", Said("预算用完", "budget spent"), ("no_budget",)),
    ("holdout", Said("留作对照", "in the holdout"), ("held_out",)),
)
"""The gate's steps in their order, with the states in which each ends a message."""


def rehearsal_view(found: Rehearsal, channels: Mapping[str, ChannelChoice]) -> views.Rehearsal:
    """Return the rehearsal as the API shows it; `channels` are by id."""
    steps = _steps(found)
    return views.Rehearsal(
        plan_id=found.plan_id,
        starts_at=instant(found.starts_ms),
        rehearsed=found.rehearsed,
        people=found.everybody,
        sentence=text(_sentence(found)),
        steps=steps,
        handed_over=found.handed_over,
        cost=found.spent_fen,
        hours=[
            views.RehearsalHour(at=instant(hour.at_ms), messages=hour.messages, cost=hour.fen) for hour in found.hours
        ],
        runs_out=[_runs_out(each, channels) for each in found.runs_out],
    )


def _steps(found: Rehearsal) -> list[views.RehearsalStep]:
    left = found.everybody
    steps: list[views.RehearsalStep] = []
    for gate, label, states in STEPS:
        mine = [stop for stop in found.stops if stop.state in states]
        stopped = min(sum(stop.people for stop in mine), left)
        left -= stopped
        if stopped:
            steps.append(_step((gate, label), mine, stopped, left))
    if found.late:
        left -= min(found.late, left)
        late = [Stop(state="expired", reason="expired", people=found.late)]
        steps.append(_step(("late", Said("渠道来不及送", "the channel is too slow")), late, found.late, left))
    return steps


def _step(named: tuple[str, Said], stops: Sequence[Stop], stopped: int, left: int) -> views.RehearsalStep:
    gate, label = named
    return views.RehearsalStep(
        gate=gate,
        label=text(label),
        stopped=stopped,
        left=left,
        reasons=[
            views.RehearsalReason(
                reason=stop.reason,
                label=text(reason_words(stop.reason) if stop.reason else sentence(stop.state, "")),
                people=stop.people,
            )
            for stop in stops
        ],
    )


def _sentence(found: Rehearsal) -> Said:
    cost = yuan_text(found.spent_fen)
    if not found.handed_over:
        return Said("现在启动，一条也发不出去", "Launched now, not a single message would leave")
    last_day = (found.hours[-1].at_ms - found.starts_ms) // 86_400_000 + 1
    days_en = "on the first day" if last_day == 1 else f"within {last_day} days"
    return Said(
        f"现在启动，{found.everybody:,} 人里有 {found.handed_over:,} 人会收到，{last_day} 天内发完，发送费 {cost}",
        f"Launched now, {found.handed_over:,} of {found.everybody:,} people would get a message {days_en}, "
        f"for {cost} of sending",
    )


def _runs_out(each: RunsOut, channels: Mapping[str, ChannelChoice]) -> views.RehearsalLimit:
    day = each.day + 1
    if each.what == "budget":
        words = Said(
            f"发送预算第 {day} 天用完，{each.people:,} 人因此收不到",
            f"The budget for sending is gone on day {day}; {each.people:,} people get nothing for that",
        )
    else:
        channel = channels[each.what.removeprefix("channel:")]
        tail = (
            ("会顺延到后面几天", "wait for later days") if each.waits else ("要顺延，有些会过期", "wait, some too long")
        )
        words = Said(
            f"{channel.name_zh}第 {day} 天达到一天的上限，{each.people:,} 人{tail[0]}",
            f"{channel.name_en} carries no more on day {day}; {each.people:,} people {tail[1]}",
        )
    return views.RehearsalLimit(what=each.what, day=each.day, people=each.people, sentence=text(words))
