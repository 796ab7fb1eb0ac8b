"""The second look: between the gate and the hand-over hours may pass, so what holds of a person is asked again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.deliver.gate import CANARY, OPEN_TICKET, Reasons, refusals
from liftloop.deliver.media import medium_of
from liftloop.deliver.settings import Complaining, nobody_complains, settings_of
from liftloop.deliver.stops import stops_of
from liftloop.identify.reading import follow
from liftloop.journey.reading import ceded, ceded_to, furthest, persons
from liftloop.kernel.sets import are_among
from liftloop.plan.reading import first_written
from liftloop.runtime import people
from liftloop.runtime.contract import Definitions, StateView


class Leaving(Struct, frozen=True, kw_only=True):
    """Messages of one channel that are about to be handed over, as parallel columns."""

    channel: str
    profiles: NDArray[np.int64]
    enrolments: NDArray[np.int64]
    """-1 where a message belongs to no enrolment."""
    visits: NDArray[np.int64]
    campaigns: Sequence[str]
    purposes: Sequence[str]


class Stopped(Struct, frozen=True):
    """Why a message does not leave: an outcome of `NEVER_LEFT` with a reason; both empty where it may leave."""

    outcome: str
    reason: str
    rivals: tuple[int, ...] = ()
    """Enrolments that ceded to the message's own. It may leave once none of theirs, of its node, is in the air."""


MAY_LEAVE = Stopped("", "")
HELD = "held"
"""Not now: its campaign is paused, or all stands still. Neither an end nor an outcome; it is looked at again later."""


def second_look(
    state: StateView, leaving: Leaving, now_ms: int, complaining: Complaining = nobody_complains
) -> list[Stopped]:
    """Return for each message whether it may still leave.

    Every purpose needs a person who is not suppressed and has not withdrawn consent. Marketing also needs a consent,
    no open ticket, a campaign that runs, and an enrolment that did not cede to another one of the same person; where
    another ceded to it, what that one was sent is not sent again. None leaves whose person is no more the one who
    entered: two who had been merged are two again.
    """
    stopped = [MAY_LEAVE] * len(leaving.profiles)
    marketing = np.array([purpose == "marketing" for purpose in leaving.purposes], dtype=np.bool_)
    ended = {campaign: _ended(state.definitions, campaign, now_ms) for campaign in set(leaving.campaigns)}
    behind = _behind_canary(state.definitions, leaving) & marketing
    paused = {campaign: _paused(state.definitions, campaign) for campaign in set(leaving.campaigns)}
    refused = _refused(state, leaving)
    gone = marketing & ceded(state, leaving.enrolments)
    parted = _parted(state, leaving)
    rivals = ceded_to(state, leaving.enrolments[marketing])
    waits = _waiting_for_help(state, leaving, complaining) if marketing.any() else marketing
    stops = stops_of(state.definitions)
    stands = leaving.channel in stops.channels
    for row in np.flatnonzero(parted | (refused != "") | marketing | stands).tolist():
        standing = stops.standing(leaving.channel, leaving.purposes[row])
        if marketing[row] and ended[leaving.campaigns[row]]:
            stopped[row] = Stopped("expired", ended[leaving.campaigns[row]])
        elif marketing[row] and paused[leaving.campaigns[row]]:
            stopped[row] = Stopped(HELD, paused[leaving.campaigns[row]])
        elif behind[row]:
            stopped[row] = Stopped(HELD, CANARY)
        elif standing:
            stopped[row] = Stopped(HELD, standing)
        elif parted[row]:
            stopped[row] = Stopped("suppressed", "separated")
        elif gone[row]:
            stopped[row] = Stopped("suppressed", "merged_into_another")
        elif refused[row]:
            stopped[row] = Stopped("suppressed", refused[row])
        elif marketing[row] and waits[row]:
            stopped[row] = Stopped("suppressed", OPEN_TICKET)
        elif others := rivals.get(int(leaving.enrolments[row]), ()):
            told = furthest(state, others) >= leaving.visits[row]
            stopped[row] = Stopped("suppressed", "merged_into_another") if told else Stopped("", "", others)
    return stopped


def _behind_canary(definitions: Definitions, leaving: Leaving) -> NDArray[np.bool_]:
    """Return whose messages wait for what comes of their campaign's first ones."""
    behind = np.zeros(len(leaving.profiles), dtype=np.bool_)
    names = np.array(leaving.campaigns, dtype=object)
    for campaign in set(leaving.campaigns):
        live = definitions.live("campaign").get(campaign)
        canary: Mapping[str, Any] | None = live.body.get("canary") if live is not None else None
        if canary is not None and not canary.get("passed_ms"):
            mine = names == campaign
            behind[mine] = ~first_written(leaving.profiles[mine], campaign, float(canary["share"]))
    return behind


def _parted(state: StateView, leaving: Leaving) -> NDArray[np.bool_]:
    addressed, entered = follow(state, people.slots(state, leaving.profiles)), persons(state, leaving.enrolments)
    return (addressed >= 0) & (entered >= 0) & (addressed != entered)


def _waiting_for_help(state: StateView, leaving: Leaving, complaining: Complaining) -> NDArray[np.bool_]:
    if not settings_of(state.definitions).tickets_first:
        return np.zeros(len(leaving.profiles), dtype=np.bool_)
    return are_among(follow(state, people.slots(state, leaving.profiles)), np.sort(complaining(state)))


def _refused(state: StateView, leaving: Leaving) -> Reasons:
    slots = follow(state, people.slots(state, leaving.profiles))
    reasons: Reasons = np.full(len(slots), "", dtype=object)
    if leaving.channel == COUPON_CHANNEL:
        return reasons
    medium = _medium(state.definitions, leaving.channel)
    purposes = np.array(leaving.purposes, dtype=object)
    for purpose in _distinct(leaving.purposes):
        mine = np.flatnonzero((purposes == purpose) & (slots >= 0))
        reasons[mine] = refusals(state, slots[mine], medium, purpose)
    return reasons


def _distinct(words: Sequence[str]) -> Collection[str]:
    return dict.fromkeys(words)


def _medium(definitions: Definitions, channel: str) -> str:
    """Return what consent is asked for, also where the channel is no more and only its messages are left."""
    live = definitions.live("channel").get(channel)
    last = live or max(
        (each for each in definitions.versions("channel") if each.id == channel),
        key=lambda each: each.version,
        default=None,
    )
    return medium_of(msgspec.convert(last.body, type=ChannelDefinition, strict=False)) if last else channel


def _ended(definitions: Definitions, campaign: str, now_ms: int) -> str:
    live = definitions.live("campaign").get(campaign)
    if live is not None and live.body.get("stopped_ms"):
        return "campaign_stopped"
    if live is not None:
        return "campaign_ended" if now_ms > int(live.body["ends_ms"]) else ""
    return "campaign_retired" if definitions.version("campaign", campaign, 1) is not None else ""


def _paused(definitions: Definitions, campaign: str) -> str:
    """Return why a campaign is paused, empty where it is not."""
    live = definitions.live("campaign").get(campaign)
    why = str(live.body.get("paused") or "") if live is not None else ""
    return f"paused:{why}" if why else ""
