"""Who enters a journey, and when: the kinds of `trigger` in its definition, told apart by `on`."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

Filter = Mapping[str, Any]
"""A test of a property of an event, as in conditions of audiences."""


class OnAudience(Struct, frozen=True, kw_only=True, tag_field="on", tag="audience", forbid_unknown_fields=True):
    """Enter when a person enters an audience, or leaves it."""

    audience: str
    change: Literal["entered", "left"] = "entered"


class OnEvent(Struct, frozen=True, kw_only=True, tag_field="on", tag="event", forbid_unknown_fields=True):
    """Enter when an event happens whose properties pass all filters."""

    name: str
    where: Sequence[Filter] = ()


class OnCampaign(Struct, frozen=True, kw_only=True, tag_field="on", tag="campaign", forbid_unknown_fields=True):
    """Enter everybody whom a campaign has assigned an action, at an instant."""

    campaign: str
    at_ms: int


class OnSchedule(Struct, frozen=True, kw_only=True, tag_field="on", tag="schedule", forbid_unknown_fields=True):
    """Enter the members of an audience at set times: once (`at`), by a cron expression, or by a recurrence rule."""

    audience: str
    at: str = ""
    """A local time to the second, as 2026-06-18T09:00:00."""
    cron: str = ""
    """Five fields."""
    rrule: str = ""
    """The value of an RRULE; counted from `starts`."""
    starts: str = ""
    """A local time, as in `at`: the first one of a recurrence rule."""
    zone: str = ""
    """An IANA name, `recipient` for each person's own, empty for the shop's."""
    grace_s: int = 3_600
    """A time that is over by more than this when the server comes to it is passed over."""


class OnDate(Struct, frozen=True, kw_only=True, tag_field="on", tag="date", forbid_unknown_fields=True):
    """Enter on a day that an attribute of the profile tells, or so many days before or after it, at a minute."""

    trait: str
    offset_days: int = 0
    """Below zero for before."""
    minute: int = 540
    """Of the day: 540 is 09:00."""
    zone: str = ""
    yearly: bool = False
    """On every anniversary, as birthdays are."""
    calendar: Literal["solar", "lunar"] = "solar"
    """By which calendar anniversaries come round; days told by the Chinese calendar come round by it either way."""
    audience: str = ""
    """Only its members, where one is named."""
    grace_s: int = 3_600


class OnRequest(Struct, frozen=True, kw_only=True, tag_field="on", tag="api", forbid_unknown_fields=True):
    """Enter whom another system, or a person in front of the app, enrols."""


Trigger = OnAudience | OnEvent | OnCampaign | OnSchedule | OnDate | OnRequest

Timed = OnSchedule | OnDate
"""Those that come round by the clock."""
