"""Contacts and what comes of them: opens, one more order, a redemption, or a customer who stays away.

`respond` only reads; `settle` is the one place that writes the market's state.
"""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import DAY_MS, NONE, Flags, Floats, Ints, Keys
from liftloop.simulate.chance import Stream, keys, uniforms
from liftloop.simulate.frames import joined, taken
from liftloop.simulate.purchases import first_from, last_before, sort_keys
from liftloop.simulate.response import Chances, Situation, chances
from liftloop.simulate.seasons import calendar_row, day_start_ms, time_of_day_ms
from liftloop.simulate.truth import Truth

DELAY_SHAPE = 0.65  # Weibull: half of the extra orders within about two days, the last after weeks.
DELAY_MS_MIN = 120_000
OPEN_DELAY_MS = 3 * 3_600_000.0
CLICK_SHARE_IDLE = 0.12  # Of those who open and buy nothing because of it.
CLICK_SHARE_PULLED = 0.9
UNSUBSCRIBE_SHARE = 0.3  # Of those pushed away; half as many complain.
COMPLAIN_SHARE = 0.15


class Contacts(Struct, frozen=True, kw_only=True):
    """Messages that reached the market, one a row: indices into the world's lists, item NONE for any."""

    member: Ints
    offer: Ints
    channel: Ints
    item: Ints
    at_ms: Ints


class Replies(Struct, frozen=True, kw_only=True):
    """What each contact does; times are NONE where the thing does not happen.

    `number` counts the market's contacts from 0 and is how a later event names its contact.
    """

    contacts: Contacts
    number: Ints
    pulled: Flags
    pushed: Flags
    extra_ms: Ints
    extra_key: Keys
    extra_redeems: Flags
    redeemed_row: Ints  # Row of `truth.orders` in which the coupon is used; NONE if in none of them.
    forward_row: Ints  # Row of `truth.orders` that the extra order only brings forward.
    delivered_ms: Ints
    opened_ms: Ints
    clicked_ms: Ints
    unsubscribed_ms: Ints
    complained_ms: Ints


_NOTHING: Ints = np.zeros(0, dtype=np.int64)
_NO_FLAGS: Flags = np.zeros(0, dtype=np.bool_)
NO_CONTACTS = Contacts(member=_NOTHING, offer=_NOTHING, channel=_NOTHING, item=_NOTHING, at_ms=_NOTHING)
NO_REPLIES = Replies(
    contacts=NO_CONTACTS,
    number=_NOTHING,
    pulled=_NO_FLAGS,
    pushed=_NO_FLAGS,
    extra_ms=_NOTHING,
    extra_key=np.zeros(0, dtype=np.uint64),
    extra_redeems=_NO_FLAGS,
    redeemed_row=_NOTHING,
    forward_row=_NOTHING,
    delivered_ms=_NOTHING,
    opened_ms=_NOTHING,
    clicked_ms=_NOTHING,
    unsubscribed_ms=_NOTHING,
    complained_ms=_NOTHING,
)


class State:
    """What contacts have changed so far; copied to ask what would have been."""

    def __init__(self, truth: Truth) -> None:
        members = truth.world.members
        self.load: Floats = np.zeros(members)
        self.load_ms: Ints = np.full(members, truth.since_ms, dtype=np.int64)
        self.count: Ints = np.zeros(members, dtype=np.int64)
        self.extra_ms: Ints = np.full(members, NONE, dtype=np.int64)  # The latest extra order, due or done.
        self.suppressed: Flags = np.zeros(truth.orders.member.size, dtype=np.bool_)
        self.coupon: Ints = np.full(truth.orders.member.size, NONE, dtype=np.int64)  # Contact number.
        self.contacts = 0
        self._replies: list[Replies] = [NO_REPLIES]

    def replies(self) -> Replies:
        """Return all replies so far; the row of a contact is its number."""
        if len(self._replies) > 1:
            self._replies = [joined(self._replies)]
        return self._replies[0]

    def append(self, replies: Replies) -> None:
        self._replies.append(replies)
        self.contacts += replies.number.size

    def copy(self) -> "State":
        twin = object.__new__(State)
        twin.load, twin.load_ms = self.load.copy(), self.load_ms.copy()
        twin.count, twin.extra_ms = self.count.copy(), self.extra_ms.copy()
        twin.suppressed, twin.coupon = self.suppressed.copy(), self.coupon.copy()
        twin.contacts, twin._replies = self.contacts, list(self._replies)
        return twin


def rounds(contacts: Contacts) -> Iterator[Ints]:
    """Yield rows in parts in which nobody appears twice, each person's contacts in order of time."""
    order = np.lexsort((contacts.at_ms, contacts.member))
    member = contacts.member[order]
    first = np.ones(member.size, dtype=np.bool_)
    first[1:] = member[1:] != member[:-1]
    start = np.maximum.accumulate(np.where(first, np.arange(member.size), 0))
    rank = np.arange(member.size) - start
    for number in range(int(rank.max(initial=-1)) + 1):
        yield np.sort(order[rank == number])


def situation(truth: Truth, state: State, contacts: Contacts) -> Situation:
    """Return how the market stands to each contact at its instant."""
    member, at_ms = contacts.member, contacts.at_ms
    age_days = np.maximum(at_ms - state.load_ms[member], 0) / DAY_MS
    load = state.load[member] * np.exp(-age_days / truth.world.response.fatigue_days)
    return Situation(
        member=member,
        offer=contacts.offer,
        channel=contacts.channel,
        item=contacts.item,
        at_ms=at_ms,
        load=load,
        since_days=(at_ms - need_met_ms(truth, state, member, at_ms)) / DAY_MS,
    )


def need_met_ms(truth: Truth, state: State, member: Ints, at_ms: Ints) -> Ints:
    """Return when each need was last met: by an order here, one lost to a rival, or joining."""
    row = last_before(truth.orders, member, at_ms)
    own = np.where(row >= 0, truth.orders.at_ms[np.maximum(row, 0)], truth.people.registered_ms[member])
    extra = state.extra_ms[member]
    return np.where((extra != NONE) & (extra < at_ms), np.maximum(own, extra), own)


def respond(truth: Truth, state: State, contacts: Contacts) -> Replies:
    """Return what the contacts will bring; nobody may appear twice (see `rounds`)."""
    member, at_ms = contacts.member, contacts.at_ms
    turn = state.count[member]
    likely = chances(truth, situation(truth, state, contacts))
    luck = uniforms(truth.key, Stream.CONTACT, member, turn)
    pulled, pushed = luck < likely.pull, luck > 1.0 - likely.push
    extra_ms = np.where(pulled, _extra_ms(truth, contacts, turn), NONE)
    valid_to_ms = at_ms + truth.catalogue.offer_valid_ms[contacts.offer]
    redeem_luck = uniforms(truth.key, Stream.REDEEM, member, turn)
    coupon = truth.catalogue.offer_face[contacts.offer] > 0
    in_time = pulled & (extra_ms <= valid_to_ms)
    own_row = first_from(truth.orders, member, at_ms)
    own_row = np.where(_at(truth, own_row) <= valid_to_ms, own_row, NONE)
    redeems_own = coupon & ~in_time & ~pushed & (redeem_luck < truth.people.habit[member])
    opened_ms, clicked_ms = _receipts(truth, contacts, turn, likely, extra_ms)
    angry = uniforms(truth.key, Stream.UNSUBSCRIBE, member, turn)
    after_ms = np.where(opened_ms == NONE, at_ms, opened_ms) + 60_000
    return Replies(
        contacts=contacts,
        number=state.contacts + np.arange(member.size, dtype=np.int64),
        pulled=pulled,
        pushed=pushed,
        extra_ms=extra_ms,
        extra_key=keys(truth.key, Stream.EXTRA_KEY, member, turn),
        extra_redeems=coupon & in_time & (redeem_luck < truth.world.response.redeem_pulled),
        redeemed_row=np.where(redeems_own, own_row, NONE),
        forward_row=np.where(pulled, _forward_row(truth, member, turn, extra_ms), NONE),
        delivered_ms=at_ms + 1000,
        opened_ms=opened_ms,
        clicked_ms=clicked_ms,
        unsubscribed_ms=np.where(pushed & (angry < UNSUBSCRIBE_SHARE), after_ms, NONE),
        complained_ms=np.where(pushed & (angry > 1.0 - COMPLAIN_SHARE), after_ms, NONE),
    )


def settle(truth: Truth, state: State, replies: Replies) -> None:
    """Write into `state` what the replies change; call it once, in order of time for each person."""
    member, at_ms = replies.contacts.member, replies.contacts.at_ms
    tired = situation(truth, state, replies.contacts).load
    state.load[member] = tired + 1.0
    state.load_ms[member] = at_ms
    state.count[member] += 1
    state.extra_ms[member] = np.where(replies.pulled, replies.extra_ms, state.extra_ms[member])
    uses = (replies.redeemed_row != NONE) & (state.coupon[replies.redeemed_row] == NONE)
    state.coupon[replies.redeemed_row[uses]] = replies.number[uses]
    state.suppressed[replies.forward_row[replies.forward_row != NONE]] = True
    _suppress_pause(truth, state, member[replies.pushed], at_ms[replies.pushed])
    state.append(replies)


def receive(truth: Truth, state: State, contacts: Contacts) -> Ints:
    """Respond to and settle contacts, rows in any order; return each row's contact number."""
    number = np.full(contacts.member.size, NONE, dtype=np.int64)
    for rows in rounds(contacts):
        replies = respond(truth, state, taken(contacts, rows))
        settle(truth, state, replies)
        number[rows] = replies.number
    return number


def delay_share(truth: Truth, channel: Ints, within_ms: Ints) -> Floats:
    """Return the share of extra orders that come within this time of the contact."""
    return 1.0 - np.exp(-((within_ms / truth.catalogue.channel_delay_ms[channel]) ** DELAY_SHAPE))


def _extra_ms(truth: Truth, contacts: Contacts, turn: Ints) -> Ints:
    """Draw when an extra order comes; from the next day on it keeps to the shop's hours."""
    luck = uniforms(truth.key, Stream.DELAY, contacts.member, turn)
    scale = truth.catalogue.channel_delay_ms[contacts.channel]
    delay_ms = (scale * (-np.log(luck)) ** (1.0 / DELAY_SHAPE)).astype(np.int64) // 1000 * 1000
    at_ms = contacts.at_ms + np.maximum(delay_ms, DELAY_MS_MIN)
    at_ms = np.minimum(at_ms, truth.horizon_ms)
    row, contact_row = calendar_row(truth.calendar, at_ms), calendar_row(truth.calendar, contacts.at_ms)
    share = uniforms(truth.key, Stream.TIME_OF_DAY, contacts.member, turn)
    usual = day_start_ms(truth.calendar, row + truth.calendar.first_day)
    usual = usual + time_of_day_ms(truth.calendar, row, share)
    return np.where(row > contact_row, usual, at_ms)


def _forward_row(truth: Truth, member: Ints, turn: Ints, extra_ms: Ints) -> Ints:
    """Return the own order that an extra one replaces: the next, if near, for a share of the people."""
    response = truth.world.response
    row = first_from(truth.orders, member, extra_ms)
    near = _at(truth, row) <= extra_ms + response.pull_forward_days * DAY_MS
    chosen = uniforms(truth.key, Stream.FORWARD, member, turn) < response.pull_forward
    return np.where(near & chosen, row, NONE)


def _at(truth: Truth, row: Ints) -> Ints:
    """Return the time of an own order, or a time after every other where the row is NONE."""
    if not truth.orders.at_ms.size:
        return np.full(row.size, truth.horizon_ms + DAY_MS)
    return np.where(row == NONE, np.iinfo(np.int64).max, truth.orders.at_ms[np.maximum(row, 0)])


def _receipts(truth: Truth, contacts: Contacts, turn: Ints, likely: Chances, extra_ms: Ints) -> tuple[Ints, Ints]:
    """Draw opens so that the share seen is met, and whoever buys because of it opened before."""
    moved = extra_ms != NONE
    left = np.clip((likely.seen - likely.pull) / np.maximum(1.0 - likely.pull, 1e-9), 0.0, 1.0)
    sees = moved | (uniforms(truth.key, Stream.OPEN, contacts.member, turn) < left)
    sees &= truth.catalogue.channel_reports[contacts.channel]
    luck = uniforms(truth.key, Stream.OPEN_DELAY, contacts.member, turn)
    delay_ms = (OPEN_DELAY_MS * (-np.log(luck)) ** 1.4).astype(np.int64) // 1000 * 1000 + 5000
    half_way = np.where(moved, (extra_ms - contacts.at_ms) // 2000 * 1000, delay_ms)
    opened_ms = np.where(sees, contacts.at_ms + np.minimum(delay_ms, half_way), NONE)
    click_share = np.where(moved, CLICK_SHARE_PULLED, CLICK_SHARE_IDLE)
    clicks = sees & (uniforms(truth.key, Stream.CLICK, contacts.member, turn) < click_share)
    return opened_ms, np.where(clicks, opened_ms + 20_000, NONE)


def _suppress_pause(truth: Truth, state: State, member: Ints, at_ms: Ints) -> None:
    """Mark the own orders of `member` that fall in the pause after `at_ms`."""
    keys_of = truth.orders.sort_key
    start = np.searchsorted(keys_of, sort_keys(member, at_ms), side="left")
    end_ms = at_ms + truth.world.response.pause_days * DAY_MS
    count = np.searchsorted(keys_of, sort_keys(member, end_ms), side="left") - start
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    state.suppressed[np.repeat(start, count) + within] = True
