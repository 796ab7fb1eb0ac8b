"""The randomised campaigns of the past: who was in, what they could have got, with which chances.

Each is drawn by its own addressed luck, logged as it was drawn, and then answered by the market.
"""

import json

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import DAY_MS, NONE, Flags, Floats, Ints
from liftloop.simulate.chance import Stream, uniforms
from liftloop.simulate.contacts import Contacts, State, receive
from liftloop.simulate.happenings import order_times
from liftloop.simulate.truth import Truth
from liftloop.simulate.world import NOBODY, PastCampaign, parse_action

ACTIVE_DAYS = 365  # An order within a year puts a member among those whom a campaign may reach.
LAPSED_DAYS = 120
DECIDING_S = 3_600  # A campaign's decisions and sends are spread over its first hour.
SHARE_DIGITS = 6  # Propensities are rounded to this and drawn as rounded, so the log is exact.


class Exposures(Struct, frozen=True, kw_only=True):
    """One row a decision: `arms` are the campaign's actions and nobody last; `chance` is 0 where not eligible."""

    campaign: int  # Index into the world's campaigns.
    member: Ints
    decided_ms: Ints
    eligible: Flags  # [row, arm]
    group: Ints  # Rows of one group share eligible and chance.
    chance: Floats  # [row, arm], rows sum to 1; the holdout is part of nobody's.
    arm: Ints
    holdout: Flags


def run_campaigns(truth: Truth, state: State) -> list[Exposures]:
    """Run all past campaigns in order of time; `state` takes what they changed."""
    member = np.arange(truth.world.members, dtype=np.int64)
    consent_ends = consent_end_ms(truth, state)
    logged: list[Exposures] = []
    order = sorted(range(len(truth.world.campaigns)), key=lambda row: -truth.world.campaigns[row].days_before)
    for row in order:
        campaign = truth.world.campaigns[row]
        start_ms = start_of(truth, campaign)
        if start_ms < truth.since_ms:
            continue
        last_ms = last_order_ms(truth, state, start_ms)
        reachable = _reachable(truth, consent_ends, campaign, start_ms)
        active = (last_ms >= start_ms - ACTIVE_DAYS * DAY_MS) & reachable.any(axis=1)
        luck = np.where(active, uniforms(truth.key, Stream.PICKED, member, np.array([row])), 2.0)
        count = min(round(campaign.members_share * member.size), int(active.sum()))
        chosen = np.sort(np.argsort(luck, kind="stable")[:count])
        lapsed = last_ms[chosen] < start_ms - LAPSED_DAYS * DAY_MS
        exposures = _drawn(truth, row, chosen, reachable[chosen], lapsed)
        _send(truth, state, exposures)
        consent_ends = consent_end_ms(truth, state)
        logged.append(exposures)
    return logged


def start_of(truth: Truth, campaign: PastCampaign) -> int:
    offset_ms = truth.world.utc_offset_minutes * 60_000
    day = (truth.until_ms + offset_ms) // DAY_MS - campaign.days_before
    return day * DAY_MS - offset_ms + campaign.hour * 3_600_000


def last_order_ms(truth: Truth, state: State, at_ms: int) -> Ints:
    """Return each member's last order before `at_ms`, a time before all others where there is none."""
    member, when_ms = order_times(truth, state)
    past = when_ms < at_ms
    last = np.full(truth.world.members, NONE, dtype=np.int64)
    np.maximum.at(last, member[past], when_ms[past])
    return last


def consent_end_ms(truth: Truth, state: State) -> Ints:
    """Return [member, channel] when the consent ended: never (a late time), or at once if never given."""
    ends = np.where(truth.people.consent, np.iinfo(np.int64).max, NONE)
    replies = state.replies()
    left = np.flatnonzero(replies.unsubscribed_ms != NONE)
    rows = (replies.contacts.member[left], replies.contacts.channel[left])
    np.minimum.at(ends, rows, replies.unsubscribed_ms[left])
    return ends


def action_columns(truth: Truth, action_ids: tuple[str, ...]) -> tuple[Ints, Ints, Ints]:
    """Return the indices of offer, channel and item of each action id."""
    offers = {offer.id: row for row, offer in enumerate(truth.world.offers)}
    channels = {channel.id: row for row, channel in enumerate(truth.world.channels)}
    items = {item.id: row for row, item in enumerate(truth.world.items)}
    actions = [parse_action(action_id) for action_id in action_ids]
    return (
        np.array([offers[action.offer] for action in actions], dtype=np.int64),
        np.array([channels[action.channel] for action in actions], dtype=np.int64),
        np.array([NONE if a.item is None else items[a.item] for a in actions], dtype=np.int64),
    )


def arm_names(campaign: PastCampaign) -> tuple[str, ...]:
    return (*campaign.actions, NOBODY)


def eligible_json(campaign: PastCampaign, eligible: Flags) -> str:
    names = arm_names(campaign)
    return json.dumps([name for name, open_ in zip(names, eligible, strict=True) if open_])


def chances_json(campaign: PastCampaign, chance: Floats) -> str:
    names = arm_names(campaign)
    shares = {name: round(float(share), SHARE_DIGITS) for name, share in zip(names, chance, strict=True)}
    return json.dumps({name: share for name, share in shares.items() if share > 0.0})


def _reachable(truth: Truth, consent_ends: Ints, campaign: PastCampaign, at_ms: int) -> Flags:
    """Return [member, action]: registered, with a consent for the action's channel."""
    _, channel, _ = action_columns(truth, campaign.actions)
    registered = truth.people.registered_ms < at_ms
    return (consent_ends[:, channel] > at_ms) & registered[:, None]


def _drawn(truth: Truth, row: int, member: Ints, reachable: Flags, lapsed: Flags) -> Exposures:
    """Draw holdout, then arm, so that each arm's chance is what the log says."""
    campaign = truth.world.campaigns[row]
    usual = np.asarray(campaign.weights)
    other = np.asarray(campaign.lapsed_weights or campaign.weights)
    weights = np.where(lapsed[:, None], other, usual) * reachable
    share = weights / weights.sum(axis=1, keepdims=True) * (1.0 - campaign.nobody)
    share = share.round(SHARE_DIGITS)
    chance: Floats = np.concatenate([share, 1.0 - share.sum(axis=1, keepdims=True)], axis=1).round(SHARE_DIGITS)
    address = np.array([row])
    held = uniforms(truth.key, Stream.HELD_OUT, member, address) < campaign.holdout
    left = chance.copy()
    left[:, -1] -= campaign.holdout
    cumulative = np.cumsum(left, axis=1) / (1.0 - campaign.holdout)
    luck = uniforms(truth.key, Stream.ASSIGNED, member, address)
    arm = np.minimum((cumulative < luck[:, None]).sum(axis=1), chance.shape[1] - 1)
    spread = uniforms(truth.key, Stream.DECIDED, member, address)
    start_ms = start_of(truth, campaign)
    return Exposures(
        campaign=row,
        member=member,
        decided_ms=start_ms + (spread * DECIDING_S).astype(np.int64) * 1000,
        eligible=np.concatenate([reachable, np.ones((member.size, 1), np.bool_)], axis=1),
        group=2 * (reachable @ (1 << np.arange(reachable.shape[1]))) + lapsed,
        chance=chance,
        arm=np.where(held, chance.shape[1] - 1, arm),
        holdout=held,
    )


def _send(truth: Truth, state: State, exposures: Exposures) -> None:
    campaign = truth.world.campaigns[exposures.campaign]
    offer, channel, item = action_columns(truth, campaign.actions)
    sent = np.flatnonzero(exposures.arm < len(campaign.actions))
    arm = exposures.arm[sent]
    contacts = Contacts(
        member=exposures.member[sent],
        offer=offer[arm],
        channel=channel[arm],
        item=item[arm],
        at_ms=exposures.decided_ms[sent],
    )
    receive(truth, state, contacts)
