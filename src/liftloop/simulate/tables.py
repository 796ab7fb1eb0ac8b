"""The import files of a past: one function a kind, columns as CONTRACTS names them."""

from collections.abc import Sequence

import numpy as np

from liftloop.simulate.arrays import DAY_MS, NONE, Bytes, Flags, Ints, Keys
from liftloop.simulate.baskets import PUBLIC_COUPON
from liftloop.simulate.campaigns import Exposures, arm_names, chances_json, eligible_json
from liftloop.simulate.chance import Stream, keys
from liftloop.simulate.columns import (
    Coded,
    Dates,
    Marks,
    Moments,
    Money,
    Numbers,
    Table,
    Truths,
    coded,
    padded,
    texts,
)
from liftloop.simulate.contacts import State
from liftloop.simulate.happenings import Happenings
from liftloop.simulate.names import FIRST, SECOND, SURNAMES
from liftloop.simulate.rows import EVENT_NAMES, Kind
from liftloop.simulate.truth import Truth
from liftloop.simulate.world import World

CONSENT_TEXT = "privacy-2024-03"
PHONE_STEP = 7_368_787  # Coprime to 10^8: the member's number, shuffled, without a repeat.
EMAIL_MISSING, PHONE_MISSING = 0.06, 0.03
TOLD_KINDS = (
    Kind.STORE_VISITED,
    Kind.MESSAGE_OPENED,
    Kind.MESSAGE_CLICKED,
    Kind.PRODUCT_VIEWED,
    Kind.PRODUCT_ADDED,
    Kind.COUPON_REDEEMED,
)


def customer_ids(world: World) -> Bytes:
    """Return every member's id in order of their index; the shape is M and seven digits."""
    return padded("M", np.arange(1, world.members + 1), 7)


def customer_table(truth: Truth) -> Table:
    world, people = truth.world, truth.people
    number = np.arange(world.members, dtype=np.int64)
    luck = keys(truth.key, Stream.EVENT_KEY, number, np.array([900]))
    email = (luck % np.uint64(1000)).astype(np.int64) >= EMAIL_MISSING * 1000
    phone = (luck // np.uint64(1000) % np.uint64(1000)).astype(np.int64) >= PHONE_MISSING * 1000
    region = {region.id: row for row, region in enumerate(world.regions)}
    store_region = np.array([region[store.region] for store in world.stores], dtype=np.int64)
    zone = {zone.id: row for row, zone in enumerate(world.zones)}
    region_zone = np.array([zone[region.zone] for region in world.regions], dtype=np.int64)
    city = store_region[people.store]
    return {
        "customer_id": Coded(codes=number, values=customer_ids(world)),
        "name": _names(truth, luck),
        "phone": _phones(number, phone),
        "email": Coded(codes=np.where(email, number, NONE), values=padded("m", number + 1, 7, "@example.test")),
        "gender": coded(["male", "female"], people.female.astype(np.int64)),
        "birthday": Dates(values=people.birth_day),
        "baby_birthday": Dates(values=known_babies(truth)),
        "registered_at": _moments(truth, people.registered_ms),
        "store_id": coded([store.id for store in world.stores], people.store),
        "city": coded([region.name_zh for region in world.regions], city),
        "city_tier": Numbers(values=people.tier),
        "zone": coded([zone.name_zh for zone in world.zones], region_zone[city]),
    }


def item_table(world: World) -> Table:
    known = {category.id: category for category in world.categories}
    category = {series.id: known[series.category] for series in world.series}
    return {
        "item_id": texts([item.id for item in world.items]),
        "name": texts([item.name_zh for item in world.items]),
        "name_en": texts([item.name_en for item in world.items]),
        "category": texts([category[item.series].id for item in world.items]),
        "category_name": texts([category[item.series].name_zh for item in world.items]),
        "category_name_en": texts([category[item.series].name_en for item in world.items]),
        "series": texts([item.series for item in world.items]),
        "price": Money(values=np.array([item.price_fen for item in world.items], dtype=np.int64)),
        "margin": Money(values=np.array([item.margin_fen for item in world.items], dtype=np.int64)),
        "stock": Numbers(values=np.array([item.stock for item in world.items], dtype=np.int64)),
        "successor": texts([item.successor or "" for item in world.items]),
    }


def store_table(world: World) -> Table:
    region = {region.id: region for region in world.regions}
    return {
        "store_id": texts([store.id for store in world.stores]),
        "name": texts([store.name_zh for store in world.stores]),
        "name_en": texts([store.name_en for store in world.stores]),
        "city": texts([region[store.region].name_zh for store in world.stores]),
        "zone": texts([region[store.region].zone for store in world.stores]),
    }


def order_table(truth: Truth, past: Happenings) -> Table:
    """Return one line an article; `discount` and `amount` are the line's, `coupon` the order's."""
    orders, lines, world = past.orders, past.lines, truth.world
    order = lines.order
    coupon = np.where(past.public_coupon, len(world.offers), orders.offer)
    store = np.where(past.online, NONE, truth.people.store[orders.member])
    return {
        "order_id": Marks(prefix="O", values=orders.key[order]),
        "customer_id": Coded(codes=orders.member[order], values=customer_ids(world)),
        "ordered_at": _moments(truth, orders.at_ms[order]),
        "product_id": coded([item.id for item in world.items], lines.item),
        "category": coded([category.id for category in world.categories], truth.catalogue.item_category[lines.item]),
        "quantity": Numbers(values=lines.quantity),
        "price": Money(values=lines.price_fen),
        "discount": Money(values=lines.discount_fen),
        "amount": Money(values=lines.amount_fen),
        "coupon": coded([*(offer.id for offer in world.offers), PUBLIC_COUPON], coupon[order]),
        "store_id": coded([store.id for store in world.stores], store[order]),
        "channel": coded(["store", "online"], past.online[order].astype(np.int64)),
    }


def event_table(truth: Truth, state: State, past: Happenings, campaigns: Sequence[Exposures]) -> Table:
    """Return views, adds, visits, redemptions, opens and clicks; orders have a file of their own."""
    world, rows = truth.world, past.rows
    told = np.flatnonzero(np.isin(rows.kind, [int(kind) for kind in TOLD_KINDS]))
    contact = rows.contact[told]
    replies = state.replies()
    campaign = np.append(_campaign_of_contact(campaigns), NONE)[contact]
    channel = np.append(replies.contacts.channel, NONE)[contact]
    redeemed = rows.kind[told] == Kind.COUPON_REDEEMED
    coupon = np.where(redeemed, np.append(replies.contacts.offer, NONE)[contact], NONE)
    return {
        "event": coded(EVENT_NAMES, rows.kind[told]),
        "customer_id": Coded(codes=rows.member[told], values=customer_ids(world)),
        "at": _moments(truth, rows.at_ms[told]),
        "event_id": Marks(prefix="E", values=rows.key[told]),
        "product_id": coded([item.id for item in world.items], rows.item[told]),
        "store_id": coded([store.id for store in world.stores], rows.store[told]),
        "campaign": coded([past_one.id for past_one in world.campaigns], campaign),
        "channel": coded([channel.id for channel in world.channels], channel),
        "coupon": coded([offer.id for offer in world.offers], coupon),
    }


def consent_table(truth: Truth, state: State) -> Table:
    """Return a row for each consent given at registration and each one withdrawn since, in order of time."""
    world, people, replies = truth.world, truth.people, state.replies()
    member, channel = np.nonzero(people.consent)
    left = np.flatnonzero((replies.unsubscribed_ms != NONE) & (replies.unsubscribed_ms < truth.until_ms))
    who = np.concatenate([member, replies.contacts.member[left]])
    which = np.concatenate([channel, replies.contacts.channel[left]])
    at_ms = np.concatenate([people.registered_ms[member], replies.unsubscribed_ms[left]])
    withdrawn = np.repeat([0, 1], [member.size, left.size])
    order = np.lexsort((which, who, at_ms))
    same = np.zeros(order.size, dtype=np.int64)
    return {
        "customer_id": Coded(codes=who[order], values=customer_ids(world)),
        "channel": coded([channel.id for channel in world.channels], which[order]),
        "purpose": coded(["marketing"], same),
        "topic": coded([""], same),
        "status": coded(["granted", "withdrawn"], withdrawn[order]),
        "source": coded(["registration", "unsubscribe"], withdrawn[order]),
        "text_version": coded([CONSENT_TEXT], same),
        "at": _moments(truth, at_ms[order]),
    }


def exposure_table(truth: Truth, campaigns: Sequence[Exposures]) -> Table:
    """Return past randomised decisions in order of time; propensities are whole chances, holdout within nobody's."""
    world = truth.world
    eligible, propensities, actions = _Words(), _Words(), _Words()
    columns: dict[str, list[Ints]] = {name: [] for name in ("eligible", "propensities", "action")}
    for log in campaigns:
        campaign = world.campaigns[log.campaign]
        names = arm_names(campaign)
        _, first, row_of = np.unique(log.group, return_index=True, return_inverse=True)
        kinds = [(eligible_json(campaign, log.eligible[row]), chances_json(campaign, log.chance[row])) for row in first]
        columns["eligible"].append(eligible.codes([kind[0] for kind in kinds])[row_of])
        columns["propensities"].append(propensities.codes([kind[1] for kind in kinds])[row_of])
        columns["action"].append(actions.codes(names)[log.arm])
    number = np.concatenate([np.zeros(0, np.int64), *(np.full(log.member.size, log.campaign) for log in campaigns)])
    member = np.concatenate([np.zeros(0, np.int64), *(log.member for log in campaigns)])
    at_ms = np.concatenate([np.zeros(0, np.int64), *(log.decided_ms for log in campaigns)])
    holdout = np.concatenate([np.zeros(0, np.bool_), *(log.holdout for log in campaigns)])
    order = np.lexsort((member, at_ms))
    joined = {name: np.concatenate([np.zeros(0, np.int64), *parts])[order] for name, parts in columns.items()}
    key = keys(truth.key, Stream.EVENT_KEY, member[order], number[order], np.array([901]))
    return {
        "decision_id": Marks(prefix="D", values=key),
        "campaign": coded([campaign.id for campaign in world.campaigns], number[order]),
        "customer_id": Coded(codes=member[order], values=customer_ids(world)),
        "decided_at": _moments(truth, at_ms[order]),
        "eligible": coded(eligible.texts, joined["eligible"]),
        "action": coded(actions.texts, joined["action"]),
        "propensities": coded(propensities.texts, joined["propensities"]),
        "holdout": Truths(values=holdout[order]),
    }


class _Words:
    """Texts met so far, each with a code."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._known: dict[str, int] = {}

    def codes(self, texts_met: Sequence[str]) -> Ints:
        for text in texts_met:
            if text not in self._known:
                self._known[text] = len(self.texts)
                self.texts.append(text)
        return np.array([self._known[text] for text in texts_met], dtype=np.int64)


def _campaign_of_contact(campaigns: Sequence[Exposures]) -> Ints:
    """Return the campaign of each contact number: sends are numbered in the order in which they were made."""
    counts = [int((log.arm < log.chance.shape[1] - 1).sum()) for log in campaigns]
    return np.repeat(np.array([log.campaign for log in campaigns], dtype=np.int64), counts)


def _names(truth: Truth, luck: Keys) -> Coded:
    words = [a + b + c for a in SURNAMES for b in FIRST for c in ["", *SECOND]]
    return coded(words, (luck >> np.uint64(20)).astype(np.int64) % len(words))


def _phones(number: Ints, present: Flags) -> Coded:
    digits = (number * PHONE_STEP + 12_345_678) % 100_000_000
    return Coded(codes=np.where(present, number, NONE), values=padded("138", digits, 8))


def known_babies(truth: Truth) -> Ints:
    """Three in four families have told the child's birthday, and only children already born have one."""
    people = truth.people
    number = np.arange(people.baby_day.size, dtype=np.int64)
    told = keys(truth.key, Stream.EVENT_KEY, number, np.array([902])) % np.uint64(4) != 0
    born = people.baby_day * DAY_MS < truth.until_ms
    return np.where(told & born, people.baby_day, np.iinfo(np.int64).min // 2)


def _moments(truth: Truth, at_ms: Ints) -> Moments:
    return Moments(values=at_ms, offset_minutes=truth.world.utc_offset_minutes)
