"""The folds of audience: membership follows events and the passing of time; one next-flip timer a person.

A person is evaluated when something happened to them or when the earliest of their windows lets an event go that a
condition needs. What an audience means is computed anew for everybody in silence: people found are members and cause
no entry. A profile that was merged into another leaves all audiences and is not looked at again, unless the merge is
undone: then the two are members of what they belong to, in silence too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftloop.audience.program import Program, compiled, evaluate
from liftloop.audience.reading import BITS, MEMBER, conditioned
from liftloop.identify.reading import follow
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.dice import hash_text, hash_texts
from liftloop.kernel.sets import are_among, distinct
from liftloop.kernel.words import Words
from liftloop.profile.contract import Truth
from liftloop.profile.reading import People, put_tags
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.runtime.hash_index import ABSENT
from liftloop.storage.contract import ArraySpec, Delta, Write

NEXT_FLIP = "audience.next_flip_ms"
MEANING = "audience.meaning"
"""By bit: the hash of what membership was computed by, 0 for nothing."""

WORDS = 8
"""64-bit words a person: room for 512 audiences."""
AUDIENCES_MAX = WORDS * 64
SILENT_CHUNK = 65_536
"""People evaluated at once when a new audience is computed for everybody: bounds the memory of a step."""
DUE_MAX = 25_000
"""People whose time has come that one step takes on; the rest follow in the next.

A step of them takes about 60 ms, so that half a million cost 1.2 s in all and keep no event waiting.
"""

Bits = NDArray[np.uint64]
BitNumbers = NDArray[np.int64]

_SPECS = (
    ArraySpec(name=MEMBER, dtype="<u8", fill=0, width=WORDS, domain="profile"),
    ArraySpec(name=NEXT_FLIP, dtype="<i8", fill=FAR_FUTURE_MS, domain="profile"),
    ArraySpec(name=MEANING, dtype="<u8", fill=0),
)


class CompiledAudiences:
    """The live audiences as one program, compiled once a generation."""

    def __init__(self) -> None:
        self._generation = -1
        self._program = compiled({}, {})
        self._bits: BitNumbers | None = None

    def program(self, state: StateView) -> Program:
        definitions = state.definitions
        if self._generation != definitions.generation:
            traits = {identity: trait.body for identity, trait in definitions.live("trait").items()}
            self._program = compiled(conditioned(definitions), traits, put_tags(definitions))
            self._generation, self._bits = definitions.generation, None
        return self._program

    def bits(self, state: StateView) -> BitNumbers:
        """Return the bit of each audience of the program, ABSENT for one that was never computed."""
        program = self.program(state)
        if self._bits is None:
            bits = BITS.find(state, hash_texts([f"audience\x1f{identity}" for identity in program.ids]))
            if (bits == ABSENT).any():
                return bits
            self._bits = bits  # A bit is given once and never again.
        return self._bits


class AudienceColumns:
    """Makes room for membership; lets everybody out of audiences that ended."""

    name = "audience.columns"
    reads = frozenset[str]()
    writes = frozenset[str]()

    def __init__(self, audiences: CompiledAudiences) -> None:
        self._audiences = audiences
        self._settled = -1
        """The generation of definitions at which nothing was left to do."""

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if not state.has(MEMBER):
            return Delta(allocate=_SPECS), {}
        if self._settled == state.definitions.generation:
            return NOTHING
        self._settled = state.definitions.generation
        return Delta(writes=_emptied(state, self._audiences.bits(state))), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class AudienceFillings:
    """Computes for everybody, in silence, what membership does not know yet or knows by an older meaning."""

    name = "audience.fillings"
    reads = frozenset[str]()
    writes = frozenset[str]()

    def __init__(self, audiences: CompiledAudiences) -> None:
        self._audiences = audiences
        self._settled = -1

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if self._settled == state.definitions.generation:
            return NOTHING
        program, bits = self._audiences.program(state), self._audiences.bits(state)
        known = np.zeros(len(bits), dtype=np.uint64)
        there = bits != ABSENT
        known[there] = state[MEANING][bits[there]]
        stale = np.flatnonzero(known != program.meanings)
        self._settled = state.definitions.generation
        return (_filled(state, program, (bits, stale), moment), {}) if len(stale) else NOTHING

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class AudienceMembership:
    """Reads `person.touched`, `merge` and `separation`; writes `audience.entered` and `audience.left`."""

    name = "audience.membership"
    reads = frozenset({"person.touched", "merge", "separation"})
    writes = frozenset({"audience.entered", "audience.left"})

    def __init__(self, audiences: CompiledAudiences) -> None:
        self._audiences = audiences

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        merged = distinct(frame["merge"]["forwarded"]) if "merge" in frame else np.zeros(0, dtype=np.int64)
        slots, triggers = _concerned(state, frame, moment.now_ms)
        silent = _parted(frame)
        slots = np.concatenate([slots, silent[~are_among(silent, slots)]])
        triggers = np.concatenate([triggers, np.zeros(len(slots) - len(triggers), dtype=np.bool_)])
        if not len(slots) and not len(merged):
            return NOTHING
        program, bits = self._audiences.program(state), self._audiences.bits(state)
        persons = People(state, slots, moment.now_ms, program.traits)
        before: Bits = np.concatenate([state[MEMBER][slots], state[MEMBER][merged]])
        after: Bits = np.zeros(before.shape, dtype=np.uint64)
        after[: len(slots)] = _with_answers(before[: len(slots)], bits, evaluate(program, persons))
        next_flip_ms = np.full(len(before), FAR_FUTURE_MS, dtype=np.int64)
        next_flip_ms[: len(slots)] = persons.next_flip_ms
        slots = np.concatenate([slots, merged])
        triggers = np.concatenate([triggers, np.zeros(len(merged), dtype=np.bool_)])
        changed = np.flatnonzero((before != after).any(axis=1))
        writes = [Write(NEXT_FLIP, slots, next_flip_ms), Write(MEMBER, slots[changed], after[changed])]
        if not len(changed):
            return Delta(writes=writes), {}
        names = _names(bits, program.ids)
        changed = changed[~are_among(slots[changed], silent)]
        about = (people.numbers(state, slots[changed]), triggers[changed], moment)
        return Delta(writes=writes), {
            "audience.entered": _facts(after[changed] & ~before[changed], names, about),
            "audience.left": _facts(before[changed] & ~after[changed], names, about),
        }

    def next_due_ms(self, state: StateView) -> int:
        if not state.has(NEXT_FLIP) or not len(state[NEXT_FLIP]):
            return FAR_FUTURE_MS
        return int(state[NEXT_FLIP].min())


def _concerned(state: StateView, frame: Frame, now_ms: int) -> tuple[Slots, Truth]:
    """Return who must be evaluated, each once, and whether a change may trigger something."""
    due = np.flatnonzero(state[NEXT_FLIP] <= now_ms)[:DUE_MAX]
    if "person.touched" not in frame:
        return due, np.ones(len(due), dtype=np.bool_)
    touched = frame["person.touched"]
    rest = due[~are_among(due, touched["slot"])] if len(due) else due
    slots = np.concatenate([touched["slot"], rest])
    return slots, np.concatenate([touched["triggers"], np.ones(len(rest), dtype=np.bool_)])


def _parted(frame: Frame) -> Slots:
    """Return the two people of a merge that was undone in this tick."""
    if "separation" not in frame:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([frame["separation"]["kept"], frame["separation"]["forwarded"]])


def _with_answers(before: Bits, bits: BitNumbers, answers: Sequence[Truth]) -> Bits:
    """Return membership words with the bits of these audiences set to their answers; shape [people, WORDS]."""
    answered = np.zeros((AUDIENCES_MAX // 8, len(before)), dtype=np.uint8)
    for bit, answer in zip(bits.tolist(), answers, strict=True):
        answered[bit // 8] |= answer.view(np.uint8) << np.uint8(bit % 8)
    asked = np.zeros(AUDIENCES_MAX, dtype=np.bool_)
    asked[bits] = True
    kept = before & ~np.packbits(asked, bitorder="little").view(np.uint64)
    return kept | np.ascontiguousarray(answered.T).view(np.uint64)


def _names(bits: BitNumbers, ids: Sequence[str]) -> Words:
    """Return the audience of each bit there can be, an empty name where there is none."""
    codes = np.full(AUDIENCES_MAX, len(ids), dtype=np.int32)
    codes[bits] = np.arange(len(ids))
    return Words([*ids, ""], codes)


def _facts(gained: Bits, names: Words, about: tuple[NDArray[np.int64], Truth, Moment]) -> Batch:
    """Return a row for each (person, audience) whose bit is set; bits of audiences that are no more are passed over."""
    numbers, triggers, moment = about
    # Flat and as truth values: NumPy finds those eight times faster than bytes in a plane.
    flags = np.unpackbits(np.ascontiguousarray(gained).view(np.uint8), bitorder="little").view(np.bool_)
    person, bit = np.divmod(np.flatnonzero(flags), AUDIENCES_MAX)
    alive = ~names.are("")[bit]
    person, audience = person[alive], names.at(bit[alive])
    return Batch(
        len(person),
        {
            "audience": audience,
            "profile": numbers[person],
            "at_ms": np.full(len(person), moment.now_ms, dtype=np.int64),
            "triggers": triggers[person],
        },
    )


def _emptied(state: StateView, bits: BitNumbers) -> list[Write]:
    """Return the writes after which nobody is in an audience that is not in the program any more."""
    computed = np.flatnonzero(state[MEANING] != 0)
    ended = computed[~np.isin(computed, bits)]
    if not len(ended):
        return []
    masks = np.zeros(WORDS, dtype=np.uint64)
    np.bitwise_or.at(masks, ended // 64, np.uint64(1) << (ended % 64).astype(np.uint64))
    inside = np.flatnonzero((state[MEMBER] & masks).any(axis=1))
    return [
        Write(MEANING, ended, np.zeros(len(ended), dtype=np.uint64)),
        Write(MEMBER, inside, state[MEMBER][inside] & ~masks),
    ]


def _filled(state: StateView, program: Program, which: tuple[BitNumbers, NDArray[np.int64]], moment: Moment) -> Delta:
    """Return the delta that computes the audiences at `which` places for everybody, with nobody entering or leaving."""
    bits, stale = which[0][which[1]], which[1]
    unknown = bits == ABSENT
    given = len(state[MEANING])
    bits[unknown] = given + np.arange(int(unknown.sum()))
    assert given + int(unknown.sum()) <= AUDIENCES_MAX, "publishing refuses an audience that would not fit"
    hashes = np.array([hash_text("audience", program.ids[place]) for place in stale.tolist()], dtype=np.uint64)
    index = BITS.put(state, hashes[unknown], bits[unknown])
    writes = [*index.writes, Write(MEANING, bits, program.meanings[stale])]
    everyone = people.everyone(state)
    everyone = everyone[follow(state, everyone) == everyone]
    for start in range(0, len(everyone), SILENT_CHUNK):
        slots = everyone[start : start + SILENT_CHUNK]
        persons = People(state, slots, moment.now_ms, program.traits)
        answers = evaluate(program, persons)
        words = _with_answers(state[MEMBER][slots], bits, [answers[place] for place in stale.tolist()])
        writes += [
            Write(MEMBER, slots, words),
            Write(NEXT_FLIP, slots, np.minimum(state[NEXT_FLIP][slots], persons.next_flip_ms)),
        ]
    return Delta(allocate=index.allocate, writes=writes)
