"""What of a frame concerns journeys: who did what, with which properties, and who entered or left which audience."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftloop.journey.triggers import Filter, OnAudience
from liftloop.kernel.clock import HOUR_MS
from liftloop.kernel.words import Words
from liftloop.profile.reading import told
from liftloop.runtime import people
from liftloop.runtime.contract import Frame, Slots, StateView
from liftloop.storage.contract import Record

TRIGGER_AGE_MAX_MS = HOUR_MS
"""An older event triggers nothing."""
NOBODY: Slots = np.zeros(0, dtype=np.int64)


class Happening:
    """One tick's events and changes of membership, each name looked up once however many journeys ask."""

    def __init__(self, state: StateView, frame: Frame, now_ms: int) -> None:
        self._state = state
        self._frame = frame
        self._now_ms = now_ms
        self._rows: dict[tuple[str, str], NDArray[np.intp]] = {}

    def facts(self, kind: str) -> list[Record]:
        """Return the facts of the system of one kind."""
        return (
            [each for each in self._frame["system"]["record"] if each.kind == kind] if "system" in self._frame else []
        )

    def did(self, name: str, where: Sequence[Filter], *, fresh: bool) -> Slots:
        """Return who did what passes, in the order of events; `fresh` leaves out what is old.

        What was imported happened to nobody who is here now.
        """
        rows = self._did(name, where, fresh=fresh)
        return self._frame["person"]["slot"][rows] if len(rows) else NOBODY

    def bodies(self, name: str, where: Sequence[Filter], *, fresh: bool) -> list[bytes]:
        """Return the properties of the events whose people `did` returns, parallel to them."""
        rows = self._did(name, where, fresh=fresh)
        return [self._frame["event"]["record"][row].body for row in rows.tolist()]

    def _did(self, name: str, where: Sequence[Filter], *, fresh: bool) -> NDArray[np.intp]:
        if "person" not in self._frame:
            return np.zeros(0, dtype=np.intp)
        events = self._frame["event"]
        rows = self._of(events["name"], "event", name)
        rows = rows[~events["imported"][rows]]
        if fresh:
            rows = rows[events["at_ms"][rows] > self._now_ms - TRIGGER_AGE_MAX_MS]
        if where and len(rows):
            records = events["record"]
            rows = rows[told.meets(where, [records[row].body for row in rows.tolist()])]
        return rows

    def changed(self, way: OnAudience, *, fresh: bool) -> Slots:
        """Return who entered or left an audience; `fresh`: by something that may start something."""
        kind = f"audience.{way.change}"
        if kind not in self._frame:
            return NOBODY
        facts = self._frame[kind]
        rows = self._of(facts["audience"], kind, way.audience)
        rows = rows[facts["triggers"][rows]] if fresh else rows
        return people.slots(self._state, facts["profile"][rows]) if len(rows) else NOBODY

    def _of(self, names: Words, kind: str, name: str) -> NDArray[np.intp]:
        if (kind, name) not in self._rows:
            self._rows[kind, name] = names.places_of(name)
        return self._rows[kind, name]
