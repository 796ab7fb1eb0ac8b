"""Counts what an experiment is told from: who entered, which arm was drawn for them, what they did since."""

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.planning.reading import SQL, Look, Moments, condition_holds, features_at
from liftloop.app.planning.sources import Sources
from liftloop.journey.reading import arms_of
from liftloop.journey.splits import Experiment
from liftloop.kernel.clock import DAY_MS
from liftloop.measure.experiments.comparing import Assigned, Compared, Counted, compare, limit_at, ratio_of
from liftloop.measure.experiments.definition import ExperimentDefinition, OutcomeMetric
from liftloop.measure.experiments.report import Experimented, Told
from liftloop.plan.effects.design import scales_of, standard
from liftloop.plan.inputs import Integers
from liftloop.profile.metric import Condition


class Asked(Struct, frozen=True, kw_only=True):
    """One experiment with its node."""

    id: str
    definition: ExperimentDefinition
    node: Experiment

    @property
    def control(self) -> int:
        return [arm.id for arm in self.node.arms].index(self.definition.control)


class _Entered(Struct, frozen=True, kw_only=True, eq=False):
    """People who entered until an instant, one row each by their first entry."""

    look: Look
    arm: Integers
    twice: int
    until_ms: int


def node_of(body: object, node: str) -> Experiment:
    """Return an experiment node of a journey's definition."""
    nodes = body["nodes"] if isinstance(body, dict) else ()
    found = next(each for each in nodes if each["id"] == node)
    return msgspec.convert(found, type=Experiment, strict=False)


def counted(asked: Asked, sources: Sources) -> Experimented:
    """Return what the report of an experiment is written from, as of now."""
    definition = asked.definition
    now_ms = min(sources.now_ms, definition.ends_ms)
    entered = _entered(asked, sources, now_ms)
    mature = _entered(asked, sources, now_ms - definition.days * DAY_MS)
    arms = asked.node.arms
    planned = definition.looks()
    ratio = ratio_of(entered.arm, [arm.share for arm in arms])
    return Experimented(
        id=asked.id,
        definition=definition,
        now_ms=sources.now_ms,
        offset_minutes=sources.offset_minutes,
        arms=tuple(arm.id for arm in arms),
        shares=tuple(arm.share for arm in arms),
        people=tuple(np.bincount(mature.arm, minlength=len(arms)).tolist()),
        entered=entered.arm.size,
        ratio_p=ratio.p_value,
        twice=entered.twice,
        told=_told(asked, sources, mature, planned),
        looks=tuple(
            (at_ms, _at_look(asked, sources, at_ms, number) if at_ms <= sources.now_ms else None)
            for number, at_ms in enumerate(planned)
        ),
    )


def _entered(asked: Asked, sources: Sources, until_ms: int) -> _Entered:
    definition = asked.definition
    parameters = (definition.journey, definition.starts_ms, until_ms, 0)
    look = Look(sources.lake, Moments(statement="experiment_entered", parameters=parameters))
    drawn = sources.lake.select(SQL["experiment_drawn"], list(parameters))
    arm = arms_of(drawn["drawn"].astype(np.int64), definition.journey, asked.node)
    several = [np.asarray(each, dtype=np.int64) for each in drawn["others"].tolist() if len(each) > 1]
    twice = sum(np.unique(arms_of(each, definition.journey, asked.node)).size > 1 for each in several)
    return _Entered(look=look, arm=arm, twice=twice, until_ms=until_ms)


def _told(asked: Asked, sources: Sources, mature: _Entered, planned: tuple[int, ...]) -> tuple[Told, ...]:
    """Return every metric: at the last planned look when all is over, else in the band that holds at any time."""
    definition = asked.definition
    final = sources.now_ms >= definition.ends_ms
    first = definition.starts_ms + definition.days * DAY_MS
    elapsed = (sources.now_ms - first) / (definition.ends_ms - first)
    look = len(planned) - 1 if final else None
    others = len(asked.node.arms) - 1
    people = _assigned(mature)
    told: list[Told] = []
    for place, metric in enumerate((definition.primary, *definition.guards)):
        claims = others if place == 0 else others * len(definition.guards)
        limit = limit_at(look, elapsed, claims)
        found = compare(people, _metric(asked, sources, mature, metric), others + 1, asked.control, limit)
        told.append(Told(metric=metric, arms=found))
    return tuple(told)


def _at_look(asked: Asked, sources: Sources, at_ms: int, number: int) -> tuple[Compared, ...]:
    mature = _entered(asked, sources, at_ms - asked.definition.days * DAY_MS)
    arms = len(asked.node.arms)
    outcome = _metric(asked, sources, mature, asked.definition.primary)
    return compare(_assigned(mature), outcome, arms, asked.control, limit_at(number, 1.0, arms - 1))


def _assigned(entered: _Entered) -> Assigned:
    if not entered.look.count:
        return Assigned(arm=entered.arm, before=np.zeros((0, 0)))
    features = features_at(entered.look)
    return Assigned(arm=entered.arm, before=standard(scales_of(features), features, entered.look.count))


def _metric(asked: Asked, sources: Sources, people: _Entered, metric: OutcomeMetric) -> Counted:
    """Return a metric of these people within their days; rates count messages handed over in that time."""
    days = asked.definition.days
    if metric.kind == "did":
        condition = Condition(events=(metric.event,), side="after", days=days)
        return Counted(amount=condition_holds(people.look, condition, days * DAY_MS).astype(np.float64))
    until_ms = people.until_ms + days * DAY_MS
    columns = sources.lake.select(
        SQL["experiment_messages"], [asked.definition.journey, until_ms, asked.definition.starts_ms]
    )
    place = np.searchsorted(columns["id"], people.look.profile)
    known = place < columns["id"].size
    known[known] = columns["id"][place[known]] == people.look.profile[known]
    found = {name: np.zeros(people.look.count) for name in ("sent", metric.kind)}
    for name, values in found.items():
        values[known] = columns[name][place[known]]
    return Counted(amount=found[metric.kind], base=found["sent"])
