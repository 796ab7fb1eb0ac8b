"""A campaign to everybody, from its launch until each row of its ledger is final: what `blast` and `mixed` measure."""

import asyncio
import sqlite3
import time

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bench.serving import Server
from liftloop.app.facts import fact
from liftloop.app.tick_client import TickClient
from liftloop.kernel.codec import pack_columns
from liftloop.plan.contract import ASSIGNED, NOBODY

BLAST = "blast"
LOOK_S = 0.25
DAY_MS = 86_400_000
_PEOPLE = "SELECT profile FROM identifier WHERE kind = 'user_id' AND text LIKE 'u%'"
_OPEN = "SELECT 1 FROM ledger WHERE campaign = ? AND state IN ('queued', 'deferred') LIMIT 1"
_ROWS = "SELECT state, count(*) FROM ledger WHERE campaign = ? GROUP BY state"
"""Reads every row, so it is asked only while none is open: asked at each look it took an eighth of a core."""


class Blasted(Struct, frozen=True, kw_only=True):
    """What came of it."""

    audience: int
    seconds: float | None
    """From the launch until the last row was final; None where it took longer than it was given."""
    states: dict[str, int]

    @property
    def ledger_rows(self) -> int:
        return sum(self.states.values())


def blast(server: Server, seconds_max: float) -> Blasted:
    """Launch a campaign to everybody who is known and wait until its ledger is complete."""
    connection = sqlite3.connect(f"file:{server.data / 'state.db'}?mode=ro", uri=True)
    profiles = np.array([profile for (profile,) in connection.execute(_PEOPLE)], dtype=np.int64)
    began = time.perf_counter()
    asyncio.run(_launch(server, profiles))
    while time.perf_counter() - began < seconds_max:
        time.sleep(LOOK_S)
        if connection.execute(_OPEN, (BLAST,)).fetchone():
            continue
        states = dict(connection.execute(_ROWS, (BLAST,)))
        if sum(states.values()) == len(profiles):
            seconds = round(time.perf_counter() - began, 1)
            return Blasted(audience=len(profiles), seconds=seconds, states=states)
    return Blasted(audience=len(profiles), seconds=None, states=dict(connection.execute(_ROWS, (BLAST,))))


async def _launch(server: Server, profiles: NDArray[np.int64]) -> None:
    """Publish the campaign, state who is in it, and start it now."""
    now_ms = int(time.time() * 1000)
    send = {"id": "send", "channel": "sink", "content": "hello"}
    campaign = {
        "name": BLAST,
        "plan": "bench",
        "actions": [{"id": NOBODY}, send],
        "cells": [[0.0, 1.0]],
        "holdout": {"share": 0.0, "salt": BLAST},
        "starts_ms": now_ms,
        "ends_ms": now_ms + DAY_MS,
    }
    assigned = {
        "profile": profiles,
        "action": np.ones(len(profiles), dtype=np.int64),
        "cell": np.zeros(len(profiles), dtype=np.int64),
    }
    journey = {
        "name": BLAST,
        "trigger": {"on": "campaign", "campaign": BLAST, "at_ms": now_ms},
        "campaign": BLAST,
        "nodes": [{"kind": "act", "id": "act", "next": "end"}, {"kind": "exit", "id": "end"}],
    }
    await asyncio.to_thread(server.publish, "campaign", BLAST, campaign)
    tick = TickClient(server.data / "tick.sock")
    await tick.facts([fact(ASSIGNED, BLAST, pack_columns(assigned), "person:bench", now_ms)])
    await tick.close()
    await asyncio.to_thread(server.publish, "journey", BLAST, journey)
