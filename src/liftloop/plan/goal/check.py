"""Holding a goal against a baseline: what it would mean, and whether it can be at all.

Levels are in the metric's unit: fractions, fen or counts, over the window of the goal.
"""

import math

from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.goal.contract import Goal, Reading, SizeKind
from liftloop.plan.goal.said import amount_words
from liftloop.profile.metric import Metric, Total

SHARE_DECIMALS = 4
"""Hundredths of a percent: finer than any baseline is known."""
# A rounding of the baseline must not decide whether a target has been reached.
_TOLERANCE = 1e-9


def level_after(goal: Goal, size_kind: SizeKind, baseline: float) -> float:
    """Return the level that the goal's size means for `baseline`, read as `size_kind`."""
    assert goal.size is not None
    sign = -1.0 if goal.direction == "down" else 1.0
    match size_kind:
        case "relative":
            return baseline * (1 + sign * goal.size)
        case "points":
            return baseline + sign * goal.size
        case "absolute":
            return goal.size


def readings(goal: Goal, metric: Metric, baseline: float) -> tuple[Reading, ...]:
    """Return the ways of reading the size, the chosen one first; a share can be read in two.

    A goal without a size has none.
    """
    if goal.size is None or goal.size_kind is None:
        return ()
    kinds: list[SizeKind] = [goal.size_kind]
    if metric.unit == "share" and goal.size_kind != "absolute":
        kinds.append("points" if goal.size_kind == "relative" else "relative")
    return tuple(_reading(goal, metric, kind, baseline) for kind in kinds)


def _reading(goal: Goal, metric: Metric, kind: SizeKind, baseline: float) -> Reading:
    after = level_after(goal, kind, baseline)
    before_words, after_words = amount_words(baseline, metric.unit), amount_words(after, metric.unit)
    name_zh, name_en = {
        "relative": ("按相对变化", "Relative"),
        "points": ("按百分点" if metric.unit == "share" else "按增减量", "In points"),
        "absolute": ("按目标值", "As a level"),
    }[kind]
    if kind == "points" and metric.unit != "share":
        name_en = "As a difference"
    return Reading(
        size_kind=kind,
        chosen=kind == goal.size_kind,
        before=baseline,
        after=after,
        zh=f"{name_zh}：{metric.name_zh}从 {before_words} 到 {after_words}",
        en=f"{name_en}: {metric.name_en} from {before_words} to {after_words}",
    )


def check_against(goal: Goal, metric: Metric, baseline: float) -> tuple[LiftloopError, ...]:
    """Return why the goal cannot be, given where the metric stands; empty if nothing speaks against it.

    Codes: `impossible_share` above 100%, `impossible_below_zero`, `already_there` for a level that is
    reached without doing anything, `no_baseline` for a relative change of nothing.
    """
    assert math.isfinite(baseline), "a baseline is a number"
    if goal.size is None or goal.size_kind is None:
        return ()
    if goal.size_kind == "relative" and abs(baseline) <= _TOLERANCE:
        return (_no_baseline(metric),)
    after = level_after(goal, goal.size_kind, baseline)
    if metric.unit == "share" and after > 1 + _TOLERANCE:
        return (_above_whole(metric, baseline, after),)
    if after < -_TOLERANCE and not _may_be_negative(metric):
        return (_below_zero(metric, baseline, after),)
    if goal.size_kind == "absolute" and _is_reached(goal, baseline, after):
        return (_already_there(metric, baseline, after),)
    return ()


def _may_be_negative(metric: Metric) -> bool:
    """Margin can be lost; everything else is counted."""
    return isinstance(metric.numerator, Total) and metric.numerator.property == "margin"


def _is_reached(goal: Goal, baseline: float, after: float) -> bool:
    return after >= baseline - _TOLERANCE if goal.direction == "down" else after <= baseline + _TOLERANCE


def _measured(value: float, metric: Metric) -> str:
    """Return a level without digits that nobody measured."""
    return amount_words(round(value, SHARE_DECIMALS) if metric.unit == "share" else round(value, 2), metric.unit)


def _above_whole(metric: Metric, baseline: float, after: float) -> LiftloopError:
    now, then = _measured(baseline, metric), _measured(after, metric)
    room = _measured(1 - baseline, metric).rstrip("%")
    return LiftloopError(
        "impossible_share",
        zh=f"{metric.name_zh}不可能超过 100%：现在是 {now}，这个目标等于 {then}",
        en=f"{metric.name_en} cannot exceed 100%: it is {now} now, and this goal means {then}",
        next_zh=f"把幅度改小，最多还能升 {room} 个百分点；也检查一下是不是多写了零",
        next_en=f"Ask for less: at most {room} points are left; check for a zero too many",
        exit_code=EXIT_REFUSED,
    )


def _below_zero(metric: Metric, baseline: float, after: float) -> LiftloopError:
    now, then = _measured(baseline, metric), _measured(after, metric)
    return LiftloopError(
        "impossible_below_zero",
        zh=f"{metric.name_zh}不可能低于 0：现在是 {now}，这个目标等于 {then}",
        en=f"{metric.name_en} cannot fall below 0: it is {now} now, and this goal means {then}",
        next_zh="把降幅改小，或者直接写目标值，例如“降到 2%”",
        next_en='Ask for less, or give the level itself, such as "down to 2%"',
        exit_code=EXIT_REFUSED,
    )


def _already_there(metric: Metric, baseline: float, after: float) -> LiftloopError:
    now, then = _measured(baseline, metric), _measured(after, metric)
    return LiftloopError(
        "already_there",
        zh=f"不做活动{metric.name_zh}就有 {now}，已经达到 {then}",
        en=f"{metric.name_en} is {now} without doing anything, so {then} is already reached",
        next_zh="定一个更进一步的目标，或者改成相对提升，例如“+5%”",
        next_en='Aim further, or ask for a relative change such as "+5%"',
        exit_code=EXIT_REFUSED,
    )


def _no_baseline(metric: Metric) -> LiftloopError:
    return LiftloopError(
        "no_baseline",
        zh=f"{metric.name_zh}现在是 0，没法按百分比提升",
        en=f"{metric.name_en} is 0 now, so a percentage of it is nothing",
        next_zh="直接写目标值，例如“到 5%”或“增加 300 单”；也检查一下数据有没有导入",
        next_en='Give the level itself, such as "to 5%" or "300 more orders"; check that the data were imported',
        exit_code=EXIT_REFUSED,
    )
