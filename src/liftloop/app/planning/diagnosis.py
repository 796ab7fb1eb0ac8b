"""Reads what a diagnosis is made of: two windows, and the groups that may be a reason, each as an audience's tree."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from liftloop.app.audience_lake import selection_at
from liftloop.app.category_names import CATEGORY_NAMES, categories_called
from liftloop.app.code_names import known_value
from liftloop.app.planning.asof import Span, Stream, days_before, happenings
from liftloop.app.planning.reading import SQL, Look, Moments, Population, Shop, included, outcomes
from liftloop.app.words import Said
from liftloop.audience.reading import LEVEL
from liftloop.collect.mapping_kinds import CUSTOMERS
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.diagnosis import Diagnosis, Group, Seen, Step, diagnose
from liftloop.plan.inputs import Flags
from liftloop.plan.metric.events import CART, ORDER, VIEW, VISIT
from liftloop.plan.options import Words
from liftloop.profile.metric import Metric
from liftloop.profile.tags import TAG
from liftloop.storage.contract import LakeReader

PEOPLE_MAX = 20_000  # A group of a twentieth is then met within two points.
GROUPS_MAX = 60  # More would raise the bar for every one of them.
NAMED_MAX = 12  # Each is a question to the lake.
WORDS_MAX = 400
WORD_SHARE_MIN, WORD_SHARE_MAX = 0.02, 0.95
WORDS_OF_ONE_MAX = 6
_NAMES = {field.name: Words(zh=field.zh, en=field.en) for field in CUSTOMERS.fields}
_RECENCY_DAYS = (30, 90, 180, 365)
_ORDERS = ((1, 1), (2, 2), (3, None))


class Sample(Look):
    """The moments of every so-manieth person: events are read of these people alone."""

    def __init__(self, lake: LakeReader, moments: Moments, modulus: int) -> None:
        super().__init__(lake, moments)
        self.modulus = modulus
        self._sampled: dict[tuple[str, ...], Stream] = {}

    def named(self, events: tuple[str, ...]) -> Stream:
        if events not in self._sampled:
            columns = self.lake.select(SQL["named_part"], [list(events), self.modulus])
            self._sampled[events] = self.stream(happenings(columns))
        return self._sampled[events]

    def categories(self, names: Sequence[str]) -> list[Flags]:
        """Return who had bought of each category in the year before."""
        columns = self.lake.select(SQL["order_lines_part"], [list(names), self.modulus])
        lines = self.stream(happenings(columns))
        return [lines.where(columns["category"] == at).count(days_before(365)) > 0 for at in range(1, len(names) + 1)]

    def words(self, pairs: Sequence[tuple[str, str]]) -> list[Flags]:
        """Return who has each word of an attribute; one that was first said later counts as said before."""
        columns = self.lake.select(
            SQL["attribute_people"], [[key for key, _ in pairs], [word for _, word in pairs], self.modulus]
        )
        return [np.isin(self.profile, columns["profile"][columns["place"] == at]) for at in range(1, len(pairs) + 1)]


def diagnosis_of(
    lake: LakeReader, population: Population, metric: Metric, window_days: int, at: tuple[int, Shop]
) -> Diagnosis | None:
    """Return where a metric is lost and for whom as of an instant; None without people in both windows."""
    now_ms, shop = at
    span = window_days * DAY_MS
    modulus = max(1, -(-shop.people // PEOPLE_MAX))
    starts = [now_ms - span, now_ms - 2 * span]
    moments = Moments(statement="windows", parameters=(starts, modulus, shop.first_ms, now_ms))
    look = Sample(lake, moments, modulus)
    if not look.count:
        return None
    inside = included(look, population)
    latest = look.at_ms == starts[0]
    groups, member = groups_in(look, population, shop.people)
    seen = Seen(
        value=outcomes(look, population.outcome, span)[inside],
        latest=latest[inside],
        member=np.array(member, dtype=np.bool_).reshape(len(groups), look.count)[:, inside],
        stands_for=modulus,
    )
    steps = _steps(look, (inside, latest), span) if _orders(population) else ()
    return diagnose(seen, groups, steps, 1.0 if metric.good == "up" else -1.0)


def groups_in(look: Sample, population: Population, people: int) -> tuple[tuple[Group, ...], list[Flags]]:
    """Return the groups worth a look, as trees, and who of the moments was in each then.

    By recency and frequency of orders, goods, words of attributes, levels and tags. Each membership is what the lake
    answers when it is asked for the tree.
    """
    found = [*_recency(look), *_frequency(look), *_categories(look), *_words(look, people)]
    found += _named(look, population)
    found = found[:GROUPS_MAX]
    return tuple(group for group, _ in found), [flags for _, flags in found]


def members(look: Look, population: Population, tree: Mapping[str, Any]) -> Flags:
    """Return whom a tree held for at each moment, as the lake answers."""
    asked = selection_at(tree, population.meanings, SQL[look.moments.statement], look.moments.parameters)
    found = np.zeros(look.count, dtype=np.bool_)
    found[look.lake.select(asked.text, asked.parameters)["profile"].astype(np.int64)] = True
    return found


def _recency(look: Sample) -> list[tuple[Group, Flags]]:
    within_days = {days: look.named((ORDER,)).count(days_before(days)) > 0 for days in _RECENCY_DAYS}
    found: list[tuple[Group, Flags]] = []
    for since, until in zip((0, *_RECENCY_DAYS), _RECENCY_DAYS, strict=False):
        within: dict[str, Any] = {"event": ORDER, "within_days": until}
        tree = {"all": [within, {"not": {"event": ORDER, "within_days": since}}]} if since else within
        zh = f"{since}–{until} 天前最后一次下单" if since else f"最近 {until} 天下过单"
        en = f"last order {since}–{until} days ago" if since else f"ordered in the last {until} days"
        flags = within_days[until] & ~within_days[since] if since else within_days[until]
        found.append((Group(name=Words(zh=zh, en=en), tree=tree), flags))
    return found


def _frequency(look: Sample) -> list[tuple[Group, Flags]]:
    times = look.named((ORDER,)).count(days_before(365))
    found: list[tuple[Group, Flags]] = []
    for low, high in _ORDERS:
        count = {"gte": low} if high is None else {"gte": low, "lte": high}
        more = (" 单以上", " or more") if high is None else (" 单", "")
        name = Words(
            zh=f"一年下过 {low}{more[0]}", en="1 order in a year" if high == 1 else f"{low}{more[1]} orders in a year"
        )
        flags = (times >= low) & (times <= (high or np.inf))
        found.append((Group(name=name, tree={"event": ORDER, "within_days": 365, "count": count}), flags))
    return found


def _categories(look: Sample) -> list[tuple[Group, Flags]]:
    names = [str(name) for name in look.lake.select(SQL["category_top"])["category"].tolist()]
    if not names:
        return []
    called = categories_called(look.lake.select(CATEGORY_NAMES, [names]))
    said = {name: called.get(name, Said(name, name)) for name in names}
    groups = [
        Group(
            name=Words(zh=f"一年内买过{said[name].zh}", en=f"bought {said[name].en} in a year"),
            tree={"event": ORDER, "within_days": 365, "where": {"property": "products.category", "is": name}},
        )
        for name in names
    ]
    return list(zip(groups, look.categories(names), strict=True))


def _named(look: Sample, population: Population) -> list[tuple[Group, Flags]]:
    """Return levels and tags: what a group is called here."""
    found: list[tuple[Group, Flags]] = []
    for identity in list(population.meanings.audiences)[:NAMED_MAX]:
        if identity.startswith((LEVEL, TAG)):
            word = identity.partition(":")[2]
            group = Group(name=Words(zh=f"“{word}”", en=f"“{word}”"), tree={"audience": identity})
            found.append((group, members(look, population, group.tree)))
    return found


def _words(look: Sample, people: int) -> list[tuple[Group, Flags]]:
    """Return the commonest words of attributes that some have and not all: cities, levels, channels of entry."""
    columns = look.lake.select(SQL["attribute_words_part"], [WORDS_MAX, look.modulus])
    rows = zip(columns["key"].tolist(), columns["word"].tolist(), columns["people"].tolist(), strict=True)
    counted: dict[str, int] = {}
    pairs: list[tuple[str, str]] = []
    for key, word, count in rows:
        if not WORD_SHARE_MIN * people <= count * look.modulus <= WORD_SHARE_MAX * people:
            continue
        counted[key] = counted.get(key, 0) + 1
        if counted[key] <= WORDS_OF_ONE_MAX:
            pairs.append((key, word))
    if not pairs:
        return []
    groups = [
        Group(name=_has(_NAMES.get(key, Words(zh=key, en=key)), key, word), tree={"trait": key, "is": word})
        for key, word in pairs
    ]
    return list(zip(groups, look.words(pairs), strict=True))


def _has(name: Words, trait: str, word: str) -> Words:
    value = known_value(trait, word) or Said(word, word)
    space = " " if name.zh[-1].isascii() else ""  # Between Latin letters and Chinese.
    return Words(zh=f"{name.zh}{space}是「{value.zh}」", en=f"{name.en} “{value.en}”")


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
