"""The fold of what journeys change of people: traits set and added to, tags put on and off; points have their own.

A journey's word counts from the tick that carries it out, and is later than whatever columns hold from before.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.sets import distinct
from liftloop.profile.contract import GIVEN, Given
from liftloop.profile.sources import attribute_array
from liftloop.profile.tags import tag_attribute
from liftloop.profile.values import number_of, value_hash
from liftloop.runtime import people
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, Slots, StateView
from liftloop.storage.contract import Delta, Row, Write

TRAITS_GIVEN = "traits.given"
"""The fact that traits were changed so: a row for each person and trait, with what it is from then on."""

_Changed = tuple[tuple[str, str], Slots, list[bytes], NDArray[np.int64]]
"""Trait and source; whom the change reaches, the values as JSON and their instants, parallel."""


class ProfileGifts:
    """Reads `person.given`; writes `traits.given`, and `person.gifted`: whose answers may differ."""

    name = "profile.gifts"
    reads = frozenset({GIVEN})
    writes = frozenset({TRAITS_GIVEN, "person.gifted"})

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if GIVEN not in frame:
            return NOTHING
        gifts: list[Given] = frame[GIVEN]["given"]
        writes: list[Write] = []
        changed: list[_Changed] = []
        held: dict[str, _Column] = {}
        for gift in gifts:
            if gift.change != "points":
                name = tag_attribute(gift.name) if gift.change == "tag" else gift.name
                column = held.setdefault(name, _Column(state, name))
                changed.append(_carried_out(column, gift, moment.now_ms))
        for column in held.values():
            writes += column.writes()
        slots = distinct(np.concatenate([each.slots for each in gifts]))
        touched = {"person.gifted": Batch(len(slots), {"slot": slots, "triggers": np.ones(len(slots), dtype=np.bool_)})}
        if not changed:
            return Delta(), touched
        puts, facts = _told(state, changed)
        return Delta(puts={"attribute": puts}, writes=writes), {TRAITS_GIVEN: facts, **touched}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


class _Column:
    """What memory holds of one trait while a tick changes it; nothing where no definition asks for it."""

    def __init__(self, state: StateView, name: str) -> None:
        self._state = state
        self.name = name
        self._kept = state.has(attribute_array(name, "text"))
        self._now: dict[int, tuple[float, int]] = {}
        """Number and instant by slot, as this tick has left them."""
        self._written: dict[int, tuple[np.uint64, float, int]] = {}

    def numbers(self, slots: Slots) -> NDArray[np.float64]:
        """Return the number that each person has, NaN for none."""
        before = self._of(slots, "number", np.nan)
        return np.array([self._now.get(s, (b, 0))[0] for s, b in zip(slots.tolist(), before.tolist(), strict=True)])

    def instants(self, slots: Slots, now_ms: int) -> NDArray[np.int64]:
        """Return when a word of this instant counts as said: after all that was said before."""
        before = self._of(slots, "at_ms", 0).astype(np.int64)
        said = [self._now.get(s, (0.0, b))[1] for s, b in zip(slots.tolist(), before.tolist(), strict=True)]
        return np.maximum(now_ms, np.array(said, dtype=np.int64) + 1)

    def hold(self, slots: Slots, values: Sequence[object], at_ms: NDArray[np.int64]) -> None:
        for slot, value, at in zip(slots.tolist(), values, at_ms.tolist(), strict=True):
            number = number_of(value)
            self._now[slot] = (number, at)
            self._written[slot] = (np.uint64(0 if value is None else value_hash(value)), number, at)

    def writes(self) -> list[Write]:
        if not self._kept:
            return []
        index = np.fromiter(self._written, np.int64, len(self._written))
        texts, numbers, at_ms = zip(*self._written.values(), strict=True)
        return [
            Write(attribute_array(self.name, "text"), index, np.array(texts, dtype=np.uint64)),
            Write(attribute_array(self.name, "number"), index, np.array(numbers, dtype=np.float64)),
            Write(attribute_array(self.name, "at_ms"), index, np.array(at_ms, dtype=np.int64)),
        ]

    def _of(self, slots: Slots, part: str, otherwise: float) -> NDArray[np.float64]:
        if not self._kept:
            return np.full(len(slots), otherwise)
        return self._state[attribute_array(self.name, part)][slots]


def _carried_out(column: _Column, gift: Given, now_ms: int) -> _Changed:
    """Carry out one change in memory; of several enrolments of one person each adds."""
    slots, times = np.unique(gift.slots, return_counts=True)
    at_ms = column.instants(slots, now_ms)
    if gift.change != "add":
        values: list[object] = [gift.value] * len(slots)
        texts = [canonical_json(gift.value)] * len(slots)
    else:
        before = column.numbers(slots)
        values = [_whole(each) for each in (np.nan_to_num(before, nan=0.0) + gift.value * times).tolist()]
        texts = [canonical_json(each) for each in values]
    column.hold(slots, values, at_ms)
    return (column.name, gift.source), slots, texts, at_ms


def _whole(number: float) -> float:
    """Return a number as it would be written: 3 and not 3.0."""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _told(state: StateView, changed: Sequence[_Changed]) -> tuple[list[Row], Batch]:
    """Return the rows on disk and the fact."""
    rows: list[Row] = []
    columns: dict[str, list[object]] = {name: [] for name in ("profile", "name", "value", "source", "at_ms")}
    for (name, source), slots, texts, at_ms in changed:
        numbers = people.numbers(state, slots).tolist()
        for number, text, at in zip(numbers, texts, at_ms.tolist(), strict=True):
            rows.append((number, name, text, 0, at, source))
            for column, value in zip(columns.values(), (number, name, text.decode(), source, at), strict=True):
                column.append(value)
    whole = {name: np.array(columns[name], dtype=np.int64) for name in ("profile", "at_ms")}
    return rows, Batch(len(rows), {**columns, **whole})
