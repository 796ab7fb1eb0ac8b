"""A shop's own metrics: definitions of kind `metric`, checked, and made into metrics like the built-in ones."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.kernel.plain_text import is_chinese, normalise
from liftloop.plan.goal.catalogue import Catalogue, catalogue_of
from liftloop.plan.metric.catalogue import BUILT_IN, BUILT_IN_CATALOGUE
from liftloop.plan.options import Words
from liftloop.plan.outcome import outcome_of
from liftloop.profile.metric import Condition, Measure, Metric, MetricKind, MetricUnit, People, Total

NAMES_MAX = 20
NAME_CHARACTERS_MAX = 60
CONDITIONS_MAX = 8  # A sentence that explains more of them is read by nobody.
DAYS_MAX = 1_096  # As far as a goal may reach.
_ID = re.compile(r"[a-z][a-z0-9_]{1,63}")
_SUMMED = ("revenue", "products[].quantity", "margin")


class CustomMetric(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody publishes; what is left out follows from numerator and denominator.

    `name` is in the author's language; `movable` None is worked out: a denominator that counts what happens after
    the assignment can be moved.
    """

    name: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    meaning: str = ""
    meaning_en: str = ""
    numerator: Measure
    denominator: Measure | None = None
    movable: bool | None = None
    unit: MetricUnit | None = None
    good: Literal["up", "down"] = "up"
    window_days: int = 30
    tail_days: int | None = None


def custom_metric(identity: str, body: Mapping[str, Any]) -> Metric:
    """Return the metric that a definition describes; raises msgspec.ValidationError."""
    said = msgspec.convert(body, type=CustomMetric, strict=False)
    kind = _kind(said)
    chinese = tuple(name for name in said.aliases if is_chinese(name))
    return Metric(
        id=identity,
        kind=kind,
        name_zh=said.name,
        name_en=said.name_en or said.name,
        aliases_zh=chinese,
        aliases_en=tuple(name for name in said.aliases if name not in chinese),
        meaning_zh=said.meaning or said.name,
        meaning_en=said.meaning_en or said.meaning or said.name_en or said.name,
        numerator=said.numerator,
        denominator=said.denominator,
        movable=_may_move(said.denominator) if said.movable is None else said.movable,
        unit=said.unit or _unit(said),
        good=said.good,
        window_days=said.window_days,
        tail_days=said.tail_days,
        sources=("events",),
    )


def metrics_with(defined: Mapping[str, Mapping[str, Any]]) -> tuple[Metric, ...]:
    """Return the built-in metrics and the shop's own, given as bodies of definitions by id."""
    return (*BUILT_IN, *(custom_metric(identity, body) for identity, body in defined.items()))


def catalogue_with(defined: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """Return the catalogue in which sentences find the built-in metrics and the shop's own by their names."""
    return catalogue_of(metrics_with(defined)) if defined else BUILT_IN_CATALOGUE


def metric_problem(identity: str, said: CustomMetric, others: Sequence[Metric]) -> Words | None:
    """Return why a metric cannot be published beside `others`, in words for its author; None where it can."""
    problems = (_name_problem(identity, said, others), _limit_problem(said), _sense_problem(identity, said))
    return next((problem for problem in problems if problem is not None), None)


def _name_problem(identity: str, said: CustomMetric, others: Sequence[Metric]) -> Words | None:
    if _ID.fullmatch(identity) is None:
        return Words(
            zh="id 用小写英文字母、数字和下划线，以字母开头", en="an id is lower-case letters, digits and underscores"
        )
    if identity in {other.id for other in others}:
        return Words(zh=f"{identity} 是内置指标，换一个 id", en=f"{identity} is a built-in metric; choose another id")
    names = [name for name in (said.name, said.name_en, *said.aliases) if name]
    if not said.name.strip() or len(names) > NAMES_MAX or any(len(name) > NAME_CHARACTERS_MAX for name in names):
        return Words(
            zh=f"要有名称；名称和别名合计最多 {NAMES_MAX} 个，每个最多 {NAME_CHARACTERS_MAX} 个字",
            en=f"it needs a name; at most {NAMES_MAX} names of {NAME_CHARACTERS_MAX} characters each",
        )
    taken = {normalise(name).plain: other for other in others for name in (other.name_zh, other.name_en)}
    for name in names:
        other = taken.get(normalise(name).plain)
        if other is not None:
            return Words(
                zh=f"“{name}”已经是指标 {other.id} 的名称，换一个名字，否则一句话里分不清是哪一个",
                en=f"“{name}” is the name of the metric {other.id} already; choose another, or no sentence can tell",
            )
    return None


def _limit_problem(said: CustomMetric) -> Words | None:
    conditions = [each for measure in (said.numerator, said.denominator) for each in _conditions(measure)]
    days = [said.window_days, said.tail_days or 1, *(each.days or 1 for each in conditions)]
    if len(conditions) > 2 * CONDITIONS_MAX or not all(1 <= each <= DAYS_MAX for each in days):
        return Words(
            zh=f"天数在 1 到 {DAYS_MAX:,} 之间，分子分母各最多 {CONDITIONS_MAX} 个条件",
            en=f"days lie between 1 and {DAYS_MAX:,}; numerator and denominator have at most {CONDITIONS_MAX} parts",
        )
    for each in conditions:
        if not each.events or (each.times_max is not None and each.times_max < each.times_min):
            return Words(
                zh="每个条件至少写一个事件，times_max 不小于 times_min",
                en="a condition names an event at least, and times_max is not below times_min",
            )
    return None


def _sense_problem(identity: str, said: CustomMetric) -> Words | None:
    numerator, denominator = said.numerator, said.denominator
    for measure in (numerator, denominator):
        if isinstance(measure, Total) and measure.property not in _SUMMED:
            return Words(
                zh=f"能加总的只有 {'、'.join(_SUMMED)}，没有 {measure.property}",
                en=f"what can be added up is {', '.join(_SUMMED)}, not {measure.property}",
            )
    if isinstance(numerator, People) and isinstance(denominator, People):
        missing = [each for each in denominator.where if each not in numerator.where]
        if missing:
            return Words(
                zh="比例的分子要包含分母的全部条件，否则会超过 100%",
                en="the numerator of a share repeats every condition of its denominator, or it could pass 100%",
            )
    if outcome_of(custom_metric(identity, msgspec.to_builtins(said))) is None:
        return Words(
            zh="分子里要有活动开始之后（side: after）发生的事，而且不活动的人也可能做；消息的打开、点击做不了目标",
            en="the numerator counts something after the start (side: after) that people also do when left alone; "
            "opens and clicks of messages are no goal",
        )
    return None


def _conditions(measure: Measure | None) -> tuple[Condition, ...]:
    return measure.where if isinstance(measure, People) else ()


def _kind(said: CustomMetric) -> MetricKind:
    if said.denominator is None:
        return "sum"
    if not isinstance(said.denominator, People):
        return "ratio"
    if isinstance(said.numerator, People):
        return "share"
    return "ratio" if _may_move(said.denominator) else "mean"


def _may_move(denominator: Measure | None) -> bool:
    if denominator is None:
        return False
    return not isinstance(denominator, People) or any(each.side == "after" for each in denominator.where)


def _unit(said: CustomMetric) -> MetricUnit:
    if isinstance(said.numerator, Total) and said.numerator.property != "products[].quantity":
        return "share" if isinstance(said.denominator, Total) else "fen"
    return "share" if _kind(said) == "share" else "count"
