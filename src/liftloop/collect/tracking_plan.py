"""What events may say: the definitions `tracking_plan` as one rule book, and what an event does against it.

Several plans add up; an event that two of them name must keep both.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from liftloop.collect.fitting import NO_TRAIT_RULES, TraitRules

Kind = Literal["text", "number", "whole", "boolean", "list", "object", "instant"]
Measure = Literal["allow", "warn", "block"]

_STRICTER = {"allow": 0, "warn": 1, "block": 2}


class PropertyRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one property may be; null counts as missing."""

    type: Kind | None = None
    """None: anything."""
    required: bool = False
    values: tuple[str | int | float | bool, ...] = ()
    """Where there are any, no other value is right."""
    at_least: float | None = None
    at_most: float | None = None
    """Beyond these a number is wrong; what is no number is never out of range."""


class EventRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one event may say."""

    properties: Mapping[str, PropertyRule] = {}
    others: Measure = "allow"
    """What is done about properties that are not named here."""


class TrackingPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A definition of kind `tracking_plan`."""

    events: Mapping[str, EventRule]
    violations: Literal["warn", "block"] = "warn"
    """What is done about an event that breaks its rule."""
    unknown_events: Measure = "allow"
    """What is done about an event that no plan names."""
    name: str = ""


class Verdict(Struct, frozen=True, kw_only=True):
    """What is wrong with an event, never with whose value it is: names and kinds only."""

    measure: Literal["warn", "block"]
    reason: str
    problems: tuple[str, ...]


class RuleBook(Struct, frozen=True, kw_only=True):
    """All live plans together."""

    rules: Mapping[str, Sequence[tuple[EventRule, Literal["warn", "block"]]]] = {}
    unknown_events: Measure = "allow"
    traits: TraitRules = NO_TRAIT_RULES
    """What traits of people become on their way in."""


NO_RULES = RuleBook()


def rule_book(plans: Iterable[TrackingPlan], traits: TraitRules = NO_TRAIT_RULES) -> RuleBook:
    """Return one rule book, `NO_RULES` for no plan and no rule of traits.

    Of what plans say about unknown events the strictest counts.
    """
    rules: dict[str, list[tuple[EventRule, Literal["warn", "block"]]]] = {}
    unknown: Measure = "allow"
    for plan in plans:
        unknown = max(unknown, plan.unknown_events, key=_STRICTER.__getitem__)
        for event, rule in plan.events.items():
            rules.setdefault(event, []).append((rule, plan.violations))
    if not rules and unknown == "allow" and not traits:
        return NO_RULES
    return RuleBook(rules=rules, unknown_events=unknown, traits=traits)


def judge(book: RuleBook, event: str, properties: Mapping[str, Any]) -> Verdict | None:
    """Return what is wrong with an event, None where nothing is."""
    rules = book.rules.get(event)
    if rules is None:
        measure = book.unknown_events
        return None if measure == "allow" else Verdict(measure=measure, reason="not_in_plan", problems=("event",))
    problems: list[str] = []
    strictest: Literal["warn", "block"] = "warn"
    for rule, measure in rules:
        found = list(_broken(rule, properties))
        if found and measure == "block":
            strictest = "block"
        if rule.others != "allow":
            strangers = [f"{name}: unknown" for name in properties if name not in rule.properties]
            if strangers and rule.others == "block":
                strictest = "block"
            found += strangers
        problems += found
    return Verdict(measure=strictest, reason="against_plan", problems=tuple(problems)) if problems else None


def _broken(rule: EventRule, properties: Mapping[str, Any]) -> Iterable[str]:
    for name, wanted in rule.properties.items():
        value = properties.get(name)
        if value is None:
            if wanted.required:
                yield f"{name}: missing"
        elif wanted.type is not None and not is_of(wanted.type, value):
            yield f"{name}: not {wanted.type}"
        elif wanted.values and value not in wanted.values:
            yield f"{name}: not one of its values"
        elif is_outside(wanted, value):
            yield f"{name}: out of range"


def is_outside(rule: PropertyRule, value: Any) -> bool:
    """Tell whether a number lies beyond the range of its rule."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    too_small = rule.at_least is not None and value < rule.at_least
    return too_small or (rule.at_most is not None and value > rule.at_most)


def is_of(kind: Kind, value: Any) -> bool:
    """Tell whether a JSON value is of a kind; true is no number, and 3.0 is whole."""
    match kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "whole":
            return isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
        case "boolean":
            return isinstance(value, bool)
        case "list":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "instant":
            return isinstance(value, str) and _is_instant(value)


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
