"""`/mcp`: agents by streamable HTTP, each call made again at the management API in the same caller's name.

What the protocol takes is imported when the first agent comes, so that a start does not wait for it.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from liftloop.agent.contract import Answer
from liftloop.api.access import Unauthorised, entry_of
from liftloop.api.errors import language_of, told
from liftloop.app.registry import USE_CASES
from liftloop.app.tick.pace import Bucket, full_bucket, take, wait_s
from liftloop.collect.sources import Limits
from liftloop.kernel.errors import LiftloopError

PATH = "/mcp"
BODY_BYTES_MAX = 1 << 20
"""A goal, a condition or a content is far smaller."""
PACE = Limits(events_per_second=2.0, burst=60)
"""Of one caller: an agent that reads before it answers asks tens of times, one that goes round in circles for ever."""
_HANDED_ON = ("authorization", "cookie", "x-csrf-token", "sec-fetch-site", "accept-language")


class AgentTooFast(LiftloopError):
    """An agent calls more often than the limit allows; this call did nothing."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(
            "agent_too_fast",
            zh="这个口令的智能体调用得太快，这一次什么也没做",
            en="the agent of this token calls too often; this call did nothing",
            next_zh="按 Retry-After 稍后再来；每秒最多两次，歇一会儿后可以连着 60 次",
            next_en="come back after Retry-After: two calls a second, or 60 at once after a pause",
            status=429,
        )
        self.retry_after_s = ceil(wait_s)


class Agents:
    """The ASGI application below `/mcp`."""

    def __init__(self, app: ASGIApp, version: str) -> None:
        self._app = app
        self._version = version
        self._opening = asyncio.Lock()
        self._serving: asyncio.Task[None] | None = None
        self._manager: Any = None
        self._buckets: dict[str, Bucket] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        entry = entry_of(request)
        try:
            if entry.caller is None:
                raise entry.problem or Unauthorised()
            now_s = time.monotonic()
            bucket = self._buckets.setdefault(entry.caller.actor, full_bucket(PACE, now_s))
            if wait := wait_s(bucket, now_s):
                raise AgentTooFast(wait)
            take(bucket, 1)
        except LiftloopError as error:
            answer = told(error, language_of(request))
            if error.status == 401:
                answer.headers["www-authenticate"] = "Bearer"
            if isinstance(error, AgentTooFast):
                answer.headers["retry-after"] = str(error.retry_after_s)
            await answer(scope, receive, send)
            return
        await self._open()
        await self._manager.handle_request(scope, receive, send)

    async def close(self) -> None:
        """End what agents still ask for."""
        if self._serving is not None:
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving

    async def _open(self) -> None:
        async with self._opening:
            if self._serving is not None:
                return
            from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

            from liftloop.agent.server import make_server

            server = make_server(self._version, lambda request: SameCaller(self._app, request))
            # Stateless: each call bears its token, so a session would hold nothing but memory.
            self._manager = StreamableHTTPSessionManager(
                server, json_response=True, stateless=True, max_request_body_size=BODY_BYTES_MAX
            )
            running = asyncio.Event()
            self._serving = asyncio.create_task(_serve(self._manager, running))
            await running.wait()


async def _serve(manager: Any, running: asyncio.Event) -> None:
    """Hold the manager open in a task of its own: what it starts must end where it began."""
    async with manager.run():
        running.set()
        await asyncio.Event().wait()


class SameCaller:
    """Calls the management API as whoever called `/mcp`, with what they showed."""

    def __init__(self, app: ASGIApp, request: Request) -> None:
        self._app = app
        self._request = request

    async def may(self, use_case: str) -> bool:
        caller = entry_of(self._request).caller
        return caller is not None and caller.may(USE_CASES[use_case])

    async def call(self, method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None) -> Answer:
        import httpx2

        client = self._request.client
        headers = {name: each for name, each in self._request.headers.items() if name in _HANDED_ON}
        inside = httpx2.ASGITransport(self._app, client=(client.host, client.port) if client else ("", 0))
        async with httpx2.AsyncClient(transport=inside, base_url=str(self._request.base_url)) as http:
            answer = await http.request(method, f"/api{path}", params=dict(query), json=body, headers=headers)
        return Answer(status=answer.status_code, body=answer.json())
