"""Hands audiences to their destinations, when asked and when due.

A run goes on where the one before it stopped, with the same people; an export is confirmed only when all of it was
taken. So nothing is lost, and what a receiver gets twice it knows by its id.
"""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.audiences.computed_columns import ComputedColumns
from liftloop.app.audiences.export import Export, ExportOrder, Exports
from liftloop.app.audiences.handing import RETRY_WAITS_S, Delivery, Errand, Standing, Standings, refuse_own_files
from liftloop.app.audiences.schedule import AGAIN_AFTER_MS, due_ms
from liftloop.app.audiences.telling import Teller
from liftloop.app.definitions.destinations import read_destination
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.words import Said
from liftloop.audience.destinations import Destination
from liftloop.kernel.clock import FAR_FUTURE_MS, SystemClock
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.plugins.destinations import open_destination
from liftloop.storage.contract import StorageError

RAN = "destination.ran"
"""The fact that an audience was handed over, or that this failed."""
LOOK_EVERY_S = 20.0
RUNS_SHOWN_MAX = 50
RUN_BYTES = 6
"""Of chance in the id of a run: a company has a few thousand."""

_RUNS = 'SELECT body FROM system_record WHERE kind = $1 AND name = $2 ORDER BY "offset" DESC LIMIT $3'
_SYSTEM = "system:desk"
_LOGGER = logging.getLogger("liftloop.desk")


class RunBusy(LiftloopError):
    """The destination is being run."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            "destination_running",
            zh=f"去向 {identity} 正在运行",
            en=f"the destination {identity} is being run",
            next_zh="等这一次结束；liftloop audience destinations 看进展",
            next_en="wait until it has ended: liftloop audience destinations shows it",
            status=409,
        )


class Run(Struct, frozen=True, kw_only=True):
    """One run as its fact tells it."""

    destination: str
    version: int
    audience: str
    status: Literal["running", "done", "failed"]
    began_ms: int
    ended_ms: int
    """While it runs, when it began."""
    id: str = ""
    """Empty in what earlier versions said."""
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
        computed = ComputedColumns(desk.tick, desk.state, desk.vault, desk.definitions, desk.clock)
        self._teller = Teller(state=desk.state, vault=desk.vault, computed=computed)
        self._running: dict[str, Run] = {}
        """By destination."""
        self._tasks: set[asyncio.Task[Run]] = set()
        self._stuck_ms: dict[str, int] = {}
        """Until when a destination waits whose run could not even begin."""
        self._known: tuple[object, Mapping[str, Destination]] = (None, {})
        real = desk.settings.clock == "system"
        self.waits_s: Sequence[float] = RETRY_WAITS_S if real else [0.0] * len(RETRY_WAITS_S)
        """A manual clock does not move while somebody waits."""

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

    async def find(self, identity: str, run: str) -> Run:
        """Return one of the last runs of a destination, also while it runs; raises `NotFound`."""
        running = self._running.get(identity)
        if running is not None and running.id == run:
            return running
        kept = next((each for each in await self.runs(identity) if each.id == run), None)
        if kept is None:
            raise NotFound("run", run)
        return kept

    def start(self, identity: str, actor: str, *, whole: bool = False) -> Run:
        """Begin a run and return it as it begins; raises `NotFound`, and `RunBusy` while another one runs."""
        if self._alone[identity].locked():
            raise RunBusy(identity)
        begun = self._running[identity] = self._begun(identity)
        task = asyncio.create_task(self._run(begun, actor, whole=whole))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return begun

    async def run(self, identity: str, actor: str, *, whole: bool = False) -> Run:
        """Hand over what is new and return what came of it, also where that failed; raises `NotFound`.

        With `whole` everybody is told again, whatever the destination has.
        """
        return await self._run(self._begun(identity), actor, whole=whole)

    async def close(self) -> None:
        """End what was started; the next run goes on where it stopped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def next_ms(self) -> int:
        """Return when the next destination is due, FAR_FUTURE_MS where all wait to be asked; one that runs is due."""
        under_way = [run.began_ms for run in self._running.values()]
        return min((*under_way, *(due for _, due in self._schedule())), default=FAR_FUTURE_MS)

    async def run_if_due(self) -> None:
        """Run what is due, and wait for what runs; a run that fails says so in its fact, and is tried again later."""
        for identity in tuple(self._running):
            async with self._alone[identity]:
                pass
        now_ms = self._desk.clock.now_ms()
        due = [identity for identity, due_ms in self._schedule() if due_ms <= now_ms]
        if due:
            await self._desk.follower.catch_up()
            while await self._desk.follower.fill():  # An audience that is new has its people only then.
                await self._desk.follower.catch_up()
        for identity in due:
            try:
                run = await self.run(identity, _SYSTEM)
            except (StorageError, LiftloopError, OSError) as error:  # One that cannot run holds up no other.
                self._stuck_ms[identity] = now_ms + AGAIN_AFTER_MS
                _LOGGER.warning("destination %s has to wait: %s", identity, error)
            else:
                if run.error is not None:
                    _LOGGER.warning("destination %s: %s", identity, run.error.en)

    async def run_when_due(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self.run_if_due()
            except (StorageError, LiftloopError) as error:
                _LOGGER.warning("destinations have to wait: %s", error)
            await asyncio.sleep(LOOK_EVERY_S)

    def _schedule(self) -> list[tuple[str, int]]:
        """Return when each destination that has a schedule, and does not run just now, is due."""
        key = self._desk.state.rows("SELECT count(*), sum(status = 'live') FROM definition WHERE kind = 'destination'")
        if self._known[0] != key:
            live = self._desk.definitions.live("destination")
            self._known = key, {each: read_destination(body) for each, body in live.items()}
        dues = ((each, self._due_ms(each, one)) for each, one in self._known[1].items() if each not in self._running)
        return [(each, max(due, self._stuck_ms.get(each, 0))) for each, due in dues if due is not None]

    def _due_ms(self, identity: str, destination: Destination) -> int | None:
        if destination.every_hours is None and destination.daily_at is None:
            return None
        _, _, published_ms, _ = self._desk.definitions.newest("destination", identity)
        standing = self._standings.of(identity)
        return due_ms(destination, standing.began_ms, published_ms, failures=standing.failures)

    def _begun(self, identity: str) -> Run:
        version, body, _, _ = self._desk.definitions.newest("destination", identity)
        now_ms = self._desk.clock.now_ms()
        return Run(
            destination=identity,
            version=version,
            audience=str(body["audience"]),
            status="running",
            began_ms=now_ms,
            ended_ms=now_ms,
            id=f"run_{secrets.token_hex(RUN_BYTES)}",
        )

    def _ended(self, task: asyncio.Task[Run]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.warning("a destination could not be run: %s", error)

    async def _run(self, begun: Run, actor: str, *, whole: bool) -> Run:
        identity = begun.destination
        async with self._alone[identity]:
            begun = self._running[identity] = replace(self._begun(identity), id=begun.id)
            try:
                destination = read_destination(self._desk.definitions.readable("destination", identity))
                version, now_ms = begun.version, begun.began_ms
                errand = Errand(id=identity, version=version, destination=destination, actor=actor, now_ms=now_ms)
                run = await self._ran(begun, errand, whole=whole)
                await self._desk.tick.facts([fact(RAN, identity, canonical_json(run), actor, run.ended_ms)])
                await self._desk.follower.catch_up()
            finally:
                self._running.pop(identity, None)
        return run

    async def _ran(self, run: Run, errand: Errand, *, whole: bool) -> Run:
        """Hand over and return the run as it ended; what hinders it stands in the run."""
        before = self._standings.of(errand.id)
        if before.version != errand.version:  # What was under way was for another receiver, or other columns.
            before = replace(before, export="", done=0)
        failures = before.failures + 1  # Until it ends well: also for whoever reads this after a crash.
        standing = replace(before, version=errand.version, began_ms=errand.now_ms, failures=failures)
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
            async for done in delivery.parts(self._teller, errand, export, groups):
                self._standings.keep(errand.id, replace(standing, done=done))
            self._exports.confirm(export.id)
        except LiftloopError as refusal:
            return delivery.sent, Said(refusal.zh, refusal.en)
        finally:
            await receiving.close()
        self._standings.keep(errand.id, replace(standing, failures=0, export="", done=0))
        return delivery.sent, None
