"""The real processes, killed without warning: nothing acknowledged is lost, nothing is sent twice."""

import asyncio
import threading
import time
import urllib.error
from pathlib import Path
from typing import Any

import pytest
from market import Inbox, Liftloop, define
from serving import Running, serving

from liftloop.app.tick_client import TickClient

BATCH = 50
BREATH_S = 0.03
"""Between batches: more than a thousand people a second, so that what is checked afterwards stays in the thousands."""
KILLS = 2


@pytest.mark.timeout(600)
def test_killed_under_load(tmp_path: Path) -> None:
    """Killed twice while events pour in and messages go out: every acknowledged person is there, each message once."""
    inbox = Inbox()
    acknowledged: set[int] = set()
    data = tmp_path / "data"
    for life in range(KILLS):
        with serving(data) as running:
            market = _market(running)
            if life == 0:
                define(market, inbox)
            sender = threading.Thread(target=_pour, args=(market, acknowledged, life * 1_000_000))
            sender.start()
            time.sleep(1.0)
            market.wait(3_600)
            time.sleep(0.5)
            running.kill()
            sender.join(timeout=60)
    with serving(data) as running:
        market = _market(running)
        market.wait(7_200)
        lost = unknown(running, [f"u{number}" for number in sorted(acknowledged)])
        ledger = market.get("/campaigns/thanks/ledger")
    keys = [message["message_key"] for message in inbox.messages]
    states = {(row["state"]): row["people"] for row in ledger["rows"]}
    assert len(acknowledged) > BATCH
    assert lost == []
    assert len(keys) == len(set(keys))
    assert sum(row["people"] for row in ledger["rows"]) == ledger["qualified"]
    assert states["sent"] <= len(keys) <= states["sent"] + states.get("uncertain", 0)
    assert "queued" not in states


def _pour(market: Liftloop, acknowledged: set[int], first: int) -> None:
    """Send people who qualify at once, until the server is gone; remember who was acknowledged."""
    for start in range(first, first + 1_000_000, BATCH):
        batch = [message for number in range(start, start + BATCH) for message in person(number)]
        try:
            market.track(batch)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return
        acknowledged.update(range(start, start + BATCH))
        time.sleep(BREATH_S)


def person(number: int) -> list[dict[str, Any]]:
    consents = [{"channel": "sms", "purpose": "marketing"}]
    known = {"type": "identify", "userId": f"u{number}", "messageId": f"i{number}", "context": {"consents": consents}}
    orders = [
        {
            "type": "track",
            "event": "Order Completed",
            "userId": f"u{number}",
            "messageId": f"o{number}-{order}",
            "properties": {"revenue": 60},
        }
        for order in range(2)
    ]
    return [known, *orders]


def _market(running: Running) -> Liftloop:
    return Liftloop(running.app_url, running.track_url, running.token, running.key)


def unknown(running: Running, users: list[str]) -> list[str]:
    async def ask() -> list[str]:
        tick = TickClient(running.data / "tick.sock")
        try:
            answers = [await tick.ask("person", identifier=user, now_ms=0) for user in users]
        finally:
            await tick.close()
        return [user for user, answer in zip(users, answers, strict=True) if answer["profile"] is None]

    return asyncio.run(ask())
