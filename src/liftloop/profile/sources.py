"""Which streams of events and which attributes the live definitions need in memory; everything else stays on disk."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.days import NO_DAY
from liftloop.kernel.dice import hash_bytes
from liftloop.profile.contract import Source, SourceId, SourceProgress, UnknownCondition
from liftloop.profile.studied import STUDIED, studied_array
from liftloop.profile.tags import TAG, kept_of, tag_condition
from liftloop.runtime.contract import Definitions, StateView
from liftloop.runtime.windows import Windows
from liftloop.storage.contract import ArraySpec

USING_KINDS = ("audience", "signal", "tag", "level", "trait", "journey")
"""Kinds of definitions whose bodies hold conditions."""
SPAN_CLASSES_DAYS = (1, 7, 31, 93, 366, 3660)
"""Windows are kept in classes: a source's horizon never changes, so what it holds is always complete.

The complete source of the longest class that anybody asks for answers all shorter windows of its stream too.
"""
SPAN_DAYS_MAX = SPAN_CLASSES_DAYS[-1]
"""Ten years: longer than any lake keeps."""

NUMBER_MAX = 1e308
"""What is compared must fit a float."""
_FILTER_FIELDS = frozenset({"property", "is", "in", "gte", "lte", "contains", "unless"})
CONTAINED_MAX = 200
"""Words looked for in one text."""
_IN_WINDOW = ("count", "sum", "avg", "min", "max", "distinct", "first", "last")
_IN_LIFE = ("count", "sum", "avg", "first_ms", "last_ms", "days_since_first", "days_since_last")
_OF_PROPERTY = frozenset({"distinct", "first", "last"})


TIMEZONE = "timezone"
"""The attribute that names a person's zone."""
RECIPIENT = "recipient"
"""What a definition says in place of a zone where each person's own is meant."""


class Needs(Struct, frozen=True, kw_only=True):
    """All that the live definitions need."""

    sources: Mapping[SourceId, Source]
    """By id: each in the class that its condition asks for, whether or not a longer one answers it."""
    attributes: frozenset[str]
    dates: frozenset[str]
    """Those of the attributes that are asked for as days."""
    traits: Mapping[str, Mapping[str, Any]]
    """Computed traits by id."""


def windows_of(source: SourceId) -> Windows:
    return Windows(name=f"source.{source}")


def life_array(source: SourceId, part: str) -> str:
    """Return the array that holds `count`, `sum`, `first_ms` or `last_ms` over a source's whole life."""
    return f"source.{source}.life.{part}"


def since_array(source: SourceId) -> str:
    """Return the array of three cells: the log offset from which a source was folded, 1 once its past is in, and the
    offset up to which the past has come.
    """
    return f"source.{source}.since"


def progress_of(state: StateView, source: SourceId) -> SourceProgress:
    """Return how far the past of a source has come."""
    cells = state[since_array(source)].tolist()
    return SourceProgress(since=cells[0], complete=bool(cells[1]), until=cells[2])


def source_specs(source: Source) -> list[ArraySpec]:
    windows = windows_of(source.id)
    counted = windows.specs() if horizon_of(source.id) else _life_specs(source.id)
    values = [windows.value_spec()] if horizon_of(source.id) and source.property else []
    return [ArraySpec(name=since_array(source.id), dtype="<i8", fill=0), *counted, *values]


def _life_specs(source: SourceId) -> list[ArraySpec]:
    return [
        ArraySpec(name=life_array(source, "count"), dtype="<i4", fill=0, domain="profile"),
        ArraySpec(name=life_array(source, "sum"), dtype="<f8", fill=0, domain="profile"),
        ArraySpec(name=life_array(source, "first_ms"), dtype="<i8", fill=0, domain="profile"),
        ArraySpec(name=life_array(source, "last_ms"), dtype="<i8", fill=0, domain="profile"),
    ]


def kept_sources(state: StateView) -> set[SourceId]:
    """Return the sources that have arrays."""
    return {SourceId(name.split(".")[1]) for name in state.names("source.")}


def source_id(stream: str, days: int) -> SourceId:
    return SourceId(f"{stream}-{days}")


def stream_of(source: SourceId) -> str:
    """Return what sources of all classes share: event, property and filters, hashed."""
    return source.partition("-")[0]


def days_of(source: SourceId) -> int:
    return int(source.partition("-")[2])


def horizon_of(source: SourceId) -> int:
    """Return how far back a source's window reaches in milliseconds, 0 for the whole life."""
    return days_of(source) * DAY_MS


def in_class(needs: Needs, source: SourceId) -> Source:
    """Return a source of a needed stream, whether or not a condition asks for its very class."""
    found = next(each for identity, each in needs.sources.items() if stream_of(identity) == stream_of(source))
    return Source(id=source, event=found.event, property=found.property, where=found.where, words=found.words)


def is_complete(state: StateView, source: SourceId) -> bool:
    """Return whether a source is kept and holds all that its horizon covers."""
    return state.has(since_array(source)) and progress_of(state, source).complete


def covering(state: StateView, source: SourceId) -> SourceId | None:
    """Return the kept source that answers what `source` would: a complete one before one that is still being filled."""
    stream, days = stream_of(source), days_of(source)
    longer = [source_id(stream, each) for each in SPAN_CLASSES_DAYS if each >= days] if days else [source]
    kept = [each for each in longer if state.has(since_array(each))]
    return next((each for each in kept if is_complete(state, each)), kept[0] if kept else None)


def wanted_sources(state: StateView, needs: Needs) -> set[SourceId]:
    """Return the sources to keep: one a stream, long enough for all, and those that answer until it is complete."""
    kept, wanted = kept_sources(state), set[SourceId]()
    by_stream: dict[str, list[int]] = {}
    for source in needs.sources:
        if days_of(source):
            by_stream.setdefault(stream_of(source), []).append(days_of(source))
        else:
            wanted.add(source)
    for stream, asked in by_stream.items():
        longest = source_id(stream, max(asked))
        cover = covering(state, longest)
        if cover is not None and is_complete(state, cover):
            wanted.add(cover)
        else:
            longest = cover or longest
            wanted |= {longest} | {each for each in kept if stream_of(each) == stream and days_of(each) >= min(asked)}
    return wanted


def kept_attributes(state: StateView) -> set[str]:
    """Return the attributes that have columns."""
    return {name.removeprefix("attribute.").rpartition(".")[0] for name in state.names("attribute.")}


def attribute_array(name: str, part: str) -> str:
    """Return the array that holds `text` (a hash), `number` or `at_ms` of an attribute, or whether it is `complete`.

    A studied trait hides an attribute of the same name.
    """
    if name in STUDIED:
        return studied_array(name, part)
    return f"attribute.{name}.{part}"


def attribute_specs(name: str) -> list[ArraySpec]:
    return [
        ArraySpec(name=attribute_array(name, "complete"), dtype="|i1", fill=0),
        ArraySpec(name=attribute_array(name, "text"), dtype="<u8", fill=0, domain="profile"),
        ArraySpec(name=attribute_array(name, "number"), dtype="<f8", fill=float("nan"), domain="profile"),
        ArraySpec(name=attribute_array(name, "at_ms"), dtype="<i8", fill=0, domain="profile"),
    ]


def day_spec(name: str) -> ArraySpec:
    """Return the array that holds an attribute as a day, see `liftloop.kernel.days`."""
    return ArraySpec(name=attribute_array(name, "day"), dtype="<i4", fill=NO_DAY, domain="profile")


def source_of(leaf: Mapping[str, Any]) -> Source:
    """Return the stream that an event condition or a computed trait reads.

    Raises `UnknownCondition` where filters, window or aggregate cannot be worked with.
    """
    event, prop, where = leaf.get("event"), leaf.get("property", ""), leaf.get("where", ())
    filters = tuple(where) if isinstance(where, list | tuple) else (where,)
    span_ms = span_of(leaf)
    if not isinstance(event, str) or not event or not isinstance(prop, str):
        raise UnknownCondition(f"条件里的事件名或属性名无效：{event!r}", f"not an event or property name: {event!r}")
    for test in filters:
        _check_filter(test)
    if leaf.get("aggregate", "count") not in (_IN_WINDOW if span_ms else _IN_LIFE):
        raise UnknownCondition(
            f"不认识的统计方式，或者少了时间窗：{leaf['aggregate']}",
            f"unknown aggregate, or one that needs a window: {leaf['aggregate']}",
        )
    horizon_days = next((days for days in SPAN_CLASSES_DAYS if span_ms <= days * DAY_MS), 0) if span_ms else 0
    asked = {leaf.get("aggregate", "count")} | (_OF_PROPERTY & set(leaf))
    if asked & _OF_PROPERTY and not prop:
        raise UnknownCondition("distinct、first、last 需要 property", "distinct, first and last need a property")
    words = "distinct" in asked
    stream = f"{hash_bytes(canonical_json([event, prop, list(filters), *(['words'] if words else [])])):016x}"
    return Source(id=source_id(stream, horizon_days), event=event, property=prop, where=filters, words=words)


def steps_of(leaf: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the events of a checked sequence as conditions of their own: first, then, and without where it has one."""
    steps = [*leaf["sequence"], *([leaf["without"]] if "without" in leaf else [])]
    within = {"within_days": leaf.get("within_days")}
    return [{name: step[name] for name in ("event", "where") if name in step} | within for step in steps]


def _check_filter(test: Any) -> None:
    known = isinstance(test, Mapping) and isinstance(test.get("property"), str) and set(test) <= _FILTER_FIELDS
    if not known or not isinstance(test.get("in", []), list | tuple):
        raise UnknownCondition(f"看不懂的过滤：{test!r}", f"not a filter on a property: {test!r}")
    words = test.get("contains", ["x"])
    if (
        not isinstance(words, list | tuple)
        or not 0 < len(words) <= CONTAINED_MAX
        or not all(isinstance(word, str) and word for word in words)
    ):
        raise UnknownCondition(
            f"contains 要列出 1 到 {CONTAINED_MAX} 个词", f"contains takes a list of 1 to {CONTAINED_MAX} words"
        )
    phrases = test.get("unless", ["x"])
    if (
        not isinstance(phrases, list | tuple)
        or not 0 < len(phrases) <= CONTAINED_MAX
        or not all(isinstance(phrase, str) and phrase for phrase in phrases)
        or ("unless" in test and "contains" not in test)
    ):
        raise UnknownCondition(
            f"unless 跟在 contains 后面，列出 1 到 {CONTAINED_MAX} 个说法",
            f"unless goes with contains and takes a list of 1 to {CONTAINED_MAX} phrases",
        )
    for bound in (test[word] for word in ("gte", "lte") if word in test):
        if isinstance(bound, bool) or not isinstance(bound, int | float) or not abs(bound) < NUMBER_MAX:
            raise UnknownCondition(f"过滤里的界限不是数：{bound!r}", f"the bound of a filter is no number: {bound!r}")


def span_of(leaf: Mapping[str, Any]) -> int:
    """Return the window of a leaf in milliseconds, 0 for the whole life."""
    days = leaf.get("within_days")
    if days is None:
        return 0
    known = not isinstance(days, bool) and isinstance(days, int | float)
    if not known or not 0 < days <= SPAN_DAYS_MAX or not int(days * DAY_MS):
        raise UnknownCondition(f"时间窗要在 0 到 {SPAN_DAYS_MAX} 天之间：{days!r}", f"window out of range: {days!r}")
    return int(days * DAY_MS)


def leaves(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every condition on an event or a trait inside a definition, however deep."""
    if isinstance(body, Mapping) and isinstance(body.get("sequence"), list | tuple):
        yield from steps_of(body)
    elif isinstance(body, Mapping) and set(body) == {"tag"}:
        yield tag_condition(str(body["tag"]))
    elif isinstance(body, Mapping):
        if body.get("zone") == RECIPIENT:
            yield {"trait": TIMEZONE}
        if "trait" in body or ("event" in body and "nodes" not in body):
            yield body
        for part in body.values():
            yield from leaves(part)
    elif isinstance(body, list | tuple):
        for part in body:
            yield from leaves(part)


def needs_of(definitions: Definitions) -> Needs:
    """Return what all live and filling definitions need, and older versions of journeys, in which people may be."""
    bodies = {
        kind: [each.body for held in (definitions.filling(kind), definitions.live(kind)) for each in held.values()]
        for kind in USING_KINDS
    }
    bodies["journey"] += [each.body for each in definitions.versions("journey")]
    traits = {
        identity: definition.body
        for waiting in (definitions.filling("trait"), definitions.live("trait"))
        for identity, definition in waiting.items()
    }
    asked = [leaf for kind in USING_KINDS for leaf in leaves(bodies[kind])]
    sources, attributes = needed_by(asked, traits)
    return Needs(
        sources=sources,
        attributes=kept_of(attributes, definitions),
        dates=frozenset(str(leaf["trait"]) for leaf in asked if asks_for_day(leaf)) - set(STUDIED),
        traits=traits,
    )


def asks_for_day(leaf: Mapping[str, Any]) -> bool:
    """Return whether a trait is asked for as a day: by a trigger, a node or a condition. Tags end at an instant."""
    if "trait" not in leaf or str(leaf["trait"]).startswith(TAG):
        return False
    of_journey = leaf.get("on") == "date" or leaf.get("kind") == "until_date"
    return of_journey or "days_since" in leaf or "days_to_anniversary" in leaf


def needed_by(
    conditions: Iterable[Mapping[str, Any]], traits: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[SourceId, Source], set[str]]:
    """Return the sources and the attributes that conditions read, through computed traits too."""
    sources: dict[SourceId, Source] = {}
    attributes: set[str] = set()
    for leaf in conditions:
        body = leaf if "event" in leaf else traits.get(str(leaf["trait"]))
        if body is None:
            attributes |= {each for each in (str(leaf["trait"]),) if each not in STUDIED}
        else:
            source = source_of(body)
            sources[source.id] = source
    return sources, attributes
