"""The projection of definition facts: which version of what holds now.

`definition.published` {kind, id, version, body, sha256, actor, at} brings version current + 1; any other version is a
conflict and changes nothing. `definition.retired` ends an id up to a version. `definition.filled` switches a waiting
version on, once, and ends those before it. What this version of the code cannot read is put aside: its number is
taken, it never lives, and the version before it goes on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from liftloop.kernel.codec import Json, canonical_json, fingerprint, parse_json
from liftloop.runtime.contract import Definition
from liftloop.storage.contract import Record, Row

PUBLISHED = "definition.published"
RETIRED = "definition.retired"
FILLED = "definition.filled"
KINDS = frozenset({PUBLISHED, RETIRED, FILLED})
SET_ASIDE = "definition.set_aside"
"""The fact that something cannot be read: {kind, id, version, reason}."""
UNREADABLE = "unreadable"

NEEDS_HISTORY = frozenset({"audience", "signal", "tag", "level", "trait", "journey"})
"""Kinds that must see the past before they act."""


class Fault(Struct, frozen=True, kw_only=True):
    """Why a definition cannot be read, and a body that does nothing in its place, for whoever is inside it."""

    reason: str
    stand_in: Json


class SetAside(Struct, frozen=True, kw_only=True):
    """A definition that was to live and cannot be read."""

    kind: str
    id: str
    version: int
    reason: str


FindFault = Callable[[str, str, Json], Fault | None]
"""Given kind, id and body, return what keeps the stages from reading a definition."""


def find_no_fault(kind: str, identity: str, body: Json) -> Fault | None:
    return None


class Catalog:
    """All definitions of one installation, by kind, id and version."""

    def __init__(self, find_fault: FindFault = find_no_fault) -> None:
        self.find_fault = find_fault
        self._set_aside: dict[SetAside, Row] = {}
        self._generation = 0
        self._generations: dict[str, int] = {}
        self._versions: dict[tuple[str, str], dict[int, tuple[Definition, str]]] = {}
        self._live: dict[str, dict[str, Definition]] = {}
        self._filling: dict[str, dict[str, Definition]] = {}

    @property
    def generation(self) -> int:
        return self._generation

    def generation_of(self, kind: str) -> int:
        return self._generations.get(kind, 0)

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

    def status(self, kind: str, identity: str, version: int) -> str:
        """Return live, filling, superseded, retired or unreadable; empty for a version that never was."""
        found = self._versions.get((kind, identity), {}).get(version)
        return found[1] if found else ""

    def newest(self, kind: str, identity: str) -> int:
        """Return the highest version there ever was, 0 for none."""
        return max(self._versions.get((kind, identity), {}), default=0)

    def take_set_aside(self) -> Mapping[SetAside, Row]:
        """Return what was found unreadable since the last call, with the rows that say so."""
        taken, self._set_aside = self._set_aside, {}
        return taken

    def restore(self, rows: Iterable[Row]) -> None:
        """Rebuild the projection from the rows of the table `definition`."""
        for row in rows:
            self._put(row)

    def apply(self, rows: Sequence[Row]) -> None:
        """Take in rows that a tick puts into the table `definition`."""
        for row in rows:
            self._put(row)

    def _put(self, row: Row) -> None:
        kind, identity, version, raw, _sha256, actor, at_ms, status = row
        body = parse_json(raw)
        fault = self.find_fault(kind, identity, body)
        if fault is not None:
            body = fault.stand_in
            if status in ("live", "filling"):
                status = UNREADABLE
                aside = SetAside(kind=kind, id=identity, version=version, reason=fault.reason)
                self._set_aside[aside] = (*row[:7], UNREADABLE)
        definition = Definition(kind=kind, id=identity, version=version, body=body, at_ms=at_ms, actor=actor)
        self._versions.setdefault((kind, identity), {})[version] = (definition, status)
        for projection, wanted in ((self._live, "live"), (self._filling, "filling")):
            of_kind = projection.setdefault(kind, {})
            if status == wanted:
                of_kind[identity] = definition
            elif identity in of_kind and of_kind[identity].version == version:
                del of_kind[identity]
        self._generation += 1
        self._generations[kind] = self._generation


def is_well_formed(record: Record) -> bool:
    """Tell whether a definition fact says what it must say."""
    try:
        body = parse_json(record.body)
        int(body.get("version", 0) if record.kind != PUBLISHED else body["version"])
        return (
            isinstance(body["kind"], str)
            and isinstance(body["id"], str)
            and (record.kind != PUBLISHED or isinstance(body["body"], Mapping))
        )
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return False


def fold_definitions(catalog: Catalog, records: Sequence[Record], *, has_history: bool) -> list[Row]:
    """Return the rows that the definition facts among `records` put; conflicts and repetitions put nothing.

    `has_history` says whether anything happened before: if not, there is nothing to wait for.
    """
    changes = _Changes(catalog)
    for record in records:
        body = parse_json(record.body)
        key = (str(body["kind"]), str(body["id"]))
        newest = changes.newest(key)
        version = int(body.get("version", newest))
        if record.kind == PUBLISHED and version == newest + 1:
            waits = has_history and key[0] in NEEDS_HISTORY
            # One that cannot be read ends nothing: the catalog puts it aside when it takes it in.
            if not waits and catalog.find_fault(*key, body["body"]) is None:
                changes.end(key, newest, "superseded")
            changes.put(_published(record, body, "filling" if waits else "live"))
        elif record.kind == FILLED and changes.status(key, version) == "filling":
            changes.end(key, version - 1, "superseded")
            changes.put((*changes.row(key, version)[:7], "live"))
        elif record.kind == RETIRED:
            changes.end(key, version, "retired")
    return changes.rows()


class _Changes:
    """What the facts of one tick make of the catalog, one after another."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rows: dict[tuple[str, str], dict[int, Row]] = {}

    def newest(self, key: tuple[str, str]) -> int:
        return max([self._catalog.newest(*key), *self._rows.get(key, {})])

    def status(self, key: tuple[str, str], version: int) -> str:
        changed = self._rows.get(key, {}).get(version)
        return changed[7] if changed else self._catalog.status(*key, version)

    def row(self, key: tuple[str, str], version: int) -> Row:
        changed = self._rows.get(key, {}).get(version)
        if changed:
            return changed
        definition = self._catalog.version(*key, version)
        assert definition is not None, "only versions that exist are changed"
        body = msgspec.to_builtins(definition.body)
        status = self._catalog.status(*key, version)
        return (*key, version, canonical_json(body), fingerprint(body), definition.actor, definition.at_ms, status)

    def end(self, key: tuple[str, str], last: int, status: str) -> None:
        """End every version up to `last` that is live or waits."""
        for version in range(1, min(last, self.newest(key)) + 1):
            if self.status(key, version) in ("live", "filling"):
                self.put((*self.row(key, version)[:7], status))

    def put(self, row: Row) -> None:
        self._rows.setdefault((row[0], row[1]), {})[row[2]] = row

    def rows(self) -> list[Row]:
        """Return rows in the order of their versions: the catalog takes them in one by one."""
        return [rows[version] for rows in self._rows.values() for version in sorted(rows)]


def _published(record: Record, body: Json, status: str) -> Row:
    content = body["body"]
    return (
        body["kind"],
        body["id"],
        int(body["version"]),
        canonical_json(content),
        fingerprint(content),
        record.actor,
        record.at_ms,
        status,
    )
