"""Reads lake and state into the plain arrays that a study is made from; all joins are set-wise, in the lake."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import parse_object
from liftloop.plan.contract import NOBODY, Campaign
from liftloop.plan.options import ChannelChoice, Option
from liftloop.plan.outcome import Outcome
from liftloop.plan.study_inputs import Column, Contacts, Flags, Floats, Integers, People, Window
from liftloop.profile.metric import Condition
from liftloop.storage.contract import LakeReader, StateReader

LOG_ROWS_MAX = 400_000  # Rows to learn from; of a longer log every second, third … person is taken, whole.
WINDOWS_MAX = 12
WINDOW_PEOPLE_MAX = 60_000  # A twelfth of a percent of error at a rate of 20%.
HISTORY_MIN_DAYS = 90  # Windows whose customers are counted over less than that see too few of them.
SHOP_FEATURES = ("order_features", "event_features", "contact_features")
_KEYS = frozenset({"source", "id", "at_ms"})
NOW = 0
ALWAYS_MS = 2**45  # A thousand years: all kept history.

_FILE = (files("liftloop.app") / "planning.sql").read_text(encoding="utf-8")
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


def features_at(lake: LakeReader, moments: Moments) -> dict[str, Column]:
    """Return each moment's features, computed from what had happened before it and nothing else."""
    found: dict[str, Column] = {}
    for name in SHOP_FEATURES:
        columns = moments.ask(lake, name)
        found |= {feature: column for feature, column in columns.items() if feature not in _KEYS}
    categories = [str(name) for name in lake.select(SQL["category_top"])["category"]]
    if categories:
        columns = moments.ask(lake, "category_features", categories)
        lines = np.maximum(columns["lines"].astype(np.float64), 1.0)
        for place, category in enumerate(categories, start=1):
            found[f"category:{category}"] = columns[f"category_{place}"] / lines
    found["order_gap"] = found["order_span"] / np.maximum(found["orders_ever"] - 1.0, 1.0)
    found["order_due"] = found["order_age"] / np.maximum(found["order_gap"], 1.0)
    del found["order_span"]
    return found


def condition_holds(lake: LakeReader, moments: Moments, condition: Condition, window_ms: int) -> Flags:
    """Return whether each moment's person meets a condition; one after it without days of its own has the window."""
    if condition.side == "before":
        start = -condition.days * DAY_MS if condition.days is not None else -ALWAYS_MS
        span = (start, 0)
    else:
        span = (0, condition.days * DAY_MS if condition.days is not None else window_ms)
    times = moments.ask(lake, "happened", list(condition.events), *span)["amount"]
    enough = times >= condition.times_min
    return enough if condition.times_max is None else enough & (times <= condition.times_max)


def included(lake: LakeReader, moments: Moments, outcome: Outcome, count: int) -> Flags:
    """Return whose outcome counts: all conditions before the moment hold."""
    found = np.ones(count, dtype=np.bool_)
    for condition in outcome.before:
        found &= condition_holds(lake, moments, condition, 0)
    return found


def outcomes(lake: LakeReader, moments: Moments, outcome: Outcome, window_ms: int, count: int) -> Floats:
    """Return each moment's outcome within the window after it."""
    if outcome.counted:
        return moments.ask(lake, "happened", list(outcome.counted), 0, window_ms)["amount"]
    if outcome.summed:
        return moments.ask(lake, outcome.summed, 0, window_ms)["amount"]
    found = np.ones(count, dtype=np.bool_)
    for condition in outcome.after:
        found &= condition_holds(lake, moments, condition, window_ms)
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


class ConsentHistory:
    """Who had consented to marketing by a medium at which instant: the latest word holds, a withdrawal where equal."""

    def __init__(self, state: StateReader) -> None:
        rows = state.rows(_CONSENTS)
        media = np.array([row[1] for row in rows], dtype=object)
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
        known = np.unique(people)
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
    medium = str(channel.get("medium") or ("email" if kind == "smtp" else identity))
    usual = names.get(medium)
    return ChannelChoice(
        id=identity,
        medium=medium,
        name_zh=str(channel.get("name_zh") or (usual.zh if usual else identity)),
        name_en=str(channel.get("name_en") or (usual.en if usual else identity)),
        cost_fen=int(channel.get("cost_fen") or 0),
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
        campaign=log.campaign[rows],
        arm=log.arm[rows],
        # Given that the action drawn is an option today, its chances are those among options of today.
        chance=log.chance[rows] / known[rows, None],
        outcome=people["outcome"][rows],
        redeemed=people["redeemed"][rows],
        features={name: column[rows] for name, column in people["features"].items()},
        reach=people["reach"][rows],
    )


def windows_of(lake: LakeReader, outcome: Outcome, window_days: int, now_ms: int, shop: Shop) -> tuple[Window, ...]:
    """Return the metric in past windows that end now, before, and so on, counting only what happened uncontacted."""
    span = window_days * DAY_MS
    starts = [now_ms - back * span for back in range(1, WINDOWS_MAX + 1)]
    history = max([condition.days or 0 for condition in outcome.before], default=0)
    first_ms = shop.first_ms + min(history, HISTORY_MIN_DAYS) * DAY_MS
    modulus = max(1, -(-shop.people // WINDOW_PEOPLE_MAX))
    moments = Moments(statement="windows", parameters=(starts, modulus, first_ms, now_ms))
    weights = moments.ask(lake, "contacted_windows", span, span)
    if not weights["amount"].size:
        return ()
    count = weights["amount"].size
    inside = included(lake, moments, outcome, count)
    weight = np.where(inside, weights["amount"], 0.0)
    value = outcomes(lake, moments, outcome, span, count)
    found: list[Window] = []
    for start in np.unique(weights["at_ms"]).tolist():
        mine = weights["at_ms"] == start
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


def people_of(columns: Mapping[str, Column], features: Mapping[str, Column], rows: Integers, reach: Flags) -> People:
    return People(
        profile=columns["profile"][rows].astype(np.int64),
        features={name: column[rows] for name, column in features.items()},
        reach=reach,
    )
