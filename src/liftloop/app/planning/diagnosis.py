"""Reads what a diagnosis is made of: two windows, and the groups that may be a reason, each as an audience's tree."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from liftloop.app.audience_lake import selection_at
from liftloop.app.planning.asof import Span
from liftloop.app.planning.reading import SQL, Look, Moments, Population, Shop, included, outcomes
from liftloop.audience.reading import LEVEL
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.diagnosis import Diagnosis, Group, Seen, Step, diagnose
from liftloop.plan.inputs import Flags
from liftloop.plan.metric.events import CART, ORDER, VIEW, VISIT
from liftloop.plan.options import Words
from liftloop.profile.metric import Metric
from liftloop.profile.tags import TAG
from liftloop.storage.contract import LakeReader

PEOPLE_MAX = 20_000  # A group of a twentieth is then met within two points.
GROUPS_MAX = 40  # Each is one question to the lake.
WORDS_MAX = 400
WORD_SHARE_MIN, WORD_SHARE_MAX = 0.02, 0.95
WORDS_OF_ONE_MAX = 6
_RECENCY_DAYS = (30, 90, 180, 365)
_ORDERS = ((1, 1), (2, 2), (3, None))


def diagnosis_of(
    lake: LakeReader, population: Population, metric: Metric, window_days: int, at: tuple[int, Shop]
) -> Diagnosis | None:
    """Return where a metric is lost and for whom as of an instant; None without people in both windows."""
    now_ms, shop = at
    span = window_days * DAY_MS
    modulus = max(1, -(-shop.people // PEOPLE_MAX))
    starts = [now_ms - span, now_ms - 2 * span]
    look = Look(lake, Moments(statement="windows", parameters=(starts, modulus, shop.first_ms, now_ms)))
    if not look.count:
        return None
    inside = included(look, population)
    latest = look.at_ms == starts[0]
    groups = groups_here(lake, population, shop.people)
    member = np.zeros((len(groups), look.count), dtype=np.bool_)
    for place, group in enumerate(groups):
        member[place] = _members(look, population, group)
    seen = Seen(
        value=outcomes(look, population.outcome, span)[inside],
        latest=latest[inside],
        member=member[:, inside],
        stands_for=modulus,
    )
    steps = _steps(look, (inside, latest), span) if _orders(population) else ()
    return diagnose(seen, groups, steps, 1.0 if metric.good == "up" else -1.0)


def groups_here(lake: LakeReader, population: Population, people: int) -> tuple[Group, ...]:
    """Return the groups worth a look: recency and frequency of orders, goods, levels, tags, words of attributes."""
    found = [*_recency(), *_frequency(), *_categories(lake), *_named(population), *_words(lake, people)]
    return tuple(found[:GROUPS_MAX])


def _members(look: Look, population: Population, group: Group) -> Flags:
    moments = look.moments
    asked = selection_at(group.tree, population.meanings, SQL[moments.statement], moments.parameters)
    found = np.zeros(look.count, dtype=np.bool_)
    found[look.lake.select(asked.text, asked.parameters)["profile"].astype(np.int64)] = True
    return found


def _recency() -> list[Group]:
    found: list[Group] = []
    for since, until in zip((0, *_RECENCY_DAYS), _RECENCY_DAYS, strict=False):
        within: dict[str, Any] = {"event": ORDER, "within_days": until}
        tree = {"all": [within, {"not": {"event": ORDER, "within_days": since}}]} if since else within
        zh = f"{since}–{until} 天前最后一次下单" if since else f"最近 {until} 天下过单"
        en = f"last order {since}–{until} days ago" if since else f"ordered in the last {until} days"
        found.append(Group(name=Words(zh=zh, en=en), tree=tree))
    return found


def _frequency() -> list[Group]:
    found: list[Group] = []
    for low, high in _ORDERS:
        count = {"gte": low} if high is None else {"gte": low, "lte": high}
        more = (" 次以上", " or more") if high is None else (" 次", "")
        name = Words(zh=f"一年下过 {low}{more[0]}单", en=f"{low}{more[1]} orders in a year")
        found.append(Group(name=name, tree={"event": ORDER, "within_days": 365, "count": count}))
    return found


def _categories(lake: LakeReader) -> list[Group]:
    names = [str(name) for name in lake.select(SQL["category_top"])["category"].tolist()]
    return [
        Group(
            name=Words(zh=f"一年内买过{name}", en=f"bought {name} in a year"),
            tree={"event": ORDER, "within_days": 365, "where": {"property": "products.category", "is": name}},
        )
        for name in names
    ]


def _named(population: Population) -> list[Group]:
    """Return levels and tags with a rule: what a group is called here."""
    found: list[Group] = []
    for identity in population.meanings.audiences:
        if identity.startswith((LEVEL, TAG)):
            word = identity.partition(":")[2]
            found.append(Group(name=Words(zh=word, en=word), tree={"audience": identity}))
    return found


def _words(lake: LakeReader, people: int) -> list[Group]:
    """Return the commonest words of attributes that some have and not all: cities, levels, channels of entry."""
    columns = lake.select(SQL["attribute_values"], [WORDS_MAX])
    rows = zip(columns["key"].tolist(), columns["word"].tolist(), columns["people"].tolist(), strict=True)
    counted: dict[str, int] = {}
    found: list[Group] = []
    for key, word, count in rows:
        if not WORD_SHARE_MIN * people <= count <= WORD_SHARE_MAX * people:
            continue
        counted[key] = counted.get(key, 0) + 1
        if counted[key] <= WORDS_OF_ONE_MAX:
            name = Words(zh=f"{key} 为“{word}”", en=f"{key} is “{word}”")
            found.append(Group(name=name, tree={"trait": key, "is": word}))
    return found


def _orders(population: Population) -> bool:
    outcome = population.outcome
    counted: Mapping[str, None] = dict.fromkeys(
        [*outcome.counted, *(event for condition in outcome.after for event in condition.events)]
    )
    return ORDER in counted or outcome.summed in ("revenue", "quantity", "margin")


def _steps(look: Look, rows: tuple[Flags, Flags], span: int) -> tuple[Step, ...]:
    """Return the shares of people who came, put something into the cart and ordered; only steps that are recorded."""
    inside, latest = rows
    within = Span(start_ms=0, end_ms=span)
    stages = (
        (Words(zh="看商品或到店", en="viewed or visited"), (VIEW, VISIT)),
        (Words(zh="加购", en="added to cart"), (CART,)),
        (Words(zh="下单", en="ordered"), (ORDER,)),
    )
    found: list[Step] = []
    for name, events in stages:
        took = look.named(events).count(within) > 0
        now, before = took[inside & latest], took[inside & ~latest]
        if now.any() or before.any():
            found.append(Step(name=name, now=float(now.mean()), before=float(before.mean()) if before.size else 0.0))
    return tuple(found)
