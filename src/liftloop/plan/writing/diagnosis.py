"""Where a metric is lost, in sentences: the whole against the window before, then group by group."""

from typing import assert_never

from liftloop.plan.diagnosis import Diagnosis, Part
from liftloop.plan.goal.said import amount_words, number
from liftloop.plan.options import Words
from liftloop.plan.writing.standing import readable
from liftloop.profile.metric import Metric, MetricUnit


def diagnosis_sentences(found: Diagnosis, metric: Metric, window_days: int) -> tuple[Words, ...]:
    """Return one sentence on the whole, and one for each part in its order."""
    return (_whole(found, metric, window_days), *(_part(part, metric.unit) for part in found.parts))


def _whole(found: Diagnosis, metric: Metric, window_days: int) -> Words:
    now, before = _level(found.now, metric.unit), _level(found.before, metric.unit)
    zh = f"最近 {window_days} 天{metric.name_zh}每人 {now}，上一期 {before}"
    en = f"{metric.name_en} a person over the last {window_days} days: {now}, the period before: {before}"
    if metric.unit == "share":
        zh, en = zh.replace("每人 ", " "), en.replace(" a person", "")
    if found.change_low <= 0 <= found.change_high:
        zh, en = f"{zh}，差别没有超出偶然", f"{en}; the difference is within chance"
    if not found.looked:
        zh, en = f"{zh}。人太少，分不出哪一群人更差", f"{en}. There are too few people to tell groups apart"
    elif not found.parts:
        zh = f"{zh}。比较了 {found.looked} 处，没有哪一群人明显更差"
        en = f"{en}. Of {found.looked} comparisons none shows a group that is clearly worse"
    return Words(zh=zh, en=en)


def _part(part: Part, unit: MetricUnit) -> Words:
    value, compared = _level(part.value, unit), _level(part.compared, unit)
    gain_zh, gain_en = _gain(part.contribution, unit)
    match part.kind:
        case "fell":
            return Words(
                zh=f"{part.name.zh}的人（{part.people:,} 人）从 {compared} 变到 {value}；回到上一期，整体会{gain_zh}",
                en=f"{part.name.en} ({part.people:,} people): from {compared} to {value}; back where they were, the "
                f"whole would be {gain_en}",
            )
        case "below_rest":
            return Words(
                zh=f"{part.name.zh}的人（{part.people:,} 人）是 {value}，其他人 {compared}；都一样，整体会{gain_zh}",
                en=f"{part.name.en} ({part.people:,} people): {value}, the rest {compared}; if all were alike, the "
                f"whole would be {gain_en}",
            )
        case _:
            assert_never(part.kind)


def _gain(contribution: float, unit: MetricUnit) -> tuple[str, str]:
    up = contribution > 0
    size = abs(contribution)
    if unit == "share":
        points = number(round(size * 100, 2))
        return f"{'高' if up else '低'} {points} 个百分点", f"{points} points {'higher' if up else 'lower'}"
    amount = _level(size, unit)
    return f"{'多' if up else '少'} {amount}", f"{amount} {'more' if up else 'less'} a person"


def _level(value: float, unit: MetricUnit) -> str:
    return amount_words(readable(value, unit), unit)
