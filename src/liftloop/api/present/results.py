"""Writes what history says as the API shows it, the message of each answer as a sentence."""

from collections.abc import Sequence

from liftloop.api.present.words import text
from liftloop.api.views import results as views
from liftloop.app.results.funnel import FunnelAsked, FunnelFound, FunnelGroup
from liftloop.app.results.groups import Group
from liftloop.app.results.words import OWN_NAMES, event_said
from liftloop.app.words import Said
from liftloop.kernel.clock import DAY_MS
from liftloop.measure.funnel_groups import Behind


def group_name(group: Group) -> views.GroupName:
    return views.GroupName(value=group.value, name=None if group.said is None else text(group.said))


def funnel_view(asked: FunnelAsked, found: FunnelFound) -> views.FunnelView:
    steps = [_step(asked, found, place) for place in range(len(asked.steps))]
    worst = worst_step(found.whole)
    return views.FunnelView(
        **{"from": asked.period.first},
        to=asked.period.last,
        ordered=asked.ordered,
        window_days=asked.window_ms / DAY_MS,
        events=found.events,
        steps=steps,
        worst=worst,
        sentence=text(_funnel_sentence(asked, found.whole, worst)),
        groups=[
            views.FunnelGroupView(
                place=each.place,
                group=group_name(each.group),
                people=list(each.reached),
                share=share(each.reached[-1], each.reached[0]),
            )
            for each in found.groups
        ],
        behind=[_behind(asked, found, each) for each in found.lag.behind],
        told=text(_groups_sentence(found)) if found.groups else None,
    )


def _behind(asked: FunnelAsked, found: FunnelFound, each: Behind) -> views.FunnelBehind:
    group = next(one.group for one in found.groups if one.place == each.place)
    called = group.said or Said(group.value, group.value)
    count, waits = max(1, round(each.more)), any(one.open[each.step] for one in found.groups)
    left_zh, left_en = ("（还来得及的人不算）", " (people who still have time left out)") if waits else ("", "")
    if asked.ordered:
        before, after = (event_said(asked.steps[place].event) for place in (each.step, each.step + 1))
        way = Said(f"从「{before.zh}」到「{after.zh}」", f"from “{before.en}” to “{after.en}”")
    else:
        way = Said(f"做完 {each.step + 1} 步之后", f"after {each.step + 1} of the steps")
    sentence = Said(
        f"{called.zh}：{way.zh}，100 人里只有 {_hundred(each.share)} 人继续，"
        f"其他人是 {_hundred(each.rest)} 人{left_zh}；跟其他人一样的话，会多 {count:,} 人走下去",
        f"{called.en}: {way.en}, {_hundred(each.share)} of 100 go on, "
        f"of all others {_hundred(each.rest)}{left_en}; "
        f"if they were alike, {count:,} more {'person' if count == 1 else 'people'} would go on",
    )
    return views.FunnelBehind(
        place=each.place,
        step=each.step,
        share=each.share,
        rest=each.rest,
        low=each.low,
        high=each.high,
        more=each.more,
        sentence=text(sentence),
    )


def _groups_sentence(found: FunnelFound) -> Said:
    lag = found.lag
    if not lag.looked:
        return Said("每组人太少，分不出谁丢得更多", "There are too few people in a group to say who loses more")
    if not lag.behind:
        return Said(
            f"比较了 {lag.looked} 处，没有哪一组丢得明显更多",
            f"Of {lag.looked} comparisons none shows a group that loses clearly more",
        )
    return Said(
        f"比较了 {lag.looked} 处，丢得明显更多的有 {len(lag.behind)} 组",
        f"Of {lag.looked} comparisons, {len(lag.behind)} {'group loses' if len(lag.behind) == 1 else 'groups lose'} "
        "clearly more",
    )


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def worst_step(whole: FunnelGroup) -> int | None:
    """Return the step after which the largest share of its people is lost; None where nobody started."""
    if not whole.reached[0]:
        return None
    kept = [share(after, before) for before, after in zip(whole.reached, whole.reached[1:], strict=False) if before]
    return min(range(len(kept)), key=kept.__getitem__)


def _step(asked: FunnelAsked, found: FunnelFound, place: int) -> views.FunnelStep:
    reached, between = found.whole.reached, found.between[place]
    last = place == len(asked.steps) - 1
    return views.FunnelStep(
        event=asked.steps[place].event,
        people=reached[place],
        lost=0 if last else reached[place] - reached[place + 1],
        open=found.whole.open[place],
        share_of_first=share(reached[place], reached[0]),
        share_of_previous=share(reached[place], reached[place - 1]) if place else share(reached[0], reached[0]),
        seconds=None if between is None else list(between.quantiles),
    )


def _funnel_sentence(asked: FunnelAsked, whole: FunnelGroup, worst: int | None) -> Said:
    if worst is None:
        return Said("这段时间没有人走到第一步", "Nobody took the first step in these days")
    through = share(whole.reached[-1], whole.reached[0])
    lost = 1 - share(whole.reached[worst + 1], whole.reached[worst])
    before, after = event_said(asked.steps[worst].event), event_said(asked.steps[worst + 1].event)
    if not asked.ordered:
        return Said(
            f"100 人里有 {_hundred(through)} 人做完了全部 {len(asked.steps)} 步；"
            f"第 {worst + 1} 步之后走掉的最多（{lost:.0%}）",
            f"{_hundred(through)} of 100 did all {len(asked.steps)} steps; most are lost after {worst + 1} of them "
            f"({lost:.0%})",
        )
    return Said(
        f"100 人里有 {_hundred(through)} 人走到最后；丢得最多的是从「{before.zh}」到「{after.zh}」（{lost:.0%} 的人）",
        f"{_hundred(through)} of 100 come through; most are lost between “{before.en}” and “{after.en}” ({lost:.0%})",
    )


def _hundred(part: float) -> str:
    """Return how many of a hundred, with a decimal where that is few."""
    return f"{part * 100:.0f}" if part >= 0.1 or part == 0 else f"{part * 100:.1f}"


def event_names(seen: Sequence[tuple[str, int]]) -> list[views.EventSeenName]:
    """Return events that came in, and below them those that stand for our messages and for any activity."""
    own = [(event, 0) for event in OWN_NAMES]
    return [
        views.EventSeenName(event=event, name=text(event_said(event)), times=times) for event, times in (*seen, *own)
    ]
