"""Who sends in some days: campaigns with everybody's turn, journeys by the clock with their times, and all others."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.results.asking import ZONE_MS, Period, day_ms, shop_day
from liftloop.app.steering.live import State, state_of
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.deliver.settings import QuietHours
from liftloop.journey.contract import Journey
from liftloop.journey.nodes import Send
from liftloop.journey.occasions import next_occasion
from liftloop.journey.triggers import OnCampaign, OnSchedule
from liftloop.journey.waits import UntilEvent, Wait
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, SECOND_MS
from liftloop.plan.contract import Action, Campaign
from liftloop.plan.reading import turns_ms

Numbers = NDArray[np.int64]
OCCASIONS_MAX = 400
"""Of one journey in the days asked for: hourly ones for two weeks; the rest are not drawn."""
LOOK_BACK = timedelta(days=31)
"""Later messages of a journey than that are not foreseen."""
STEPS_MAX = 200
"""Nodes followed from where people enter a journey."""


class Sender(Struct, frozen=True, kw_only=True):
    """What sends: a campaign, a journey that comes round by the clock, or one that waits for what people do."""

    id: str
    kind: Literal["campaign", "scheduled", "always"]
    name: str
    first: date
    last: date | None
    """None where it goes on."""
    state: State
    channels: tuple[str, ...]
    occasions: tuple[int, ...] = ()
    """Instants at which a scheduled journey takes people in."""
    people: int = 0
    share: float = 1.0
    """Of its people who are not held out."""


class Wave(Struct, frozen=True, kw_only=True, eq=False):
    """People who hear from a sender on a day that is to come, held-out ones among them."""

    sender: Sender
    channel: str
    day: date
    people: Numbers


def campaign_sender(identity: str, body: Mapping[str, Any], now_ms: int) -> tuple[Sender, Campaign]:
    """Return a campaign as one who sends."""
    campaign = msgspec.convert(body, type=Campaign, strict=False)
    end_ms = campaign.stopped_ms or campaign.ends_ms
    return (
        Sender(
            id=identity,
            kind="campaign",
            name=campaign.name,
            first=shop_day(campaign.starts_ms),
            last=shop_day(end_ms),
            state=state_of(campaign, now_ms),
            channels=_channels(campaign.actions),
            share=1.0 - campaign.holdout.share,
        ),
        campaign,
    )


def journey_sender(identity: str, journey: Journey, period: Period) -> Sender | None:
    """Return a journey as one who sends; None where its campaign does, or where it sends nothing."""
    if isinstance(journey.trigger, OnCampaign):
        return None
    channels = tuple(dict.fromkeys(each.channel for each in journey.nodes if isinstance(each, Send)))
    if not channels:
        return None
    validity = journey.validity
    from_ms, until_ms = (validity.from_ms, validity.until_ms) if validity else (0, FAR_FUTURE_MS)
    scheduled = isinstance(journey.trigger, OnSchedule)
    return Sender(
        id=identity,
        kind="scheduled" if scheduled else "always",
        name=journey.name,
        first=max(period.first, shop_day(from_ms)) if from_ms else period.first,
        last=shop_day(until_ms) if until_ms < day_ms(period.last) + DAY_MS else None,
        state="done" if until_ms < period.from_ms else "running",
        channels=channels,
        occasions=tuple(occasions(journey, period)) if scheduled else (),
        share=1.0 - (journey.holdout.share if journey.holdout else 0.0),
    )


def occasions(journey: Journey, period: Period) -> Iterator[int]:
    """Yield the instants within some days at which a scheduled journey takes people in."""
    assert isinstance(journey.trigger, OnSchedule)
    validity = journey.validity
    after_ms = max(period.from_ms, validity.from_ms if validity else 0) - 1
    until_ms = min(period.to_ms, validity.until_ms if validity else period.to_ms)
    for _ in range(OCCASIONS_MAX):
        found = next_occasion(journey.trigger, after_ms)
        if found is None or found.at_ms >= until_ms:
            return
        yield found.at_ms
        after_ms = found.at_ms


def campaign_waves(
    sender: Sender, campaign: Campaign, assigned: Mapping[str, bytes], quiet: QuietHours | None, now_ms: int
) -> list[Wave]:
    """Return whose turn is still to come, by channel and day; who would be in the quiet hours is after them."""
    if sender.state != "running":
        return []
    people, place, drawn = (np.frombuffer(assigned[name], dtype=np.int64) for name in ("profiles", "actions", "drawn"))
    turns = campaign.starts_ms + (
        turns_ms(drawn, campaign.holdout.salt, campaign.spread) if campaign.spread else np.zeros_like(people)
    )
    leads = np.array([action.lead_s * SECOND_MS for action in campaign.actions], dtype=np.int64)
    turns = np.maximum(turns, campaign.starts_ms + leads[place])
    waves: list[Wave] = []
    for index, action in enumerate(campaign.actions):
        if not action.channel or action.channel == COUPON_CHANNEL:
            continue
        mine = (place == index) & (turns > now_ms) & (turns <= campaign.ends_ms)
        waves += _by_day(sender, action.channel, people[mine], _opened(turns[mine], quiet))
    return waves


def journey_waves(sender: Sender, journey: Journey, people: Numbers, now_ms: int, period: Period) -> list[Wave]:
    """Return whom a scheduled journey writes to on days to come: everybody in its audience now.

    Occasions of the weeks before count too, whose later messages fall into these days.
    """
    sends = sends_after(journey)
    found: dict[tuple[str, date], Wave] = {}
    for at_ms in occasions(journey, Period(first=period.first - LOOK_BACK, last=period.last)):
        for channel, delay_s in sends:
            due_ms = at_ms + delay_s * SECOND_MS
            day = shop_day(due_ms)
            if due_ms > now_ms and period.first <= day <= period.last:
                found[channel, day] = Wave(sender=sender, channel=channel, day=day, people=people)
    return list(found.values())


def sends_after(journey: Journey) -> list[tuple[str, int]]:
    """Return the messages of a journey as (channel, seconds after entry), for whoever stays to the end of each wait.

    Waits whose length differs from person to person count as none.
    """
    nodes = {each.id: each for each in journey.nodes}
    seen: set[str] = set()
    found: list[tuple[str, int]] = []
    ahead = [(journey.nodes[0].id, 0)]
    while ahead and len(seen) < STEPS_MAX:
        identity, after_s = ahead.pop(0)
        node = nodes.get(identity)
        if node is None or identity in seen:
            continue
        seen.add(identity)
        if isinstance(node, Send):
            found.append((node.channel, after_s))
        if isinstance(node, Wait):
            after_s += node.duration_s
        if isinstance(node, UntilEvent):
            ahead += [(node.happened, after_s), (node.timed_out, after_s + node.timeout_s)]
            continue
        ahead += [(following, after_s) for following in _following(node)]
    return found


def _following(node: Any) -> list[str]:
    ways = [getattr(node, name, "") for name in ("next", "yes", "no", "otherwise", "passed")]
    ways += [each.next for name in ("cases", "arms") for each in getattr(node, name, ())]
    return [each for each in ways if each]


def _channels(actions: Sequence[Action]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.channel for each in actions if each.channel and each.channel != COUPON_CHANNEL))


def _opened(turns: Numbers, quiet: QuietHours | None) -> Numbers:
    """Return turns, those within quiet hours moved to their end; turns come in waves, so each wave is asked once."""
    if quiet is None or not turns.size:
        return turns
    instants, which = np.unique(turns, return_inverse=True)
    return np.array([quiet.opening_ms(int(each)) for each in instants], dtype=np.int64)[which]


def _by_day(sender: Sender, channel: str, people: Numbers, at_ms: Numbers) -> list[Wave]:
    days = (at_ms + ZONE_MS) // DAY_MS
    return [
        Wave(sender=sender, channel=channel, day=date.fromordinal(_EPOCH + int(day)), people=people[days == day])
        for day in np.unique(days)
    ]


_EPOCH = date(1970, 1, 1).toordinal()
