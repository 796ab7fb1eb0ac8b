"""The market after launch: it takes contacts, lets time pass, and alone knows what they changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from liftloop.kernel.errors import LiftloopError
from liftloop.simulate.arrays import DAY_MS, Flags, Floats, Ints
from liftloop.simulate.campaigns import ACTIVE_DAYS, action_columns, consent_end_ms, last_order_ms
from liftloop.simulate.contacts import NO_CONTACTS, Contacts, Replies, State, receive
from liftloop.simulate.counterfactual import Expected, Lift, converted, expected, in_usual_mood, lift
from liftloop.simulate.frames import joined, taken
from liftloop.simulate.happenings import Happenings, between
from liftloop.simulate.history import Past
from liftloop.simulate.tables import customer_ids
from liftloop.simulate.world import Action, parse_action

Window = tuple[int, int]  # [from_ms, to_ms)


class Market:
    """One run of the future of a history.

    Feed it the contacts of an interval first, then read the interval's events: what a contact sets off
    lies after it, so an interval that is read too early misses the replies to contacts received later.
    All questions about what would have been leave the market as it is.
    """

    def __init__(self, past: Past) -> None:
        self.truth = past.truth
        self._start = past.state.copy()
        self._state = past.state.copy()
        self._received: list[Contacts] = []
        self._ids: list[str] = customer_ids(past.world).astype(str).tolist()
        self._member = {customer_id: row for row, customer_id in enumerate(self._ids)}

    def contacts(self, messages: Sequence[Mapping[str, Any]], at_ms: Ints | int) -> Contacts:
        """Return contacts of messages {customer_id, offer, item_id, channel}; item_id may be missing or empty.

        Without `channel` the one in `action_id` counts (`offer.channel[.item]`).
        Raises LiftloopError `contact_unknown` for a name that this market does not have.
        """
        try:
            member = np.array([self._member[message["customer_id"]] for message in messages], dtype=np.int64)
            kinds = [_action(message).id for message in messages]
            names = tuple(dict.fromkeys(kinds))
            offer, channel, item = action_columns(self.truth, names)
        except (KeyError, ValueError) as error:
            raise _unknown(str(error)) from error
        row = {name: number for number, name in enumerate(names)}
        kind = np.array([row[name] for name in kinds], dtype=np.int64)
        when = np.broadcast_to(np.asarray(at_ms, dtype=np.int64), member.shape).copy()
        return Contacts(member=member, offer=offer[kind], channel=channel[kind], item=item[kind], at_ms=when)

    def receive(self, contacts: Contacts) -> Ints:
        """Take messages that were handed over; return each row's contact number.

        Each call is a hand-over of its own: give a message once.
        """
        self._received.append(contacts)
        return receive(self.truth, self._state, contacts)

    def events_between(self, from_ms: int, to_ms: int) -> Happenings:
        """Return what becomes visible in [from_ms, to_ms), in order of time."""
        return between(self.truth, self._state, from_ms, to_ms)

    def replies(self) -> Replies:
        """Return what every contact so far does, past campaigns included; the row is the contact's number."""
        return self._state.replies()

    def eligible(self, at_ms: int, active_days: int = ACTIVE_DAYS) -> Ints:
        """Return members with an order in the `active_days` before `at_ms`, as things went."""
        last = last_order_ms(self.truth, self._state, at_ms)
        return np.flatnonzero(last >= at_ms - active_days * DAY_MS)

    def consent_ends(self) -> Ints:
        """Return [member, channel] when each consent ended, as far as contacts until now have ended it."""
        return consent_end_ms(self.truth, self._state)

    def consents(self, at_ms: int) -> Flags:
        """Return [member, channel] whether a message may be sent at `at_ms`."""
        return self.consent_ends() > at_ms

    def potential_outcomes(self, members: Ints, action: Action | None, at_ms: int, window_days: int) -> Flags:
        """Return whether each member orders within the window if all get `action` at `at_ms`, or nobody does.

        The luck is the same for every action, and the same that `receive` meets.
        """
        window = (at_ms, at_ms + window_days * DAY_MS)
        contacts = self.same_for_all(members, action, at_ms)
        return converted(self.truth, self._state_at(at_ms), contacts, window)[members]

    def lift(self, members: Ints, contacts: Contacts, window: Window) -> Lift:
        """Return the true lift over eligible `members` of `contacts` made in the window, against none.

        For an assignment policy give the contacts that held-out people would have had as well.
        """
        return lift(self.truth, self._state_at(window[0]), members, contacts, window)

    def usual_lift(self, members: Ints, contacts: Contacts, window: Window) -> Lift:
        """Return the same lift as if the market were in its usual mood in the window: what could be foreseen of it."""
        return lift(in_usual_mood(self.truth), self._state_at(window[0]), members, contacts, window)

    def received_between(self, from_ms: int, to_ms: int) -> Contacts:
        """Return the contacts that were received with a time in [from_ms, to_ms)."""
        received = joined([NO_CONTACTS, *self._received])
        return taken(received, np.flatnonzero((received.at_ms >= from_ms) & (received.at_ms < to_ms)))

    def expected(self, members: Ints, action: Action, at_ms: int, window_days: int) -> Expected:
        """Return each member's expected outcome alone and with `action`, and its expected cost in fen."""
        contacts = self.same_for_all(members, action, at_ms)
        return expected(self.truth, self._state_at(at_ms), contacts, window_days)

    def values(self, members: Ints, actions: Sequence[Action], at_ms: int, window_days: int) -> tuple[Floats, Floats]:
        """Return [member, action] expected gain in converted people (-inf without consent) and cost in fen.

        `counterfactual.oracle` makes of them the best assignment within a budget.
        """
        _, channel, _ = action_columns(self.truth, tuple(action.id for action in actions))
        allowed = self.consents(at_ms)[members][:, channel]
        told = [self.expected(members, action, at_ms, window_days) for action in actions]
        gain = np.stack([one.contacted - one.alone for one in told], axis=1)
        return np.where(allowed, gain, -np.inf), np.stack([one.cost_fen for one in told], axis=1)

    def same_for_all(self, members: Ints, action: Action | None, at_ms: int) -> Contacts:
        """Return one contact for each of `members`; none at all where the action is None."""
        if action is None:
            return NO_CONTACTS
        offer, channel, item = (np.repeat(part, members.size) for part in action_columns(self.truth, (action.id,)))
        when = np.full(members.size, at_ms, dtype=np.int64)
        return Contacts(member=members, offer=offer, channel=channel, item=item, at_ms=when)

    def customer_id(self, member: int) -> str:
        return self._ids[member]

    def members(self, customer_ids_wanted: Sequence[str]) -> Ints:
        """Return the indices of customers; raise LiftloopError `contact_unknown` for a stranger."""
        try:
            return np.array([self._member[one] for one in customer_ids_wanted], dtype=np.int64)
        except KeyError as error:
            raise _unknown(str(error)) from error

    def _state_at(self, at_ms: int) -> State:
        """Return the state as it was before the contacts of `at_ms` and later."""
        state = self._start.copy()
        before = self.received_between(0, at_ms)
        if before.member.size:
            receive(self.truth, state, before)
        return state


def _action(message: Mapping[str, Any]) -> Action:
    channel = message.get("channel") or parse_action(message["action_id"]).channel
    return Action(offer=message["offer"], channel=channel, item=message.get("item_id") or None)


def _unknown(reason: str) -> LiftloopError:
    return LiftloopError(
        "contact_unknown",
        zh=f"模拟市场里没有这个客户、优惠、渠道或商品：{reason}",
        en=f"The simulated market has no such customer, offer, channel or item: {reason}",
        next_zh="请使用这个市场自己的编号。",
        next_en="Use the ids of this market's own files.",
    )
