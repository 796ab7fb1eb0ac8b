"""Who the members are: what a planner can see of them, and the traits that it cannot."""

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import DAY_MS, Flags, Floats, Ints
from liftloop.simulate.catalogue import Catalogue
from liftloop.simulate.world import World

NO_DAY = np.iinfo(np.int64).min // 2  # A birthday that does not exist; far from every real day.
DAYS_A_MONTH = 30.4375
DAYS_A_YEAR = 365.25
ALWAYS_STAY = 3.0  # Always-buyers are loyal: they stay three times as long as others.


class People(Struct, frozen=True, kw_only=True):
    """One row a member.

    Visible through history: store, birthdays, registration, consent. Latent: all the rest, of which
    orders, coupons, views and opens give noisy signs. Days are local days since 1970-01-01.
    """

    store: Ints
    tier: Ints
    female: Flags
    birth_day: Ints
    baby_day: Ints  # NO_DAY for families without one; may lie in the future of the registration.
    registered_ms: Ints
    consent: Flags  # [member, channel] as given at registration.
    leaves_ms: Ints  # From then on nothing is bought unasked.
    rate: Floats  # Orders an operational day while a customer.
    phases: Ints  # Erlang shape of the gap between orders: 1 is random, 3 is regular.
    always: Flags  # Buys anyway, and redeems what comes along.
    touchy: Flags  # A sleeping dog: contact makes it stay away.
    thrift: Floats  # 0..1, how much a price cut means.
    impulse: Floats  # Standard normal.
    online: Floats  # Share of orders placed online.
    habit: Floats  # Chance to redeem a coupon in an order that would have come anyway.
    affinity: Floats  # [member, channel] additive on the logit of being reached.
    taste: Floats  # [member, category] cumulative choice of shelf, last column 1.
    likes: Floats  # [member, category] choice of shelf, relative to the most liked one.
    browse_rate: Floats  # Idle sessions an operational day.
    visit_rate: Floats  # Store visits without purchase an operational day.


def draw_people(world: World, catalogue: Catalogue, until_ms: int, rng: np.random.Generator) -> People:
    """Draw all members as they are at `until_ms`, the latest moment at which one may have joined."""
    habits, size = world.habits, world.members
    store = rng.choice(len(world.stores), size, p=catalogue.store_weight / catalogue.store_weight.sum())
    tenure_days = 1.0 + (habits.tenure_days_max - 1.0) * (1.0 - np.sqrt(rng.random(size)))
    registered_ms = until_ms - (tenure_days * 86_400).astype(np.int64) * 1000
    birth_day, baby_day = _birthdays(world, registered_ms, rng)
    childless, tier = baby_day == NO_DAY, catalogue.store_tier[store]
    older = np.tanh(((registered_ms / DAY_MS - birth_day) / DAYS_A_YEAR - 33.0) / 6.0)
    thrift = logistic(-0.3 + 0.6 * (tier - 2) - 0.6 * older + habits.hidden * rng.standard_normal(size))
    impulse = habits.hidden * rng.standard_normal(size)
    loyal = rng.standard_normal(size)
    phases = 1 + (loyal + rng.standard_normal(size) > 0.0) + (loyal + rng.standard_normal(size) > 1.1)
    always = _top_share(loyal - 0.6 * thrift + rng.standard_normal(size), habits.always_share)
    proud = 0.5 * phases - 4.0 * thrift + 1.6 * childless + 1.2 * (tier == 1)
    proud = proud + habits.hidden * rng.standard_normal(size)
    touchy = _top_share(np.where(always, -np.inf, proud), habits.touchy_share)
    rate = _rates(world, always, impulse, rng)
    online = rng.beta(2.0, 1.6, size)
    likes, taste = _tastes(world, catalogue, baby_day, rng)
    stay = rng.exponential(habits.stay_days_mean, size) * np.where(always, ALWAYS_STAY, 1.0)
    logit_habit = -0.9 + world.response.redeem_habit + 2.6 * thrift + 2.5 * always + 0.4 * impulse
    return People(
        store=store.astype(np.int64),
        tier=catalogue.store_tier[store],
        female=rng.random(size) < 0.84,
        birth_day=birth_day,
        baby_day=baby_day,
        registered_ms=registered_ms,
        consent=rng.random((size, len(world.channels))) < [c.consent_share for c in world.channels],
        leaves_ms=registered_ms + (stay * DAY_MS).astype(np.int64),
        rate=rate,
        phases=phases.astype(np.int64),
        always=always,
        touchy=touchy,
        thrift=thrift,
        impulse=impulse,
        online=online,
        habit=logistic(logit_habit),
        affinity=_affinity(world, older, impulse, rng),
        taste=taste,
        likes=likes,
        browse_rate=rate * habits.browse_per_order * np.exp(0.5 * impulse) * online,
        visit_rate=rate * habits.visit_per_order * (1.0 - online),
    )


def baby_months(people: People, member: Ints, at_ms: Ints | int) -> Ints:
    """Return the child's age in whole months; negative before birth, very negative without a child."""
    days = np.asarray(at_ms) // DAY_MS - people.baby_day[member]
    months = np.floor(days / DAYS_A_MONTH).astype(np.int64)
    return np.where(people.baby_day[member] == NO_DAY, NO_DAY, months)


def logistic(value: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-value))


def _top_share(score: Floats, share: float) -> Flags:
    """Mark the highest `share` of the scores, so that a stated share is met exactly."""
    count = round(share * score.size)
    marked = np.zeros(score.size, dtype=np.bool_)
    marked[np.argsort(-score, kind="stable")[:count]] = True
    return marked


def _rates(world: World, always: Flags, impulse: Floats, rng: np.random.Generator) -> Floats:
    habits = world.habits
    spread = habits.cycle_spread * (0.95 * rng.standard_normal(always.size) + 0.31 * impulse)
    cycle = habits.cycle_days_median * np.exp(-spread)
    low, high = habits.always_cycle_days
    return 1.0 / np.where(always, rng.uniform(low, high, always.size), np.maximum(cycle, high))


def _affinity(world: World, older: Floats, impulse: Floats, rng: np.random.Generator) -> Floats:
    """Return how much better each member is reached by each channel: by age, by impulse, by chance."""
    tilt = np.array([channel.age_tilt for channel in world.channels])
    chance = rng.standard_normal((older.size, tilt.size))
    return older[:, None] * tilt + 0.4 * impulse[:, None] + 0.7 * world.habits.hidden * chance


def _birthdays(world: World, registered_ms: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    size = registered_ms.size
    registered_day = registered_ms // DAY_MS
    has_baby = rng.random(size) < world.habits.baby_share
    years = np.where(has_baby, rng.normal(30.0, 4.0, size), rng.normal(41.0, 12.0, size))
    birth_day = registered_day - (np.clip(years, 18.0, 80.0) * DAYS_A_YEAR).astype(np.int64)
    # Families join from four months before the birth to two years after it, most of them early.
    months = -4.0 + 28.0 * rng.beta(1.3, 2.4, size)
    baby_day = registered_day - (months * DAYS_A_MONTH).astype(np.int64)
    return birth_day, np.where(has_baby, baby_day, NO_DAY)


def _tastes(world: World, catalogue: Catalogue, baby_day: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return relative liking of each shelf, and cumulative choice; shelves by age need a child."""
    with_baby = np.array([category.weight_baby for category in world.categories])
    without = np.array([category.weight_other for category in world.categories])
    weight = np.where((baby_day != NO_DAY)[:, None], with_baby, without)
    weight = weight * rng.gamma(1.6, 1.0, (baby_day.size, len(world.categories)))
    total = np.cumsum(weight, axis=1)
    return weight / weight.max(axis=1, keepdims=True), total / total[:, -1:]
