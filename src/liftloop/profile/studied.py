"""Traits that a study computes from the lake for everybody: what they are called, and how their values travel.

A studied trait has a column in memory, as a live trait has; between two studies it stands still.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.codec import pack, pack_columns, unpack_columns
from liftloop.storage.contract import ArraySpec

TRAIT_STUDIED = "trait.studied"
"""A study's new values of one trait: `StudiedPart`, named by the trait."""
TRAITS_STUDIED = "traits.studied"
"""A study ended: JSON of what it found for how many, and by which parameters."""

Unit = Literal["fen", "days", "times", "share", "score", "instant", "hour_of_week", "none"]


class StudiedTrait(Struct, frozen=True, kw_only=True):
    """One trait; texts are compared with `is`, `is_not`, `in` and `exists`, numbers with comparisons."""

    id: str
    type: Literal["number", "text"]
    unit: Unit = "none"
    by: Literal["study", "ledger", "prediction"] = "study"
    """What says it: the study, the tick's own ledger of points, live, or a study of what behaviour predicts."""


class StudiedPart(Struct, frozen=True, kw_only=True, array_like=True):
    """New values of one trait for some people; who is not named keeps what was known."""

    first: bool
    """Whether this trait was never studied before: then nothing that follows from it may trigger."""
    columns: bytes
    """Packed columns {profile, value, since_ms}: numbers, NaN for none, or places in `words`, -1 for none."""
    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    """What people call each word, empty where it says so itself; none at all where nothing is told of names."""
    names_en: tuple[str, ...] = ()
    """The same in English, empty where that is no other name; none at all where no word has two."""


LIKENESS = "likeness:"
"""Before the id of an audience: how much somebody is like its members, from 0 to 1 by rank."""


class StudiedTraits(Mapping[str, StudiedTrait]):
    """The traits that studies compute; iterated are those of every shop, likeness to an audience is known by name."""

    def __init__(self, traits: Iterable[StudiedTrait]) -> None:
        self._traits = {each.id: each for each in traits}

    def __getitem__(self, identity: str) -> StudiedTrait:
        if identity.startswith(LIKENESS):
            return StudiedTrait(id=identity, type="number", unit="share", by="prediction")
        return self._traits[identity]

    def __iter__(self) -> Iterator[str]:
        return iter(self._traits)

    def __len__(self) -> int:
        return len(self._traits)


STUDIED = StudiedTraits(
    each
    for each in (
        StudiedTrait(id="alive_probability", type="number", unit="share"),
        StudiedTrait(id="orders_expected_365d", type="number", unit="times"),
        StudiedTrait(id="clv_fen", type="number", unit="fen"),
        StudiedTrait(id="rfm_recency_score", type="number", unit="score"),
        StudiedTrait(id="rfm_frequency_score", type="number", unit="score"),
        StudiedTrait(id="rfm_monetary_score", type="number", unit="score"),
        StudiedTrait(id="lifecycle_stage", type="text"),
        StudiedTrait(id="lifecycle_since_ms", type="number", unit="instant"),
        StudiedTrait(id="order_interval_days", type="number", unit="days"),
        StudiedTrait(id="replenish_item", type="text"),
        StudiedTrait(id="replenish_due_ms", type="number", unit="instant"),
        StudiedTrait(id="successor_item", type="text"),
        StudiedTrait(id="recommended_item", type="text"),
        StudiedTrait(id="recommended_why", type="text"),
        StudiedTrait(id="interest_category", type="text"),
        StudiedTrait(id="interest_share", type="number", unit="share"),
        StudiedTrait(id="interest_category_second", type="text"),
        StudiedTrait(id="best_hour_of_week", type="number", unit="hour_of_week"),
        StudiedTrait(id="best_channel", type="text"),
        StudiedTrait(id="points_balance", type="number", by="ledger"),
        StudiedTrait(id="points_expire_next", type="number", by="ledger"),
        StudiedTrait(id="points_expire_next_ms", type="number", unit="instant", by="ledger"),
        StudiedTrait(id="segment", type="text", by="prediction"),
    )
)


ITEM_TRAITS = frozenset({"replenish_item", "successor_item", "recommended_item"})
"""Traits whose words are ids of items."""
CATEGORY_TRAITS = frozenset({"interest_category", "interest_category_second"})
"""Traits whose words are categories, in some shops codes."""


class Studied(Struct, frozen=True, kw_only=True, eq=False):
    """What a study found of one trait: shape [people] each."""

    trait: str
    profile: NDArray[np.int64]
    value: NDArray[np.float64] | NDArray[np.int32]
    """Numbers, NaN for none; of a text the place in `words`, -1 for none."""
    words: tuple[str, ...] = ()
    since_ms: NDArray[np.int64] | None = None
    """Since when the value holds, where that is known better than that the study found it."""


def studied_array(trait: str, part: str) -> str:
    """Return the array that holds the `number` or `text` (a hash) of a studied trait."""
    return f"studied.{trait}.{part}"


def studied_spec(trait: str) -> ArraySpec:
    if STUDIED[trait].type == "text":
        return ArraySpec(name=studied_array(trait, "text"), dtype="<u8", fill=0, domain="profile")
    return ArraySpec(name=studied_array(trait, "number"), dtype="<f8", fill=float("nan"), domain="profile")


def part_of(studied: Studied, rows: NDArray[np.int64], *, first: bool) -> bytes:
    """Return the body of a fact about some rows of what was found; its words are those that these rows use."""
    value, words = studied.value[rows], studied.words
    if words:
        used, value = np.unique(value, return_inverse=True)
        has_none = int(len(used) > 0 and used[0] < 0)
        value = (value - has_none).astype(np.int32)
        words = tuple(words[place] for place in used[has_none:].tolist())
    columns = {"profile": studied.profile[rows], "value": value}
    if studied.since_ms is not None:
        columns["since_ms"] = studied.since_ms[rows]
    return pack(StudiedPart(first=first, columns=pack_columns(columns), words=words))


def words_of(words: Sequence[str], names: Mapping[str, str], names_en: Mapping[str, str] | None = None) -> bytes:
    """Return the body of a fact that tells the words of a text trait, with names by word, and nobody's value."""
    nobody = {"profile": np.zeros(0, np.int64), "value": np.zeros(0, np.int32)}
    called = tuple(names.get(word, "") for word in words)
    english = tuple(names_en.get(word, "") for word in words) if names_en else ()
    columns = pack_columns(nobody)
    return pack(StudiedPart(first=False, columns=columns, words=tuple(words), names=called, names_en=english))


class StudiedRows(Struct, frozen=True, kw_only=True, eq=False):
    """A part as columns."""

    first: bool
    profile: NDArray[np.int64]
    number: NDArray[np.float64]
    """NaN for none and for texts."""
    place: NDArray[np.int64]
    """Place in `words`; -1 for none and for numbers."""
    words: tuple[str, ...]
    names: tuple[str, ...]
    """Of each word; empty where the part tells no names."""
    names_en: tuple[str, ...]
    since_ms: NDArray[np.int64] | None


def rows_of(trait: str, part: StudiedPart) -> StudiedRows:
    """Return the columns of a part; raises `ValueError` or `KeyError` where it is none."""
    columns = unpack_columns(part.columns)
    profile, value = np.asarray(columns["profile"], dtype=np.int64), np.asarray(columns["value"], dtype=np.float64)
    nothing = np.full(len(profile), np.nan)
    is_text = STUDIED[trait].type == "text"
    place = value.astype(np.int64) if is_text else np.full(len(profile), -1)
    if len(value) != len(profile) or (place >= len(part.words)).any():
        raise ValueError("columns of different lengths, or words that are not there")
    if any(names and len(names) != len(part.words) for names in (part.names, part.names_en)):
        raise ValueError("names that are not those of the words")
    return StudiedRows(
        first=part.first,
        profile=profile,
        number=nothing if is_text else value,
        place=place,
        words=part.words,
        names=part.names,
        names_en=part.names_en,
        since_ms=np.asarray(columns["since_ms"], dtype=np.int64) if "since_ms" in columns else None,
    )
