"""Turns drafts into records that may be written: personal fields sealed, personal identifiers hashed under a key."""

from collections.abc import Sequence

from msgspec.structs import replace

from liftloop.collect.contract import Draft
from liftloop.identify.reading import ANONYMOUS, USER, identifier_hash
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.dice import hash_text
from liftloop.storage.contract import Record, Vault


def seal(drafts: Sequence[Draft], vault: Vault) -> list[Record]:
    """Return the records of drafts, each personal field sealed under the key of the message's first identifier."""
    records = [_identified(draft, vault) for draft in drafts]
    fields = [(index, path) for index, draft in enumerate(drafts) for path in draft.personal]
    if not fields:
        return records
    keys = {index: _first_identifier(records[index]) for index, _ in fields}
    clear = [(keys[index], canonical_json(drafts[index].personal[path])) for index, path in fields]
    by_record: dict[int, dict[str, bytes]] = {}
    for (index, path), sealed in zip(fields, vault.seal(clear), strict=True):
        by_record.setdefault(index, {})[path] = sealed
    for index, sealed_fields in by_record.items():
        records[index] = replace(records[index], sealed=pack(sealed_fields))
    return records


def _identified(draft: Draft, vault: Vault) -> Record:
    if not draft.identifiers:
        return draft.record
    hashes = tuple((kind, vault.keyed_hash(kind, text) % 2**64) for kind, text in draft.identifiers)
    return replace(draft.record, identifiers=hashes)


def _first_identifier(record: Record) -> int:
    if record.user_id:
        return identifier_hash(USER, record.user_id)
    if record.anonymous_id:
        return identifier_hash(ANONYMOUS, record.anonymous_id)
    if record.identifiers:
        return record.identifiers[0][1]
    return hash_text("message", record.message_id)
