"""Hands tracking calls that reach the desk on to the tick, body and answer untouched."""

import aiohttp
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from yarl import URL

_PASSED = (
    "authorization",
    "content-type",
    "content-encoding",
    "accept-language",
    "origin",
    "access-control-request-headers",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "user-agent",
    "purpose",
    "sec-purpose",
    "x-forwarded-for",
)
_KEPT = (
    "retry-after",
    "content-type",
    "cache-control",
    "location",
    "vary",
    "content-security-policy",
    "x-content-type-options",
)


class Forward:
    """An ASGI application that is a thin pipe; senders with many events use the tracking port itself."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self._session is None:
            self._session = aiohttp.ClientSession()
        headers = {name: request.headers[name] for name in _PASSED if name in request.headers}
        headers |= {"x-forwarded-host": request.headers.get("host", ""), "x-forwarded-proto": request.url.scheme}
        query = f"?{request.url.query}" if request.url.query else ""
        # Encoded already: what a signature or a checksum covers must arrive as it was sent.
        target = URL(self._origin + request.url.path + query, encoded=True)
        if "x-forwarded-for" not in headers and request.client:
            headers["x-forwarded-for"] = request.client.host
        asked = self._session.request(
            request.method, target, data=await request.body(), headers=headers, allow_redirects=False
        )
        async with asked as answer:
            body = await answer.read()
            kept = {name: value for name, value in answer.headers.items() if _is_kept(name.lower())}
        response = Response(body, status_code=answer.status, headers=kept)
        await response(scope, receive, send)

    async def close(self) -> None:
        """Let go of connections to the tick."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _is_kept(name: str) -> bool:
    return name in _KEPT or name.startswith("access-control-")
