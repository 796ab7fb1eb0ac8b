"""What a planner may see of a simulated market at an instant, as the inputs of a study.

Features are those that the lake gives for imported files of the same market; nothing of the truth is among them.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from liftloop.app.planning.asof import EVER, Asked, Happenings, Span, Stream, days_before
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS
from liftloop.plan.baseline import window_starts
from liftloop.plan.goal.contract import Goal
from liftloop.plan.inputs import Column, Contacts, Flags, Floats, Integers, People, StudyInputs, Window, Worth
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.options import ChannelChoice, ItemChoice, Option, options_of
from liftloop.plan.options import Offer as PlannedOffer
from liftloop.plan.outcome import EARLY_DAYS
from liftloop.simulate.arrays import NONE
from liftloop.simulate.campaigns import ACTIVE_DAYS, Exposures, arm_names
from liftloop.simulate.happenings import Happenings as Told
from liftloop.simulate.market import Market
from liftloop.simulate.people import NO_DAY
from liftloop.simulate.rows import Kind
from liftloop.simulate.tables import TOLD_KINDS, known_babies
from liftloop.simulate.world import World, past_actions

METRIC = "repurchase_rate"
WINDOW_DAYS = 30
MATURED_DAYS = 30  # The window, and how long coupons of the shipped worlds are valid.
HISTORY_MIN_DAYS = 90  # Windows whose customers are counted over less than that see too few of them.
WINDOW_PEOPLE_MAX = 20_000
CITIES_MAX = 12
CATEGORIES_MAX = 8
_EVENTS: Mapping[str, tuple[Kind, Span]] = {
    "views_7": (Kind.PRODUCT_VIEWED, days_before(7)),
    "views_30": (Kind.PRODUCT_VIEWED, days_before(30)),
    "views_ever": (Kind.PRODUCT_VIEWED, EVER),
    "adds_30": (Kind.PRODUCT_ADDED, days_before(30)),
    "visits_90": (Kind.STORE_VISITED, days_before(90)),
    "redeemed_ever": (Kind.COUPON_REDEEMED, EVER),
    "opens_ever": (Kind.MESSAGE_OPENED, EVER),
}


class Drawn(Struct, frozen=True, kw_only=True, eq=False):
    """People of one campaign whose action was drawn: `arm` 0 is nobody, `chance` [rows, 1 + options]."""

    member: Integers
    at_ms: Integers
    arm: Integers
    chance: Floats


class Question(Struct, frozen=True, kw_only=True):
    """A goal put to the planner at an instant: so much more repurchase within the window, for so much money."""

    options: tuple[Option, ...]
    now_ms: int
    size: float
    budget_fen: int | None
    salt: str


def menu_of(world: World) -> tuple[Option, ...]:
    """Return what the shop may do, as it would define it."""
    offers = [
        PlannedOffer(
            id=offer.id,
            name_zh=offer.name_zh,
            name_en=offer.name_en,
            face_fen=offer.face_fen,
            cost_fen=offer.cost_fen,
            valid_days=offer.valid_days,
        )
        for offer in world.offers
    ]
    channels = [
        ChannelChoice(id=one.id, medium=one.id, name_zh=one.name_zh, name_en=one.name_en, cost_fen=one.cost_fen)
        for one in world.channels
    ]
    category = {series.id: series.category for series in world.series}
    items = [
        ItemChoice(
            id=item.id,
            name_zh=item.name_zh,
            name_en=item.name_en,
            category=category[item.series],
            price_fen=item.price_fen,
            margin_fen=item.margin_fen,
            stock=item.stock,
        )
        for item in world.items
    ]
    return options_of(offers, channels, items, [action.id for action in past_actions(world)])


def drawn_of(world: World, options: Sequence[Option], exposures: Exposures) -> Drawn:
    """Return a past campaign's draws over the options of today."""
    place = {"nobody": 0, **{option.id: number for number, option in enumerate(options, start=1)}}
    column = np.array([place[name] for name in arm_names(world.campaigns[exposures.campaign])])
    chance = np.zeros((exposures.member.size, len(options) + 1))
    chance[:, column] = exposures.chance
    return Drawn(member=exposures.member, at_ms=exposures.decided_ms, arm=column[exposures.arm], chance=chance)


def inputs_at(market: Market, log: Sequence[Drawn], asked: Question) -> StudyInputs:
    """Return what a study of the question would be given; only draws whose window has ended are learned from."""
    truth, now_ms = market.truth, asked.now_ms
    told = market.events_between(truth.since_ms, now_ms)
    usable = [one for one in log if one.member.size and int(one.at_ms.max()) + MATURED_DAYS * DAY_MS <= now_ms]
    everybody = np.flatnonzero(truth.people.registered_ms < now_ms)
    member = np.concatenate([everybody, *(one.member for one in usable)])
    at_ms = np.concatenate([np.full(everybody.size, now_ms), *(one.at_ms for one in usable)])
    look = _Look(market, told, member, at_ms)
    active = look.orders.count(days_before(ACTIVE_DAYS)) > 0
    features = _features(look)
    reach = _reach(market, asked.options, member, at_ms)
    now = np.flatnonzero(active[: everybody.size])
    past = everybody.size + np.flatnonzero(active[everybody.size :])
    return StudyInputs(
        goal=_goal(asked),
        metric=BUILT_IN_CATALOGUE.by_id[METRIC],
        window_days=WINDOW_DAYS,
        now_ms=now_ms,
        budget_fen=asked.budget_fen,
        options=asked.options,
        people=People(
            profile=member[now], features={name: column[now] for name, column in features.items()}, reach=reach[now]
        ),
        contacts=_contacts(look, features, reach, (usable, past, past - everybody.size), asked.options),
        contacts_unusable=0,
        windows=_windows(market, told, usable, now_ms),
        worth=Worth(unit_fen=_margin_fen(market, told), is_margin=True),
        order_share=float((features["orders_30"][now] > 0).mean()) if now.size else 0.0,
        salt=asked.salt,
        data_position=(0, 0),
    )


def _goal(asked: Question) -> Goal:
    return Goal(
        text=f"{WINDOW_DAYS}天内复购率 +{asked.size:.0%}",
        language="zh-CN",
        metric=METRIC,
        direction="up",
        size=asked.size,
        size_kind="relative",
        window_days=WINDOW_DAYS,
        budget_fen=asked.budget_fen,
    )


class _Look:
    """Moments of members beside everything that had happened in the market."""

    def __init__(self, market: Market, told: Told, member: Integers, at_ms: Integers) -> None:
        self.market = market
        self.told = told
        self.member, self.at_ms = member, at_ms
        self._asked = Asked(member, at_ms)
        self.orders = self.stream(told.orders.member, told.orders.at_ms)

    def stream(self, member: Integers, at_ms: Integers) -> Stream:
        undone = np.full(member.size, FAR_FUTURE_MS, dtype=np.int64)
        return self._asked.stream(Happenings(profile=member, at_ms=at_ms, undone_ms=undone))


def _features(look: _Look) -> dict[str, Column]:
    found = _order_features(look) | _event_features(look) | _category_features(look) | _attributes(look)
    span = found.pop("order_span")
    found["order_gap"] = span / np.maximum(found["orders_ever"] - 1.0, 1.0)
    found["order_due"] = found["order_age"] / np.maximum(found["order_gap"], 1.0)
    return found


def _order_features(look: _Look) -> dict[str, Column]:
    told, stream = look.told, look.orders
    paid = np.bincount(told.lines.order, weights=told.lines.amount_fen, minlength=told.orders.key.size)
    coupon = (told.orders.offer != NONE) | told.public_coupon
    age, tenure = stream.since_last() / DAY_MS, stream.since_first() / DAY_MS
    return {
        "orders_30": stream.count(days_before(30)),
        "orders_90": stream.count(days_before(90)),
        "orders_365": stream.count(days_before(365)),
        "orders_ever": stream.count(EVER),
        "revenue_365": stream.sum(days_before(365), paid.astype(np.int64)),
        "coupon_orders": stream.where(coupon).count(EVER),
        "order_age": age,
        "order_span": tenure - age,
    }


def _event_features(look: _Look) -> dict[str, Column]:
    rows = look.told.rows
    visible = np.isin(rows.kind, [*(int(kind) for kind in TOLD_KINDS), int(Kind.ORDER_COMPLETED)])
    kind = rows.kind[visible]
    stream = look.stream(rows.member[visible], rows.at_ms[visible])
    found: dict[str, Column] = {
        feature: stream.where(kind == int(one)).count(span) for feature, (one, span) in _EVENTS.items()
    }
    found["event_age"], found["tenure"] = stream.since_last() / DAY_MS, stream.since_first() / DAY_MS
    sent = look.market.replies().contacts
    contacts = look.stream(sent.member, sent.at_ms)
    found["contacts_30"], found["contacts_180"] = contacts.count(days_before(30)), contacts.count(days_before(180))
    found["contact_age"] = contacts.since_last() / DAY_MS
    return found


def _category_features(look: _Look) -> dict[str, Column]:
    told, lists = look.told, look.market.truth.catalogue
    world = look.market.truth.world
    bought = lists.item_category[told.lines.item]
    lines = look.stream(told.orders.member[told.lines.order], told.orders.at_ms[told.lines.order])
    year = days_before(365)
    of_all = np.maximum(lines.count(year), 1.0)
    often = np.bincount(bought, minlength=len(world.categories))
    top = np.argsort(-often, kind="stable")[:CATEGORIES_MAX]
    return {
        f"category:{world.categories[place].id}": lines.where(bought == place).count(year) / of_all
        for place in top.tolist()
    }


def _attributes(look: _Look) -> dict[str, Column]:
    """Return what the file of customers says of them."""
    truth, member, at_ms = look.market.truth, look.member, look.at_ms
    people, world = truth.people, truth.world
    region = {one.id: place for place, one in enumerate(world.regions)}
    city = np.array([region[store.region] for store in world.stores])[people.store[member]]
    zones = [zone.id for zone in world.zones]
    zone = np.array([zones.index(one.zone) for one in world.regions])[city]
    born = known_babies(truth)[member]
    found: dict[str, Column] = {
        "is:gender=female": people.female[member].astype(np.float64),
        "age:birthday": (at_ms - people.birth_day[member] * DAY_MS) / DAY_MS,
        "age:baby_birthday": np.where(born != NO_DAY, at_ms / DAY_MS - born, np.nan),
        "age:registered_at": (at_ms - people.registered_ms[member]) / DAY_MS,
    }
    often = np.argsort(-np.bincount(city), kind="stable")[:CITIES_MAX]
    found |= {f"is:city={one}": (city == one).astype(np.float64) for one in often.tolist()}
    found |= {f"is:zone={name}": (zone == place).astype(np.float64) for place, name in enumerate(zones)}
    tier = people.tier[member]
    return found | {f"is:city_tier={one}": (tier == one).astype(np.float64) for one in (1, 2, 3)}


def _reach(market: Market, options: Sequence[Option], member: Integers, at_ms: Integers) -> Flags:
    channels = [channel.id for channel in market.truth.world.channels]
    granted = market.consent_ends()[member] > at_ms[:, None]
    return granted[:, [channels.index(option.channel.id) for option in options]]


def _contacts(
    look: _Look,
    features: Mapping[str, Column],
    reach: Flags,
    rows: tuple[Sequence[Drawn], Integers, Integers],
    options: Sequence[Option],
) -> Contacts | None:
    usable, moment, kept = rows
    if not usable:
        return None
    arm = np.concatenate([one.arm for one in usable])[kept]
    window, early = (Span(start_ms=0, end_ms=days * DAY_MS) for days in (WINDOW_DAYS, EARLY_DAYS))
    return Contacts(
        profile=look.member[moment],
        at_ms=look.at_ms[moment],
        campaign=np.repeat(np.arange(len(usable)), [one.member.size for one in usable])[kept],
        arm=arm,
        chance=np.concatenate([one.chance for one in usable])[kept],
        outcome=(look.orders.count(window) > 0).astype(np.float64)[moment],
        early=(look.orders.count(early) > 0).astype(np.float64)[moment],
        redeemed=_redeemed(look, options, moment, arm),
        features={name: column[moment] for name, column in features.items()},
        reach=reach[moment],
    )


def _redeemed(look: _Look, options: Sequence[Option], moment: Integers, arm: Integers) -> Floats:
    offers = [offer.id for offer in look.market.truth.world.offers]
    found = np.zeros(arm.size)
    for place, offer in enumerate(offers):
        mine = np.array([0, *(int(option.offer is not None and option.offer.id == offer) for option in options)])
        paying = [option for option in options if option.offer is not None and option.offer.id == offer]
        if not paying or paying[0].redemption_fen == 0:
            continue
        span = Span(start_ms=0, end_ms=paying[0].valid_days * DAY_MS)
        used = look.orders.where(look.told.orders.offer == place).count(span)[moment]
        found += np.where(mine[arm] > 0, used, 0.0)
    return found


def _windows(market: Market, told: Told, usable: Sequence[Drawn], now_ms: int) -> tuple[Window, ...]:
    """Return the metric in past windows, among people who were left alone around them."""
    span = WINDOW_DAYS * DAY_MS
    first_ms = market.truth.since_ms + HISTORY_MIN_DAYS * DAY_MS
    starts = [start for start in window_starts(now_ms, WINDOW_DAYS) if start > first_ms]
    every = max(1, -(-market.truth.world.members // WINDOW_PEOPLE_MAX))
    some = np.arange(0, market.truth.world.members, every, dtype=np.int64)
    look = _Look(market, told, np.tile(some, len(starts)), np.repeat(np.array(starts, dtype=np.int64), some.size))
    around = Span(start_ms=-span, end_ms=span)
    member = np.concatenate([np.zeros(0, dtype=np.int64), *(one.member for one in usable)])
    at_ms = np.concatenate([np.zeros(0, dtype=np.int64), *(one.at_ms for one in usable)])
    arm = np.concatenate([np.zeros(0, dtype=np.int64), *(one.arm for one in usable)])
    nobody = np.concatenate([np.zeros(0), *(one.chance[:, 0] for one in usable)])
    stream = look.stream(member, at_ms)
    logs = stream.sum(around, -np.log(np.where(arm == 0, nobody, 1.0)))
    weight = np.where(stream.where(arm > 0).count(around) > 0, 0.0, np.exp(logs))
    weight = np.where(look.orders.count(days_before(ACTIVE_DAYS)) > 0, weight, 0.0)
    value = (look.orders.count(Span(start_ms=0, end_ms=span)) > 0).astype(np.float64)
    parts = [(start, slice(row * some.size, (row + 1) * some.size)) for row, start in enumerate(starts)]
    totals = [(start, float(weight[part].sum()), float((weight[part] * value[part]).sum())) for start, part in parts]
    return tuple(Window(starts_ms=at, people=people, total=sum_, squares=sum_) for at, people, sum_ in totals if people)


def _margin_fen(market: Market, told: Told) -> float:
    """Return the mean margin of an order so far."""
    lists, lines = market.truth.catalogue, told.lines
    total = float((lists.item_margin[lines.item] * lines.quantity).sum())
    return total / max(told.orders.key.size, 1)
