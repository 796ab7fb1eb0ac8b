"""Reads the lake into the plain columns that the study of traits is made from."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.app.category_names import CATEGORY_NAMES, categories_called
from liftloop.app.item_names import ITEM_NAMES, names_of
from liftloop.app.words import Said
from liftloop.kernel.clock import DAY_MS
from liftloop.profile.studies.cycles import FOLLOWERS_MIN, Bought, Sequences
from liftloop.profile.studies.habits import INTEREST_HALF_LIFE_DAYS, INTEREST_WEIGHTS, Counts, Hours, Interests
from liftloop.profile.studies.purchases import Floats, Integers, Purchases
from liftloop.storage.contract import Array, LakeReader

FADED_HALF_LIVES = 6
"""What is older weighs less than two percent of what is new."""
HABIT_DAYS = 180
"""Who came in the mornings two years ago may have another job."""

_FILE = (files("liftloop.app.studies") / "traits.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip()
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}


class Past(Struct, frozen=True, kw_only=True, eq=False):
    """All that the study reads, as of one instant."""

    profile: Integers
    """Everybody, ascending."""
    seen_ms: Integers
    purchases: Purchases
    buyer: Integers
    last_ms: Integers
    orders: Integers
    spent_fen: Floats
    """Of those who ever ordered, ascending, as the person view says it; refunds taken off."""
    bought: Bought
    sequences: Sequences
    named: Mapping[str, str]
    """Successors that the catalog names, by item."""
    barred: frozenset[str]
    """Items that may not be recommended."""
    item_names: Mapping[str, str]
    """What the things are called that were ever bought, or come after one, by id."""
    category_names: Mapping[str, Said]
    """What categories are called that are codes."""
    interests: Interests
    hours: Hours
    sent: Counts
    answered: Counts
    channels: tuple[str, ...]


def read_past(lake: LakeReader, now_ms: int, offset_ms: int) -> Past:
    """Return what everybody did until now, days by the shop's clock."""
    people = lake.select(SQL["people"], [now_ms])
    purchases = lake.select(SQL["purchases"], [now_ms, offset_ms])
    interests = _interests(lake, now_ms)
    buyers = lake.select(SQL["buyers"], [now_ms])
    named = lake.select(SQL["named_successors"])
    sent, answered = lake.select(SQL["sent"], [now_ms]), lake.select(SQL["answered"], [now_ms])
    channels = tuple(sorted({str(each) for each in (*sent["channel"], *answered["channel"])}))
    bought = read_bought(lake, now_ms, offset_ms)
    successor = dict(zip(map(str, named["item"]), map(str, named["successor"]), strict=True))
    return Past(
        profile=_whole(people["profile"]),
        seen_ms=_whole(people["seen_ms"]),
        purchases=Purchases(
            profile=_whole(purchases["profile"]),
            at_ms=_whole(purchases["at_ms"]),
            value_fen=purchases["value_fen"].astype(np.float64),
        ),
        buyer=_whole(buyers["profile"]),
        last_ms=_whole(buyers["last_ms"]),
        orders=_whole(buyers["orders"]),
        spent_fen=buyers["spent_fen"].astype(np.float64),
        bought=bought,
        sequences=read_sequences(lake, bought.items, now_ms, offset_ms),
        named=successor,
        barred=read_barred(lake),
        item_names=names_of(lake.select(ITEM_NAMES, [sorted({*bought.items, *successor.values()})])),
        category_names=categories_called(lake.select(CATEGORY_NAMES, [list(interests.categories)])),
        interests=interests,
        hours=_hours(lake, now_ms, offset_ms),
        sent=_counts(sent, channels),
        answered=_counts(answered, channels),
        channels=channels,
    )


def read_bought(lake: LakeReader, now_ms: int, offset_ms: int) -> Bought:
    """Return what everybody bought, an item once a day of the shop."""
    items = tuple(str(each) for each in lake.select(SQL["items"], [now_ms])["item"])
    rows = lake.select(SQL["bought"], [now_ms, offset_ms])
    return Bought(profile=_whole(rows["profile"]), item=_whole(rows["place"]), at_ms=_whole(rows["at_ms"]), items=items)


def read_barred(lake: LakeReader) -> frozenset[str]:
    """Return items that may not be recommended: sold out, sold at a loss, or gone from the catalog."""
    return frozenset(map(str, lake.select(SQL["barred_items"])["item"]))


def read_sequences(lake: LakeReader, items: Sequence[str], now_ms: int, offset_ms: int) -> Sequences:
    """Return which items people bought on the purchase after which."""
    rows = lake.select(SQL["sequences"], [now_ms, offset_ms, FOLLOWERS_MIN])
    place = {item: number for number, item in enumerate(items)}
    return Sequences(
        before=_places(rows["before"], place), after=_places(rows["after"], place), people=_whole(rows["people"])
    )


def _interests(lake: LakeReader, now_ms: int) -> Interests:
    half_life_ms = INTEREST_HALF_LIFE_DAYS * DAY_MS
    names, weights = list(INTEREST_WEIGHTS), list(INTEREST_WEIGHTS.values())
    rows = lake.select(SQL["interests"], [now_ms, half_life_ms, int(FADED_HALF_LIVES * half_life_ms), names, weights])
    categories = tuple(sorted({str(each) for each in rows["category"]}))
    place = {category: number for number, category in enumerate(categories)}
    return Interests(
        profile=_whole(rows["profile"]),
        category=_places(rows["category"], place),
        weight=rows["weight"].astype(np.float64),
        categories=categories,
    )


def _hours(lake: LakeReader, now_ms: int, offset_ms: int) -> Hours:
    rows = lake.select(SQL["hours"], [now_ms, offset_ms, HABIT_DAYS * DAY_MS])
    return Hours(
        profile=_whole(rows["profile"]), hour=rows["hour"].astype(np.uint8), times=rows["times"].astype(np.uint32)
    )


def _counts(rows: Mapping[str, Array], channels: Sequence[str]) -> Counts:
    place = {channel: number for number, channel in enumerate(channels)}
    return Counts(
        profile=_whole(rows["profile"]),
        kind=_places(rows["channel"], place),
        count=rows["times"].astype(np.float64),
    )


def _places(words: Array, place: Mapping[str, int]) -> Integers:
    return np.fromiter((place[str(word)] for word in words), np.int64, len(words))


def _whole(column: Any) -> Integers:
    return np.asarray(column).astype(np.int64, copy=False)
