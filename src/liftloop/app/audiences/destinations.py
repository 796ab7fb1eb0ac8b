"""Hands audiences to their destinations, when asked and when due.

A run goes on where the one before it stopped, with the same people; an export is confirmed only when all of it was
taken. So nothing is lost, and what a receiver gets twice it knows by its id.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.audiences.export import Export, ExportOrder, Exports
from liftloop.app.audiences.handing import RETRY_WAITS_S, Delivery, Errand, Standing, Standings, refuse_own_files
from liftloop.app.audiences.schedule import due_ms
from liftloop.app.definitions.destinations import read_destination
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.words import Said
from liftloop.audience.destinations import Destination
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.plugins.destinations import open_destination
from liftloop.storage.contract import StorageError

RAN = "destination.ran"
"""The fact that an audience was handed over, or that this failed."""
LOOK_EVERY_S = 20.0
RUNS_SHOWN_MAX = 50

_RUNS = 'SELECT body FROM system_record WHERE kind = $1 AND name = $2 ORDER BY "offset" DESC LIMIT $3'
_SYSTEM = "system:desk"
_LOGGER = logging.getLogger("liftloop.desk")


class Run(Struct, frozen=True, kw_only=True):
    """One run as its fact tells it."""

    destination: str
    version: int
    audience: str
    status: Literal["done", "failed"]
    began_ms: int
    ended_ms: int
    export: str = ""
    """Empty where it did not come so far."""
    whole: bool = False
    count: int = 0
    """Members when the export was made."""
    entered: int = 0
    """Who came since the run before, or all members."""
    left: int = 0
    resumed_at: int = 0
    """How many of them earlier runs had handed over."""
    sent: int = 0
    """How many people this run told of; who was erased is not among them."""
    error: Said | None = None


class DestinationLine(Struct, frozen=True, kw_only=True):
    """One destination in a list."""

    id: str
    version: int
    destination: Destination
    """Its secrets are sealed."""
    last: Run | None
    due_ms: int | None
    """None: when somebody asks."""


class Destinations:
    """The use cases around destinations; one run of a destination at a time."""

    def __init__(self, desk: Desk, exports: Exports) -> None:
        self._desk = desk
        self._exports = exports
        self._standings = Standings(exports.folder)
        self._alone: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._allow = parse_networks(desk.settings.webhook_allow)
        self.waits_s: Sequence[float] = RETRY_WAITS_S

    async def listed(self, audience: str) -> list[DestinationLine]:
        """Return the destinations of an audience, of all with "", by name."""
        found: list[DestinationLine] = []
        for identity, body in self._desk.definitions.live("destination").items():
            destination = read_destination(body)
            if audience in ("", destination.audience):
                version, _, _, _ = self._desk.definitions.newest("destination", identity)
                runs = await self.runs(identity, 1)
                line = DestinationLine(
                    id=identity,
                    version=version,
                    destination=destination,
                    last=runs[0] if runs else None,
                    due_ms=self._due_ms(identity, destination),
                )
                found.append(line)
        return sorted(found, key=lambda line: (line.destination.name, line.id))

    async def runs(self, identity: str, limit: int = RUNS_SHOWN_MAX) -> list[Run]:
        """Return the last runs of a destination, newest first."""
        rows = await self._desk.follower.select(_RUNS, [RAN, identity, min(limit, RUNS_SHOWN_MAX)])
        return [msgspec.convert(parse_json(str(body)), Run) for body in rows["body"]]

    async def run(self, identity: str, actor: str, *, whole: bool = False) -> Run:
        """Hand over what is new and return what came of it, also where that failed; raises `NotFound`.

        With `whole` everybody is told again, whatever the destination has.
        """
        async with self._alone[identity]:
            version, _, _, _ = self._desk.definitions.newest("destination", identity)
            destination = read_destination(self._desk.definitions.readable("destination", identity))
            now_ms = self._desk.clock.now_ms()
            run = await self._ran(
                Errand(id=identity, version=version, destination=destination, actor=actor, now_ms=now_ms), whole=whole
            )
            await self._desk.tick.facts([fact(RAN, identity, canonical_json(run), actor, run.ended_ms)])
        await self._desk.follower.catch_up()
        return run

    async def run_if_due(self) -> None:
        """Run what is due; a run that fails says so in its fact, and is tried again after a while."""
        for identity in self._desk.definitions.live("destination"):
            try:
                await self._run_if_due(identity)
            except (StorageError, LiftloopError, OSError) as error:  # One that cannot run holds up no other.
                _LOGGER.warning("destination %s has to wait: %s", identity, error)

    async def run_when_due(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self.run_if_due()
            except (StorageError, LiftloopError) as error:
                _LOGGER.warning("destinations have to wait: %s", error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _run_if_due(self, identity: str) -> None:
        destination = read_destination(self._desk.definitions.newest("destination", identity)[1])
        due = self._due_ms(identity, destination)
        if due is None or due > self._desk.clock.now_ms() or self._alone[identity].locked():
            return
        run = await self.run(identity, _SYSTEM)
        if run.error is not None:
            _LOGGER.warning("destination %s: %s", identity, run.error.en)

    def _due_ms(self, identity: str, destination: Destination) -> int | None:
        _, _, published_ms, _ = self._desk.definitions.newest("destination", identity)
        standing = self._standings.of(identity)
        return due_ms(destination, standing.began_ms, published_ms, failed=standing.failed)

    async def _ran(self, errand: Errand, *, whole: bool) -> Run:
        """Hand over and return the run; what hinders it stands in the run."""
        run = Run(
            destination=errand.id,
            version=errand.version,
            audience=errand.destination.audience,
            status="failed",
            began_ms=errand.now_ms,
            ended_ms=errand.now_ms,
        )
        before = self._standings.of(errand.id)
        if before.version != errand.version:  # What was under way was for another receiver, or other columns.
            before = replace(before, export="", done=0)
        standing = replace(before, version=errand.version, began_ms=errand.now_ms, failed=True)
        self._standings.keep(errand.id, standing)
        try:
            refuse_own_files(errand.destination, self._desk.data)
            export = await self._export(errand, before, whole=whole)
            done = before.done if before.export == export.id else 0
            run = replace(
                run,
                export=export.id,
                whole=not export.order.changes,
                count=export.count,
                entered=export.entered,
                left=export.left,
                resumed_at=done,
            )
            sent, error = await self._delivered(errand, export, replace(standing, export=export.id, done=done))
        except LiftloopError as refusal:
            sent, error = 0, Said(refusal.zh, refusal.en)
        ended_ms = self._desk.clock.now_ms()
        return replace(run, ended_ms=ended_ms, sent=sent, error=error, status="failed" if error else "done")

    async def _export(self, errand: Errand, before: Standing, *, whole: bool) -> Export:
        """Return the export that an earlier run did not end, or a new one."""
        if before.export:
            try:
                unfinished = self._exports.find(before.export)
                if not (whole and unfinished.order.changes):
                    return unfinished
            except NotFound:  # It was let go meanwhile: what it told is told again.
                pass
        destination = errand.destination
        order = ExportOrder(
            audience=destination.audience, destination=errand.told_as, changes=True, medium=destination.channel
        )
        if whole or not destination.changes or not self._exports.confirmed(order):
            # Whoever takes each id once would take the same people only once, however often they came and went.
            order = replace(order, changes=False, anew_ms=errand.now_ms)
        return await self._exports.make(order, errand.actor)

    async def _delivered(self, errand: Errand, export: Export, standing: Standing) -> tuple[int, Said | None]:
        """Hand an export over; return of how many people was told, and what stopped it."""
        receiving = open_destination(errand.destination.to, self._allow, SystemClock())
        delivery = Delivery(receiving, self.waits_s, standing.done)
        groups = self._exports.people(export.id)
        self._standings.keep(errand.id, standing)
        try:
            async for done in delivery.parts(self._desk.state, self._desk.vault, errand, export, groups):
                self._standings.keep(errand.id, replace(standing, done=done))
            self._exports.confirm(export.id)
        except LiftloopError as refusal:
            return delivery.sent, Said(refusal.zh, refusal.en)
        finally:
            await receiving.close()
        self._standings.keep(errand.id, replace(standing, failed=False, export="", done=0))
        return delivery.sent, None
