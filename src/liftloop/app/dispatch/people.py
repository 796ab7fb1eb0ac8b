"""What the dispatcher must know of a batch's people and things: who they are outside, and what their texts use."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.kernel.codec import parse_object
from liftloop.kernel.ids import profile_id
from liftloop.storage.contract import Row, StateReader, Vault, VaultDamaged

MERGE_DEPTH_MAX = 16  # Merges of merged profiles; each level is one query.

_DECODE = msgspec.json.Decoder(list[Any])


class People(Struct, frozen=True, kw_only=True):
    """A batch's people by profile number."""

    customer_ids: Mapping[int, str]
    attributes: Mapping[int, Mapping[str, Any]]
    """By name, with the customer id as `id`; values that are null, blank or erased are left out."""


class PeopleReader:
    """Reads people from state and vault, a batch at a time: one query a question, never one a person."""

    def __init__(self, state: StateReader, vault: Vault) -> None:
        self._state = state
        self._vault = vault

    def read(self, profiles: Collection[int], names: Collection[str] | None) -> People:
        """Return customer ids and the attributes `names` (None for all) of everybody in `profiles`."""
        kept, family = self._families(profiles)
        customers = self._customer_ids(family)
        attributes = self._attributes(family, names)
        ids = {number: customers.get(kept[number]) or profile_id(kept[number]) for number in profiles}
        for number, identity in ids.items():
            attributes.setdefault(kept[number], {})["id"] = identity
        return People(customer_ids=ids, attributes={number: attributes[kept[number]] for number in profiles})

    def _families(self, profiles: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
        """Return who each profile is now, and whose values count for them: their own and of all merged into them."""
        kept = self._kept(profiles)
        family = {number: number for number in kept.values()}
        joining = set(family)
        for _ in range(MERGE_DEPTH_MAX):
            found = self._merges("kept", joining)
            joining = {forwarded for _, forwarded in found} - set(family)
            if not joining:
                break
            family |= {forwarded: family[into] for into, forwarded in found if forwarded in joining}
        return kept, family

    def _kept(self, profiles: Collection[int]) -> dict[int, int]:
        """Return the profile that each one was merged into, itself where it was not."""
        kept = {number: number for number in profiles}
        for _ in range(MERGE_DEPTH_MAX):
            forwarded = {forwarded: into for into, forwarded in self._merges("forwarded", set(kept.values()))}
            if not forwarded:
                break
            kept = {number: forwarded.get(now, now) for number, now in kept.items()}
        return kept

    def _merges(self, column: Literal["kept", "forwarded"], numbers: Collection[int]) -> list[Row]:
        query = f"SELECT kept, forwarded FROM merge WHERE {column} IN ({marks(len(numbers))}) ORDER BY tick, position"
        return self._state.rows(query, tuple(numbers))

    def _customer_ids(self, family: Mapping[int, int]) -> dict[int, str]:
        """Return the oldest user id of each person, else the oldest anonymous id."""
        query = (
            f"SELECT profile, kind, at_ms, text FROM identifier WHERE profile IN ({marks(len(family))})"
            " AND kind IN ('user_id', 'anonymous_id') AND text <> ''"
        )
        best: dict[int, tuple[bool, int, str]] = {}
        for number, kind, at_ms, text in self._state.rows(query, tuple(family)):
            candidate, person = (kind != "user_id", at_ms, text), family[number]
            if person not in best or candidate < best[person]:
                best[person] = candidate
        return {number: text for number, (_, _, text) in best.items()}

    def _attributes(self, family: Mapping[int, int], names: Collection[str] | None) -> dict[int, dict[str, Any]]:
        if names is not None and not names:
            return {}
        named = "" if names is None else f" AND name IN ({marks(len(names))})"
        merged = len(family) > len(set(family.values()))
        query = (
            f"SELECT profile, name, value, sealed FROM attribute WHERE profile IN ({marks(len(family))}){named}"
            + (" ORDER BY at_ms" if merged else "")  # Alone, a person has each name once.
        )
        rows = self._state.rows(query, (*family, *(names or ())))
        found: dict[int, dict[str, Any]] = {number: {} for number in family.values()}
        for (number, name, _, _), value in zip(rows, self._values(rows), strict=True):
            of_person = found[family[number]]
            if value is None or (isinstance(value, str) and not value.strip()):
                of_person.pop(name, None)
            else:
                of_person[name] = value
        return found

    def _values(self, rows: Sequence[Row]) -> list[Any]:
        sealed = [row[2] for row in rows if row[3]]
        clear: list[bytes] = [row[2] for row in rows]
        if sealed:
            opened = iter(open_sealed(self._vault, sealed))
            clear = [(next(opened) or b"null") if row[3] else row[2] for row in rows]
        # One JSON array is decoded twice as fast as its values one by one.
        return _DECODE.decode(b"[" + b",".join(clear) + b"]")


def open_sealed(vault: Vault, sealed: Sequence[bytes]) -> list[bytes | None]:
    """Return clear values; one that was altered counts as erased, so that it stops no other person's."""
    try:
        return vault.open(sealed)
    except VaultDamaged:
        return [_opened_alone(vault, one) for one in sealed]


def _opened_alone(vault: Vault, sealed: bytes) -> bytes | None:
    try:
        return vault.open([sealed])[0]
    except VaultDamaged:
        return None


class ThingsReader:
    """Reads live definitions of items, offers and campaigns that texts use."""

    def __init__(self, state: StateReader) -> None:
        self._state = state

    def live(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Return the body of every live definition of a kind by id."""
        query = "SELECT id, body FROM definition WHERE kind = ? AND status = 'live' ORDER BY version"
        return {identity: parse_object(body) for identity, body in self._state.rows(query, (kind,))}

    def read(self, kind: str, ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """Return the body of each by id, always with its `id`; what is not defined has nothing else."""
        query = (
            f"SELECT id, body FROM definition WHERE kind = ? AND id IN ({marks(len(ids))})"
            " AND status = 'live' ORDER BY version"
        )
        bodies = {identity: parse_object(body) for identity, body in self._state.rows(query, (kind, *ids))}
        return {identity: {**bodies.get(identity, {}), "id": identity} for identity in ids}


def marks(count: int) -> str:
    """Return the parameter marks of a list of values: `?, ?, ?`."""
    return ", ".join("?" * count)
