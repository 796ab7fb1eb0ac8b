"""One web server with a room for each family of providers; a room verifies, keeps what it takes, and answers."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from aiohttp import web
from msgspec import Struct

from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import canonical_json
from liftloop.testing.loopback import Handler, Loopback

Fault = Literal["lose_answer", "too_many", "broken", "garbage", "expire_token", "refuse"]


class Taken(Struct, frozen=True, kw_only=True):
    """One message to one person, as a provider took it."""

    provider: str
    address: str
    content: str
    call: str = ""
    """Under which id the provider will speak of it."""


class Answer(Struct, frozen=True, kw_only=True):
    """What a provider says; `said` is JSON."""

    said: Any
    status: int = 200
    headers: Mapping[str, str] = {}


class Asked(Struct, frozen=True, kw_only=True):
    """A request, its body read."""

    request: web.Request
    body: bytes


Route = Callable[[Asked], Answer]


class Room(Protocol):
    """One family of providers."""

    posts: Mapping[str, Route]
    gets: Mapping[str, Route]
    calm: frozenset[str]
    """Paths that no fault touches: where tokens are had."""

    def too_many(self, asked: Asked) -> Answer:
        """Return how the provider says that it takes no more for now."""
        ...

    def refuse(self, asked: Asked) -> Answer:
        """Return how the provider refuses a message for good, in an answer of HTTP 200 where it does so."""
        ...

    def expire(self) -> None:
        """Make every token that was granted so far worthless."""
        ...


class Ledger:
    """What all rooms have taken; numbers what they give ids to."""

    def __init__(self, wall: Clock) -> None:
        self.wall = wall
        self.taken: list[Taken] = []
        self._lock = threading.Lock()
        self._numbered = 0

    def take(self, messages: Sequence[Taken]) -> None:
        with self._lock:
            self.taken += messages

    def number(self) -> int:
        with self._lock:
            self._numbered += 1
            return self._numbered


class Gatehouse(Loopback):
    """Listens on loopback as all providers at once. `faults` are met one a message call, in order."""

    def __init__(self, ledger: Ledger, rooms: Sequence[Room], mounted: Mapping[str, Handler]) -> None:
        self.ledger = ledger
        self.faults: deque[Fault] = deque()
        posts = {path: self._handler(room, route) for room in rooms for path, route in room.posts.items()}
        gets = {path: self._handler(room, route) for room in rooms for path, route in room.gets.items()}
        super().__init__({**posts, **mounted}, gets)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def times(self, address: str, content: str) -> int:
        """Return how often a message came to somebody."""
        return sum(each.address == address and content in each.content for each in self.ledger.taken)

    def _handler(self, room: Room, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            asked = Asked(request=request, body=await request.read())
            calm = request.path in room.calm
            fault = self.faults.popleft() if self.faults and not calm else None
            match fault:
                case "too_many":
                    return _said(room.too_many(asked))
                case "refuse":
                    return _said(room.refuse(asked))
                case "expire_token":
                    room.expire()
                    return _said(route(asked))
                case _:
                    return _failing(request, fault, route(asked))

        return handle


def _failing(
    request: web.Request, fault: Literal["lose_answer", "broken", "garbage"] | None, answer: Answer
) -> web.StreamResponse:
    """Answer after the message was taken, or fail to."""
    match fault:
        case "lose_answer":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        case "broken":
            return web.Response(status=502)
        case "garbage":
            return web.Response(body=b"<html>ok</html>")
        case None:
            return _said(answer)


def _said(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status,
        body=canonical_json(answer.said),
        content_type="application/json",
        headers=dict(answer.headers),
    )
