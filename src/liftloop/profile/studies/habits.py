"""What people care for, when they are about, and where they answer: counts of each, drawn towards everybody's."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.sets import are_among, distinct
from liftloop.profile.studied import Studied
from liftloop.profile.studies.purchases import Floats, Integers

INTEREST_HALF_LIFE_DAYS = 30.0
"""A view a month ago counts half of one today."""
INTEREST_WEIGHTS = {"Product Viewed": 1.0, "Product Added": 3.0, "Order Completed": 5.0}
INTEREST_MIN = 0.5
"""A single view fades out after a month."""
HOURS_OF_WEEK = 168
HABIT_WEIGHT = 24.0
"""Events of one's own that count as much as everybody's habit: about a month of a visit a day."""
NEIGHBOURS = (0.25, 0.5, 0.25)
"""An event also speaks for the hours beside it: habits are not that exact."""
ANSWERS_WEIGHT = 10.0
"""Messages of one's own that count as much as everybody's rate of answers."""


class Interests(Struct, frozen=True, kw_only=True, eq=False):
    """Weight of a person's category, faded to now; sorted by person; shape [rows] each."""

    profile: Integers
    category: Integers
    """Place in `categories`."""
    weight: Floats
    categories: tuple[str, ...]


class Counts(Struct, frozen=True, kw_only=True, eq=False):
    """How often somebody did something, by kind; shape [rows] each."""

    profile: Integers
    kind: Integers
    count: Floats


def interest_traits(interests: Interests) -> list[Studied]:
    """Return interest_category, its share of all interest, and the second; nothing for interests that have faded."""
    order = np.lexsort((interests.category, -interests.weight, interests.profile))
    profile, first, count = np.unique(interests.profile[order], return_index=True, return_counts=True)
    if not len(profile):
        return []
    weight = interests.weight[order]
    total = np.add.reduceat(weight, first)
    alive = total >= INTEREST_MIN
    profile, first, count, total = profile[alive], first[alive], count[alive], total[alive]
    category = interests.category[order]
    second = np.where(count > 1, category[np.minimum(first + 1, len(category) - 1)], -1)
    words = interests.categories
    return [
        Studied(trait="interest_category", profile=profile, value=category[first].astype(np.int32), words=words),
        Studied(trait="interest_share", profile=profile, value=np.round(weight[first] / total, 2)),
        Studied(trait="interest_category_second", profile=profile, value=second.astype(np.int32), words=words),
    ]


class Hours(Struct, frozen=True, kw_only=True, eq=False):
    """How often somebody did something in an hour of the week; the rows of a person lie together; shape [rows] each.

    A million people are about in forty hours each, so the columns are as narrow as they may be.
    """

    profile: Integers
    hour: NDArray[np.uint8]
    """0 is Monday from 00:00, 167 Sunday from 23:00."""
    times: NDArray[np.uint32]


def best_hour_traits(hours: Hours) -> list[Studied]:
    """Return best_hour_of_week, 0 for Monday from 00:00 to 23 + 24 * 6.

    The mean of a Dirichlet posterior whose prior is everybody's week, worth HABIT_WEIGHT events; ties go to the
    earlier hour.
    """
    if not len(hours.profile):
        return []
    first = np.flatnonzero(np.append(True, hours.profile[1:] != hours.profile[:-1]))
    parts = [first[start : start + _PEOPLE_AT_ONCE] for start in range(0, len(first), _PEOPLE_AT_ONCE)]
    ends = [*(part[0] for part in parts[1:]), len(hours.profile)]
    weeks = (_weeks(hours, part, end) for part, end in zip(parts, ends, strict=True))
    everybody = _beside(np.sum([week.sum(axis=0) for week in weeks], axis=0))
    prior = HABIT_WEIGHT * everybody / everybody.sum()
    best = [
        np.argmax(np.round(_beside(_weeks(hours, part, end)) + prior, 9), axis=1)
        for part, end in zip(parts, ends, strict=True)
    ]
    return [
        Studied(trait="best_hour_of_week", profile=hours.profile[first], value=np.concatenate(best).astype(np.float64))
    ]


def _weeks(hours: Hours, first: Integers, end: int) -> Floats:
    """Return [people, HOURS_OF_WEEK] of people whose rows begin at `first`, the last of them before `end`."""
    rows = slice(int(first[0]), end)
    person = np.repeat(np.arange(len(first)), np.diff(np.append(first, end)))
    place = person * HOURS_OF_WEEK + hours.hour[rows]
    found = np.bincount(place, weights=hours.times[rows], minlength=len(first) * HOURS_OF_WEEK)
    return found.astype(np.float64).reshape(len(first), HOURS_OF_WEEK)


_PEOPLE_AT_ONCE = 20_000
"""Times a week of hours: 27 MB."""


def best_channel_traits(sent: Counts, answered: Counts, channels: tuple[str, ...]) -> list[Studied]:
    """Return best_channel of everybody who was ever written to: the highest rate of answers to expect.

    The mean of a Beta posterior whose prior is the channel's rate with everybody, worth ANSWERS_WEIGHT messages.
    Nothing where nobody ever answered on any channel.
    """
    rates = _by_kind(answered, len(channels)) / np.maximum(_by_kind(sent, len(channels)), 1)
    if not rates.any():
        return []
    profile = distinct(sent.profile)
    expected = np.broadcast_to(rates, (len(profile), len(channels))) * ANSWERS_WEIGHT
    messages = np.full((len(profile), len(channels)), ANSWERS_WEIGHT)
    expected = expected.copy()
    known = are_among(answered.profile, profile)
    np.add.at(messages, (np.searchsorted(profile, sent.profile), sent.kind), sent.count)
    np.add.at(
        expected, (np.searchsorted(profile, answered.profile[known]), answered.kind[known]), answered.count[known]
    )
    best = np.argmax(np.round(expected / messages, 9), axis=1).astype(np.int32)
    return [Studied(trait="best_channel", profile=profile, value=best, words=channels)]


def _by_kind(counts: Counts, kinds: int) -> Floats:
    return np.bincount(counts.kind, weights=counts.count, minlength=kinds).astype(np.float64)


def _beside(week: Floats) -> Floats:
    """Return counts by hour of the week with each spread over the hours beside it; the week is a circle."""
    before, here, after = NEIGHBOURS
    return before * np.roll(week, -1, axis=-1) + here * week + after * np.roll(week, 1, axis=-1)
