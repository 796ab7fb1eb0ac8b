"""With what somebody entered: properties of the event that called them, or of the request.

What a version asks of them (`entry` of conditions) is answered when people enter, one bit a question and enrolment;
what it `keeps` is put into the table `entry` for the words of messages. The fold never reads that table.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftloop.journey import enrolments
from liftloop.journey.contract import BadJourney, Journey
from liftloop.journey.splits import Branch, Condition
from liftloop.journey.triggers import Filter, OnEvent, OnRequest
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.profile.contract import Truth
from liftloop.profile.reading import told
from liftloop.storage.contract import Row

KEEPS_MAX = 20
NAME_CHARACTERS_MAX = 100
QUESTIONS_MAX = 64
"""One bit each."""
BYTES_MAX = 4_096
"""Of what is kept of one entry, as JSON: a basket of some twenty lines. What does not fit any more is left out."""

Bits = NDArray[np.uint64]
Bodies = Mapping[int, bytes]
"""JSON objects of properties by slot."""


def questions_of(journey: Journey) -> tuple[tuple[Filter, ...], ...]:
    """Return what a version asks of how people entered, each list of filters once, in the order of its nodes."""
    asked: dict[bytes, tuple[Filter, ...]] = {}
    for node in journey.nodes:
        parts = (node,) if isinstance(node, Condition) else node.cases if isinstance(node, Branch) else ()
        for part in parts:
            if part.entry:
                asked.setdefault(canonical_json(list(part.entry)), tuple(part.entry))
    return tuple(asked.values())


def check_entry(journey: Journey) -> None:
    """Raise `BadJourney` or `UnknownCondition` where what is asked or kept of entries cannot be worked with."""
    asked = questions_of(journey)
    if not asked and not journey.keeps:
        return
    if not isinstance(journey.trigger, OnEvent | OnRequest):
        raise BadJourney(
            "只有由事件或 api 触发的旅程才有进入时的属性",
            "only journeys whose trigger is an event or api are entered with properties",
        )
    if len(asked) > QUESTIONS_MAX:
        raise BadJourney(f"进入时属性的条件最多 {QUESTIONS_MAX} 种", f"at most {QUESTIONS_MAX} conditions on entries")
    names = list(journey.keeps)
    if len(names) > KEEPS_MAX or not all(0 < len(name) <= NAME_CHARACTERS_MAX for name in names):
        raise BadJourney(
            f"keeps 最多 {KEEPS_MAX} 个属性名，每个 1 到 {NAME_CHARACTERS_MAX} 个字",
            f"keeps names at most {KEEPS_MAX} properties, each of 1 to {NAME_CHARACTERS_MAX} characters",
        )
    for filters in asked:
        told.check_event("entry", filters)


def answered(journey: Journey, bodies: Sequence[bytes]) -> Bits:
    """Return the answers to what a version asks, for people who entered with these properties; shape [len(bodies)]."""
    bits = np.zeros(len(bodies), dtype=np.uint64)
    for place, filters in enumerate(questions_of(journey)):
        bits |= told.meets(filters, bodies).astype(np.uint64) << np.uint64(place)
    return bits


def passed(journey: Journey, bits: Bits, filters: Sequence[Filter]) -> Truth:
    """Return whose entry passes filters that the version asks; shape [len(bits)]."""
    place = [canonical_json(list(each)) for each in questions_of(journey)].index(canonical_json(list(filters)))
    return (bits >> np.uint64(place)) & np.uint64(1) == 1


def carried_over(before: Journey, after: Journey, bits: Bits) -> Bits:
    """Return the answers as another version numbers them; what the one before never asked is not passed."""
    known = {canonical_json(list(each)): place for place, each in enumerate(questions_of(before))}
    moved = np.zeros(len(bits), dtype=np.uint64)
    for place, filters in enumerate(questions_of(after)):
        was = known.get(canonical_json(list(filters)))
        if was is not None:
            moved |= ((bits >> np.uint64(was)) & np.uint64(1)) << np.uint64(place)
    return moved


def asks(journey: Journey) -> bool:
    """Return whether it matters to a version with what people enter."""
    return bool(journey.keeps) or bool(questions_of(journey))


def kept_rows(journey: Journey, rows: enrolments.Rows, bodies: Sequence[bytes]) -> list[Row]:
    """Return the rows of the table `entry` for people who entered with these properties."""
    if not journey.keeps:
        return []
    found = ((row, _kept(journey.keeps, body)) for row, body in zip(rows.tolist(), bodies, strict=True))
    return [(row, canonical_json(kept)) for row, kept in found if kept]


def _kept(names: Sequence[str], body: bytes) -> dict[str, Any]:
    """Return the named properties, in this order, as many as there is room for."""
    properties, kept, left = parse_object(body), dict[str, Any](), BYTES_MAX - 2
    for name in names:
        value = properties.get(name)
        size = len(canonical_json({name: value})) - 1  # A brace of both falls away, a comma comes.
        if value is not None and size <= left:
            kept[name] = value
            left -= size
    return kept
