"""A whole installation in one process and under one hand: log, fold, state, vault and lake of the embedded engine.

Time stands still until it is moved, and nothing is folded before somebody asks for it, so that a test or a simulation
decides what happens between two steps. The stages, the files and the tick's own HTTP application are the real ones.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, MutableMapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import aiohttp
import uvicorn

from liftloop.app.facts import published
from liftloop.app.following import Follower
from liftloop.app.issued_links import IssuedLinks
from liftloop.app.settings import Settings, clock_of
from liftloop.app.sockets import listen_unix
from liftloop.app.tick.definition_faults import find_fault
from liftloop.app.tick.pipeline import stages
from liftloop.app.tick.process import TickApp
from liftloop.app.tick.sealing import seal
from liftloop.app.tick.senders import rules_now
from liftloop.app.tick.worker import TICK_RECORDS_MAX, Worker
from liftloop.app.tick_client import TickClient
from liftloop.collect.drafting import Inlet
from liftloop.collect.messages import read
from liftloop.kernel.clock import SECOND_MS, ManualClock
from liftloop.kernel.codec import canonical_json, pack
from liftloop.kernel.ids import Offset
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Record
from liftloop.storage.embedded.crash_points import NO_CRASHES, Crashes
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.lake import DuckLake
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState
from liftloop.storage.embedded.vault import SqliteVault

T = TypeVar("T")

LAKE_MEMORY = "512MB"
FOLLOW_MAX = 50_000
STEPS_MAX = 100_000  # An instant that is due for ever is a fault; this many steps at one instant show it.
START_TIMEOUT_S = 10.0


class SteppedWorker(Worker):
    """A `Worker` without threads: it folds when asked to step, to be folded up to an offset, or a question."""

    def append(self, count: int, body: bytes, known: Sequence[Record] | None = None) -> Future[Offset]:
        return _done(self._log.append([(count, body)]))

    def folded(self, offset: Offset) -> Future[None]:
        self.fold_all()
        return _done(None)

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Answer at once, after everything that was appended."""
        self.fold_all()
        return _done(question())

    def backlog(self) -> int:
        return 0

    def step(self) -> bool:
        """Fold one tick of what waits or is due; return False where there was nothing to do."""
        entries = self._log.read(after=self.fold.offset, limit=TICK_RECORDS_MAX)
        if not entries and self.fold.next_due_ms() > self._clock.now_ms():
            return False
        self._step(entries)
        return True

    def fold_all(self) -> None:
        """Step until nothing waits and nothing is due."""
        for _ in range(STEPS_MAX):
            if not self.step():
                return
        raise AssertionError("something is due for ever")


class Installation:
    """One data folder and everything that works on it; `restart` loses what is only in memory, as a crash does.

    Open one lake at a time: either `lake` here or a desk of your own on the same folder.
    """

    def __init__(self, path: Path, now_ms: int, crashes: Crashes = NO_CRASHES) -> None:
        self._crashes = crashes
        self.settings = Settings(data=path, clock="manual", clock_start_ms=now_ms)
        self.folder = DataFolder(path, version=self.settings.version)
        clock = clock_of(self.settings, self.folder.clock)
        assert isinstance(clock, ManualClock)
        self.clock: ManualClock = clock
        self._lake: DuckLake | None = None
        self._open()

    def _open(self) -> None:
        self.log = SqliteLog(self.folder.log, self._crashes)
        self.state = SqliteState(self.folder.state, self._crashes)
        self.vault = SqliteVault(self.folder.vault, self.folder.master_key(), self._crashes)
        self.fold = Fold(self.state, stages(), find_fault)
        self.fold.restore()
        self.worker = SteppedWorker(self.fold, self.log, self.state, self.clock, _nothing)
        self.issued = IssuedLinks(self.folder.attempts)
        self.app = TickApp(self.worker, self.vault, self.clock, self.folder.write_key(), self.issued, self.folder.media)
        self.tick = DirectTick(self.app)

    @property
    def lake(self) -> DuckLake:
        """The lake as far as `follow` has brought it; opened at the first use."""
        if self._lake is None:
            self._lake = DuckLake(self.folder.lake, memory_limit=LAKE_MEMORY, threads=1, crashes=self._crashes)
        return self._lake

    def now_ms(self) -> int:
        return self.clock.now_ms()

    def append(self, records: Sequence[Record]) -> Offset:
        """Make records durable; they are folded later."""
        return self.log.append([(len(records), pack(list(records)))])

    def receive(self, *messages: Mapping[str, Any]) -> Offset:
        """Take messages as the tracking API does, personal fields sealed; they are folded later."""
        body = canonical_json({"batch": list(messages)})
        rules = rules_now(self.fold.catalog)
        drafts = read(body, Inlet(type="batch", received_ms=self.now_ms(), actor="key:write", rules=rules))
        return self.append(seal(drafts, self.vault))

    def fold_all(self) -> None:
        """Fold everything appended and everything due now."""
        self.worker.fold_all()

    def publish(self, kind: str, identity: str, body: Any) -> int:
        """Publish the next version of a definition, give it its past, and return the version."""
        self.fold_all()
        version = self.fold.catalog.newest(kind, identity) + 1
        self.append([published(kind, identity, version, body, "person:test", self.now_ms())])
        self.fold_all()
        if self.fold.catalog.filling(kind):
            self.fill()
        return version

    def fill(self) -> None:
        """Let the desk's study give waiting definitions their past, and switch them on."""
        self.follow()
        follower = Follower(self.lake, self.log, self.state, self.tick, self.clock)
        asyncio.run(_filled(follower))
        self.fold_all()

    def advance(self, seconds: float) -> int:
        """Go forward from due instant to due instant, folding at each; return how many there were."""
        self.fold_all()
        target_ms = self.now_ms() + int(seconds * SECOND_MS)
        instants = 0
        while (due_ms := self.fold.next_due_ms()) <= target_ms:
            instants += 1
            assert instants < STEPS_MAX, "something is due for ever"
            self.clock.set_ms(max(due_ms, self.now_ms()))
            self.fold_all()
        self.clock.set_ms(target_ms)
        return instants

    def follow(self) -> None:
        """Bring the lake up to what has been folded."""
        while self.lake.follow(self.log, self.state, limit=FOLLOW_MAX):
            continue

    def checkpoint(self) -> None:
        self.worker.checkpoint()

    def restart(self) -> None:
        """End as a killed process ends, between two ticks, and come back from what is on disk."""
        self.close()
        self._open()
        self.fold_all()

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[None]:
        """Serve the tick on the folder's socket from this event loop, for a desk or another process beside it."""
        self.close_lake()
        config = uvicorn.Config(self.app, log_level="warning", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listen_unix(self.folder.tick_socket)]))
        async with asyncio.timeout(START_TIMEOUT_S):
            while not server.started:
                await asyncio.sleep(0.001)
        try:
            yield
        finally:
            server.should_exit = True
            await serving

    def close_lake(self) -> None:
        if self._lake is not None:
            self._lake.close()
            self._lake = None

    def close(self) -> None:
        self.close_lake()
        for part in (self.state, self.log, self.vault, self.issued):
            part.close()


class DirectTick(TickClient):
    """A `TickClient` that calls the tick's application itself: no socket, any event loop, the same answers."""

    def __init__(self, app: TickApp) -> None:
        super().__init__(Path())
        self._session = cast(aiohttp.ClientSession, _DirectSession(app))


class _DirectSession:
    """As much of a client session as `TickClient` uses."""

    def __init__(self, app: TickApp) -> None:
        self._app = app

    @asynccontextmanager
    async def post(self, url: str, data: bytes, timeout: aiohttp.ClientTimeout) -> AsyncGenerator["_Answered"]:
        answered = _Answered()
        scope = {
            "type": "http",
            "method": "POST",
            "path": url.removeprefix("http://tick"),
            "server": ("tick.sock", None),
            "headers": [],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": data}

        await self._app(scope, receive, answered.send)
        yield answered

    async def close(self) -> None: ...


class _Answered:
    def __init__(self) -> None:
        self.status = 0
        self._body = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self._body += message.get("body", b"")

    async def read(self) -> bytes:
        return self._body


async def _filled(follower: Follower) -> None:
    while await follower.fill():
        await follower.catch_up()


def _nothing() -> None:
    """Maintain nothing: the files of a test stay small."""


def _done(value: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(value)
    return future
