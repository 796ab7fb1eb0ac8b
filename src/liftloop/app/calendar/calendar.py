"""Reads the calendar of an installation: definitions, the past from the lake, what waits, and whose turn comes."""

import asyncio
from datetime import date, timedelta

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.audiences.insight import AudienceInsight
from liftloop.app.audiences.overlap import Group
from liftloop.app.calendar.conflicts import Conflict, Rules, conflicts, overlapping
from liftloop.app.calendar.days import Day, days_between
from liftloop.app.calendar.load import Counted, Load, loads
from liftloop.app.calendar.senders import (
    Numbers,
    Sender,
    Wave,
    campaign_sender,
    campaign_waves,
    journey_sender,
    journey_waves,
)
from liftloop.app.desk import Desk
from liftloop.app.planning.reading import channel_choice
from liftloop.app.results.asking import ZONE_MS, BadQuestion, Period, shop_day
from liftloop.app.words import Said
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.settings import DeliverySettings, daily
from liftloop.journey.contract import Journey
from liftloop.journey.triggers import OnSchedule
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.contract import Campaign
from liftloop.plan.options import CHANNEL_NAMES

DAYS_MAX = 100
"""A quarter, and the days with which its weeks begin and end."""
USUAL_DAYS = 28
_SENT = """
WITH settled AS (
    SELECT message_key, channel, at_ms FROM message_settled
    WHERE outcome IN ('accepted', 'uncertain') AND at_ms >= $1 AND at_ms < $2
),
of AS (
    SELECT message_key, any_value(coalesce(nullif(campaign, ''), journey)) AS sender FROM message
    WHERE message_key IN (SELECT message_key FROM settled) GROUP BY message_key
)
SELECT ((at_ms + $3) // $4)::BIGINT AS day, channel, coalesce(sender, '') AS sender, count(*) AS messages
FROM settled LEFT JOIN of USING (message_key) GROUP BY ALL
"""
_QUEUED = "SELECT (max(due_ms, ?) + ?) / ? AS day, channel, count(*) FROM outbox WHERE due_ms < ? GROUP BY 1, 2"
_UNIX = date(1970, 1, 1).toordinal()


class Calendar(Struct, frozen=True, kw_only=True, eq=False):
    """Some days of the shop, with everything that is sent on them."""

    period: Period
    today: date
    days: tuple[Day, ...]
    senders: tuple[Sender, ...]
    load: dict[date, tuple[Load, ...]]
    conflicts: tuple[Conflict, ...]
    channels: dict[str, Said]


async def calendar(desk: Desk, insight: AudienceInsight, period: Period) -> Calendar:
    """Return the calendar of some days; raises `BadQuestion` where they are too many."""
    if period.days > DAYS_MAX:
        raise BadQuestion(
            f"日历一次最多看 {DAYS_MAX} 天",
            f"the calendar shows at most {DAYS_MAX} days at once",
            "缩短时间范围",
            "choose fewer days",
        )
    await desk.follower.catch_up()
    now_ms = desk.clock.now_ms()
    today = shop_day(now_ms)
    senders, waves = await _planned(desk, insight, period)
    channels = _channels(desk)
    counted = await _counted(desk, period, {each.id for each in senders if each.kind == "always"})
    days = days_between(period.first, period.last)
    load = loads([day.day for day in days], today, counted, waves, {key: _limit(one) for key, one in channels.items()})
    names = _names(desk)
    rules = Rules(
        caps=_settings(desk).caps,
        by_staff=frozenset(key for key, one in channels.items() if one.kind == "wecom_task"),
        names=names,
    )
    return Calendar(
        period=period,
        today=today,
        days=tuple(days),
        senders=tuple(sorted(senders, key=lambda each: (each.first, each.name))),
        load=load,
        conflicts=tuple(conflicts(days, waves, load, senders, rules, today)),
        channels=names,
    )


async def people_of_both(desk: Desk, insight: AudienceInsight, day: date, first: str, second: str) -> Numbers:
    """Return who hears from two senders on a day, ascending."""
    _, waves = await _planned(desk, insight, Period(first=day, last=day))
    return np.array(overlapping(waves, day, first, second), dtype=np.int64)


async def _planned(desk: Desk, insight: AudienceInsight, period: Period) -> tuple[list[Sender], list[Wave]]:
    """Return who sends in these days, and the waves that are still to come in them."""
    now_ms, quiet = desk.clock.now_ms(), _settings(desk).quiet_hours
    senders: list[Sender] = []
    waves: list[Wave] = []
    campaigns: dict[str, Campaign] = {}
    for identity, body in desk.definitions.live("campaign").items():
        sender, campaigns[identity] = campaign_sender(identity, body, now_ms)
        if sender.last is not None and (sender.last < period.first or sender.first > period.last):
            continue
        assigned = await desk.tick.ask("assigned", campaign=identity)
        senders.append(replace(sender, people=len(assigned["profiles"]) // 8))
        waves += campaign_waves(sender, campaigns[identity], assigned, quiet, now_ms)
    journeys = {
        identity: msgspec.convert(body, type=Journey, strict=False)
        for identity, body in desk.definitions.live("journey").items()
    }
    for identity, journey in journeys.items():
        sender = journey_sender(identity, journey, period)
        if sender is None or sender.first > period.last:
            continue
        if isinstance(journey.trigger, OnSchedule):
            people = await _members(insight, journey.trigger.audience)
            sender = replace(sender, people=int(people.size))
            waves += journey_waves(sender, journey, people, now_ms, period)
        senders.append(sender)
    return senders, [wave for wave in waves if period.first <= wave.day <= period.last]


async def _members(insight: AudienceInsight, audience: str) -> Numbers:
    group = Group(kind="audience", id=audience, name=audience)
    return np.array((await insight.bitmaps([group]))[group], dtype=np.int64)


async def _counted(desk: Desk, period: Period, always: set[str]) -> Counted:
    now_ms = desk.clock.now_ms()
    usual_from = now_ms - USUAL_DAYS * DAY_MS
    rows = await desk.follower.select(_SENT, [min(period.from_ms, usual_from), now_ms + 1, ZONE_MS, DAY_MS])
    sent: dict[tuple[date, str], int] = {}
    usual: dict[str, int] = {}
    for number, channel, sender, messages in zip(*(rows[name] for name in rows), strict=True):
        day = date.fromordinal(_UNIX + int(number))
        sent[day, str(channel)] = sent.get((day, str(channel)), 0) + int(messages)
        if str(sender) in always and shop_day(usual_from) < day:
            usual[str(channel)] = usual.get(str(channel), 0) + int(messages)
    waiting = await asyncio.to_thread(desk.state.rows, _QUEUED, (now_ms, ZONE_MS, DAY_MS, period.to_ms))
    return Counted(
        sent=sent,
        queued={(date.fromordinal(_UNIX + int(day)), str(channel)): int(count) for day, channel, count in waiting},
        usual={channel: round(count / USUAL_DAYS) for channel, count in usual.items() if count >= USUAL_DAYS},
    )


def _settings(desk: Desk) -> DeliverySettings:
    return msgspec.convert(desk.definitions.setting("delivery"), type=DeliverySettings, strict=False)


def _channels(desk: Desk) -> dict[str, ChannelDefinition]:
    return {
        identity: msgspec.convert({"id": identity, **body}, type=ChannelDefinition, strict=False)
        for identity, body in desk.definitions.live("channel").items()
    }


def _names(desk: Desk) -> dict[str, Said]:
    live = desk.definitions.live("channel")
    chosen = {identity: channel_choice({**body, "id": identity}, CHANNEL_NAMES) for identity, body in live.items()}
    return {identity: Said(each.name_zh, each.name_en) for identity, each in chosen.items()}


def _limit(channel: ChannelDefinition) -> int | None:
    return (daily(channel.capacity) or None) if channel.capacity else None


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month around a day."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
