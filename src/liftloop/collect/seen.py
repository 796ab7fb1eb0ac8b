"""What events really say: by property how often it is there, of which kind, and what is wrong with it.

Looks at a sample of events without personal fields; the plan that it proposes is held against nothing before a person
accepts it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.collect.tracking_plan import EventRule, Kind, PropertyRule, RuleBook, TrackingPlan, is_of, is_outside

KINDS: tuple[Kind, ...] = ("boolean", "whole", "number", "instant", "text", "list", "object")
"""The narrowest first: a value is counted as the first kind that it is of."""
PROPERTIES_MAX = 200
"""Properties of one event that are told apart; more come from names that are made up."""
VALUES_MAX = 12
"""Distinct values beyond which a property is no choice."""
USUAL_SHARE = 0.5
"""A property that half of the events bear is expected of all."""
PROPOSED_SAMPLE_MIN = 20
"""Fewer events say nothing certain of what all will say."""
PROPOSED_SHARE = 0.99
MONEY_MAX = 10_000_000
COUNT_MAX = 100_000
USUAL_RANGE: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(("revenue", "price", "total", "subtotal", "shipping", "tax", "discount"), (0.0, MONEY_MAX)),
    "quantity": (0.0, COUNT_MAX),
}
"""Beyond which values of the shop's own properties are looked at, whatever no plan says."""


class Sampled(Struct, frozen=True, kw_only=True):
    """One event of the sample."""

    source: str
    event: str
    day: int
    properties: Mapping[str, Any]


class PropertySeen(Struct, frozen=True, kw_only=True):
    """One property in the sample of an event."""

    name: str
    present: int
    kinds: Mapping[Kind, int]
    values: tuple[str, ...]
    """The values there are, where they are few and come again and again; else none."""

    @property
    def mixed(self) -> bool:
        """Whether there are values of another kind than most."""
        kind = self.kind
        return any(kind is not None and not _fits(each, kind) for each in self.kinds)

    @property
    def kind(self) -> Kind | None:
        """The kind of most values; whole numbers among others are numbers."""
        if not self.kinds:
            return None
        counts = Counter(self.kinds)
        if counts["number"] and counts["whole"]:
            counts["number"] += counts.pop("whole")
        if counts["text"] and counts["instant"]:
            counts["text"] += counts.pop("instant")
        return max(counts, key=lambda kind: counts[kind])


class EventSeen(Struct, frozen=True, kw_only=True):
    """One event in the sample."""

    event: str
    sampled: int
    properties: tuple[PropertySeen, ...]


class FieldQuality(Struct, frozen=True, kw_only=True):
    """What is wrong with one field of one source's events, as counts of the sample."""

    source: str
    event: str
    field: str
    sampled: int
    missing: int
    malformed: int
    """Of another kind than it should be, or none of its values."""
    out_of_range: int
    by_day: Mapping[int, tuple[int, int]]
    """By day: sampled, and those with anything wrong."""


def seen(sample: Iterable[Sampled]) -> list[EventSeen]:
    """Return what was seen by event, in order of name; properties most frequent first."""
    by_event: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in sample:
        by_event[each.event].append(each.properties)
    return [
        EventSeen(event=event, sampled=len(bodies), properties=_properties(bodies))
        for event, bodies in sorted(by_event.items())
    ]


def _properties(bodies: Sequence[Mapping[str, Any]]) -> tuple[PropertySeen, ...]:
    present = Counter(name for body in bodies for name, value in body.items() if value is not None)
    return tuple(
        _property(name, [body[name] for body in bodies if body.get(name) is not None])
        for name, _ in present.most_common(PROPERTIES_MAX)
    )


def _property(name: str, values: Sequence[Any]) -> PropertySeen:
    texts = Counter(value for value in values if isinstance(value, str))
    few = len(texts) <= VALUES_MAX and sum(texts.values()) >= 3 * len(texts)
    return PropertySeen(
        name=name,
        present=len(values),
        kinds=Counter(kind_of(value) for value in values),
        values=tuple(sorted(texts)) if few else (),
    )


def kind_of(value: Any) -> Kind:
    """Return the narrowest kind of a JSON value that is not null.

    >>> kind_of(3.0), kind_of("2026-01-01"), kind_of(True)
    ('whole', 'instant', 'boolean')
    """
    return next(kind for kind in KINDS if is_of(kind, value))


def proposed(events: Iterable[EventSeen]) -> dict[str, EventRule]:
    """Return rules that nearly everything seen keeps; of events seen too rarely nothing is said but the name."""
    return {
        each.event: EventRule(
            properties={
                one.name: PropertyRule(type=_certain(one), required=one.present >= PROPOSED_SHARE * each.sampled)
                for one in each.properties
                if one.present >= PROPOSED_SHARE * each.sampled or _certain(one) is not None
            }
            if each.sampled >= PROPOSED_SAMPLE_MIN
            else {}
        )
        for each in events
    }


def _certain(one: PropertySeen) -> Kind | None:
    kind = one.kind
    if kind is None or one.present < PROPOSED_SAMPLE_MIN:
        return None
    fitting = sum(count for each, count in one.kinds.items() if _fits(each, kind))
    return kind if fitting >= PROPOSED_SHARE * one.present else None


def _fits(each: Kind, wanted: Kind) -> bool:
    return each == wanted or (each, wanted) in {("whole", "number"), ("instant", "text")}


def expected_fields(events: Iterable[EventSeen], book: RuleBook) -> dict[str, dict[str, PropertyRule]]:
    """Return by event what each of its fields should be: as planned, else as most events have it."""
    wanted: dict[str, dict[str, PropertyRule]] = {}
    for each in events:
        usual = {
            one.name: _with_usual_range(one.name, PropertyRule(type=one.kind, required=True))
            for one in each.properties
            if one.present >= USUAL_SHARE * each.sampled
        }
        planned = {name: rule for rules, _ in book.rules.get(each.event, ()) for name, rule in rules.properties.items()}
        wanted[each.event] = usual | planned
    return wanted


def _with_usual_range(name: str, rule: PropertyRule) -> PropertyRule:
    low, high = USUAL_RANGE.get(name, (None, None))
    return PropertyRule(type=rule.type, required=rule.required, at_least=low, at_most=high)


def quality(sample: Sequence[Sampled], wanted: Mapping[str, Mapping[str, PropertyRule]]) -> list[FieldQuality]:
    """Return the quality of each expected field by source and event, the worst first."""
    cells: defaultdict[tuple[str, str], list[Sampled]] = defaultdict(list)
    for each in sample:
        cells[each.source, each.event].append(each)
    found = [
        _field(those, field, rule)
        for (_, event), those in cells.items()
        for field, rule in wanted.get(event, {}).items()
    ]
    return sorted(found, key=lambda one: (-_wrong_share(one), one.source, one.event, one.field))


def _wrong_share(one: FieldQuality) -> float:
    return (one.missing + one.malformed + one.out_of_range) / one.sampled


def _field(events: Sequence[Sampled], field: str, rule: PropertyRule) -> FieldQuality:
    missing = malformed = outside = 0
    by_day: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for each in events:
        value = each.properties.get(field)
        lacks = value is None and rule.required
        bad = value is not None and (
            (rule.type is not None and not is_of(rule.type, value)) or (bool(rule.values) and value not in rule.values)
        )
        far = value is not None and not bad and is_outside(rule, value)
        missing, malformed, outside = missing + lacks, malformed + bad, outside + far
        sampled, wrong = by_day[each.day]
        by_day[each.day] = (sampled + 1, wrong + (lacks or bad or far))
    return FieldQuality(
        source=events[0].source,
        event=events[0].event,
        field=field,
        sampled=len(events),
        missing=missing,
        malformed=malformed,
        out_of_range=outside,
        by_day=dict(by_day),
    )


def with_events(plan: TrackingPlan, added: Mapping[str, EventRule]) -> TrackingPlan:
    """Return a plan with rules for events that it does not name yet; what it says already stays."""
    return TrackingPlan(
        events={**added, **plan.events},
        violations=plan.violations,
        unknown_events=plan.unknown_events,
        name=plan.name,
    )
