"""What people said of themselves as features: numbers, ages, and frequent words as yes or no.

Only attributes that hardly ever change count: one that changes may have been changed by a contact, and would tell a
study of that contact's effect what it must not know.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.app.planning.reading import SQL
from liftloop.kernel.clock import DAY_MS
from liftloop.plan.inputs import Column, Floats, Integers
from liftloop.storage.contract import LakeReader

SAMPLE_PEOPLE = 20_000
KNOWN_SHARE_MIN = 0.1
LEVELS_MAX = 200  # More different words than that are names, not kinds.
NUMBER_LEVELS_MIN = 10  # A number with fewer values is a code, and its values are words.
LEVEL_SHARE_MIN = 0.01
ATTRIBUTES_MAX = 12
MOSTLY = 0.95


class Attribute(Struct, frozen=True, kw_only=True):
    """An attribute worth a feature; `path` is where it stands in the JSON of an identify."""

    name: str
    path: str
    kind: Literal["number", "date", "word"]


def attributes_of(lake: LakeReader, people: int) -> tuple[Attribute, ...]:
    """Return the attributes that most people have, that tell people apart and that do not change."""
    modulus = max(1, people // SAMPLE_PEOPLE)
    columns = lake.select(SQL["attribute_names"], [modulus])
    found: list[Attribute] = []
    rows = zip(*(columns[name].tolist() for name in ("key", "people", "levels", "numbers", "dates")), strict=True)
    for name, known, levels, numbers, dates in rows:
        kind = _kind(known, levels, numbers, dates)
        if known < KNOWN_SHARE_MIN * people / modulus or levels < 2 or kind is None:
            continue
        found.append(Attribute(name=name, path=f'$."{name}"', kind=kind))
    return tuple(found[:ATTRIBUTES_MAX])


def _kind(known: int, levels: int, numbers: float, dates: float) -> Literal["number", "date", "word"] | None:
    if numbers >= MOSTLY and levels >= NUMBER_LEVELS_MIN:
        return "number" if levels < MOSTLY * known else None  # As many numbers as people: they are ids.
    if dates >= MOSTLY and numbers < MOSTLY:
        return "date"
    return "word" if levels <= LEVELS_MAX else None


def attribute_features(lake: LakeReader, people: int, profile: Integers, at_ms: Integers) -> dict[str, Column]:
    """Return features of attributes for the people of some moments; dates become ages at the moment, in days."""
    found: dict[str, Column] = {}
    for attribute in attributes_of(lake, people):
        match attribute.kind:
            case "number":
                found[f"is:{attribute.name}"] = _of(profile, lake.select(SQL["attribute_number"], [attribute.path]))
            case "date":
                born = _of(profile, lake.select(SQL["attribute_date"], [attribute.path]))
                found[f"age:{attribute.name}"] = (at_ms - born) / DAY_MS
            case "word":
                found |= _words(lake, attribute, profile)
    return found


def _words(lake: LakeReader, attribute: Attribute, profile: Integers) -> dict[str, Column]:
    columns = lake.select(SQL["attribute_words"], [attribute.path])
    words = [str(word) for word in columns["word"]]
    place = _of(profile, lake.select(SQL["attribute_word"], [attribute.path, words]))
    found: dict[str, Column] = {}
    for number, word in enumerate(words, start=1):
        is_it = (place == number).astype(np.float64)
        if LEVEL_SHARE_MIN <= float(is_it.mean()) <= 1 - LEVEL_SHARE_MIN:
            found[f"is:{attribute.name}={word}"] = is_it
    return found


def _of(profile: Integers, columns: Mapping[str, Column]) -> Floats:
    """Return each person's value, NaN where unknown; the columns are in order of profile."""
    known, value = columns["profile"].astype(np.int64), columns["value"].astype(np.float64)
    if not known.size:
        return np.full(profile.size, np.nan)
    place = np.minimum(np.searchsorted(known, profile), known.size - 1)
    return np.where(known[place] == profile, value[place], np.nan)
