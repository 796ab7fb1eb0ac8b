"""Columns of exports that are no attributes: traits, the member level and tags, as the tick knows them now."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.dispatch.people import PeopleReader
from liftloop.app.dispatch.personal import Asked, PersonalReader, Told
from liftloop.app.shop_clock import shop_moment
from liftloop.app.text_variables import LEVEL as LEVEL_TEXT
from liftloop.app.text_variables import TAGS
from liftloop.app.tick_client import TickClient
from liftloop.audience.destinations import MEMBER_LEVEL
from liftloop.audience.reading import LEVEL
from liftloop.kernel.clock import Clock
from liftloop.profile.studied import STUDIED
from liftloop.profile.tags import TAG
from liftloop.storage.contract import StateReader, Vault

_OWN = {MEMBER_LEVEL: LEVEL_TEXT, TAGS: TAGS}
"""Columns that are said by name, and what texts call them."""


class ComputedColumns:
    """Tells what is computed of people, a part of an export at a time."""

    def __init__(
        self, tick: TickClient, state: StateReader, vault: Vault, definitions: Definitions, clock: Clock
    ) -> None:
        self._tick = tick
        self._definitions = definitions
        self._clock = clock
        self._people = PeopleReader(state, vault)
        self._personal = PersonalReader(state)

    async def of(self, numbers: Sequence[int], columns: Collection[str]) -> dict[int, dict[str, Any]]:
        """Return by profile the computed ones among `columns`: all of them for each person, None where not known.

        Levels and tags are said by their names, words as the codes that conditions compare, instants as ISO 8601.
        """
        live = self._definitions.live("trait")
        traits = [each for each in columns if each in STUDIED or each in live]
        own = [each for each in columns if each in _OWN]
        if not numbers or not (traits or own):
            return {}
        asked = Asked(
            profiles=sorted(numbers),
            traits=traits,
            inside=[*([LEVEL] if MEMBER_LEVEL in own else []), *([TAG] if TAGS in own else [])],
        )
        now_ms = self._clock.now_ms()
        told = msgspec.convert(await self._tick.ask("known", now_ms=now_ms, **msgspec.to_builtins(asked)), type=Told)
        attributes = await asyncio.to_thread(self._put, numbers, asked)
        personal = self._personal.read(told, attributes, now_ms)
        words = {0: None} | {each: text for each, (text, *_) in self._personal.words_in(told).items()}
        said = {number: personal.of(number, [_OWN[each] for each in own], "zh-CN") for number in told.profiles}
        return {
            number: {
                **{trait: _value(trait, told, row, words) for trait in traits},
                **{each: said[number].get(_OWN[each]) for each in own},
            }
            for row, number in enumerate(told.profiles)
        }

    def _put(self, numbers: Sequence[int], asked: Asked) -> Mapping[int, Mapping[str, Any]]:
        """Return by person until when tags hold that were put on them."""
        names = self._personal.put_tags(asked)
        return self._people.read(numbers, names).attributes if names else {}


def _value(trait: str, told: Told, row: int, words: Mapping[int, str | None]) -> Any:
    if trait in told.hashes:
        return words.get(told.hashes[trait][row])
    number = told.numbers[trait][row] if trait in told.numbers else None
    if number is None:
        return None
    if trait in STUDIED and STUDIED[trait].unit == "instant":
        return shop_moment(int(number)).isoformat()
    return int(number) if number.is_integer() else number
