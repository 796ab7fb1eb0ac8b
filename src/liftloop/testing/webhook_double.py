"""A receiver of signed webhooks that checks every signature, counts what it took and fails as told."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any, Literal, assert_never

from aiohttp import web

from liftloop.kernel.clock import SECOND_MS, Clock
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.plugins.channels.signing import secret_bytes, verify
from liftloop.testing.loopback import Loopback

Fault = Literal["none", "lose_answer", "garbage", "throttle", "busy", "broken", "forbidden", "gone", "half", "slow"]
"""What happens to one request: it is taken and the answer lost (`lose_answer`), garbled or halved; it is refused with
429 and 503 (and Retry-After), 401 or 410; the server breaks with 500 after taking it; or it answers late."""

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
THROTTLE_S = 7  # What Retry-After says.

Answering = Callable[[Mapping[str, Any]], str]
"""Says the outcome of one message."""


def accept(message: Mapping[str, Any]) -> str:
    """Take every message."""
    return "accepted"


class WebhookDouble(Loopback):
    """Listens on loopback from `start` to `stop`; faults are used up in the order given, then all goes well."""

    def __init__(self, wall: Clock, *, answer: Answering = accept, idempotent: bool = False) -> None:
        super().__init__({"/messages": self._receive})
        self._wall = wall
        self._key = secret_bytes(SECRET)
        self._idempotent = idempotent
        self._answer = answer
        self._lock = threading.Lock()
        self.faults: deque[Fault] = deque()
        self.taken: Counter[str] = Counter()
        """How often each message key was taken."""
        self.messages: list[dict[str, Any]] = []
        self.largest_batch = 0
        self.refused_signatures = 0
        self.slow_seconds = 0.2

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/messages"

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not verify(self._key, request.headers, body, self._wall.now_ms() // SECOND_MS):
            self.refused_signatures += 1
            return web.Response(status=401)
        messages: list[dict[str, Any]] = parse_object(body).get("messages", [])
        fault = self.faults.popleft() if self.faults else "none"
        match fault:
            case "throttle":
                return web.Response(status=429, headers={"retry-after": str(THROTTLE_S)})
            case "busy":
                return web.Response(status=503, headers={"retry-after": str(THROTTLE_S)})
            case "forbidden":
                return web.Response(status=401)
            case "gone":
                return web.Response(status=410)
            case "none" | "lose_answer" | "garbage" | "broken" | "half" | "slow":
                self._take(messages)
                return await self._respond(request, messages, fault)
        assert_never(fault)

    async def _respond(
        self,
        request: web.Request,
        messages: list[dict[str, Any]],
        fault: Literal["none", "lose_answer", "garbage", "broken", "half", "slow"],
    ) -> web.StreamResponse:
        match fault:
            case "lose_answer":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "garbage":
                return web.Response(body=b"<html>ok</html>")
            case "broken":
                return web.Response(status=500)
            case "half":
                return self._results(messages[: len(messages) // 2])
            case "slow":
                await asyncio.sleep(self.slow_seconds)
                return self._results(messages)
            case "none":
                return self._results(messages)
        assert_never(fault)

    def _take(self, messages: list[dict[str, Any]]) -> None:
        with self._lock:
            new = [each for each in messages if not (self._idempotent and each["message_key"] in self.taken)]
            self.taken.update(message["message_key"] for message in new)
            self.messages.extend(new)
            self.largest_batch = max(self.largest_batch, len(messages))

    def _results(self, messages: list[dict[str, Any]]) -> web.Response:
        results = [{"message_key": message["message_key"], "outcome": self._answer(message)} for message in messages]
        return web.Response(body=canonical_json({"results": results}), content_type="application/json")
