from itertools import pairwise

import msgspec
import numpy as np
import pytest

from liftloop.kernel.errors import LiftloopError
from liftloop.simulate.arrays import DAY_MS, NONE
from liftloop.simulate.contacts import Contacts, Replies, State, receive, respond, settle, situation
from liftloop.simulate.frames import joined, taken
from liftloop.simulate.happenings import Happenings
from liftloop.simulate.history import History
from liftloop.simulate.market import Market
from liftloop.simulate.messages import receipts, track_messages
from liftloop.simulate.rows import Kind
from liftloop.simulate.world import World, parse_action

UNTIL_MS = 1_788_192_000_000  # 2026-09-01 00:00 in Shanghai.
HOUR_MS = 3_600_000
LATER_MS = UNTIL_MS + 40 * DAY_MS
COUPON = parse_action("coupon_20.sms")


def sent_to_all(market: Market, action: str = "coupon_20.sms", at_ms: int = UNTIL_MS + 10 * HOUR_MS) -> Contacts:
    return market.same_for_all(market.eligible(UNTIL_MS), parse_action(action), at_ms)


def order_keys(happened: Happenings) -> set[int]:
    return set(happened.orders.key.tolist())


def test_reading_in_pieces_reads_the_whole(market: Market):
    """Any cut of the future into intervals gives the same events, each once, in order."""
    market.receive(sent_to_all(market))
    whole = market.events_between(UNTIL_MS, LATER_MS).rows
    edges = [UNTIL_MS, UNTIL_MS + 1, UNTIL_MS + 11 * HOUR_MS, UNTIL_MS + 3 * DAY_MS + 7, LATER_MS]
    pieces = [market.events_between(a, b).rows for a, b in pairwise(edges)]
    # Rows of orders count within their own piece, so this column is compared apart.
    together = joined(pieces)
    for name in ("at_ms", "member", "kind", "key", "item", "store", "contact"):
        assert np.array_equal(getattr(together, name), getattr(whole, name))
    assert (np.diff(whole.at_ms) >= 0).all()
    assert np.unique(whole.key).size == whole.key.size


def test_the_future_goes_on_where_the_past_ended(past: History, market: Market):
    """Orders a day hardly change across the end of the history when nobody is contacted."""
    rows = market.events_between(UNTIL_MS, UNTIL_MS + 28 * DAY_MS).rows
    after = np.count_nonzero(rows.kind == Kind.ORDER_COMPLETED) / 28
    told = past.orders["ordered_at"].values
    before = np.unique(past.orders["order_id"].values[told >= UNTIL_MS - 28 * DAY_MS]).size / 28
    assert 0.8 < after / before < 1.25


def test_a_contact_changes_only_whom_it_reaches(past: History):
    """With and without contacts to half the people, the other half do exactly the same things."""
    contacted, alone = Market(past), Market(past)
    chosen = contacted.eligible(UNTIL_MS)[::2]
    contacted.receive(contacted.same_for_all(chosen, COUPON, UNTIL_MS + HOUR_MS))
    with_contacts = contacted.events_between(UNTIL_MS, LATER_MS).rows
    without = alone.events_between(UNTIL_MS, LATER_MS).rows
    others = taken(with_contacts, ~np.isin(with_contacts.member, chosen))
    expected = taken(without, ~np.isin(without.member, chosen))
    assert np.array_equal(others.key, expected.key)
    assert np.array_equal(others.at_ms, expected.at_ms)
    assert not np.array_equal(with_contacts.key, without.key)


def test_the_order_of_hand_over_does_not_matter(past: History):
    """Batches of different people may arrive in any order and cut; the events are the same."""
    first, second = Market(past), Market(past)
    contacts = sent_to_all(first)
    rows = np.random.default_rng(2).permutation(contacts.member.size)
    first.receive(contacts)
    for part in np.array_split(rows, 7):
        second.receive(taken(contacts, part))
    whole, cut = (one.events_between(UNTIL_MS, LATER_MS).rows for one in (first, second))
    order = np.lexsort((whole.key, whole.at_ms)), np.lexsort((cut.key, cut.at_ms))
    for name in ("at_ms", "member", "kind", "key", "item", "store"):
        assert np.array_equal(getattr(whole, name)[order[0]], getattr(cut, name)[order[1]])


def test_true_lift_is_what_the_events_show(past: History):
    """The lift that the market tells equals the difference between two futures, counted from events."""
    contacted, alone = Market(past), Market(past)
    people = contacted.eligible(UNTIL_MS)
    window = (UNTIL_MS, UNTIL_MS + 30 * DAY_MS)
    twice = joined([sent_to_all(contacted), sent_to_all(contacted, "coupon_5.email", UNTIL_MS + 9 * DAY_MS)])
    contacted.receive(twice)
    share = []
    for market in (contacted, alone):
        rows = market.events_between(*window).rows
        buyers = rows.member[rows.kind == Kind.ORDER_COMPLETED]
        share.append(np.isin(people, buyers).mean())
    told = contacted.lift(people, contacted.received_between(*window), window)
    assert (told.treated, told.nobody) == (share[0], share[1])
    assert told.points == pytest.approx(share[0] - share[1])
    assert told.relative == pytest.approx(share[0] / share[1] - 1.0)


def test_questions_leave_the_market_as_it_is(past: History):
    """Asking what would have been changes no later event."""
    asked, silent = Market(past), Market(past)
    people = asked.eligible(UNTIL_MS)
    asked.potential_outcomes(people, COUPON, UNTIL_MS, 30)
    asked.lift(people, sent_to_all(asked), (UNTIL_MS, LATER_MS))
    asked.values(people, [COUPON], UNTIL_MS, 30)
    first, second = (one.events_between(UNTIL_MS, LATER_MS).rows for one in (asked, silent))
    assert np.array_equal(first.key, second.key)


def test_earlier_contacts_count_in_later_questions(market: Market):
    """What would have been is asked as of an instant: contacts before it are kept, later ones are not."""
    people = market.eligible(UNTIL_MS)
    fresh = market.expected(people, COUPON, LATER_MS, 30)
    market.receive(sent_to_all(market, at_ms=LATER_MS - DAY_MS))
    tired = market.expected(people, COUPON, LATER_MS, 30)
    assert (tired.contacted - tired.alone).mean() < (fresh.contacted - fresh.alone).mean()
    before = market.expected(people, COUPON, LATER_MS - DAY_MS, 30)
    market.receive(sent_to_all(market, at_ms=LATER_MS))
    assert np.array_equal(market.expected(people, COUPON, LATER_MS - DAY_MS, 30).contacted, before.contacted)


def test_orders_show_the_coupons_they_used(market: Market):
    """A redemption names its contact, its order follows the contact within the offer's days, at a discount."""
    contacts = sent_to_all(market)
    number = market.receive(contacts)
    happened = market.events_between(UNTIL_MS, LATER_MS)
    redeemed = np.flatnonzero(happened.rows.kind == Kind.COUPON_REDEEMED)
    assert redeemed.size > 100
    place = {int(one): row for row, one in enumerate(number)}
    for row in redeemed.tolist():
        order = int(happened.rows.order[row])
        contact = place.get(int(happened.orders.contact[order]))
        if contact is None:
            continue  # A coupon of the last past campaign, still valid.
        wait_ms = happened.orders.at_ms[order] - contacts.at_ms[contact]
        assert happened.orders.member[order] == contacts.member[contact]
        assert 0 <= wait_ms <= 30 * DAY_MS + DAY_MS
        lines = happened.lines.order == order
        assert happened.lines.discount_fen[lines].sum() == min(
            2_000, (happened.lines.quantity * happened.lines.price_fen)[lines][0]
        )


def test_own_orders_never_use_two_coupons_and_suppressed_ones_vanish(market: Market):
    """Each order appears once; those of people pushed away are gone until the pause is over."""
    market.receive(sent_to_all(market, "reminder.wecom"))
    happened = market.events_between(UNTIL_MS, LATER_MS)
    assert np.unique(happened.orders.key).size == happened.orders.key.size
    replies = market.replies()
    pushed = np.flatnonzero(replies.pushed & (replies.contacts.at_ms >= UNTIL_MS))
    assert pushed.size > 20
    start = replies.contacts.at_ms[pushed[0]]
    rows = (happened.orders.at_ms >= start) & (happened.orders.contact == NONE)
    pulled = replies.contacts.member[replies.pulled]
    silent = np.setdiff1d(replies.contacts.member[pushed], pulled)
    assert not np.isin(happened.orders.member[rows], silent).any()


def test_delays_run_from_minutes_to_weeks(market: Market):
    """Extra orders come late: some within the day, half after more than a day, some after two weeks."""
    for action in ("coupon_20.sms", "gift.wecom", "coupon_20.email"):
        market.receive(sent_to_all(market, action))
    replies = market.replies()
    wait_days = (replies.extra_ms - replies.contacts.at_ms)[replies.pulled] / DAY_MS
    assert wait_days.min() > 0.0
    assert 0.1 < np.mean(wait_days < 1.0) < 0.6
    assert 0.02 < np.mean(wait_days > 14.0) < 0.3


def test_messages_are_in_the_words_of_the_api(shop: World, market: Market):
    """Orders, views and redemptions become track messages; opens and unsubscribes become receipts of contacts."""
    number = market.receive(sent_to_all(market, "coupon_20.email"))
    happened = market.events_between(UNTIL_MS, UNTIL_MS + 12 * DAY_MS)
    codes = {int(one): f"CODE{one}" for one in number}
    messages = track_messages(shop, happened, codes)
    told = receipts(shop, happened)
    assert len(messages) + len(told) == happened.rows.kind.size
    assert {message["event"] for message in messages} == {
        "Order Completed",
        "Product Viewed",
        "Product Added",
        "Store Visited",
        "Coupon Redeemed",
    }
    assert {one.name for one in told} == {"delivered", "opened", "clicked", "unsubscribed", "complained"}
    assert {one.contact for one in told if one.name == "delivered"} == set(number.tolist())
    orders = [message for message in messages if message["event"] == "Order Completed"]
    assert len({message["messageId"] for message in messages}) == len(messages)
    for message in orders:
        properties = message["properties"]
        full = sum(one["price"] * one["quantity"] for one in properties["products"])
        assert -0.001 <= full - properties["revenue"] <= 20.001
        assert message["timestamp"].endswith("+08:00")
    used = {message["properties"].get("coupon") for message in orders}
    assert used & set(codes.values())


def test_strangers_are_refused(market: Market):
    """A message for a customer or an offer of another world is refused, in both languages."""
    good = {"customer_id": "M0000001", "offer": "coupon_5", "action_id": "coupon_5.sms", "item_id": ""}
    contacts = market.contacts([good, {**good, "channel": "email", "item_id": "milk_beichu_2"}], UNTIL_MS)
    assert contacts.member.tolist() == [0, 0]
    assert contacts.channel.tolist() == [1, 0]
    assert contacts.item[0] == NONE
    assert market.truth.world.items[contacts.item[1]].id == "milk_beichu_2"
    for wrong in ({**good, "customer_id": "M9999999"}, {**good, "offer": "coupon_7"}, {"customer_id": "M0000001"}):
        with pytest.raises(LiftloopError) as refusal:
            market.contacts([wrong], UNTIL_MS)
        assert refusal.value.code == "contact_unknown"
    with pytest.raises(LiftloopError):
        market.members(["nobody at all"])


def test_the_horizon_is_told(market: Market):
    """Reading beyond the prepared future is an error, not a silence."""
    with pytest.raises(ValueError, match="days ahead"):
        market.events_between(UNTIL_MS, UNTIL_MS + 300 * DAY_MS)


def test_respond_only_reads(past: History):
    """`respond` twice gives the same replies; only `settle` moves a person's turn."""
    truth, state = past.truth, past.state.copy()
    contacts = Market(past).same_for_all(np.arange(500), COUPON, UNTIL_MS)
    first, second = respond(truth, state, contacts), respond(truth, state, contacts)
    assert np.array_equal(first.extra_ms, second.extra_ms)
    settle(truth, state, first)
    third = respond(truth, state, contacts)
    assert not np.array_equal(first.extra_key, third.extra_key)


@pytest.mark.parametrize("seed", range(3))
def test_many_contacts_fall_into_turns(past: History, seed: int):
    """Contacts of one person are answered in order of time, whatever the order of rows."""
    rng = np.random.default_rng(seed)
    member = rng.integers(0, 40, 200)
    at_ms = UNTIL_MS + rng.permutation(200) * HOUR_MS
    plain = Market(past).same_for_all(member, COUPON, UNTIL_MS)
    contacts = Contacts(member=member, offer=plain.offer, channel=plain.channel, item=plain.item, at_ms=at_ms)
    together, apart = Market(past), Market(past)
    number = together.receive(contacts)
    assert np.unique(number).size == 200
    for row in np.argsort(at_ms).tolist():
        apart.receive(taken(contacts, np.array([row])))
    assert order_keys(together.events_between(UNTIL_MS, LATER_MS)) == order_keys(
        apart.events_between(UNTIL_MS, LATER_MS)
    )


def test_a_copy_of_the_state_is_its_own(past: History):
    """Settling on a copy leaves the original untouched."""
    truth = past.truth
    original = State(truth)
    twin = original.copy()
    replies: Replies = respond(truth, twin, Market(past).same_for_all(np.arange(2_000), COUPON, UNTIL_MS))
    settle(truth, twin, replies)
    assert original.contacts == 0
    assert not original.suppressed.any()
    assert original.load.sum() == 0.0
    assert twin.contacts == 2_000


def test_weariness_adds_up_and_fades(past: History):
    """Each contact adds one to a person's load, and the load decays with the world's constant."""
    truth, days = past.truth, past.world.response.fatigue_days
    state, plain = State(truth), Market(past).same_for_all(np.array([7]), COUPON, UNTIL_MS)
    for day in (0, 3, 4):
        receive(truth, state, msgspec.structs.replace(plain, at_ms=plain.at_ms + day * DAY_MS))
    later = msgspec.structs.replace(plain, at_ms=plain.at_ms + 10 * DAY_MS)
    expected = sum(np.exp(-(10 - day) / days) for day in (0, 3, 4))
    assert situation(truth, state, later).load[0] == pytest.approx(expected)
