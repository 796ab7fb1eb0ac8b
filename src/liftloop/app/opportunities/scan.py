"""One scan for opportunities: reads the lake, lets `liftloop.plan.opportunities` weigh, and says it in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.app.item_names import ITEM_NAMES, names_of
from liftloop.app.opportunities.queries import SQL
from liftloop.app.planning.asof import Asked, Span, happenings
from liftloop.app.planning.past_membership import Models, PastMembership, models_of
from liftloop.app.planning.reading import SQL as PLANNING
from liftloop.app.planning.reading import Look, Shop, left_alone, outcomes, read_shop
from liftloop.app.planning.reading import Moments as Asking
from liftloop.app.planning.sources import Sources
from liftloop.app.studies.reading import SQL as STUDIES
from liftloop.app.studies.reading import read_past
from liftloop.inference.trial import without_whales
from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.plan.inputs import Flags, Floats, Integers
from liftloop.plan.metric.events import ORDER
from liftloop.plan.opportunities.candidate import (
    WINDOW_DAYS,
    Birthdays,
    Candidate,
    EndedSeries,
    Kind,
    ShopNow,
    SlowItem,
    Tree,
    candidates,
)
from liftloop.plan.opportunities.choice import Placed, Weighed, placed, together
from liftloop.plan.opportunities.response import Basis, Contacted, Lift, lift_of_all, lift_of_group
from liftloop.plan.opportunities.words import NAMES, Told, goal_of, title_of, why_now, worth_words
from liftloop.plan.opportunities.worth import PEOPLE_MIN, Money, Seen, stake_of
from liftloop.plan.options import Words
from liftloop.plan.outcome import Outcome
from liftloop.profile.studies.lifecycle import rhythm_of

WINDOWS = 6  # Half a year: older windows tell of another shop.
YEAR_DAYS = 365
SEEN_PEOPLE_MAX = 40_000  # People looked at in the past: a rate of 10% is then known to 0.15 points.
HISTORY_MIN_DAYS = 30  # Before a window, so that there is something by which people are told apart.
STALE_DAYS = 45  # After that long without an order the file is old, or the shop is closed.
SLOW_DAYS_MIN = 180
THINGS = 3
THING_TRAIT: Mapping[Kind, str] = {"replenish": "replenish_item", "successor": "successor_item"}
BIRTHDAY_NAMES = ("birthday", "birth_date", "birthdate", "date_of_birth", "生日", "出生日期")

Status = Literal["ready", "no_orders", "stale", "short"]
_WINDOW_MS = WINDOW_DAYS * DAY_MS


class Opportunity(Struct, frozen=True, kw_only=True):
    """One opportunity as it is shown and kept; amounts in fen, `where` the tree of its people."""

    id: str
    kind: Kind
    name: Words
    title: Words
    why: Words
    worth: Words
    goal: Words
    where: Mapping[str, Any]
    people: int
    own: int
    point_fen: float
    low_fen: float
    high_fen: float
    usual_fen: float
    lift: float
    basis: Basis
    window_days: int


class Scan(Struct, frozen=True, kw_only=True):
    """What a scan found. `people` and the sums count everybody once; `offset` is how far the lake had followed."""

    status: Status
    at_ms: int
    offset: int
    last_order_ms: int
    money: Money
    people: int = 0
    point_fen: float = 0.0
    low_fen: float = 0.0
    high_fen: float = 0.0
    opportunities: tuple[Opportunity, ...] = ()


def standing(sources: Sources) -> Status:
    """Return whether orders tell enough for a scan; takes no time."""
    seen = {name: int(column[0]) for name, column in sources.lake.select(SQL["last_order"], [sources.now_ms]).items()}
    return _status(seen, sources.now_ms)


def scan(sources: Sources, tell: Callable[[int, int], None] = lambda done, of: None) -> Scan:
    """Return the opportunities as of now. Reads the lake alone; the same data give the same scan.

    `tell` hears how many groups have been weighed, of how many.
    """
    lake, now_ms = sources.lake, sources.now_ms
    seen = {name: int(column[0]) for name, column in lake.select(SQL["last_order"], [now_ms]).items()}
    shop = read_shop(lake)
    nothing = Scan(
        status=_status(seen, now_ms),
        at_ms=now_ms,
        offset=int(lake.position().offset),
        last_order_ms=seen["last_ms"],
        money="revenue" if shop.margin_fen is None else "margin",
    )
    if nothing.status != "ready":
        return nothing
    past = read_past(lake, now_ms, sources.offset_minutes * MINUTE_MS)
    rhythm = rhythm_of(past.purchases)
    known = _shop_now(sources, (rhythm.dormant_days, rhythm.lost_days))
    groups = [(each, _people(sources, each.tree)) for each in candidates(known)]
    groups = [(each, people) for each, people in groups if people.size >= PEOPLE_MIN]
    back = _Back(sources, shop, models_of(past, now_ms))
    weighed: list[Weighed] = []
    for done, (each, people) in enumerate(groups):
        tell(done, len(groups))
        found = back.weighed(each, people)
        weighed += [] if found is None else [found]
    return _told(nothing, placed(weighed), back)


def _status(seen: Mapping[str, int], now_ms: int) -> Status:
    if not seen["orders"]:
        return "no_orders"
    if now_ms - seen["last_ms"] > STALE_DAYS * DAY_MS:
        return "stale"
    return "short" if seen["last_ms"] - seen["first_ms"] < (HISTORY_MIN_DAYS + WINDOW_DAYS) * DAY_MS else "ready"


def _people(sources: Sources, tree: Tree) -> Integers:
    asked = selection(tree, Meanings(traits={}, audiences={}), sources.now_ms)
    return np.sort(sources.lake.select(asked.text, asked.parameters)["profile"].astype(np.int64))


def _shop_now(sources: Sources, rhythm: tuple[int, int]) -> ShopNow:
    lake, now_ms = sources.lake, sources.now_ms
    events = lake.select(SQL["events_seen"], [now_ms - WINDOW_DAYS * DAY_MS, now_ms])["name"]
    return ShopNow(
        today=sources.now().date(),
        dormant_days=rhythm[0],
        lost_days=rhythm[1],
        events=frozenset(map(str, events)),
        traits=frozenset(map(str, lake.select(SQL["traits_known"])["name"])),
        slow=_slow_item(sources),
        ended=_ended_series(sources),
        birthdays=_birthdays(sources),
    )


def _slow_item(sources: Sources) -> SlowItem | None:
    rows = sources.lake.select(SQL["slow_items"], [sources.now_ms, SLOW_DAYS_MIN])
    if not len(rows["id"]):
        return None
    name = str(rows["name"][0])
    return SlowItem(
        id=str(rows["id"][0]),
        name=Words(zh=name, en=str(rows["name_en"][0] or name)),
        category=str(rows["category"][0]),
        stock=int(rows["stock"][0]),
        days_left=int(rows["days"][0]),
    )


def _ended_series(sources: Sources) -> EndedSeries | None:
    rows = sources.lake.select(SQL["ended_series"], [sources.now_ms])
    if not len(rows["series"]):
        return None
    coupons = sources.lake.select(SQL["coupons_seen"])["coupon"]
    return EndedSeries(
        name=str(rows["series"][0]), items=tuple(map(str, rows["items"][0])), coupons=tuple(map(str, coupons))
    )


def _birthdays(sources: Sources) -> Birthdays | None:
    today = sources.now().date()
    days = [(today + timedelta(ahead)).strftime("%m-%d") for ahead in range(WINDOW_DAYS)]
    rows = sources.lake.select(SQL["birthday_words"], [list(BIRTHDAY_NAMES), days])
    names = [str(name) for name in rows["name"]]
    if not names:
        return None
    usual = max(dict.fromkeys(names), key=names.count)
    return Birthdays(
        attribute=usual,
        days=tuple(str(word) for name, word in zip(names, rows["word"], strict=True) if name == usual),
    )


class _Back:
    """What such people did in past windows, and what past contacts did to them."""

    def __init__(self, sources: Sources, shop: Shop, models: Models) -> None:
        self.sources = sources
        self.shop = shop
        lake, now_ms = sources.lake, sources.now_ms
        self.sampled = max(1, shop.people // SEEN_PEOPLE_MAX)
        days = [*(WINDOW_DAYS * back for back in range(1, WINDOWS + 1)), YEAR_DAYS]
        starts = [now_ms - back * DAY_MS for back in days]
        first_ms = shop.first_ms + HISTORY_MIN_DAYS * DAY_MS
        self.look = Look(lake, Asking(statement="windows", parameters=(starts, self.sampled, first_ms, now_ms)))
        self.membership = PastMembership(self.look, models)
        self.weight = left_alone(self.look, Span(start_ms=-_WINDOW_MS, end_ms=_WINDOW_MS))
        self.bought = self.look.named((ORDER,)).lasting().count(Span(start_ms=0, end_ms=_WINDOW_MS)) > 0
        self.spent_fen = without_whales(_spent(self.look, shop))
        self.contacts = _contacts(self)
        self.of_all = lift_of_all(None if self.contacts is None else self.contacts[0])

    def weighed(self, candidate: Candidate, people: Integers) -> Weighed | None:
        inside = self.membership.holds(candidate.comparable)
        seen = self._seen(inside)
        stake = stake_of(people.size, seen, self._lift(inside), self._buyer_fen())
        return None if stake is None else Weighed(candidate=candidate, stake=stake, profile=people)

    def before(self, candidate: Candidate) -> int | None:
        """Return how many such people there were a window ago; None where that cannot be told."""
        at_ms = self.sources.now_ms - _WINDOW_MS
        if candidate.comparable is not candidate.tree or not (self.look.at_ms == at_ms).any():
            return None
        inside = self.membership.holds(candidate.tree)
        return int((inside & (self.look.at_ms == at_ms)).sum()) * self.sampled

    def _seen(self, inside: Flags) -> Seen:
        weight = np.where(inside, self.weight, 0.0)
        _, window = np.unique(self.look.at_ms, return_inverse=True)
        sums = [
            np.bincount(window, weights=weight * value).astype(np.float64)
            for value in (np.ones(weight.size), self.bought, np.where(self.bought, self.spent_fen, 0.0))
        ]
        there = sums[0] > 0 if window.size else np.zeros(0, dtype=np.bool_)
        people, buyers, spent = (each[there] for each in sums)
        return Seen(people=people, buyers=buyers, spent_fen=spent)

    def _lift(self, inside: Flags) -> Lift:
        if self.contacts is None:
            return self.of_all
        contacted, row = self.contacts
        mine = (row >= 0) & inside[np.maximum(row, 0)]
        return lift_of_group(contacted.where(mine), self.of_all)

    def _buyer_fen(self) -> float:
        buyers = float(self.bought.sum())
        return float(self.spent_fen[self.bought].sum()) / buyers if buyers else self.shop.order_fen


def _spent(look: Look, shop: Shop) -> Floats:
    """Return what each moment's person spends in the window after it, as margin where margins are known."""
    revenue = outcomes(look, Outcome(before=(), summed="revenue"), _WINDOW_MS)
    if shop.margin_fen is None or not shop.order_fen:
        return revenue
    return revenue * (shop.margin_fen / shop.order_fen)


def _contacts(back: _Back) -> tuple[Contacted, Integers] | None:
    """Return random contacts whose window has ended, and the moment that tells each person's standing before it.

    A contact belongs to the window in which it lies: the standing at its start was known before the draw. -1 where
    no window takes it in.
    """
    sources = back.sources
    campaigns = {name: float(body["holdout"]["share"]) for name, body in sources.definitions.campaigns.items()}
    until_ms = sources.now_ms - _WINDOW_MS
    rows = sources.lake.select(SQL["random_contacts"], [until_ms, list(campaigns), list(campaigns.values())])
    profile, at_ms = rows["profile"].astype(np.int64), rows["at_ms"].astype(np.int64)
    if not profile.size:
        return None
    orders = Asked(profile, at_ms).stream(happenings(sources.lake.select(PLANNING["events_named"], [ORDER])))
    contacted = Contacted(
        person=profile,
        treated=rows["treated"].astype(np.bool_),
        nobody=rows["nobody"].astype(np.float64),
        bought=(orders.count(Span(start_ms=0, end_ms=_WINDOW_MS)) > 0).astype(np.float64),
    )
    return contacted, _moment_before(back.look, profile, at_ms)


def _moment_before(look: Look, profile: Integers, at_ms: Integers) -> Integers:
    found = np.full(profile.size, -1, dtype=np.int64)
    for start in np.unique(look.at_ms).tolist():
        rows = np.flatnonzero(look.at_ms == start)
        rows = rows[np.argsort(look.profile[rows])]
        those = np.flatnonzero((at_ms >= start) & (at_ms < start + _WINDOW_MS))
        place = np.minimum(np.searchsorted(look.profile[rows], profile[those]), rows.size - 1)
        known = look.profile[rows][place] == profile[those]
        found[those[known]] = rows[place[known]]
    return found


def _told(nothing: Scan, places: Sequence[Placed], back: _Back) -> Scan:
    whole = together(places)
    return Scan(
        status="ready",
        at_ms=nothing.at_ms,
        offset=nothing.offset,
        last_order_ms=nothing.last_order_ms,
        money=nothing.money,
        people=whole.people,
        point_fen=whole.point_fen,
        low_fen=whole.low_fen,
        high_fen=whole.high_fen,
        opportunities=tuple(_opportunity(each, back, nothing.money) for each in places),
    )


def _opportunity(place: Placed, back: _Back, money: Money) -> Opportunity:
    candidate, stake = place.weighed.candidate, place.weighed.stake
    told = Told(
        candidate=candidate,
        stake=stake,
        money=money,
        before=back.before(candidate),
        things=_things(back.sources, candidate.kind, place.weighed.profile),
    )
    return Opportunity(
        id=candidate.id,
        kind=candidate.kind,
        name=NAMES[candidate.kind],
        title=title_of(candidate),
        why=why_now(told),
        worth=worth_words(told),
        goal=goal_of(candidate, stake),
        where=candidate.tree,
        people=stake.people,
        own=place.own,
        point_fen=stake.point_fen,
        low_fen=stake.low_fen,
        high_fen=stake.high_fen,
        usual_fen=stake.usual_fen,
        lift=stake.lift,
        basis=stake.basis,
        window_days=WINDOW_DAYS,
    )


def _things(sources: Sources, kind: Kind, people: Integers) -> tuple[tuple[str, int], ...]:
    """Return the items that an opportunity is most about, by name, with how many people each is about."""
    trait = THING_TRAIT.get(kind)
    if trait is None:
        return ()
    rows = sources.lake.select(STUDIES["known"], [trait])
    word = rows["word"][np.isin(rows["profile"].astype(np.int64), people)]
    items, count = np.unique([str(each) for each in word if each is not None], return_counts=True)
    top = np.argsort(-count, kind="stable")[:THINGS]
    names = names_of(sources.lake.select(ITEM_NAMES, [[str(each) for each in items[top]]]))
    return tuple((names.get(str(items[place]), str(items[place])), int(count[place])) for place in top.tolist())
