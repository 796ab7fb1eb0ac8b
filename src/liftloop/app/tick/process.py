"""The tick process: the tracking API, the log, the fold. It imports neither DuckDB nor LightGBM and decides everything.

Two sockets serve it: TCP for senders of events, a Unix socket in the data folder for the other processes.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import uvicorn

from liftloop.app.issued_links import IssuedLinks
from liftloop.app.meter import Histogram
from liftloop.app.requests import Answer, Receive, Scope, Send, body_of, for_browsers, language
from liftloop.app.settings import Settings, clock_of, path_from_text
from liftloop.app.sockets import listen_tcp, listen_unix
from liftloop.app.tick.asgi_server import SignalledServer
from liftloop.app.tick.definition_faults import find_fault
from liftloop.app.tick.pipeline import stages
from liftloop.app.tick.questions import answer
from liftloop.app.tick.restored import load
from liftloop.app.tick.tracking import Busy, TooFast, Tracking
from liftloop.app.tick.worker import Worker
from liftloop.kernel.clock import Clock, ManualClock
from liftloop.kernel.codec import pack, unpack
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import Offset, TickNumber
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import RECORDS, Commit, DiskFull, Vault
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState
from liftloop.storage.embedded.vault import SqliteVault

T = TypeVar("T")

RETRY_AFTER_S = 1
KEEP_ALIVE_S = 120
"""Longer than any of our clients keeps an idle connection: the one that speaks next must not find it closed."""
FULL_LOOK_S = 0.5
FACTS_BYTES_MAX = 64 << 20
HEALTHY = Answer(200, b'{"status":"ok"}')
FAILED = Answer(503, b'{"status":"failed"}')


class TickApp:
    """The ASGI application of both sockets."""

    def __init__(
        self, worker: Worker, vault: Vault, clock: Clock, write_key: str, issued: IssuedLinks, media: Path
    ) -> None:
        self._worker = worker
        self._vault = vault
        self._clock = clock
        self._tracking = Tracking(worker, vault, clock, write_key, issued, media)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answered = await self._respond(scope, receive)
        except LiftloopError as error:
            retry = ((b"retry-after", b"%d" % _retry_after_s(error)),) if error.status in (429, 503) else ()
            told = msgspec.json.encode(error.as_json(language(scope)))
            answered = Answer(error.status, told, headers=retry)
        headers = [(b"content-type", answered.content_type), *answered.headers, *for_browsers(scope)]
        await send({"type": "http.response.start", "status": answered.status, "headers": headers})
        await send({"type": "http.response.body", "body": answered.body})

    async def _respond(self, scope: Scope, receive: Receive) -> Answer:
        path: str = scope["path"]
        if path == "/healthz":
            return HEALTHY if self._worker.failure is None else FAILED
        if scope["server"] is not None and scope["server"][1] is None:
            return Answer(*await self._inside(path, await body_of(receive, FACTS_BYTES_MAX)))
        return await self._tracking.respond(scope, receive)

    async def _inside(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Answer the other processes: facts to append, questions to state, the clock."""
        match path:
            case "/facts" | "/facts/folded":
                records = RECORDS.decode(body)
                try:
                    after = await asyncio.wrap_future(self._worker.append(len(records), body, records))
                except DiskFull as error:
                    raise Busy("disk") from error
                if path == "/facts/folded":
                    await self._unless_full(self._worker.folded(after))
                return 200, pack({"offset": after})
            case "/seal":
                return 200, pack(self._vault.seal([(key, clear) for key, clear in unpack(body)]))
            case "/erase":
                return 200, pack(await asyncio.to_thread(self._vault.destroy, unpack(body)))
            case "/metrics":
                return 200, (await asyncio.to_thread(self._worker.metrics)).encode()
            case "/forget":
                before = unpack(body)
                forgotten = await asyncio.to_thread(
                    self._worker.forget,
                    Offset(before["log_before"]),
                    TickNumber(before["facts_before"]),
                    int(before["carried_before_ms"]),
                )
                return 200, pack(forgotten)
            case "/clock":
                assert isinstance(self._clock, ManualClock), "only a manual clock can be moved"
                return 200, pack(await self._move_clock(self._clock, int(unpack(body)["now_ms"])))
            case _:
                return await self._question(path.removeprefix("/ask/"), unpack(body))

    async def _move_clock(self, clock: ManualClock, now_ms: int) -> Any:
        """Move between two ticks, after all that was acknowledged: earlier events are folded at their own time."""
        await asyncio.wrap_future(self._worker.caught_up())
        await asyncio.wrap_future(self._worker.ask(lambda: clock.set_ms(now_ms)))
        fold = self._worker.fold
        return await asyncio.wrap_future(self._worker.ask(lambda: answer(fold, "position", {})))

    async def _unless_full(self, future: Future[T]) -> T:
        """Wait for the fold, but not while it waits for room on the disk: raises `Busy`."""
        waiting = asyncio.wrap_future(future)
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=FULL_LOOK_S)
            if self._worker.meter.disk_full and not waiting.done():
                waiting.cancel()
                raise Busy("disk")
        return waiting.result()

    async def _question(self, question: str, given: Any) -> tuple[int, bytes]:
        fold = self._worker.fold
        try:
            answered = await self._unless_full(self._worker.ask(lambda: answer(fold, question, given)))
        except LiftloopError as error:
            return error.status, msgspec.json.encode(error.as_json("zh-CN"))
        return 200, pack(answered)


def _retry_after_s(error: LiftloopError) -> int:
    return error.retry_after_s if isinstance(error, TooFast) else RETRY_AFTER_S


class TimedState(SqliteState):
    """A state store that knows how long its commits take."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.commit_s = Histogram()

    def commit(self, commit: Commit) -> None:
        began = time.perf_counter()
        super().commit(commit)
        self.commit_s.observe(time.perf_counter() - began)


async def serve(settings: Settings) -> None:
    """Run the tick process until it is told to stop, its parent is gone, or the fold fails."""
    folder = DataFolder(settings.data, version=settings.version)
    log, store = SqliteLog(folder.log), TimedState(folder.state)
    vault = SqliteVault(folder.vault, folder.master_key())
    clock = clock_of(settings, folder.clock)

    def maintain() -> None:
        for part in (log, store, vault):
            part.maintain()

    worker = Worker(Fold(store, stages(), find_fault), log, store, clock, maintain)
    worker.meter.commit_s = store.commit_s
    await asyncio.to_thread(load, worker, folder.restored, clock)
    worker.start()
    issued = IssuedLinks(folder.attempts)
    app = TickApp(worker, vault, clock, settings.write_key or folder.write_key(), issued, folder.media)
    server = SignalledServer(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=5,
        ),
        (signal.SIGTERM,),
    )
    sockets = [listen_tcp(settings.host, settings.track_port), listen_unix(folder.tick_socket)]
    watch = asyncio.create_task(_watch(server, worker, settings.desk))
    await server.serve(sockets=sockets)
    watch.cancel()
    await asyncio.to_thread(worker.stop)
    for part in (store, log, vault, issued):
        part.close()
    if worker.failure is not None:
        raise SystemExit(1)


async def _watch(server: uvicorn.Server, worker: Worker, desk: int) -> None:
    """Stop the server when the fold has failed or the desk is gone, be it before this process looked."""
    while worker.failure is None and os.getppid() == desk:
        await asyncio.sleep(0.2)
    server.should_exit = True


def main(settings: Settings) -> None:
    """Enter the process; SIGTERM and SIGINT end it cleanly."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Settings, dec_hook=path_from_text))
