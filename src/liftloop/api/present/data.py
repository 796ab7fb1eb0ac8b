"""Turns what is known of incoming data into what the API answers."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from msgspec import to_builtins

from liftloop.api.present.imports import mapped_fields, proposed, text
from liftloop.api.present.words import at
from liftloop.api.views.data import (
    DatabaseColumn,
    DatabaseTrial,
    DataQuality,
    EventRow,
    LastPullView,
    PlannedProperty,
    PropertyRow,
    QualityField,
    QualitySource,
    SourceRow,
    TrackingPlanRow,
)
from liftloop.app.intake import DAYS, LATELY_DAYS, Day, EventLine, Quality, SourceLine
from liftloop.app.sources.pulls import LastPull, Mark
from liftloop.app.sources.trial import Trial
from liftloop.collect.seen import FieldQuality, PropertySeen
from liftloop.collect.tracking_plan import PropertyRule, TrackingPlan

KEY_HINT_CHARACTERS = 4
FIELDS_MAX = 200


def source_row(line: SourceLine, mark: Mark | None, last: LastPull | None) -> SourceRow:
    week = line.lately(LATELY_DAYS)
    return SourceRow(
        source_id=line.id,
        kind=line.kind,
        name=line.name,
        defined=bool(line.body),
        key_hint=str(line.body.get("write_key", ""))[-KEY_HINT_CHARACTERS:],
        address=_address(line),
        events_day=line.days[-1].events,
        events_week=week.events,
        by_day=[day.events for day in line.days],
        last_at=None if line.last_ms is None else at(line.last_ms),
        recognised=_share(week.recognised, week.told),
        refused_week=week.refused,
        repeated_week=week.repeated,
        waiting=line.waiting,
        pulled_at=None if mark is None else at(mark.pulled_ms),
        watermark=None if mark is None else str(mark.watermark),
        every_minutes=line.body.get("every_minutes"),
        last_pull=None if last is None else _last_pull(last),
    )


def _last_pull(last: LastPull) -> LastPullView:
    return LastPullView(
        at=at(last.at_ms),
        status=last.status,
        actor=last.actor,
        rows=last.rows,
        import_id=last.import_id,
        error=None if last.error is None else text(last.error),
    )


def _address(line: SourceLine) -> str:
    match line.kind:
        case "webhook":
            return f"/hooks/{line.id}"
        case "form":
            return f"/forms/{line.id.removeprefix('form:')}"
        case "tracking":
            return "/v1"
        case _:
            return ""


def trial_view(found: Trial) -> DatabaseTrial:
    mapping = None if found.proposal is None else found.proposal.as_mapping()
    return DatabaseTrial(
        server=found.server,
        tables=list(found.tables),
        columns=[DatabaseColumn(name=each.name, type=each.type, grows=each.grows) for each in found.columns],
        query=found.query,
        watermark=found.watermark,
        start=found.start,
        rows=found.rows,
        kind=None if mapping is None else cast(Any, mapping.kind),
        names=[] if found.proposal is None else list(found.proposal.columns),
        fields=[] if mapping is None or found.proposal is None else mapped_fields(mapping, found.proposal),
        sentence=None if found.proposal is None else text(proposed(found.proposal)),
    )


def event_row(line: EventLine, plans: Mapping[str, TrackingPlan]) -> EventRow:
    rule = plans[line.plan].events[line.name] if line.plan is not None else None
    planned: Mapping[str, PropertyRule] = rule.properties if rule is not None else {}
    seen = {one.name: one for one in line.seen.properties} if line.seen is not None else {}
    sampled = line.seen.sampled if line.seen is not None else 0
    names = [*seen, *(name for name in planned if name not in seen)]
    return EventRow(
        name=line.name,
        events=line.events,
        sampled=sampled,
        last_at=None if line.last_ms is None else at(line.last_ms),
        sources=list(line.sources),
        plan=line.plan,
        others=None if rule is None else rule.others,
        breaking=line.breaking,
        properties=[_property(name, seen.get(name), planned.get(name), sampled) for name in names],
    )


def _property(name: str, seen: PropertySeen | None, planned: PropertyRule | None, sampled: int) -> PropertyRow:
    return PropertyRow(
        name=name,
        coverage=seen.present / sampled if seen is not None else 0.0,
        type=None if seen is None else seen.kind,
        mixed=seen is not None and seen.mixed,
        values=[] if seen is None else list(seen.values),
        planned=None if planned is None else _planned(planned),
    )


def _planned(rule: PropertyRule) -> PlannedProperty:
    return PlannedProperty(
        type=rule.type,
        required=rule.required,
        values=list(rule.values),
        at_least=rule.at_least,
        at_most=rule.at_most,
    )


def plan_row(identity: str, plan: TrackingPlan) -> TrackingPlanRow:
    body: dict[str, Any] = to_builtins(plan)
    return TrackingPlanRow(
        plan_id=identity,
        name=plan.name,
        violations=plan.violations,
        unknown_events=plan.unknown_events,
        body=body,
    )


def quality_view(found: Quality) -> DataQuality:
    faulty = [one for one in found.fields if one.missing or one.malformed or one.out_of_range]
    return DataQuality(
        days=DAYS,
        sources=[_quality_source(line) for line in found.sources if line.lately(DAYS) != Day()],
        fields=[_quality_field(one, found.today) for one in faulty[:FIELDS_MAX]],
        fields_checked=len(found.fields),
    )


def _quality_source(line: SourceLine) -> QualitySource:
    whole = line.lately(DAYS)
    messages = whole.events + whole.refused + whole.repeated
    return QualitySource(
        source=line.id,
        kind=line.kind,
        name=line.name,
        events=whole.events,
        recognised=_share(whole.recognised, whole.told),
        refused=_share(whole.refused, messages) or 0.0,
        repeated=_share(whole.repeated, messages) or 0.0,
        recognised_by_day=[_share(day.recognised, day.told) for day in line.days],
        refused_by_day=[_share(day.refused, day.events + day.refused) for day in line.days],
        events_by_day=[day.events for day in line.days],
    )


def _quality_field(one: FieldQuality, today: int) -> QualityField:
    return QualityField(
        source=one.source,
        event=one.event,
        field=one.field,
        sampled=one.sampled,
        missing=one.missing / one.sampled,
        malformed=one.malformed / one.sampled,
        out_of_range=one.out_of_range / one.sampled,
        by_day=_by_day(one, range(today - DAYS + 1, today + 1)),
    )


def _by_day(one: FieldQuality, days: Sequence[int]) -> list[float | None]:
    return [_share(*reversed(one.by_day[day])) if day in one.by_day else None for day in days]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
