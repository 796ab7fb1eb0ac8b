"""Writes the calendar as the API shows it."""

from collections.abc import Mapping

from liftloop.api.present.words import at, text
from liftloop.api.views import calendar as views
from liftloop.api.views.values import Text
from liftloop.app.calendar.calendar import Calendar
from liftloop.app.calendar.load import Load
from liftloop.app.calendar.senders import Sender
from liftloop.app.words import Said


def calendar_view(found: Calendar) -> views.CalendarView:
    return views.CalendarView(
        **{"from": found.period.first},
        to=found.period.last,
        today=found.today,
        days=[
            views.CalendarDay(
                day=day.day,
                kind=day.kind,
                lunar=text(day.lunar),
                festivals=[
                    views.CalendarFestival(
                        id=kept.festival.id, name=Text(zh=kept.festival.zh, en=kept.festival.en), itself=kept.itself
                    )
                    for kept in day.festivals
                ],
                load=[_load(each, found.channels) for each in found.load[day.day]],
            )
            for day in found.days
        ],
        senders=[_sender(each, found.channels) for each in found.senders],
        conflicts=[
            views.CalendarConflict(
                kind=each.kind,
                harm=each.harm,
                first=each.first,
                last=each.last,
                senders=list(each.senders),
                people=each.people,
                sentence=text(each.sentence),
                next=text(each.next),
            )
            for each in found.conflicts
        ],
        sentence=text(_sentence(found)),
    )


def _load(load: Load, names: Mapping[str, Said]) -> views.ChannelLoad:
    return views.ChannelLoad(
        channel=load.channel,
        name=_name(load.channel, names),
        messages=load.messages,
        sent=load.sent,
        queued=load.queued,
        planned=load.planned,
        usual=load.usual,
        limit=load.limit,
        over=load.over,
    )


def _sender(sender: Sender, names: Mapping[str, Said]) -> views.CalendarSender:
    return views.CalendarSender(
        id=sender.id,
        kind=sender.kind,
        name=sender.name,
        state=sender.state,
        first=sender.first,
        last=sender.last,
        channels=[_name(each, names) for each in sender.channels],
        occasions=[at(each) for each in sender.occasions],
        people=sender.people,
    )


def _name(channel: str, names: Mapping[str, Said]) -> Text:
    return text(names.get(channel, Said(channel, channel)))


def _sentence(found: Calendar) -> Said:
    """Say in one sentence what is to be decided in these days."""
    harms = sum(1 for each in found.conflicts if each.harm)
    running = sum(1 for each in found.senders if each.kind == "campaign" and each.state in ("running", "paused"))
    if harms:
        return Said(
            f"这段时间有 {harms} 处冲突要处理",
            f"{harms} {'conflict' if harms == 1 else 'conflicts'} in these days to settle",
        )
    if running:
        return Said(
            f"{running} 个活动在进行，没有冲突",
            f"{running} {'campaign runs' if running == 1 else 'campaigns run'}, nothing clashes",
        )
    return Said("这段时间没有要处理的冲突", "Nothing clashes in these days")
