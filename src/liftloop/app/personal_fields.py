"""Says which fields of people are sealed, which are only hidden on screens, and by which patterns."""

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.masking import PERSONAL_WORDS, sounds_personal
from liftloop.app.naming.vocabulary import trait_name
from liftloop.app.words import Said
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS
from liftloop.storage.contract import StateReader

ROWS_MAX = 200_000
"""Rows of attributes in which names are looked for: the first people's, which is as good as any."""

_NAMES = "SELECT DISTINCT name FROM (SELECT name FROM attribute WHERE sealed = 0 LIMIT ?) ORDER BY name"


class PersonalField(Struct, frozen=True, kw_only=True):
    """A field of people by its id and what people call it."""

    id: str
    name: Said


class PersonalFields(Struct, frozen=True, kw_only=True):
    """What of people is protected, and how."""

    sealed: tuple[str, ...]
    """Names that are sealed wherever they stand."""
    sealed_traits: tuple[str, ...]
    """Names that are sealed among traits as well."""
    own: tuple[PersonalField, ...]
    """Fields of the shop's own that are sealed since they were defined."""
    words: tuple[str, ...]
    """Words that hide an attribute by its name."""
    hidden: tuple[PersonalField, ...]
    """Attributes there are that lie in the clear and are only hidden."""


async def personal_fields(desk: Desk) -> PersonalFields:
    """Return what is sealed and what is only hidden in this installation."""
    fields = desk.definitions.live("field")
    own = {identity: body for identity, body in fields.items() if body.get("personal")}
    hidden = await asyncio.to_thread(_hidden, desk.state)
    return PersonalFields(
        sealed=tuple(sorted(PERSONAL_NAMES)),
        sealed_traits=tuple(sorted(PERSONAL_TRAITS - PERSONAL_NAMES)),
        own=tuple(PersonalField(id=identity, name=_called(body)) for identity, body in own.items()),
        words=PERSONAL_WORDS,
        hidden=tuple(PersonalField(id=name, name=trait_name(name)) for name in hidden),
    )


def _hidden(state: StateReader) -> list[str]:
    return [name for (name,) in state.rows(_NAMES, (ROWS_MAX,)) if sounds_personal(name)]


def _called(body: Mapping[str, object]) -> Said:
    zh = str(body["zh"])
    return Said(zh, str(body.get("en") or zh))
