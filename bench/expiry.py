"""`expiry`: how late people leave an audience by time alone, and how long 500,000 take whose time comes in one second.

Everybody did one thing whose window of a day ends at an instant of its own: `--steady` people a second, then `--burst`
people within one second. The loop runs beside it. Lag runs from a person's instant until their exit can be read by
another process. Afterwards the exits are recounted.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec
import numpy as np
from numpy.typing import NDArray

from bench import shop
from bench.loop import CONNECTIONS, measure, post, wait_folded
from bench.serving import Server, folder, inbox, serving
from liftloop.kernel.codec import unpack_columns

AT_MOST = {"lag_p99_ms": 1_000, "burst_s": 10, "loop_p99_ms": 500}
DAY_MS = 86_400_000
EVENT = "Window Opened"
AUDIENCE = "expiring"
LOOK_S = 0.005
LEFT_S_MAX = 120.0
"""How long after the last instant exits are waited for; what has not left by then is reported as missing."""
BATCH = 500


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--burst", type=int, default=500_000, help="people whose time comes in one second")
    parser.add_argument("--steady", type=int, default=1_000, help="people a second whose time comes before that")
    parser.add_argument("--seconds", type=int, default=30, help="of the steady part")
    parser.add_argument("--people", type=int, default=100_000, help="further people, who keep the loop busy")
    parser.add_argument("--rate", type=int, default=5_000, help="events a second of the loop")
    parser.add_argument("--lead", type=int, default=0, help="seconds for loading; 0: by the number of people")
    parser.add_argument("--json", action="store_true", help="only the last line")
    chosen = parser.parse_args(arguments)
    steady = chosen.steady * chosen.seconds
    expiring = steady + chosen.burst
    with folder() as data, inbox() as url, serving(data) as server:
        shop.define(server, url)
        window = {"event": EVENT, "within_days": 1}
        server.publish("audience", AUDIENCE, {"name": AUDIENCE, "where": window})
        lead_s = chosen.lead or 30 + (2 * expiring + chosen.people) // 4_000
        start_ms = int((time.time() + lead_s) * 1000)
        burst_ms = start_ms + chosen.seconds * 1000
        due_ms = np.concatenate(
            [
                start_ms + np.arange(steady) * 1000 // chosen.steady,
                burst_ms + np.arange(chosen.burst) * 1000 // max(chosen.burst, 1),
            ]
        )
        loaded = _load(server, chosen.people, due_ms)
        if time.time() * 1000 > start_ms:
            raise SystemExit(f"loading took longer than {lead_s} s: give --lead more")
        if not chosen.json:
            print(f"  {expiring:,} people wait for their instant", file=sys.stderr)
        watcher = _Exits(server, due_ms)
        time.sleep(max(start_ms / 1000 - time.time(), 0))
        watcher.start()
        beside = measure(server, (chosen.people, loaded), (chosen.rate, chosen.seconds + int(AT_MOST["burst_s"])))
        seen_ms = watcher.result(burst_ms / 1000 + LEFT_S_MAX)
        result = _result(due_ms, seen_ms, steady, burst_ms)
    result |= {"loop_p99_ms": beside["p99_ms"], "loop_events_per_s": beside["events_per_s"]}
    result |= {"missed": [name for name, most in AT_MOST.items() if not result[name] <= most]}
    print(json.dumps(result))
    if result["transitions"] != expiring:
        raise SystemExit(f"recount failed: {result['transitions']} of {expiring} people left")


def _load(server: Server, people: int, due_ms: NDArray[np.int64]) -> int:
    """Make people known, and let everybody who expires have done the one thing; return how many records that were."""

    async def pour() -> None:
        headers = {"Authorization": aiohttp.encode_basic_auth(server.key, "")}
        async with aiohttp.ClientSession(headers=headers) as session:
            waiting: set[asyncio.Task[None]] = set()
            for batches in (shop.people(people), _opened(due_ms)):
                for batch in batches:
                    body = msgspec.json.encode({"batch": batch})
                    waiting.add(asyncio.create_task(post(session, server, body)))
                    if len(waiting) >= CONNECTIONS:
                        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*waiting)

    asyncio.run(pour())
    wait_folded(server, people + len(due_ms))
    return people + len(due_ms)


def _opened(due_ms: NDArray[np.int64]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(due_ms), BATCH):
        yield [
            {
                "type": "track",
                "event": EVENT,
                "userId": f"x{number}",
                "messageId": f"x{number}",
                "timestamp": datetime.fromtimestamp((at - DAY_MS) / 1000, UTC).isoformat(),
            }
            for number, at in enumerate(due_ms[start : start + BATCH].tolist(), start)
        ]


class _Exits:
    """Notes when each person's exit can first be read, by a reader of its own."""

    def __init__(self, server: Server, due_ms: NDArray[np.int64]) -> None:
        self._uri = f"file:{server.data / 'state.db'}?mode=ro"
        self._count = len(due_ms)
        self._blocks: list[tuple[float, bytes]] = []
        self._left = 0
        self._ending = threading.Event()
        connection = sqlite3.connect(self._uri, uri=True)
        self._last = connection.execute("SELECT coalesce(max(tick), 0) FROM tick").fetchone()[0]
        rows = connection.execute("SELECT profile, text FROM identifier WHERE kind = 'user_id' AND text LIKE 'x%'")
        self._person = {profile: int(text[1:]) for profile, text in rows}
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def result(self, until_s: float) -> NDArray[np.float64]:
        """Return when each exit was first seen, NaN for those that were not, once all were or the time is over."""
        while self._left < self._count and time.time() < until_s:
            time.sleep(LOOK_S)
        self._ending.set()
        self._thread.join()
        seen_ms = np.full(self._count, np.nan)
        for at_s, packed in self._blocks:
            columns = unpack_columns(packed)
            for audience, profile in zip(columns["audience"], columns["profile"], strict=True):
                person = self._person.get(int(profile))
                if audience == AUDIENCE and person is not None:
                    assert np.isnan(seen_ms[person]), "nobody leaves twice"
                    seen_ms[person] = at_s * 1000
        return seen_ms

    def _look(self) -> None:
        connection = sqlite3.connect(self._uri, uri=True)
        query = "SELECT tick, kind, columns FROM fact WHERE tick > ? ORDER BY tick, position"
        while not self._ending.is_set():
            rows = connection.execute(query, (self._last,)).fetchall()
            now_s = time.time()
            for tick, kind, packed in rows:
                self._last = tick
                if kind == "audience.left":
                    self._blocks.append((now_s, packed))
                    self._left += sum(1 for each in unpack_columns(packed)["audience"] if each == AUDIENCE)
            self._ending.wait(LOOK_S)


def _result(due_ms: NDArray[np.int64], seen_ms: NDArray[np.float64], steady: int, burst_ms: int) -> dict[str, Any]:
    """Return lag of the steady part, and how long after its second began the burst was over."""
    lag_ms = seen_ms - due_ms
    burst = seen_ms[steady:]
    return {
        "lag_p50_ms": round(float(np.nanpercentile(lag_ms[:steady], 50)), 1) if steady else None,
        "lag_p99_ms": round(float(np.nanpercentile(lag_ms[:steady], 99)), 1) if steady else None,
        "transitions": int(np.count_nonzero(~np.isnan(seen_ms))),
        "early": int(np.count_nonzero(lag_ms < 0)),
        "burst": len(burst),
        "burst_s": round((float(np.nanmax(burst)) - burst_ms) / 1000, 2) if len(burst) else None,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
