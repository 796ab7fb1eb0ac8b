"""Work as it is shown: lists by kind, owner and state, one card with its history, and what there is around a person."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.app.actors import actor_words
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.ledger import family
from liftloop.app.people import PersonLine, people_rows
from liftloop.app.persons.identities import names_of_sources
from liftloop.app.relate.scope import Scope
from liftloop.app.relate.words import ERASED, Customers, opened
from liftloop.app.tags.holders import heads_now
from liftloop.app.words import Said
from liftloop.kernel.codec import parse_json, parse_object
from liftloop.relate.assignment import People
from liftloop.relate.contract import SETTING, Choice, RelateRules, Staff, Team, WorkKind
from liftloop.storage.contract import Row

PAGE_MAX = 200
HISTORY_MAX = 200
NOTES_MAX = 200
_COLUMNS = (
    "id, kind, profile, row, state, sort, stage, team, owner, origin, words, sealed, reasons, fields, amount_fen,"
    " due_ms, opened_ms, changed_ms, outcome, actor"
)
_REASONS = "SELECT hash, text, name FROM word WHERE hash IN (SELECT value FROM json_each(?))"
_HISTORY = (
    "SELECT tick, position, what, value, actor, at_ms, note FROM work_change WHERE work = ?"
    " ORDER BY tick DESC, position DESC LIMIT ?"
)
_NOTES = "SELECT id, work, at_ms, actor, words FROM note WHERE {where} ORDER BY at_ms DESC, id LIMIT ?"


class Asked(Struct, frozen=True, kw_only=True):
    """Which work somebody wants to see; what is empty asks for all."""

    kind: WorkKind | None = None
    state: Literal["open", "closed"] | None = None
    owner: str = ""
    team: str = ""
    waiting: bool = False
    """Only what nobody has."""
    overdue: bool = False
    after: int = 0
    limit: int = 50


class Reason(Struct, frozen=True):
    """Points of one reason."""

    name: str
    points: float


class WorkLine(Struct, frozen=True, kw_only=True):
    """One piece of work, its texts in words, its customer masked."""

    id: str
    kind: WorkKind
    sort: Literal["", "call", "confirm", "visit", "other", "low", "normal", "high", "urgent"]
    state: Literal["open", "closed"]
    stage: str
    title: str
    text: str
    person: PersonLine
    number: int
    """The customer's profile number as it is now."""
    team: str
    owner: str
    origin: str
    reasons: Sequence[Reason]
    fields: Mapping[str, Any]
    amount_fen: int
    due_ms: int
    overdue: bool
    opened_ms: int
    changed_ms: int
    outcome: str
    outcomes: Sequence[Choice]
    stages: Sequence[Choice]


class Change(Struct, frozen=True, kw_only=True):
    """One line of the history of work."""

    what: str
    value: str
    actor: Said
    at_ms: int
    note: str


class NoteLine(Struct, frozen=True, kw_only=True):
    """A note about a customer."""

    id: str
    work: str
    at_ms: int
    actor: Said
    text: str


class Page(Struct, frozen=True, kw_only=True):
    total: int
    works: Sequence[WorkLine]


class Overview(Struct, frozen=True, kw_only=True):
    """How much work there is."""

    open: Mapping[str, int]
    """By kind."""
    loads: Mapping[str, int]
    """By owner."""
    overdue: int
    waiting: int


def overview(desk: Desk, scope: Scope) -> Overview:
    """Return how much open work there is, by kind and owner."""
    bound, parameters = scope.condition()
    rows = desk.state.rows(
        "SELECT kind, owner, count(*), sum(due_ms > 0 AND due_ms <= ?) FROM work"
        f" WHERE state = 'open' AND {bound} GROUP BY kind, owner",
        [desk.clock.now_ms(), *parameters],
    )
    kinds: dict[str, int] = {}
    loads: dict[str, int] = {}
    for kind, owner, count, _ in rows:
        kinds[kind] = kinds.get(kind, 0) + count
        loads[owner] = loads.get(owner, 0) + count
    return Overview(open=kinds, loads=loads, overdue=sum(late for *_, late in rows), waiting=loads.get("", 0))


def people_now(desk: Desk) -> People:
    """Return rules, staff and teams as they are defined now."""
    live = desk.definitions.live
    setting = live("setting").get(SETTING)
    staff = {each: msgspec.convert(body, Staff, strict=False) for each, body in live("staff").items()}
    return People(
        rules=msgspec.convert(setting, RelateRules, strict=False) if setting else RelateRules(),
        staff=staff,
        teams={each: msgspec.convert(body, Team, strict=False) for each, body in live("team").items()},
        by_team={},
        by_wecom={one.wecom_userid: each for each, one in staff.items() if one.wecom_userid},
    )


def listed(desk: Desk, asked: Asked, scope: Scope) -> Page:
    """Return a page of work: what is due first, first; what has no time, and what is closed, newest first."""
    bound, parameters = scope.condition()
    where, given = [bound], [*parameters]
    for column, value in (("kind", asked.kind), ("state", asked.state), ("owner", asked.owner), ("team", asked.team)):
        if value:
            where.append(f"{column} = ?")
            given.append(value)
    if asked.waiting:
        where.append("owner = ''")
    if asked.overdue:
        where.append(f"state = 'open' AND due_ms > 0 AND due_ms <= {desk.clock.now_ms()}")
    condition = " AND ".join(where)
    total = int(desk.state.rows(f"SELECT count(*) FROM work WHERE {condition}", given)[0][0])
    rows = desk.state.rows(
        f"SELECT {_COLUMNS} FROM work WHERE {condition} ORDER BY state DESC,"
        " CASE WHEN state = 'open' AND due_ms > 0 THEN due_ms ELSE 9223372036854775807 END, row DESC LIMIT ? OFFSET ?",
        [*given, min(asked.limit, PAGE_MAX), asked.after],
    )
    return Page(total=total, works=lines(desk, rows))


def one(desk: Desk, identity: str, scope: Scope) -> WorkLine:
    """Return one piece of work. Raises `NotFound`, also where it is out of sight."""
    rows = desk.state.rows(f"SELECT {_COLUMNS} FROM work WHERE id = ?", (identity,))
    if not rows or not scope.admits(str(rows[0][7]), str(rows[0][8])):
        raise NotFound("work", identity)
    return lines(desk, rows)[0]


def of_person(desk: Desk, number: int, scope: Scope, limit: int = PAGE_MAX) -> list[WorkLine]:
    """Return the work around a customer, open first."""
    bound, parameters = scope.condition()
    numbers = family(desk.state, number)
    rows = desk.state.rows(
        f"SELECT {_COLUMNS} FROM work WHERE profile IN ({', '.join('?' * len(numbers))}) AND {bound}"
        " ORDER BY state DESC, changed_ms DESC LIMIT ?",
        [*numbers, *parameters, limit],
    )
    return lines(desk, rows)


def history(desk: Desk, identity: str) -> list[Change]:
    """Return what became of work, newest first."""
    names = _actors(desk)
    rows = desk.state.rows(_HISTORY, (identity, HISTORY_MAX))
    notes = opened(desk.vault, [row[6] for row in rows])
    return [
        Change(what=what, value=value, actor=actor_words(actor, names), at_ms=at_ms, note=_text(said))
        for (_, _, what, value, actor, at_ms, _), said in zip(rows, notes, strict=True)
    ]


def notes(desk: Desk, numbers: Sequence[int], work: str = "", limit: int = NOTES_MAX) -> list[NoteLine]:
    """Return notes about a customer, or those of one piece of work, newest first."""
    names = _actors(desk)
    where = "work = ?" if work else f"profile IN ({', '.join('?' * len(numbers))})"
    given = [work] if work else [*numbers]
    rows = desk.state.rows(_NOTES.format(where=where), [*given, limit])
    said = opened(desk.vault, [row[4] for row in rows])
    return [
        NoteLine(id=identity, work=of, at_ms=at_ms, actor=actor_words(actor, names), text=_text(words))
        for (identity, of, at_ms, actor, _), words in zip(rows, said, strict=True)
    ]


def lines(desk: Desk, rows: Sequence[Row]) -> list[WorkLine]:
    """Return rows of `work` as they are shown, in their order."""
    rules, heads = people_now(desk).rules, heads_now(desk.state)
    customers = Customers(desk.state, desk.vault)
    numbers = [heads.get(int(row[2]), int(row[2])) for row in rows]
    shown = dict(zip(numbers, people_rows(desk.state, desk.vault, numbers), strict=True))
    sealed = iter(opened(desk.vault, [row[10] for row in rows if row[11]]))
    fields = opened(desk.vault, [row[13] for row in rows])
    reasons = _reason_names(desk, [row[12] for row in rows])
    now_ms, contents = desk.clock.now_ms(), desk.definitions.live("content")
    found: list[WorkLine] = []
    for row, number, more in zip(rows, numbers, fields, strict=True):
        identity, kind, _, _, state, sort, stage, team, owner, origin = row[:10]
        words = next(sealed) if row[11] else parse_object(row[10])
        title, text = (str((words or {"title": ERASED}).get(name) or "") for name in ("title", "text"))
        if words and words.get("content"):
            text = str(contents.get(str(words["content"]), {}).get("body") or "")
        found.append(
            WorkLine(
                id=identity,
                kind=kind,
                sort=sort,
                state=state,
                stage=stage,
                title=customers.said(number, title),
                text=customers.said(number, text),
                person=shown[number],
                number=number,
                team=team,
                owner=owner,
                origin=origin,
                reasons=[Reason(reasons.get(key, key), float(points)) for key, points in parse_object(row[12]).items()],
                fields=more or {},
                amount_fen=row[14],
                due_ms=row[15],
                overdue=state == "open" and 0 < row[15] <= now_ms,
                opened_ms=row[16],
                changed_ms=row[17],
                outcome=row[18],
                outcomes=rules.outcomes_of(kind, sort),
                stages=rules.stages_of(kind),
            )
        )
    return found


def _reason_names(desk: Desk, reasons: Sequence[bytes]) -> dict[str, str]:
    """Return what the reasons of scores are called, by the number under which memory keeps each."""
    keys = {int(key) for body in reasons if body != b"{}" for key in parse_json(body)}
    if not keys:
        return {}
    rules = people_now(desk).rules.lead
    named = {rule.id: rule.name for rule in rules.rules} if rules else {}
    signed = [key - 2**64 if key >= 2**63 else key for key in keys]
    rows = desk.state.rows(_REASONS, (str(signed),))
    return {str(hashed % 2**64): named.get(text) or name or text for hashed, text, name in rows}


def _actors(desk: Desk) -> dict[str, str]:
    names = names_of_sources(desk)
    return {**names, **{each: str(body["name"]) for each, body in desk.definitions.live("staff").items()}}


def _text(said: Mapping[str, Any] | None) -> str:
    return ERASED if said is None else str(said.get("text") or "")
