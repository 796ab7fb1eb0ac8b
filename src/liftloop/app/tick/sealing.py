"""Turns drafts into records that may be written: personal fields sealed, personal identifiers hashed under a key.

Only the tick writes the vault: it seals what comes in itself, other processes have it seal what they bring.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from liftloop.collect.contract import Draft
from liftloop.identify.contract import ANONYMOUS, USER
from liftloop.identify.reading import identifier_hash
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.dice import hash_text
from liftloop.storage.contract import Record, Vault


class Unsealed(Struct, frozen=True, kw_only=True):
    """Drafts on their way: what the vault must seal, and where each sealed field belongs."""

    records: list[Record]
    clear: list[tuple[int, bytes]]
    """(key of the message's first identifier, clear bytes): what `Vault.seal` takes."""
    places: list[tuple[int, str]]
    """Parallel to `clear`: the record, and the path of the field in it."""


def seal(drafts: Sequence[Draft], vault: Vault) -> list[Record]:
    """Return the records of drafts, each personal field sealed under the key of the message's first identifier."""
    waiting = unsealed(drafts, vault.keyed_hash)
    return sealed(waiting, vault.seal(waiting.clear) if waiting.clear else [])


def unsealed(drafts: Sequence[Draft], keyed_hash: Callable[[str, str], int]) -> Unsealed:
    """Return what must be sealed before the records of `drafts` may be written; identifiers are hashed already."""
    records: list[Record] = []
    clear: list[tuple[int, bytes]] = []
    places: list[tuple[int, str]] = []
    for index, draft in enumerate(drafts):
        record = draft.record
        if draft.identifiers:
            # The vault counts its hashes with a sign, the index of identifiers without.
            hashes = tuple((kind, keyed_hash(kind, text) % 2**64) for kind, text in draft.identifiers)
            record = replace(record, identifiers=hashes)
        records.append(record)
        if draft.personal:
            key = _first_identifier(record)
            clear += [(key, canonical_json(value)) for value in draft.personal.values()]
            places += [(index, path) for path in draft.personal]
    return Unsealed(records=records, clear=clear, places=places)


def sealed(waiting: Unsealed, fields: Sequence[bytes]) -> list[Record]:
    """Return the records with their sealed fields; `fields` is parallel to `waiting.clear`."""
    by_record: dict[int, dict[str, bytes]] = {}
    for (index, path), field in zip(waiting.places, fields, strict=True):
        by_record.setdefault(index, {})[path] = field
    records = list(waiting.records)
    for index, of_record in by_record.items():
        records[index] = replace(records[index], sealed=pack(of_record))
    return records


def _first_identifier(record: Record) -> int:
    if record.user_id:
        return identifier_hash(USER, record.user_id)
    if record.anonymous_id:
        return identifier_hash(ANONYMOUS, record.anonymous_id)
    if record.identifiers:
        return record.identifiers[0][1]
    return hash_text("message", record.message_id)
