"""What a raw ASGI request says and what is answered to it; the hot path has no framework."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from msgspec import Struct

from liftloop.collect.contract import BodyTooLarge
from liftloop.kernel.errors import Language

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PREFLIGHT_S = b"86400"
"""Browsers keep an answer for a day at most; most stop at two hours."""


class Answer(Struct, frozen=True):
    """What goes back to a sender."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


async def body_of(receive: Receive, limit_bytes: int) -> bytes:
    """Return a whole body. Raises `BodyTooLarge` as soon as there is more of it than may be."""
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


def header(scope: Scope, wanted: bytes) -> bytes:
    """Return a header by its lower-case name, empty where there is none."""
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def language(scope: Scope) -> Language:
    return "en" if header(scope, b"accept-language").lower().startswith(b"en") else "zh-CN"


def for_browsers(scope: Scope) -> Headers:
    """Return what lets pages of any origin send events: the write key is no secret, and nothing is told in return.

    SDKs add headers of their own, so a preflight is allowed whichever it asks for. Beacons carry cookies whether asked
    to or not, and are refused unless the origin is named; we read no cookies.
    """
    origin = header(scope, b"origin")
    headers: Headers = [(b"access-control-expose-headers", b"retry-after")]
    if origin:
        headers += [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"origin"),
        ]
    else:
        headers.append((b"access-control-allow-origin", b"*"))
    if scope["method"] == "OPTIONS":
        asked = header(scope, b"access-control-request-headers") or b"authorization, content-type"
        headers += [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", asked),
            (b"access-control-max-age", PREFLIGHT_S),
        ]
    return headers
