"""Reads lake and state into the plain arrays that a study is made from; all joins are set-wise, in the lake."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.app.audience_lake import selection_at
from liftloop.app.audience_question import Meanings, Tree
from liftloop.app.planning.asof import (
    ALWAYS_MS,
    EVER,
    Asked,
    Happenings,
    Span,
    Stream,
    days_before,
    happenings,
)
from liftloop.deliver.contract import MEDIA
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import parse_object
from liftloop.kernel.sets import distinct
from liftloop.plan.baseline import window_starts
from liftloop.plan.contract import NOBODY, Campaign
from liftloop.plan.inputs import Column, Contacts, Flags, Floats, Integers, People, Window
from liftloop.plan.options import ChannelChoice, Option
from liftloop.plan.outcome import Outcome
from liftloop.profile.metric import Condition
from liftloop.storage.contract import LakeReader, StateReader

LOG_ROWS_MAX = 400_000  # Rows to learn from; of a longer log every second, third … person is taken, whole.
WINDOW_PEOPLE_MAX = 45_000  # A fiftieth of a percent of error at a rate of 20%, in sixteen windows.
HISTORY_MIN_DAYS = 90  # Windows whose customers are counted over less than that see too few of them.
NOW = 0
PARTS = 10_000  # Of a unit of currency: what imports and events say has four decimals at most.
EVENTS_READ_MAX = 20_000_000  # Held in memory at once: about 1 GB with their order.
_EVENTS = {
    name: place
    for place, name in enumerate(
        ("Product Viewed", "Product Added", "Store Visited", "Coupon Redeemed", "Message Opened"), start=1
    )
}
"""Events with features of their own, by the number under which the query `events` gives them."""
_EVENT_FEATURES: Mapping[str, tuple[str, Span]] = {
    "views_7": ("Product Viewed", days_before(7)),
    "views_30": ("Product Viewed", days_before(30)),
    "views_ever": ("Product Viewed", EVER),
    "adds_30": ("Product Added", days_before(30)),
    "visits_90": ("Store Visited", days_before(90)),
    "redeemed_ever": ("Coupon Redeemed", EVER),
    "opens_ever": ("Message Opened", EVER),
}

_FILE = (files("liftloop.app.planning") / "planning.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip().rstrip(";")
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}


class Moments(Struct, frozen=True, kw_only=True):
    """Whom to look at, as of when: a statement of `planning.sql` and its four parameters."""

    statement: str
    parameters: tuple[Any, Any, Any, Any]

    def ask(self, lake: LakeReader, name: str, *more: Any) -> dict[str, Column]:
        """Return the named query's columns; rows are in the same order for every query of the same moments."""
        query = SQL[name].replace("{moment}", SQL[self.statement])
        return lake.select(query, [*self.parameters, *more])


class Shop(Struct, frozen=True, kw_only=True):
    """What is known of the shop as a whole; money in fen, `margin_fen` an order's mean margin or None."""

    people: int
    events: int
    orders: int
    first_ms: int
    order_fen: float
    margin_fen: float | None
    coupons_seen: bool


def read_shop(lake: LakeReader) -> Shop:
    shop = {name: column[0] for name, column in lake.select(SQL["shop"]).items()}
    margin = {name: column[0] for name, column in lake.select(SQL["order_margin"]).items()}
    known = margin["orders"] > 0 and margin["orders"] >= 0.5 * margin["all_orders"]
    return Shop(
        people=int(shop["people"]),
        events=int(shop["events"]),
        orders=int(shop["orders"]),
        first_ms=int(shop["first_ms"]),
        order_fen=float(shop["order_fen"]),
        margin_fen=float(margin["margin_fen"]) / float(margin["orders"]) if known else None,
        coupons_seen=int(shop["coupon_orders"]) > 0,
    )


class Look:
    """The moments of a statement, read once, with what had happened to their people as of each."""

    def __init__(self, lake: LakeReader, moments: Moments) -> None:
        self.lake = lake
        self.moments = moments
        columns = moments.ask(lake, "people")
        self.source = columns["source"]
        self.profile, self.at_ms = columns["profile"].astype(np.int64), columns["at_ms"].astype(np.int64)
        self.count = self.profile.size
        self._asked = Asked(self.profile, self.at_ms)
        self._named: dict[tuple[str, ...], Stream] = {}

    def stream(self, happened: Happenings) -> Stream:
        return self._asked.stream(happened)

    def named(self, events: tuple[str, ...]) -> Stream:
        """Return events of these names; an order that was wholly refunded is undone by then."""
        if events not in self._named:
            self._named[events] = self.stream(happenings(self.lake.select(SQL["named"], [list(events)])))
        return self._named[events]


def features_at(look: Look) -> dict[str, Column]:
    """Return each moment's features, computed from what had happened before it and nothing else."""
    found = _order_features(look) | _event_features(look) | _contact_features(look) | _category_features(look)
    found["order_gap"] = found["order_span"] / np.maximum(found["orders_ever"] - 1.0, 1.0)
    found["order_due"] = found["order_age"] / np.maximum(found["order_gap"], 1.0)
    del found["order_span"]
    return found


def _order_features(look: Look) -> dict[str, Column]:
    """Return features of orders: one refunded whole by the moment was none; one refunded since still was one."""
    columns = look.lake.select(SQL["orders_sold"])
    stream = look.stream(happenings(columns))
    partly = np.flatnonzero(~np.isnan(columns["back_ms"]) & np.isnan(columns["undone_ms"]))
    reduced = {name: columns[name][partly] for name in ("profile", "at_ms")}
    refunds = look.stream(happenings(reduced | {"undone_ms": columns["back_ms"][partly]}))
    year = days_before(365)
    earned = stream.sum(year, _parts(columns["revenue"])) - refunds.undone(year, _parts(columns["back"][partly]))
    age, tenure = stream.since_last() / DAY_MS, stream.since_first() / DAY_MS
    return {
        "orders_30": stream.count(days_before(30)),
        "orders_90": stream.count(days_before(90)),
        "orders_365": stream.count(year),
        "orders_ever": stream.count(EVER),
        "revenue_365": earned / PARTS * 100,
        "coupon_orders": stream.where(columns["coupon"].astype(np.bool_)).count(EVER),
        "order_age": age,
        "order_span": tenure - age,
    }


def _parts(amounts: Column) -> Integers:
    """Return amounts of money as whole numbers, which add up the same in any order; unknown ones add nothing."""
    return np.rint(np.nan_to_num(amounts.astype(np.float64), posinf=0.0, neginf=0.0) * PARTS).astype(np.int64)


def _event_features(look: Look) -> dict[str, Column]:
    """Return features of what people did, read by parts of the people where there is much."""
    events = int(look.lake.select(SQL["events_count"])["events"][0])
    parts = max(1, -(-events // EVENTS_READ_MAX))
    found: dict[str, Column] = {}
    for part in range(parts):
        columns = look.lake.select(SQL["events"], [parts, part])
        stream = look.stream(happenings(columns))
        by_name = {event: stream.where(columns["name"] == place) for event, place in _EVENTS.items()}
        for feature, (event, span) in _EVENT_FEATURES.items():
            counted = by_name[event].count(span)
            found[feature] = found[feature] + counted if part else counted
        for feature, since in (("event_age", stream.since_last()), ("tenure", stream.since_first())):
            days = since / DAY_MS
            found[feature] = np.where(np.isnan(days), found[feature], days) if part else days
    return found


def _contact_features(look: Look) -> dict[str, Column]:
    stream = look.stream(happenings(look.lake.select(SQL["contacts"])))
    return {
        "contacts_30": stream.count(days_before(30)),
        "contacts_180": stream.count(days_before(180)),
        "contact_age": stream.since_last() / DAY_MS,
    }


def _category_features(look: Look) -> dict[str, Column]:
    """Return which share of the lines of a year was of each of the largest categories."""
    categories = [str(name) for name in look.lake.select(SQL["category_top"])["category"]]
    if not categories:
        return {}
    columns = look.lake.select(SQL["order_lines"], [categories])
    lines, year = look.stream(happenings(columns)), days_before(365)
    of_all = np.maximum(lines.count(year), 1.0)
    return {
        f"category:{category}": lines.where(columns["category"] == place).count(year) / of_all
        for place, category in enumerate(categories, start=1)
    }


def condition_holds(look: Look, condition: Condition, window_ms: int) -> Flags:
    """Return whether each moment's person meets a condition; one after it without days of its own has the window."""
    if condition.side == "before":
        start = -condition.days * DAY_MS if condition.days is not None else -ALWAYS_MS
        span = Span(start_ms=start, end_ms=0)
    else:
        span = Span(start_ms=0, end_ms=condition.days * DAY_MS if condition.days is not None else window_ms)
    times = _happened(look, condition.events, span)
    enough = times >= condition.times_min
    return enough if condition.times_max is None else enough & (times <= condition.times_max)


def _happened(look: Look, events: Iterable[str], span: Span) -> Floats:
    """Return how often the events happened; what lies before the moment is judged by what was known then."""
    named = look.named(tuple(events))
    return (named if span.end_ms <= 0 else named.lasting()).count(span)


class Population(Struct, frozen=True, kw_only=True):
    """Whose outcome counts: everybody who meets its conditions, of the group whose tree is given, if one is."""

    outcome: Outcome
    group: Tree | None = None
    meanings: Meanings
    past_members: "Callable[[Look], Flags] | None" = None
    """Who was in the group at each moment, where the lake alone cannot tell of the past."""


def included(look: Look, population: Population) -> Flags:
    """Return whose outcome counts: all conditions before the moment hold, and the person was in the group then."""
    found = np.ones(look.count, dtype=np.bool_) if population.group is None else _belongs(look, population)
    for condition in population.outcome.before:
        found &= condition_holds(look, condition, 0)
    return found


def _belongs(look: Look, population: Population) -> Flags:
    assert population.group is not None
    if population.past_members is not None:
        return population.past_members(look)
    moments = look.moments
    asked = selection_at(population.group, population.meanings, SQL[moments.statement], moments.parameters)
    found = np.zeros(look.count, dtype=np.bool_)
    found[look.lake.select(asked.text, asked.parameters)["profile"].astype(np.int64)] = True
    return found


def outcomes(look: Look, outcome: Outcome, window_ms: int) -> Floats:
    """Return each moment's outcome within the window after it."""
    if outcome.counted:
        return _happened(look, outcome.counted, Span(start_ms=0, end_ms=window_ms))
    if outcome.summed:
        return look.moments.ask(look.lake, outcome.summed, 0, window_ms)["amount"]
    found = np.ones(look.count, dtype=np.bool_)
    for condition in outcome.after:
        found &= condition_holds(look, condition, window_ms)
    return found.astype(np.float64)


_CONSENTS = """
WITH RECURSIVE chain (forwarded, kept) AS (
    SELECT forwarded, kept FROM merge
    UNION SELECT chain.forwarded, merge.kept FROM chain JOIN merge ON merge.forwarded = chain.kept
),
head (profile, kept) AS (SELECT forwarded, kept FROM chain WHERE kept NOT IN (SELECT forwarded FROM merge))
SELECT coalesce(head.kept, consent.profile) AS person, channel, at_ms, status
FROM consent LEFT JOIN head ON head.profile = consent.profile
WHERE purpose = 'marketing' AND topic IN ('', 'all')
ORDER BY channel, person, at_ms, status <> 'granted'
"""


_ADDRESSES = "SELECT 1 FROM attribute WHERE name IN ('phone', 'email', 'wecom_id', 'openid', 'unionid') LIMIT 1"


def has_addresses(state: StateReader, channels: Mapping[str, Mapping[str, Any]]) -> bool:
    """Say whether anybody can be written to at all; a webhook is content with the customer's id."""
    return any(body.get("kind") == "webhook" for body in channels.values()) or bool(state.rows(_ADDRESSES))


class ConsentHistory:
    """Who had consented to marketing by a medium at which instant: the latest word holds, a withdrawal where equal."""

    def __init__(self, state: StateReader) -> None:
        rows = state.rows(_CONSENTS)
        media = np.array([row[1] for row in rows], dtype=object)
        self.known = bool(rows)
        """Whether anybody ever said anything; in a new shop nobody has."""
        self._profile = np.array([row[0] for row in rows], dtype=np.int64)
        self._at_ms = np.array([row[2] for row in rows], dtype=np.int64)
        self._granted = np.array([row[3] == "granted" for row in rows], dtype=np.bool_)
        self._part = {str(medium): np.flatnonzero(media == medium) for medium in dict.fromkeys(media.tolist())}

    def granted(self, medium: str, profile: Integers, at_ms: Integers) -> Flags:
        """Return whether each person had consented to the medium at the instant of the same row."""
        part = self._part.get(medium)
        if part is None:
            return np.zeros(profile.size, dtype=np.bool_)
        people, when, said = self._profile[part], self._at_ms[part], self._granted[part]
        known = distinct(people)
        code = np.minimum(np.searchsorted(known, profile), known.size - 1)
        there = known[code] == profile
        origin = int(min(when.min(), at_ms.min(initial=0)))
        width = np.int64(max(int(when.max()), int(at_ms.max(initial=0))) - origin + 2)
        keys = np.searchsorted(known, people).astype(np.int64) * width + (when - origin)
        place = np.searchsorted(keys, code.astype(np.int64) * width + (at_ms - origin), side="right") - 1
        holds = there & (place >= 0)
        place = np.maximum(place, 0)
        return holds & (people[place] == profile) & said[place]


def reach_of(consents: ConsentHistory, options: Sequence[Option], profile: Integers, at_ms: Integers) -> Flags:
    """Return [rows, options] whom each option may reach."""
    by_medium = {medium: consents.granted(medium, profile, at_ms) for medium in {o.channel.medium for o in options}}
    columns = [by_medium[option.channel.medium] for option in options]
    return np.column_stack(columns) if columns else np.zeros((profile.size, 0), dtype=np.bool_)


def channel_choice(channel: Mapping[str, Any], names: Mapping[str, Any]) -> ChannelChoice:
    """Return a channel definition as a choice; `names` are the usual names by medium."""
    kind, identity = str(channel.get("kind", "webhook")), str(channel["id"])
    medium = str(channel.get("medium") or MEDIA.get(kind, identity))
    usual = names.get(medium)
    return ChannelChoice(
        id=identity,
        medium=medium,
        name_zh=str(channel.get("name_zh") or (usual.zh if usual else identity)),
        name_en=str(channel.get("name_en") or (usual.en if usual else identity)),
        cost_fen=int(channel.get("cost_fen") or 0),
        confirmed=float((channel.get("capacity") or {}).get("confirmed", 1.0)),
    )


class LogWords(Struct, frozen=True, kw_only=True, eq=False):
    """What the hashes of the log mean: campaigns and actions by hash, chances by hash as vectors over arms."""

    campaign: Mapping[int, str]
    arms: Mapping[int, int]
    chances: Mapping[int, Floats]


def read_words(lake: LakeReader, options: Sequence[Option]) -> LogWords:
    """Return the words of the log; an action that is no option today has arm -1 and its chance is left out."""
    columns = lake.select(SQL["log_words"])
    arm_of = {NOBODY: 0, **{option.id: place for place, option in enumerate(options, start=1)}}
    campaign: dict[int, str] = {}
    arms: dict[int, int] = {}
    chances: dict[int, Floats] = {}
    for key, word in zip(columns["key"].tolist(), columns["word"].tolist(), strict=True):
        campaign[key] = word
        arms[key] = arm_of.get(word, -1)
        if word.startswith("{"):
            vector = np.zeros(len(options) + 1)
            for action, chance in parse_object(word).items():
                if action in arm_of and isinstance(chance, int | float):
                    vector[arm_of[action]] = float(chance)
            chances[key] = vector
    return LogWords(campaign=campaign, arms=arms, chances=chances)


class LogRows(Struct, frozen=True, kw_only=True, eq=False):
    """The log's own columns, in the order of its moments."""

    campaign: Integers
    arm: Integers
    chance: Floats


def read_log(lake: LakeReader, moments: Moments, options: Sequence[Option], own: Mapping[str, Campaign]) -> LogRows:
    """Return who drew what by which chances; being held out is one way of drawing nobody."""
    _, until_ms, names, modulus = moments.parameters
    rows = lake.select(SQL["log"], [until_ms, names, modulus])
    words = read_words(lake, options)
    arm = _looked_up(rows["action"], words.arms)
    held = rows["held"].astype(np.bool_)
    campaign_keys, campaign = np.unique(rows["campaign"], return_inverse=True)
    empty = np.zeros(len(options) + 1)
    keys, code = np.unique(rows["propensities"], return_inverse=True)
    vectors = (
        np.vstack([words.chances.get(int(key), empty) for key in keys]) if keys.size else np.zeros((0, empty.size))
    )
    chance = vectors[code]
    shares = np.array([_holdout(own, words.campaign.get(int(key), "")) for key in campaign_keys])
    share = np.where(rows["source"] == 2, shares[campaign], 0.0) if campaign_keys.size else np.zeros(0)
    chance = chance * (1 - share)[:, None]
    chance[:, 0] += share
    return LogRows(campaign=campaign.astype(np.int64), arm=np.where(held, 0, arm), chance=chance)


def _holdout(own: Mapping[str, Campaign], name: str) -> float:
    return own[name].holdout.share if name in own else 0.0


def _looked_up(keys: Column, meaning: Mapping[int, int]) -> Integers:
    known, code = np.unique(keys, return_inverse=True)
    return np.array([meaning.get(int(key), -1) for key in known], dtype=np.int64)[code]


def contacts_of(log: LogRows, people: Mapping[str, Any], keep: Flags) -> Contacts | None:
    """Return the usable rows: the action is an option today, nobody had a chance, and the person counts."""
    known = log.chance.sum(axis=1)
    rows = np.flatnonzero(
        keep
        & (log.arm >= 0)
        & (log.chance[:, 0] > 0)
        & (known > log.chance[:, 0])
        & (log.chance[np.arange(log.arm.size), np.maximum(log.arm, 0)] > 0)
    )
    if not rows.size:
        return None
    return Contacts(
        profile=people["profile"][rows],
        at_ms=people["at_ms"][rows],
        campaign=log.campaign[rows],
        arm=log.arm[rows],
        # Given that the action drawn is an option today, its chances are those among options of today.
        chance=log.chance[rows] / known[rows, None],
        outcome=people["outcome"][rows],
        redeemed=people["redeemed"][rows],
        features={name: column[rows] for name, column in people["features"].items()},
        # What had a chance was possible, whatever is known today of consents at that time.
        reach=people["reach"][rows] | (log.chance[rows, 1:] > 0),
        early=people["early"][rows] if "early" in people else None,
        guarded=people["guarded"][rows] if "guarded" in people else None,
        later=people["later"][rows] if "later" in people else None,
    )


def windows_of(
    lake: LakeReader, population: Population, window_days: int, now_ms: int, shop: Shop
) -> tuple[Window, ...]:
    """Return the metric in the past windows of a baseline, counting only what happened uncontacted."""
    span, outcome = window_days * DAY_MS, population.outcome
    starts = list(window_starts(now_ms, window_days))
    history = max([condition.days or 0 for condition in outcome.before], default=0)
    first_ms = shop.first_ms + min(history, HISTORY_MIN_DAYS) * DAY_MS
    modulus = max(1, -(-shop.people // WINDOW_PEOPLE_MAX))
    moments = Moments(statement="windows", parameters=(starts, modulus, first_ms, now_ms))
    look = Look(lake, moments)
    if not look.count:
        return ()
    weight = np.where(included(look, population), left_alone(look, Span(start_ms=-span, end_ms=span)), 0.0)
    value = outcomes(look, outcome, span)
    found: list[Window] = []
    for start in np.unique(look.at_ms).tolist():
        mine = look.at_ms == start
        total = float(weight[mine].sum())
        if total > 0:
            found.append(
                Window(
                    starts_ms=int(start),
                    people=total,
                    total=float((weight[mine] * value[mine]).sum()),
                    squares=float((weight[mine] * np.square(value[mine])).sum()),
                )
            )
    return tuple(found)


def left_alone(look: Look, span: Span) -> Floats:
    """Return how much each moment counts for "nothing done": none if contacted, more if left alone by chance."""
    columns = look.lake.select(SQL["past_chances"])
    stream, weight = look.stream(happenings(columns)), columns["weight"].astype(np.float64)
    contacted = stream.where(weight == 0).count(span)
    logs = stream.sum(span, np.log(np.where(weight > 0, weight, 1.0)))
    return np.where(contacted > 0, 0.0, np.exp(logs))


def people_of(look: Look, features: Mapping[str, Column], rows: Integers, reach: Flags) -> People:
    return People(
        profile=look.profile[rows],
        features={name: column[rows] for name, column in features.items()},
        reach=reach,
    )
