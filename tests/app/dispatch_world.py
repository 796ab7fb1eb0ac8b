"""A world for the dispatcher: state in SQLite rows, a vault of rot13, a tick that folds, a scripted channel."""

import asyncio
import codecs
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.personal import Asked, Told
from liftloop.app.dispatch.rounds import Dispatcher, DispatchTools
from liftloop.deliver.contract import (
    AttemptsSettled,
    Channel,
    ChannelDefinition,
    ChannelLimits,
    Envelope,
    Handover,
    Message,
    Outcome,
    Purpose,
    Repeat,
    TryLater,
)
from liftloop.deliver.second_look import MAY_LEAVE, Stopped
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.dice import hash_text
from liftloop.kernel.ids import MessageKey, Offset, TickNumber
from liftloop.storage.contract import FactBlock, Position, Record, Row
from liftloop.storage.embedded.crash_points import ATTEMPT_POINTS, CrashPoint
from liftloop.storage.tables import TABLES

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000


class Killed(BaseException):
    """The process ends here."""


class FixedClock:
    def __init__(self) -> None:
        self.ms = NOW_MS

    def now_ms(self) -> int:
        return self.ms


class Rot13Vault:
    def __init__(self) -> None:
        self.destroyed: set[bytes] = set()
        self.calls = 0

    def open(self, sealed: Sequence[bytes]) -> list[bytes | None]:
        self.calls += 1
        return [None if one in self.destroyed else codecs.decode(one.decode(), "rot13").encode() for one in sealed]

    def sealed(self, value: str) -> bytes:
        return codecs.encode(canonical_json(value).decode(), "rot13").encode()

    def keyed_hash(self, kind: str, value: str) -> int:
        return hash_text(kind, value)

    def seal(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        raise NotImplementedError

    def destroy(self, identifiers: Sequence[int]) -> int:
        raise NotImplementedError

    def close(self) -> None: ...


class RowState:
    """A `StateReader` over the tables of the contract, and the tick that folds into them."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        for table in TABLES:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns)
            key = ", ".join(f'"{name}"' for name, _ in table.columns[: table.key])
            self.db.execute(f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({key}))')
            for index in table.indexes:
                self.db.execute(f"CREATE INDEX {table.name}_{'_'.join(index)} ON {table.name} ({', '.join(index)})")
        self.queries = 0
        self.log: list[Record] = []
        self.folded = 0
        self.settled: dict[str, tuple[str, str]] = {}
        self.told: list[AttemptsSettled] = []
        self.fold_at_once = True
        self._folding = threading.Lock()

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        self.queries += 1
        return self.db.execute(query, parameters).fetchall()

    def position(self) -> Position | None:
        return Position(tick=TickNumber(self.db.total_changes), now_ms=0, offset=Offset(self.folded), epoch=1)

    def facts(self, *, after: TickNumber, limit: int) -> Sequence[tuple[TickNumber, FactBlock]]:
        raise NotImplementedError

    def close(self) -> None: ...

    async def send_facts(self, records: Sequence[Record]) -> Offset:
        """Append facts as the tick does: a message id that was seen before is dropped."""
        known = {record.message_id for record in self.log}
        self.log += [record for record in records if record.message_id not in known]
        if self.fold_at_once:
            self.fold()
        return Offset(len(self.log))

    def fold(self) -> None:
        """Fold what was told; tests call it from the dispatcher's worker threads too."""
        with self._folding:
            self._fold()

    def _fold(self) -> None:
        until = len(self.log)  # Told meanwhile is for the next fold.
        for record in self.log[self.folded : until]:
            assert record.kind == "attempts.settled"
            assert record.actor == "system:dispatch"
            body = msgspec.json.decode(record.body, type=AttemptsSettled)
            self.told.append(body)
            for key, outcome, reason in zip(body.keys, body.outcomes, body.reasons, strict=True):
                assert key not in self.settled, f"{key} was settled twice"
                self.settled[key] = (outcome, reason)
                self.db.execute("DELETE FROM outbox WHERE message_key = ?", (key,))
        self.folded = until

    def put(self, table: str, *values: Any) -> None:
        marks = ", ".join("?" * len(values))
        self.db.execute(f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})', values)

    def define(self, kind: str, identity: str, version: int, body: Mapping[str, Any]) -> None:
        self.db.execute("UPDATE definition SET status = 'superseded' WHERE kind = ? AND id = ?", (kind, identity))
        self.put("definition", kind, identity, version, canonical_json(body), "", "person:admin", NOW_MS, "live")


Step = Outcome | Literal["later", "lost", "lost_before", "missing", "raise"]
"""An outcome; or nothing left; taken and the answer lost; not taken and the answer lost; no hand-over; an exception."""


class ScriptedChannel:
    """Takes messages in memory and answers each batch with the next step of its script, then accepts."""

    def __init__(self, name: str = "shop", *, repeat: Repeat = "neither", batch_max: int = 10) -> None:
        self.name = name
        self.repeat: Repeat = repeat
        self.limits = ChannelLimits(batch_max=batch_max, body_bytes_max=1_000_000, per_second_max=1_000.0)
        self.address_kind: Literal["email", "phone", "customer_id"] = "customer_id"
        self.script: list[Step] = []
        self.calls: list[list[Message]] = []
        self.taken: Counter[str] = Counter()
        self.closed = 0

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        await asyncio.sleep(0)
        step = self.script.pop(0) if self.script else "accepted"
        self.calls.append(list(messages))
        match step:
            case "later":
                raise TryLater(2_000, "busy")
            case "raise":
                self._take(messages)
                raise RuntimeError("a bug in a plug-in")
            case "lost" | "missing":
                self._take(messages)
                return [] if step == "missing" else self._all(messages, "uncertain")
            case "lost_before":
                return self._all(messages, "uncertain")
            case outcome:
                if outcome in {"accepted", "uncertain"}:
                    self._take(messages)
                return self._all(messages, outcome)

    async def close(self) -> None:
        self.closed += 1

    def _take(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if self.repeat != "idempotent" or message.key not in self.taken:
                self.taken[message.key] += 1

    def _all(self, messages: Sequence[Message], outcome: Outcome) -> list[Handover]:
        return [Handover(key=message.key, outcome=outcome) for message in messages]


CrashAt = Callable[[str], None]
CRASH_POINTS = (*ATTEMPT_POINTS, "tell.before", "tell.after")


def no_crash(point: str) -> None:
    return


class CrashesOf:
    """Ends the process where its world wants it to end."""

    def __init__(self, crash_at: CrashAt) -> None:
        self._crash_at = crash_at

    def reach(self, point: CrashPoint) -> None:
        self._crash_at(point)


class World:
    """Everything around one dispatcher, kept across its restarts."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "dispatch.db"
        self.state = RowState()
        self.vault = Rot13Vault()
        self.clock = FixedClock()
        self.channels: dict[str, Channel] = {}
        self.crash_at: CrashAt = no_crash
        self.starts = 0
        self.stopped: dict[str, Stopped] = {}
        """What the tick says of messages about to leave, by key."""
        self.looked = 0
        self.known: dict[int, dict[str, float]] = {}
        """Traits that the tick tells of people, by number."""
        self.asked: list[Asked] = []
        self.paced = False
        self.dispatcher: Dispatcher | None = None

    def channel(self, channel: Any, version: int = 1) -> Any:
        self.channels[channel.name] = channel
        body = {"id": channel.name, "kind": "webhook", "settings": {}}
        self.state.define("channel", channel.name, version, body)
        return channel

    def content(self, identity: str, body: str, *, subject: str = "", version: int = 1) -> None:
        content = {"id": identity, "subject": subject, "body": body, "language": "zh-CN"}
        self.state.define("content", identity, version, content)

    def person(self, number: int, **attributes: Any) -> None:
        self.state.put("identifier", number + 1, "user_id", f"u{number}", number, NOW_MS, "")
        for name, value in attributes.items():
            self.state.put("attribute", number, name, canonical_json(value), 0, NOW_MS, "")

    def message(
        self,
        number: int,
        *,
        purpose: Purpose = "marketing",
        channel: str = "shop",
        content: str = "hello",
        due_ms: int = NOW_MS,
        expires_ms: int = NOW_MS + DAY_MS,
        **more: Any,
    ) -> str:
        key = f"c/send/{number}/0"
        envelope = Envelope(
            key=MessageKey(key),
            profile=number,
            campaign="c",
            channel=channel,
            content=content,
            content_version=more.pop("content_version", 1),
            purpose=purpose,
            decided_ms=NOW_MS - 5,
            expires_ms=expires_ms,
            cost_fen=7,
            **more,
        )
        self.state.put("outbox", key, channel, due_ms, pack(envelope))
        return key

    def outcomes(self) -> dict[str, str]:
        return {key: outcome for key, (outcome, _) in self.state.settled.items()}

    def reasons(self) -> dict[str, str]:
        return {key: reason for key, (_, reason) in self.state.settled.items()}

    def run(self, until: Callable[[], bool] | None = None) -> None:
        """Run a fresh dispatcher until nothing is due, or until a condition holds; raises `Killed`."""
        asyncio.run(self._run(until))

    async def _run(self, until: Callable[[], bool] | None) -> None:
        self.starts += 1
        attempts = AttemptFile(self.path, CrashesOf(self.crash_at))
        tools = DispatchTools(
            state=self.state,
            vault=self.vault,
            clock=self.clock,
            attempts=attempts,
            send_facts=self._send_facts,
            second_look=self._second_look,
            ask_people=self._ask_people,
            open_channel=self._open,
            paced=self.paced,
            wall=SystemClock(),
        )
        dispatcher = self.dispatcher = Dispatcher(tools)
        stop = asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        done = until or (lambda: dispatcher.pending() == 0)
        try:
            async with asyncio.timeout(20):
                await asyncio.sleep(0)
                while not running.done() and not done():
                    await asyncio.sleep(0.002)
                stop.set()
                await running
        finally:
            running.cancel()
            attempts.close()

    async def _send_facts(self, records: Sequence[Record]) -> Offset:
        self.crash_at("tell.before")
        offset = await self.state.send_facts(records)
        self.crash_at("tell.after")
        return offset

    async def _second_look(self, channel: str, envelopes: Sequence[Envelope]) -> Sequence[Stopped]:
        await asyncio.sleep(0)
        self.looked += len(envelopes)
        return [self.stopped.get(envelope.key, MAY_LEAVE) for envelope in envelopes]

    async def _ask_people(self, asked: Asked) -> Told:
        await asyncio.sleep(0)
        self.asked.append(asked)
        there = [each for each in asked.profiles if each in self.known]
        return Told(
            profiles=there,
            numbers={trait: [self.known[each].get(trait) for each in there] for trait in asked.traits},
            hashes={},
            inside=[() for _ in there],
        )

    def _open(self, definition: ChannelDefinition) -> Channel:
        return self.channels[definition.id]
