"""What became of work goes back to the log as events of the customer, so that journeys, audiences and measures see it.

Each line of the history is told once: its event bears the line's place as its id, and a message id counts once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.ledger import family
from liftloop.app.looking import keep_looking
from liftloop.app.tags.holders import heads_now, senders_of
from liftloop.app.whole_files import write_whole
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record, Row, StateReader

LINES_MAX = 2_000
LOOK_EVERY_S = 0.3
OPEN_TICKETS = "open_tickets"
"""The trait that says how many tickets of a customer are open: audiences and the gate may ask for it."""
_NEW = """
SELECT change.tick, change.position, change.work, change.what, change.value, change.actor, change.at_ms,
    work.kind, work.sort, work.profile, work.origin, work.owner, work.team, work.stage, work.amount_fen, work.due_ms
FROM work_change AS change JOIN work ON work.id = change.work
WHERE (change.tick, change.position) > (?, ?) ORDER BY change.tick, change.position LIMIT ?
"""
_LAST = "SELECT tick, position FROM work_change ORDER BY tick DESC, position DESC LIMIT 1"
_OPEN = "SELECT count(*) FROM work WHERE kind = 'ticket' AND state = 'open' AND profile IN ({places})"


class Line(Struct, frozen=True, kw_only=True):
    """A line of the history of work, with what the work is now."""

    tick: int
    position: int
    work: str
    what: str
    value: str
    actor: str
    at_ms: int
    kind: str
    sort: str
    profile: int
    origin: str
    owner: str
    team: str
    stage: str
    amount_fen: int
    due_ms: int

    @property
    def id(self) -> str:
        """The same for the same line, and for no other."""
        return f"{self.tick}-{self.position}"


class Telling:
    """Follows the history of work from where it stopped."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._file = desk.data / "relate.json"
        self._tick = desk.tick
        self._state = desk.state
        self._alone = asyncio.Lock()
        self._reached = _read(self._file)

    def next_ms(self) -> int:
        """Return now where something is untold, else FAR_FUTURE_MS."""
        rows = self._state.rows(_LAST)
        return 0 if rows and (rows[0][0], rows[0][1]) > self._reached else FAR_FUTURE_MS

    async def run_if_due(self) -> None:
        """Tell until nothing is untold."""
        while self.next_ms() == 0:
            await self.tell()

    async def at_rest(self) -> None:
        """Tell what the last instant of a manual clock brought, and let the lake know."""
        await self.run_if_due()
        await self._desk.follower.catch_up()

    async def run_forever(self) -> None:
        """Tell until cancelled; a tick that is away is waited for."""
        await keep_looking(self.run_if_due, LOOK_EVERY_S, "work waits to be told")

    async def tell(self) -> None:
        """Tell what is new, at most LINES_MAX lines; returns once it is folded."""
        async with self._alone:
            lines = new_lines(self._state, self._reached, LINES_MAX)
            if not lines:
                return
            records = _records(self._state, lines)
            if records:
                await self._tick.facts(records)
            self._reached = (lines[-1].tick, lines[-1].position)
            write_whole(self._file, canonical_json(self._reached))


def new_lines(state: StateReader, reached: tuple[int, int], limit: int) -> list[Line]:
    """Return the lines after a place, in order."""
    rows: Sequence[Row] = state.rows(_NEW, (*reached, limit))
    names = Line.__struct_fields__
    return [Line(**dict(zip(names, row, strict=True))) for row in rows]


def event_of(line: Line) -> tuple[str, dict[str, Any]] | None:
    """Return the event that a line is to the customer, with its properties; None where it is none."""
    kind = line.kind.capitalize()
    about: dict[str, Any] = {line.kind: line.work, "team": line.team, "owner": line.owner}
    about |= {"kind": line.sort} if line.kind == "task" else {}
    about |= {"severity": line.sort} if line.kind == "ticket" else {}
    about |= {"amount": line.amount_fen / 100} if line.kind == "deal" else {}
    origin, _, named = line.origin.partition(":")
    if origin == "journey":
        about["journey"], _, about["node"] = named.partition("/")
    if origin == "rule":
        about["rule"] = named
    match line.what:
        case "opened" | "reopened" | "overdue":
            return f"{kind} {line.what.capitalize()}", about
        case "stage":
            return f"{kind} Stage Changed", {**about, "stage": line.value}
        case "closed" if line.value != "merged":
            ended = {"task": "Completed", "ticket": "Closed"}.get(line.kind)
            ended = ended or ("Won" if line.value == "won" else "Lost")
            return f"{kind} {ended}", {**about, "outcome": line.value}
        case _:
            return None


def _records(state: StateReader, lines: Sequence[Line]) -> list[Record]:
    heads = heads_now(state)
    number_of = {line.profile: heads.get(line.profile, line.profile) for line in lines}
    senders = senders_of(state, set(number_of.values()))
    records: list[Record] = []
    for line in lines:
        number, event = number_of[line.profile], event_of(line)
        if event is None or number not in senders:
            continue
        if line.kind == "ticket" and line.what in ("opened", "reopened", "closed"):
            traits = {OPEN_TICKETS: _open_tickets(state, number)}
            records.append(_record(line, ("identify", "", traits), senders[number]))
        records.append(_record(line, ("track", *event), senders[number]))
    return records


def _record(line: Line, said: tuple[str, str, Mapping[str, Any]], sender: Mapping[str, Any]) -> Record:
    kind, name, body = said
    return Record(
        kind=kind,
        at_ms=line.at_ms,
        received_ms=line.at_ms,
        message_id=f"relate:{kind}:{line.id}",
        actor=line.actor,
        name=name,
        body=canonical_json({key: value for key, value in body.items() if value != ""}),
        **sender,
    )


def _open_tickets(state: StateReader, number: int) -> int:
    numbers = family(state, number)
    return int(state.rows(_OPEN.format(places=", ".join("?" * len(numbers))), numbers)[0][0])


def _read(file: Path) -> tuple[int, int]:
    try:
        tick, position = msgspec.json.decode(file.read_bytes(), type=tuple[int, int])
    except FileNotFoundError:
        return (0, -1)
    return tick, position
