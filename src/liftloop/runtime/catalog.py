"""The projection of definition facts: which version of what holds now.

`definition.published` {kind, id, version, body, sha256, actor, at} brings version current + 1; any other version is a
conflict and changes nothing. `definition.retired` ends an id. `definition.filled` switches a waiting version on.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from liftloop.kernel.codec import Json, canonical_json, fingerprint, parse_json
from liftloop.runtime.contract import Definition
from liftloop.storage.contract import Record, Row

PUBLISHED = "definition.published"
RETIRED = "definition.retired"
FILLED = "definition.filled"
KINDS = frozenset({PUBLISHED, RETIRED, FILLED})

NEEDS_HISTORY = frozenset({"audience", "trait", "journey"})
"""Kinds that must see the past before they act."""


class Catalog:
    """All definitions of one installation, by kind, id and version."""

    def __init__(self) -> None:
        self._generation = 0
        self._versions: dict[tuple[str, str], dict[int, tuple[Definition, str]]] = {}
        self._live: dict[str, dict[str, Definition]] = {}
        self._filling: dict[str, dict[str, Definition]] = {}

    @property
    def generation(self) -> int:
        return self._generation

    def live(self, kind: str) -> Mapping[str, Definition]:
        return self._live.get(kind, {})

    def filling(self, kind: str) -> Mapping[str, Definition]:
        return self._filling.get(kind, {})

    def versions(self, kind: str) -> Sequence[Definition]:
        return [
            definition
            for (of_kind, _), versions in self._versions.items()
            if of_kind == kind
            for definition, _ in versions.values()
        ]

    def version(self, kind: str, identity: str, version: int) -> Definition | None:
        found = self._versions.get((kind, identity), {}).get(version)
        return found[0] if found else None

    def newest(self, kind: str, identity: str) -> int:
        """Return the highest version there ever was, 0 for none."""
        return max(self._versions.get((kind, identity), {}), default=0)

    def restore(self, rows: Iterable[Row]) -> None:
        """Rebuild the projection from the rows of the table `definition`."""
        for row in rows:
            self._put(row)

    def apply(self, rows: Sequence[Row]) -> None:
        """Take in rows that a tick puts into the table `definition`."""
        for row in rows:
            self._put(row)

    def _put(self, row: Row) -> None:
        kind, identity, version, body, _sha256, actor, at_ms, status = row
        definition = Definition(
            kind=kind, id=identity, version=version, body=parse_json(body), at_ms=at_ms, actor=actor
        )
        self._versions.setdefault((kind, identity), {})[version] = (definition, status)
        for projection, wanted in ((self._live, "live"), (self._filling, "filling")):
            of_kind = projection.setdefault(kind, {})
            if status == wanted:
                of_kind[identity] = definition
            elif identity in of_kind and of_kind[identity].version == version:
                del of_kind[identity]
        self._generation += 1


def fold_definitions(catalog: Catalog, records: Sequence[Record], *, has_history: bool) -> list[Row]:
    """Return the rows that the definition facts among `records` put; conflicts put nothing.

    `has_history` says whether anything happened before: if not, there is nothing to wait for.
    """
    pending: dict[tuple[str, str, int], Row] = {}
    newest: dict[tuple[str, str], int] = {}
    for record in records:
        body = parse_json(record.body)
        key = (str(body["kind"]), str(body["id"]))
        current = newest.get(key, catalog.newest(*key))
        if record.kind == PUBLISHED:
            if int(body["version"]) != current + 1:
                continue
            newest[key] = current + 1
            for row in _superseded(catalog, pending, key, current, has_history):
                pending[row[:3]] = row
            pending[(*key, current + 1)] = _published(record, body, has_history)
        else:
            version = int(body.get("version", current))
            status = "retired" if record.kind == RETIRED else "live"
            for row in _changed(catalog, pending, (*key, version), status):
                pending[row[:3]] = row
    return list(pending.values())


def _published(record: Record, body: Json, has_history: bool) -> Row:
    waits = has_history and body["kind"] in NEEDS_HISTORY
    content = body["body"]
    return (
        body["kind"],
        body["id"],
        int(body["version"]),
        canonical_json(content),
        fingerprint(content),
        record.actor,
        record.at_ms,
        "filling" if waits else "live",
    )


def _superseded(
    catalog: Catalog, pending: Mapping[Any, Row], key: tuple[str, str], current: int, has_history: bool
) -> list[Row]:
    """Return the row of the version that a new one replaces; a version that must wait leaves the old one live."""
    if not current or (has_history and key[0] in NEEDS_HISTORY):
        return []
    return _changed(catalog, pending, (*key, current), "superseded")


def _changed(catalog: Catalog, pending: Mapping[Any, Row], key: tuple[str, str, int], status: str) -> list[Row]:
    rows: list[Row] = []
    known = pending.get(key)
    if known is None:
        definition = catalog.version(*key)
        if definition is None:
            return rows
        body = msgspec.to_builtins(definition.body)
        known = (*key, canonical_json(body), fingerprint(body), definition.actor, definition.at_ms, "")
    if status == "live":
        older = catalog.live(key[0]).get(key[1])
        if older is not None and older.version != key[2]:
            rows += _changed(catalog, pending, (key[0], key[1], older.version), "superseded")
    rows.append((*known[:7], status))
    return rows
