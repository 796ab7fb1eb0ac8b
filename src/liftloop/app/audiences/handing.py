"""Hands one export over, part by part, and keeps how far it came."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from liftloop.app.audiences.directory import Numbers
from liftloop.app.audiences.export import Export
from liftloop.app.audiences.telling import Teller
from liftloop.app.whole_files import write_whole
from liftloop.audience.destinations import (
    ROWS_MAX,
    Change,
    DatabaseReceiver,
    Destination,
    Part,
    WebhookReceiver,
)
from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_bytes, hash_text
from liftloop.plugins.destinations.contract import ReceiverAway, ReceiverRefuses, Receiving

RETRY_WAITS_S = (1.0, 5.0, 25.0)
"""Before each new try of a part within one run; then the run ends, and the next one goes on."""
PATIENCE_MS_MAX = 60 * SECOND_MS
"""Who asks for more is left alone until the next run."""

Groups = Sequence[tuple[Change, Numbers]]


class Errand(Struct, frozen=True, kw_only=True):
    """One destination as it is now, its secrets in the clear."""

    id: str
    version: int
    destination: Destination
    actor: str
    now_ms: int

    @property
    def told_as(self) -> str:
        """The name under which it confirms: another receiver, or one that is told more, has nothing yet."""
        to, destination = self.destination.to, self.destination
        where = [to.url] if isinstance(to, WebhookReceiver) else [*_place(to), to.table]
        told = canonical_json([where, destination.identifiers, destination.columns])
        return f"{self.id[:100]}/{hash_bytes(told):016x}"


class Standing(Struct, frozen=True, kw_only=True):
    """How far a destination is."""

    version: int = 0
    began_ms: int = 0
    """When its last run began, 0 before the first."""
    failures: int = 0
    """Runs that failed one after the other: after each the next waits longer."""
    export: str = ""
    """The export that is being handed over, "" where the last one is complete."""
    done: int = 0
    """How many of that export's people are behind us."""


class Standings:
    """How far each destination is, in files that are written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, identity: str) -> Standing:
        try:
            return msgspec.json.decode(self._file(identity).read_bytes(), type=Standing)
        except FileNotFoundError:
            return Standing()

    def keep(self, identity: str, standing: Standing) -> None:
        write_whole(self._file(identity), msgspec.json.encode(standing))

    def _file(self, identity: str) -> Path:
        return self._folder / f"standing-{hash_text('destination', identity):016x}"


class Delivery:
    """Hands an export over from wherever it stands; `done` and `sent` tell how far it came, also when it raises."""

    def __init__(self, receiving: Receiving, waits_s: Sequence[float], done: int) -> None:
        self._receiving = receiving
        self._waits_s = waits_s
        self.done = done
        self.sent = 0
        """People whom this delivery told of."""

    async def parts(self, teller: Teller, errand: Errand, export: Export, groups: Groups) -> AsyncGenerator[int]:
        """Hand over part after part and yield after each how many people are behind us."""
        of = sum(len(numbers) for _, numbers in groups)
        rows = errand.destination.to.rows_max if isinstance(errand.destination.to, WebhookReceiver) else ROWS_MAX
        whole = not export.order.changes
        while self.done < of or (whole and of == 0 and self.sent == 0):
            change, numbers = _next(groups, self.done, rows)
            people = await teller.told(errand.destination, numbers, change)
            part = Part(
                destination=errand.id,
                export=export.id,
                audience=export.order.audience,
                whole=whole,
                first=self.done,
                behind=len(numbers),
                of=of,
                at_ms=export.at_ms,
                people=people,
            )
            await self._take(part)
            self.done += len(numbers)
            self.sent += len(people)
            yield self.done
            if of == 0:
                return

    async def _take(self, part: Part) -> None:
        for wait_s in self._waits_s:
            try:
                await self._receiving.take(part)
            except ReceiverAway as away:
                if (away.after_ms or 0) > PATIENCE_MS_MAX:
                    raise
                await asyncio.sleep(max(wait_s, (away.after_ms or 0) / SECOND_MS if wait_s else 0.0))
            else:
                return
        await self._receiving.take(part)


def refuse_own_files(destination: Destination, data: Path) -> None:
    """Raise `ReceiverRefuses` where a destination would write into this installation's own folder."""
    if not isinstance(destination.to, DatabaseReceiver):
        return
    backend, *_, database = _place(destination.to)
    if backend == "sqlite" and Path(database).resolve().is_relative_to(data.resolve()):
        raise ReceiverRefuses("数据库在 Liftloop 自己的数据目录里", "the database lies in the data folder of Liftloop")


def _place(to: DatabaseReceiver) -> list[str]:
    from liftloop.plugins.destinations.database import place_of  # SQLAlchemy takes a third of a second.

    return place_of(to)


def _next(groups: Groups, done: int, rows: int) -> tuple[Change, list[int]]:
    """Return the next people, all of whom did the same."""
    before = 0
    for change, numbers in groups:
        if done < before + len(numbers):
            return change, numbers[done - before : done - before + rows].tolist()
        before += len(numbers)
    return groups[0][0], []
