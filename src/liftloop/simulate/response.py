"""How a contact works on a person: the chance that it brings an order, and that it drives one away.

The shape is deliberately none that a planner fits: trees on latent traits, times smooth curves, times
interactions, times a mood of the market.
"""

from datetime import date

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import DAY_MS, NONE, Floats, Ints
from liftloop.simulate.chance import Stream, normals
from liftloop.simulate.people import baby_months, logistic
from liftloop.simulate.truth import Truth

CHANCE_MAX = 0.6  # Neither pull nor push of one contact exceeds it, so that their sum stays below 1 with ease.
PULL_AND_PUSH_MAX = 0.9
CONTENT_SHARE = 0.3  # Offers at 0 fen work by words alone; see _lure.
LAPSED_CYCLES = 3.0  # Silent for three of one's own cycles: only a large offer brings one back.
LARGE_FEN = 2_000
MIDDLE_FEN = 1_000
CHANGE_OF_STAGE_MONTHS = ((4, 8), (10, 14), (34, 38))  # When a child moves to the next formula.
STAGE_BOOST = 2.4
WEEK_MS = 7 * DAY_MS
YEAR_DAYS = 365.25
WORDS_GROW = 0.25  # Where coupons wear off, words gain a quarter as fast.


class Situation(Struct, frozen=True, kw_only=True):
    """Who is contacted with what, when, how tired of messages and how long since the last order."""

    member: Ints
    offer: Ints
    channel: Ints
    item: Ints  # NONE for an offer on anything.
    at_ms: Ints
    load: Floats  # Recent contacts, each decayed by its age.
    since_days: Floats


class Chances(Struct, frozen=True, kw_only=True):
    """Per row: `seen` the message; `pull` one more order; `push` away for `pause_days`."""

    seen: Floats
    pull: Floats
    push: Floats


def chances(truth: Truth, at: Situation) -> Chances:
    """Return what the contact does to each row; pull and push exclude each other."""
    people, lists, response = truth.people, truth.catalogue, truth.world.response
    seen = logistic(logit(lists.channel_reach[at.channel]) + people.affinity[at.member, at.channel])
    touchy, always = people.touchy[at.member], people.always[at.member]
    pull = seen * response.scale * _lure(truth, at) * _timing(truth, at) * _tree(truth, at) * _fit(truth, at)
    pull = pull * np.exp(-response.fatigue * at.load) * _mood(truth, at.at_ms)
    pull = pull * np.where(touchy, 0.2, 1.0) * np.where(always, 0.25, 1.0)
    gone = at.at_ms >= people.leaves_ms[at.member]
    pull = np.clip(pull * np.where(gone, 0.4, 1.0), 0.0, CHANCE_MAX)
    bribe = people.thrift[at.member] * (lists.offer_face[at.offer] > 0)
    push = seen * response.annoy * lists.channel_intrusion[at.channel] * np.where(touchy, 1.0, 0.03)
    push = push * (1.0 + response.annoy_fatigue * at.load) * (1.0 - 0.5 * bribe)
    push = np.minimum(np.clip(push, 0.0, CHANCE_MAX), PULL_AND_PUSH_MAX - pull)
    return Chances(seen=seen, pull=pull, push=push)


def logit(share: Floats) -> Floats:
    return np.log(share / (1.0 - share))


def _lure(truth: Truth, at: Situation) -> Floats:
    """Words for the impulsive plus a saturating pull of money for the thrifty."""
    people, response = truth.people, truth.world.response
    thrift, impulse = people.thrift[at.member], people.impulse[at.member]
    face = truth.catalogue.offer_face[at.offer]
    half = response.dose_half_fen * (1.4 - thrift)
    money = thrift**1.5 * (1.0 - np.exp(-face / half))
    words = CONTENT_SHARE + (1.0 - CONTENT_SHARE) * logistic(1.5 * impulse)
    wear = response.drift_per_year * _years(truth, at.at_ms)
    coupon = response.coupon * money * np.exp(-wear)
    return response.content * words * np.exp(WORDS_GROW * wear) + coupon


def _timing(truth: Truth, at: Situation) -> Floats:
    """Smooth: strongest a little before the person's own cycle is over."""
    cycles = at.since_days * truth.people.rate[at.member]
    due = np.exp(-(((cycles - 0.85) / 0.45) ** 2))
    return 0.25 + 1.5 * due + 0.25 * logistic(4.0 * (cycles - 2.0))


def _tree(truth: Truth, at: Situation) -> Floats:
    """Branches: lapsed or not, child between stages, thrifty online shoppers, channel by size of city."""
    people, lists = truth.people, truth.catalogue
    face = lists.offer_face[at.offer]
    lapsed = at.since_days * people.rate[at.member] > LAPSED_CYCLES
    value = np.where(lapsed, np.where(face >= LARGE_FEN, 1.6, 0.4), 1.0)
    months = baby_months(people, at.member, at.at_ms)
    changing = np.zeros(months.size, dtype=np.bool_)
    for first, after in CHANGE_OF_STAGE_MONTHS:
        changing |= (months >= first) & (months < after)
    value = value * np.where(changing, STAGE_BOOST, 1.0)
    keen = (people.thrift[at.member] > 0.55) & (people.online[at.member] > 0.5) & (face >= MIDDLE_FEN)
    value = value * np.where(keen, 1.5, 1.0)
    return value * lists.channel_tier_pull[at.channel, people.tier[at.member] - 1]


def _fit(truth: Truth, at: Situation) -> Floats:
    """A promoted item works by how much its shelf is liked, and more on the impulsive."""
    people, lists = truth.people, truth.catalogue
    item = np.maximum(at.item, 0)
    liked = people.likes[at.member, lists.item_category[item]]
    fit = 0.35 + 1.3 * liked * (0.7 + 0.6 * logistic(people.impulse[at.member]))
    series, months = lists.item_series[item], baby_months(people, at.member, at.at_ms)
    right = lists.item_at_month[series, np.clip(months, 0, lists.item_at_month.shape[1] - 1)] == item
    wrong_age = lists.staged[series] & ~(right & (months >= 0))
    return np.where(at.item == NONE, 1.0, np.where(wrong_age, 0.3, fit))


def _mood(truth: Truth, at_ms: Ints) -> Floats:
    """A multiplier of the whole market that wanders from week to week, mean near 1."""
    spread = truth.world.response.mood_spread
    week = at_ms // WEEK_MS
    share = (at_ms % WEEK_MS) / WEEK_MS
    value = (1.0 - share) * normals(truth.key, Stream.MOOD, week)
    value = value + share * normals(truth.key, Stream.MOOD, week + 1)
    return np.exp(spread * value - 0.5 * spread**2)


def _years(truth: Truth, at_ms: Ints) -> Floats:
    start_day = (truth.world.response.drift_from - date(1970, 1, 1)).days
    return (at_ms / DAY_MS - start_day) / YEAR_DAYS
