"""The market of the demo: it is the channel's other end, and what its customers do next only it decides."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import numpy as np

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.sets import distinct
from liftloop.simulate.history import History
from liftloop.simulate.market import Market
from liftloop.simulate.messages import track_messages

SECRET = "whsec_c2FtcGxlIHNob3AncyBjaGFubmVsIHNlY3JldA=="


class Inbox(ThreadingHTTPServer):
    """Takes batches of up to 1,000 messages and accepts each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.messages: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/messages"

    def take(self, messages: list[dict[str, Any]]) -> None:
        with self._lock:
            self.messages += messages

    def empty(self) -> list[dict[str, Any]]:
        """Return what came since the last call."""
        with self._lock:
            taken, self.messages = self.messages, []
        return taken


class _Taking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = msgspec.json.decode(self.rfile.read(int(self.headers["content-length"])))
        assert isinstance(self.server, Inbox)
        self.server.take(body["messages"])
        results = [{"message_key": each["message_key"], "outcome": "accepted"} for each in body["messages"]]
        answer = msgspec.json.encode({"results": results})
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parameter's inherited name.
        """Say nothing: a market has many customers."""


class Customers:
    """Everybody in the market: what reaches them, what they do, and what they would have done."""

    def __init__(self, past: History) -> None:
        self._world = past.world
        self._market = Market(past)
        self._contacted: list[dict[str, Any]] = []

    def hear(self, messages: list[dict[str, Any]], at_ms: int) -> None:
        """Take the messages of a day."""
        if messages:
            self._market.receive(self._market.contacts(messages, at_ms))
            self._contacted += [{**each, "at_ms": at_ms} for each in messages]

    def do(self, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
        """Return what customers did, as track messages."""
        return track_messages(self._world, self._market.events_between(from_ms, to_ms), {})

    def truth(self, treated: int, from_ms: int, to_ms: int) -> tuple[float, float]:
        """Return (points, relative) of the true lift over `treated` assigned people.

        People without a message do the same in both worlds, so the difference lies in those who got one.
        """
        if not self._contacted or not treated:
            return 0.0, 0.0
        members = self._market.members([each["customer_id"] for each in self._contacted])
        when = np.array([each["at_ms"] for each in self._contacted], dtype=np.int64)
        lift = self._market.lift(distinct(members), self._market.contacts(self._contacted, when), (from_ms, to_ms))
        points = lift.points * lift.people / treated
        eligible = self._market.eligible(from_ms)
        alone = self._market.potential_outcomes(eligible, None, from_ms, (to_ms - from_ms) // DAY_MS)
        return points, points / float(alone.mean())
