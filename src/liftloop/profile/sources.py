"""Which streams of events and which attributes the live definitions need in memory; everything else stays on disk."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_bytes
from liftloop.profile.contract import Need, Source, SourceId, UnknownCondition
from liftloop.runtime.contract import Definitions
from liftloop.runtime.windows import Windows
from liftloop.storage.contract import ArraySpec

USING_KINDS = ("audience", "trait", "journey")
"""Kinds of definitions whose bodies hold conditions."""
SPAN_DAYS_MAX = 3660
"""Ten years: longer than any lake keeps."""


class Needs(Struct, frozen=True, kw_only=True):
    """All that the live definitions need."""

    by_event: Mapping[str, tuple[Source, ...]]
    horizon_ms: Mapping[SourceId, int]
    """The longest window over each source, 0 where only its whole life is asked for."""
    attributes: frozenset[str]
    traits: Mapping[str, Mapping[str, Any]]
    """Computed traits by id."""


def windows_of(source: SourceId) -> Windows:
    return Windows(name=f"source.{source}")


def life_array(source: SourceId, part: str) -> str:
    """Return the array that holds `count`, `sum`, `first_ms` or `last_ms` over a source's whole life."""
    return f"source.{source}.life.{part}"


def source_specs(source: SourceId) -> list[ArraySpec]:
    return [
        *windows_of(source).specs(),
        ArraySpec(name=life_array(source, "count"), dtype="<i4", fill=0, domain="profile"),
        ArraySpec(name=life_array(source, "sum"), dtype="<f8", fill=0, domain="profile"),
        ArraySpec(name=life_array(source, "first_ms"), dtype="<i8", fill=0, domain="profile"),
        ArraySpec(name=life_array(source, "last_ms"), dtype="<i8", fill=0, domain="profile"),
    ]


def attribute_array(name: str, part: str) -> str:
    """Return the array that holds `text` (a hash), `number` or `at_ms` of an attribute."""
    return f"attribute.{name}.{part}"


def attribute_specs(name: str) -> list[ArraySpec]:
    return [
        ArraySpec(name=attribute_array(name, "text"), dtype="<u8", fill=0, domain="profile"),
        ArraySpec(name=attribute_array(name, "number"), dtype="<f8", fill=float("nan"), domain="profile"),
        ArraySpec(name=attribute_array(name, "at_ms"), dtype="<i8", fill=0, domain="profile"),
    ]


def source_of(leaf: Mapping[str, Any]) -> Source:
    """Return the stream that an event condition or a computed trait reads."""
    event = leaf.get("event")
    if not isinstance(event, str) or not event:
        raise UnknownCondition(f"条件里的事件名无效：{event!r}", f"not an event name: {event!r}")
    prop = str(leaf.get("property", ""))
    where = leaf.get("where", [])
    filters = tuple(where) if isinstance(where, list | tuple) else (where,)
    key = hash_bytes(canonical_json([event, prop, list(filters)]))
    return Source(id=SourceId(f"{key:016x}"), event=event, property=prop, where=filters)


def span_of(leaf: Mapping[str, Any]) -> int:
    """Return the window of a leaf in milliseconds, 0 for the whole life."""
    days = leaf.get("within_days")
    if days is None:
        return 0
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 < days <= SPAN_DAYS_MAX:
        raise UnknownCondition(f"时间窗要在 0 到 {SPAN_DAYS_MAX} 天之间：{days!r}", f"window out of range: {days!r}")
    return int(days * DAY_MS)


def leaves(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every condition on an event or a trait inside a definition, however deep."""
    if isinstance(body, Mapping):
        if "trait" in body or ("event" in body and "nodes" not in body):
            yield body
        for part in body.values():
            yield from leaves(part)
    elif isinstance(body, list | tuple):
        for part in body:
            yield from leaves(part)


def needs_of(definitions: Definitions) -> Needs:
    """Return what all live and filling definitions need."""
    traits = {
        identity: definition.body
        for waiting in (definitions.filling("trait"), definitions.live("trait"))
        for identity, definition in waiting.items()
    }
    needs: list[Need] = [Need(source=source_of(body), span_ms=span_of(body)) for body in traits.values()]
    attributes: set[str] = set()
    for kind in USING_KINDS:
        for held in (definitions.filling(kind), definitions.live(kind)):
            for definition in held.values():
                for leaf in leaves(definition.body):
                    _collect(leaf, needs, attributes, traits)
    by_event: dict[str, dict[SourceId, Source]] = {}
    horizon: dict[SourceId, int] = {}
    for need in needs:
        by_event.setdefault(need.source.event, {})[need.source.id] = need.source
        horizon[need.source.id] = max(horizon.get(need.source.id, 0), need.span_ms)
    return Needs(
        by_event={event: tuple(sources.values()) for event, sources in by_event.items()},
        horizon_ms=horizon,
        attributes=frozenset(attributes),
        traits=traits,
    )


def _collect(
    leaf: Mapping[str, Any], needs: list[Need], attributes: set[str], traits: Mapping[str, Mapping[str, Any]]
) -> None:
    if "event" in leaf:
        needs.append(Need(source=source_of(leaf), span_ms=span_of(leaf)))
    elif str(leaf["trait"]) not in traits:
        attributes.add(str(leaf["trait"]))
