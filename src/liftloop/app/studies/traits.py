"""The study of traits: from the lake, for everybody, once a day or when asked; its facts become columns."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.app.studies.reading import SQL, Past, read_past
from liftloop.app.tick_client import TickClient
from liftloop.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, Clock
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.sets import distinct
from liftloop.profile.studied import (
    CATEGORY_TRAITS,
    ITEM_TRAITS,
    STUDIED,
    TRAIT_STUDIED,
    TRAITS_STUDIED,
    Studied,
    part_of,
    words_of,
)
from liftloop.profile.studies.cycles import (
    interval_traits,
    item_cycles,
    replenishment_traits,
    successor_traits,
    successors,
)
from liftloop.profile.studies.habits import best_channel_traits, best_hour_traits, interest_traits
from liftloop.profile.studies.lifecycle import Rhythm, lifecycle_traits, rhythm_of
from liftloop.profile.studies.purchases import buyers_of
from liftloop.profile.studies.recommended import Patterns, patterns_of, recommend, recommended_traits
from liftloop.profile.studies.worth import WorthModel, fit_worth, rfm_traits, worth_traits
from liftloop.storage.contract import LakeReader, StorageError

STUDY_HOUR = 3
"""Of the shop's day: when nobody shops."""
AFTER_IMPORT_MS = 10 * MINUTE_MS
"""Several files often come one after the other; one study is enough for them."""
LOOK_EVERY_S = 5.0
PEOPLE_AT_ONCE = 20_000
"""Whose new values one tick takes in: with two hundred audiences that is about 50 ms."""
_SYSTEM = "system:desk"

_LOGGER = logging.getLogger("liftloop.desk")


class StudyBusy(LiftloopError):
    """A study of traits is under way."""

    def __init__(self) -> None:
        super().__init__(
            "study_busy",
            zh="正在计算客户画像",
            en="a study of traits is under way",
            next_zh="等它完成再试",
            next_en="wait until it is done",
            status=409,
        )


class StudyReport(Struct, frozen=True, kw_only=True):
    """What a study found."""

    at_ms: int
    people: int
    changed: int
    """People of whom at least one value is another than before."""
    traits: Mapping[str, int]
    """How many people have a value of each trait."""
    rhythm: Rhythm
    worth: WorthModel | None
    """None where too few people came back."""


class Findings(Struct, frozen=True, kw_only=True, eq=False):
    """All traits of everybody, and by what they were found."""

    people: int
    traits: Sequence[Studied]
    rhythm: Rhythm
    worth: WorthModel | None


def study_of(past: Past, now_ms: int) -> Findings:
    """Return the traits of everybody as of now: pure, whole, from columns to columns."""
    buyers = buyers_of(past.purchases)
    rhythm, worth = rhythm_of(past.purchases), fit_worth(buyers, now_ms)
    owners = np.bincount(distinct_items(past), minlength=len(past.bought.items))
    following = successors(past.bought.items, past.sequences, owners, past.named)
    cycles = item_cycles(past.bought)
    needs = [*replenishment_traits(past.bought, cycles, now_ms), *successor_traits(past.bought, following)]
    traits = [
        *(worth_traits(buyers, worth, now_ms) if worth is not None else ()),
        *rfm_traits(past.buyer, past.last_ms, past.orders, past.spent_fen),
        *lifecycle_traits(past.purchases, buyers, (past.profile, past.seen_ms), rhythm, now_ms),
        *interval_traits(past.purchases, buyers),
        *needs,
        *_recommended(past, patterns_of(past.bought, cycles, needs, now_ms), now_ms),
        *interest_traits(past.interests),
        *best_hour_traits(past.hours),
        *best_channel_traits(past.sent, past.answered, past.channels),
    ]
    return Findings(people=len(past.profile), traits=traits, rhythm=rhythm, worth=worth)


def _recommended(past: Past, patterns: Patterns, now_ms: int) -> list[Studied]:
    """Return what to recommend to everybody, buyers or not; a shop without purchases has nothing to recommend."""
    if not past.bought.items:
        return []
    open_ = np.array([item not in past.barred for item in past.bought.items], dtype=np.bool_)
    asked = (past.profile, np.full(past.profile.size, now_ms))
    return recommended_traits(recommend(past.bought, patterns, open_, asked))


def _read(lake: LakeReader, now_ms: int) -> tuple[Past, dict[str, Mapping[str, Any]]]:
    """Return the past, and what is known of each trait that the study finds."""
    studied = [each for each, about in STUDIED.items() if about.by == "study"]
    return read_past(lake, now_ms, SHANGHAI_OFFSET_MINUTES * MINUTE_MS), known_values(lake, studied)


class TraitStudies:
    """One study at a time; it also runs by itself every `days` days, and some minutes after an import.

    With `days` 0 it runs only when asked.
    """

    def __init__(self, follower: Follower, tick: TickClient, clock: Clock, days: int) -> None:
        self._follower = follower
        self._tick = tick
        self._clock = clock
        self._days = days
        self._alone = asyncio.Lock()
        self._due_ms = _next_study_ms(clock.now_ms(), days)

    def soon(self) -> None:
        """Let the next study begin some minutes from now: much has come in."""
        self._due_ms = min(self._due_ms, self._clock.now_ms() + AFTER_IMPORT_MS)

    async def run(self) -> StudyReport:
        """Study everybody now and return once the tick has folded all that is new. Raises `StudyBusy`."""
        if self._alone.locked():
            raise StudyBusy
        async with self._alone:
            now_ms = self._clock.now_ms()
            await self._follower.catch_up()
            past, known = await self._follower.study(lambda lake: _read(lake, now_ms))
            findings = await asyncio.to_thread(study_of, past, now_ms)
            await say_words(self._tick, findings.traits, past, now_ms)
            changes = await asyncio.to_thread(changes_of, findings.traits, known)
            changed = await say_changes(self._tick, changes, now_ms)
            report = StudyReport(
                at_ms=now_ms,
                people=findings.people,
                changed=changed,
                traits={each.trait: len(each.profile) for each in findings.traits},
                rhythm=findings.rhythm,
                worth=findings.worth,
            )
            await self._tick.facts([fact(TRAITS_STUDIED, "", canonical_json(report), _SYSTEM, now_ms)])
            self._due_ms = _next_study_ms(now_ms, self._days)
        await self._follower.catch_up()
        return report

    async def last(self) -> Mapping[str, Any] | None:
        """Return the report of the last study as JSON says it, None before the first."""
        rows = await self._follower.select(SQL["last"])
        return parse_json(str(rows["body"][0])) if len(rows["body"]) else None

    async def run_if_due(self) -> None:
        """Do a study if its time has come; what hinders it is logged, and tried again."""
        if not self._days or self._clock.now_ms() < self._due_ms or self._alone.locked():
            return
        try:
            report = await self.run()
        except (StorageError, LiftloopError) as error:
            _LOGGER.warning("the study of traits has to wait: %s", error)
            return
        _LOGGER.debug("studied %s people, %s changed", report.people, report.changed)

    async def run_daily(self) -> None:
        """Run until cancelled."""
        while True:
            await self.run_if_due()
            await asyncio.sleep(LOOK_EVERY_S)


class Change(Struct, frozen=True, kw_only=True, eq=False):
    """The rows of a finding that say something new."""

    found: Studied
    rows: NDArray[np.int64]
    first: bool

    def between(self, low: int, high: int) -> NDArray[np.int64]:
        profile = self.found.profile[self.rows]
        return self.rows[np.searchsorted(profile, low) : np.searchsorted(profile, high, side="right")]


async def say_words(tick: TickClient, traits: Sequence[Studied], past: Past, now_ms: int) -> None:
    """Tell the tick every word of the text traits: memory has only their hashes, and who is written to reads words."""
    texts = [each for each in traits if each.words]
    bodies = [(each.trait, words_of(each.words, *_called(each.trait, past))) for each in texts]
    await tick.facts([fact(TRAIT_STUDIED, trait, body, _SYSTEM, now_ms) for trait, body in bodies])


def _called(trait: str, past: Past) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the words of a trait are called in Chinese and, where that is another name, in English."""
    if trait in ITEM_TRAITS:
        return past.item_names, {}
    if trait in CATEGORY_TRAITS:
        names = past.category_names
        return {each: names[each].zh for each in names}, {each: names[each].en for each in names}
    return {}, {}


async def say_changes(tick: TickClient, changes: Sequence["Change"], now_ms: int) -> int:
    """Send what changed, everything of some people at once, so that each is looked at once; return how many."""
    if not changes:
        return 0
    people = distinct(np.concatenate([change.found.profile[change.rows] for change in changes]))
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        low, high = people[start], people[min(start + PEOPLE_AT_ONCE, len(people)) - 1]
        records = [
            fact(TRAIT_STUDIED, change.found.trait, part_of(change.found, rows, first=change.first), _SYSTEM, now_ms)
            for change in changes
            if len(rows := change.between(low, high))
        ]
        await tick.facts(records)
    return len(people)


def changes_of(traits: Sequence[Studied], known: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """Return what to say: values that differ, and that somebody has one no more."""
    found = {each.trait: each for each in traits}
    changes: list[Change] = []
    for trait, columns in known.items():
        before = np.asarray(columns["profile"]).astype(np.int64)
        is_text = STUDIED[trait].type == "text"
        nobody = np.zeros(0, np.int32) if is_text else np.zeros(0)
        now = found.get(trait) or Studied(trait=trait, profile=before[:0], value=nobody)
        words = {word: number for number, word in enumerate(now.words)}
        extended = _with_the_lost(now, before, is_text=is_text)
        held = np.full(len(extended.profile), np.nan)
        place = np.searchsorted(extended.profile, before)
        if is_text:
            # A word that nobody has any more is none of the new ones, and not the same as none.
            told = (-1 if word is None else words.get(str(word), -2) for word in columns["word"])
            held[place] = np.fromiter(told, np.float64, len(before))
            held[np.isnan(held)] = -1
        else:
            held[place] = np.asarray(columns["number"], dtype=np.float64)
        value = extended.value.astype(np.float64)
        rows = np.flatnonzero((held != value) & ~(np.isnan(held) & np.isnan(value)))
        if len(rows):
            changes.append(Change(found=extended, rows=rows, first=not len(before)))
    return changes


def _with_the_lost(now: Studied, before: NDArray[np.int64], *, is_text: bool) -> Studied:
    """Return a finding in which people who had a value and have none now stand with none; profiles ascending."""
    lost = np.setdiff1d(before, now.profile)
    if not len(lost) and (np.diff(now.profile) > 0).all():
        return now
    nothing = np.full(len(lost), -1, np.int32) if is_text else np.full(len(lost), np.nan)
    profile = np.concatenate([now.profile, lost])
    order = np.argsort(profile)
    value: Any = np.concatenate([now.value, nothing])[order]
    since_ms = None
    if now.since_ms is not None:
        since_ms = np.concatenate([now.since_ms, np.zeros(len(lost), np.int64)])[order]
    return Studied(trait=now.trait, profile=profile[order], value=value, words=now.words, since_ms=since_ms)


def known_values(lake: LakeReader, traits: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Return the values that people have now of each trait, as columns."""
    return {trait: lake.select(SQL["known"], [trait]) for trait in traits}


def distinct_items(past: Past) -> NDArray[np.int64]:
    """Return the item of each (person, item) pair."""
    bought = past.bought
    first = np.ones(len(bought.item), dtype=np.bool_)
    first[1:] = (bought.profile[1:] != bought.profile[:-1]) | (bought.item[1:] != bought.item[:-1])
    return bought.item[first]


def _next_study_ms(now_ms: int, days: int) -> int:
    """Return the STUDY_HOUR of the shop's day so many days from now."""
    past_hour_ms = (now_ms + SHANGHAI_OFFSET_MINUTES * MINUTE_MS - STUDY_HOUR * HOUR_MS) % DAY_MS
    return now_ms - past_hour_ms + days * DAY_MS
