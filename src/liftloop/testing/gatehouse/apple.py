"""The door of Apple's push service: HTTP/2 without TLS on loopback, the team's token checked for every device.

Device tokens that end in 0002 belong to no device any more.
"""

import asyncio
from collections import deque
from typing import Self

from cryptography.exceptions import InvalidSignature

from liftloop.kernel.clock import HOUR_MS, SECOND_MS
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.plugins.channels import http2
from liftloop.testing.gatehouse.push import apple_key, claims_of
from liftloop.testing.gatehouse.server import Fault, Ledger, Taken
from liftloop.testing.threads import LoopInThread

TEAM, KEY_ID, TOPIC = "TEAM123456", "KEY1234567", "example.shop"
_STATUS = {200: b"\x88", 400: b"\x8c"}


class AppleDoor:
    """Listens from `start` to `stop`; takes faults from the gatehouse's own list."""

    def __init__(self, ledger: Ledger, faults: "deque[Fault]") -> None:
        self._ledger = ledger
        self._faults = faults
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        self._loop = LoopInThread(type(self).__name__)
        self._loop.run(self._listen())
        return self

    def stop(self) -> None:
        self._loop.run(self._leave())
        self._loop.stop()

    async def _listen(self) -> None:
        self._speaking: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._speak, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _leave(self) -> None:
        self._server.close()
        for task in self._speaking:
            task.cancel()
        await asyncio.gather(*self._speaking, return_exceptions=True)

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._speaking.add(task)
        task.add_done_callback(self._speaking.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer frame by frame until the line ends."""
        headers: dict[int, dict[str, str]] = {}
        try:
            assert await reader.readexactly(len(http2.PREFACE)) == http2.PREFACE
            writer.write(http2.frame(http2.SETTINGS, 0, 0, http2.settings({http2.STREAMS_MAX: 10})))
            while True:
                given = await http2.read_frame(reader)
                if given.kind == http2.HEADERS:
                    headers[given.stream] = _headers(given.payload)
                elif given.kind == http2.DATA:
                    window = len(given.payload).to_bytes(4, "big")
                    writer.write(http2.frame(http2.WINDOW_UPDATE, 0, 0, window))
                    fault = self._faults.popleft() if self._faults else None
                    if not self._respond(writer, given, headers.pop(given.stream), fault):
                        writer.transport.abort()
                        return
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    def _respond(
        self, writer: asyncio.StreamWriter, given: http2.Frame, headers: dict[str, str], fault: Fault | None
    ) -> bool:
        """Answer one request; return False where the line is to break instead."""
        match fault:
            case "too_many":
                status, said = 429, canonical_json({"reason": "TooManyRequests"})
            case "refuse":
                status, said = 400, canonical_json({"reason": "BadTopic"})
            case _:
                status, said = self._judge(headers, given.payload)
        if fault == "lose_answer":
            return False
        if fault in ("broken", "garbage"):
            status, said = 500, b"<html>"
        block = _STATUS.get(status, b"\x08\x03" + str(status).encode())
        writer.write(http2.frame(http2.HEADERS, http2.END_HEADERS, given.stream, block))
        writer.write(http2.frame(http2.DATA, http2.END_STREAM, given.stream, said))
        return True

    def _judge(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        reason = self._gate(headers)
        if reason:
            return 403, canonical_json({"reason": reason})
        device = headers[":path"].removeprefix("/3/device/")
        if device.endswith("0002"):
            return 410, canonical_json({"reason": "Unregistered", "timestamp": 1})
        alert = parse_object(body)["aps"]["alert"]
        self._ledger.take([Taken(provider="apns", address=device, content=alert["body"], call=headers["apns-id"])])
        return 200, b""

    def _gate(self, headers: dict[str, str]) -> str:
        try:
            head, claims = claims_of(headers["authorization"].removeprefix("bearer "), apple_key().public_key())
        except InvalidSignature:
            return "InvalidProviderToken"
        if (head["kid"], claims["iss"], headers["apns-topic"]) != (KEY_ID, TEAM, TOPIC):
            return "InvalidProviderToken"
        age_ms = self._ledger.wall.now_ms() - claims["iat"] * SECOND_MS
        return "" if age_ms < HOUR_MS else "ExpiredProviderToken"


def _headers(block: bytes) -> dict[str, str]:
    """Return headers that were sent as plain literals."""
    found: dict[str, str] = {}
    at = 0
    while at < len(block):
        assert block[at] == 0, "a literal with a name of its own"
        name, at = http2.read_string(block, at + 1)
        value, at = http2.read_string(block, at)
        found[name.decode()] = value.decode()
    return found
