"""The parts of a ratio whose denominator treatment can move: what is shown beside it, and what must not be harmed."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from liftloop.plan.contract import Guardrail
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.outcome import Outcome, outcome_of
from liftloop.plan.record import Words
from liftloop.profile.metric import Measure, Metric, People

Part = Literal["numerator", "denominator"]
_UNNAMED = {
    "numerator": Words(zh="人均分子", en="numerator per person"),
    "denominator": Words(zh="人均分母", en="denominator per person"),
}


class Component(Struct, frozen=True, kw_only=True):
    """One part of a ratio, counted per eligible person; `metric` is the metric that is just this, empty for none."""

    part: Part
    name: Words
    outcome: Outcome
    metric: str


def components(metric: Metric, catalogue: Catalogue) -> tuple[Component, ...]:
    """Return numerator and denominator of a movable ratio; nothing where they do not exist for people left alone."""
    if not metric.movable or metric.denominator is None:
        return ()
    measures: tuple[tuple[Part, Measure], ...] = (
        ("numerator", metric.numerator),
        ("denominator", metric.denominator),
    )
    found: list[Component] = []
    for part, measure in measures:
        outcome = outcome_of(replace(metric, numerator=measure, denominator=None))
        if outcome is None:
            return ()
        alone = _alone(measure, catalogue)
        name = Words(zh=alone.name_zh, en=alone.name_en) if alone else _UNNAMED[part]
        found.append(Component(part=part, name=name, outcome=outcome, metric=alone.id if alone else ""))
    return tuple(found)


def component_guardrails(metric: Metric, direction: str | None, catalogue: Catalogue) -> tuple[Guardrail, ...]:
    """Return what is watched so that a ratio does not get better by its parts getting worse.

    A ratio that is to rise must not do so because the denominator falls, nor while the numerator falls; one that is to
    fall may lose its numerator, which is the point.
    """
    return tuple(
        Guardrail(metric=each.metric, comparison="no_drop")
        for each in components(metric, catalogue)
        if each.metric and (direction != "down" or each.part == "denominator")
    )


def _alone(measure: Measure, catalogue: Catalogue) -> Metric | None:
    """Return the metric that is a measure over everybody, one per person before a sum."""
    plain = [
        each
        for each in catalogue.by_id.values()
        if each.numerator == measure and each.kind in ("mean", "sum") and each.denominator in (None, People())
    ]
    return min(plain, key=lambda each: (each.kind != "mean", each.id), default=None)
