"""Where people rest in a journey: the kinds of node at which they stay for a time.

Who has just been woken by a clock (`until`, `until_best_hour`), or was just sent or given something, and comes to such
a node stays until its next time, so that a ladder that repeats daily takes one rung a day; whoever else comes at that
very instant goes on.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from liftloop.journey.triggers import Filter
from liftloop.plan.contract import Phase

Days = Literal["any", "working", "off"]
"""All days, those on which people in mainland China work, or those off: weekends and holidays as announced."""


class Wait(Struct, frozen=True, kw_only=True, tag_field="kind", tag="wait", forbid_unknown_fields=True):
    """Stay for a time."""

    id: str
    duration_s: int
    next: str


class Until(Struct, frozen=True, kw_only=True, tag_field="kind", tag="until", forbid_unknown_fields=True):
    """Stay until the clock shows a minute of the day: the first time from now on, on a day that may be."""

    id: str
    minute: int
    next: str
    weekdays: Sequence[int] = ()
    """From 1 for Monday to 7 for Sunday; all where none are said."""
    days: Days = "any"
    zone: str = ""
    """An IANA name, `recipient` for each person's own; empty for that of `offset_minutes`."""
    offset_minutes: int = 480
    """Of the local time from UTC; China has one zone and no summer time."""


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way on by what the event says that was waited for."""

    where: Sequence[Filter]
    next: str
    name: str = ""
    """What people call it."""


class UntilEvent(Struct, frozen=True, kw_only=True, tag_field="kind", tag="until_event", forbid_unknown_fields=True):
    """Stay until the person does something, or for so long."""

    id: str
    name: str
    timeout_s: int
    happened: str
    timed_out: str
    where: Sequence[Filter] = ()
    answers: Sequence[Answer] = ()
    """The way of the first whose filters the event passes; `happened` where it passes none."""


class UntilBestHour(
    Struct, frozen=True, kw_only=True, tag_field="kind", tag="until_best_hour", forbid_unknown_fields=True
):
    """Stay until the hour at which the person is most active; go on at once within it."""

    id: str
    next: str
    within: Literal["week", "day"] = "week"
    """Until that hour of the week, or of the day."""
    otherwise_minute: int = 600
    """Of the day by the shop's clock: for whom no hour is known."""


class UntilDate(Struct, frozen=True, kw_only=True, tag_field="kind", tag="until_date", forbid_unknown_fields=True):
    """Stay until a minute of a day: of a date, or of one that an attribute tells, or so many days before or after it.

    Who has no such day, or comes later than it, does not stay.
    """

    id: str
    next: str
    passed: str = ""
    """Where people go who come too late or have no day; as `next` where it is empty."""
    date: str = ""
    trait: str = ""
    offset_days: int = 0
    minute: int = 540
    zone: str = ""
    yearly: bool = False
    """The next anniversary."""
    calendar: Literal["solar", "lunar"] = "solar"


class Stagger(Struct, frozen=True, kw_only=True, tag_field="kind", tag="stagger", forbid_unknown_fields=True):
    """Stay until an instant of one's own: the people of a launch go on in `waves` equal parts over `over_s`.

    Whose turn is when is drawn by the hash of the person under `salt`; the first wave goes on at once. With `phases`
    the waves are theirs. Nobody goes on before the words of the action that the campaign assigned them are approved.
    """

    id: str
    over_s: int
    waves: int
    salt: str
    next: str
    phases: tuple[Phase, ...] = ()


ByClock = Until | UntilBestHour
Waiting = Wait | ByClock | UntilEvent | Stagger
"""Who comes to one of these rests there."""
Resting = Waiting | UntilDate
"""All at which somebody who is inside a journey may rest."""
