"""Every change of everything, the newest first: calls from the trail, and versions of definitions that no call made."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.accounts.trail import Entry, Trail
from liftloop.app.actors import actor_words
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.definitions.secrets import hidden
from liftloop.app.desk import Desk
from liftloop.app.use_case_words import use_case_words
from liftloop.app.words import Said
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

PAGE_MAX = 200
CHANGES_MAX = 100
"""Places of one definition whose before and after are told; the bodies themselves are there too."""
_DEFINITIONS = """
SELECT at_ms, 'd' || kind || '/' || id || '@' || printf('%06d', version) AS key, kind, id, version, actor, status
FROM definition
WHERE (at_ms < ?1 OR (at_ms = ?1 AND 'd' || kind || '/' || id || '@' || printf('%06d', version) < ?2))
    AND (?3 = '' OR actor = ?3)
ORDER BY at_ms DESC, key DESC LIMIT ?4
"""
Kind = Literal["definitions", "sign_ins", "accounts", "launches", "exports", "personal", "other", ""]
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "sign_ins": ("account.sign_in", "account.own"),
    "accounts": ("account.change", "token.change", "rules.change"),
    "launches": (
        *("plan.launch", "approval.answer", "campaign.order", "campaign.undo", "goal.approve"),
        *("proposal.judge", "playbook.start"),
    ),
    "exports": ("audience.export", "audience.export_rows", "audience.hand_over"),
    "personal": (
        "profile.reveal",
        "profile.export",
        "profile.erase",
        "profile.unmerge",
        "profile.judge",
        "consent.declare",
    ),
}


_PUBLISHING = (
    *("definition.publish", "definition.revert", "audience.publish", "goal.stand"),
    *("rules.change", "limits.change"),
)


class BadCursor(LiftloopError):
    """A page of the audit that nobody was given."""

    def __init__(self) -> None:
        super().__init__(
            "bad_cursor",
            zh="翻页的标记不对",
            en="this is no page of the list",
            next_zh="从第一页开始",
            next_en="begin at the first page",
            status=422,
            exit_code=EXIT_USAGE,
        )


class Version(Struct, frozen=True, kw_only=True):
    """A version of a definition that a call published or retired."""

    kind: str
    id: str
    version: int
    name: str
    retired: bool = False


class Change(Struct, frozen=True, kw_only=True):
    """One place of something, before and after, as JSON; empty where it was not, or is no more."""

    path: str
    before: str
    after: str


class Line(Struct, frozen=True, kw_only=True):
    """One line of the audit."""

    id: str
    at_ms: int
    actor: str
    who: Said
    via: str
    address: str
    use_case: str
    what: Said
    subject: str
    outcome: str
    reason: str
    definitions: Sequence[Version]
    changes: Sequence[Change]


class AuditQuestion(Struct, frozen=True, kw_only=True):
    """What somebody wants to see of it."""

    actor: str = ""
    kind: Kind = ""
    after: str = ""
    """Where the page before ended, empty for the first."""
    limit: int = 50


class Audit:
    """Reads the trail beside the definitions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._trail: Trail = desk.accounts.trail

    def read(self, asked: AuditQuestion) -> tuple[list[Line], str]:
        """Return a page and where the next begins, empty at the end."""
        at_ms, key = _cursor(asked.after)
        limit = min(asked.limit, PAGE_MAX)
        names = {**self._desk.accounts.directory.names()}
        lines = [
            *self._calls(asked, at_ms, key, limit + 1, names),
            *self._definitions(asked, at_ms, key, limit + 1, names),
        ]
        lines.sort(key=lambda line: (line.at_ms, line.id), reverse=True)
        page = lines[:limit]
        following = f"{page[-1].at_ms}.{page[-1].id}" if len(lines) > limit else ""
        return page, following

    def compared(self, kind: str, identity: str, version: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a version and the one before it, empty for a first, without secrets; raises `NotFound`."""
        after = hidden(kind, self._desk.definitions.version(kind, identity, version)[0])
        try:
            before = hidden(kind, self._desk.definitions.version(kind, identity, version - 1)[0])
        except NotFound:
            before = {}
        return before, after

    def _calls(
        self, asked: AuditQuestion, at_ms: int, key: str, limit: int, names: Mapping[str, str]
    ) -> Iterator[Line]:
        if asked.kind == "definitions":
            use_cases = _PUBLISHING
        else:
            use_cases = _OF_KIND.get(asked.kind, ())
        left_out = tuple(each for some in _OF_KIND.values() for each in some) if asked.kind == "other" else ()
        for entry in self._trail.before(at_ms, key, asked.actor, use_cases, left_out, limit):
            yield self._call(entry, names)

    def _call(self, entry: Entry, names: Mapping[str, str]) -> Line:
        details = entry.details
        versions = [
            *(self._version(each) for each in details.get("published", ())),
            *(self._version(each, retired=True) for each in details.get("retired", ())),
        ]
        known = {entry.actor: entry.name} if entry.name else {}
        return Line(
            id=f"t{entry.id:012d}",
            at_ms=entry.at_ms,
            actor=entry.actor,
            who=actor_words(entry.actor, {**names, **known}),
            via=entry.via,
            address=entry.address,
            use_case=entry.use_case,
            what=use_case_words(entry.use_case),
            subject=entry.subject,
            outcome=entry.outcome,
            reason=str(details.get("reason", "")),
            definitions=versions,
            changes=changes_of(details.get("before") or {}, details["after"]) if "after" in details else [],
        )

    def _definitions(
        self, asked: AuditQuestion, at_ms: int, key: str, limit: int, names: Mapping[str, str]
    ) -> list[Line]:
        """Return versions that no call in the trail made: the system's, and those from before there was a trail."""
        found: list[Line] = []
        while asked.kind in ("", "definitions") and len(found) < limit:
            rows = self._desk.state.rows(_DEFINITIONS, (at_ms, key, asked.actor, 2 * limit))
            told = self._trail.tells([_named(row) for row in rows])
            found += [self._published(row, names) for row in rows if _named(row) not in told]
            if len(rows) < 2 * limit:
                break
            at_ms, key = rows[-1][0], rows[-1][1]
        return found[:limit]

    def _published(self, row: Sequence[Any], names: Mapping[str, str]) -> Line:
        at_ms, key, kind, identity, version, actor, _ = row
        return Line(
            id=key,
            at_ms=at_ms,
            actor=actor,
            who=actor_words(actor, names),
            via="system" if actor.startswith("system:") else "",
            address="",
            use_case="definition.publish",
            what=use_case_words("definition.publish"),
            subject=f"/definitions/{kind}/{identity}",
            outcome="done",
            reason="",
            definitions=[self._version(f"{kind}/{identity}@{version}")],
            changes=[],
        )

    def _version(self, told: str, *, retired: bool = False) -> Version:
        path, _, version = told.rpartition("@")
        kind, _, identity = path.partition("/")
        try:
            body = self._desk.definitions.version(kind, identity, int(version))[0]
        except NotFound:
            body = {}
        return Version(
            kind=kind, id=identity, version=int(version), name=str(body.get("name") or identity), retired=retired
        )


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return every place in which two JSON objects differ, in order.

    >>> changes_of({"name": "a", "caps": {"day": 1}}, {"name": "b", "caps": {"day": 1}, "on": True})
    [Change(path='name', before='"a"', after='"b"'), Change(path='on', before='', after='true')]
    """
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    places = [*old, *(path for path in new if path not in old)]
    found = [Change(path=each, before=old.get(each, ""), after=new.get(each, "")) for each in places]
    return [each for each in found if each.before != each.after][:CHANGES_MAX]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        for place, each in enumerate(value):
            yield from _leaves(each, f"{path}[{place}]")
    elif path:  # Nothing at all has no place to be told at.
        yield path, json.dumps(value, ensure_ascii=False)


def _named(row: Sequence[Any]) -> str:
    return f"{row[2]}/{row[3]}@{row[4]}"


def _cursor(text: str) -> tuple[int, str]:
    if not text:
        return 2**62, ""
    at_ms, dot, key = text.partition(".")
    if not (dot and at_ms.isdecimal() and key[:1] in ("t", "d")):
        raise BadCursor
    return int(at_ms), key
