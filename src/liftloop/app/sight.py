"""Whose customers a caller may see: the one filter for every list of people and for every single person.

A customer is a team's by the newest value of `region` or `store`, as work is assigned to teams. Who has no team sees
everybody; a team that names no region and no store sees nobody. Staff see whom they have open work about.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftloop.app.callers import current
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.storage.contract import StateReader

PARTS = {"regions": "region", "stores": "store"}
"""What a team names, and the attribute of customers that says so."""
AT_ONCE = 20_000
_TEAMS = """
SELECT body FROM definition
WHERE kind = 'team' AND status = 'live' AND id IN (SELECT value FROM json_each(?))
"""
_FAMILY = """
WITH RECURSIVE family (head, profile) AS (
    SELECT value, value FROM json_each(?1)
    UNION SELECT family.head, merge.forwarded FROM family JOIN merge ON merge.kept = family.profile
)
SELECT family.head, attribute.name, attribute.value FROM family JOIN attribute USING (profile)
WHERE attribute.sealed = 0 AND attribute.name IN ('region', 'store') ORDER BY attribute.at_ms
"""
_WORK = """
WITH RECURSIVE family (head, profile) AS (
    SELECT value, value FROM json_each(?1)
    UNION SELECT family.head, merge.forwarded FROM family JOIN merge ON merge.kept = family.profile
)
SELECT DISTINCT family.head FROM family JOIN work USING (profile)
WHERE work.state = 'open' AND work.owner = ?2 AND ?2 <> ''
"""
_NAMED = """
WITH RECURSIVE named (profile) AS (
    SELECT profile FROM attribute WHERE sealed = 0 AND name = ?1 AND value IN (SELECT CAST(value AS BLOB)
        FROM json_each(?2))
    UNION SELECT merge.kept FROM named JOIN merge ON merge.forwarded = named.profile
)
SELECT profile FROM named WHERE NOT EXISTS (SELECT 1 FROM merge WHERE merge.forwarded = named.profile)
"""

Numbers = NDArray[np.int64]
_STATE: ContextVar[StateReader | None] = ContextVar("state", default=None)


@contextmanager
def looking_at(state: StateReader) -> Generator[None]:
    """Let what is inside look customers up in this state; a bounded caller without one sees nobody."""
    token = _STATE.set(state)
    try:
        yield
    finally:
        _STATE.reset(token)


def bounded() -> bool:
    """Say whether the caller sees some customers only."""
    return bool(current().teams) or current().role == "staff"


def sight_of_caller() -> tuple[object, ...] | None:
    """Return what tells apart who sees which customers; None for whoever sees everybody."""
    caller = current()
    return (caller.role == "staff", caller.staff, *sorted(caller.teams)) if bounded() else None


def visible(numbers: Sequence[int]) -> list[int]:
    """Return which of these people the caller may see, in their order."""
    if not bounded():
        return list(numbers)
    state = _STATE.get()
    if state is None:
        return []
    if current().role == "staff":
        return _own_work(state, numbers)
    wanted = _wanted(state)
    seen: set[int] = set()
    for start in range(0, len(numbers), AT_ONCE):
        part = [int(each) for each in numbers[start : start + AT_ONCE]]
        newest: dict[tuple[int, str], Any] = {}
        for head, name, value in state.rows(_FAMILY, (canonical_json(part).decode(),)):
            newest[head, name] = parse_json(value)
        seen |= {head for (head, name), value in newest.items() if str(value) in wanted[name]}
    return [each for each in numbers if int(each) in seen]


def kept(numbers: Numbers) -> Numbers:
    """Return the same of an array."""
    if not bounded():
        return numbers
    if len(numbers) > AT_ONCE:  # Whose the team's customers are is asked once, instead of each one's team.
        return numbers[np.isin(numbers, np.array(everybody_in_sight(), dtype=numbers.dtype))]
    return np.array(visible(numbers.tolist()), dtype=numbers.dtype)


def few_kept(numbers: Numbers) -> Numbers:
    """Return people to take a sample from: of a large crowd not all are looked at."""
    return kept(numbers[:: 1 + len(numbers) // AT_ONCE]) if bounded() else numbers


def in_sight(number: int) -> bool:
    """Say whether the caller may see one person."""
    return not bounded() or bool(visible([number]))


def everybody_in_sight() -> list[int]:
    """Return all people that a bounded caller may see, ascending."""
    assert bounded(), "who sees everybody has no list"
    state = _STATE.get()
    if state is None or current().role == "staff":
        return []
    wanted = _wanted(state)
    found: set[int] = set()
    for name, values in wanted.items():
        texts = [canonical_json(each).decode() for each in sorted(values)]
        found |= {number for (number,) in state.rows(_NAMED, (name, canonical_json(texts).decode()))}
    return visible(sorted(found))


def _own_work(state: StateReader, numbers: Sequence[int]) -> list[int]:
    """Return whom staff have open work about."""
    wanted = canonical_json([int(each) for each in numbers]).decode()
    seen = {number for (number,) in state.rows(_WORK, (wanted, current().staff))}
    return [each for each in numbers if int(each) in seen]


def _wanted(state: StateReader) -> Mapping[str, set[str]]:
    """Return which values of which attribute are in sight."""
    teams = current().teams
    wanted: dict[str, set[str]] = {name: set() for name in PARTS.values()}
    for (body,) in state.rows(_TEAMS, (canonical_json(list(teams)).decode(),)):
        team = parse_json(body)
        for part, name in PARTS.items():
            wanted[name] |= {str(each) for each in team.get(part) or ()}
    return wanted
