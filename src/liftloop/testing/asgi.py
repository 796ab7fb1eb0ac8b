"""Calls an ASGI application directly, as one request and one answer; no socket, no client library."""

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct


class Application(Protocol):
    """As much of ASGI as a call needs."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class Answer(Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Caller(Struct, frozen=True, kw_only=True):
    """Somebody who calls one application with a token, in one language."""

    app: Application
    token: str
    language: str = "zh-CN"

    async def get(self, path: str, **query: Any) -> Answer:
        return await self.call("GET", path, query=query)

    async def post(self, path: str, body: Any) -> Answer:
        return await self.call("POST", path, body=msgspec.json.encode(body), kind="application/json")

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, body=msgspec.json.encode(body), kind="application/json")

    async def patch(self, path: str, body: Any) -> Answer:
        return await self.call("PATCH", path, body=msgspec.json.encode(body), kind="application/json")

    async def upload(self, path: str, file: tuple[str, bytes], fields: Mapping[str, str]) -> Answer:
        """Post a file, given as (name, content), with plain fields beside it, as a browser's form does."""
        boundary = "----liftloop-form-boundary"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n'
        parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", file[1], b"\r\n"]
        body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
        return await self.call("POST", path, body=body, kind=f"multipart/form-data; boundary={boundary}")

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes = b"",
        kind: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one call; an empty token is not sent."""
        bearer = {"authorization": f"Bearer {self.token}"} if self.token else {}
        headers = {**bearer, "accept-language": self.language, **(headers or {})}
        headers |= {"content-type": kind, "content-length": str(len(body))} if kind else {}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "root_path": "",
            "query_string": urlencode(query or {}).encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "server": ("test", 80),
            "client": ("test", 1),
        }
        return await _answered(self.app, scope, body)


async def _answered(app: Application, scope: Mapping[str, Any], body: bytes) -> Answer:
    sent: list[MutableMapping[str, Any]] = []
    to_come = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not to_come:
            await asyncio.Event().wait()  # The caller stays connected.
        return to_come.pop()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    return Answer(
        status=start["status"],
        headers={name.decode().lower(): value.decode() for name, value in start.get("headers", ())},
        body=b"".join(message.get("body", b"") for message in sent),
    )
