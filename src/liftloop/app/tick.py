"""The tick process: the tracking API, the log, the fold. It imports neither DuckDB nor LightGBM and decides everything.

Two sockets serve it: TCP for senders of events, a Unix socket in the data folder for the other processes.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import uvicorn

from liftloop.app.asgi_server import SignalledServer
from liftloop.app.definition_faults import find_fault
from liftloop.app.meter import Histogram
from liftloop.app.pipeline import stages
from liftloop.app.questions import answer
from liftloop.app.restored import load
from liftloop.app.sealing import seal
from liftloop.app.settings import Settings, clock_of, path_from_text
from liftloop.app.sockets import listen_tcp, listen_unix
from liftloop.app.worker import Worker
from liftloop.collect.bodies import inflate
from liftloop.collect.contract import BATCH_BYTES_MAX, BodyTooLarge, MalformedBody
from liftloop.collect.messages import Inlet, read, write_key_in
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

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

T = TypeVar("T")

BACKLOG_MAX = 2_000
"""Runs of records that may wait to be folded; beyond it senders are told to come back."""
RETRY_AFTER_S = b"1"
PREFLIGHT_S = b"86400"
"""Browsers keep an answer for a day at most; most stop at two hours."""
KEEP_ALIVE_S = 120
"""Longer than any of our clients keeps an idle connection: the one that speaks next must not find it closed."""
FULL_LOOK_S = 0.5
FACTS_BYTES_MAX = 64 << 20
SUCCESS = b'{"success":true}'

_SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}
_TYPES = _SHORT | {name: name for name in _SHORT.values()} | {"import": "batch"}


class UnknownWriteKey(LiftloopError):
    """The sender's key is not one of ours."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_write_key",
            zh="写入密钥不对",
            en="unknown write key",
            next_zh="使用数据目录里 write.key 的内容",
            next_en="use the content of write.key in the data folder",
            status=401,
        )


class NoSuchPath(LiftloopError):
    """The tracking API has no such path, or not for this method."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "not_found",
            zh=f"没有这个地址：{path}",
            en=f"there is no such path: {path}",
            next_zh="发送到 POST /v1/track、/v1/identify 或 /v1/batch",
            next_en="send to POST /v1/track, /v1/identify or /v1/batch",
            status=404,
        )


class Busy(LiftloopError):
    """More came in than can be folded in time, or the disk is full: nothing of this request was taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "busy" if reason == "backlog" else "disk_full",
            zh="暂时收不下，本次请求没有写入" if reason == "backlog" else "磁盘已满，本次请求没有写入",
            en="too much at once; nothing of this request was taken"
            if reason == "backlog"
            else "the disk is full; nothing of this request was taken",
            next_zh="按 Retry-After 稍后重发；相同 messageId 不会重复",
            next_en="send again after Retry-After; the same messageId is never counted twice",
            status=429 if reason == "backlog" else 503,
        )


class TickApp:
    """The ASGI application of both sockets."""

    def __init__(self, worker: Worker, vault: Vault, clock: Clock, write_key: str) -> None:
        self._worker = worker
        self._vault = vault
        self._clock = clock
        self._write_key = write_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            status, body = await self._respond(scope, receive)
        except LiftloopError as error:
            status, body = error.status, msgspec.json.encode(error.as_json(_language(scope)))
        headers = [(b"content-type", b"application/json"), *_for_browsers(scope)]
        if status in (429, 503):
            headers.append((b"retry-after", RETRY_AFTER_S))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _respond(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        path: str = scope["path"]
        if path == "/healthz":
            return (200, b'{"status":"ok"}') if self._worker.failure is None else (503, b'{"status":"failed"}')
        if scope["server"] is not None and scope["server"][1] is None:
            return await self._inside(path, await _body(receive, FACTS_BYTES_MAX))
        if path.startswith("/v1/") and path[4:] in _TYPES:
            if scope["method"] == "OPTIONS":
                return 204, b""
            if scope["method"] == "POST":
                body = inflate(await _body(receive, BATCH_BYTES_MAX), _header(scope, b"content-encoding"))
                return await self._track(scope, _TYPES[path[4:]], body)
        raise NoSuchPath(path)

    async def _track(self, scope: Scope, kind: str, body: bytes) -> tuple[int, bytes]:
        self._authorise(scope, body)
        counts = self._worker.meter.counts
        if self._worker.backlog() > BACKLOG_MAX:
            counts["refused"] += 1
            raise Busy("backlog")
        drafts = read(body, Inlet(type=kind, received_ms=self._clock.now_ms(), actor="key:write"))
        if drafts:
            try:
                records = seal(drafts, self._vault)
                await asyncio.wrap_future(self._worker.append(len(records), pack(records)))
                counts["received"] += len(records)
            except DiskFull as error:
                counts["refused"] += 1
                raise Busy("disk") from error
        return 200, SUCCESS

    def _authorise(self, scope: Scope, body: bytes) -> None:
        """Accept the write key as Basic user, as Bearer, or in the body."""
        for name, value in scope["headers"]:
            if name == b"authorization":
                scheme, _, credentials = value.partition(b" ")
                if scheme.lower() == b"basic" and compare_digest(_basic_user(credentials), self._write_key):
                    return
                if scheme.lower() == b"bearer" and compare_digest(credentials, self._write_key):
                    return
        if not compare_digest(write_key_in(body).encode(), self._write_key):
            raise UnknownWriteKey

    async def _inside(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Answer the other processes: facts to append, questions to state, the clock."""
        match path:
            case "/facts" | "/facts/folded":
                count = len(RECORDS.decode(body))
                try:
                    after = await asyncio.wrap_future(self._worker.append(count, body))
                except DiskFull as error:
                    raise Busy("disk") from error
                if path == "/facts/folded":
                    await self._unless_full(self._worker.folded(after))
                return 200, pack({"offset": after})
            case "/seal":
                return 200, pack(self._vault.seal([(key, clear) for key, clear in unpack(body)]))
            case "/metrics":
                return 200, (await asyncio.to_thread(self._worker.metrics)).encode()
            case "/forget":
                before = unpack(body)
                forgotten = await asyncio.to_thread(
                    self._worker.forget, Offset(before["log_before"]), TickNumber(before["facts_before"])
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


async def _body(receive: Receive, limit_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _basic_user(credentials: bytes) -> bytes:
    try:
        return b64decode(credentials, validate=True).partition(b":")[0]
    except ValueError as error:
        raise MalformedBody("Authorization") from error


def _language(scope: Scope) -> Any:
    return "en" if _header(scope, b"accept-language").lower().startswith(b"en") else "zh-CN"


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _for_browsers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return what lets pages of any origin send events: the write key is no secret, and nothing is told in return.

    SDKs add headers of their own, so a preflight is allowed whichever it asks for.
    """
    headers = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"retry-after")]
    if scope["method"] == "OPTIONS":
        asked = _header(scope, b"access-control-request-headers") or b"authorization, content-type"
        headers += [
            (b"access-control-allow-methods", b"POST"),
            (b"access-control-allow-headers", asked),
            (b"access-control-max-age", PREFLIGHT_S),
        ]
    return headers


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
    app = TickApp(worker, vault, clock, settings.write_key or folder.write_key())
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
    for part in (store, log, vault):
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
