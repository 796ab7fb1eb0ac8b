"""The fold of audience: membership follows events and the passing of time; one next-flip timer a person.

A person is evaluated when something happened to them or when the earliest of their windows lets an event go.
A new version is computed for everybody in silence: people found are members and cause no entry.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.audience.reading import BITS, MEMBER, bit_of, holds, in_order
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.dice import hash_texts
from liftloop.profile.contract import Truth
from liftloop.profile.reading import People
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Definition, Frame, Moment, Slots, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import ArraySpec, Delta, Write

NEXT_FLIP = "audience.next_flip_ms"
VERSION = "audience.version"
"""By bit: the version that membership was computed with, 0 for none."""

WORDS = 8
"""64-bit words a person: room for 512 audiences."""
AUDIENCES_MAX = WORDS * 64
SILENT_CHUNK = 65_536
"""People evaluated at once when a new audience is computed for everybody: bounds the memory of a step."""
DUE_MAX = 250_000
"""People whose time has come that one step takes on; the rest follow in the next, so that none takes long."""

Bits = NDArray[np.uint64]


class Compiled(Struct, frozen=True):
    generation: int
    audiences: tuple[Definition, ...]
    traits: Mapping[str, Mapping[str, Any]]


class AudienceColumns:
    """Computes a version that membership does not know yet for everybody, in silence."""

    name = "audience.columns"
    reads = frozenset[str]()
    writes = frozenset[str]()

    def __init__(self, compiled: "CompiledAudiences") -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if not state.has(MEMBER):
            return Delta(allocate=_SPECS), {}
        compiled = self._compiled.audiences(state)
        fresh = [each for each in compiled.audiences if _version(state, each.id) != each.version]
        return (_fill(state, compiled, fresh, moment), {}) if fresh else NOTHING

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class AudienceMembership:
    """Reads `person.touched`; writes `audience.entered` and `audience.left`."""

    name = "audience.membership"
    reads = frozenset({"person.touched"})
    writes = frozenset({"audience.entered", "audience.left"})

    def __init__(self, compiled: "CompiledAudiences") -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        compiled = self._compiled.audiences(state)
        slots, triggers = _concerned(state, frame, moment.now_ms)
        if not len(slots):
            return NOTHING
        return _evaluate(state, compiled, (slots, triggers), moment)

    def next_due_ms(self, state: StateView) -> int:
        if not state.has(NEXT_FLIP) or not len(state[NEXT_FLIP]):
            return FAR_FUTURE_MS
        return int(state[NEXT_FLIP].min())


class CompiledAudiences:
    """The live audiences in an order in which each can be evaluated, compiled once a generation."""

    def __init__(self) -> None:
        self._held: Compiled | None = None

    def audiences(self, state: StateView) -> Compiled:
        generation = state.definitions.generation
        if self._held is None or self._held.generation != generation:
            live = state.definitions.live
            self._held = Compiled(
                generation,
                tuple(in_order(live("audience"))),
                {identity: trait.body for identity, trait in live("trait").items()},
            )
        return self._held


_SPECS = (
    ArraySpec(name=MEMBER, dtype="<u8", fill=0, width=WORDS, domain="profile"),
    ArraySpec(name=NEXT_FLIP, dtype="<i8", fill=FAR_FUTURE_MS, domain="profile"),
    ArraySpec(name=VERSION, dtype="<i4", fill=0),
)


def _version(state: StateView, audience: str) -> int:
    bit = bit_of(state, audience)
    return int(state[VERSION][bit]) if bit != ABSENT and bit < len(state[VERSION]) else 0


def _concerned(state: StateView, frame: Frame, now_ms: int) -> tuple[Slots, Truth]:
    """Return who must be evaluated, each once, and whether a change may trigger something."""
    due = np.flatnonzero(state[NEXT_FLIP] <= now_ms)[:DUE_MAX]
    if "person.touched" not in frame:
        return due, np.ones(len(due), dtype=np.bool_)
    touched = frame["person.touched"]
    rest = due[~np.isin(due, touched["slot"])] if len(due) else due
    slots = np.concatenate([touched["slot"], rest])
    return slots, np.concatenate([touched["triggers"], np.ones(len(rest), dtype=np.bool_)])


def _evaluate(
    state: StateView, compiled: Compiled, concerned: tuple[Slots, Truth], moment: Moment
) -> tuple[Delta, Frame]:
    slots, triggers = concerned
    persons = People(state, slots, moment.now_ms, compiled.traits)
    answers = _answers(compiled, persons)
    before = state[MEMBER][slots]
    bits = _bit_numbers(state, compiled.audiences)
    after = _with_answers(before, bits, list(answers.values()))
    changed = before != after
    rows = np.flatnonzero(changed.any(axis=1))
    writes = [Write(NEXT_FLIP, slots, persons.next_flip_ms)]
    if not len(rows):
        return Delta(writes=writes), {}
    writes.append(Write(MEMBER, slots[rows], after[rows]))
    numbers = people.numbers(state, slots)
    names = [each.id for each in compiled.audiences]
    entered = _facts(before, after, (bits, names), numbers, triggers, moment)
    left = _facts(after, before, (bits, names), numbers, triggers, moment)
    return Delta(writes=writes), {
        "audience.entered": entered,
        "audience.left": left,
    }


def _answers(compiled: Compiled, persons: People) -> dict[str, Truth]:
    answers: dict[str, Truth] = {}
    for audience in compiled.audiences:
        answers[audience.id] = holds(audience.body["where"], persons, answers)
    return answers


def _bit_numbers(state: StateView, audiences: Sequence[Definition]) -> NDArray[np.int64]:
    return BITS.find(state, hash_texts([f"audience\x1f{each.id}" for each in audiences]))


def _with_answers(before: Bits, bits: NDArray[np.int64], answers: Sequence[Truth]) -> Bits:
    """Return membership words with the bits of these audiences set to their answers; shape [people, WORDS]."""
    after = before.copy()
    for bit, answer in zip(bits.tolist(), answers, strict=True):
        mask = np.uint64(1) << np.uint64(bit % 64)
        word = after[:, bit // 64]
        after[:, bit // 64] = np.where(answer, word | mask, word & ~mask)
    return after


def _facts(
    before: Bits,
    after: Bits,
    audiences: tuple[NDArray[np.int64], Sequence[str]],
    numbers: NDArray[np.int64],
    triggers: Truth,
    moment: Moment,
) -> Batch:
    """Return a row for each (person, audience) whose bit is in `after` and not in `before`."""
    gained = after & ~before
    rows: list[NDArray[np.int64]] = []
    names: list[str] = []
    for bit, name in zip(audiences[0].tolist(), audiences[1], strict=True):
        found = np.flatnonzero(gained[:, bit // 64] & (np.uint64(1) << np.uint64(bit % 64)))
        if len(found):
            rows.append(found)
            names += [name] * len(found)
    row = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    return Batch(
        len(row),
        {
            "audience": names,
            "profile": numbers[row],
            "at_ms": np.full(len(row), moment.now_ms, dtype=np.int64),
            "triggers": triggers[row],
        },
    )


def _fill(state: StateView, compiled: Compiled, fresh: Sequence[Definition], moment: Moment) -> Delta:
    """Return the delta that computes new versions for everybody, with nobody entering or leaving."""
    bits = _bit_numbers(state, fresh)
    unknown = bits == ABSENT
    given = 0 if not state.has(VERSION) else len(state[VERSION])
    bits[unknown] = given + np.arange(int(unknown.sum()))
    assert given + int(unknown.sum()) <= AUDIENCES_MAX, "publishing refuses an audience that would not fit"
    hashes = hash_texts([f"audience\x1f{each.id}" for each in fresh])
    index = BITS.put(state, hashes[unknown], bits[unknown])
    versions = np.array([each.version for each in fresh], dtype=np.int32)
    writes = [*index.writes, Write(VERSION, bits, versions)]
    everyone = people.everyone(state)
    for start in range(0, len(everyone), SILENT_CHUNK):
        slots = everyone[start : start + SILENT_CHUNK]
        persons = People(state, slots, moment.now_ms, compiled.traits)
        answers = _answers(compiled, persons)
        words = _with_answers(state[MEMBER][slots], bits, [answers[each.id] for each in fresh])
        writes += [
            Write(MEMBER, slots, words),
            Write(NEXT_FLIP, slots, np.minimum(state[NEXT_FLIP][slots], persons.next_flip_ms)),
        ]
    return Delta(allocate=index.allocate, writes=writes)
