"""What kind of day each one is: festivals, the Chinese calendar, holidays as announced and the days worked for them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from liftloop.app.words import Said
from liftloop.kernel.days import is_day_off, is_moved_workday, lunar_said
from liftloop.plan.goal.festivals import AROUND, FESTIVALS, Festival

DayKind = Literal["working", "weekend", "holiday", "moved_workday"]
SOLEMN = frozenset({"qingming"})
"""Days on which people remember their dead: nobody wants to be sold anything then."""
SALES = frozenset({"spring_festival", "sale_618", "national_day", "double_11", "double_12"})
"""Periods in which people buy quite differently from usual."""


class Kept(Struct, frozen=True, kw_only=True):
    """A festival on or around a day; `itself` on the festival's own day."""

    festival: Festival
    itself: bool


class Day(Struct, frozen=True, kw_only=True):
    """One day of the shop."""

    day: date
    kind: DayKind
    lunar: Said
    festivals: tuple[Kept, ...]


def days_between(first: date, last: date) -> list[Day]:
    """Return every day from the first to the last."""
    kept = _kept(first, last)
    return [
        Day(day=day, kind=_kind(day), lunar=Said(*lunar_said(day)), festivals=kept.get(day, ()))
        for day in (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    ]


def _kind(day: date) -> DayKind:
    weekend = day.isoweekday() > 5
    if is_day_off(day):
        return "weekend" if weekend and not is_day_off(day, weekends=False) else "holiday"
    return "moved_workday" if is_moved_workday(day) else "working"


def _kept(first: date, last: date) -> Mapping[date, tuple[Kept, ...]]:
    """Return festivals by day, those whose own day it is first."""
    found: dict[date, list[Kept]] = {}
    for festival in FESTIVALS:
        for own in festival.days:
            start, end = festival.period(own)
            if festival.around == AROUND and not festival.official:
                start = end = own  # The days around it are a way of speaking, not part of it.
            day = max(start, first)
            while day <= min(end, last):
                found.setdefault(day, []).append(Kept(festival=festival, itself=day == own))
                day += timedelta(days=1)
    return {day: tuple(sorted(each, key=lambda one: not one.itself)) for day, each in found.items()}
