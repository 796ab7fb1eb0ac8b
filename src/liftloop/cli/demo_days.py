"""The days of the demo's shop: messages reach its customers, and what they do comes back as events."""

import json
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from liftloop.cli.connection import Server
from liftloop.cli.demo_market import DAY_MS, Customers, Inbox
from liftloop.kernel.clock import Clock

BATCH = 1_000
"""Messages and events a call carries: what the channel and the tracking API take at once."""
GO_ON_EVERY_S = 20.0
"""While the app is served: soon enough to see numbers move, seldom enough to leave the machine to the app."""
CALL_TIMEOUT_S = 60


class Days:
    """Time in the shop: whole days on the manual clock first, and then as it really passes."""

    def __init__(self, inbox: Inbox, customers: Customers, data: Path, now_ms: int) -> None:
        self._inbox = inbox
        self._customers = customers
        self._data = data
        self._now_ms = now_ms
        self._untold: list[dict[str, Any]] = []
        self._ended = threading.Event()

    def let_pass(self, desk: Server, track_url: str, until_ms: int, tell: Callable[[str], None]) -> None:
        """Move the server's clock there, a day at a time and the rest at the end."""
        days = (until_ms - self._now_ms) // DAY_MS
        for day in range(days):
            tell(f"{day} / {days}")
            self._step(desk, track_url, DAY_MS)
        rest_ms = (until_ms - self._now_ms) // 1_000 * 1_000
        if rest_ms:
            self._step(desk, track_url, rest_ms)
        desk.post("/clock", {"advance_s": 1})

    def go_on(self, track_url: str, clock: Clock) -> threading.Thread:
        """Let time pass as it does, in the background, until `end`; a server that is not up yet is told later."""
        thread = threading.Thread(target=self._go_on, args=(track_url, clock), daemon=True)
        thread.start()
        return thread

    def end(self) -> None:
        self._ended.set()

    def _step(self, desk: Server, track_url: str, step_ms: int) -> None:
        desk.post("/clock", {"advance_s": step_ms // 1_000})
        self._live(self._now_ms + step_ms)
        self._tell(track_url)

    def _go_on(self, track_url: str, clock: Clock) -> None:
        while not self._ended.wait(GO_ON_EVERY_S):
            self._live(clock.now_ms())
            try:
                self._tell(track_url)
            except OSError:
                continue  # Nobody answers yet, or any more: what is untold is kept for the next time.

    def _live(self, until_ms: int) -> None:
        """Read what arrived since the last time, and do what customers do until then."""
        self._customers.hear(self._inbox.empty(), self._now_ms)
        self._untold += self._customers.do(self._now_ms, until_ms)
        self._now_ms = until_ms

    def _tell(self, track_url: str) -> None:
        key = (self._data / "write.key").read_text().strip()
        while self._untold:
            _track(track_url, key, self._untold[:BATCH])
            del self._untold[:BATCH]


def _track(url: str, key: str, messages: list[dict[str, Any]]) -> None:
    """Send a batch that the tracking API takes."""
    body = json.dumps({"batch": messages, "writeKey": key}).encode()
    request = urllib.request.Request(f"{url}/v1/batch", data=body)
    with urllib.request.urlopen(request, timeout=CALL_TIMEOUT_S) as answer:
        answer.read()
