"""Posts raw requests to an installation's tracking application, and builds what the SDKs of 神策 send."""

import asyncio
import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from liftloop.testing.installation import Installation


def request(
    shop: Installation, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Return (status, headers, body) of one request; `target` is a path, perhaps with a query."""
    return asyncio.run(requested(shop, method, target, body, headers))


async def requested(
    shop: Installation, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Return what `request` does, inside an event loop."""
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"body": body}

    async def send(message: Any) -> None:
        said.append(message)

    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "server": ("127.0.0.1", 8081),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
    }
    await shop.app(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return said[0]["status"], answered, said[1]["body"]


def java_hash(text: str) -> int:
    """Java's String.hashCode, character by character."""
    total = 0
    for character in text:
        total = (31 * total + ord(character)) & 0xFFFFFFFF
    return total - (1 << 32) if total >= 1 << 31 else total


def form(messages: Mapping[str, Any] | Sequence[Any], *, compressed: bool = True, summed: bool = False) -> bytes:
    """Return the form that an SDK posts: `data` for one message, `data_list` for a list."""
    body = json.dumps(messages).encode()
    data = base64.b64encode(gzip.compress(body) if compressed else body).decode()
    fields: dict[str, str] = {"data_list" if isinstance(messages, list) else "data": data}
    fields |= {"gzip": "1"} if compressed else {}
    fields |= {"ext": f"crc={java_hash(data)}"} if summed else {}
    return urlencode(fields).encode()
