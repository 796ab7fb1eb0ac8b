"""What had happened to people as of many moments: by search in sorted instants, where joins would pair everything.

Happenings are read once, in order of person and instant; how many lie in a span before or after a moment is then the
difference of two places. What was undone since (an order refunded whole) counts for the moments before that.
"""

from collections.abc import Callable, Mapping

import numpy as np
from msgspec import Struct

from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS
from liftloop.plan.inputs import Column, Floats, Integers

ALWAYS_MS = 2**45  # A thousand years: all kept history.


class Span(Struct, frozen=True, kw_only=True):
    """Instants from `start_ms` to before `end_ms`, both counted from the moment."""

    start_ms: int
    end_ms: int


EVER = Span(start_ms=-ALWAYS_MS, end_ms=0)


def days_before(days: int) -> Span:
    """Return the days that end with the moment."""
    return Span(start_ms=-days * DAY_MS, end_ms=0)


class Happenings(Struct, frozen=True, kw_only=True, eq=False):
    """Who, when, and when it was undone (FAR_FUTURE_MS: never); shape [happenings], in any order."""

    profile: Integers
    at_ms: Integers
    undone_ms: Integers


def happenings(columns: Mapping[str, Column]) -> Happenings:
    """Return columns `profile`, `at_ms` and, where things can be undone, `undone_ms` (NaN: never)."""
    profile = columns["profile"].astype(np.int64)
    undone = columns.get("undone_ms", np.full(profile.size, np.nan)).astype(np.float64)
    return Happenings(
        profile=profile,
        at_ms=columns["at_ms"].astype(np.int64),
        undone_ms=np.where(np.isnan(undone), FAR_FUTURE_MS, undone).astype(np.int64),
    )


class _Line(Struct, frozen=True, kw_only=True, eq=False):
    """Instants of people as whole numbers: a person's lie together, in order of time."""

    origin_ms: int
    width: int

    def key(self, person: Integers, at_ms: Integers) -> Integers:
        """Return where instants stand; what lies before or after all on the line stands at its ends."""
        return person * self.width + np.clip(at_ms - self.origin_ms, 0, self.width - 1)


def _line(at_ms: Integers) -> _Line:
    origin = int(at_ms.min(initial=FAR_FUTURE_MS))
    return _Line(origin_ms=origin, width=max(int(at_ms.max(initial=0)) - origin, 0) + 2)


class Asked:
    """Moments in order of person and instant, ready to be asked about."""

    def __init__(self, profile: Integers, at_ms: Integers) -> None:
        # Profiles are numbered without gaps, so a table by number says who is who at once.
        self._person_of = np.full(int(profile.max(initial=-1)) + 1, -1, dtype=np.int32)
        self._person_of[profile] = 0
        known = np.flatnonzero(self._person_of == 0)
        self._person_of[known] = np.arange(known.size)
        person = self._person_of[profile].astype(np.int64)
        self._order = np.lexsort((at_ms, person))
        self.person, self.at_ms = person[self._order], at_ms[self._order]
        self.line = _line(self.at_ms)
        self.keys = self.line.key(self.person, self.at_ms)

    def stream(self, happened: Happenings) -> "Stream":
        """Return happenings to count; those of people that no moment is about are left out."""
        there = (happened.profile >= 0) & (happened.profile < self._person_of.size)
        person = (
            np.where(there, self._person_of[np.where(there, happened.profile, 0)], -1) if there.any() else there - 1
        )
        about = np.flatnonzero(person >= 0)
        person, line = person[about].astype(np.int64), _line(happened.at_ms[about])
        keys = line.key(person, happened.at_ms[about])
        order = np.argsort(keys, kind="stable")
        given = about[order]
        return Stream(
            self,
            line,
            _Ordered(
                key=keys[order],
                person=person[order],
                at_ms=happened.at_ms[given],
                undone_ms=happened.undone_ms[given],
                given=given,
            ),
        )

    def in_given_order(self, values: Column) -> Column:
        """Return answers, one a moment, in the order in which the moments were given."""
        found = np.empty_like(values)
        found[self._order] = values
        return found


class _Ordered(Struct, frozen=True, kw_only=True, eq=False):
    """Happenings in order of person and instant; `given` is the place of each as they were given."""

    key: Integers
    person: Integers
    at_ms: Integers
    undone_ms: Integers
    given: Integers

    def where(self, chosen: Column) -> "_Ordered":
        return _Ordered(**{name: getattr(self, name)[chosen] for name in self.__struct_fields__})


class Stream:
    """Happenings of one sort beside the moments that ask about them; every answer is one number a moment."""

    def __init__(self, asked: Asked, line: _Line, ordered: _Ordered) -> None:
        self._asked = asked
        self._line = line
        self._ordered = ordered
        self._undone = np.flatnonzero(ordered.undone_ms < FAR_FUTURE_MS)
        self._places: dict[int, Integers] = {}

    def where(self, chosen: Column) -> "Stream":
        """Return those of the happenings that are chosen; `chosen` and `amounts` stay in the order first given."""
        return Stream(self._asked, self._line, self._ordered.where(chosen[self._ordered.given]))

    def lasting(self) -> "Stream":
        """Return those that were never undone."""
        return Stream(self._asked, self._line, self._ordered.where(self._ordered.undone_ms == FAR_FUTURE_MS))

    def count(self, span: Span) -> Floats:
        """Return how many there were within a span, as known at the moment."""
        return self._within(span, np.ones(self._ordered.key.size, dtype=np.int64))

    def sum(self, span: Span, amounts: Column) -> Floats:
        """Return what amounts, one a happening as they were given, came to within a span, as known at the moment."""
        return self._within(span, amounts[self._ordered.given])

    def undone(self, span: Span, amounts: Column) -> Floats:
        """Return what of the amounts of a span had been undone by the moment."""
        return self._asked.in_given_order(self._undone_within(span, amounts[self._ordered.given]).astype(np.float64))

    def since_last(self) -> Floats:
        """Return the milliseconds since the last one before the moment, NaN where there was none."""
        first, at = self._place(-ALWAYS_MS), self._place(0) - 1
        return self._since(at, -1, lambda place: place >= first)

    def since_first(self) -> Floats:
        """Return the milliseconds since the first one before the moment, NaN where there was none."""
        end = self._place(0)
        return self._since(self._place(-ALWAYS_MS), 1, lambda place: place < end)

    def _within(self, span: Span, amounts: Column) -> Floats:
        upto = np.concatenate([np.zeros(1, dtype=amounts.dtype), np.cumsum(amounts)])
        found = upto[self._place(span.end_ms)] - upto[self._place(span.start_ms)]
        return self._asked.in_given_order((found - self._undone_within(span, amounts)).astype(np.float64))

    def _place(self, shift_ms: int) -> Integers:
        """Return how many happenings stand before each moment, shifted; moments in order of person and instant."""
        if shift_ms not in self._places:
            wanted = self._line.key(self._asked.person, self._asked.at_ms + shift_ms)
            self._places[shift_ms] = np.searchsorted(self._ordered.key, wanted)
        return self._places[shift_ms]

    def _undone_within(self, span: Span, amounts: Column) -> Column:
        """Return the amounts of a span that had been undone by the moment.

        A happening at t, undone at u, lies within the span of moments after t - end and up to t - start, and was
        undone for those after u: a run of the ordered moments.
        """
        moments, undone = self._asked, self._undone
        if not undone.size:
            return np.zeros(moments.at_ms.size, dtype=amounts.dtype)
        person, at_ms = self._ordered.person[undone], self._ordered.at_ms[undone]
        after = np.maximum(at_ms - span.end_ms, self._ordered.undone_ms[undone])
        first = np.searchsorted(moments.keys, moments.line.key(person, after + 1))
        end = np.searchsorted(moments.keys, moments.line.key(person, at_ms - span.start_ms + 1))
        runs = end > first
        steps = np.zeros(moments.at_ms.size + 1, dtype=amounts.dtype)
        np.add.at(steps, first[runs], amounts[undone][runs])
        np.subtract.at(steps, end[runs], amounts[undone][runs])
        return np.cumsum(steps[:-1])

    def _since(self, place: Integers, step: int, inside: Callable[[Integers], Column]) -> Floats:
        """Return the time since the happening at a place, going on by `step` over those undone by the moment."""
        at_ms = self._asked.at_ms
        happened = self._ordered
        if not happened.key.size:
            return np.full(at_ms.size, np.nan)
        while True:
            there = inside(place)
            known = np.where(there, place, 0)
            gone = there & (happened.undone_ms[known] < at_ms)
            if not gone.any():
                return self._asked.in_given_order(np.where(there, at_ms - happened.at_ms[known], np.nan))
            place = np.where(gone, place + step, place)
