"""What texts say of people beyond their attributes: the tick tells values and hashes, the state file the words."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.code_names import STAGE_NAMES, hour_of_week, medium_name
from liftloop.app.dispatch.people import ThingsReader, marks
from liftloop.app.shop_clock import shop_moment
from liftloop.app.text_variables import LEVEL, LEVEL_BENEFITS, OWN, TAGS, TRAITS
from liftloop.app.words import Said
from liftloop.audience.reading import LEVEL as LEVEL_PREFIX
from liftloop.profile.studied import CATEGORY_TRAITS, ITEM_TRAITS, STUDIED
from liftloop.profile.tags import TAG, tag_attribute
from liftloop.storage.contract import StateReader


class Asked(Struct, frozen=True, kw_only=True):
    """What a batch's texts ask of its people."""

    profiles: Sequence[int]
    traits: Sequence[str]
    inside: Sequence[str]
    """How the ids of levels and tags begin that are asked for."""


class Told(Struct, frozen=True, kw_only=True):
    """The tick's answer; columns beside `profiles`."""

    profiles: Sequence[int]
    numbers: Mapping[str, Sequence[float | None]]
    hashes: Mapping[str, Sequence[int]]
    inside: Sequence[Sequence[str]]


AskPeople = Callable[[Asked], Awaitable[Told]]
"""Ask the tick about people, once it answers at all."""


def asked_of(profiles: Collection[int], names: Collection[str]) -> Asked:
    """Return what to ask so that these names below `person` can be said."""
    inside = [LEVEL_PREFIX] if {LEVEL, LEVEL_BENEFITS} & set(names) else []
    inside += [TAG] if TAGS in names else []
    traits = sorted({TRAITS.get(name, name) for name in names if name not in OWN})
    return Asked(profiles=sorted(profiles), traits=traits, inside=inside)


class Personal:
    """What a batch's people are called, have and are; in the language of each text."""

    def __init__(self, told: Told, words: "_Words", put: Mapping[int, Collection[str]]) -> None:
        self._told = told
        self._words = words
        self._put = put
        self._row = {profile: row for row, profile in enumerate(told.profiles)}

    def of(self, profile: int, names: Iterable[str], language: str) -> dict[str, Any]:
        """Return a person's values by name below `person`; what is not known is left out, as attributes are."""
        row = self._row.get(profile)
        if row is None:
            return {}
        values = {name: self._value(row, profile, name, language) for name in names}
        return {name: value for name, value in values.items() if value not in (None, "", [])}

    def _value(self, row: int, profile: int, name: str, language: str) -> Any:
        match name:
            case "level" | "level_benefits":
                level = self._level(row)
                return level.get("name" if name == LEVEL else "benefits") if level else None
            case "tags":
                held = {*self._inside(row, TAG), *self._put.get(profile, ())} & self._words.tags.keys()
                return sorted(str(self._words.tags[each]["name"]) for each in held)
            case _:
                return self._trait(row, TRAITS.get(name, name), language)

    def _level(self, row: int) -> Mapping[str, Any] | None:
        return next((self._words.levels.get(each) for each in self._inside(row, LEVEL_PREFIX)), None)

    def _inside(self, row: int, prefix: str) -> list[str]:
        return [each.removeprefix(prefix) for each in self._told.inside[row] if each.startswith(prefix)]

    def _trait(self, row: int, trait: str, language: str) -> Any:
        if trait in self._told.numbers:
            number = self._told.numbers[trait][row]
            return None if number is None else _said(_number(trait, number), language)
        word = self._words.of_hash.get(self._told.hashes[trait][row]) if trait in self._told.hashes else None
        if word is None:
            return None
        text, name, name_en = word
        if trait in CATEGORY_TRAITS and name:
            return _said(Said(name, name_en or name), language)
        if trait in ITEM_TRAITS:
            return {**({"name": name} if name else {}), **self._words.items.get(text, {}), "id": text}
        return _said(_word(trait, text), language)


def _number(trait: str, number: float) -> Said | str | float:
    match STUDIED[trait].unit if trait in STUDIED else "none":
        case "instant":
            return shop_moment(int(number)).isoformat()
        case "hour_of_week":
            return hour_of_week(int(number))
        case _:
            return int(number) if number.is_integer() else number


def _word(trait: str, text: str) -> Said | str:
    match trait:
        case "lifecycle_stage":
            return STAGE_NAMES.get(text, text)
        case "best_channel":
            return medium_name(text)
        case _:
            return text


def _said(value: Said | str | float, language: str) -> str | float:
    if isinstance(value, Said):
        return value.zh if language.startswith("zh") else value.en
    return value


class _Words(Struct, frozen=True, kw_only=True):
    """What ids and hashes stand for."""

    levels: Mapping[str, Mapping[str, Any]]
    tags: Mapping[str, Mapping[str, Any]]
    items: Mapping[str, Mapping[str, Any]]
    of_hash: Mapping[int, tuple[str, str, str]]


class PersonalReader:
    """Puts words to what the tick tells, a batch at a time."""

    def __init__(self, state: StateReader) -> None:
        self._state = state
        self._things = ThingsReader(state)

    def put_tags(self, asked: Asked) -> Sequence[str]:
        """Return the attributes that say which tags were put on people, none where nobody asks for tags."""
        if TAG not in asked.inside:
            return ()
        return [tag_attribute(each) for each, body in self._things.live("tag").items() if not body.get("where")]

    def read(self, told: Told, attributes: Mapping[int, Mapping[str, Any]], now_ms: int) -> Personal:
        """Return what can be said; `attributes` are those of `put_tags`, by profile number."""
        of_hash = self.words_in(told)
        items = {of_hash[each][0] for trait in ITEM_TRAITS for each in told.hashes.get(trait, ()) if each in of_hash}
        words = _Words(
            levels=self._things.live("level"),
            tags=self._things.live("tag"),
            items=self._things.read("item", items) if items else {},
            of_hash=of_hash,
        )
        put = {
            profile: [
                name.removeprefix(TAG)
                for name, until in of_person.items()
                if name.startswith(TAG) and isinstance(until, int | float) and until > now_ms
            ]
            for profile, of_person in attributes.items()
        }
        return Personal(told, words, put)

    def words_in(self, told: Told) -> dict[int, tuple[str, str, str]]:
        """Return the words behind the hashes that the tick told, each with its names in Chinese and English."""
        hashes = {each for column in told.hashes.values() for each in column} - {0}
        if not hashes:
            return {}
        query = f"SELECT hash, text, name, name_en FROM word WHERE hash IN ({marks(len(hashes))})"
        return {
            hashed: (text, name or "", english or "")
            for hashed, text, name, english in self._state.rows(query, tuple(hashes))
        }
