"""The calendar: days, who sends on them, the load of each channel, and what gets in each other's way."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Text, View


class CalendarFestival(View):
    id: str
    name: Text
    itself: bool = Field(description="The festival's own day, not only one of its period.")


class ChannelLoad(View):
    """Messages through one channel on one day; `messages` is the sum of the four."""

    channel: str
    name: Text
    messages: Count
    sent: Count
    queued: Count = Field(description="Through the gate, waiting for their hour.")
    planned: Count = Field(description="Whose turn is still to come: at most so many.")
    usual: Count = Field(description="Of journeys that wait for what people do, by the last four weeks.")
    limit: Count | None = Field(description="What the channel carries a day; null for no limit.")
    over: Count


class CalendarDay(View):
    day: date
    kind: Literal["working", "weekend", "holiday", "moved_workday"]
    lunar: Text = Field(description="The day of the Chinese calendar, or its solar term.")
    festivals: list[CalendarFestival]
    load: list[ChannelLoad]


class CalendarSender(View):
    """What sends: a campaign, a journey by the clock, or one that is always on."""

    id: str
    kind: Literal["campaign", "scheduled", "always"]
    name: str
    state: Literal["running", "paused", "stopped", "done"]
    first: date
    last: date | None = Field(description="null where it goes on.")
    channels: list[Text]
    occasions: list[AwareDatetime] = Field(description="When a scheduled journey takes people in.")
    people: Count = Field(description="Assigned to the campaign, or in the journey's audience now; 0 where unknown.")


class CalendarConflict(View):
    kind: Literal["same_people", "cap", "overload", "solemn_day", "staff_off", "sale_begins"]
    harm: bool = Field(description="Something will not happen as wished; else a remark.")
    first: date
    last: date
    senders: list[str]
    people: Count
    sentence: Text
    next: Text


class CalendarView(View):
    from_: date = Field(alias="from")
    to: date
    today: date
    days: list[CalendarDay]
    senders: list[CalendarSender]
    conflicts: list[CalendarConflict]
    sentence: Text
