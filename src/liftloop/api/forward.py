"""Hands tracking calls that reach the desk on to the tick, body and answer untouched."""

import aiohttp
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_PASSED = ("authorization", "content-type", "content-encoding", "accept-language")


class Forward:
    """An ASGI application that is a thin pipe; senders with many events use the tracking port itself."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self._session is None:
            self._session = aiohttp.ClientSession()
        headers = {name: request.headers[name] for name in _PASSED if name in request.headers}
        async with self._session.request(
            request.method, self._origin + request.url.path, data=await request.body(), headers=headers
        ) as answer:
            body = await answer.read()
            kept = {name: answer.headers[name] for name in ("retry-after",) if name in answer.headers}
        response = Response(body, status_code=answer.status, headers=kept, media_type=answer.content_type)
        await response(scope, receive, send)
