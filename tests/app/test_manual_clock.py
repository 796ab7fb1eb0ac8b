"""The manual clock moves between ticks, never under events that wait to be folded."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from orders import order

from liftloop.app.issued_links import IssuedLinks
from liftloop.app.tick import worker as worker_module
from liftloop.app.tick.pipeline import stages
from liftloop.app.tick.process import TickApp
from liftloop.app.tick.worker import Worker
from liftloop.kernel.clock import HOUR_MS, ManualClock
from liftloop.kernel.codec import pack
from liftloop.runtime.fold import Fold
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteState
from liftloop.storage.embedded.vault import SqliteVault

START_MS = 1_800_000_000_000
RUNS = 8


def test_what_was_acknowledged_is_folded_before_the_clock_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events acknowledged at one instant are folded at that instant, however long the queue and soon the advance."""
    monkeypatch.setattr(worker_module, "TICK_RECORDS_MAX", 1)
    clock = ManualClock(tmp_path / "clock")
    clock.set_ms(START_MS)
    log, store = SqliteLog(tmp_path / "log.db"), SqliteState(tmp_path / "state.db")
    vault = SqliteVault(tmp_path / "vault.db", bytes(32))
    fold = Fold(store, stages())
    folded_at: list[int] = []
    advance = fold.advance

    def slow(entries: Any, now_ms: int, seed: int, said: Any) -> Any:
        time.sleep(0.05)
        folded_at.extend(now_ms for _ in entries)
        return advance(entries, now_ms, seed, said)

    monkeypatch.setattr(fold, "advance", slow)
    worker = Worker(fold, log, store, clock, lambda: None)
    app = TickApp(worker, vault, clock, "key", IssuedLinks(tmp_path / "dispatch.db"), tmp_path / "media")
    worker.load()
    worker.start()
    try:
        for number in range(RUNS):
            worker.append(1, pack([order(number, START_MS)])).result()
        asyncio.run(_post(app, "/clock", pack({"now_ms": START_MS + 2 * HOUR_MS})))
    finally:
        worker.stop()
        for part in (store, log, vault):
            part.close()
    assert folded_at == [START_MS] * RUNS
    assert clock.now_ms() == START_MS + 2 * HOUR_MS


async def _post(app: TickApp, path: str, body: bytes) -> None:
    """Call the application as its Unix socket would."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "server": ("tick.sock", None)}
    await app(scope, receive, send)
    assert sent[0]["status"] == 200
