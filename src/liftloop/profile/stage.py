"""The folds of profile, in the order of the pipeline: columns, fillings, merges, events, then attributes and consents.

Attributes all go to disk; only those that a live definition asks for have columns in memory.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from liftloop.identify.reading import follow
from liftloop.kernel.clock import FAR_FUTURE_MS, HOUR_MS
from liftloop.kernel.codec import unpack_columns
from liftloop.profile.consents import merge_consents
from liftloop.profile.contract import Source, SourceFilled, SourceId
from liftloop.profile.sources import (
    Needs,
    attribute_array,
    attribute_specs,
    day_spec,
    horizon_of,
    in_class,
    kept_attributes,
    kept_sources,
    life_array,
    needs_of,
    progress_of,
    since_array,
    source_specs,
    wanted_sources,
    windows_of,
)
from liftloop.profile.values import event_value
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Definitions, Frame, Moment, Slots, StateView
from liftloop.storage.contract import Delta, Record, Write

SOURCE_FILLED = "source.filled"
"""A study's answer about a part of a source's past: `SourceFilled`, named by the source."""

TRIGGER_AGE_MAX_MS = HOUR_MS
"""An older event moves windows and triggers nothing: nobody wants a welcome three days late."""

Values = NDArray[np.float64]

_FILLED = msgspec.msgpack.Decoder(SourceFilled)


class Compiled:
    """What the live definitions need, compiled once a generation and shared by the folds of profile."""

    def __init__(self) -> None:
        self._held: tuple[int, Needs] | None = None
        self._folded: tuple[int, Mapping[SourceId, Source]] | None = None

    def needs(self, definitions: Definitions) -> Needs:
        if self._held is None or self._held[0] != definitions.generation:
            self._held = (definitions.generation, needs_of(definitions))
        return self._held[1]

    def folded(self, state: StateView) -> Mapping[SourceId, Source]:
        """Return the sources that have arrays, once `ProfileColumns` has made them those of this generation."""
        generation = state.definitions.generation
        if self._folded is None or self._folded[0] != generation:
            needs = self.needs(state.definitions)
            self._folded = (generation, {each: in_class(needs, each) for each in sorted(kept_sources(state))})
        return self._folded[1]


class _Fold:
    """What the folds of profile have alike: they act only on what comes in."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class ProfileColumns(_Fold):
    """Makes room for what a new definition asks for, and notes from where on it has been folded.

    What nothing asks for any more is dropped, not kept half known: should it be asked for again, it is filled anew.
    """

    name = "profile.columns"
    reads = frozenset({"record"})
    writes = frozenset[str]()
    _settled = -1
    """The generation of definitions whose needs are met."""

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if self._settled == state.definitions.generation:
            return NOTHING
        self._settled = state.definitions.generation
        needs = self._compiled.needs(state.definitions)
        wanted, kept = wanted_sources(state, needs), kept_sources(state)
        new_sources = sorted(wanted - kept)
        new_attributes = [name for name in needs.attributes if not state.has(attribute_array(name, "text"))]
        new_days = [name for name in needs.dates & needs.attributes if not state.has(attribute_array(name, "day"))]
        first = int(frame["record"]["offset"][0]) if "record" in frame else 0
        complete = int(people.count(state) == 0)
        cells = np.arange(3)
        noted = [Write(since_array(source), cells, np.array([first, complete, 0])) for source in new_sources]
        noted += [
            Write(attribute_array(name, "complete"), cells[:1], np.array([complete], dtype=np.int8))
            for name in sorted({*new_attributes, *new_days})
        ]
        specs = [spec for source in new_sources for spec in source_specs(in_class(needs, source))]
        specs += [spec for name in new_attributes for spec in attribute_specs(name)]
        specs += [day_spec(name) for name in new_days]
        return Delta(allocate=specs, writes=noted, drop=_needless(state, kept - wanted, needs)), {}


class ProfileMerges(_Fold):
    """Gives what is known of a forwarded profile to the one that is kept."""

    name = "profile.merges"
    reads = frozenset({"merge"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "merge" not in frame:
            return NOTHING
        needs = self._compiled.needs(state.definitions)
        kept, forwarded = frame["merge"]["kept"], frame["merge"]["forwarded"]
        writes: list[Write] = []
        for source in self._compiled.folded(state):
            if horizon_of(source):
                writes += windows_of(source).move(state, kept, forwarded, moment.now_ms - horizon_of(source)).writes
            else:
                writes += _merge_lives(state, source, kept, forwarded)
        for name in needs.attributes:
            writes += _merge_attribute(state, name, kept, forwarded)
        return Delta(writes=[*writes, *merge_consents(state, kept, forwarded)]), {}


class ProfileEvents(_Fold):
    """Folds events into windows and lifetimes; says whose answers may differ."""

    name = "profile.events"
    reads = frozenset({"event", "person", "merge", "person.studied", "person.credited", "person.gifted"})
    writes = frozenset({"person.touched"})

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        touched = [frame["merge"]["kept"]] if "merge" in frame else []
        # Whoever is kept was named by a message of this frame, and it is for that message to trigger or not.
        triggers = [np.zeros(len(slots), dtype=np.bool_) for slots in touched]
        for kind in ("person.studied", "person.credited", "person.gifted"):
            if kind in frame:
                touched.append(frame[kind]["slot"])
                triggers.append(frame[kind]["triggers"])
        parts: list[Write] = []
        if "person" in frame:
            events, slots = frame["event"], frame["person"]["slot"]
            touched.append(slots)
            triggers.append(~events["imported"] & (events["at_ms"] > moment.now_ms - TRIGGER_AGE_MAX_MS))
            for source, index in _rows_by_source(events, self._compiled.folded(state)):
                values = _values(source, events["record"], index)
                kept = ~np.isnan(values)
                parts += _add(
                    state, source.id, moment, (slots[index][kept], events["at_ms"][index][kept], values[kept])
                )
        if not touched:
            return NOTHING
        distinct, inverse = np.unique(np.concatenate(touched), return_inverse=True)
        may_trigger = np.bincount(inverse, weights=np.concatenate(triggers)) > 0
        batch = Batch(len(distinct), {"slot": distinct, "triggers": may_trigger})
        return Delta(writes=parts), {"person.touched": batch}


class ProfileFillings(_Fold):
    """Takes in the past of a source that a new definition asked for, as a study found it in the lake."""

    name = "profile.fillings"
    reads = frozenset({"system"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        system = frame.get("system")
        records: list[Record] = list(system["record"]) if system is not None else []
        filled = [record for record in records if record.kind == SOURCE_FILLED]
        if not filled:
            return NOTHING
        writes: list[Write] = []
        by_source: dict[str, list[bytes]] = {}
        for record in filled:
            by_source.setdefault(record.name, []).append(record.body)
        for source in self._compiled.folded(state):
            if source in by_source:
                writes += _fill_source(state, source, by_source[source], moment)
        return Delta(writes=writes), {}


def _rows_by_source(events: Batch, sources: Mapping[SourceId, Source]) -> list[tuple[Source, NDArray[np.intp]]]:
    tracked = np.flatnonzero(events["kind"].are("track"))
    rows = {name: tracked[places] for name, places in events["name"].at(tracked).places().items()}
    return [(source, rows[source.event]) for source in sources.values() if source.event in rows]


def _values(source: Source, records: Sequence[Record], rows: NDArray[np.intp]) -> Values:
    """Return what each event adds to a source; bodies are read only where the source asks for what is in them."""
    if not source.property and not source.where:
        return np.ones(len(rows))
    return np.array([event_value(source, records[row].body) for row in rows.tolist()], dtype=np.float64)


def _add(
    state: StateView, source: SourceId, moment: Moment, events: tuple[Slots, NDArray[np.int64], Values]
) -> Sequence[Write]:
    slots, at_ms, values = events
    if not len(slots):
        return []
    if horizon_of(source):
        return windows_of(source).add(state, slots, at_ms, values, moment.now_ms - horizon_of(source)).writes
    distinct, inverse, counts = np.unique(slots, return_inverse=True, return_counts=True)
    lives = {
        "count": counts.astype(np.int64),
        "sum": np.bincount(inverse, weights=values),
        "first_ms": _extreme(np.minimum, inverse, at_ms, len(distinct), FAR_FUTURE_MS),
        "last_ms": _extreme(np.maximum, inverse, at_ms, len(distinct), 0),
    }
    return _add_lives(state, source, distinct, lives)


def _extreme(
    pick: np.ufunc, inverse: NDArray[np.intp], at_ms: NDArray[np.int64], count: int, start: int
) -> NDArray[np.int64]:
    extreme = np.full(count, start, dtype=np.int64)
    pick.at(extreme, inverse, at_ms)
    return extreme


def _add_lives(state: StateView, source: Any, slots: Slots, lives: Mapping[str, NDArray[Any]]) -> list[Write]:
    """Return the writes that add counts and sums and widen first and last; slots are distinct."""
    first = state[life_array(source, "first_ms")][slots]
    writes = [
        Write(life_array(source, part), slots, (state[life_array(source, part)][slots] + lives[part]).astype(dtype))
        for part, dtype in (("count", np.int32), ("sum", np.float64))
    ]
    earliest = np.where(first == 0, lives["first_ms"], np.minimum(first, lives["first_ms"]))
    latest = np.maximum(state[life_array(source, "last_ms")][slots], lives["last_ms"])
    return [
        *writes,
        Write(life_array(source, "first_ms"), slots, earliest),
        Write(life_array(source, "last_ms"), slots, latest),
    ]


def _merge_lives(state: StateView, source: Any, kept: Slots, forwarded: Slots) -> list[Write]:
    count = state[life_array(source, "count")][forwarded]
    lived = count > 0
    kept, forwarded = kept[lived], forwarded[lived]
    if not len(kept):
        return []
    distinct, inverse = np.unique(kept, return_inverse=True)
    first = state[life_array(source, "first_ms")][forwarded]
    last = state[life_array(source, "last_ms")][forwarded]
    lives = {
        "count": np.bincount(inverse, weights=state[life_array(source, "count")][forwarded]),
        "sum": np.bincount(inverse, weights=state[life_array(source, "sum")][forwarded]),
        "first_ms": _extreme(np.minimum, inverse, first, len(distinct), FAR_FUTURE_MS),
        "last_ms": _extreme(np.maximum, inverse, last, len(distinct), 0),
    }
    zero = [
        Write(life_array(source, part), forwarded, np.zeros(len(forwarded), dtype=dtype))
        for part, dtype in (("count", np.int32), ("sum", np.float64), ("first_ms", np.int64), ("last_ms", np.int64))
    ]
    return [*_add_lives(state, source, distinct, lives), *zero]


def _merge_attribute(state: StateView, name: str, kept: Slots, forwarded: Slots) -> list[Write]:
    """Let the newer value hold; several merges into one person are settled by the newest of all."""
    at = state[attribute_array(name, "at_ms")]
    newest: dict[int, int] = {}
    for to, source in zip(kept.tolist(), forwarded.tolist(), strict=True):
        if at[source] > at[newest.get(to, to)]:
            newest[to] = source
    if not newest:
        return []
    index = np.fromiter(newest, np.int64, len(newest))
    chosen = np.fromiter(newest.values(), np.int64, len(newest))
    return [
        Write(attribute_array(name, part), index, state[attribute_array(name, part)][chosen])
        for part in ("text", "number", "at_ms", "day")
        if state.has(attribute_array(name, part))
    ]


def _concatenated(parts: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _needless(state: StateView, ended: set[SourceId], needs: Needs) -> list[str]:
    """Return the arrays of sources and attributes that nothing asks for."""
    sources = [f"source.{source}." for source in ended]
    attributes = [f"attribute.{name}." for name in kept_attributes(state) - needs.attributes]
    return [name for prefix in sorted(sources + attributes) for name in state.names(prefix)]


def _fill_source(state: StateView, source: SourceId, bodies: Sequence[bytes], moment: Moment) -> list[Write]:
    """Add the parts of the past that come next: windows and lifetimes commute with what was folded since."""
    progress = progress_of(state, source)
    until, parts = progress.until, list[Mapping[str, Any]]()
    for part in [] if progress.complete else _read(bodies):
        if part.since == progress.since and part.after == until < progress.since:
            parts.append(unpack_columns(part.columns))
            until = part.until
    if not parts:
        return []
    reached = Write(since_array(source), np.array([1, 2]), np.array([int(until >= progress.since), until]))
    return [reached, *_add_past(state, source, _concatenated(parts), moment)]


def _read(bodies: Sequence[bytes]) -> list[SourceFilled]:
    """Return what can be read; what another version wrote is left out, and will be asked for again."""
    parts: list[SourceFilled] = []
    for body in bodies:
        try:
            parts.append(_FILLED.decode(body))
        except msgspec.DecodeError:
            continue
    return parts


def _add_past(
    state: StateView, source: SourceId, columns: Mapping[str, NDArray[Any]], moment: Moment
) -> Sequence[Write]:
    slots = follow(state, people.slots(state, columns["profile"]))
    known = slots >= 0
    return _add(state, source, moment, (slots[known], columns["at_ms"][known], columns["value"][known]))
