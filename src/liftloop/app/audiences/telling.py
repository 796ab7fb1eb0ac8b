"""What a destination is told of people: the identifiers and attributes it was set up for, and nobody who was erased."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.audiences.computed_columns import ComputedColumns
from liftloop.app.dispatch.people import PeopleReader, open_sealed
from liftloop.app.people import PERSONAL_ATTRIBUTES
from liftloop.audience.destinations import Change, Destination, PersonalIdentifier, PersonTold
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.ids import profile_id
from liftloop.storage.contract import StateReader, Vault

_FAMILY = "SELECT kept, forwarded FROM merge WHERE kept IN (SELECT value FROM json_each(?))"
_FORWARDED = "SELECT forwarded FROM merge WHERE forwarded IN (SELECT value FROM json_each(?))"
_CUSTOMERS = """
SELECT profile, text FROM identifier
WHERE kind = 'user_id' AND profile IN (SELECT value FROM json_each(?)) ORDER BY at_ms DESC
"""
_SEALED = """
SELECT profile, name, value FROM attribute WHERE sealed = 1 AND profile IN (SELECT value FROM json_each(?))
"""


def heads_of(state: StateReader, numbers: Sequence[int]) -> dict[int, int]:
    """Return for these profiles and all that were merged into them which of these they are."""
    head = {number: number for number in numbers}
    fresh = list(numbers)
    while fresh:
        rows = state.rows(_FAMILY, (_list(fresh),))
        fresh = [forwarded for _, forwarded in rows if forwarded not in head]
        head |= {forwarded: head[kept] for kept, forwarded in rows if forwarded not in head}
    return head


def customers_of(state: StateReader, head: Mapping[int, int]) -> dict[int, str]:
    """Return the oldest customer number of each person that has one, `head` being who each profile is."""
    return {head[profile]: text for profile, text in state.rows(_CUSTOMERS, (_list(head),))}


_Computed = Mapping[int, Mapping[str, Any]]


class Teller(Struct, frozen=True, kw_only=True):
    """What tells of people: attributes from state and vault, what is computed from the tick."""

    state: StateReader
    vault: Vault
    computed: ComputedColumns

    async def told(self, destination: Destination, numbers: Sequence[int], change: Change) -> list[PersonTold]:
        """Return what is told of these people, in their order.

        Whoever was erased is told by profile id alone when they leave, and not at all else. Of a profile that left
        because it was merged into another only its id is told: its identifiers are another member's now.
        """
        computed = await self.computed.of(numbers, destination.columns)
        return await asyncio.to_thread(self._told, destination, numbers, change, computed)

    def _told(
        self, destination: Destination, numbers: Sequence[int], change: Change, computed: _Computed
    ) -> list[PersonTold]:
        state, vault = self.state, self.vault
        head = heads_of(state, numbers)
        sealed = [(head[profile], name, value) for profile, name, value in state.rows(_SEALED, (_list(head),))]
        erased = _erased(vault, sealed)
        hidden = {(number, name) for number, name, _ in sealed}
        bare = erased | {number for (number,) in state.rows(_FORWARDED, (_list(numbers),))}
        known = [number for number in numbers if number not in bare]
        names = {
            *destination.columns,
            *(each for name in destination.identifiers for each in PERSONAL_ATTRIBUTES[name]),
        }
        attributes = PeopleReader(state, vault).read(known, names).attributes if known and names else {}
        customers = customers_of(state, head)
        told: list[PersonTold] = []
        for number in numbers:
            if number in erased and change != "left":
                continue
            values = attributes.get(number, {})
            own = {} if number in bare else {**values, "customer_id": customers.get(number), **computed.get(number, {})}
            told.append(
                PersonTold(
                    profile_id=profile_id(number),
                    change=change,
                    identifiers={name: _identifier(name, own) for name in destination.identifiers},
                    columns={name: None if (number, name) in hidden else own.get(name) for name in destination.columns},
                )
            )
        return told


def _erased(vault: Vault, sealed: Sequence[tuple[int, str, bytes]]) -> set[int]:
    """Return who has a sealed field whose key was destroyed."""
    opened = open_sealed(vault, [value for _, _, value in sealed])
    return {number for (number, _, _), clear in zip(sealed, opened, strict=True) if clear is None}


def _identifier(name: PersonalIdentifier, own: Mapping[str, object]) -> str | None:
    names = PERSONAL_ATTRIBUTES[name] or (name,)
    return next((str(own[each]) for each in names if own.get(each) is not None), None)


def _list(numbers: Sequence[int] | Mapping[int, int]) -> str:
    return canonical_json(list(numbers)).decode()
