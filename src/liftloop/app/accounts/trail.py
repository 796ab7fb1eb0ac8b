"""The trail: who did what, when and from where, with what was before and after; only ever added to."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.callers import Caller
from liftloop.kernel.clock import Clock
from liftloop.storage.embedded.accounts import SqliteAccounts

Outcome = Literal["done", "refused", "failed"]
SUBJECT_MAX = 300
_TELLS = "INSERT OR IGNORE INTO trail_version VALUES (?)"
_TOLD = "SELECT version FROM trail_version WHERE version IN (SELECT value FROM json_each(?))"
_BEFORE = """
SELECT id, at_ms, actor, name, via, address, use_case, subject, outcome, details FROM trail
WHERE (at_ms < ?1 OR (at_ms = ?1 AND 't' || printf('%012d', id) < ?2)) AND (?3 = '' OR actor = ?3)
    AND (?4 = '[]' OR use_case IN (SELECT value FROM json_each(?4)))
    AND use_case NOT IN (SELECT value FROM json_each(?5))
ORDER BY at_ms DESC, id DESC LIMIT ?6
"""
_LOOKED = """
SELECT DISTINCT json_extract(details, '$.person') FROM trail
WHERE use_case = 'profile.reveal' AND outcome = 'done' AND actor = ? AND at_ms > ?
    AND json_extract(details, '$.person') IS NOT NULL
"""
_NOTE = """
INSERT INTO trail (at_ms, actor, name, via, address, use_case, subject, outcome, details)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the trail."""

    id: int
    at_ms: int
    actor: str
    name: str
    via: str
    address: str
    use_case: str
    subject: str
    outcome: Outcome
    details: Mapping[str, Any]


class Trail:
    """The trail of one installation."""

    def __init__(self, file: SqliteAccounts, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def note(
        self,
        caller: Caller,
        use_case: str,
        subject: str,
        outcome: Outcome = "done",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        told = details or {}
        row = (
            *(self._clock.now_ms(), caller.actor, caller.name, caller.via, caller.address, use_case),
            *(subject[:SUBJECT_MAX], outcome, json.dumps(told, ensure_ascii=False)),
        )
        versions = [*told.get("published", ()), *told.get("retired", ())]
        self._file.change(*((_TELLS, (each,)) for each in versions), (_NOTE, row))

    def before(
        self, at_ms: int, key: str, actor: str, use_cases: Sequence[str], left_out: Sequence[str], limit: int
    ) -> list[Entry]:
        """Return lines from before a place, the newest first: of one actor or all, of these use cases or all others."""
        asked = (at_ms, key, actor, json.dumps(list(use_cases)), json.dumps(list(left_out)), limit)
        names = Entry.__struct_fields__
        return [
            Entry(**{**dict(zip(names, row, strict=True)), "details": json.loads(row[-1])})
            for row in self._file.rows(_BEFORE, asked)
        ]

    def looked_at(self, actor: str, after_ms: int) -> set[int]:
        """Return whose details an actor saw in the clear since an instant, by profile."""
        return {int(person) for (person,) in self._file.rows(_LOOKED, (actor, after_ms))}

    def tells(self, versions: Sequence[str]) -> set[str]:
        """Return which of these versions of definitions a line names."""
        return {version for (version,) in self._file.rows(_TOLD, (json.dumps(list(versions)),))}
